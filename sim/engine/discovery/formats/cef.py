"""CEF: each vendor's way, and the generic one for all others.

`in` is what the client received and `out` what it sent: so write Zscaler (NSS feed output format), Check
Point (Log Exporter), FortiGate (Log Message Reference: `rcvdbyte` and `sentbyte`), Forcepoint (SIEM
integration), SonicWall and Palo Alto's logging service (all documented or observed). ArcSight's
dictionary calls `in` the bytes that flow from source to destination, and PAN-OS's own guide follows that:
there alone they change places.

A log that holds several vendors' lines is read line by line in the dialect of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.discovery.formats import extension
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.dialect import Dialect, formats_of, is_one_of, says
from sim.engine.discovery.formats.extension import LINE, labelled
from sim.engine.discovery.formats.fields import known
from sim.engine.discovery.formats.pairs import END_COUNTS, INTERIM, OTHER

if TYPE_CHECKING:
    import polars as pl

EVENT = "not traffic (event)"
LOGIN = "not traffic (login)"
DNS = "not traffic (query for a name)"

NAMED_DENIED = r"(?i)\b(?:dropped|denied|blocked|rejected)\b"
"""Names of events that say that something was not let through."""

_COMMON = {
    "time": ("rt", "start", "end"),
    "host": ("dhost",),
    "url": ("request",),
    "destination_ip": ("dst",),
    "user": ("suser",),
    "source_ip": ("src",),
    "machine": ("shost",),
    "bytes_up": ("out",),
    "bytes_down": ("in",),
    "action": ("act",),
    "port": ("dpt",),
    "method": ("requestMethod",),
}


def _zscaler_skip() -> pl.Expr:
    import polars as pl

    other = pl.col("|product").is_not_null() & ~says("|product", r"(?i)web|fw|^NSS$|firewall")
    return pl.when(says("|product", "(?i)dns")).then(pl.lit(DNS)).when(other).then(pl.lit(OTHER))


ZSCALER = Dialect(
    name="zscaler-cef",
    title="Zscaler NSS, CEF for web and firewall",
    vendor=r"Zscaler\|(?:NSS|ZIA)",
    keys={
        **{name: _COMMON[name] for name in ("host", "url", "destination_ip", "source_ip", "user", "action")},
        **{name: _COMMON[name] for name in ("bytes_up", "bytes_down", "port", "method")},
        "time": ("rt",),
        "status": ("outcome",),
    },
    skip=_zscaler_skip,
    header=("|product",),
    nothing=("None", "NA", "N/A"),
)


def _checkpoint_skip() -> pl.Expr:
    import polars as pl

    login = is_one_of("act", "log in", "log out", "failed log in", "update", "authorize", "deauthorize")
    return (
        pl.when(login | is_one_of("|product", "identity awareness"))
        .then(pl.lit(LOGIN))
        .when(is_one_of("act", "key install") | is_one_of("|product", *_CHECKPOINT_EVENTS))
        .then(pl.lit(EVENT))
    )


_CHECKPOINT_EVENTS = (
    *("smartconsole", "smartdashboard", "smartupdate", "smartevent", "smartlog", "system monitor", "web_api"),
    *("security gateway/management", "syslog", "eventia analyzer client", "compliance", "linux os"),
)


def _checkpoint_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    # Identity Awareness writes the machine as name@domain (observed).
    return table.with_columns(pl.col("shost").str.replace("@.*$", ""))


CHECKPOINT = Dialect(
    name="checkpoint-cef",
    title="Check Point Log Exporter, CEF",
    vendor=r"Check Point\|",
    keys=_COMMON,
    skip=_checkpoint_skip,
    header=("|product",),
    tidy=_checkpoint_tidy,
)


def _forcepoint_skip() -> pl.Expr:
    import polars as pl

    engine = says("|product", "(?i)^(?:firewall|ips|layer 2 firewall|ngfw)")
    return (
        pl.when(says("|product", "(?i)e-?mail|dlp|audit|management|log server"))
        .then(pl.lit(OTHER))
        .when(engine & says("|name", "(?i)^(?:new connection|connection_allowed)$"))
        .then(pl.lit(END_COUNTS))
        .when(engine & says("|name", "(?i)^connection_(?:progress|rematched)"))
        .then(pl.lit(INTERIM))
    )


def person_of_path(user: pl.Expr) -> pl.Expr:
    """Return the person that `LDAP://host OU=Users,DC=contoso/jdoe` names, any other text as it is."""
    import polars as pl

    return pl.coalesce(user.str.extract(r"^[A-Za-z]+://.*/\s*([^/]+?)\s*$"), user)


def _forcepoint_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    # What was done is told by the event's name; `act` says it in one word where there is no name.
    name = known(pl.col("|name"))
    return table.with_columns(person_of_path(pl.col("suser")), act=pl.coalesce(name, "act"))


FORCEPOINT = Dialect(
    name="forcepoint-cef",
    title="Forcepoint and Websense, CEF",
    vendor=r"(?i:Forcepoint|Websense)\|",
    keys={**_COMMON, "user": ("suser", "loginID")},
    skip=_forcepoint_skip,
    header=("|product", "|name"),
    tidy=_forcepoint_tidy,
)


def _fortinet(name: str) -> tuple[str, ...]:
    """Return how a field that CEF has no key for is called, by version."""
    return (f"FTNTFGT{name}", f"FortinetFortiGate{name}", f"ad.{name}", name)


def _fortinet_skip() -> pl.Expr:
    import polars as pl

    # The type stands in front of the subtype: `traffic:forward close`; an event's has a space.
    kind = pl.coalesce(known(pl.col("cat")), "|name").str.extract("^([A-Za-z-]+)").str.to_lowercase()
    traffic = kind.is_in(["traffic", "utm", "anomaly", "voip", "webfilter", "ips", "virus"])
    action = pl.coalesce(*(known(pl.col(key)) for key in ("act", *_fortinet("action"))))
    return (
        pl.when((kind == "event") | says("|name", "(?i)^(?:system |user |vpn )?event"))
        .then(pl.lit(EVENT))
        .when(~traffic)
        .then(pl.lit(OTHER))
        .when(action == "start")
        .then(pl.lit(END_COUNTS))
        # Message 20 of the traffic log: how a long session goes on (LOG_ID_TRAFFIC_STAT, documented).
        .when((kind == "traffic") & is_one_of("|event", "00020", "20"))
        .then(pl.lit(INTERIM))
    )


FORTIGATE = Dialect(
    name="fortigate-cef",
    title="Fortinet FortiGate, CEF",
    vendor=r"Fortinet\|(?i:FortiGate|FortiProxy|FortiOS)",
    keys={
        **_COMMON,
        "time": (*_fortinet("eventtime"), "rt", "start", "end"),
        "zone": _fortinet("tz"),
        "host": (*_fortinet("hostname"), "dhost"),
        # FortiOS writes the user of a UTM record, who is the client, as `duser` (Log Message Reference).
        "user": ("suser", "duser", *_fortinet("user"), *_fortinet("unauthuser")),
        "action": ("act", *_fortinet("action")),
        "bytes_up": ("out", *_fortinet("sentbyte")),
        "bytes_down": ("in", *_fortinet("rcvdbyte")),
    },
    skip=_fortinet_skip,
    header=("|event", "|name"),
    extra=("cat",),
    nothing=("N/A",),
)


def _sonicwall_skip() -> pl.Expr:
    import polars as pl

    opened = is_one_of("|event", "98") | is_one_of("|name", "connection opened")
    return pl.when(opened).then(pl.lit(END_COUNTS))


def _sonicwall_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    # Where nothing says what was done, the message does: "TCP connection dropped".
    name = pl.when(says("|name", NAMED_DENIED)).then("|name")
    action = known(pl.col("fw_action"), "NA")
    return table.with_columns(act=pl.coalesce(action, known(pl.col("act"), "NA"), name))


SONICWALL = Dialect(
    name="sonicwall-cef",
    title="SonicWall, CEF (ArcSight)",
    vendor=r"(?i:SonicWall)\|",
    keys={**_COMMON, "host": ("dhost", "dstname"), "user": ("suser", "susr", "usr")},
    skip=_sonicwall_skip,
    header=("|event", "|name"),
    tidy=_sonicwall_tidy,
    extra=("fw_action",),
)

_PALO_ALTO_TRAFFIC = ("traffic", "threat", "url", "data", "wildfire", "tunnel", "sctp", "gtp", "decryption")


def palo_alto_skip(kind: pl.Expr, subtype: pl.Expr) -> pl.Expr:
    """Return why a record of Palo Alto's is no traffic: by its type, or because a session begins."""
    import polars as pl

    traffic = kind.str.to_lowercase().is_in(_PALO_ALTO_TRAFFIC)
    return (
        pl.when(kind.is_not_null() & ~traffic)
        .then(pl.lit(EVENT))
        .when((kind.str.to_lowercase() == "traffic") & (subtype.str.to_lowercase() == "start"))
        .then(pl.lit(END_COUNTS))
    )


def _palo_alto_skip() -> pl.Expr:
    import polars as pl

    # PAN-OS writes `|end|TRAFFIC|`, the logging service `|TRAFFIC|end|`.
    in_capitals = says("|event", "^[A-Z]{3,}")
    event, name = pl.col("|event"), pl.col("|name")
    kind = pl.when(in_capitals).then(event).otherwise(name)
    return palo_alto_skip(kind, pl.when(in_capitals).then(name).otherwise(event))


def _palo_alto_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    own_guide = pl.col("|product").str.starts_with("PAN-OS").fill_null(False)
    up, down = pl.col("out"), pl.col("in")
    return table.with_columns(
        pl.when(own_guide).then(down).otherwise(up).alias("out"),
        pl.when(own_guide).then(up).otherwise(down).alias("in"),
    )


PALO_ALTO = Dialect(
    name="paloalto-cef",
    title="Palo Alto Networks, CEF",
    vendor=r"Palo Alto Networks\|",
    keys={
        **{name: keys for name, keys in _COMMON.items() if name != "host"},
        # When the firewall wrote the record, then when the record was received.
        "time": ("start", "rt"),
        "zone": ("dtz",),
        "user": ("suser", "PanOSSourceUserName", "PanOSSourceUser"),
        "machine": ("shost", "PanOSSourceDeviceHost"),
        "method": ("requestMethod", "PanOSHTTPMethod"),
    },
    skip=_palo_alto_skip,
    header=("|product", "|event", "|name"),
    tidy=_palo_alto_tidy,
)
MENLO = Dialect(
    name="menlo-cef",
    title="Menlo Security, CEF",
    vendor=r"(?i:Menlo)[^|]*\|",
    keys={**_COMMON, "url": ("request", "url"), "status": ("outcome",)},
)
VENDORS = (ZSCALER, CHECKPOINT, FORCEPOINT, FORTIGATE, SONICWALL, PALO_ALTO, MENLO)


def _generic_skip() -> pl.Expr:
    import polars as pl

    # What ArcSight's own parts tell about themselves names a destination too.
    return pl.when(is_one_of("|vendor", "arcsight")).then(pl.lit(EVENT))


_LABELS = {
    "request": "url|request url|requested url|uri",
    "suser": "user|user ?name|source user|source user ?name|login",
    "out": "bytes[_ ]?sent|sent[_ ]?bytes|bytes[_ ]?out|upload(?:ed)?[_ ]?bytes|request size",
    "in": "bytes[_ ]?received|received[_ ]?bytes|bytes[_ ]?in|download(?:ed)?[_ ]?bytes|response size",
    "totalBytes": "total[_ ]?bytes|bytes[_ ]?total|bytes",
}
"""What senders write in `cs1Label` and the like for what has a key of its own (guess)."""


def _generic_tidy(table: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    custom = labelled(table[LINE], _LABELS)
    columns = {key: pl.coalesce(known(pl.col(key)), custom[key]) for key in custom.columns}
    actions = [known(pl.col(key)) for key in ("act", "deviceAction", "action")]
    # Where nothing says what was done, the event's name may: "Blocked Host".
    name = pl.when(says("|name", NAMED_DENIED)).then("|name")
    return table.with_columns(**columns, act=pl.coalesce(*actions, name))


GENERIC = Dialect(
    name="cef",
    title="CEF (generic)",
    vendor=r"(?:[^|\\]|\\.){1,200}\|(?:(?:[^|\\]|\\.)*\|){4}[^|]*\|.*[A-Za-z]=",
    keys={
        "time": ("rt", "start", "end", "deviceReceiptTime", "startTime", "endTime", "devTime", "eventtime"),
        "zone": ("dtz", "deviceTimeZone", "tz"),
        "host": ("dhost", "destinationHostName", "destinationDnsDomain", "hostname"),
        "url": ("request", "requestUrl", "url"),
        "destination_ip": ("dst", "destinationAddress", "dstip"),
        "user": ("suser", "sourceUserName", "usrName", "user", "suid"),
        "source_ip": ("src", "sourceAddress", "srcip"),
        "machine": ("shost", "sourceHostName"),
        "process": ("sproc", "sourceProcessName"),
        "bytes_up": ("out", "bytesOut", "srcBytes"),
        "bytes_down": ("in", "bytesIn", "dstBytes"),
        "bytes_total": ("totalBytes",),
        "action": ("act", "deviceAction", "action"),
        "port": ("dpt", "destinationPort", "dstPort"),
        "method": ("requestMethod", "method"),
        "status": ("outcome", "statusCode"),
    },
    skip=_generic_skip,
    tidy=_generic_tidy,
    header=("|vendor", "|name"),
    nothing=("N/A",),
    generic=True,
)


CEF: tuple[Format, ...] = formats_of(VENDORS, GENERIC, extension.CEF)
