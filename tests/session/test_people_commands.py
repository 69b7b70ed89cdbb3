"""Writing to the users of an app: who gets it, who cannot be reached, and what may be offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import CommandRefused, InputError
from sim.base.time import HOUR
from sim.engine.tenant import INTEGRATION, WIN10
from sim.scenario.load import load_scenario
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.people_commands import NotifyUsers
from sim.session.report_commands import Anonymise, ResolveNames
from sim.session.wire import from_json, to_json
from sim.views.messages import messages
from sim.world.upstream import AFTER_ALL

WHY = "Nobody backs it up."


def session(*before: Command) -> Session:
    """Return a session whose reports have seen everybody, with these commands given first."""
    found = Session(load_scenario(str(Path(__file__).parents[1] / "scenarios" / "two-gateways.yaml")))
    for command in before:
        found.submit(command)
    found.submit(SetSwitch(INTEGRATION, True))
    found.advance(found.now + 5 * HOUR)
    return found


def test_a_message_goes_to_whoever_a_report_has_seen_under_any_of_their_names():
    """The endpoint's names and the proxy's are the same people, and each gets it once."""
    played = session()
    names = {
        usage.name for report in played.world.tenant.reports.values() for usage in report.entities("user")
    }
    assert {"ada.arden@gateways.example", "GATEWAYS\\ada.arden"} <= names
    played.submit(NotifyUsers("sohu-news", WHY))
    (row,) = messages(played)
    assert len(row.people) == len(set(row.people)) >= 4
    assert row.missed == ()
    assert row.text.startswith(f"You were seen to use Sohu News. {WHY}")


def test_an_offer_is_known_from_then_on_to_those_who_got_it():
    """The seam for how people react: nobody's behaviour changes by it yet."""
    played = session()
    sent = played.now
    known = played.world.messages.known_since("dropbox")
    assert (known == AFTER_ALL).all()
    played.submit(NotifyUsers("dropbox", WHY, "box"))
    played.advance(sent + HOUR)
    played.submit(NotifyUsers("dropbox", WHY, "box"))
    people = [place for sent_ in played.world.messages.sent for place in sent_.people]
    known = played.world.messages.known_since("dropbox")
    assert set(known[people].tolist()) == {sent}
    assert (played.world.messages.known_since("sohu-news") == AFTER_ALL).all()


def test_who_hides_behind_a_pseudonym_is_reached_once_it_is_resolved():
    played = session(
        Anonymise(WIN10, "user", True),
        Anonymise("Branches", "user", True),
        Anonymise("Head office", "user", True),
    )
    first = played.submit(NotifyUsers("sohu-news", WHY))
    assert first.data["people"] == 0
    assert first.data["missed"] > 0
    pseudonym = messages(played)[0].missed[0]
    played.submit(ResolveNames((pseudonym,), "they must be told of it"))
    assert played.submit(NotifyUsers("sohu-news", WHY)).data["people"] == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (NotifyUsers("sohu-news", "  "), "does not say why"),
        (NotifyUsers("sohu-news", WHY, "sohu-news"), "no alternative to itself"),
        (NotifyUsers("sohu-news", WHY, "dropbox"), "neither on the list of approved apps"),
        (NotifyUsers("slack", WHY), "no report has seen a user of Slack"),
        (NotifyUsers("sohu-news", WHY, "bx"), "no app 'bx'"),
    ],
)
def test_a_message_that_makes_no_sense_is_refused(command: NotifyUsers, words: str):
    with pytest.raises((CommandRefused, InputError), match=words):
        session().submit(command)


def test_a_sanctioned_app_may_be_offered_too():
    played = session(TagApp("salesforce", "Sanctioned"))
    assert "offers Salesforce" in played.submit(NotifyUsers("sohu-news", WHY, "salesforce")).text


def test_the_command_survives_a_run_file():
    command = NotifyUsers("sohu-news", WHY, "box")
    assert from_json(to_json(command)) == command
