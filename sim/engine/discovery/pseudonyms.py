"""Pseudonyms for people and machines, and the way back for those who may.

The product encrypts user names, and device names in the endpoint report, with AES-128 and a key of
the tenant (CAS/cloud-discovery-anonymizer.md). Here a pseudonym is a keyed hash (HMAC-SHA-256, 80
bits), and names come back from the table of those that were replaced: the same name has the same
pseudonym wherever the same key is used, and without the key nobody can tell whose it is.
"""

from __future__ import annotations

import hmac
import os
from base64 import b32encode
from dataclasses import replace
from pathlib import Path

from sim.base.errors import InputError, Place, Problem
from sim.engine.traffic import Traffic

_KEY_BYTES = 32
_HASH_BYTES = 10


class Pseudonyms:
    """Replaces names, and knows which name each pseudonym stands for."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._names: dict[str, str] = {}

    def hide(self, name: str) -> str:
        """Return the pseudonym of a name."""
        digest = hmac.digest(self._key, name.casefold().encode(), "sha256")[:_HASH_BYTES]
        pseudonym = b32encode(digest).decode().lower()
        self._names[pseudonym] = name
        return pseudonym

    def resolve(self, pseudonym: str) -> str | None:
        """Return the name behind a pseudonym, None if it stands for nobody seen here."""
        return self._names.get(pseudonym)

    def traffic(self, traffic: Traffic) -> Traffic:
        """Return traffic in which users and machines bear pseudonyms."""
        return replace(
            traffic,
            user=None if traffic.user is None else traffic.user.renamed(self.hide),
            machine=None if traffic.machine is None else traffic.machine.renamed(self.hide),
        )


def load_key(path: Path) -> bytes:
    """Return the key in a file, made on first use and readable by its owner only."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(os.urandom(_KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        what = f"cannot keep the key of the pseudonyms: {error.strerror}"
        raise InputError(Problem("KEY-UNREADABLE", what, Place(str(path)), "check the folder")) from None
    if len(key) != _KEY_BYTES:
        what = f"a key of pseudonyms has {_KEY_BYTES} bytes, not {len(key)}"
        raise InputError(Problem("KEY-LENGTH", what, Place(str(path)), "remove the file for a new key"))
    return key
