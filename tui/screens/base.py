"""The base of every screen that shows a session: when it pulls its views, and what it hints at."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, cast

from tui import rooms
from tui.frame import Frame

if TYPE_CHECKING:
    from sim.session.case_commands import AddEvidence
    from sim.session.driver import Session
    from tui.app import PlayApp


class PlayScreen(Frame):
    """A screen over a session. Subclasses give `refresh_view`, and name themselves in `PLACE`.

    `refresh_view` is called on mount, when the screen comes to the top, after each command, and at
    most four times a second while time moves. It pulls frozen rows from the views and must not mind
    how often it is called.
    """

    PLACE: ClassVar[str] = ""
    """What this screen is to the hints: a destination's name, or an entity's kind."""

    @property
    def play(self) -> PlayApp:
        """Return the application."""
        return cast("PlayApp", self.app)

    @property
    def session(self) -> Session:
        """Return the session in play; screens exist only while there is one."""
        session = self.play.session
        assert session is not None
        return session

    def say(self, text: str) -> str:
        """Return a text of ours in the words of the period; see `Portal.say`."""
        return self.play.portal.say(text)

    @abstractmethod
    def refresh_view(self) -> None:
        """Pull what the views say now into the widgets."""

    def own_hint(self) -> str:
        """Return what this screen suggests when the journey has nothing more pressing."""
        return ""

    def case_subject(self) -> str:
        """Return what is under the cursor as notes name it, such as `app:ID`; empty where nothing is."""
        return ""

    def case_user(self) -> str:
        """Return the user under the cursor, whom a message would go to; empty where none is."""
        return ""

    def citation(self) -> AddEvidence | None:
        """Return what would cite the thing under the cursor as evidence, or None."""
        return None

    def draw(self) -> None:
        """Show the present state, and the next useful step."""
        if self.play.session is None or not self.is_mounted:
            return
        self.refresh_view()
        self.hint = rooms.next_step(self.play, self.PLACE) or self.own_hint() or self.hint
        self.refresh_bindings()

    def on_mount(self) -> None:
        """Show the first state, and take the keys before the next one is pressed."""
        self.draw()
        if self.focused is None:
            focusable = (widget for widget in self.query(str(self.AUTO_FOCUS)) if widget.focusable)
            self.set_focus(next(focusable, None))

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was on top."""
        self.draw()
