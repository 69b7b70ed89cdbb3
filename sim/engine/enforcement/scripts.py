"""Block scripts: what an appliance is told, by hand, about the unsanctioned apps of a tenant.

One text names the domains of *all* unsanctioned apps of all reports, and somebody imports it into the
appliance (CAS/governance-discovery.md; documented). Two of the seven texts are known from samples; the
other five are ours, and say so in a comment where the appliance's syntax has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sim.base.errors import InputError, Problem, nearest
from sim.base.time import to_datetime
from sim.engine.catalog.app import App
from sim.engine.catalog.domains import address, locate

_OURS = (
    "This text is Unsanctioned's own: Microsoft's for this appliance is not published.",
    "Read it before you import it.",
)

_ADDRESS = "an address: scripts hold domains"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry of an app that no script can hold, and why."""

    app_id: str
    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class BlockList:
    """The domains to block, each once, and what had to be left out."""

    domains: tuple[tuple[str, str], ...]
    """App id and domain, by app id and then as the catalog lists them."""
    left_out: tuple[LeftOut, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The domains alone."""
        return tuple(domain for _, domain in self.domains)


def block_list(apps: Iterable[App]) -> BlockList:
    """Return what can be blocked of some apps by the names of their hosts.

    A full address is left out: the appliances are told hosts, and the whole host would block other apps.
    A name in other letters is written as it goes over the wire, a port is dropped, and what is no host at
    all never reaches a script, whatever it holds.
    """
    found: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for app in sorted(apps, key=lambda app: app.id):
        for entry in app.domains:
            host, path = locate(entry)
            if address(host):
                left_out.append(LeftOut(app.id, entry, _ADDRESS))
            elif "." not in host:
                left_out.append(LeftOut(app.id, entry, "no host name"))
            elif path.strip("/"):
                left_out.append(LeftOut(app.id, entry, "a full address: its host serves other apps too"))
            else:
                found.setdefault(host, app.id)
        left_out += [LeftOut(app.id, entry, _ADDRESS) for entry in app.ips]
    return BlockList(tuple((app_id, domain) for domain, app_id in found.items()), tuple(left_out))


def _bluecoat(domains: Sequence[str]) -> list[str]:
    return [f"url.domain={domain} deny" for domain in domains]


def _websense(domains: Sequence[str]) -> list[str]:
    return [f"dest_host={domain} action=deny" for domain in domains]


def _cisco_asa(domains: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for number, domain in enumerate(domains, 1):
        lines += [f"object network MCAS_{number}", f" fqdn v4 {domain}"]
        lines.append(f"access-list MCAS_BLOCK extended deny ip any object MCAS_{number}")
    return lines


def _fortigate(domains: Sequence[str]) -> list[str]:
    lines = ["config webfilter urlfilter", "edit 1", "config entries"]
    # Today's FortiOS takes a simple entry exactly (docs.fortinet.com, Static URL filter): the wildcard
    # entry is for the sub-domains.
    entries = [pair for d in domains for pair in ((d, "simple"), (f"*.{d}", "wildcard"))]
    for number, (url, kind) in enumerate(entries, 1):
        lines += [f"edit {number}", f'set url "{url}"', f"set type {kind}", "set action block", "next"]
    return [*lines, "end", "next", "end"]


def _juniper_srx(domains: Sequence[str]) -> list[str]:
    objects = "set security utm custom-objects"
    # Junos wants http:// before a wildcard (juniper.net, Create URL Patterns); it stands for both schemes.
    patterns = [pattern for d in domains for pattern in (d, f"http://*.{d}")]
    return [
        *(f"{objects} url-pattern MCAS value {pattern}" for pattern in patterns),
        f"{objects} custom-url-category MCAS value MCAS",
        "set security utm feature-profile web-filtering url-blacklist MCAS",
    ]


def _palo_alto(domains: Sequence[str]) -> list[str]:
    members = " ".join(f"{domain}/ *.{domain}/" for domain in domains)
    return [f"set profiles custom-url-category MCAS list [ {members} ]"]


def _zscaler(domains: Sequence[str]) -> list[str]:
    return [f".{domain}" for domain in domains]


@dataclass(frozen=True, slots=True)
class Appliance:
    """A network appliance that a block script can be made for."""

    id: str
    name: str
    code: int
    """`format` of the Discovery API (CAS/api-discovery-script.md; documented)."""
    file_word: str
    """What stands for it in the file name; only FortiGate's is documented."""
    lines: Callable[[Sequence[str]], list[str]]
    confirmed: str = ""
    """Where the text was seen; empty: it is ours."""
    comment: str = ""
    """What begins a comment in its syntax; empty: there is none that an import is sure to survive."""
    sub_domains: bool = True
    """Whether a line covers the sub-domains too (own knowledge of each syntax; guess for Websense)."""
    caution: str = ""
    """What whoever imports it should know."""


APPLIANCES: tuple[Appliance, ...] = (
    Appliance(
        "bluecoat",
        "BlueCoat ProxySG",
        102,
        "BlueCoat",
        _bluecoat,
        confirmed="CAS/api-discovery-script.md",
    ),
    Appliance(
        "cisco-asa",
        "Cisco ASA",
        104,
        "CiscoASA",
        _cisco_asa,
        comment="!",
        sub_domains=False,
        caution="An FQDN object is one name: it covers no sub-domain.",
    ),
    Appliance("fortigate", "Fortinet FortiGate", 108, "Fortigate", _fortigate, comment="#"),
    Appliance("palo-alto", "Palo Alto", 112, "PaloAlto", _palo_alto),
    Appliance("zscaler", "Zscaler", 120, "Zscaler", _zscaler),
    Appliance("juniper-srx", "Juniper SRX", 129, "JuniperSRX", _juniper_srx, comment="#"),
    Appliance(
        "websense",
        "Websense",
        135,
        "Websense",
        _websense,
        confirmed="microsoft/MCAS, Export-MCASBlockScript",
    ),
)
"""The seven appliances that the portal makes scripts for (CAS/governance-discovery.md; documented)."""


def appliance(text: str) -> Appliance:
    """Return the appliance of a name, a part of its id, or a code; raise InputError otherwise."""
    wanted = text.strip().casefold()
    for known in APPLIANCES:
        if wanted in {known.id, *known.id.split("-"), known.name.casefold(), str(known.code)}:
            return known
    ids = [known.id for known in APPLIANCES]
    advice = nearest(wanted, ids, "one of: " + ", ".join(ids))
    raise InputError(Problem("APPLIANCE-UNKNOWN", f"no block script for {text!r}", advice=advice))


def block_script(target: Appliance, domains: Sequence[str]) -> str:
    """Return the script that blocks `domains`, which must come from `block_list`; "" where there are none."""
    if not domains:
        return ""
    head = [] if target.confirmed or not target.comment else [*_OURS, target.caution]
    comments = [f"{target.comment} {line}" for line in head if line]
    return "\n".join([*comments, *target.lines(domains), ""])


def script_name(target: Appliance, time: int) -> str:
    """Return the file name, by the UTC day: `2017-02-19_CAS_Fortigate_block_script.txt` (documented)."""
    return f"{to_datetime(time).date().isoformat()}_CAS_{target.file_word}_block_script.txt"
