"""The slow reference: one SimPy event per request and per pull, deciding from a table kept as data.

It shares with the program what people intend (organisation, behaviour, clicks), which device each has, when
machines are switched on and how often they pull, and the delays drawn per hop. Everything from a tag to an
outcome is written here once more, in the plainest way: suffixes, indicators, what each machine holds, what
a device, a program, a site and a destination mean (`traits.py`), the order of events.

At one instant: commands, then what the services do, then pulls, then requests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import simpy
from simpy.events import Event, EventPriority

from sim.base.rng import draw
from sim.base.time import from_iso
from sim.scenario.load import Resolved
from sim.world.behaviour import asked, begun
from sim.world.groundwork import groundwork
from tests.reference.table import outcome
from tests.reference.traits import NOTHING, STOPPED, Holding, Indicator, Traits

COMMANDS, SERVICES, PULLS, REQUESTS = 0, 1, 2, 3
"""Order of what happens at one instant."""

INTEGRATION = "Microsoft Cloud App Security"
BLOCK_UNSANCTIONED = "Block unsanctioned apps"
CUSTOM_INDICATORS = "Custom network indicators"

ACTIONS = {"Allow": "allow", "Alert only": "audit", "Alert and block": "block"}
TODAY = {"Allow": "allow", "Audit": "audit", "Warn": "warn", "Block execution": "block"}
"""The words of each period."""
MODES = {
    "Set-MpPreference -EnableNetworkProtection Enabled": "block",
    "Set-MpPreference -EnableNetworkProtection AuditMode": "audit",
    "Set-MpPreference -EnableNetworkProtection Disabled": "off",
}
"""The lines of PowerShell that change a machine; every other line changes nothing."""

SPARED = 24 * 3_600_000_000
"""Microseconds for which a warning that was clicked through is not shown again."""

PATIENCE = 3
"""Blocked requests after which a person leaves the session."""
HANDSHAKE = 517
"""Bytes sent before a block cuts the connection."""
TEST_VISIT = (900, 14_000)
"""Bytes of the analyst's test visit that is let through."""


class Row(NamedTuple):
    """One connection that was made."""

    time: int
    machine: str
    process: str
    host: str
    bytes_up: int
    bytes_down: int
    outcome: str


class Wish(NamedTuple):
    """One request that a person intends to make."""

    time: int
    machine: int
    user: int
    session: tuple[int, int]
    process: str
    host: str
    bytes_up: int
    bytes_down: int
    clicks: bool
    """What the person would do about a warning."""
    began: int | None
    """When its connection began, where that is older than the request."""


@dataclass(slots=True)
class Listed:
    """An indicator of the portal; `app` is empty where a person made it."""

    number: int
    value: str
    action: str
    app: str = ""
    removed: bool = False
    groups: tuple[str, ...] = ()

    @property
    def held(self) -> Indicator:
        """What a machine holds of it."""
        return Indicator(self.value, self.action, self.number, self.groups)


class Moment(Event):
    """Something that happens at a time, ahead of or after other things of that time."""

    def __init__(self, env: simpy.Environment, time: int, rank: int, action: Callable[[], object]) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        self._action = action
        self.callbacks.append(self._happen)
        env.schedule(self, EventPriority(rank), time - int(env.now))

    def _happen(self, _: Event) -> None:
        self._action()


class Inputs:
    """What the reference takes from the program: who intends what, and the raw draws of machines."""

    def __init__(self, resolved: Resolved, seed: int) -> None:
        self.scenario = resolved.scenario
        self._begun = groundwork(resolved, seed)
        self.staff, self.machines = self._begun.staff, self._begun.machines
        self.midnights = [int(midnight) for midnight in self.machines.calendar.starts]
        self.works = [bool(works) for works in self.machines.calendar.works]
        self.first_day = max(day for day, midnight in enumerate(self.midnights) if midnight <= resolved.start)
        self.begin = self.midnights[self.first_day]
        self.days = [
            day
            for day, (midnight, works) in enumerate(zip(self.midnights, self.works, strict=True))
            if works and day >= self.first_day and midnight < resolved.end
        ]
        self.names = [machine.name for machine in self.staff.machines]
        self.away = [bool(away) for away in self.staff.away]
        self._seed = seed

    def spans(self, machine: int, day: int) -> list[tuple[int, int]]:
        """Return from when to when a machine is on, on a day."""
        parts = self.machines.spans(machine, day)
        for gone, back in self.staff.machines[machine].device.offline:
            outside = [piece for on, off in parts for piece in ((on, min(off, gone)), (max(on, back), off))]
            parts = [(on, off) for on, off in outside if on < off]
        return [] if self.away[machine] else parts

    def pulls(self, machine: int, day: int) -> list[int]:
        """Return every pull of a machine on a working day: at switching on, then on its own grid.

        A straggler does not pull at switching on, unless its grid came round while it was off.
        """
        straggler = self.staff.machines[machine].device.pull_every is not None
        phase, interval = int(self.machines.phase[machine]), int(self.machines.interval[machine])
        workdays = [number for number, works in enumerate(self.works) if works and number <= day]
        spans = [span for number in workdays for span in self.spans(machine, number)]
        found = []
        for number, (on, off) in enumerate(spans):
            before = spans[number - 1][1] - 1 if number else on
            due = phase + (on - phase) // interval * interval
            if due > before or due == on or not straggler:
                found.append(on)
            found.extend(tick for tick in range(due, off, interval) if tick > on)
        return [pull for pull in found if pull >= self.midnights[day]]

    def wishes(self, day: int) -> list[Wish]:
        """Return what people intend on a working day while their machine is on, in time order."""
        staff, sessions = self.staff, self._begun.agenda.sessions(day)
        waiting = begun(sessions, np.arange(len(sessions)), self._begun.kinds, self._seed, day)
        wanted = asked(sessions, waiting, self._begun.kinds, staff.choices)
        found = []
        spans = [self.spans(machine, day) for machine in range(len(self.names))]
        for row in range(len(wanted.time)):
            session, time = int(wanted.session[row]), int(wanted.time[row])
            machine = int(sessions.machine[session])
            if any(on <= time < off for on, off in spans[machine]):
                drawn = draw(
                    self._seed, "click-through", int(sessions.key[session]), day, int(wanted.place[row])
                )
                found.append(
                    Wish(
                        time,
                        machine,
                        int(sessions.person[session]),
                        (day, session),
                        staff.processes[int(sessions.process[session])],
                        staff.hosts[int(wanted.host[row])],
                        int(wanted.bytes_up[row]),
                        int(wanted.bytes_down[row]),
                        drawn % 100 < self.scenario.click_through,
                        int(sessions.begin[session]) if sessions.long_lived[session] else None,
                    )
                )
        return sorted(found, key=lambda wish: (wish.time, wish.user, wish.session))


class Reference:
    """Plays a script of commands. The commands are read by their fields alone."""

    def __init__(self, resolved: Resolved, seed: int) -> None:
        self._resolved, self._seed = resolved, seed
        self.inputs = Inputs(resolved, seed)
        self.rows: list[Row] = []
        self.refused: list[bool] = []
        """For each command, whether it was refused."""
        self._env = simpy.Environment(initial_time=self.inputs.begin)
        self._switches = dict.fromkeys((INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS), False)
        self._tags = dict(resolved.scenario.tags)
        self._list: list[Listed] = []
        self._offered: set[int] = set()
        self._holds: list[Holding] = [frozenset() for _ in self.inputs.names]
        self._pulls: list[set[int]] = [set() for _ in self.inputs.names]
        devices = [machine.device for machine in self.inputs.staff.machines]
        self._modes: list[str] = [device.network_protection for device in devices]
        self._traits = Traits(resolved, devices)
        self._blocks: dict[tuple[int, int], int] = {}
        self._spared: dict[tuple[int, int], int] = {}
        """Until when a user is not warned of an indicator again."""
        self._kept: dict[tuple[int, int], Holding] = {}
        """What the machine held when the connection of a long-lived session began."""
        self._drawn: dict[tuple[str, ...], int] = {}

    def play(self, script: Sequence[tuple[int, Any]]) -> list[Row]:
        """Let everything before the scenario's end happen; return the connections made."""
        for time, command in script:
            Moment(self._env, time, COMMANDS, partial(self._command, command))
        for day in self.inputs.days:
            for machine in range(len(self.inputs.names)):
                for time in self.inputs.pulls(machine, day):
                    self._pulls[machine].add(time)
                    Moment(self._env, time, PULLS, partial(self._pull, machine))
            wishes = self.inputs.wishes(day)
            for wish in wishes:
                if wish.began is not None and wish.session not in self._kept:
                    self._kept[wish.session] = frozenset()
                    Moment(self._env, wish.began, REQUESTS, partial(self._open, wish))
            for wish in wishes:
                Moment(self._env, wish.time, REQUESTS, partial(self._request, wish))
        while self._env.peek() < self._resolved.end:
            self._env.step()
        assert all(a.time <= b.time for a, b in pairwise(self.rows))
        return self.rows

    # What the analyst does.

    def _command(self, command: Any) -> None:
        act = getattr(self, "_" + command.kind.replace("-", "_"))
        self.refused.append(act(command) is False)

    def _set_switch(self, command: Any) -> None:
        before = self._tags_count
        self._switches[command.name] = command.on
        if self._tags_count != before:
            self._later("block_setting", (), partial(self._follow, None))

    def _tag_app(self, command: Any) -> None:
        if self._tags.get(command.app, "") != command.tag:
            self._tags[command.app] = command.tag
            follow = partial(self._follow, command.app)
            self._later("tag_to_indicator", (command.app,), follow)

    def _add_indicator(self, command: Any) -> bool:
        groups = {machine.device.group for machine in self.inputs.staff.machines}
        expires = from_iso(command.expires, self._resolved.tz) if command.expires else None
        listed_already = any(held.value == command.value and not held.app for held in self._present())
        if listed_already or not groups.issuperset(command.device_groups):
            return False
        if expires is not None and expires <= self._now:
            return False
        made = self._make(command.value, (ACTIONS | TODAY)[command.action])
        made.groups = tuple(command.device_groups)
        self._offer_later([made])
        if expires is not None:
            Moment(self._env, expires, SERVICES, partial(self._expire, made))
        return True

    def _expire(self, held: Listed) -> None:
        if not held.removed:
            held.removed = True
            self._offer_later([held])

    def _remove_indicator(self, command: Any) -> bool:
        for held in self._present():
            if command.id == f"ind-{held.number + 1:04d}":
                held.removed = True
                self._offer_later([held])
                return True
        return False

    def _powershell(self, command: Any) -> None:
        machine = self.inputs.names.index(command.machine)
        if self.inputs.staff.machines[machine].device.system not in {"windows", "server"}:
            return
        self._modes[machine] = MODES.get(command.line, self._modes[machine])

    def _visit(self, command: Any) -> bool:
        machine = self.inputs.names.index(command.machine)
        if self.inputs.away[machine]:
            return False
        if any(gone <= self._now < back for gone, back in self.inputs.staff.machines[machine].device.offline):
            return False
        if self._now in self._pulls[machine]:
            self._pull(machine)
        self._connect(machine, -1, command.process, command.host, self._holds[machine], *TEST_VISIT)
        return True

    # What the services do.

    @property
    def _now(self) -> int:
        return int(self._env.now)

    @property
    def _tags_count(self) -> bool:
        return self._switches[INTEGRATION] and self._switches[BLOCK_UNSANCTIONED]

    def _later(self, hop: str, keys: tuple[str, ...], action: Callable[[], object]) -> None:
        count = self._drawn[(hop, *keys)] = self._drawn.get((hop, *keys), 0) + 1
        delay = getattr(self._resolved.era, hop).sample(self._seed, hop, *keys, count, now=self._now)
        Moment(self._env, self._now + delay, SERVICES, action)

    def _present(self) -> list[Listed]:
        return [indicator for indicator in self._list if not indicator.removed]

    def _make(self, value: str, action: str, app: str = "") -> Listed:
        self._list.append(Listed(len(self._list), value, action, app))
        return self._list[-1]

    def _follow(self, only: str | None) -> None:
        """Let the tag's indicators be what the tags ask for now: of one app, or of all."""
        apps = {*self._tags, *(held.app for held in self._present() if held.app)}
        changed = []
        for app in [only] if only else sorted(apps):
            wanted: list[str] = []
            if self._tags_count and self._tags.get(app) == "Unsanctioned":
                domains = self._resolved.catalog.app(app).domains
                wanted = [domain for domain in domains if "/" not in domain]
            gone = [held for held in self._present() if held.app == app]
            for value in wanted:
                if value not in [held.value for held in self._present() if held.app]:
                    changed.append(self._make(value, "block", app))
            for held in gone:
                if held.value not in wanted:
                    held.removed = True
                    changed.append(held)
        self._offer_later(changed)

    def _offer_later(self, changed: list[Listed]) -> None:
        for held in changed:
            self._later("indicator_offer", (held.value,), partial(self._offer, held))

    def _offer(self, held: Listed) -> None:
        if held.removed:
            self._offered.discard(held.number)
        else:
            self._offered.add(held.number)

    # What machines do.

    def _pull(self, machine: int) -> None:
        """Take everything that is on offer, and forget the rest."""
        offered = self._offered if self._switches[CUSTOM_INDICATORS] else set()
        self._holds[machine] = frozenset(self._list[number].held for number in offered)

    def _open(self, wish: Wish) -> None:
        """Begin a connection that stays open: it is judged by what the machine holds now."""
        self._kept[wish.session] = self._holds[wish.machine]

    def _request(self, wish: Wish) -> None:
        if self._blocks.get(wish.session, 0) >= PATIENCE:
            return
        holds = self._holds[wish.machine] if wish.began is None else self._kept[wish.session]
        became, number = self._connect(
            wish.machine, wish.user, wish.process, wish.host, holds, wish.bytes_up, wish.bytes_down
        )
        if became == "warned":
            if wish.clicks:
                self._spared[wish.user, number] = self._now + SPARED
            else:
                self._blocks[wish.session] = PATIENCE
        elif became in STOPPED:
            self._blocks[wish.session] = self._blocks.get(wish.session, 0) + 1

    def _connect(
        self, machine: int, user: int, process: str, host: str, holds: Holding, up: int, down: int
    ) -> tuple[str, int]:
        """Make a connection; return what became of it, and the number of the indicator held for it."""
        listed = frozenset(held.held for held in self._present())
        found = self._traits.answers(machine, process, host, holds)
        asked = self._traits.answers(machine, process, host, listed)
        if not self._switches[CUSTOM_INDICATORS]:
            asked = NOTHING
        became = outcome(
            self._traits.case(machine, process, host)._replace(
                network_protection=self._modes[machine],
                holds=found.action,
                lists=asked.action,
                https_path="yes" if (found if found.value else asked).unseen else "no",
                bypassed="yes" if self._spared.get((user, found.number), 0) > self._now else "no",
            )
        )
        if became in STOPPED:
            up, down = HANDSHAKE, 0
        name = self.inputs.names[machine]
        self.rows.append(Row(self._now, name, process, host, up, down, became))
        return became, found.number
