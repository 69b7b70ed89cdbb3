"""What the clock's keys do."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from tui.runs import RunKeys

if TYPE_CHECKING:
    from tui.clock import Clock


class ClockKeys(RunKeys):
    """What the application does with the clock of its session."""

    @abstractmethod
    def redraw(self) -> None:
        """Let the visible screen pull its views."""

    @abstractmethod
    def _show_status(self) -> None: ...

    @abstractmethod
    def _skip_slice(self) -> None: ...

    @property
    def _clock(self) -> Clock:
        assert self.clock is not None, "the clock's keys work only where there is a session"
        return self.clock

    def when_running(self) -> str:
        """Say why the clock cannot be moved, if so."""
        if self.session is None:
            return "choose a scenario first"
        return self.when_desk()

    def when_pausable(self) -> str:
        """Say why the clock cannot be stopped, if so."""
        exam = self.session is not None and self.session.is_exam
        return self.when_running() or ("an assessed run cannot be paused" if exam else "")

    def do_clock_pause(self) -> None:
        """Run or stop."""
        self._clock.toggle()
        self._show_status()
        self.redraw()

    def do_clock_faster(self) -> None:
        """Go one speed up."""
        self._clock.faster(1)
        self._show_status()

    def do_clock_slower(self) -> None:
        """Go one speed down."""
        self._clock.faster(-1)
        self._show_status()

    def do_clock_drop(self) -> None:
        """Turn the drop to ×1 on or off."""
        clock = self._clock
        clock.drops = not clock.drops
        words = "falls back to ×1" if clock.drops else "keeps its speed"
        self.notify(f"The clock {words} when a portal tells something.", markup=False)
        self._show_status()

    def do_clock_skip(self) -> None:
        """Skip to the next notification, or stop skipping."""
        clock = self._clock
        clock.skipping = not clock.skipping
        self._show_status()
        self.call_later(self._skip_slice)
