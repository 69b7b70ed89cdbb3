"""The library says of each scenario what the scenario is, though it reads no more than the list shows."""

from __future__ import annotations

from sim.scenario.load import load_scenario
from sim.views.documents import library


def test_the_list_agrees_with_the_scenarios() -> None:
    rows = library()
    assert rows
    for row in rows:
        scenario = load_scenario(row.name).scenario
        assert (row.title, row.summary, row.mode) == (scenario.title, scenario.summary, scenario.mode)
        assert row.people == scenario.organisation.people
        assert "{" not in row.title + row.summary
