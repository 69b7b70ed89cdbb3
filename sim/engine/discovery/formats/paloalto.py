"""Palo Alto: PAN-OS and Prisma Access as syslog CSV, and tables exported with a header.

Positions are those of the PAN-OS administrator's guide ("Syslog Field Descriptions"; documented); later
versions append fields. A TRAFFIC row carries bytes, a THREAT row of subtype url the address asked for. The
time is that of the device, without a zone, unless the row ends with a high-resolution time.

The product's table says that Palo Alto knows no URL: it reads TRAFFIC rows only. URL rows are read here
too, each a transaction without bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.csvtable import Header, Places, Table, header_share
from sim.engine.discovery.formats.delimited import replaced, split
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import Names, normal, places

if TYPE_CHECKING:
    import polars as pl

KINDS = (
    *("TRAFFIC", "THREAT", "SYSTEM", "CONFIG", "USERID", "GLOBALPROTECT", "HIPMATCH", "HIP-MATCH"),
    *(
        "DECRYPTION",
        "AUTHENTICATION",
        "AUTH",
        "CORRELATION",
        "IPTAG",
        "TUNNEL",
        "SCTP",
        "GTP",
        "AUDIT",
        "DNS",
    ),
)
START = "start of a connection, counted when it ends"
INSPECTED = "inspection of a connection, counted in its TRAFFIC row"

DENIED = r"(?i)^(?:deny|block|drop|reset|sinkhole|silent-drop|random-drop)"
"""Actions that let nothing through, such as `reset-both` and `block-url`."""

NAMES: Names = {
    "time": ("generatetime", "timegenerated", "eventtime", "receivetime", "timereceived", "logtime"),
    "url": ("url", "urlfilename"),
    "destination_ip": ("destinationaddress", "destinationip", "destination"),
    "user": ("sourceuser", "sourceusername", "srcuser"),
    "source_ip": ("sourceaddress", "sourceip", "source"),
    "machine": ("sourcedevicehost",),
    "bytes_up": ("bytessent",),
    "bytes_down": ("bytesreceived",),
    "bytes_total": ("bytes",),
    "action": ("action",),
    "port": ("destinationport",),
    "method": ("httpmethod",),
    "kind": ("logtype", "type"),
    "subtype": ("subtype", "threatcontenttype", "contentthreattype"),
}
"""Names in exported tables and in the JSON of the data lake."""

_FIELDS = {
    "kind": 3,
    "subtype": 4,
    "time 2": 6,
    "time 3": 1,
    "source_ip": 7,
    "destination_ip": 8,
    "user": 12,
    "port": 25,
    "action": 30,
    "what": 31,
    "bytes_up": 32,
    "bytes_down": 33,
    "method": 63,
}
"""Where the syslog rows have them, counted from 0; `what` is a size in TRAFFIC and a URL in THREAT rows."""

_BEGINNING = (
    r"[0-9]*, ?[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4} [0-9]{1,2}:[0-9]{2}[^,]{0,20},[^,]{0,40},"
    rf"(?:{'|'.join(KINDS)}),"
)
_LINE = rf"(?:^|[\s:>]){_BEGINNING}"
_HIGH_RESOLUTION = (
    r"^.*,([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2}))(?:,|$)"
)


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are rows of PAN-OS's syslog."""
    return share(lines, _LINE)


def rows(context: Context) -> Rows:
    """Start on a log."""
    meaning = Meaning(context, denied=DENIED)
    wanted = {
        name: place for name, place in _FIELDS.items() if context.evidence or name not in ("port", "method")
    }

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        table = split(lines, ",", wanted)
        # A syslog header with commas of its own moves all fields.
        moved = ~table["kind"].is_in(KINDS)
        if moved.any():
            bare = lines.filter(moved).str.replace(rf"^.*?({_BEGINNING})", "${1}")
            table = replaced(table, moved, split(bare, ",", wanted))
        traffic, threat = pl.col("kind") == "TRAFFIC", pl.col("kind") == "THREAT"
        wrong = pl.when(~pl.col("kind").is_in(KINDS)).then(pl.lit(_NO_KIND))
        texts = table.with_columns(
            time=lines.str.extract(_HIGH_RESOLUTION),
            bytes_total=pl.when(traffic).then("what"),
            bytes_up=pl.when(traffic).then("bytes_up"),
            bytes_down=pl.when(traffic).then("bytes_down"),
            url=pl.when(threat & (pl.col("subtype") == "url")).then("what"),
            bad=wrong,
            **({"method": pl.when(threat).then("method")} if "method" in wanted else {}),
        )
        return meaning.rows(cleaned(texts.drop("what", "fault")))

    return read


def cleaned(texts: pl.DataFrame) -> pl.DataFrame:
    """Return texts with `skip`, and without what is no user and no URL."""
    import polars as pl

    changes = {
        "skip": pl.coalesce(*(["skip"] if "skip" in texts.columns else []), not_traffic(texts.columns))
    }
    if "user" in texts.columns:
        # Where the firewall is told to, it writes the header X-Forwarded-For into the user's place.
        changes["user"] = pl.when(~pl.col("user").str.starts_with("x-fwd-for:")).then("user")
    if {"url", "subtype"} <= set(texts.columns):
        changes["url"] = pl.when(pl.col("subtype").str.to_lowercase().is_in(["url", ""])).then("url")
    return texts.with_columns(**changes).drop("kind", "subtype", strict=False)


def not_traffic(names: Sequence[str]) -> pl.Expr:
    """Return why a record is no traffic, from the texts `kind` and `subtype`; null where it is."""
    import polars as pl

    if "kind" not in names:
        return pl.lit(None, pl.String)
    kind = pl.col("kind").str.to_uppercase()
    subtype = pl.col("subtype").str.to_lowercase() if "subtype" in names else pl.lit("")
    return (
        pl.when((kind == "TRAFFIC") & (subtype == "start"))
        .then(pl.lit(START))
        .when((kind == "THREAT") & subtype.is_in(["scan", "flood", "packet"]))
        .then(pl.format("not traffic (THREAT/{})", subtype))
        .when(kind == "DECRYPTION")
        .then(pl.lit(INSPECTED))
        .when(kind.is_in([name for name in KINDS if name not in ("TRAFFIC", "THREAT")]))
        .then(pl.format("not traffic ({})", kind))
    )


_NO_KIND = "its fourth field is no log type of PAN-OS, such as TRAFFIC"


def _find(header: Header) -> Places | None:
    names = [normal(name) for name in header.names]
    found = places(names, NAMES)
    own = "generatetime" in names or {"receivetime", "serial"} <= set(names)
    aimed = found.keys() & {"url", "destination_ip"}
    return found if own and aimed and {"user", "source_ip"} & found.keys() else None


def sniff_table(lines: Sequence[str]) -> float:
    """Say which part of the lines is an exported table."""
    return header_share(lines, _find)


def rows_of_table(context: Context) -> Rows:
    """Start on an exported table."""
    meaning = Meaning(context, denied=DENIED)
    return Table(context, _find, lambda texts: meaning.rows(cleaned(texts)), refusal=lambda line: _NO_TABLE)


_NO_TABLE = "does not begin with a header such as Generate Time,Source address,Source User,Action"
_KNOWS = frozenset(
    {*("host", "user", "source_ip", "destination_ip"), *("bytes_up", "bytes_down", "bytes_total", "blocked")}
)
PALO_ALTO = Format(
    "paloalto",
    "Palo Alto PAN-OS and Prisma Access, syslog CSV",
    _KNOWS,
    sniff,
    rows,
    explainer((_LINE, _NO_KIND), last="its times are not like 2019/12/27 09:20:05"),
)
PALO_ALTO_TABLE = Format(
    "paloalto-csv",
    "Palo Alto, exported table with a header",
    _KNOWS,
    sniff_table,
    rows_of_table,
    lambda line: _NO_TABLE,
    keeps_state=True,
)
