"""Facts that show in play alone, each by commands and views in a small office."""

from __future__ import annotations

from typing import Any

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import DAY, HOUR, MINUTE, from_iso
from sim.engine.discovery.streams import WIN10
from sim.engine.enforcement.facts import Outcome
from sim.engine.inventory import NEEDED
from sim.engine.settings_pages import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.engine.tenant import UNSANCTIONED
from sim.session.alert_commands import SaveSetting
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.lookup import machine_index
from sim.session.policy_commands import SavePolicy
from sim.testing import switch_on, tries, wait
from sim.views import discovery, endpoint
from sim.views.alerts import endpoint_alerts
from tests.fidelity.bench import Bench
from tests.fidelity.office import APP, CHROME, SITE, blocking, edge, office, visit


def seen(session: Session) -> set[str]:
    """Return the machines in the endpoint report after a day of the feed."""
    switch_on(session, INTEGRATION)
    wait(session, DAY)
    return {row.name for row in session.world.tenant.reports[WIN10].entities("machine")}


@pytest.mark.parametrize(
    ("era", "runs"),
    [
        pytest.param("mcas-2019", 2, marks=pytest.mark.fact("latency.analysis.2019")),
        pytest.param("defender-today", 4, marks=pytest.mark.fact("latency.analysis.today")),
    ],
)
def test_continuous_data_is_analysed_so_often_a_day(era: str, runs: int):
    """The report names its next analysis; a day of them is counted."""
    session = office(era)
    until, due = session.now + DAY, set()
    while session.now < until:
        due.add(discovery.reach(session, WIN10).next_analysis)
        wait(session, HOUR)
    assert len([time for time in due if time <= until]) == runs


@pytest.mark.fact("latency.offline")
def test_a_machine_that_is_off_waits_until_it_is_on_again():
    """Nobody can try a site on it while it is offline; it fetches when it is switched on."""
    off = {"people": ["anna"], "offline": [["2019-12-16T09:01", "2019-12-16T15:00"]]}
    session = blocking(devices=[off])
    back = from_iso("2019-12-16T15:00", session.resolved.tz)
    assert session.world.now < back
    assert not tries(session, "SO-02", edge(session), SITE)
    with pytest.raises(CommandRefused, match="SO-01 is offline"):
        tries(session, "SO-01", edge(session), SITE)
    index = machine_index(session.world, "SO-01")
    assert session.world.machines.next_pull(index, session.now) == back
    session.advance(back + MINUTE)
    assert not tries(session, "SO-01", edge(session), SITE)


@pytest.mark.fact("indicator.pre-emptive")
def test_an_app_that_nobody_used_can_be_tagged_and_is_listed():
    """From the catalog alone."""
    session = office()
    switch_on(session)
    session.submit(TagApp("facebook", UNSANCTIONED))
    wait(session, HOUR)
    assert "facebook.com" in {row.value for row in endpoint.indicators(session)}


@pytest.mark.fact("governance.policy-tag-blocks")
def test_a_policy_that_tags_unsanctioned_blocks_by_itself():
    """After the next analysis the domain is listed, and nobody touched the app."""
    session = office()
    switch_on(session)
    session.submit(SavePolicy("New popular app", "popular", {"Number of users": 3}, tag=UNSANCTIONED))
    wait(session, DAY)
    assert "sohu.com" in {row.value for row in endpoint.indicators(session)}


@pytest.mark.fact("gate.enforce-app-access.today")
@pytest.mark.parametrize("tag", ["Unsanctioned", "Monitored"])
def test_enforce_app_access_is_for_both_tags(tag: str):
    """Off, neither makes an indicator; on, both do."""
    session = office("defender-today")
    for name in (INTEGRATION, CUSTOM_INDICATORS):
        session.submit(SetSwitch(name, True))
    session.submit(TagApp(APP, tag))
    wait(session, 2 * HOUR)
    assert endpoint.indicators(session) == []
    switch = session.world.tenant.portal.switch("Enforce app access")
    assert switch is not None
    assert switch.id == BLOCK_UNSANCTIONED
    session.submit(SetSwitch(switch.id, True))
    wait(session, HOUR)
    assert {row.value for row in endpoint.indicators(session)} >= {"sohu.com"}


@pytest.mark.parametrize(
    ("era", "refused"),
    [
        pytest.param("mcas-2019", False, marks=pytest.mark.fact("indicator.non-blockable.2019")),
        pytest.param("defender-today", True, marks=pytest.mark.fact("indicator.non-blockable.today")),
    ],
)
def test_microsofts_own_services_cannot_be_blocked_today(era: str, refused: bool):
    """By no hand; in 2019 a trainee could."""
    own = office("defender-today").world.tenant.portal.never_unsanctioned
    assert own
    session = office(era)
    catalog = session.world.tenant.catalog
    portals = ("portal.cloudappsecurity.com", "securitycenter.windows.com", "intune.microsoft.com")
    assert own == tuple(found.id for host in portals if (found := catalog.resolve(host)) is not None)
    for app in own:
        if refused:
            with pytest.raises(CommandRefused):
                session.submit(TagApp(app, UNSANCTIONED))
        else:
            session.submit(TagApp(app, UNSANCTIONED))


@pytest.mark.parametrize(
    ("era", "names"),
    [
        pytest.param(
            "mcas-2019",
            {"MicrosoftEdgeCP.exe", "iexplore.exe", "chrome.exe", "firefox.exe"},
            marks=pytest.mark.fact("engine.process-names.2019"),
        ),
        pytest.param(
            "defender-today",
            {"msedge.exe", "chrome.exe", "firefox.exe"},
            marks=pytest.mark.fact("engine.process-names.today"),
        ),
    ],
)
def test_browsers_have_the_file_names_of_their_time(era: str, names: set[str]):
    """As the machine's timeline shows them."""
    session = office(era)
    assert set(session.world.tenant.portal.browsers.values()) == names
    wait(session, 4 * HOUR)
    shown = {row.process for row in endpoint.timeline(session, "SO-01", APP)}
    assert edge(session) in shown
    assert edge(session) in names


PROXIED: dict[str, Any] = {
    "sites": {"branch": {"hides_names": True}},
    "devices": [{"people": ["anna"], "site": "branch"}],
}


@pytest.mark.parametrize(
    ("era", "missing"),
    [
        pytest.param("mcas-2019", True, marks=pytest.mark.fact("feed.behind-proxy.2019")),
        pytest.param("defender-today", False, marks=pytest.mark.fact("feed.behind-proxy.today")),
    ],
)
def test_a_machine_behind_a_forward_proxy_was_missing_in_2019(era: str, missing: bool):
    """The others are there."""
    found = seen(office(era, **PROXIED))
    assert ("SO-01" not in found) is missing
    assert "SO-02" in found


@pytest.mark.fact("feed.old-build")
def test_a_machine_below_its_build_is_missing_from_the_endpoint_report():
    """One update behind, and right on it."""
    builds = [{"people": ["anna"], "os_build": "17134.703"}, {"people": ["ben"], "os_build": "17134.704"}]
    found = seen(office(devices=builds))
    assert "SO-01" not in found
    assert "SO-02" in found


@pytest.mark.fact("feed.macos-network-protection")
def test_a_mac_reports_with_network_protection_on_alone():
    """Off, it is missing."""
    macs = [
        {"people": ["ben", "dina"], "system": "macos"},
        {"people": ["dina"], "network_protection": "block"},
    ]
    found = seen(office("defender-today", devices=macs))
    assert "SO-02" not in found
    assert "SO-04" in found


@pytest.mark.fact("feed.catalog-only")
def test_only_apps_of_the_catalog_are_discovered():
    """Everything in the report has a page in the catalog; a host of no app is in none."""
    session = office()
    seen(session)
    rows = discovery.apps(session, WIN10)
    assert rows
    assert {row.app_id for row in rows} <= set(session.world.tenant.apps)
    bench = Bench()
    bench.use("nobody")
    assert bench.tenant.reports["proxy"].totals().apps == 0


@pytest.mark.fact("sees.alert-title.today")
def test_the_alert_of_today_has_its_own_title():
    """Another than in 2019."""
    session = blocking("defender-today")
    tries(session, "SO-01", CHROME, SITE)
    wait(session, 10 * MINUTE)
    titles = {row.title for row in endpoint_alerts(session)}
    assert titles == {"Unsanctioned cloud app access was blocked"}


@pytest.mark.fact("gate.licences.today")
@pytest.mark.parametrize("missing", NEEDED["today"])
def test_without_either_licence_of_today_no_indicator_is_made(missing: str):
    """The switches that need it are refused, and a tag stays a label."""
    held = [name for name in NEEDED["today"] if name != missing]
    session = office("defender-today", subscription={"licences": held})
    for name in (INTEGRATION, BLOCK_UNSANCTIONED):
        with pytest.raises(CommandRefused, match=missing):
            session.submit(SetSwitch(name, True))
    session.submit(SetSwitch(CUSTOM_INDICATORS, True))
    session.submit(TagApp(APP, UNSANCTIONED))
    wait(session, 3 * HOUR)
    assert endpoint.indicators(session) == []


@pytest.mark.fact("engine.long-lived")
@pytest.mark.parametrize("long_lived", [True, False])
def test_a_connection_that_was_open_before_the_indicator_lives_on(long_lived: bool):
    """One sitting a person: as one connection it ends as it began, as many it is cut somewhere."""
    sitting = {
        "app": APP,
        "browser": "edge",
        "sessions": 1,
        "between": ["09:00", "17:30"],
        "requests": [150, 200],
    }
    session = blocking(habits=[sitting | {"long_lived": long_lived}])
    session.advance(session.resolved.start + 8 * HOUR)
    rows = session.world.plane.telemetry.between(session.resolved.start, session.now)
    outcomes = [set(rows.outcome[rows.machine == number].tolist()) for number in set(rows.machine.tolist())]
    cut = [found for found in outcomes if Outcome.BLOCKED in found and len(found) > 1]
    assert bool(cut) is not long_lived


@pytest.mark.fact("sees.warn-per-user")
def test_a_warning_clicked_through_holds_for_that_user_alone():
    """Everybody is warned and clicks through for themselves, the analyst at the same machine too."""
    session = office("defender-today", click_through=100)
    switch_on(session)
    session.submit(TagApp(APP, "Monitored"))
    wait(session, 6 * HOUR)
    rows = session.world.plane.telemetry.between(session.resolved.start, session.now)
    passed = {
        session.world.staff.machines[m].name for m in rows.machine[rows.outcome == Outcome.BYPASSED].tolist()
    }
    warned, clicked = (set(rows.user[rows.outcome == o].tolist()) for o in (Outcome.WARNED, Outcome.BYPASSED))
    assert len(clicked) > 1
    assert clicked <= warned
    assert {visit(session, name, edge(session))[0] for name in sorted(passed)} == {"WARNED"}


@pytest.mark.fact("sees.warn-bypass")
@pytest.mark.parametrize("hours", [None, 2])
def test_a_warning_clicked_through_is_remembered_for_24_hours_or_as_set(hours: int | None):
    """By default over night and into the next morning, and for no minute more: then it is warned again."""
    session = office("defender-today", click_through=100)
    switch_on(session)
    if hours is not None:
        session.submit(SaveSetting("Bypass duration", str(hours)))
    session.submit(TagApp(APP, "Monitored"))
    session.advance(session.resolved.end)
    rows = session.world.plane.telemetry.between(session.resolved.start, session.now)
    ages = []
    for machine in sorted(set(rows.machine[rows.outcome == Outcome.BYPASSED].tolist())):
        mine = rows.take(rows.machine == machine)
        warned = mine.time[mine.outcome == Outcome.WARNED]
        for time in mine.time[mine.outcome == Outcome.BYPASSED].tolist():
            ages.append(time - int(warned[warned <= time].max()))
    longest = (hours or 24) * HOUR
    assert longest // 2 < max(ages) < longest


@pytest.mark.fact("sees.edge-block.today", "gate.alert-severity")
def test_the_support_page_of_a_block_needs_alerts_of_the_lowest_severity():
    """The setting alone shows no link; indicators made afterwards carry the severity that is set."""
    session = office("defender-today")
    switch_on(session)
    link = "https://intranet.example/apps"
    session.submit(SaveSetting("Notification URL for blocked apps", link))
    session.submit(TagApp(APP, UNSANCTIONED))
    wait(session, 4 * HOUR)
    assert {row.severity for row in endpoint.indicators(session)} == {"Medium"}
    assert link not in visit(session, "SO-01", edge(session))[1]
    session.submit(SaveSetting("Alert severity", "Informational"))
    assert link in visit(session, "SO-01", edge(session))[1]
    session.submit(TagApp("facebook", UNSANCTIONED))
    wait(session, HOUR)
    assert {row.severity for row in endpoint.indicators(session) if row.value == "facebook.com"} == {
        "Informational"
    }
