"""Why connections to one host are stopped or not: a simulator view, which knows what no portal shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

import numpy as np

from sim.engine.catalog.app import App
from sim.engine.catalog.domains import suffixes
from sim.engine.enforcement.chain import STOPPING, Cloud, Coverage, Link, links
from sim.engine.enforcement.explain import Context, Explanation, Share, explain, histogram, why
from sim.engine.enforcement.facts import Facts, Held, Outcome, Upstream
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.precedence import Deciding, covering
from sim.engine.enforcement.reach import Reach, reach
from sim.engine.enforcement.tag_sync import ASKS
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.session.driver import Session
from sim.world import effects
from sim.world.channel import NAME
from sim.world.outlook import Stage, outlook


@dataclass(frozen=True, slots=True)
class Explained:
    """One connection, by the names of its ends, and why it is stopped or not."""

    machine: str
    user: str
    process: str
    host: str
    explanation: Explanation
    ways: tuple[Reach, ...] = ()
    """For a native client: which of the ways to stop a program could reach it."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the portals say of the host from a time on, and what machines that pull then get for it."""

    since: int
    cloud: Cloud
    offered: Indicator | None


class _View:
    """What the portals say of the host to one device group, by whether an engine sees its path."""

    def __init__(self, chains: Chains, view: int) -> None:
        self._chains = chains
        self._world = chains.world
        self.host = chains.host
        self._ip = self._world.guards.ips[chains.place]
        self._group = self._world.guards.groups[view // 2]
        self._name = self.host.partition("/")[0] if view % 2 == NAME else self.host
        self.app = self._spoken_of(chains.app)
        self.stages = [self._stage(stage) for stage in chains.stages]
        """What is to come for the host, each with what is offered to the group then."""
        self.cloud = self.stages[0].cloud
        self.since = self._since()
        self.expected = self._expected()

    def _spoken_of(self, own: App) -> App:
        """Return the app whose tag asks for something: the host's own, or another that has the domain."""
        tenant = self._world.tenant
        if tenant.tags.get(own.id) in ASKS:
            return own
        asking = sorted(app for app, tag in tenant.tags.items() if tag in ASKS)
        covering = (tenant.apps[app] for app in asking)
        return next((app for app in covering if _coverage(app, self.host) is Coverage.DOMAIN), own)

    def _decides(self, indicators: Iterable[Indicator], group: str | None) -> Indicator | None:
        """Return what decides the host; where only the name is seen, what a path gives away comes last."""
        deciding = Deciding(indicators, group)
        return deciding.decides(self._name, self._ip) or deciding.decides(self.host, self._ip)

    def _stage(self, stage: Stage) -> _Stage:
        return _Stage(stage.since, self._cloud(stage), self._decides(self._on_offer(stage), self._group))

    def _on_offer(self, stage: Stage) -> Sequence[Indicator]:
        return stage.offered if self._world.channel.custom_indicators else ()

    def _cloud(self, stage: Stage) -> Cloud:
        tenant = self._world.tenant
        stopping = [indicator for indicator in stage.present if indicator.action in STOPPING]
        listed = self._decides(stopping, None)
        gone = self._chains.gone
        past = max((i for i in gone if self._decides([i], None)), key=lambda i: i.removed or 0, default=None)
        tag = tenant.tags.get(self.app.id, "")
        asks = tenant.tag_sync.asks(self.app.id)
        known = listed if listed is not None or asks else past
        offered = self._decides(self._on_offer(stage), self._group)
        return Cloud(
            portal=tenant.portal,
            app=self.app.name,
            tag=tag,
            integration=tenant.switches[INTEGRATION],
            block_setting=tenant.switches[BLOCK_UNSANCTIONED],
            custom_indicators=tenant.switches[CUSTOM_INDICATORS],
            coverage=_coverage(self.app, self.host),
            listed=listed,
            reaching=self._decides(stopping, self._group),
            deciding=self._decides(stage.present, self._group),
            offered=offered is not None and offered.action in STOPPING,
            manual=known is not None and not known.by_tag,
            expired=past if past is not None and past.removed == past.expires else None,
            full=self._chains.full,
        )

    def _since(self) -> dict[Link, int]:
        """Return when the links of the cloud became true, for those of which it is known."""
        found: dict[Link, int] = {}
        called = self.cloud.portal.switch_name
        for link, action, target in (
            (Link.TAGGED, "Tag app", self.app.id),
            (Link.INTEGRATION, "Save setting", called(INTEGRATION)),
            (Link.BLOCK_SETTING, "Save setting", called(BLOCK_UNSANCTIONED)),
            (Link.CUSTOM_INDICATORS, "Save setting", called(CUSTOM_INDICATORS)),
        ):
            _put(found, link, self._chains.last.get((action, target)))
        for link, indicator in (
            (Link.LISTED, self.cloud.listed),
            (Link.IN_SCOPE, self.cloud.reaching),
            (Link.DECIDES, self.cloud.deciding),
        ):
            if indicator is not None:
                found[link] = indicator.created
        deciding = self.cloud.deciding
        if deciding is not None and deciding.id in self._chains.offers:
            offered = self._chains.offers[deciding.id]
            found[Link.OFFERED] = max(offered, found.get(Link.CUSTOM_INDICATORS, offered))
        return found

    def _expected(self) -> dict[Link, int]:
        """Return when the links of the cloud will be done, if nobody commands anything more."""
        found: dict[Link, int] = {}
        for stage in self.stages[1:]:
            for link, is_done in (
                (Link.LISTED, stage.cloud.listed is not None),
                (Link.IN_SCOPE, stage.cloud.reaching is not None),
                (Link.DECIDES, stage.cloud.stops),
                (Link.OFFERED, stage.cloud.offered),
            ):
                if is_done:
                    found.setdefault(link, stage.since)
        return found

    def pulls(self, machine: int) -> Iterator[tuple[int, Indicator | None]]:
        """Yield the first pull that a machine makes in each stage, and what it then holds for the host."""
        now = self._world.now
        for stage, after in zip_longest(self.stages, self.stages[1:]):
            pull = self._world.machines.next_pull(machine, max(now, stage.since - 1))
            if pull is not None and (after is None or pull < after.since):
                yield pull, stage.offered


class Chains:
    """The chains of every machine and program to one host, as the session stands."""

    def __init__(self, session: Session, host: int) -> None:
        self.world = session.world
        self.place = host
        self.app: App = self.world.staff.apps[int(self.world.staff.host_app[host])]
        self.host = self.world.staff.hosts[host]
        tenant = self.world.tenant
        self.full = len(tenant.indicators.present()) >= tenant.portal.indicator_limit
        self.gone = [
            i for i in self._about(tenant.indicators.all) if i.removed is not None and i.action in STOPPING
        ]
        """The indicators for the host that stopped it once and are listed no more."""
        self.stages = self._stages()
        """What will be listed and offered of all that is about the host."""
        self.last: dict[tuple[str, str], int] = {}
        """When each kind of entry of the governance log was last written about each target."""
        self.offers: dict[str, int] = {}
        """When each indicator was first offered."""
        for entry in tenant.log:
            self.last[entry.action, entry.target] = entry.time
            if entry.action == "Offer indicators":
                self.offers.setdefault(entry.detail, entry.time)
        self._views: dict[int, _View] = {}

    def _about(self, indicators: Iterable[Indicator]) -> tuple[Indicator, ...]:
        name, ip = self.host.partition("/")[0], self.world.guards.ips[self.place]
        known = {*suffixes(name), ip}
        return tuple(i for i in indicators if i.value in known or i.value.startswith(f"{name}/"))

    def _stages(self) -> list[Stage]:
        found: list[Stage] = []
        for stage in outlook(self.world):
            mine = replace(stage, present=self._about(stage.present), offered=self._about(stage.offered))
            if not found or (found[-1].present, found[-1].offered) != (mine.present, mine.offered):
                found.append(mine)
        return found

    def facts(self, machines: Sequence[int], processes: Sequence[int], began: int | None = None) -> Facts:
        """Return the facts of requests of now, one for each pair, by each machine's own user."""
        host = np.full(len(machines), self.place, dtype=np.int64)
        return self.world.facts(
            np.array(machines, dtype=np.int64), np.array(processes, dtype=np.int64), host, began
        )

    def explain(self, machine: int, process: str, began: int | None = None) -> Explained:
        """Tell the chain of one program on one machine; its connection begins now, or `began` and is open.

        An open connection keeps what the machine held when it began, so its links close for the next one.
        """
        staff = self.world.staff
        place = staff.processes.index(process)
        facts = self.facts([machine], [place], began)
        view = self._view(machine, place)
        found = explain(view.cloud, facts, self._context(view, machine, process, facts))
        return Explained(
            staff.machines[machine].name,
            staff.people[machine].upn,
            process,
            self.host,
            found,
            self._ways(machine, process),
        )

    def answers(self, machines: Sequence[int], processes: Sequence[str]) -> list[tuple[Outcome, str]]:
        """Return what becomes of each pair and why, in one sentence."""
        places = [self.world.staff.processes.index(process) for process in processes]
        facts = self.facts(machines, places)
        found = []
        for row, (machine, process) in enumerate(zip(machines, processes, strict=True)):
            one = facts.take(np.array([row]))
            cloud = self._view(machine, places[row]).cloud
            context = Context(
                process,
                upstream=self._upstream(machine, Upstream(int(one.upstream[0]))),
                away=bool(self.world.staff.away[machine]),
            )
            chain = links(cloud, one)
            outcome, first = Outcome(int(chain.outcome[0])), Link(int(chain.first[0]))
            found.append((outcome, why(outcome, first, cloud, one, context)))
        return found

    def shares(self, machines: Sequence[int], processes: Sequence[str]) -> tuple[Share, ...]:
        """Return what the programs of these machines have in common."""
        places = [self.world.staff.processes.index(process) for process in processes]
        parts: dict[int, list[tuple[int, int]]] = {}
        for machine in machines:
            for place in places:
                view = int(self.world.guards.view[machine, place])
                parts.setdefault(view, []).append((machine, place))
        return histogram(
            [
                (self._view(*pairs[0]).cloud, self.facts([m for m, _ in pairs], [p for _, p in pairs]))
                for pairs in parts.values()
            ]
        )

    def _view(self, machine: int, place: int) -> _View:
        """Return the portals as a machine's device group and a program's sight meet them."""
        view = int(self.world.guards.view[machine, place])
        if view not in self._views:
            self._views[view] = _View(self, view)
        return self._views[view]

    def _context(self, view: _View, machine: int, process: str, facts: Facts) -> Context:
        world = self.world
        since, expected = dict(view.since), dict(view.expected)
        if Link.OFFERED in since:
            _put(since, Link.PULLED, world.machines.next_pull(machine, since[Link.OFFERED] - 1))
        if view.cloud.offered:
            stopping = (
                pull for pull, held in view.pulls(machine) if held is not None and held.action in STOPPING
            )
            _put(expected, Link.PULLED, next(stopping, None))
        device = world.staff.machines[machine].device
        for link, names in effects.deciding(process).items():
            _put(since, link, world.fleet.since(machine, names))
            closes = partial(effects.closes, link, device, process=process)
            _put(expected, link, world.fleet.when(machine, closes))
        if facts.bypassed[0]:
            _put(expected, Link.BYPASS, self._warned_again(view, machine, process))
        return Context(
            process,
            since,
            expected,
            self._upstream(machine, Upstream(int(facts.upstream[0]))),
            bool(world.staff.away[machine]),
        )

    def _warned_again(self, view: _View, machine: int, process: str) -> int:
        """Return when the host is stopped for a user again: the bypass ends, or the machine holds another."""
        number = self.world.holds(machine, self.world.staff.processes.index(process), self.place)
        until = self.world.reactions.bypassed_until(machine, number)
        for pull, held in view.pulls(machine):
            if pull >= until or held is None or held.action not in STOPPING:
                break
            if held.action is Held.BLOCK:
                return pull
            until = self.world.reactions.bypassed_until(machine, held.number)
            if until <= pull:
                return pull
        return until

    def _upstream(self, machine: int, found: Upstream) -> str:
        """Return who refuses a machine's connection beyond it; nobody is behind two gateways."""
        if found is Upstream.ACCESS:
            return "an access rule"
        gateway = self.world.upstream.gateway_of(self.world.now, machine)
        return "a gateway" if gateway is None else f"the gateway {gateway.name}"

    def _ways(self, machine: int, process: str) -> tuple[Reach, ...]:
        if self.world.era.portals.is_browser(process):
            return ()
        tenant = self.world.tenant
        return reach(
            self.app,
            process,
            self.host,
            browser=False,
            managed=self.world.posture(machine).onboarded,
            integrated=self.app.id in tenant.access.integrated,
            hand_made=[i.value for i in tenant.indicators.present() if not i.by_tag and i.action in STOPPING],
            removal=self.world.upstream.removal(
                self.world.now, machine, self.world.staff.processes.index(process)
            ),
        )


def _put(times: dict[Link, int], link: Link, time: int | None) -> None:
    if time is not None:
        times[link] = time


def _coverage(app: App, destination: str) -> Coverage:
    host = destination.partition("/")[0]
    if covering(app.blockable_domains, host) is not None:
        return Coverage.DOMAIN
    with_path = [domain.partition("/")[0] for domain in app.domains if "/" in domain]
    return Coverage.URL_ONLY if covering(with_path, host) is not None else Coverage.MISSING
