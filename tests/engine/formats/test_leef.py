"""LEEF: every vendor's layout, and whatever stands between its pairs."""

from __future__ import annotations

import pytest

from sim.engine.discovery.formats import by_name, detect
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.cef import EVENT, LOGIN
from sim.engine.discovery.formats.leef import LEEF
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER
from tests.engine.formats.rows import one, read


def leef(header: str, *pairs: str) -> str:
    """Return a line with tabs between its pairs."""
    return f"LEEF:{header}|" + "\t".join(pairs)


ZSCALER = leef(
    "1.0|Zscaler|NSS|4.1|Allowed",
    *("cat=Allowed", "devTime=Dec 27 2019 09:20:00 GMT", "devTimeFormat=MMM dd yyyy HH:mm:ss z"),
    *("src=10.1.4.23", "dst=162.125.66.18", "srcPostNAT=198.51.100.7", "realm=Road Warrior"),
    *("usrName=alice@contoso.example", "srcBytes=190233", "dstBytes=5312", "role=Sales", "policy=Allowed"),
    *("url=www.dropbox.com/home", "recordid=6001", "useragent=Mozilla/5.0 (Windows NT 10.0)"),
    *("hostname=www.dropbox.com", "appproto=HTTPS", "reqmethod=CONNECT", "respcode=200"),
)
WEBSENSE = "<159>Dec 27 09:20:00 10.0.0.1 " + leef(
    "1.0|Websense|Security|8.5.0|transaction:permitted",
    *("sev=1", "cat=203", "usrName=LDAP://10.0.0.5 OU\\=Users,DC\\=contoso/Alice Liddell", "loginID=alice"),
    *("src=10.1.4.23", "srcPort=52144", "srcBytes=190233", "dstBytes=5312", "dst=162.125.66.18"),
    *("dstPort=443", "proxyStatus-code=200", "method=CONNECT", "url=https://www.dropbox.com/"),
)
ENGINE = leef(
    "1.0|FORCEPOINT|Firewall|7.1.5|Connection_Closed",
    *("devTimeFormat=MMM dd yyyy HH:mm:ss", "src=10.1.4.23", "dst=162.125.66.18", "dstPort=443"),
    *("devTime=Dec 27 2019 09:20:00", "sender=HOST 2 node 1"),
)
PALO_ALTO = "LEEF:1.0|Palo Alto Networks|PAN-OS Syslog Integration|8.1.8|allow|" + "|".join(
    (
        *("cat=TRAFFIC", "ReceiveTime=2019/12/27 09:20:05", "Type=TRAFFIC", "Subtype=end"),
        *("devTime=Dec 27 2019 09:20:00 GMT", "src=10.1.4.23", "dst=162.125.66.18", "RuleName=out web"),
        *(r"usrName=contoso\\alice", "dstPort=443", "action=allow", "totalBytes=195545", "dstBytes=5312"),
        *("srcBytes=190233",),
    )
)
CHECKPOINT = "LEEF:2.0|Check Point|VPN-1 & FireWall-1|R81|Accept|x09|" + "\t".join(
    (
        *("cat=Firewall", "devTime=1577438400", "action=Accept", "src=10.1.4.23", "dst=162.125.66.18"),
        *("service=443", "usrName=Alice Liddell", "sent_bytes=190233", "received_bytes=5312"),
    )
)
WATCHGUARD = leef(
    "1.0|WatchGuard|XTM|12.8.2.B666661|30000151",
    *("serial=000000000000", "devTimeFormat=MMM dd yyyy HH:mm:ss Z", "devTime=Dec 27 2019 10:20:00 +0100"),
    *("policy=HTTPS-00", "disp=Allow", "src=10.1.4.23", "srcPort=52144", "dst=162.125.66.18"),
    *("dstPort=443", "duration=40", "sent_bytes=190233", "rcvd_bytes=5312", "src_user=alice@Firebox-DB"),
)
PAIRS = (
    *("devTime=1577438400000", "src=10.1.4.23", "dst=162.125.66.18", "url=https://www.dropbox.com/"),
    *("usrName=Alice Liddell", "srcBytes=190233", "dstBytes=5312", "action=allow", "dstPort=443"),
)
GENERIC = leef("1.0|Acme|Proxy|1|request", *PAIRS)
LINES = {
    "zscaler-leef": ZSCALER,
    "forcepoint-leef": WEBSENSE,
    "paloalto-leef": PALO_ALTO,
    "checkpoint-leef": CHECKPOINT,
    "watchguard-leef": WATCHGUARD,
    "leef": GENERIC,
}
COMMON = {
    "time": "2019-12-27T09:20:00Z",
    "source_ip": "10.1.4.23",
    "bytes_up": 190233,
    "bytes_down": 5312,
    "blocked": False,
}
ADDRESS = {"destination_ip": "162.125.66.18", "port": 443}


def known(name: str) -> Format:
    """Return a format by its name."""
    found = by_name(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", LINES)
def test_each_line_is_recognised_with_its_word_and_without(name: str) -> None:
    for line in (LINES[name], "<13>Dec 27 09:20:00 h " + LINES[name].replace("LEEF:", "")):
        found = detect([line])
        assert found is not None
        assert found.name == name
    assert {known.name for known in LEEF} == set(LINES)


def test_zscaler() -> None:
    assert one(known("zscaler-leef"), ZSCALER) == {
        **COMMON,
        "host": "www.dropbox.com",
        "user": "alice@contoso.example",
        "url": "www.dropbox.com/home",
        "method": "CONNECT",
        "status": 200,
        "action": "Allowed",
    }


def test_zscaler_blocked_without_a_user_or_a_host() -> None:
    line = ZSCALER.replace("cat=Allowed", "cat=Blocked").replace("alice@contoso.example", "NA")
    row = one(known("zscaler-leef"), line.replace("hostname=www.dropbox.com", "hostname=NA"))
    assert row["blocked"] is True
    assert row["host"] == "www.dropbox.com"
    assert "user" not in row


def test_websense() -> None:
    assert one(known("forcepoint-leef"), WEBSENSE) == {
        **COMMON,
        "host": "www.dropbox.com",
        "user": "Alice Liddell",
        "url": "https://www.dropbox.com/",
        "port": 443,
        "method": "CONNECT",
        "status": 200,
        "action": "transaction:permitted",
    }


def test_forcepoints_firewall() -> None:
    events = ("Connection_Allowed", "Connection_Discarded", "System_Engine-User_Command", "Connection_Closed")
    account = read(
        known("forcepoint-leef"), *(ENGINE.replace("Connection_Closed", event) for event in events)
    )
    assert account.skipped == {END_COUNTS: 1, OTHER: 1}
    assert [(row["action"], row["blocked"]) for row in account.traffic] == [
        ("Connection_Discarded", True),
        ("Connection_Closed", False),
    ]
    assert "bytes_up" not in account.traffic[0]


def test_palo_alto_with_bars_between_pairs() -> None:
    assert one(known("paloalto-leef"), PALO_ALTO) == {
        **COMMON,
        **ADDRESS,
        "user": r"contoso\alice",
        "action": "allow",
    }


def test_palo_altos_types() -> None:
    url = PALO_ALTO.replace("TRAFFIC", "THREAT").replace(
        "Subtype=end", "Subtype=url|Miscellaneous=www.sohu.com/x"
    )
    file = url.replace("Subtype=url", "Subtype=file").replace("www.sohu.com/x", "invoice.pdf")
    start = PALO_ALTO.replace("Subtype=end", "Subtype=start")
    account = read(known("paloalto-leef"), url, file, start, PALO_ALTO.replace("TRAFFIC", "SYSTEM"))
    assert [row.get("host", row.get("destination_ip")) for row in account.traffic] == [
        "www.sohu.com",
        "162.125.66.18",
    ]
    assert account.skipped == {END_COUNTS: 1, EVENT: 1}


def test_checkpoint() -> None:
    row = {**COMMON, **ADDRESS, "user": "Alice Liddell", "action": "Accept"}
    assert one(known("checkpoint-leef"), CHECKPOINT) == row
    with_bars = CHECKPOINT.replace("x09|", "").replace("\t", "|")
    assert one(known("checkpoint-leef"), with_bars) == row
    login = CHECKPOINT.replace("action=Accept", "action=Log In")
    assert read(known("checkpoint-leef"), login).skipped == {LOGIN: 1}


def test_watchguard() -> None:
    assert one(known("watchguard-leef"), WATCHGUARD) == {
        **COMMON,
        **ADDRESS,
        "user": "alice@Firebox-DB",
        "action": "Allow",
    }


def test_watchguards_starts_and_events_are_skipped_and_denials_counted() -> None:
    start = WATCHGUARD.replace("30000151", "30000148").replace("sent_bytes", "x").replace("rcvd_bytes", "y")
    lines = (
        start,
        start.replace("disp=Allow", "disp=Deny"),
        WATCHGUARD.replace("30000151", "30000149"),
        leef("1.0|WatchGuard|XTM|12.8.2|16000066", "serial=0", "msg=DHCPREQUEST for 10.0.2.52 via vlan2"),
    )
    account = read(known("watchguard-leef"), *lines)
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1, EVENT: 1}
    assert [row["blocked"] for row in account.traffic] == [True]


@pytest.mark.parametrize(
    "line",
    [
        GENERIC,
        "LEEF:2.0|Acme|Proxy|1|request|" + "\t".join(PAIRS),
        "LEEF:2.0|Acme|Proxy|1|request||" + "\t".join(PAIRS),
        "LEEF:2.0|Acme|Proxy|1|request|^|" + "^".join(PAIRS),
        "LEEF:2.0|Acme|Proxy|1|request|x5E|" + "^".join(PAIRS),
        "LEEF:2.0|Acme|Proxy|1|request|0x5E|" + "^".join(PAIRS),
        "LEEF:2.0|Acme|Proxy|1|request|;|" + ";".join(PAIRS),
        "LEEF:2.0|Acme|Proxy|1|request|^|" + "\t".join(PAIRS),
        "LEEF:1.0|Acme|Proxy|1|request|" + "|".join(PAIRS),
        "LEEF:1.0|Acme|Proxy|1|request|" + "^".join(PAIRS),
        "LEEF:1.0|Acme|Proxy|1|request|" + "#011".join(PAIRS),
        "LEEF:1.0|Acme|Proxy|1|request|" + r"\t".join(PAIRS),
        "LEEF:1.0|Acme|Proxy|1|request|" + " ".join(PAIRS),
        "LEEF: 1.0|Acme|Proxy|1|request|" + "\t".join(PAIRS),
        "1.0|Acme|Proxy|1|request|" + "#011".join(PAIRS),
        "<13>Dec 27 09:20:00 h 2.0|Acme|Proxy|1|request|^|" + "^".join(PAIRS),
    ],
)
def test_what_may_stand_between_pairs(line: str) -> None:
    found = detect([line])
    assert found is not None
    assert found.name == "leef"
    expected = {
        **COMMON,
        "host": "www.dropbox.com",
        "user": "Alice Liddell",
        "url": "https://www.dropbox.com/",
        "port": 443,
        "action": "allow",
    }
    assert one(known("leef"), line) == expected
    # The same of a log that is long enough for its templates to be learnt.
    assert read(known("leef"), *[line] * 100).traffic == [expected] * 100


@pytest.mark.parametrize(
    ("time", "layout", "moment"),
    [
        ("05/02/2019 09:20:00", "dd/MM/yyyy HH:mm:ss", "2019-02-05T09:20:00Z"),
        ("05/02/2019 09:20:00", "MM/dd/yyyy HH:mm:ss", "2019-05-02T09:20:00Z"),
        ("5.2.2019 09:20:00", "d.M.yyyy HH:mm:ss", "2019-02-05T09:20:00Z"),
        ("Dec 27 2019 09:20:00.123 EST", "MMM dd yyyy HH:mm:ss.SSS z", "2019-12-27T14:20:00.123000Z"),
        ("2019-12-27T10:20:00+01:00", "yyyy-MM-dd'T'HH:mm:ssXXX", "2019-12-27T09:20:00Z"),
        ("1577438400", "epoch", "2019-12-27T09:20:00Z"),
    ],
)
def test_times_in_a_declared_layout(time: str, layout: str, moment: str) -> None:
    line = GENERIC.replace("devTime=1577438400000", f"devTime={time}\tdevTimeFormat={layout}")
    assert one(known("leef"), line)["time"] == moment


def test_the_syslog_header_tells_the_time_where_the_line_does_not() -> None:
    body = GENERIC.replace("devTime=1577438400000\t", "")
    assert one(known("leef"), f"<13>1 2019-12-27T10:20:00+01:00 h - - - {body}")["time"] == COMMON["time"]
    assert read(known("leef"), body).bad == {"has no time": 1}


def test_generic_reads_each_line_in_its_vendors_dialect() -> None:
    start = WATCHGUARD.replace("30000151", "30000148").replace("sent_bytes", "x").replace("rcvd_bytes", "y")
    account = read(known("leef"), GENERIC, start, CHECKPOINT)
    assert len(account.traffic) == 2
    assert account.skipped == {END_COUNTS: 1}


def test_values_that_hold_what_stands_between_pairs() -> None:
    line = "LEEF:2.0|Acme|Proxy|1|request|^|" + "^".join(PAIRS).replace("Alice Liddell", "Alice^Liddell")
    assert one(known("leef"), line)["user"] == "Alice^Liddell"
