"""Commands on the settings of Cloud Discovery: custom and snapshot reports, IP ranges, exclusions, names.

Settings hold for new data only: what a report already says stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, InputError
from sim.base.text import plain
from sim.base.time import from_iso
from sim.engine.discovery.custom_reports import CustomReport, IpRange
from sim.engine.discovery.snapshots import Snapshot
from sim.session.answer import Answer, said
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class SaveReport:
    """Create a custom continuous report, or change what one takes."""

    kind: ClassVar[str] = "save-report"
    name: str
    sources: tuple[str, ...]
    groups: tuple[str, ...] = ()
    ip_ranges: tuple[str, ...] = ()
    ip_tags: tuple[str, ...] = ()

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it; the next analysis run feeds it."""
        sources = tuple(map(world.tenant.portal.report_id, self.sources))
        report = CustomReport(self.name, sources, self.groups, self.ip_ranges, self.ip_tags)
        name = world.tenant.streams.save_report(world.now, actor, report)
        return said(f"{name} is saved; it takes new data only", name=name)


@dataclass(frozen=True, slots=True)
class DeleteReport:
    """Delete a custom continuous report, or a snapshot report, with its data."""

    kind: ClassVar[str] = "delete-report"
    name: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Delete it."""
        world.tenant.delete_report(world.now, actor, self.name)
        return said(f"{self.name} is deleted")


@dataclass(frozen=True, slots=True)
class CreateSnapshot:
    """Upload what an appliance has logged in a period, by hand: a report that never changes."""

    kind: ClassVar[str] = "create-snapshot"
    name: str
    source: str
    since: str = ""
    """ISO 8601, in the organisation's time zone without an offset; empty is where the log begins."""
    until: str = ""
    """The same; empty is now."""
    description: str = ""
    anonymise: bool = False

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Export the log from the appliance, so that no log collector can lose or misread it, and read it."""
        gateways = {gateway.name: gateway for gateway in world.upstream.gateways}
        if self.source not in gateways:
            raise unknown("SOURCE-UNKNOWN", "log source", self.source, [*gateways])
        try:
            since, until = (
                from_iso(each.strip(), world.resolved.tz) if each.strip() else None
                for each in (self.since, self.until)
            )
        except InputError as error:
            raise CommandRefused(error.problems) from None
        end = world.now if until is None else min(until, world.now)
        rows, gateway = world.plane.telemetry.between(since or 0, end), gateways[self.source]
        logged = world.logs.of(gateway.proxy, rows.take(gateway.carries(rows.time, rows.machine)))
        snapshot = Snapshot(self.name, self.source, self.description.strip(), self.anonymise)
        name = world.tenant.streams.create_snapshot(world.now, actor, snapshot, logged)
        return said(f"{name} is made; it never changes", name=name)


@dataclass(frozen=True, slots=True)
class SaveIpRange:
    """Name a range of addresses and tag it, or change one."""

    kind: ClassVar[str] = "save-ip-range"
    name: str
    ranges: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save it."""
        name = world.tenant.streams.save_ip_range(
            world.now, actor, IpRange(self.name, self.ranges, self.tags)
        )
        return said(f"{name} is saved", name=name)


@dataclass(frozen=True, slots=True)
class RemoveIpRange:
    """Remove a named range of addresses."""

    kind: ClassVar[str] = "remove-ip-range"
    name: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Remove it."""
        world.tenant.streams.remove_ip_range(world.now, actor, self.name)
        return said(f"{self.name} is removed")


@dataclass(frozen=True, slots=True)
class ExcludeEntity:
    """Leave a user, an IP address or a machine out of Cloud Discovery, or end that."""

    kind: ClassVar[str] = "exclude-entity"
    entity: str
    """`user`, `source_ip` or `machine`."""
    name: str
    on: bool = True
    comment: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save the exclusion; data that is there already stays for its 90 days."""
        changed = world.tenant.streams.exclude(
            world.now, actor, self.entity, self.name, self.comment, self.on
        )
        state = "left out of new data" if self.on else "counted again in new data"
        name = plain(self.name.strip())
        return said(f"{name} is {state}" if changed else f"{name} was {state} before", changed=changed)


@dataclass(frozen=True, slots=True)
class EnrichUsers:
    """Let the directory's names replace the user names of the logs, or not."""

    kind: ClassVar[str] = "enrich-users"
    on: bool

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save the setting."""
        changed = world.tenant.streams.enrich(world.now, actor, self.on)
        state = "on" if self.on else "off"
        text = f"User enrichment is {state}" if changed else f"User enrichment was already {state}"
        return said(text, changed=changed)


@dataclass(frozen=True, slots=True)
class Anonymise:
    """Hide the user names of a data source, or the machine names of the endpoint report, or not."""

    kind: ClassVar[str] = "anonymise"
    source: str
    entity: str
    """`user` or `machine`."""
    on: bool

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Save the setting; names that reports show already stay."""
        portal = world.tenant.portal
        source = portal.report_id(self.source)
        changed = world.tenant.streams.anonymise(world.now, actor, source, self.entity, self.on)
        state = "hidden" if self.on else "shown"
        text = f"{self.entity} names of {portal.report(source)} are {state} in new data"
        return said(text if changed else f"{text}, as before", changed=changed)


@dataclass(frozen=True, slots=True)
class ResolveNames:
    """Ask who stands behind pseudonyms, with a justification that goes into the governance log."""

    kind: ClassVar[str] = "resolve-names"
    names: tuple[str, ...]
    justification: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the names in the notes: reports go on under the pseudonyms."""
        found = world.tenant.streams.resolve(world.now, actor, self.names, self.justification)
        for pseudonym, name in found.items():
            notes.resolve(pseudonym, name)
        return said("; ".join(f"{each} is {plain(name)}" for each, name in found.items()), names=found)
