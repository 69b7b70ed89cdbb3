"""Blocking everything drives people elsewhere, as discovery shows; a scope or a warning drives fewer."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from sim.engine.tenant import WIN10
from sim.scenario.load import Resolved
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.views import discovery
from tests.properties import played
from tests.world.reacting import ON, OTHERS, office

SEEDS = range(20)
USED = ("dropbox.com", "sohu.com", "mail.yahoo.com")
"""What people use beside nothing else: together everything."""
ELSEWHERE = {**OTHERS, "microsoft-msn": "Sanctioned"}
"""Apps of the same categories, which nobody uses unless they have to."""
TODAY: dict[str, Any] = {
    "era": "defender-today",
    "start": "2019-12-16T09:00",
    "end": "2019-12-16T19:30",  # after the analysis of 19:00 UTC
    "tags": ELSEWHERE,
    "devices": [
        {"network_protection": "block", "os_build": "22631.4460", "platform": "4.18.23110.3"},
        {"departments": ["Field"], "group": "Field"},
    ],
}


class Shown(NamedTuple):
    """What an analyst sees of people who went elsewhere."""

    users: int
    """Of apps that nobody used before, each counted for each app."""
    sent: int
    tickets: int


def answers() -> dict[str, tuple[AddIndicator, ...]]:
    """Return what is done at the start, by the name of the answer."""
    return {
        "everything": tuple(AddIndicator(domain, "Block execution") for domain in USED),
        "warned": tuple(AddIndicator(domain, "Warn") for domain in USED),
        "scoped": (AddIndicator(USED[0], "Block execution", device_groups=("Field",)),),
    }


def shown(world: Resolved, seed: int, answer: tuple[AddIndicator, ...]) -> Shown:
    session: Session = played.play(world, seed, [(world.start, one) for one in (*ON, *answer)])[0]
    rows = [row for row in discovery.apps(session, WIN10) if row.app_id in ELSEWHERE]
    mails = session.world.mailbox.mails
    return Shown(sum(row.users or 0 for row in rows), sum(row.bytes_up or 0 for row in rows), len(mails))


@pytest.mark.fact("people.harder-drives-more")
def test_who_blocks_everything_drives_most_people_elsewhere():
    """In next to every seed; in all of them together a warning drives half as many, a scope fewer still."""
    world = office(reactions={}, **TODAY)
    assert shown(world, SEEDS[0], ()) == Shown(0, 0, 0)
    found = {name: [shown(world, seed, answer) for seed in SEEDS] for name, answer in answers().items()}
    everything, warned, scoped = (found[name] for name in ("everything", "warned", "scoped"))
    assert all(one.users and one.sent and one.tickets for one in everything)
    for more, fewer in ((everything, warned), (warned, scoped)):
        pairs = list(zip(more, fewer, strict=True))
        assert sum(one.users >= other.users for one, other in pairs) >= 18
        assert sum(one.tickets >= other.tickets for one, other in pairs) >= 16
        for part in range(3):
            assert 2 * sum(one[part] for one in more) > 3 * sum(other[part] for other in fewer) > 0
