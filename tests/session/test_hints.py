"""The author's hints: by level, from their time on, each with its price, and told only once taken."""

from __future__ import annotations

import pytest

from sim.base.errors import CommandRefused
from sim.base.time import HOUR
from sim.session.commands import TakeHint
from sim.session.driver import Session
from sim.views.hints import hints
from sim.views.notes import notes
from tests.exercise.small import TODAY, small


def test_a_hint_comes_after_the_lower_ones_and_not_before_its_time() -> None:
    """Refused with the reason; taken, it says its text, and the notebook keeps it."""
    session = Session(small(TODAY))
    first, second = "hint:detect:1", "hint:detect:2"
    assert [(row.subject, row.price, row.offered, row.text) for row in hints(session)] == [
        (first, 7, True, ""),
        (second, 9, False, ""),
    ]
    with pytest.raises(CommandRefused, match=r"HINT-EARLY.*from Mon 16 Nov 10:00 on"):
        session.submit(TakeHint(second))
    session.advance(session.now + HOUR)
    with pytest.raises(CommandRefused, match=r"HINT-ORDER.*comes after hint:detect:1"):
        session.submit(TakeHint(second))
    with pytest.raises(CommandRefused, match=r"HINT-UNKNOWN.*hint:detect"):
        session.submit(TakeHint("hint:detct:1"))
    assert session.submit(TakeHint(first)).text == "Look at the feed."
    assert [row.offered for row in hints(session)] == [False, True]
    assert session.submit(TakeHint(second)).text == "Look at S-1."
    assert [row.text for row in hints(session)] == ["Look at the feed.", "Look at S-1."]
    assert {row.text for row in notes(session) if row.kind == "Hint"} == {"Look at the feed.", "Look at S-1."}
