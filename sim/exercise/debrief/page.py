"""The debrief as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from sim.base.time import show_clock
from sim.exercise.debrief import QUESTIONS, Debrief
from sim.exercise.debrief.timeline import Entry
from sim.exercise.debrief.words import (
    LANES,
    account,
    cited,
    headline,
    place,
    standing,
)
from sim.exercise.score import Objective
from sim.views import html
from sim.views.amounts import number, plural, size
from sim.views.html import Markup, Series, Tone, text

TONES: tuple[Tone, ...] = ("accent", "unsanctioned", "sanctioned")
"""The trainee's curve, that of doing nothing, the oracle's."""
STROKES = ("solid", "dashed", "dotted")
"""How the style sheet draws these tones, so that no colour says it alone."""
MOST_ENTRIES = 80
"""Lines of the timeline on the page (ours)."""
FOOTER = "Made by Unsanctioned. One file, no script, nothing loaded from elsewhere."


def debrief_page(debrief: Debrief, answers: Mapping[str, str] | None = None, committed: str = "") -> str:
    """Return the page; `answers` are the trainee's own, by the key of the question, where they are known."""
    facts = [
        ("Player", debrief.player),
        ("Seed", str(debrief.seed)),
        ("Played until", show_clock(debrief.end, debrief.tz)),
        ("Engine", debrief.engine),
    ]
    parts = [
        html.masthead("Debrief", debrief.title, facts),
        _account(answers or {}),
        _result(debrief),
        _moments(debrief),
        _charts(debrief),
        _timeline(debrief),
        html.columns(
            _points("Strengths", debrief.strengths, "Nothing reached 80 of 100 this time."),
            _points("To work on", debrief.areas, "Every objective reached 80 of 100."),
        ),
        _ledgers(debrief),
        _commitment(debrief, committed),
    ]
    return html.page(f"{debrief.title} – debrief", *parts, footer=FOOTER)


def _account(answers: Mapping[str, str]) -> Markup:
    """Return the three questions, before any figure."""
    if not any(answers.values()):
        asked = html.bullets(question for _, question in QUESTIONS)
        lead = "Answer these before you read on, to somebody or in writing."
        return html.section("Your own account", asked, lead=lead)
    rows = [[text(question), text(answers.get(key) or "–")] for key, question in QUESTIONS]
    told = html.table(("Question", "Your answer"), rows, caption="Said before any figure", prose=(1,))
    return html.section("Your own account", told)


def _tone(score: int) -> Tone:
    return "low" if score >= 80 else "medium" if score >= 40 else "high"


def _because(one: Objective, tz: ZoneInfo) -> Markup:
    """Return the reason of an objective's score, and the events that it rests on."""
    events = "; ".join(cited(one, tz))
    return Markup(f"{text(one.because)}<small>{text(events)}</small>") if events else text(one.because)


def _objective_table(objectives: Sequence[Objective], tz: ZoneInfo) -> Markup:
    """Return objectives with their points and reasons."""
    rows = [
        [
            text(one.title),
            html.meter(one.score),
            text(f"{one.score * one.weight / 100:g} of {one.weight}"),
            _because(one, tz),
        ]
        for one in objectives
    ]
    heads = ("Objective", "Reached", "Points", "Because")
    return html.table(heads, rows, numbers=(2,), caption="Objectives", prose=(3,))


def _result(debrief: Debrief) -> Markup:
    lost = [f"{one.id}: −{one.points} points, {one.because}" for one in debrief.result.penalties]
    return html.section(
        "What came of it",
        html.figures(
            [
                ("points of 100", str(debrief.result.score)),
                ("the oracle's points", str(debrief.oracle_score)),
                ("prohibited connections let through", number(debrief.curves[0].totals[0])),
                ("minutes of work lost", number(debrief.curves[0].totals[2])),
            ]
        ),
        _objective_table(debrief.result.objectives, debrief.tz),
        *([html.bullets(lost)] if lost else []),
        lead=standing(debrief) + ".",
    )


_WORDS: dict[str, tuple[Literal["high", "medium", "note"], str]] = {
    "late": ("medium", "Earlier"),
    "wrong": ("high", "Leave out"),
    "good": ("note", "Keep"),
}


def _moments(debrief: Debrief) -> Markup:
    drawn = []
    for moment in debrief.moments:
        level, word = _WORDS[moment.kind]
        said = f"{account(moment, debrief.tz)} It shows first in: {place(moment)}."
        drawn.append(html.callout(level, word, headline(moment, debrief.tz), said))
    if not drawn:
        drawn = [html.paragraph("No single action, moved or left out, would have changed how it went.")]
    lead = "What each is worth was found by playing this run again with that one thing otherwise."
    return html.section("The moments that mattered", *drawn, lead=lead if debrief.weighed else "")


def _charts(debrief: Debrief) -> Markup:
    """Return what got through and what work was lost, run by run, as they grew."""
    through = chart("What got through", "Prohibited connections", debrief, "connections")
    lost = chart("Work that was lost", "Minutes at apps that nobody prohibits", debrief, "minutes")
    # Where nothing was sent, connections say it all.
    if not any(line.bytes_up[-1] for line in debrief.curves):
        return html.columns(through, lost)
    sent = chart("What it sent", "Bytes of prohibited connections", debrief, "bytes_up")
    return html.join((html.columns(through, sent), lost))


def chart(
    title: str, what: str, debrief: Debrief, measure: Literal["connections", "bytes_up", "minutes"]
) -> Markup:
    """Return one measure of a run, of doing nothing and of the oracle, as a section with its chart."""
    show: Callable[[int], str] = size if measure == "bytes_up" else number
    labels = [show_clock(time, debrief.tz) for time in debrief.at]
    drawn = []
    for line, tone, stroke in zip(debrief.curves, TONES, STROKES, strict=True):
        values: tuple[int, ...] = getattr(line, measure)
        drawn.append(Series(f"{line.name}: {show(values[-1])} ({stroke})", values, tone))
    most = max(value for line in drawn for value in line.values)
    if not most:
        return html.section(title, html.paragraph("None, in any of these runs."), lead=what)
    return html.section(
        title,
        html.line_chart(labels, drawn, f"Top of the chart: {show(most)}"),
        lead=f"{what}, as they grew.",
    )


def _timeline(debrief: Debrief) -> Markup:
    shown = debrief.entries[:MOST_ENTRIES]
    titles = dict(LANES)
    rows = [
        [
            text(show_clock(one.time, debrief.tz)),
            text(titles[one.lane]),
            Markup(f"{html.chip('harm', 'high')} {text(one.text)}") if one.bad else text(one.text),
        ]
        for one in shown
    ]
    cut = len(debrief.entries) - len(shown)
    more = f" The first {len(shown)}; {plural(cut, 'more')} are left out." if cut else ""
    return html.section(
        "Timeline",
        _lanes(debrief),
        html.table(("When", "Lane", "What"), rows, caption="Everything in the order of its time", prose=(2,)),
        lead=f"What was true, what could be known when, and what you did.{more}",
    )


def _lanes(debrief: Debrief) -> Markup:
    """Return the three lanes as marks over the time of the run."""
    drawn = html.join(
        lane(title, [one for one in debrief.entries if one.lane == name], debrief.start, debrief.end)
        for name, title in LANES
    )
    return Markup(f'<ul class="bars lanes">{drawn}</ul>')


def lane(title: str, entries: Sequence[Entry], start: int, end: int) -> Markup:
    """Return one lane: its title, its entries as marks over the time of the run, their number."""
    marks = html.join(_mark(entry, start, max(1, end - start)) for entry in entries)
    said = text(f"{title}: {plural(len(entries), 'mark')} over the time of the run")
    return Markup(
        f'<li><span class="label">{text(title)}</span>'
        f'<svg class="bar" viewBox="0 0 {html.SCALE} 10" preserveAspectRatio="none" role="img">'
        f'<title>{said}</title>{marks}</svg><span class="value">{len(entries)}</span></li>'
    )


def _mark(entry: Entry, start: int, span: int) -> Markup:
    left = min((entry.time - start) * html.SCALE // span, html.SCALE - 4)
    return Markup(
        f'<rect class="{"high" if entry.bad else "accent"}" x="{left}" y="0" width="4" height="10"/>'
    )


def _points(title: str, objectives: Sequence[Objective], otherwise: str) -> Markup:
    if not objectives:
        return html.section(title, html.paragraph(otherwise))
    return html.section(title, html.bullets(f"{one.title}: {one.because}" for one in objectives))


def _ledgers(debrief: Debrief) -> Markup:
    through = [
        [
            text(debrief.apps[one.app_id]),
            text(number(one.connections)),
            text(number(one.people)),
            text(size(one.bytes_up)),
        ]
        for one in debrief.result.exposure
    ]
    lost = [
        [
            text(debrief.apps[one.app_id]),
            text("approved" if one.approved else "not prohibited"),
            text(number(one.sessions)),
            text(number(one.people)),
            text(", ".join(one.rules)),
        ]
        for one in debrief.result.collateral
    ]
    exposed = html.table(
        ("App", "Connections", "People", "Sent"),
        through,
        numbers=(1, 2, 3),
        caption="What got through to a prohibited use",
    )
    parts = [exposed]
    if lost:
        heads = ("App", "Kind", "Sessions", "People", "Cut off by")
        parts.append(html.table(heads, lost, numbers=(2, 3), caption="Work that was cut off", prose=(4,)))
    else:
        parts.append(html.paragraph("No work was cut off."))
    return html.section("Ledgers", *parts, *_displaced(debrief))


def _displaced(debrief: Debrief) -> list[Markup]:
    """Return what went out although people were stopped, if anything did."""
    rows = [
        [
            Markup(f"{text(debrief.apps[one.app_id])}<small>{text(one.rule)}</small>"),
            text(f"{one.way.replace('-', ' ')}: {debrief.apps[one.target]}"),
            text("yes" if one.seen else "no"),
            text(number(one.connections)),
            text(number(one.people)),
            text(size(one.bytes_up)),
        ]
        for one in debrief.result.displaced
    ]
    heads = ("Stopped at", "Went on by", "Any log sees it", "Connections", "People", "Sent")
    caption = "What went out all the same"
    return [html.table(heads, rows, numbers=(3, 4, 5), caption=caption)] if rows else []


def _commitment(debrief: Debrief, committed: str) -> Markup:
    if committed:
        return html.section("One commitment", html.paragraph(committed), lead="Your next briefing shows it.")
    suggested = debrief.suggestion()
    example = [html.paragraph(f"For example: {suggested}")] if suggested else []
    lead = "Name one thing that you will do otherwise in the next run."
    return html.section("One commitment", *example, lead=lead)
