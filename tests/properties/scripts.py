"""Random scripts of commands at awkward times: at pulls, at requests, when something is just due."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from sim.base.time import HOUR, MINUTE
from sim.scenario.load import Resolved
from sim.session.alert_commands import SaveSetting
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.fleet_commands import AssignSetting, WithdrawSetting
from sim.session.gateway_commands import DeleteAccessRule, ImportBlockScript, RemoveClient, SaveAccessRule
from sim.session.indicator_commands import AddIndicator, EditIndicator, RemoveIndicator, SaveScopedProfile
from tests.properties.peculiar import GATEWAYS, GROUPS, IP, SIGNED_ON, peculiarities
from tests.reference.fleet import AT_PROMPT, AT_TERMINAL, CARRIED, MODES, NETWORK_PROTECTION
from tests.reference.inputs import Inputs
from tests.reference.portals import (
    ACTIONS,
    BLOCK_UNSANCTIONED,
    BYPASS,
    CUSTOM_INDICATORS,
    INTEGRATION,
    TODAY,
)
from tests.reference.small import RHYTHMS, SPANS, small

PREVIEW = "Preview features"
PROFILES = ("Desks only", "Others")
KINDS = ("Include", "Exclude")
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
REACTING = '{"reactions": {}, "tags": {"box": "Sanctioned", "gmail": "Sanctioned"}}'
"""People who react, and apps that they can turn to."""
LEADS = (0, 0, 0, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 13 * MINUTE, 15 * MINUTE)
"""A command this long before an instant: what it starts is due at the instant (the `quick` rhythm)."""


THOROUGH = 3000
"""Examples of the profile that searches for long."""


def share(part: float) -> settings:
    """Return settings with a part of the profile's examples: these tests play whole days."""
    return settings(max_examples=max(1, int(settings().max_examples * part)))


def worlds(few: int, thorough: int) -> settings:
    """Return settings for so many plays of whole days: a few every day, more in the thorough profile."""
    return settings(max_examples=thorough if settings().max_examples >= THOROUGH else few)


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
    wished = [
        (wish.time, each.machine)
        for day in inputs.days
        for each in inputs.sessions(day)
        for wish in inputs.wishes(each)
    ]

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


def _scopes(today: bool, groups: tuple[str, ...]) -> st.SearchStrategy[Command]:
    """Draw profiles, tags that hold with them, and indicators that are saved again."""
    actions = ("Block execution", "Block execution", "Warn") if today else ("Alert and block", "Alert only")
    numbers = st.integers(1, 4).map("ind-{:04d}".format)
    return st.one_of(
        st.builds(
            SaveScopedProfile,
            st.sampled_from(PROFILES),
            st.sampled_from((groups[:1], groups[-1:], groups)),
            st.sampled_from(KINDS),
        ),
        st.builds(
            TagApp,
            st.sampled_from(APPS),
            st.sampled_from(("Unsanctioned", "Monitored")),
            st.sampled_from(PROFILES),
        ),
        st.builds(
            EditIndicator,
            numbers,
            st.sampled_from(actions),
            st.just("Saved again"),
            expires=st.sampled_from(("", *EXPIRIES)),
            device_groups=st.sampled_from(((), groups[:1], groups[-1:])),
            generate_alert=st.booleans(),
        ),
    )


def _settings(
    machines: st.SearchStrategy[str], today: bool, groups: tuple[str, ...]
) -> st.SearchStrategy[Command]:
    """Draw what is typed on machines, and what is given to the fleet by every route."""
    lines = st.sampled_from((*AT_PROMPT, *AT_TERMINAL, "Get-MpPreference"))
    targets = st.one_of(st.sampled_from(("All machines", "All machines", "Desk", "Field", *groups)), machines)
    known = sorted(name for name, (_, _, since, _) in CARRIED.items() if today or since == "2019")
    assigned = st.sampled_from((*[NETWORK_PROTECTION] * 4, *known)).flatmap(
        lambda name: st.builds(
            AssignSetting,
            st.just(name),
            st.sampled_from(CARRIED[name][3]),
            st.sampled_from(CARRIED[name][0]),
            targets,
        )
    )
    return st.one_of(
        st.builds(PowerShell, machines, lines),
        assigned,
        assigned,
        st.builds(WithdrawSetting, st.integers(0, 2).map("fleet-{:04d}".format)),
    )


def _beyond(gates: tuple[str, ...], signed_on: tuple[str, ...]) -> st.SearchStrategy[Command]:
    """Draw what is done about gateways, sign-ins and programs."""
    departments = st.sampled_from(((), (), ("Desk",), ("Field",)))
    return st.one_of(
        st.builds(ImportBlockScript, st.sampled_from(gates)),
        st.builds(
            SaveAccessRule,
            st.sampled_from(signed_on),
            st.sampled_from(("browser", "native", "any")),
            st.sampled_from(("Block", "Block", "Monitor only", "Block downloads")),
            departments,
        ),
        st.builds(DeleteAccessRule, st.integers(1, 2).map("access-{:03d}".format)),
        st.builds(RemoveClient, st.sampled_from(("dropbox.exe", "dropbox.exe", "chrome.exe")), departments),
        st.builds(SaveSetting, st.just(BYPASS), st.sampled_from(("1", "2", "5"))),
    )


def _groups(traits: str) -> tuple[str, ...]:
    """Return the device groups that rules name; those there might be where no rule does."""
    rules = json.loads(traits).get("devices", ())
    return tuple(sorted({str(rule["group"]) for rule in rules if "group" in rule})) or GROUPS


def _more(machines: st.SearchStrategy[str], today: bool, traits: str) -> st.SearchStrategy[Command]:
    """Draw what is done beside tags, switches and indicators, so that most of it has an effect there."""
    said = json.loads(traits)
    groups = _groups(traits)
    gates = tuple(proxy["name"] for proxy in said["proxy"])
    return st.one_of(
        _scopes(today, groups),
        _settings(machines, today, groups),
        _settings(machines, today, groups),
        _beyond(gates or GATEWAYS, tuple(said["single_sign_on"]) or SIGNED_ON),
    )


def _commands(machines: st.SearchStrategy[str], today: bool) -> st.SearchStrategy[Command]:
    actions = st.sampled_from([*sorted(TODAY), "Warn", "Warn"] if today else sorted(ACTIONS))
    tags = st.sampled_from(("Unsanctioned", "Unsanctioned", "Sanctioned", "", *["Monitored"] * today))
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
        st.builds(PowerShell, machines, st.sampled_from((*AT_PROMPT, "Get-MpPreference"))),
        visits,
        visits,
    )


def preparations(people: int, today: bool = False) -> tuple[Command, ...]:
    """Return what makes blocks likely: every switch on, an app tagged, some machines guarded."""
    enabled, audit, *_ = AT_PROMPT
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
def plays(draw: st.DrawFn, cut: bool = True, peculiar: bool = False, most: int = 8) -> Play:
    """Draw a small world, a script for it, and where to cut its time.

    Where it is `peculiar`, devices, sites, programs and destinations are anything.

    Usually everything is prepared at the start but for one command, which comes at a drawn time.
    """
    people = draw(st.integers(min(5, most - 2), most))
    span, rhythm = draw(st.sampled_from(sorted(SPANS))), draw(st.sampled_from(sorted(RHYTHMS)))
    traits = draw(peculiarities(people) if peculiar else st.sampled_from(("{}", REACTING)))
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
    if peculiar and today:
        ready += (SaveScopedProfile(PROFILES[0], _groups(traits)[:1], draw(st.sampled_from(KINDS))),)
    if missing >= -1:
        script = [(start, command) for command in ready]
    if missing >= 0:
        script[missing] = (draw(times), ready[missing])
    drawn = draw(st.lists(_commands(machines, today), min_size=1, max_size=12))
    if peculiar:
        drawn += draw(st.lists(_more(machines, today, traits), min_size=4, max_size=12))
    for command in drawn:
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
            name, value = AT_PROMPT.get(command.line, ("", ""))
            changes.append((time, MODES[value] if name == NETWORK_PROTECTION else changes[-1][1]))
    ends = [*changes, (play.resolved.end, "")]
    return [(a[0], b[0], a[1]) for a, b in pairwise(ends)]
