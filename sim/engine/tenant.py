"""One organisation's two portals: switches, tags, indicators, policies, alerts, reports and the log.

The tenant is the engine's only door. It never draws a random number and never reads a clock: time is an
argument, and whoever drives it (the world's services, or a real log's reader) decides when things happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.base.errors import CommandRefused, Problem
from sim.base.time import DAY
from sim.engine.catalog.custom import CUSTOM_APP, CustomForm, OwnApps
from sim.engine.catalog.model import App, Catalog
from sim.engine.catalog.score import Score, score
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.queries import SavedQueries
from sim.engine.discovery.streams import GLOBAL as GLOBAL
from sim.engine.discovery.streams import WIN10 as WIN10
from sim.engine.discovery.streams import Streams
from sim.engine.discovery.use import AppUsage
from sim.engine.enforcement.indicators import MCAS, Action, Indicator, IndicatorList, strongest
from sim.engine.policy.alerts import (
    NEW_SERVICE,
    CloudAlert,
    DismissReason,
    EndpointQueue,
    Status,
    unknown_alert,
)
from sim.engine.policy.policies import Match, NoveltyKey, Policy, matches

INTEGRATION = "Microsoft Cloud App Security"
CUSTOM_INDICATORS = "Custom network indicators"
PREVIEW = "Preview features"
BLOCK_UNSANCTIONED = "Block unsanctioned apps"

SWITCHES: Mapping[str, str] = {
    INTEGRATION: "Defender ATP > Settings > Advanced features",
    CUSTOM_INDICATORS: "Defender ATP > Settings > Advanced features",
    PREVIEW: "Defender ATP > Settings > Advanced features",
    BLOCK_UNSANCTIONED: "Cloud App Security > Settings > Cloud app control",
}
"""The switches of the journey and the portal page each lives on (CAS/wdatp-integration.md [19])."""

SANCTIONED, UNSANCTIONED = "Sanctioned", "Unsanctioned"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the governance log: who did what to what."""

    time: int
    actor: str
    action: str
    target: str
    detail: str = ""


class Tenant:
    """The state of both portals."""

    def __init__(
        self,
        catalog: Catalog,
        logs: tuple[str, ...],
        people: People,
        pseudonyms: Pseudonyms,
    ) -> None:
        """Begin with a report for each of the log sources `logs`, beside the built-in ones.

        `people` are those whom the directory knows.
        """
        self.catalog = catalog
        self.apps: dict[str, App] = {app.id: app for app in catalog.apps}
        self.switches: dict[str, bool] = dict.fromkeys(SWITCHES, False)
        self.tags: dict[str, str] = {}
        self.custom_tags: dict[str, set[str]] = {}
        self.own = OwnApps(self.write)
        self.queries = SavedQueries()
        self.indicators = IndicatorList()
        self.policies: list[Policy] = []
        self.cloud_alerts: list[CloudAlert] = []
        self.endpoint_alerts = EndpointQueue()
        self.log: list[LogEntry] = []
        self.streams = Streams(catalog, logs, people, pseudonyms, self.write)
        self.reports = self.streams.reports
        """The continuous reports by name, in the selector's order."""
        self._seen: dict[NoveltyKey, int] = {}
        self._last_day: dict[str, int] = {}
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

    def write(self, now: int, actor: str, action: str, target: str, detail: str = "") -> None:
        """Add a line to the governance log."""
        self.log.append(LogEntry(now, actor, action, target, detail))

    def switch(self, now: int, actor: str, name: str, on: bool) -> bool:
        """Save a switch; return whether it changed. An unknown name is refused with the names there are."""
        if name not in self.switches:
            raise CommandRefused(
                Problem("SWITCH-UNKNOWN", f"no switch {name!r}", advice="one of: " + ", ".join(SWITCHES))
            )
        changed = self.switches[name] != on
        self.switches[name] = on
        if changed:
            self.write(now, actor, "Save setting", name, "on" if on else "off")
        return changed

    @property
    def tag_sync_on(self) -> bool:
        """True while unsanctioned apps become indicators: the switches of both portals are on."""
        return self.switches[INTEGRATION] and self.switches[BLOCK_UNSANCTIONED]

    def tag(self, now: int, actor: str, app_id: str, tag: str) -> bool:
        """Set the app's built-in tag ("" clears it); the last operation wins. Return whether it changed."""
        app = self.catalog.app(app_id)
        if tag not in {"", SANCTIONED, UNSANCTIONED}:
            raise CommandRefused(
                Problem(
                    "TAG-UNKNOWN",
                    f"no tag {tag!r} in 2019",
                    advice=f"use {SANCTIONED}, {UNSANCTIONED} or none",
                )
            )
        before = self.tags.get(app.id, "")
        if tag:
            self.tags[app.id] = tag
        else:
            self.tags.pop(app.id, None)
        if before != tag:
            self.write(now, actor, "Tag app", app.id, tag or "no tag")
        return before != tag

    def custom_tag(self, now: int, actor: str, app_id: str, tag: str, on: bool) -> None:
        """Add or take away a custom tag: a label with no effect on traffic (documented)."""
        app = self.catalog.app(app_id)
        name = tag.strip()
        if not name or name in {SANCTIONED, UNSANCTIONED, CUSTOM_APP}:
            raise CommandRefused(
                Problem("TAG-NAME", f"{tag!r} cannot name a custom tag", advice="use another")
            )
        held = self.custom_tags.setdefault(app.id, set())
        (held.add if on else held.discard)(name)
        self.write(now, actor, "Add app tag" if on else "Remove app tag", app.id, name)

    def sync_app(self, now: int, app_id: str) -> list[Indicator]:
        """Make the app's indicators what its tag asks for; return those added or removed.

        Only domains without a path become indicators (CAS/wdatp-integration.md; documented).
        """
        app = self.catalog.app(app_id)
        wanted = app.blockable_domains if self._blocks(app_id) else ()
        held = {i.value: i for i in self.indicators.present() if i.by_tag}
        changed: list[Indicator] = []
        for domain in wanted:
            if domain not in held:
                try:
                    changed.append(
                        self.indicators.add(
                            now,
                            domain,
                            Action.BLOCK,
                            MCAS,
                            "Unsanctioned cloud app access was blocked",
                            app_id,
                        )
                    )
                except CommandRefused as refusal:
                    self.write(now, MCAS, "Indicator not created", domain, refusal.problems[0].what)
        for value, indicator in held.items():
            if indicator.app_id == app_id and value not in wanted:
                heir = self._claimant(value)
                if heir is None:
                    changed.append(self.indicators.remove(now, indicator))
                else:
                    self.indicators.hand_over(indicator, heir)
        for indicator in changed:
            verb = "Create indicator" if indicator.removed is None else "Remove indicator"
            self.write(now, MCAS, verb, indicator.value, indicator.id)
        return changed

    def _blocks(self, app_id: str) -> bool:
        return self.tag_sync_on and self.tags.get(app_id) == UNSANCTIONED

    def _claimant(self, domain: str) -> str | None:
        """Return another unsanctioned app that shares the domain: its block must go on."""
        unsanctioned = (app for app in sorted(self.tags) if self._blocks(app))
        return next((app for app in unsanctioned if domain in self.apps[app].blockable_domains), None)

    def listed(self) -> dict[str, Indicator]:
        """Return the deciding indicator of each listed domain."""
        return strongest(self.indicators.present())

    def save_policy(self, now: int, actor: str, policy: Policy) -> None:
        """Add a policy or replace the one with its id; a change of reports makes every app new again."""
        known = [held.id for held in self.policies]
        for name in policy.reports:
            if name not in self.reports:
                raise CommandRefused(
                    Problem(
                        "REPORT-UNKNOWN",
                        f"no report {name!r}",
                        advice="one of: " + ", ".join(self.reports),
                    )
                )
        if policy.id in known:
            place = known.index(policy.id)
            held = self.policies[place]
            generation = held.generation + (held.reports != policy.reports)
            self.policies[place] = replace(policy, created=held.created, generation=generation)
        else:
            self.policies.append(policy)
        self.write(now, actor, "Save policy", policy.id, policy.name)

    def find_policy(self, policy_id: str) -> Policy:
        """Return a policy by id, or refuse."""
        for policy in self.policies:
            if policy.id == policy_id:
                return policy
        raise CommandRefused(
            Problem("POLICY-UNKNOWN", f"no policy {policy_id!r}", advice="see Control > Policies")
        )

    def delete_report(self, now: int, actor: str, name: str) -> None:
        """Drop a custom report; what the policies remember of it goes with it.

        Refused while a policy names it: with no report left, the policy would look at all of them.
        """
        for policy in self.policies:
            if name in policy.reports:
                what = f"the policy {policy.name} is for the report {name}"
                raise CommandRefused(Problem("REPORT-USED", what, advice="change the policy first"))
        self.streams.delete_report(now, actor, name)
        self._last_day.pop(name, None)
        self._seen = {key: time for key, time in self._seen.items() if key.report != name}

    def analyse(self, now: int) -> list[str]:
        """Evaluate every policy on the continuous reports; return the apps whose built-in tag changed.

        What is older than 90 days is forgotten first.
        The daily limit caps a policy's alerts per UTC day; governance is applied all the same (guess).
        """
        self.streams.forget(now)
        retagged: list[str] = []
        for policy in self.policies:
            for report in self.reports.values():
                if not policy.enabled or (policy.reports and report.name not in policy.reports):
                    continue
                first_day = self._last_day.get(report.name, 0)
                found = list(matches(policy, report, self.candidate, first_day, now, self._seen))
                for match in sorted(found, key=lambda m: (-m.users, -m.traffic, m.app_id)):
                    self._fire(now, match)
                    retagged.extend(self._govern(now, match))
        for report in self.reports.values():
            if report.last is not None:
                self._last_day[report.name] = report.last // DAY
        return retagged

    def _fire(self, now: int, match: Match) -> None:
        policy = match.policy
        self._seen[NoveltyKey(policy.id, policy.generation, match.app_id, match.report)] = now
        today = sum(a.policy_id == policy.id and a.time // DAY == now // DAY for a in self.cloud_alerts)
        if today >= policy.daily_limit:
            self.write(now, policy.name, "Alert over the daily limit", match.app_id, match.report)
            return
        alert = CloudAlert(
            f"CA-{len(self.cloud_alerts) + 1:04d}",
            now,
            NEW_SERVICE,
            policy.severity,
            policy.id,
            policy.name,
            match.app_id,
            match.report,
            match.users,
            match.source_ips,
            match.transactions,
            match.traffic,
            match.day,
        )
        self.cloud_alerts.append(alert)
        self.write(now, policy.name, "Raise alert", match.app_id, f"{alert.id} {match.report}")

    def _govern(self, now: int, match: Match) -> list[str]:
        tag = match.policy.tag
        if tag is None:
            return []
        if tag in {SANCTIONED, UNSANCTIONED}:
            return [match.app_id] if self.tag(now, match.policy.name, match.app_id, tag) else []
        self.custom_tag(now, match.policy.name, match.app_id, tag, True)
        return []

    def find_cloud_alert(self, alert_id: str) -> CloudAlert:
        """Return an alert of Cloud App Security by id, or refuse."""
        for alert in self.cloud_alerts:
            if alert.id == alert_id:
                return alert
        raise unknown_alert(alert_id)

    def close_cloud_alert(
        self, now: int, actor: str, alert_id: str, resolve: bool, reason: str, comment: str
    ) -> None:
        """Resolve an alert, or dismiss it with one of the four reasons of 2019."""
        alert = self.find_cloud_alert(alert_id)
        if alert.status is not Status.OPEN:
            raise CommandRefused(
                Problem(
                    "ALERT-CLOSED",
                    f"{alert_id} is already {alert.status.lower()}",
                    advice="pick an open one",
                )
            )
        if not resolve and reason not in set(DismissReason):
            raise CommandRefused(
                Problem(
                    "ALERT-REASON",
                    f"{reason!r} is no reason",
                    advice="one of: " + ", ".join(DismissReason),
                )
            )
        alert.status = Status.RESOLVED if resolve else Status.DISMISSED
        alert.reason, alert.comment, alert.closed = "" if resolve else reason, comment, now
        self.write(now, actor, f"{alert.status} alert", alert_id, comment)
