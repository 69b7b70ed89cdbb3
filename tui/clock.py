"""How real seconds become simulated time: pause, speeds, skipping, and what is news.

The model never sees a wall clock: `tick` is told how many real seconds have passed. Nothing here
knows the terminal.
"""

from __future__ import annotations

from sim.base.time import HOUR, MINUTE, SECOND
from sim.session.driver import Notification, Session

SPEEDS = (1, 10, 60, 300, 1800)
LONGEST_TICK = 0.5
"""Real seconds that one tick makes good at most: after a stall the clock is late, not in a jump."""
SLICE = 10 * MINUTE
"""Simulated time that one slice of a skip covers, so that keys and screen stay live."""
LAST_CALL = HOUR
"""A skip stops once this long before the end, so that one key cannot end an exercise."""
DAY_BEGINS = "a working day begins; skip again to go on"
DAY_ENDS = "the working day ends without news; skip again to go on"
"""What a skip stops for where nothing is told: one key must not cost a day in which one could act."""


class Clock:
    """The clock of one session; that of an assessed run never stands still, and its real time ends."""

    def __init__(self, session: Session, left: float | None = None) -> None:
        """`left` is how many real seconds an assessed run still has."""
        self.session = session
        self.left = left
        self.paused = left is None
        self.stood = 0.0
        """Real seconds for which it has stood still since it was paused."""
        self.skipping = False
        self.drops = True
        """Whether news brings the clock down to ×1."""
        self._place = 0
        self._fraction = 0.0
        self._looked = session.now
        self._told = set(session.notifications(session.now - HOUR))
        self._warned = self._left <= LAST_CALL

    @property
    def speed(self) -> int:
        """Return simulated seconds per real second."""
        return SPEEDS[self._place]

    @property
    def label(self) -> str:
        """Return the speed as line 1 shows it."""
        if self.session.handed_over:
            return "playing on"
        if self.skipping:
            return "skipping"
        if self.left is not None:
            return f"×{self.speed}, {max(0, -(-int(self.left) // 60))} min left"
        return f"×{self.speed}" + (" auto" if self.drops else "")

    @property
    def _left(self) -> int:
        return self.session.resolved.end - self.session.now

    def faster(self, steps: int) -> None:
        """Go up or down the list of speeds; choosing a speed runs the clock."""
        self._place = max(0, min(len(SPEEDS) - 1, self._place + steps))
        self._fraction = 0.0

    def toggle(self) -> None:
        """Pause, or run again; a skip is stopped by it."""
        stopped, self.skipping = self.left is None and (self.skipping or not self.paused), False
        if self.paused or stopped:
            self.session.mark(round(self.stood))
        self.paused, self.stood = stopped, 0.0

    @property
    def is_up(self) -> bool:
        """True once the real time of an assessed run is over."""
        return self.left is not None and self.left <= 0

    def tick(self, seconds: float, slow: bool = False) -> list[Notification]:
        """Let real time pass, at ×1 where it is to go `slow`; return what the portals have told meanwhile."""
        if self.left is not None:
            self.left -= seconds
        if self.paused or self.skipping or self.session.finished:
            return []
        # A stall of an assessed run is made good at ×1: its clock is never slower than the real one.
        real = min(seconds, LONGEST_TICK)
        late = 0 if self.left is None else seconds - real
        exact = (real * (1 if slow else self.speed) + late) * SECOND + self._fraction
        step = int(exact)
        self._fraction = exact - step
        self.session.advance(self.session.now + step)
        news = self._news()
        if news and self.drops:
            self._place = 0
        return news

    def skip(self) -> list[Notification]:
        """Do one slice of a skip; return what stopped it. After the handover nothing does."""
        if self.session.handed_over:
            self.session.advance(self.session.now + SLICE)
            self.skipping = not self.session.finished
            return []
        stop = self.session.now + SLICE
        edge, said = self._edge()
        stop = min(stop, edge)
        if not self._warned:
            stop = min(stop, self.session.resolved.end - LAST_CALL)
        self.session.skip_to_next(stop)
        news = self._news()
        if not self._warned and self._left <= LAST_CALL:
            self._warned = True
            said = "one hour is left; skip again to go to the end"
            news.append(Notification(self.session.now, "Exercise", said, False))
        elif not news and self.session.now == edge and not self.session.finished:
            news.append(Notification(self.session.now, "Exercise", said, False))
        if news or self.session.finished:
            self.skipping = False
            self.session.mark()
        return news

    def _edge(self) -> tuple[int, str]:
        """Return when working hours next begin or end, and what to say then; the end where they do not."""
        resolved, calendar = self.session.resolved, self.session.world.machines.calendar
        opens, closes = resolved.scenario.organisation.hours
        begins = calendar.starts[calendar.works].tolist()
        edges = [(day + opens, DAY_BEGINS) for day in begins] + [(day + closes, DAY_ENDS) for day in begins]
        ahead = [] if self._warned else [edge for edge in edges if edge[0] > self.session.now]
        return min(ahead, default=(resolved.end, ""))

    def _news(self) -> list[Notification]:
        """Return what is told now and was not told before, oldest first."""
        told = self.session.notifications(self._looked - MINUTE)
        fresh = [notification for notification in told if notification not in self._told]
        self._told.update(fresh)
        self._looked = self.session.now
        return fresh
