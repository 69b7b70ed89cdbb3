"""The reports of one organisation, and what happens to traffic on its way into them.

Traffic of every source passes the same gates in this order: too old, excluded, enriched, anonymised.
A gate holds for what comes after it was set: a report is never rewritten, so what came before stays as
it is until it is forgotten (CAS/discovered-apps.md; documented).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import ip_address
from typing import get_args

import numpy as np

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.time import DAY
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.built_in import BUILT_IN as BUILT_IN
from sim.engine.discovery.built_in import BUILT_IN_REPORTS as BUILT_IN_REPORTS
from sim.engine.discovery.built_in import GLOBAL as GLOBAL
from sim.engine.discovery.built_in import SESSION_CONTROL as SESSION_CONTROL
from sim.engine.discovery.built_in import WIN10 as WIN10
from sim.engine.discovery.continuous import ContinuousReport, Past
from sim.engine.discovery.custom_reports import CustomReport, IpRange, marked, network, wanted
from sim.engine.discovery.groups import EntityKind
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.report import KEPT_DAYS
from sim.engine.discovery.snapshots import Snapshot
from sim.engine.traffic import Bool, Traffic

WORDS_OF_REASON = 3
"""Words that a justification has at least (guess: the product asks for one and does not say how long)."""
LONGEST_NAME = 80
"""Characters of a name that a person gives (ours)."""

ENTITY_KINDS: tuple[EntityKind, ...] = get_args(EntityKind)
ENTITY_WORDS: Mapping[EntityKind, str] = {"user": "user", "source_ip": "IP address", "machine": "machine"}

Write = Callable[[int, str, str, str, str], None]
"""Adds a line to the governance log: time, actor, action, target, detail."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Somebody or something whose traffic is left out."""

    kind: EntityKind
    name: str
    since: int
    actor: str
    comment: str


def oldest_day(now: int) -> int:
    """Return the first day, since 1970-01-01, whose data is kept."""
    return now // DAY - KEPT_DAYS


class Streams:
    """The reports that the selector offers, their sources, and the settings of Cloud Discovery."""

    def __init__(
        self,
        catalog: Catalog,
        logs: Sequence[str],
        people: People,
        pseudonyms: Pseudonyms,
        write: Write,
        machine: str = ENTITY_WORDS["machine"],
    ) -> None:
        """Begin with a report for each source, the built-in ones among them; `logs` are the log sources.

        `machine` is what the period calls one.
        """
        self.words: Mapping[EntityKind, str] = {**ENTITY_WORDS, "machine": machine}
        """The kinds of entities in a word."""
        self.sources = (WIN10, *logs)
        self.people = people
        self.groups = tuple(sorted({group for groups in people.groups.values() for group in groups}))
        names = (WIN10, GLOBAL, *logs, SESSION_CONTROL)
        self.reports = {name: ContinuousReport(name, catalog) for name in names}
        """The continuous reports: what analysis runs feed, policies watch and age takes from."""
        self.snapshots: dict[str, Snapshot] = {}
        self._frozen: dict[str, ContinuousReport] = {}
        self.all: Mapping[str, ContinuousReport] = ChainMap(self._frozen, self.reports)
        """Every report that the selector offers, the snapshot reports last."""
        self.updated: dict[str, int] = {}
        """When each report last took in what an analysis run brought."""
        self.custom: dict[str, CustomReport] = {}
        self.ip_ranges: dict[str, IpRange] = {}
        self.excluded: dict[tuple[EntityKind, str], Exclusion] = {}
        """By kind and case-folded name."""
        self.enriched = False
        self.anonymised: set[tuple[str, EntityKind]] = set()
        """Source and the kind of name that it hides."""
        self.pseudonyms = pseudonyms
        self._catalog = catalog
        self._write = write

    # -- traffic ---------------------------------------------------------------------------------

    def receive(self, now: int, source: str, traffic: Traffic) -> None:
        """Take what an analysis run brought from a source into every report that the source feeds."""
        traffic = self._counted(now, traffic)
        shown = self._hidden(source, traffic)
        for name in _fed(source):
            self.reports[name].take(now, shown)
            self.updated[name] = now
        for custom in self.custom.values():
            if source in custom.sources:
                rows = wanted(custom, traffic, self.people, self.ip_ranges)
                self.reports[custom.name].take(now, _rows(shown, rows))
                self.updated[custom.name] = now

    def recall(self, now: int, source: str, past: Past) -> None:
        """Let the reports that a source feeds begin with its past, before any setting was changed."""
        for name in _fed(source):
            self.reports[name].recall(now, past)
            self.updated[name] = now

    def fed_by(self, report: str) -> tuple[str, ...]:
        """Return the sources that feed a report, or fed it once."""
        if report in self.snapshots:
            return (self.snapshots[report].source,)
        if report in self.custom:
            return self.custom[report].sources
        logs = tuple(source for source in self.sources if source != WIN10)
        return logs if report == GLOBAL else tuple(source for source in self.sources if source == report)

    def forget(self, now: int) -> None:
        """Drop what is older than the product keeps."""
        for report in self.reports.values():
            report.forget_before(oldest_day(now))

    def follow(self, catalog: Catalog) -> None:
        """Discover by a catalog with more apps from now on."""
        self._catalog = catalog
        for report in self.all.values():
            report.follow(catalog)

    def _counted(self, now: int, traffic: Traffic) -> Traffic:
        """Return what is neither too old nor excluded, under the names that enrichment gives."""
        traffic = _rows(traffic, traffic.time >= oldest_day(now) * DAY)
        traffic = _rows(traffic, ~self._left_out(traffic))
        return self.people.traffic(traffic) if self.enriched else traffic

    def _left_out(self, traffic: Traffic) -> Bool:
        """Mark the rows of those who are excluded, by the log's name or the one it is replaced by."""
        marks = np.zeros(len(traffic), dtype=np.bool_)
        columns = {"user": traffic.user, "source_ip": traffic.source_ip, "machine": traffic.machine}
        for kind in {kind for kind, _ in self.excluded}:
            marks |= marked(columns[kind], len(traffic), partial(self._is_excluded, kind))
        return marks

    def _is_excluded(self, kind: EntityKind, name: str) -> bool:
        names = {name.casefold()}
        if kind == "user" and self.enriched:
            names.add(self.people.person(name).casefold())
        return any((kind, each) in self.excluded for each in names)

    def _hidden(self, source: str, traffic: Traffic) -> Traffic:
        hide = self.pseudonyms.hide
        if (source, "user") in self.anonymised and traffic.user is not None:
            traffic = replace(traffic, user=traffic.user.renamed(hide))
        if (source, "machine") in self.anonymised and traffic.machine is not None:
            traffic = replace(traffic, machine=traffic.machine.renamed(hide))
        return traffic

    # -- settings --------------------------------------------------------------------------------

    def exclude(self, now: int, actor: str, kind: str, name: str, comment: str, on: bool) -> bool:
        """Leave somebody's future traffic out, or take it in again; return whether that changed anything."""
        known = next((each for each in ENTITY_KINDS if each == kind), None)
        if known is None:
            raise _refused("EXCLUDE-KIND", f"{kind!r} cannot be excluded", nearest(kind, ENTITY_KINDS))
        name = _name("EXCLUDE-NAME", self.words[known], name)
        if known == "source_ip":
            name = _address(name)
        elif self.pseudonyms.resolve(name) is not None:
            what = f"{name!r} is a pseudonym, and traffic comes under real names"
            raise _refused("EXCLUDE-NAME", what, "resolve it first")
        key = (known, name.casefold())
        if on == (key in self.excluded):
            return False
        if on:
            self.excluded[key] = Exclusion(known, name, now, actor, comment.strip())
        else:
            name = self.excluded.pop(key).name
        detail = ": ".join(part for part in (self.words[known], comment.strip()) if part)
        self._write(now, actor, "Exclude entity" if on else "End exclusion", name, detail)
        return True

    def enrich(self, now: int, actor: str, on: bool) -> bool:
        """Let the directory's names replace those of the logs, or not; return whether that is new."""
        changed = self.enriched != on
        self.enriched = on
        if changed:
            self._write(now, actor, "Save setting", "User enrichment", "on" if on else "off")
        return changed

    def anonymise(self, now: int, actor: str, source: str, kind: str, on: bool) -> bool:
        """Hide a source's future user or machine names, or not; return whether that is new."""
        if source not in self.sources:
            raise _refused("SOURCE-UNKNOWN", f"no source {source!r}", nearest(source, self.sources))
        known = next((each for each in self.private(source) if each == kind), None)
        if known is None:
            allowed = "one of: " + ", ".join(self.private(source))
            raise _refused("ANONYMISE-KIND", f"{source} hides no names of the kind {kind!r}", allowed)
        held = (source, known)
        if on == (held in self.anonymised):
            return False
        (self.anonymised.add if on else self.anonymised.discard)(held)
        target = f"Anonymization of {self.words[known]} names, {source}"
        self._write(now, actor, "Save setting", target, "on" if on else "off")
        return True

    def private(self, source: str) -> tuple[EntityKind, ...]:
        """Return which names of a source can be hidden: machine names in the endpoint report only."""
        return ("user", "machine") if source == WIN10 else ("user",)

    def resolve(self, now: int, actor: str, pseudonyms: Sequence[str], justification: str) -> dict[str, str]:
        """Return the names behind pseudonyms; who asked, and why, is written to the governance log."""
        asked = list(dict.fromkeys(each.strip() for each in pseudonyms if each.strip()))
        problems = [
            Problem("PSEUDONYM-UNKNOWN", f"{each!r} is no pseudonym", advice="copy it from a report")
            for each in asked
            if self.pseudonyms.resolve(each) is None
        ]
        if not asked:
            problems.append(Problem("PSEUDONYM-NONE", "nobody is to be resolved", advice="name somebody"))
        why = " ".join(justification.split())
        if len(why.split()) < WORDS_OF_REASON:
            what = "resolving needs a justification, and it goes into the governance log"
            advice = f"write at least {WORDS_OF_REASON} words"
            problems.append(Problem("JUSTIFICATION", what, advice=advice))
        if problems:
            raise CommandRefused(problems)
        found = {each: name for each in asked if (name := self.pseudonyms.resolve(each)) is not None}
        for each in found:
            self._write(now, actor, "Resolve username", each, why)
        return found

    # -- custom reports and address ranges -------------------------------------------------------

    def save_report(self, now: int, actor: str, report: CustomReport) -> str:
        """Add a custom report, or change what it takes from now on; return its name."""
        report = replace(report, name=_name("REPORT-NAME", "report", report.name), created=now)
        held = self._held(report.name)
        problems = [*self._report_problems(report)]
        if held is not None and held not in self.custom:
            kind = "a snapshot report" if held in self.snapshots else "built in"
            what = f"{held} is there already, and it is {kind}"
            problems.append(Problem("REPORT-NAME", what, advice="use another name"))
        if problems:
            raise CommandRefused(problems)
        if held is None:
            self.reports[report.name] = ContinuousReport(report.name, self._catalog)
        else:
            report = replace(report, name=held, created=self.custom[held].created)
        cidr = tuple(str(network(text)) for text in report.networks)
        self.custom[report.name] = replace(report, networks=cidr)
        filters = (*report.groups, *cidr, *report.ip_tags)
        self._write(now, actor, "Save report", report.name, ", ".join((*report.sources, *filters)))
        return report.name

    def create_snapshot(self, now: int, actor: str, snapshot: Snapshot, traffic: Traffic) -> str:
        """Make a report of what a log says, which never changes; return its name.

        It is read at once (guess: the product takes a while, and sends a mail).
        """
        name = _name("REPORT-NAME", "report", snapshot.name)
        if held := self._held(name):
            raise _refused("REPORT-NAME", f"{held} is there already", "use another name")
        traffic = self._counted(now, traffic)
        if not len(traffic):
            what = f"the log of {snapshot.source} holds nothing of that period"
            raise _refused("SNAPSHOT-EMPTY", what, f"choose another of the last {KEPT_DAYS} days")
        if snapshot.anonymised and traffic.user is not None:
            traffic = replace(traffic, user=traffic.user.renamed(self.pseudonyms.hide))
        report = ContinuousReport(name, self._catalog, "snapshot")
        report.take(now, traffic)
        self._frozen[name], self.updated[name] = report, now
        self.snapshots[name] = replace(snapshot, name=name)
        self._write(now, actor, "Create snapshot report", name, snapshot.source)
        return name

    def _held(self, name: str) -> str | None:
        """Return the report that has this name, in whatever case."""
        return {each.casefold(): each for each in self.all}.get(name.casefold())

    def _report_problems(self, report: CustomReport) -> list[Problem]:
        tags = sorted({tag for named in self.ip_ranges.values() for tag in named.tags})
        parts = (
            ("REPORT-SOURCE", "source", report.sources, self.sources),
            ("REPORT-GROUP", "user group", report.groups, self.groups),
            ("REPORT-TAG", "IP tag", report.ip_tags, tags),
        )
        problems = [
            Problem(
                rule, f"no {what} {name!r}", advice=nearest(name, known, "" if known else "there is none")
            )
            for rule, what, names, known in parts
            for name in names
            if name not in known
        ]
        if not report.sources:
            advice = "one of: " + ", ".join(self.sources)
            problems.append(Problem("REPORT-SOURCE", "a report needs a source", advice=advice))
        return problems + _network_problems(report.networks)

    def delete_report(self, now: int, actor: str, name: str) -> None:
        """Drop a custom or a snapshot report and its data."""
        if name in self.snapshots:
            del self.snapshots[name], self._frozen[name]
        elif name in self.custom:
            del self.custom[name], self.reports[name]
        else:
            known = ", ".join((*self.custom, *self.snapshots))
            advice = f"one of: {known}" if known else "there is none"
            raise _refused("REPORT-UNKNOWN", f"no custom or snapshot report {name!r}", advice)
        self.updated.pop(name, None)
        self._write(now, actor, "Delete report", name, "")

    def save_ip_range(self, now: int, actor: str, named: IpRange) -> str:
        """Name addresses and tag them, and return the name; reports that go by a tag follow from now on."""
        name = _name("RANGE-NAME", "address range", named.name)
        tags = tuple(dict.fromkeys(tag.strip() for tag in named.tags if tag.strip()))
        problems = _network_problems(named.networks)
        if not named.networks:
            problems.append(Problem("ADDRESS-RANGE", "a range needs addresses", advice="such as 10.1.0.0/16"))
        if problems:
            raise CommandRefused(problems)
        self._keep_used_tags(name, tags)
        cidr = tuple(str(network(text)) for text in named.networks)
        self.ip_ranges[name] = IpRange(name, cidr, tags)
        self._write(now, actor, "Save IP range", name, ", ".join((*cidr, *tags)))
        return name

    def remove_ip_range(self, now: int, actor: str, name: str) -> None:
        """Forget a named range."""
        if name not in self.ip_ranges:
            raise _refused("RANGE-UNKNOWN", f"no IP range {name!r}", nearest(name, self.ip_ranges))
        self._keep_used_tags(name, ())
        del self.ip_ranges[name]
        self._write(now, actor, "Remove IP range", name, "")

    def _keep_used_tags(self, name: str, tags: Sequence[str]) -> None:
        """Refuse to lose a tag that a report goes by: the report would silently take nobody."""
        left = {*tags, *(t for other in self.ip_ranges.values() if other.name != name for t in other.tags)}
        for report in self.custom.values():
            for tag in report.ip_tags:
                if tag not in left:
                    what = f"the report {report.name} goes by the tag {tag}"
                    raise _refused("RANGE-USED", what, "change the report first")


def _fed(source: str) -> tuple[str, ...]:
    """Return the reports of the portal's own that a source feeds."""
    return (source,) if source in BUILT_IN else (GLOBAL, source)


def _rows(traffic: Traffic, rows: Bool) -> Traffic:
    return traffic if rows.all() else traffic.take(rows)


def _refused(rule: str, what: str, advice: str) -> CommandRefused:
    return CommandRefused(Problem(rule, what, advice=advice))


def _name(rule: str, what: str, text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise _refused(rule, f"{text!r} cannot name a {what}", f"use 1 to {LONGEST_NAME} characters")
    return name


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise _refused("EXCLUDE-NAME", f"{text!r} is no IP address", "write it as 10.1.0.7") from None


def _network_problems(texts: Sequence[str]) -> list[Problem]:
    return [
        Problem("ADDRESS-RANGE", f"{text!r} is no range of addresses", advice="write it as 10.1.0.0/16")
        for text in texts
        if network(text) is None
    ]
