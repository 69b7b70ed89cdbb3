"""What every test gets: a user data folder of its own, and the hypothesis profiles.

No test may read or write the files of the person who runs it: run files, settings and caches go to
a temporary folder for the whole session, and to a fresh one for a test that asks for `user_data`.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Applications and worlds are many objects: by its usual thresholds the collector takes a third of the time.
gc.set_threshold(100_000, 20, 20)

# No deadline: the first example of a test pays for imports, and machines differ.
settings.register_profile("dev", deadline=None)
# In CI the same examples each time, so that a failure belongs to the change and not to chance.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def _move_home(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Point at `home` every variable from which platformdirs and pathlib find a user's folders."""
    folders = {
        "HOME": home,
        "XDG_DATA_HOME": home / "data",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_STATE_HOME": home / "state",
        # Windows: pathlib reads USERPROFILE, platformdirs asks the system unless overridden.
        "USERPROFILE": home,
        "WIN_PD_OVERRIDE_APPDATA": home / "roaming",
        "WIN_PD_OVERRIDE_LOCAL_APPDATA": home / "local",
    }
    for name, folder in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        patch.setenv(name, str(folder))


@pytest.fixture(scope="session", autouse=True)
def _no_test_touches_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _move_home(patch, tmp_path_factory.mktemp("home"))
        # A test decides itself about colour and width. A process that a test starts keeps what it compiles.
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def user_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user data folder of the product, new and empty, below a home of this test."""
    import platformdirs

    _move_home(monkeypatch, tmp_path / "home")
    return Path(platformdirs.user_data_dir("unsanctioned", appauthor=False))
