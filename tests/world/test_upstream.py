"""Gateways, access rules and removed programs: whom they stop, from when on, and whom they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from sim.base.errors import CommandRefused, ScenarioError
from sim.base.time import HOUR, MINUTE
from sim.engine.discovery.streams import SESSION_CONTROL
from sim.engine.enforcement.facts import Outcome
from sim.engine.tenant import INTEGRATION, WIN10
from sim.scenario.load import Resolved, load_scenario
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import VisitSite
from sim.session.gateway_commands import DeleteAccessRule, ImportBlockScript, RemoveClient, SaveAccessRule
from sim.views.sources import tables
from sim.world.telemetry import Rows
from sim.world.upstream import DOWNLOAD, Relay
from tests.reference.small import resolved, scenario

TWO_GATEWAYS = str(Path(__file__).parents[1] / "scenarios" / "two-gateways.yaml")
APP = "sohu-news"
APPLIANCE, WEB_GATEWAY = "Head office", "Branches"


def world(*proxies: dict[str, Any], seed: int = 7, era: str = "mcas-2019") -> Resolved:
    """Return a small world behind gateways, in which everybody reads the news all day."""
    found = scenario(6)
    found["proxy"] = list(proxies)
    found["seed"], found["era"] = seed, era
    found["habits"] = [
        {"app": APP, "browser": "own", "sessions": 20, "between": ["08:30", "17:00"], "requests": [3, 8]}
    ]
    return resolved(found)


def two_gateways() -> Session:
    return Session(load_scenario(TWO_GATEWAYS))


def hours(session: Session, count: int) -> Rows:
    """Let hours pass; return what people did in them."""
    since = session.now
    session.advance(since + count * HOUR)
    return session.world.plane.telemetry.between(since, session.now)


def of(session: Session, rows: Rows, app: str, process: str = "") -> Rows:
    """Return what people did in an app, in one program only if it is named."""
    staff = session.world.staff
    wanted = staff.host_app[rows.host] == [each.id for each in staff.apps].index(app)
    wanted &= rows.session >= 0
    if process:
        wanted &= rows.process == staff.processes.index(process)
    return rows.take(wanted)


def departments(session: Session, rows: Rows) -> np.ndarray:
    return np.array([person.department for person in session.world.staff.people])[rows.machine]


# -- gateways --------------------------------------------------------------------------------------


@pytest.mark.fact("latency.gateway.zscaler", "latency.gateway.iboss", "appliance.gateway-blocks-all")
@pytest.mark.fact("latency.gateway.menlo", "latency.gateway.open-systems")
@pytest.mark.parametrize(
    ("era", "kind", "interval"),
    [
        ("mcas-2019", "zscaler", 2 * HOUR),
        ("mcas-2019", "iboss", 10 * MINUTE),
        ("defender-today", "zscaler", 2 * HOUR),
        ("defender-today", "iboss", 10 * MINUTE),
        ("defender-today", "menlo", 2 * HOUR),
        ("defender-today", "open-systems", HOUR),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_gateway_blocks_from_its_next_poll_on(era: str, kind: str, interval: int, seed: int):
    """Not before, at the latest one interval after the tag, and with no switch of a portal on."""
    session = Session(world({"name": "Gateway", "kind": kind}, seed=seed, era=era))
    gateway = session.world.upstream.gateways[0]
    session.submit(TagApp(APP, "Unsanctioned"))
    due = gateway.next_fetch(session.now)
    assert due is not None
    assert session.now < due <= session.now + interval
    assert gateway.next_fetch(due) == due + interval
    rows = hours(session, 4)
    assert (rows.time < due).any()
    assert np.array_equal(rows.outcome == Outcome.GATEWAY_BLOCKED, rows.time >= due)


@pytest.mark.fact("appliance.gateway-blocks-all", "appliance.gateway-no-scope")
def test_a_gateway_stops_whoever_is_behind_it_and_nobody_else():
    """In every program, on machines that nobody manages, and the analyst's own visits too."""
    session = two_gateways()
    session.submit(TagApp(APP, "Unsanctioned"))
    hours(session, 2)
    rows = of(session, hours(session, 4), APP)
    behind = departments(session, rows) == "Field"
    assert set(rows.process[behind].tolist()) != set()
    assert len(set(rows.machine[behind].tolist())) == 2, "one of them is not managed"
    assert np.array_equal(rows.outcome == Outcome.GATEWAY_BLOCKED, behind)
    for machine, opened in {"TG-01": True, "TG-03": False, "TG-04": False, "TG-06": True}.items():
        for browser in ("MicrosoftEdgeCP.exe", "chrome.exe", "firefox.exe"):
            answer = session.submit(VisitSite(machine, browser, "www.sohu.com"))
            assert answer.data["opened"] is opened


def test_an_appliance_blocks_what_its_last_script_says_and_nothing_else():
    """A tag changes nothing there, and neither does taking it back."""
    session = two_gateways()

    def opened() -> bool:
        return bool(session.submit(VisitSite("TG-01", "chrome.exe", "www.sohu.com")).data["opened"])

    session.submit(TagApp(APP, "Unsanctioned"))
    hours(session, 4)
    assert opened()
    session.submit(ImportBlockScript(APPLIANCE))
    assert not opened()
    session.submit(TagApp(APP, ""))
    hours(session, 3)
    assert not opened()
    session.submit(ImportBlockScript(APPLIANCE))
    assert opened()


def test_an_appliance_that_is_told_names_lets_sub_domains_pass():
    """An FQDN object of a Cisco ASA is one name."""
    session = Session(world({"name": "Firewall", "kind": "cisco-asa", "blocks": [APP]}))
    tried = {
        host: session.submit(VisitSite("SO-01", "chrome.exe", host)).data["opened"]
        for host in ("sohu.com", "www.sohu.com")
    }
    assert tried == {"sohu.com": False, "www.sohu.com": True}


def test_a_proxy_that_only_logs_blocks_nothing_and_takes_no_script():
    session = Session(world({"name": "Proxy"}))
    session.submit(TagApp(APP, "Unsanctioned"))
    assert (hours(session, 4).outcome == Outcome.OPEN).all()
    with pytest.raises(CommandRefused, match="it only writes a log"):
        session.submit(ImportBlockScript("Proxy"))


def test_a_gateway_that_fetches_the_list_takes_no_script():
    with pytest.raises(CommandRefused, match="it fetches the list by itself"):
        two_gateways().submit(ImportBlockScript(WEB_GATEWAY))


def test_what_a_gateway_refuses_is_blocked_in_its_own_report_and_unknown_to_defender():
    session = two_gateways()
    session.submit(SetSwitch(INTEGRATION, True))
    session.submit(TagApp(APP, "Unsanctioned"))
    hours(session, 24)
    tenant = session.world.tenant
    of_gateway, of_endpoints = tenant.reports[WEB_GATEWAY].app(APP), tenant.reports[WIN10].app(APP)
    assert of_gateway is not None
    assert of_endpoints is not None
    assert of_gateway.blocked is not None
    assert 0 < of_gateway.blocked <= of_gateway.transactions
    assert not of_endpoints.blocked
    assert tenant.reports[APPLIANCE].app(APP).blocked == 0  # type: ignore[union-attr]
    assert tenant.endpoint_alerts.alerts == []
    assert len(tables(session)["DeviceEvents"]) == 0


@pytest.mark.parametrize(
    ("proxies", "words"),
    [
        ([{"name": "G", "kind": "open-systems"}], "mcas-2019 does not have the integration of Open Systems"),
        ([{"name": "G", "kind": "menlo"}], "mcas-2019 does not have the integration of Menlo"),
        ([{"name": "G", "kind": "iboss", "blocks": [APP]}], "takes no block script"),
        ([{"name": WIN10}], "names a report already"),
        ([{"name": "G", "departments": ["Desk"]}, {"name": "G", "departments": ["Field"]}], "names a proxy"),
        ([{"name": "G"}, {"name": "H", "departments": ["Desk"]}], "Desk is behind G already"),
        ([{"name": "G", "departments": ["Dsk"]}], "unknown department 'Dsk'"),
        ([{"name": "G", "kind": "websense", "blocks": ["sohu-nws"]}], "did you mean 'sohu-news'"),
    ],
)
def test_a_scenario_with_impossible_gateways_is_refused(proxies: list[dict[str, Any]], words: str):
    with pytest.raises(ScenarioError, match=words):
        world(*proxies)


def test_a_site_that_bypasses_the_proxies_is_behind_none():
    found = scenario(6)
    found["proxy"] = {"name": "Gateway", "kind": "iboss"}
    found["sites"] = {"homes": {"behind_proxies": False}}
    found["devices"] = [{"departments": ["Field"], "site": "homes"}]
    session = Session(resolved(found))
    session.submit(TagApp(APP, "Unsanctioned"))
    hours(session, 1)
    rows = of(session, hours(session, 5), APP)
    assert np.array_equal(rows.outcome == Outcome.GATEWAY_BLOCKED, departments(session, rows) == "Desk")


# -- access rules ----------------------------------------------------------------------------------


@pytest.mark.fact("appliance.native-conditional-access")
def test_an_access_rule_stops_the_client_it_names_once_people_sign_in_anew():
    session = two_gateways()
    session.submit(SaveAccessRule("salesforce", "native", "Block", ("Desk", "Home")))
    first = hours(session, 1)
    rows = of(session, hours(session, 4), "salesforce")
    native = rows.process == session.world.staff.processes.index("salesforce.exe")
    concerned = np.isin(departments(session, rows), ("Desk", "Home"))
    assert (native & concerned).any()
    assert np.array_equal(rows.outcome == Outcome.ACCESS_DENIED, native & concerned)
    early = of(session, first, "salesforce", "salesforce.exe")
    assert set(early.outcome.tolist()) <= {Outcome.OPEN, Outcome.ACCESS_DENIED}
    for machine in set(early.machine.tolist()):
        denied = early.outcome[early.machine == machine] == Outcome.ACCESS_DENIED
        assert (np.diff(denied.astype(int)) >= 0).all(), "who was refused once stays refused"


@pytest.mark.fact("appliance.session-control", "appliance.native-conditional-access")
def test_an_access_rule_for_an_app_that_is_not_integrated_is_refused_and_changes_nothing():
    session = two_gateways()
    with pytest.raises(CommandRefused, match="no session of it is ever seen"):
        session.submit(SaveAccessRule("dropbox", "native", "Block"))
    assert (of(session, hours(session, 4), "dropbox").outcome == Outcome.OPEN).all()


def test_a_deleted_rule_holds_for_nobody_any_more():
    session = two_gateways()
    rule = session.submit(SaveAccessRule("salesforce", "any", "Block")).data["id"]
    hours(session, 1)
    assert not session.submit(VisitSite("TG-05", "chrome.exe", "www.salesforce.com")).data["opened"]
    session.submit(DeleteAccessRule(str(rule)))
    assert (of(session, hours(session, 3), "salesforce").outcome == Outcome.OPEN).all()


def test_monitored_sessions_fill_the_session_control_report_and_limited_ones_lose_downloads():
    session = two_gateways()
    session.submit(SaveAccessRule("salesforce", "browser", "Monitor only", ("Desk",)))
    session.submit(SaveAccessRule("salesforce", "browser", "Block downloads", ("Home",)))
    hours(session, 1)
    rows = of(session, hours(session, 7), "salesforce")
    browsers = rows.process != session.world.staff.processes.index("salesforce.exe")
    for department, relay in (("Desk", Relay.MONITORED), ("Home", Relay.LIMITED), ("Field", Relay.DIRECT)):
        here = browsers & (departments(session, rows) == department)
        assert set(rows.relay[here].tolist()) == {relay}
    limited = rows.take(rows.relay == Relay.LIMITED)
    assert limited.bytes_down.max() < DOWNLOAD
    assert (rows.relay[~browsers] == Relay.DIRECT).all()
    hours(session, 15)
    found = session.world.tenant.reports[SESSION_CONTROL]
    assert [usage.app_id for usage in found.apps()] == ["salesforce"]
    names = {usage.name for usage in found.entities("user")}
    assert names == {
        f"{name}@gateways.example" for name in ("ada.arden", "bea.birch", "eli.ember", "fin.falk")
    }
    assert session.world.tenant.reports["Global"].app("salesforce").users == 4  # type: ignore[union-attr]


def test_a_relayed_page_has_another_address():
    session = two_gateways()
    visit = VisitSite("TG-01", "chrome.exe", "www.salesforce.com")
    assert session.submit(visit).text == "www.salesforce.com in chrome.exe: the page opens"
    session.submit(SaveAccessRule("salesforce", "browser", "Monitor only"))
    assert session.submit(visit).text == "www.salesforce.com.mcas.ms in chrome.exe: the page opens"


def test_a_scenario_cannot_integrate_an_app_without_saml():
    found = scenario(4)
    found["catalog"] = ["shipped", "fictional"]
    catalog = resolved(found).catalog
    without = next(app.id for app in catalog.apps if (f := app.factors.get("saml")) and f.value is False)
    found["single_sign_on"] = [without]
    with pytest.raises(ScenarioError, match="does not support SAML"):
        resolved(found)


# -- removed programs ------------------------------------------------------------------------------


@pytest.mark.fact("appliance.native-removal", "appliance.native-client")
def test_a_sync_client_survives_the_tag_and_ends_with_its_removal():
    """The gateway knows the app's domains only; on the machine, the program is gone after its own delay."""
    session = two_gateways()
    staff = session.world.staff
    session.submit(TagApp("dropbox", "Unsanctioned"))
    hours(session, 2)
    unknown = staff.hosts.index("sync.dbx-clients.example")
    rows = of(session, hours(session, 1), "dropbox")
    behind = departments(session, rows) == "Field"
    assert np.array_equal(rows.outcome == Outcome.GATEWAY_BLOCKED, behind & (rows.host != unknown))
    assert (behind & (rows.host == unknown)).any()

    assigned = session.now
    answer = session.submit(RemoveClient("Dropbox.exe", ("Field", "Home")))
    assert (answer.data["machines"], answer.data["missed"]) == (2, 2)
    rows = of(session, hours(session, 24), "dropbox", "dropbox.exe")
    last = {m: int(rows.time[rows.machine == m].max(initial=0)) for m in range(len(staff.machines))}
    ended = {staff.machines[m].name for m in last if last[m] < session.now - 3 * HOUR}
    assert ended == {"TG-03", "TG-05"}, "the two that Intune manages"
    for machine in (2, 4):
        gone = session.world.upstream.removed[machine, staff.processes.index("dropbox.exe")]
        assert assigned + 30 * MINUTE <= gone
        assert last[machine] < gone
        assert session.world.machines.is_on(np.array([machine]), np.array([gone])).all()
    with pytest.raises(CommandRefused, match="was removed from TG-03"):
        session.submit(VisitSite("TG-03", "dropbox.exe", "www.dropbox.com"))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (RemoveClient("chrome.exe"), "is a browser"),
        (RemoveClient("dropbx.exe"), "did you mean 'dropbox.exe'"),
        (RemoveClient("dropbox.exe", ("Dsk",)), "did you mean 'Desk'"),
        (ImportBlockScript("Head offic"), "did you mean 'Head office'"),
        (DeleteAccessRule("access-001"), "no policy 'access-001'"),
    ],
)
def test_a_command_that_names_nothing_is_refused(command: Command, words: str):
    with pytest.raises(CommandRefused, match=words):
        two_gateways().submit(command)


# -- determinism -----------------------------------------------------------------------------------

STEPS: tuple[tuple[int, Command], ...] = (
    (20 * MINUTE, TagApp(APP, "Unsanctioned")),
    (50 * MINUTE, ImportBlockScript(APPLIANCE)),
    (70 * MINUTE, SaveAccessRule("salesforce", "any", "Block", ("Home",))),
    (75 * MINUTE, SaveAccessRule("salesforce", "browser", "Block downloads", ("Desk",))),
    (90 * MINUTE, RemoveClient("dropbox.exe", ("Desk",))),
    (3 * HOUR, TagApp(APP, "")),
    (5 * HOUR, DeleteAccessRule("access-001")),
)


def digest(cuts: list[int]) -> str:
    """Play the steps, with the clock stopped at these times too."""
    session = two_gateways()
    start = session.now
    moments: list[tuple[int, Command | None]] = [*STEPS, *((cut, None) for cut in cuts)]
    for after, command in sorted(moments, key=lambda moment: moment[0]):
        session.advance(start + after)
        if command is not None:
            session.submit(command)
    session.advance(start + 9 * HOUR)
    return session.digest()


@effort(max_examples=5)
@given(st.lists(st.integers(0, 9 * HOUR), max_size=12))
def test_where_the_clock_stops_changes_nothing(cuts: list[int]):
    assert digest(cuts) == digest([])
