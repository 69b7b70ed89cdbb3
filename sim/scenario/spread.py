"""What a scenario may say of new apps that spread from person to person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from sim.base.errors import InputError, Problem, nearest
from sim.base.located import Strict
from sim.base.time import from_iso, to_datetime
from sim.base.yamlfile import Document

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Percent = Annotated[int, Field(ge=0, le=100)]


class Adopted(Strict):
    """A new app that spreads: some begin, and who works with them hears of it."""

    app: str
    since: str = ""
    """Local date on which the first begin to use it; unsaid: the first day of the past, or else of play."""
    people: tuple[str, ...] = ()
    """Who may begin, as in habits: without people and departments everybody, thinned by `share`."""
    departments: tuple[str, ...] = ()
    share: Percent = 2
    usefulness: Percent = 25
    """Of a hundred who hear of it so many try it (guess); personas differ by `curious`."""
    friction: Percent = 30
    """Of a hundred who try it so many get no farther than its sign-up (guess)."""


def spread_problems(scenario: Scenario, source: Document, tz: ZoneInfo) -> Iterator[Problem]:
    """Yield apps that spread twice, people and departments that are not there, and days that never come."""
    if scenario.life is None:
        return
    people = sorted(member.id for member in scenario.organisation.cast)
    departments = sorted(department.name for department in scenario.organisation.departments)
    apps: set[str] = set()
    for i, each in enumerate(scenario.life.adoption):
        path = ("life", "adoption", i)
        if each.app in apps:
            what = f"{each.app} spreads already"
            yield Problem("SCENARIO-ADOPTION", what, source.place((*path, "app")), "name each app once")
        apps.add(each.app)
        for key, known in (("people", people), ("departments", departments)):
            for name in getattr(each, key):
                if name not in known:
                    what = f"nothing under {key} is called {name!r}"
                    yield Problem("SCENARIO-ADOPTION", what, source.place((*path, key)), nearest(name, known))
        if each.since:
            yield from _day(scenario, each, source, (*path, "since"), tz)


def _day(
    scenario: Scenario, adopted: Adopted, source: Document, path: tuple[str | int, ...], tz: ZoneInfo
) -> Iterator[Problem]:
    try:
        since, start, end = (from_iso(text, tz) for text in (adopted.since, scenario.start, scenario.end))
    except InputError as error:
        yield from (Problem(p.rule, p.what, source.place(path), p.advice) for p in error.problems)
        return
    days = scenario.history.days if scenario.history is not None else 0
    first = to_datetime(start, tz).date() - timedelta(days=days)
    if not first <= to_datetime(since, tz).date() <= to_datetime(end, tz).date():
        what = f"{adopted.since} is neither in the past that the scenario gives nor in play"
        yield Problem("SCENARIO-ADOPTION", what, source.place(path), f"write {first} or a later day")
