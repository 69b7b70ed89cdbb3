"""The run command from outside: what it prints, what it keeps, and that it repeats to the byte."""

from __future__ import annotations

import re
from pathlib import Path

from sim.base.time import SECOND
from sim.session.driver import restore
from sim.session.runfile import read_run
from tests.exercise.process import (
    called,
    document,
    error,
    recorded,
    records,
    unsanctioned,
    write_records,
)

COUNTS = {"people", "devices", "requests", "blocked", "warned", "alerts", "indicators", "commands"}


def test_json_holds_what_the_contract_names() -> None:
    """Every field of the command contract is there, and the figures agree with each other."""
    path, found = recorded()
    assert {
        "scenario": "first-block",
        "seed": 20191216,
        "player": "oracle",
        "era": "mcas-2019",
        "finished": True,
    }.items() <= found.items()
    assert re.fullmatch(r"[0-9a-f]{64}", found["digest"])
    assert found["engine_version"]
    assert found["simulated_seconds"] == 33 * 3600
    assert set(found["counts"]) == COUNTS
    assert found["counts"]["people"] == found["counts"]["devices"] == 22
    assert found["score"] >= 95
    for item in found["objectives"]:
        assert {"id", "score", "because"} <= set(item)
        assert 0 <= item["score"] <= 100
    assert found["exposure"]["total"] == sum(app["connections"] for app in found["exposure"]["apps"])
    assert found["collateral"]["total"] == 0
    kept = records(path)
    assert sum(record["kind"] == "command" for record in kept) == found["counts"]["commands"]
    assert kept[-1]["kind"] == "footer"
    assert kept[-1]["digest"] == found["digest"]
    assert kept[-1]["result"] == found


def test_two_processes_with_different_hash_seeds_agree(tmp_path: Path) -> None:
    """The same run in another process with another PYTHONHASHSEED: same document, same run file."""
    path, found = recorded()
    out = tmp_path / "again.jsonl"
    done = unsanctioned(
        "run", "first-block", "--player", "oracle", "--json", "--out", out, PYTHONHASHSEED="12345"
    )
    assert document(done) == found
    assert out.read_bytes() == path.read_bytes()


def test_another_seed_has_another_digest(tmp_path: Path) -> None:
    """Same player, next seed: another digest, and the header says which seed."""
    seed = recorded()[1]["seed"] + 1
    out = tmp_path / "other.jsonl"
    arguments = ("run", "first-block", "--player", "oracle", "--json", "--seed", str(seed), "--out", out)
    found = document(called(*arguments))
    assert found["seed"] == records(out)[0]["seed"] == seed
    assert found["digest"] != recorded()[1]["digest"]


def test_actions_of_a_run_file_give_its_digest(tmp_path: Path) -> None:
    """The commands of the oracle's run file, played again as actions, end in the same digest and score."""
    path, found = recorded()
    out = tmp_path / "actions.jsonl"
    again = document(called("run", "first-block", "--actions", path, "--json", "--out", out))
    assert again.pop("player") == "actions"
    assert again.items() <= found.items()


def test_actions_may_be_bare_command_lines(tmp_path: Path) -> None:
    """A file of command records alone will do, in any order; blank lines say nothing."""
    path = recorded()[0]
    lines = [line for line in path.read_text().splitlines() if '"kind":"command","time"' in line]
    script = tmp_path / "script.jsonl"
    script.write_text("\n\n".join(reversed(lines[:3])) + "\n")
    out = tmp_path / "run.jsonl"
    arguments = ("run", "first-block", "--actions", script, "--json", "--until", "+1h", "--out", out)
    assert document(called(*arguments))["counts"]["commands"] == len(lines[:3]) == 3


def test_until_stops_there_and_resume_goes_on(tmp_path: Path) -> None:
    """A run left after five hours is unfinished; resumed, it plays to the end in the same file."""
    out = tmp_path / "left.jsonl"
    left = document(
        called("run", "first-block", "--player", "oracle", "--until", "+5h", "--json", "--out", out)
    )
    assert (left["finished"], left["simulated_seconds"]) == (False, 5 * 3600)
    before = out.read_bytes()
    assert records(out)[-1]["kind"] == "mark"
    done = unsanctioned("run", "--resume", out, "--json")
    found = document(done)
    assert done.stderr == b""
    assert (found["finished"], found["player"]) == (True, "oracle")
    assert found["score"] >= 95
    assert out.read_bytes().startswith(before)
    assert records(out)[-1]["kind"] == "footer"
    error(called("run", "--resume", out), "RUN-OVER", "replay it")


def test_a_run_is_cut_at_a_moment_and_the_old_one_is_kept(tmp_path: Path, user_data: Path) -> None:
    """What came after the cut is played anew, in a file that names where it comes from."""
    out = tmp_path / "whole.jsonl"
    whole = document(called("run", "first-block", "--player", "oracle", "--json", "--out", out))
    before = out.read_bytes()
    found = document(called("run", "--resume", out, "--until", "+3h", "--player", "do-nothing", "--json"))
    assert found["finished"]
    assert 0 < found["counts"]["commands"] < whole["counts"]["commands"]
    assert out.read_bytes() == before
    (made,) = (user_data / "runs").glob("*.jsonl")
    header, *rest = records(made)
    assert header["parent"]["run"] == "whole.jsonl"
    assert rest[-1]["kind"] == "footer"
    error(called("run", "--resume", out, "--until", "2019-12-01"), "RUN-UNTIL", "is not within the run")


def test_a_file_cut_off_mid_line_resumes_and_says_so(tmp_path: Path) -> None:
    """Nothing is lost but the unfinished line, the program says so, and the run ends with a footer."""
    lines = recorded()[0].read_bytes().splitlines(keepends=True)
    number = max(n for n, line in enumerate(lines[:40]) if b'"kind":"command"' in line)
    whole, lost = b"".join(lines[:number]), 40
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(whole + lines[number][:-lost])
    done = called("run", "--resume", cut, "--json")
    found = document(done)
    (said,) = done.stderr.decode().splitlines()
    assert "unfinished" in said
    assert "everything before it is kept" in said
    assert str(len(lines[number]) - lost) in said
    assert cut.read_bytes().startswith(whole)
    assert records(cut)[-1]["kind"] == "footer"
    assert found["score"] >= 95
    replayed = restore(read_run(cut))
    assert replayed.session.digest() == found["digest"]
    assert replayed.compared == len(records(cut)) - 1


def test_without_out_the_run_goes_to_the_user_data_folder(user_data: Path) -> None:
    """Two runs without --out are two numbered files; the text names the file and the score."""
    for number in (1, 2):
        done = unsanctioned("run", "first-block", "--until", "+10m")
        assert done.returncode == 0
        text = done.stdout.decode()
        assert "Score 0 of 100" in text
        path = user_data / "runs" / f"first-block-{number:04d}.jsonl"
        assert str(path) in text
        assert read_run(path).header["player"] == "do-nothing"


def test_a_clock_time_is_read_in_the_zone_of_the_scenario(tmp_path: Path) -> None:
    """--until takes a time of day on the scenario's calendar, and a duration from its start."""
    ends = [
        document(called("run", "first-block", "--until", until, "--json", "--out", tmp_path / f"{n}.jsonl"))[
            "simulated_seconds"
        ]
        for n, until in enumerate(("2019-12-16T10:30", "+1h30m"))
    ]
    assert ends == [5400, 5400]


def test_a_refused_action_keeps_what_was_played(tmp_path: Path) -> None:
    """The commands before it stay in the run file, which can be resumed; the error names the line."""
    path = recorded()[0]
    good = next(record for record in records(path) if record["kind"] == "command")
    bad = {**good, "time": good["time"] + 60 * SECOND, "command": {**good["command"], "name": "Block all"}}
    script, out = write_records(tmp_path / "script.jsonl", [good, bad]), tmp_path / "run.jsonl"
    line = error(
        called("run", "first-block", "--actions", script, "--out", out), "SWITCH-UNKNOWN", "Block all"
    )
    assert f"{script}:2" in line
    kept = records(out)
    assert [record["kind"] for record in kept] == ["header", "command", "mark"]
    assert kept[1]["command"] == good["command"]
