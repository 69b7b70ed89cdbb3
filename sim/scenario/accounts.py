"""How a person's account is spelt: the world makes accounts by it, and a placeholder names one."""

from __future__ import annotations

from unicodedata import normalize

_SPELT = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "'": None})


def account(name: str, domain: str, taken: set[str], person_id: str) -> str:
    """Return a new account: the name in plain letters, numbered where somebody has it already."""
    letters = normalize("NFKD", name.lower().translate(_SPELT)).encode("ascii", "ignore").decode()
    stem = ".".join(part for part in letters.split() if part) or person_id
    upn, number = f"{stem}@{domain}", 2
    while upn in taken:
        upn, number = f"{stem}{number}@{domain}", number + 1
    taken.add(upn)
    return upn
