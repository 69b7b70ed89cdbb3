"""Explain tells what the world does: the verdict of every request, and when an open link will close."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st

from sim.engine.enforcement.chain import Link
from sim.engine.enforcement.facts import Outcome
from sim.session.driver import Session
from sim.views.chains import Chains
from sim.world.telemetry import Rows
from tests.properties import played
from tests.properties.scripts import Play, plays, share

MOMENTS = 6
"""Moments of a play at which explain is asked."""


def until(play: Play, time: int) -> Session:
    """Return the session as it stands at a time, with the commands up to then and none after."""
    session = Session(play.resolved, play.seed)
    for due, command in play.script:
        if due > time:
            break
        session.advance(due)
        played.submit(session, command)
    session.advance(time)
    return session


def requests(play: Play) -> tuple[Rows, list[int]]:
    """Return what people did, and the rows that began at their own time: no open connections, no tests."""
    session = played.play(play.resolved, play.seed, play.script)[0]
    rows = session.world.plane.telemetry.rows()
    long_lived = session.world.staff.plan.long_lived
    own = (rows.session >= 0) & ~long_lived[rows.session] & (rows.time >= play.resolved.start)
    mine: list[int] = np.flatnonzero(own).tolist()
    return rows, mine


@share(0.2)
@given(plays(cut=False, peculiar=True), st.data())
def test_explains_verdict_is_what_the_world_did(play: Play, data: st.DataObject):
    """At any request of any world: asked just before it, explain says what becomes of it."""
    rows, mine = requests(play)
    if not mine:
        return
    chosen = data.draw(st.lists(st.sampled_from(mine), min_size=1, max_size=MOMENTS, unique=True))
    for time, group in groupby(sorted(chosen), key=lambda row: int(rows.time[row])):
        session = until(play, time)
        for row in group:
            machine, process = int(rows.machine[row]), int(rows.process[row])
            name = session.world.staff.processes[process]
            found = Chains(session, int(rows.host[row])).explain(machine, name).explanation
            event(found.verdict.name)
            assert found.verdict is Outcome(int(rows.outcome[row]))


def links_of(session: Session, pairs: Sequence[tuple[int, int, int]]) -> list[tuple[Link, int | None]]:
    """Return the first open link of each (machine, process, host) and when it should close."""
    found = []
    for machine, process, host in pairs:
        name = session.world.staff.processes[process]
        explanation = Chains(session, host).explain(machine, name).explanation
        first = explanation.first_open
        stopped = explanation.verdict in {Outcome.BLOCKED, Outcome.WARNED}
        closed = first is None or stopped
        found.append((Link.NONE, None) if closed or first is None else (first.link, first.expected_at))
    return found


@share(0.2)
@given(plays(cut=False, peculiar=True), st.data())
def test_an_open_link_closes_when_explain_says_so(play: Play, data: st.DataObject):
    """Not a microsecond earlier, and from then on it is closed, where nobody commands anything after."""
    rows, mine = requests(play)
    if not mine:
        return
    chosen = data.draw(st.lists(st.sampled_from(mine), min_size=1, max_size=3, unique=True))
    for row in chosen:
        asked = [(int(rows.machine[row]), int(rows.process[row]), int(rows.host[row]))]
        time = int(rows.time[row])
        link, due = links_of(until(play, time), asked)[0]
        if due is None or due + 1 >= play.resolved.end:
            continue
        event(link.name)
        commands = tuple(step for step in play.script if step[0] <= time)
        alone = Play(play.people, play.span, play.rhythm, play.seed, commands, (), play.traits)
        before, after = (links_of(until(alone, moment), asked)[0][0] for moment in (due - 1, due + 1))
        assert before <= link
        assert after != link
