"""Domain entries and host names: what is a usable entry, and how a host is written for matching."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])\Z")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~%-]+)+/?\Z")


def reject(entry: object, is_public: Callable[[str], bool]) -> str | None:
    """Return why `entry` cannot be a domain entry of an app, or None if it can.

    `is_public` tells whether a host is a public suffix, under which strangers register names.
    """
    if not isinstance(entry, str):
        return "a domain is a text such as dropbox.com"
    host, slash, path = entry.partition("/")
    if "*" in entry:
        reason = "write the domain without a star: sub-domains are included"
    elif "://" in entry:
        reason = "write the host without a scheme"
    elif not _HOST.match(host):
        reason = "write a lower-case host name with two labels or more"
    elif slash and not _PATH.match(slash + path):
        reason = "write the path as host/path, without query or spaces"
    elif is_public(host):
        reason = "it is a public suffix: name the vendor's own host below it"
    else:
        return None
    return reason


def canonical(host: str) -> str:
    """Return a host name as the catalog writes it: lower case, no port, no trailing dot.

    Text that no domain can match (an IPv6 address, non-ASCII) comes back empty.
    """
    if not host.isascii() or host.startswith("["):
        return ""
    name, colon, port = host.partition(":")
    if colon and not port.isdigit():
        return ""
    return name.removesuffix(".").lower()


def suffixes(host: str) -> Iterator[str]:
    """Yield `host` and its parents on label boundaries, longest first."""
    while host:
        yield host
        _, _, host = host.partition(".")
