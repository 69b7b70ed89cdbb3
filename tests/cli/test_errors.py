"""What a person can do wrong: one clear line each on stderr, exit code 2, nothing lost, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exercise.process import (
    ROOT,
    called,
    error,
    errors,
    records,
    short,
    unsanctioned,
    write_records,
)

SHIPPED = (ROOT / "scenarios" / "first-block.yaml").read_text(encoding="utf-8")
SEVERAL = """
import json, sys
from sim.cli.main import main

for words in json.loads(sys.argv[1]):
    print(main(words))
"""
"""Runs several command lines in one process, and prints their exit codes."""
DAC = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def changed(old: str, new: str) -> str:
    """Return the shipped scenario with one part replaced."""
    assert SHIPPED.count(old) == 1, old
    return SHIPPED.replace(old, new)


def place(path: Path, text: str, part: str) -> str:
    """Return file:line:column of a part of a text."""
    before = text[: text.index(part)]
    return f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_a_broken_scenario_tells_every_problem_with_its_place(tmp_path: Path) -> None:
    """A wrong type, an unknown key with the nearest name, and a missing value: three located lines."""
    text = changed("people: 22", "people: many").replace("hint_price", "hint")
    text = text.replace("summary: ", "sumary: ")
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    found = errors(called("run", path))
    assert len(found) == 3
    people, key = place(path, text, "people: many"), place(path, text, "sumary")
    assert any(
        line.startswith("error[SCENARIO-VALUE]: organisation.people") and people in line for line in found
    )
    assert any("SCENARIO-KEY" in line and "'summary'" in line and key in line for line in found)
    assert any("summary: is missing" in line for line in found)


def test_names_that_a_scenario_gets_wrong_are_told_at_once(tmp_path: Path) -> None:
    """Unknown app, person, policy line and time zone: each with its place and the nearest right name."""
    text = changed("app: canva", "app: canvas-app").replace("people: [marek]", "people: [marec]", 1)
    text = text.replace("feed_line: CU-1", "feed_line: CU-11").replace("Europe/London", "Europe/Londom")
    path = tmp_path / "names.yaml"
    path.write_text(text, encoding="utf-8")
    found = errors(called("run", path))
    for rule, part in (
        ("SCENARIO-APP", "app: canvas-app"),
        ("SCENARIO-PERSON", "people: [marec]"),
        ("SCENARIO-LINE", "feed_line"),
        ("TIME-ZONE", "timezone"),
    ):
        (line,) = [line for line in found if line.startswith(f"error[{rule}]")]
        assert place(path, text, part) in line
    assert len(found) == 4


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\ne: [*d, *d]\n"


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("binary", bytes(range(256)) * 8, "SCENARIO-READ"),
        ("control characters", b"format: 1\x00\x01\n", "YAML-SYNTAX"),
        ("recursive alias", b"format: &f [*f]\n", "YAML-ALIAS"),
        ("alias bomb", BOMB.encode(), "YAML-ALIAS"),
        ("deep nesting", b"[" * 5000, "YAML-SYNTAX"),
        ("no mapping", b"- one\n- two\n", "SCENARIO-EMPTY"),
        ("empty", b"", "SCENARIO-EMPTY"),
        ("unclosed", b"format: [1\n", "YAML-SYNTAX"),
        ("wrong explicit tag", b"format: !!bool maybe\n", "YAML-VALUE"),
        ("lone surrogate", b'title: "\\ud800"\n', "YAML-VALUE"),
    ],
)
def test_what_is_no_scenario_is_refused(name: str, content: bytes, rule: str, tmp_path: Path) -> None:
    """Garbage, bombs and empty files end in short lines, and the file stays as it is."""
    path = tmp_path / "garbage.yaml"
    path.write_bytes(content)
    found = errors(called("run", path))
    assert all(line.startswith(f"error[{rule}]") for line in found), found
    assert all(len(line) < 400 and str(path) in line for line in found)
    assert len(found) < 12
    assert path.read_bytes() == content


@pytest.mark.parametrize("people", ["9" * 40, "9" * 6000, "-1", "0", "1e9", ".inf", "22.5"])
def test_an_impossible_number_of_people_is_one_line(people: str, tmp_path: Path) -> None:
    """However long the number, the line is short and has its place."""
    text = changed("people: 22", f"people: {people}")
    path = tmp_path / "huge.yaml"
    path.write_text(text, encoding="utf-8")
    (line,) = errors(called("run", path))
    assert len(line) < 400
    assert f"{path}:{text[: text.index('people:')].count(chr(10)) + 1}:" in line


@pytest.mark.parametrize(
    ("arguments", "rule", "word"),
    [
        (("first-blok",), "SCENARIO-UNKNOWN", "'first-block'"),
        (("./nowhere.yaml",), "SCENARIO-READ", "nowhere.yaml"),
        (("scenarios/",), "SCENARIO-READ", "scenarios/"),
        (("first-block", "--player", "orcale"), "PLAYER-UNKNOWN", "oracle"),
        (("first-block", "--seed", "-1"), "USAGE", "--seed"),
        (("first-block", "--seed", "many"), "USAGE", "--seed"),
        (("first-block", "--until", "noon"), "TIME-FORMAT", "noon"),
        (("first-block", "--until", "+5x"), "TIME-DURATION", "5x"),
        (("first-block", "--actions", "nowhere.jsonl"), "ACTIONS-READ", "nowhere.jsonl"),
        (("first-block", "--actions", "scenarios"), "ACTIONS-READ", "scenarios"),
        ((), "USAGE", "--resume"),
        (("--resume", "scenarios"), "RUN-READ", "scenarios"),
        (("--resume", "nowhere.jsonl"), "RUN-READ", "nowhere.jsonl"),
        (("first-block", "--resume", "nowhere.jsonl"), "USAGE", "--resume"),
    ],
)
def test_wrong_words_on_the_command_line(
    arguments: tuple[str, ...], rule: str, word: str, user_data: Path
) -> None:
    """Unknown scenario, player, time or file: one line that helps, and no run file is begun."""
    error(called("run", *arguments), rule, word)
    assert not list(user_data.rglob("*.jsonl"))


@pytest.mark.parametrize(
    "arguments",
    [("--player", "nope"), ("--until", "noon"), ("--actions", "nowhere.jsonl"), ("--seed", "-1")],
)
def test_an_existing_file_survives_a_mistake(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """What is wrong is found before the file of --out is opened."""
    out = tmp_path / "precious.jsonl"
    out.write_bytes(short().read_bytes())
    errors(called("run", "first-block", *arguments, "--out", out))
    assert out.read_bytes() == short().read_bytes()


def test_the_file_of_the_actions_is_never_written_over(tmp_path: Path) -> None:
    """--out may not be the file that --actions reads."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(short().read_bytes())
    error(called("run", "first-block", "--actions", path, "--out", path), "USAGE", "--out")
    assert path.read_bytes() == short().read_bytes()


def action(**command: Any) -> dict[str, Any]:
    """Return a command record ten minutes after the start."""
    time = records(short())[-1]["time"]
    return {"kind": "command", "time": time, "actor": "me", "command": command}


@pytest.mark.parametrize(
    ("command", "rule", "word"),
    [
        ({"kind": "set-switch", "name": "Block unsanctioned app", "on": True}, "SWITCH-UNKNOWN", "Block"),
        ({"kind": "powershell", "machine": "HF-LT-77", "line": "x"}, "MACHINE-UNKNOWN", "HF-LT-07"),
        ({"kind": "tag-app", "app": "sohu", "tag": "Unsanctioned"}, "APP-UNKNOWN", "sohu-news"),
        ({"kind": "tag-app", "app": "sohu-news", "tag": "Monitored"}, "TAG-UNKNOWN", "Monitored"),
        ({"kind": "add-indicator", "value": "not a domain"}, "INDICATOR", "not a domain"),
        ({"kind": "close-alert", "id": "CA-0001", "resolve": True}, "ALERT-UNKNOWN", "CA-0001"),
        ({"kind": "set-swich", "name": "x", "on": True}, "COMMAND-UNKNOWN", "set-switch"),
        ({"kind": "set-switch", "nam": "x", "on": True}, "COMMAND-FIELD", "'name'"),
        ({"kind": "set-switch", "name": "x", "on": "yes"}, "COMMAND-VALUE", "on"),
    ],
)
def test_a_wrong_action_is_one_line_with_its_place(
    command: dict[str, Any], rule: str, word: str, tmp_path: Path
) -> None:
    """A toggle, machine, app or tag that does not exist: the line of the actions file is named."""
    script = write_records(tmp_path / "script.jsonl", [action(**command)])
    out = tmp_path / "run.jsonl"
    (line,) = errors(called("run", "first-block", "--actions", script, "--out", out))
    assert line.startswith(f"error[{rule}")
    assert word in line
    assert f"{script}:1" in line


def test_a_wrong_toggle_name_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The same from outside: exit code 2, the places of the toggles there are, and nothing on stdout."""
    switch = {"kind": "set-switch", "name": "Block unsanctioned app", "on": True}
    script = write_records(tmp_path / "script.jsonl", [action(**switch)])
    out = tmp_path / "run.jsonl"
    done = unsanctioned("run", "first-block", "--actions", script, "--out", out)
    error(done, "SWITCH-UNKNOWN", f"{script}:1", "Block unsanctioned apps")


def test_every_bad_line_of_an_actions_file_is_told(tmp_path: Path) -> None:
    """No JSON, no record, no time, a time before the start: four lines, and no run file is begun."""
    good = action(kind="set-switch", name="Preview features", on=True)
    script = write_records(
        tmp_path / "script.jsonl", [good, {**good, "time": "noon"}, {"kind": "x"}, {**good, "time": 5}]
    )
    script.write_text(script.read_text() + "{oops\n")
    out = tmp_path / "run.jsonl"
    found = errors(called("run", "first-block", "--actions", script, "--out", out))
    assert [line.partition(f"{script}:")[2].partition(";")[0] for line in found] == ["2", "3", "4", "5"]
    assert not out.exists()


def _header(**parts: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda kept: kept[0].update(parts)


def _record(**parts: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda kept: kept[1].update(parts)


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept.pop(0),
        lambda kept: kept.insert(1, dict(kept[0])),
        lambda kept: kept.insert(1, {"kind": "checkpoint"}),
        _header(seed="many"),
        _header(seed=-5),
        _header(scenario=[1]),
        _header(scenario="first-block"),
        _header(format=99),
        _record(time="noon"),
        _record(time=True),
        _record(time=None),
        _record(kind="sermon"),
    ],
)
@pytest.mark.parametrize("command", ["replay", "resume"])
def test_a_damaged_run_file_is_refused_and_left_alone(
    command: str, damage: Callable[[list[dict[str, Any]]], None], tmp_path: Path
) -> None:
    """Headers and records that cannot be: a line with the file's name, and not a byte is changed."""
    kept = records(short())
    damage(kept)
    path = write_records(tmp_path / "damaged.jsonl", kept)
    before = path.read_bytes()
    words = ("replay",) if command == "replay" else ("run", "--resume")
    assert all(str(path) in line for line in errors(called(*words, path)))
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 8, b"{}\n", b"[" * 9000 + b"\n", b"{"])
def test_what_is_no_run_file_is_refused(content: bytes, tmp_path: Path) -> None:
    """An empty file, garbage, JSON of another kind: replay and explain say so in one line."""
    path = tmp_path / "garbage.jsonl"
    path.write_bytes(content)
    (line,) = errors(called("replay", path))
    assert line.startswith("error[RUN-")
    assert str(path) in line
    assert path.read_bytes() == content


def test_a_folder_is_no_run_file(tmp_path: Path) -> None:
    """Neither to read nor to write."""
    error(called("replay", tmp_path), "RUN-READ", "directory")
    error(called("explain", tmp_path, "--app", "box", "--device", "X"), "RUN-READ", "directory")
    error(called("run", "first-block", "--out", tmp_path), "RUN-WRITE", "directory")


@pytest.fixture(name="powerless", scope="module")
def _powerless() -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return how to run as somebody whom a read-only folder stops: a prefix, or a user for the process."""
    if os.name == "nt":
        pytest.skip("not tried on Windows: a read-only folder there is a matter of its access list")
    if os.geteuid() != 0:
        return (), {}
    probe = [sys.executable, "-c", "import sim.cli.run"]
    nobody: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": ()}
    quiet: dict[str, Any] = {"cwd": ROOT, "capture_output": True}
    try:
        if subprocess.run(probe, **quiet, **nobody).returncode == 0:
            return (), nobody
    except OSError:
        pass
    if shutil.which("setpriv") and subprocess.run([*DAC, *probe], **quiet).returncode == 0:
        return DAC, {}
    pytest.skip("root may write everywhere, and neither another user nor setpriv can run this Python")


@pytest.fixture(name="sealed")
def _sealed() -> Iterator[Path]:
    """Return a folder that all may read and none may write, with a run file in it."""
    base = Path(tempfile.mkdtemp(prefix="unsanctioned-sealed-"))
    base.chmod(0o755)
    folder = base / "sealed"
    folder.mkdir()
    kept = folder / "kept.jsonl"
    kept.write_bytes(short().read_bytes())
    kept.chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(base)


def test_a_read_only_folder_is_one_line_and_loses_nothing(
    powerless: tuple[tuple[str, ...], dict[str, Any]], sealed: Path
) -> None:
    """A new file, an existing one, one to resume and the user data folder: RUN-WRITE, nothing changed."""
    prefix, user = powerless
    kept = sealed / "kept.jsonl"
    before = kept.read_bytes()
    homes = {**os.environ, "HOME": str(sealed), "XDG_DATA_HOME": str(sealed / "data")}
    asked = (
        (("first-block", "--until", "+10m", "--out", sealed / "new.jsonl"), "new.jsonl"),
        (("first-block", "--until", "+10m", "--out", sealed / "sub" / "new.jsonl"), "new.jsonl"),
        (("first-block", "--until", "+10m", "--out", kept), "kept.jsonl"),
        (("--resume", kept), "kept.jsonl"),
        (("first-block", "--until", "+10m"), "data"),
    )
    lines = [["run", *map(str, arguments)] for arguments, _ in asked]
    done = subprocess.run(
        [*prefix, sys.executable, "-c", SEVERAL, json.dumps(lines)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        env=homes,
        **user,
    )
    assert done.stdout.split() == [b"2"] * len(asked)
    found = done.stderr.decode().splitlines()
    assert len(found) == len(asked)
    for line, (_, named) in zip(found, asked, strict=True):
        assert line.startswith("error[RUN-WRITE]: ")
        assert named in line
        assert "Permission denied" in line
    assert kept.read_bytes() == before
    assert [file.name for file in sealed.iterdir()] == ["kept.jsonl"]
