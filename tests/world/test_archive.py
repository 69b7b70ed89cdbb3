"""A past that is kept on disk: read back to the byte, and believed in nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from sim.engine.traffic import Bundles
from sim.world import history as room
from sim.world.archive import Archive, Past
from sim.world.groundwork import groundwork
from sim.world.history import History
from sim.world.telemetry import Rows
from tests.world.lively import lively

RESOLVED = {"history": {"days": 4, "endpoint": True}}
HASH, SEED = "a scenario", 3


def past_of(archive: Archive | None) -> Past:
    resolved = lively(20, **RESOLVED)
    found = History(resolved, groundwork(resolved, SEED), 4, SEED, archive)
    return found.bundles, found.extent


def same(one: Past, other: Past) -> bool:
    columns = [(0, f.name) for f in fields(Rows)] + [(1, f.name) for f in fields(Bundles)]
    return all(np.array_equal(getattr(one[n], name), getattr(other[n], name)) for n, name in columns)


@pytest.fixture(scope="module")
def past() -> Past:
    return past_of(None)


def test_what_is_kept_is_read_to_the_byte(past: Past, tmp_path: Path):
    archive = Archive(tmp_path / "new" / "folder", HASH, SEED)
    assert archive.read() is None
    archive.write(past)
    kept = archive.read()
    assert kept is not None
    assert same(kept, past)
    assert Archive(archive.path.parent, HASH, SEED + 1).read() is None
    assert [file.name for file in archive.path.parent.iterdir()] == [archive.path.name]


def _pickled(file: Path) -> None:
    np.savez(file, time=np.array([{"not": "numbers"}], dtype=object), digest=np.zeros(1, np.uint8))


def _floats(file: Path) -> None:
    np.savez(file, time=np.zeros(3), digest=np.zeros(64, np.uint8))


def _flipped(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def _foreign(file: Path) -> None:
    other = Archive(file.parent, "another scenario", SEED)
    other.write(past_of(None))
    other.path.replace(file)


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "text": lambda file: file.write_text("not a past", encoding="utf-8"),
    "cut off": lambda file: file.write_bytes(file.read_bytes()[:-100]),
    "one bit": _flipped,
    "pickled": _pickled,
    "no whole numbers": _floats,
    "of another scenario": _foreign,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_damaged_or_foreign_file_counts_as_none_and_is_written_anew(
    broken: str, past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(room, "_WORTH_KEEPING", 1)
    archive = Archive(tmp_path, HASH, SEED)
    archive.write(past)
    BROKEN[broken](archive.path)
    assert archive.read() is None
    assert same(past_of(archive), past)
    kept = archive.read()
    assert kept is not None
    assert same(kept, past)


@pytest.mark.parametrize(
    ("column", "place"), [("bytes_up", 0), ("bytes_down", -1), ("host", 200), ("machine", 200)]
)
def test_a_whole_file_that_is_not_this_past_is_not_believed(
    column: str, place: int, past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its digest holds, as a forger can make it: the days are not those, or name what is not there."""
    monkeypatch.setattr(room, "_WORTH_KEEPING", 1)
    forged = getattr(past[0], column).copy()
    forged[place] += 1_000_000
    archive = Archive(tmp_path, HASH, SEED)
    archive.write((replace(past[0], **{column: forged}), past[1]))
    assert archive.read() is not None
    assert same(past_of(archive), past)


def test_the_oldest_are_forgotten_and_a_folder_that_takes_nothing_is_no_error(past: Past, tmp_path: Path):
    for seed in range(10):
        Archive(tmp_path / "pasts", HASH, seed).write(past)
    assert len(list((tmp_path / "pasts").iterdir())) == 6
    file = tmp_path / "file"
    file.write_bytes(b"")
    Archive(file, HASH, SEED).write(past)
    assert Archive(file, HASH, SEED).read() is None
