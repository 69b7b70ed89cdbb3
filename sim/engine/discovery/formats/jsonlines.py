"""Logs of JSON documents: those of some vendors, and the format `json` for keys that tell what they mean.

Which keys there are is learnt from some documents of each chunk, so that a document whose layout is very
rare in its file may lose a column that no other has. A key counts wherever it stands below such wrappings
as `event` or `properties`; any other nesting is a part of its name, as in `source.ip`.

Where each vendor's facts come from is said beside its profile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context, Format
from sim.engine.discovery.formats.documents import NO_JSON, Documents, Path, scalars, values
from sim.engine.discovery.formats.meaning import Meaning, merged
from sim.engine.discovery.formats.names import DENIED, GENERIC, Names, generic_places, needed, normal, places

if TYPE_CHECKING:
    import polars as pl

_WRAPPINGS = frozenset(
    {
        *("_source", "_raw", "event", "properties", "data", "message", "fields", "log", "record", "result"),
        *("payload", "body", "attributes", "details", "json", "jsonpayload", "sourcefields"),
    }
)
_LEARNT = 400
"""From how many documents of a chunk keys are learnt (guess)."""


Marks = Callable[[Mapping[str, str]], bool]
"""Says by its keys, normal, and their values whether a document is of a kind."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How the documents of one kind of log look, and what they mean."""

    names: Names
    """For each meaning the keys, normal, that carry it."""
    marks: Marks
    skip: Callable[[frozenset[str]], pl.Expr] | None = None
    """Says, over text columns named after meanings, which documents are no traffic, and why."""
    denied: str = DENIED
    utc: bool = False
    url_first: bool = False
    change: Callable[[pl.DataFrame], pl.DataFrame] = field(default=lambda table: table)
    """Rewrites texts before they are given their meaning."""


class JsonLog:
    """Reads a log of documents chunk by chunk."""

    def __init__(self, context: Context, profile: Profile) -> None:
        self._context = context
        self._profile = profile
        self._documents = Documents()
        self._meaning = Meaning(context, denied=profile.denied, utc=profile.utc, url_first=profile.url_first)
        self._paths: dict[Path, None] = {}
        """Every path seen, in order of first appearance."""

    def __call__(self, lines: pl.Series) -> pl.LazyFrame:
        """Return what a chunk of lines means."""
        import polars as pl

        found = self._documents.read(lines)
        table = values(found["text"], self._wanted(found["text"].drop_nulls()))
        bad = pl.coalesce(found["bad"], table["fault"])
        table = table.drop("fault").with_columns(bad=bad, skip=found["skip"])
        table = self._profile.change(merged(table))
        if self._profile.skip is not None:
            reason = self._profile.skip(frozenset(table.columns))
            table = table.with_columns(
                skip=pl.coalesce("skip", pl.when(pl.col("bad").is_null()).then(reason))
            )
        return self._meaning.rows(table)

    def _wanted(self, texts: pl.Series) -> dict[str, Path]:
        """Return which path carries which meaning, of those seen up to now."""
        stride = max(1, len(texts) // _LEARNT)
        for text in dict.fromkeys((*texts.head(_LEARNT), *texts.gather_every(stride))):
            self._paths.update(dict.fromkeys(scalars(text)))
        return wanted_paths(list(self._paths), self._profile.names, self._context)


def wanted_paths(paths: Sequence[Path], names: Names, context: Context) -> dict[str, Path]:
    """Return which path carries which meaning."""
    found = needed(places(_names(paths), names), context)
    chosen = {name: paths[place % len(paths)] for name, place in found.items()}
    # A key that holds a value here and further keys there can be read in one way only.
    through = {path[:length] for path in chosen.values() for length in range(1, len(path))}
    return {name: path for name, path in chosen.items() if path not in through}


def _names(paths: Sequence[Path]) -> list[str]:
    """Return the normal names of paths: first all whole ones, then all without their wrappings."""
    return [normal("".join(path)) for path in paths] + [_unwrapped(path) for path in paths]


def _unwrapped(path: Path) -> str:
    while len(path) > 1 and path[0].lower() in _WRAPPINGS:
        path = path[1:]
    if path[0] in ("host", "agent", "observer") and len(path) > 1:
        # In the Elastic Common Schema these are who wrote the log, not where somebody went.
        return "writer" + normal("".join(path))
    return normal("".join(path))


@lru_cache(maxsize=2)
def _sample(lines: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return the documents of some lines: how many lines each takes, and its values by normal names."""
    import polars as pl

    found = Documents().read(pl.Series(lines, dtype=pl.String))
    documents = []
    taken = 0
    for text, skip in found.select("text", "skip").rows():
        taken += 1
        if text is not None:
            document = scalars(text)
            documents.append(
                (taken, dict(zip(_names(list(document)), [*document.values()] * 2, strict=True)))
            )
        if text is not None or skip is None:
            taken = 0
    return documents


def sniffer(marks: Marks) -> Callable[[Sequence[str]], float]:
    """Return how to say which part of some lines are documents of a kind."""

    def sniff(lines: Sequence[str]) -> float:
        if not any("{" in line for line in lines[:20]):
            return 0.0
        return sum(count for count, document in _sample(tuple(lines)) if marks(document)) / len(lines)

    return sniff


def json_format(name: str, title: str, knows: str, profile: Profile, *, generic: bool = False) -> Format:
    """Return the format of a kind of documents."""
    return Format(
        name=name,
        title=title,
        knows=frozenset(knows.split()),
        sniff=sniffer(profile.marks),
        rows=lambda context: JsonLog(context, profile),
        explain=lambda line: NO_JSON,
        keeps_state=True,
        generic=generic,
    )


def _tells_enough(document: Mapping[str, str]) -> bool:
    return generic_places(list(document)) is not None


JSON = json_format(
    "json",
    "any log of JSON documents, one a line or over several lines",
    "host user source_ip destination_ip machine process bytes_up bytes_down bytes_total blocked",
    Profile({**GENERIC, "time": (*GENERIC["time"], "date")}, _tells_enough),
    generic=True,
)
