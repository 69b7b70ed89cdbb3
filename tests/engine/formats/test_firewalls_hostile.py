"""The firewalls' formats together: each line is recognised as one, and no line, however broken, breaks "
"one."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.discovery.formats import FORMATS, by_name, detect
from sim.engine.discovery.formats.base import Chunk, Context
from sim.engine.discovery.formats.firewalls import FIREWALLS
from sim.engine.discovery.formats.reading import reader
from tests.engine.formats.rows import CONTEXT

LINES = {
    "fortigate": 'date=2019-12-27 time=09:20:04 devid="FG1" logid="0000000013" type="traffic" '
    'subtype="forward" '
    "srcip=10.1.4.23 dstip=162.125.66.18 dstport=443 sentbyte=190233 rcvdbyte=5312",
    "cisco-asa": "<166>Dec 27 2019 09:20:04 fw1 : %ASA-6-302014: Teardown TCP connection 1 for "
    "out:162.125.66.18/443 "
    "to in:10.1.4.23/52144(D\\a) duration 0:00:04 bytes 195545 TCP FINs",
    "cisco-firepower": "Dec 27 09:20:04 fw SFIMS: Connection Type: End, User: alice, Access Control Rule "
    "Action: Allow, "
    "Initiator Bytes: 5 {TCP} 10.1.4.23:52144 -> 162.125.66.18:443",
    "juniper-srx": "Dec 27 09:20:04 srx RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP FIN: "
    "10.1.4.23/52144->162.125.66.18/443 0x0 https x None None 6 p trust untrust 1 148(190233) 64(5312) 4",
    "juniper-ssg": "Dec 27 09:20:04 ssg5: NetScreen device_id=ssg5  "
    "[Root]system-notification-00257(traffic): "
    'start_time="2019-12-27 09:20:04" action=Permit sent=1 rcvd=2 src=10.1.4.23 dst=162.125.66.18 '
    "dst_port=443",
    "sophos-xg": 'date=2019-12-27 time=09:20:04 timezone="CET" device_id=C4 log_type="Firewall" '
    'log_subtype="Allowed" '
    "src_ip=10.1.4.23 dst_ip=162.125.66.18 dst_port=443 sent_bytes=1 recv_bytes=2",
    "sophos-sg": '2019:12:27-09:20:04 utm httpproxy[4433]: id="0001" severity="info" sys="SecureWeb" '
    'sub="http" '
    'action="pass" srcip="10.1.4.23" dstip="162.125.66.18" size="5312" url="https://www.dropbox.com/"',
    "sonicwall": 'id=firewall sn=0017C5178994 time="2019-12-27 09:20:04" fw=1.1.1.1 pri=6 m=537 '
    "src=10.1.4.23:52144:X0 dst=162.125.66.18:443:X1 sent=1 rcvd=2",
    "stormshield": 'id=firewall time="2019-12-27 10:20:04" fw="SN1" tz=+0100 startime="2019-12-27 10:20:00" '
    'src=10.1.4.23 dst=162.125.66.18 sent=1 rcvd=2 action=pass logtype="connection"',
    "barracuda-cloudgen": "2019 12 27 10:20:04 Info +01:00 Remove: type=FWD|proto=TCP|srcIP=10.1.4.23|"
    "dstIP=162.125.66.18|dstPort=443|receivedBytes=5312|sentBytes=190233|user=alice",
    "barracuda-web": "Dec 27 09:20:04 b http_scan[3365]: 1577438404 1 10.1.4.23 1.2.3.4 text/html 10.1.4.23 "
    "https://www.dropbox.com/ 2704 BYF ALLOWED CLEAN 2 1 0 1 3 - 1 x 0 - 0 x x ANON",
    "mcafee": 'date="2019-12-27T09:20:04.740Z" '
    'username="alice" source_ip=10.1.4.23 destination_ip=162.125.66.18 '
    'source_bytes=1 destination_bytes=2 http_request_first_line="CONNECT www.dropbox.com:443 HTTP/1.1"',
    "mcafee-access": '[27/Dec/2019:10:20:04 +0100] "alice" 10.1.4.23 200 "CONNECT www.dropbox.com:443 '
    'HTTP/1.1" "x" '
    '"y" "" 5312 "Mozilla" "" "0"',
    "meraki": "<134>1 1577438404.25 FW_MX urls src=10.1.4.23:52144 dst=162.125.66.18:443 request: GET "
    "http://x.org/a",
    "watchguard": 'Dec 27 09:20:04 FB1 firewall: msg_id="3000-0151" Allow 1-Trusted 0-External tcp 10.1.4.23 '
    '162.125.66.18 52144 443 sent_bytes="1" rcvd_bytes="2"',
    "checkpoint": '[action:"Accept"; loguid:"{0x1}"; time:"1577438404"; dst:"162.125.66.18"; '
    'src:"10.1.4.23"; '
    'service:"443"; sent_bytes:"1"; ]',
    "checkpoint-export": '"22" "27Dec2019" "09:20:04" "eth1" "fw" "Log" "Accept" "443" "5" "10.1.4.23" '
    '"162.125.66.18" '
    '"tcp" "81" "Web" "81-Policy" "alice" "info" "x" "" ""',
    "bluecoat-pairs": "2019-12-27T09:20:04Z sg bluecoat[0]: SPLV5.1 c-ip=10.1.4.23 "
    "cs-host=www.dropbox.com cs-bytes=1 "
    "sc-bytes=2 cs-username=alice",
    "zscaler-pairs": "2019-12-27 09:20:04\taction=Allowed\trequestsize=1\tproduct=NSS\tClientIP=10.1.4.23\t"
    "user=alice\turl=www.dropbox.com/a\tvendor=Zscaler",
    "keyvalue": 'time="2019-12-27T09:20:04Z" src_ip=10.1.4.23 '
    'user="alice" dst_host=www.dropbox.com bytes_out=7',
}


def test_there_is_a_line_here_for_every_format() -> None:
    assert list(LINES) == [known.name for known in FIREWALLS]


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize(
    "head", ["", "<134>Dec 27 09:20:09 relay ", "<134>1 2019-12-27T09:20:09.1Z relay - - - - "]
)
def test_a_line_is_recognised_as_one_format_with_any_header(name: str, head: str) -> None:
    # Layouts of files on disk carry no header of syslog.
    line = LINES[name] if name in ("mcafee-access", "checkpoint-export") else head + LINES[name]
    found = detect([line])
    assert found is not None
    assert found.name == name
    claimed = [known.name for known in FORMATS if not known.generic and known.sniff([line]) > 0]
    assert claimed == ([] if name == "keyvalue" else [name])


@pytest.mark.parametrize("name", LINES)
def test_a_line_that_goes_on_for_ever_anywhere_holds_nothing_up(name: str) -> None:
    line, known = LINES[name], by_name(name)
    assert known is not None
    ends = [place for place, character in enumerate(line) if not character.isalnum()]
    for filling in ("x", 'x"', "x "):
        # Going back over such a line again and again would take minutes.
        endless = [line[: end + 1] + filling * 5_000 for end in ends]
        assert 0 <= known.sniff(endless) <= 1


@pytest.mark.parametrize("name", LINES)
def test_a_cut_off_or_repeated_log_is_accounted_for_line_by_line(name: str) -> None:
    known = by_name(name)
    assert known is not None
    line = LINES[name]
    lines = [line, *(line[:cut] for cut in range(len(line))), line, ""]
    parsed = reader(known, CONTEXT)(Chunk(pl.Series(lines, dtype=pl.String), 1))
    assert {1, len(lines) - 1} <= set(parsed.lines.tolist())
    bad = sum(found.count for found in parsed.bad.values())
    assert len(parsed.traffic) + bad + sum(parsed.skipped.values()) == len(lines)


SPLINTERS = (
    *(
        '"',
        '""',
        '\\"',
        "=",
        "\x00",
        "\x01",
        "\x02",
        " ",
        ",",
        "|",
        "\t",
        "é",
        "\U0001f600",
        "\u202e",
        "\x1b[31m",
    ),
    *("9" * 400, "-1", "9" * 20, "[", "]", "{", "}", "(", ")", "->", "%ASA-6-302014:", "2019-13-45", "+9999"),
    *("Feb 30 25:61:61", "0000-00-00T00:00:00Z", "src=", "dst=", "time=", "=1+1", "N/A", "\r"),
)
PIECES = st.sampled_from(SPLINTERS) | st.text(
    st.characters(exclude_characters="\n", codec="utf-8"), max_size=5
)


@st.composite
def broken(draw: st.DrawFn, line: str) -> str:
    """Return a line with some of it cut out and other text put in."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(PIECES) + line[at + draw(st.integers(0, 8)) :]
    return line


@pytest.mark.parametrize("known", FIREWALLS, ids=lambda known: known.name)
@settings(max_examples=10)
@given(data=st.data())
def test_no_line_breaks_a_format_or_counts_twice(known, data) -> None:
    other = data.draw(st.sampled_from(sorted(LINES)))
    own = [data.draw(broken(LINES[known.name])) for _ in range(5)]
    lines = [*own, data.draw(broken(LINES[other])), LINES[known.name]]
    assert 0.0 <= known.sniff(lines) <= 1.0
    for context in (CONTEXT, Context(evidence=True, path_hosts={"www.dropbox.com": 1})):
        parsed = reader(known, context)(Chunk(pl.Series(lines, dtype=pl.String), 1))
        bad = sum(found.count for found in parsed.bad.values())
        assert len(parsed.traffic) + bad + sum(parsed.skipped.values()) == len(lines)
        for texts in (parsed.traffic.host, parsed.traffic.user, parsed.traffic.source_ip):
            assert texts is None or "" not in texts.names
