"""What the alert queues have in common: a list, the chosen alert in words, what is done to it anywhere."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from sim.base.time import show_clock
from sim.engine.discovery.continuous import Scope as Whose
from sim.session.alert_commands import AssignAlert, CommentAlert, SetAlertStatus
from sim.session.case_commands import AddEvidence
from sim.views import alerts
from sim.views.alerts import AlertRow, CloudAlertRow, EndpointAlertRow
from sim.views.notes import verdict_words
from sim.views.reports import WHOLE, report_names
from tui.actions import Action
from tui.forms import ChoiceField, FormScreen, TextField
from tui.screens.base import PlayScreen
from tui.screens.evidence import EVIDENCE_ACTIONS, Behind, EvidenceKey
from tui.units import plural
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

MARK_ACTION = Action(
    "alert.mark",
    "Mark",
    "mark the alert, to close several together",
    ("m",),
    "Marked alerts carry a dot; `c` closes them all alike, or none of them.",
    when="open",
    footer=80,
)
NOTE_ACTIONS = (
    Action("alert.assign", "Assign", "give the alert to a person", ("A",), when="chosen"),
    Action("alert.comment", "Comment", "write a comment on the alert", ("C",), when="chosen"),
)
POLICY_ACTIONS = (
    Action(
        "alert.policy", "Policy", "adjust the policy that raised the alert", ("P",), when="policy", footer=70
    ),
    *EVIDENCE_ACTIONS,
)
WHOM_ACTION = Action(
    "alert.whom",
    "Whom",
    "open the page of whom the alert is about in Cloud Discovery: a user, else an address",
    ("u",),
    when="whom",
)
STATE_ACTIONS = (
    Action(
        "alert.progress",
        "In progress",
        "set the alert to In progress, or back to New",
        ("i",),
        "A resolved alert is opened again by it.",
        when="chosen",
        footer=85,
    ),
    Action("alert.app", "App", "open the alert's app", ("a",), when="app", footer=80),
    WHOM_ACTION,
    Action(
        "alert.indicator",
        "Indicator",
        "go to the indicator that raised the alert",
        ("N",),
        when="indicator",
    ),
    Action(
        "alert.incident",
        "Incident",
        "keep only the alerts of this incident, or show all again",
        ("I",),
        when="chosen",
        footer=70,
    ),
)


R = TypeVar("R", bound=AlertRow)


class QueueScreen(PlayScreen):
    """What every queue is: a list of alerts, and the chosen one in words below it."""

    CRUMB: ClassVar[str]
    table: Table[Any]

    @property
    @abstractmethod
    def chosen(self) -> AlertRow | None:
        """Return the alert under the cursor, or None."""

    def case_subject(self) -> str:
        """Return the alert under the cursor."""
        return "" if self.chosen is None else f"alert:{self.chosen.id}"

    def case_user(self) -> str:
        """Return the first user of a machine's alert."""
        row = self.chosen
        return row.user.partition(", ")[0] if isinstance(row, EndpointAlertRow) else ""

    def when_whom(self) -> str:
        """Say why nobody's page can be opened, if so."""
        return "" if self._whom() else "the alert names nobody"

    def do_alert_whom(self) -> None:
        """Open the page of whom the alert is about, the first of several."""
        whom = self._whom()
        if whom:
            self.play.open(*whom)

    def _whom(self) -> tuple[str, str] | None:
        row = self.chosen
        if isinstance(row, CloudAlertRow):
            return next(((kind, names[0]) for kind, names in row.seen_with if names), None)
        user = self.case_user()
        return ("user", user) if user else None

    def citation(self) -> AddEvidence | None:
        """Cite the alert, of its app where it names one."""
        row = self.chosen
        if row is None:
            return None
        return AddEvidence(f"app:{row.app_id}" if row.app_id else f"alert:{row.id}", "alert", row.id)

    def _time(self, row: AlertRow) -> str:
        return show_clock(row.time, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out the list and the chosen alert's words."""
        yield self.table
        yield Detail()

    @work
    async def do_alert_assign(self) -> None:
        """Ask for a person, then assign the chosen alert."""
        row = self.chosen
        if row is None:
            return
        field = TextField("person", "Person", row.assigned, "empty is nobody")
        values = await self.app.push_screen_wait(FormScreen(f"Assign {row.id}", (field,), verb="Assign"))
        if values is not None:
            self.play.submit(AssignAlert(row.id, str(values["person"]).strip()))

    @work
    async def do_alert_comment(self) -> None:
        """Ask for a comment, then keep it on the chosen alert."""
        row = self.chosen
        if row is None:
            return
        field = TextField("text", "Comment", check=lambda text: "" if text else "write something")
        values = await self.app.push_screen_wait(FormScreen(f"Comment on {row.id}", (field,)))
        if values is not None:
            self.play.submit(CommentAlert(row.id, str(values["text"]).strip()))

    def when_chosen(self) -> str:
        """Say that no alert is chosen, if so."""
        return "" if self.chosen is not None else "choose an alert first"

    def when_open(self) -> str:
        """Say why the alert cannot be closed, if so."""
        row = self.chosen
        if row is None:
            return "choose an alert first"
        return "" if row.is_open else f"this alert is already {row.status.lower()}"

    @abstractmethod
    def rows(self) -> Sequence[object]:
        """Return the alerts that the queue shows by now."""

    @abstractmethod
    def words(self) -> list[Content]:
        """Return the chosen alert in words; nothing where none is chosen."""

    def refresh_view(self) -> None:
        """List the alerts."""
        self.crumbs = (self.CRUMB,)
        self.table.set_rows(self.rows())
        self._describe()

    def _describe(self) -> None:
        verdict = verdict_words(self.session, self.case_subject())
        self.query_one(Detail).show([*self.words(), *([fact("Verdict", verdict)] if verdict else [])])

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()
        self.refresh_bindings()


@dataclass(frozen=True, slots=True)
class Line(Generic[R]):
    """An alert in a list whose alerts can be marked, and whether it is."""

    alert: R
    marked: bool


class MarkedAlerts(QueueScreen, Generic[R]):
    """A queue in which several alerts are closed alike."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[str] = set()

    @property
    def chosen(self) -> R | None:
        """Return the alert under the cursor, or None."""
        line: Line[R] | None = self.table.grid.selected_row
        return None if line is None else line.alert

    @abstractmethod
    def rows(self) -> list[Line[R]]:
        """Return the alerts that the queue shows by now."""

    def lines(self, rows: Sequence[R]) -> list[Line[R]]:
        """Return alerts as lines; one that was closed loses its mark."""
        self._marked &= {row.id for row in rows if row.is_open}
        return [Line(row, row.id in self._marked) for row in rows]

    def closing(self) -> list[R]:
        """Return the marked alerts, or else the chosen one."""
        row = self.chosen
        marked = [line.alert for line in self.rows() if line.marked]
        return marked or ([row] if row is not None else [])

    def do_alert_mark(self) -> None:
        """Mark the alert, or take its mark away, and go on to the next one."""
        row = self.chosen
        if row is not None:
            self._marked ^= {row.id}
            self.draw()
            self.table.grid.do_table_down()

    def when_waiting(self) -> str:
        """Say why there is nothing to close, if so."""
        return "" if self._marked else self.when_open()

    def marked_hint(self, verb: str) -> str:
        """Say what can be done with the marked alerts, if there are any."""
        if not self._marked:
            return ""
        return f"`c` {verb} the {plural(len(self._marked), 'marked alert')} alike; `m` takes a mark away"


class PolicyAlerts(QueueScreen, EvidenceKey):
    """A queue with alerts that a policy raised: they lead to it, and to the lines behind them."""

    def _by_policy(self) -> CloudAlertRow | None:
        row = self.chosen
        return row if isinstance(row, CloudAlertRow) and row.app_id else None

    def behind(self) -> Behind | None:
        """Return the app's use on the day that the alert is about."""
        row = self._by_policy()
        if row is None or row.report not in report_names(self.session):
            return None
        return Behind(Whose(app=row.app_id, first_day=row.day, last_day=row.day), (row.app, row.id))

    def do_evidence_open(self) -> None:
        """List the lines in the alert's report, whichever was looked at before."""
        row = self._by_policy()
        if row is not None:
            self.play.report, self.play.days = row.report, WHOLE
        super().do_evidence_open()

    def when_policy(self) -> str:
        """Say why the policy cannot be gone to, if so."""
        row = self._by_policy()
        if row is None:
            return self.when_chosen() or "no policy raised this alert"
        return "" if row.policy_is_there else "the policy was deleted"

    async def open_log_upload(self) -> None:
        """Go to the data sources, which an alert of the portal itself is about."""
        from tui.screens.cloud_settings import CloudSettingsScreen

        await self.play.go("cloud_settings")
        cast("CloudSettingsScreen", self.app.screen).show_tab("collectors")

    async def do_alert_policy(self) -> None:
        """Go to the policy among the saved ones."""
        from tui.screens.policies import PoliciesScreen

        row = self._by_policy()
        if row is not None:
            await self.play.go("policies")
            cast("PoliciesScreen", self.app.screen).show_saved(row.policy_id)


class StateAlerts(QueueScreen):
    """A queue whose alerts have a state and an incident."""

    def __init__(self) -> None:
        super().__init__()
        self.only = ""
        """The incident whose alerts alone are listed; empty lists every one."""

    def kept(self, rows: Sequence[Any]) -> list[Any]:
        """Return the alerts of the incident that is asked for, or all of them."""
        return [row for row in rows if self.only in {"", row.incident}]

    def incident_words(self, row: AlertRow, every: Sequence[AlertRow]) -> str:
        """Return an alert's incident, and how many others are in it."""
        others = sum(other.incident == row.incident for other in every) - 1
        return f"{row.incident}, " + (f"with {plural(others, 'other alert')}" if others else "alone")

    def show_incident(self, incident: str) -> None:
        """Keep only the alerts of one incident."""
        self.only = incident
        self.draw()
        self.table.grid.focus()

    def do_alert_incident(self) -> None:
        """Keep only the alerts of the chosen one's incident, or show all again."""
        row = self.chosen
        if row is not None:
            self.only = "" if self.only else row.incident
            self.draw()
            self.table.grid.select(row.id)

    def do_alert_progress(self) -> None:
        """Say that somebody is at it; from there, go back to New."""
        row = self.chosen
        if row is not None:
            status = "New" if row.status == "In progress" else "In progress"
            self.play.submit(SetAlertStatus(row.id, status))

    def when_app(self) -> str:
        """Say why no app can be opened, if so."""
        row = self.chosen
        return "" if row is not None and row.app_id else "the alert names no app"

    def do_alert_app(self) -> None:
        """Open the app's page."""
        row = self.chosen
        if row is not None:
            self.play.open("app", row.app_id)

    def when_indicator(self) -> str:
        """Say why the indicator cannot be gone to, if so."""
        row = self.chosen
        if not isinstance(row, EndpointAlertRow):
            return self.when_chosen() or "no indicator raised this alert"
        return "" if row.indicator_is_listed else "the indicator is no longer listed"

    async def do_alert_indicator(self) -> None:
        """Go to the indicator in its list."""
        from tui.screens.indicators import IndicatorsScreen

        row = self.chosen
        if isinstance(row, EndpointAlertRow):
            await self.play.go("indicators")
            cast("IndicatorsScreen", self.app.screen).table.grid.select(row.indicator)

    def open_timeline(self, row: EndpointAlertRow) -> None:
        """Open the machine's timeline, at the app where the alert names one."""
        self.play.open("timeline", row.machine, app_id=row.app_id or None)

    def resolve_form(self, title: str, about: str) -> FormScreen:
        """Return the form that asks for a classification; `classified` reads it."""
        kinds = tuple(
            (f"{name}/{more}", f"{name} – {more}" if more else name)
            for name, determinations in alerts.classifications(self.session)
            for more in ("", *determinations)
        )
        return FormScreen(
            title,
            (
                ChoiceField("class", "Classification", kinds),
                TextField("comment", "Comment", placeholder="what you found and did"),
            ),
            about=about,
            verb="Resolve",
        )


def classified(values: dict[str, Any]) -> tuple[str, str, str]:
    """Return classification, determination and comment of a form that was filled in."""
    name, _, determination = str(values["class"]).partition("/")
    return name, determination, str(values["comment"]).strip()
