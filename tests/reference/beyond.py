"""What stops a connection elsewhere than on the machine, written once more: gateways, sign-ins, removals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.base.rng import draw
from sim.scenario.schema import ProxyLog
from tests.reference.clock import Clock, Rank
from tests.reference.inputs import Inputs

FETCHING = ("zscaler", "iboss", "menlo", "open-systems")
"""Gateways that fetch the list of unsanctioned apps by themselves (discovery.md 3.3)."""
SCRIPTED = ("bluecoat", "cisco-asa", "fortigate", "juniper-srx", "palo-alto", "websense")
"""Appliances that a person tells (enforcement.md 10)."""
ONE_NAME = ("cisco-asa",)
"""Appliances whose lines are one name each: an FQDN object covers no sub-domain (own knowledge)."""
BROWSERS = ("msedge.exe", "microsoftedgecp.exe", "chrome.exe", "firefox.exe", "iexplore.exe")
DOWNLOAD = 100_000
"""Bytes from which on an answer is a download, which a limited session does not get."""


@dataclass(slots=True)
class Gateway:
    """One gateway: who is behind it, and which domains it refuses now."""

    name: str
    kind: str
    behind: tuple[bool, ...]
    every: int
    phase: int
    refused: tuple[str, ...] = ()

    def refuses(self, machine: int, address: str) -> bool:
        """Tell whether it refuses a machine's connection."""
        if not self.refused or not self.behind[machine]:
            return False
        host = address.partition("/")[0]
        below = self.kind not in ONE_NAME
        return any(host == domain or (below and host.endswith("." + domain)) for domain in self.refused)


@dataclass(slots=True)
class Rule:
    """An access or session policy; `since` is when each person meets it, the analyst as -1."""

    app: str
    client: str
    action: str
    departments: tuple[str, ...]
    since: dict[int, int]
    gone: bool = False


class Beyond:
    """Gateways, access rules and removed programs; `unsanctioned` gives the domains to block."""

    def __init__(self, clock: Clock, inputs: Inputs, unsanctioned: Callable[[], tuple[str, ...]]) -> None:
        self._clock, self._inputs = clock, inputs
        self._unsanctioned = unsanctioned
        self.gateways = [self._gateway(proxy) for proxy in inputs.scenario.proxy]
        self._on_offer: tuple[str, ...] = ()
        self._rules: list[Rule] = []
        self._removals: dict[tuple[int, str], int] = {}

    def begin(self, end: int) -> None:
        """Let the gateways fetch the list, each at its own times."""
        for gateway in self.gateways:
            if gateway.every:
                first = self._clock.now + -(self._clock.now - gateway.phase) % gateway.every
                for time in range(first, end, gateway.every):
                    self._clock.at(time, Rank.PULLS, self._fetch, gateway)

    @property
    def commands(self) -> dict[str, Callable[[Any], bool]]:
        """What each kind of command does; False where it is refused."""
        return {
            "import-block-script": self._import,
            "save-access-rule": self._save,
            "delete-access-rule": self._delete,
            "remove-client": self._remove,
        }

    def offer(self, domains: tuple[str, ...]) -> None:
        """Let gateways that fetch the list find this one from now on."""
        self._on_offer = domains

    def fetch_now(self) -> None:
        """Let the gateways that fetch at this very instant do it ahead of what follows."""
        for gateway in self.gateways:
            if gateway.every and (self._clock.now - gateway.phase) % gateway.every == 0:
                self._fetch(gateway)

    def stops(self, machine: int, user: int, process: str, app: str, address: str) -> str:
        """Return who stops a connection: gateway, access or none. The gateway comes first."""
        for gateway in self.gateways:
            if gateway.refuses(machine, address):
                return "gateway"
        return "access" if self._rules and self._meets("Block", user, process, app) else "none"

    def withholds(self, user: int, process: str, app: str, bytes_down: int) -> bool:
        """Tell whether session control keeps an answer from a person."""
        if bytes_down < DOWNLOAD or not self._rules:
            return False
        return self._meets("Block downloads", user, process, app)

    def is_removed(self, machine: int, process: str) -> bool:
        """Tell whether a machine has lost a program."""
        if not self._removals:
            return False
        return self._removals.get((machine, process.lower()), self._clock.now + 1) <= self._clock.now

    def _gateway(self, proxy: ProxyLog) -> Gateway:
        scenario, era = self._inputs.scenario, self._clock.resolved.era
        every = era.gateway_polls[proxy.kind].interval if proxy.kind in FETCHING else 0
        phase = draw(self._clock.seed, "gateway-phase", proxy.name) % every if every else 0
        behind = []
        for device, department in zip(self._inputs.devices, self._inputs.departments, strict=True):
            site = scenario.sites.get(device.site)
            carried = site is None or site.behind_proxies
            behind.append(carried and (not proxy.departments or department in proxy.departments))
        domains = self._domains(tuple(sorted(proxy.blocks)))
        return Gateway(proxy.name, proxy.kind, tuple(behind), every, phase, domains)

    def _domains(self, apps: tuple[str, ...]) -> tuple[str, ...]:
        catalog = self._clock.resolved.catalog
        return tuple(d for app in apps for d in catalog.app(app).domains if "/" not in d)

    def _fetch(self, gateway: Gateway) -> None:
        gateway.refused = self._on_offer

    def _import(self, command: Any) -> bool:
        for gateway in self.gateways:
            if gateway.name == command.gateway and gateway.kind in SCRIPTED:
                gateway.refused = self._unsanctioned()
                return True
        return False

    def _save(self, command: Any) -> bool:
        departments = tuple(sorted(set(command.departments)))
        said = (command.app, command.client, command.action, departments)
        present = [(r.app, r.client, r.action, r.departments) for r in self._rules if not r.gone]
        if (
            command.app not in self._inputs.scenario.single_sign_on
            or (command.client == "native" and command.action != "Block")
            or not set(self._inputs.departments).issuperset(departments)
            or said in present
        ):
            return False
        now, delay = self._clock.now, self._clock.resolved.era.access_rule
        since = {
            person: now + delay.sample(self._clock.seed, "access_rule", len(self._rules), key)
            for person, key in enumerate(self._inputs.keys)
            if not departments or self._inputs.departments[person] in departments
        }
        self._rules.append(Rule(*said, since={**since, -1: now}))
        return True

    def _delete(self, command: Any) -> bool:
        for number, rule in enumerate(self._rules):
            if command.id == f"access-{number + 1:03d}" and not rule.gone:
                rule.gone = True
                return True
        return False

    def _meets(self, action: str, user: int, process: str, app: str) -> bool:
        client = "browser" if process.lower() in BROWSERS else "native"
        return any(
            not rule.gone
            and (rule.action, rule.app) == (action, app)
            and rule.client in {"any", client}
            and rule.since.get(user, self._clock.now + 1) <= self._clock.now
            for rule in self._rules
        )

    def _remove(self, command: Any) -> bool:
        process = command.process.lower()
        known = {name.lower() for name in self._inputs.staff.processes}
        departments = self._inputs.departments
        if (
            process in BROWSERS
            or process not in known
            or not set(departments).issuperset(command.departments)
        ):
            return False
        for machine, department in enumerate(departments):
            chosen = not command.departments or department in command.departments
            reached = self._inputs.devices[machine].managed and not self._inputs.away[machine]
            if chosen and reached and (machine, process) not in self._removals:
                key = self._inputs.keys[machine]
                delay = self._clock.resolved.era.client_removal
                due = self._clock.now + delay.sample(self._clock.seed, "client_removal", key, process, 1)
                on = self._inputs.next_on(machine, due)
                self._removals[machine, process] = due if on is None else on
        return True
