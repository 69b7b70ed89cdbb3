"""Cloud Discovery settings: custom reports, who is left out, under which names, and named IP ranges."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.widget import Widget

from sim.session.commands import Command
from sim.session.indicator_commands import RemoveScopedProfile
from sim.session.report_commands import (
    Anonymise,
    DeleteReport,
    EnrichUsers,
    ExcludeEntity,
    RemoveIpRange,
)
from sim.views import cloud_settings, collectors, reports
from sim.views.cloud_settings import NameSetting
from sim.views.reports import ReportRow
from tui.actions import Action, Scope
from tui.confirm import Confirm, Question
from tui.frame import ViewKind
from tui.screens import cloud_tables
from tui.screens.cloud_forms import (
    Form,
    exclusion_form,
    ip_range_form,
    profile_form,
    repair_form,
    report_form,
    snapshot_form,
)
from tui.screens.reports import ask_names
from tui.screens.tabs import TAB_ACTIONS, TabbedScreen
from tui.text import safe
from tui.units import clock
from tui.widgets.detail import Detail, fact
from tui.widgets.grid import Grid

CLOUD_SETTINGS = Scope(
    "cloud_settings",
    "Cloud Discovery settings",
    "What is set here holds for new data: what a report says already stays as it is, for 90 days. "
    "In the portal: Settings, Cloud Discovery settings, with the tabs Continuous reports, Exclude "
    "entities, Anonymization, User enrichment and Automatic log upload; Snapshot reports is another tab "
    "there, and IP ranges are in Settings, IP address ranges.",
    (
        *TAB_ACTIONS,
        Action(
            "cloud_settings.new",
            "New",
            "add an entry to the list of this tab",
            ("N",),
            "A custom report takes the chosen sources, and of these the chosen user groups and addresses.",
            when="list",
            footer=90,
        ),
        Action(
            "cloud_settings.snapshot",
            "Snapshot",
            "create a snapshot report of a log",
            ("U",),
            "Uploads what a proxy or firewall logged in a period, which a log collector may have lost or "
            "misread. The report never changes. In the portal: Create snapshot report.",
            when="log",
            footer=70,
        ),
        Action(
            "cloud_settings.remove",
            "Remove",
            "remove the chosen report, exclusion, IP range or profile",
            ("d", "delete"),
            "Asks first.",
            when="removable",
            footer=80,
        ),
        Action(
            "cloud_settings.change",
            "Switch",
            "switch the chosen setting on or off",
            ("space",),
            "Asks first. Names that reports show already stay.",
            when="setting",
            footer=95,
            passes=True,
        ),
        Action(
            "cloud_settings.repair",
            "Repair",
            "set a data source right, or have its log collector looked at",
            ("F",),
            "The log type and the time zone are settings of the portal; a container that does not run and a "
            "full disk are the server team's, and take a while.",
            when="collector",
            footer=95,
        ),
        Action(
            "cloud_settings.resolve",
            "Resolve",
            "ask who stands behind pseudonyms",
            ("w",),
            "Needs a justification, and goes into the governance log with it.",
        ),
    ),
)
TABS = (
    ("reports", "Reports"),
    ("exclusions", "Exclude"),
    ("names", "Names"),
    ("collectors", "Log upload"),
    ("ranges", "IP ranges"),
)
NEXT_RUN = "with the next analysis run"


class CloudSettingsScreen(TabbedScreen, scope=CLOUD_SETTINGS):
    """A product view of Cloud App Security: its lists, one at a time."""

    PLACE = "cloud_settings"
    KIND = ViewKind.CLOUD_APPS
    DEFAULT_CSS = """
    CloudSettingsScreen ContentSwitcher { height: 1fr; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._reports = cloud_tables.reports(self._when)
        self._exclusions = cloud_tables.exclusions(self._when)
        self._names = cloud_tables.names(self._source)
        self._ranges = cloud_tables.ranges()
        self._sources = cloud_tables.sources(self._when)
        self._profiles = cloud_tables.profiles()

    def _when(self, time: int | None) -> str:
        return "never" if time is None else clock(time, self.session.resolved.tz, self.session.now)

    def tabs(self) -> tuple[tuple[str, str], ...]:
        """Return the lists of this period."""
        return (*TABS, ("profiles", "Profiles")) if cloud_settings.has_profiles(self.session) else TABS

    def compose_body(self) -> ComposeResult:
        """Lay out the tabs, and the chosen row in words below them."""
        yield from self.compose_tabs()
        yield Detail()

    def compose_tab(self, tab: str) -> Widget:
        """Return the list of a tab."""
        tables: dict[str, Widget] = {
            "reports": self._reports,
            "exclusions": self._exclusions,
            "names": self._names,
            "ranges": self._ranges,
            "collectors": self._sources,
            "profiles": self._profiles,
        }
        return tables[tab]

    def refresh_view(self) -> None:
        """Fill the lists."""
        self.crumbs = ("Settings", "Cloud Discovery settings", dict(self.tabs())[self.tab])
        self._reports.set_rows(reports.report_rows(self.session))
        self._exclusions.set_rows(cloud_settings.exclusions(self.session))
        self._names.set_rows(cloud_settings.name_settings(self.session))
        self._ranges.set_rows(cloud_settings.ip_ranges(self.session))
        self._sources.set_rows(collectors.data_sources(self.session))
        if cloud_settings.has_profiles(self.session):
            self._profiles.set_rows(cloud_settings.profiles(self.session))
        self._describe()

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        """Follow the cursor."""
        self._describe()
        self.draw()

    def own_hint(self) -> str:
        """Suggest what the keys do in this list."""
        match self.tab:
            case "reports":
                custom = self._report is not None and self._report.custom
                snapshot = "" if self.when_log() else ", `U` a snapshot of a log"
                change = ", `enter` changes this one" if custom else ""
                return f"`N` makes a custom report{snapshot}{change}; `]` next tab"
            case "exclusions":
                return "`N` leaves somebody out of new data, `d` ends it; `]` next tab"
            case "names":
                return "`space` switches the chosen setting, `w` resolves pseudonyms; `]` next tab"
            case "collectors":
                return "`F` sets a data source right, or has its collector looked at; `]` next tab"
            case "profiles":
                return "`N` adds a profile, which can be chosen when an app is tagged; `enter` changes one"
            case _:
                return "`N` names a range of addresses; `]` next tab"

    def _source(self, row: NameSetting) -> str:
        return self.play.portal.report(row.source) or "every source"

    @property
    def _report(self) -> ReportRow | None:
        return self._reports.grid.selected_row

    def _describe(self) -> None:
        lines = []
        match self.tab:
            case "reports" if self._report is not None:
                row = self._report
                lines = [safe(row.title, "strong"), fact("Takes", row.about)]
                lines.append(fact("Updated", self._when(row.updated)))
                if note := reports.reach(self.session, row.name).note:
                    lines.append(fact("Empty", note))
            case "exclusions" if (left := self._exclusions.grid.selected_row) is not None:
                lines = [safe(left.name, "strong"), fact("Comment", left.comment or "none")]
            case "names" if (setting := self._names.grid.selected_row) is not None:
                lines = [safe(setting.name, "strong"), safe(setting.promise), fact("Where", setting.page)]
            case "ranges" if (named := self._ranges.grid.selected_row) is not None:
                lines = [
                    safe(named.name, "strong"),
                    fact("Addresses", ", ".join(named.ranges)),
                    fact("Reports", ", ".join(named.reports) or "none goes by its tags"),
                ]
            case "collectors" if (source := self._sources.grid.selected_row) is not None:
                lines = [
                    safe(source.name, "strong"),
                    fact("Log type", f"{source.log_type}, times in {source.zone}"),
                    fact("Collector", f"{source.collector}, {source.receiver}, {source.status}"),
                    fact("Cannot tell", ", ".join(source.lacks)),
                    fact("Where", collectors.page(self.session)),
                ]
            case "profiles" if (profile := self._profiles.grid.selected_row) is not None:
                lines = [
                    safe(profile.name, "strong"),
                    fact("About", profile.description or "no description"),
                    fact("Apps", ", ".join(profile.apps) or "no tag holds with it"),
                ]
        self.query_one(Detail).show(lines)

    # -- what can be done ------------------------------------------------------------------------

    def when_list(self) -> str:
        """Say that the switches are a fixed list, if they are shown."""
        if self.tab == "collectors":
            return "data sources are the scenario's"
        return "these settings are all there are" if self.tab == "names" else ""

    def when_log(self) -> str:
        """Say that there is no log to upload, if so."""
        if self.tab != "reports":
            return "snapshot reports are in the tab Reports"
        return "" if collectors.data_sources(self.session) else "no proxy or firewall here writes a log"

    def when_collector(self) -> str:
        """Say that no data source is chosen, if so."""
        chosen = self.tab == "collectors" and self._sources.selected
        return "" if chosen else "choose a data source in the tab Log upload"

    def when_setting(self) -> str:
        """Say that no switch is chosen, if so."""
        return "" if self.tab == "names" and self._names.selected else "choose a setting in the tab Names"

    def when_removable(self) -> str:
        """Say why the chosen row cannot be removed, if so."""
        match self.tab:
            case "reports":
                own = self._report is not None and (self._report.custom or self._report.snapshot)
                return "" if own else "a built-in report cannot be removed"
            case "exclusions":
                return "" if self._exclusions.selected else "nobody is left out"
            case "ranges":
                return "" if self._ranges.selected else "there is no IP range"
            case "collectors":
                return "data sources are the scenario's"
            case "profiles":
                return "" if self._profiles.selected else "there is no profile"
            case _:
                return "switch the setting off instead"

    @work
    async def do_cloud_settings_new(self) -> None:
        """Show the form of what the list holds, and save it."""
        match self.tab:
            case "reports":
                await self._save(report_form(cloud_settings.choices(self.session), self.play.portal))
            case "exclusions":
                await self._save(exclusion_form(self.play.portal))
            case "ranges":
                await self._save(ip_range_form())
            case "profiles":
                taken = [row.name for row in cloud_settings.profiles(self.session)]
                await self._save(profile_form(cloud_settings.device_groups(self.session), taken))

    @work
    async def on_grid_activated(self, event: Grid.Activated) -> None:
        """Change what was opened."""
        event.stop()
        named, profile = self._ranges.grid.selected_row, self._profiles.grid.selected_row
        if self.tab == "reports" and self._report is not None and self._report.custom:
            await self._save(
                report_form(cloud_settings.choices(self.session), self.play.portal, self._report)
            )
        elif self.tab == "ranges" and named is not None:
            await self._save(ip_range_form(named))
        elif self.tab == "profiles" and profile is not None:
            await self._save(profile_form(cloud_settings.device_groups(self.session), (), profile))
        elif self.tab == "names":
            self.do_cloud_settings_change()
        elif self.tab == "collectors":
            self.do_cloud_settings_repair()
        elif self.tab == "reports":
            kind = "snapshot" if self._report is not None and self._report.snapshot else "built-in"
            self.notify(f"A {kind} report takes what it takes.", markup=False)

    @work
    async def do_cloud_settings_snapshot(self) -> None:
        """Show the form of a snapshot report, and create it."""
        await self._save(snapshot_form([row.name for row in collectors.data_sources(self.session)]))

    async def _save(self, form: Form) -> None:
        values = await self.app.push_screen_wait(form.screen)
        if values is not None:
            self.play.submit(form.command(values))

    @work
    async def do_cloud_settings_remove(self) -> None:
        """Ask, then remove the chosen row."""
        removal = self._removal()
        if removal is not None and await self.app.push_screen_wait(Confirm(removal[0])):
            self.play.submit(removal[1])

    def _removal(self) -> tuple[Question, Command] | None:
        left, named = self._exclusions.grid.selected_row, self._ranges.grid.selected_row
        profile = self._profiles.grid.selected_row
        if self.tab == "reports" and self._report is not None:
            gone = "the report and its data are gone; other reports keep theirs"
            question = Question("Delete this report?", self._report.name, gone, verb="Delete")
            return question, DeleteReport(self._report.name)
        if self.tab == "exclusions" and left is not None:
            again = f"new data counts the {left.what} again; what was left out stays lost"
            question = Question("End this exclusion?", left.name, again, NEXT_RUN, "End it")
            return question, ExcludeEntity(left.kind, left.name, False)
        if self.tab == "ranges" and named is not None:
            gone = "its tags hold no longer for these addresses"
            question = Question("Remove this IP range?", named.name, gone, NEXT_RUN, "Remove")
            return question, RemoveIpRange(named.name)
        if self.tab == "profiles" and profile is not None:
            gone = "it can no longer be chosen; refused while a tag holds with it or a policy tags with it"
            question = Question("Remove this profile?", profile.name, gone, verb="Remove")
            return question, RemoveScopedProfile(profile.name)
        return None

    @work
    async def do_cloud_settings_change(self) -> None:
        """Ask, then switch the chosen setting."""
        row = self._names.grid.selected_row
        if row is None:
            return
        to = "off" if row.on else "on"
        subject = f"{row.name}, {self._source(row)}"
        consequence = f"this stops: {row.promise}" if row.on else row.promise
        question = Question(f"Switch {to}?", subject, consequence, NEXT_RUN, f"Switch {to}")
        if await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(
                Anonymise(row.source, row.kind, not row.on) if row.source else EnrichUsers(not row.on)
            )

    @work
    async def do_cloud_settings_repair(self) -> None:
        """Ask for a remedy, and send for it."""
        row = self._sources.grid.selected_row
        if row is not None:
            await self._save(repair_form(row))

    @work
    async def do_cloud_settings_resolve(self) -> None:
        """Ask whose pseudonyms to resolve, and why."""
        await ask_names(self, "")
