r"""The organisation's directory: under which names the sources know a person, and in which group.

The endpoint feed names people by their directory name, `alice@contoso.example`. A proxy names them as they
log on to Windows, `CONTOSO\alice` (own knowledge): without enrichment Cloud Discovery takes these for two.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.discovery.people import People
from sim.world.people import Person

_NETBIOS_LENGTH = 15
"""Characters of a Windows domain's short name (own knowledge)."""


def logon_names(upns: Sequence[str], domain: str) -> tuple[str, ...]:
    """Return the Windows logon name of each directory name, in the same order."""
    short = domain.partition(".")[0].upper()[:_NETBIOS_LENGTH]
    return tuple(f"{short}\\{_alias(upn)}" for upn in upns)


def directory(staff: Sequence[Person], upns: Sequence[str], domain: str) -> People:
    """Return who is who. `upns` may hold more names than `staff`; only staff are in a group."""
    persons: dict[str, str] = {}
    for upn, logon in zip(upns, logon_names(upns, domain), strict=True):
        for name in (upn, logon, _alias(upn)):
            persons[name.casefold()] = upn
    return People(persons, {person.upn: (person.department,) for person in staff})


def _alias(upn: str) -> str:
    return upn.partition("@")[0]
