"""Cisco Firepower: connections in `Key: value, Key: value`, by FTD's messages 43000x or the ASA's module.

Field names of 430001 to 430005: Cisco Secure Firewall Threat Defense Syslog Messages (documented). The
layout of the FirePOWER module's older `SFIMS:` lines, whose keys have blanks and whose addresses stand at
the end (`{TCP} 10.1.4.23:52144 -> 162.125.66.18:443`), is own knowledge.

Values are not quoted. A user agent may hold what looks like a pair; the first mention counts, and Cisco
writes who, where and how before what a client or server can choose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import header_clock, with_header
from sim.engine.discovery.formats.fields import known, whole
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.pairs import END_COUNTS, OTHER, url_host

if TYPE_CHECKING:
    import polars as pl

NOBODY = ("Not Found", "Unknown", "No Authentication Required", "No Authentication", "N/A", "None")

_KEYS = {
    "start": ("FirstPacketSecond",),
    "user": ("User",),
    "source_ip": ("SrcIP",),
    "destination_ip": ("DstIP",),
    "port": ("DstPort",),
    "bytes_up": ("InitiatorBytes", "Initiator Bytes"),
    "bytes_down": ("ResponderBytes", "Responder Bytes"),
    "action": (
        *("AccessControlRuleAction", "Access Control Rule Action", "InlineResult"),
        *("FileAction", "SSLActualAction"),
    ),
    "referenced": ("ReferencedHost", "Referenced Host"),
    "server": ("SSLServerName", "SSL Server Name"),
    "url": ("URL", "URI"),
    "method": ("HTTPMethod",),
    "status": ("HTTPResponse", "HTTP Response"),
    "type": ("Connection Type",),
}
_ADDRESSES = (
    r"\{[^{}]*\} (?P<source_ip>[0-9A-Fa-f:.]+?)(?::(?P<source_port>[0-9]+))? -> "
    r"(?P<destination_ip>[0-9A-Fa-f:.]+?)(?::(?P<port>[0-9]+))?\s*$"
)
_LIKE = r"^(?=.*\bSFIMS\b)(?=.*Connection Type: )(?=.*Access Control Rule Action: )"


def firepower(body: pl.Expr) -> dict[str, pl.Expr]:
    """Return what the pairs of a message say, as text, by the names of our columns."""
    import polars as pl

    clean = body.str.replace_all("\x01", " ", literal=True)
    marked = clean.str.replace_all(r"(?:^|, |\] ?|\bSFIMS: )([A-Z][A-Za-z_ ]{1,40}): ", "\x01${1}=")

    def value(key: str) -> pl.Expr:
        return known(marked.str.extract(f"\x01{re.escape(key)}=([^\x01]*)").str.strip_chars(", "), *NOBODY)

    return {name: pl.coalesce(*(value(key) for key in keys)) for name, keys in _KEYS.items()}


def firepower_host(fields: dict[str, pl.Expr]) -> pl.Expr:
    """Return the host that a connection asked for."""
    import polars as pl

    return pl.coalesce(fields["referenced"], fields["server"], url_host(fields["url"]))


def is_blocked(action: pl.Expr) -> pl.Expr:
    """Say whether an action is `Block`, `Interactive Block`, `Blocked`, `Block Malware` and the like."""
    return (action.str.contains("Block", literal=True) | action.is_in(["Dropped", "Drop"])).fill_null(False)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are connections of a FirePOWER module."""
    return share(lines, _LIKE, r"\bSFIMS\b")


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        line = pl.col("line")
        ends = line.str.extract_groups(_ADDRESSES).struct
        # The addresses at the end are no part of the last pair.
        fields = firepower(line.str.replace(r" \{[^{}]*\} \S+ -> \S+\s*$", ""))
        clock = header_clock()
        blocked = is_blocked(fields["action"])
        return with_header(
            lines.to_frame("line").lazy(), line.str.extract(r"^(.*?)\bSFIMS\b"), context
        ).select(
            time=clock.time,
            assumed=clock.assumed,
            skip=pl.when(fields["type"].is_null())
            .then(pl.lit(OTHER))
            .when((fields["type"] == "Start") & ~blocked)
            .then(pl.lit(END_COUNTS)),
            host=firepower_host(fields),
            destination_ip=ends.field("destination_ip"),
            user=fields["user"],
            source_ip=ends.field("source_ip"),
            bytes_up=whole(fields["bytes_up"]),
            bytes_down=whole(fields["bytes_down"]),
            blocked=blocked,
            url=fields["url"],
            port=whole(ends.field("port")),
            method=fields["method"],
            status=whole(fields["status"]),
            action=fields["action"],
        )

    return read


FIREPOWER = Format(
    name="cisco-firepower",
    title="Cisco ASA with FirePOWER services",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(
        (
            r"\} \S+ -> \S+\s*$",
            "does not end with addresses such as {TCP} 10.1.4.23:52144 -> 162.125.66.18:443",
        ),
        last="has no time that can be read before SFIMS",
    ),
)
