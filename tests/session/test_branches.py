"""Going back in a run, and assessed runs: what is kept, what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.base.errors import CommandRefused, InputError, ReplayDiverged
from sim.base.time import HOUR, MINUTE
from sim.cli.explain import explain
from sim.cli.export import export
from sim.engine.tenant import INTEGRATION, WIN10
from sim.session.assessed import Assessed, read_code
from sim.session.branches import branch, family
from sim.session.case_commands import FinishShift
from sim.session.commands import SetSwitch, TagApp, TakeHint
from sim.session.driver import Session, restore
from sim.session.runfile import read_run
from sim.testing import begin
from sim.views.rewind import run_moments

EXAM = Assessed("Ada", "first-block:monday", 45, 1_800_000_000)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A run with commands at several times, one of them at the full hour."""
    session = begin()
    session.record_to(tmp_path_factory.mktemp("runs") / "first.jsonl")
    session.submit(SetSwitch(INTEGRATION, True))
    session.advance(session.now + HOUR)
    session.submit(TagApp("dropbox", "Unsanctioned"))
    session.submit(TagApp("box", "Unsanctioned"))
    session.advance(session.now + 3 * HOUR + 20 * MINUTE)
    session.submit(TagApp("dropbox", ""))
    session.mark()
    yield session
    session.leave()


def test_a_branch_is_the_run_up_to_there_and_the_old_file_stays(played: Session):
    path = played.run_path
    assert path is not None
    before = path.read_bytes()
    cut = played.resolved.start + 2 * HOUR + 7 * MINUTE
    target = path.with_name("first-from-0001.jsonl")
    back = branch(read_run(path), target, cut)
    assert back.now == cut
    assert [sent.command for sent in back.sent] == [sent.command for sent in played.sent[:3]]
    assert back.digest() == restore(read_run(path), cut).session.digest()
    assert path.read_bytes() == before
    back.submit(TagApp("box", ""))
    back.leave()
    again = restore(read_run(target)).session
    assert again.digest() == back.digest()
    header = json.loads(target.read_text(encoding="utf-8").splitlines()[0])
    assert header["parent"] == {"run": "first.jsonl", "time": cut}
    assert [(one.path.name, one.parent, one.commands) for one in family(path)] == [
        ("first-from-0001.jsonl", "first.jsonl", 4),
        ("first.jsonl", "", 4),
    ]


def test_one_can_go_back_to_before_each_of_two_commands_of_one_moment(played: Session, tmp_path: Path):
    path = played.run_path
    assert path is not None
    tagged = next(moment for moment in run_moments(played) if "Box" in moment.text)
    back = branch(read_run(path), tmp_path / "x.jsonl", tagged.time, tagged.commands, played.resolved)
    assert back.world.tenant.tags.get("dropbox") == "Unsanctioned"
    assert back.world.tenant.tags.get("box") == "Sanctioned"
    assert [sent.command for sent in back.sent] == [sent.command for sent in played.sent[:2]]
    back.leave()


def test_the_moments_are_what_was_done_and_told_and_the_hours(played: Session, tmp_path: Path):
    moments = run_moments(played)
    assert [moment.time for moment in moments] == sorted((m.time for m in moments), reverse=True)
    assert [moment.kind for moment in moments].count("You") == 4
    assert moments[-1].kind == "Start"
    news = next(moment for moment in moments if "first data" in moment.text)
    path = played.run_path
    assert path is not None
    back = branch(read_run(path), tmp_path / "x.jsonl", news.time, news.commands, played.resolved)
    assert back.world.tenant.reports[WIN10].entities("user")
    back.leave()


def test_a_cut_outside_the_run_is_refused(played: Session, tmp_path: Path):
    path = played.run_path
    assert path is not None
    for time in (played.resolved.start - 1, played.resolved.end):
        with pytest.raises(InputError, match="is not within the run"):
            branch(read_run(path), tmp_path / "x.jsonl", time)
    assert list(tmp_path.iterdir()) == []


def exam(path: Path) -> Session:
    """Return an assessed run that is kept in a file."""
    whole = begin()
    session = Session(whole.resolved, 7, assessed=EXAM)
    session.record_to(path)
    session.submit(SetSwitch(INTEGRATION, True))
    return session


def test_an_assessed_run_takes_no_hint_and_cannot_be_gone_back_in(tmp_path: Path):
    session = exam(tmp_path / "run.jsonl")
    with pytest.raises(CommandRefused, match="has no hints"):
        session.submit(TakeHint("dropbox"))
    session.advance(session.now + HOUR)
    session.mark()
    recorded = read_run(tmp_path / "run.jsonl")
    with pytest.raises(InputError, match="cannot be gone back in"):
        branch(recorded, tmp_path / "x.jsonl", session.now - MINUTE)
    again = restore(recorded).session
    assert (again.assessed, again.is_exam) == (EXAM, True)
    session.leave()


def test_the_truth_of_an_assessed_run_is_shut_until_its_end(tmp_path: Path):
    run = tmp_path / "run.jsonl"
    session = exam(run)
    whom = {"device": "HF-LT-07", "user": None, "group": None, "host": None, "process": None, "at": None}
    with pytest.raises(InputError, match="ASSESSED-OPEN"):
        explain(run, app="sohu-news", as_json=True, **whom)
    with pytest.raises(InputError, match="ASSESSED-OPEN"):
        export(run, tmp_path / "out", file_format="csv", truth=True, at=None, as_json=True)
    session.submit(FinishShift(time_up=True))
    session.play_on()
    session.finish({"score": 0})
    assert explain(run, app="sohu-news", as_json=True, **whom) == 0
    handover = restore(read_run(run)).session.notes.handover
    assert handover is not None
    assert handover.time_up


def test_who_takes_the_mark_out_of_the_header_has_another_run(tmp_path: Path):
    run = tmp_path / "run.jsonl"
    exam(run).leave()
    header, *rest = run.read_text(encoding="utf-8").splitlines()
    data = json.loads(header)
    del data["assessed"]
    run.write_text("\n".join([json.dumps(data), *rest, ""]), encoding="utf-8")
    with pytest.raises(ReplayDiverged):
        restore(read_run(run))


def test_a_code_fixes_scenario_and_seed_for_all_or_for_each():
    assert read_code("first-block:monday", "Ada") == read_code(" first-block:monday", "Bo")
    assert read_code("first-block:monday", "Ada") != read_code("first-block:tuesday", "Ada")
    ada = read_code("first-block:monday:each", "Ada Arden")
    assert ada == read_code("first-block:monday:each", " ada  arden")
    assert ada != read_code("first-block:monday:each", "Bo")
    assert ada[0] == "first-block"
    assert 0 <= ada[1] < 2**63
    with pytest.raises(InputError, match="write SCENARIO:WORD"):
        read_code("first block", "Ada")
