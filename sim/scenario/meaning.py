"""What can be wrong in a scenario beyond the shape of its parts: names of nothing, what an era lacks."""

from __future__ import annotations

from collections.abc import Iterator

from sim.base.errors import InputError, Problem, nearest
from sim.base.time import DAY, MINUTE, from_iso
from sim.base.yamlfile import Document
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.streams import GLOBAL, SESSION_CONTROL, WIN10
from sim.engine.enforcement.gateways import WEB_GATEWAYS, kind_name, scripted
from sim.engine.enforcement.settings import setting
from sim.scenario.eras import HOPS, Era
from sim.scenario.expect import PLAYERS
from sim.scenario.schema import BROWSERS, Scenario
from sim.scenario.solution_problems import named_apps as apps_of_solution
from sim.scenario.story_problems import named_apps as apps_of_story


def era_problems(
    scenario: Scenario, source: Document, whole: Catalog, catalog: Catalog, era: Era
) -> Iterator[Problem]:
    """Yield what the file names that its era does not have; `catalog` is what the era left of the `whole`."""
    yield from _not_yet(scenario, source, whole, catalog)
    yield from _proxies(scenario, source, era)
    yield from _single_sign_on(scenario, source, catalog)
    yield from _managed(scenario, source, era)
    yield from _no_such_browser(scenario, source, era)


def breach_problems(scenario: Scenario, source: Document, end: int | None) -> Iterator[Problem]:
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
    for i, each in enumerate(scenario.life.adoption if scenario.life else ()):
        yield each.app, ("life", "adoption", i, "app")
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


def name_problems(scenario: Scenario, source: Document, catalog: Catalog) -> Iterator[Problem]:
    """Yield the people, apps, lines and other names that are not in the file."""
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
    aims = {aim.id for aim in scenario.aims}
    for i, hint in enumerate(scenario.hints):
        if hint.helps and hint.helps not in aims:
            yield unknown("objective", hint.helps, aims, "hints", i, "helps")
    players = {*PLAYERS, *scenario.players}
    for name in scenario.expect:
        if name not in players:
            yield unknown("player", name, players, "expect", name)
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
