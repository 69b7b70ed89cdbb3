"""Metrics of care: measures that fit, work that goes on, people who are asked, things that are left alone."""

from __future__ import annotations

from sim.base.time import MINUTE
from sim.exercise.score.evaluated import LEFT_ALONE, Cited, Evaluated, Measured, cite
from sim.exercise.score.formulas import late, weighed
from sim.exercise.score.lost_work import lost_work
from sim.exercise.score.sanctions import FORCE, FULL, Sanction, sanctions
from sim.exercise.score.truth import app_rows
from sim.scenario.objectives import Measure, ObjectiveSpec

TOO_MUCH = 25
"""Points that each unit of force costs where nothing is to be stopped: a block takes all (ours)."""
APPROVED, TOLERATED, OTHER = 4, 2, 1
"""What a minute counts in an approved app, in one that the policy lets be, in any other (ours)."""
WORST_LOSS = 10
"""Weighed minutes for each person of the organisation at which nothing is left of the score (ours)."""
ASKED, INFORMED = 60, 40
"""Points for asking before a measure holds, and for telling the users (ours)."""
SILENT = 50
"""Per cent of what leaving alone is worth where the policy leaves a choice and no reason is given (ours)."""


def _fitting(seen: Evaluated, app_id: str) -> tuple[Measure, ...]:
    """Return the measures against an app that the policy allows."""
    for answer in seen.truth.answers:
        if answer.app == app_id:
            return answer.measures or (tuple(FORCE) if answer.may_stop else ())
    if app_id in seen.bad_apps:
        return ("scoped-block", "block")
    named = any(item.app == app_id for item in seen.truth.prohibited)
    return ("scoped-block",) if named else ()


def _must_stop(seen: Evaluated) -> list[str]:
    """Return the apps that have to be stopped: those prohibited about which the policy leaves no choice."""
    open_to = {answer.app for answer in seen.truth.answers if set(answer.answers) & LEFT_ALONE}
    return [app for app in seen.bad_apps if app not in open_to]


def _excess(seen: Evaluated, done: Sanction) -> int:
    """Return by how much a measure is heavier than the policy allows."""
    return max(0, done.force - max((FORCE[one] for one in _fitting(seen, done.app_id)), default=0))


def _lighter(seen: Evaluated, done: Sanction) -> bool:
    """Tell whether a measure is lighter than any that fits."""
    return done.force < min(FORCE[measure] for measure in _fitting(seen, done.app_id))


def precision(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Whether the measures fit: by their force, right ones against those missing and those too heavy."""
    wanted, done = _must_stop(seen), sanctions(seen)
    right = missed = 0
    for app_id in wanted:
        mine = done.get(app_id)
        part = 0
        if mine is not None and mine.effective:
            part = mine.force if _lighter(seen, mine) else FULL
        right, missed = right + part, missed + FULL - part
    heavy = {one.app_id: extra for one in done.values() if (extra := _excess(seen, one))}
    wrong = sum(heavy.values())
    score = weighed(right, wrong, missed) if wanted else max(0, 100 - TOO_MUCH * wrong) * seen.effort // 100
    lines = aim.line or ", ".join(
        sorted({item.line for item in seen.truth.prohibited} | {*seen.truth.tolerated.values()})
    )
    named = ", ".join(seen.name(app_id) for app_id in list(heavy)[:3])
    more = f" and {len(heavy) - 3} more" if len(heavy) > 3 else ""
    stopped = sum(app in done and done[app].effective and not _lighter(seen, done[app]) for app in wanted)
    fits = f"stopped by a measure that fits: {stopped} of {len(wanted)} apps"
    if not wanted:
        fits = f"no app has to be stopped for everybody, {seen.effort} % of the work was done"
    excess = f"too much against {named}{more}" if heavy else "nothing too much"
    because = f"{fits}; {excess} ({lines})"
    events = [Cited(one.since, f"{one.measure} of {seen.name(one.app_id)}") for one in done.values()]
    return Measured(score, because, cite(events if wanted else events + seen.efforts))


def collateral(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Working minutes that were lost, weighed by what the app is worth; paid by the work done."""
    best = aim.best or 0
    worst = WORST_LOSS * len(seen.world.staff.people) * MINUTE if aim.worst is None else aim.worst
    lost = {app_id: found for app_id, found in _lost(seen).items() if found[0]}
    total = sum(minutes * weight for minutes, weight in lost.values())
    score = late(total * MINUTE, best, worst) * seen.effort // 100
    said = [f"{seen.name(app)} {minutes} min x {weight}" for app, (minutes, weight) in list(lost.items())[:3]]
    more = f" and {len(lost) - 3} more apps" if len(lost) > 3 else ""
    line = aim.line or seen.truth.work_line
    because = f"{total} weighed minutes lost" + (f": {', '.join(said)}{more}" if said else "")
    events = list(seen.efforts)
    for app_id in lost:
        cut = app_rows(seen.world, seen.rows, app_id) & seen.stopped
        events += seen.first(cut, f"first cut off of {seen.name(app_id)}")
    return Measured(score, f"{because}; {seen.effort} % of the work was done ({line})", cite(events))


def _worth(seen: Evaluated, app_id: str) -> int:
    usual = APPROVED if app_id in seen.approved else TOLERATED if app_id in seen.truth.tolerated else OTHER
    return seen.truth.business_weight.get(app_id, usual)


def _lost(seen: Evaluated) -> dict[str, tuple[int, int]]:
    """Return the minutes lost in each app, and what each of them counts; the heaviest loss first.

    `lost_work` says how long each session went without; begun minutes count.
    """
    lost = lost_work(seen.world, seen.rows, seen.base.rows)
    by_app: dict[str, int] = {}
    for place, span in zip(lost.app.tolist(), lost.span.tolist(), strict=True):
        app_id = seen.world.staff.apps[place].id
        by_app[app_id] = by_app.get(app_id, 0) - (-span // MINUTE)
    found = {app_id: (minutes, _worth(seen, app_id)) for app_id, minutes in by_app.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1][0] * one[1][1], one[0])))


def communication(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Whether somebody was asked, or the effect looked up, before a measure held, and the users were told."""
    done = sanctions(seen)
    concerned = {*seen.bad_apps, *(answer.app for answer in seen.truth.answers)}
    apps = sorted(concerned | {app_id for app_id in done if _excess(seen, done[app_id])})
    apps = apps if aim.app is None else [aim.app]
    points, first, reached, events = 0, 0, 0, []
    for app_id in apps:
        before = done[app_id].since if app_id in done else seen.now + 1
        asked = [e for e in _asked(seen, app_id) if e.time < before]
        informed = _informed(seen, app_id)
        first, reached = first + bool(asked), reached + bool(informed)
        if app_id in concerned or app_id == aim.app:
            points += ASKED * bool(asked) + INFORMED * bool(informed)
        events += asked[:1] + informed[:1]
    line = aim.line or seen.truth.work_line
    because = (
        f"asked about or back-tested before any measure: {first} of {len(apps)} apps; "
        f"users told: {reached} of {len(apps)} ({line})"
    )
    return Measured(points // max(1, len(apps)), because, cite(events))


def _asked(seen: Evaluated, app_id: str) -> list[Cited]:
    """Return the questions about an app, and the looks at what a measure would touch, oldest first."""
    found = [
        Cited(q.time, f"{q.asked} was asked about {seen.name(app_id)}")
        for q in seen.world.asking.questions
        if q.app_id == app_id
    ]
    tested = seen.notes.back_tests.get(app_id)
    if tested is not None:
        found.append(Cited(tested, f"whom a block of {seen.name(app_id)} would have touched was looked up"))
    return sorted(found, key=lambda event: event.time)


def _informed(seen: Evaluated, app_id: str) -> list[Cited]:
    """Return what told the users of an app."""
    found = [
        Cited(m.time, f"{m.id} told {len(m.people)} users of {seen.name(app_id)}")
        for m in seen.world.messages.sent
        if m.app_id == app_id and m.people
    ]
    found += [
        Cited(m.time, f"{m.id} told {m.to} about {seen.name(app_id)}")
        for m in seen.notes.messages
        if m.subject == f"app:{app_id}"
    ]
    return sorted(found, key=lambda event: event.time)


def restraint(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Whether what may be was left alone; paid by the work done, so that doing nothing never pays."""
    done = sanctions(seen)
    choices = {answer.app: answer.line for answer in seen.truth.answers if set(answer.answers) & LEFT_ALONE}
    lines = {**seen.truth.tolerated, **choices}
    apps = sorted(lines) if aim.app is None else [aim.app]
    hit = {app_id for app_id in done if _excess(seen, done[app_id])}
    others = set() if aim.app is not None else hit - set(apps)
    points = 0
    for app_id in apps:
        reasoned = app_id not in choices or app_id in done or seen.said_of(app_id) is True
        points += 0 if app_id in hit else 100 if reasoned else SILENT
    score = points // max(1, len(apps) + len(others)) * seen.effort // 100
    events = [Cited(done[app].since, f"{done[app].measure} of {seen.name(app)}") for app in sorted(hit)]
    events += seen.efforts
    named = (
        aim.line or ", ".join(sorted({lines[app] for app in apps if app in lines})) or seen.truth.work_line
    )
    because = (
        f"{len(set(apps) - hit)} of {len(apps)} were left alone, {len(others)} others were not; "
        f"{seen.effort} % of the work was done ({named})"
    )
    return Measured(score, because, cite(events))
