"""What can be wrong in the objectives and in what the truth leaves open: names that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from sim.base.errors import CommandRefused, Problem, nearest
from sim.base.yamlfile import Document, Path
from sim.engine.catalog.model import Catalog
from sim.engine.enforcement.settings import SETTINGS, setting
from sim.scenario.eras import Era
from sim.scenario.objectives import FLOWS, ObjectiveSpec
from sim.scenario.schema import Scenario


def objective_problems(scenario: Scenario, source: Document, catalog: Catalog, era: Era) -> Iterator[Problem]:
    """Yield the apps, people, policy lines and settings that are named and are not there."""
    lines = [line.id for line in scenario.documents.policy]
    prohibited = [item.app for item in scenario.truth.prohibited]
    people = [member.id for member in scenario.organisation.cast]

    def unless(kind: str, value: str, known: list[str], path: Path) -> Iterator[Problem]:
        if value not in known:
            advice = nearest(value, known, "there is none")
            yield Problem(f"OBJECTIVE-{kind.upper()}", f"no {kind} {value!r}", source.place(path), advice)

    for i, aim in enumerate(scenario.objectives):
        place: Path = ("objectives", i)
        if aim.line:
            yield from unless("line", aim.line, lines, (*place, "line"))
        if aim.app is not None:
            known = prohibited if aim.metric in FLOWS else list(catalog.index)
            yield from unless("app", aim.app, known, (*place, "app"))
        for person in aim.people:
            yield from unless("person", person, people, (*place, "people"))
        if aim.metric == "setting":
            yield from _setting(scenario, source, era, aim, place)
    for i, answer in enumerate(scenario.truth.answers):
        path: Path = ("truth", "answers", i)
        yield from unless("app", answer.app, list(catalog.index), (*path, "app"))
        yield from unless("line", answer.line, lines, (*path, "line"))
    for app in scenario.truth.business_weight:
        yield from unless("app", app, list(catalog.index), ("truth", "business_weight", app))


def _setting(
    scenario: Scenario, source: Document, era: Era, aim: ObjectiveSpec, place: Path
) -> Iterator[Problem]:
    """Yield what is wrong with the setting that an objective names."""
    collectors = [each.name for each in scenario.collectors]
    if aim.setting in collectors or era.portals.switch(aim.setting) is not None:
        if aim.value:
            what = f"{aim.setting} has no values"
            yield Problem("OBJECTIVE-SETTING", what, source.place((*place, "value")), "leave it out")
        return
    if aim.setting not in SETTINGS:
        known = [*(switch.name for switch in era.portals.switches), *collectors, *SETTINGS]
        what = f"nothing here is called {aim.setting!r}"
        advice = nearest(aim.setting, known)
        yield Problem("OBJECTIVE-SETTING", what, source.place((*place, "setting")), advice)
        return
    try:
        setting(aim.setting, era.portals.key).read(aim.value)
    except CommandRefused as refusal:
        for problem in refusal.problems:
            where = source.place((*place, "value"))
            yield Problem("OBJECTIVE-SETTING", problem.what, where, problem.advice)
