"""Control > Policies: what is watched, and the 15 templates to start from."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.content import Content

from sim.base.errors import Problem, UnsanctionedError
from sim.base.time import show_clock
from sim.session.policy_commands import DeletePolicy, SwitchPolicy
from sim.views import policies
from sim.views.files import new_path, reports_folder, write
from sim.views.policies import PolicyRow, TemplateRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.forms import FormScreen, TextField, Values
from tui.frame import ViewKind
from tui.screens.base import PlayScreen
from tui.screens.policy_form import command, policy_form, save_or_show
from tui.text import safe
from tui.widgets.columns import Column
from tui.widgets.detail import Detail, fact
from tui.widgets.table import Table

POLICIES = Scope(
    "policies",
    "Policies",
    "App discovery policies watch the continuous reports; those that came with the portal stand below "
    "the saved ones. A policy is evaluated at the next analysis run. In the portal: Control, Policies and "
    "Control, Templates.",
    (
        Action(
            "policies.other",
            "Other list",
            "change between the saved policies and the templates",
            ("[", "]"),
            footer=90,
        ),
        Action(
            "policies.delete",
            "Delete",
            "delete the chosen policy; its alerts and tags stay",
            ("d",),
            when="own",
            footer=60,
        ),
        Action(
            "policies.export",
            "YAML",
            "write the chosen policy to a YAML file, to keep in git and to test with `unsanctioned policy`",
            ("X",),
            when="own",
        ),
        Action(
            "policies.import",
            "From YAML",
            "save the policies of a YAML file: each is new, or replaces the saved one of its name",
            ("I",),
            "All of them or, if anything in the file is wrong, none; each mistake is told with its line and "
            "column. The portal has no such button.",
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


def _told(row: PolicyRow) -> str:
    told = (*row.emails, *row.phones)
    sent = f", sent to {', '.join(told)}" if told else ""
    return f"{sent}, runs {row.playbook}" if row.playbook else sent


def _governance(row: PolicyRow) -> str:
    whom = f", for {row.profile}" if row.profile else ""
    return f"tag app {', '.join(row.tags)}{whom}" if row.tags else "none"


def _short(row: TemplateRow | PolicyRow) -> str:
    """Return the criteria with a sign for "is more than"; the words stand below the list."""
    return ", ".join(f"{name} > {threshold}" for name, threshold in row.criteria) or row.condition


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

    def show_saved(self, policy_id: str) -> None:
        """Show the saved policies with the cursor on one of them."""
        self.saved.display, self.templates.display = True, False
        self.saved.grid.focus()
        self.draw()
        self.saved.grid.select(policy_id)

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
                Content.assemble(safe(saved.name, "strong"), safe(f"  {saved.kind}", "muted")),
                *([safe(saved.description)] if saved.description else []),
                fact("Apps", saved.apps),
                fact("Match", saved.condition),
                fact("Reports", saved.reports),
                fact("Alerts", f"{saved.alerts}, at most {saved.daily_limit} a day{_told(saved)}"),
                fact("Governance", _governance(saved)),
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

    def on_grid_activated(self) -> None:
        """Fill the form from the chosen template or policy; it saves or back-tests what it holds."""
        saved = self.saved.grid.selected_row if self.saved.display else None
        source = saved if self.saved.display else self.templates.grid.selected_row
        if source is None:
            return
        if isinstance(source, PolicyRow) and not source.can_edit:
            self.notify("It waits for news of a breach and can only be disabled.", markup=False)
            return
        form = policy_form(source, policies.form_choices(self.session), partial(self._act, source))
        self.app.push_screen(form)

    def _act(self, source: TemplateRow | PolicyRow, values: Values) -> bool:
        answer = save_or_show(self.play, command(source, values), values["then"])
        if answer is not None and isinstance(source, TemplateRow):
            self.show_saved(str(answer.data["id"]))
        return answer is not None

    def when_own(self) -> str:
        """Say why the chosen policy cannot be deleted or written to a file, if so."""
        row = self.saved.grid.selected_row if self.saved.display else None
        if row is None:
            return "choose a saved policy first"
        return "a policy of the portal can only be disabled" if row.built_in else ""

    @work
    async def do_policies_delete(self) -> None:
        """Ask, then delete the chosen policy."""
        row = self.saved.grid.selected_row
        if row is None:
            return
        question = Question(
            "Delete this policy?", row.name, "its alerts and the tags it set stay", "at once", "Delete"
        )
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(DeletePolicy(row.id))

    def do_policies_export(self) -> None:
        """Write the chosen policy to a YAML file."""
        row = self.saved.grid.selected_row
        if row is None:
            return
        try:
            path = new_path(reports_folder(), row.name, ".yaml")
            write(path, policies.exported(self.session, row.id).encode())
        except UnsanctionedError as error:
            self.play.refuse(error)
            return
        self.notify(str(path), title="Written", markup=False, timeout=12)

    def do_policies_import(self) -> None:
        """Ask for a file, and save its policies."""
        path = TextField("path", "Path of the file", placeholder="policies.yaml", check=self._wrong_file)
        about = "Each policy is new, or replaces the saved one of its name. pgup and pgdn scroll."
        self.app.push_screen(
            FormScreen("Policies from YAML", (path,), about=about, act=self._import, verb="Import")
        )

    def _wrong_file(self, path: str) -> str:
        try:
            policies.policy_file(self.session, Path(path).expanduser())
        except UnsanctionedError as error:
            return "\n".join(map(_located, error.problems))
        return ""

    def _import(self, values: Values) -> bool:
        try:
            made = policies.policy_file(self.session, Path(str(values["path"]).strip()).expanduser())
        except UnsanctionedError as error:
            self.play.refuse(error)
            return False
        answer = self.play.submit(made)
        if answer is not None:
            self.show_saved(str(answer.data["ids"][0]))
        return answer is not None


def _located(problem: Problem) -> str:
    """Return what is wrong with a file, where, and what to do."""
    place = f"{problem.where.line}:{problem.where.column} " if problem.where and problem.where.line else ""
    return f"{place}{problem.what}; {problem.advice}"
