"""Control > Policies: what is watched, and the 15 templates to start from."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult

from sim.base.time import show_clock
from sim.session.policy_commands import SwitchPolicy
from sim.views import discovery, policies
from sim.views.policies import PolicyRow, TemplateRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.forms import Values
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.policy_form import command, policy_form
from tui.text import safe
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

POLICIES = Scope(
    "policies",
    "Policies",
    "App discovery policies watch the continuous reports. A policy is evaluated at the next "
    "analysis run, twice a day. In the portal: Control, Policies and Control, Templates.",
    (
        Action(
            "policies.other",
            "Other list",
            "change between the saved policies and the templates",
            ("[", "]"),
            footer=90,
        ),
        Action(
            "policies.enable",
            "On/off",
            "enable or disable the chosen policy",
            ("space",),
            when="policy",
            footer=80,
        ),
    ),
)


def _short(row: TemplateRow | PolicyRow) -> str:
    """Return the criteria with a sign for "is more than"; the words stand below the list."""
    return ", ".join(f"{name} > {threshold}" for name, threshold in row.criteria)


TEMPLATE_COLUMNS: tuple[Column[TemplateRow], ...] = (
    Column("name", "Template", lambda row: row.name, 36, 28, 1, priority=0),
    Column("severity", "Severity", lambda row: row.severity, 8, priority=2),
    Column("condition", "Same day", lambda row: _short(row), 34, 22, 2, priority=1),
)


class PoliciesScreen(PlayScreen, scope=POLICIES):
    """Two lists, one at a time: saved policies and templates."""

    PLACE = "policies"
    KIND = ViewKind.CLOUD_APPS

    def __init__(self) -> None:
        super().__init__()
        columns: tuple[Column[PolicyRow], ...] = (
            Column("name", "Policy", lambda row: row.name, 24, 16, 1, priority=0),
            Column("on", "State", lambda row: "● On" if row.enabled else "○ Off", 6, priority=0),
            Column("severity", "Severity", lambda row: row.severity, 8, priority=2),
            Column("condition", "Same day", _short, 30, 22, 1, priority=1),
            Column("tag", "Tags app", lambda row: ", ".join(row.tags) or "–", 12, 8, priority=3),
            Column("alerts", "Alerts", lambda row: row.alerts, 6, right=True, priority=1),
            Column("created", "Saved", self._created, 16, priority=4, tone=lambda row: "muted"),
        )
        self.saved: Table[PolicyRow] = Table(
            columns, lambda row: row.id, empty="No policy is saved yet.", id="saved"
        )
        self.templates: Table[TemplateRow] = Table(TEMPLATE_COLUMNS, lambda row: row.name, id="templates")

    def _created(self, row: PolicyRow) -> str:
        return "built in" if row.built_in else show_clock(row.created, self.session.resolved.tz)

    def compose_body(self) -> ComposeResult:
        """Lay out both lists; one of them is shown."""
        yield self.templates
        yield self.saved
        yield Detail()

    def on_mount(self) -> None:
        """Begin with the templates while nothing is saved."""
        self.saved.display = any(not row.built_in for row in policies.policies(self.session))
        self.templates.display = not self.saved.display
        (self.saved if self.saved.display else self.templates).grid.focus()

    def refresh_view(self) -> None:
        """Fill both lists."""
        self.crumbs = ("Control", "Policies" if self.saved.display else "Templates")
        self.saved.set_rows(policies.policies(self.session))
        self.templates.set_rows(policies.templates(self.session))
        self._describe()

    def own_hint(self) -> str:
        """Say what enter does here."""
        if self.templates.display:
            return "`enter` begins a policy from this template; `[` shows the saved ones"
        if not self.saved.selected:
            return "`[` shows the templates to begin a policy from"
        return "`enter` changes this policy, `space` switches it; `[` shows templates"

    def do_policies_other(self) -> None:
        """Show the other list."""
        self.saved.display = not self.saved.display
        self.templates.display = not self.saved.display
        (self.saved if self.saved.display else self.templates).grid.focus()
        self.draw()

    def on_grid_highlighted(self) -> None:
        """Follow the cursor."""
        self._describe()

    def _describe(self) -> None:
        lines = []
        template, saved = self.templates.grid.selected_row, self.saved.grid.selected_row
        if self.templates.display and template is not None:
            lines = [
                safe(template.name, "strong"),
                safe(template.description),
                fact("Apps", template.apps),
                fact("Same day", template.condition),
            ]
        elif self.saved.display and saved is not None:
            lines = [
                safe(saved.name, "strong"),
                fact("Apps", saved.apps),
                fact("Same day", saved.condition),
                fact("Reports", saved.reports),
                fact("Alerts", f"{saved.alerts}, at most {saved.daily_limit} a day"),
                fact("Governance", f"tag app {', '.join(saved.tags)}" if saved.tags else "none"),
            ]
        self.query_one(Detail).show(lines)

    def when_policy(self) -> str:
        """Say that no policy is chosen, if so."""
        return "" if self.saved.display and self.saved.selected else "choose a saved policy first"

    @work
    async def do_policies_enable(self) -> None:
        """Ask, then enable or disable the chosen policy."""
        row = self.saved.grid.selected_row
        if row is None:
            return
        verb = "Disable" if row.enabled else "Enable"
        then = "it raises no more alerts" if row.enabled else "it is evaluated again"
        question = Question(f"{verb} this policy?", row.name, then, "the next analysis run", verb)
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(SwitchPolicy(row.id, not row.enabled))

    @work
    async def on_grid_activated(self) -> None:
        """Fill the form from the chosen template or policy, and save what comes back."""
        template = self.templates.grid.selected_row
        saved = self.saved.grid.selected_row if self.saved.display else None
        if saved is None and (template is None or not self.templates.display):
            return
        if saved is not None and saved.learning:
            return
        source: TemplateRow | PolicyRow | None = saved or template
        assert source is not None
        reports = discovery.report_names(self.session)
        values: Values | None = await self.app.push_screen_wait(policy_form(source, reports))
        if values is None:
            return
        answer = self.play.submit(command(source, values))
        if answer is not None and saved is None:
            self.saved.display, self.templates.display = True, False
            self.saved.grid.focus()
            self.draw()
            self.saved.grid.select(str(answer.data["id"]))
