"""One log into a report: find its format, read it to the end, keep account of every line.

A log without one good line is refused, in the words that the product's governance log uses for
failed uploads ("Troubleshooting cloud discovery"; dossier, discovery, section 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.base.errors import InputError, Problem
from sim.engine.discovery.formats import FORMATS, detect
from sim.engine.discovery.formats.base import BadLines, Chunk, Format, Reader
from sim.engine.discovery.logfile import LogFile
from sim.engine.discovery.report import Report

_SNIFFED = 1000
"""How many lines from the start of a log are looked at to find its format."""


@dataclass(frozen=True, slots=True)
class LogSummary:
    """What became of the lines of one log: each was traffic, skipped or bad."""

    name: str
    format: str
    lines: int
    traffic: int
    skipped: Mapping[str, int]
    bad: Mapping[str, BadLines]


def read_log(
    log: LogFile,
    report: Report,
    log_format: Format | None = None,
    progress: Callable[[int], None] | None = None,
) -> LogSummary:
    """Add a log to a report; raise InputError if it has no good line. None finds the format out.

    `progress` is told how many bytes of the file have been read.
    """
    chunks = log.chunks()
    first = next(chunks, None)
    if first is None:
        why = log.damage or "the file is empty"
        raise _refusal("LOG-FORMAT", f"The log format doesn't match: {why}", log)
    known = log_format or _detected(first, log)
    account = _Account(report, known.reader())
    account.take(first)
    del first
    if progress is not None:
        progress(log.position())
    # Not a loop over the chunks: one of them at a time is in memory.
    while account.take(next(chunks, None)):
        if progress is not None:
            progress(log.position())
    if not account.traffic:
        raise _no_good_line(known, account, log)
    if log.damage is not None:
        account.lines += 1
        account.bad[log.damage] = BadLines(1, ((account.lines, ""),))
    return LogSummary(
        log.name, known.name, account.lines, account.traffic, dict(account.skipped), account.bad
    )


class _Account:
    """Where the lines of one log went."""

    def __init__(self, report: Report, reader: Reader) -> None:
        self.lines = self.traffic = 0
        self.skipped: Counter[str] = Counter()
        self.bad: dict[str, BadLines] = {}
        self._report = report
        self._reader = reader

    def take(self, chunk: Chunk | None) -> bool:
        """Read a chunk; say whether there was one."""
        if chunk is None:
            return False
        parsed = self._reader(chunk)
        self._report.add(parsed.traffic)
        self.lines += len(chunk.lines)
        self.traffic += len(parsed.traffic)
        self.skipped.update(parsed.skipped)
        for reason, found in parsed.bad.items():
            self.bad[reason] = self.bad[reason].plus(found) if reason in self.bad else found
        return True


def understood() -> str:
    """Return the formats that the product understands, as an error names them."""
    return "understood formats: " + ", ".join(f"{f.name} ({f.title})" for f in FORMATS)


def _detected(chunk: Chunk, log: LogFile) -> Format:
    found = detect(chunk.lines.head(_SNIFFED).to_list())
    if found is None:
        what = "Unsupported log type: its first lines are in no format that is known here"
        raise _refusal("LOG-TYPE", what, log, understood())
    return found


def _no_good_line(known: Format, account: _Account, log: LogFile) -> InputError:
    if not account.bad:
        reasons = ", ".join(sorted(account.skipped))
        what = f"No transactions to cataloged cloud apps: no line is a request ({reasons})"
        return _refusal("LOG-NO-TRAFFIC", what, log, "give a log with outbound traffic")
    reason, worst = max(account.bad.items(), key=lambda item: (item[1].count, item[0]))
    what = (
        f"The log format doesn't match: of {account.lines} lines none is in the format "
        f"{known.name}; line {worst.samples[0][0]}: {reason}"
    )
    return _refusal("LOG-FORMAT", what, log, understood())


def _refusal(rule: str, what: str, log: LogFile, advice: str = "") -> InputError:
    return InputError(Problem(rule, what, log.place, advice))
