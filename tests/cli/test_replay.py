"""The replay command from outside: it agrees with what was recorded, or names where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exercise.process import (
    called,
    document,
    error,
    recorded,
    records,
    unsanctioned,
    write_records,
)


def test_a_run_file_replays_to_the_same_digest_and_score() -> None:
    """Every record agrees, and the score of the footer is worked out again."""
    path, found = recorded()
    again = document(unsanctioned("replay", path, "--json", PYTHONHASHSEED="99"))
    assert again["agrees"] is True
    assert again["digest"] == found["digest"]
    assert again["score"] == found["score"]
    assert again["records"] == len(records(path)) - 1
    text = called("replay", path).stdout.decode()
    assert f"{again['records']} records agree" in text
    assert found["digest"] in text


def test_until_compares_the_first_part() -> None:
    """Records after the time are not looked at."""
    path, found = recorded()
    again = document(called("replay", path, "--until", "+2h", "--json"))
    assert 0 < again["records"] < len(records(path)) - 1
    assert again["digest"] != found["digest"]
    assert "score" not in again


def test_a_tampered_digest_is_exit_code_1_and_names_the_interval(tmp_path: Path) -> None:
    """The line says between which two times the runs differ, and where in the file."""
    kept = records(recorded()[0])
    number = next(n for n, r in enumerate(kept) if r["kind"] == "checkpoint" and r["time"] > kept[1]["time"])
    kept[number]["digest"] = "0" * 64
    path = write_records(tmp_path / "tampered.jsonl", kept)
    line = error(called("replay", path), "REPLAY-DIVERGED", f"{path}:{number + 1}", code=1)
    assert "differ between 2019-12-16T09:" in line
    assert "and 2019-12-16T10:00:00Z" in line


@pytest.mark.parametrize("part", ["command", "seed", "actor"])
def test_a_changed_command_seed_or_actor_diverges(part: str, tmp_path: Path) -> None:
    """A run file cannot be improved afterwards: the digest covers all that decides it."""
    kept = records(recorded()[0])
    if part == "seed":
        kept[0]["seed"] += 1
    elif part == "actor":
        kept[1]["actor"] = "somebody"
    else:
        kept[1]["command"] = {"kind": "tag-app", "app": "facebook", "tag": "Sanctioned"}
    path = write_records(tmp_path / "changed.jsonl", kept)
    error(called("replay", path), "REPLAY-DIVERGED", f"{path}:2", code=1)


def test_a_changed_score_is_exit_code_1(tmp_path: Path) -> None:
    """The footer's score is compared with the score of the replay."""
    kept = records(recorded()[0])
    kept[-1]["result"]["score"] = 7
    path = write_records(tmp_path / "better.jsonl", kept)
    error(called("replay", path), "REPLAY-SCORE", "score 7", code=1)


def test_a_cut_file_replays_as_far_as_it_is_whole_and_says_so(tmp_path: Path) -> None:
    """The unfinished line is left out and told on stderr; the file itself stays as it is."""
    lines = recorded()[0].read_bytes().splitlines(keepends=True)
    before = b"".join(lines[:5]) + lines[5][:30]
    path = tmp_path / "cut.jsonl"
    path.write_bytes(before)
    done = called("replay", path, "--json")
    assert document(done)["records"] == before.count(b"\n") - 1
    (said,) = done.stderr.decode().splitlines()
    assert "unfinished" in said
    assert path.read_bytes() == before
