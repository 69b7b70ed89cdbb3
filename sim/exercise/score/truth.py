"""What really happened and what could have been stopped: read by the score, shown to nobody in play.

The world that would have been without any command is played beside the session (common random numbers:
it differs only by the commands' consequences). The bound is the earliest block that the era's delays
allow: every switch saved and every browser policy given the moment play begins, network protection set on a
machine the moment a report can show that it is concerned; where a managed value stands against that, or a
browser hides the name, once Group Policy has come round. Of a machine that nobody manages only the gateway
that it is behind counts. No player's run enters it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import STOPPED, NetworkProtection, is_smartscreen_browser
from sim.engine.enforcement.gateways import refused
from sim.engine.enforcement.precedence import covering
from sim.engine.enforcement.settings import NETWORK_PROTECTION
from sim.scenario.load import Resolved
from sim.scenario.schema import Prohibited
from sim.world.displacement import Reaction, Way
from sim.world.machines import NEVER
from sim.world.model import World
from sim.world.sensor import Sensor
from sim.world.telemetry import Rows

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Use:
    """One prohibited use: who, with which app, where, in which program, and the line that forbids it."""

    app_id: str
    user: int
    machine: int
    process: int
    line: str
    why: str


def app_rows(world: World, rows: Rows, app_id: str) -> Flags:
    """Tell which rows went to an app."""
    place = next((n for n, app in enumerate(world.staff.apps) if app.id == app_id), -1)
    found: Flags = world.staff.host_app[rows.host] == place
    return found


def blockable(resolved: Resolved) -> list[str]:
    """Return the apps whose every use is forbidden: blocking them is what the policy asks for."""
    return [item.app for item in resolved.scenario.truth.prohibited if not item.people]


def passed(rows: Rows) -> Flags:
    """Tell which connections got through; the analyst's own tests do not count."""
    found: Flags = ~np.isin(rows.outcome, STOPPED) & (rows.session >= 0)
    return found


def reachable(world: World, rows: Rows) -> Flags:
    """Tell which connections anybody could stop: of managed machines, or through a gateway that can refuse.

    What leaves by a phone or another unmanaged machine elsewhere is out of reach.
    """
    found = _managed(world)[rows.machine]
    for gateway in world.upstream.gateways:
        if gateway.kind != "log":
            found |= gateway.carries(rows.time, rows.machine)
    return found


def _managed(world: World) -> Flags:
    return np.array([device.managed for device in world.staff.devices], dtype=bool)


def by_phone(world: World, app_id: str, people: Collection[str], start: int, end: int) -> list[Reaction]:
    """Return what went to an app over the phones of people who were stopped; no source sees it.

    From `start` to `end`; of these people, or of all where none is named.
    """
    staff = world.staff
    return [
        one
        for one in world.displacement.reactions
        if one.way is Way.PHONE
        and start <= one.goes_on <= end
        and staff.apps[one.target].id == app_id
        and (not people or staff.people[one.person].id in people)
    ]


def prohibited(world: World, rows: Rows, items: Iterable[Prohibited] | None = None) -> Flags:
    """Tell which connections are a prohibited use, by these lines of the truth or by any; the analyst's own
    tests are none."""
    found = np.zeros(len(rows), dtype=bool)
    ids = [person.id for person in world.staff.people]
    for item in world.resolved.scenario.truth.prohibited if items is None else items:
        mine = app_rows(world, rows, item.app)
        if item.people:
            mine &= np.isin(rows.user, [ids.index(person) for person in item.people])
        found |= mine
    return found & (rows.session >= 0)


def uses(world: World, rows: Rows) -> list[Use]:
    """Return every prohibited use among the rows, in a total order."""
    found: list[Use] = []
    for item in world.resolved.scenario.truth.prohibited:
        mine = prohibited(world, rows, [item])
        triples = sorted(
            set(
                zip(
                    rows.user[mine].tolist(),
                    rows.machine[mine].tolist(),
                    rows.process[mine].tolist(),
                    strict=True,
                )
            )
        )
        found += [Use(item.app, u, m, p, item.line, item.why) for u, m, p in triples]
    return found


@dataclass(frozen=True, slots=True)
class Baseline:
    """The world without any command, from the start of play, and how early each use could be blocked."""

    world: World
    rows: Rows
    preventable: Flags
    """Rows of prohibited apps that the earliest possible block would have stopped."""

    def stoppable(self, app_ids: Collection[str]) -> Flags:
        """Tell which rows of prohibited apps the earliest possible block would have stopped.

        An app of which only some people's use is prohibited is looked at by itself.
        """
        found = self.preventable & of_apps(self.world, self.rows, app_ids)
        for app_id in app_ids:
            if app_id not in blockable(self.world.resolved):
                found |= _preventable(self.world, self.rows, [app_id])
        return found


def untouched(resolved: Resolved, seed: int) -> Baseline:
    """Return the world of a scenario and seed as it goes when nobody gives a command."""
    world = World(resolved, seed)
    world.run(resolved.end)
    rows = world.plane.telemetry.between(resolved.start, resolved.end)
    return Baseline(world, rows, _preventable(world, rows, blockable(resolved)))


def of_apps(world: World, rows: Rows, app_ids: Collection[str]) -> Flags:
    """Tell which rows went to one of these apps."""
    found = np.zeros(len(rows), dtype=bool)
    for app_id in app_ids:
        found |= app_rows(world, rows, app_id)
    return found


def _preventable(world: World, rows: Rows, app_ids: Collection[str]) -> Flags:
    return of_apps(world, rows, app_ids) & (rows.time >= _earliest_block(world, rows, app_ids))


def _earliest_block(world: World, rows: Rows, app_ids: Collection[str]) -> I64:
    """Return, for each row, when the earliest possible block would hold on its machine and program."""
    resolved = world.resolved
    guards, refresh = world.guards, resolved.era.gpo_refresh.longest
    known = _evidence(world, app_ids)
    blocks = guards.network_protection == NetworkProtection.ENABLED
    managed = [
        world.fleet.of(m).effective(NETWORK_PROTECTION.name).route is not None for m in range(len(known))
    ]
    known = np.where(blocks, resolved.start, known + np.where(managed, refresh, 0))
    hidden = guards.process_quic[rows.process] & guards.site_quic[rows.host]
    hidden |= guards.process_ech[rows.process] & guards.site_ech[rows.host]
    shown = resolved.start + np.where(hidden, refresh, 0)
    is_edge = np.array([is_smartscreen_browser(name) for name in world.staff.processes], dtype=bool)
    earliest = np.full(len(rows), 2**62, dtype=np.int64)
    for host, offered in _earliest_offers(world, app_ids).items():
        mine = np.flatnonzero(rows.host == host)
        machines = np.unique(rows.machine[mine])
        pulled = np.zeros(len(world.machines), dtype=np.int64)
        pulled[machines] = [_first_pull(world, m, offered) for m in machines.tolist()]
        edge = is_edge[rows.process[mine]]
        machine = rows.machine[mine]
        earliest[mine] = np.where(
            edge, pulled[machine], np.maximum(np.maximum(pulled, known)[machine], shown[mine])
        )
    return _by_gateway(world, rows, app_ids, earliest)


def _by_gateway(world: World, rows: Rows, app_ids: Collection[str], earliest: I64) -> I64:
    """Return the earliest block of each row, where that of an unmanaged machine is a gateway's alone.

    An appliance can have its block script as play begins, a gateway that fetches the list with its next poll.
    """
    start = world.resolved.start
    found = np.where(_managed(world)[rows.machine], earliest, 2**62)
    domains = {d for app_id in app_ids for d in world.resolved.catalog.app(app_id).blockable_domains}
    for gateway in world.upstream.gateways:
        since = start if gateway.appliance is not None else gateway.next_fetch(start)
        if since is not None:
            whole = gateway.appliance is None or gateway.appliance.sub_domains
            mine = ~_managed(world)[rows.machine] & passed(rows) & gateway.carries(rows.time, rows.machine)
            mine &= refused(world.staff.hosts, domains, whole)[rows.host]
            found[mine] = np.minimum(found[mine], since)
    return found


def _earliest_offers(world: World, app_ids: Collection[str]) -> dict[int, int]:
    """Return when each of the apps' hosts has its indicator offered if every switch is saved at the start."""
    resolved, seed = world.resolved, world.seed
    era = resolved.era
    listed = resolved.start + era.block_setting.sample(seed, "block_setting", 1)
    found: dict[int, int] = {}
    for app_id in app_ids:
        domains = dict.fromkeys(resolved.catalog.app(app_id).blockable_domains, 0)
        for host, name in enumerate(world.staff.hosts):
            domain = covering(domains, name)
            if domain is not None:
                found[host] = listed + era.indicator_offer.sample(seed, "indicator_offer", domain, 1)
    return found


def _first_pull(world: World, machine: int, time: int) -> int:
    last = int(world.machines.last_pull(np.array([machine]), np.array([time]))[0])
    if last == time and last != NEVER:
        return time
    return world.machines.next_pull(machine, time) or 2**62


def _evidence(world: World, app_ids: Collection[str]) -> I64:
    """Return when a portal first names each machine: a report with the feed on from the start, or the
    "was not blocked" alert of its first attempt after the indicators are listed.
    """
    resolved, seed = world.resolved, world.seed
    start, end = resolved.start, resolved.end
    runs = [start + resolved.era.first_data.sample(seed, "first_data", 1)]
    run = world.next_analysis(start)
    while run <= end:
        if run > runs[0]:
            runs.append(run)
        run = world.next_analysis(run)
    sensor = Sensor(world.staff, world.machines, resolved.era, seed)
    history = world.plane.telemetry.rows()
    concerned = of_apps(world, history, app_ids)
    known = np.full(len(world.machines), 2**62, dtype=np.int64)
    fed = 0
    for run in runs:
        last = int(np.searchsorted(history.time, run))
        sensor.collect(history.take(np.arange(fed, last)))
        fed = last
        shown = sensor.deliver(run, [(start, 2**62)])
        seen = np.unique(shown.machine[of_apps(world, shown, app_ids)])
        known[seen] = np.minimum(known[seen], run)
    listed = start + resolved.era.block_setting.sample(seed, "block_setting", 1)
    tried = history.take(concerned & (history.time >= listed))
    told = tried.time + resolved.era.timeline.sample(seed, "timeline")
    np.minimum.at(known, tried.machine, told)
    return known
