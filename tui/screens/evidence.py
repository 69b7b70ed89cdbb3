"""The lines behind a number: a key on every number of Cloud Discovery, and the list that it opens."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from sim.engine.discovery.continuous import Scope as Whose
from sim.session.case_commands import AddEvidence
from sim.session.driver import Session
from sim.views.cloud_settings import own_name
from sim.views.discovery import EntityKind
from sim.views.evidence import Evidence, EvidenceRow, evidence
from tui.actions import Action, Scope
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.columns import counters
from tui.screens.reports import REPORT_ACTIONS, ReportScreen, shown_name
from tui.text import Tone, safe
from tui.units import UNKNOWN, clock, moment, number, second, size
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid
from tui.widgets.table import Table

EVIDENCE_ACTIONS = (
    Action(
        "evidence.open",
        "Evidence",
        "see the lines behind the numbers under the cursor",
        ("e",),
        "The transactions that were counted, with the exact sums over all of them.",
        when="evidence",
        footer=55,
    ),
)

EVIDENCE = Scope(
    "evidence",
    "Evidence",
    "The transactions behind a number, newest first: those that the report has taken in by now, and no "
    "others. The sums are over all of them, the list holds the newest 200. The portal has no such page. The "
    "browser is on the {machine}'s timeline in {endpoint}: Cloud Discovery does not show it.",
    REPORT_ACTIONS,
)


@dataclass(frozen=True)
class Behind:
    """Whose lines are asked for, and the words for it."""

    scope: Whose
    words: tuple[str, ...]
    """From the widest to the narrowest, for example an app and a user."""

    def and_host(self, host: str | None) -> Behind:
        """Return the same, narrowed to a sub-domain where there is one."""
        return self if host is None else Behind(replace(self.scope, host=host), (*self.words, host))


def of_entity(session: Session, chosen: tuple[EntityKind, str], wider: Behind | None = None) -> Behind:
    """Return a user, machine or address to look behind, or what is wider narrowed to it."""
    kind, name = chosen
    wider = wider or Behind(Whose(), ())
    scope = wider.scope
    match kind:
        case "user":
            scope = replace(scope, user=name)
        case "machine":
            scope = replace(scope, machine=name)
        case "source_ip":
            scope = replace(scope, source_ip=name)
    return Behind(scope, (*wider.words, shown_name(session, name)))


class EvidenceKey(PlayScreen):
    """A screen whose numbers can be looked behind. Subclasses say which are under the cursor."""

    @abstractmethod
    def behind(self) -> Behind | None:
        """Return what to look behind, or None where nothing is chosen."""

    def when_evidence(self) -> str:
        """Say that there is no number under the cursor, if so."""
        return "" if self.behind() else "there is no number here to look behind"

    def do_evidence_open(self) -> None:
        """List the lines."""
        found = self.behind()
        if found is not None:
            self.app.push_screen(EvidenceScreen(found))

    def case_subject(self) -> str:
        """Return the app under the cursor, or else the user or the machine."""
        return self._about()[0]

    def case_user(self) -> str:
        """Return the user under the cursor."""
        found = self.behind()
        return (found.scope.user or "") if found is not None else ""

    def citation(self) -> AddEvidence | None:
        """Cite the user or the machine under the cursor, of the app where there is one; else the app."""
        subject, entity = self._about()
        return AddEvidence(subject, "entity", entity) if subject else None

    def _about(self) -> tuple[str, str]:
        """Return the subject and the entity under the cursor; empty where nothing can be named."""
        found = self.behind()
        scope = Whose() if found is None else found.scope
        named = (("machine", scope.machine), ("user", scope.user))
        entities = [f"{kind}:{own_name(self.session, name) or name}" for kind, name in named if name]
        app = [f"app:{scope.app}"] if scope.app else []
        return next(iter([*app, *entities]), ""), next(iter([*entities, *app]), "")


class EvidenceScreen(ReportScreen, scope=EVIDENCE):
    """The lines of one scope."""

    KIND = ViewKind.CLOUD_APPS
    PLACE = "evidence"
    DEFAULT_CSS = """
    EvidenceScreen .head { height: auto; max-height: 6; padding: 0 1; margin-bottom: 1; }
    """

    def __init__(self, behind: Behind) -> None:
        super().__init__()
        self.shown = behind
        self._head = Static(classes="head")
        self._table: Table[EvidenceRow] | None = None

    def compose_body(self) -> ComposeResult:
        """Lay out the sums, the lines, and the whole of the line under the cursor."""
        tz = self.session.resolved.tz
        columns: tuple[Column[EvidenceRow], ...] = (
            Column("time", "Time", lambda r: second(r.time, tz), 12, priority=0, sort=lambda r: r.time),
            Column("host", "Host", lambda r: r.host, 26, 18, 2, priority=0),
            Column("user", "User", self._user, 18, 13, 1, priority=2),
            Column("machine", self.say("{Machine}"), lambda r: r.machine or UNKNOWN, 10, priority=3),
            _bytes("up", "Up"),
            _bytes("down", "Down"),
            Column("blocked", "Blocked", self._blocked, 7, priority=5),
            Column("app", "App", lambda r: r.app, 16, 10, 1, priority=7),
            Column("domain", "Domain", lambda r: r.domain, 16, 12, 1, priority=8, tone=_muted),
            Column("address", "IP address", lambda r: r.source_ip or UNKNOWN, 12, priority=6),
            Column("ingested", "Taken in", lambda r: moment(r.ingested, tz), 12, priority=9, tone=_muted),
        )
        self._table = Table(columns, lambda row: row.id, empty="No line of this is in the report.")
        yield self._head
        yield self._table
        yield Detail()

    @property
    def table(self) -> Table[EvidenceRow]:
        """Return the table."""
        assert self._table is not None
        return self._table

    def refresh_view(self) -> None:
        """Show what the report has taken in by now."""
        found = evidence(self.session, self.play.report, self.shown.scope, self.play.days)
        self.crumbs = ("Cloud Discovery", "Evidence", *self.shown.words)
        self._head.update(self._heading(found))
        self.table.set_rows(found.rows)
        self._describe()

    def own_hint(self) -> str:
        """Say how much of it is listed."""
        return "`+` cites the line, `/` keeps lines with some words, `esc` goes back"

    def case_subject(self) -> str:
        """Return the app of the line under the cursor."""
        row = None if self._table is None else self._table.grid.selected_row
        return "" if row is None else f"app:{row.app_id}"

    def case_user(self) -> str:
        """Return the user of the line under the cursor."""
        row = None if self._table is None else self._table.grid.selected_row
        return (row.user or "") if row is not None else ""

    def citation(self) -> AddEvidence | None:
        """Cite the line under the cursor."""
        row = None if self._table is None else self._table.grid.selected_row
        if row is None:
            return None
        return AddEvidence(f"app:{row.app_id}", "rows", f"report:{self.play.report}", rows=(row.id,))

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Tell the whole of the line under the cursor."""
        self._describe()

    def on_grid_activated(self, event: Grid.Activated) -> None:
        """Say that this is the end of the way down."""
        event.stop()
        self.notify("This is a line; all of it stands below the list.", markup=False)

    def _heading(self, found: Evidence) -> Content:
        sums = found.lines
        items = [
            ("transactions", number(sums.transactions)),
            ("upload", None if sums.bytes_up is None else f"↑ {sums.bytes_up:,} B"),
            ("download", None if sums.bytes_down is None else f"↓ {sums.bytes_down:,} B"),
            ("traffic", None if sums.bytes_total is None else f"{sums.bytes_total:,} B"),
            ("blocked", None if sums.blocked is None else number(sums.blocked)),
        ]
        listed = f", newest {len(found.rows):,} listed" if found.left_out else ""
        title = Content.assemble(
            safe(" · ".join(self.shown.words), "strong"),
            safe(f"   {self.play.titled()}, last {self.play.days} days{listed}", "muted"),
        )
        return Content("\n").join([title, Content(""), counters(items, (self.size.width or 80) - 2)])

    def _describe(self) -> None:
        row = self.table.grid.selected_row
        if row is None:
            self.query_one(Detail).show([])
            return
        tz, now = self.session.resolved.tz, self.session.now
        who = " · ".join(
            (self._user(row), row.machine or self.say("no {machine}"), row.source_ip or "no address")
        )
        self.query_one(Detail).show(
            [
                fact(
                    "Counted as", row.app + (f", because of {row.domain}" if row.domain != row.host else "")
                ),
                fact("Host", row.host),
                fact("Who", who),
                fact("Taken in", f"{clock(row.ingested, tz, now)} by {self.play.portal.report(row.report)}"),
            ]
        )

    def _user(self, row: EvidenceRow) -> str:
        return UNKNOWN if row.user is None else shown_name(self.session, row.user)

    def _blocked(self, row: EvidenceRow) -> str:
        return UNKNOWN if row.blocked is None else "yes" if row.blocked else "no"


def _muted(row: EvidenceRow) -> Tone:
    return "muted"


def _bytes(key: str, title: str) -> Column[EvidenceRow]:
    def of(row: EvidenceRow) -> int | None:
        return row.bytes_up if key == "up" else row.bytes_down

    return Column(key, title, lambda r: size(of(r)), 7, right=True, priority=1, sort=of, descending=True)
