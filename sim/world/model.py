"""The world: SimPy for what changes state, the data plane for what does not, and the tenant that watches.

Control changes are SimPy events: a command, an indicator listed or offered, first data, an analysis run.
Every one of them realises the traffic before it, and only then changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from hashlib import sha256

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.base.rng import draw
from sim.base.time import DAY, HOUR, from_iso
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.streams import SESSION_CONTROL
from sim.engine.enforcement.access import AccessRule
from sim.engine.enforcement.facts import STOPPED, Antivirus, DevicePosture, Facts, Outcome
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.scopes import ScopedProfile
from sim.engine.enforcement.scripts import BlockList, block_list
from sim.engine.enforcement.settings import setting
from sim.engine.governance import LogEntry
from sim.engine.policy.built_in import Breach
from sim.engine.policy.endpoint_queue import Attempt, heading
from sim.engine.tenant import (
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    INTEGRATION,
    WIN10,
    Tenant,
)
from sim.scenario.load import Resolved
from sim.scenario.sources import FaultKind
from sim.scenario.standing import Managed
from sim.world.asking import Asking
from sim.world.channel import Channel
from sim.world.clockwork import Clockwork
from sim.world.collector import REPAIR_AFTER, Collector, Collectors
from sim.world.directory import directory, logon_names
from sim.world.displacement import Displacement
from sim.world.fleet import Fleet
from sim.world.groundwork import groundwork
from sim.world.guards import Guards
from sim.world.helpdesk import HelpDesk
from sim.world.history import history
from sim.world.hops import Hops
from sim.world.indicator_service import SERVICE, IndicatorService
from sim.world.judge import Judge
from sim.world.logs import Logs, session_traffic
from sim.world.machines import RESTART
from sim.world.mailbox import Mailbox
from sim.world.messages import Messages
from sim.world.places import Places
from sim.world.plane import Plane
from sim.world.reactions import Reactions
from sim.world.recall import recall
from sim.world.sensor import (
    Sensor,
    SessionFeed,
    endpoint_traffic,
)
from sim.world.story import Story
from sim.world.telemetry import Rows
from sim.world.upstream import Gateway, Upstream
from sim.world.uptake import Uptake

I64 = NDArray[np.int64]

WARNING = (Outcome.WARNED, Outcome.BYPASSED)
"""A warning raises its alert not every time (MDE/indicators-overview.md; documented): of a machine's
warnings on one indicator and day all or none, one in two (guess)."""
LOUD = (Outcome.NOT_BLOCKED, Outcome.ALERTED, Outcome.BLOCKED, *WARNING)
"""What raises an alert of a machine; a site that is allowed raises none (documented)."""

SCENARIO = "scenario"
"""Actor of what stands before play begins."""
FIRST_DATA = "First data"
"""Log entry of the first analysis after the integration was switched on."""


class World:
    """One organisation in simulated time. `now` is where its clock stands, in microseconds UTC."""

    def __init__(self, resolved: Resolved, seed: int) -> None:
        self.resolved = resolved
        self.seed = seed
        self.era = resolved.era
        begun = groundwork(resolved, seed)
        self.staff, self.machines, self.agenda = begun.staff, begun.machines, begun.agenda
        self.places = Places(resolved, self.staff, self.machines.calendar, seed)
        self.guards = Guards(resolved, self.staff, self.places)
        self.channel = Channel(self.staff.hosts, self.guards.ips, self.guards.groups)
        self.upstream = Upstream(resolved, self.staff, self.machines, self.places, seed)
        begin = self.machines.calendar.first_of_day(resolved.start)
        self.judge = Judge(self.machines, self.channel, self.guards, self.upstream)
        self.messages = Messages(len(self.staff.people))
        self.displacement = Displacement(resolved, begun, self.messages, seed)
        self.reactions = Reactions(resolved.scenario.click_through, seed, self.displacement)
        self.plane = Plane(begun, self.judge, self.upstream, self.reactions, seed, begin)
        self.sensor = Sensor(self.staff, self.machines, self.era, seed)
        self.session_feed = SessionFeed()
        self.journal: list[LogEntry] = []
        """What happened and is in no portal's log."""
        self.mailbox = Mailbox(self.journal.append)
        domain = resolved.scenario.organisation.domain
        self.user_names = (*(p.upn for p in self.staff.people), f"analyst@{domain}")
        self.logon_names = logon_names(self.user_names, domain)
        self.logs = Logs(self.staff, self.guards, self.places, self.logon_names)
        people = directory(self.staff.people, self.user_names, domain)
        # A key of the run's own: the same run has the same pseudonyms on every machine.
        key = sha256(f"pseudonyms:{seed}".encode()).digest()
        self.tenant = Tenant(
            self.era.portals,
            resolved.catalog,
            tuple(gateway.name for gateway in self.upstream.gateways),
            people,
            Pseudonyms(key),
            resolved.scenario.single_sign_on,
            tuple(group for group in self.guards.groups if group),
            licences=resolved.scenario.subscription.licences,
        )
        self.integration_spans: list[tuple[int, int]] = []
        self.first_data_expected: int | None = None
        self.hops = Hops(self.era, seed)
        self.env = simpy.Environment(initial_time=begin)
        self._clock = begin
        self.clockwork = Clockwork(lambda: self.now, self._at, self._realise, self.delay, self.tenant.write)
        self.indicators = IndicatorService(self.tenant, self.channel, self.judge, self.plane, self.clockwork)
        self.fleet = Fleet(self.staff, self.machines, self.guards, self.clockwork)
        self.collectors = Collectors(
            resolved,
            self.upstream.gateways,
            seed,
            self._at,
            lambda: self.now,
            self.tenant.write,
            self.tenant.cloud_alerts.raise_system,
        )
        self.history = history(resolved, begun, seed)
        """What happened before the day on which play begins; None where nobody kept it."""
        if self.history is not None:
            self._recall()
        for standing in resolved.scenario.managed:
            self._manage(standing)
        for app_id, tag in sorted(resolved.scenario.tags.items()):
            self.tenant.tag(begin, SCENARIO, app_id, tag)
        self.tenant.policies.breaches = tuple(
            Breach(news.app, from_iso(news.date) // DAY, news.text) for news in resolved.scenario.breaches
        )
        self._list_unsanctioned()
        for gateway, proxy in zip(self.upstream.gateways, resolved.scenario.proxy, strict=True):
            if proxy.blocks:
                gateway.take(begin, block_list(resolved.catalog.app(app) for app in proxy.blocks).hosts)
        self._at(self.next_analysis(begin), self._analysis_run)
        self.story = Story(self, begun.kinds)
        self.asking = Asking(self)
        self.help_desk = HelpDesk(self, self.displacement)
        self.uptake = None if begun.adoption is None else Uptake(self, begun.adoption)
        """The spread of new apps, where there are any."""

    def _recall(self) -> None:
        """Let the portal begin with the past, and the endpoint feed with having been on."""
        past = self.resolved.scenario.history
        if self.history is None or past is None:
            return
        if past.endpoint:
            self.tenant.switch(self.history.first, SCENARIO, INTEGRATION, True)
            self.integration_spans.append((self.history.first, 2**62))
        recall(
            self.history,
            self.tenant,
            self.user_names,
            self.logon_names,
            endpoint=past.endpoint,
            next_analysis=self.next_analysis,
        )

    def _manage(self, standing: Managed) -> None:
        """Let a setting of the scenario stand on the machines that its route reaches."""
        one, period = setting(standing.setting, "today"), self.era.portals.key
        people, wanted = self.staff.people, set(standing.departments)
        machines = [
            m.index for m in self.staff.machines if not wanted or people[m.owner].department in wanted
        ]
        reached = self.fleet.reachable(one, standing.route, machines, period)
        target = ", ".join(standing.departments) or self.tenant.portal.say("All {machines}")
        self.fleet.stand(one.name, one.read(standing.value), standing.route, target, reached)

    @property
    def now(self) -> int:
        """The simulated time: the event being processed, or where `run` left the clock."""
        return max(self._clock, int(self.env.now))

    def run(self, until: int) -> None:
        """Let everything before `until` happen; what is due at `until` itself still waits."""
        while self.env.peek() < until:
            self.env.step()
            self.story.notice()
        self._clock = max(self._clock, until)
        self._realise()

    def next_event(self) -> int | None:
        """Return when the next control event is due."""
        due = self.env.peek()
        return None if due == float("inf") else int(due)

    def _at(self, due: int, action: Callable[[], None]) -> None:
        self.env.timeout(due - int(self.env.now)).callbacks.append(lambda _: action())

    def _realise(self) -> None:
        for rows in self.plane.advance(self.now):
            self._watch(rows)
        self.help_desk.read()

    def _watch(self, rows: Rows) -> None:
        self.sensor.collect(rows.take(self.guards.feeds(rows.time, rows.machine)))
        for feed in self.collectors.feeds:
            feed.collect(rows)
        self.session_feed.collect(rows)
        self.story.watch(rows)
        if self.uptake is not None:
            self.uptake.watch(rows)
        loud = np.isin(rows.outcome, LOUD)
        for row in np.flatnonzero(loud).tolist():
            self._alert(rows, row)

    def _alert(self, rows: Rows, row: int) -> None:
        number = int(rows.indicator[row])
        indicator = self.tenant.indicators.all[number]
        time, machine = int(rows.time[row]), int(rows.machine[row])
        outcome = Outcome(int(rows.outcome[row]))
        if not indicator.generate_alert:
            return
        keys = int(self.staff.keys[machine]), indicator.value, time // DAY
        if outcome in WARNING and draw(self.seed, "warn-alert", *keys) % 2:
            return
        title, severity = heading(self.era.portals, indicator)
        made = Attempt(
            time=time,
            visible_at=time + self.era.timeline.sample(self.seed, "timeline"),
            machine=machine,
            user=int(rows.user[row]),
            process=int(rows.process[row]),
            indicator=number,
            day=time // DAY,
            title=title,
            severity=severity,
            blocked=outcome in STOPPED,
            app_id=indicator.app_id,
        )
        raised = self.tenant.endpoint_alerts.attempt(made)
        if raised:
            self.tenant.write(
                time,
                self.era.portals.endpoint,
                "Raise alert",
                raised.id,
                self.staff.machines[machine].name,
            )

    def visit(self, machine: int, process: int, host: int) -> tuple[Outcome, Indicator | None]:
        """Try a host in a browser of a machine now, as the analyst; return also what indicator decided."""
        self._realise()
        rows = self.plane.visit(self.now, machine, process, host)
        self._watch(rows)
        number = int(rows.indicator[0])
        return Outcome(int(rows.outcome[0])), self.tenant.indicators.all[number] if number >= 0 else None

    def facts(self, machine: I64, process: I64, host: I64, began: int | None = None) -> Facts:
        """Return what decides requests of now, each by its machine's own user.

        Their connections begin now, or `began` earlier and stayed open.
        """
        time = np.full(len(machine), self.now, dtype=np.int64)
        opened = time if began is None else np.full_like(time, began)
        held, listed = self.judge.indicators(opened, machine, process, host)
        beyond = self.upstream.denies(time, machine, machine, process, host)
        facts = self.judge.facts(time, machine, process, host, held, listed, beyond)
        pairs = zip(machine.tolist(), held.tolist(), strict=True)
        bypassed = [self.reactions.bypasses(user, number, self.now) for user, number in pairs]
        return replace(facts, bypassed=np.array(bypassed, dtype=np.bool_))

    def holds(self, machine: int, process: int, host: int) -> int:
        """Return the number of the indicator that a machine holds for a program at a host; -1 is none."""
        columns = np.array([self.now, machine, process, host], dtype=np.int64).reshape(4, 1)
        return int(self.judge.indicators(*columns)[0][0])

    def posture(self, machine: int) -> DevicePosture:
        """Return a machine's true protection state."""
        return self.guards.posture(machine)

    def save_setting(self, actor: str, name: str, value: str) -> bool:
        """Save a setting that holds a value; what people clicked through already keeps its end (guess)."""
        self._realise()
        changed = self.tenant.save_setting(self.now, actor, name, value)
        self.reactions.bypass_for = self.tenant.bypass_hours * HOUR
        return changed

    def set_switch(self, actor: str, name: str, on: bool) -> bool:
        """Save a switch of either portal and start what follows from it."""
        self._realise()
        synced = self.tenant.tag_sync_on
        switch = self.tenant.find_switch(name).id
        if not self.tenant.switch(self.now, actor, name, on):
            return False
        if switch == INTEGRATION:
            self._integration(on)
        if switch == CUSTOM_INDICATORS:
            self.channel.custom_indicators = on
            self.indicators.publish()
            self.indicators.relist()
        if switch in {INTEGRATION, BLOCK_UNSANCTIONED} and self.tenant.tag_sync_on != synced:
            self.indicators.follow_tags(None)
        return True

    def set_tag(self, actor: str, app_id: str, tag: str, profile: str = "") -> bool:
        """Set an app's built-in tag; its indicators follow later."""
        self._realise()
        if not self.tenant.tag(self.now, actor, app_id, tag, profile):
            return False
        self._list_unsanctioned()
        self.indicators.follow_tags(app_id)
        return True

    def change_profile(self, actor: str, profile: ScopedProfile) -> list[str]:
        """Save a scoped profile again; return the apps whose indicators follow, as after a tag (guess)."""
        self._realise()
        moved = self.tenant.profiles.change(profile)
        self.tenant.write(self.now, actor, "Update scoped profile", profile.name, str(profile.scope))
        apps = self.tenant.profiles.apps(profile.name) if moved else []
        for app_id in apps:
            self.indicators.follow_tags(app_id)
        return apps

    def import_script(self, gateway: Gateway) -> BlockList:
        """Give an appliance the block script of now; it holds at once, and until the next one (guess)."""
        self._realise()
        listed = block_list(self.tenant.unsanctioned())
        gateway.take(self.now, listed.hosts)
        gateway.imported = self.now
        return listed

    def repair_collector(self, collector: Collector, kind: FaultKind) -> int | None:
        """Have a fault of a log collector ended; return when it will be, None where there is none."""
        self._realise()
        return self.collectors.repair(collector, kind)

    def repair_machine(self, machine: int, remedy: str) -> int:
        """Have the service desk see to a machine; return when it will have, once the machine is on."""
        self._realise()
        asked = np.array([self.now + REPAIR_AFTER], dtype=np.int64)
        due = int(self.machines.first_on(np.array([machine], dtype=np.int64), asked)[0])
        self._at(due, partial(self._repaired, machine, remedy))
        return due

    def _repaired(self, machine: int, remedy: str) -> None:
        self._realise()
        if remedy == RESTART:
            self.machines.resume(machine, self.now)
        elif self.guards.posture(machine).antivirus is Antivirus.PASSIVE:
            self.guards.protect(np.array([machine], dtype=np.int64), "active")

    def enforce_access(self, rule: AccessRule) -> None:
        """Let an access rule that was saved or deleted hold."""
        self._realise()
        self.upstream.enforce(rule)

    def remove_client(self, process: int, machines: Collection[int]) -> dict[int, int]:
        """Have Intune remove a program from machines; return when each will have lost it."""
        self._realise()
        return self.upstream.remove_client(self.now, process, machines)

    def _list_unsanctioned(self) -> None:
        """Offer the unsanctioned apps to the gateways that fetch them: no switch of a portal counts there."""
        self.upstream.list_unsanctioned(self.now, block_list(self.tenant.unsanctioned()).hosts)

    def delay(self, hop: str, *keys: int | str) -> int:
        """Draw the next delay of a hop: its own occurrence count is part of the key."""
        return self.hops.draw(self.now, hop, *keys)

    def _integration(self, on: bool) -> None:
        if on:
            self.integration_spans.append((self.now, 2**62))
            due = self.now + self.delay("first_data")
            self.first_data_expected = due
            self._at(due, partial(self._first_data, due))
        else:
            start, _ = self.integration_spans[-1]
            self.integration_spans[-1] = (start, self.now)
            self.first_data_expected = None

    def _first_data(self, due: int) -> None:
        if self.first_data_expected == due:
            self.first_data_expected = None
            self._analyse(FIRST_DATA)

    def _analysis_run(self) -> None:
        self._analyse("Analyse continuous reports")
        self._at(self.next_analysis(self.now), self._analysis_run)

    def next_analysis(self, now: int) -> int:
        """Return when the next scheduled analysis run begins, after `now`."""
        day = now // DAY * DAY
        return min(
            t for base in (day, day + DAY) for t in (base + a for a in self.era.analysis_times) if t > now
        )

    def _analyse(self, why: str) -> None:
        self._realise()
        fresh = 0
        if self.integration_spans and self.first_data_expected is None:
            rows = self.sensor.deliver(self.now, self.integration_spans)
            fresh = len(rows)
            self.tenant.streams.receive(
                self.now, WIN10, endpoint_traffic(rows, self.staff, self.user_names, self.places)
            )
        for feed in self.collectors.feeds:
            delivered = feed.deliver(self.now)
            self.collectors.note(self.now, feed, delivered)
            logged = self.logs.of(feed.gateway.proxy, delivered.rows)
            self.tenant.streams.receive(self.now, feed.gateway.name, logged)
        if self.tenant.access.integrated:
            relayed = session_traffic(self.session_feed.deliver(), self.staff, self.user_names, self.places)
            self.tenant.streams.receive(self.now, SESSION_CONTROL, relayed)
        self.tenant.write(self.now, SERVICE, why, WIN10, str(fresh))
        for app_id in self.tenant.analyse(self.now):
            self._list_unsanctioned()
            self.indicators.follow_tags(app_id)
