"""A tiny application that shows every widget of the foundations. It is not shipped.

`python -m tests.tui.gallery OUT` writes pictures of it into OUT as SVG files.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from sim.engine.portal import PORTALS, Portal
from tests.tui.robot import Robot, play, still
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.forms import CheckField, ChoiceField, FormScreen, TextField, Values
from tui.frame import Frame, Status, ViewKind
from tui.shell import Shell
from tui.text import SEVERITIES, TAGS, Severity, Tag, bar, safe, severity_mark
from tui.widgets.columns import Column
from tui.widgets.grid import Grid
from tui.widgets.prompt import Prompt
from tui.widgets.table import Table


@dataclass(frozen=True)
class AppRow:
    """A discovered app, as a view would give it."""

    id: str
    name: str
    category: str
    score: int | None
    tag: Tag
    users: int
    upload: int
    traffic: int
    severity: Severity
    last_seen: str


def _risk(score: int | None) -> Severity:
    return "low" if score is None or score >= 8 else "medium" if score >= 4 else "high"


FACTS: list[tuple[str, str, int | None, Tag, int, int, int]] = [
    ("Sohu News", "News and entertainment", 2, "unsanctioned", 3, 1, 48),
    ("Microsoft Exchange Online", "Webmail", 10, "sanctioned", 20, 412, 2210),
    ("Dropbox", "Cloud storage", 9, "other", 6, 1830, 2404),
    ("WeTransfer", "Collaboration", 6, "other", 2, 903, 951),
    ("Yahoo Mail", "Webmail", 7, "other", 5, 12, 88),
    ("4shared", "Cloud storage", 3, "unsanctioned", 1, 704, 709),
    ("MSN", "News and entertainment", 8, "other", 17, 4, 512),
    ("Trello", "Project management", 9, "sanctioned", 8, 33, 140),
    ("Slack", "Collaboration", 10, "other", 4, 21, 97),
    ("Pastebin", "Code hosting", 4, "other", 2, 3, 5),
    ("GitHub", "Code hosting", 10, "sanctioned", 5, 77, 630),
    ("小红书 Xiaohongshu", "Social network", None, "other", 1, 2, 61),
    ("a[/b]c [@click=app.quit]", "Unknown", None, "other", 1, 0, 1),
    ("LinkedIn", "Social network", 9, "other", 11, 9, 203),
    ("Zoom", "Online meetings", 8, "other", 7, 340, 811),
    ("Evernote", "Productivity", 8, "other", 3, 45, 70),
    ("Mega", "Cloud storage", 4, "other", 1, 1210, 1300),
    ("Box", "Cloud storage", 10, "sanctioned", 9, 610, 1500),
    ("Prezi", "Productivity", 7, "other", 2, 14, 39),
    ("Grammarly", "Productivity", 7, "other", 6, 18, 44),
    ("Spotify", "News and entertainment", 8, "other", 9, 2, 730),
    ("TeamViewer", "IT services", 7, "other", 1, 80, 160),
]

APPS = [
    AppRow(
        name.lower().replace(" ", "-"),
        name,
        category,
        score,
        tag,
        users,
        upload,
        traffic,
        _risk(score),
        f"14 Jan {9 + index % 8:02}:{index * 7 % 60:02}",
    )
    for index, (name, category, score, tag, users, upload, traffic) in enumerate(FACTS)
]

COLUMNS: tuple[Column[AppRow], ...] = (
    Column("app", "App", lambda row: row.name, 22, 14, 3, priority=0),
    Column(
        "category",
        "Category",
        lambda row: row.category,
        22,
        12,
        1,
        priority=4,
        tone=lambda row: "muted",
    ),
    Column(
        "score",
        "Score",
        lambda row: (
            "not scored" if row.score is None else f"{row.score:>2} {severity_mark(row.severity).plain}"
        ),
        10,
        right=True,
        priority=1,
        sort=lambda row: row.score,
        tone=lambda row: "muted" if row.score is None else row.severity,
    ),
    Column(
        "tag",
        "Tag",
        lambda row: f"{TAGS[row.tag].letter} {TAGS[row.tag].word}",
        14,
        priority=1,
        tone=lambda row: row.tag,
    ),
    Column(
        "users",
        "Users",
        lambda row: row.users,
        5,
        right=True,
        priority=2,
        sort=lambda row: row.users,
        descending=True,
    ),
    Column(
        "upload",
        "Up MB",
        lambda row: f"{row.upload:,}",
        7,
        right=True,
        priority=3,
        sort=lambda row: row.upload,
        descending=True,
    ),
    Column(
        "traffic",
        "Traffic MB",
        lambda row: f"{row.traffic:,}",
        10,
        right=True,
        priority=2,
        sort=lambda row: row.traffic,
        descending=True,
    ),
    Column("seen", "Last seen", lambda row: row.last_seen, 12, priority=5, tone=lambda row: "muted"),
)

STATUS = Status(
    "first-block",
    "Win10 Endpoint Users",
    "Mon 14 Jan 2019 10:42",
    "14 Jan 10:42",
    "×60",
    alerts=(2, 5, 1),
    portal="Cloud App Security",
)

GALLERY = Scope(
    "apps",
    "Discovered apps",
    "Every cloud app that the machines of this report have talked to. In the portal: Discover, "
    "Cloud Discovery dashboard, Discovered apps.",
    (
        Action(
            "apps.unsanction",
            "Unsanction",
            "tag the app as unsanctioned",
            ("u",),
            "Its domains become block indicators in Defender ATP once the integration is on.",
            when="selection",
            footer=90,
        ),
        Action(
            "apps.sanction",
            "Sanction",
            "tag the app as sanctioned",
            ("s",),
            footer=85,
            when="selection",
        ),
        Action(
            "apps.sync",
            "Sync now",
            "send the indicators to the machines now",
            ("y",),
            "Not in the portal of 2019.",
            when="sandbox",
            footer=25,
        ),
        Action("apps.indicator", "Indicator", "write an indicator by hand", ("I",)),
        Action("apps.shell", "PowerShell", "open a prompt on a machine", ("P",)),
        Action("apps.board", "Overview", "go to the Cloud Discovery dashboard", ("g o",)),
        Action("apps.list", "Apps", "go to the discovered apps", ("g a",)),
        Action("apps.queue", "Alerts", "go to the alerts queue", ("g q",)),
    ),
)


class AppsScreen(Frame, scope=GALLERY):
    """A product view with a live table."""

    KIND = ViewKind.CLOUD_APPS

    def __init__(self, rows: list[AppRow] | None = None) -> None:
        super().__init__()
        self.table: Table[AppRow] = Table(COLUMNS, lambda row: row.id, sort="traffic")
        self._rows = APPS if rows is None else rows
        self.done: list[str] = []

    def compose_body(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.crumbs = ("Cloud Discovery", "Discovered apps")
        self.hint = "choose an app with `↑` `↓`, then press `enter` to see who uses it"
        self.table.set_rows(self._rows)

    def on_grid_activated(self, event: Grid.Activated) -> None:
        self.done.append(f"open {event.entity_id}")

    def when_selection(self) -> str:
        return "" if self.table.selected else "choose an app first"

    def when_sandbox(self) -> str:
        return "this scenario has no sandbox keys"

    @work
    async def do_apps_unsanction(self) -> None:
        app = self.table.selected
        question = Question(
            "Tag as unsanctioned?",
            f"{app}, for all machines",
            "its 3 domains become block indicators; Edge blocks them, Chrome and Firefox only "
            "where network protection is in block mode",
            "up to 3 h: 1 h to Defender ATP, 2 h to the machines",
            "Unsanction",
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.done.append(f"unsanction {app}")

    def do_apps_sanction(self) -> None:
        self.done.append(f"sanction {self.table.selected}")

    def do_apps_sync(self) -> None:
        self.done.append("sync")

    @work
    async def do_apps_indicator(self) -> None:
        values = await self.app.push_screen_wait(indicator_form())
        self.done.append(f"indicator {values}")

    def do_apps_shell(self) -> None:
        self.app.push_screen(PromptScreen())

    def do_apps_board(self) -> None:
        self.app.push_screen(BoardScreen())

    def do_apps_list(self) -> None:
        self.done.append("apps")

    def do_apps_queue(self) -> None:
        self.done.append("queue")


def indicator_form() -> FormScreen:
    """Return a form as the indicators screen will have."""

    def together(values: Values) -> dict[str, str]:
        silent = values["action"] == "Alert only" and not values["alert"]
        return {"alert": "Alert only without an alert does nothing"} if silent else {}

    return FormScreen(
        "New indicator",
        (
            TextField(
                "value",
                "Domain",
                placeholder="for example sohu.com",
                check=lambda text: "" if "." in text else "this is not a domain",
            ),
            ChoiceField(
                "action",
                "Action",
                tuple((a, a) for a in ("Alert and block", "Alert only", "Allow")),
            ),
            TextField(
                "title",
                "Alert title",
                "Custom network indicator",
                check=lambda text: "" if text else "an alert needs a title",
            ),
            CheckField("alert", "Alert", True, "raise an alert on each hit"),
        ),
        about="Machines pull it within about 2 hours; it holds for every browser only where "
        "network protection is in block mode.",
        check=together,
    )


SHARES: list[tuple[str, list[tuple[Tag, float]]]] = [
    ("Cloud storage", [("sanctioned", 1500), ("unsanctioned", 709), ("other", 3704)]),
    ("Webmail", [("sanctioned", 2210), ("unsanctioned", 0), ("other", 88)]),
    ("News and entertainment", [("sanctioned", 0), ("unsanctioned", 48), ("other", 1242)]),
    ("Collaboration", [("sanctioned", 0), ("unsanctioned", 0), ("other", 1048)]),
    ("Code hosting", [("sanctioned", 630), ("unsanctioned", 0), ("other", 5)]),
]


class BoardScreen(Frame, scope=Scope("board", "Dashboard", "The shares by category.", ())):
    """A simulator view with bars and marks."""

    KIND = ViewKind.SIMULATOR

    def compose_body(self) -> ComposeResult:
        lines = [
            Content.assemble(
                f"{name:<24}", bar(parts, 44), safe(f"{sum(n for _, n in parts):>8,} MB", "muted")
            )
            for name, parts in SHARES
        ]
        marks = [Content.assemble(severity_mark(name), f" {mark.word}") for name, mark in SEVERITIES.items()]
        with Vertical():
            yield Static(Content("\n").join(lines), classes="bars")
            with Horizontal():
                yield Static(Content("   ").join(marks))

    def on_mount(self) -> None:
        self.crumbs = ("Simulator", "Shares")
        self.hint = "press `esc` to go back"


class PromptScreen(Frame, scope=Scope("prompt", "PowerShell", "A prompt.", ())):
    """A console on a machine."""

    KIND = ViewKind.SIMULATOR

    def compose_body(self) -> ComposeResult:
        yield Prompt("PS C:\\> ")

    def on_mount(self) -> None:
        self.crumbs = ("Machines", "DESKTOP-07", "PowerShell")
        self.hint = "type `Get-MpPreference` and press `enter`; `esc` goes back"

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        event.prompt.write(f"EnableNetworkProtection : 0\n[{event.command}]")


class Gallery(Shell):
    """Starts on the apps."""

    def __init__(self, rows: list[AppRow] | None = None) -> None:
        super().__init__()
        self._rows = rows
        self.status = STATUS

    @property
    def portal(self) -> Portal:
        return PORTALS["2019"]

    def on_mount(self) -> None:
        self.push_screen(AppsScreen(self._rows))


async def _pictures(out: Path) -> None:
    async def shoot(robot: Robot, name: str) -> None:
        still(robot.app)
        await robot.settle()
        size = robot.app.size
        svg = robot.app.export_screenshot(title=f"{name} {size.width}×{size.height}")
        (out / f"{name}-{size.width}.svg").write_text(svg, encoding="utf-8")

    for width, height in ((80, 24), (120, 40)):
        async with play(Gallery(), width, height) as robot:
            await shoot(robot, "apps")
            robot.app.status = replace(STATUS, paused=True)
            await robot.press("j", "j", "/", "c", "l", "o")
            await shoot(robot, "filter")
            await robot.press("escape", "escape")
            robot.grid().set_rows([row for row in APPS if row.id != robot.grid().selected])
            await shoot(robot, "ghost")
            await robot.press("j", "u")
            await shoot(robot, "confirm")
            await robot.press("n", "question_mark")
            await shoot(robot, "help")
            await robot.press("escape", "g")
            await shoot(robot, "prefix")
            await robot.press("o")
            await shoot(robot, "board")
            await robot.press("escape", "I", "ctrl+enter")
            await shoot(robot, "form")
            await robot.press("escape", "P")
            await robot.press(*"Get", "enter")
            await shoot(robot, "prompt")
            await robot.press("escape", "colon")
            await robot.app.workers.wait_for_complete()
            await shoot(robot, "palette")
            await robot.press("escape", "y")
            await robot.until(lambda: robot.sees("not now"))
            await shoot(robot, "refusal")
        async with play(Gallery(), width, height) as robot:
            await robot.app.perform("app.theme")
            await shoot(robot, "light")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(_pictures(target))
