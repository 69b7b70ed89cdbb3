"""Metrics of what left: time to detect, time to contain, damage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.base.time import HOUR, show_clock
from sim.exercise.score.case import facts_of_item, is_right
from sim.exercise.score.evaluated import STOP, Cited, Evaluated, Measured, cite
from sim.exercise.score.formulas import late, share
from sim.exercise.score.truth import Flags, passed, prohibited, reachable
from sim.scenario.objectives import ObjectiveSpec
from sim.scenario.schema import Prohibited
from sim.world.telemetry import Rows

DETECT_WITHIN = 3 * HOUR
"""Time to detect that scores full, where an author says nothing (ours): two hours until the first data."""
DETECT_SHARE = 3
"""At most one part in so many of the time that is left (ours)."""
CONTAIN_GRACE = HOUR
"""How much later than the earliest possible block still scores full (ours)."""

Place = tuple[int, int, int]
"""Machine, process and place of the app."""


def targets(seen: Evaluated, aim: ObjectiveSpec) -> list[Prohibited]:
    """Return the prohibited uses that an objective is about: those of its app, or all that concern everybody.

    Where every one concerns some people only, those.
    """
    items = [item for item in seen.truth.prohibited if aim.app in (None, item.app)]
    whole = [item for item in items if not item.people]
    chosen = items if aim.app is not None else whole or items
    return [item.model_copy(update={"people": aim.people}) for item in chosen] if aim.people else chosen


def _lines(aim: ObjectiveSpec, items: Iterable[Prohibited]) -> str:
    return aim.line or ", ".join(sorted({item.line for item in items}))


def _begin(seen: Evaluated, items: Iterable[Prohibited]) -> int | None:
    """Return when the first of these uses happened since play began; None while there was none."""
    times = [
        rows.time[prohibited(seen.world, rows, items) & (rows.time <= seen.now)]
        for rows in (seen.base.rows, seen.rows)
    ]
    first = [int(each[0]) for each in times if len(each)]
    return min(first, default=None)


def _clock(seen: Evaluated, time: int) -> str:
    return show_clock(time, seen.session.resolved.tz)


def detect(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """How long it took until each prohibited use was pointed out, less what was accused wrongly."""
    items = targets(seen, aim)
    scores, events, slowest = [], [], ""
    for item in items:
        begin = _begin(seen, [item])
        if begin is None:
            continue
        left = seen.session.resolved.end - begin
        best = min(DETECT_WITHIN, left // DETECT_SHARE) if aim.best is None else aim.best
        first = min(_references(seen, item), key=lambda event: event.time, default=None)
        events.append(Cited(begin, f"first use of {seen.name(item.app)}"))
        if first is None:
            scores.append(0)
            slowest = f"{seen.name(item.app)} was not pointed out"
            continue
        events.append(first)
        took = max(0, first.time - begin)
        scores.append(late(took, best, left if aim.worst is None else aim.worst))
        slowest = slowest or f"pointed out by {_clock(seen, first.time)}"
    if not scores:
        return Measured(0, f"there was nothing to detect ({_lines(aim, items)})")
    right, wrong = _accused(seen)
    score = sum(scores) // len(scores) * right // max(1, right + wrong)
    because = f"{slowest}; {wrong} of {right + wrong} accusations were wrong ({_lines(aim, items)})"
    return Measured(score, because, cite(events))


def _references(seen: Evaluated, item: Prohibited) -> list[Cited]:
    """Return what in the notes points out a prohibited use."""
    mine = facts_of_item(seen, item)
    found = [
        Cited(f.time, f"a finding names {seen.world.user_names[f.user]} on {seen.name(item.app)}")
        for f in seen.notes.findings
        if (f.app_id, f.user, f.machine, f.process) in mine
    ]
    found += [
        Cited(e.time, f"{e.id} is evidence of it")
        for e in seen.notes.evidence
        if is_right(seen, e, mine) is True
    ]
    verdict = seen.notes.verdicts.get(f"app:{item.app}")
    if verdict is not None and verdict.verdict in STOP and not item.people:
        found.append(Cited(verdict.time, f"the verdict on {seen.name(item.app)} is {verdict.verdict}"))
    found += [
        Cited(alert.called_at, f"{alert.id} is called a true positive")
        for alert in seen.alerts
        if alert.standing and alert.bad and alert.called is True and alert.app_id == item.app
    ]
    return found


def _accused(seen: Evaluated) -> tuple[int, int]:
    """Return how many findings and verdicts accuse rightly, and how many wrongly."""
    said = [(f.app_id, f.user, f.machine, f.process) in seen.keys for f in seen.notes.findings]
    said += [
        bool(STOP & seen.answers.get(subject.partition(":")[2], frozenset()))
        for subject, verdict in seen.notes.verdicts.items()
        if verdict.verdict in STOP
    ]
    said += [alert.bad for alert in seen.alerts if alert.standing and alert.called is True]
    evidence = [is_right(seen, e, seen.keys) for e in seen.notes.evidence]
    right = sum(said) + sum(each is True for each in evidence)
    return right, len(said) - sum(said)


@dataclass(frozen=True, slots=True)
class _Contained:
    """Since when nothing got through any more; None while something might."""

    last: int | None
    open_at: str = ""


def contain_time(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """When the last prohibited connection got through on the last machine in reach: not the click."""
    items = targets(seen, aim)
    lines, begin = _lines(aim, items), _begin(seen, items)
    if begin is None:
        return Measured(0, f"there was nothing to contain ({lines})")
    base = seen.base
    idle = prohibited(seen.world, base.rows, items) & reachable(seen.world, base.rows)
    idle &= passed(base.rows) & (base.rows.time <= seen.now)
    could = seen.stoppable({item.app for item in items})
    mine = prohibited(seen.world, seen.rows, items) & reachable(seen.world, seen.rows)
    through = mine & passed(seen.rows)
    found = _contained(seen, idle, could, mine)
    events = seen.first(mine & seen.stopped, "first stopped") + seen.last(through, "last that got through")
    if found.last is None:
        return Measured(0, f"it was never contained: {found.open_at} ({lines})", cite(events))
    bound = base.rows.time[idle & ~could]
    earliest = max(int(bound.max(initial=begin)) - begin, 0) + CONTAIN_GRACE
    best = earliest if aim.best is None else aim.best
    worst = seen.session.resolved.end - begin if aim.worst is None else aim.worst
    score = late(max(0, found.last - begin), best, worst)
    because = f"the last that got through, within reach, was at {_clock(seen, found.last)} ({lines})"
    return Measured(score, because, cite(events))


def _contained(seen: Evaluated, idle: Flags, could: Flags, mine: Flags) -> _Contained:
    """Tell since when each place where something could be stopped has been quiet though it had not been.

    A place counts as contained where, after its last connection that got through, the untouched world has
    another, or this one a stopped attempt. Whoever was driven to another program need not try that one again:
    of a place that the untouched world does not have, any program of the machine counts.
    """
    rows, base, staff = seen.rows, seen.base.rows, seen.world.staff
    through, usual = _last(seen, rows, mine & passed(rows)), _last(seen, base, idle)
    after: dict[Place, int] = {}
    anywhere: dict[tuple[int, int], int] = {}
    for place, time in [*_last(seen, rows, mine & seen.stopped).items(), *usual.items()]:
        after[place] = max(after.get(place, 0), time)
        machine, _, app = place
        anywhere[machine, app] = max(anywhere.get((machine, app), 0), time)
    concerned = _last(seen, base, idle & could).keys() | (through.keys() - usual.keys())
    if not concerned:
        return _Contained(None, "nothing could be stopped in time")
    last = 0
    for machine, process, app in sorted(concerned):
        place = (machine, process, app)
        time = through.get(place, seen.start)
        if (after.get(place, 0) if place in usual else anywhere.get((machine, app), 0)) <= time:
            where = f"{staff.processes[process]} on {staff.machines[machine].name}"
            return _Contained(None, f"the last of {where}, at {_clock(seen, time)}, got through")
        last = max(last, time)
    return _Contained(last)


def _last(seen: Evaluated, rows: Rows, chosen: Flags) -> dict[Place, int]:
    """Return the time of the last of some rows in each place."""
    app = seen.world.staff.host_app[rows.host[chosen]]
    places = zip(
        rows.machine[chosen].tolist(), rows.process[chosen].tolist(), app.tolist(), strict=True
    )  # rows are in time order, so the last one of a place stays
    return dict(zip(places, rows.time[chosen].tolist(), strict=True))


def exposure(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """How much of what could be kept in did not leave, in bytes.

    What nobody could stop counts too: it left.
    """
    items = targets(seen, aim)
    base, lines = seen.base, _lines(aim, items)
    until = base.rows.time <= seen.now
    idle = prohibited(seen.world, base.rows, items) & passed(base.rows) & until
    could = idle & seen.stoppable({item.app for item in items}) & reachable(seen.world, base.rows)
    gone = prohibited(seen.world, seen.rows, items) & passed(seen.rows)
    before, possible = (int(base.rows.bytes_up[each].sum()) for each in (idle, could))
    phones = [phone for item in items for phone in seen.by_phone(item.app, item.people)]
    after = int(seen.rows.bytes_up[gone].sum()) + sum(phone.bytes_up for phone in phones)
    because = (
        f"{after:,} bytes left; {before:,} do where nobody acts, {max(0, before - possible):,} with the "
        f"earliest block ({lines})"
    )
    events = seen.first(gone, "first that left") + seen.last(gone, "last that left")
    events += [Cited(phone.goes_on, f"{phone.bytes_up:,} bytes left by phone") for phone in phones]
    return Measured(share(max(0, before - after), possible), because, cite(events))
