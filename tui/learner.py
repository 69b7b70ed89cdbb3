"""The learner's record as the application keeps it: written at each change, and never over a broken file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.base.errors import UnsanctionedError
from sim.exercise.record import Commitment, KeptResult, Record, read_record, write_record


class Learner:
    """Who plays, as far as one file knows. Without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.record = Record()
        self.problem: UnsanctionedError | None = None
        """Why nothing is kept, if so."""
        if path is not None:
            try:
                self.record = read_record(path)
            except UnsanctionedError as error:
                self.problem = error

    @property
    def commitment(self) -> Commitment | None:
        """What the learner means to do otherwise this time."""
        return self.record.commitment

    def result_of(self, run: Path | None) -> KeptResult | None:
        """Return what is kept of a run, where it was reviewed before."""
        return None if run is None else self.record.result_of(run.name)

    def keep(self, change: Callable[[Record], Record]) -> UnsanctionedError | None:
        """Change the record, on disk too; return why that could not be done, if so.

        The file is read again before, since another terminal may have written to it.
        """
        if self._path is None:
            self.record = change(self.record)
            return None
        try:
            self.record = change(read_record(self._path))
            write_record(self._path, self.record)
        except UnsanctionedError as error:
            self.problem = error
        return self.problem
