"""Draws belong to whom they concern, in a living organisation too: people who react, and apps that spread."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import assume, event, given
from hypothesis import strategies as st

from sim.session.driver import Session
from sim.world.organisation import Person, Staff
from sim.world.people import NOBODY
from tests.properties.concerned import concerned
from tests.properties.lively_plays import PEOPLE, SPREADS, Lively, livelies, organisation, play
from tests.properties.scripts import worlds

_AS_THEY_ARE = ("time", "process", "host", "place", "bytes_up", "bytes_down", "outcome", "relay", "http")


def did(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return what each person did, to the byte: connections, reactions, and tickets about them.

    What is numbered by its place in a list (machines, sessions, indicators) stands for itself.
    """
    world = session.world
    staff, rows = world.staff, world.plane.telemetry.rows()
    listed = ["", *(one.value for one in world.tenant.indicators.all)]
    day = world.machines.calendar.day_of(rows.time)
    columns = [getattr(rows, name).tolist() for name in _AS_THEY_ARE]
    own = (rows.machine == rows.user).tolist()
    indicators = [listed[number + 1] for number in rows.indicator.tolist()]
    found: dict[str, list[tuple[Any, ...]]] = {person.id: [] for person in staff.people}
    ranks: dict[str, dict[tuple[int, int], int]] = {person.id: {} for person in staff.people}
    sessions = zip(day.tolist(), rows.session.tolist(), strict=True)
    for user, each, mine, indicator, *row in zip(
        rows.user.tolist(), sessions, own, indicators, *columns, strict=True
    ):
        if user < len(staff.people):
            person = staff.people[user].id
            rank = ranks[person].setdefault(each, len(ranks[person]))
            found[person].append((rank, mine, indicator, *row))
    for one in world.displacement.reactions:
        told = (
            one.time,
            one.since,
            one.wanted,
            one.app,
            one.way.value,
            one.goes_on,
            one.target,
            one.bytes_up,
        )
        found[staff.people[one.person].id].append(told)
    for mail in world.mailbox.mails:
        for person in staff.people:
            if f"({person.upn}, " in mail.text:
                found[person.id].append((mail.time, mail.text))
    return found


def leader(staff: Staff, person: Person) -> str:
    """Return the id of who leads somebody; "" is nobody."""
    return "" if person.manager == NOBODY else staff.people[person.manager].id


def alone(staff: Staff, newcomer: str) -> set[str]:
    """Return the ids of those who share no machine with a newcomer."""
    machine = next(person.machine for person in staff.people if person.id == newcomer)
    return {person.id for person in staff.people if person.machine != machine}


@worlds(3, 60)
@given(livelies())
def test_a_living_organisation_does_not_depend_on_where_time_is_cut(lively: Lively):
    """The same digest whole and in pieces, at every checkpoint."""
    whole, pieces = lively.play(), lively.play(cuts=lively.cuts)
    assert whole.checkpoints == pieces.checkpoints
    assert whole.digest() == pieces.digest()


@worlds(6, 80)
@given(livelies(), st.data())
def test_whom_a_command_does_not_concern_does_what_they_did(lively: Lively, data: st.DataObject):
    """One step left out: who is apart from it by device scope, graph and help desk does the same."""
    number = data.draw(st.integers(0, len(lively.script) - 1))
    step = lively.script[number][1]
    script = [*lively.script[:number], *lively.script[number + 1 :]]
    runs = lively.play(), lively.play(script)
    before, after = (did(run) for run in runs)
    reached = concerned(runs, step)
    apart = [person.id for person in runs[0].world.staff.people if not reached[person.index]]
    changed = [person for person in before if before[person] != after[person]]
    event(f"{type(step).__name__}: {'somebody' if changed else 'nobody'} changes")
    assume(apart)
    assert not [person for person in apart if person in changed]


@worlds(4, 60)
@given(livelies(), st.booleans())
def test_one_person_more_leaves_everybody_else_as_they_were(lively: Lively, named: bool):
    """Hired or of the cast: accounts and habits stay, and who takes up no new app does the same.

    Whoever is cast comes before those who are drawn and may lead them; their meetings are then others. A
    machine that somebody shares may be on for longer.
    """
    more = organisation(lively.era, PEOPLE + 1, "zoe" if named else "")
    script = [step for step in lively.script if "WS-" not in str(step)]  # machines are numbered by place
    runs = [play(resolved, lively.seed, script) for resolved in (lively.resolved, more)]
    staffs = [run.world.staff for run in runs]
    accounts = [
        {
            person.id: (person.name, person.upn, person.department, person.browser, person.role,
                        person.persona, person.location, person.machine == person.index,
                        staff.machines[person.index].device)
            for person in staff.people
        }
        for staff in staffs
    ]  # fmt: skip
    assert len(accounts[1]) == len(accounts[0]) + 1
    assert accounts[0].items() < accounts[1].items()
    spread = [place for place, app in enumerate(staffs[0].apps) if app.id == SPREADS]
    took_up: set[str] = set()
    for run, staff in zip(runs, staffs, strict=True):
        assert run.world.uptake is not None
        took_up |= {staff.people[n].id for n in np.flatnonzero(run.world.uptake.has.any(axis=0)).tolist()}
    assert spread
    led = [{person.id: leader(staff, person) for person in staff.people} for staff in staffs]
    before, after = (did(run) for run in runs)
    lone = alone(staffs[1], (accounts[1].keys() - accounts[0].keys()).pop())
    rest = [person for person in lone - took_up if led[0][person] == led[1][person]]
    assume(rest)
    assert not [person for person in rest if before[person] != after[person]]
