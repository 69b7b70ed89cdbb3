"""Gateways, access rules and removed programs: whom they stop, from when on, and whom they do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.base.time import HOUR, MINUTE
from sim.engine.enforcement.facts import Outcome
from sim.scenario.load import Resolved
from sim.session.commands import TagApp
from sim.session.driver import Session
from sim.world.telemetry import Rows
from tests.reference.small import resolved, scenario

APP = "sohu-news"


def world(*proxies: dict[str, Any], people: int = 6, **more: Any) -> Resolved:
    """Return a small world behind gateways, in which everybody reads the news all day."""
    found = scenario(people)
    found["proxy"] = list(proxies)
    found["habits"] = [
        {"app": APP, "browser": "own", "sessions": 20, "between": ["08:30", "17:00"], "requests": [3, 8]}
    ]
    found.update(more)
    return resolved(found)


def rows_of(session: Session, since: int) -> Rows:
    return session.world.plane.telemetry.between(since, session.now)


@pytest.mark.parametrize(("kind", "interval"), [("zscaler", 2 * HOUR), ("iboss", 10 * MINUTE)])
def test_a_gateway_blocks_from_its_next_poll_on(kind: str, interval: int):
    """Not before, and at the latest one interval after the tag."""
    session = Session(world({"name": "Gateway", "kind": kind}))
    session.submit(TagApp(APP, "Unsanctioned"))
    tagged = session.now
    due = session.world.upstream.gateways[0].next_fetch(tagged)
    assert due is not None
    assert tagged < due <= tagged + interval
    session.advance(tagged + 4 * HOUR)
    rows = rows_of(session, tagged)
    assert (rows.time < due).any()
    assert np.array_equal(rows.outcome == Outcome.GATEWAY_BLOCKED, rows.time >= due)


def test_only_who_is_behind_a_gateway_is_refused():
    """Whatever their browser, and whatever protects their machine."""
    resolved_ = world({"name": "Branch", "kind": "iboss", "departments": ["Field"]})
    session = Session(resolved_)
    session.submit(TagApp(APP, "Unsanctioned"))
    session.advance(session.now + HOUR)
    since = session.now
    session.advance(session.now + 2 * HOUR)
    rows = rows_of(session, since)
    field = np.array([p.department == "Field" for p in session.world.staff.people])
    assert 0 < field.sum() < len(field)
    assert np.array_equal(rows.outcome == Outcome.GATEWAY_BLOCKED, field[rows.machine])


def test_a_gateway_of_a_later_period_is_refused():
    """Menlo's integration is not in the documents of 2019."""
    with pytest.raises(ScenarioError, match="does not have the integration of Menlo"):
        world({"name": "Gateway", "kind": "menlo"})
