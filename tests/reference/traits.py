"""What a device, a program, a site and a destination mean for one connection, in the words of the tables."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sim.scenario.load import Resolved
from sim.world.devices import Device
from tests.reference.table import Case

STOPPED = frozenset({"blocked", "warned", "gateway-blocked", "access-denied"})
BEATS = ("allow", "audit", "warn", "block")
"""On one domain the earlier one decides (enforcement.md 5)."""

WATCHED_BY_SMARTSCREEN = ("msedge.exe", "microsoftedge.exe", "microsoftedgecp.exe", "iexplore.exe")
MOBILE = ("android", "ios")

OLDEST = {
    "2019": {"windows": "16299", "server": "17134"},
    "today": {
        "windows": "17763",
        "server": "9600",
        "macos": "11",
        "linux": "0",
        "android": "8",
        "ios": "14",
    },
}
UPDATES_2019 = {"16299": 1085, "17134": 704, "17763": 379}
"""Of a build of Windows 10, the update from which it takes part (enforcement.md 2)."""
AGENTS = {"windows": "4.18.1906", "server": "4.18.1906", "macos": "101.94.13", "linux": "101.78.13"}


class Scope(NamedTuple):
    """Device groups that an indicator is for, or that it spares; none of them is every machine."""

    groups: tuple[str, ...] = ()
    spares: bool = False

    def reaches(self, group: str) -> bool:
        """Tell whether a machine of a device group gets the indicator."""
        return not self.groups or (group in self.groups) != self.spares


EVERYBODY = Scope()


class Indicator(NamedTuple):
    """What a machine holds of an indicator; without a value it is none."""

    value: str
    action: str
    number: int
    scope: Scope = EVERYBODY
    unseen: bool = False
    """Only the path would give the connection away, and the engine does not see it."""


NOTHING = Indicator("", "none", -1)
Holding = frozenset[Indicator]
NO_INDICATORS: Holding = frozenset()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(".")]


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def answer(indicators: Holding, address: str, ip: str = "") -> Indicator:
    """Return the indicator that decides an address: the longest path, then the longest domain, then BEATS.

    What stands for the IP address behind it counts as much as the best for its name.
    """
    host = address.partition("/")[0]
    covering = [
        held
        for held in indicators
        if ("/" in held.value and (address + "/").startswith(held.value + "/"))
        or host == held.value
        or host.endswith("." + held.value)
    ]
    longest = max((("/" in held.value, len(held.value)) for held in covering), default=None)
    same = [held for held in covering if ("/" in held.value, len(held.value)) == longest]
    same += [held for held in indicators if held.value == ip]
    return min(same, key=lambda held: (BEATS.index(held.action), held.number), default=NOTHING)


class Destination(NamedTuple):
    """What the scenario says of one address."""

    quic: str
    ech: str
    coalesced: str
    ip: str


class Traits:
    """The scenario's traits, read one connection at a time."""

    def __init__(self, resolved: Resolved) -> None:
        self._resolved = resolved
        self.destination = cache(self._destination)

    def case(self, device: Device, process: str) -> Case:
        """Return what a device and a program make of a connection, whatever the machine's settings are."""
        scenario = self._resolved.scenario
        site = scenario.sites.get(device.site)
        quic = ech = False
        for name, program in scenario.programs.items():
            if name.lower() == process.lower():
                quic, ech = program.quic, program.ech
        return Case(
            engine=self._engine(device, process),
            onboarded=_yes(device.managed),
            os_supported=_yes(self._takes_part(device)),
            reaches_cloud=_yes(device.reaches_cloud),
            system="mobile" if device.system in MOBILE else device.system,
            antivirus=device.antivirus,
            platform_current=_yes(
                device.system in MOBILE or _numbers(device.platform) >= _numbers(AGENTS[device.system])
            ),
            process_quic=_yes(quic),
            process_ech=_yes(ech),
            hidden=_yes(site is not None and site.hides_names),
        )

    def answers(self, device: Device, process: str, address: str, indicators: Holding) -> Indicator:
        """Return the indicator that decides a connection, as far as its engine can see the address."""
        if not indicators:
            return NOTHING
        mine = frozenset(held for held in indicators if held.scope.reaches(device.group))
        ip = self.destination(address).ip
        whole = answer(mine, address, ip)
        if self._engine(device, process) == "smartscreen":
            return whole
        by_name = answer(mine, address.partition("/")[0], ip)
        return by_name if by_name.value else whole._replace(unseen=whole.value != "")

    def _destination(self, address: str) -> Destination:
        """Return what the scenario says of an address."""
        quic = ech = coalesced = False
        ip = ""
        for entry in self._resolved.scenario.destinations:
            if self._is_about(entry.app, address) and entry.host in {None, address}:
                quic = quic if entry.quic is None else entry.quic
                ech = ech if entry.ech is None else entry.ech
                coalesced = coalesced or entry.coalesced_with not in {None, address}
                ip = entry.ip or ip
        return Destination(_yes(quic), _yes(ech), _yes(coalesced), ip)

    def _engine(self, device: Device, process: str) -> str:
        if device.system in MOBILE:
            return "none"
        windows = device.system in {"windows", "server"}
        return (
            "smartscreen" if windows and process.lower() in WATCHED_BY_SMARTSCREEN else "network-protection"
        )

    def _takes_part(self, device: Device) -> bool:
        period = self._resolved.era.portals.key
        oldest = OLDEST[period].get(device.system)
        if oldest is None or _numbers(device.os_build) < _numbers(oldest):
            return False
        build, _, update = device.os_build.partition(".")
        if period == "2019" and device.system == "windows" and build in UPDATES_2019:
            return update != "" and _numbers(update)[0] >= UPDATES_2019[build]
        return True

    def _is_about(self, app_id: str, address: str) -> bool:
        """Tell whether an address is one of an app's here, by its catalog entry or by a habit."""
        app = self._resolved.catalog.app(app_id)
        plain = [domain for domain in app.domains if "/" not in domain]
        named = [
            host for habit in self._resolved.scenario.habits if habit.app == app_id for host in habit.hosts
        ]
        return address in {*(plain or app.domains), f"www.{plain[0] if plain else ''}", *named}
