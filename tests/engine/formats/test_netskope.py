"""Netskope's transaction events: in Netskope's order, with `#Fields`, with a header, as JSON."""

from __future__ import annotations

import json

import pytest

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.netskope import NETSKOPE
from sim.engine.discovery.formats.vendorjson import NETSKOPE_JSON, NETSKOPE_TRANSACTIONS_JSON
from tests.engine.formats.rows import one, read

VALUES = (
    *(
        "2019-12-27",
        "09:20:00",
        "292",
        "190233",
        "5312",
        "195545",
        "10.1.4.23",
        "162.125.66.18",
        "alice@contoso.example",
    ),
    *("POST", "https", "a=1", "Mozilla/5.0 (Windows NT 10.0)", "-", "200", "text/html", "www.dropbox.com"),
    *("www.dropbox.com", "/upload?a=1", "443", *("-",) * 91),
    *("https://www.dropbox.com/upload?a=1", *("-",) * 25, "block", *("-",) * 8),
)
ROW = {
    "time": "2019-12-27T09:20:00Z",
    "host": "www.dropbox.com",
    "user": "alice@contoso.example",
    "source_ip": "10.1.4.23",
    "bytes_up": 190233,
    "bytes_down": 5312,
    "bytes_total": 195545,
    "blocked": True,
    "url": "https://www.dropbox.com/upload?a=1",
    "port": 443,
    "method": "POST",
    "status": 200,
    "action": "block",
}
FIELDS = "date time time-taken cs-bytes sc-bytes bytes c-ip s-ip cs-username cs-host cs-uri x-cs-access-method x-policy-action"


@pytest.mark.parametrize("separator", [",", " "])
def test_a_row_in_netskopes_own_order(separator: str) -> None:
    line = separator.join(f'"{value}"' if " " in value else value for value in VALUES)
    assert detect([line]) is NETSKOPE
    assert one(NETSKOPE, line) == ROW


def test_a_row_that_declares_its_fields() -> None:
    log = (
        f"#Fields: {FIELDS}",
        "2019-12-27 09:20:00 9 5 6 11 10.1.4.23 1.2.3.4 alice www.sohu.com /x Client allow",
    )
    assert detect(log) is NETSKOPE
    (row,) = read(NETSKOPE, *log).traffic
    assert (row["host"], row["bytes_up"], row["bytes_down"], row["blocked"]) == ("www.sohu.com", 5, 6, False)


def test_a_table_with_a_header_in_another_order() -> None:
    names = sorted(FIELDS.split())
    values = dict(
        zip(
            FIELDS.split(),
            [
                "2019-12-27",
                "09:20:00",
                "9",
                "5",
                "6",
                "11",
                "10.1.4.23",
                "1.2.3.4",
                "alice",
                "a.example",
                "/x",
                "C",
                "-",
            ],
            strict=True,
        )
    )
    log = (",".join(names), ",".join(values[name] for name in names))
    assert detect(log) is NETSKOPE
    (row,) = read(NETSKOPE, *log).traffic
    assert (row["time"], row["host"], row["user"]) == ("2019-12-27T09:20:00Z", "a.example", "alice")


def test_sizes_that_do_not_add_up_are_not_netskopes() -> None:
    assert NETSKOPE.sniff([",".join(VALUES).replace("195545", "7")]) == 0


def test_transactions_as_json() -> None:
    record = {"date": "2019-12-27", "time": "09:20:00", "cs-bytes": "5", "sc-bytes": "6", "c-ip": "10.1.4.23"}
    line = json.dumps(
        {**record, "cs-host": "a.example", "cs-username": "alice", "x-cs-access-method": "Client"}
    )
    assert detect([line]) is NETSKOPE_TRANSACTIONS_JSON
    assert one(NETSKOPE_TRANSACTIONS_JSON, line)["bytes_up"] == 5


def test_events_as_json_and_their_audit_log() -> None:
    event = {
        "timestamp": 1577438400,
        "type": "nspolicy",
        "activity": "Upload",
        "action": "block",
        "ccl": "low",
        "userkey": "alice@contoso.example",
        "ur_normalized": "alice@contoso.example",
        "user": "alice@contoso.example",
        "srcip": "10.1.4.23",
        "dstip": "1.2.3.4",
        "dstport": 443,
        "hostname": "PC-7",
        "url": "wetransfer.com/api",
        "client_bytes": 190233,
        "server_bytes": 5312,
        "numbytes": 195545,
        "other_categories": ["All"],
    }
    audit = {
        "timestamp": 1577438400,
        "type": "admin_audit_logs",
        "ur_normalized": "x",
        "audit_log_event": "Login",
    }
    lines = [json.dumps(event), json.dumps(audit)]
    assert detect(lines) is NETSKOPE_JSON
    account = read(NETSKOPE_JSON, *lines)
    assert account.skipped == {"not traffic (admin_audit_logs)": 1}
    (row,) = account.traffic
    assert row["host"] == "wetransfer.com"
    assert row["machine"] == "PC-7"
    assert (row["bytes_up"], row["bytes_down"], row["bytes_total"]) == (190233, 5312, 195545)
    assert (row["action"], row["blocked"]) == ("Upload", True)
