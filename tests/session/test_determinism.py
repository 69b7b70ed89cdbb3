"""A run is its scenario, seed and commands: any process, any machine, any replay gives the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import CommandRefused, InputError, ReplayDiverged
from sim.base.time import HOUR, MINUTE, SECOND
from sim.session.commands import CustomTag, RecordFinding
from sim.session.driver import Session, restore
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.indicator_commands import RemoveIndicator
from sim.session.runfile import read_run
from tests.properties.scripts import preparations, share
from tests.reference.small import small

ROOT = Path(__file__).resolve().parents[2]

ONE_RUN = """
import sys
from sim.base.time import HOUR
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch, TagApp
from sim.session.endpoint_commands import PowerShell
from sim.session.driver import Session

session = Session(load_scenario("first-block"), int(sys.argv[1]))
for name in ("Microsoft Cloud App Security", "Custom network indicators", "Block unsanctioned apps"):
    session.submit(SetSwitch(name, True))
session.submit(TagApp("yahoo-webmail", "Unsanctioned"))
session.advance(session.now + HOUR)
session.submit(PowerShell("HF-LT-07", "Set-MpPreference -EnableNetworkProtection Enabled"))
session.advance(session.resolved.end)
print(session.digest())
"""


def elsewhere(seed: int = 1, **environment: str) -> subprocess.CompletedProcess[str]:
    """Play first-block in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", ONE_RUN, str(seed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def digest() -> str:
    """The digest of first-block with seed 1."""
    run = elsewhere(PYTHONHASHSEED="0", TZ="Asia/Kathmandu", LC_ALL="C")
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_another_process_gives_the_same_digest(digest: str):
    """Neither the order of sets and dicts, nor the machine's zone or language, reaches a run."""
    run = elsewhere(PYTHONHASHSEED="4242", TZ="America/St_Johns", LC_ALL="C.UTF-8")
    assert run.stdout.strip() == digest


def test_another_seed_gives_another_digest(digest: str):
    """The seed decides."""
    assert elsewhere(2, PYTHONHASHSEED="0").stdout.strip() != digest


def test_a_plainer_processor_gives_the_same_digest(digest: str):
    """NumPy without its widest vector instructions: other code paths, the same bytes."""
    features = list(getattr(np._core._multiarray_umath, "__cpu_dispatch__", []))  # type: ignore[attr-defined]
    run = elsewhere(NPY_DISABLE_CPU_FEATURES=" ".join(features))
    if run.returncode:
        pytest.skip(f"NumPy does not do without {features}: {run.stderr.strip().splitlines()[-1]}")
    assert run.stdout.strip() == digest


def record(path: Path, leave: bool = False) -> Session:
    """Play a small run into a file: commands of many kinds, text that needs escaping, some hours."""
    session = Session(small(5, rhythm="quick"), 11)
    session.record_to(path)
    for command in preparations(5):
        session.submit(command)
    session.advance(session.now + 2 * HOUR + 17 * MINUTE + 3)
    session.submit(CustomTag("dropbox", "prüfen ✓ \n\u202e"))
    session.submit(RecordFinding("dropbox", "ben.brook@small.example", "SO-02", "chrome.exe", '"'))
    session.submit(VisitSite("SO-02", "MicrosoftEdgeCP.exe", "news.sohu.com"))
    with pytest.raises(CommandRefused):
        session.submit(RemoveIndicator("ind-9999"))
    session.advance(session.now + HOUR)
    session.submit(PowerShell("SO-01", "Set-MpPreference -EnableNetworkProtection Enabled"))
    session.submit(RemoveIndicator("ind-0001"))
    if leave:
        session.advance(session.now + 12 * MINUTE)
        session.leave()
    else:
        session.advance(session.resolved.end)
        session.finish({"score": 1})
    return session


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run that was played to its end."""
    path = tmp_path_factory.mktemp("runs") / "run.jsonl"
    record(path)
    return path


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run that a player left; its last records are a command and a mark."""
    path = tmp_path_factory.mktemp("runs") / "run.jsonl"
    record(path, leave=True)
    return path


def test_replay_agrees_with_every_record(finished: Path, tmp_path: Path):
    """Every command, checkpoint and the footer; the same digest, clock and notes."""
    original = record(tmp_path / "again.jsonl")
    recorded = read_run(finished)
    replayed = restore(recorded)
    assert replayed.compared == len(recorded.records) > 40
    assert replayed.session.digest() == original.digest() == recorded.records[-1]["digest"]
    assert replayed.session.now == original.now
    assert replayed.session.notes == original.notes
    assert replayed.session.commands == original.commands
    assert recorded.footer is not None
    assert recorded.footer["result"] == {"score": 1}
    assert finished.read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_a_refused_command_is_not_in_the_file(finished: Path):
    """It changed nothing, so there is nothing to play again."""
    assert b"ind-9999" not in finished.read_bytes()


@share(0.2)
@given(st.integers(0, 10 * 60))
def test_a_run_can_be_restored_to_any_minute(left: Path, minutes: int):
    """Rewinding is the same mechanism: the clock stands where it was asked to."""
    start = small(5, rhythm="quick").start
    session = restore(read_run(left), start + minutes * MINUTE).session
    assert session.now == start + minutes * MINUTE


def test_a_restored_run_goes_on_as_if_it_had_never_stopped(left: Path, tmp_path: Path):
    """Left, restored and played on in the same file: the digest of a run in one go."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(left.read_bytes())
    recorded = read_run(path)
    session = restore(recorded).session
    session.continue_file(recorded)
    last = VisitSite("SO-02", "chrome.exe", "news.sohu.com")
    session.submit(last)
    session.advance(session.resolved.end)
    session.finish({})
    straight = record(tmp_path / "straight.jsonl", leave=True)
    straight.submit(last)
    straight.advance(straight.resolved.end)
    assert session.digest() == straight.digest()
    assert restore(read_run(path)).session.digest() == straight.digest()


@pytest.mark.parametrize("name", ["finished", "left"])
def test_a_file_cut_at_any_byte_loses_the_unfinished_line_alone(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
):
    """Every byte of the last two records: what is whole is read, what is not is told."""
    raw = request.getfixturevalue(name).read_bytes()
    lines = raw.splitlines(keepends=True)
    whole, second = len(raw) - len(lines[-1]), len(raw) - len(lines[-1]) - len(lines[-2])
    cut = tmp_path / "cut.jsonl"
    records = read_run(request.getfixturevalue(name)).records
    for length in range(second, len(raw) + 1):
        cut.write_bytes(raw[:length])
        recorded = read_run(cut)
        kept = second if length < whole else whole if length < len(raw) else len(raw)
        missing = 2 if length < whole else 1 if length < len(raw) else 0
        assert recorded.whole_bytes == kept
        assert recorded.records == records[: len(records) - missing]
        assert recorded.lost.encode() == raw[kept:length]
    for length in (second, second + 1, whole - 1, whole, whole + 1, len(raw) - 1):
        cut.write_bytes(raw[:length])
        recorded = read_run(cut)
        session = restore(recorded).session
        assert session.digest() == recorded.records[-1]["digest"]
        session.continue_file(recorded)
        assert cut.read_bytes() == raw[: recorded.whole_bytes]
        session.leave()
        assert restore(read_run(cut)).session.digest() == session.digest()


def test_a_run_cut_within_its_header_is_told(left: Path, tmp_path: Path):
    """Without a header there is no run to go on with: one line, with its place."""
    path = tmp_path / "cut.jsonl"
    for length in (0, 1, 100):
        path.write_bytes(left.read_bytes()[:length])
        with pytest.raises(InputError, match=r"RUN-FORMAT.*cut\.jsonl:1") as refused:
            read_run(path)
        assert len(refused.value.problems) == 1


def damaged(path: Path, number: int, line: bytes, folder: Path) -> Path:
    """Return a copy of a run file with one line replaced."""
    lines = path.read_bytes().split(b"\n")
    lines[number - 1] = line
    copy = folder / "damaged.jsonl"
    copy.write_bytes(b"\n".join(lines))
    return copy


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"kind": "command"}',
        b'{"kind": "party", "time": 1, "digest": ""}',
        b'{"kind": ["command"], "time": 1, "digest": ""}',
        b'{"kind": "checkpoint", "time": "soon", "digest": ""}',
        b'{"kind": "checkpoint", "time": 1.5, "digest": ""}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
    ids=lambda line: repr(line[:40]),
)
@pytest.mark.parametrize("number", [2, 9])
def test_a_damaged_line_is_one_error_with_its_place(left: Path, tmp_path: Path, number: int, line: bytes):
    """In the middle of a file nothing is guessed."""
    with pytest.raises(InputError) as refused:
        read_run(damaged(left, number, line, tmp_path))
    (problem,) = refused.value.problems
    assert problem.rule == "RUN-LINE"
    assert str(problem.where).endswith(f"damaged.jsonl:{number}")


@given(st.binary(max_size=60), st.integers(2, 12))
def test_any_bytes_in_a_line_are_an_error_or_a_record(
    left: Path, tmp_path_factory: pytest.TempPathFactory, line: bytes, number: int
):
    """Whatever the disk did, reading never breaks."""
    folder = tmp_path_factory.mktemp("any")
    path = damaged(left, number, line.replace(b"\n", b""), folder)
    with pytest.raises(InputError):
        read_run(path)


@pytest.mark.parametrize(
    "values",
    [
        {"seed": "x"},
        {"seed": None},
        {"scenario": []},
        {"scenario": {"name": "small-office", "title": "no more"}},
    ],
)
def test_a_damaged_header_is_one_error(left: Path, tmp_path: Path, values: dict[str, object]):
    """A header that is JSON and yet no header cannot be played, and says so."""
    with pytest.raises(InputError):
        restore(read_run(changed(left, 1, tmp_path, **values)))


def test_two_runs_in_one_file_are_an_error_at_the_second_header(left: Path, tmp_path: Path):
    """A header stands in the first line alone."""
    path = tmp_path / "twice.jsonl"
    path.write_bytes(left.read_bytes() * 2)
    line = left.read_bytes().count(b"\n") + 1
    with pytest.raises(InputError, match=rf"twice\.jsonl:{line}"):
        restore(read_run(path))


def changed(path: Path, number: int, folder: Path, **values: object) -> Path:
    """Return a copy of a run file with some values of one record replaced."""
    record = json.loads(path.read_bytes().split(b"\n")[number - 1])
    return damaged(path, number, json.dumps({**record, **values}).encode(), folder)


def test_a_changed_digest_names_the_interval(finished: Path, tmp_path: Path):
    """Replay says between which times the runs differ, and at which line."""
    records = read_run(finished).records
    number = next(n for n, r in enumerate(records) if n > 20 and r["kind"] == "checkpoint")
    path = changed(finished, number + 2, tmp_path, digest="0" * 64)
    with pytest.raises(ReplayDiverged) as diverged:
        restore(read_run(path))
    (problem,) = diverged.value.problems
    assert str(problem.where).endswith(f"damaged.jsonl:{number + 2}")
    assert "the engine differs" in problem.advice
    begin, end = (int(records[n]["time"]) for n in (number - 1, number))
    assert end - begin <= HOUR
    hours = [f"{time // HOUR % 24:02d}:{time // MINUTE % 60:02d}:" for time in (begin, end)]
    assert all(hour in problem.what for hour in hours)


def test_a_changed_command_diverges_at_its_own_line(finished: Path, tmp_path: Path):
    """Commands are part of the stream: another word in one is another run."""
    records = read_run(finished).records
    number = next(n for n, r in enumerate(records) if r["command"].get("kind") == "tag-app")
    command = {**records[number]["command"], "app": "dropbox"}
    path = changed(finished, number + 2, tmp_path, command=command)
    with pytest.raises(ReplayDiverged, match=f":{number + 2}"):
        restore(read_run(path))


@pytest.mark.parametrize(
    "command",
    [
        {"kind": "tag-app", "app": "no-such-app", "tag": "Unsanctioned"},
        {"kind": "tag-app", "app": "dropbox"},
        {"kind": "fly", "to": "moon"},
        {"kind": "set-switch", "name": "Turbo", "on": True},
        [],
    ],
    ids=str,
)
def test_a_command_that_cannot_be_played_is_an_error_with_its_place(
    finished: Path, tmp_path: Path, command: object
):
    """An edited file says at which line it cannot be followed."""
    path = changed(finished, 3, tmp_path, command=command)
    with pytest.raises(InputError, match=r"damaged\.jsonl:3"):
        restore(read_run(path))


def test_time_that_runs_backwards_is_found(finished: Path, tmp_path: Path):
    """A record out of order is not played silently."""
    records = read_run(finished).records
    path = changed(finished, len(records), tmp_path, time=records[0]["time"] - SECOND)
    with pytest.raises((InputError, ReplayDiverged)):
        restore(read_run(path))
