"""What can be wrong in a scenario's devices, sites, programs and destinations beyond the shape of each."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sim.base.errors import InputError, Problem, nearest
from sim.base.time import from_iso
from sim.base.yamlfile import Document
from sim.engine.catalog.model import Catalog
from sim.scenario.reach import reachable, reachable_apps
from sim.scenario.schema import Scenario
from sim.scenario.sources import collector_problems
from sim.scenario.traits import ORDINARY_SITE, Devices, Stay


def trait_problems(scenario: Scenario, source: Document, catalog: Catalog, tz: ZoneInfo) -> Iterator[Problem]:
    """Yield what the traits name that is not there, and spans that are none."""
    yield from _devices(scenario, source, tz)
    yield from _hosts(scenario, source, catalog)
    proxies = [proxy.name for proxy in scenario.proxy]
    yield from collector_problems(scenario.collectors, proxies, source, tz)
    programs = {habit.browser.lower() for habit in scenario.habits}
    for name in scenario.programs:
        if not name.lower().endswith(".exe"):
            what = f"{name!r} is not the file name of a program"
            advice = nearest(
                name, sorted(p for p in programs if p.endswith(".exe")), "write it as chrome.exe"
            )
            yield Problem("SCENARIO-PROGRAM", what, source.place(("programs", name)), advice)


def _devices(scenario: Scenario, source: Document, tz: ZoneInfo) -> Iterator[Problem]:
    known = {
        "person": {member.id for member in scenario.organisation.cast},
        "department": {department.name for department in scenario.organisation.departments},
        "site": {ORDINARY_SITE, *scenario.sites},
    }
    rules: list[tuple[str, int, Devices | Stay]] = [
        *(("devices", i, rule) for i, rule in enumerate(scenario.devices)),
        *(("stays", i, rule) for i, rule in enumerate(scenario.stays)),
    ]
    for part, i, rule in rules:
        named = [
            *(("person", "people", person) for person in rule.people),
            *(("department", "departments", department) for department in rule.departments),
            *(("site", "site", site) for site in [rule.site] if site is not None),
        ]
        for kind, key, value in named:
            if value not in known[kind]:
                what = f"unknown {kind} {value!r}"
                advice = nearest(value, sorted(known[kind]), f"name one that the {kind}s hold")
                yield Problem(f"SCENARIO-{kind.upper()}", what, source.place((part, i, key)), advice)
    for i, devices in enumerate(scenario.devices):
        for number, (first, last) in enumerate(devices.offline or ()):
            place = source.place(("devices", i, "offline", number))
            try:
                rises = from_iso(first, tz) < from_iso(last, tz)
            except InputError as error:
                yield from (Problem(p.rule, p.what, place, p.advice) for p in error.problems)
                continue
            if not rises:
                what = f"offline from {first} to {last} is no span"
                yield Problem("SCENARIO-OFFLINE", what, place, "write the earlier time first")


def _hosts(scenario: Scenario, source: Document, catalog: Catalog) -> Iterator[Problem]:
    used = reachable_apps(scenario, catalog)
    for i, entry in enumerate(scenario.destinations):
        if entry.app not in catalog.index or entry.app not in used:
            what = f"nobody here uses {entry.app!r}"
            advice = nearest(entry.app, used, "name an app of the habits")
            yield Problem("SCENARIO-APP", what, source.place(("destinations", i, "app")), advice)
            continue
        hosts = reachable(scenario, catalog, entry.app)
        for key in ("host", "coalesced_with"):
            host = getattr(entry, key)
            if host is not None and host not in hosts:
                what = f"{entry.app} has no host {host!r} here"
                advice = nearest(
                    host, hosts, "name one of its catalog entry, or one that a habit's hosts name"
                )
                yield Problem("SCENARIO-HOST", what, source.place(("destinations", i, key)), advice)
