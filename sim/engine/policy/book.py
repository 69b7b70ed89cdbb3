"""The policies of an organisation: kept, evaluated on continuous reports, and what they remember."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from sim.base.errors import CommandRefused, Problem
from sim.base.time import DAY
from sim.engine.discovery.report import Report
from sim.engine.discovery.streams import ENTITY_KINDS
from sim.engine.discovery.use import AppDay
from sim.engine.governance import Write
from sim.engine.policy.alerts import CloudQueue
from sim.engine.policy.anomalies import Detector, Sensitivity, Unusual, behaviours
from sim.engine.policy.built_in import Breach, built_in
from sim.engine.policy.checks import problems
from sim.engine.policy.matching import CandidateOf, Memory, by_weight, match_of, matches
from sim.engine.policy.notices import Notices
from sim.engine.policy.policies import AlertSettings, Match, Policy, PolicyKind
from sim.engine.portal import Portal


@dataclass(frozen=True, slots=True)
class _Fresh:
    """The days of a report that changed since it was last looked at, and what happened on them."""

    report: Report
    app_days: list[AppDay]
    unusual: list[Unusual]
    """What is unusual on these days."""


class PolicyBook:
    """The saved policies, in the order made, and those that came with the portal."""

    def __init__(
        self,
        portal: Portal,
        reports: Mapping[str, Report],
        profiles: Collection[str],
        candidate: CandidateOf,
        alerts: CloudQueue,
        write: Write,
    ) -> None:
        """`reports` are the continuous ones by name: snapshot reports never trigger a policy
        (CAS/cloud-discovery-policies.md; documented). `profiles` are the names of the scoped profiles,
        `candidate` gives what filters look at, by app id."""
        self.saved: list[Policy] = []
        self.built_in = built_in(portal)
        self.breaches: tuple[Breach, ...] = ()
        """Breach news so far; whoever knows of any adds to it."""
        self.default_alerts: AlertSettings | None = None
        """The organisation's default alert settings, once somebody has saved some."""
        self.notices = Notices(write)
        self._portal = portal
        self._reports = reports
        self._profiles = profiles
        self._candidate = candidate
        self._alerts = alerts
        self._write = write
        self._memory = Memory()
        self._sensitivity = Sensitivity()
        self._detectors: dict[str, Detector] = {}
        """By report."""
        self._told: set[tuple[Breach, str]] = set()
        self._made = 0
        self._looked: dict[str, dict[int, int]] = {}
        """Transactions by day that each report held when it was last evaluated."""

    @property
    def all(self) -> list[Policy]:
        """Every policy: the saved ones, then the portal's own."""
        return [*self.saved, *self.built_in]

    def next_id(self) -> str:
        """Return the id that the next new policy gets; that of a deleted one never comes again."""
        return f"pol-{self._made + 1:03d}"

    def save(self, now: int, actor: str, policy: Policy) -> None:
        """Add a policy or replace the one with its id; refuse with everything that is wrong.

        A change of reports makes every app new again (CAS/cloud-discovery-policies.md; documented today).
        """
        self.check(policy)
        shelf, place = self._place(policy.id)
        if place is None:
            self.saved.append(policy)
            self._made += 1
        else:
            held = shelf[place]
            generation = held.generation + (held.reports != policy.reports)
            shelf[place] = replace(policy, created=held.created, generation=generation, kind=held.kind)
        self._write(now, actor, "Save policy", policy.id, policy.name)

    def save_default(self, now: int, actor: str, settings: AlertSettings) -> None:
        """Keep alert settings as the organisation's default; policies that took them stay (guess)."""
        self.default_alerts = settings
        told = ", ".join((*settings.emails, *settings.phones))
        self._write(now, actor, "Save setting", "Default alert settings", told)

    def with_default(self, policy: Policy) -> Policy:
        """Return a policy with the organisation's default alert settings; refuse where there are none."""
        if self.default_alerts is None:
            what = "the organisation has no default alert settings"
            advice = "save those of a policy as the default first"
            raise CommandRefused(Problem("POLICY-DEFAULT", what, advice=advice))
        return policy.alerting(self.default_alerts)

    def check(self, policy: Policy) -> None:
        """Refuse a policy with everything that is wrong with it."""
        found = list(problems(policy, self._portal, self._reports, self._profiles))
        if found:
            raise CommandRefused(found)

    def switch(self, now: int, actor: str, policy_id: str, on: bool) -> bool:
        """Enable or disable a policy; return whether that changed anything."""
        held = self.find(policy_id)
        if held.enabled == on:
            return False
        shelf, place = self._place(policy_id)
        if place is not None:
            shelf[place] = replace(held, enabled=on)
        self._write(now, actor, "Enable policy" if on else "Disable policy", policy_id, held.name)
        return True

    def delete(self, now: int, actor: str, policy_id: str) -> Policy:
        """Drop a policy; its alerts stay. The portal's own can only be disabled (guess)."""
        held = self.find(policy_id)
        if held.built_in:
            what = f"{held.name} came with the portal"
            raise CommandRefused(Problem("POLICY-BUILT-IN", what, advice="disable it instead"))
        self.saved.remove(held)
        self._write(now, actor, "Delete policy", policy_id, held.name)
        return held

    def find(self, policy_id: str) -> Policy:
        """Return a policy by id, or refuse."""
        for policy in self.all:
            if policy.id == policy_id:
                return policy
        raise CommandRefused(
            Problem("POLICY-UNKNOWN", f"no policy {policy_id!r}", advice="see Control > Policies")
        )

    def _place(self, policy_id: str) -> tuple[list[Policy], int | None]:
        for shelf in (self.saved, self.built_in):
            for place, held in enumerate(shelf):
                if held.id == policy_id:
                    return shelf, place
        return self.saved, None

    def leave(self, report: str) -> None:
        """Forget a report that is about to go; refused while a policy names it."""
        for policy in self.all:
            if report in policy.reports:
                what = f"the policy {policy.name} is for the report {report}"
                raise CommandRefused(Problem("REPORT-USED", what, advice="change the policy first"))
        self._looked.pop(report, None)
        self._detectors.pop(report, None)
        self._memory.forget_report(report)

    def leave_profile(self, profile: str) -> None:
        """Refuse to lose a scoped profile that a policy tags with: its tag would then hold for everybody."""
        for policy in self.saved:
            if policy.profile == profile:
                what = f"the policy {policy.name} tags with the profile {profile}"
                raise CommandRefused(Problem("PROFILE-USED", what, advice="change the policy first"))

    def begin(self) -> None:
        """Take what the reports hold as seen already: it teaches, and raises nothing."""
        self._looked = {report.name: report.transactions_by_day() for report in self._reports.values()}

    def evaluate(self, now: int) -> Iterator[Match]:
        """Evaluate every policy on what is new in every report; raise alerts and yield the matches to govern.

        The daily limit caps a policy's alerts per UTC day; governance is applied all the same (guess).
        """
        fresh = [self._fresh(report) for report in self._reports.values()]
        for policy in self.all:
            if not policy.enabled:
                continue
            for part in fresh:
                if policy.watches(part.report.name):
                    for match in sorted(self._find(now, policy, part), key=by_weight):
                        self._fire(now, match)
                        yield match

    def _fresh(self, report: Report) -> _Fresh:
        """Return what changed in a report since the last evaluation, late data of earlier days too."""
        held = report.transactions_by_day()
        before = self._looked.get(report.name, {})
        changed = frozenset(day for day, count in held.items() if before.get(day) != count)
        self._looked[report.name] = held
        self._memory.forget_deleted(report.name, report.apps_seen())
        detector = self._detectors.setdefault(report.name, Detector())
        if changed:
            detector.forget_from(min(changed))
        unusual = detector.unusual(report, changed) if self._detects(report.name) else []
        app_days = [each for day in sorted(changed) for each in report.days(day, day).app_days()]
        return _Fresh(report, app_days, unusual)

    def _detects(self, report: str) -> bool:
        """Tell whether a policy looks for unusual behaviour in a report."""
        return any(p.enabled and p.anomaly is not None and p.watches(report) for p in self.all)

    def _find(self, now: int, policy: Policy, fresh: _Fresh) -> list[Match]:
        name = fresh.report.name
        match policy.kind:
            case PolicyKind.DISCOVERY:
                return list(matches(policy, name, fresh.app_days, self._candidate, self._memory, now))
            case PolicyKind.BREACH:
                return self._breached(now, policy, fresh.report)
            case _:
                return self._unusual(policy, fresh)

    def _unusual(self, policy: Policy, fresh: _Fresh) -> list[Match]:
        report = fresh.report
        found = behaviours(fresh.unusual, report.catalog, policy, report.name, self._candidate)
        if not found:
            return []
        chosen = self._sensitivity.choose(policy, report.name, found, report.people())
        wanted = {each.day for each in chosen}
        days = {(day.app_id, day.day): day for day in fresh.app_days if day.day in wanted}
        return [
            match_of(policy, each.report, days[each.app_id, each.day], each.reasons, each.who, each.seen_with)
            for each in chosen
        ]

    def _breached(self, now: int, policy: Policy, report: Report) -> list[Match]:
        """Return the breaches whose app the report saw, once for each piece of news.

        Each lists the users, addresses and machines of the last 90 days (CAS/release-notes.md; documented).
        """
        found = []
        for news in self.breaches:
            use, told = report.app(news.app_id), (news, report.name)
            if use is None or news.day > now // DAY or told in self._told:
                continue
            if policy.filters.match(self._candidate(news.app_id)):
                self._told.add(told)
                counts = (use.users or 0, use.source_ips or 0, use.transactions, use.bytes_total or 0)
                seen = tuple(
                    (kind, tuple(sorted(entity.name for entity in report.entities(kind, app=news.app_id))))
                    for kind in ENTITY_KINDS
                )
                found.append(
                    Match(policy, news.app_id, report.name, news.day, *counts, note=news.text, seen_with=seen)
                )
        return found

    def _fire(self, now: int, match: Match) -> None:
        policy = match.policy
        self._memory.remember(now, match)
        if self._alerts.raised_on(policy.id, now // DAY) >= policy.daily_limit:
            self._write(now, policy.name, "Alert over the daily limit", match.app_id, match.report)
        else:
            alert = self._alerts.raise_for(now, match)
            self.notices.tell(now, policy, alert.id)
