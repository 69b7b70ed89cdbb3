"""What can be wrong in a story beyond the shape of its parts: names that are not there, times out of play."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sim.base.errors import InputError, Place, Problem, nearest
from sim.base.time import from_iso, to_datetime
from sim.base.yamlfile import Document, Path
from sim.engine.catalog.model import Catalog
from sim.scenario.eras import Era
from sim.scenario.reach import listed, reachable_apps
from sim.scenario.schema import BROWSERS, Scenario
from sim.scenario.sources import UNNAMED
from sim.scenario.story import Beat, Started, When, Whom

BEATS: Path = ("story", "beats")
NOISE: Path = ("story", "noise")


def named_apps(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """Yield every app that the story names, and where."""
    for b, beat in enumerate(scenario.story.beats):
        if beat.when.app is not None:
            yield beat.when.app, (*BEATS, b, "when", beat.when.condition)
    for b, e, effect in scenario.story.effects:
        app = getattr(effect.only, "app", None)
        if app is not None:
            yield app, (*BEATS, b, "do", e, effect.said[0], "app")
    for n, one in enumerate(scenario.story.noise):
        yield one.app, (*NOISE, n, "app")
    for n, purpose in enumerate(scenario.asking.purposes):
        yield purpose.app, ("asking", "purposes", n, "app")


def moment(when: When, start: int, tz: ZoneInfo) -> int:
    """Return when a beat of a given time happens; raise InputError where its `at` is no time."""
    text = when.at or ""
    if "T" in text:
        return from_iso(text, tz)
    first = to_datetime(start, tz).date().toordinal()
    date = to_datetime(start, tz).date().fromordinal(first + (when.day or 1) - 1)
    return from_iso(f"{date.isoformat()}T{text}", tz)


def story_problems(
    scenario: Scenario, source: Document, catalog: Catalog, era: Era, tz: ZoneInfo
) -> Iterator[Problem]:
    """Yield what the story names that is not there, and beats that could never happen."""
    yield from _beats(scenario, source, tz)
    yield from _reached(scenario, source, catalog)
    for place, whom in _whom(scenario):
        yield from _people(scenario, source, place, whom)
    for place, use in _uses(scenario):
        yield from _program(source, place, use, era)
    yield from _portal(scenario, source, era)
    yield from _stops(scenario, source)
    yield from _collectors(scenario, source)
    for number, one in enumerate(scenario.asking.purposes):
        yield from _people(scenario, source, ("asking", "purposes", number), one)


def _beats(scenario: Scenario, source: Document, tz: ZoneInfo) -> Iterator[Problem]:
    ids = [beat.id for beat in scenario.story.beats]
    for b, beat in enumerate(scenario.story.beats):
        place = source.place((*BEATS, b, "id"))
        if ids.index(beat.id) != b:
            yield Problem("STORY-BEAT", f"two beats are called {beat.id!r}", place, "rename one")
        when = source.place((*BEATS, b, "when", beat.when.condition))
        if beat.when.done is not None and beat.when.done not in ids:
            what = f"there is no beat {beat.when.done!r}"
            yield Problem("STORY-BEAT", what, when, nearest(beat.when.done, ids))
        if _waits_for_itself(beat, {one.id: one for one in scenario.story.beats}):
            yield Problem("STORY-BEAT", f"{beat.id} waits for itself", when, "let it wait for another")
        if beat.when.at is not None:
            yield from time_problems("STORY-TIME", beat.when, when, (scenario.start, scenario.end), tz)


def _waits_for_itself(beat: Beat, beats: dict[str, Beat]) -> bool:
    seen: set[str] = set()
    follows: Beat | None = beat
    while follows is not None and follows.id not in seen:
        seen.add(follows.id)
        follows = beats.get(follows.when.done or "")
    return follows is beat


def time_problems(
    rule: str, when: When, place: Place, span: tuple[str, str], tz: ZoneInfo
) -> Iterator[Problem]:
    """Yield what is wrong with a time that something waits for; `span` is start and end of play."""
    try:
        start, end = (from_iso(each, tz) for each in span)
    except InputError:
        return  # told of the scenario's own start and end
    try:
        time = moment(when, start, tz)
    except InputError:
        advice = 'write 2019-12-16T14:00, or a time of day such as "14:00" with a day'
        yield Problem(rule, f"{when.at!r} is not a time", place, advice)
        return
    if "T" in (when.at or "") and when.day is not None:
        yield Problem(rule, "the time has a date and a day", place, "leave the day out")
    if not start <= time < end:
        yield Problem(
            rule, f"{when.at} is not within play", place, f"write a time from {span[0]} to {span[1]}"
        )


def _reached(scenario: Scenario, source: Document, catalog: Catalog) -> Iterator[Problem]:
    used = reachable_apps(scenario, catalog)
    for b, beat in enumerate(scenario.story.beats):
        app = beat.when.app or ""
        if beat.when.by_traffic and app in catalog.index and app not in used:
            place = source.place((*BEATS, b, "when", beat.when.condition))
            yield Problem("STORY-APP", f"nobody here uses {app!r}", place, nearest(app, used))
    for b, e, effect in scenario.story.effects:
        if effect.new_host is not None and effect.new_host.app in catalog.index:
            if effect.new_host.host in listed(catalog, effect.new_host.app):
                place = source.place((*BEATS, b, "do", e, "new_host", "host"))
                what = f"the catalog lists {effect.new_host.host} for {effect.new_host.app}"
                yield Problem("STORY-HOST", what, place, "name a host that it lacks")


def _whom(scenario: Scenario) -> Iterator[tuple[Path, Whom]]:
    for b, e, effect in scenario.story.effects:
        if isinstance(effect.only, Whom):
            yield (*BEATS, b, "do", e, effect.said[0]), effect.only
    for n, one in enumerate(scenario.story.noise):
        yield (*NOISE, n), one


def _uses(scenario: Scenario) -> Iterator[tuple[Path, Started]]:
    return ((place, whom) for place, whom in _whom(scenario) if isinstance(whom, Started))


def _people(scenario: Scenario, source: Document, path: Path, whom: Whom) -> Iterator[Problem]:
    known = {
        "people": ("person", sorted(member.id for member in scenario.organisation.cast)),
        "departments": ("department", [one.name for one in scenario.organisation.departments]),
    }
    for key, (kind, names) in known.items():
        for place, value in enumerate(getattr(whom, key)):
            if value not in names:
                advice = nearest(value, names, f"name one that the {kind}s hold")
                what = f"unknown {kind} {value!r}"
                yield Problem(f"SCENARIO-{kind.upper()}", what, source.place((*path, key, place)), advice)


def _program(source: Document, path: Path, use: Started, era: Era) -> Iterator[Problem]:
    known = ("own", *era.portals.browsers)
    if use.browser in known or (use.browser not in BROWSERS and use.browser.lower().endswith(".exe")):
        return
    advice = nearest(use.browser, known, f"one of: {', '.join(known)}, or the file name of a program")
    what = f"{era.title} has no browser {use.browser!r}"
    yield Problem("SCENARIO-BROWSER", what, source.place((*path, "browser")), advice)


def _portal(scenario: Scenario, source: Document, era: Era) -> Iterator[Problem]:
    switches = [switch.name for switch in era.portals.switches]
    for b, e, effect in scenario.story.effects:
        path = (*BEATS, b, "do", e, effect.said[0])
        if effect.switch is not None and era.portals.switch(effect.switch.name) is None:
            what = f"the portals have no switch {effect.switch.name!r}"
            advice = nearest(effect.switch.name, switches)
            yield Problem("STORY-SWITCH", what, source.place((*path, "name")), advice)
        if effect.tag is not None and effect.tag.tag not in {*era.portals.tags, "none"}:
            yield _no_tag(effect.tag.tag, source, (*path, "tag"), era)
    for b, beat in enumerate(scenario.story.beats):
        if beat.when.tagged is not None and beat.when.tag not in {*era.portals.tags, "none"}:
            yield _no_tag(beat.when.tag, source, (*BEATS, b, "when", "tag"), era)


def _no_tag(tag: str, source: Document, path: Path, era: Era) -> Problem:
    advice = f"one of: {', '.join(era.portals.tags)}, none"
    return Problem("STORY-TAG", f"{era.title} has no tag {tag}", source.place(path), advice)


def _stops(scenario: Scenario, source: Document) -> Iterator[Problem]:
    begun = [name for name, _ in scenario.story.uses]
    for b, e, effect in scenario.story.effects:
        path = (*BEATS, b, "do", e, effect.said[0])
        if effect.start is not None and effect.start.id and begun.count(effect.start.id) > 1:
            what = f"two uses are called {effect.start.id!r}"
            yield Problem("STORY-USE", what, source.place((*path, "id")), "rename one")
        if effect.stop is not None and effect.stop.use is not None and effect.stop.use not in begun:
            what = f"the story begins no use {effect.stop.use!r}"
            advice = nearest(effect.stop.use, begun, "give the start an id")
            yield Problem("STORY-USE", what, source.place((*path, "use")), advice)


def _collectors(scenario: Scenario, source: Document) -> Iterator[Problem]:
    known = [one.name for one in scenario.collectors]
    shipped = {
        name for one in scenario.collectors for name in one.sources or [p.name for p in scenario.proxy]
    }
    if any(proxy.name not in shipped for proxy in scenario.proxy):
        known.append(UNNAMED)
    for b, e, effect in scenario.story.effects:
        if effect.collector is not None and effect.collector.name not in known:
            place = source.place((*BEATS, b, "do", e, "collector", "name"))
            what = f"no log collector is called {effect.collector.name!r}"
            yield Problem(
                "STORY-COLLECTOR", what, place, nearest(effect.collector.name, known, "there is none")
            )
