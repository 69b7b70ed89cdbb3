"""What an organisation says about apps in its portal: custom apps, scores of its own, notes.

"Add custom apps to Cloud Discovery" and "Override app score" (Cloud App Security docs). Who changed what
goes into the governance log.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.base.errors import CommandRefused, Problem, nearest
from sim.engine.catalog.app import CATEGORIES, App
from sim.engine.catalog.domains import network, reject
from sim.engine.catalog.folder import suffix_test
from sim.engine.catalog.model import Catalog

CUSTOM_APP = "Custom app"
"""The tag that every custom app carries and nobody can take away (documented)."""

HOSTING = ("On premises", "Azure", "Amazon Web Services", "Google Cloud", "Other")
"""What the form offers as hosting platform (the field is documented, its values are our guess)."""

LONGEST_NAME = 80
LONGEST_NOTE = 1000
"""Characters (ours)."""

Write = Callable[[int, str, str, str, str], None]
"""Adds a line to the governance log: time, actor, action, target, detail."""


@dataclass(frozen=True, slots=True)
class CustomForm:
    """What the form "Add custom app" asks for; addresses are needed where a log has no URL."""

    name: str
    category: str
    domains: tuple[str, ...]
    hosting_platform: str
    score: int
    description: str = ""
    ips: tuple[str, ...] = ()
    business_unit: str = ""


@dataclass(frozen=True, slots=True)
class OwnScore:
    """A score that the organisation gave an app instead of the one worked out."""

    score: int
    note: str
    time: int
    actor: str


class OwnApps:
    """What one organisation says about apps, by app id."""

    def __init__(self, write: Write) -> None:
        self.forms: dict[str, CustomForm] = {}
        """The custom apps."""
        self.scores: dict[str, OwnScore] = {}
        self.notes: dict[str, str] = {}
        self._write = write

    def add(self, now: int, actor: str, form: CustomForm, catalog: Catalog) -> App:
        """Return a custom app that `catalog` lacks, or refuse the form with everything wrong in it."""
        problems = [*_problems(form, catalog)]
        if problems:
            raise CommandRefused(problems)
        app = App(
            id=_new_id(form.name, catalog),
            name=form.name.strip(),
            category=form.category,
            vendor="",
            homepage="",
            domains=tuple(map(_domain, form.domains)),
            description=form.description.strip(),
            ips=tuple(text.strip() for text in form.ips),
        )
        self.forms[app.id] = form
        self.scores[app.id] = OwnScore(form.score, "", now, actor)
        self._write(now, actor, "Add custom app", app.id, ", ".join((*app.domains, *app.ips)))
        return app

    def override(self, now: int, actor: str, app: App, score: int, note: str) -> None:
        """Give an app another score; it counts at once, and no weight changes (documented)."""
        if not 0 <= score <= 10:
            raise CommandRefused(
                Problem("SCORE-RANGE", f"{score} is no score", advice="give 0 to 10; 10 is best")
            )
        self.scores[app.id] = OwnScore(score, _text(note), now, actor)
        self._write(
            now, actor, "Override app score", app.id, _text(f"{score}: {note}" if note else str(score))
        )

    def reset(self, now: int, actor: str, app: App) -> None:
        """Take an overridden score back, so that the one worked out counts again."""
        if app.id in self.forms:
            what = f"{app.name} is a custom app, and its score is yours"
            raise CommandRefused(Problem("SCORE-CUSTOM", what, advice="give another one instead"))
        if app.id not in self.scores:
            what = f"the score of {app.name} is not overridden"
            raise CommandRefused(Problem("SCORE-SAME", what, advice="there is nothing to take back"))
        del self.scores[app.id]
        self._write(now, actor, "Reset app score", app.id, "")

    def note(self, now: int, actor: str, app: App, text: str) -> None:
        """Keep a note on an app; an empty one takes it away."""
        said = _text(text)
        if said:
            self.notes[app.id] = said
        else:
            self.notes.pop(app.id, None)
        self._write(now, actor, "Note on app" if said else "Remove note on app", app.id, said)


def _text(text: str) -> str:
    return " ".join(text.split())[:LONGEST_NOTE]


def _domain(text: str) -> str:
    return text.strip().lower().removesuffix(".")


def _problems(form: CustomForm, catalog: Catalog) -> list[Problem]:
    name = form.name.strip()
    found: list[Problem] = []

    def wrong(rule: str, what: str, advice: str) -> None:
        found.append(Problem(rule, what, advice=advice))

    if not 0 < len(name) <= LONGEST_NAME:
        wrong("APP-NAME", "a custom app needs a name", f"use 1 to {LONGEST_NAME} characters")
    elif any(app.name.casefold() == name.casefold() for app in catalog.apps):
        wrong("APP-NAME", f"there is an app {name!r} already", "use another name")
    if form.category not in CATEGORIES:
        wrong("APP-CATEGORY", f"no category {form.category!r}", nearest(form.category, CATEGORIES))
    if form.hosting_platform not in HOSTING:
        platform = form.hosting_platform
        wrong("APP-HOSTING", f"no hosting platform {platform!r}", nearest(platform, HOSTING))
    if not 0 <= form.score <= 10:
        wrong("SCORE-RANGE", f"{form.score} is no score", "give 0 to 10; 10 is best")
    if not form.domains and not form.ips:
        wrong("APP-DOMAIN", "a custom app needs a domain or an address", "nothing would ever be found")
    is_public = suffix_test(asked=bool(form.domains))
    for domain in map(_domain, form.domains):
        reason = reject(domain, is_public)
        owner = _owner(domain, catalog)
        if reason is not None:
            wrong("APP-DOMAIN", f"bad domain {domain!r}", reason)
        elif owner is not None:
            wrong("APP-DOMAIN", f"{domain} is a domain of {owner.name}", "name one that is yours alone")
    claimed = {str(network(text)): app.name for app in catalog.apps for text in app.ips}
    for address in form.ips:
        given = network(address.strip())
        if given is None:
            wrong("APP-ADDRESS", f"{address!r} is no address", "write 198.51.100.7 or 203.0.113.0/28")
        elif str(given) in claimed:
            wrong(
                "APP-ADDRESS", f"{address} belongs to {claimed[str(given)]}", "name one that is yours alone"
            )
    return found + _twice(form)


def _twice(form: CustomForm) -> list[Problem]:
    given: Sequence[str] = [*map(_domain, form.domains), *(text.strip() for text in form.ips)]
    twice = sorted({each for each in given if given.count(each) > 1})
    return [Problem("APP-DOMAIN", f"{each} stands there twice", advice="keep one") for each in twice]


def _owner(domain: str, catalog: Catalog) -> App | None:
    """Return the app that lists this very domain; its sub-domains may be another's."""
    return next((app for app in catalog.apps if domain in app.domains), None)


def _new_id(name: str, catalog: Catalog) -> str:
    """Return an id made of the name, numbered where it is taken."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", folded).strip("-") or "custom-app"
    taken = (stem, *(f"{stem}-{number}" for number in range(2, len(catalog.apps) + 3)))
    return next(each for each in taken if each not in catalog.index)
