"""The policies of an organisation: kept, evaluated on continuous reports, and what they remember."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from sim.base.errors import CommandRefused, Problem
from sim.base.time import DAY
from sim.engine.discovery.filters import Candidate
from sim.engine.discovery.report import Report
from sim.engine.governance import Write
from sim.engine.policy.alerts import CloudQueue
from sim.engine.policy.policies import Match, NoveltyKey, Policy, matches


class PolicyBook:
    """The saved policies, in the order made."""

    def __init__(
        self,
        reports: Mapping[str, Report],
        candidate: Callable[[str], Candidate],
        alerts: CloudQueue,
        write: Write,
    ) -> None:
        """`reports` are the continuous ones by name; `candidate` gives what filters look at, by app id."""
        self.saved: list[Policy] = []
        self._reports = reports
        self._candidate = candidate
        self._alerts = alerts
        self._write = write
        self._seen: dict[NoveltyKey, int] = {}
        self._last_day: dict[str, int] = {}

    def save(self, now: int, actor: str, policy: Policy) -> None:
        """Add a policy or replace the one with its id; a change of reports makes every app new again."""
        known = [held.id for held in self.saved]
        for name in policy.reports:
            if name not in self._reports:
                raise CommandRefused(
                    Problem(
                        "REPORT-UNKNOWN",
                        f"no report {name!r}",
                        advice="one of: " + ", ".join(self._reports),
                    )
                )
        if policy.id in known:
            place = known.index(policy.id)
            held = self.saved[place]
            generation = held.generation + (held.reports != policy.reports)
            self.saved[place] = replace(policy, created=held.created, generation=generation)
        else:
            self.saved.append(policy)
        self._write(now, actor, "Save policy", policy.id, policy.name)

    def find(self, policy_id: str) -> Policy:
        """Return a policy by id, or refuse."""
        for policy in self.saved:
            if policy.id == policy_id:
                return policy
        raise CommandRefused(
            Problem("POLICY-UNKNOWN", f"no policy {policy_id!r}", advice="see Control > Policies")
        )

    def leave(self, report: str) -> None:
        """Forget a report that is about to go; refused while a policy names it."""
        for policy in self.saved:
            if report in policy.reports:
                what = f"the policy {policy.name} is for the report {report}"
                raise CommandRefused(Problem("REPORT-USED", what, advice="change the policy first"))
        self._last_day.pop(report, None)
        self._seen = {key: time for key, time in self._seen.items() if key.report != report}

    def evaluate(self, now: int) -> Iterator[Match]:
        """Evaluate every policy on every report; raise the alerts and yield the matches to govern.

        The daily limit caps a policy's alerts per UTC day; governance is applied all the same (guess).
        """
        for policy in self.saved:
            for report in self._reports.values():
                if not policy.enabled or (policy.reports and report.name not in policy.reports):
                    continue
                first_day = self._last_day.get(report.name, 0)
                found = list(matches(policy, report, self._candidate, first_day, now, self._seen))
                for match in sorted(found, key=lambda m: (-m.users, -m.traffic, m.app_id)):
                    self._fire(now, match)
                    yield match
        for report in self._reports.values():
            if report.last is not None:
                self._last_day[report.name] = report.last // DAY

    def _fire(self, now: int, match: Match) -> None:
        policy = match.policy
        self._seen[NoveltyKey(policy.id, policy.generation, match.app_id, match.report)] = now
        if self._alerts.raised_on(policy.id, now // DAY) >= policy.daily_limit:
            self._write(now, policy.name, "Alert over the daily limit", match.app_id, match.report)
        else:
            self._alerts.raise_for(now, match)
