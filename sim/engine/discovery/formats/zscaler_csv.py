"""Zscaler's NSS web feed as CSV or with tabs, and as `name=value` pairs.

The administrator chooses the fields of a feed. A header tells them; without one they are those of the
feed's CSV template, in its order ("NSS Feed Output Format: Web Logs"; documented by its sample of 34
fields), the last ones of which older feeds lack. The pairs are those of the template for Splunk. `reqsize`
is what the client sent, `respsize` what it got. `%s{time}` names no zone; a feed is in GMT unless set
otherwise.

The product's table (dossier, discovery, section 4) and the format agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format, Rows
from sim.engine.discovery.formats.csvtable import Header, Places, Table, header_share
from sim.engine.discovery.formats.delimited import fields
from sim.engine.discovery.formats.meaning import Meaning
from sim.engine.discovery.formats.names import Names, normal, places

if TYPE_CHECKING:
    import polars as pl

_TEMPLATE = """
time login proto url action appname appclass reqsize respsize ctime stime urlclass urlsupercat urlcat
malwarecat threatname riskscore dlpeng dlpdict location dept cip sip reqmethod respcode ua referer
ruletype rulelabel contenttype unscannabletype deviceowner devicehostname keyprotectiontype
"""
TEMPLATE = tuple(_TEMPLATE.split())
_OLDER = 25
"""Fields of the shortest template in use, down to `respcode` (own knowledge)."""

NAMES: Names = {
    "time": ("time", "datetime", "eventtime", "loggedtime", "epochtime", "timestamp"),
    "zone": ("tz", "timezone"),
    "url": ("url", "eurl", "fullurl"),
    "host": ("hostname", "host", "ehost"),
    "destination_ip": ("sip", "serverip", "destip", "destinationip"),
    "user": ("login", "user", "elogin", "username", "userlogin", "ologin"),
    "source_ip": ("cip", "clientip", "cintip", "clientinternalip", "sourceip", "cpubip", "clientpublicip"),
    "machine": ("devicehostname", "devicename"),
    "bytes_up": ("reqsize", "requestsize", "sentbytes", "bytesout"),
    "bytes_down": ("respsize", "responsesize", "receivedbytes", "bytesin"),
    "bytes_total": ("totalsize", "transactionsize", "totalbytes"),
    "action": ("action", "policyaction"),
    "method": ("reqmethod", "requestmethod", "method"),
    "status": ("respcode", "status", "responsecode"),
}  # fmt: skip
"""NSS field names, and those of the templates for SIEMs."""

DENIED = r"(?i)^(?:block|deny|denied|drop|reset|isolat)"

_OWN_WORDS = """
urlsupercat urlsupercategory urlclass urlcat urlcategory appclass malwarecat malwareclass threatcategory
threatclass dlpeng dlpengine dlpdict dlpdictionaries riskscore pagerisk bwthrottle unscannabletype reqsize
respsize requestsize responsesize transactionsize ereferer refererurl eurl elogin ehost clientpublicip
"""
_MARKS = frozenset(_OWN_WORDS.split())
_ACTION = re.compile(r"(?i)^(?:allow|block|caution|isolate)")
_WEEKDAY_TIME = r"((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +[0-9]{1,2} [0-9:]{8} [0-9]{4})"
_LONGEST_TIME = 40
_ALERT = " ZscalerNSS: "
_ALERTS = "not traffic (alert of the NSS)"
_NO_TABLE = "is neither a header of NSS fields nor a line of the CSV template (25 to 34 fields)"


def _find(header: Header) -> Places | None:
    names = [normal(name) for name in header.names]
    found = places(names, NAMES)
    aimed = found.keys() & {"url", "host", "destination_ip"}
    return found if len(_MARKS.intersection(names)) >= 3 and "time" in found and aimed else None


def _headless(line: str) -> Header | None:
    """Return the template's header where a line is one of its rows."""
    for separator in (",", "\t"):
        row = fields(line, separator)
        if len(row) >= _OLDER and _is_template_row(row):
            more = [f"field {number}" for number in range(len(TEMPLATE), len(row))]
            return Header((*TEMPLATE, *more)[: len(row)], separator)
    return None


def _is_template_row(row: Sequence[str]) -> bool:
    return (
        re.search(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}", row[0]) is not None
        and _ACTION.match(row[4]) is not None
        and all(re.fullmatch(r"[0-9]+", row[place]) is not None for place in (7, 8))
    )


def sniff(lines: Sequence[str]) -> float:
    """Say which part of the lines is a web feed with a header, or in the template's order."""
    rest = [line for line in lines if _ALERT not in line]
    share = header_share(rest, _find)
    if not share and rest:
        separator = "\t" if rest[0].count("\t") > rest[0].count(",") else ","
        rows = (fields(line, separator) for line in rest)
        share = sum(1 for row in rows if len(row) >= _OLDER and _is_template_row(row)) / len(rest)
    return (share * len(rest) + len(lines) - len(rest)) / len(lines) if lines else 0.0


def rows(context: Context) -> Rows:
    """Start on a feed."""
    import polars as pl

    meaning = Meaning(context, denied=DENIED, url_first=True)

    def read(texts: pl.DataFrame) -> pl.LazyFrame:
        headed = texts["time"].str.len_bytes() > _LONGEST_TIME
        if headed.any():
            # A syslog header ends up in the first field.
            time = pl.col("time")
            bare = pl.when(headed).then(time.str.extract(_WEEKDAY_TIME)).otherwise(time)
            texts = texts.with_columns(time=bare)
        return meaning.rows(texts)

    table = Table(context, _find, read, refusal=lambda line: _NO_TABLE, headless=_headless)

    def without_alerts(lines: pl.Series) -> pl.LazyFrame:
        alerts = lines.str.contains(_ALERT, literal=True)
        if not alerts.any():
            return table(lines)
        blanked = pl.select(pl.when(~alerts).then(lines).otherwise(pl.lit(""))).to_series()
        skip = pl.when(pl.lit(alerts)).then(pl.lit(_ALERTS)).otherwise("skip")
        return table(blanked).with_columns(skip=skip)

    return without_alerts


def explain(line: str) -> str:
    """Say what is wrong with a line."""
    return _NO_TABLE


_KNOWS = frozenset(
    {
        *("host", "user", "source_ip", "destination_ip", "machine"),
        *("bytes_up", "bytes_down", "bytes_total", "blocked"),
    }
)
ZSCALER = Format(
    "zscaler", "Zscaler NSS web feed, CSV or tabs", _KNOWS, sniff, rows, explain, keeps_state=True
)
