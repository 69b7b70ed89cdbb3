"""The ledgers name every byte that went out all the same, and the work that stood still, with the cause."""

from __future__ import annotations

from typing import Any

import pytest

from sim.base.time import MINUTE
from sim.exercise.score import judge
from sim.exercise.score.evaluated import Evaluated
from sim.exercise.score.facts import facts
from sim.exercise.score.labels import labels
from sim.exercise.score.ledgers import displaced, stood_still
from sim.exercise.score.truth import untouched
from sim.scenario.load import Resolved
from sim.session.commands import Command
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from tests.properties import played
from tests.world.reacting import ON, office, only

BLOCK = AddIndicator("dropbox.com", "Alert and block")
FORBIDDEN: dict[str, Any] = {
    "truth": {"prohibited": [{"app": "dropbox", "people": ["fay"], "line": "X-1", "why": "hers is private"}]},
    "documents": {
        "briefing": "Nothing to do.",
        "policy": [{"id": "X-1", "text": "Fay does not use Dropbox."}],
        "approved": [],
        "exceptions": "None.",
    },
}
TODAY: dict[str, Any] = {
    "devices": [{"network_protection": "block", "os_build": "22631.4460", "platform": "4.18.23110.3"}]
}


def seen(world: Resolved, *commands: Command) -> Evaluated:
    """Return a played session as the score sees it."""
    session: Session = played.play(world, 3, [(world.start, one) for one in (*ON, *commands)])[0]
    return Evaluated(session, untouched(world, 3))


def test_every_byte_that_went_to_a_sibling_is_in_the_ledger_by_rule_and_way():
    """What is forbidden stands apart from what is not."""
    one = seen(office(reactions=only("sibling"), **FORBIDDEN), BLOCK)
    gone = displaced(one)
    assert {(row.app_id, row.rule, row.way) for row in gone} == {("dropbox", "dropbox.com", "sibling")}
    assert [row.prohibited for row in gone] == sorted((row.prohibited for row in gone), reverse=True)
    assert {row.prohibited for row in gone} == {True, False}
    for app in ("box", "google-drive"):
        rows = one.rows.take(one.of_apps(one.rows, {app}))
        mine = [row for row in gone if row.target == app]
        assert sum(row.bytes_up for row in mine) == rows.bytes_up.sum() > 0
        assert sum(row.connections for row in mine) == len(rows)
        assert all(row.seen for row in mine)


@pytest.mark.fact("people.phone")
def test_what_goes_over_a_phone_is_in_the_ledger_and_in_no_row():
    """No source sees it: the rows are those of people who let it be."""
    phone, idle = (seen(office(reactions=only(way)), BLOCK) for way in ("phone", "give_up"))
    assert len(phone.rows) == len(idle.rows)
    assert (phone.rows.bytes_up == idle.rows.bytes_up).all()
    assert displaced(idle) == ()
    gone = displaced(phone)
    assert gone
    assert all(not row.seen and row.way == "phone" and row.bytes_up for row in gone)


def test_what_leaves_by_phone_stays_in_exposure_and_does_not_count_against_containment():
    """The same rows were stopped; only what left is more."""
    rule = [{"app": "dropbox", "line": "X-1", "why": "private"}]
    world = {**FORBIDDEN, "truth": {"prohibited": rule}}
    phone, idle = (seen(office(reactions=only(way), **world), BLOCK) for way in ("phone", "give_up"))
    assert phone.contained == idle.contained
    assert phone.containment == idle.containment > 0
    (left,), (kept,) = (judge(one.session, one.base).exposure for one in (phone, idle))
    assert left.bytes_up > kept.bytes_up
    assert left.connections > kept.connections


def test_work_stands_still_from_the_first_refusal_until_it_goes_on_or_would_have_ended():
    """Less where people find another way at once; a forbidden use is no work."""
    for way in ("give_up", "browser"):
        one = seen(office(reactions=only(way), **FORBIDDEN), BLOCK)
        people, apps = one.world.staff.people, one.world.staff.apps
        spans = [
            max((done.goes_on or done.ends) - done.since, MINUTE)
            for done in one.world.displacement.reactions
            if people[done.person].id != "fay" and apps[done.wanted].id == "dropbox"
        ]
        still = [row for row in stood_still(one) if row.app_id == "dropbox"]
        assert {row.rule for row in still} == {"dropbox.com"}
        assert sum(row.sessions for row in still) == len(spans) > 5
        assert 0 <= sum(row.minutes for row in still) - sum(spans) // MINUTE <= len(still)


def test_who_clicks_a_warning_away_is_in_the_ledger():
    """As past the warning, to the very app."""
    today = office(reactions={"ways": {"clicks": 500}}, era="defender-today", **TODAY)
    gone = [row for row in displaced(seen(today, AddIndicator("dropbox.com", "Warn"))) if row.seen]
    past = [row for row in gone if row.way == "click-through"]
    assert past
    assert all(row.target == row.app_id and row.rule == "dropbox.com" for row in past)


@pytest.mark.parametrize("way", ["retry", "browser", "sibling", "mail"])
def test_the_truth_labels_follow_a_session_that_went_on_elsewhere(way: str):
    """They say what was wanted, what the policy thought of that, which way it took and what stopped it."""
    one = seen(office(reactions=only(way), **FORBIDDEN), BLOCK)
    told = labels(one.session)
    elsewhere = told.filter(told["Way"] != "")
    assert {*elsewhere["Way"]} == {way}
    assert {*elsewhere["InsteadOf"]} <= {"dropbox", "dropbox-paper"}  # its domain covers both
    assert {*elsewhere["StoppedBy"]} == {"dropbox.com"}
    dropbox = elsewhere.filter(elsewhere["InsteadOf"] == "dropbox")
    people = zip(dropbox["User"], dropbox["Was"], strict=True)
    was = {(user.startswith("fay."), label) for user, label in people}
    assert was == {(True, "prohibited"), (False, "other")}
    led = [done for done in one.world.displacement.reactions if done.added >= 0]
    day = one.world.machines.calendar.day_of(one.rows.time)
    keys = {(done.day << 32) + done.added for done in led}
    assert {*elsewhere["Session"]} == keys & {*((day << 32) + one.rows.session).tolist()}
    assert {*told.filter(told["Way"] == "")["Was"]} == {""}


def test_what_goes_over_a_phone_says_in_the_facts_of_the_truth_what_it_was():
    """No connection shows it, so a fact does."""
    one = seen(office(reactions=only("phone"), **FORBIDDEN), BLOCK)
    told = [fact for fact in facts(one.session, one.base) if fact["kind"] == "phone"]
    assert {fact["stoppedBy"] for fact in told} == {"dropbox.com"}
    was = {(fact["user"].startswith("fay."), fact["was"]) for fact in told if fact["insteadOf"] == "dropbox"}
    assert was == {(True, "prohibited"), (False, "other")}


def test_an_attack_stays_an_attack_wherever_it_goes_on():
    """Documents that leave at once are malicious at the sibling app too, and nobody else's use of it is."""
    leak = {"kind": "exfiltration-at-once", "app": "dropbox", "people": ["anna"]}
    story = {"beats": [{"id": "leak", "when": {"at": "14:00", "day": 1}, "do": [{"start": leak}]}]}
    told = labels(seen(office(reactions=only("sibling"), story=story), BLOCK).session)
    elsewhere = told.filter(told["Way"] != "")
    attack = elsewhere.filter(elsewhere["Label"] == "malicious")
    assert {*attack["Was"]} == {"malicious"}
    assert {*attack["App"]} <= {"box", "google-drive"}
    assert all(user.startswith("anna.") for user in attack["User"])
    assert len(elsewhere) > len(attack) > 0
