"""Logs into a report: find each one's format, read it to the end, keep account of every line.

A log without one good line is refused, in the words that the product's governance log uses for
failed uploads ("Troubleshooting cloud discovery"; dossier, discovery, section 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from sim.base.errors import InputError, Problem
from sim.base.time import DAY
from sim.engine.discovery.evidence import Evidence
from sim.engine.discovery.formats import FORMATS, detect
from sim.engine.discovery.formats.base import BadLines, Chunk, Context, Format, ParsedChunk
from sim.engine.discovery.formats.documents import unpacked
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.logfile import Log
from sim.engine.discovery.report import KEPT_DAYS, Report
from sim.engine.traffic import Traffic

T = TypeVar("T")

NO_APPS = "No transactions to cataloged cloud apps"
"""Why the product refuses a log that names no app of the catalog; here such a log is read all the same, since
its domains may be those of apps that no catalog knows."""
TOO_OLD = f"transactions are more than {KEPT_DAYS} days old"

_SNIFFED = 1000
"""How many lines from the start of a log are looked at to find its format."""


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What became of the lines of one log: each was traffic, skipped or bad."""

    name: str
    format: str
    lines: int
    traffic: int
    cataloged: int
    """How much of the traffic is of cataloged apps; the product refuses a log without any."""
    skipped: Mapping[str, int]
    bad: Mapping[str, BadLines]
    assumed: Mapping[str, int]
    """How many lines of traffic needed an assumption, by assumption."""
    known: Format
    """The format that read it."""


class Intake:
    """Takes logs into one report, and notices one that comes twice."""

    def __init__(
        self,
        report: Report,
        context: Context | None = None,
        *,
        change: Callable[[Traffic], Traffic] | None = None,
        now: int | None = None,
        evidence: Sequence[Evidence] = (),
    ) -> None:
        """Times without a year are not after `context.reference`, else not after the log's own date.

        `change` rewrites names on their way into the report, as enrichment and anonymisation do.

        With `now`, microseconds UTC, transactions more than 90 days older are left out. `evidence`
        looks at every line on its way, which makes reading slower.
        """
        self.report = report
        self.context = replace(
            context or Context(),
            path_hosts=report.catalog.path_hosts,
            evidence=bool(evidence),
        )
        self._evidence = evidence
        self._change = change
        self._oldest = None if now is None else (now // DAY - KEPT_DAYS) * DAY
        self._heads: dict[bytes, list[str]] = {}
        self._whole: dict[bytes, str] = {}

    def read(
        self,
        log: Log,
        log_format: Format | None = None,
        progress: Callable[[int], None] | None = None,
        again: Callable[[], Log] | None = None,
    ) -> LogSummary:
        """Add a log to the report; raise InputError if it has no good line. None finds the format out.

        `progress` is told how many bytes of the file have been read. `again` opens the log anew: with
        it a long log is compared to the end before it is said to be one that was read already.
        """
        chunks = map(unpacked, log.chunks())
        first = next(chunks, None)
        if first is None:
            why = log.damage or "the file is empty"
            raise _refusal("LOG-FORMAT", f"The log format doesn't match: {why}", log)
        head = log.digest()
        if head in self._heads:
            self._refuse_twin(log, again)
        known = log_format or _detected(first, log)
        context = self.context
        if context.reference is None:
            context = replace(context, reference=log.modified)
        account = _Account(self, log.name, known, context)
        whole = chain((first,), chunks)
        del first
        with closing(ahead(whole)) as read, closing(ahead(map(account.parse, read))) as parsed:
            # Not a loop, which would hold one more of them in memory.
            while account.take(next(parsed, None)):
                if progress is not None:
                    progress(log.position())
        if not account.traffic:
            raise _no_good_line(known, account, log)
        self._heads.setdefault(head, []).append(log.name)
        self._whole.setdefault(log.digest(), log.name)
        if log.damage is not None:
            account.lines += 1
            account.bad[log.damage] = BadLines(1, ((account.lines, ""),))
        return LogSummary(
            log.name,
            known.name,
            account.lines,
            account.traffic,
            account.cataloged,
            dict(account.skipped),
            account.bad,
            dict(account.assumed),
            known,
        )

    def accept(self, file: str, known: Format, chunk: Chunk, parsed: ParsedChunk) -> tuple[int, int]:
        """Add a chunk's traffic to the report; return how many rows it took, and of cataloged apps."""
        if self._oldest is not None:
            young = parsed.traffic.time >= self._oldest
            if not young.all():
                parsed = replace(parsed, traffic=parsed.traffic.take(young), lines=parsed.lines[young])
        traffic = parsed.traffic if self._change is None else self._change(parsed.traffic)
        for evidence in self._evidence:
            evidence.observe(file, known, chunk, parsed, traffic)
        return len(traffic), self.report.add(traffic)

    def _refuse_twin(self, log: Log, again: Callable[[], Log] | None) -> None:
        """Raise InputError if the log was read already."""
        digest = log.digest()
        if again is not None:
            with again() as copy:
                for _ in copy.chunks():
                    pass
                digest = copy.digest()
        if digest in self._whole:
            what = f"the same log was read already, as {self._whole[digest]}"
            raise _refusal("LOG-TWICE", what, log, "it is counted once")


def ahead(things: Iterator[T]) -> Generator[T]:
    """Yield the things; the next one is made by another thread while the last is worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, things, None)
        while (thing := coming.result()) is not None:
            coming = pool.submit(next, things, None)
            yield thing
            del thing


class _Account:
    """Where the lines of one log went."""

    def __init__(self, intake: Intake, file: str, known: Format, context: Context) -> None:
        self.lines = self.traffic = self.cataloged = 0
        self.skipped: Counter[str] = Counter()
        self.assumed: Counter[str] = Counter()
        self.bad: dict[str, BadLines] = {}
        self._intake = intake
        self._file = file
        self._known = known
        self._read = reader(known, context)

    def parse(self, chunk: Chunk) -> tuple[Chunk, ParsedChunk]:
        """Return a chunk and what its lines were; chunks come in order."""
        return chunk, self._read(chunk)

    def take(self, item: tuple[Chunk, ParsedChunk] | None) -> bool:
        """Count a parsed chunk; say whether there was one."""
        if item is None:
            return False
        chunk, parsed = item
        taken, cataloged = self._intake.accept(self._file, self._known, chunk, parsed)
        self.lines += len(chunk.lines)
        self.traffic += taken
        self.cataloged += cataloged
        self.skipped.update(parsed.skipped)
        if too_old := len(parsed.traffic) - taken:
            self.skipped[TOO_OLD] += too_old
        self.assumed.update(parsed.assumed)
        for reason, found in parsed.bad.items():
            self.bad[reason] = self.bad[reason].plus(found) if reason in self.bad else found
        return True


def understood() -> str:
    """Return the formats that the product understands, as an error names them."""
    return "understood formats: " + ", ".join(known.name for known in FORMATS)


def _detected(chunk: Chunk, log: Log) -> Format:
    found = detect(chunk.lines.head(_SNIFFED).to_list())
    if found is None:
        what = "Unsupported log type: its first lines are in no format that is known here"
        raise _refusal("LOG-TYPE", what, log, understood())
    return found


def _no_good_line(known: Format, account: _Account, log: Log) -> InputError:
    if not account.bad:
        if account.skipped[TOO_OLD]:
            what = f"Transactions are more than {KEPT_DAYS} days old: all {account.skipped[TOO_OLD]:,}"
            return _refusal("LOG-TOO-OLD", what, log, "give a newer log, or the day of the log as --now")
        reasons = ", ".join(sorted(account.skipped))
        what = f"{NO_APPS}: no line is a request ({reasons})"
        return _refusal("LOG-NO-TRAFFIC", what, log, "give a log with outbound traffic")
    reason, worst = max(account.bad.items(), key=lambda item: (item[1].count, item[0]))
    what = (
        f"The log format doesn't match: of {account.lines} lines none is in the format "
        f"{known.name}; line {worst.samples[0][0]}: {reason}"
    )
    return _refusal("LOG-FORMAT", what, log, understood())


def _refusal(rule: str, what: str, log: Log, advice: str = "") -> InputError:
    return InputError(Problem(rule, what, log.place, advice))
