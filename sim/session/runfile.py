"""The run file: JSON lines, each flushed and forced to disk before the caller sees its answer.

header      format, engine, scenario hash, seed, player, the resolved scenario, and the variables that whoever
            played has set (their values stand in the scenario); of a branch its parent run
            and the moment of the cut; of an assessed run who plays it, by which code, when its time is up
command     time, actor, the command, and the digest after it
checkpoint  time and digest at every simulated hour
mark        time and digest where the clock was stopped, or a player left
footer      time, digest and the result
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import sim
from sim.base.errors import InputError, Place, Problem
from sim.session.digest import canonical

FORMAT = 1


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        Problem(
            "RUN-WRITE",
            f"cannot write {path}",
            advice=f"{error.strerror or error}; choose another place",
        )
    )


class RunFile:
    """An open run file that lines are added to."""

    def __init__(self, path: Path, keep: int | None = None) -> None:
        """Create the file, or with `keep` continue one after its first `keep` bytes."""
        self.path = path
        self._file: IO[bytes]
        try:
            if keep is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = path.open("wb")
            else:
                self._file = path.open("r+b")
                self._file.truncate(keep)
                self._file.seek(keep)
        except OSError as error:
            raise _unwritable(path, error) from None

    def write(self, *records: dict[str, Any]) -> None:
        """Append records and force them to disk."""
        try:
            self._file.writelines(canonical(record).encode() + b"\n" for record in records)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from None

    def close(self) -> None:
        """Close the file; every record is already on disk."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run file as read: its header, its records, and what was lost of an unfinished last line."""

    path: Path
    header: dict[str, Any]
    records: list[dict[str, Any]] = field(default_factory=list)
    whole_bytes: int = 0
    lost: str = ""

    @property
    def footer(self) -> dict[str, Any] | None:
        """The footer, where the run was played to its end."""
        last = self.records[-1] if self.records else None
        return last if last and last["kind"] == "footer" else None

    @property
    def is_foreign(self) -> bool:
        """Whether another version made it: then it is read only."""
        return bool(self.header["engine"] != sim.__version__)

    def refuse_foreign(self) -> None:
        """Raise InputError for the run of another version, which nobody goes on with."""
        if self.is_foreign:
            made = self.header["engine"]
            what = f"version {made} made {self.path}, this is {sim.__version__}: it is read only"
            advice = "debrief and compare show what its file says"
            raise InputError(Problem("RUN-VERSION", what, advice=advice))


def is_run(path: Path) -> bool:
    """Tell whether a file begins as a run file does; what cannot be read is none."""
    try:
        with path.open("rb") as file:
            data = json.loads(file.readline())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("kind") == "header" and "scenario_hash" in data


def read_run(path: Path) -> Recorded:
    """Read a run file; an unfinished last line is left out and told, any other damage is an error."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            Problem("RUN-READ", f"cannot read {path}", advice=error.strerror or "check the path")
        ) from None
    lines = raw.split(b"\n")
    tail = lines.pop()
    parsed = [_record(line, Place(str(path), number)) for number, line in enumerate(lines, 1)]
    if not parsed or parsed[0].get("kind") != "header" or parsed[0].get("format") != FORMAT:
        raise InputError(
            Problem(
                "RUN-FORMAT",
                "not a run file of this version",
                Place(str(path), 1),
                "give a file made by `run`",
            )
        )
    lost = tail.decode("utf-8", "replace")
    return Recorded(path, parsed[0], parsed[1:], len(raw) - len(tail), lost)


_NEEDS = {
    "header": {"scenario", "seed", "scenario_hash", "engine", "player"},
    "command": {"time", "actor", "command", "digest"},
    "checkpoint": {"time", "digest"},
    "mark": {"time", "digest"},
    "footer": {"time", "digest", "result"},
}


def _record(line: bytes, place: Place) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, UnicodeDecodeError, RecursionError):
        data = None
    if not isinstance(data, dict) or not _NEEDS.get(str(data.get("kind")), {"?"}) <= data.keys():
        raise InputError(Problem("RUN-LINE", "not a record of a run file", place, "the file is damaged here"))
    if (data["kind"] == "header") != (place.line == 1):
        raise InputError(
            Problem("RUN-LINE", "a header belongs in the first line only", place, "the file is damaged here")
        )
    if data["kind"] == "header" and (type(data["seed"]) is not int or data["seed"] < 0):
        raise InputError(Problem("RUN-LINE", "the seed is none", place, "the file is damaged here"))
    if data["kind"] == "header" and not isinstance(data["scenario"], dict):
        raise InputError(Problem("RUN-LINE", "the scenario is none", place, "the file is damaged here"))
    if "time" in data and type(data["time"]) is not int:
        raise InputError(
            Problem(
                "RUN-LINE",
                "the record's time is no whole number",
                place,
                "the file is damaged here",
            )
        )
    return data


def new_run_path(scenario: str) -> Path:
    """Return where the next run of a scenario is kept: the user data folder, numbered."""
    from platformdirs import user_data_path

    folder = user_data_path("unsanctioned", appauthor=False) / "runs"
    stem = re.sub(r"[^A-Za-z0-9_-]", "-", scenario)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = {file.name for file in folder.iterdir()}
    except OSError as error:
        raise _unwritable(folder, error) from None
    number = 1
    while f"{stem}-{number:04d}.jsonl" in taken:
        number += 1
    return folder / f"{stem}-{number:04d}.jsonl"
