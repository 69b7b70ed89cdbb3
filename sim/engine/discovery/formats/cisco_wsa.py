r"""Cisco Secure Web Appliance (IronPort WSA): the access log, and the log of its Layer-4 traffic monitor.

The access log is Squid's native line with a decision tag and verdicts behind it, such as
`DEFAULT_CASE_11-Policy-Identity-NONE-NONE-NONE-NONE <IW_comp,6.9,...> -` (user guide, "Access Log File
Entry"; documented); administrators append fields of their own. Cisco's recommended W3C fields come as the
same line in another order. The tag says what was decided, also where the result does not: a malicious
answer is `TCP_MISS/200` and `BLOCK_AMW_RESP`.

The one size is that of the answer. The product's table has uploads too; only a W3C subscription that
declares `cs-bytes` carries them (format `cisco-wsa-w3c`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.meaning import Meaning

if TYPE_CHECKING:
    import polars as pl

_TAG = r"(?P<tag>[A-Z][A-Z_]+?)(?:_?[0-9]+)?-[^\s-]+-\S+"
_LINE = (
    r"(?:^|\s)(?P<time>[0-9]{10}\.[0-9]{3}) +[0-9.]+ (?:- )?(?P<source_ip>[^\s-]\S*) "
    r"(?P<result>[A-Z_]+)/(?P<status>[0-9]{3}) (?P<bytes_down>[0-9]+) (?P<method>\S+) (?P<url>\S+) "
    rf'(?P<user>"(?:[^"\\]|\\.)*"|\S+) .*?\s{_TAG}\s'
)
_MONITOR = (
    r"(?P<when>[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} \(GMT *[+-][0-9:]+\)|"
    r"[A-Z][a-z]{2} [A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8} [0-9]{4}) Info: Firewall (?P<did>\w+) \w+ data from "
    r"(?P<from>[0-9A-Fa-f.:]*?[0-9A-Fa-f])(?::[0-9]+)? to (?P<to>[0-9.]*[0-9]|\[[0-9A-Fa-f:]+\])"
    r"(?:\((?P<name>[^()\s]+)\))?(?::(?P<to_port>[0-9]+))?"
)
_NOTICE = r"Info: (?:Begin Logfile|End Logfile|Version: |Time offset from UTC|Address discovered)"
_NOT_TRAFFIC = "not traffic (notice of the appliance)"
_EXPLAINED = (
    (r"(?:^|\s)[0-9]{10}\.[0-9]{3} ", "has no time such as 1577438400.123"),
    (r" [A-Z_]+/[0-9]{3} [0-9]+ \S+ \S", "has no result such as TCP_MISS/200 with a size and a request"),
    (rf"\s{_TAG}\s", "has no decision tag such as DEFAULT_CASE_11-Policy-Identity-NONE"),
)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines an appliance wrote."""
    return share(lines, rf"{_LINE}|{_MONITOR}", _NOTICE) or share(lines, _NOTICE)


def rows(context: Context) -> Rows:
    """Start on a log."""
    meaning = Meaning(context, denied=r"^(?i:block|drop|TCP_DENIED|FTP_DENIED)")

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        line = pl.col("line")
        found = (
            lines.alias("line")
            .to_frame()
            .select(
                line.str.extract_groups(_LINE).struct.unnest(),
                notice=line.str.contains(_NOTICE),
            )
        )
        monitor = lines.str.contains("Info: Firewall ", literal=True)
        if monitor.any():
            groups = line.str.extract_groups(_MONITOR).struct.unnest()
            found = found.hstack(lines.alias("line").to_frame().select(groups)).with_columns(
                time=pl.coalesce("time", "when"),
                source_ip=pl.coalesce("source_ip", "from"),
                tag=pl.coalesce("tag", "did"),
                port="to_port",
                host="name",
                destination_ip="to",
            )
            found = found.drop("when", "from", "did", "to_port", "name", "to")
        texts = found.with_columns(
            user=pl.col("user").str.strip_chars('"'),
            action="tag",
            verdict="result",
            skip=pl.when("notice").then(pl.lit(_NOT_TRAFFIC)),
        )
        return meaning.rows(texts.drop("tag", "result", "notice")).drop("bad")

    return read


CISCO_WSA = Format(
    name="cisco-wsa",
    title="Cisco Secure Web Appliance (IronPort WSA) access log",
    knows=frozenset({"host", "user", "source_ip", "destination_ip", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(*_EXPLAINED, last="its URL names no host"),
)
