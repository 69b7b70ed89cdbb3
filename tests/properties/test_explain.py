"""The world, the slow reference and explain agree on every request, and explain keeps what it promises."""

from __future__ import annotations

from hypothesis import event, given

from tests.properties import played
from tests.properties.followed import TOTALS, Follower, requests
from tests.properties.scripts import Play, plays, worlds
from tests.reference.model import Reference


@worlds(few=4, thorough=250)
@given(plays(cut=False, peculiar=True, most=5))
def test_the_world_the_reference_and_explain_agree_on_every_request(play: Play):
    """What becomes of every request, and when the first open link closes, in any world."""
    session, refused = played.play(play.resolved, play.seed, play.script)
    reference = Reference(play.resolved, play.seed)
    expected = reference.play(play.script)
    assert played.rows(session) == expected
    assert refused == reference.refused
    asked = requests(play, session)
    for outcome in sorted({one.outcome for one in asked}):
        event(outcome.name)
    follower = Follower(play)
    follower.follow(asked)
    assert follower.wrong == []
    TOTALS["worlds"] += 1
    TOTALS["connections equal to the reference's"] += len(expected)
