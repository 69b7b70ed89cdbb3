"""A log format of one's own, described in a YAML file: what `--mapping` reads.

The file follows the product's custom log parser (dossier, discovery, section 5): a delimiter, a header or
the order of columns, how times are written, which column holds what, and the words that mean Deny. Names
are case-sensitive, a log without one of them is refused, further columns are ignored. The product knows
CSV and key-value; JSON is an addition.

    name: acme-proxy
    kind: csv                 # csv, key-value or json
    delimiter: ";"            # of csv, and between the pairs of key-value; "tab" is a tab
    separator: "="            # of key-value, between key and value
    header: true              # or the names in order, as in [when, who, where]
    columns:
      time: Timestamp         # with `date: Day` this is the time of day
      time_format: "%d/%m/%Y %H:%M:%S"    # or d/M/yyyy HH:mm:ss, or epoch; else found out
      zone: Europe/Berlin     # of times that name none; else that of the command
      source_ip: src
      user: account
      url: dest
      bytes_up: sent
      action: Type
    denied: [Deny, Drop]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sim.base.errors import InputError, Place, Problem, nearest
from sim.base.yamlfile import Document, load
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.mapped import Description, format_of
from sim.engine.discovery.formats.times import EPOCH

KINDS = ("csv", "key-value", "json")
TOP = ("name", "kind", "delimiter", "separator", "header", "columns", "denied")
MEANINGS = (
    *("time", "date", "source_ip", "user", "machine", "process", "url", "host", "destination_ip", "port"),
    *("bytes_up", "bytes_down", "bytes_total", "action", "method", "status"),
)
SETTINGS = ("time_format", "zone")

_DIRECTIVES = "YymdHIMSfpbBzaAjeT%"
# What the portal's form takes, such as d/M/yyyy HH:mm:ss a; the longer ones first.
_PORTAL = {
    **{
        "yyyy": "%Y",
        "yy": "%y",
        "MMM": "%b",
        "MM": "%m",
        "M": "%m",
        "dd": "%d",
        "d": "%d",
        "HH": "%H",
        "H": "%H",
    },
    **{"hh": "%I", "h": "%I", "mm": "%M", "ss": "%S", ".fff": "%.f", "zzz": "%z", "tt": "%p", "a": "%p"},
}
_MARKS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


def load_mapping(path: Path) -> Format:
    """Return the format that a file describes; raise InputError with every problem of the file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        what = f"cannot read the mapping: {reason}"
        raise InputError(Problem("MAPPING-UNREADABLE", what, Place(str(path)), "check the path")) from None
    return format_of(_Check(load(text, str(path))).description())


class _Check:
    """Reads a mapping file and notes every problem."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = []

    def description(self) -> Description:
        """Return what the file says; raise InputError if something is wrong."""
        data = self._document.data
        if not isinstance(data, dict):
            self._note((), "MAPPING-VALUE", "a mapping is a table of keys", "begin with `name: …`")
            raise InputError(self._problems)
        self._only(data, TOP, ())
        kind = self._text(data, "kind", "csv")
        if kind not in KINDS:
            self._note(("kind",), "MAPPING-VALUE", f"no kind {kind!r}", f"use {', '.join(KINDS)}")
        columns = data.get("columns")
        if not isinstance(columns, dict):
            self._note(
                ("columns",), "MAPPING-MISSING", "columns: is missing or no table", "say what holds what"
            )
            columns = {}
        self._only(columns, (*MEANINGS, *SETTINGS), ("columns",))
        texts = {name: self._text(columns, str(name), None, ("columns",)) for name in columns}
        meanings = {name: text for name, text in texts.items() if name in MEANINGS and text}
        self._enough(meanings)
        description = Description(
            name=self._text(data, "name", "custom") or "custom",
            kind=kind or "csv",
            delimiter=self._mark(data, "delimiter", " " if kind == "key-value" else ","),
            separator=self._mark(data, "separator", "="),
            names=self._header(data, kind or "csv", meanings),
            columns=meanings,
            layout=self._layout(texts.get("time_format")),
            zone=self._zone(texts.get("zone")),
            denied=self._denied(data, meanings),
        )
        if self._problems:
            raise InputError(self._problems)
        return description

    def _note(self, path: tuple[str | int, ...], rule: str, what: str, advice: str = "") -> None:
        self._problems.append(Problem(rule, what, self._document.place(path), advice))

    def _only(self, table: Mapping[object, object], allowed: Collection[str], path: tuple[str, ...]) -> None:
        for key in table:
            if key not in allowed:
                advice = nearest(str(key), allowed)
                self._note((*path, str(key)), "MAPPING-KEY", f"unknown key {str(key)!r}", advice)

    def _text(
        self,
        table: Mapping[object, object],
        key: str,
        otherwise: str | None,
        path: tuple[str, ...] = (),
    ) -> str | None:
        value = table.get(key, otherwise)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is not None or key in table:
            self._note(
                (*path, key), "MAPPING-VALUE", f"{key}: is no text", "write a word, in quotes if need be"
            )
        return otherwise

    def _mark(self, data: Mapping[object, object], key: str, otherwise: str) -> str:
        value = data.get(key, otherwise)
        mark = _MARKS.get(value, value) if isinstance(value, str) else ""
        if len(mark) != 1 or mark in '"\n\r\x01' or not mark.isascii():
            advice = "write one character, or tab"
            self._note((key,), "MAPPING-VALUE", f"{key}: {value!r} is not one character", advice)
            return otherwise
        return mark

    def _enough(self, meanings: Mapping[str, str]) -> None:
        if "time" not in meanings:
            self._note(
                ("columns",), "MAPPING-MISSING", "columns: time is missing", "say which column is the time"
            )
        if not {"url", "host", "destination_ip"} & meanings.keys():
            what = "columns: none says where traffic went"
            self._note(("columns",), "MAPPING-MISSING", what, "give url, host or destination_ip")
        if not {"source_ip", "user", "machine"} & meanings.keys():
            what = "columns: none says where traffic came from"
            self._note(("columns",), "MAPPING-MISSING", what, "give source_ip, user or machine")

    def _header(
        self, data: Mapping[object, object], kind: str, used: Mapping[str, str]
    ) -> tuple[str, ...] | None:
        header = data.get("header", True)
        if header is True:
            return None
        if kind != "csv":
            self._note(("header",), "MAPPING-VALUE", f"header: means nothing for {kind}", "remove it")
        if (
            header is False
            or not isinstance(header, list)
            or not all(isinstance(name, str) for name in header)
        ):
            advice = "write true, or the names of the columns in order as in [when, who, where]"
            self._note(("header",), "MAPPING-VALUE", "header: does not say what the columns are", advice)
            return None
        for index, name in enumerate(header):
            if name in header[:index]:
                self._note(
                    ("header", index), "MAPPING-VALUE", f"header: {name!r} stands there twice", "keep one"
                )
        for meaning, name in used.items():
            if name not in header:
                what, advice = f"columns.{meaning}: header has no {name!r}", nearest(name, header)
                self._note(("columns", meaning), "MAPPING-COLUMN", what, advice)
        return tuple(header)

    def _layout(self, written: str | None) -> str | None:
        if written is None or written.lower() == EPOCH:
            return written and EPOCH
        layout = written
        if "%" not in written:
            pattern = "|".join(re.escape(token) for token in _PORTAL)
            layout = re.sub(pattern, lambda match: _PORTAL[match[0]], written)
        directives = re.findall(r"%[.:#-]?(.)", f"{layout} ")
        wrong = [directive for directive in directives if directive not in _DIRECTIVES]
        if wrong or not {"Y", "y"} & set(directives):
            what = f"columns.time_format: {written!r} is no layout with a year that strptime reads"
            self._note(("columns", "time_format"), "MAPPING-VALUE", what, "write it as in %d/%m/%Y %H:%M:%S")
            return None
        return layout.replace(".%f", "%.f")

    def _zone(self, name: str | None) -> ZoneInfo | None:
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            what = f"columns.zone: no time zone {name!r}"
            self._note(("columns", "zone"), "MAPPING-VALUE", what, "write it as in Europe/Berlin")
            return None

    def _denied(self, data: Mapping[object, object], meanings: Mapping[str, str]) -> tuple[str, ...]:
        denied = data.get("denied", [])
        denied = [denied] if isinstance(denied, str) else denied
        if not isinstance(denied, list) or not all(isinstance(word, str) and word for word in denied):
            self._note(("denied",), "MAPPING-VALUE", "denied: is no list of words", "write [Deny, Drop]")
            return ()
        if denied and "action" not in meanings:
            what = "denied: no column tells the action"
            self._note(("denied",), "MAPPING-MISSING", what, "give action under columns")
        return tuple(denied)
