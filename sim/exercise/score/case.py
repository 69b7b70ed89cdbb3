"""Metrics of what the trainee wrote down: evidence and judgement."""

from __future__ import annotations

from collections.abc import Iterable, Set

from sim.base.time import HOUR
from sim.exercise.score.evaluated import STOP, Cited, Evaluated, Measured, cite
from sim.exercise.score.formulas import Tally, bias, f1, gain, judged, sensitivity
from sim.scenario.objectives import ObjectiveSpec
from sim.scenario.schema import Prohibited
from sim.session.notebook import CitedRow, Evidence

LATEST = 2 * HOUR
"""What an alert raised later than this before the end of the shift does not ask for (ours)."""

Key = tuple[str, int, int, int]
"""A prohibited use: app, user, machine, process."""


def facts_of_item(seen: Evaluated, item: Prohibited) -> set[Key]:
    """Return the uses that one line of the truth prohibits."""
    people = {person.id: person.index for person in seen.world.staff.people}
    meant = {people[name] for name in item.people}
    return {
        (u.app_id, u.user, u.machine, u.process)
        for u in seen.wanted
        if u.app_id == item.app and (not meant or u.user in meant)
    }


def is_right(seen: Evaluated, item: Evidence, keys: Set[Key]) -> bool | None:
    """Tell whether evidence shows some of these uses; None where it claims nothing of the kind.

    Evidence for a subject that was rightly let be is no claim; a query is not looked into yet.
    """
    if item.kind == "query" or _harmless(seen, item.subject):
        return None
    return bool(covered(seen, item, keys))


def _harmless(seen: Evaluated, subject: str) -> bool:
    """Tell whether the verdict on a subject is, rightly, that it may be."""
    kind, _, name = subject.partition(":")
    if kind == "app":
        verdict = seen.notes.verdicts.get(subject)
        return verdict is not None and verdict.verdict not in STOP and seen.said_of(name) is True
    return kind == "alert" and any(a.id == name and a.called is False and not a.bad for a in seen.alerts)


def covered(seen: Evaluated, item: Evidence, keys: Set[Key]) -> set[Key]:
    """Return the uses that a piece of evidence shows.

    An entity shows those that it and the subject have in common; an alert those of its app, and its machine
    where it has one; rows show theirs if at least half of them are prohibited uses.
    """
    scope = _about(seen, item.subject, keys)
    if item.kind == "entity":
        return set() if item.reference == item.subject else _about(seen, item.reference, scope)
    if item.kind == "alert":
        return _about(seen, f"alert:{item.reference}", scope)
    shown = [{key for key in scope if _matches(seen, row, key)} for row in item.cited]
    hits = sum(bool(each) for each in shown)
    return set().union(*shown) if hits and 2 * hits >= len(shown) else set()


def _about(seen: Evaluated, subject: str, keys: Iterable[Key]) -> set[Key]:
    """Return the uses that a subject has a part in."""
    kind, _, name = subject.partition(":")
    staff = seen.world.staff
    if kind == "app":
        return {key for key in keys if key[0] == name}
    if kind == "user":
        return {key for key in keys if seen.world.user_names[key[1]] == name}
    if kind == "machine":
        return {key for key in keys if staff.machines[key[2]].name == name}
    alert = next((a for a in seen.alerts if a.id == name and a.bad), None)
    return {k for k in keys if alert and k[0] == alert.app_id and alert.machine in (None, k[2])}


def _matches(seen: Evaluated, row: CitedRow, key: Key) -> bool:
    """Tell whether a row may be of a use; what its source does not say does not speak against it."""
    app_id, user, machine, process = key
    staff = seen.world.staff
    return row.app_id == app_id and all(
        said in ("", true)
        for said, true in (
            (row.user, seen.world.user_names[user]),
            (row.machine, staff.machines[machine].name),
            (row.process, staff.processes[process]),
        )
    )


def evidence(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """F1 of findings and evidence against the prohibited uses."""
    keys = seen.keys
    lines = aim.line or ", ".join(sorted({u.line for u in seen.wanted}))
    shown: set[Key] = set()
    right = cited = 0
    events = []
    for finding in seen.notes.findings:
        key = (finding.app_id, finding.user, finding.machine, finding.process)
        cited, right, shown = cited + 1, right + (key in keys), shown | ({key} & keys)
        events.append(Cited(finding.time, f"{finding.id} is {'right' if key in keys else 'wrong'}"))
    for item in seen.notes.evidence:
        if is_right(seen, item, keys) is not None:
            mine = covered(seen, item, keys)
            cited, right, shown = cited + 1, right + bool(mine), shown | mine
            what = "shows a use" if mine else "shows no prohibited use"
            events.append(Cited(item.time, f"{item.id} {what}"))
    because = (
        f"{right} of {cited} findings and pieces of evidence are right; "
        f"they show {len(shown)} of {len(keys)} prohibited uses ({lines})"
    )
    return Measured(f1(right, cited, len(shown), len(keys)), because, cite(events))


def judgement(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """How well trouble was told from what only looks like it, and how well the confidence was chosen."""
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    gains, events = 0, []

    def count(bad: bool, right: bool | None, confidence: int, time: int, what: str) -> None:
        nonlocal gains
        counts[bad][0] += 1
        if right is not None:
            counts[bad][1 if right else 2] += 1
            gains += gain(confidence, right)
            events.append(Cited(time, f"{what}: {'right' if right else 'wrong'}, {confidence} % sure"))

    ends = seen.now if seen.notes.handover is None else min(seen.now, seen.notes.handover.time)
    for alert in seen.alerts:
        if alert.standing and (alert.called is not None or alert.time <= ends - LATEST):
            right = None if alert.called is None else alert.called is alert.bad
            count(alert.bad, right, alert.confidence, alert.called_at, f"{alert.id} judged")
    accused = [s.partition(":")[2] for s, v in seen.notes.verdicts.items() if s.startswith("app:")]
    for app_id in [*seen.questions, *sorted({*accused} - {*seen.questions})]:
        verdict, right = seen.notes.verdicts.get(f"app:{app_id}"), seen.said_of(app_id)
        if app_id in seen.questions or right is False:
            bad = bool(STOP & seen.answers.get(app_id, frozenset()))
            sure, time = (verdict.confidence, verdict.time) if verdict else (0, 0)
            count(bad, right, sure, time, f"{seen.name(app_id)} judged")
    signal, noise = (Tally(*counts[bad]) for bad in (True, False))
    silent = signal.things + noise.things - len(events)
    told_apart, leaning = sensitivity(signal, noise), bias(signal, noise)
    lines = aim.line or ", ".join(
        sorted({*(u.line for u in seen.truth.prohibited), *seen.truth.tolerated.values()})
    )
    because = (
        f"verdicts: {signal.right + noise.right} right, {signal.wrong + noise.wrong} wrong, {silent} "
        f"missing; sensitivity {told_apart}, bias {leaning:+} ({lines})"
    )
    return Measured(judged(signal, noise, gains), because, cite(events))
