"""What can be wrong in a solution beyond its shape: names that are not there, times out of play."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from sim.base.errors import Problem, nearest
from sim.base.yamlfile import Document, Path
from sim.scenario.solution import ACCOUNT, Step, Wait
from sim.scenario.story import When
from sim.scenario.story_problems import moment, time_problems


def named_apps(steps: tuple[Step, ...]) -> Iterator[tuple[str, Path]]:
    """Yield every app that the solution names, and where."""
    for s, step in enumerate(steps):
        path: Path = ("solution", s)
        if step.when is not None and step.when.app is not None:
            yield step.when.app, (*path, "when", step.when.condition)
        yield from ((one.app, (*path, "find", f, "app")) for f, one in enumerate(step.find))
        for c, command in enumerate(step.do):
            for field, value in command.items():
                app = _app_of(field, value)
                if app and command.get("kind") != "add-custom-app":
                    yield app, (*path, "do", c, field)


def _app_of(field: str, value: JsonValue) -> str:
    """Return the app that a field of a command names; "" where it names none."""
    if not isinstance(value, str):
        return ""
    if field in {"app", "alternative"}:
        return value
    kind, _, name = value.partition(":")
    return name if field == "subject" and kind == "app" else ""


def solution_problems(
    steps: tuple[Step, ...],
    source: Document,
    people: set[str],
    sources: set[str],
    span: tuple[str, str],
    tz: ZoneInfo,
) -> Iterator[Problem]:
    """Yield what the solution names that is not there; `span` is start and end of play.

    `people` are the cast's ids, `sources` the names of the data sources.
    """
    ids = [step.id for step in steps]
    for s, step in enumerate(steps):
        path: Path = ("solution", s)
        if step.id and ids.index(step.id) != s:
            place = source.place((*path, "id"))
            yield Problem("SOLUTION-STEP", f"two steps are called {step.id!r}", place, "rename one")
        for f, one in enumerate(step.find):
            for p, person in enumerate(one.people):
                if person not in people:
                    yield _nobody(person, people, source, (*path, "find", f, "people", p))
        for c, command in enumerate(step.do):
            for key, value in command.items():
                for person in ACCOUNT.findall(str(value)):
                    if person not in people:
                        yield _nobody(person, people, source, (*path, "do", c, key))
        if step.when is None:
            continue
        place = source.place((*path, "when", step.when.condition))
        if step.when.done is not None and (step.when.done not in ids or step.when.done == step.id):
            what = f"there is no other step {step.when.done!r}"
            yield Problem(
                "SOLUTION-STEP", what, place, nearest(step.when.done, [name for name in ids if name])
            )
        if step.when.misread is not None and step.when.misread not in sources:
            what = f"no proxy is called {step.when.misread!r}"
            yield Problem("SCENARIO-COLLECTOR", what, place, nearest(step.when.misread, sorted(sources)))
        if step.when.at is not None:
            yield from time_problems("SOLUTION-TIME", _moment_of(step.when), place, span, tz)


def _nobody(person: str, people: set[str], source: Document, path: Path) -> Problem:
    advice = nearest(person, sorted(people), "name one of the cast")
    return Problem("SCENARIO-PERSON", f"unknown person {person!r}", source.place(path), advice)


def due_at(when: Wait, start: int, tz: ZoneInfo) -> int:
    """Return the moment of a step that waits for a time; raise InputError where its `at` is no time."""
    return moment(_moment_of(when), start, tz)


def _moment_of(when: Wait) -> When:
    return When(at=when.at, day=when.day)
