r"""The lines of each appliance: its fields in its order, its times, its escapes.

Layouts: the vendors' formats as the readers of the same products document them (`formats`). A proxy that does
not inspect TLS logs a tunnel (CONNECT) without a path; one that does logs requests. What a simulation does
not know (user agent, category, policy) is written as that format writes an empty field.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import polars as pl

_DURATION = 60
"""Milliseconds that each line says its request took: the world has no durations yet (guess)."""


# -- escapes -------------------------------------------------------------------------------------------


def percent(text: str) -> str:
    """Return a name as Squid writes it: percent-encoded (`QuoteUrlEncodeUsername` in Squid's sources)."""
    return quote(text, safe="/\\@._-:[]") or "-"


def quoted(text: str) -> str:
    """Return a W3C field: quotes round what holds blanks, and quotes inside doubled (WD-logfile)."""
    shown = _controls(text)
    plain = shown and shown != "-" and not any(c.isspace() or c in '",' for c in shown)
    return shown if plain else '"' + shown.replace('"', '""') + '"'


def cef_value(text: str) -> str:
    """Return a value of CEF: a backslash, an equals sign and a line break are escaped (documented)."""
    broken = text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")
    return _controls(broken)


def one_line(text: str) -> str:
    """Return a value of LEEF or of a sentence, which have no escape: what would end it is percent-encoded."""
    return _controls(text)


def in_quotes(text: str) -> str:
    """Return what stands between FortiGate's quotes: a quote inside is escaped, a backslash is itself.

    One that would escape a quote by accident is percent-encoded.
    """
    return re.sub(r'\\(?="|$)', "%5C", _controls(text)).replace('"', '\\"')


def _controls(text: str) -> str:
    return "".join(c if c.isprintable() else quote(c) for c in text)


# -- lines ---------------------------------------------------------------------------------------------


def _either(yes: str, no: str) -> pl.Expr:
    """Return one word for what was refused, and another for what passed."""
    import polars as pl

    return pl.when("blocked").then(pl.lit(yes)).otherwise(pl.lit(no))


def _or_dash(column: str) -> pl.Expr:
    import polars as pl

    return pl.col(column).cast(pl.String).fill_null("-")


def _tunnel_or(inspected: str, tunnel: str) -> pl.Expr:
    import polars as pl

    return pl.when("inspects").then(pl.lit(inspected)).otherwise(pl.lit(tunnel))


def squid() -> tuple[pl.Expr, ...]:
    """Squid's native log: seconds of Unix time to the millisecond, and one size only, sent to the client."""
    import polars as pl

    milliseconds = pl.col("time").dt.timestamp("ms")
    asked = (
        pl.when("inspects")
        .then(pl.format("GET https://{}{}", "host", "path"))
        .otherwise(pl.format("CONNECT {}:443", "host"))
    )
    return (
        pl.format(
            "{}.{} {} {} {} {} {} {} {} -",
            milliseconds // 1000,
            (milliseconds % 1000).cast(pl.String).str.zfill(3),
            pl.lit(_DURATION).cast(pl.String).str.pad_start(6),
            "source_ip",
            pl.when("blocked")
            .then(pl.lit("TCP_DENIED/403"))
            .when("inspects")
            .then(pl.lit("TCP_MISS/200"))
            .otherwise(pl.lit("TCP_TUNNEL/200")),
            "bytes_down",
            asked,
            _or_dash("user"),
            pl.when("blocked")
            .then(pl.lit("HIER_NONE/-"))
            .otherwise(pl.format("HIER_DIRECT/{}", _or_dash("destination_ip"))),
        ),
    )


_W3C_FIELDS = (
    "date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories "
    "cs(Referer) sc-status s-action cs-method rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path "
    "cs-uri-query cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes x-virus-id"
)
W3C_HEAD = (
    f"#Software: SGOS 6.7.4.3\n#Version: 1.0\n#Start-Date: {{date}} {{time}}\n#Date: {{date}} {{time}}\n"
    f"#Fields: {_W3C_FIELDS}\n"
)
"""The main format of a ProxySG; times are UTC by definition (W3C WD-logfile)."""
_PROXY_ADDRESS = "10.1.0.5"


def w3c() -> tuple[pl.Expr, ...]:
    """The main format of a Blue Coat ProxySG."""
    import polars as pl

    return (
        pl.format(
            "{} {} {} {} - {} {} - - {} {} {} - {} {} 443 {} - - - {} {} {} -",
            pl.col("time").dt.strftime("%Y-%m-%d %H:%M:%S"),
            pl.lit(_DURATION),
            "source_ip",
            _or_dash("user"),
            _either("policy_denied", "-"),
            _either("DENIED", "OBSERVED"),
            _either("403", "200"),
            pl.when("blocked")
            .then(pl.lit("TCP_DENIED"))
            .when("inspects")
            .then(pl.lit("TCP_NC_MISS"))
            .otherwise(pl.lit("TCP_TUNNELED")),
            _tunnel_or("GET", "CONNECT"),
            _tunnel_or("https", "tcp"),
            "host",
            pl.when("inspects").then("path").otherwise(pl.lit("/")),
            pl.lit(_PROXY_ADDRESS),
            "bytes_down",
            "bytes_up",
        ),
    )


def cef() -> tuple[pl.Expr, ...]:
    """Forcepoint Web Security's CEF: milliseconds of Unix time, `in` for the client and `out` from it."""
    import polars as pl

    verdict = _either("blocked", "permitted")
    user = pl.when(pl.col("user").is_not_null()).then(pl.format(" suser={}", "user")).otherwise(pl.lit(""))
    return (
        pl.format(
            "CEF:0|Forcepoint|Security|8.5.4|9|Transaction {}|1| act={} app=https dst={} dhost={} dpt=443 "
            "src={} spt={}{} rt={} in={} out={} requestMethod={} request=https://{}{}",
            verdict,
            verdict,
            _or_dash("destination_ip"),
            "host",
            "source_ip",
            "port",
            user,
            pl.col("time").dt.timestamp("ms"),
            "bytes_down",
            "bytes_up",
            _tunnel_or("GET", "CONNECT"),
            "host",
            pl.when("inspects").then("path").otherwise(pl.lit("/")),
        ),
    )


_NSS_REST = (
    "malwaretype=None\tmalwareclass=None\tthreatname=None\triskscore=0\tdlpdict=None\tdlpeng=None\t"
    "fileclass=None\tfiletype=None"
)


def zscaler() -> tuple[pl.Expr, ...]:
    """Zscaler's feed for QRadar, which the product's integration asks for (CAS/zscaler-integration.md)."""
    import polars as pl

    verdict = _either("Blocked", "Allowed")
    pairs = "\t".join(
        (
            *("cat={}", "devTime={} GMT", "devTimeFormat=MMM dd yyyy HH:mm:ss z", "src={}", "dst={}"),
            *(
                "srcPostNAT=NA",
                "realm=NA",
                "usrName={}",
                "srcBytes={}",
                "dstBytes={}",
                "role=NA",
                "policy={}",
            ),
            *("url={}{}", "recordid={}", "bwthrottle=NO", "useragent=None", "referer=None", "hostname={}"),
            *(
                "appproto=HTTPS",
                "urlcategory=None",
                "urlsupercategory=None",
                "urlclass=None",
                "appclass=None",
            ),
            *("appname=None", _NSS_REST, "reqmethod={}", "respcode={}"),
        )
    )
    return (
        pl.format(
            f"LEEF:1.0|Zscaler|NSS|4.1|{{}}|{pairs}",
            verdict,
            verdict,
            pl.col("time").dt.strftime("%b %d %Y %H:%M:%S"),
            "source_ip",
            pl.col("destination_ip").fill_null("NA"),
            pl.col("user").fill_null("NA"),
            "bytes_up",
            "bytes_down",
            verdict,
            "host",
            pl.when("inspects").then("path").otherwise(pl.lit("/")),
            "number",
            "host",
            _tunnel_or("GET", "CONNECT"),
            _either("403", "200"),
        ),
    )


def fortigate() -> tuple[pl.Expr, ...]:
    """FortiGate's records: of its web filter where it read the name, else of the session (`type="traffic"`).

    One record for each connection, as with traffic logs of UTM events only; local time with its offset.
    """
    import polars as pl

    head = pl.format(
        'date={} time={} devname="FG1" devid="FG100E0000000001" eventtime={} tz="+0000" ',
        pl.col("time").dt.strftime("%Y-%m-%d"),
        pl.col("time").dt.strftime("%H:%M:%S"),
        pl.col("time").dt.timestamp("us") * 1000,
    )
    ends = pl.format(
        "srcip={} srcport={} dstip={} dstport=443 sessionid={} proto=6 ",
        "source_ip",
        "port",
        "destination_ip",
        "number",
    )
    user = pl.when(pl.col("user").is_not_null()).then(pl.format('user="{}" ', "user")).otherwise(pl.lit(""))
    sizes = pl.format("sentbyte={} rcvdbyte={}", "bytes_up", "bytes_down")
    filtered = pl.format(
        '{}logid="{}" type="utm" subtype="webfilter" eventtype="{}" level="{}" vd="root" policyid=1 {}{}'
        'service="HTTPS" hostname="{}" action="{}" url="/" {}',
        head,
        _either("0316013056", "0317013312"),
        _either("ftgd_blk", "ftgd_allow"),
        _either("warning", "notice"),
        ends,
        user,
        "host",
        _either("blocked", "passthrough"),
        sizes,
    )
    session = pl.format(
        '{}logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" policyid=1 {}{}'
        'service="HTTPS" action="{}" duration=0 {}',
        head,
        ends,
        user,
        _either("deny", "close"),
        sizes,
    )
    return (pl.when(pl.col("host").is_not_null()).then(filtered).otherwise(session),)


def cisco_asa() -> tuple[pl.Expr, ...]:
    """An ASA's messages of level 6: a connection's setup and its teardown, or its denial; UTC, no zone."""
    import polars as pl

    time = pl.col("time").dt.strftime("%b %d %Y %H:%M:%S")
    built = pl.format(
        "<166>{} fw1 : %ASA-6-302013: Built outbound TCP connection {} for outside:{}/443 ({}/443) "
        "to inside:{}/{} ({}/{})",
        time,
        "number",
        "destination_ip",
        "destination_ip",
        "source_ip",
        "port",
        pl.lit(_OUTSIDE),
        "port",
    )
    ended = pl.format(
        "<166>{} fw1 : %ASA-6-302014: Teardown TCP connection {} for outside:{}/443 to inside:{}/{} "
        "duration 0:00:00 bytes {} TCP FINs",
        time,
        "number",
        "destination_ip",
        "source_ip",
        "port",
        "bytes_total",
    )
    denied = pl.format(
        '<164>{} fw1 : %ASA-4-106023: Deny tcp src inside:{}/{} dst outside:{}/443 by access-group "out" '
        "[0x0, 0x0]",
        time,
        "source_ip",
        "port",
        "destination_ip",
    )
    passed = ~pl.col("blocked")
    return (
        pl.when(passed).then(built),
        pl.when(passed).then(ended).otherwise(denied),
    )


_OUTSIDE = "198.51.100.7"
"""The address that the firewall translates to: one for documentation (RFC 5737)."""
