"""Machines' settings, written once more: which route brought which value, and which of them is in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sim.world.devices import Device
from tests.reference.clock import Clock, Rank
from tests.reference.inputs import Inputs
from tests.reference.table import Case

MINUTE = 60_000_000
STRONGEST_FIRST = ("Group Policy", "Registry", "Configuration Manager", "Intune", "PowerShell")
"""A managed value overrides a local one (enforcement.md 7); their order: MDE/troubleshoot-settings.md."""
HOPS = {"Group Policy": "gpo_refresh", "Configuration Manager": "sccm_policy", "Intune": "intune_checkin"}
"""What a route takes; the others write at once."""

NETWORK_PROTECTION, REAL_TIME, CLOUD = "EnableNetworkProtection", "DisableRealtimeMonitoring", "MAPSReporting"
SMARTSCREEN, TAMPER = "SmartScreenEnabled", "TamperProtection"
ON_SERVER, DOWN_LEVEL = "AllowNetworkProtectionOnWinServer", "AllowNetworkProtectionDownLevel"
CHROME_QUIC, CHROME_ECH = "QuicAllowed", "EncryptedClientHelloEnabled"
FIREFOX_QUIC, FIREFOX_ECH = "network.http.http3.enable", "DisableEncryptedClientHello"

_ALL = STRONGEST_FIRST
_BROWSER = ("Group Policy", "Registry", "Intune")
_ANY_DESKTOP, _WINDOWS, _SERVER = ("windows", "server", "macos", "linux"), ("windows", "server"), ("server",)
CARRIED: dict[str, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    NETWORK_PROTECTION: (_ALL, _ANY_DESKTOP, "2019", ("Enabled", "AuditMode", "Disabled")),
    REAL_TIME: (_ALL, _ANY_DESKTOP, "2019", ("On", "Off")),
    CLOUD: (_ALL, _ANY_DESKTOP, "2019", ("Disabled", "Basic", "Advanced")),
    SMARTSCREEN: (_ALL[:4], _WINDOWS, "2019", ("On", "Off")),
    TAMPER: (("Intune",), _WINDOWS, "2019", ("On", "Off")),
    CHROME_QUIC: (_BROWSER, _WINDOWS, "2019", ("On", "Off")),
    CHROME_ECH: (_BROWSER, _WINDOWS, "today", ("On", "Off")),
    FIREFOX_QUIC: (_BROWSER, _WINDOWS, "today", ("On", "Off")),
    FIREFOX_ECH: (_BROWSER, _WINDOWS, "today", ("On", "Off")),
    ON_SERVER: (("Group Policy", "Registry", "Intune", "PowerShell"), _SERVER, "today", ("On", "Off")),
    DOWN_LEVEL: (("Group Policy", "Registry", "Intune", "PowerShell"), _SERVER, "today", ("On", "Off")),
}
"""Of each setting: the routes, the systems, the period from which it exists, and its values."""

MODES = {"Enabled": "block", "AuditMode": "audit", "Disabled": "off"}
AT_PROMPT = {
    **{f"Set-MpPreference -EnableNetworkProtection {word}": (NETWORK_PROTECTION, word) for word in MODES},
    "Set-MpPreference -DisableRealtimeMonitoring $true": (REAL_TIME, "On"),
    "Set-MpPreference -DisableRealtimeMonitoring $false": (REAL_TIME, "Off"),
    "Set-MpPreference -MAPSReporting Disabled": (CLOUD, "Disabled"),
    "Set-MpPreference -MAPSReporting Advanced": (CLOUD, "Advanced"),
}
"""The lines of PowerShell that change a machine; every other line changes nothing."""
AT_TERMINAL = {
    **{
        f"sudo mdatp config network-protection enforcement-level --value {mode}": (NETWORK_PROTECTION, word)
        for word, mode in (("Enabled", "block"), ("AuditMode", "audit"), ("Disabled", "disabled"))
    },
    "sudo mdatp config real-time-protection --value disabled": (REAL_TIME, "On"),
    "sudo mdatp config real-time-protection --value enabled": (REAL_TIME, "Off"),
    "sudo mdatp config cloud --value disabled": (CLOUD, "Disabled"),
    "sudo mdatp config cloud --value enabled": (CLOUD, "Advanced"),
}
"""The same for a Mac and for Linux."""
OLD_SERVERS = ("9600", "14393")
"""Builds of Server 2012 R2 and 2016, which need the down-level switch too (enforcement.md 7)."""


@dataclass(slots=True)
class Order:
    """A value for some machines by a route."""

    setting: str
    value: str
    route: str
    machines: tuple[int, ...]
    withdrawn: bool = False


class InForce(NamedTuple):
    """The value of each setting that is in force on a machine."""

    network_protection: str
    real_time: str
    cloud: str
    smartscreen: str
    on_server: str
    down_level: str
    chrome_quic: str
    chrome_ech: str
    firefox_quic: str
    firefox_ech: str


@dataclass(slots=True)
class Held:
    """What one machine holds of each setting and route, by the number of the order."""

    found: dict[str, str]
    by_route: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)

    @property
    def in_force(self) -> InForce:
        """The value of each setting that is in force."""
        return InForce(
            network_protection=self.value(NETWORK_PROTECTION),
            real_time=self.value(REAL_TIME),
            cloud=self.value(CLOUD),
            smartscreen=self.value(SMARTSCREEN),
            on_server=self.value(ON_SERVER),
            down_level=self.value(DOWN_LEVEL),
            chrome_quic=self.value(CHROME_QUIC),
            chrome_ech=self.value(CHROME_ECH),
            firefox_quic=self.value(FIREFOX_QUIC),
            firefox_ech=self.value(FIREFOX_ECH),
        )

    def value(self, name: str) -> str:
        """Return the value in force."""
        for route in STRONGEST_FIRST:
            brought = self.by_route.get((name, route))
            if brought:
                return brought[max(brought)]
        return self.found[name]

    def write_locally(self, name: str, value: str) -> None:
        """Keep what was typed; tamper protection ignores what would weaken the machine."""
        weaker = (name, value) in {(REAL_TIME, "On"), (CLOUD, "Disabled")}
        if not (weaker and self.value(TAMPER) == "On"):
            self.by_route[name, "PowerShell"] = {0: value}


class Fleet:
    """Every machine's settings, and the orders on their way to them."""

    def __init__(self, clock: Clock, inputs: Inputs) -> None:
        self._clock, self._inputs = clock, inputs
        self._held = [self._as_found(machine) for machine in range(len(inputs.names))]
        self.in_force = [held.in_force for held in self._held]
        """By machine: what its settings are now."""
        self._orders: list[Order] = []
        for standing in clock.resolved.scenario.managed:
            wanted = standing.departments
            chosen = [m for m, name in enumerate(inputs.departments) if not wanted or name in wanted]
            route = str(standing.route.value)
            reached = self._reached(standing.setting, route, chosen)
            self._orders.append(Order(standing.setting, standing.value, route, reached))
            self._arrive(self._orders[-1], reached)

    @property
    def commands(self) -> dict[str, Callable[[Any], bool]]:
        """What each kind of command does; False where it is refused."""
        return {"powershell": self._type, "assign-setting": self._assign, "withdraw-setting": self._withdraw}

    def shapes(self, case: Case, device: Device, process: str, settings: InForce) -> Case:
        """Return a case with what a machine's settings make of it."""
        old = device.os_build.partition(".")[0] in OLD_SERVERS
        on_server = settings.on_server == "On" and (settings.down_level == "On" or not old)
        browser = process.lower()
        quic = {"chrome.exe": settings.chrome_quic, "firefox.exe": settings.firefox_quic}.get(browser, "On")
        ech = {
            "chrome.exe": settings.chrome_ech == "On",
            "firefox.exe": settings.firefox_ech == "Off",
        }.get(browser, True)
        return case._replace(
            network_protection=MODES[settings.network_protection],
            real_time="yes" if settings.real_time == "Off" else "no",
            cloud_protection="no" if settings.cloud == "Disabled" else "yes",
            smartscreen=settings.smartscreen.lower(),
            np_allowed="yes" if device.system != "server" or on_server else "no",
            process_quic=case.process_quic if quic == "On" else "no",
            process_ech=case.process_ech if ech else "no",
        )

    def _as_found(self, machine: int) -> Held:
        device = self._inputs.devices[machine]
        on_server = "On" if device.server_network_protection else "Off"
        return Held(
            {
                NETWORK_PROTECTION: next(w for w, m in MODES.items() if m == device.network_protection),
                REAL_TIME: "Off" if device.real_time else "On",
                CLOUD: "Advanced" if device.cloud_protection else "Disabled",
                SMARTSCREEN: "On" if device.smartscreen else "Off",
                TAMPER: "Off",
                CHROME_QUIC: "On",
                CHROME_ECH: "On",
                FIREFOX_QUIC: "On",
                FIREFOX_ECH: "Off",
                ON_SERVER: on_server,
                DOWN_LEVEL: on_server,
            }
        )

    def _type(self, command: Any) -> bool:
        machine = self._inputs.names.index(command.machine)
        windows = self._inputs.devices[machine].system in {"windows", "server"}
        lines = AT_PROMPT if windows else AT_TERMINAL
        may = self._inputs.people[machine] not in self._inputs.scenario.standard_users
        if command.line in lines and may:
            self._held[machine].write_locally(*lines[command.line])
            self.in_force[machine] = self._held[machine].in_force
        return True

    def _assign(self, command: Any) -> bool:
        routes, _, since, _ = CARRIED[command.setting]
        exists = since == "2019" or self._clock.resolved.era.portal == "today"
        machines = self._target(command.target)
        if not exists or command.route not in routes or not machines:
            return False
        reached = self._reached(command.setting, command.route, machines)
        if not reached:
            return False
        self._orders.append(Order(command.setting, command.value, command.route, reached))
        self._send(self._orders[-1], self._arrive)
        return True

    def _withdraw(self, command: Any) -> bool:
        for number, order in enumerate(self._orders):
            if command.id == f"fleet-{number:04d}" and not order.withdrawn:
                order.withdrawn = True
                self._send(order, self._forget)
                return True
        return False

    def _target(self, name: str) -> list[int]:
        every = range(len(self._inputs.names))
        if name == "All machines":
            return list(every)
        groups = [device.group for device in self._inputs.devices]
        for kind in (self._inputs.departments, groups, self._inputs.names):
            chosen = [machine for machine in every if kind[machine] == name]
            if chosen:
                return chosen
        return []

    def _reached(self, setting: str, route: str, machines: Sequence[int]) -> tuple[int, ...]:
        """Return the managed machines that have a setting and that a route reaches."""
        systems = {"windows", "server"}
        if route == "Intune":
            today = self._clock.resolved.era.portal == "today"
            systems = {"windows", "server", "macos", "linux"} if today else {"windows"}
        devices, having = self._inputs.devices, CARRIED[setting][1]
        return tuple(
            m
            for m in machines
            if devices[m].managed and devices[m].system in systems and devices[m].system in having
        )

    def _send(self, order: Order, deliver: Callable[[Order, Sequence[int]], None]) -> None:
        now = self._clock.now
        hop = HOPS.get(order.route)
        for machine in order.machines:
            due = now + (self._clock.delay(hop, self._inputs.people[machine]) if hop else 0)
            if due > now:
                due += -due % MINUTE
            on = self._inputs.next_on(machine, due)
            if on == now:
                deliver(order, [machine])
            elif on is not None:
                self._clock.at(on, Rank.SERVICES, deliver, order, [machine])

    def _arrive(self, order: Order, machines: Sequence[int]) -> None:
        number = next(n for n, one in enumerate(self._orders) if one is order)
        for machine in machines:
            held = self._held[machine]
            if order.withdrawn:
                continue
            if order.route == "PowerShell":
                held.write_locally(order.setting, order.value)
            else:
                held.by_route.setdefault((order.setting, order.route), {})[number] = order.value
            self.in_force[machine] = held.in_force

    def _forget(self, order: Order, machines: Sequence[int]) -> None:
        """Let machines drop what an order brought; what a script of PowerShell wrote stays written."""
        number = next(n for n, one in enumerate(self._orders) if one is order)
        for machine in machines:
            if order.route != "PowerShell":
                self._held[machine].by_route.get((order.setting, order.route), {}).pop(number, None)
                self.in_force[machine] = self._held[machine].in_force
