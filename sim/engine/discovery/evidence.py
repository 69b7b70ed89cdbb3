"""The lines behind a number: what a person needs to check one with grep.

Evidence is collected while logs are read, so that it works for standard input too. It keeps exact
sums over all lines and shows the first of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.base.time import DAY
from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.formats.base import Chunk, Format, ParsedChunk
from sim.engine.traffic import Bool, Traffic

if TYPE_CHECKING:
    import polars as pl

SHOWN = 50
"""How many lines are kept, and how many of those left out."""

_TEXT_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class CountedLine:
    """A line that counts, and what it counts as; None is what it does not say."""

    file: str
    line: int
    time: int
    host: str
    """The host, or the address where there is no host."""
    domain: str
    """The catalog's entry that matched."""
    user: str | None
    source_ip: str | None
    bytes_up: int | None
    bytes_down: int | None
    bytes_total: int | None
    blocked: bool | None
    url: str | None
    action: str | None
    text: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that names one of the app's domains and counts nowhere, and why."""

    file: str
    line: int
    reason: str
    text: str


class Evidence:
    """The lines behind the numbers of one app, or of one app and user."""

    def __init__(
        self,
        catalog: Catalog,
        app: App,
        user: str | None = None,
        days: tuple[int, int] | None = None,
        source_ip: str | None = None,
    ) -> None:
        """`days` are the first and the last day, since 1970-01-01 UTC, that are looked at; None is all."""
        self.app = app
        self.days = days
        self.source_ip = source_ip
        self.user = user
        self.transactions = 0
        self.sums: Counter[str] = Counter()
        """Bytes by column, over all lines that count."""
        self.lines: list[CountedLine] = []
        self.left_out: list[LeftOut] = []
        self.left_out_counts: Counter[str] = Counter()
        self._catalog = catalog
        self._position = catalog.index[app.id]

    def observe(self, file: str, known: Format, chunk: Chunk, parsed: ParsedChunk, traffic: Traffic) -> None:
        """Look at a chunk that was read with `Context.evidence`; `traffic` is `parsed.traffic` under the
        report's names."""
        if parsed.detail is None:
            return
        mine = self._mine(traffic)
        self.transactions += int(mine.sum())
        for name in ("bytes_up", "bytes_down", "bytes_total"):
            column = getattr(traffic, name)
            if column is not None:
                self.sums[name] += int(column[mine].clip(0).sum())
        places = np.flatnonzero(mine)[: SHOWN - len(self.lines)]
        users = None if traffic.user is None else traffic.user.take(places).texts()
        rows = parsed.detail[(parsed.lines[places] - chunk.first_line).tolist()]
        for place, row in enumerate(rows.iter_rows(named=True)):
            self.lines.append(self._counted(file, row, users[place] if users else None))
        self._leave_out(file, known, parsed.detail, parsed.lines.tolist())

    def _mine(self, traffic: Traffic) -> Bool:
        hosts = self._catalog.resolve_hosts(traffic.host.names)
        # The slot past the last name is where a code of -1 lands.
        mine: Bool = np.append(hosts == self._position, False)[traffic.host.codes]
        if traffic.destination_ip is not None:
            matches = [self._catalog.match_ip(name) for name in traffic.destination_ip.names]
            found = [match is not None and match[0] is self.app for match in matches]
            mine |= (traffic.host.codes < 0) & np.array([*found, False])[traffic.destination_ip.codes]
        if self.days is not None:
            day = traffic.time // DAY
            mine &= (day >= self.days[0]) & (day <= self.days[1])
        for wanted, column in ((self.user, traffic.user), (self.source_ip, traffic.source_ip)):
            if wanted is not None:
                names = () if column is None else column.names
                code = names.index(wanted) if wanted in names else -2
                mine &= np.zeros(len(traffic), dtype=np.bool_) if column is None else column.codes == code
        return mine

    def _leave_out(self, file: str, known: Format, detail: pl.DataFrame, counted: list[int]) -> None:
        """Note the lines that are no traffic but name one of the app's domains."""
        import polars as pl

        rest = detail.filter(~pl.col("line").is_in(counted))
        named = rest["text"].str.to_lowercase().str.contains_any([*self.app.domains])
        for row in rest.filter(named).iter_rows(named=True):
            text = str(row["text"])
            reason = str(row.get("skip") or row.get("bad") or known.explain(text))
            self.left_out_counts[reason] += 1
            if len(self.left_out) < SHOWN:
                self.left_out.append(LeftOut(file, int(row["line"]), reason, text[:_TEXT_LENGTH]))

    def _counted(self, file: str, row: dict[str, object], user: str | None) -> CountedLine:
        host = str(row.get("host") or row.get("destination_ip") or "")
        match = self._catalog.match(host) or self._catalog.match_ip(host)
        up, down = _whole(row.get("bytes_up")), _whole(row.get("bytes_down"))
        total = _whole(row.get("bytes_total"))
        if up is not None and down is not None:
            total = up + down
        blocked = row.get("blocked")
        return CountedLine(
            file,
            _whole(row["line"]) or 0,
            _whole(row["time"]) or 0,
            host,
            "" if match is None else match[1],
            user,
            None if row.get("source_ip") is None else str(row["source_ip"]),
            up,
            down,
            total,
            None if blocked is None else bool(blocked),
            None if row.get("url") is None else str(row["url"]),
            None if row.get("action") is None else str(row["action"]),
            str(row["text"])[:_TEXT_LENGTH],
        )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) else None
