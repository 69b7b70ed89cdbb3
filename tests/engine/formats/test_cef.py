"""CEF: every vendor's layout says what its line says, whatever stands before it and however it is escaped."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from sim.engine.discovery.formats import by_name, detect
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.cef import CEF, EVENT, LOGIN
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER
from sim.engine.discovery.formats.reading import BLANK
from tests.engine.formats.rows import CONTEXT, one, read

ZSCALER = (
    "Dec 27 09:20:00 zscaler-nss CEF:0|Zscaler|NSSWeblog|5.7|Allowed|Allowed|3| act=Allowed app=HTTPS "
    "cat=File Share dhost=www.dropbox.com dst=162.125.66.18 src=10.1.4.23 in=5312 outcome=200 out=190233 "
    r"request=www.dropbox.com/home?id\=7 rt=Dec 27 2019 09:20:00 sourceTranslatedAddress=198.51.100.7 "
    "requestClientApplication=Mozilla/5.0 (Windows NT 10.0) requestMethod=POST "
    "suser=alice@contoso.example spriv=Road Warrior cn1=0 cn1Label=riskscore cs1=Sales cs1Label=dept"
)
CHECKPOINT = (
    "CEF:0|Check Point|VPN-1 & FireWall-1|Check Point|Log|https|Unknown|act=Accept deviceDirection=0 "
    "rt=1577438400000 shost=PC7@contoso.example spt=52144 dpt=443 suser=Alice Liddell (alice)  "
    r"originsicname=CN\=gw1,O\=contoso in=5312 out=190233 proto=6 dst=162.125.66.18 src=10.1.4.23"
)
FORCEPOINT = (
    "CEF:0|Forcepoint|Security|8.5.4|9|Transaction permitted|1| act=permitted app=https dvc=10.0.0.1 "
    "dst=162.125.66.18 dhost=www.dropbox.com dpt=443 src=10.1.4.23 spt=52144 "
    "suser=LDAP://contoso.example/OU=Users,DC=contoso,DC=example/alice loginID=alice7 "
    "rt=2019-12-27T09:20:00Z in=5312 out=190233 requestMethod=CONNECT "
    "request=https://www.dropbox.com/ logRecordSource=OnPrem"
)
FORTIGATE = (
    "Dec 27 09:20:04 fw1 CEF: 0|Fortinet|Fortigate|v6.0.3|00013|traffic:forward close|3|deviceExternalId=FG1 "
    "FTNTFGTlogid=0000000013 cat=traffic:forward FTNTFGTsubtype=forward FTNTFGTeventtime=1577438404 "
    "src=10.1.4.23 spt=52144 dst=162.125.66.18 dpt=443 externalId=402 proto=6 act=close app=HTTPS "
    "FTNTFGTduration=4 out=190233 in=5312 FTNTFGTunauthuser=alice"
)
SONICWALL = (
    "<134>Dec 27 2019 09:20:00 fw1 CEF:0|SonicWall|NSa 4700|7.0.1|537|Connection Closed|4|cat=1024 gcat=6 "
    "src=10.1.4.23 spt= 52144 dst=162.125.66.18  dpt=443 proto=tcp/https out=190233 in=5312 "
    'appName="General HTTPS" fw_action="NA"'
)
PALO_ALTO = (
    "CEF:0|Palo Alto Networks|PAN-OS|10.1.3|end|TRAFFIC|1|rt=Dec 27 2019 09:20:05 deviceExternalId=0018 "
    r"src=10.1.4.23 dst=162.125.66.18 cs1Label=Rule cs1=out web suser=contoso\\alice duser= app=dropbox "
    "dpt=443 act=allow flexNumber1Label=Total bytes flexNumber1=195545 in=190233 out=5312 "
    "start=Dec 27 2019 09:20:00 reason=aged-out"
)
LOGGING_SERVICE = (
    "CEF:0|Palo Alto Networks|LF|2.0|TRAFFIC|end|3|dtz=UTC rt=Dec 27 2019 09:20:05 start=Dec 27 2019 09:20:00 "
    "src=10.1.4.23 dst=162.125.66.18 suser= dpt=443 act=allow PanOSBytes=195545 out=190233 in=5312"
)
GENERIC = (
    "CEF:0|Acme|Proxy|1|7|request|2|start=1577438400000 src=10.1.4.23 suser=alice shost=pc7 sproc=chrome.exe "
    "dst=162.125.66.18 dhost=www.dropbox.com request=https://www.dropbox.com/home act=allowed in=5312 out=190233"
)
LINES = {
    "zscaler-cef": ZSCALER,
    "checkpoint-cef": CHECKPOINT,
    "forcepoint-cef": FORCEPOINT,
    "fortigate-cef": FORTIGATE,
    "sonicwall-cef": SONICWALL,
    "paloalto-cef": PALO_ALTO,
    "menlo-cef": GENERIC.replace("Acme|Proxy", "Menlo Security|MSIP"),
    "cef": GENERIC,
}
COMMON = {
    "time": "2019-12-27T09:20:00Z",
    "source_ip": "10.1.4.23",
    "bytes_up": 190233,
    "bytes_down": 5312,
    "blocked": False,
}


def known(name: str) -> Format:
    """Return a format by its name."""
    found = by_name(name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", LINES)
def test_each_line_is_recognised(name: str) -> None:
    found = detect([LINES[name]])
    assert found is not None
    assert found.name == name
    assert {known.name for known in CEF} == set(LINES)


@pytest.mark.parametrize("name", LINES)
def test_json_that_quotes_a_line_is_not_one(name: str) -> None:
    assert detect([json.dumps({"message": LINES[name]})]) is None


def test_zscaler() -> None:
    assert one(known("zscaler-cef"), ZSCALER) == {
        **COMMON,
        "host": "www.dropbox.com",
        "user": "alice@contoso.example",
        "url": "www.dropbox.com/home?id=7",
        "method": "POST",
        "status": 200,
        "action": "Allowed",
    }


def test_zscaler_firewall_without_a_time_of_its_own() -> None:
    line = (
        "Dec 27 09:20:00 zscaler-nss-fw CEF:0|Zscaler|NSSFWlog|5.7|Drop|out|3| act=Drop "
        "suser=alice@contoso.example src=10.1.4.23 spt=52144 dst=198.51.100.80 dpt=443 proto=TCP "
        "tunnelType=None reason=out in=0 out=517"
    )
    assert one(known("zscaler-cef"), line) == {
        "time": "2019-12-27T09:20:00Z",
        "user": "alice@contoso.example",
        "source_ip": "10.1.4.23",
        "destination_ip": "198.51.100.80",
        "bytes_up": 517,
        "bytes_down": 0,
        "blocked": True,
        "port": 443,
        "action": "Drop",
    }


def test_zscalers_words_for_nothing_are_nothing() -> None:
    row = one(known("zscaler-cef"), ZSCALER.replace("dhost=www.dropbox.com", "dhost=None"))
    assert row["host"] == "www.dropbox.com"
    assert "user" not in one(known("zscaler-cef"), ZSCALER.replace("suser=alice@contoso.example", "suser=NA"))


def test_zscalers_other_feeds_are_no_traffic() -> None:
    lines = [ZSCALER.replace("NSSWeblog", product) for product in ("NSSDNSlog", "NSSTunnellog")]
    account = read(known("zscaler-cef"), *lines)
    assert account.skipped == {"not traffic (query for a name)": 1, OTHER: 1}


def test_checkpoint() -> None:
    assert one(known("checkpoint-cef"), CHECKPOINT) == {
        **COMMON,
        "destination_ip": "162.125.66.18",
        "user": "Alice Liddell (alice)",
        "machine": "PC7",
        "port": 443,
        "action": "Accept",
    }


@pytest.mark.parametrize(
    ("act", "blocked"),
    [("Drop", True), ("Reject", True), ("Prevent", True), ("HTTPS Bypass", False), ("Detect", False)],
)
def test_checkpoints_actions(act: str, blocked: bool) -> None:
    row = one(known("checkpoint-cef"), CHECKPOINT.replace("act=Accept", f"act={act}"))
    assert (row["action"], row["blocked"]) == (act, blocked)


def test_checkpoints_logins_and_keys_are_no_traffic() -> None:
    lines = (
        CHECKPOINT.replace("act=Accept", "act=Log In"),
        CHECKPOINT.replace("VPN-1 & FireWall-1", "Identity Awareness"),
        CHECKPOINT.replace("act=Accept", "act=Key Install"),
    )
    assert read(known("checkpoint-cef"), *lines).skipped == {LOGIN: 2, EVENT: 1}


def test_forcepoint() -> None:
    assert one(known("forcepoint-cef"), FORCEPOINT) == {
        **COMMON,
        "host": "www.dropbox.com",
        "user": "alice",
        "url": "https://www.dropbox.com/",
        "port": 443,
        "method": "CONNECT",
        "action": "Transaction permitted",
    }


def test_forcepoint_blocked_with_a_login_name_only() -> None:
    line = FORCEPOINT.replace("permitted", "blocked").replace(
        "suser=LDAP://contoso.example/OU=Users,DC=contoso,DC=example/alice", "suser=-"
    )
    row = one(known("forcepoint-cef"), line)
    assert (row["user"], row["blocked"], row["action"]) == ("alice7", True, "Transaction blocked")


def test_forcepoint_escaped_path_of_a_user() -> None:
    path = r"suser=LDAP://10.0.0.5 OU\=Users CC,OU\=IT,DC\=contoso/Liddell Alice loginID"
    line = FORCEPOINT.replace(
        "suser=LDAP://contoso.example/OU=Users,DC=contoso,DC=example/alice loginID", path
    )
    assert one(known("forcepoint-cef"), line)["user"] == "Liddell Alice"


def test_forcepoints_firewall_counts_a_connection_when_it_ends() -> None:
    line = (
        "CEF:0|FORCEPOINT|Firewall|6.10.0|70018|{}|0|deviceExternalId=NGFW3 node 2 dvc=192.0.2.1 "
        "src=10.1.4.23 dst=162.125.66.18 dpt=443 rt=Dec 27 2019 09:20:00"
    )
    names = ("Connection_Allowed", "Connection_Progress", "Connection_Discarded", "Connection_Closed")
    account = read(known("forcepoint-cef"), *(line.format(name) for name in names))
    assert account.skipped == {END_COUNTS: 1, INTERIM: 1}
    assert [(row["action"], row["blocked"]) for row in account.traffic] == [
        ("Connection_Discarded", True),
        ("Connection_Closed", False),
    ]


def test_fortigate() -> None:
    assert one(known("fortigate-cef"), FORTIGATE) == {
        **COMMON,
        "time": "2019-12-27T09:20:04Z",
        "destination_ip": "162.125.66.18",
        "user": "alice",
        "port": 443,
        "action": "close",
    }


@pytest.mark.parametrize("prefix", ["FTNTFGT", "FortinetFortiGate", "ad."])
def test_fortigates_names_for_its_own_fields(prefix: str) -> None:
    line = FORTIGATE.replace("FTNTFGT", prefix).replace("act=close", f"{prefix}action=deny")
    line = line.replace("eventtime=1577438404", "eventtime=1577438404865429339")
    row = one(known("fortigate-cef"), line)
    assert (row["time"], row["user"], row["blocked"]) == ("2019-12-27T09:20:04.865429Z", "alice", True)


def test_fortigates_local_time_with_its_zone() -> None:
    line = FORTIGATE.replace("FTNTFGTeventtime=1577438404", "start=Dec 27 2019 10:20:04 FTNTFGTtz=+0100")
    account = read(known("fortigate-cef"), line)
    assert account.traffic[0]["time"] == "2019-12-27T09:20:04Z"
    assert account.assumed == {}


def test_fortigates_web_filter_names_host_and_user() -> None:
    line = (
        "0|Fortinet|FortiGate-100F|7.2.8,build1639 (GA)|0316013056|utm:webfilter ftgd_blk blocked|4|"
        "cat=utm:webfilter FTNTFGTeventtime=1577438407 src=10.1.4.23 dst=198.51.100.80 dpt=443 "
        "dhost=www.sohu.com request=/news act=blocked duser=bob out=517 in=0 requestMethod=GET"
    )
    assert one(known("fortigate-cef"), line) == {
        "time": "2019-12-27T09:20:07Z",
        "host": "www.sohu.com",
        "user": "bob",
        "source_ip": "10.1.4.23",
        "bytes_up": 517,
        "bytes_down": 0,
        "blocked": True,
        "url": "/news",
        "port": 443,
        "method": "GET",
        "action": "blocked",
    }


def test_fortigates_events_starts_and_statistics_are_skipped() -> None:
    lines = (
        FORTIGATE.replace("traffic:forward", "event:system"),
        FORTIGATE.replace("act=close", "act=start"),
        FORTIGATE.replace("|00013|", "|00020|"),
    )
    assert read(known("fortigate-cef"), *lines).skipped == {EVENT: 1, END_COUNTS: 1, INTERIM: 1}


def test_sonicwall_with_blanks_before_values_and_the_headers_time() -> None:
    assert one(known("sonicwall-cef"), SONICWALL) == {
        **COMMON,
        "destination_ip": "162.125.66.18",
        "port": 443,
    }


def test_sonicwalls_verdicts_and_starts() -> None:
    lines = (
        SONICWALL.replace('fw_action="NA"', 'fw_action="drop"'),
        SONICWALL.replace("|537|Connection Closed", "|36|TCP connection dropped"),
        SONICWALL.replace("|537|Connection Closed", "|98|Connection Opened"),
    )
    account = read(known("sonicwall-cef"), *lines)
    assert [row["blocked"] for row in account.traffic] == [True, True]
    assert account.skipped == {END_COUNTS: 1}


def test_palo_altos_own_guide_has_in_and_out_the_other_way_round() -> None:
    row = {**COMMON, "destination_ip": "162.125.66.18", "port": 443, "action": "allow"}
    assert one(known("paloalto-cef"), PALO_ALTO) == {**row, "user": r"contoso\alice"}
    assert one(known("paloalto-cef"), LOGGING_SERVICE) == row


def test_palo_altos_types() -> None:
    url = (
        "CEF:0|Palo Alto Networks|PAN-OS|10.1.3|url|THREAT|1|rt=Dec 27 2019 09:20:00 src=10.1.4.23 "
        'dst=198.51.100.80 request="www.sohu.com/news" act=block-url'
    )
    lines = (
        url,
        PALO_ALTO.replace("|end|", "|start|"),
        PALO_ALTO.replace("|TRAFFIC|", "|USERID|"),
        LOGGING_SERVICE.replace("|TRAFFIC|end|", "|GLOBALPROTECT|globalprotect|"),
    )
    account = read(known("paloalto-cef"), *lines)
    assert account.skipped == {END_COUNTS: 1, EVENT: 2}
    (row,) = account.traffic
    assert (row["host"], row["blocked"]) == ("www.sohu.com", True)


def test_generic() -> None:
    assert one(known("cef"), GENERIC) == {
        **COMMON,
        "host": "www.dropbox.com",
        "user": "alice",
        "machine": "pc7",
        "process": "chrome.exe",
        "url": "https://www.dropbox.com/home",
        "port": 443,
        "action": "allowed",
    }


def test_generic_reads_each_line_in_its_vendors_dialect() -> None:
    account = read(
        known("cef"), GENERIC, PALO_ALTO, FORTIGATE.replace("traffic:forward", "event:system"), "x"
    )
    assert [row["bytes_up"] for row in account.traffic] == [190233, 190233]
    assert account.skipped == {EVENT: 1}
    assert account.bad == {"its header is not whole": 1}


def test_generic_custom_fields_with_labels() -> None:
    line = (
        "CEF:0|Acme|Proxy|1|7|request|2|rt=1577438400000 src=10.1.4.23 dst=162.125.66.18 "
        "cs1Label=URL cs1=https://www.dropbox.com/a b cn1=190233 cn1Label=Bytes Sent "
        "cn2Label=Bytes Received cn2=5312 cs2Label=User Name cs2=Alice Liddell"
    )
    row = one(known("cef"), line)
    assert (row["host"], row["user"]) == ("www.dropbox.com", "Alice Liddell")
    assert (row["bytes_up"], row["bytes_down"]) == (190233, 5312)


@pytest.mark.parametrize(
    ("act", "blocked"), [("blocked", True), ("not blocked", False), ("Deny", True), ("alert", False)]
)
def test_generic_actions(act: str, blocked: bool) -> None:
    assert one(known("cef"), GENERIC.replace("act=allowed", f"act={act}"))["blocked"] is blocked


def test_what_was_blocked_may_stand_in_the_name_only() -> None:
    line = GENERIC.replace(" act=allowed", "").replace("|request|", "|Blocked Host|")
    assert one(known("cef"), line)["blocked"] is True


def test_events_without_a_destination_and_files_are_no_traffic() -> None:
    line = r"CEF:0|Acme|EDR|1|7|found|2|rt=1577438400000 suser=alice request=C:\\Users\\alice\\x.exe"
    account = read(known("cef"), line, line.replace("Acme|EDR", "ArcSight|ArcSight") + " dst=10.0.0.1")
    assert account.skipped == {"names no destination": 1, EVENT: 1}


def test_a_devices_name_counts_only_where_there_is_no_address() -> None:
    line = GENERIC.replace("dhost=www.dropbox.com request=https://www.dropbox.com/home", "dhost=SRV7")
    row = one(known("cef"), line)
    assert "host" not in row
    assert row["destination_ip"] == "162.125.66.18"
    assert one(known("cef"), line.replace("dst=162.125.66.18", "dst="))["host"] == "srv7"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "<134>",
        "<14>Sep 23 09:51:24 fw-01 ",
        "<14>Sep 23 2019 09:51:24 fw-01 : ",
        '<134>1 2019-09-23T09:51:24.123Z fw-01 app 123 ID47 [ex@32473 iut="3" a="b"] ',
        "2019-09-23T09:51:24.123456+02:00 relay <14>Sep 23 09:51:24 fw-01 app[12]: ",
    ],
)
@pytest.mark.parametrize("name", LINES)
def test_any_syslog_header_may_stand_before(name: str, header: str) -> None:
    body = LINES[name][LINES[name].index("CEF:") :]
    if name == "sonicwall-cef":
        body += " rt=1577438400000"
    bare = body.removeprefix("CEF:").strip()
    expected = one(known(name), body)
    for line in (header + body, header + bare, header + body.replace("CEF:0", "CEF: 0"), f"{header}{body}\r"):
        found = detect([line])
        assert found is not None
        assert found.name == name
        assert one(known(name), line) == expected


@pytest.mark.parametrize(
    ("header", "time"),
    [
        ("Dec  7 09:20:00 fw1 ", "2019-12-07T09:20:00Z"),
        ("<13>Dec 27 2018 09:20:00 fw1 : ", "2018-12-27T09:20:00Z"),
        ("<13>1 2019-12-27T09:20:00.250+01:00 fw1 - - - ", "2019-12-27T08:20:00.250000Z"),
        ("2019-12-27T09:20:00+02:00 relay <13>Dec 27 09:20:01 fw1 ", "2019-12-27T07:20:00Z"),
        ("Mon Oct 02 16:21:40 UTC 2017 nss: ", "2017-10-02T16:21:40Z"),
    ],
)
def test_the_headers_time_counts_where_the_line_has_none(header: str, time: str) -> None:
    assert one(known("cef"), header + GENERIC.replace("start=1577438400000 ", ""))["time"] == time


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("1577438400000", "2019-12-27T09:20:00Z"),
        ("1577438400.5", "2019-12-27T09:20:00.500000Z"),
        ("Dec 27 2019 09:20:00 GMT", "2019-12-27T09:20:00Z"),
        ("Dec 27 2019 09:20:00.123 EST", "2019-12-27T14:20:00.123000Z"),
        ("2019-12-27T10:20:00+01:00", "2019-12-27T09:20:00Z"),
        ("Dec 27 2019 09:20:00 dtz=+0100", "2019-12-27T08:20:00Z"),
        ("Dec 27 2019 09:20:00 dtz=Asia/Riyadh", "2019-12-27T09:20:00Z"),
    ],
)
def test_times(written: str, time: str) -> None:
    assert one(known("cef"), GENERIC.replace("1577438400000", written))["time"] == time


def test_a_time_without_a_zone_is_in_the_logs_own() -> None:
    context = replace(CONTEXT, zone=ZoneInfo("Europe/Berlin"))
    account = read(known("zscaler-cef"), ZSCALER, context=context)
    assert account.traffic[0]["time"] == "2019-12-27T08:20:00Z"
    assert list(account.assumed) == ["times without a zone taken as Europe/Berlin"]


def test_bad_lines_are_told_apart() -> None:
    lines = (
        "CEF:0|Zscaler|NSSWeblog|5.7|Allo",
        "",
        ZSCALER[16:].replace("rt=Dec 27 2019 09:20:00", "rt=soon"),
        "nonsense",
    )
    account = read(known("zscaler-cef"), *lines)
    assert account.bad == {"its header is not whole": 2, "its time is in no known layout": 1}
    assert account.skipped == {BLANK: 1}


def test_escapes_and_quotes() -> None:
    line = (
        r"CEF:0|Ac\|me|Pro\\xy|1|7|a \| b|2|rt=1577438400000 src=10.1.4.23 suser=CONTOSO\nora "
        r'dhost="www.dropbox.com" request=https://www.dropbox.com/?a\=b&c=d\\e msg="src=6.6.6.6"'
    )
    row = one(known("cef"), line)
    assert row["user"] == r"CONTOSO\nora"
    assert row["host"] == "www.dropbox.com"
    assert row["url"] == r"https://www.dropbox.com/?a=b&c=d\e"
    assert row["source_ip"] == "10.1.4.23"


def test_sizes_that_are_none_are_unknown() -> None:
    row = one(known("cef"), GENERIC.replace("in=5312", "in=" + "9" * 400).replace("out=190233", "out=-5"))
    assert "bytes_down" not in row
    assert "bytes_up" not in row


def test_a_very_long_value() -> None:
    line = GENERIC.replace("/home", "/" + "x" * 3_000_000)
    assert one(known("cef"), line)["host"] == "www.dropbox.com"
