"""What a beat of the story does to the world, one function for each effect.

Whoever calls them has realised the traffic up to now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.base.errors import CommandRefused
from sim.scenario.eras import Strict
from sim.scenario.story import (
    AntivirusIs,
    AppTagged,
    Breached,
    CollectorFails,
    MailSent,
    NewHost,
    Offboarded,
    Regrouped,
    SwitchSaved,
    SyncStale,
    Whom,
)
from sim.world.collector import FOREVER
from sim.world.story_uses import people_of

if TYPE_CHECKING:
    from sim.world.model import World

I64 = NDArray[np.int64]


def perform(world: World, effect: Strict, key: str) -> str:
    """Let an effect happen now; return why it could not, or nothing. `key` tells its draws from others."""
    try:
        _EFFECTS[type(effect)](world, effect, key)
    except CommandRefused as refusal:
        return refusal.problems[0].what
    return ""


def app_place(world: World, app_id: str) -> int:
    """Return the place of an app among those that can be reached; -1 where it cannot."""
    return next((place for place, one in enumerate(world.staff.apps) if one.id == app_id), -1)


def _switch(world: World, effect: SwitchSaved, key: str) -> None:
    world.set_switch(effect.by, effect.name, effect.on)


def _tag(world: World, effect: AppTagged, key: str) -> None:
    world.set_tag(effect.by, effect.app, "" if effect.tag == "none" else effect.tag)


def _stale_sync(world: World, effect: SyncStale, key: str) -> None:
    for machine in _machines(world, effect, key).tolist():
        world.machines.hold_back(machine, world.now, world.now + effect.lasts)


def _antivirus(world: World, effect: AntivirusIs, key: str) -> None:
    world.guards.protect(_machines(world, effect, key), effect.state)


def _offboard(world: World, effect: Offboarded, key: str) -> None:
    world.guards.offboard(_machines(world, effect, key), world.now)


def _device_group(world: World, effect: Regrouped, key: str) -> None:
    world.guards.regroup(_machines(world, effect, key), effect.group)


def _new_host(world: World, effect: NewHost, key: str) -> None:
    people = people_of(effect, world.staff, world.seed, key)
    choice, _ = world.staff.spans[effect.app, (effect.host,)]
    world.plane.move(people, app_place(world, effect.app), choice)


def _breach(world: World, effect: Breached, key: str) -> None:
    world.tenant.breached(world.now, effect.app, effect.text)


def _collector(world: World, effect: CollectorFails, key: str) -> None:
    collector = world.collectors.find(effect.name)
    assert collector is not None, "the scenario was checked"
    until = FOREVER if effect.lasts is None else world.now + effect.lasts
    world.collectors.fail(collector, effect.kind, world.now, until)


def _mail(world: World, effect: MailSent, key: str) -> None:
    paper = (effect.document.title, effect.document.text) if effect.document is not None else ("", "")
    world.mailbox.receive(world.now, effect.sender, effect.subject, effect.text, *paper)


def _machines(world: World, whom: Whom, key: str) -> I64:
    return np.unique(world.staff.machine[people_of(whom, world.staff, world.seed, key)])


_EFFECTS: Mapping[type[Strict], Callable[..., None]] = {
    SwitchSaved: _switch,
    AppTagged: _tag,
    SyncStale: _stale_sync,
    AntivirusIs: _antivirus,
    Offboarded: _offboard,
    Regrouped: _device_group,
    NewHost: _new_host,
    Breached: _breach,
    CollectorFails: _collector,
    MailSent: _mail,
}
"""`start` and `stop` are the story's own: it keeps which uses run."""
