"""Simulator view: the hints of the scenario's author, what each costs, and what the taken ones say."""

from __future__ import annotations

from dataclasses import dataclass

from sim.session.driver import Session
from sim.session.hints import subject_of


@dataclass(frozen=True, slots=True)
class HintRow:
    """One hint."""

    subject: str
    """How a command names it."""
    helps: str
    """The objective that pays for it, by its title."""
    level: int
    price: int
    """Points of that objective; 0 where hints are free."""
    opens: int
    """From when on it is offered."""
    offered: bool
    """Whether it can be taken now: it is time, it was not taken, and those of lower levels were."""
    taken: int | None
    text: str
    """What it says; empty until it is taken."""


def hints(session: Session) -> tuple[HintRow, ...]:
    """Return every hint, by the objective that it helps and its level."""
    scenario, known = session.resolved.scenario, session.notes.hints
    titles = {aim.id: aim.title or aim.id for aim in scenario.aims}
    heaviest = max(scenario.aims, key=lambda aim: aim.weight).id
    free = scenario.mode != "exercise"
    waiting: set[str] = set()
    rows = []
    for hint in sorted(scenario.hints, key=lambda one: (one.helps, one.level)):
        subject, opens = subject_of(hint), session.resolved.start + hint.after
        taken = known.get(subject)
        rows.append(
            HintRow(
                subject,
                titles[hint.helps or heaviest],
                hint.level,
                0 if free else hint.price,
                opens,
                taken is None and hint.helps not in waiting and opens <= session.now,
                taken,
                hint.text if taken is not None else "",
            )
        )
        if taken is None:
            waiting.add(hint.helps)
    return tuple(rows)
