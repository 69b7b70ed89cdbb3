"""Where reports and exports go, and how a file is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sim.base.errors import InputError, Place, Problem

_RULE = "OUTPUT"


def write(path: Path, content: bytes) -> None:
    """Write a file, over one that is there; raise InputError if that is impossible."""
    with open_for_writing(path) as file:
        file.write(content)


@contextmanager
def open_for_writing(path: Path) -> Iterator[BinaryIO]:
    """Open a file for what is written in pieces; raise InputError where that fails."""
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise _unwritable(path, error) from None


def new_path(folder: Path, stem: str, suffix: str) -> Path:
    """Return a name in `folder`, which is made if need be, that no file has yet; numbered."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") or "report"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = {file.name for file in folder.iterdir()}
    except OSError as error:
        raise _unwritable(folder, error) from None
    number = 1
    while f"{plain}-{number:03d}{suffix}" in taken:
        number += 1
    return folder / f"{plain}-{number:03d}{suffix}"


def file_stem(name: str, taken: set[str]) -> str:
    """Return a stem for a thing with a name from a scenario or a log, and take it: no path, none twice."""
    plain = re.sub(r"[^\w -]+", "-", name).strip(" -") or "unnamed"
    stem, number = plain, 2
    while stem.casefold() in taken:
        stem, number = f"{plain}-{number}", number + 1
    taken.add(stem.casefold())
    return stem


def reports_folder() -> Path:
    """Return the folder for what a trainee has written: in the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("unsanctioned", appauthor=False) / "reports"


def _unwritable(path: Path, error: OSError) -> InputError:
    advice = f"{error.strerror or error}; choose another place"
    return InputError(Problem(_RULE, "cannot write the file", Place(str(path)), advice))
