"""What an indicator asks for: a code beside the other `facts`, and a word of each portal."""

from __future__ import annotations

from enum import IntEnum


class Held(IntEnum):
    """What an indicator asks for: the one that a machine holds for a host, or that the portal lists.

    The portal of 2019 called AUDIT "Alert only" and BLOCK "Alert and block", and had no WARN
    (WIN/manage-indicators.md, MDE/indicators-overview.md; documented).
    """

    NONE = 0
    ALLOW = 1
    AUDIT = 2
    WARN = 3
    BLOCK = 4
