"""The reports of an organisation: what each takes, and what its settings do to new data."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import CommandRefused
from sim.base.time import DAY, HOUR
from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.custom_reports import CustomReport, IpRange
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.report import KEPT_DAYS
from sim.engine.discovery.snapshots import Snapshot
from sim.engine.discovery.streams import GLOBAL, SESSION_CONTROL, WIN10, Streams
from sim.engine.traffic import Traffic, encode

NOW = 200 * DAY
PROXY = "proxy"
WHO = "analyst"
ADA, BOB = "ada@contoso.example", "bob@contoso.example"
PEOPLE = People(
    {
        name.casefold(): person
        for person, names in {ADA: (ADA, "CONTOSO\\ada", "ada"), BOB: (BOB, "CONTOSO\\bob")}.items()
        for name in names
    },
    {ADA: ("Sales",), BOB: ("IT",)},
)
CATALOG = Catalog((App("box", "Box", "Cloud storage", "", "", ("box.com",), ""),))


@dataclass
class Bench:
    """Streams of one log source and the endpoint feed, and the governance log they write."""

    log: list[tuple[int, str, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.streams = Streams(
            CATALOG, [PROXY], PEOPLE, Pseudonyms(b"key"), lambda *line: self.log.append(line)
        )

    def send(self, source: str, *rows: tuple[str | None, str | None], at: int = NOW - HOUR) -> None:
        """Let an analysis run bring one transaction for each (user, source address)."""
        users, ips = [row[0] for row in rows], [row[1] for row in rows]
        machines = encode([f"PC-{ip}" for ip in ips]) if source == WIN10 else None
        time = np.full(len(rows), at, dtype=np.int64)
        host = encode(["box.com"] * len(rows))
        self.streams.receive(NOW, source, Traffic(time, host, encode(users), encode(ips), machines))

    def users(self, report: str) -> dict[str, int]:
        """Return the transactions of each user of a report."""
        return {use.name: use.transactions for use in self.streams.all[report].entities("user")}

    def count(self, report: str) -> int:
        """Return all transactions of a report."""
        return self.streams.reports[report].totals().transactions


def rules(refused: pytest.ExceptionInfo[CommandRefused]) -> list[str]:
    return [problem.rule for problem in refused.value.problems]


# -- which report takes what -----------------------------------------------------------------------


@pytest.mark.fact("feed.endpoint-not-in-global")
def test_a_log_goes_to_its_own_report_and_to_global_and_the_endpoints_to_theirs_alone():
    bench = Bench()
    bench.send(PROXY, (ADA, "10.0.0.1"))
    bench.send(WIN10, (BOB, "10.0.0.2"), (BOB, "10.0.0.2"))
    assert list(bench.streams.reports) == [WIN10, GLOBAL, PROXY, SESSION_CONTROL]
    assert bench.users(PROXY) == bench.users(GLOBAL) == {ADA: 1}
    assert bench.users(WIN10) == {BOB: 2}
    assert bench.count(SESSION_CONTROL) == 0
    assert bench.streams.updated.keys() == {WIN10, GLOBAL, PROXY}
    assert bench.streams.reports[WIN10].totals().machines == 1
    assert bench.streams.reports[GLOBAL].totals().machines is None


@pytest.mark.fact("limit.oldest-event", "limit.retention")
def test_what_is_older_than_90_days_is_not_taken_in_and_what_becomes_older_is_forgotten():
    bench = Bench()
    oldest = NOW - KEPT_DAYS * DAY
    bench.send(PROXY, (ADA, "10.0.0.1"), at=oldest - 1)
    assert bench.count(PROXY) == 0
    bench.send(PROXY, (ADA, "10.0.0.1"), at=oldest)
    bench.send(PROXY, (BOB, "10.0.0.2"), at=NOW)
    bench.streams.forget(NOW)
    assert bench.count(PROXY) == 2
    bench.streams.forget(NOW + DAY)
    assert bench.users(PROXY) == bench.users(GLOBAL) == {BOB: 1}
    bench.streams.forget(NOW + 91 * DAY)
    assert bench.count(PROXY) == 0


# -- custom reports --------------------------------------------------------------------------------


def test_a_custom_report_takes_new_data_of_its_sources_and_user_groups():
    bench = Bench()
    bench.send(PROXY, (ADA, "10.0.0.1"))
    bench.streams.save_report(NOW, WHO, CustomReport("Sales", (PROXY,), groups=("Sales",)))
    assert bench.count("Sales") == 0
    bench.send(PROXY, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"), ("guest", "10.0.0.3"), (None, "10.0.0.4"))
    bench.send(WIN10, (ADA, "10.0.0.1"))
    assert bench.users("Sales") == {ADA: 1}
    assert bench.streams.updated["Sales"] == NOW


def test_a_group_is_known_by_directory_names_so_a_log_with_others_needs_enrichment():
    bench = Bench()
    bench.streams.save_report(NOW, WHO, CustomReport("Sales", (PROXY,), groups=("Sales",)))
    bench.send(PROXY, ("CONTOSO\\ada", "10.0.0.1"))
    assert bench.count("Sales") == 0
    bench.streams.enrich(NOW, WHO, True)
    bench.send(PROXY, ("contoso\\ADA", "10.0.0.1"))
    assert bench.users("Sales") == {ADA: 1}


def test_a_custom_report_goes_by_addresses_and_by_the_tags_of_named_ranges():
    bench = Bench()
    bench.streams.save_ip_range(NOW, WHO, IpRange("Depot", ("10.2.0.0/16",), ("Warehouse",)))
    by_range = CustomReport("Office", (PROXY,), networks=("10.1.0.9/16", "2001:db8::/32"))
    bench.streams.save_report(NOW, WHO, by_range)
    bench.streams.save_report(NOW, WHO, CustomReport("Depots", (PROXY,), ip_tags=("Warehouse",)))
    both = CustomReport("Sales in depots", (PROXY,), groups=("Sales",), ip_tags=("Warehouse",))
    bench.streams.save_report(NOW, WHO, both)
    assert bench.streams.custom["Office"].networks == ("10.1.0.0/16", "2001:db8::/32")
    bench.send(PROXY, (ADA, "10.1.4.4"), (ADA, "10.2.4.4"), (BOB, "10.2.0.1"), (BOB, "2001:db8::7"))
    bench.send(PROXY, (ADA, None), (ADA, "no address"))
    assert bench.users("Office") == {ADA: 1, BOB: 1}
    assert bench.users("Depots") == {ADA: 1, BOB: 1}
    assert bench.users("Sales in depots") == {ADA: 1}


def test_a_report_that_is_changed_keeps_its_data_and_one_that_is_deleted_loses_it():
    bench = Bench()
    bench.streams.save_report(NOW, WHO, CustomReport("Mine", (PROXY,), groups=("Sales",)))
    bench.send(PROXY, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    assert bench.streams.save_report(NOW, WHO, CustomReport("MINE ", (PROXY,), groups=("IT",))) == "Mine"
    bench.send(PROXY, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    assert bench.users("Mine") == {ADA: 1, BOB: 1}
    bench.streams.delete_report(NOW, WHO, "Mine")
    assert "Mine" not in bench.streams.reports
    bench.streams.save_report(NOW, WHO, CustomReport("Mine", (PROXY,)))
    assert bench.count("Mine") == 0


def test_a_report_says_all_that_is_wrong_with_it_at_once():
    bench = Bench()
    wrong = CustomReport("Mine", ("proxi",), ("Sails",), ("10.1.0.0/99",), ("Corporate",))
    with pytest.raises(CommandRefused) as refused:
        bench.streams.save_report(NOW, WHO, wrong)
    assert rules(refused) == ["REPORT-SOURCE", "REPORT-GROUP", "REPORT-TAG", "ADDRESS-RANGE"]
    assert "did you mean 'proxy'?" in str(refused.value)
    for name in (GLOBAL, "win10 endpoint users", " ", "x" * 81):
        with pytest.raises(CommandRefused) as refused:
            bench.streams.save_report(NOW, WHO, CustomReport(name, (PROXY,)))
        assert rules(refused) == ["REPORT-NAME"]
    with pytest.raises(CommandRefused, match="needs a source"):
        bench.streams.save_report(NOW, WHO, CustomReport("Mine", ()))
    with pytest.raises(CommandRefused, match="no custom or snapshot report 'Global'"):
        bench.streams.delete_report(NOW, WHO, GLOBAL)
    assert bench.log == []


def test_a_tag_that_a_report_goes_by_cannot_vanish_under_it():
    bench = Bench()
    bench.streams.save_ip_range(NOW, WHO, IpRange("Depot", ("10.2.0.0/16",), ("Warehouse", "North")))
    bench.streams.save_report(NOW, WHO, CustomReport("Depots", (PROXY,), ip_tags=("Warehouse",)))
    with pytest.raises(CommandRefused) as refused:
        bench.streams.remove_ip_range(NOW, WHO, "Depot")
    assert rules(refused) == ["RANGE-USED"]
    with pytest.raises(CommandRefused, match="goes by the tag Warehouse"):
        bench.streams.save_ip_range(NOW, WHO, IpRange("Depot", ("10.2.0.0/16",), ("North",)))
    bench.streams.save_ip_range(NOW, WHO, IpRange("Yard", ("10.3.0.7",), ("Warehouse",)))
    bench.streams.remove_ip_range(NOW, WHO, "Depot")
    bench.send(PROXY, (ADA, "10.3.0.7"), (BOB, "10.2.0.1"))
    assert bench.users("Depots") == {ADA: 1}


@pytest.mark.parametrize("ranges", [(), ("",), ("10.1.0.0/16", "everywhere")])
def test_a_range_needs_addresses(ranges):
    with pytest.raises(CommandRefused, match="ADDRESS-RANGE"):
        Bench().streams.save_ip_range(NOW, WHO, IpRange("Depot", ranges, ()))


NETWORKS = ("10.0.0.0/8", "10.1.0.0/16", "192.168.4.0/22", "2001:db8::/32")
users = st.none() | st.sampled_from((ADA, BOB, "guest"))
addresses = st.none() | st.sampled_from(
    ("10.0.0.1", "10.1.9.9", "192.168.7.1", "192.168.8.1", "2001:db8::1", "-")
)
traffics = st.lists(st.tuples(users, addresses), max_size=20)


@given(
    traffics,
    st.lists(st.sampled_from(("Sales", "IT")), unique=True),
    st.lists(st.sampled_from(NETWORKS), unique=True),
)
def test_a_custom_report_takes_what_a_row_by_row_reading_of_its_filters_takes(rows, groups, networks):
    """Groups widen each other, addresses too; the two narrow each other; who is unknown passes neither."""

    def is_inside(text: str | None) -> bool:
        try:
            return any(ip_address(text or "") in ip_network(network) for network in networks)
        except ValueError:
            return False

    def is_member(user: str | None) -> bool:
        return any(group in PEOPLE.groups.get(user or "", ()) for group in groups)

    bench = Bench()
    bench.streams.save_report(NOW, WHO, CustomReport("Mine", (PROXY,), tuple(groups), tuple(networks)))
    bench.send(PROXY, *rows)
    expected = [
        user for user, ip in rows if (not groups or is_member(user)) and (not networks or is_inside(ip))
    ]
    assert bench.count("Mine") == len(expected)
    assert bench.users("Mine") == {user: expected.count(user) for user in expected if user is not None}


# -- exclusions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name"),
    [("user", ADA.upper()), ("source_ip", "10.0.0.1"), ("machine", "pc-10.0.0.1")],
)
def test_who_is_excluded_is_left_out_of_new_data_and_stays_in_the_old(kind, name):
    bench = Bench()
    bench.send(WIN10, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    assert bench.streams.exclude(NOW, WHO, kind, name, "a scanner", True)
    assert not bench.streams.exclude(NOW, WHO, kind, name, "again", True)
    bench.send(WIN10, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    assert bench.users(WIN10) == {ADA: 1, BOB: 2}
    assert bench.streams.exclude(NOW, WHO, kind, name, "", False)
    bench.send(WIN10, (ADA, "10.0.0.1"))
    assert bench.users(WIN10) == {ADA: 2, BOB: 2}
    assert [line[2] for line in bench.log] == ["Exclude entity", "End exclusion"]
    assert bench.log[0][4].endswith(": a scanner")


def test_a_user_is_excluded_by_the_directorys_name_where_that_replaces_the_logs():
    bench = Bench()
    bench.streams.exclude(NOW, WHO, "user", ADA, "", True)
    bench.send(PROXY, ("CONTOSO\\ada", "10.0.0.1"))
    assert bench.users(PROXY) == {"CONTOSO\\ada": 1}
    bench.streams.enrich(NOW, WHO, True)
    bench.send(PROXY, ("CONTOSO\\ada", "10.0.0.1"), ("CONTOSO\\bob", "10.0.0.2"))
    assert bench.users(PROXY) == {"CONTOSO\\ada": 1, BOB: 1}


@pytest.mark.parametrize(
    ("kind", "name", "rule"),
    [
        ("app", "box", "EXCLUDE-KIND"),
        ("user", "  ", "EXCLUDE-NAME"),
        ("source_ip", "10.0.0.0/8", "EXCLUDE-NAME"),
        ("source_ip", "everywhere", "EXCLUDE-NAME"),
    ],
)
def test_what_cannot_be_excluded_is_refused(kind, name, rule):
    with pytest.raises(CommandRefused) as refused:
        Bench().streams.exclude(NOW, WHO, kind, name, "", True)
    assert rules(refused) == [rule]


# -- names -----------------------------------------------------------------------------------------


def test_without_enrichment_nobody_is_merged_and_with_it_the_directorys_name_stands():
    bench = Bench()
    rows = (("CONTOSO\\ada", "10.0.0.1"), ("ada", "10.0.0.1"), (ADA, "10.0.0.1"), ("guest", "10.0.0.9"))
    bench.send(PROXY, *rows)
    assert bench.users(PROXY) == {"CONTOSO\\ada": 1, "ada": 1, ADA: 1, "guest": 1}
    other = Bench()
    assert other.streams.enrich(NOW, WHO, True)
    assert not other.streams.enrich(NOW, WHO, True)
    other.send(PROXY, *rows)
    assert other.users(PROXY) == {ADA: 3, "guest": 1}
    assert [line[2:] for line in other.log] == [("Save setting", "User enrichment", "on")]


def test_anonymisation_hides_the_names_of_one_source_in_new_data():
    bench = Bench()
    bench.send(WIN10, (ADA, "10.0.0.1"))
    assert bench.streams.anonymise(NOW, WHO, WIN10, "user", True)
    bench.send(WIN10, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    bench.send(PROXY, (BOB, "10.0.0.2"))
    hide = bench.streams.pseudonyms.hide
    assert bench.users(WIN10) == {ADA: 1, hide(ADA): 1, hide(BOB): 1}
    assert bench.users(PROXY) == {BOB: 1}
    machines = {use.name for use in bench.streams.reports[WIN10].entities("machine")}
    assert machines == {"PC-10.0.0.1", "PC-10.0.0.2"}
    assert bench.streams.anonymise(NOW, WHO, WIN10, "user", False)
    bench.send(WIN10, (BOB, "10.0.0.2"))
    assert bench.users(WIN10)[BOB] == 1


def test_machine_names_are_hidden_in_the_endpoint_report_and_addresses_never():
    bench = Bench()
    bench.streams.anonymise(NOW, WHO, WIN10, "machine", True)
    bench.send(WIN10, (ADA, "10.0.0.1"))
    report = bench.streams.reports[WIN10]
    assert [use.name for use in report.entities("machine")] == [bench.streams.pseudonyms.hide("PC-10.0.0.1")]
    assert [use.name for use in report.entities("source_ip")] == ["10.0.0.1"]
    assert bench.users(WIN10) == {ADA: 1}
    for source, kind, rule in (
        (PROXY, "machine", "ANONYMISE-KIND"),
        (WIN10, "source_ip", "ANONYMISE-KIND"),
        (GLOBAL, "user", "SOURCE-UNKNOWN"),
    ):
        with pytest.raises(CommandRefused) as refused:
            bench.streams.anonymise(NOW, WHO, source, kind, True)
        assert rules(refused) == [rule]


def test_filters_and_exclusions_look_at_real_names_behind_pseudonyms():
    bench = Bench()
    bench.streams.anonymise(NOW, WHO, PROXY, "user", True)
    bench.streams.save_report(NOW, WHO, CustomReport("Sales", (PROXY,), groups=("Sales",)))
    bench.streams.exclude(NOW, WHO, "user", BOB, "", True)
    bench.send(PROXY, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    hidden = bench.streams.pseudonyms.hide(ADA)
    assert bench.users("Sales") == bench.users(GLOBAL) == {hidden: 1}
    with pytest.raises(CommandRefused, match="resolve it first"):
        bench.streams.exclude(NOW, WHO, "user", hidden, "", True)


def test_resolving_needs_a_justification_and_each_name_goes_into_the_log_without_the_name():
    bench = Bench()
    bench.streams.anonymise(NOW, WHO, PROXY, "user", True)
    bench.send(PROXY, (ADA, "10.0.0.1"), (BOB, "10.0.0.2"))
    ada, bob = map(bench.streams.pseudonyms.hide, (ADA, BOB))
    bench.log.clear()
    for reason in ("", "   ", "because", "just  curious"):
        with pytest.raises(CommandRefused) as refused:
            bench.streams.resolve(NOW, WHO, [ada], reason)
        assert rules(refused) == ["JUSTIFICATION"]
    assert bench.log == []
    found = bench.streams.resolve(NOW, WHO, [ada, f" {bob} ", ada], "large  upload\nin case 7")
    assert found == {ada: ADA, bob: BOB}
    why = "large upload in case 7"
    assert bench.log == [(NOW, WHO, "Resolve username", each, why) for each in (ada, bob)]


def test_what_is_no_pseudonym_is_not_resolved_and_nothing_is_told_of_the_others():
    bench = Bench()
    bench.streams.anonymise(NOW, WHO, PROXY, "user", True)
    bench.send(PROXY, (ADA, "10.0.0.1"))
    ada = bench.streams.pseudonyms.hide(ADA)
    bench.log.clear()
    with pytest.raises(CommandRefused) as refused:
        bench.streams.resolve(NOW, WHO, [ada, BOB, "xyz"], "x")
    assert rules(refused) == ["PSEUDONYM-UNKNOWN", "PSEUDONYM-UNKNOWN", "JUSTIFICATION"]
    with pytest.raises(CommandRefused, match="PSEUDONYM-NONE"):
        bench.streams.resolve(NOW, WHO, [" "], "a good long reason")
    assert bench.log == []
    assert ADA not in str(refused.value)


def test_a_snapshot_passes_the_settings_once_and_outlives_what_is_forgotten() -> None:
    bench = Bench()
    bench.streams.exclude(NOW, WHO, "user", "ada", "", True)
    bench.streams.enrich(NOW, WHO, True)
    time = np.array([NOW - HOUR, NOW - HOUR, NOW - 100 * DAY], dtype=np.int64)
    rows = Traffic(time, encode(["box.com"] * 3), encode(["ada", "CONTOSO\\bob", "eve"]))
    bench.streams.create_snapshot(NOW, WHO, Snapshot("Once", PROXY), rows)
    bench.streams.follow(CATALOG)
    bench.streams.forget(NOW + 2 * KEPT_DAYS * DAY)
    assert bench.users("Once") == {BOB: 1}
