"""One escape function for untrusted text.

Log lines, host names, user names and scenario text may hold terminal escape codes, bidirectional
overrides or line breaks. `plain` is the only way such text reaches a terminal or an error line.
"""

from __future__ import annotations

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(text: object, limit: int = 2000) -> str:
    """Return `text` on one line with every control, format and unassigned character made visible.

    Characters of the Unicode categories Cc, Cf, Cs, Co, Cn, Zl and Zp become `\\x1b`-style escapes;
    text longer than `limit` characters is cut and ends in an ellipsis.
    """
    value = str(text)
    if len(value) > limit:
        value = value[: limit - 1] + "…"
    if value.isascii() and value.isprintable():
        return value
    return "".join(
        c.encode("unicode_escape").decode("ascii") if unicodedata.category(c) in _UNSAFE else c for c in value
    )
