"""A past that was added up, under the user's cache folder: the next process that opens the scenario reads it.

A file holds columns of whole numbers, and nothing in it is believed: what is damaged, of other code, of
another scenario or seed, or not what this one would be, counts as not there, and is written anew.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sim
from sim.base.columns import narrow
from sim.engine.traffic import Bundles
from sim.world.telemetry import I64, Rows, join

LARGEST = 1 << 28
"""No file that is read is larger, in bytes."""
_MOST = 6
"""Files that are kept; one of a thousand people and a month has some 8 MB."""
_DIGEST = "digest"

Past = tuple[Rows, Bundles]
"""Bundles, and what each of them stands for."""


class Archive:
    """The file of one scenario and seed."""

    def __init__(self, folder: Path, content_hash: str, seed: int) -> None:
        self._key = f"{content_hash}:{seed}:{_code()}"
        self.path = folder / f"{blake2b(self._key.encode(), digest_size=16).hexdigest()}.npz"

    def read(self) -> Past | None:
        """Return what is kept; None where there is nothing that was written for this very past."""
        try:
            if self.path.stat().st_size > LARGEST:
                return None
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                found = {name: held[name] for name in held.files}
            said = found.pop(_DIGEST).tobytes()
            if said != self._digest(found):
                return None
            wide = {name: column.astype(np.int64) for name, column in found.items()}
            wide["last"] += wide["time"]
            extent = Bundles(wide.pop("transactions"), wide.pop("last"))
            return Rows(**wide), extent
        except Exception:  # whatever is wrong with the file, the past can be added up again
            return None

    def write(self, past: Past) -> None:
        """Keep a past, and forget the oldest ones; a disk that takes nothing is no error."""
        columns = _columns(past)
        columns["last"] = columns["last"] - columns["time"]
        kept: dict[str, Any] = {
            name: narrow(column, int(column.min(initial=0)), int(column.max(initial=0)))
            for name, column in columns.items()
        }
        kept[_DIGEST] = np.frombuffer(self._digest(kept), dtype=np.uint8)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = mkstemp(dir=self.path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, **kept)
                Path(name).replace(self.path)
            finally:
                Path(name).unlink(missing_ok=True)
            self._forget()
        except OSError:
            return

    def _forget(self) -> None:
        files = sorted(self.path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_MOST]:
            file.unlink(missing_ok=True)

    def _digest(self, columns: Mapping[str, NDArray[Any]]) -> bytes:
        digest = blake2b(self._key.encode())
        for name, column in sorted(columns.items()):
            if column.dtype.kind not in "iu" or column.ndim != 1:
                raise ValueError(f"{name} is no column of whole numbers")
            digest.update(f"{name}:{column.dtype.str}:{len(column)};".encode())
            digest.update(np.ascontiguousarray(column).data)
        return digest.digest()


def archive(content_hash: str, seed: int) -> Archive:
    """Return the archive of a scenario and seed under the user's cache folder."""
    from platformdirs import user_cache_path

    return Archive(user_cache_path("unsanctioned", appauthor=False) / "pasts", content_hash, seed)


def joined(parts: Sequence[Past]) -> Past:
    """Return the days of a past as one."""
    extents = [extent for _, extent in parts]
    columns = (np.concatenate([getattr(each, field.name) for each in extents]) for field in fields(Bundles))
    return join([rows for rows, _ in parts]), Bundles(*columns)


def begins_and_ends(past: Past, first: Past, last: Past) -> bool:
    """Tell whether a past begins with one of these days and ends with the other."""
    size, head, tail = (len(each[0]) for each in (past, first, last))
    if size < max(head, tail, 1):
        return False
    kept = _columns(past)
    ends = ((slice(head), first), (slice(size - tail, size), last))
    return all(
        np.array_equal(kept[name][place], drawn)
        for place, day in ends
        for name, drawn in _columns(day).items()
    )


def _columns(past: Past) -> dict[str, I64]:
    rows, extent = past
    found = {field.name: getattr(rows, field.name) for field in fields(Rows)}
    return found | {field.name: getattr(extent, field.name) for field in fields(Bundles)}


@cache
def _code() -> str:
    """Return a hash of the program: other code may add up another past."""
    digest = blake2b(f"{sim.__version__}:{np.__version__}".encode(), digest_size=16)
    for file in sorted(Path(sim.__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
