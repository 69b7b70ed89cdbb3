r"""Cisco ASA, PIX, FWSM and Firepower Threat Defense: `%ASA-6-302014: Teardown TCP connection ...`.

Texts of the messages: Cisco ASA Series Syslog Messages, Cisco Secure Firewall Threat Defense Syslog
Messages (documented). Bytes are one sum for both ways, and only the teardown has them; a connection's
setup is skipped. A teardown does not say which end began. In Cisco's order the second address is the
inside one, and it is taken for the client, with two exceptions (guess, from how ports are given out): the
end of which the identity firewall names a user, and the first one if its port is 32768 or more and the
second one's is below, or is 1024 or more and the second one's is below.

430001 to 430005 (documented in the same place) are Firepower's own records, `Key: value` pairs with bytes
for each way. A connection that is blocked is logged only where it begins (430002), any other counts where
it ends (430003).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.cisco_firepower import firepower, firepower_host, is_blocked
from sim.engine.discovery.formats.clock import header_clock, local, with_header
from sim.engine.discovery.formats.fields import whole
from sim.engine.discovery.formats.looks import explainer, share
from sim.engine.discovery.formats.pairs import END_COUNTS, OTHER, PERMITTED, url_host

if TYPE_CHECKING:
    import polars as pl

_TAG = r"%(?:ASA|PIX|FWSM|FTD|NGIPS)-(?:[A-Za-z]+-)?[0-7]-"
_PARTS = rf"^(?P<header>.*?){_TAG}(?P<number>[0-9]{{6}}):? *(?P<body>.*)$"

_TEARDOWNS = ("302014", "302016", "302018", "302036", "302304", "302306")
_SETUPS = ("302013", "302015", "302017", "302020", "302035", "302303", "302305")
_DENIALS = (
    *("106001", "106002", "106006", "106007", "106010", "106014", "106021", "106023", "106027"),
    *("304002", "710003"),
)
_ACCESS_LISTS = ("106100", "106102", "106103")
_STRAYS = ("106015", "313004", "313005")
_RECORDS = ("430001", "430002", "430003", "430004", "430005")

_END = (
    r"(?:[^ :/]+:)??(?P<address{n}>[0-9A-Fa-f:.]+|[A-Za-z0-9_.-]+)(?:/(?P<port{n}>[^ (/]+))?"
    r"(?: ?\((?P<name{n}>[^),]*)[^)]*\))?"
)
# The first end is the client, the second one the server.
_CLIENT, _SERVER = _END.replace("{n}", "1"), _END.replace("{n}", "2")
_SENTENCES = (
    (
        _TEARDOWNS,
        rf"^Teardown (?:\S+ ){{1,3}}connection \S+ for {_SERVER} to {_CLIENT} duration \S+ "
        r"bytes (?P<bytes>[0-9]+)(?:.* \((?P<user>[^()]+)\)\s*$)?",
    ),
    (
        ("302021",),
        r"^Teardown (?:\S+ )?ICMP connection for faddr (?P<address2>[^/ (]+)\S* gaddr \S+ "
        r"laddr (?P<address1>[^/ (]+)(?:/[^ (]+)?(?:\((?P<name1>[^)]*)\))?",
    ),
    (
        _DENIALS,
        rf"(?:^| )(?:src|SRC|from) {_CLIENT} (?:\([^)]*\) )*(?:dst|dest|DEST|to) {_SERVER}(?:,|:?(?: |$))",
    ),
    (
        _ACCESS_LISTS,
        r"^access-list \S+ (?P<action>permitted|denied|est-allowed) \S+ (?:for user '(?P<user>[^']*)' )?"
        r"[^/ ]+/(?P<address1>[^( ]+)\((?P<port1>[^)]*)\)(?:\((?P<name1>[^),]*)[^)]*\))? -> "
        r"[^/ ]+/(?P<address2>[^( ]+)\((?P<port2>[^)]*)\)",
    ),
    (
        ("304001",),
        r"^(?:(?P<user>[^@ ]+)@)?(?P<address1>[0-9A-Fa-f:.]+)(?: ?\((?P<name1>[^)]*)\))? "
        r"Accessed (?:JAVA )?URL (?P<address2>[0-9.]+|[0-9A-Fa-f:]+?): ?(?P<url>[A-Za-z]+://\S*|/\S*)",
    ),
    (("304002",), r"^Access denied URL (?P<url>\S+) SRC "),
)
_UNDERSTOOD = (*_RECORDS, *(number for numbers, _ in _SENTENCES for number in numbers))

STRAY = "stray packet of no connection"


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines are messages of an ASA or its relatives."""
    return share(lines, rf"{_TAG}[0-9]{{6}}\b")


def rows(context: Context) -> Rows:
    """Start on a log."""

    def read(lines: pl.Series) -> pl.LazyFrame:
        import polars as pl

        number, body = pl.col("number"), pl.col("body")
        parts = pl.col("line").str.extract_groups(_PARTS).struct.unnest()
        messages = lines.to_frame("line").lazy().select(parts)
        return (
            with_header(messages, pl.col("header"), context)
            .with_columns(
                *(
                    pl.when(number.is_in(numbers)).then(body).str.extract_groups(pattern).alias(str(kind))
                    for kind, (numbers, pattern) in enumerate(_SENTENCES)
                ),
                **firepower(pl.when(number.is_in(_RECORDS)).then(body)),
            )
            .with_columns(**_ends())
            .select(**_meaning())
        )

    return read


def _sentence(name: str) -> pl.Expr:
    """Return a field of whichever sentence a message is."""
    import polars as pl

    kinds = [str(kind) for kind, (_, pattern) in enumerate(_SENTENCES) if f"(?P<{name}>" in pattern]
    return pl.coalesce(*(pl.col(kind).struct.field(name) for kind in kinds))


def _ends() -> dict[str, pl.Expr]:
    """Return both ends of a connection, the client's first."""
    import polars as pl

    when = pl.when
    ports = {n: whole(_sentence(f"port{n}")) for n in "12"}
    # Identity firewall: `DOMAIN\\user`, or for a server the name that a rule gives it.
    users = {
        n: when(_sentence(f"name{n}").str.contains("\\", literal=True)).then(_sentence(f"name{n}"))
        for n in "12"
    }
    high = 32_768
    by_port = ((ports["1"] < high) & (ports["2"] >= high)) | ((ports["1"] < 1024) & (ports["2"] >= 1024))
    same = users["1"].is_null() == users["2"].is_null()
    swapped = _sentence("bytes").is_not_null() & when(same).then(by_port).otherwise(users["1"].is_null())

    def of(first: pl.Expr, second: pl.Expr) -> pl.Expr:
        return when(swapped.fill_null(False)).then(second).otherwise(first)

    name = of(_sentence("name2"), _sentence("name1"))
    return {
        "client_ip": of(_sentence("address1"), _sentence("address2")),
        "client_user": of(users["1"], users["2"]),
        "server_ip": of(_sentence("address2"), _sentence("address1")),
        "server_port": of(ports["2"], ports["1"]),
        "server_name": when(name.str.contains(r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$")).then(name),
    }


def _meaning() -> dict[str, pl.Expr]:
    import polars as pl

    col, when, number = pl.col, pl.when, pl.col("number")
    # A record of Firepower's says itself when the connection began, in UTC.
    began = local(col("start").str.strip_suffix("Z"), "%Y-%m-%dT%H:%M:%S", context=Context())
    clock = header_clock()
    url = pl.coalesce(_sentence("url"), "url")
    listed = _sentence("action")
    denied = number.is_in(_DENIALS) | (listed == "denied")
    blocked = denied.fill_null(False) | is_blocked(col("action"))
    return {
        "time": pl.coalesce(began.time, clock.time),
        "assumed": when(began.time.is_null()).then(clock.assumed),
        "skip": when(number.is_in(_SETUPS) | ((number == "430002") & ~blocked))
        .then(pl.lit(END_COUNTS))
        .when(number.is_in(_STRAYS))
        .then(pl.lit(STRAY))
        .when(listed.is_not_null() & ~blocked)
        .then(pl.lit(PERMITTED))
        .when(~number.is_in(_UNDERSTOOD))
        .then(pl.lit(OTHER)),
        "host": pl.coalesce(
            firepower_host({name: col(name) for name in ("referenced", "server", "url")}),
            url_host(url),
            "server_name",
        ),
        "destination_ip": pl.coalesce("server_ip", "destination_ip"),
        "user": pl.coalesce("client_user", _sentence("user"), "user"),
        "source_ip": pl.coalesce("client_ip", "source_ip"),
        "bytes_up": whole(col("bytes_up")),
        "bytes_down": whole(col("bytes_down")),
        "bytes_total": whole(_sentence("bytes")),
        "blocked": blocked,
        "url": url,
        "port": pl.coalesce("server_port", whole(col("port"))),
        "method": col("method"),
        "status": whole(col("status")),
        "action": pl.coalesce(when(denied).then(pl.lit("denied")), "action"),
    }


CISCO_ASA = Format(
    name="cisco-asa",
    title="Cisco ASA, FWSM and Firepower Threat Defense",
    knows=frozenset(
        {
            *("host", "destination_ip", "user", "source_ip"),
            *("bytes_up", "bytes_down", "bytes_total", "blocked"),
        }
    ),
    sniff=sniff,
    rows=rows,
    explain=explainer(
        (rf"{_TAG}[0-9]{{6}}", "is no message such as %ASA-6-302014: ..."),
        (rf"[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}.*{_TAG}", "has no time before %"),
        last="the text of the message is not as Cisco writes it",
    ),
)
