"""The application: one session, its clock, and the way between the screens.

It sends commands and moves the session's time in slices on the UI's own loop; it holds no rule.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.reactive import reactive
from textual.screen import ModalScreen, Screen

import sim
from sim.base.errors import UnsanctionedError
from sim.engine.discovery.built_in import WIN10
from sim.engine.portal import Portal
from sim.exercise.record import Commitment, KeptResult, Record
from tui import rooms
from tui.clock_keys import ClockKeys
from tui.confirm import Confirm, Question
from tui.destinations import DESTINATIONS, ENTITIES, ONE_QUEUE, PLACES, QUEUES, SIMULATED, build
from tui.learner import Learner
from tui.names import EntityProvider
from tui.palette import ActionProvider
from tui.playkeys import PLAY
from tui.runs import NewPath, clock_of
from tui.screens.base import PlayScreen
from tui.screens.library import LibraryScreen

if TYPE_CHECKING:
    from sim.exercise.score import Result
    from sim.session.answer import Answer
    from sim.session.commands import Command
    from sim.session.driver import Notification, Session
    from tui.clock import Clock
    from tui.reviewer import Reviewer

TICK_SECONDS = 0.1
REDRAW_SECONDS = 0.25
"""The visible screen pulls its views at most this often while time moves."""

ANSWER_SECONDS = 3
"""How long the answer to a command stands; what it changed is on the screen anyway."""


class PlayApp(ClockKeys, scope=PLAY):
    """Opens the library, or `session` at once."""

    COMMANDS: ClassVar[set[Any]] = {ActionProvider, EntityProvider}

    report: reactive[str] = reactive(WIN10)
    """The continuous report that Cloud Discovery screens show."""
    days: reactive[int] = reactive(0)
    """Their time frame, in days; none while nothing is played."""

    def __init__(
        self,
        session: Session | None = None,
        new_path: NewPath | None = None,
        record: Path | None = None,
    ) -> None:
        """`record` is the file of the learner's record; without one nothing is kept."""
        super().__init__()
        self.session: Session | None = session
        self.clock: Clock | None = clock_of(session) if session else None
        self.result: Result | None = None
        self.learner = Learner(record)
        self._reviewer: Reviewer | None = None
        self.run_path: Path | None = session.run_path if session else None
        self._new_path = new_path
        self._roots: dict[str, Screen[Any]] = {}
        """Top-level screens by destination; installed, so that they outlive being left."""
        self._ticked = self._drawn = time.monotonic()
        if session is not None:
            self.set_reactive(PlayApp.days, rooms.WHOLE)

    def on_mount(self) -> None:
        """Open the first screen and start the clock's drive."""
        self.theme = self.learner.record.preferences.get("theme", self.theme)
        if self.session is None:
            self.push_screen(LibraryScreen())
        else:
            self._begin_to_show()
        self.set_interval(TICK_SECONDS, self._tick)
        if self.learner.problem is not None:
            self.refuse(self.learner.problem)

    def on_unmount(self) -> None:
        """Close the run, however the application ends."""
        self.leave()

    @property
    def portal(self) -> Portal:
        """What the portals of the period that is played offer, and what it calls things."""
        return super().portal if self.session is None else self.session.world.tenant.portal

    def titled(self) -> str:
        """Return what the period calls the report that is shown."""
        return self.portal.report(self.report)

    # -- sessions --------------------------------------------------------------------------------

    def begin(self, scenario: str, seed: int | None = None) -> None:
        """Begin a new run of a shipped scenario; its file is opened before anything is shown."""
        try:
            session = rooms.Session(rooms.load_scenario(scenario), seed)
            if self._new_path is not None:
                session.record_to(self._new_path(scenario))
        except UnsanctionedError as error:
            self.refuse(error)
            return
        self.take(session, session.run_path)

    def take(self, session: Session, path: Path | None) -> None:
        """Leave the run that is played for another."""
        self.leave()
        self.session, self.clock, self.result = session, clock_of(session), None
        self.run_path = path
        self.report, self.days = WIN10, rooms.WHOLE
        self._begin_to_show()

    def _begin_to_show(self) -> None:
        """Show the run that is played: its briefing, or its result where it is over."""
        assert self.session is not None
        self._show_status()
        self.go("briefing")
        self._end_if_over()
        if self.session.handed_over:
            self.play_on()

    def leave(self) -> None:
        """Close the run; its file can be resumed."""
        session, self.session, self.clock = self.session, None, None
        if self._reviewer is not None:
            self._reviewer.stop()
        if session is not None and session.run_path is not None:
            session.leave()

    @property
    def reviewer(self) -> Reviewer:
        """Return who reviews the session in play."""
        assert self.session is not None
        if self._reviewer is None or self._reviewer.session is not self.session:
            if self._reviewer is not None:
                self._reviewer.stop()
            self._reviewer = rooms.Reviewer(self.session)
        return self._reviewer

    def when_session(self) -> str:
        """Say that nothing is being played, if so."""
        return "" if self.session else "choose a scenario first"

    @work
    async def do_play_library(self) -> None:
        """Leave the run for the library, after asking."""
        question = Question(
            "Leave this run?",
            str(self.run_path or "this run"),
            "you choose a scenario anew; `unsanctioned play --resume` goes on with this one",
            verb="Leave",
        )
        if await self.push_screen_wait(Confirm(question)):
            self._unwind()
            await self.switch_screen(LibraryScreen())
            self.leave()
            self.status = None
            while self._roots:
                name, root = self._roots.popitem()
                self.uninstall_screen(name)
                await root.remove()

    # -- commands --------------------------------------------------------------------------------

    def submit(self, command: Command, *, quiet: bool = False) -> Answer | None:
        """Apply a command and say what came of it; `quiet` where the screen says it by itself.

        A refusal is said with what to do about it, changes nothing, and returns None.
        """
        if self.session is None:
            return None
        try:
            answer = self.session.submit(command)
        except UnsanctionedError as error:
            self.refuse(error)
            return None
        if self.report not in rooms.report_names(self.session):  # a custom report that is deleted now
            self.report = WIN10
        if not quiet:
            self.notify(answer.text, markup=False, timeout=ANSWER_SECONDS)
        self._show_status()
        self.redraw()
        return answer

    def refuse(self, error: UnsanctionedError) -> None:
        """Say why something could not be done, and what to do."""
        problem = error.problems[0]
        text = f"{_sentence(problem.what)}."
        if problem.advice:
            text += f" {_sentence(problem.advice)}."
        self.notify(text, title="Not done", severity="warning", markup=False)

    def watch_report(self) -> None:
        """Show the other report's data."""
        if self.session is not None and self.is_running:
            self._show_status()
            self.redraw()

    def watch_days(self) -> None:
        """Show the data of the other time frame."""
        if self.session is not None and self.is_running:
            self.redraw()

    # -- going places ----------------------------------------------------------------------------

    def go(self, destination: str) -> Awaitable[object]:
        """Switch to a top-level destination; it keeps its cursor, filter and sort.

        Whoever awaits the answer finds the screen mounted.
        """
        one_queue = self.session is not None and self.session.world.era.portals.one_queue
        place = ONE_QUEUE if one_queue and destination in QUEUES else PLACES[destination]
        root = self._roots.get(place.name)
        if root is None:
            root = self._roots[place.name] = build(place.path, *place.arguments)
            self.install_screen(root, place.name)
        self._unwind()
        if len(self.screen_stack) > 1:
            return self.switch_screen(root)
        return self.push_screen(root)

    def _unwind(self) -> None:
        """Close every page above the top-level screen."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def open(self, kind: str, entity_id: str, **context: Any) -> None:
        """Push the page of an entity; `kind` is one of `ENTITIES`."""
        if kind in SIMULATED and (reason := self.when_simulator()):
            self.notify(f"{_sentence(reason)}.", title="Not now", severity="warning", markup=False)
            return
        path, before = ENTITIES[kind]
        self.push_screen(build(path, *before, entity_id, **context))

    def redraw(self) -> None:
        """Let the visible screen pull its views."""
        self._drawn = time.monotonic()
        for screen in reversed(self.screen_stack):
            if isinstance(screen, PlayScreen):
                screen.draw()
                break

    # -- the clock -------------------------------------------------------------------------------

    @property
    def held(self) -> bool:
        """Return whether the clock waits because a dialogue is open."""
        return any(isinstance(screen, ModalScreen) for screen in self.screen_stack[-1:])

    def _tick(self) -> None:
        now = time.monotonic()
        passed, self._ticked = now - self._ticked, now
        exam = self.session is not None and self.session.is_exam
        if self.screen_stack and (exam or not self.held):
            self.elapse(passed)
        if self._reviewer is not None and self._reviewer.news():
            self.redraw()

    def elapse(self, seconds: float) -> None:
        """Let so many real seconds count for the session."""
        if self.clock is None or self.clock.session.finished:
            return
        if self.clock.paused:
            self.clock.stood += seconds
            return
        try:
            self._tell(self.clock.tick(seconds, slow=self.held))
        except UnsanctionedError as error:
            self.clock.paused = True
            self.refuse(error)
        self._moved(at_rest=False)
        self.end_if_up()

    def _skip_slice(self) -> None:
        if self.clock is None or not self.clock.skipping:
            return
        if not self.held:
            try:
                self._tell(self.clock.skip())
            except UnsanctionedError as error:
                self.clock.skipping, self.clock.paused = False, True
                self.refuse(error)
            self._moved(at_rest=not self.clock.skipping)
        self.call_later(self._skip_slice)

    def play_on(self) -> None:
        """Let the clock run to the end without the trainee, in slices, so that the screen stays live."""
        if self.clock is not None and not self.clock.session.finished:
            self.clock.skipping = True
            self._show_status()
            self.call_later(self._skip_slice)

    def _moved(self, at_rest: bool) -> None:
        """Show that time has moved; views are pulled now and then, and whenever it comes to rest."""
        self.reviewer.start()
        self._show_status()
        if at_rest or time.monotonic() - self._drawn >= REDRAW_SECONDS:
            self.redraw()
        self._end_if_over()

    def _tell(self, news: list[Notification]) -> None:
        """Say what a portal has told: one line for one thing, a count for several."""
        for entry in news:
            if not entry.is_alert:
                self.notify(f"{_sentence(entry.text)}.", title=entry.portal, markup=False)
        alerts = [entry for entry in news if entry.is_alert]
        if len(alerts) == 1:
            self.notify(alerts[0].text, title=alerts[0].portal, severity="warning", markup=False)
        elif alerts:
            text = f"{len(alerts)} new alerts, the first: {alerts[0].text}"
            self.notify(text, title=alerts[0].portal, severity="warning", markup=False)

    def _show_status(self) -> None:
        self.status = rooms.standing(self)

    def _end_if_over(self) -> None:
        session = self.session
        if session is None or self.result is not None or not session.finished:
            return
        self.result = rooms.judge(session, self.reviewer.base())
        if session.run_path is not None:
            session.finish(rooms.describe(session, self.result))
        self.reviewer.finish(self.result)
        earlier = self.learner.result_of(self.run_path)
        if earlier is not None and earlier.answers:
            self.reviewer.answers = dict(earlier.answers)
        self._keep_result()
        self.go("debrief")

    def _keep_result(self) -> None:
        """Keep what the run came to, and the trainee's own account of it, in the learner's record."""
        session, result = self.session, self.result
        if session is None or result is None:
            return
        kept = KeptResult(
            day=_today(),
            scenario=session.resolved.name,
            seed=session.seed,
            score=result.score,
            engine=sim.__version__,
            run=self.run_path.name if self.run_path else "",
            answers=self.reviewer.answers or {},
        )
        self._record(lambda record: record.with_result(kept))

    def _record(self, change: Callable[[Record], Record]) -> None:
        error = self.learner.keep(change)
        if error is not None:
            self.refuse(error)

    def answer(self, answers: dict[str, str]) -> None:
        """Take the trainee's own account; an empty one is an account not given."""
        self.reviewer.answers = answers
        if answers:
            self._keep_result()
        self.redraw()

    def commit(self, text: str) -> None:
        """Take the one thing that the trainee will do otherwise; the next briefing shows it."""
        assert self.session is not None
        self.reviewer.committed = text
        kept = Commitment(day=_today(), scenario=self.session.resolved.name, text=text)
        self._record(lambda record: record.with_commitment(kept))
        self.redraw()

    def do_app_theme(self) -> None:
        """Switch between dark and light, and remember it."""
        super().do_app_theme()
        self._record(lambda record: record.with_preference("theme", self.theme))

    def when_over(self) -> str:
        """Say that the debrief comes at the end, if it is not reached."""
        return "" if self.result is not None else "the debrief comes when the run is over"

    def when_result(self) -> str:
        """Say why there is no result to see yet, if so."""
        if self.session is None:
            return "choose a scenario first"
        practice = self.session.resolved.scenario.mode != "exercise" and not self.session.is_exam
        if self.session.finished or practice:
            return ""
        return "the result of an exercise is shown when it is over"


def _today() -> str:
    return datetime.now(tz=UTC).date().isoformat()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _goer(name: str) -> Callable[[PlayApp], Coroutine[None, None, None]]:
    async def goes(app: PlayApp) -> None:
        await app.go(name)

    return goes


for _destination in DESTINATIONS:
    setattr(PlayApp, _destination.action.handler, _goer(_destination.name))
