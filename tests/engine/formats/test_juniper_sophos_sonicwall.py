"""Juniper, Sophos and SonicWall: what their lines say, and which are nobody's use."""

from __future__ import annotations

import pytest

from sim.engine.discovery.formats.juniper import JUNIPER_SRX
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER
from sim.engine.discovery.formats.screenos import JUNIPER_SSG
from sim.engine.discovery.formats.sonicwall import SONICWALL
from sim.engine.discovery.formats.sophos import SOPHOS_SG, SOPHOS_XG
from tests.engine.formats.rows import one, read

TO_DROPBOX = {"destination_ip": "162.125.66.18", "source_ip": "10.1.4.23", "port": 443}
SIZES = {"bytes_up": 190233, "bytes_down": 5312}
AT = "2019-12-27T09:20:04Z"

SRX = "<14>1 2019-12-27T10:20:04+01:00 srx RT_FLOW - "
STRUCTURED = (
    'RT_FLOW_SESSION_CLOSE [junos@2636.1.1.1.2.129 reason="TCP FIN" source-address="10.1.4.23" '
    'source-port="52144" '
    'destination-address="162.125.66.18" destination-port="443" username="alice" packets-from-client="148" '
    'bytes-from-client="190233" packets-from-server="64" bytes-from-server="5312"]'
)
SENTENCE = (
    "session closed TCP FIN: 10.1.4.23/52144->162.125.66.18/443 0x0 junos-https "
    "198.51.100.7/40112->162.125.66.18/443 0x0 source rule r1 N/A N/A 6 out-web trust untrust 88123 "
    "148(190233) "
    "64(5312) 4 UNKNOWN UNKNOWN alice(staff) reth0.0 UNKNOWN"
)


@pytest.mark.parametrize(
    "line",
    [SRX + STRUCTURED, f"Dec 27 09:20:04 srx RT_FLOW: RT_FLOW_SESSION_CLOSE: {SENTENCE}"],
)
def test_an_srx_says_the_same_structured_and_in_a_sentence(line: str) -> None:
    expected = {**TO_DROPBOX, **SIZES, "time": AT, "user": "alice", "blocked": False}
    assert one(JUNIPER_SRX, line) == {**expected, "action": "RT_FLOW_SESSION_CLOSE"}
    assert JUNIPER_SRX.sniff([line]) == 1.0


@pytest.mark.parametrize(
    "line",
    [
        'RT_UTM - WEBFILTER_URL_BLOCKED [junos@2636 source-address="10.1.4.23" destination-address="1.2.3.4" '
        'destination-port="80" url="www.sohu.com" obj="/a" username="bob" roles="N/A"]',
        'RT_UTM: WEBFILTER_URL_BLOCKED: WebFilter: ACTION="URL Blocked" 10.1.4.23(5384)->1.2.3.4(80) '
        'CATEGORY="News" REASON="BY_PRE_DEFINED" PROFILE="p" URL=www.sohu.com OBJ=/a username bob roles N/A',
    ],
)
def test_an_srx_filters_the_web(line: str) -> None:
    row = one(JUNIPER_SRX, f"Dec 27 09:20:04 srx {line}")
    expected = {"host": "www.sohu.com", "url": "www.sohu.com/a", "user": "bob", "port": 80, "blocked": True}
    assert row.items() >= expected.items()


def test_an_srx_denies_and_drops() -> None:
    head = "Dec 27 09:20:04 srx "
    denied = (
        "RT_FLOW: RT_FLOW_SESSION_DENY: session denied 10.1.4.23/52144->162.125.66.18/443 0x0 "
        "junos-https 6(0) "
        "deny-policy trust untrust UNKNOWN UNKNOWN alice(N/A) ge-0/0/1.0 No policy reject"
    )
    packet = "tfeb0: PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 D tcp 10.1.4.23 162.125.66.18 5555 443 (1 packets)"
    assert one(JUNIPER_SRX, head + denied).items() >= {**TO_DROPBOX, "user": "alice", "blocked": True}.items()
    assert one(JUNIPER_SRX, head + packet).items() >= {**TO_DROPBOX, "blocked": True}.items()


def test_other_messages_of_an_srx_are_counted_by_reason() -> None:
    account = read(
        JUNIPER_SRX,
        SRX + STRUCTURED.replace("CLOSE", "CREATE_LS"),
        SRX + STRUCTURED.replace("RT_FLOW_SESSION_CLOSE", "APPTRACK_SESSION_VOL_UPDATE"),
        "<23>Dec 27 09:20:04 srx mib2d[1484]: SNMP_TRAP_LINK_DOWN: ifIndex 584",
        STRUCTURED,
        f"{SRX}RT_FLOW_SESSION_CLOSE [junos@2636]",
        "something else",
    )
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1, OTHER: 1}
    assert account.bad == {
        "has no time that can be read before the message": 1,
        "names no addresses, such as 10.1.4.23/52144->162.125.66.18/443": 1,
        "is no message such as RT_FLOW_SESSION_CLOSE": 1,
    }


SSG = (
    "<134>Dec 27 09:21:00 ssg5: NetScreen device_id=ssg5  [Root]system-notification-00257(traffic): "
    'start_time="2019-12-27 09:20:04" duration=4 policy_id=1 service=https proto=6 src zone=Trust dst '
    "zone=Untrust "
    "action=Permit sent=190233 rcvd=5312 src=10.1.4.23 dst=162.125.66.18 src_port=52144 dst_port=443 "
    "src-xlated ip=198.51.100.7 port=40112 dst-xlated ip=1.2.3.4 port=443 session_id=8123 reason=Close - "
    "TCP FIN"
)


def test_a_session_of_an_ssg() -> None:
    expected = {**TO_DROPBOX, **SIZES, "time": AT, "blocked": False, "action": "Permit"}
    assert one(JUNIPER_SSG, SSG) == expected
    assert one(JUNIPER_SSG, SSG.replace("Permit", "Deny"))["blocked"] is True
    account = read(JUNIPER_SSG, SSG.replace("Close - TCP FIN", "Creation"), SSG.replace("(traffic)", ""))
    assert account.skipped == {END_COUNTS: 1, OTHER: 1}


XG = (
    '<30>device="SFW" date=2019-12-27 time=10:20:04 timezone="CET" device_name="XG430" device_id=C4203 '
    'log_id=010101600001 log_type="Firewall" log_component="Firewall Rule" log_subtype="Allowed" '
    'status="Allow" '
    'user_name="alice" ether_type=Unknown (0x0000) bridge_name="" src_ip=10.1.4.23 dst_ip=162.125.66.18 '
    'protocol="TCP" src_port=52144 dst_port=443 sent_pkts=148  recv_pkts=64 sent_bytes=190233 '
    "recv_bytes=5312 "
    'tran_src_ip= connevent="Stop"'
)


def test_a_connection_of_a_sophos_firewall() -> None:
    expected = {**TO_DROPBOX, **SIZES, "time": AT, "user": "alice", "blocked": False, "action": "Allowed"}
    assert one(SOPHOS_XG, XG) == expected
    new = XG.replace('date=2019-12-27 time=10:20:04 timezone="CET"', 'timestamp="2019-12-27T04:20:04-0500"')
    assert one(SOPHOS_XG, new) == expected
    assert SOPHOS_XG.sniff([XG, new]) == 1.0


def test_a_sophos_firewall_filters_content() -> None:
    line = XG.replace('"Firewall"', '"Content Filtering"').replace('"Allowed"', '"Denied"')
    row = one(SOPHOS_XG, f'{line} domain=www.dropbox.com url="https://www.dropbox.com/" status_code="403"')
    assert row.items() >= {"host": "www.dropbox.com", "blocked": True, "status": 403}.items()


def test_other_records_of_a_sophos_firewall_are_counted_by_reason() -> None:
    account = read(
        SOPHOS_XG,
        XG.replace('"Stop"', '"Start"'),
        XG.replace('status="Allow"', 'status="Interim"'),
        XG.replace('"Firewall"', '"Event"'),
        XG.replace("dst_ip=162.125.66.18 ", ""),
    )
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1, OTHER: 1}
    assert account.bad == {"names no destination (dst_ip or domain or sni or url)": 1}


def test_a_request_through_a_sophos_sg_has_no_upload() -> None:
    line = (
        '2019:12:27-09:20:04 utm1 httpproxy[4433]: id="0001" severity="info" sys="SecureWeb" sub="http" '
        'name="http access" action="pass" method="GET" srcip="10.1.4.23" dstip="162.125.66.18" user="alice" '
        'statuscode="200" cached="0" profile="x (y)" size="5312" url="https://www.dropbox.com/" error=""'
    )
    assert one(SOPHOS_SG, line) == {
        "time": AT,
        "host": "www.dropbox.com",
        "user": "alice",
        "source_ip": "10.1.4.23",
        "bytes_down": 5312,
        "blocked": False,
        "url": "https://www.dropbox.com/",
        "method": "GET",
        "status": 200,
        "action": "pass",
    }
    assert "bytes_up" not in SOPHOS_SG.knows
    auth = line.replace('sub="http"', 'sub="auth"')
    assert read(SOPHOS_SG, auth).skipped == {OTHER: 1}


CLOSED = (
    '<134>id=firewall sn=0017C5178994 time="2019-12-27 09:20:04 UTC" fw=198.51.100.1 pri=6 c=1024 m=537 '
    'msg="Connection Closed" n=12345 usr="alice" src=10.1.4.23:52144:X0 '
    "dst=162.125.66.18:443:X1:www.dropbox.com "
    "proto=tcp/https sent=190233 rcvd=5312"
)


def test_a_connection_of_a_sonicwall() -> None:
    assert one(SONICWALL, CLOSED) == {
        **SIZES,
        "time": AT,
        "host": "www.dropbox.com",
        "user": "alice",
        "source_ip": "10.1.4.23",
        "blocked": False,
        "port": 443,
        "action": "Connection Closed",
    }
    assert read(SONICWALL, CLOSED).assumed == {}


@pytest.mark.parametrize(
    ("number", "text", "outcome"),
    [
        ("36", "TCP connection dropped", True),
        ("97", "Web site hit", False),
        ("9999", "Something was blocked", True),
        ("98", "Connection Opened", END_COUNTS),
        ("30", "Administrator login denied due to bad credentials", OTHER),
        ("1", "Cleared log", OTHER),
    ],
)
def test_messages_of_a_sonicwall(number: str, text: str, outcome: bool | str) -> None:
    line = CLOSED.replace("m=537", f"m={number}").replace("Connection Closed", text)
    account = read(SONICWALL, line)
    if isinstance(outcome, str):
        assert account.skipped == {outcome: 1}
    else:
        assert account.traffic[0]["blocked"] is outcome
