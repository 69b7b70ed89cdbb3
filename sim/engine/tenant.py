"""One organisation's two portals: switches, tags, indicators, policies, alerts, reports and the log.

The tenant is the engine's only door. It never draws a random number and never reads a clock: time is an
argument, and whoever drives it (the world's services, or a real log's reader) decides when things happen.
"""

from __future__ import annotations

from dataclasses import replace

from sim.base.errors import CommandRefused, Problem
from sim.base.time import DAY, show_day
from sim.engine.catalog.custom import CUSTOM_APP, CustomForm, OwnApps
from sim.engine.catalog.model import App, Catalog, Fact
from sim.engine.catalog.score import Score, score
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.queries import SavedQueries
from sim.engine.discovery.streams import GLOBAL as GLOBAL
from sim.engine.discovery.streams import WIN10 as WIN10
from sim.engine.discovery.streams import Streams
from sim.engine.discovery.use import AppUsage
from sim.engine.enforcement.access import AccessBook
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator, IndicatorList
from sim.engine.enforcement.precedence import Deciding
from sim.engine.enforcement.scopes import Profiles
from sim.engine.enforcement.tag_sync import ASKS, TagSync
from sim.engine.governance import LogEntry
from sim.engine.inventory import NEEDED, missing
from sim.engine.policy.alerts import CloudQueue
from sim.engine.policy.book import PolicyBook
from sim.engine.policy.built_in import Breach
from sim.engine.policy.endpoint_queue import EndpointQueue
from sim.engine.policy.handling import Alert, Handling
from sim.engine.policy.incidents import Incidents
from sim.engine.policy.policies import Match
from sim.engine.portal import MONITORED, Portal
from sim.engine.portal import SANCTIONED as SANCTIONED
from sim.engine.portal import UNSANCTIONED as UNSANCTIONED
from sim.engine.settings_pages import ALERT_SEVERITY, BLOCK_URL, BYPASS_HOURS, WARN_URL, Switch
from sim.engine.settings_pages import AZURE_ATP as AZURE_ATP
from sim.engine.settings_pages import BLOCK_UNSANCTIONED as BLOCK_UNSANCTIONED
from sim.engine.settings_pages import CUSTOM_INDICATORS as CUSTOM_INDICATORS
from sim.engine.settings_pages import INTEGRATION as INTEGRATION

MONTH = 30 * DAY


class Tenant:
    """The state of both portals."""

    def __init__(
        self,
        portal: Portal,
        catalog: Catalog,
        logs: tuple[str, ...],
        people: People,
        pseudonyms: Pseudonyms,
        single_sign_on: tuple[str, ...] = (),
        device_groups: tuple[str, ...] = (),
        licences: tuple[str, ...] | None = None,
    ) -> None:
        """Begin with a report for each of the log sources `logs`, beside the built-in ones.

        `people` are those whom the directory knows, `single_sign_on` the apps that it signs them in to,
        `device_groups` those of the endpoint portal; without `licences` it has all that the portals need.
        """
        self.portal = portal
        self.licences = NEEDED[portal.key] if licences is None else licences
        self.catalog = catalog
        self.apps: dict[str, App] = {app.id: app for app in catalog.apps}
        self.switches: dict[str, bool] = {switch.id: False for switch in portal.switches}
        """By the id that does not change from period to period."""
        self.settings: dict[str, str] = {setting.id: setting.default for setting in portal.settings}
        """The values that were saved, by setting id."""
        self.tags: dict[str, str] = {}
        self.custom_tags: dict[str, set[str]] = {}
        self.own = OwnApps(self.write)
        self.queries = SavedQueries()
        self.profiles = Profiles(device_groups)
        self.indicators = IndicatorList(portal, device_groups)
        self.tag_sync = TagSync(self, self.write)
        departments = {group for groups in people.groups.values() for group in groups}
        self.access = AccessBook(single_sign_on, departments, self.write)
        incidents = Incidents(portal.one_queue)
        self.cloud_alerts = CloudQueue(portal, incidents, self.write)
        self.endpoint_alerts = EndpointQueue(incidents)
        managed = self.find_alert if portal.one_queue else self.endpoint_alerts.find
        self.handling = Handling(portal, self.find_alert, managed, self.write)
        self.log: list[LogEntry] = []
        self.streams = Streams(catalog, logs, people, pseudonyms, self.write, portal.words["machine"])
        self.reports = self.streams.all
        """The reports by name, in the selector's order."""
        self.policies = PolicyBook(
            portal, self.streams.reports, self.profiles.all, self.candidate, self.cloud_alerts, self.write
        )
        self._scores: dict[str, Score | None] = {}

    def score(self, app_id: str) -> Score | None:
        """Return an app's score, worked out once; None where too little is known of it."""
        if app_id not in self._scores:
            self._scores[app_id] = score(self.apps[app_id])
        return self._scores[app_id]

    def total(self, app_id: str) -> int | None:
        """Return the score that counts: the organisation's own, else the one worked out; None: not scored."""
        own = self.own.scores.get(app_id)
        if own is not None:
            return own.score
        found = self.score(app_id)
        return None if found is None else found.total

    def labels(self, app_id: str) -> tuple[str, ...]:
        """Return the tags of an app beside the built-in one, in alphabetical order."""
        custom = {CUSTOM_APP} if app_id in self.own.forms else set()
        return tuple(sorted(self.custom_tags.get(app_id, set()) | custom))

    def candidate(self, app_id: str, usage: AppUsage | None = None) -> Candidate:
        """Return an app as filters look at it."""
        tags = frozenset({*self.labels(app_id), self.tags.get(app_id, "")} - {""})
        return Candidate(self.apps[app_id], tags, self.total(app_id), usage)

    def add_custom_app(self, now: int, actor: str, form: CustomForm) -> App:
        """Put an app of the organisation into its catalog; it is discovered in new data only."""
        app = self.own.add(now, actor, form, self.catalog)
        self.catalog = self.catalog.plus((app,))
        self.apps[app.id] = app
        self.streams.follow(self.catalog)
        return app

    def breached(self, now: int, app_id: str, text: str) -> None:
        """Take in news that an app was breached: the vendor of the catalog brings its entry up to date."""
        app = self.catalog.app(app_id)
        fact = Fact(show_day(now // DAY), "observed")
        changed = replace(app, factors={**app.factors, "latest-breach": fact})
        self.catalog = self.catalog.changing(changed)
        self.apps[app_id] = changed
        self._scores.pop(app_id, None)
        self.streams.follow(self.catalog)
        self.policies.breaches += (Breach(app_id, now // DAY, text),)

    def write(self, now: int, actor: str, action: str, target: str, detail: str = "") -> None:
        """Add a line to the governance log."""
        self.log.append(LogEntry(now, actor, action, target, detail))

    def find_alert(self, alert_id: str, now: int) -> Alert:
        """Return an alert of either product by the id that its queue shows by now, or refuse."""
        if alert_id.startswith("DA-"):
            return self.endpoint_alerts.find(alert_id, now)
        return self.cloud_alerts.find(alert_id)

    def find_switch(self, name: str) -> Switch:
        """Return a switch by id or by its name of the period; refuse another with the names there are."""
        found = self.portal.switch(name)
        if found is None:
            names = ", ".join(switch.name for switch in self.portal.switches)
            raise CommandRefused(Problem("SWITCH-UNKNOWN", f"no switch {name!r}", advice=f"one of: {names}"))
        return found

    def switch(self, now: int, actor: str, name: str, on: bool) -> bool:
        """Save a switch; return whether it changed."""
        switch = self.find_switch(name)
        lacking = missing(self.portal.key, self.licences)
        if on and lacking and switch.id in {INTEGRATION, BLOCK_UNSANCTIONED}:
            # Documented is only that both licences are needed; that the portal refuses is a guess.
            what = f"{switch.name} needs a licence of {' and '.join(lacking)}"
            raise CommandRefused(Problem("LICENCE-MISSING", what, advice="see the inventory"))
        changed = self.switches[switch.id] != on
        self.switches[switch.id] = on
        if changed:
            self.write(now, actor, "Save setting", switch.name, "on" if on else "off")
        return changed

    @property
    def tag_severity(self) -> str:
        """Severity of the indicators that tags make: since November 2020 a setting, before it one value."""
        return self.settings.get(ALERT_SEVERITY, self.portal.tag_severity)

    def save_setting(self, now: int, actor: str, name: str, value: str) -> bool:
        """Save a setting that holds a value; return whether it changed.

        Indicators that stand keep their severity until their tag makes them anew (guess).
        """
        found = self.portal.setting(name)
        if found is None:
            names = ", ".join(setting.name for setting in self.portal.settings) or "this portal has none"
            raise CommandRefused(Problem("SETTING-UNKNOWN", f"no setting {name!r}", advice=names))
        wrong = found.wrong(value)
        if wrong:
            raise CommandRefused(Problem("SETTING-VALUE", f"{found.name}: {value!r}", advice=wrong))
        changed = self.settings[found.id] != value
        self.settings[found.id] = value
        if changed:
            self.write(now, actor, "Save setting", found.name, value or "empty")
        return changed

    @property
    def bypass_hours(self) -> int:
        """For how long a warning that was clicked through is not shown again; a day without the setting."""
        return int(self.settings.get(BYPASS_HOURS, "24"))

    def link(self, indicator: Indicator) -> str:
        """Return the address that whoever meets an indicator is offered; "" where none is.

        That of a block by tag needs the alert severity Informational (CAS/mde-govern.md; documented).
        """
        if indicator.educate_url or not indicator.by_tag:
            return indicator.educate_url
        if indicator.action is Held.WARN:
            return self.settings.get(WARN_URL, "")
        return self.settings.get(BLOCK_URL, "") if self.tag_severity == "Informational" else ""

    @property
    def tag_sync_on(self) -> bool:
        """True while unsanctioned apps become indicators: the switches of both portals are on."""
        return self.switches[INTEGRATION] and self.switches[BLOCK_UNSANCTIONED]

    def tag(self, now: int, actor: str, app_id: str, tag: str, profile: str = "") -> bool:
        """Set the app's built-in tag ("" clears it); the last operation wins. Return whether it changed.

        `profile` names a scoped profile that the tag holds with.
        """
        app = self.catalog.app(app_id)
        if tag and tag not in self.portal.tags:
            advice = f"use {', '.join(self.portal.tags)} or none"
            raise CommandRefused(Problem("TAG-UNKNOWN", f"no tag {tag!r} in this period", advice=advice))
        if tag == UNSANCTIONED and app.id in self.portal.never_unsanctioned:
            what = f"{app.name} is a Microsoft service that cannot be tagged {UNSANCTIONED}"
            raise CommandRefused(Problem("TAG-PROTECTED", what, advice="leave it untagged, or sanction it"))
        before = self.tags.get(app.id, "")
        if profile:
            if problems := self.profile_problems(now, app.id, tag, profile):
                raise CommandRefused(problems)
            self.profiles.find(profile)
        if before != tag:
            self.tags.pop(app.id, None)
            if tag:
                self.tags[app.id] = tag
            self.profiles.choose(app.id, profile)
            with_profile = f" for {profile}" if profile else ""
            self.write(now, actor, "Tag app", app.id, f"{tag}{with_profile}" if tag else "no tag")
        return before != tag

    def remove_profile(self, now: int, actor: str, name: str) -> None:
        """Forget a scoped profile; refused while a tag holds with it or a policy tags with it."""
        self.profiles.find(name)
        self.policies.leave_profile(name)
        self.profiles.remove(name)
        self.write(now, actor, "Remove scoped profile", name)

    def unsanctioned(self) -> list[App]:
        """Return the apps that are tagged Unsanctioned, by id."""
        return [self.apps[app_id] for app_id in sorted(self.tags) if self.tags[app_id] == UNSANCTIONED]

    def profile_problems(self, now: int, app_id: str, tag: str, profile: str) -> list[Problem]:
        """Return why no scoped profile can be chosen with this tag now (CAS/mde-govern.md; documented)."""
        problems = []
        if not self.portal.scoped_profiles:
            problems.append(Problem("PROFILE-NONE", "a tag holds for everybody in this period"))
        if not self.tag_sync_on:
            problems.append(
                Problem("PROFILE-OFF", "a profile can be chosen only while app access is enforced")
            )
        if tag not in ASKS:
            problems.append(Problem("PROFILE-TAG", f"no profile goes with the tag {tag or 'none'}"))
        fresh = now - self.streams.updated.get(WIN10, now - MONTH) < MONTH
        if tag == MONITORED and not fresh:
            problems.append(
                Problem(
                    "PROFILE-DATA",
                    f"{self.portal.report(WIN10)} has no data of the last 30 days, which {MONITORED} needs",
                )
            )
        if self.tags.get(app_id) == tag and self.profiles.chosen(app_id) != profile:
            problems.append(
                Problem(
                    "PROFILE-FIXED", "the profile of a tag stays", advice="remove the tag, then tag again"
                )
            )
        return problems

    def custom_tag(self, now: int, actor: str, app_id: str, tag: str, on: bool) -> None:
        """Add or take away a custom tag: a label with no effect on traffic (documented)."""
        app = self.catalog.app(app_id)
        name = tag.strip()
        if not name or name in {*self.portal.tags, CUSTOM_APP}:
            raise CommandRefused(
                Problem("TAG-NAME", f"{tag!r} cannot name a custom tag", advice="use another")
            )
        held = self.custom_tags.setdefault(app.id, set())
        (held.add if on else held.discard)(name)
        self.write(now, actor, "Add app tag" if on else "Remove app tag", app.id, name)

    def sync_app(self, now: int, app_id: str | None) -> list[Indicator]:
        """Make an app's indicators, or every app's, what the tag asks for; return what changed of them."""
        return self.tag_sync.follow(now, app_id)

    def listed(self, group: str | None = None) -> Deciding:
        """Return what the listed indicators decide: for a machine of a device group, or at all."""
        return Deciding(self.indicators.present(), group)

    def delete_report(self, now: int, actor: str, name: str) -> None:
        """Drop a custom or snapshot report; what the policies remember of it goes with it.

        Refused while a policy names it: with no report left, the policy would look at all of them.
        """
        self.policies.leave(name)
        self.streams.delete_report(now, actor, name)

    def analyse(self, now: int) -> list[str]:
        """Evaluate every policy on the continuous reports; return the apps whose built-in tag changed.

        What is older than 90 days is forgotten first.
        """
        self.streams.forget(now)
        return [app for match in self.policies.evaluate(now) for app in self._govern(now, match)]

    def _govern(self, now: int, match: Match) -> list[str]:
        """Tag the app as the policy says: whoever tags last wins.

        Source: CAS/governance-discovery.md; documented today.
        """
        changed = []
        for tag in match.policy.tags:
            try:
                if tag not in self.portal.tags:
                    self.custom_tag(now, match.policy.name, match.app_id, tag, True)
                elif self.tag(now, match.policy.name, match.app_id, tag, match.policy.profile):
                    changed.append(match.app_id)
            except CommandRefused as refusal:
                self.write(now, match.policy.name, "Tag not set", match.app_id, refusal.problems[0].what)
        return changed
