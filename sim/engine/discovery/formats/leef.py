"""LEEF: each vendor's way, and the generic one for all others.

`srcBytes` went from the source, thus an upload, and `dstBytes` came back (IBM, "LEEF predefined event
attributes": documented). The name of what happened is the fifth field of the header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.discovery.formats import extension
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.cef import EVENT, LOGIN, palo_alto_skip, person_of_path
from sim.engine.discovery.formats.dialect import Dialect, formats_of, is_one_of, says
from sim.engine.discovery.formats.fields import known
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER

if TYPE_CHECKING:
    import polars as pl

_COMMON = {
    "time": ("devTime",),
    "url": ("url",),
    "destination_ip": ("dst",),
    "user": ("usrName",),
    "source_ip": ("src",),
    "bytes_up": ("srcBytes",),
    "bytes_down": ("dstBytes",),
    "action": ("action",),
    "port": ("dstPort",),
}
_LAYOUT = "devTimeFormat"
_DAY_FIRST = r"^d{1,2}[/.-]M{1,2}[/.-]yyyy"
_MONTH_FIRST = r"^M{1,2}[/.-]d{1,2}[/.-]yyyy"
_NUMBERS = r"^\s*([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})"


def _tidy(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with times as ISO writes them, where their declared layout has only numbers."""
    import polars as pl

    time, layout = pl.col("devTime"), pl.col(_LAYOUT)
    if not table[_LAYOUT].str.contains("^[dM]{1,2}[/.-]").any():
        return table
    return table.with_columns(
        devTime=pl.when(layout.str.contains(_DAY_FIRST))
        .then(time.str.replace(_NUMBERS, "${3}-${2}-${1}"))
        .when(layout.str.contains(_MONTH_FIRST))
        .then(time.str.replace(_NUMBERS, "${3}-${1}-${2}"))
        .otherwise(time)
    )


def _event_is_action(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with the header's event as the action: it says what was done."""
    import polars as pl

    return _tidy(table).with_columns(action=pl.coalesce(known(pl.col("|event")), "action"))


ZSCALER = Dialect(
    name="zscaler-leef",
    title="Zscaler NSS, QRadar LEEF",
    vendor=r"Zscaler\|(?:NSS|ZIA)",
    keys={
        **_COMMON,
        "host": ("hostname",),
        # `cat` is the verdict, `policy` the rule's name or `Allowed`.
        "action": ("cat",),
        "method": ("reqmethod",),
        "status": ("respcode",),
    },
    tidy=_tidy,
    extra=(_LAYOUT,),
    nothing=("None", "NA", "N/A"),
)


def _forcepoint_skip() -> pl.Expr:
    import polars as pl

    engine = ~says("|product", "(?i)^(?:security|web)")
    return (
        pl.when(engine & is_one_of("|event", "connection_allowed", "new connection"))
        .then(pl.lit(END_COUNTS))
        .when(engine & says("|event", "(?i)^connection_(?:progress|rematched)"))
        .then(pl.lit(INTERIM))
        .when(engine & ~says("|event", r"(?i)^(?:connection_|http_|url_|tls_)"))
        .then(pl.lit(OTHER))
    )


def _forcepoint_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return _event_is_action(table).with_columns(person_of_path(pl.col("usrName")))


FORCEPOINT = Dialect(
    name="forcepoint-leef",
    title="Forcepoint and Websense, LEEF",
    vendor=r"(?i:Forcepoint|Websense)\|",
    keys={**_COMMON, "user": ("usrName", "loginID"), "method": ("method",), "status": ("proxyStatus-code",)},
    skip=_forcepoint_skip,
    header=("|product", "|event"),
    tidy=_forcepoint_tidy,
    extra=(_LAYOUT,),
)


def _palo_alto_skip() -> pl.Expr:
    import polars as pl

    kind = pl.coalesce(*(known(pl.col(key)) for key in ("Type", "LogType", "cat")))
    return palo_alto_skip(kind, pl.coalesce(known(pl.col("Subtype")), known(pl.col("SubType"))))


def _palo_alto_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    # In other records than those of the URL filter it names a file.
    is_url = is_one_of("Subtype", "url") | is_one_of("SubType", "url")
    return _tidy(table).with_columns(Miscellaneous=pl.when(is_url).then("Miscellaneous"))


PALO_ALTO = Dialect(
    name="paloalto-leef",
    title="Palo Alto Networks, LEEF",
    vendor=r"Palo Alto Networks\|",
    keys={
        **_COMMON,
        "time": ("devTime", "ReceiveTime"),
        "user": ("usrName", "SourceUser"),
        "url": ("url", "URL", "Miscellaneous"),
        "action": ("action", "Action"),
        "method": ("RequestMethod", "HTTPMethod"),
    },
    skip=_palo_alto_skip,
    tidy=_palo_alto_tidy,
    extra=("Type", "LogType", "cat", "Subtype", "SubType", _LAYOUT),
)


def _checkpoint_skip() -> pl.Expr:
    import polars as pl

    return (
        pl.when(is_one_of("action", "log in", "log out", "failed log in", "update", "authorize"))
        .then(pl.lit(LOGIN))
        .when(is_one_of("action", "key install") | says("|product", "(?i)^(?:linux os|smartconsole|syslog)"))
        .then(pl.lit(EVENT))
    )


CHECKPOINT = Dialect(
    name="checkpoint-leef",
    title="Check Point Log Exporter, LEEF",
    vendor=r"Check Point\|",
    keys={
        **_COMMON,
        "host": ("dst_domain_name", "dstHostName"),
        "url": ("url", "resource"),
        "user": ("usrName", "src_user_name"),
        "bytes_up": ("srcBytes", "sent_bytes", "bytesOut"),
        "bytes_down": ("dstBytes", "received_bytes", "bytesIn"),
        "action": ("action", "act"),
        "port": ("dstPort", "service"),
        "method": ("method",),
    },
    skip=_checkpoint_skip,
    header=("|product",),
    tidy=_tidy,
    extra=(_LAYOUT,),
)


def _watchguard_skip() -> pl.Expr:
    import polars as pl

    # As in its other layouts: an allowed connection (3000-0148), an application found in it (3000-0149).
    denied = says("disp", "(?i)deny|drop")
    sized = pl.col("sent_bytes").is_not_null() | pl.col("rcvd_bytes").is_not_null()
    return (
        pl.when(pl.col("dst").is_null() & pl.col("|event").is_not_null())
        .then(pl.lit(EVENT))
        .when(is_one_of("|event", "30000148") & ~denied & ~sized)
        .then(pl.lit(END_COUNTS))
        .when(is_one_of("|event", "30000149") & ~denied)
        .then(pl.lit(INTERIM))
    )


WATCHGUARD = Dialect(
    name="watchguard-leef",
    title="WatchGuard Firebox, LEEF",
    vendor=r"(?i:WatchGuard)\|",
    keys={
        **_COMMON,
        "host": ("dstname", "sni", "server_name"),
        "url": ("arg", "url"),
        "user": ("src_user", "usrName"),
        "bytes_up": ("sent_bytes",),
        "bytes_down": ("rcvd_bytes",),
        "action": ("disp",),
        "method": ("op",),
    },
    skip=_watchguard_skip,
    header=("|event",),
    tidy=_tidy,
    extra=(_LAYOUT,),
)
VENDORS = (ZSCALER, FORCEPOINT, PALO_ALTO, CHECKPOINT, WATCHGUARD)

GENERIC = Dialect(
    name="leef",
    title="LEEF (generic)",
    vendor=r"(?:[^|\\]|\\.){1,200}\|(?:(?:[^|\\]|\\.)*\|){3}.*[A-Za-z]=",
    keys={
        "time": ("devTime", "eventTime", "time", "ReceiveTime", "startTime", "endTime"),
        "host": ("hostname", "dstHostName", "dhost", "destinationHostName"),
        "url": ("url", "URL", "request"),
        "destination_ip": ("dst", "dstip"),
        "user": ("usrName", "userName", "suser", "user", "accountName"),
        "source_ip": ("src", "srcip"),
        "machine": ("identHostName", "srcHostName", "shost"),
        "process": ("processName",),
        "bytes_up": ("srcBytes", "bytesOut", "sent_bytes", "out"),
        "bytes_down": ("dstBytes", "bytesIn", "rcvd_bytes", "in"),
        "bytes_total": ("totalBytes",),
        "action": ("action", "act", "disp", "disposition"),
        "port": ("dstPort", "dpt"),
        "method": ("reqmethod", "requestMethod", "method"),
        "status": ("respcode", "statusCode"),
    },
    tidy=_tidy,
    extra=(_LAYOUT,),
    nothing=("N/A",),
    generic=True,
)


LEEF: tuple[Format, ...] = formats_of(VENDORS, GENERIC, extension.LEEF)
