r"""Squid's common and combined logs, and what other proxies write like them.

`logformat common %>a %[ui %[un [%tl] "%rm %ru HTTP/%rv" %>Hs %<st %Ss:%Sh`; `combined` has referer and
user agent before the result (squid.conf.documented). Other proxies write the same without the result, and
some with dates such as 05/02/2025 11:31:06 (observed). A web server's log looks the same too, but it names
paths where a proxy names whole addresses; only the latter are read.

The one size is that of the answer: what the client sent is unknown, though the product's table of today
says that Squid's logs carry a total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.fields import percent_decoded
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.squid import CACHE_PEER, NO_REQUEST

if TYPE_CHECKING:
    import polars as pl

_URL = r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"]+|error:[^\s\"]+|[^\s/\":]+:[0-9]+|\[[0-9A-Fa-f:.]+\]:[0-9]+"
_LINE = (
    r"^(?:\S+ +){0,8}?(?P<source_ip>[0-9A-Za-z][0-9A-Za-z:.%-]*) \S+ (?P<user>\S+) "
    r"\[(?P<time>[^\]]+)\] "
    rf'"(?P<method>[A-Z_-]+) (?P<url>{_URL})(?: [^"]*)?" (?P<status>[0-9]{{1,3}}|-) (?P<bytes_down>[0-9]+|-)'
    r'(?: "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*")?(?: (?P<action>[A-Z_]+):[A-Z_]+)?'
)
_EXPLAINED = (
    (r"\[[^\]]+\] ", "has no time in brackets"),
    (r'\] "[A-Z_-]+ \S', "no request in quotes follows its time"),
    (rf'\] "[A-Z_-]+ (?:{_URL})', "its request names no whole address, only a path"),
    (r'" (?:[0-9]{1,3}|-) (?:[0-9]+|-)', "no status and size follow its request"),
)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are requests to a proxy in the common or combined layout."""
    return share(lines, _LINE)


def rows(context: Context) -> Rows:
    """Start on a log."""
    meaning = Meaning(context, denied=r"^TCP_DENIED")

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        groups = pl.col("line").str.extract_groups(_LINE).struct.unnest()
        texts = lines.alias("line").to_frame().select(groups)
        url, result = pl.col("url"), pl.col("action")
        texts = texts.with_columns(
            percent_decoded(texts["user"]),
            skip=pl.when(url.str.starts_with("error:"))
            .then(pl.lit(NO_REQUEST))
            .when(result.str.starts_with("UDP_"))
            .then(pl.lit(CACHE_PEER)),
        )
        if texts["action"].null_count() == len(texts):
            # Without results nobody knows what was denied.
            texts = texts.drop("action")
        return meaning.rows(texts).drop("bad")

    return read


SQUID_COMMON = Format(
    name="squid-common",
    title="Squid common and combined access log",
    knows=frozenset({"host", "user", "source_ip", "destination_ip", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(*_EXPLAINED, last="its time is like no known one"),
)
