"""What makes the debrief's first page come at once: a thread that plays the reference runs beside the game.

They need nothing of the run. When the run is over, the same thread reviews it and then weighs its moments. It
breathes between the oracle's looks, so that keys stay live, and ends when the application asks it to.
"""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event, Thread

from sim.exercise.debrief import Debrief, opened, references, weighed
from sim.exercise.score import Result
from sim.exercise.score.truth import Baseline, untouched
from sim.session.driver import Session

BREATH = 0.002
"""Seconds that the thread leaves to the screen between two looks of the oracle."""


class _Stopped(Exception):
    """The application needs the work no more."""


class Reviewer:
    """Reviews one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.debrief: Debrief | None = None
        """The review, once the run is over and the reference runs are played."""
        self.answers: dict[str, str] | None = None
        """The trainee's own account by the key of its question; None until it was asked for."""
        self.committed = ""
        """What the trainee named for the next run, if so."""
        self.failed = ""
        """Why there will be none, if so."""
        self._resolved, self._seed = session.resolved, session.seed
        self._base: Future[Baseline] = Future()
        self._result: Result | None = None
        self._over, self._stop, self._news = Event(), Event(), Event()
        self._thread = Thread(target=self._work, name="reviewer", daemon=True)

    def start(self) -> None:
        """Begin with the reference runs, unless that was done."""
        if not self._thread.is_alive() and not self._base.done() and not self._stop.is_set():
            self._thread.start()

    def base(self) -> Baseline:
        """Return the world without commands; wait for it where it is not played yet."""
        self.start()
        return self._base.result()

    def finish(self, result: Result) -> None:
        """The run is over and judged: review it."""
        self._result = result
        self._over.set()
        self.start()

    def stop(self) -> None:
        """End the work; what was under way is dropped."""
        self._stop.set()
        self._over.set()

    def news(self) -> bool:
        """Tell once whenever there is more to show."""
        told = self._news.is_set()
        self._news.clear()
        return told

    def _breathe(self, _now: int = 0) -> None:
        if self._stop.wait(BREATH):
            raise _Stopped

    def _work(self) -> None:
        try:
            self._base.set_result(untouched(self._resolved, self._seed))
            known = references(self._resolved, self._seed, self._base.result(), self._breathe)
            self._over.wait()
            self._breathe()
            begun = opened(self.session, known, self._result)
            self._show(begun.debrief)
            self._show(weighed(begun, lambda *_: not self._stop.is_set()))
        except _Stopped:
            return
        except Exception as error:  # whatever it is, the trainee keeps score and screen
            self.failed = f"{type(error).__name__}: {error}"
            if not self._base.done():
                self._base.set_exception(error)
            self._news.set()

    def _show(self, debrief: Debrief) -> None:
        self.debrief = debrief
        self._news.set()
