"""What people do who are stopped: it shows where a data source sees it, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sim.base.time import DAY, HOUR, MINUTE
from sim.engine.enforcement.facts import Outcome
from sim.engine.tenant import WIN10
from sim.scenario.life import load_pack
from sim.scenario.load import Resolved
from sim.scenario.reactions import Ways
from sim.session.commands import Command
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.views import discovery
from sim.world.displacement import NOTHING, Reaction, Way
from sim.world.telemetry import Rows, join
from tests.properties import played
from tests.world.lively import lively
from tests.world.reacting import ON, office, only

MAIL = AddIndicator("mail.yahoo.com", "Alert and block")
DROPBOX = AddIndicator("dropbox.com", "Alert and block")


def play(world: Resolved, *commands: Command, cuts: Sequence[int] = (), seed: int = 3) -> Session:
    """Play with every switch on and some commands at the start."""
    return played.play(world, seed, [(world.start, command) for command in (*ON, *commands)], cuts)[0]


def reactions(session: Session) -> list[Reaction]:
    return session.world.displacement.reactions


def rows_of(session: Session, reaction: Reaction) -> Rows:
    """Return the connections of the session with which somebody went on."""
    rows = session.world.plane.telemetry.rows()
    day = session.world.machines.calendar.day_of(rows.time)
    return rows.take((rows.session == reaction.added) & (day == reaction.day))


def apps(session: Session, rows: Rows) -> set[str]:
    staff = session.world.staff
    return {staff.apps[int(staff.host_app[host])].id for host in rows.host.tolist()}


@pytest.mark.fact("people.sibling")
def test_who_is_blocked_tries_a_sibling_later_the_same_day_and_discovery_shows_it():
    """Cloud storage that is blocked makes other cloud storage appear among the discovered apps."""
    world = office(reactions=only("sibling"))
    free, blocked = play(world), play(world, DROPBOX)
    assert reactions(free) == []
    moved = [one for one in reactions(blocked) if one.way is Way.SIBLING]
    for one in moved:
        found = rows_of(blocked, one)
        assert apps(blocked, found) <= {"box", "google-drive"}
        assert (found.user == one.person).all()
        assert (found.process != blocked.world.staff.processes.index("dropbox.exe")).all()
        assert (found.time >= one.goes_on).all()
        assert one.goes_on > one.time
    assert sum(len(rows_of(blocked, one)) for one in moved) > 10
    before, after = ({row.app_id: row for row in discovery.apps(s, WIN10)} for s in (free, blocked))
    assert not {"box", "google-drive"} & set(before)
    assert all(after[app].users and after[app].bytes_up for app in ("box", "google-drive"))


def test_reactions_do_not_depend_on_where_time_is_cut():
    """In pieces or straight: the same digest, and everybody did the same."""
    world = office(reactions={})
    straight = play(world, DROPBOX, MAIL)
    cut = play(world, DROPBOX, MAIL, cuts=range(world.start, world.end, 17 * MINUTE))
    assert straight.checkpoints == cut.checkpoints
    assert straight.digest() == cut.digest()
    known = [sorted((one.time, one.person, one.way.value) for one in reactions(s)) for s in (straight, cut)]
    assert known[0] == known[1]
    assert len({way for _, _, way in known[0]}) >= 6


@pytest.mark.fact("people.ticket")
def test_a_ticket_reaches_the_analyst_once_for_each_person_and_app():
    """It says who cannot work with what, and comes later than the block, when they were at work."""
    session = play(office(reactions=only("ticket")), DROPBOX)
    begun = {(one.person, one.app): one.time for one in reversed(reactions(session))}
    mails = [mail for mail in session.world.mailbox.mails if mail.sender == "helpdesk@small.example"]
    assert len(mails) == len(begun) > 3
    people, apps = session.world.staff.people, session.world.staff.apps
    for (person, app), time in begun.items():
        found = [m for m in mails if people[person].upn in m.text and f"{apps[app].name} does" in m.subject]
        assert [mail.time > time + 30 * MINUTE for mail in found] == [True]


@pytest.mark.fact("people.manager")
def test_a_manager_complains_once_for_everybody_who_asked():
    """Who asks after the complaint was sent gets no second one."""
    session = play(office(reactions=only("manager")), DROPBOX, MAIL)
    asked = {(session.world.staff.people[one.person].manager, one.app) for one in reactions(session)}
    people, apps = session.world.staff.people, session.world.staff.apps
    wanted = {(people[manager].upn, f"{apps[app].name} is blocked") for manager, app in asked if manager >= 0}
    mails = [(mail.sender, mail.subject) for mail in session.world.mailbox.mails]
    assert sorted(mails) == sorted(wanted)
    assert any("of my people" in mail.text for mail in session.world.mailbox.mails)


@pytest.mark.fact("people.offered")
def test_who_was_offered_an_approved_app_takes_it_and_who_was_not_looks_for_one():
    """The message counts from its time on, and for whom it went to."""
    world = office(reactions=only("sibling", accepts=100))
    session = Session(world, 3)
    for command in (*ON, DROPBOX):
        session.submit(command)
    session.advance(world.start + 5 * HOUR)
    told = [person.index for person in session.world.staff.people if person.id in {"ben", "fay"}]
    session.world.messages.send(session.now, "analyst", "dropbox", "We have Box.", "box", told, ())
    since = session.now
    session.advance(world.end)
    apps_ = [app.id for app in session.world.staff.apps]
    first = [one for one in reactions(session) if apps_[one.wanted] == "dropbox" and one.after == NOTHING]
    offered = {(one.person in told and one.time >= since, one.way) for one in first if one.goes_on}
    assert offered == {(True, Way.ALTERNATIVE), (False, Way.SIBLING)}
    assert {apps_[one.target] for one in first if one.way is Way.ALTERNATIVE} == {"box"}


@pytest.mark.fact("people.private-device")
def test_a_private_device_is_seen_by_the_proxy_and_not_by_defender():
    """Who shares a colleague's machine has one with them; everybody else cannot choose that way."""
    delays = {
        hop: {"fixed": "0s", "mark": "made up for tests"} for hop in ("block_setting", "indicator_offer")
    }
    blocking = [{"network_protection": "block"}]
    office_ = lively(
        40, reactions={}, end="2019-12-16T15:00", devices=blocking, delays=delays, proxy=[{"name": "Gate"}]
    )
    assert office_.pack is not None
    ways = {"ways": Ways(**only("device")["ways"])}
    personas = tuple(persona.model_copy(update=ways) for persona in office_.pack.personas)
    alike = replace(office_, pack=office_.pack.model_copy(update={"personas": personas}))
    session = play(alike, AddIndicator("teams.microsoft.com", "Alert and block"))
    people, world = session.world.staff.people, session.world
    moved = [one for one in reactions(session) if one.way is Way.DEVICE]
    assert moved
    assert {one.way for one in reactions(session)} == {Way.DEVICE, Way.GIVE_UP}
    rows = join([rows_of(session, one) for one in moved])
    assert len(rows)
    assert (rows.machine == rows.user).all()
    assert all(people[one.person].machine != one.person for one in moved)
    assert not world.guards.feeds(rows.time, rows.machine).any()
    assert world.upstream.gateways[0].carries(rows.time, rows.machine).all()


@pytest.mark.fact("people.work-around")
@pytest.mark.parametrize("pack", ["", "office"])
def test_two_work_around_a_block_for_one_who_does_not(pack: str):
    """By the usual weights, and by those of the personas in the shares in which there are such people."""
    personas = [(one.ways, one.weight) for one in load_pack(pack).personas] if pack else [(Ways(), 1)]
    goes_on = 0.0
    for ways, weight in personas:
        around = ways.retry + ways.browser + ways.device + ways.phone + ways.sibling + ways.mail
        goes_on += weight * around / (around + ways.ticket + ways.manager + ways.give_up)
    assert 0.58 < goes_on / sum(weight for _, weight in personas) < 0.74


@pytest.mark.fact("people.click-through")
def test_four_in_ten_click_through_a_warning():
    """Of all who meet one, so many go on in the same session."""
    blocking = [{"network_protection": "block", "os_build": "22631.4460", "platform": "4.18.23110.3"}]
    world = office(60, reactions={}, era="defender-today", devices=blocking)
    warned = (AddIndicator(name, "Warn") for name in ("dropbox.com", "mail.yahoo.com", "sohu.com"))
    rows = play(world, *warned).world.plane.telemetry.rows()
    day = rows.time // DAY
    keys = ((day << 32) + rows.session).tolist()
    met, passed = (
        {key for key, outcome in zip(keys, rows.outcome.tolist(), strict=True) if outcome == wanted}
        for wanted in (Outcome.WARNED, Outcome.BYPASSED)
    )
    assert len(met) > 60
    assert 0.25 < len(met & passed) / len(met) < 0.55
