"""What an author writes for the oracle: mistakes have their places, steps are taken when they hold."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from sim.base.errors import InputError, ScenarioError
from sim.base.time import HOUR, MINUTE
from sim.exercise.players import Desk, play, player
from sim.exercise.players.desk import is_own
from sim.exercise.players.solution import Script, check_commands
from sim.scenario.files import read
from sim.scenario.load import Resolved, load_scenario
from sim.session.driver import Session, restore
from sim.session.runfile import read_run

FIRST_BLOCK = resources.files("scenarios").joinpath("first-block.yaml").read_text(encoding="utf-8")


def with_solution(folder: Path, text: str) -> Path:
    """Write the shipped scenario with a solution."""
    file = folder / "mine.yaml"
    file.write_text(f"{FIRST_BLOCK}\nsolution:\n{text}", encoding="utf-8")
    return file


def loaded(folder: Path, text: str) -> Resolved:
    """Return the shipped scenario with a solution."""
    return load_scenario(str(with_solution(folder, text)))


STEP = '  - when: {seen: dropbox}\n    do:\n      - {kind: tag-app, app: dropbox, tag: ""}\n'


@pytest.mark.parametrize(
    ("old", "new", "rule", "found"),
    [
        ("seen: dropbox", "seen: dropbocks", "SCENARIO-APP", "seen"),
        ("app: dropbox", "app: dropbocks", "SCENARIO-APP", "app"),
        ("seen: dropbox", "at: 2019-12-20T09:00", "SOLUTION-TIME", "at"),
        ("seen: dropbox", "at: noon", "SOLUTION-TIME", "at"),
        ("seen: dropbox", "done: other", "SOLUTION-STEP", "done"),
        ("seen: dropbox", "misread: Edge proxy", "SCENARIO-COLLECTOR", "misread"),
        ("seen: dropbox", "seen: dropbox, mail: Rob", "SOLUTION-WHEN", "when"),
        ("seen: dropbox", "mail: Rob, users: 3", "SOLUTION-WHEN", "when"),
        ("app: dropbox", "app: $id", "SOLUTION-STEP", "- when"),
        ('tag: ""', "tag: $account(sofie)", "SCENARIO-PERSON", "tag"),
        ("    do:\n", "    find: [{app: dropbox, people: [nobody]}]\n    do:\n", "SCENARIO-PERSON", "nobody"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, old: str, new: str, rule: str, found: str) -> None:
    """The place is the line and column of what is wrong."""
    file = with_solution(tmp_path, STEP.replace(old, new))
    with pytest.raises(ScenarioError) as told:
        load_scenario(str(file))
    (problem,) = (p for p in told.value.problems if p.rule == rule)
    assert problem.where is not None
    line = file.read_text(encoding="utf-8").splitlines()[problem.where.line - 1]
    assert line[problem.where.column - 1 :].startswith(found.removeprefix("- "))


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        ("{kind: tag-ap, app: dropbox, tag: x}", "COMMAND-UNKNOWN"),
        ("{kind: tag-app, app: dropbox, tags: x}", "COMMAND-FIELD"),
        ("{kind: tag-app, app: dropbox}", "COMMAND-FIELD"),
        ("{kind: tag-app, app: dropbox, tag: 3}", "COMMAND-VALUE"),
    ],
)
def test_what_is_no_command_is_told_where_it_stands(tmp_path: Path, command: str, rule: str) -> None:
    """With the document there is a line and column; without it the path; and the oracle is refused too."""
    file = with_solution(tmp_path, f"  - do:\n      - {command}\n")
    resolved = load_scenario(str(file))
    with pytest.raises(ScenarioError) as told:
        check_commands(resolved, read(str(file)))
    (problem,) = told.value.problems
    assert (problem.rule, problem.where and problem.where.column) == (rule, 9)
    with pytest.raises(ScenarioError, match=r"solution\.0\.do\.0"):
        player("oracle", resolved)


STEPS = """
  - id: tag
    when: {seen: facebook, users: 1}
    do:
      - {kind: tag-app, app: facebook, tag: Unsanctioned}
      - {kind: send-message, to: "user:$account(sofia)", subject: "app:facebook", text: Please stop.}
    find: [{app: linkedin}]
  - when: {done: tag, after: 1h}
    do: [{kind: note-app, app: facebook, text: looked at}]
  - when: {user: facebook}
    do: [{kind: ask-about, app: facebook, user: $id}]
  - when: {day: 1, at: "10:00"}
    do: [{kind: note-app, app: dropbox, text: at ten}]
"""


def test_the_oracle_takes_the_steps_and_looks_after_what_they_block(tmp_path: Path) -> None:
    """Times and order hold, each user is asked, and a tagged app is blocked like a prohibited one."""
    resolved = loaded(tmp_path, STEPS)
    session, plain = Session(resolved), Session(load_scenario("first-block"))
    with_steps, without = player("oracle", resolved), player("oracle", plain.resolved)
    play(session, with_steps, resolved.start + 9 * HOUR)
    play(plain, without, resolved.start + 9 * HOUR)
    log = session.world.tenant.log
    noted = {e.target: e.time for e in log if e.action == "Note on app"}
    tagged = next(e.time for e in log if e.target == "facebook" and e.detail == "Unsanctioned")
    assert resolved.start + HOUR <= noted["dropbox"] < resolved.start + HOUR + 15 * MINUTE
    assert tagged + HOUR <= noted["facebook"] < tagged + HOUR + 15 * MINUTE
    users = {row.name for row in Desk(session).app("facebook").users if not is_own(row.name)}
    assert {q.asked for q in session.world.asking.questions} == users != set()
    assert [sent.to for sent in session.notes.messages] == ["sofia.marin@halden.example"]
    found = {f.app_id for f in session.notes.findings} - {f.app_id for f in plain.notes.findings}
    assert found == {"facebook", "linkedin"}


def test_a_resumed_oracle_takes_no_step_twice(tmp_path: Path) -> None:
    """Left in the middle and played on by a new player, the run is the one that was never left."""
    resolved, until = loaded(tmp_path, STEPS), 9 * HOUR
    whole = Session(resolved)
    play(whole, player("oracle", resolved), resolved.start + until)
    session = Session(resolved)
    session.record_to(tmp_path / "run.jsonl")
    play(session, player("oracle", resolved), resolved.start + 5 * HOUR)
    session.leave()
    resumed = restore(read_run(tmp_path / "run.jsonl")).session
    play(resumed, player("oracle", resolved), resolved.start + until)
    assert [one.command for one in resumed.sent] == [one.command for one in whole.sent]


def test_a_step_that_is_refused_says_which_it_was(tmp_path: Path) -> None:
    """A solution that cannot be carried out is the author's mistake."""
    resolved = loaded(tmp_path, "  - do: [{kind: repair-collector, collector: none, remedy: start}]\n")
    with pytest.raises(InputError, match=r"solution\.0\.do\.0"):
        Script(resolved)(Desk(Session(resolved)))
