"""The debrief's sentences: the same in the terminal, on the page and as text."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sim.base.time import show_clock
from sim.exercise.debrief import Debrief
from sim.exercise.debrief.curves import Curve
from sim.exercise.debrief.moments import Moment, Worth
from sim.exercise.score import Objective
from sim.views.amounts import listed, number, plural, size

MOST_CITED = 3
"""Events of an objective that are written out (ours); the JSON has all."""
LANES = (("truth", "What was true"), ("knowable", "What could be known"), ("did", "What you did"))
"""The lanes of the timeline and their titles."""


def headline(moment: Moment, tz: ZoneInfo) -> str:
    """Return when a moment was and what it was about."""
    clock = show_clock(moment.time, tz)
    if moment.kind == "late":
        return f"{clock}: time to {moment.theme}"
    if moment.kind == "wrong":
        return f"{clock}: this cut off work"
    return f"{clock}: done in time"


def account(moment: Moment, tz: ZoneInfo) -> str:
    """Return what could have been done or was done, and what the better way is worth."""
    worth = "" if moment.worth is None else gain(moment.worth)
    if moment.kind == "late":
        given = "you did not do it, or did it another way"
        if moment.acted is not None:
            given = f"you did it at {show_clock(moment.acted, tz)}"
        needs = f", with what it rests on ({moment.needs})" if moment.needs else ""
        end = f" Done then{needs}, it would have {worth}." if worth else ""
        return f"Possible by then: {moment.what}; {given}.{end}"
    if moment.kind == "wrong":
        return f"You: {moment.what}." + (f" Left out, that would have {worth}." if worth else "")
    return f"You: {moment.what}." + (f" Against the same run without it, it {worth}." if worth else "")


def place(moment: Moment) -> str:
    """Return the view that shows it first, and its filter."""
    if moment.where.filter:
        return f"{moment.where.view}, filtered to {moment.where.filter}"
    return moment.where.view


def gain(worth: Worth) -> str:
    """Return what something is worth: `saved 20 prohibited connections (2.1 GB sent) and cost 14 minutes`."""
    flows = plural(abs(worth.connections), "prohibited connection")
    amounts = (
        (worth.connections, f"{flows} ({size(abs(worth.bytes_up), ' ')} sent)"),
        (worth.minutes, f"{plural(abs(worth.minutes), 'minute')} of work"),
    )
    told = [
        f"{word} {listed([said for amount, said in amounts if amount * sign > 0])}"
        for word, sign in (("saved", 1), ("cost", -1))
        if any(amount * sign > 0 for amount, _ in amounts)
    ]
    if worth.points:
        told.append(f"{'gained' if worth.points > 0 else 'lost'} {plural(abs(worth.points), 'point')}")
    return listed(told) if told else ""


def cited(objective: Objective, tz: ZoneInfo) -> list[str]:
    """Return the events behind an objective's score, each with its time: the first ones and the last."""
    told = [f"{show_clock(event.time, tz)} {event.what}" for event in objective.events]
    if len(told) <= MOST_CITED:
        return told
    return [*told[: MOST_CITED - 1], f"({len(told) - MOST_CITED} more)", told[-1]]


def exposure_words(curve: Curve) -> str:
    """Return what got through in a run by its end."""
    connections, sent, _ = curve.totals
    return f"{plural(connections, 'connection')}, {size(sent, ' ')} sent"


def collateral_words(curve: Curve) -> str:
    """Return what work was lost in a run by its end."""
    return f"{plural(curve.totals[2], 'minute')} of work lost"


def standing(debrief: Debrief) -> str:
    """Return the score beside the oracle's."""
    over = "" if debrief.finished else ", as it stands"
    return f"{number(debrief.result.score)} of 100 points{over}; the oracle has {debrief.oracle_score}"
