"""Juniper SRX: sessions, web filtering and threats, structured (RFC 5424) or as sentences.

Structured fields and the order of those in a sentence: Junos OS, "Information Provided in Session Log
Entries" and the System Log Explorer (documented); where the user stands in a sentence is own knowledge.
`bytes-from-client` is what the client sent. A session is logged when it begins (CREATE, skipped) and when
it ends; AppTrack logs the same once more in its own words, and both are counted if both are switched on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.clock import header_clock, sure, with_header
from sim.engine.discovery.formats.fields import epoch, known, whole
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER, among, pairs, url_host

if TYPE_CHECKING:
    import polars as pl

_EVENT = (
    r"\b((?:RT_FLOW_SESSION|APPTRACK_SESSION|WEBFILTER_URL|IDP_ATTACK_LOG|AAMW_(?:ACTION|MALWARE|HOST)|"
    r"SECINTEL_ACTION|CONTENT_FILTERING|AV|RT_SCREEN|PFE_FW_SYSLOG)_[A-Z_]*[A-Z])\b"
)
# Programs of Junos: what they say is not traffic, but shows whose log it is.
_DAEMON = (
    r"\b(?:(?:rpd|mgd|mib2d|chassisd|dcd|jsrpd|kmd|pfed|l2ald|alarmd|craftd|cosd|dfwd)"
    r"\[\d+\]|tfeb\d|fpc\d|UI_[A-Z_]+_EVENT|RT_[A-Z]+): "
)
_KEYS = (
    *("epoch-time", "source-address", "destination-address", "destination-port", "username"),
    *("bytes-from-client", "bytes-from-server", "action", "ACTION", "url", "URL", "obj", "OBJ", "http-host"),
)
_NOTHING = ("N/A", "UNKNOWN", "unknown", "None")
# `10.1.4.23/52144->162.125.66.18/443`, in a web filter's sentence `10.1.4.23(52144)->162.125.66.18(443)`.
_ADDRESS = r"[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]+"
_ENDS = rf"(?P<source>{_ADDRESS})[/(][0-9]+\)?->(?P<server>{_ADDRESS})[/(](?P<port>[0-9]+)"
# Packets and bytes of either way, the seconds, two names of the application, and the user with his roles.
_SIZES = r" [0-9]+\((?P<up>[0-9]+)\) [0-9]+\((?P<down>[0-9]+)\) [0-9]+(?: \S+ \S+ (?P<user>[^ (]+)\([^)]*\))?"
_DENIED_USER = r"session denied (?:\S+ ){2,4}[0-9]+\([0-9]+\) (?:\S+ ){5}([^ (]+)\("
_FILTER_USER = r" username (\S+) roles "
# A packet filter's line: interface, A, D or R, ..., protocol, addresses, ports.
_PACKET = (
    rf"\bFW: \S+ +(?P<action>[ADR]) .*?(?P<source>{_ADDRESS}) +(?P<server>{_ADDRESS}) +"
    r"[0-9]+ +(?P<port>[0-9]+) \([0-9]+ packets?\)"
)
_BLOCKED_EVENT = r"_(?:DENY|BLOCKED)"
_BLOCKED = (
    "drop",
    "drop_packet",
    "block",
    "blocked",
    "close",
    "close_client",
    "close_server",
    "deny",
    "d",
    "r",
)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are an SRX's."""
    return share(lines, f"{_EVENT}|{_DAEMON}")


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        line = pl.col("line")
        event = line.str.extract(_EVENT)
        # What closes the structured data is no part of its last value.
        table = pairs(lines.str.strip_chars_end("] \t"), _KEYS, empty=_NOTHING)
        before = line.str.extract(rf"^(.*?)(?:{_EVENT}|{_DAEMON})")
        plain = pl.when(pl.col("source-address").is_null()).then(line)
        return (
            with_header(table, before, context)
            .with_columns(
                event=event,
                ends=plain.str.extract_groups(_ENDS),
                sizes=plain.str.extract_groups(_SIZES),
                packet=pl.when(event.str.starts_with("PFE")).then(line).str.extract_groups(_PACKET),
            )
            .select(**_meaning())
        )

    return read


def _meaning() -> dict[str, pl.Expr]:
    import polars as pl

    col, event, line = pl.col, pl.col("event"), pl.col("line")
    ends, sizes, packet = (col(name).struct for name in ("ends", "sizes", "packet"))
    action = pl.coalesce(col("action").str.strip_chars(","), "ACTION", packet.field("action"))
    address = pl.coalesce("url", "URL")
    path = pl.coalesce("obj", col("OBJ").str.extract(r"^(\S+)"))
    # A web filter writes host and path apart, and the host without a scheme.
    bare = address.str.extract(r"^([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]+)?)(?:[/?#]|$)")
    began = pl.coalesce("epoch-time", line.str.extract(r"\bIDP: at ([0-9]{9,11}),"))
    clock = sure(epoch(began), began).or_else(header_clock())
    user = (
        sizes.field("user"),
        pl.when(event.str.contains("_DENY", literal=True)).then(line).str.extract(_DENIED_USER),
        pl.when(event.str.starts_with("WEBFILTER")).then(line).str.extract(_FILTER_USER),
    )
    return {
        "time": clock.time,
        "assumed": clock.assumed,
        "skip": pl.when(event.str.contains("_SESSION_CREATE", literal=True))
        .then(pl.lit(END_COUNTS))
        .when(event.str.contains("_UPDATE", literal=True))
        .then(pl.lit(INTERIM))
        .when(event.is_null() & line.str.contains(r"\b[A-Za-z][\w/-]*(?:\[[0-9]+\])?: "))
        .then(pl.lit(OTHER)),
        "host": pl.coalesce("http-host", url_host(address), bare),
        "destination_ip": pl.coalesce("destination-address", ends.field("server"), packet.field("server")),
        "user": pl.coalesce("username", *(known(name, *_NOTHING) for name in user)),
        "source_ip": pl.coalesce("source-address", ends.field("source"), packet.field("source")),
        "bytes_up": whole(pl.coalesce("bytes-from-client", sizes.field("up"))),
        "bytes_down": whole(pl.coalesce("bytes-from-server", sizes.field("down"))),
        "blocked": event.str.contains(_BLOCKED_EVENT).fill_null(False)
        | among(action, *_BLOCKED)
        | action.str.contains("Blocked", literal=True).fill_null(False),
        "url": pl.concat_str(address, path, ignore_nulls=True).replace("", None),
        "port": whole(pl.coalesce("destination-port", ends.field("port"), packet.field("port"))),
        "action": pl.coalesce(action, event),
    }


JUNIPER_SRX = Format(
    name="juniper-srx",
    title="Juniper SRX",
    knows=frozenset({"host", "destination_ip", "user", "source_ip", "bytes_up", "bytes_down", "blocked"}),
    sniff=sniff,
    rows=rows,
    explain=explainer(
        (_EVENT, "is no message such as RT_FLOW_SESSION_CLOSE"),
        (
            rf"{_ADDRESS}[/(][0-9]+\)?->|{_ADDRESS} +{_ADDRESS} +[0-9]|\bdestination-address=",
            "names no addresses, such as 10.1.4.23/52144->162.125.66.18/443",
        ),
        last="has no time that can be read before the message",
    ),
)
