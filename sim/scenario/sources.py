"""What a scenario may say of log collectors: which logs each ships, how it gets them, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from sim.base.errors import InputError, Problem, nearest
from sim.base.time import from_iso, zone
from sim.base.yamlfile import Document
from sim.scenario.eras import Strict

Receiver = Literal["FTP", "FTPS", "Syslog-UDP", "Syslog-TCP", "Syslog-TLS"]
"""How a log reaches the collector (CAS/discovery-docker-ubuntu.md; documented)."""
RECEIVERS: tuple[str, ...] = get_args(Receiver)

UNNAMED = "Log collector"
"""Name of the collector that ships what no named one does."""

FaultKind = Literal["stopped", "disk-full", "wrong-format", "wrong-zone"]


class CollectorFault(Strict):
    """Something that goes wrong with a collector at a time, and until when at the latest."""

    kind: FaultKind
    """`stopped`: it does not run. `disk-full`: it drops files (CAS/discovery-docker.md; documented).
    `wrong-format`: its data sources are saved with another type than their logs have. `wrong-zone`: times
    without a zone are read in the zone `zone`."""
    since: str
    """Local time."""
    until: str | None = None
    """Local time; unsaid, until somebody repairs it."""
    zone: str | None = None

    @model_validator(mode="after")
    def _zone(self) -> CollectorFault:
        if (self.zone is not None) != (self.kind == "wrong-zone"):
            raise ValueError("wrong-zone, and nothing else, names a zone such as Asia/Tokyo")
        return self


class CollectorSpec(Strict):
    """A log collector: a container on a host of the organisation."""

    name: str = Field(min_length=1, max_length=60)
    sources: tuple[str, ...] = ()
    """Proxies and gateways whose logs it ships; empty is all that no other collector ships."""
    receiver: Receiver = "FTP"
    faults: tuple[CollectorFault, ...] = ()
    """One after the other."""


def span(fault: CollectorFault, tz: ZoneInfo, forever: int) -> tuple[int, int]:
    """Return when a fault begins and ends, in microseconds UTC."""
    until = forever if fault.until is None else from_iso(fault.until, tz)
    return from_iso(fault.since, tz), until


def collector_problems(
    collectors: Sequence[CollectorSpec], proxies: Sequence[str], source: Document, tz: ZoneInfo
) -> Iterator[Problem]:
    """Yield sources that are not there or shipped twice, and faults whose times cannot be."""
    shipped: dict[str, str] = {}
    names: set[str] = set()
    for i, collector in enumerate(collectors):
        if collector.name in names:
            what = f"{collector.name!r} names a log collector already"
            yield Problem(
                "SCENARIO-COLLECTOR", what, source.place(("collectors", i, "name")), "use another name"
            )
        names.add(collector.name)
        left = [name for name in proxies if name not in shipped]
        for j, name in enumerate(collector.sources or left):
            place = source.place(("collectors", i, "sources", j))
            if name not in proxies:
                what = f"no proxy is called {name!r}"
                yield Problem("SCENARIO-COLLECTOR", what, place, nearest(name, proxies, "there is none"))
            elif name in shipped:
                what = f"the log of {name} is shipped by {shipped[name]} already"
                yield Problem("SCENARIO-COLLECTOR", what, place, "name each proxy once")
            shipped[name] = collector.name
        yield from _faults(collector, i, source, tz)


def _faults(collector: CollectorSpec, i: int, source: Document, tz: ZoneInfo) -> Iterator[Problem]:
    spans = []
    for j, fault in enumerate(collector.faults):
        place = source.place(("collectors", i, "faults", j))
        try:
            spans.append(span(fault, tz, 2**62))
            if fault.zone is not None:
                zone(fault.zone)
        except InputError as error:
            yield from (Problem(p.rule, p.what, place, p.advice) for p in error.problems)
            return
        if spans[-1][0] >= spans[-1][1]:
            advice = "write the earlier time first"
            yield Problem("SCENARIO-COLLECTOR", "the fault ends before it begins", place, advice)
    for j, (before, after) in enumerate(pairwise(spans), 1):
        if after[0] < before[1]:
            place = source.place(("collectors", i, "faults", j))
            advice = "end the earlier one first"
            yield Problem("SCENARIO-COLLECTOR", "the fault begins while another lasts", place, advice)
