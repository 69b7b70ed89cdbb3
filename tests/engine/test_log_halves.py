"""A log in pieces: whatever the order, the batches and the packing, the report is that of the whole."""

from __future__ import annotations

import gzip
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.catalog.model import load_catalog
from sim.engine.discovery.formats.squid import SQUID
from sim.engine.discovery.ingest import Intake
from sim.engine.discovery.logfile import LogFile
from sim.engine.discovery.report import Report

CATALOG = load_catalog()
HOSTS = ("www.dropbox.com", "slack.com", "app.asana.com", "files.example.net", "192.0.2.9", "mail.google.com")
lines = st.builds(
    lambda second, host, user, size, result: (
        f"{1577404800 + second}.000 5 10.0.0.{user} {result} {size} "
        f"CONNECT {host}:443 user{user} HIER_DIRECT/- -"
    ),
    st.integers(0, 3 * 86_400),
    st.sampled_from(HOSTS),
    st.integers(0, 5),
    st.integers(0, 10**9),
    st.sampled_from(("TCP_TUNNEL/200", "TCP_DENIED/403", "NONE_NONE/000")),
)
odd = st.sampled_from(("rubbish", "", "1577404800.000 5 10.0.0.1"))
logs = st.lists(lines | odd, min_size=1, max_size=40)


def told(report: Report) -> tuple[object, ...]:
    """Return everything that a report says."""
    named = [report.entities("user"), report.entities("source_ip")]
    apps = [(usage, report.hosts(usage.app_id)) for usage in report.apps()]
    days = (report.app_days(), report.matched(), report.first, report.last)
    return report.totals(), apps, named, report.unmatched(), report.domains_seen(), *days


def report_of(*pieces: tuple[list[str], int, bool]) -> Report:
    """Read pieces of a log, each with its block size and packed or not."""
    report = Report("halves", "snapshot", CATALOG)
    intake = Intake(report)
    for number, (text, block, packed) in enumerate(pieces):
        # The last line tells pieces apart that happen to be equal: an equal one would be refused.
        data = "\n".join((*text, f"piece {number}")).encode()
        good = any(line.count(" ") > 8 for line in text if "NONE_NONE" not in line)
        if not good:
            continue
        with LogFile(f"{number}", io.BytesIO(gzip.compress(data) if packed else data), None, block) as log:
            intake.read(log, SQUID)
    return report


@settings(deadline=None)
@given(logs, st.data())
def test_two_halves_in_either_order_are_the_whole(whole: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole)))
    blocks = st.integers(200, 5000)
    first = (whole[:cut], data.draw(blocks), data.draw(st.booleans()))
    second = (whole[cut:], data.draw(blocks), data.draw(st.booleans()))
    expected = told(report_of((whole, 1 << 20, False)))
    assert told(report_of(first, second)) == expected
    assert told(report_of(second, first)) == expected
