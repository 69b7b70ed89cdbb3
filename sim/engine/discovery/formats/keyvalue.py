"""Logs of `key=value` pairs that no vendor's format claims: read by what their keys usually mean.

Pairs are parted by blanks, commas, semicolons, bars or tabs, whichever stands before most keys. The keys
are those that the lines have; `names.py` says what they mean. A line without a time of its own has its
syslog header's. The log of Linux's packet filter is read this way too, and so are the pairs that Blue
Coat and Zscaler write for Splunk (observed), which are known by their looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.looks import share
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import GENERIC, needed, normal, places
from sim.engine.discovery.formats.pairs import pairs

if TYPE_CHECKING:
    import polars as pl

_NAME = r'"?([A-Za-z_][A-Za-z0-9_./-]*)='
_KEY = rf"(?:^|[\s,;|>]){_NAME}"
_SINGLE = r"='([^'\"]*)'"
"""A value in single quotes."""
_OTHER_FORMAT = re.compile(r"\b(?:CEF|LEEF): ?\d|^\s*[{\[#]")
_BETWEEN = (",", ";", "|", "\t")
_FEWEST = 4
"""How many pairs make a line one of pairs (guess): addresses and sentences have one or two."""
_SEEN = 2000
"""How many characters of a line are looked at to recognise it (guess)."""
_HEADER_TIME = (
    r"^(?:<[0-9]+>)?(?:1 )?\s*([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
    r"|[A-Z][a-z]{2} +[0-9]{1,2} (?:[0-9]{4} )?[0-9]{2}:[0-9]{2}:[0-9]{2})"
)
_WHERE = ("host", "url", "destination", "destination_ip")
_WHO = ("source_ip", "user", "machine")


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are pairs that name a destination, and who or what wanted it."""
    found = sum(1 for line in lines if _is_like(line[:_SEEN]))
    return found / len(lines) if lines else 0.0


def _is_like(line: str) -> bool:
    keys = re.findall(_KEY, line)
    if len(keys) < _FEWEST or _OTHER_FORMAT.search(line):
        return False
    meanings = places([normal(key) for key in keys], GENERIC)
    return any(name in meanings for name in _WHERE) and any(name in meanings for name in _WHO)


def rows(context: Context) -> Rows:
    """Start on a log."""
    meaning = Meaning(context)

    def read(written: pl.Series) -> pl.LazyFrame:
        import polars as pl

        lines = written.str.replace_all(_SINGLE, '="${1}"')
        keys = _keys(lines)
        found = needed(places([normal(key) for key in keys], GENERIC), context)
        wanted = {name: keys[place] for name, place in found.items()}
        table = pairs(lines, list(dict.fromkeys(wanted.values())), _between(lines))
        texts = {name: pl.col(key) for name, key in wanted.items()}
        # After any time among the pairs comes that of the syslog header.
        times = sum(1 for name in wanted if name.partition(" ")[0] == "time")
        texts[f"time {times + 1}" if times else "time"] = pl.col("line").str.extract(_HEADER_TIME)
        return meaning.rows(table.select(**texts).collect())

    return read


def _keys(lines: pl.Series) -> list[str]:
    """Return the keys of the lines in order of first appearance."""
    found = lines.str.extract_all(_KEY).explode(empty_as_null=True).drop_nulls()
    keys: list[str] = found.str.extract(_KEY).unique(maintain_order=True).to_list()
    return keys


def _between(lines: pl.Series) -> str:
    """Return the characters that part the pairs, the usual one first."""
    sample = lines.head(200)
    counts = {sep: sample.str.count_matches(rf"{re.escape(sep)} ?{_NAME}").sum() or 0 for sep in _BETWEEN}
    blanks = sample.str.count_matches(rf"[^,;|\t ] +{_NAME}").sum() or 0
    best = max(counts, key=lambda sep: counts[sep])
    return f"{best} " if counts[best] > blanks else " "


def explain(line: str) -> str:
    """Say what is wrong with a line."""
    if len(re.findall(_KEY, line[:_SEEN])) < _FEWEST:
        return "is not made of key=value pairs"
    return "names no destination"


KEYVALUE = Format(
    name="keyvalue",
    title="key=value pairs (generic)",
    knows=frozenset(
        {
            *("host", "destination_ip", "user", "source_ip", "machine", "process"),
            *("bytes_up", "bytes_down", "bytes_total", "blocked"),
        }
    ),
    sniff=sniff,
    rows=rows,
    explain=explain,
    keeps_state=True,
    generic=True,
)
BLUECOAT_PAIRS = replace(
    KEYVALUE,
    name="bluecoat-pairs",
    title="Blue Coat ProxySG, pairs for Splunk",
    sniff=lambda lines: share(lines, r"\bSPLV[0-9.]+ .*\bc-ip="),
    generic=False,
)
ZSCALER_PAIRS = replace(
    KEYVALUE,
    name="zscaler-pairs",
    title="Zscaler NSS, pairs for Splunk",
    sniff=lambda lines: share(lines, r"^(?=.*\bvendor=Zscaler\b)(?=.*\bproduct=NSS\b)(?=.*\burl=)"),
    generic=False,
)
