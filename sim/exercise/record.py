"""The learner's record: results, commitments and preferences, in one file under the user data folder.

Nothing else outlives a run but its run file. Whoever reads the record gets what it holds or an error: a
file that is broken, or that a newer version wrote, is reported and never written over.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.base.errors import InputError, Place, Problem

FORMAT = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KeptResult(_Frozen):
    """What a run came to."""

    day: str
    """Day on which it ended, as 2026-11-26."""
    scenario: str
    seed: int
    score: int
    engine: str
    run: str = ""
    """Name of the run file, where there is one."""
    answers: dict[str, str] = {}
    """The trainee's own account, by the key of its question."""


class Commitment(_Frozen):
    """One thing that the trainee means to do otherwise."""

    day: str
    scenario: str
    text: str


class Record(_Frozen):
    """Everything that is kept, oldest first."""

    format: Literal[1] = 1
    results: tuple[KeptResult, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    preferences: dict[str, str] = {}

    @property
    def commitment(self) -> Commitment | None:
        """The newest commitment: the one that the next run shows."""
        return self.commitments[-1] if self.commitments else None

    def result_of(self, run: str) -> KeptResult | None:
        """Return what is kept of the run in the file of this name, where it was reviewed before."""
        return next((one for one in self.results if one.run == run), None)

    def with_result(self, result: KeptResult) -> Record:
        """Return the record with one result more; the same run again replaces what was kept of it."""
        others = [one for one in self.results if not result.run or one.run != result.run]
        return self.model_copy(update={"results": (*others, result)})

    def with_commitment(self, commitment: Commitment) -> Record:
        """Return the record with one commitment more."""
        return self.model_copy(update={"commitments": (*self.commitments, commitment)})

    def with_preference(self, name: str, value: str) -> Record:
        """Return the record with a preference set."""
        return self.model_copy(update={"preferences": {**self.preferences, name: value}})


def record_path() -> Path:
    """Return where the record is kept."""
    from platformdirs import user_data_path

    return user_data_path("unsanctioned", appauthor=False) / "record.json"


def read_record(path: Path) -> Record:
    """Return the record, an empty one where there is no file; raise InputError where it cannot be read."""
    place = Place(str(path))
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Record()
    except OSError as error:
        why = error.strerror or "check the path"
        raise InputError(Problem("RECORD-READ", "the learner's record cannot be read", place, why)) from None
    try:
        data = json.loads(raw)
        version = data.get("format") if isinstance(data, dict) else None
        if type(version) is int and version > FORMAT:
            raise InputError(
                Problem(
                    "RECORD-NEWER",
                    "a newer version wrote the learner's record",
                    place,
                    "use that version; nothing is written here until then",
                )
            )
        return Record.model_validate_json(raw)
    except (ValueError, RecursionError, ValidationError):
        raise InputError(
            Problem(
                "RECORD-BROKEN",
                "the learner's record is damaged",
                place,
                "mend it or move it away; nothing is written over it",
            )
        ) from None


def write_record(path: Path, record: Record) -> None:
    """Write the record whole or not at all."""
    unfinished = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(record.model_dump(), ensure_ascii=False, indent=2, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(
            Problem("RECORD-WRITE", "the learner's record cannot be written", Place(str(path)), why)
        ) from None
