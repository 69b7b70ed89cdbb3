"""Packs, variables, casting and placeholders: a short file says what a long one would, a seed varies it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from sim.base.errors import Problem, ReplayDiverged, ScenarioError, UnsanctionedError
from sim.scenario.load import Resolved, load_scenario
from sim.session.driver import Session, resolved_from, restore
from sim.session.runfile import read_run
from tests.scenario.mutation import mutated

PACK = """\
kind: pack
format: 1
title: An office of six
vars:
  limit: {type: count, default: 3, most: 50, says: users above which an app is looked at}
organisation:
  name: Pack Office
  domain: pack.example
  people: 8
  hours: ["08:00", "17:30"]
  departments: [{name: Desk, share: 1}, {name: Field, share: 1}]
  cast:
    - {id: anna, name: Anna Ahlgren, department: Desk, machine: PO-01, browser: edge}
    - {id: ben, name: Ben Brook, department: Desk, machine: PO-02, browser: chrome}
    - {id: cora, name: Cora Crane, department: Field, machine: PO-03, browser: chrome}
    - {id: dina, name: Dina Dahl, department: Field, machine: PO-04, browser: chrome}
    - {id: egon, name: Egon Eck, department: Field, machine: PO-05, browser: firefox}
devices:
  - {departments: [Field], network_protection: audit, group: Crews}
  - {people: [dina], managed: false}
habits:
  - {app: microsoft-office-365, sessions: 4, between: ["08:00", "17:30"], requests: [4, 9]}
documents:
  policy:
    - {id: P-1, text: "More than {limit} people and an app is looked at."}
    - {id: P-2, text: "Everything else goes on."}
  exceptions: Ask.
"""

SCENARIO = """\
kind: scenario
format: 1
use: packs/office
title: Somebody's new drive
summary: One of the field crews likes {app.drop.name}.
mode: sandbox
era: mcas-2019
seed: 7
timezone: Europe/London
start: 2019-12-16T09:00
end: 2019-12-16T18:00
vars:
  limit: 5
  often: {type: count, default: 6}
roles:
  leaker: {department: Field, browser: chrome}
  owner: {department: [Desk, Field]}
apps:
  drop: {one_of: [dropbox, mega, wetransfer]}
organisation:
  name: Office of the file
habits:
  - {app: "{app.drop}", people: [{leaker}], sessions: "{often}", between: ["09:00", "17:00"],
     requests: [4, 9]}
tags: {"{app.drop}": Unsanctioned}
documents:
  briefing: "{leaker.name} of {leaker.department} is on leave. {{limit}} is {limit}."
  policy:
    - {id: P-2, text: "{owner.first} answers for everything."}
  approved: [{app: microsoft-office-365, owner: "{owner.name}", purpose: mail}]
truth:
  prohibited: [{app: "{app.drop}", people: ["{leaker.id}"], line: P-1, why: not approved}]
"""


def written(folder: Path, text: str = SCENARIO, pack: str = PACK) -> str:
    """Write a scenario and its pack; return the scenario's path."""
    (folder / "packs").mkdir(exist_ok=True)
    (folder / "packs" / "office.yaml").write_text(pack, encoding="utf-8")
    path = folder / "drive.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return str(path)


def refused(path: str) -> list[Problem]:
    """Return what is wrong with a scenario."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    return list(caught.value.problems)


def leaker(resolved: Resolved) -> str:
    return resolved.scenario.casting["leaker"]


def test_a_pack_lies_beneath_the_file(tmp_path: Path) -> None:
    """What the file says counts; entries of lists come after the pack's, one of the same id in its place."""
    scenario = load_scenario(written(tmp_path)).scenario
    assert scenario.title == "Somebody's new drive"
    assert (scenario.organisation.name, scenario.organisation.domain) == (
        "Office of the file",
        "pack.example",
    )
    assert [habit.sessions for habit in scenario.habits] == [4, 6]
    assert [line.id for line in scenario.documents.policy] == ["P-1", "P-2"]
    assert scenario.documents.policy[0].text == "More than 5 people and an app is looked at."


def test_placeholders_name_whom_and_what_was_chosen(tmp_path: Path) -> None:
    resolved = load_scenario(written(tmp_path))
    scenario, person = resolved.scenario, leaker(resolved)
    member = next(one for one in scenario.organisation.cast if one.id == person)
    assert (member.department, member.browser) == ("Field", "chrome")
    app = scenario.casting["app.drop"]
    habit = scenario.habits[1]
    assert (habit.app, habit.people, habit.sessions) == (app, (person,), 6)
    assert scenario.tags == {app: "Unsanctioned"}
    assert scenario.documents.briefing == f"{member.name} of Field is on leave. {{limit}} is 5."
    assert scenario.summary == f"One of the field crews likes {resolved.catalog.app(app).name}."
    assert scenario.casting["owner"] != person


def test_a_placeholder_names_the_account_that_the_world_makes(tmp_path: Path) -> None:
    """Two of one name are told apart as the world tells them apart; the program is the era's."""
    twins = PACK.replace("Cora Crane", "Dina Dahl")
    text = SCENARIO.replace("briefing: ", 'briefing: "{leaker.account} {leaker.program} {leaker.machine}" #')
    for seed in range(4):
        session = Session(load_scenario(written(tmp_path, text, twins)), seed)
        who = leaker(session.resolved)
        person = next(one for one in session.world.staff.people if one.id == who)
        machine = session.world.staff.machines[person.machine]
        said = session.resolved.scenario.documents.briefing
        assert said == f"{person.upn} {person.browser} {machine.name}"


def test_another_seed_chooses_others_and_the_same_seed_the_same(tmp_path: Path) -> None:
    path = written(tmp_path)
    cast = [load_scenario(path, seed).scenario.casting for seed in range(12)]
    assert {one["leaker"] for one in cast} == {"cora", "dina"}
    assert {one["app.drop"] for one in cast} == {"dropbox", "mega", "wetransfer"}
    assert cast == [load_scenario(path).for_seed(seed).scenario.casting for seed in range(12)]
    hashes = {load_scenario(path, seed).authored_hash() for seed in range(3)}
    assert len(hashes) == 1


def test_what_is_fixed_is_as_with_the_files_own_seed(tmp_path: Path) -> None:
    own = load_scenario(written(tmp_path)).scenario.casting
    all_fixed = written(tmp_path, SCENARIO.replace("vars:", "fixed: true\nvars:", 1))
    assert all(load_scenario(all_fixed, seed).scenario.casting == own for seed in range(5))
    one = written(tmp_path, SCENARIO.replace("browser: chrome}", "browser: chrome, fixed: true}", 1))
    assert {leaker(load_scenario(one, seed)) for seed in range(12)} == {own["leaker"]}
    assert len({load_scenario(one, seed).scenario.casting["app.drop"] for seed in range(12)}) == 3


def test_one_person_more_changes_a_choice_only_where_it_is_they(tmp_path: Path) -> None:
    before = [leaker(load_scenario(written(tmp_path), seed)) for seed in range(20)]
    more = SCENARIO.replace(
        "habits:",
        "  cast: [{id: fay, name: Fay Frost, department: Field, machine: PO-06, browser: chrome}]\nhabits:",
        1,
    )
    after = [leaker(load_scenario(written(tmp_path, more), seed)) for seed in range(20)]
    assert all(new in {old, "fay"} for old, new in zip(before, after, strict=True))
    assert "fay" in after


@pytest.mark.parametrize(
    ("asks", "who"),
    [
        ("{protection: audit, managed: true, browser: chrome}", {"cora"}),
        ("{managed: false}", {"dina"}),
        ("{group: Crews, browser: firefox}", {"egon"}),
        ("{protection: off}", {"anna", "ben"}),
        ("{people: [anna, egon]}", {"anna", "egon"}),
    ],
)
def test_a_role_is_cast_by_what_the_device_is(asks: str, who: set[str], tmp_path: Path) -> None:
    text = SCENARIO.replace("leaker: {department: Field, browser: chrome}", f"leaker: {asks}")
    path = written(tmp_path, text.replace("owner: {department: [Desk, Field]}", "owner: {}"))
    assert {leaker(load_scenario(path, seed)) for seed in range(16)} == who


@pytest.mark.parametrize(
    ("role", "part", "says"),
    [
        ("{department: Field, browser: ie}", "browser: ie", "of 3 people none has browser ie"),
        ("{department: Fields}", "department: Fields", "did you mean 'Field'?"),
        ("{protection: block}", "protection: block", "those left have off, audit"),
        ("{department: Desk, managed: false}", "managed: false", "of 2 people none has managed false"),
        ("{persona: curious}", "persona: curious", "persona curious"),
    ],
)
def test_an_uncastable_role_names_the_constraint(role: str, part: str, says: str, tmp_path: Path) -> None:
    text = SCENARIO.replace("leaker: {department: Field, browser: chrome}", f"leaker: {role}")
    (problem,) = refused(written(tmp_path, text))
    start = text.index(part)
    assert problem.rule == "SCENARIO-CAST"
    assert says in str(problem)
    assert problem.where is not None
    assert problem.where.line == text[:start].count("\n") + 1
    assert problem.where.column == start - text[:start].rfind("\n")


def test_two_roles_are_two_people(tmp_path: Path) -> None:
    """A role gives somebody up to another one where only they fit that."""
    asks = "leaker: {department: Field}\n  second: {people: cora}\n  third: {people: [cora, dina]}"
    text = SCENARIO.replace("leaker: {department: Field, browser: chrome}", asks)
    for seed in range(8):
        cast = load_scenario(written(tmp_path, text), seed).scenario.casting
        assert (cast["leaker"], cast["second"], cast["third"]) == ("egon", "cora", "dina")
    (problem,) = refused(written(tmp_path, text.replace("department: Field}\n", "people: dina}\n")))
    assert problem.what == "fewer people fit leaker, second, third, owner than there are roles"


def test_an_app_is_cast_by_category_and_score_and_never_one_that_the_file_names(tmp_path: Path) -> None:
    text = SCENARIO.replace(
        "{one_of: [dropbox, mega, wetransfer]}", "{category: Cloud storage, score: [1, 6]}"
    )
    text = text.replace("tags: {", "catalog: [shipped, fictional]\ntags: {wobblestore: Sanctioned, ")
    for seed in range(6):
        resolved = load_scenario(written(tmp_path, text), seed)
        app = resolved.catalog.app(resolved.scenario.casting["app.drop"])
        score = resolved.catalog.score(app)
        assert app.category == "Cloud storage"
        assert score is not None
        assert score.total <= 6
        assert app.id != "wobblestore"


@pytest.mark.parametrize(
    ("old", "new", "rule", "part", "says"),
    [
        ("{leaker.name} of", "{leeker.name} of", "SCENARIO-PLACEHOLDER", "briefing:", "'leaker.name'"),
        ("{app.drop.name}", "{app.drip.name}", "SCENARIO-PLACEHOLDER", "summary:", "'app.drop.name'"),
        ("use: packs/office", "use: packs/offise", "SCENARIO-USE", "use:", "'packs/office'"),
        ("use: packs/office", "use: ../office", "SCENARIO-USE", "use:", "no pack"),
        ("limit: 5", "limit: 51", "SCENARIO-VAR", "limit: 51", "from 0 to 50"),
        ("limit: 5", "limit: many", "SCENARIO-VAR", "limit: many", "'many' is not a count"),
        ("default: 6}", "default: 6, kind: x}", "SCENARIO-KEY", "kind: x", "unknown key"),
        ("kind: scenario", "kind: pack", "SCENARIO-KIND", "kind:", "cannot be played"),
        ("one_of: [dropbox,", "one_of: [dropbux,", "SCENARIO-APP", "dropbux", "'dropbox'"),
        ("briefing: ", "briefing: {file: hello.md} #", "SCENARIO-FILE", "file: hello", "beside the scenario"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_head_has_its_place(
    old: str, new: str, rule: str, part: str, says: str, tmp_path: Path
) -> None:
    text = SCENARIO.replace(old, new, 1)
    (problem,) = refused(written(tmp_path, text))
    start = text.index(part)
    assert problem.rule == rule
    assert says in str(problem)
    assert problem.where is not None
    line = problem.where.line, problem.where.column
    assert line == (text[:start].count("\n") + 1, start - text[:start].rfind("\n"))


def test_a_mistake_in_a_pack_is_told_in_the_pack(tmp_path: Path) -> None:
    """And the file's own mistakes come with it."""
    text = SCENARIO.replace("line: P-1", "line: P-9")
    found = refused(written(tmp_path, text, PACK.replace("microsoft-office-365", "microsoft-offise-365")))
    files = {problem.rule: Path(problem.where.file).name for problem in found if problem.where}
    assert files == {"SCENARIO-APP": "office.yaml", "SCENARIO-LINE": "drive.yaml"}


OWN = """\
custom_apps:
  - {id: quay-drive, name: Quay Drive, category: Cloud storage, domains: [quaydrive.example]}
"""


def test_an_author_brings_apps_of_their_own(tmp_path: Path) -> None:
    """They are cast, named and found like any other, and a run file keeps them."""
    text = OWN + SCENARIO.replace("one_of: [dropbox, mega, wetransfer]", "one_of: quay-drive")
    session = Session(load_scenario(written(tmp_path, text)))
    assert session.resolved.scenario.summary == "One of the field crews likes Quay Drive."
    assert "quaydrive.example" in session.world.staff.names
    found = session.resolved.catalog.resolve("files.quaydrive.example")
    assert found is not None
    assert found.id == "quay-drive"
    again = resolved_from(json.loads(json.dumps(session.resolved.dump())), "run")
    assert again.content_hash() == session.resolved.content_hash()


def test_a_mistake_in_an_app_of_ones_own_has_its_place(tmp_path: Path) -> None:
    wrong = OWN.replace("quay-drive,", "dropbox,").replace("Cloud storage", "Cloud storag")
    found = refused(written(tmp_path, wrong + SCENARIO))
    assert {(p.rule, p.where.line if p.where else 0) for p in found} >= {("CATALOG-CATEGORY", 2)}
    assert all(p.where is not None and p.where.line == 2 for p in found)


def test_a_broken_pack_is_told_in_the_pack(tmp_path: Path) -> None:
    (problem,) = refused(written(tmp_path, pack=PACK.replace("people: 8", "people: [8")))
    assert (problem.rule, Path(problem.where.file).name if problem.where else "") == (
        "YAML-SYNTAX",
        "office.yaml",
    )


def test_texts_may_stand_in_files_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "hello.md").write_text("Good morning, {leaker.first}.\n", encoding="utf-8")
    text = SCENARIO.replace("briefing: ", "briefing: {file: hello.md} #")
    resolved = load_scenario(written(tmp_path, text))
    assert resolved.scenario.documents.briefing in {"Good morning, Cora.", "Good morning, Dina."}


def test_old_spellings_still_work_and_are_told(tmp_path: Path) -> None:
    text = SCENARIO + "proxy: {name: Proxy}\nweights: {decide: 25, watch: 15}\n"
    resolved = load_scenario(written(tmp_path, text))
    assert [proxy.name for proxy in resolved.scenario.proxy] == ["Proxy"]
    assert [(w.rule, w.where.line if w.where else 0) for w in resolved.warnings] == [
        ("SCENARIO-OLD", text.count("\n") - 1),
        ("SCENARIO-OLD", text.count("\n")),
    ]


@settings(max_examples=80)
@given(text=mutated(SCENARIO))
def test_no_text_with_roles_raises_anything_but_our_errors(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever packs, variables, roles and placeholders become, an author reads lines and no traceback."""
    try:
        resolved = load_scenario(written(tmp_path_factory.getbasetemp(), text))
        resolved.for_seed(3).content_hash()
    except UnsanctionedError as error:
        shown = [str(problem) for problem in error.problems]
        assert shown
        assert all("\n" not in line and len(line) < 2100 for line in shown)


def test_a_replay_under_other_data_says_what_changed(tmp_path: Path) -> None:
    session = Session(load_scenario(written(tmp_path)))
    session.record_to(tmp_path / "run.jsonl")
    session.mark()
    session.leave()
    recorded = read_run(tmp_path / "run.jsonl")
    recorded.header["scenario_hash"] = "another"
    recorded.header["parts"] = {**recorded.header["parts"], "the catalog": "another"}
    recorded.records[0]["digest"] = "another"
    with pytest.raises(ReplayDiverged, match="not as in the run: the catalog;"):
        restore(recorded)


def test_a_run_keeps_whom_its_seed_chose(tmp_path: Path) -> None:
    """It replays without the file; runs of all seeds have the same hash of what the author wrote."""
    path = written(tmp_path)
    headers = []
    for seed in (1, 2):
        session = Session(load_scenario(path), seed)
        session.record_to(tmp_path / f"{seed}.jsonl")
        session.advance(session.resolved.start + 60_000_000)
        session.leave()
        recorded = read_run(tmp_path / f"{seed}.jsonl")
        again = restore(recorded).session
        assert again.digest() == session.digest()
        assert again.resolved.scenario.casting == session.resolved.scenario.casting
        headers.append(json.loads(json.dumps(recorded.header)))
    assert headers[0]["authored_hash"] == headers[1]["authored_hash"]
    assert headers[0]["scenario"]["casting"] != headers[1]["scenario"]["casting"]
