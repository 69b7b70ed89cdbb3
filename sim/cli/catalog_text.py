"""The text that `unsanctioned catalog` prints for people.

Hosts come from logs and apps from files of strangers: every cell is a rich `Text` of escaped
characters, so that neither the terminal nor rich's markup obeys any of it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.text import plain
from sim.cli.catalog_data import WHOSE, FactRow, facts, unknown
from sim.engine.catalog.app import App
from sim.engine.catalog.check import Checked
from sim.engine.catalog.factors import FACTORS, SECTIONS, Section
from sim.engine.catalog.own import TenantCatalog
from sim.engine.catalog.score import RiskLevel, coverage, risk_level
from sim.engine.catalog.score_settings import FOUNDED

_WIDTH_OF_A_FILE = 140
_RISK_STYLE: dict[RiskLevel, str] = {
    "high": "red",
    "medium": "yellow",
    "low": "green",
    "not scored": "dim",
}
_NOTE = "In brackets: how much of the weight is known. * is overridden by the organisation."


def show_found(own: TenantCatalog, text: str, found: Sequence[App]) -> None:
    """Print the apps that a search found."""
    console = _console()
    if not found:
        console.print(_text(f"No app of the catalog has {text!r} in its name, vendor, domains or category."))
        return
    table = _table("App", "Name", "Category", "Vendor", "Score", "Domains")
    for app in found:
        domains = ", ".join((*app.domains, *app.ips))
        vendor = _text(app.vendor)
        table.add_row(
            _text(app.id), _text(app.name), _text(app.category), vendor, _score(own, app), _text(domains)
        )
    console.print(table)
    _foot(console)


def show_hosts(own: TenantCatalog, matches: Sequence[tuple[str, tuple[App, str] | None]]) -> None:
    """Print which app each host leads to."""
    console = _console()
    table = _table("Host", "App", "Name", "Category", "Score", "Domain")
    for host, match in matches:
        if match is None:
            table.add_row(_text(host), Text("no app of the catalog", "dim"))
        else:
            app, domain = match
            table.add_row(
                _text(host),
                _text(app.id),
                _text(app.name),
                _text(app.category),
                _score(own, app),
                _text(domain),
            )
    console.print(table)
    if any(match is not None for _, match in matches):
        _foot(console)


def show_app(own: TenantCatalog, app: App) -> None:
    """Print everything that the catalog says about an app."""
    console = _console()
    console.print(Text.assemble((plain(app.name), "bold"), f"  {plain(app.id)}"))
    country = own.catalog.countries.get(app.headquarters or "", "")
    override = own.override(app)
    rows = {
        "Category": app.category,
        "Description": app.description,
        "Vendor": app.vendor or "unknown",
        "Headquarters": f"{country} ({app.mark})" if country else "unknown",
        "Homepage": app.homepage or "unknown",
        "Domains": ", ".join(app.domains),
        "Addresses": ", ".join(app.ips),
        "Tags": ", ".join((*(["Custom app"] if app.id in own.custom else []), *override.tags)),
        "Notes": override.notes,
    }
    for title, value in rows.items():
        if value:
            console.print(Text.assemble((f"{title:<13}", "dim"), plain(value)))
    console.print()
    for line in _verdict(own, app):
        console.print(line)
    stated, missing = facts(own, app), set(unknown(own, app))
    for section in SECTIONS:
        _section(console, own, app, section, [row for row in stated if row.section == section], missing)


def show_checked(found: Sequence[Checked]) -> None:
    """Print what checked files hold."""
    console = _console()
    for part in found:
        counts = [
            (part.apps, "apps"),
            (part.categories, "categories"),
            (part.domains, "domains"),
            (part.scored, "apps with a score"),
            (part.overrides, "overrides"),
        ]
        held = ", ".join(f"{count:,} {what}" for count, what in counts if count)
        console.print(_text(f"{part.name}: nothing wrong{f' in {held}' if held else ''}"), soft_wrap=True)


def _verdict(own: TenantCatalog, app: App) -> list[Text]:
    """Return the lines that say what the score is, whose it is, and how much it rests on."""
    settings = own.catalog.settings
    known, least = coverage(app, settings), settings.minimum_coverage_percent
    worked_out, total = own.catalog.score(app), own.score(app)
    risk = risk_level(total, settings)
    lines = []
    if own.override(app).score is not None:
        lines.append(("Score", f"{total} of 10 ({risk} risk), overridden by the organisation"))
    title = "Worked out" if lines else "Score"
    if worked_out is None:
        lines.append((title, f"not scored: {known} % of the weight is known, {least} % is needed"))
    else:
        level = risk_level(worked_out.total, settings)
        basis = f"{worked_out.total} of 10 ({level} risk), from facts that make up {known} % of the weight"
        lines.append((title, basis))
    unknowns = "What is unknown stays unknown: nothing is guessed, and it counts neither for nor against."
    shown = [Text.assemble((f"{title:<13}", "dim"), (said, _RISK_STYLE[risk])) for title, said in lines]
    return [*shown, Text(WHOSE), Text(unknowns)]


def _section(
    console: Console,
    own: TenantCatalog,
    app: App,
    section: Section,
    rows: Sequence[FactRow],
    missing: set[str],
) -> None:
    """Print a section's score, its stated facts, and what of it is unknown."""
    worked_out = own.catalog.score(app)
    total = None if worked_out is None else worked_out.sections.get(section)
    shown = "not scored" if total is None else f"{total} of 10"
    console.print(Text.assemble("\n", (section.capitalize(), "bold"), f": {shown}"))
    if rows:
        table = _table("Fact", "Value", "Points", "Mark")
        for row in rows:
            table.add_row(
                Text(_words(row.name)), _text(_said(row)), Text(_points(row)), _text(_known_from(row))
            )
        console.print(table)
    names = [name for name in FACTORS if FACTORS[name].section == section and name in missing]
    if section == "general" and FOUNDED in missing:
        names.insert(0, FOUNDED)
    if names:
        console.print(Text(f"Unknown: {', '.join(map(_words, names))}", "dim"))


def _points(row: FactRow) -> str:
    if not row.scored:
        return "not scored"
    if row.points is None:
        return "left out"
    return _tenths(row.points)


def _tenths(value: Fraction) -> str:
    whole, tenth = divmod(int(value * 10), 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def _known_from(row: FactRow) -> str:
    return f"{row.mark}: {row.document}" if row.document else row.mark


def _said(row: FactRow) -> str:
    if isinstance(row.value, bool):
        return "yes" if row.value else "no"
    return ", ".join(row.value) if isinstance(row.value, tuple) else str(row.value)


def _words(name: str) -> str:
    return name.replace("-", " ")


def _score(own: TenantCatalog, app: App) -> Text:
    total, known = own.score(app), coverage(app, own.catalog.settings)
    star = "*" if own.override(app).score is not None else ""
    said = "not scored" if total is None else f"{total}{star}"
    return Text(f"{said} ({known} %)", _RISK_STYLE[risk_level(total, own.catalog.settings)])


def _foot(console: Console) -> None:
    console.print(Text(f"{WHOSE} {_NOTE}", "dim"))


def _table(*titles: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _console() -> Console:
    console = Console(highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _WIDTH_OF_A_FILE
    return console


def _text(text: str) -> Text:
    return Text(plain(text))
