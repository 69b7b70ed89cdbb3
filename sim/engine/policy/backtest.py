"""What a policy or a tag would have done to the last 30 days, before anybody saves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.base.time import DAY
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.report import Report
from sim.engine.discovery.use import Use
from sim.engine.policy.matching import CandidateOf
from sim.engine.policy.policies import Policy
from sim.engine.policy.rehearsal import Rehearsal, rehearse
from sim.engine.portal import UNSANCTIONED, Portal

DAYS = 30
"""How far a back-test looks back, from the last day with data (ours)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that a back-test looks at beside the policy."""

    portal: Portal
    catalog: Catalog
    reports: Mapping[str, Report]
    candidate: CandidateOf
    approved: Mapping[str, str]
    """Business activity by app id: the owner of an approved app, and for what it is used."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One app that would have been matched or tagged, and who uses it."""

    app_id: str
    name: str
    users: int
    """The most users in one report: the same person may stand in several."""
    transactions: int
    activity: str
    """The business activity that rests on it; empty where it is not approved."""
    because: str
    """Why it is touched without being tagged itself; empty where it is."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What would have happened."""

    rehearsal: Rehearsal | None
    """None for a tag, which raises nothing."""
    apps: tuple[Touched, ...]
    """The most users first."""
    users: int
    """Distinct users of these apps, of the report with the most."""
    warnings: tuple[str, ...]


def backtest(policies: Sequence[Policy], setting: Setting) -> Backtest:
    """Play policies through the last 30 days of each report, as if they had been new then."""
    played = rehearse(policies, setting.reports, setting.candidate, setting.portal, last=DAYS)
    matched = dict.fromkeys(match.app_id for match in played.matches)
    blocked = dict.fromkeys(m.app_id for m in played.matches if UNSANCTIONED in m.policy.tags)
    reports = {m.report for m in played.matches}
    return _impact(setting, matched, blocked, reports, played)


def backtest_tag(app_id: str, tag: str, setting: Setting) -> Backtest:
    """Return whom a tag on an app would have touched in the last 30 days."""
    blocked = [app_id] if tag == UNSANCTIONED else []
    return _impact(setting, [app_id], blocked, setting.reports, None)


def _impact(
    setting: Setting,
    apps: Iterable[str],
    blocked: Iterable[str],
    reports: Iterable[str],
    played: Rehearsal | None,
) -> Backtest:
    windows = [_window(setting.reports[name]) for name in sorted(reports)]
    siblings = dict(
        _siblings(setting.catalog, [app for app in blocked if app not in setting.portal.never_unsanctioned])
    )
    touched = [_touched(setting, windows, app, "") for app in apps]
    touched += [_touched(setting, windows, app, why) for app, why in siblings.items() if app not in {*apps}]
    touched = [each for each in touched if each.transactions or not each.because]
    chosen = {each.app_id for each in touched}
    users = max(
        (len({e.name for a in chosen for e in w.entities("user", app=a)}) for w in windows), default=0
    )
    touched.sort(key=lambda each: (-each.users, -each.transactions, each.app_id))
    return Backtest(played, tuple(touched), users, tuple(_warnings(setting, {*blocked}, touched)))


def _window(report: Report) -> Use:
    if report.last is None:
        return report
    last = report.last // DAY
    return report.days(last - DAYS + 1, last)


def _touched(setting: Setting, windows: Sequence[Use], app_id: str, because: str) -> Touched:
    uses = [use for window in windows if (use := window.app(app_id)) is not None]
    return Touched(
        app_id,
        setting.catalog.app(app_id).name,
        max((use.users or 0 for use in uses), default=0),
        max((use.transactions for use in uses), default=0),
        setting.approved.get(app_id, ""),
        because,
    )


def _siblings(catalog: Catalog, blocked: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield other apps that a block would reach, because they share a domain."""
    for app_id in blocked:
        for domain in catalog.app(app_id).blockable_domains:
            if domain in catalog.shared:
                for other in catalog.apps:
                    if other.id != app_id and domain in other.domains:
                        yield other.id, f"shares {domain} with {catalog.app(app_id).name}"


def _warnings(setting: Setting, blocked: set[str], touched: Sequence[Touched]) -> Iterator[str]:
    for each in touched:
        if each.app_id in blocked and each.app_id in setting.portal.never_unsanctioned:
            yield f"{each.name} is a Microsoft service that no policy can tag {UNSANCTIONED}"
        elif each.activity and (each.app_id in blocked or each.because):
            use = f"{each.users:,} users, {each.transactions:,} transactions"
            why = f" ({each.because})" if each.because else ""
            yield f"{each.name} is approved and would be blocked{why}: {each.activity}; {use}"
        elif each.because:
            yield f"{each.name} would be blocked too: it {each.because}"
