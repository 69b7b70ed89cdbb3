"""Cisco's web appliance: the access log with its decision tag, and the Layer-4 traffic monitor."""

from __future__ import annotations

import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.cisco_wsa import CISCO_WSA
from sim.engine.discovery.formats.squid import SQUID
from tests.engine.formats.rows import one, read

ACCESS = (
    '1577438400.123 482 10.1.4.23 TCP_MISS/200 5312 CONNECT tunnel://www.dropbox.com:443/ "CONTOSO\\alice@AD" '
    "DIRECT/www.dropbox.com - DEFAULT_CASE_11-Policy-Identity-NONE-NONE-NONE-Routing "
    '<IW_fts,6.9,-,"-",-,-,-,-,"-",-,-,-,"-",-,-,"-","-",-,-,IW_fts,-,"-","-","Unknown","Unknown","-","-",1.0,0> -'
)


def test_a_line_of_the_access_log() -> None:
    assert detect([ACCESS]) is CISCO_WSA
    assert one(CISCO_WSA, ACCESS) == {
        "time": "2019-12-27T09:20:00.123000Z",
        "host": "www.dropbox.com",
        "user": "CONTOSO\\alice@AD",
        "source_ip": "10.1.4.23",
        "bytes_down": 5312,
        "blocked": False,
        "url": "tunnel://www.dropbox.com:443/",
        "port": 443,
        "method": "CONNECT",
        "status": 200,
        "action": "DEFAULT_CASE",
    }


@pytest.mark.parametrize(
    ("old", "new"), [("DEFAULT_CASE_11", "BLOCK_AMW_RESP_11"), ("TCP_MISS/200", "TCP_DENIED/403")]
)
def test_result_or_decision_may_say_that_it_was_blocked(old: str, new: str) -> None:
    assert one(CISCO_WSA, ACCESS.replace(old, new))["blocked"] is True


def test_fields_of_ones_own_may_stand_before_the_tag() -> None:
    assert one(CISCO_WSA, "Info: " + ACCESS.replace(" - DEFAULT", " - CMF:40 DCF:20 DEFAULT"))["user"]


def test_a_squid_is_not_taken_for_an_appliance_nor_the_other_way() -> None:
    squid = "1577438400.123 482 10.1.4.23 TCP_TUNNEL/200 5312 CONNECT www.dropbox.com:443 alice HIER_DIRECT/1.2.3.4 -"
    assert detect([squid]) is SQUID
    assert CISCO_WSA.sniff([squid]) == 0


def test_the_traffic_monitor() -> None:
    log = (
        "<13>Dec 27 09:20:00 wsa Fri Dec 27 09:00:00 2019 Info: Begin Logfile",
        "<13>Dec 27 09:20:00 wsa 27 Dec 2019 14:20:00 (GMT+5:00) Info: Firewall blocked TCP data from 10.1.4.23:1148 "
        "to 198.51.100.80(www.sohu.com):443.",
        "27 Dec 2019 09:20:01 (GMT+0:00) Info: Firewall noted UDP data from 10.1.4.23 to 198.51.100.81.",
    )
    assert detect(log) is CISCO_WSA
    account = read(CISCO_WSA, *log)
    assert account.skipped == {"not traffic (notice of the appliance)": 1}
    blocked, noted = account.traffic
    assert (blocked["time"], blocked["host"]) == ("2019-12-27T09:20:00Z", "www.sohu.com")
    assert (blocked["blocked"], noted["blocked"]) == (True, False)
    assert noted["destination_ip"] == "198.51.100.81"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x", "has no time such as 1577438400.123"),
        (ACCESS[:40], "has no result such as TCP_MISS/200 with a size and a request"),
        (ACCESS[:120], "has no decision tag such as DEFAULT_CASE_11-Policy-Identity-NONE"),
    ],
)
def test_bad_lines(line: str, reason: str) -> None:
    assert read(CISCO_WSA, ACCESS, line).bad == {reason: 1}
