"""The metric of the control plane: a fault that was found and mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.base.time import HOUR, show_clock
from sim.engine.enforcement.settings import setting as machine_setting
from sim.engine.settings_pages import Switch
from sim.exercise.score.evaluated import Cited, Evaluated, Measured, cite
from sim.exercise.score.formulas import late
from sim.scenario.objectives import ObjectiveSpec
from sim.views.amounts import plural
from sim.world.model import World

MEND_WITHIN = 4 * HOUR
"""Time to mend a fault that scores full, where an author says nothing (ours)."""
MENDED = 50
"""Points for a fault that is mended at all (ours)."""


@dataclass(frozen=True, slots=True)
class _State:
    """From a time on something stands right, or wrong."""

    since: int
    right: bool


def setting(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Whether a fault is mended, and how long it lasted; of machines the mean.

    What mends itself as soon in the untouched world is no merit.
    """
    histories = _histories(seen, aim, seen.world)
    itself = [_mended(states) for _, states in _histories(seen, aim, seen.base.world)]
    scores: list[int] = []
    events: list[Cited] = []
    mended_at: list[int] = []
    for (where, states), alone in zip(histories, itself, strict=True):
        broken = next((s.since for s in states if not s.right), None)
        mended = _mended(states)
        if broken is None or (mended is not None and alone is not None and alone <= mended):
            continue
        events.append(Cited(max(broken, seen.start), f"{where} stands wrong"))
        if mended is None:
            scores.append(0)
            continue
        mended_at.append(mended)
        events.append(Cited(mended, f"{where} stands right again"))
        left = seen.session.resolved.end - max(broken, seen.start)
        best = min(MEND_WITHIN, left // 2) if aim.best is None else aim.best
        took = max(0, mended - max(broken, seen.start))
        scores.append(MENDED + late(took, best, left if aim.worst is None else aim.worst) * MENDED // 100)
    line = aim.line or seen.truth.feed_line
    where = plural(len(scores), "place")
    last = f", the last at {show_clock(max(mended_at), seen.session.resolved.tz)}" if mended_at else ""
    because = f"{aim.setting} stood wrong in {where}; put right in {len(mended_at)}{last} ({line})"
    return Measured(sum(scores) // max(1, len(scores)), because, cite(events))


def _mended(states: Sequence[_State]) -> int | None:
    """Return since when it stands right; None where it stands wrong."""
    return states[-1].since if states[-1].right else None


def _histories(seen: Evaluated, aim: ObjectiveSpec, world: World) -> list[tuple[str, list[_State]]]:
    """Return each place where the setting stands, and how it stood since play began."""
    switch = world.era.portals.switch(aim.setting)
    if switch is not None:
        states = [_State(time, on) for time, on in switch_states(world, switch)]
        return [(switch.name, _merged(seen, states))]
    collector = world.collectors.find(aim.setting)
    if collector is not None:
        ends = [state for f in collector.faults for state in (_State(f.since, False), _State(f.until, True))]
        states = sorted([_State(0, True), *ends], key=lambda state: state.since)
        return [(collector.name, _merged(seen, states))]
    return _machines(seen, aim, world)


def switch_states(world: World, switch: Switch) -> list[tuple[int, bool]]:
    """Return since when a switch has been on and off; the first stands for all the time before."""
    changes = [
        (e.time, e.detail == "on")
        for e in world.tenant.log
        if e.action == "Save setting" and e.target == switch.name
    ]
    return [(0, not changes[0][1] if changes else world.tenant.switches[switch.id]), *changes]


def _machines(seen: Evaluated, aim: ObjectiveSpec, world: World) -> list[tuple[str, list[_State]]]:
    asked = machine_setting(aim.setting, world.era.portals.key)
    wanted, staff, fleet = asked.read(aim.value), world.staff, world.fleet
    owners = {p.machine for p in staff.people if p.id in aim.people or not aim.people}
    found = []
    for machine in sorted(owners):
        changes = [c for c in fleet.changes.get(machine, []) if c.name == asked.name]
        first = changes[0].before if changes else fleet.of(machine).effective(asked.name)
        states = [_State(0, first.value == wanted)]
        states += [_State(c.time, c.after.value == wanted) for c in changes]
        if staff.machines[machine].device.managed:
            found.append((staff.machines[machine].name, _merged(seen, states)))
    return found


def _merged(seen: Evaluated, states: Sequence[_State]) -> list[_State]:
    """Return the states as they changed since play began, up to now."""
    found: list[_State] = []
    for state in states:
        if state.since > seen.now:
            break
        if state.since < seen.start:
            found = [_State(seen.start, state.right)]
        elif not found or found[-1].right != state.right:
            found.append(state)
    return found
