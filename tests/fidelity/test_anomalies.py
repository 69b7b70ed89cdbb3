"""Anomaly detection and the built-in detections, fact by fact, on a portal that is fed by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.engine.discovery.filters import Filters
from sim.engine.policy.alerts import CloudAlert
from sim.engine.policy.built_in import Breach
from sim.engine.policy.policies import Anomaly, Policy, PolicyKind
from sim.engine.tenant import SANCTIONED
from tests.fidelity.bench import FIRST_DAY, MB, PROXY, Bench

QUIET = 10
"""Days of ordinary use before something happens."""
WATCHED = Anomaly(("user",), None)


def anomaly(bench: Bench, settings: Anomaly = WATCHED) -> Policy:
    """Save an anomaly policy on the proxy's report."""
    found = Policy(
        bench.tenant.policies.next_id(), "unusual", "", "Medium", (), Filters(), (PROXY,), 50, (), 0,
        kind=PolicyKind.ANOMALY, anomaly=settings,
    )  # fmt: skip
    bench.tenant.policies.save(0, "analyst", found)
    return found


def ordinary(bench: Bench, days: int = QUIET, users: int = 3) -> None:
    """Let some people use an app a little every day, analysed every day."""
    for day in range(days):
        bench.use("acme", day=day, users=users, up=MB, down=MB)
        bench.analyse(day=day)


def of_kind(bench: Bench, kind: PolicyKind) -> list[CloudAlert]:
    """Return the alerts of one of the portal's own policies."""
    ids = {policy.id for policy in bench.tenant.policies.built_in if policy.kind is kind}
    return [alert for alert in bench.tenant.cloud_alerts.alerts if alert.policy_id in ids]


@pytest.mark.fact("anomaly.increases")
@pytest.mark.parametrize(
    "spike", [{"up": 900 * MB, "down": 0}, {"up": 0, "down": 900 * MB}, {"users": 300}], ids=str
)
def test_an_increase_far_beyond_what_was_learned_alerts(spike: dict):
    """Of uploads, of downloads, of users; ordinary days before it do not."""
    bench = Bench()
    anomaly(bench)
    ordinary(bench)
    assert bench.alerts == []
    bench.use("acme", day=QUIET, **({"users": 3} | spike))
    bench.analyse(day=QUIET)
    assert {alert.app_id for alert in bench.alerts} == {"acme"}


@pytest.mark.fact("anomaly.increases")
def test_far_more_transactions_than_ones_own_past_alert():
    """One user, who did one thing a day."""
    bench = Bench()
    anomaly(bench)
    ordinary(bench)
    for _ in range(1_200):
        bench.use("acme", day=QUIET, users=1)
    bench.analyse(day=QUIET)
    assert bench.alerts


@pytest.mark.fact("anomaly.learning")
@pytest.mark.parametrize(("day", "expected"), [(6, False), (7, True)])
def test_the_first_seven_days_only_teach(day: int, expected: bool):
    """The same spike, a day apart."""
    bench = Bench()
    anomaly(bench)
    ordinary(bench, days=day)
    bench.use("acme", day=day, up=900 * MB, down=0)
    bench.analyse(day=day)
    assert bool(bench.alerts) is expected


@pytest.mark.fact("anomaly.sensitivity")
def test_sensitivity_is_so_many_of_the_strongest_for_a_thousand_users_and_week():
    """Of three spikes in a week, one for up to a thousand users; a week later one more."""
    bench = Bench()
    anomaly(bench, replace(WATCHED, per_thousand=1))
    ordinary(bench)
    for number, day in enumerate((QUIET, QUIET + 1, QUIET + 2, QUIET + 8)):
        bench.use("acme", day=day, up=(900 << number * 3) * MB, down=0)
        bench.analyse(day=day)
    assert [alert.day - FIRST_DAY for alert in bench.alerts] == [QUIET, QUIET + 8]


@pytest.mark.fact("anomaly.after-date")
def test_what_happens_until_the_given_date_trains_and_raises_nothing():
    """On the day itself not, on the next it does."""
    bench = Bench()
    anomaly(bench, replace(WATCHED, after=FIRST_DAY + QUIET))
    ordinary(bench)
    for day in (QUIET, QUIET + 1):
        bench.use("acme", day=day, up=(900 << (day - QUIET) * 6) * MB, down=0)
        bench.analyse(day=day)
    assert {alert.day - FIRST_DAY for alert in bench.alerts} == {QUIET + 1}


@pytest.mark.fact("anomaly.entities")
@pytest.mark.parametrize(
    ("subjects", "alerts"), [(("user",), 1), (("source_ip",), 1), (("user", "source_ip"), 2)]
)
def test_users_addresses_or_both_are_watched(subjects: tuple, alerts: int):
    """With both, one behaviour may alert twice."""
    bench = Bench()
    anomaly(bench, replace(WATCHED, subjects=subjects))
    ordinary(bench)
    bench.use("acme", day=QUIET, up=900 * MB, down=0)
    bench.analyse(day=QUIET)
    assert len(bench.alerts) == alerts
    assert {kind for alert in bench.alerts for kind, _ in alert.seen_with} == set(subjects)
    assert all(names == (alert.who,) for alert in bench.alerts for _, names in alert.seen_with)


@pytest.mark.fact("anomaly.exfiltration")
@pytest.mark.parametrize(("tag", "expected"), [("", True), (SANCTIONED, False)])
def test_a_huge_upload_to_an_app_that_is_not_sanctioned_is_exfiltration(tag: str, expected: bool):
    """The built-in detection, with no policy of one's own."""
    bench = Bench()
    if tag:
        bench.tenant.tag(0, "analyst", "acme", tag)
    ordinary(bench)
    bench.use("acme", day=QUIET, up=900 * MB, down=0)
    bench.analyse(day=QUIET)
    assert bool(of_kind(bench, PolicyKind.EXFILTRATION)) is expected


@pytest.mark.fact("anomaly.breach")
def test_a_breach_alerts_for_the_apps_that_were_seen():
    """With the users and addresses of the last 90 days; an app that nobody uses stays silent."""
    bench = Bench()
    bench.use("acme", users=4)
    bench.analyse()
    bench.tenant.policies.breaches = tuple(Breach(app, FIRST_DAY, "news") for app in ("acme", "corp"))
    bench.analyse(day=1)
    found = of_kind(bench, PolicyKind.BREACH)
    assert {alert.app_id for alert in found} == {"acme"}
    assert {(alert.users, alert.source_ips) for alert in found} == {(4, 4)}
