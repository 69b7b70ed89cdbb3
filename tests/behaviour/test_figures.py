"""A generated world is like those that others have measured, and the page says how it compares."""

from __future__ import annotations

import pytest

from tests.behaviour.__main__ import PAGE
from tests.behaviour.figures import FIGURES, MOST_EXPLAINED
from tests.behaviour.measured import Measured


@pytest.mark.fact("people.requests")
@pytest.mark.fact("people.apps")
@pytest.mark.fact("people.uploads-to-few")
@pytest.mark.fact("people.browsers")
@pytest.mark.fact("people.two-peaks")
@pytest.mark.fact("people.weekend")
@pytest.mark.fact("people.generative-ai")
def test_a_world_is_within_the_published_figures():
    """All but two at most, and these are explained."""
    world = Measured(400, 7)
    values = {figure.name: figure.measure(world) for figure in FIGURES}
    outside = [figure for figure in FIGURES if not figure.within(values[figure.name])]
    told = {figure.name: values[figure.name] for figure in outside}
    assert len(outside) <= MOST_EXPLAINED, told
    assert all(figure.explained for figure in outside), told


def test_the_page_compares_every_figure():
    page = PAGE.read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows] == [figure.name for figure in FIGURES]
    assert "not explained" not in page
