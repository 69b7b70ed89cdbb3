"""House rules about files: what may stand in them, how long they are, how they are named.

The files are those that git tracks or would add; without git, those below the root that are not
made by a tool.
"""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST_MODULE = 500  # lines; from about 400 on, a module is probably two rooms

# Where a person's own folders are. Simulated machines have such paths too, in backslashes.
HOME_FOLDER = re.compile(r"(?<![\w.:/~-])/(?:home|Users)/\w[\w.-]*/|(?<![\w.:/~-])/root/\w")
# Where packages come from is the business of the machine that installs them.
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pypi\.python\.org|files\.pythonhosted\.org|registry\.npmjs\.org)\b"
    r"|--(?:extra-)?index-url|--find-links|--trusted-host|https?://[^\s\"']+/simple\b"
)
# Traffic and apps may name any host: a developer's visit to a registry is a simulated fact.
HOSTS_ARE_DATA = ("sim/engine/catalog/", "scenarios/", "tests/fixtures/")

WINDOWS_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])", re.I)
WINDOWS_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


@cache
def house_files() -> tuple[str, ...]:
    """Return the paths of the project's files below the root, with forward slashes."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
        names = listed.decode("utf-8").split("\0")
    except (OSError, subprocess.CalledProcessError):
        made = {"build", "dist", "__pycache__"}
        names = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if not any(
                part in made or part.endswith(("_cache", ".egg-info")) or part in {".venv", ".git"}
                for part in path.relative_to(ROOT).parts
            )
        ]
    return tuple(sorted(name for name in set(names) if name and (ROOT / name).is_file()))


@cache
def texts() -> dict[str, str]:
    """Return the text of each file of the house that is text, its line ends untouched."""
    found = {}
    for name in house_files():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data:
            found[name] = data.decode("utf-8")
    return found


def places(pattern: re.Pattern[str], but: tuple[str, ...] = ()) -> list[str]:
    """Return `file:line: text` for each match outside this file and the folders in `but`."""
    own = PurePosixPath("tests", Path(__file__).name).as_posix()
    return [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in texts().items()
        if name != own and not name.startswith(but)
        for match in pattern.finditer(text)
    ]


def test_there_are_files_to_judge() -> None:
    assert {"pyproject.toml", "sim/__init__.py", "tests/conftest.py"} <= set(texts())


def test_no_file_holds_a_path_of_somebodys_machine() -> None:
    assert places(HOME_FOLDER) == []
    if len(ROOT.parts) > 2:  # a root such as /app is a word that may stand anywhere
        assert places(re.compile(re.escape(str(ROOT)) + r"(?![\w-])")) == []


def test_no_file_names_a_package_registry() -> None:
    assert places(REGISTRY, but=HOSTS_ARE_DATA) == []


def test_every_line_ends_in_a_newline_alone() -> None:
    assert places(re.compile(r"\r")) == []


@pytest.mark.parametrize("package", ["sim", "tui"])
def test_no_module_is_too_long(package: str) -> None:
    lengths = {
        name: text.count("\n")
        for name, text in texts().items()
        if name.startswith(f"{package}/") and name.endswith(".py")
    }
    assert lengths
    assert {name: n for name, n in lengths.items() if n >= LONGEST_MODULE} == {}


def test_every_name_is_valid_on_windows() -> None:
    wrong = [
        name
        for name in house_files()
        for part in name.split("/")
        if WINDOWS_FORBIDDEN.search(part)
        or part.endswith((" ", "."))
        or WINDOWS_RESERVED.fullmatch(part.partition(".")[0].rstrip())
    ]
    assert wrong == []
    assert [name for name in house_files() if len(name) > 150] == [], "paths end at 260 characters"


def test_no_two_names_differ_in_case_alone() -> None:
    spellings: dict[str, set[str]] = defaultdict(set)
    for name in house_files():
        for path in [PurePosixPath(name), *PurePosixPath(name).parents]:
            folded = unicodedata.normalize("NFC", path.as_posix()).casefold()
            spellings[folded].add(path.as_posix())
    assert [names for names in spellings.values() if len(names) > 1] == []
