"""Random scripts of commands at awkward times: at pulls, at requests, when something is just due."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from sim.base.time import HOUR, MINUTE
from sim.scenario.load import Resolved
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.indicator_commands import AddIndicator, RemoveIndicator
from tests.properties.peculiar import GROUPS, IP, peculiarities
from tests.reference.model import (
    ACTIONS,
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    INTEGRATION,
    MODES,
    TODAY,
    Inputs,
)
from tests.reference.small import RHYTHMS, SPANS, small

PREVIEW = "Preview features"
APPS = ("sohu-news", "dropbox", "dropbox-paper", "yahoo-webmail", "linkedin-sales-navigator")
DOMAINS = (
    "sohu.com",
    "news.sohu.com",
    "www.sohu.com",
    "dropbox.com",
    "paper.dropbox.com",
    "dropboxapi.com",
    "mail.yahoo.com",
    "yahoo.com",
    "ropbox.com",
)
HOSTS = ("www.sohu.com", "news.sohu.com", "paper.dropbox.com", "dropbox.com", "mail.yahoo.com")
PATHS = ("linkedin.com/sales", "linkedin.com", "sohu.com/news")
EXPIRIES = ("2019-12-16T13:00", "2019-12-17T11:30", "2020-03-27T15:00", "2020-03-30T09:00")
EDGE = "MicrosoftEdgeCP.exe"
PROCESSES = (EDGE, "chrome.exe", "firefox.exe", "dropbox.exe")
LEADS = (0, 0, 0, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 13 * MINUTE, 15 * MINUTE)
"""A command this long before an instant: what it starts is due at the instant (the `quick` rhythm)."""


def share(part: float) -> settings:
    """Return settings with a part of the profile's examples: these tests play whole days."""
    return settings(max_examples=max(1, int(settings().max_examples * part)))


@dataclass(frozen=True)
class Play:
    """A world, a seed and a script: everything that decides a run."""

    people: int
    span: str
    rhythm: str
    seed: int
    script: tuple[tuple[int, Command], ...]
    cuts: tuple[int, ...] = ()
    traits: str = "{}"
    """JSON of what is peculiar about devices, sites, programs and destinations."""

    @property
    def resolved(self) -> Resolved:
        """The world."""
        return small(self.people, self.span, self.rhythm, self.traits)


@cache
def _instants(
    people: int, span: str, rhythm: str, seed: int, traits: str
) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]:
    """Return the time and machine of every pull, and of every request."""
    resolved = small(people, span, rhythm, traits)
    inputs = Inputs(resolved, seed)
    pulls = [
        (time, machine)
        for day in inputs.days
        for machine in range(people)
        for time in inputs.pulls(machine, day)
    ]
    wished = [(wish.time, wish.machine) for day in inputs.days for wish in inputs.wishes(day)]

    def within(found: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple(sorted(f for f in found if resolved.start <= f[0] < resolved.end))

    return within(pulls), within(wished)


def _times(play: Play, points: list[int]) -> st.SearchStrategy[int]:
    """Draw times of which many meet at, or just beside, a few points."""
    start, last = play.resolved.start, play.resolved.end - 1
    anchors = st.one_of(
        st.sampled_from(points),
        st.sampled_from(points),
        st.integers(0, (last - start) // HOUR).map(lambda hours: start + hours * HOUR),
    )
    near = st.tuples(anchors, st.sampled_from(LEADS), st.sampled_from((-1, 0, 0, 0, 1))).map(
        lambda parts: min(last, max(start, parts[0] - parts[1] + parts[2]))
    )
    return st.one_of(near, near, st.integers(start, last))


def _machines(numbers: list[int]) -> st.SearchStrategy[str]:
    return st.sampled_from(numbers).map(lambda number: f"SO-{number + 1:02d}")


def _switching(name: str) -> st.SearchStrategy[Command]:
    return st.booleans().map(lambda on: SetSwitch(name, on))


def _commands(machines: st.SearchStrategy[str], today: bool) -> st.SearchStrategy[Command]:
    actions = st.sampled_from([*sorted(TODAY), "Warn", "Warn"] if today else sorted(ACTIONS))
    tags = st.sampled_from(("Unsanctioned", "Unsanctioned", "Sanctioned", ""))
    processes = ("msedge.exe" if today else EDGE, *PROCESSES[1:])
    visits = st.builds(VisitSite, machines, st.sampled_from(processes), st.sampled_from(HOSTS))
    return st.one_of(
        st.sampled_from((INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, PREVIEW)).flatmap(_switching),
        st.builds(TagApp, st.sampled_from(APPS), tags),
        st.builds(AddIndicator, st.sampled_from(DOMAINS), actions),
        st.builds(
            AddIndicator,
            st.sampled_from((*DOMAINS, *PATHS, IP)),
            actions,
            expires=st.sampled_from(("", *EXPIRIES)),
            device_groups=st.sampled_from(((), *((group,) for group in GROUPS))),
        ),
        st.builds(RemoveIndicator, st.integers(1, 8).map("ind-{:04d}".format)),
        st.builds(PowerShell, machines, st.sampled_from((*MODES, "Get-MpPreference"))),
        visits,
        visits,
    )


def preparations(people: int, today: bool = False) -> tuple[Command, ...]:
    """Return what makes blocks likely: every switch on, an app tagged, some machines guarded."""
    enabled, audit, _ = MODES
    return (
        SetSwitch(INTEGRATION, True),
        SetSwitch(BLOCK_UNSANCTIONED, True),
        SetSwitch(CUSTOM_INDICATORS, True),
        TagApp("sohu-news", "Unsanctioned"),
        AddIndicator("dropbox.com", "Block execution" if today else "Alert and block"),
        AddIndicator("mail.yahoo.com", "Warn" if today else "Alert only"),
        *(PowerShell(f"SO-{n:02d}", enabled if n % 2 else audit) for n in range(2, people + 1)),
    )


@st.composite
def plays(draw: st.DrawFn, cut: bool = True, peculiar: bool = False) -> Play:
    """Draw a small world, a script for it, and where to cut its time.

    Where it is `peculiar`, devices, sites, programs and destinations are anything.

    Usually everything is prepared at the start but for one command, which comes at a drawn time.
    """
    people = draw(st.integers(5, 8))
    span, rhythm = draw(st.sampled_from(sorted(SPANS))), draw(st.sampled_from(sorted(RHYTHMS)))
    traits = draw(peculiarities(people)) if peculiar else "{}"
    play = Play(people, span, rhythm, draw(st.integers(0, 30)), (), traits=traits)
    start = play.resolved.start
    pulls, wished = _instants(people, span, rhythm, play.seed, traits)
    instants = st.one_of(st.sampled_from(pulls), st.sampled_from(wished))
    focus = draw(st.lists(instants, min_size=1, max_size=3))
    today = play.resolved.era.portal == "today"
    times = _times(play, [time for time, _ in focus])
    machines = _machines([*(machine for _, machine in focus), *range(people)])
    ready = preparations(people, today)
    missing = draw(st.integers(-2, len(ready) - 1))
    script: list[tuple[int, Command]] = []
    if missing >= -1:
        script = [(start, command) for command in ready]
    if missing >= 0:
        script[missing] = (draw(times), ready[missing])
    for command in draw(st.lists(_commands(machines, today), min_size=1, max_size=16)):
        again = bool(script) and draw(st.integers(0, 3)) == 0
        script.append((script[-1][0] if again else draw(times), command))
    for time, machine in focus:  # is it blocked just before, at, and just after the instant?
        visit = VisitSite(
            f"SO-{machine + 1:02d}",
            "msedge.exe" if today else "MicrosoftEdgeCP.exe",
            draw(st.sampled_from(HOSTS)),
        )
        script += [(probe, visit) for probe in (time - 1, time, time + 1)]
    script = [step for step in script if start <= step[0] < play.resolved.end]
    script.sort(key=lambda step: step[0])
    cuts = tuple(sorted(draw(st.lists(times, max_size=6)))) if cut else ()
    return Play(people, span, rhythm, play.seed, tuple(script), cuts, traits)


def spells(play: Play, machine: str) -> list[tuple[int, int, str]]:
    """Return from when to when a machine's network protection stood in which mode."""
    changes = [(0, "off")]
    for time, command in play.script:
        if isinstance(command, PowerShell) and command.machine == machine:
            changes.append((time, MODES.get(command.line, changes[-1][1])))
    ends = [*changes, (play.resolved.end, "")]
    return [(a[0], b[0], a[1]) for a, b in pairwise(ends)]
