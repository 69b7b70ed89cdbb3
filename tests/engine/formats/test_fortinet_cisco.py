"""FortiGate and Cisco: what their lines say, and which are nobody's use."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.cisco_asa import CISCO_ASA, STRAY
from sim.engine.discovery.formats.cisco_firepower import FIREPOWER
from sim.engine.discovery.formats.fortinet import EVENT, FORTIGATE, OTHER_TYPE
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER, PERMITTED
from tests.engine.formats.rows import one, read

TO_DROPBOX = {"destination_ip": "162.125.66.18", "source_ip": "10.1.4.23", "port": 443}
SIZES = {"bytes_up": 190233, "bytes_down": 5312}
AT = "2019-12-27T09:20:04Z"

FORWARD = (
    'date=2019-12-27 time=09:20:04 devname="FG1" devid="FG100E0000000001" logid="0000000013" type="traffic" '
    'subtype="forward" level="notice" vd="root" srcip=10.1.4.23 srcport=52144 srcintf="port2" '
    'dstip=162.125.66.18 dstport=443 sessionid=88123 proto=6 action="close" user="alice" service="HTTPS" '
    'app="Dropbox" duration=4 sentbyte=190233 rcvdbyte=5312 sentpkt=148'
)
WEBFILTER = (
    'date=2019-12-27 time=10:20:07 tz="+0100" devname="FG1" logid="0316013056" type="utm" '
    'subtype="webfilter" eventtype="ftgd_blk" srcip=10.1.4.23 dstip=198.51.100.80 dstport=443 '
    'user="contoso\\alice" hostname="www.sohu.com" url="/a b?c=d" action="blocked" sentbyte=517 rcvdbyte=0 '
    'httpmethod="GET" msg="URL belongs to a denied category, srcip=6.6.6.6"'
)


def test_a_fortigate_session_counts_when_it_ends() -> None:
    expected = {**TO_DROPBOX, **SIZES, "time": AT, "user": "alice", "blocked": False, "action": "close"}
    assert one(FORTIGATE, FORWARD) == expected


def test_a_fortigate_web_filter_names_host_and_address_and_has_its_own_bytes() -> None:
    assert one(FORTIGATE, f"<189>Dec 27 10:20:09 relay {WEBFILTER}") == {
        "time": "2019-12-27T09:20:07Z",
        "host": "www.sohu.com",
        "user": "contoso\\alice",
        "source_ip": "10.1.4.23",
        "bytes_up": 517,
        "bytes_down": 0,
        "blocked": True,
        "url": "/a b?c=d",
        "port": 443,
        "method": "GET",
        "action": "blocked",
    }


@pytest.mark.parametrize(
    ("line", "time"),
    [
        (FORWARD, AT),
        (FORWARD.replace(" devname", " eventtime=1577438400 devname"), "2019-12-27T09:20:00Z"),
        (FORWARD.replace(" devname", " eventtime=1577438400123 devname"), "2019-12-27T09:20:00.123000Z"),
        (
            FORWARD.replace(" devname", ' eventtime="1577438400123456789" devname'),
            "2019-12-27T09:20:00.123456Z",
        ),
        (FORWARD.replace(" devname", ' tz="-0500" devname'), "2019-12-27T14:20:04Z"),
        (FORWARD.replace("date=2019-12-27 ", "itime=1577438500 "), "2019-12-27T09:21:40Z"),
        (FORWARD.replace(" ", ","), AT),
        (FORWARD.replace('"', '""'), AT),
        (f'"{FORWARD}"'.replace(" ", '","').replace('="', '=""').replace('"","', '""","'), AT),
    ],
)
def test_fortigate_times_and_layouts(line: str, time: str) -> None:
    row = one(FORTIGATE, line)
    assert row["time"] == time
    assert row["user"] == "alice"
    assert row["destination_ip"] == "162.125.66.18"
    assert row["bytes_up"] == 190233
    assert FORTIGATE.sniff([line]) == 1.0


def test_what_had_to_be_assumed_of_a_fortigates_time_is_said() -> None:
    assert read(FORTIGATE, FORWARD, WEBFILTER).assumed == {"times without a zone taken as UTC": 1}
    berlin = Context(zone=ZoneInfo("Europe/Berlin"))
    assert one(FORTIGATE, FORWARD, berlin)["time"] == "2019-12-27T08:20:04Z"


@pytest.mark.parametrize(
    ("change", "blocked"),
    [
        ('action="deny"', True),
        ('action="server-rst"', False),
        ('action="timeout"', False),
        ('action="close" utmaction="block"', True),
        ('action="close" utmaction="allow"', False),
    ],
)
def test_what_a_fortigate_denied(change: str, blocked: bool) -> None:
    assert one(FORTIGATE, FORWARD.replace('action="close"', change))["blocked"] is blocked


def test_a_fortiproxy_names_the_host_only_in_the_address() -> None:
    line = WEBFILTER.replace('hostname="www.sohu.com" ', "").replace(
        "/a b?c=d", "https://www.sohu.com:8443/a"
    )
    assert one(FORTIGATE, line)["host"] == "www.sohu.com"


def test_fortigate_lines_that_are_no_traffic_are_counted_by_reason() -> None:
    account = read(
        FORTIGATE,
        FORWARD.replace('action="close"', 'action="start"'),
        FORWARD.replace("0000000013", "0000000020"),
        FORWARD.replace('type="traffic"', 'type="event"'),
        FORWARD.replace('type="traffic"', 'type="statistics"'),
        FORWARD.replace("date=2019-12-27", "date=2019-02-30"),
        FORWARD.replace("date=2019-12-27 time=09:20:04 ", ""),
        FORWARD.replace("dstip=162.125.66.18 ", ""),
        "",
    )
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1, EVENT: 1, OTHER_TYPE: 1, "blank line": 1}
    assert account.bad == {
        "its time (eventtime or date) is not like date=2019-12-27 time=09:20:04": 1,
        "has no time (eventtime or date)": 1,
        "names no destination (dstip or dst or hostname or url)": 1,
    }


ASA = "<166>Dec 27 2019 09:20:04 fw1 : "


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "%ASA-6-302014: Teardown TCP connection 88123 for outside:162.125.66.18/443 to "
            "inside:10.1.4.23/52144 duration 0:00:04 bytes 195545 TCP FINs",
            {**TO_DROPBOX, "bytes_total": 195545, "blocked": False},
        ),
        (
            "%FWSM-6-302016: Teardown UDP connection 1 for outside:2001:db8::5/443 to "
            "inside:2001:db8:1::1/1234(CONTOSO\\alice) duration 0:00:04 bytes 5 (alice)",
            {
                "destination_ip": "2001:db8::5",
                "source_ip": "2001:db8:1::1",
                "user": "CONTOSO\\alice",
                "port": 443,
                "bytes_total": 5,
                "blocked": False,
            },
        ),
        (
            "%ASA-4-106023: Deny tcp src inside:10.1.4.23/52150(CONTOSO\\alice, 5:HR) dst "
            'outside:162.125.66.18/443(www.dropbox.com) by access-group "out" [0x0, 0x0]',
            {
                "host": "www.dropbox.com",
                "source_ip": "10.1.4.23",
                "user": "CONTOSO\\alice",
                "port": 443,
                "blocked": True,
                "action": "denied",
            },
        ),
        (
            "%ASA-2-106001: Inbound TCP connection denied from 10.1.4.23/5555 to 162.125.66.18/443 flags "
            "SYN  on "
            "interface inside",
            {**TO_DROPBOX, "blocked": True, "action": "denied"},
        ),
        (
            "%ASA-6-106100: access-list out denied tcp inside/10.1.4.23(5555)(CONTOSO\\alice) -> "
            "outside/162.125.66.18(443) hit-cnt 1 first hit [0x0, 0x0]",
            {**TO_DROPBOX, "user": "CONTOSO\\alice", "blocked": True, "action": "denied"},
        ),
        (
            "%ASA-5-304001: alice@10.1.4.23 Accessed URL 162.125.66.18:https://www.dropbox.com/a",
            {
                "host": "www.dropbox.com",
                "source_ip": "10.1.4.23",
                "user": "alice",
                "blocked": False,
                "url": "https://www.dropbox.com/a",
            },
        ),
        (
            "%ASA-5-304002: Access denied URL http://www.sohu.com/ SRC 10.1.4.23 DEST 198.51.100.80 on "
            "interface in",
            {
                "host": "www.sohu.com",
                "source_ip": "10.1.4.23",
                "blocked": True,
                "url": "http://www.sohu.com/",
                "action": "denied",
            },
        ),
        (
            "%ASA-3-710003: TCP access denied by ACL from 10.1.4.23/5555 to outside:162.125.66.18/443",
            {**TO_DROPBOX, "blocked": True, "action": "denied"},
        ),
        (
            "%ASA-6-302021: Teardown ICMP connection for faddr 8.8.8.8/0 gaddr 198.51.100.7/1 laddr "
            "10.1.4.23/1",
            {"destination_ip": "8.8.8.8", "source_ip": "10.1.4.23", "blocked": False},
        ),
    ],
)
def test_messages_of_an_asa(line: str, expected: dict[str, object]) -> None:
    assert one(CISCO_ASA, ASA + line) == {"time": AT, **expected}
    assert CISCO_ASA.sniff([ASA + line]) == 1.0


@pytest.mark.parametrize(
    ("first", "second", "client"),
    [
        ("outside:203.0.113.9/443", "inside:10.1.4.23/52144", "10.1.4.23"),
        ("outside:203.0.113.9/8443", "inside:10.1.4.23/1050", "10.1.4.23"),
        ("outside:203.0.113.9/60000", "inside:10.1.4.23/50111", "10.1.4.23"),
        ("outside:203.0.113.9/52144", "dmz:10.1.4.23/443", "203.0.113.9"),
        ("outside:203.0.113.9/52144", "dmz:10.1.4.23/8080", "203.0.113.9"),
        ("outside:203.0.113.9/443(LOCAL\\bob)", "inside:10.1.4.23/52144", "203.0.113.9"),
    ],
)
def test_which_end_of_a_teardown_is_the_client(first: str, second: str, client: str) -> None:
    line = f"{ASA}%ASA-6-302014: Teardown TCP connection 1 for {first} to {second} duration 0:00:04 bytes 9"
    assert one(CISCO_ASA, line)["source_ip"] == client


FTD = (
    "%FTD-1-430003: EventPriority: Low, DeviceUUID: 1, InstanceID: 5, FirstPacketSecond: "
    "2019-12-27T09:20:04Z, "
    "ConnectionID: 35871, AccessControlRuleAction: Allow, SrcIP: 10.1.4.23, DstIP: 162.125.66.18, "
    "SrcPort: 50158, "
    "DstPort: 443, Protocol: tcp, Prefilter Policy: L3, L4, User: CONTOSO\\alice, UserAgent: Mozilla/5.0 "
    "(KHTML, "
    "like Gecko), SrcIP: 6.6.6.6, Client: SSL client, InitiatorBytes: 190233, ResponderBytes: 5312, "
    "SSLServerName: www.dropbox.com, URL: https://www.dropbox.com/a, NAT_InitiatorPort: 36170"
)


def test_a_connection_of_firepower_threat_defense_has_bytes_for_each_way() -> None:
    assert one(CISCO_ASA, FTD) == {
        **SIZES,
        "time": AT,
        "host": "www.dropbox.com",
        "source_ip": "10.1.4.23",
        "user": "CONTOSO\\alice",
        "blocked": False,
        "url": "https://www.dropbox.com/a",
        "port": 443,
        "action": "Allow",
    }


def test_a_connection_of_threat_defense_counts_where_it_ends_or_is_blocked() -> None:
    begins = FTD.replace("430003", "430002")
    assert read(CISCO_ASA, begins).skipped == {END_COUNTS: 1}
    assert one(CISCO_ASA, begins.replace("Action: Allow", "Action: Block with reset"))["blocked"] is True
    assert "user" not in one(CISCO_ASA, FTD.replace("CONTOSO\\alice", "No Authentication Required"))


def test_other_messages_of_an_asa_are_counted_by_reason() -> None:
    account = read(
        CISCO_ASA,
        f"{ASA}%ASA-6-302013: Built outbound TCP connection 1 for outside:1.2.3.4/443 (1.2.3.4/443) to "
        "in:10.1.4.23/5",
        f"{ASA}%ASA-6-106015: Deny TCP (no connection) from 10.1.4.23/5 to 1.2.3.4/443 flags FIN ACK  on "
        "interface in",
        f"{ASA}%ASA-6-106100: access-list in permitted tcp in/10.1.4.23(5) -> out/1.2.3.4(443) hit-cnt 1 "
        "first hit",
        f"{ASA}%ASA-6-611101: User authentication succeeded: IP address: 10.1.4.23, Uname: admin",
        f"{ASA}%ASA-6-302014: Teardown of something else",
        "%ASA-6-302014: Teardown TCP connection 1 for out:1.2.3.4/443 to in:10.1.4.23/5 duration 0:00:04 "
        "bytes 9",
        "something else",
    )
    assert account.skipped == {END_COUNTS: 1, STRAY: 1, PERMITTED: 1, OTHER: 1}
    assert account.bad == {
        "the text of the message is not as Cisco writes it": 1,
        "has no time before %": 1,
        "is no message such as %ASA-6-302014: ...": 1,
    }


SFIMS = (
    "<113>Dec 27 09:20:04 fw SFIMS: [Primary Detection Engine (a1)][Policy] Connection Type: End, User: "
    "alice, "
    "Client: SSL client, Access Control Rule Action: Allow, URL Category: Storage, "
    "URL: https://www.dropbox.com, Initiator Bytes: 190233, Responder Bytes: 5312, SSL Cipher Suite: N/A "
    "{TCP} 10.1.4.23:52144 -> 162.125.66.18:443"
)


def test_a_connection_of_the_firepower_module() -> None:
    row = one(FIREPOWER, SFIMS)
    expected = {"time": AT, "host": "www.dropbox.com", "user": "alice", "source_ip": "10.1.4.23", **SIZES}
    assert row.items() >= expected.items()
    assert read(FIREPOWER, SFIMS.replace("Type: End", "Type: Start")).skipped == {END_COUNTS: 1}
