"""Vendors' logs that are JSON: Zscaler, Netskope, Cloudflare, Cato, Blue Coat's cloud, Palo Alto's data lake.

Keys and what they mean are the vendors' own (NSS feed fields, Netskope's events, Cloudflare's Logpush
datasets, Cato's events feed, the ELFF reference, Palo Alto's log forwarding schema; documented), checked
against real messages. Where a product writes of one request in two kinds of records, only the kind that
carries the use counts: so decryption logs, DNS lookups and the starts of sessions are skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.jsonlines import Profile, json_format
from sim.engine.discovery.formats.meaning import words
from sim.engine.discovery.formats.names import Names, normal
from sim.engine.discovery.formats.paloalto import DENIED as PALO_ALTO_DENIED
from sim.engine.discovery.formats.paloalto import NAMES as PALO_ALTO_NAMES
from sim.engine.discovery.formats.paloalto import cleaned
from sim.engine.discovery.formats.w3c import DENIED as W3C_DENIED
from sim.engine.discovery.formats.w3c import NAMES as W3C_NAMES
from sim.engine.discovery.formats.zscaler_csv import DENIED as ZSCALER_DENIED
from sim.engine.discovery.formats.zscaler_csv import NAMES as ZSCALER_NAMES

if TYPE_CHECKING:
    import polars as pl

_ALL = "host user source_ip destination_ip machine bytes_up bytes_down bytes_total blocked"


def _has(*names: str) -> frozenset[str]:
    return frozenset(normal(name) for name in names)


def _only(*kinds: str) -> Callable[[frozenset[str]], pl.Expr]:
    """Return how to skip documents whose `kind` is none of some."""

    def skip(columns: frozenset[str]) -> pl.Expr:
        import polars as pl

        kind = pl.col("kind").str.to_lowercase() if "kind" in columns else pl.lit(None, pl.String)
        return pl.when(~kind.is_in(kinds)).then(pl.format("not traffic ({})", kind))

    return skip


# --- Zscaler: NSS feeds as JSON; the source type tells web and firewall logs from all others.

_FIREWALL: Names = {
    "source_ip": ("csip", "ssip", "tsip"),
    "destination_ip": ("cdip", "sdip"),
    "port": ("cdport", "sdport"),
    "bytes_up": ("outbytes",),
    "bytes_down": ("inbytes",),
}
_zscaler_names: Names = {
    **{name: (*ZSCALER_NAMES.get(name, ()), *_FIREWALL.get(name, ())) for name in (*ZSCALER_NAMES, "port")},
    "kind": ("sourcetype",),
}


ZSCALER_JSON = json_format(
    "zscaler-json",
    "Zscaler NSS web and firewall feeds, JSON",
    _ALL,
    Profile(
        _zscaler_names,
        lambda doc: (
            "sourcetype" in doc
            and bool(doc.keys() & _has("recordid", "event_id", "clientpublicIP", "csip", "nwsvc", "dns_req"))
        ),
        _only("zscalernss-web", "zscalernss-fw"),
        denied=ZSCALER_DENIED,
        url_first=True,
    ),
)

# --- Netskope: events of the REST API and the log shipper, and transactions with W3C names.

_netskope_events: Names = {
    "time": ("timestamp",),
    "host": ("dsthost", "domain", "hostdomain"),
    "url": ("url", "page"),
    "destination_ip": ("dstip",),
    "user": ("user", "userkey", "urnormalized"),
    "source_ip": ("srcip", "userip"),
    "machine": ("hostname",),
    "bytes_up": ("clientbytes", "reqcontentlen"),
    "bytes_down": ("serverbytes",),
    "bytes_total": ("numbytes",),
    "action": ("activity", "action"),
    "verdict": ("action",),
    "port": ("dstport",),
    "kind": ("type", "recordtype"),
}


def _netskope_skip(columns: frozenset[str]) -> pl.Expr:
    import polars as pl

    kind = pl.col("kind") if "kind" in columns else pl.lit(None, pl.String)
    audit = kind.str.contains("(?i)audit|infrastructure|^endpoint$")
    return pl.when(audit).then(pl.format("not traffic ({})", kind))


NETSKOPE_JSON = json_format(
    "netskope-json",
    "Netskope events, JSON",
    _ALL,
    Profile(
        _netskope_events,
        lambda doc: (
            len(
                doc.keys()
                & _has("ccl", "ur_normalized", "userkey", "appcategory", "access_method", "app_session_id")
            )
            >= 2
            or {"auditlogevent", "urnormalized"} <= doc.keys()
        ),
        _netskope_skip,
        denied=words("block(?:ed)?", "reset", "quarantine", "deny"),
        url_first=True,
    ),
)
NETSKOPE_TRANSACTIONS_JSON = json_format(
    "netskope-transactions-json",
    "Netskope transaction events, JSON",
    _ALL,
    Profile(
        {name: tuple(map(normal, names)) for name, names in W3C_NAMES.items()},
        lambda doc: bool(doc.keys() & _has("x-cs-access-method", "x-cs-traffic-type")) and "cshost" in doc,
        denied=W3C_DENIED,
        utc=True,
    ),
)

# --- Cloudflare: Logpush of Gateway HTTP and network sessions, and of Zero Trust sessions.

CLOUDFLARE = json_format(
    "cloudflare-gateway",
    "Cloudflare Gateway (Logpush), JSON",
    "host user source_ip destination_ip machine bytes_up bytes_down blocked",
    Profile(
        {
            "time": ("datetime", "sessionstarttime", "createdat"),
            "host": ("httphost", "sni"),
            "url": ("url",),
            "destination_ip": ("destinationip", "originip"),
            "user": ("email",),
            "source_ip": ("sourceip", "sourceinternalip"),
            "machine": ("devicename",),
            "bytes_up": ("bytessent",),
            "bytes_down": ("bytesreceived",),
            "action": ("action",),
            "port": ("destinationport", "originport"),
            "method": ("httpmethod",),
            "status": ("httpstatuscode",),
            "access": ("appuuid",),
            "question": ("queryname",),
        },
        lambda doc: (
            (
                {"accountid", "deviceid"} <= doc.keys()
                and bool(doc.keys() & _has("HTTPHost", "SNI", "QueryName", "SessionID"))
            )
            or {"appuuid", "rayid"} <= doc.keys()
        ),
        lambda columns: _cloudflare_skip(columns),
        denied=words("block(?:ed)?", "blocked.*", "deny", "terminated?"),
    ),
)


def _cloudflare_skip(columns: frozenset[str]) -> pl.Expr:
    import polars as pl

    reasons = [
        pl.when(pl.col(name).is_not_null()).then(pl.lit(reason))
        for name, reason in (
            ("access", "not traffic (login to an app)"),
            ("question", "not traffic (DNS lookup)"),
        )
        if name in columns
    ]
    return pl.coalesce(*reasons) if reasons else pl.lit(None, pl.String)


# --- Cato: the events feed.

CATO = json_format(
    "cato",
    "Cato Networks events feed, JSON",
    "host user source_ip destination_ip machine process blocked",
    Profile(
        {
            "time": ("eventtimestamp", "eventtime", "time"),
            "host": ("domainname", "tlssni", "destsitename"),
            "url": ("fullpathurl", "url"),
            "destination_ip": ("destip",),
            "user": ("vpnuseremail", "useremail", "username", "upn"),
            "source_ip": ("srcip",),
            "machine": ("hostname", "devicename"),
            "process": ("processpath",),
            "action": ("action",),
            "port": ("destport",),
            "method": ("requestmethod", "httprequestmethod"),
            "status": ("responsecode",),
            "kind": ("eventtype",),
        },
        lambda doc: {"eventtype", "eventsubtype", "accountid"} <= doc.keys(),
        _only("security"),
        denied=words("block(?:ed)?", "deny", "drop(?:ped)?", "prevent(?:ed)?"),
    ),
)

# --- Blue Coat's cloud service: the fields of the access log as keys.

BLUECOAT_JSON = json_format(
    "bluecoat-json",
    "Blue Coat (Symantec, Broadcom) Web Security Service, JSON",
    _ALL,
    Profile(
        {
            **{name: tuple(map(normal, names)) for name, names in W3C_NAMES.items()},
            "time": (),
            # `s-ip` is the proxy.
            "destination_ip": ("rip", "ssupplierip"),
            "machine": ("xclientdevicename",),
            "action": ("saction", "scfilterresult"),
            "verdict": ("scfilterresult", "verdict"),
        },
        lambda doc: any(key.startswith("xbluecoat") for key in doc) and "cshost" in doc,
        denied=W3C_DENIED,
        utc=True,
    ),
)

# --- Palo Alto: the data lake's and Panorama's JSON.

PALO_ALTO_JSON = json_format(
    "paloalto-json",
    "Palo Alto data lake and Prisma Access, JSON",
    _ALL,
    Profile(
        PALO_ALTO_NAMES,
        lambda doc: (
            "logtype" in doc
            and bool(doc.keys() & _has("DeviceSN", "LogSourceID", "ConfigVersion", "TimeReceived"))
        ),
        change=cleaned,
        denied=PALO_ALTO_DENIED,
    ),
)

VENDOR_JSON = (
    ZSCALER_JSON,
    NETSKOPE_JSON,
    NETSKOPE_TRANSACTIONS_JSON,
    CLOUDFLARE,
    CATO,
    BLUECOAT_JSON,
    PALO_ALTO_JSON,
)
