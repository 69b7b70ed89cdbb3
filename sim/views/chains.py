"""Why connections to one host are stopped or not: a simulator view, which knows what no portal shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.engine.catalog.app import App
from sim.engine.enforcement.chain import STOPPING, Cloud, Coverage, Link, links
from sim.engine.enforcement.explain import Context, Explanation, Share, explain, histogram, why
from sim.engine.enforcement.facts import Facts, NetworkProtection, Outcome, Upstream
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.precedence import Deciding, covering
from sim.engine.enforcement.reach import Reach, reach
from sim.engine.enforcement.settings import NETWORK_PROTECTION, SMARTSCREEN
from sim.engine.enforcement.verdict import verdicts
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.session.driver import Session
from sim.world.channel import NAME


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


class _View:
    """What the portals say of the host to one device group, by whether an engine sees its path."""

    def __init__(
        self,
        session: Session,
        app: App,
        host: int,
        view: int,
        last: Mapping[tuple[str, str], int],
        offers: Mapping[str, int],
    ) -> None:
        self._world = session.world
        self._last, self._offers = last, offers
        self.app, self.host = app, self._world.staff.hosts[host]
        self._ip = self._world.guards.ips[host]
        self._group = self._world.guards.groups[view // 2]
        self._name = self.host.partition("/")[0] if view % 2 == NAME else self.host
        self.cloud = self._cloud()
        self.since = self._since()
        self.expected = self._expected()

    def _decides(self, indicators: Iterable[Indicator], group: str | None) -> Indicator | None:
        """Return what decides the host; where only the name is seen, what a path gives away comes last."""
        deciding = Deciding(indicators, group)
        return deciding.decides(self._name, self._ip) or deciding.decides(self.host, self._ip)

    def _cloud(self) -> Cloud:
        tenant, channel = self._world.tenant, self._world.channel
        present = tenant.indicators.present()
        stopping = [indicator for indicator in present if indicator.action in STOPPING]
        listed = self._decides(stopping, None)
        gone = [i for i in tenant.indicators.all if i.removed is not None and i.action in STOPPING]
        past = max((i for i in gone if self._decides([i], None)), key=lambda i: i.removed or 0, default=None)
        tag = tenant.tags.get(self.app.id, "")
        asks = tenant.tag_sync.asks(self.app.id)
        known = listed if listed is not None or asks else past
        on_offer = channel.offered.values() if channel.custom_indicators else ()
        offered = self._decides(on_offer, self._group)
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
            deciding=self._decides(present, self._group),
            offered=offered is not None and offered.action in STOPPING,
            manual=known is not None and not known.by_tag,
            expired=past if past is not None and past.removed == past.expires else None,
            full=len(present) >= tenant.portal.indicator_limit,
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
            _put(found, link, self._last.get((action, target)))
        for link, indicator in (
            (Link.LISTED, self.cloud.listed),
            (Link.IN_SCOPE, self.cloud.reaching),
            (Link.DECIDES, self.cloud.deciding),
        ):
            if indicator is not None:
                found[link] = indicator.created
        deciding = self.cloud.deciding
        if deciding is not None and deciding.id in self._offers:
            offered = self._offers[deciding.id]
            found[Link.OFFERED] = max(offered, found.get(Link.CUSTOM_INDICATORS, offered))
        return found

    def _expected(self) -> dict[Link, int]:
        """Return when the links of the cloud will be done, if nobody commands anything more."""
        world, cloud = self._world, self.cloud
        found: dict[Link, int] = {}
        asks = cloud.asks and cloud.integration and cloud.block_setting and not cloud.full
        if asks and cloud.coverage is Coverage.DOMAIN:
            _put(found, Link.LISTED, world.syncs_due.first(self.app.id, None))
        if cloud.deciding is not None and not cloud.stops:
            _put(found, Link.DECIDES, cloud.deciding.expires)
        if cloud.custom_indicators:
            _put(found, Link.OFFERED, self._offered_when())
        return found

    def _offered_when(self) -> int | None:
        """Return when what the service offers will stop the host, by the changes that are due."""
        every, offered = self._world.tenant.indicators.all, dict(self._world.channel.offered)
        for due, number in self._world.offers_due.in_order():
            offered.pop(number, None)
            if every[number].removed is None:
                offered[number] = every[number]
            decides = self._decides(offered.values(), self._group)
            if decides is not None and decides.action in STOPPING:
                return due
        return None


class Chains:
    """The chains of every machine and program to one host, as the session stands."""

    def __init__(self, session: Session, host: int) -> None:
        self._session = session
        self._world = session.world
        self._host = host
        self.app: App = self._world.staff.apps[int(self._world.staff.host_app[host])]
        self.host = self._world.staff.hosts[host]
        self._last: dict[tuple[str, str], int] = {}
        """When each kind of entry of the governance log was last written about each target."""
        self._offers: dict[str, int] = {}
        """When each indicator was first offered."""
        for entry in self._world.tenant.log:
            self._last[entry.action, entry.target] = entry.time
            if entry.action == "Offer indicators":
                self._offers.setdefault(entry.detail, entry.time)
        self._views: dict[int, _View] = {}

    def facts(self, machines: Sequence[int], processes: Sequence[int]) -> Facts:
        """Return the facts of connections that begin now, one for each pair, by each machine's own user."""
        host = np.full(len(machines), self._host, dtype=np.int64)
        return self._world.facts(
            np.array(machines, dtype=np.int64), np.array(processes, dtype=np.int64), host
        )

    def explain(self, machine: int, process: str) -> Explained:
        """Tell the chain of one program on one machine."""
        staff = self._world.staff
        place = staff.processes.index(process)
        facts = self.facts([machine], [place])
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
        places = [self._world.staff.processes.index(process) for process in processes]
        facts = self.facts(machines, places)
        outcomes = verdicts(facts)
        found = []
        for row, (machine, process) in enumerate(zip(machines, processes, strict=True)):
            outcome, one = Outcome(int(outcomes[row])), facts.take(np.array([row]))
            cloud = self._view(machine, places[row]).cloud
            context = Context(
                process,
                upstream=self._upstream(machine, Upstream(int(one.upstream[0]))),
                away=bool(self._world.staff.away[machine]),
            )
            first = Link(int(links(cloud, one)[0]))
            found.append((outcome, why(outcome, first, cloud, one, context)))
        return found

    def shares(self, machines: Sequence[int], processes: Sequence[str]) -> tuple[Share, ...]:
        """Return what the programs of these machines have in common."""
        places = [self._world.staff.processes.index(process) for process in processes]
        parts: dict[int, list[tuple[int, int]]] = {}
        for machine in machines:
            for place in places:
                view = int(self._world.guards.view[machine, place])
                parts.setdefault(view, []).append((machine, place))
        return histogram(
            [(self._view(*pairs[0]).cloud, self.facts(*zip(*pairs, strict=True))) for pairs in parts.values()]
        )

    def _view(self, machine: int, place: int) -> _View:
        """Return the portals as a machine's device group and a program's sight meet them."""
        view = int(self._world.guards.view[machine, place])
        if view not in self._views:
            self._views[view] = _View(self._session, self.app, self._host, view, self._last, self._offers)
        return self._views[view]

    def _context(self, view: _View, machine: int, process: str, facts: Facts) -> Context:
        world = self._world
        since, expected = dict(view.since), dict(view.expected)
        if Link.OFFERED in since:
            _put(since, Link.PULLED, world.machines.next_pull(machine, since[Link.OFFERED] - 1))
        if view.cloud.offered:
            _put(expected, Link.PULLED, world.machines.next_pull(machine, self._session.now))
        for link, setting, value in (
            (Link.MODE, NETWORK_PROTECTION.name, int(NetworkProtection.ENABLED)),
            (Link.SMARTSCREEN, SMARTSCREEN.name, True),
        ):
            _put(since, link, world.fleet.since(machine, setting))
            _put(expected, link, world.fleet.when(machine, setting, value))
        _put(expected, Link.BYPASS, world.bypassed_until(machine, self._host))
        return Context(
            process,
            since,
            expected,
            self._upstream(machine, Upstream(int(facts.upstream[0]))),
            bool(world.staff.away[machine]),
        )

    def _upstream(self, machine: int, found: Upstream) -> str:
        """Return who refuses a machine's connection beyond it; nobody is behind two gateways."""
        if found is Upstream.ACCESS:
            return "an access rule"
        gateway = self._world.upstream.gateway_of(self._world.now, machine)
        return "a gateway" if gateway is None else f"the gateway {gateway.name}"

    def _ways(self, machine: int, process: str) -> tuple[Reach, ...]:
        if self._world.era.portals.is_browser(process):
            return ()
        tenant = self._world.tenant
        return reach(
            self.app,
            process,
            self.host,
            browser=False,
            managed=self._world.posture(machine).onboarded,
            integrated=self.app.id in tenant.access.integrated,
            hand_made=[i.value for i in tenant.indicators.present() if not i.by_tag and i.action in STOPPING],
            removal=self._world.upstream.removal(
                self._world.now, machine, self._world.staff.processes.index(process)
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
