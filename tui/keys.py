"""The actions that every screen shares; a screen's own scope stands beside its class."""

from __future__ import annotations

from tui.actions import Action, Scope

GLOBAL = Scope(
    "global",
    "Everywhere",
    "These keys work on every screen.",
    (
        Action(
            "app.help",
            "Help",
            "show and search every key of this screen",
            ("?", "f1"),
            help="The list can be searched, and enter carries the chosen action out.",
        ),
        Action(
            "app.palette",
            "Palette",
            "find any action or entity by name",
            (":", "ctrl+p"),
            footer=10,
            help="Type a few letters of a name. Each entry shows its key, so that you learn it.",
        ),
        Action(
            "app.back",
            "Back",
            "go back one level",
            ("escape", "backspace"),
            footer=20,
            when="level_above",
            help="Leaves a page for the list it came from; filter, sort and cursor are kept there.",
        ),
        Action("app.theme", "Theme", "switch between the dark and the light theme"),
        Action(
            "app.quit",
            "Quit",
            "leave Unsanctioned",
            ("q",),
            help="Asks first. The run file is complete at every moment; nothing is lost.",
        ),
    ),
)

FILTER_BOX = Scope(
    "filter_box",
    "In the filter box",
    "Type words that the row must contain, in any column and any order.",
    (
        Action(
            "filter.keep",
            "Keep filter",
            "go back to the rows and keep the filter",
            ("enter", "escape", "down"),
            footer=100,
        ),
    ),
)

FILTERED = Scope(
    "filtered",
    "In a filtered table",
    "The filter stays on screen as long as it is set.",
    (
        Action(
            "filter.clear",
            "All rows",
            "clear the filter and show every row",
            ("escape",),
            when="filter",
            footer=60,
            passes=True,
        ),
    ),
)

TABLE = Scope(
    "table",
    "In a table",
    "The cursor stays on its row when rows move. A row that leaves the list leaves a note behind. "
    "While you move the cursor the order is held, shown by ‖ at the top left.",
    (
        Action("table.open", "Open", "open the chosen row", ("enter",), when="row", footer=100),
        Action("table.down", "Down", "next row", ("j", "down")),
        Action("table.up", "Up", "previous row", ("k", "up")),
        Action("table.half_down", "Half page down", "move half a page down", ("ctrl+d",)),
        Action("table.half_up", "Half page up", "move half a page up", ("ctrl+u",)),
        Action("table.page_down", "Page down", "move a page down", ("pagedown",)),
        Action("table.page_up", "Page up", "move a page up", ("pageup",)),
        Action("table.top", "First row", "go to the first row", ("g g", "home")),
        Action("table.bottom", "Last row", "go to the last row", ("G", "end")),
        Action(
            "table.filter",
            "Filter",
            "keep only the rows that contain some words",
            ("/",),
            footer=40,
            help="All words must occur somewhere in the row. Esc closes the box and keeps the "
            "filter; esc again clears it.",
        ),
        Action(
            "table.sort",
            "Sort",
            "sort by the next column",
            ("o",),
            footer=30,
            help="A click on a column's title sorts by it, too.",
        ),
        Action("table.reverse", "Reverse", "reverse the order", ("O",)),
    ),
)

READER = Scope(
    "reader",
    "On a page",
    "The page scrolls when it is longer than the screen.",
    (
        Action("reader.down", "Down", "scroll down a line", ("j", "down")),
        Action("reader.up", "Up", "scroll up a line", ("k", "up")),
        Action(
            "reader.page_down",
            "Page down",
            "scroll down a page",
            ("pagedown", "ctrl+d", "space"),
            footer=50,
        ),
        Action("reader.page_up", "Page up", "scroll up a page", ("pageup", "ctrl+u")),
        Action("reader.top", "Beginning", "go to the beginning", ("g g", "home")),
        Action("reader.bottom", "End", "go to the end", ("G", "end")),
    ),
)
