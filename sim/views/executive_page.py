"""The executive report as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.engine.discovery.use import EntityUsage
from sim.views import html
from sim.views.amounts import day, moment, number, percent, plural, shares, size
from sim.views.executive import DayRow, Executive, TagRow
from sim.views.html import Bar, Markup, Part, Series, Tone, text
from sim.views.standing import JudgedApp

FEW_DAYS = 4
"""Days from which on a line says more than bars."""

_RISK_TONES: dict[str, Tone] = {"high": "high", "medium": "medium", "low": "low", "not scored": "unknown"}
_RISK_WORDS = {"high": "High", "medium": "Medium", "low": "Low", "not scored": "Not scored"}
_WORDS = {"high": "High", "medium": "Look", "note": "Note"}
_TAGS: tuple[tuple[str, Tone], ...] = (
    ("Sanctioned", "sanctioned"),
    ("Unsanctioned", "unsanctioned"),
    ("Other", "other"),
)


def executive_page(content: Executive) -> str:
    """Return the page."""
    parts = [_head(content)]
    if content.matched is not None:
        parts.append(_matched(content))
    parts.append(_counters(content))
    if content.totals.transactions:
        parts += [*_findings(content), _split(content), *_over_time(content), _categories(content)]
        parts += [_apps(content), *_entities(content)]
    else:
        parts.append(html.section("Nothing discovered", html.paragraph("No transaction is of a known app.")))
    parts += [*_unmatched(content), *_assumed(content)]
    footer = "Made by Unsanctioned. One file, no script, nothing loaded from elsewhere."
    return html.page(f"{content.heading.name} – executive report", *parts, footer=footer)


def _head(content: Executive) -> Markup:
    kind = "Snapshot of logs" if content.heading.kind == "snapshot" else "Continuous report"
    period = (
        "no data"
        if content.heading.first is None
        else f"{moment(content.heading.first)} to {moment(content.heading.last)} UTC"
    )
    facts = [("Period", period), ("Kind", kind)]
    if content.heading.updated is not None:
        facts.append(("Last update", f"{moment(content.heading.updated)} UTC"))
    return html.masthead("Cloud Discovery executive report", content.heading.name, facts)


def _matched(content: Executive) -> Markup:
    share = content.matched
    assert share is not None
    unknown = share.of_transactions - share.transactions
    known = _shared(
        [("Of cataloged apps", share.transactions, "accent"), ("Of no known app", unknown, "unknown")]
    )
    counted = f"{number(share.transactions)} of {number(share.of_transactions)} transactions"
    lead = f"{counted} belong to an app of the catalog"
    if share.bytes is not None and share.of_bytes is not None:
        lead += f", and {percent(share.bytes, share.of_bytes)} of the bytes"
    return html.section(
        "What this report covers", html.stacked_bar(known), lead=f"{lead}. All that follows is about these."
    )


def _counters(content: Executive) -> Markup:
    totals = content.totals
    items = [
        ("apps", number(totals.apps)),
        ("users", totals.users and number(totals.users)),
        ("IP addresses", totals.source_ips and number(totals.source_ips)),
        ("machines", totals.machines and number(totals.machines)),
        ("transactions", number(totals.transactions)),
        ("traffic", totals.bytes_total is not None and size(totals.bytes_total)),
        ("uploaded", totals.bytes_up is not None and size(totals.bytes_up)),
        ("downloaded", totals.bytes_down is not None and size(totals.bytes_down)),
        ("blocked", totals.blocked is not None and number(totals.blocked)),
    ]
    # What no source could know is left out, as the portal does, and not shown as nothing.
    return html.section("At a glance", html.figures((name, str(said)) for name, said in items if said))


def _findings(content: Executive) -> Iterator[Markup]:
    told = [
        html.callout(finding.level, _WORDS[finding.level], finding.title, finding.said)
        for finding in content.findings
    ]
    if not told:
        told = [
            html.callout("note", "Note", "Nothing stands out", "No app in use is risky by what is known.")
        ]
    yield html.section("What needs attention", *told)


def _split(content: Executive) -> Markup:
    whole, word = content.tags.amount, content.measure.word
    risks = _shared(
        [
            (f"{_RISK_WORDS[row.level]}, {plural(row.apps, 'app')}", row.amount, _RISK_TONES[row.level])
            for row in content.risks
        ]
    )
    tags = _shared([(part.label, part.amount, part.tone) for part in _tag_parts(content, content.tags)])
    risk = html.section(
        "Risk",
        html.donut(risks, content.measure.show(whole), word),
        lead=f"{word.capitalize()} by risk level. A score goes from 0 to 10, and 10 is best.",
    )
    tag = html.section(
        "Tags",
        html.donut(tags, tags[0].shown, "sanctioned"),
        lead=f"{word.capitalize()} by what the organisation decided. Other is not decided yet.",
    )
    return html.columns(risk, tag)


def _shared(parts: Sequence[tuple[str, int, Tone]]) -> list[Part]:
    """Return parts that are shown as shares of their sum."""
    shown = shares([amount for _, amount, _ in parts])
    return [Part(label, amount, said, tone) for (label, amount, tone), said in zip(parts, shown, strict=True)]


def _tag_parts(content: Executive, row: TagRow) -> tuple[Part, ...]:
    amounts = (row.sanctioned, row.unsanctioned, row.other)
    return tuple(
        Part(label, amount, content.measure.show(amount), tone)
        for (label, tone), amount in zip(_TAGS, amounts, strict=True)
    )


def _over_time(content: Executive) -> Iterator[Markup]:
    if len(content.days) < 2:
        return
    word = content.measure.word
    lead = f"{word.capitalize()} of known apps on each UTC day."
    if len(content.days) < FEW_DAYS:
        bars = [_day_bar(content, row) for row in content.days]
        yield html.section("Day by day", html.bar_chart(bars), lead=lead)
        return
    series = [Series(f"All {word}", tuple(row.amount for row in content.days), "accent")]
    if content.tags.unsanctioned:
        unsanctioned = tuple(row.unsanctioned for row in content.days)
        series.append(Series("Unsanctioned", unsanctioned, "unsanctioned"))
    top = max(content.days, key=lambda row: row.amount)
    drawn = html.line_chart(
        [day(row.day) for row in content.days],
        series,
        f"Top of the chart: {content.measure.show(top.amount)}, on {day(top.day)}",
    )
    yield html.section("Day by day", drawn, lead=lead)


def _day_bar(content: Executive, row: DayRow) -> Bar:
    shown = content.measure.show(row.amount)
    return Bar(day(row.day), shown, (Part(content.measure.word, row.amount, shown, "accent"),))


def _categories(content: Executive) -> Markup:
    bars = [
        Bar(row.name, content.measure.show(row.amount), _tag_parts(content, row), plural(row.apps, "app"))
        for row in content.categories
    ]
    lead = _cut(content, len(bars), content.category_count)
    return html.section("Categories", html.bar_chart(bars), html.legend(_TAGS), lead=lead)


def _cut(content: Executive, shown: int, all_of_them: int) -> str:
    if shown == all_of_them:
        return f"By {content.measure.word}."
    return f"The {shown} with the most {content.measure.word}, of {number(all_of_them)}."


def _apps(content: Executive) -> Markup:
    known = "Known is how much of what a score looks at is known of the app."
    lead = f"{_cut(content, len(content.apps), content.totals.apps)} {known}"
    heads = ("App", "Score", "Known", "Tag", "Users", content.measure.word.capitalize(), "Uploaded")
    rows = [_app(content, found) for found in content.apps]
    return html.section("Top apps", html.table(heads, rows, numbers=(4, 5, 6)), lead=lead)


def _app(content: Executive, found: JudgedApp) -> list[Markup]:
    standing = found.standing
    about = " · ".join((found.app.category, *standing.labels))
    score = html.chip(_score_words(found), _RISK_TONES[standing.risk])
    if standing.overridden:
        score = Markup(f"{score}<small>the organisation's own</small>")
    tone = dict(_TAGS).get(standing.tag, "other")
    return [
        Markup(f"{text(found.app.name)}<small>{text(about)}</small>"),
        score,
        html.meter(standing.coverage),
        html.chip(standing.tag, tone) if standing.tag else text("–"),
        text(number(found.usage.users)),
        text(content.measure.show(found.amount)),
        text(size(found.usage.bytes_up)),
    ]


def _score_words(found: JudgedApp) -> str:
    score = found.standing.score
    return "not scored" if score is None else f"{score} · {found.standing.risk}"


def _entities(content: Executive) -> Iterator[Markup]:
    lists = (
        ("Top users", content.users, content.totals.users),
        ("Top IP addresses", content.source_ips, content.totals.source_ips),
        ("Top machines", content.machines, content.totals.machines),
    )
    shown = [(title, rows, total or 0) for title, rows, total in lists if rows]
    sections = [_ranking(content, title, rows, total) for title, rows, total in shown]
    sections.append(_countries(content))
    for place in range(0, len(sections), 2):
        pair = sections[place : place + 2]
        yield html.columns(*pair) if len(pair) == 2 else pair[0]


def _ranking(content: Executive, title: str, rows: Sequence[EntityUsage], total: int) -> Markup:
    amounts = ((row, content.measure.amount(row)) for row in rows)
    bars = [_one(content, row.name, amount, row.apps) for row, amount in amounts]
    return html.section(title, html.bar_chart(bars), lead=_cut(content, len(bars), total))


def _countries(content: Executive) -> Markup:
    bars = [_one(content, row.name, row.amount, row.apps) for row in content.countries]
    lead = f"Where vendors are at home. {_cut(content, len(bars), content.country_count)}"
    return html.section("Headquarters", html.bar_chart(bars), lead=lead)


def _one(content: Executive, label: str, amount: int, apps: int) -> Bar:
    shown = content.measure.show(amount)
    part = Part(content.measure.word, amount, shown, "accent")
    return Bar(label, shown, (part,), plural(apps, "app"))


def _unmatched(content: Executive) -> Iterator[Markup]:
    if not content.unmatched_count:
        return
    rows = [
        [text(domain.name), text(number(domain.transactions)), text(size(domain.bytes_total))]
        for domain in content.unmatched
    ]
    cut = f"The {len(rows)} with the most transactions, of {number(content.unmatched_count)}. "
    lead = "They may be plain sites, or apps that the catalog lacks."
    drawn = html.table(("Domain", "Transactions", "Traffic"), rows, numbers=(1, 2))
    cut = cut if len(rows) < content.unmatched_count else ""
    yield html.section("Domains of no known app", drawn, lead=cut + lead)


def _assumed(content: Executive) -> Iterator[Markup]:
    if content.assumed:
        yield html.section("What was assumed", html.bullets(content.assumed))
