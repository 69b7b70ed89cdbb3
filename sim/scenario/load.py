"""Find a scenario, check it whole, and resolve it into what a run needs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sim.base.errors import InputError, Place, Problem, ScenarioError
from sim.base.time import HOUR, from_iso, zone
from sim.base.yamlfile import Document
from sim.engine.catalog.app import App
from sim.engine.catalog.model import Catalog, load_sets
from sim.scenario.choices import choices, filled, own_apps
from sim.scenario.compose import Draft, compose
from sim.scenario.eras import HOPS, Era, catalog_of, load_era
from sim.scenario.files import beside, read
from sim.scenario.life import Pack, load_pack
from sim.scenario.located import validate
from sim.scenario.meaning import breach_problems, era_problems, name_problems
from sim.scenario.mended import mended
from sim.scenario.objective_problems import objective_problems
from sim.scenario.past import past_problems
from sim.scenario.schema import Scenario
from sim.scenario.solution_problems import solution_problems
from sim.scenario.spread import spread_problems
from sim.scenario.story_problems import story_problems
from sim.scenario.trait_problems import trait_problems
from sim.scenario.variables import with_variables

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
    draft: Draft | None = field(default=None, compare=False, repr=False)
    """What the author wrote, where it was read from a file; what a run file keeps is chosen already."""
    source: Document | None = field(default=None, compare=False, repr=False)
    """Where each part of it stands, where it was read from a file."""
    chosen_by: int | None = None
    """The seed that chose people and apps, where the draft leaves any to choose."""

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What an author should write otherwise, and still may."""
        return self.draft.warnings if self.draft is not None else ()

    @property
    def given(self) -> dict[str, str]:
        """The variables that whoever plays has set, as they were written."""
        return dict(self.draft.given) if self.draft is not None else {}

    def for_seed(self, seed: int) -> Resolved:
        """Return the scenario with the people and apps that this seed chooses; raise ScenarioError."""
        if self.draft is None or not self.draft.chooses or seed == self.chosen_by:
            return self
        return produce(self.name, self.draft, seed)

    def dump(self) -> dict[str, Any]:
        """Return what a run file keeps of the scenario: enough to play it again without the file."""
        return {"name": self.name, **self.scenario.model_dump(mode="json")}

    def content_hash(self) -> str:
        """Return the SHA-256 of everything that decides a run but the seed and the commands."""
        parts = [self.dump(), self.era.model_dump(mode="json"), self.catalog.content_hash()]
        if self.pack is not None:
            parts.append(self.pack.model_dump(mode="json"))
        return _hash(parts)

    def authored_hash(self) -> str:
        """Return the SHA-256 of what the author wrote: the same whomever a seed chose."""
        return self.content_hash() if self.draft is None else self.draft.content_hash()

    def part_hashes(self) -> dict[str, str]:
        """Return a SHA-256 of each part, by its name, so that a replay can say which one changed."""
        parts = {
            "the scenario": _hash(self.dump()),
            "the era profile": _hash(self.era.model_dump(mode="json")),
            "the catalog": self.catalog.content_hash(),
        }
        if self.pack is not None:
            parts["the life's pack"] = _hash(self.pack.model_dump(mode="json"))
        return parts


def _hash(data: object) -> str:
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def load_scenario(name: str, seed: int | None = None, given: Sequence[str] = ()) -> Resolved:
    """Load a scenario by shipped name or path; raise ScenarioError with every problem found.

    `seed` chooses people and apps; without one it is the file's own. `given` are values of its variables,
    each as NAME=VALUE.
    """
    draft = with_variables(compose(read(name), beside(name)), given)
    return produce(Path(name.replace("\\", "/")).name.removesuffix(".yaml"), draft, seed)


def produce(name: str, draft: Draft, seed: int | None = None) -> Resolved:
    """Return a draft with everything chosen and checked; raise ScenarioError with every problem found."""
    chosen = choices(draft, seed)
    problems = list(chosen.problems)
    document = filled(draft, chosen, problems)
    found, others = _resolved(name, document)
    # Where a placeholder stands for nothing that is told once, and not again where its text is used.
    further = [p for p in others if "{" not in p.what] if problems or not chosen.whole else others
    problems.extend(further)
    if found is None or problems:
        raise ScenarioError(
            sorted(problems or others, key=lambda problem: _reading_order(problem, draft.file))
        )
    by = found.scenario.seed if seed is None else seed
    return replace(found, draft=draft, source=document, chosen_by=by)


def _reading_order(problem: Problem, file: str) -> tuple[bool, str, int, int]:
    """Return by what problems are sorted: those of the file itself first, from its top to its end."""
    where = problem.where or Place(file)
    return where.file != file, where.file, where.line, where.column


def _resolved(name: str, document: Document) -> tuple[Resolved | None, list[Problem]]:
    """Return what a document resolves to, or everything that is wrong with it."""
    try:
        scenario = validate(Scenario, document)
    except ScenarioError as error:
        rest = mended(document, error.problems)
        if rest is None:
            return None, list(error.problems)
        _, others = _resolved(name, rest.document)
        return None, [*error.problems, *(problem for problem in others if rest.own(problem))]
    try:
        return resolve(name, scenario, document), []
    except ScenarioError as error:
        return None, list(error.problems)


def resolve(name: str, scenario: Scenario, document: Document | None = None) -> Resolved:
    """Check what spans several parts of the scenario, and return it resolved."""
    source = document or Document(None, {}, name)
    whole = load_sets(scenario.catalog)
    own: tuple[App, ...] = ()
    try:
        own = own_apps(scenario.custom_apps, source, whole)
    except InputError as error:
        raise ScenarioError(error.problems) from None
    whole = whole.plus(own) if own else whole
    problems = list(name_problems(scenario, source, whole))
    tz = zone("UTC")
    try:
        tz = zone(scenario.timezone)
    except InputError as error:
        problems.extend(Problem(p.rule, p.what, source.place(["timezone"]), p.advice) for p in error.problems)
    problems.extend(trait_problems(scenario, source, whole, tz))
    problems.extend(spread_problems(scenario, source, tz))
    cast = {member.id for member in scenario.organisation.cast}
    proxies = {proxy.name for proxy in scenario.proxy}
    play = (scenario.start, scenario.end)
    problems.extend(solution_problems(scenario.solution, source, cast, proxies, play, tz))
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
        catalog = catalog_of(scenario.catalog, era)
        catalog = catalog.plus(own) if own else catalog
        problems.extend(era_problems(scenario, source, whole, catalog, era))
        problems.extend(past_problems(scenario, source, era))
        problems.extend(story_problems(scenario, source, whole, era, tz))
        problems.extend(objective_problems(scenario, source, whole, era))
    except InputError as error:
        problems.extend(Problem(p.rule, p.what, source.place(["era"]), p.advice) for p in error.problems)
    problems.extend(breach_problems(scenario, source, end))
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
