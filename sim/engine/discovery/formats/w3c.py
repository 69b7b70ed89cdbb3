r"""W3C extended logs: Blue Coat ProxySG, Microsoft ISA and TMG, Cisco WSA, and whatever declares `#Fields`.

`#Fields:` names the columns and may stand again, with other names, anywhere in a file; what stands before
the first one is read with it too. Fields are parted by blanks, with quotes round values that hold blanks,
or by tabs as ISA and TMG write them, or by commas as Netskope exports them. Date and time are UTC by
definition (W3C working draft WD-logfile; documented).

`sc-bytes` goes to the client and is a download, `cs-bytes` an upload. On a ProxySG `s-ip` is the
appliance, not the server: its destination is `r-ip` or `s-supplier-ip` (ELFF reference; documented).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format
from sim.engine.discovery.formats.csvtable import HEADER, MOST_FIELDS
from sim.engine.discovery.formats.delimited import LONGEST, fields, replaced, split
from sim.engine.discovery.formats.fields import known
from sim.engine.discovery.formats.looks import share
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import Names, generic_places, needed, normal, places

if TYPE_CHECKING:
    import polars as pl

NAMES: Names = {
    "time": ("timestamp", "x-timestamp", "x-timestamp-unix"),
    "date": ("date",),
    "clock": ("time",),
    "host": ("cs-host", "cs-uri-host", "r-host", "cs(host)", "x-cs-host", "cs-dns"),
    "url": ("cs-uri", "cs-url", "c-uri", "c-url", "x-cs-url"),
    "destination_ip": ("r-ip", "s-supplier-ip", "x-cs-dst-ip", "cs-uri-address", "s-ip"),
    "user": ("cs-username", "cs-user", "cs-userdn", "c-username", "x-cs-username", "x-cs-auth-user"),
    "source_ip": ("c-ip", "x-client-address", "x-client-ip", "cs-ip"),
    "machine": ("c-dns", "x-c-hostname", "x-client-device-name"),
    "process": ("x-cs-process",),
    "bytes_up": ("cs-bytes",),
    "bytes_down": ("sc-bytes",),
    "bytes_total": ("bytes", "x-total-bytes"),
    "action": ("sc-filter-result", "action", "x-policy-action", "s-action", "x-action", "x-acltag"),
    "verdict": ("s-action", "x-resultcode-httpstatus", "x-acltag", "x-action", "x-exception-id"),
    "port": ("cs-uri-port", "r-port", "x-cs-dst-port", "s-port"),
    "method": ("cs-method", "s-operation", "x-cs-method"),
    "status": ("sc-status", "rs-status"),
    "path": ("cs-uri-path", "cs-uri-stem"),
    "scheme": ("cs-uri-scheme",),
    "query": ("cs-uri-query",),
}
"""What fields are called by the products named above, the most telling first (their references)."""

DENIED = (
    r"(?i)^(?:denied|deny|block(?:ed)?|drop(?:ped)?|reject(?:ed)?)$"
    r"|^(?:TCP_DENIED|FTP_DENIED|DENIED_|BLOCK_|DROP_|policy_denied)"
)
"""Filter results, result codes and decision tags that stand for a refusal (ELFF reference, WSA guide;
documented)."""

_PROXYSG_MAIN = """
date time time-taken c-ip cs-username cs-auth-group x-exception-id sc-filter-result cs-categories cs(referer)
sc-status s-action cs-method rs(content-type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query
cs-uri-extension cs(user-agent) s-ip sc-bytes cs-bytes x-virus-id
"""
_MAIN_NAMES = tuple(_PROXYSG_MAIN.split())
"""The main format of a ProxySG, which some senders forward without its head (documented)."""

_MAIN = (
    r"^.*?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \d+ [0-9A-Fa-f.:]+ "
    r'(?:(?:"[^"]*"|[^\s"]+) ){3}(?:OBSERVED|PROXIED|DENIED) '
)
_DATED = r"^(?:#|[0-9]{4}-[0-9]{2}-[0-9]{2}[ \t,])"
_BEFORE = r"^[^#].*?\b([0-9]{4}-[0-9]{2}-[0-9]{2}[ \t][0-9]{2}:[0-9]{2}:[0-9]{2}[ \t])"
_NO_FIELDS = "no #Fields line says what its columns are"
_MOST_LAYOUTS = 200
"""How many different #Fields lines one chunk may hold (guess)."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a `#Fields` line declares."""

    names: tuple[str, ...]
    separator: str


def fields_of(directive: str) -> Fields | None:
    """Return what a `#Fields` line declares; None if that is nothing usable."""
    if len(directive) > LONGEST:
        return None
    text = directive.partition(":")[2].strip()
    separator = "\t" if "\t" in text else "," if "," in text and " " not in text.strip() else " "
    names = tuple(name.strip().lower() for name in re.split(r"[\t,]" if separator != " " else " +", text))
    names = tuple(name for name in names if name)
    return Fields(names, separator) if 1 < len(names) <= MOST_FIELDS else None


class W3c:
    """Reads a log chunk by chunk, below the `#Fields` lines that it holds."""

    def __init__(self, context: Context, names: Names = NAMES, default: Fields | None = None) -> None:
        """`default` is what holds where a file declares nothing."""
        self._context = context
        self._meaning = Meaning(context, denied=DENIED, utc=True)
        self._names = names
        self._declared = default
        self._default = default
        self._day = ""

    def __call__(self, lines: pl.Series) -> pl.LazyFrame:
        """Return what a chunk of lines means."""
        import polars as pl

        directive = lines.str.starts_with("#")
        layouts = self._layouts(lines, directive)
        if len(layouts) == 1:
            return self._meaning.rows(self._texts(lines, directive, layouts[0][1]))
        rows: dict[Fields | None, list[pl.Series]] = {}
        for (start, layout), (end, _) in zip(layouts, (*layouts[1:], (len(lines), None)), strict=True):
            kept = layout if layout in rows or len(rows) < _MOST_LAYOUTS else None
            rows.setdefault(kept, []).append(pl.int_range(start, end, eager=True))
        parts = []
        for layout, ranges in rows.items():
            row = pl.concat(ranges)
            texts = self._texts(lines.gather(row), directive.gather(row), layout)
            parts.append(texts.with_columns(row=row))
        return self._meaning.rows(pl.concat(parts, how="diagonal").sort("row").drop("row"))

    def _layouts(self, lines: pl.Series, directive: pl.Series) -> list[tuple[int, Fields | None]]:
        """Return from which row on which layout holds, the first from row 0 on."""
        found: list[tuple[int, Fields | None]] = []
        if directive.any():
            for row in directive.arg_true().to_list():
                line = lines[row]
                if line[:7].lower() == "#fields":
                    found.append((row, fields_of(line)))
                elif day := re.match(r"#Date:\s*([0-9]{4}-[0-9]{2}-[0-9]{2})", line, re.IGNORECASE):
                    self._day = day[1]
        declared = self._declared
        if declared is self._default and found:
            # What a rotation cut off from its head has the columns that the next head declares.
            declared = found[0][1]
        if not found or found[0][0] > 0:
            found.insert(0, (0, declared))
        self._declared = found[-1][1]
        return found

    def _texts(self, lines: pl.Series, directive: pl.Series, layout: Fields | None) -> pl.DataFrame:
        """Return what lines of one layout say, as texts under the names of `Meaning`."""
        import polars as pl

        skips = pl.when(directive).then(pl.lit(HEADER)).otherwise(pl.lit(None, pl.String))
        if layout is None:
            return lines.to_frame("line").select(
                skip=skips, time=pl.lit(None, pl.String), bad=pl.lit(_NO_FIELDS)
            )
        where = needed(_places(layout, self._names), self._context)
        separator, width = _separator(layout, lines.filter(~directive)), len(layout.names)
        texts = split(lines, separator, where, width).rename({"fault": "bad"})
        if layout.names[0] == "date" and texts["bad"].null_count() < len(texts):
            # Fields too many may be those of a syslog header.
            odd = texts["bad"].is_not_null() & ~directive & ~lines.str.contains(_DATED)
            again = split(lines.filter(odd).str.replace(_BEFORE, "${1}"), separator, where, width)
            texts = replaced(texts, odd, again.rename({"fault": "bad"}))
        if "date" not in where and "clock" in where and self._day:
            texts = texts.with_columns(date=pl.lit(self._day))
        if self._context.evidence:
            texts = texts.with_columns(**_whole_url(set(texts.columns)))
        return texts.with_columns(skip=skips)


def _places(layout: Fields, names: Names) -> dict[str, int]:
    found = places(layout.names, names)
    if not ({"host", "url", "destination_ip"} & found.keys() and {"time", "clock"} & found.keys()):
        found = generic_places([normal(name) for name in layout.names]) or found
    # Date and clock go before other times, and one action is enough; but each verdict counts, not only the
    # first that says something.
    needless = ("action ", "time") if {"date", "clock"} <= found.keys() else ("action ",)
    return {
        name.replace("verdict ", "verdict_"): place
        for name, place in found.items()
        if not name.startswith(needless)
    }


def _separator(layout: Fields, lines: pl.Series) -> str:
    """Return what parts the fields of a file: some declare them in another way than they write them."""
    width = len(layout.names)
    for line in lines.head(20):
        for separator in (layout.separator, "\t", " ", ","):
            if len(fields(line, separator)) == width:
                return separator
    return layout.separator


def _whole_url(names: set[str]) -> dict[str, pl.Expr]:
    """Return the address asked for, put together where its parts stand apart."""
    import polars as pl

    if not {"path", "host"} <= names:
        return {}

    def part(name: str, before: str = "", behind: str = "") -> pl.Expr:
        if name not in names:
            return pl.lit("")
        text = known(pl.col(name))
        return (
            pl.when(text.is_not_null()).then(pl.format(f"{before}{{}}{behind}", text)).otherwise(pl.lit(""))
        )

    url = pl.concat_str(
        part("scheme", behind="://"), part("host"), part("port", ":"), part("path"), part("query")
    )
    if "url" in names:
        url = pl.when(pl.col("url").str.contains("://", literal=True)).then("url").otherwise(url)
    return {"url": url}


def _sniff(sure: Callable[[str, frozenset[str]], bool]) -> Callable[[Sequence[str]], float]:
    """Return how to say which part of some lines is in a W3C format; `sure` gets all directives in lower
    case, and the names that the first `#Fields` line declares."""

    def sniff(lines: Sequence[str]) -> float:
        head = [line for line in lines if line.startswith("#")]
        declared = {line: fields_of(line) for line in head if line[:7].lower() == "#fields"}
        layout = next((found for found in declared.values() if found), None)
        if layout is None or not sure("\n".join(head).lower(), frozenset(layout.names)):
            return 0.0
        seen = 0
        for line in lines:
            layout = declared.get(line) or layout
            seen += line.startswith("#") or _width(line, layout) == len(layout.names)
        return seen / len(lines)

    return sniff


def _width(line: str, layout: Fields) -> int:
    line = line[: LONGEST + 1]
    headed = layout.names[0] == "date" and not re.match(_DATED, line)
    body = re.sub(_BEFORE, r"\1", line) if headed else line
    widths = [len(fields(body, separator)) for separator in (layout.separator, "\t", " ", ",")]
    return next((width for width in widths if width == len(layout.names)), widths[0])


def _format(
    name: str,
    title: str,
    knows: str,
    sniff: Callable[[Sequence[str]], float],
    names: Names = NAMES,
    default: Fields | None = None,
    generic: bool = False,
) -> Format:
    return Format(
        name=name,
        title=title,
        knows=frozenset(knows.split()),
        sniff=sniff,
        rows=lambda context: W3c(context, names, default),
        explain=lambda line: _NO_FIELDS,
        keeps_state=True,
        generic=generic,
    )


_PROXYSG_NAMES = {**NAMES, "destination_ip": ("r-ip", "s-supplier-ip")}
_PROXYSG_MARKS = frozenset(
    {"x-exception-id", "sc-filter-result", "x-virus-id", "s-supplier-name", "s-supplier-ip", "cs-auth-group"}
)
_TMG_MARKS = frozenset({"cs-transport", "sc-network", "cs-network", "filterinfo", "s-object-source"})
_WSA_MARKS = frozenset({"x-acltag", "x-resultcode-httpstatus", "x-hierarchy-origin", "x-elapsed-time"})
NETSKOPE_MARKS = frozenset({"x-cs-access-method", "x-cs-traffic-type", "x-cs-tunnel-id"})

_sniff_declared_proxysg = _sniff(
    lambda head, names: "sgos" in head or bool(names & _PROXYSG_MARKS and not names & NETSKOPE_MARKS)
)


def _sniff_proxysg(lines: Sequence[str]) -> float:
    if any(line.startswith("#") for line in lines):
        return _sniff_declared_proxysg(lines)
    return share(lines, _MAIN)


PROXYSG = _format(
    "bluecoat",
    "Blue Coat (Symantec, Broadcom) ProxySG access log, W3C",
    "host user source_ip destination_ip bytes_up bytes_down blocked",
    _sniff_proxysg,
    _PROXYSG_NAMES,
    Fields(_MAIN_NAMES, " "),
)
TMG = _format(
    "tmg",
    "Microsoft ISA Server and Forefront TMG, W3C",
    "host user source_ip destination_ip machine bytes_up bytes_down blocked",
    _sniff(
        lambda head, names: (
            "internet security and acceleration" in head or "forefront" in head or bool(names & _TMG_MARKS)
        )
    ),
)
WSA_W3C = _format(
    "cisco-wsa-w3c",
    "Cisco Secure Web Appliance (IronPort WSA), W3C",
    "host user source_ip destination_ip bytes_up bytes_down blocked",
    _sniff(lambda head, names: "asyncos" in head or bool(names & _WSA_MARKS)),
    {**NAMES, "destination_ip": ("r-ip", "s-ip")},
)
W3C = _format(
    "w3c",
    "any W3C extended log with a #Fields line",
    "host user source_ip destination_ip machine process bytes_up bytes_down bytes_total blocked",
    _sniff(lambda head, names: True),
    generic=True,
)
sniff_netskope = _sniff(lambda head, names: bool(names & NETSKOPE_MARKS))
