"""Going back in a run, changing between the runs of its family, and the clock of an assessed one."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.base.errors import UnsanctionedError
from sim.base.time import show_clock
from tui import rooms
from tui.case import CaseKeys

if TYPE_CHECKING:
    from sim.session.driver import Session
    from sim.views.rewind import RunMoment
    from tui.clock import Clock

NewPath = Callable[[str], Path]
"""Gives the run file for a new run of a scenario."""


def clock_of(session: Session) -> Clock:
    """Return the clock of a session; of an assessed run with the real time that is left by now."""
    exam = session.assessed
    return rooms.Clock(session, None if exam is None else exam.ends - time.time())


class RunKeys(CaseKeys):
    """What the application does with whole runs."""

    clock: Clock | None
    run_path: Path | None
    _new_path: NewPath | None

    @abstractmethod
    def take(self, session: Session, path: Path | None) -> None:
        """Leave the run that is played for another."""

    @abstractmethod
    def refuse(self, error: UnsanctionedError) -> None:
        """Say why something could not be done, and what to do."""

    def when_simulator(self) -> str:
        """Say that an assessed run shows nothing that no portal shows, if so."""
        if self.session is None:
            return "choose a scenario first"
        return "an assessed run shows no simulator view until its end" if self.session.is_exam else ""

    def when_branching(self) -> str:
        """Say why one cannot go back, if so."""
        if self.session is None:
            return "choose a scenario first"
        if self.session.assessed is not None:
            return "an assessed run cannot be gone back in"
        return "" if self.run_path is not None else "this run is kept in no file"

    def rewind(self, moment: RunMoment) -> None:
        """Go back to a moment, in a new run; the one that was played is kept."""
        session, path = self.session, self.run_path
        if session is None or path is None or self._new_path is None:
            return
        try:
            target = self._new_path(f"{path.stem.partition('-from')[0]}-from")
            back = rooms.branch(rooms.read_run(path), target, moment.time, moment.commands, session.resolved)
        except UnsanctionedError as error:
            self.refuse(error)
            return
        self.take(back, target)
        when = show_clock(back.now, back.resolved.tz)
        self.notify(f"Back at {when}. What came after is kept in {path.name}.", markup=False)

    def switch_run(self, path: Path) -> None:
        """Go on with another run of the family; one that is over shows its result."""
        try:
            recorded = rooms.read_run(path)
            recorded.refuse_foreign()
            resolved = self.session.resolved if self.session is not None else None
            session = rooms.restore(recorded, resolved=resolved, every=False).session
            if recorded.footer is None:
                session.continue_file(recorded)
        except UnsanctionedError as error:
            self.refuse(error)
            return
        self.take(session, path)

    def end_if_up(self) -> None:
        """Hand the shift over once the real time of an assessed run is up."""
        session, clock = self.session, self.clock
        if session is None or clock is None or not clock.is_up or self.when_desk():
            return
        self.submit(rooms.FinishShift(time_up=True))
        self.play_on()
