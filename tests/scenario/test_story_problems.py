"""Every mistake in a story or in how people answer has a place, a rule, and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.scenario.load import load_scenario

OFFICE = (Path(__file__).parents[1] / "scenarios" / "story-office.yaml").read_text(encoding="utf-8")

HEAD = OFFICE[: OFFICE.index("story:\n")]
TAIL = OFFICE[OFFICE.index("documents:\n") :]
LINE = HEAD.count("\n") + 1

CASES = [
    # when
    ("beats: [{id: a, when: {}, do: [{mail: M}]}]", "STORY-WHEN", "waits for nothing"),
    ("beats: [{id: a, when: {at: '12:00', done: a}, do: [{mail: M}]}]", "STORY-WHEN", "at and done"),
    ("beats: [{id: a, when: {at: '12:00', times: 2}, do: [{mail: M}]}]", "STORY-WHEN", "does not go with at"),
    ("beats: [{id: a, when: {used: dropbox}, do: [{mail: M}]}]", "STORY-WHEN", "no threshold"),
    ("beats: [{id: a, when: {blocked: dropbox, after: 5s}, do: [{mail: M}]}]", "STORY-WHEN", "so soon"),
    ("beats: [{id: a, when: {used: dropbox, sent: 3 apples}, do: [{mail: M}]}]", "STORY-SIZE", "20MB"),
    ("beats: [{id: a, when: {at: noon}, do: [{mail: M}]}]", "STORY-TIME", "14:00"),
    ("beats: [{id: a, when: {at: '12:00', day: 9}, do: [{mail: M}]}]", "STORY-TIME", "not within play"),
    (
        "beats: [{id: a, when: {at: '2026-11-16T12:00', day: 1}, do: [{mail: M}]}]",
        "STORY-TIME",
        "the day out",
    ),
    ("beats: [{id: a, when: {done: b}, do: [{mail: M}]}]", "STORY-BEAT", "no beat 'b'"),
    ("beats: [{id: a, when: {done: a}, do: [{mail: M}]}]", "STORY-BEAT", "waits for itself"),
    ("beats: [{id: a, when: {blocked: slack}, do: [{mail: M}]}]", "STORY-APP", "nobody here uses"),
    ("beats: [{id: a, when: {tagged: dropbx}, do: [{mail: M}]}]", "SCENARIO-APP", "did you mean 'dropbox'"),
    # do
    ("beats: [{id: a, when: {at: '12:00'}, do: [{}]}]", "STORY-EFFECT", "does nothing"),
    (
        "beats: [{id: a, when: {at: '12:00'}, do: [{mail: M, offboard: {}}]}]",
        "STORY-EFFECT",
        "offboard and mail",
    ),
    ("beats: [{id: a, when: {at: '12:00'}, do: [{ofboard: {}}]}]", "SCENARIO-KEY", "did you mean 'offboard'"),
    ("D: {switch: {name: Enforce app acces}}", "STORY-SWITCH", "did you mean 'Enforce app access'"),
    ("D: {antivirus: {people: [bens]}}", "SCENARIO-PERSON", "did you mean 'ben'"),
    ("D: {offboard: {departments: [Desks]}}", "SCENARIO-DEPARTMENT", "did you mean 'Desk'"),
    ("D: {new_host: {app: dropbox, host: dropbox.com}}", "STORY-HOST", "the catalog lists"),
    ("D: {collector: {name: Box}}", "STORY-COLLECTOR", "no log collector"),
    ("D: {start: {kind: exfiltration-slo, app: box}}", "STORY-KIND", "did you mean 'exfiltration-slow'"),
    ("D: {start: {kind: command-channel, app: box, sessions: 3}}", "STORY-KIND", "keeps a rhythm"),
    ("D: {start: {kind: big-upload, app: box, days: 3}}", "STORY-KIND", "happens once"),
    ("D: {start: {app: box, up: [3MB, 1MB]}}", "STORY-RANGE", "lower one first"),
    ("D: {start: {app: box, browser: ie}}", "SCENARIO-BROWSER", "has no browser 'ie'"),
    ("D: {stop: {}}", "STORY-STOP", "not said what stops"),
    ("D: {stop: {use: leek}}", "STORY-USE", "begins no use 'leek'"),
    # noise
    ("noise: [{kind: command-channel, app: box, rate: 3}]", "STORY-NOISE", "not a benign kind"),
    ("noise: [{kind: pilot, app: box, rate: 3, days: 2}]", "STORY-NOISE", "lasts a day"),
    ("noise: [{kind: pilot, app: box, rate: 0}]", "SCENARIO-VALUE", "greater than or equal to 1"),
]


@pytest.mark.parametrize(("text", "rule", "words"), CASES, ids=[text for text, _, _ in CASES])
def test_a_mistake_has_a_place_and_an_advice(text: str, rule: str, words: str, tmp_path: Path) -> None:
    if text.startswith("D: "):
        text = f"beats: [{{id: a, when: {{at: '12:00'}}, do: [{text[3:]}]}}]"
    text = text.replace("mail: M", "mail: {sender: a, subject: b, text: c}")
    file = tmp_path / "office.yaml"
    file.write_text(f"{HEAD}story:\n  {text}\n{TAIL}", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(file))
    told = [problem for problem in caught.value.problems if problem.rule == rule]
    assert any(words in str(problem) for problem in told), str(caught.value)
    assert all(problem.where and problem.where.line == LINE + 1 for problem in told)
    assert all(problem.advice for problem in told)


def test_shares_of_answers_are_at_most_a_hundred(tmp_path: Path) -> None:
    file = tmp_path / "office.yaml"
    wrong = "asking: {truthful: 80, evasive: 30, purposes: [{app: dropbx, people: [bens], says: x}]}\n"
    file.write_text(HEAD + wrong + TAIL, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"ASKING-SHARE.*more than a hundred"):
        load_scenario(str(file))
    file.write_text(HEAD + wrong.replace("80", "60") + TAIL, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(file))
    assert {problem.rule for problem in caught.value.problems} == {"SCENARIO-APP", "SCENARIO-PERSON"}
