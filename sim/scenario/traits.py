"""What a scenario may say of devices, sites, programs and destinations; whatever it leaves out is ordinary.

An ordinary device is an onboarded Windows 10 machine in good order, in the office, with network protection
as Windows ships it: off. Realistic shares of anything else are the scenario's to choose.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from sim.base.time import MINUTE
from sim.engine.enforcement.requirements import SystemName, version
from sim.scenario.eras import Span, Strict, TimeOfDay
from sim.scenario.words import Off


def added(default: Any) -> Any:
    """Return a field that came later: while it says nothing it is not in the dump, and no digest changes."""
    return Field(default=default, exclude_if=lambda value: value == default)


def _version(text: str) -> str:
    if version(text) is None:
        raise ValueError(f"{text!r} is not a version; write numbers and dots, as in 17763.379")
    return text


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address") from None


def _host(text: str) -> str:
    name = text.strip().lower()
    labels = name.split(".")
    if len(labels) < 2 or not all(label.replace("-", "").replace("_", "").isalnum() for label in labels):
        raise ValueError(f"{text!r} is not a host name; write it as files.example.com, without a path")
    return name


Version = Annotated[str, AfterValidator(_version)]
"""Numbers and dots."""
Address = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]

ORDINARY_SITE = "office"
"""Where a device stands that no rule puts elsewhere."""


class Devices(Strict):
    """A rule about some people's devices. Rules are read in order; what a later one says counts.

    Without people and departments it is about everybody's; `share` thins whom it is about.
    """

    people: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    share: int = Field(default=100, ge=0, le=100)
    """How many in a hundred of those devices, drawn from the seed."""

    system: SystemName | None = None
    os_build: Version | None = None
    managed: bool | None = None
    """Onboarded to Defender. What is not has no sensor and holds no indicators; a proxy sees it."""
    group: str | None = None
    """Its device group in Defender."""
    site: str | None = None
    """One of `sites`, or office."""
    antivirus: Annotated[Literal["active", "passive", "off"], Off] | None = None
    real_time: bool | None = None
    cloud_protection: bool | None = None
    platform: Version | None = None
    """Version of the antimalware platform."""
    network_protection: Annotated[Literal["off", "audit", "block"], Off] | None = None
    smartscreen: bool | None = None
    server_network_protection: bool | None = None
    """AllowNetworkProtectionOnWinServer, and ...DownLevel where the server needs that too."""
    reaches_cloud: bool | None = None
    """SmartScreen's service answers it (*.smartscreen.microsoft.com)."""
    pull_every: Annotated[Span, Field(ge=MINUTE)] | None = None
    """A straggler: it pulls this often, and not when it is switched on; unsaid, the era decides."""
    offline: tuple[tuple[str, str], ...] | None = None
    """Spans of local time [from, to] in which it is switched off beside the nights."""

    @model_validator(mode="after")
    def _about_something(self) -> Devices:
        if not self.said:
            raise ValueError("a rule about devices says at least one trait")
        return self

    @property
    def said(self) -> frozenset[str]:
        """The traits that this rule speaks of."""
        return frozenset(
            name
            for name in Devices.model_fields
            if name not in {"people", "departments", "share"} and getattr(self, name) is not None
        )


class Site(Strict):
    """Where devices stand: the office, homes, a branch behind a gateway."""

    hides_names: bool = False
    """An explicit proxy or VPN carries the traffic, and network protection misses the names in it
    (MDE/network-protection.md; documented)."""
    behind_proxies: bool = True
    """The organisation's proxies and gateways carry its traffic."""


class Stay(Strict):
    """Where some people's machines are on some days, other than at their own site: home, an hotel, a café.

    Without people and departments it is about everybody; of several stays at one time the last counts. The
    sensor sees a machine anywhere, a proxy or firewall only what passes it (CAS/set-up-cloud-discovery.md,
    CAS/wdatp-integration.md; documented).
    """

    people: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    share: int = Field(default=100, ge=0, le=100)
    """How many in a hundred of those people it is about, drawn from the seed."""
    days: int = Field(default=100, ge=0, le=100)
    """On how many in a hundred days, drawn for each person and day."""
    between: tuple[TimeOfDay, TimeOfDay] | None = None
    """Local time of day [from, to); unsaid, the whole day."""
    site: str
    """One of `sites`, or office."""
    vpn: bool = False
    """A VPN carries everything to the organisation, and so through its proxies. It hides nothing from the
    machine's own sensor (own knowledge)."""

    @model_validator(mode="after")
    def _rises(self) -> Stay:
        if self.between is not None and self.between[0] >= self.between[1]:
            raise ValueError("between must be a rising pair of times")
        return self


class Program(Strict):
    """How a program connects."""

    quic: bool = False
    """It speaks HTTP/3 where the destination does."""
    ech: bool = False
    """It encrypts the Client Hello where the destination can."""


class Destination(Strict):
    """What is peculiar about an app's destinations, all of them or one host. Later entries count."""

    app: str
    host: Host | None = None
    """Only this host. One that the catalog's list for the app lacks is a hole in any block by tag."""
    quic: bool | None = None
    ech: bool | None = None
    coalesced_with: Host | None = None
    """HTTP/2 requests to it ride on a connection to this host: network protection sees that name alone
    (MDE/indicator-ip-domain.md; documented)."""
    ip: Address | None = None
    """The address behind it."""
