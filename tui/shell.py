"""The application's shell: themes, prefix keys, help, palette, back and quit.

The product's application inherits it and adds its screens; this module knows none of them.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import events, work
from textual.app import App
from textual.reactive import reactive
from textual.timer import Timer

from sim.engine.portal import PORTALS, Portal
from tui.actions import ActionHost, choices, hosts
from tui.confirm import Confirm, Question
from tui.frame import Frame, Status
from tui.help import HelpScreen
from tui.keys import GLOBAL
from tui.palette import ActionProvider
from tui.theme import DARK, LIGHT, THEMES
from tui.whichkey import WhichKey, continuations


class Shell(ActionHost, App[None], scope=GLOBAL):
    """An application whose keys, footer, help and palette come from the registry of actions."""

    CSS_PATH = Path(__file__).with_name("styles.tcss")
    COMMANDS: ClassVar[set[Any]] = {ActionProvider}
    TITLE = "Unsanctioned"
    PREFIX_SECONDS: ClassVar[float] = 6.0
    """How long a prefix waits for its second key. The panel stands on the screen all the while, so
    it may be long enough to read; after one second a newcomer would see it vanish."""

    status: reactive[Status | None] = reactive(None)
    """What line 1 of every frame says."""

    def __init__(self) -> None:
        super().__init__()
        self._panel: WhichKey | None = None
        self._prefix_timer: Timer | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name

    @property
    def portal(self) -> Portal:
        """Whose words the texts are in; those of today while nothing is played."""
        return PORTALS["today"]

    # -- prefix keys -----------------------------------------------------------------------------

    async def on_key(self, event: events.Key) -> None:
        """Finish a prefix, or begin one. Text boxes have taken their letters before this."""
        key = event.character if event.is_printable and event.character else event.key
        if self._panel is not None:
            event.stop()
            event.prevent_default()
            choice = self._panel.follow.get(key)
            await self.end_prefix()
            if choice is not None:
                await choice.host.perform(choice.action.id)
            return
        follow = continuations(choices(self.screen), key)
        if follow:
            event.stop()
            event.prevent_default()
            self._panel = WhichKey(key, follow)
            await self.screen.mount(self._panel)
            self._prefix_timer = self.set_timer(self.PREFIX_SECONDS, self.end_prefix)

    async def end_prefix(self) -> None:
        """Put the panel away."""
        panel, self._panel = self._panel, None
        if self._prefix_timer is not None:
            self._prefix_timer.stop()
            self._prefix_timer = None
        if panel is not None and panel.is_attached:
            await panel.remove()

    # -- actions ---------------------------------------------------------------------------------

    def when_level_above(self) -> str:
        """Say why there is nothing to go back to, if so."""
        below = any(isinstance(screen, Frame) for screen in self.screen_stack[:-1])
        return "" if below else "this is the first screen"

    def do_app_back(self) -> None:
        """Leave the screen for the one below it."""
        self.pop_screen()

    def do_app_palette(self) -> None:
        """Open the command palette."""
        self.action_command_palette()

    def do_app_theme(self) -> None:
        """Switch between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    @work
    async def do_app_help(self) -> None:
        """List the keys of this screen, and carry out the one that is chosen."""
        screen = self.screen
        listening = hosts(screen)
        scopes = [host.scope for host in listening]
        about = next((host.scope for host in listening if isinstance(host, Frame)), scopes[0])
        listed = [choice for choice in choices(screen) if choice.action.id != "app.help"]
        listed.sort(key=lambda choice: not isinstance(choice.host, Frame))
        chosen = await self.push_screen_wait(HelpScreen(about.title, about.help, listed))
        if chosen is not None:
            self.call_later(partial(chosen.host.perform, chosen.action.id))

    @work
    async def do_app_quit(self) -> None:
        """Leave, after asking."""
        question = Question(
            "Leave Unsanctioned?",
            "this session",
            "the run file is complete; open it again to go on from here",
            verb="Leave",
        )
        if await self.push_screen_wait(Confirm(question)):
            self.exit()
