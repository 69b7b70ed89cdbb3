"""Zscaler's NSS web feed as CSV or with tabs."""

from __future__ import annotations

import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.csvtable import HEADER
from sim.engine.discovery.formats.zscaler_csv import TEMPLATE, ZSCALER
from tests.engine.formats.rows import one, read

VALUES = (
    *(
        "Fri Dec 27 09:20:00 2019",
        "alice@contoso.example",
        "HTTPS",
        "www.dropbox.com/upload?a=1,2",
        "Allowed",
    ),
    *("Dropbox", "Sharehost", "190233", "5312", "12", "8", "Productivity Loss", "Internet Communication"),
    *("File Share", "None", "None", "0", "None", "None", "HQ", "Sales", "10.1.4.23", "162.125.66.18", "POST"),
    *("200", 'Mozilla/5.0 ""x""', "None", "None", "None", "Other", "None", "alice", "PC-7", "N/A"),
)
QUOTED = ",".join(f'"{value}"' for value in VALUES)
TABBED = "\t".join(VALUES)
BARE = ",".join(value.replace(",", "%2C") for value in VALUES)
ROW = {
    "time": "2019-12-27T09:20:00Z",
    "host": "www.dropbox.com",
    "user": "alice@contoso.example",
    "source_ip": "10.1.4.23",
    "machine": "PC-7",
    "bytes_up": 190233,
    "bytes_down": 5312,
    "blocked": False,
    "url": "www.dropbox.com/upload?a=1,2",
    "method": "POST",
    "status": 200,
    "action": "Allowed",
}


@pytest.mark.parametrize("line", [QUOTED, TABBED])
def test_a_line_of_the_template(line: str) -> None:
    assert detect([line]) is ZSCALER
    assert one(ZSCALER, line) == ROW


def test_a_line_without_quotes() -> None:
    assert one(ZSCALER, BARE)["url"] == "www.dropbox.com/upload?a=1%2C2"


def test_a_header_tells_the_order() -> None:
    header = "url,action,reqsize,respsize,cip,login,time,urlsupercat"
    line = "www.sohu.com/,Blocked,5,6,10.1.4.23,alice,2019-12-27 09:20:00,News"
    assert detect([header, line]) is ZSCALER
    account = read(ZSCALER, header, line, header)
    assert account.skipped == {HEADER: 2}
    (row,) = account.traffic
    assert (row["host"], row["blocked"], row["bytes_up"], row["bytes_down"]) == ("www.sohu.com", True, 5, 6)


def test_a_header_in_quotes_with_the_templates_names() -> None:
    header = ",".join(f'"{name}"' for name in TEMPLATE)
    assert read(ZSCALER, header, QUOTED).traffic == [ROW]


def test_an_older_template_ends_earlier() -> None:
    line = "\t".join(VALUES[:27])
    assert detect([line]) is ZSCALER
    assert "machine" not in one(ZSCALER, line)


def test_a_syslog_header_and_alerts_of_the_nss() -> None:
    alert = "<134>Dec 27 09:20:00 [10.0.0.143] ZscalerNSS: The NSS free memory has decreased"
    account = read(ZSCALER, alert, f"<134>Dec 27 09:20:01 nss {QUOTED}")
    assert account.skipped == {"not traffic (alert of the NSS)": 1}
    assert account.traffic == [ROW]


def test_a_zone_of_its_own_needs_no_assumption() -> None:
    header = "time,tz,login,url,action,reqsize,respsize,urlclass"
    account = read(ZSCALER, header, "Fri Dec 27 09:20:00 2019,EST,alice,a.example/,Allowed,5,6,x")
    assert account.traffic[0]["time"] == "2019-12-27T14:20:00Z"
    assert account.assumed == {}


def test_bad_lines() -> None:
    account = read(ZSCALER, QUOTED, QUOTED[:300], QUOTED + ',"x"', QUOTED.replace("Dec", "Dez"))
    assert account.bad == {
        "a quote is not closed": 1,
        "has more than 34 fields": 1,
        "its time is in no known layout": 1,
    }


def test_what_is_no_feed_is_refused() -> None:
    account = read(ZSCALER, "a,b,c", "1,2,3")
    assert account.bad == {
        "is neither a header of NSS fields nor a line of the CSV template (25 to 34 fields)": 2
    }
