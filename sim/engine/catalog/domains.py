"""Domain entries and hosts: what is a usable entry, and how a host is written for matching.

A host comes from a log or from a person: a name, an address, `host:port`, or a whole URL. Whatever
is no host a browser could have reached leads nowhere, so that `dropbox.com@evil.test` or
`evil.test?.dropbox.com` never count as Dropbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LONGEST = 253
"""Characters of a host name (RFC 1035)."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ENTRY = re.compile(rf"(?=.{{4,{_LONGEST}}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])\Z")
_ENTRY_PATH = re.compile(r"(?:/[A-Za-z0-9._~%-]+)+\Z")

# Underscores are in no host name by the book and in many by use.
_HOST = re.compile(rf"(?=.{{1,{_LONGEST}}}\Z)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\Z")
_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")
# A browser takes a backslash for a slash: what follows it is path, not host.
_PARTS = re.compile(r"([^/?#\\]*)([^?#]*)")
_PORT = re.compile(r"(?::[0-9]{0,5})?\Z")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")


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
    elif not host.isascii():
        reason = f"write it as it stands in logs: {_punycode(host) or 'xn--…'}"
    elif not _ENTRY.match(host):
        reason = "write a lower-case host name with two labels or more"
    elif slash and not _ENTRY_PATH.match(slash + path):
        reason = "write the path as host/path, without query, spaces or a slash at the end"
    elif is_public(host):
        reason = "it is a public suffix: name the vendor's own host below it"
    else:
        return None
    return reason


def locate(text: str) -> tuple[str, str]:
    """Return the host of a host, `host:port`, `host/path` or URL, and the path that follows it.

    The host is lower case, in punycode, without port and without final dot; an address is written
    as `ipaddress` writes it. Text in which no host stands gives an empty one.
    """
    if _HOST.match(text):
        # What most texts are: nothing of them has to change.
        return text, ""
    scheme = _SCHEME.match(text)
    parts = _PARTS.match(text, scheme.end() if scheme else 0)
    assert parts is not None, "it matches the empty text"
    authority, path = parts[1], parts[2]
    if scheme:
        # Only a URL may name a user; without one, me@dropbox.com is a mail address.
        authority = authority.rpartition("@")[2]
    if authority.startswith("["):
        literal, closed, port = authority[1:].partition("]")
        found = address(literal) if closed and ":" in literal and _PORT.match(port) else None
        return ("" if found is None else str(found)), path
    if authority.count(":") > 1:
        found = address(authority)
        return ("" if found is None else str(found)), path
    name, colon, port = authority.partition(":")
    if not _PORT.match(colon + port):
        return "", path
    host = name.lower() if name.isascii() else _punycode(name)
    host = host.removesuffix(".")
    return (host if _HOST.match(host) else ""), path


def segments(path: str) -> list[str]:
    """Return the segments of a path; empty ones do not count."""
    return [part for part in path.split("/") if part]


def suffixes(host: str) -> Iterator[str]:
    """Yield `host` and its parents on label boundaries, longest first."""
    while host:
        yield host
        _, _, host = host.partition(".")


def address(text: str) -> Address | None:
    """Return the address that `text` is, None for anything else.

    An IPv4 address in IPv6 clothes is the IPv4 one; a zone (`%eth0`) is dropped.
    """
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def network(text: object) -> Network | None:
    """Return the address or network that an `ips` entry means, None if it means none."""
    if not isinstance(text, str):
        return None
    try:
        return ip_network(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _punycode(host: str) -> str:
    """Return a host with non-ASCII labels as it goes over the wire, empty if it cannot.

    A label that only looks foreign (a Kelvin sign for a k, full-width letters) is refused: logs
    hold what was asked of DNS, and there it would be plain letters already.
    """
    if len(host) > _LONGEST:
        return ""
    labels = []
    for label in _DOTS.split(host):
        if label.isascii():
            labels.append(label.lower())
            continue
        try:
            encoded = label.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
        if not encoded.startswith("xn--"):
            return ""
        labels.append(encoded)
    return ".".join(labels)
