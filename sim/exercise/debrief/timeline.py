"""A run in three lanes: what was true, what could be known when, and what the trainee did."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from sim.base.time import MINUTE, show_duration
from sim.engine.enforcement.facts import STOPPED
from sim.exercise.score.lost_work import lost_work
from sim.exercise.score.truth import Flags, Use, app_rows, passed, uses
from sim.session.case_commands import GiveVerdict
from sim.session.commands import RecordFinding, SetSwitch, TagApp
from sim.session.driver import Sent, Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.indicator_commands import AddIndicator
from sim.session.people_commands import AskAbout
from sim.session.policy_commands import SavePolicy
from sim.views.amounts import listed, plural
from sim.world.telemetry import Rows

Lane = Literal["truth", "knowable", "did"]

MOST_USES = 10
"""Prohibited uses that are told one by one (ours)."""
MOST_LOSSES = 4
"""Apps whose first loss is told (ours)."""
TOGETHER = 10 * MINUTE
"""Commands of one kind that follow each other within this are told as one (ours)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on one lane of the timeline."""

    time: int
    lane: Lane
    text: str
    bad: bool = False
    """It got through, or work was lost."""


def timeline(session: Session, untouched: Rows) -> tuple[Entry, ...]:
    """Return everything worth telling of a run in the order of its time."""
    found = [*_truth(session), *_lost(session, untouched), *_knowable(session), *did(session)]
    lanes = ("truth", "knowable", "did")
    return tuple(sorted(found, key=lambda entry: (entry.time, lanes.index(entry.lane), entry.text)))


def _rows_of(session: Session, rows: Rows, use: Use) -> Flags:
    mine = app_rows(session.world, rows, use.app_id) & (rows.session >= 0)
    found: Flags = (
        mine & (rows.user == use.user) & (rows.machine == use.machine) & (rows.process == use.process)
    )
    return found


def _said(session: Session, use: Use) -> str:
    """Return a use in words: `Marek Novak uses Sohu News on HF-LT-07 in chrome.exe`."""
    world = session.world
    app, machine = world.tenant.apps[use.app_id].name, world.staff.machines[use.machine].name
    return f"{_person(session, use.user)} uses {app} on {machine} in {world.staff.processes[use.process]}"


def _person(session: Session, user: int) -> str:
    people = session.world.staff.people
    return people[user].name if user < len(people) else session.world.user_names[user]


def _truth(session: Session) -> list[Entry]:
    start = session.resolved.start
    rows = session.world.plane.telemetry.between(0, session.now + 1)
    found: list[Entry] = []
    all_uses = uses(session.world, rows)
    for use in all_uses[:MOST_USES]:
        first = int(rows.time[_rows_of(session, rows, use)][0])
        begun = " already when play begins" if first < start else ""
        found.append(
            Entry(max(first, start), "truth", f"{_said(session, use)}{begun}: {use.why} ({use.line})", True)
        )
    if len(all_uses) > MOST_USES:
        more = plural(len(all_uses) - MOST_USES, "more prohibited use")
        found.append(Entry(start, "truth", f"and {more}, not told one by one", True))
    for app_id in dict.fromkeys(use.app_id for use in all_uses):
        found += _stops(session, rows, [use for use in all_uses if use.app_id == app_id])
    for fired in session.world.story.fired:
        if fired.time >= start:
            # The time at which a beat was set is told by its line.
            cause = "" if fired.cause.startswith("at ") else f", because of {fired.cause}"
            found.append(Entry(fired.time, "truth", f"story: {fired.beat.replace('-', ' ')}{cause}"))
    return found


def _stops(session: Session, rows: Rows, of_app: list[Use]) -> list[Entry]:
    """Return when a prohibited app was first stopped, and when it last got through."""
    name = session.world.tenant.apps[of_app[0].app_id].name
    mine = np.zeros(len(rows), dtype=bool)
    for use in of_app:
        mine |= _rows_of(session, rows, use)
    mine &= rows.time >= session.resolved.start
    stopped = np.flatnonzero(mine & np.isin(rows.outcome, STOPPED))
    through = np.flatnonzero(mine & passed(rows))
    found = []
    if len(stopped):
        found.append(Entry(int(rows.time[stopped[0]]), "truth", f"{name} is stopped for the first time"))
    if len(through):
        last = int(through[-1])
        who = _person(session, int(rows.user[last]))
        process = session.world.staff.processes[int(rows.process[last])]
        text = f"{name} gets through for the last time: {who} in {process}"
        found.append(Entry(int(rows.time[last]), "truth", text, True))
    return found


def _lost(session: Session, untouched: Rows) -> list[Entry]:
    world = session.world
    rows = world.plane.telemetry.between(session.resolved.start, session.now + 1)
    lost = lost_work(world, rows, untouched)
    places, first = np.unique(lost.app, return_index=True)
    found = []
    for place, begin in zip(places.tolist(), first.tolist(), strict=True):
        if place < 0:
            continue
        mine = lost.app == place
        people, span = len(np.unique(lost.user[mine])), int(lost.span[mine].sum())
        name = world.staff.apps[place].name
        who = plural(people, "person", "people")
        text = f"work in {name} is cut off: in all {who}, {show_duration(span)}"
        found.append((span, Entry(int(lost.time[begin]), "truth", text, True)))
    found.sort(key=lambda item: (-item[0], item[1].time, item[1].text))
    return [entry for _, entry in found[:MOST_LOSSES]]


def _knowable(session: Session) -> list[Entry]:
    world, start = session.world, session.resolved.start
    delay = world.era.timeline.sample(world.seed, "timeline")
    rows = world.plane.telemetry.between(0, max(0, session.now - delay) + 1)
    rows = rows.take(world.guards.reported(rows.machine, rows.time))
    found = []
    for use in uses(world, rows)[:MOST_USES]:
        seen = int(rows.time[_rows_of(session, rows, use)][0]) + delay
        machine = world.staff.machines[use.machine].name
        app, process = world.tenant.apps[use.app_id].name, world.staff.processes[use.process]
        text = f"the timeline of {machine} shows {app} in {process}"
        found.append(Entry(max(seen, start), "knowable", text))
    return found + _told(session)


def _told(session: Session) -> list[Entry]:
    """Return what portals and mail told; alerts of one title once, with whom they named."""
    found: list[Entry] = []
    alike: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for item in session.notifications(session.resolved.start):
        if not item.is_alert:
            found.append(Entry(item.time, "knowable", f"{item.portal}: {item.text}"))
            continue
        title, _, subject = item.text.partition(" ")[2].rpartition(": ")
        alike.setdefault((item.portal, title), []).append((item.time, subject))
    for (portal, title), told in alike.items():
        subjects = listed(list(dict.fromkeys(subject for _, subject in told)))
        often = f", {len(told)} alerts" if len(told) > 1 else ""
        found.append(Entry(told[0][0], "knowable", f"{portal}: {title}: {subjects}{often}"))
    return found


def did(session: Session, most: int = 2) -> list[Entry]:
    """Return what the trainee did, commands of one kind together, the first `most` of them in words."""
    found = []
    for _, run in groupby(_runs(session.sent), key=lambda pair: pair[0]):
        sent = [one for _, one in run]
        said = list(dict.fromkeys(words(session, one) for one in sent))
        found.append(Entry(sent[0].time, "did", listed(said, most)))
    return found


def words(session: Session, sent: Sent) -> str:
    """Return a command as one would ask for it; where it has no words here, as the product answered it."""
    tenant = session.world.tenant

    def name(app: str) -> str:
        return tenant.apps[app].name if app in tenant.apps else app

    match sent.command:
        case SetSwitch(name=switch, on=on):
            return f"switch {tenant.find_switch(switch).name} {'on' if on else 'off'}"
        case TagApp(app=app, tag=tag):
            return f"tag {name(app)} {tag}" if tag else f"take the tag from {name(app)}"
        case AddIndicator(value=value, action=action):
            return f"add an indicator for {value}" + (f": {action}" if action else "")
        case SavePolicy(name=title):
            return f"save the policy {title}"
        case PowerShell(machine=machine, line=line):
            return f"{line} on {machine}"
        case VisitSite(machine=machine, process=process, host=host):
            return f"try {host} on {machine} in {process}"
        case AskAbout(app=app, role=role, user=user):
            whom = user if role == "user" and user else f"the {role}" + (f" of {user}" if user else "")
            return f"ask {whom} about {name(app)}"
        case GiveVerdict():
            return f"judge {sent.said}"
        case RecordFinding(app=app, user=user, machine=machine, process=process):
            return f"note that {user} uses {name(app)} on {machine} in {process}"
    return sent.said.partition("\n")[0]


def _runs(sent: list[Sent]) -> list[tuple[int, Sent]]:
    """Number the commands so that those which are told together have the same number."""
    numbered: list[tuple[int, Sent]] = []
    for one in sent:
        before = numbered[-1] if numbered else None
        follows = (
            before is not None
            and type(before[1].command) is type(one.command)
            and one.time - before[1].time <= TOGETHER
        )
        numbered.append(((before[0] if follows else before[0] + 1) if before else 0, one))
    return numbered
