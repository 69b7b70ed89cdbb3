"""What a person may write as an indicator's value, and how the portal stores it.

One external address at a time, no ranges; IPv6 with all eight groups; no wildcards; a domain covers its
sub-domains, a URL what lies below its path (MDE/indicators-overview.md, MDE/indicator-ip-domain.md;
documented).
"""

from __future__ import annotations

import re
from enum import StrEnum
from ipaddress import ip_address, ip_network

from sim.base.errors import CommandRefused, Problem
from sim.engine.catalog.domains import segments


class IndicatorType(StrEnum):
    """Types that decide about connections, as the API names them (MDE/api/ti-indicator.md; documented)."""

    DOMAIN = "DomainName"
    URL = "Url"
    ADDRESS = "IpAddress"


_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_PATH = re.compile(r"[!-~]{1,2000}")
"""What a path may hold: visible ASCII; its longest is a guess."""
_RANGE = re.compile(r"[0-9a-f.:]+\s*(?:/\s*\d+|-\s*[0-9a-f.:]+)", re.IGNORECASE)
_INTERNAL = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
        "::/127",
        "fc00::/7",
        "fe80::/10",
        "ff00::/8",
    )
)
"""Networks that are nobody's on the internet (RFC 6890). Those for documentation pass: scenarios use them."""


def read_value(text: str) -> tuple[IndicatorType, str]:
    """Return the type and the stored form of a value that a person wrote; refuse what the portal refuses."""
    value = text.strip()
    if "*" in value:
        raise _refused(text, "holds a wildcard", "write example.com: it covers its sub-domains")
    if _RANGE.fullmatch(value) and _is_address(re.split(r"[/-]", value)[0].strip()):
        raise _refused(text, "is a range", "write one address a row: ranges and CIDR are not supported")
    bare = value.removeprefix("[").removesuffix("]")
    if _is_address(bare):
        return IndicatorType.ADDRESS, _address(text, bare)
    host, slash, path = (value.partition("://")[2] or value).partition("/")
    if slash and path.strip("/"):
        if not _PATH.fullmatch(path):
            raise _refused(text, "has a path the portal does not accept", "write it without spaces")
        return IndicatorType.URL, "/".join((domain_value(host), *segments(path)))
    return IndicatorType.DOMAIN, domain_value(host)


def domain_value(text: str) -> str:
    """Return `text` as the portal stores a domain; refuse paths and addresses."""
    value = text.strip().lower().rstrip(".")
    labels = value.split(".")
    fits = len(labels) >= 2 and len(value) <= 253 and all(_LABEL.fullmatch(part) for part in labels)
    if not fits or _is_address(value):
        raise _refused(
            text,
            "is not a domain the portal accepts",
            "write a plain domain such as example.com; it covers its sub-domains",
        )
    return value


def _address(text: str, bare: str) -> str:
    found = ip_address(bare)
    if found.version == 6 and "::" in bare:
        raise _refused(text, "is cut short", f"write all eight groups: {found.exploded}")
    if any(found in net for net in _INTERNAL if net.version == found.version):
        raise _refused(text, "is an internal address", "only single external addresses can be indicators")
    return found.exploded


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _refused(text: str, what: str, advice: str) -> CommandRefused:
    return CommandRefused(Problem("INDICATOR-VALUE", f"{text!r} {what}", advice=advice))
