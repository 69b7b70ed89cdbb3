"""Runs side by side as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.base.time import show_clock
from sim.exercise.debrief import Debrief
from sim.exercise.debrief.compare import Comparison
from sim.exercise.debrief.page import FOOTER, chart, lane
from sim.views import html
from sim.views.amounts import number, plural, size
from sim.views.html import Bar, Markup, Part, text

SIDE_BY_SIDE = 4
"""Runs up to which each has its curves and its lane; more are a class."""


def compare_page(found: Comparison) -> str:
    """Return the page."""
    played = found.counted
    facts = [
        ("Runs", number(len(found.rows))),
        ("Executed again", number(len(played))),
        ("Mean", "–" if found.mean is None else f"{found.mean} points"),
    ]
    parts = [html.masthead("Runs side by side", found.title or found.scenario, facts), _scores(found)]
    if played:
        parts.append(_objectives(found))
    if 0 < len(played) <= SIDE_BY_SIDE:
        # Two runs of one player are told apart by their files.
        alike = len({row.name for row in played}) < len(played)
        debriefs = [(row.run if alike else row.name, row.debrief) for row in played if row.debrief]
        parts += [*_curves(debriefs), _lanes(debriefs)]
    if len(played) > 1:
        parts.append(
            html.columns(
                _common("Missed by", "What the oracle did and these runs did not.", found.missed),
                _common("First mistakes", "Where each run first went wrong.", found.first_mistakes),
            )
        )
    return html.page(f"{found.title or found.scenario} – runs side by side", *parts, footer=FOOTER)


def _scores(found: Comparison) -> Markup:
    rows = []
    for row in found.rows:
        let, sent, lost = row.debrief.curves[0].totals if row.debrief else (None, None, None)
        note = f"<small>{text(row.note)}</small>" if row.note else ""
        rows.append(
            [
                Markup(f"{text(row.name)}<small>{text(row.run)}, seed {row.seed}</small>{note}"),
                text("–" if row.score is None else str(row.score) + ("" if row.debrief else "*")),
                text(number(let)),
                text(size(sent)),
                text(number(lost)),
                text(row.first_mistake or "–"),
            ]
        )
    heads = ("Run", "Points", "Let through", "Sent", "Minutes lost", "First mistake")
    drawn = html.table(heads, rows, numbers=(1, 2, 3, 4), caption="Runs, the best first", prose=(5,))
    lead = "Each run was executed again from its commands and judged anew."
    if len(found.counted) < len(found.rows):
        lead += " What bears a star is what its file says; it was not executed here and counts for nothing."
    return html.section("Runs", drawn, lead=lead)


def _objectives(found: Comparison) -> Markup:
    bars = []
    for one in found.objectives:
        mean = found.mean_of(one.id) or 0
        shares = [f"{row.name} {o.score}" for row in found.counted for o in row.objectives if o.id == one.id]
        note = "; ".join(shares[:6]) + (f" and {len(shares) - 6} more" if len(shares) > 6 else "")
        parts = (
            Part("reached", mean, f"{mean} %", "accent"),
            Part("lost", 100 - mean, f"{100 - mean} %", "track"),
        )
        bars.append(Bar(one.title, f"{mean} %", parts, note))
    return html.section(
        "Objectives", html.bar_chart(bars), lead="The mean of the runs, and each run's score."
    )


def _curves(debriefs: Sequence[tuple[str, Debrief]]) -> list[Markup]:
    """Return the charts of every run beside doing nothing and the oracle."""
    named = [
        (name, replace(debrief, curves=(replace(debrief.curves[0], name=name), *debrief.curves[1:])))
        for name, debrief in debriefs
    ]
    return [
        html.columns(
            chart(f"{name}: let through", "Prohibited connections", debrief, "connections"),
            chart(f"{name}: lost work", "Minutes at apps that nobody prohibits", debrief, "minutes"),
        )
        for name, debrief in named
    ]


def _lanes(debriefs: Sequence[tuple[str, Debrief]]) -> Markup:
    did = [
        (entry.time, name, show_clock(entry.time, debrief.tz), entry)
        for name, debrief in debriefs
        for entry in debrief.entries
        if entry.lane == "did"
    ]
    lanes = html.join(
        lane(name, [entry for _, whose, _, entry in did if whose == name], debrief.start, debrief.end)
        for name, debrief in debriefs
    )
    rows = [
        [text(when), text(name), text(entry.text)]
        for _, name, when, entry in sorted(did, key=lambda one: (one[0], one[1], one[3].text))
    ]
    told = html.table(
        ("When", "Run", "What"), rows, caption="Everything in the order of its time", prose=(2,)
    )
    return html.section("What each did", Markup(f'<ul class="bars lanes">{lanes}</ul>'), told)


def _common(title: str, lead: str, counted: Sequence[tuple[str, int]]) -> Markup:
    if not counted:
        return html.section(title, html.paragraph("None."), lead=lead)
    bars = [
        Bar(what, plural(many, "run"), (Part("runs", many, plural(many, "run"), "accent"),))
        for what, many in counted
    ]
    return html.section(title, html.bar_chart(bars), lead=lead)
