"""`unsanctioned guide`: an instructor's sheet that nobody had to write."""

from __future__ import annotations

from sim.cli.guide import _show
from sim.exercise.debrief.guide import guide
from tests.exercise.runs import changed


def test_the_sheet_has_truth_plan_key_and_three_questions(capsys):
    found = guide(changed(end="2019-12-16T12:00"))
    assert [minutes for minutes, _, _ in found.plan] == [5, 35, 20]
    assert {use.app for use in found.prohibited} == {"Sohu News", "Yahoo Webmail"}
    assert "Sofia Marin" in " ".join(use.what for use in found.prohibited)
    assert found.steps[0][0] == "Mon 16 Dec 09:00"
    assert len(found.questions) == len(set(found.questions)) == 3
    assert all(question.endswith(("?", ".")) for question in found.questions)
    assert sum(one.weight for one in found.objectives) == 100
    _show(found)
    told = capsys.readouterr().out
    for words in ("For your eyes", "CU-2", "35 minutes: Play", "Answer key", "3. "):
        assert words in told
