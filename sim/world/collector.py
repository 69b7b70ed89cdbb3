"""Log collectors: how the logs of proxies and firewalls come to Cloud Discovery, and what can go wrong.

An appliance writes a file for each shipping interval; the collector ships it when the interval ends, and
Cloud Discovery parses it for a while before an analysis run can use it. When a file is shipped, and whether
it is dropped, follow from the collector's faults, so nothing depends on how often anybody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

import numpy as np
from numpy.typing import NDArray

from sim.base.time import HOUR, MINUTE, from_datetime, to_datetime, zone
from sim.engine.governance import Write
from sim.scenario.eras import Era
from sim.scenario.load import Resolved
from sim.scenario.sources import UNNAMED, CollectorSpec, FaultKind, Receiver, span
from sim.world.telemetry import Rows, join
from sim.world.upstream import Gateway

I64 = NDArray[np.int64]

DISCONNECTED_AFTER = 24 * HOUR
"""A silent collector's status becomes Disconnected (CAS/troubleshooting-cloud-discovery.md; documented)."""
ALERT_AFTER = 48 * HOUR
"""A silent collector raises an alert (CAS/discovery-docker.md; documented)."""
REPAIR_AFTER = 45 * MINUTE
"""Until those who look after a collector's host have done what they were asked for (guess)."""

FORMAT_ERROR = "The log format doesn't match"
"""Why a file is refused, in the governance log (CAS/troubleshooting-cloud-discovery.md; documented)."""
PARSE = "Parse Cloud Discovery log"
CONNECTED, DISCONNECTED = "Connected", "Disconnected"
ACTOR = "Log collector"
FOREVER = 2**62

SILENCING: tuple[FaultKind, ...] = ("stopped", "disk-full")
"""Faults in which nothing is shipped."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a collector in [since, until)."""

    kind: FaultKind
    since: int
    until: int
    zone: str = ""

    def holds(self, time: int) -> bool:
        """Tell whether it is wrong at a time."""
        return self.since <= time < self.until


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an analysis run finds of one log, and why the rest of it is lost."""

    rows: Rows
    refused: int
    """Files that were not parsed."""


class LogFeed:
    """The log of one proxy, gateway or firewall on its way."""

    def __init__(self, gateway: Gateway, collector: Collector, era: Era, seed: int) -> None:
        self.gateway = gateway
        self.collector = collector
        self._era = era
        self._seed = seed
        self._rows: list[Rows] = []

    def collect(self, rows: Rows) -> None:
        """Take the rows that pass the appliance."""
        self._rows.append(rows.take(self.gateway.carries(rows.time, rows.machine)))

    def deliver(self, now: int) -> Delivered:
        """Return, and forget, the rows of the files parsed by `now`; forget those of files that are lost."""
        rows = join(self._rows)
        rows = rows.take(~self.collector.missed(rows.time))
        file = rows.time // self._era.log_upload_interval
        gone = np.zeros(len(rows), dtype=bool)
        ready = np.zeros(len(rows), dtype=bool)
        refused = 0
        for number in np.unique(file).tolist():
            shipped = self.collector.shipped((number + 1) * self._era.log_upload_interval)
            parsed = FOREVER if shipped is None else shipped
            parsed += self._era.parse.sample(self._seed, "parse-log", number)
            if parsed > now:
                continue
            gone |= file == number
            if shipped is None or self.collector.fault("disk-full", shipped):
                continue
            if self.collector.fault("wrong-format", shipped):
                refused += 1
                continue
            ready |= file == number
        self._rows = [rows.take(~gone)]
        found = rows.take(ready)
        return Delivered(replace(found, time=self.collector.as_read(found.time)), refused)


class Collector:
    """One log collector and its faults."""

    def __init__(
        self, spec: CollectorSpec, sources: Sequence[str], faults: Sequence[Fault], era: Era
    ) -> None:
        self.name = spec.name
        self.receiver: Receiver = spec.receiver
        self.sources = tuple(sources)
        self.faults = list(faults)
        self._interval = era.log_upload_interval

    def fault(self, kind: FaultKind, time: int) -> Fault | None:
        """Return the fault of a kind that holds at a time."""
        return next((f for f in self.faults if f.kind == kind and f.holds(time)), None)

    def shipped(self, due: int) -> int | None:
        """Return when a file that is due is shipped; None while it is not known when it runs again."""
        stopped = self.fault("stopped", due)
        if stopped is None:
            return due
        return None if stopped.until == FOREVER else self.shipped(stopped.until)

    def missed(self, time: I64) -> NDArray[np.bool_]:
        """Mark the lines that nobody took: syslog to a collector that does not run (own knowledge).

        A file for FTP waits on the appliance.
        """
        marks = np.zeros(len(time), dtype=np.bool_)
        if self.receiver.startswith("Syslog"):
            for each in self.faults:
                if each.kind == "stopped":
                    marks |= (time >= each.since) & (time < each.until)
        return marks

    def as_read(self, time: I64) -> I64:
        """Return times as Cloud Discovery reads them: those of a fault's span in the wrong zone."""
        read = time.copy()
        for each in self.faults:
            if each.zone:
                wrong = (time >= each.since) & (time < each.until)
                read[wrong] -= _offsets(time[wrong], each.zone)
        return read

    def last_data(self, now: int) -> int:
        """Return when it last shipped something; an appliance's log is never empty for an hour (guess)."""
        last = now // self._interval * self._interval
        for each in reversed(self.faults):
            if each.kind in SILENCING and each.holds(last):
                if each.kind == "stopped" and each.until <= now:
                    return each.until
                last = (each.since - 1) // self._interval * self._interval
        return last

    def status(self, now: int) -> str:
        """Return its status as the portal shows it."""
        return DISCONNECTED if now - self.last_data(now) >= DISCONNECTED_AFTER else CONNECTED

    def repair(self, kind: FaultKind, now: int, until: int) -> bool:
        """End the fault of a kind that holds now; return whether there was one."""
        for place, each in enumerate(self.faults):
            if each.kind == kind and each.holds(now):
                self.faults[place] = replace(each, until=min(each.until, until))
                return True
        return False


class Collectors:
    """Every log collector, and what the portal notices of them."""

    def __init__(
        self,
        resolved: Resolved,
        gateways: Sequence[Gateway],
        seed: int,
        at: Callable[[int, Callable[[], None]], None],
        clock: Callable[[], int],
        write: Write,
        alarm: Callable[[int, str, str], object],
    ) -> None:
        """`at` lets something happen at a time, `alarm` raises an alert about a collector and its logs."""
        self.all = tuple(_collectors(resolved, [gateway.name for gateway in gateways]))
        self._clock = clock
        self._at = at
        self._write = write
        self._alarm = alarm
        owner = {name: collector for collector in self.all for name in collector.sources}
        self.feeds = tuple(LogFeed(g, owner[g.name], resolved.era, seed) for g in gateways)
        for collector in self.all:
            for fault in collector.faults:
                if fault.kind in SILENCING:
                    self._watch(collector, fault.since)

    def find(self, name: str) -> Collector | None:
        """Return a collector by name."""
        return next((each for each in self.all if each.name == name), None)

    def repair(self, collector: Collector, kind: FaultKind) -> int | None:
        """Have a fault ended; return when that will be, or None where there is none of that kind."""
        now = self._clock()
        # Those who look after the host need time; a data source is saved in the portal.
        until = now + REPAIR_AFTER if kind in SILENCING else now
        return until if collector.repair(kind, now, until) else None

    def fail(self, collector: Collector, kind: FaultKind, since: int, until: int) -> None:
        """Let something go wrong with a collector from now on; the portal notices silence later."""
        collector.faults.append(Fault(kind, since, until))
        if kind in SILENCING:
            self._watch(collector, since)

    def _watch(self, collector: Collector, since: int) -> None:
        """Look after a day, and after two days of silence, whether it still lasts."""
        last = collector.last_data(since)

        def disconnected() -> None:
            if collector.last_data(self._clock()) == last:
                self._write(self._clock(), ACTOR, "Log collector disconnected", collector.name, "")

        def silent() -> None:
            if collector.last_data(self._clock()) == last:
                self._alarm(self._clock(), collector.name, ", ".join(collector.sources))

        self._at(max(last + DISCONNECTED_AFTER, self._clock()), disconnected)
        self._at(max(last + ALERT_AFTER, self._clock()), silent)

    def note(self, now: int, feed: LogFeed, delivered: Delivered) -> None:
        """Write down the files that could not be parsed."""
        if delivered.refused:
            files = "1 file" if delivered.refused == 1 else f"{delivered.refused} files"
            self._write(now, ACTOR, PARSE, feed.gateway.name, f"failed, {files}: {FORMAT_ERROR}")


def _collectors(resolved: Resolved, names: Sequence[str]) -> list[Collector]:
    specs = list(resolved.scenario.collectors)
    left = [name for name in names if not any(name in spec.sources for spec in specs)]
    if left and not any(not spec.sources for spec in specs):
        specs.append(CollectorSpec(name=UNNAMED))
    return [
        Collector(
            spec,
            spec.sources or left,
            [Fault(f.kind, *span(f, resolved.tz, FOREVER), f.zone or "") for f in spec.faults],
            resolved.era,
        )
        for spec in specs
    ]


def _offsets(time: I64, name: str) -> I64:
    """Return how far the clocks of a zone are ahead of UTC at each time, hour by hour."""
    hours, rows = np.unique(time // HOUR, return_inverse=True)
    tz = zone(name)
    ahead = [
        from_datetime(to_datetime(hour * HOUR, tz).replace(tzinfo=UTC)) - hour * HOUR
        for hour in hours.tolist()
    ]
    found: I64 = np.array(ahead, dtype=np.int64)[rows]
    return found
