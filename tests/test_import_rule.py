"""The import rule at run time: what a fresh interpreter has loaded after an import.

import-linter reads the source; this looks at what really happens, lazy and indirect imports
included. Each check runs in a process of its own, because this one has loaded everything.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def packages_loaded_by(statements: str) -> set[str]:
    """Return the top-level packages that a fresh interpreter has loaded after `statements`."""
    code = f"{statements}\nimport sys\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def modules_below(package: str) -> list[str]:
    """Return the names of every module of a package of ours, from its files."""
    folder = ROOT.joinpath(*package.split("."))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in folder.rglob("*.py")]
    return sorted(name.removesuffix(".__init__") for name in names)


@pytest.mark.parametrize("package", ["sim.base", "sim.engine"])
def test_the_engine_loads_no_simulation_and_no_terminal(package: str) -> None:
    modules = modules_below(package)
    assert len(modules) > 3, "the walk found too little to prove anything"
    loaded = packages_loaded_by("\n".join(f"import {module}" for module in modules))
    assert "sim" in loaded
    assert not loaded & {"simpy", "faker", "networkx", "textual", "rich", "typer", "tui"}


def test_the_simulation_loads_no_terminal() -> None:
    modules = [module for room in ("world", "session") for module in modules_below(f"sim.{room}")]
    loaded = packages_loaded_by("\n".join(f"import {module}" for module in modules))
    assert "simpy" in loaded
    assert not loaded & {"textual", "rich", "typer", "tui"}


def test_the_command_line_starts_with_nothing_heavy() -> None:
    """`unsanctioned --help` has to answer at once: each command imports what it needs itself."""
    loaded = packages_loaded_by("import sim.cli.main")
    assert not loaded & {"numpy", "polars", "textual", "simpy", "pydantic", "faker", "networkx"}


def test_the_library_draws_before_the_game_is_loaded() -> None:
    loaded = packages_loaded_by("import tui.app")
    assert "textual" in loaded
    assert not loaded & {"numpy", "polars", "simpy", "faker", "networkx"}


def test_every_door_of_the_application_opens() -> None:
    assert "simpy" in packages_loaded_by(
        "from tui import rooms\nfrom tui.rooms import _MODULE\n"
        "found = [getattr(rooms, name) for name in _MODULE]\nrooms.open_all()"
    )
