"""Tabs of an entity's page: `[` and `]` switch, and each keeps its cursor."""

from __future__ import annotations

from abc import abstractmethod

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from tui.actions import Action
from tui.screens.base import PlayScreen

TAB_ACTIONS = (
    Action("tab.next", "Next tab", "show the next tab of the page", ("]", "right"), footer=70),
    Action("tab.previous", "Previous tab", "show the previous tab of the page", ("[", "left")),
)


class TabBar(Widget):
    """The titles of the tabs on one line, the present one set off; a click chooses."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TabBar { height: 1; padding: 0 1; text-wrap: nowrap; }
    """
    current: reactive[str] = reactive("")

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, tabs: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.tabs = tabs

    def render(self) -> Content:
        """Draw the titles."""
        parts = [
            Content.styled(
                f" {title} ",
                "bold underline $tone-strong on $cursor-background" if tab == self.current else "$tone-muted",
            )
            for tab, title in self.tabs
        ]
        return Content.assemble(
            Content(" ").join(parts), "   ", ("[ ]", "bold $tone-key"), (" tabs", "$tone-muted")
        )

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the pointer."""
        left = self.styles.padding.left
        for tab, title in self.tabs:
            right = left + len(title) + 3
            if left <= event.x < right:
                self.post_message(self.Chosen(tab))
                return
            left = right


class TabbedScreen(PlayScreen):
    """A page with tabs. Subclasses give the titles, and the widget of each tab."""

    @abstractmethod
    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return id and title of each tab."""

    @abstractmethod
    def compose_tab(self, tab: str) -> Widget:
        """Return the widget of a tab."""

    def compose_tabs(self) -> ComposeResult:
        """Lay out the bar and the tabs below it."""
        bar = TabBar(self.tabs())
        bar.set_reactive(TabBar.current, self.tabs()[0][0])
        yield bar
        with ContentSwitcher(initial=f"tab-{self.tabs()[0][0]}"):
            for tab, _ in self.tabs():
                widget = self.compose_tab(tab)
                widget.id = f"tab-{tab}"
                yield widget

    @property
    def tab(self) -> str:
        """Return the tab that is shown."""
        return self.query_one(TabBar).current

    def show_tab(self, tab: str) -> None:
        """Show a tab and give it the keys."""
        self.query_one(TabBar).current = tab
        self.query_one(ContentSwitcher).current = f"tab-{tab}"
        inside = self.query_one(f"#tab-{tab}")
        within = inside.walk_children(Widget, with_self=True)
        target = next((widget for widget in within if widget.focusable), None)
        self.set_focus(target)
        self.draw()

    def _step(self, step: int) -> None:
        names = [tab for tab, _ in self.tabs()]
        self.show_tab(names[(names.index(self.tab) + step) % len(names)])

    def do_tab_next(self) -> None:
        """Show the next tab."""
        self._step(1)

    def do_tab_previous(self) -> None:
        """Show the previous tab."""
        self._step(-1)

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        """Show the tab that was clicked."""
        event.stop()
        self.show_tab(event.tab)
