"""Find a scenario, check it whole, and resolve it into what a run needs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sim.base.errors import InputError, Place, Problem, ScenarioError, nearest
from sim.base.time import DAY, HOUR, MINUTE, from_iso, zone
from sim.base.yamlfile import Document, load
from sim.engine.catalog.model import Catalog, load_sets
from sim.engine.discovery.streams import GLOBAL, SESSION_CONTROL, WIN10
from sim.engine.enforcement.gateways import WEB_GATEWAYS, kind_name, scripted
from sim.engine.enforcement.settings import setting
from sim.scenario.eras import HOPS, Era, load_era
from sim.scenario.life import Pack, load_pack
from sim.scenario.located import validate
from sim.scenario.objective_problems import objective_problems
from sim.scenario.past import past_problems
from sim.scenario.schema import BROWSERS, Scenario
from sim.scenario.solution_problems import named_apps as apps_of_solution
from sim.scenario.solution_problems import solution_problems
from sim.scenario.story_problems import named_apps as apps_of_story
from sim.scenario.story_problems import story_problems
from sim.scenario.trait_problems import trait_problems

EARLIEST, LATEST = from_iso("1990-01-01"), from_iso("2100-01-01")
"""Play stays between these: the calendar reckons with days before its start and after its end."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A checked scenario with its era, its catalog and its times in microseconds UTC."""

    name: str
    scenario: Scenario
    era: Era
    catalog: Catalog
    tz: ZoneInfo
    start: int
    end: int
    pack: Pack | None = None
    """The numbers of the scenario's life."""

    def dump(self) -> dict[str, Any]:
        """Return what a run file keeps of the scenario: enough to play it again without the file."""
        return {"name": self.name, **self.scenario.model_dump(mode="json")}

    def content_hash(self) -> str:
        """Return the SHA-256 of everything that decides a run but the seed and the commands."""
        parts = [self.dump(), self.era.model_dump(mode="json"), self.catalog.content_hash()]
        if self.pack is not None:
            parts.append(self.pack.model_dump(mode="json"))
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


def shipped() -> list[str]:
    """Return the names of the shipped scenarios, sorted."""
    names = (file.name for file in resources.files("scenarios").iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def read(name: str) -> Document:
    """Return the document of a shipped name, or of a path (it contains / or \\ or .yaml)."""
    if any(mark in name for mark in ("/", "\\", ".yaml")):
        try:
            return load(Path(name).read_text(encoding="utf-8-sig"), name)
        except OSError as error:
            raise InputError(
                Problem(
                    "SCENARIO-READ",
                    f"cannot read {name}",
                    advice=error.strerror or "check the path",
                )
            ) from None
        except UnicodeDecodeError:
            raise InputError(
                Problem("SCENARIO-READ", "not UTF-8 text", Place(name), "save it as UTF-8")
            ) from None
    known = shipped()
    if name not in known:
        raise InputError(
            Problem(
                "SCENARIO-UNKNOWN",
                f"no scenario {name!r}",
                advice=nearest(name, known, f"shipped: {', '.join(known)}"),
            )
        )
    text = resources.files("scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return load(text, f"scenarios/{name}.yaml", shipped=True)


def load_scenario(name: str) -> Resolved:
    """Load a scenario by shipped name or path; raise ScenarioError with every problem found."""
    document = read(name)
    if not isinstance(document.data, dict):
        raise ScenarioError(
            Problem("SCENARIO-EMPTY", "no scenario in the file", Place(document.file), "write one")
        )
    stem = Path(name.replace("\\", "/")).name.removesuffix(".yaml")
    return resolve(stem, validate(Scenario, document), document)


def resolve(name: str, scenario: Scenario, document: Document | None = None) -> Resolved:
    """Check what spans several parts of the scenario, and return it resolved."""
    source = document or Document(None, {}, name)
    whole = load_sets(scenario.catalog)
    problems = list(_problems(scenario, source, whole))
    tz = zone("UTC")
    try:
        tz = zone(scenario.timezone)
    except InputError as error:
        problems.extend(Problem(p.rule, p.what, source.place(["timezone"]), p.advice) for p in error.problems)
    problems.extend(trait_problems(scenario, source, whole, tz))
    cast = {member.id for member in scenario.organisation.cast}
    play = (scenario.start, scenario.end)
    problems.extend(solution_problems(scenario.solution, source, cast, play, tz))
    pack = _pack(scenario, source, tz, problems)
    start, end = (_time(key, getattr(scenario, key), tz, source, problems) for key in ("start", "end"))
    if start is not None and end is not None and start >= end:
        problems.append(
            Problem("SCENARIO-TIME", "end is not after start", source.place(["end"]), "write a later end")
        )
    try:
        delays = {
            name: d.model_dump(exclude_none=True) for name, d in scenario.delays.items() if name in HOPS
        }
        era = load_era(scenario.era, delays)
        catalog = _catalog_of(scenario.catalog, era.catalog.later_categories, era.catalog.later_factors)
        problems.extend(_not_yet(scenario, source, whole, catalog))
        problems.extend(_proxies(scenario, source, era))
        problems.extend(_single_sign_on(scenario, source, catalog))
        problems.extend(past_problems(scenario, source, era))
        problems.extend(_managed(scenario, source, era))
        problems.extend(_no_such_browser(scenario, source, era))
        problems.extend(story_problems(scenario, source, whole, era, tz))
        problems.extend(objective_problems(scenario, source, whole, era))
    except InputError as error:
        problems.extend(Problem(p.rule, p.what, source.place(["era"]), p.advice) for p in error.problems)
    problems.extend(_breaches(scenario, source, end))
    if problems or start is None or end is None:
        raise ScenarioError(problems)
    return Resolved(name, scenario, era, catalog, tz, start, end, pack)


def _pack(scenario: Scenario, source: Document, tz: ZoneInfo, problems: list[Problem]) -> Pack | None:
    """Return the pack of the scenario's life, or add what is wrong with the life."""
    if scenario.life is None:
        return None
    opens, closes = scenario.organisation.hours
    for i, location in enumerate(scenario.life.locations):
        place = source.place(("life", "locations", i, "timezone"))
        try:
            # Both read the same wall clock, so the later moment is that of the zone further west.
            here, there = (from_iso("2019-12-16T12:00", each) for each in (tz, zone(location.timezone)))
        except InputError as error:
            problems.extend(Problem(p.rule, p.what, place, p.advice) for p in error.problems)
            continue
        if opens + there - here < HOUR or closes + there - here > 23 * HOUR:
            what = f"the working hours of {location.name} leave the organisation's day"
            advice = "take a time zone nearer to the scenario's, or other hours"
            problems.append(Problem("SCENARIO-ZONE", what, place, advice))
    try:
        return load_pack(scenario.life.pack)
    except InputError as error:
        place = source.place(("life", "pack"))
        problems.extend(Problem(p.rule, p.what, p.where or place, p.advice) for p in error.problems)
        return None


@lru_cache(maxsize=8)
def _catalog_of(sets: tuple[str, ...], categories: tuple[str, ...], factors: tuple[str, ...]) -> Catalog:
    """Return the catalog of an era, made once: it has thousands of domains."""
    return load_sets(sets).without(categories, factors)


def _time(key: str, text: str, tz: ZoneInfo, source: Document, problems: list[Problem]) -> int | None:
    """Return the time, or add what is wrong with it."""
    try:
        time = from_iso(text, tz)
    except InputError as error:
        problems.extend(Problem(p.rule, p.what, source.place([key]), p.advice) for p in error.problems)
        return None
    if EARLIEST <= time < LATEST:
        return time
    what = f"{key} is not within the years 1990 to 2099"
    problems.append(Problem("SCENARIO-TIME", what, source.place([key]), "write a year within them"))
    return None


_DAY = "write a day such as 2019-12-16"


def _breaches(scenario: Scenario, source: Document, end: int | None) -> Iterator[Problem]:
    """Yield the news whose day cannot be read, or never comes."""
    for i, news in enumerate(scenario.breaches):
        place = source.place(("breaches", i, "date"))
        try:
            day = from_iso(news.date)
        except InputError as error:
            yield from (
                Problem(p.rule, p.what, place, "write a day such as 2019-12-16") for p in error.problems
            )
            continue
        if day % DAY:
            yield Problem("TIME-FORMAT", f"{news.date} is no day", place, "write a day such as 2019-12-16")
        elif end is not None and day >= end:
            what = f"the news of {news.date} comes after the end"
            yield Problem("SCENARIO-TIME", what, place, "write an earlier day")


def _named_apps(scenario: Scenario) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield every app that the scenario names, and where."""
    yield from ((habit.app, ("habits", i, "app")) for i, habit in enumerate(scenario.habits))
    yield from ((app, ("tags", app)) for app in scenario.tags)
    for i, item in enumerate(scenario.truth.prohibited):
        yield item.app, ("truth", "prohibited", i, "app")
    yield from ((app, ("truth", "tolerated", app)) for app in scenario.truth.tolerated)
    for i, approved in enumerate(scenario.documents.approved):
        yield approved.app, ("documents", "approved", i, "app")
    for i, proxy in enumerate(scenario.proxy):
        yield from ((app, ("proxy", i, "blocks", j)) for j, app in enumerate(proxy.blocks))
    yield from ((news.app, ("breaches", i, "app")) for i, news in enumerate(scenario.breaches))
    yield from ((app, ("single_sign_on", i)) for i, app in enumerate(scenario.single_sign_on))
    for name, player in scenario.players.items():
        yield from ((app, ("players", name)) for app in player.unsanction)
    yield from apps_of_story(scenario)
    yield from apps_of_solution(scenario.solution)


def _not_yet(scenario: Scenario, source: Document, whole: Catalog, catalog: Catalog) -> Iterator[Problem]:
    """Yield the apps of a category that the era does not have."""
    for app, path in _named_apps(scenario):
        if app in whole.index and app not in catalog.index:
            category = whole.app(app).category
            what = f"{app} is of the category {category}, which {scenario.era} does not have"
            yield Problem("SCENARIO-ERA", what, source.place(path), "name another app, or a later era")


def _proxies(scenario: Scenario, source: Document, era: Era) -> Iterator[Problem]:
    """Yield what is wrong with the proxies and gateways."""
    departments = [department.name for department in scenario.organisation.departments]
    taken = {WIN10: "a report", GLOBAL: "a report", SESSION_CONTROL: "a report"}
    behind: dict[str, str] = {}
    for i, proxy in enumerate(scenario.proxy):
        if proxy.kind in WEB_GATEWAYS and proxy.kind not in era.gateway_polls:
            advice = "one of: " + ", ".join((*era.gateway_polls, "log"))
            what = f"{scenario.era} does not have the integration of {kind_name(proxy.kind)}"
            yield Problem("SCENARIO-ERA", what, source.place(("proxy", i, "kind")), advice)
        if proxy.blocks and scripted(proxy.kind) is None:
            what = f"{proxy.name} takes no block script"
            yield Problem("SCENARIO-PROXY", what, source.place(("proxy", i, "blocks")), "remove blocks")
        if proxy.name in taken:
            what = f"{proxy.name!r} names {taken[proxy.name]} already"
            yield Problem("SCENARIO-PROXY", what, source.place(("proxy", i, "name")), "use another name")
        taken[proxy.name] = "a proxy"
        for name in proxy.departments or departments:
            if name not in departments:
                where = source.place(("proxy", i, "departments"))
                what = f"unknown department {name!r}"
                yield Problem("SCENARIO-DEPARTMENT", what, where, nearest(name, departments))
            elif name in behind:
                what = f"{name} is behind {behind[name]} already"
                where = source.place(("proxy", i, "departments"))
                yield Problem("SCENARIO-PROXY", what, where, "name each department once")
            behind[name] = proxy.name


def _single_sign_on(scenario: Scenario, source: Document, catalog: Catalog) -> Iterator[Problem]:
    """Yield the apps that could not sign anybody in through a directory."""
    for i, app_id in enumerate(scenario.single_sign_on):
        saml = catalog.app(app_id).factors.get("saml") if app_id in catalog.index else None
        if saml is not None and saml.value is False:
            what = f"{app_id} does not support SAML, says the catalog"
            yield Problem("SCENARIO-SSO", what, source.place(("single_sign_on", i)), "name another app")


def _managed(scenario: Scenario, source: Document, era: Era) -> Iterator[Problem]:
    """Yield the managed settings that the era does not have."""
    for i, standing in enumerate(scenario.managed):
        if not setting(standing.setting, "today").exists_in(era.portals.key):
            what = f"{scenario.era} has no setting {standing.setting}"
            yield Problem("SCENARIO-ERA", what, source.place(("managed", i, "setting")), "name another")


def _no_such_browser(scenario: Scenario, source: Document, era: Era) -> Iterator[Problem]:
    """Yield the browsers that the era does not have."""
    named: list[tuple[str, tuple[str | int, ...]]] = [
        *(
            (m.browser, ("organisation", "cast", i, "browser"))
            for i, m in enumerate(scenario.organisation.cast)
        ),
        *((name, ("organisation", "browsers", name)) for name in scenario.organisation.browsers),
        *((habit.browser, ("habits", i, "browser")) for i, habit in enumerate(scenario.habits)),
    ]
    for browser, path in named:
        if browser in BROWSERS and browser not in era.portals.browsers:
            what = f"{scenario.era} has no browser {browser!r}"
            advice = f"one of: {', '.join(era.portals.browsers)}"
            yield Problem("SCENARIO-BROWSER", what, source.place(path), advice)


def _problems(scenario: Scenario, source: Document, catalog: Catalog) -> Iterator[Problem]:
    people = {member.id for member in scenario.organisation.cast}
    departments = {department.name for department in scenario.organisation.departments}
    opens, closes = scenario.organisation.hours

    def unknown(kind: str, value: str, known: set[str], *path: str | int) -> Problem:
        advice = nearest(value, sorted(known), f"name one that the {kind}s hold")
        return Problem(f"SCENARIO-{kind.upper()}", f"unknown {kind} {value!r}", source.place(path), advice)

    apps = set(catalog.index)
    for app, path in _named_apps(scenario):
        if app not in apps:
            yield unknown("app", app, apps, *path)
    for i, habit in enumerate(scenario.habits):
        for person in habit.people:
            if person not in people:
                yield unknown("person", person, people, "habits", i, "people")
        for department in habit.departments:
            if department not in departments:
                yield unknown("department", department, departments, "habits", i, "departments")
        if habit.browser not in {"own", *BROWSERS} and not habit.browser.endswith(".exe"):
            yield unknown("browser", habit.browser, {"own", *BROWSERS}, "habits", i, "browser")
        if habit.between[0] < opens or habit.between[1] > closes:
            yield Problem(
                "SCENARIO-HOURS",
                f"the habit for {habit.app} leaves the working hours",
                source.place(("habits", i, "between")),
                "keep it within organisation.hours",
            )
    for i, member in enumerate(scenario.organisation.cast):
        if member.department not in departments:
            yield unknown(
                "department",
                member.department,
                departments,
                "organisation",
                "cast",
                i,
                "department",
            )
    if len(people) != len(scenario.organisation.cast):
        yield Problem(
            "SCENARIO-PERSON",
            "two people share an id",
            source.place(("organisation", "cast")),
            "rename",
        )
    named = [member.machine.upper() for member in scenario.organisation.cast if member.machine]
    if len(set(named)) != len(named):
        yield Problem(
            "SCENARIO-MACHINE",
            "two people share a machine name",
            source.place(("organisation", "cast")),
            "rename",
        )
    if len(scenario.organisation.cast) > scenario.organisation.people:
        yield Problem(
            "SCENARIO-PEOPLE",
            "the cast is larger than people",
            source.place(("organisation", "people")),
            "raise it",
        )
    for person in scenario.machines_off:
        if person not in people:
            yield unknown("person", person, people, "machines_off")
    for person in scenario.standard_users:
        if person not in people:
            yield unknown("person", person, people, "standard_users")
    for i, standing in enumerate(scenario.managed):
        for department in standing.departments:
            if department not in departments:
                yield unknown("department", department, departments, "managed", i, "departments")
    lines = {line.id for line in scenario.documents.policy}
    for i, item in enumerate(scenario.truth.prohibited):
        if item.line not in lines:
            yield unknown("line", item.line, lines, "truth", "prohibited", i, "line")
        for person in item.people:
            if person not in people:
                yield unknown("person", person, people, "truth", "prohibited", i, "people")
    for key in ("feed_line", "policy_line", "verify_line", "work_line"):
        line = getattr(scenario.truth, key)
        if line and line not in lines:
            yield unknown("line", line, lines, "truth", key)
    for app, line in scenario.truth.tolerated.items():
        if line not in lines:
            yield unknown("line", line, lines, "truth", "tolerated", app)
    for name, delay in scenario.delays.items():
        if name not in HOPS:
            yield unknown("delay", name, set(HOPS), "delays", name)
        elif name == "machine_pull" and delay.shortest < MINUTE:
            yield Problem(
                "SCENARIO-DELAY",
                "machines cannot pull more often than once a minute",
                source.place(("delays", name)),
                "write 1m or more",
            )
