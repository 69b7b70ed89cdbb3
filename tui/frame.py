"""The frame of every screen: status, breadcrumb and kind of view, body, next step, keys.

It takes four lines of the terminal and gives the rest to the body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from sim.base.text import plain
from tui.actions import ActionHost
from tui.text import SEVERITIES, Severity, Tone, clip, keyed, safe, style_of
from tui.widgets.keybar import KeyBar
from tui.widgets.line import Field, Line

if TYPE_CHECKING:
    from tui.shell import Shell

MIN_WIDTH, MIN_HEIGHT = 60, 16
HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (MIN_WIDTH, "-narrow"), (100, "-normal"), (160, "-wide")]
VERTICAL_BREAKPOINTS = [(0, "-flat"), (MIN_HEIGHT, "-short"), (32, "-tall")]


class ViewKind(Enum):
    """What a screen shows: what a portal knows, or what only the simulator knows."""

    CLOUD_APPS = ("PRODUCT VIEW", "{cloud}")
    ENDPOINT = ("PRODUCT VIEW", "{endpoint}")
    DEFENDER = ("PRODUCT VIEW", "Microsoft Defender")
    WINDOWS = ("PRODUCT VIEW", "Windows")
    NETWORK = ("PRODUCT VIEW", "Gateways")
    INTUNE = ("PRODUCT VIEW", "Intune")
    MAIL = ("PRODUCT VIEW", "Mail")
    MANAGEMENT = ("PRODUCT VIEW", "Management tools")
    SIMULATOR = ("SIMULATOR VIEW", "")

    @property
    def label(self) -> str:
        """Return the words of the badge, not yet those of the period."""
        return " – ".join(part for part in self.value if part)

    @property
    def css_class(self) -> str:
        """Return the class that colours the badge."""
        return "-simulator" if self is ViewKind.SIMULATOR else "-product"


@dataclass(frozen=True)
class Status:
    """What line 1 says; the session fills it in, already worded."""

    scenario: str
    report: str = ""
    clock: str = ""
    """The simulated time, for example `Mon 14 Jan 2019 10:42`."""
    clock_short: str = ""
    """The same in fewer cells, for example `14 Jan 10:42`."""
    speed: str = ""
    """For example `×60`; ignored while paused."""
    paused: bool = False
    alerts: tuple[int, int, int] = (0, 0, 0)
    """Open alerts: high, medium, low."""
    portal: str = ""


def _whole_words(text: str, cells: int) -> str:
    """Return the words at the beginning that fit; one that is too long by itself is cut."""
    kept = ""
    for word in text.split():
        longer = f"{kept} {word}".lstrip()
        if len(longer) > cells:
            break
        kept = longer
    return kept or clip(text, cells)


class StatusLine(Line):
    """Line 1: scenario, report, simulated clock, speed or PAUSED, open alerts, portal."""

    status: reactive[Status | None] = reactive(None)

    def left(self) -> Sequence[Field]:
        """Return where and when we are."""
        status = self.status
        if status is None:
            return [Field((safe("Unsanctioned", "strong"),), 9)]
        fields = [Field((safe(status.scenario, "strong"), safe(clip(status.scenario, 14))), 3)]
        if status.report:
            fields.append(Field((safe(status.report), safe(_whole_words(status.report, 16))), 2))
        if status.clock:
            short = status.clock_short or status.clock
            fields.append(Field((safe(status.clock, "strong"), safe(short, "strong")), 9))
        if status.paused:
            fields.append(Field((Content.styled("PAUSED", "bold reverse $tone-key"),), 8))
        elif status.speed:
            fields.append(Field((safe(status.speed),), 7))
        return fields

    def right(self) -> Sequence[Field]:
        """Return what waits for attention, and whose portal this is."""
        status = self.status
        if status is None:
            return []
        counts = zip(SEVERITIES.items(), status.alerts, strict=True)
        marks = [self._count(name, mark.letter, mark.shape, n) for (name, mark), n in counts]
        short = Content(" ").join(marks)
        fields = [Field((Content.assemble(safe("alerts ", "muted"), short), short), 6)]
        if status.portal:
            fields.append(Field((safe(status.portal, "muted"),), 1))
        return fields

    def _count(self, severity: Severity, letter: str, shape: str, count: int) -> Content:
        tone: Tone = severity if count else "muted"
        return Content.styled(f"{letter}{shape}{count}", style_of(tone))


class CrumbLine(Line):
    """Line 2: where this screen is, and what kind of view it is."""

    crumbs: reactive[tuple[str, ...]] = reactive(())
    kind: reactive[ViewKind | None] = reactive(None)

    def left(self) -> Sequence[Field]:
        """Return the path, shortened from its start; of a long name as much as has room."""
        crumbs = [clip(plain(crumb), 40) for crumb in self.crumbs]
        wordings = []
        for start in range(max(1, len(crumbs))):
            lead = ("… › " if start else "") + "".join(f"{crumb} › " for crumb in crumbs[start:-1])
            last = crumbs[-1] if crumbs else ""
            wordings.append(Content.assemble((lead, "$tone-muted"), (last, "bold $tone-strong")))
        wordings += [safe(clip(crumb, room), "strong") for crumb in crumbs[-1:] for room in (36, 24, 12)]
        return [Field(tuple(wordings), 1)]

    def right(self) -> Sequence[Field]:
        """Return the badge."""
        if self.kind is None:
            return []
        room = "product" if self.kind is not ViewKind.SIMULATOR else "simulator"
        style = f"bold ${room}-foreground on ${room}-background"
        label = cast("Shell", self.app).portal.say(self.kind.label)
        return [Field((Content.styled(f" {label} ", style),), 9)]


class HintLine(Widget):
    """The line above the keys: the next useful step, so that nothing need be read elsewhere."""

    DEFAULT_CSS = """
    HintLine { height: 1; padding: 0 1; }
    """
    ALLOW_SELECT = False
    hint: reactive[str] = reactive("")

    def render(self) -> Content:
        """Draw the hint with its keys set off."""
        if not self.hint:
            return Content("")
        line = Content.assemble(("Next  ", "bold $tone-low"), keyed(self.hint))
        return line.truncate(self.size.width, ellipsis=True)


class TooSmall(Widget):
    """What a terminal below the minimum shows instead of a broken layout."""

    def render(self) -> Content:
        """Say how large the terminal is and how large it must be."""
        size = self.app.size
        return safe(
            f"{size.width}×{size.height} is too small: enlarge to {MIN_WIDTH}×{MIN_HEIGHT}",
            "strong",
        )


class Frame(ActionHost, Screen[None]):
    """The base of every screen. Subclasses set `KIND` and give `compose_body`.

    `crumbs` and `hint` may be set at any time; a hint marks its keys with backticks. After a
    change that makes an action available or unavailable, call `refresh_bindings()`.
    """

    KIND: ClassVar[ViewKind | None] = None
    HORIZONTAL_BREAKPOINTS = HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = VERTICAL_BREAKPOINTS
    AUTO_FOCUS = "#body *"

    crumbs: reactive[tuple[str, ...]] = reactive(())
    hint: reactive[str] = reactive("")
    status: reactive[Status | None] = reactive(None)

    def compose(self) -> ComposeResult:
        """Put the body into the frame."""
        yield StatusLine().data_bind(Frame.status)
        crumb_line = CrumbLine().data_bind(Frame.crumbs)
        crumb_line.kind = self.KIND
        yield crumb_line
        with Container(id="body"):
            yield from self.compose_body()
        yield HintLine().data_bind(Frame.hint)
        yield KeyBar()
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow the application's status."""
        self.watch(self.app, "status", self._take_status)

    def _take_status(self, status: Status | None) -> None:
        self.status = status

    def compose_body(self) -> ComposeResult:
        """Give the widgets between the breadcrumb and the hint."""
        yield from ()
