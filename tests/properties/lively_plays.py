"""Living organisations and random scripts of what a trainee can do that reaches people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from sim.base.time import HOUR
from sim.scenario.load import Resolved
from sim.session.alert_commands import SaveSetting
from sim.session.case_commands import GrantException, OpenTicket, SendMessage
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.fleet_commands import AssignSetting
from sim.session.gateway_commands import ImportBlockScript, RemoveClient, SaveAccessRule
from sim.session.indicator_commands import AddIndicator, EditScopedProfile, RemoveIndicator, SaveScopedProfile
from sim.session.people_commands import AskAbout, NotifyUsers
from tests.properties import played
from tests.reference.portals import BLOCK_UNSANCTIONED, BYPASS, CUSTOM_INDICATORS, INTEGRATION
from tests.world.lively import lively

SPREADS = "miro"
"""The app that nobody uses before the first begin to."""
APPS = (SPREADS, "dropbox", "microsoft-teams", "onedrive-for-business", "slack", "sohu-news")
DOMAINS = ("miro.com", "dropbox.com", "teams.microsoft.com", "sharepoint.com", "slack.com", "sohu.com")
MACHINES = ("LO-01", "LO-02", "WS-0005")
GROUPS = ("Sellers", "Money")
DEPARTMENTS = ("Sales", "Finance", "Operations")
SWITCHES = (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS)
PROFILE = "Sellers only"
OFFERED = "box"
PEOPLE = 16
SPANS = {
    "mcas-2019": ("2019-12-16T09:00", "2019-12-17T12:00"),
    "defender-today": ("2026-11-16T09:00", "2026-11-17T12:00"),
}


@dataclass(frozen=True)
class Withdraw:
    """Take the indicator of a value off the list: by its number, which another run may give to another."""

    value: str


@dataclass(frozen=True)
class Ask:
    """Ask a person about an app, by their id."""

    person: str
    app: str


Step = Command | Withdraw | Ask


@dataclass(frozen=True)
class Lively:
    """A living organisation, a seed, and a script: everything that decides a run."""

    era: str
    seed: int
    script: tuple[tuple[int, Step], ...]
    cuts: tuple[int, ...] = ()

    @property
    def resolved(self) -> Resolved:
        """The organisation."""
        return organisation(self.era)

    def play(self, script: Sequence[tuple[int, Step]] | None = None, cuts: Sequence[int] = ()) -> Session:
        """Play this script or another one; what is refused is refused."""
        return play(self.resolved, self.seed, self.script if script is None else script, cuts)


@cache
def organisation(era: str, people: int = PEOPLE, named: str = "") -> Resolved:
    """Return people who have habits, react, and take up what they hear of; `named` is cast beside them."""
    start, end = SPANS[era]
    cast = [
        {
            "id": "ada",
            "name": "Ada Ahlgren",
            "department": "Finance",
            "machine": "LO-01",
            "browser": "chrome",
        },
        {"id": "bo", "name": "Bo Berg", "department": "Sales", "machine": "LO-02", "browser": "edge"},
    ]
    if named:
        cast.insert(1, {"id": named, "name": "Zoe Zell", "department": "Operations", "browser": "edge"})
    guarded: dict[str, Any] = {"network_protection": "block", "system": "windows"}
    if era == "defender-today":
        guarded |= {"os_build": "22631.4460", "platform": "4.18.23110.3"}
    delays = {"machine_pull": "20m", "indicator_offer": "5m", "tag_to_indicator": "5m", "block_setting": "5m"}
    changes: dict[str, Any] = {
        "era": era,
        "start": start,
        "end": end,
        "reactions": {},
        "life": {
            "pack": "office",
            "adoption": [{"app": SPREADS, "share": 30, "usefulness": 60, "friction": 0}],
            "locations": [{"name": "Leeds", "share": 1, "timezone": "Europe/London"}],
        },
        "habits": [
            {"app": app, "share": 40, "browser": "own", "sessions": 4, "between": ["09:00", "17:00"],
             "requests": [4, 9], "upload": "documents"}
            for app in ("dropbox", "sohu-news", "slack")
        ],
        "devices": [
            guarded,
            {"departments": ["Sales"], "group": GROUPS[0]},
            {"departments": ["Finance"], "group": GROUPS[1]},
        ],
        "proxy": [{"name": "Gate", "kind": "cisco-asa", "departments": ["Sales", "Operations"]}],
        "single_sign_on": ["dropbox", "slack"],
        "tags": {OFFERED: "Sanctioned"},
        "delays": {hop: {"fixed": delay, "mark": "made up for tests"} for hop, delay in delays.items()},
    }  # fmt: skip
    return lively(people, browsers={"chrome": 60, "edge": 30, "firefox": 10}, cast=cast, **changes)


def play(
    resolved: Resolved, seed: int, script: Sequence[tuple[int, Step]], cuts: Sequence[int] = ()
) -> Session:
    """Return a session played to its end; the clock also stops at each of `cuts`."""
    session = Session(resolved, seed)
    pending = sorted(cuts, reverse=True)
    for time, step in script:
        while pending and pending[-1] <= time:
            session.advance(pending.pop())
        session.advance(time)
        command = _command(session, step)
        if command is not None:
            played.submit(session, command)
    while pending:
        session.advance(pending.pop())
    session.advance(resolved.end)
    return session


def _command(session: Session, step: Step) -> Command | None:
    world = session.world
    if isinstance(step, Withdraw):
        listed = [one.id for one in world.tenant.indicators.present() if one.value == step.value]
        return RemoveIndicator(listed[0]) if listed else None
    if isinstance(step, Ask):
        who = next(person for person in world.staff.people if person.id == step.person)
        return AskAbout(step.app, "user", who.upn)
    return step


def _steps(era: str) -> st.SearchStrategy[Step]:
    today = era == "defender-today"
    block = "Block execution" if today else "Alert and block"
    actions = (block, block, "Warn", "Audit", "Allow") if today else (block, block, "Alert only", "Allow")
    apps, domains = st.sampled_from(APPS), st.sampled_from(DOMAINS)
    tags = st.sampled_from(("Unsanctioned", "Unsanctioned", "Sanctioned", "", *["Monitored"] * today))
    some = st.sampled_from(((), ("Sales",), ("Finance",), ("Operations",)))
    groups = st.sampled_from(((), GROUPS[:1], GROUPS[1:]))
    protection = st.sampled_from(("Enabled", "AuditMode", "Disabled"))
    asks: st.SearchStrategy[Step] = st.builds(
        Ask, st.sampled_from(("ada", "bo", "person-00003", "person-00007")), apps
    )
    found: list[st.SearchStrategy[Step]] = [
        st.builds(TagApp, apps, tags),
        st.builds(AddIndicator, domains, st.sampled_from(actions), device_groups=groups),
        st.builds(AddIndicator, domains, st.sampled_from(actions), device_groups=groups),
        st.builds(Withdraw, domains),
        st.builds(SetSwitch, st.sampled_from(SWITCHES), st.booleans()),
        st.builds(NotifyUsers, apps, st.just("It is not approved."), st.sampled_from(("", OFFERED, OFFERED))),
        st.builds(
            PowerShell,
            st.sampled_from(MACHINES),
            protection.map("Set-MpPreference -EnableNetworkProtection {}".format),
        ),
        st.builds(
            AssignSetting,
            st.just("EnableNetworkProtection"),
            protection,
            st.sampled_from(("Intune", "Group Policy")),
            st.sampled_from((*DEPARTMENTS, *MACHINES)),
        ),
        st.builds(
            SaveAccessRule,
            st.sampled_from(("dropbox", "slack")),
            st.sampled_from(("browser", "any")),
            st.sampled_from(("Block", "Monitor only", "Block downloads")),
            some,
        ),
        st.builds(RemoveClient, st.sampled_from(("teams.exe", "onedrive.exe", "outlook.exe")), some),
        st.builds(ImportBlockScript, st.just("Gate")),
        st.builds(
            VisitSite,
            st.sampled_from(MACHINES),
            st.just("chrome.exe"),
            st.sampled_from(("dropbox.com", "miro.com")),
        ),
        asks,
        st.sampled_from(
            (
                OpenTicket("Endpoint", "Isolate a machine", "LO-02 is to be isolated.", "machine:LO-02"),
                SendMessage("user:bo.berg@life.example", "app:dropbox", "What is it for?"),
                GrantException("dropbox", "Sales", f"{SPANS[era][1][:10]}T18:00", "A customer wants it."),
            )
        ),
    ]
    if today:
        found += [
            st.builds(
                SaveScopedProfile,
                st.just(PROFILE),
                groups.filter(bool),
                st.sampled_from(("Include", "Exclude")),
            ),
            st.builds(
                EditScopedProfile,
                st.just(PROFILE),
                groups.filter(bool),
                st.sampled_from(("Include", "Exclude")),
            ),
            st.builds(TagApp, apps, st.sampled_from(("Unsanctioned", "Monitored")), st.just(PROFILE)),
            st.builds(SaveSetting, st.just(BYPASS), st.sampled_from(("1", "2"))),
        ]
    return st.one_of(found)


def ready(era: str) -> tuple[Command, ...]:
    """Return what makes blocks likely."""
    today = era == "defender-today"
    block = "Block execution" if today else "Alert and block"
    return (
        *(SetSwitch(name, True) for name in SWITCHES),
        AddIndicator("teams.microsoft.com", block, device_groups=GROUPS[:1]),
        AddIndicator("slack.com", "Warn" if today else block),
        TagApp("dropbox", "Unsanctioned"),
    )


@st.composite
def livelies(draw: st.DrawFn) -> Lively:
    """Draw a living organisation, a script, and where to cut its time."""
    era = draw(st.sampled_from(sorted(SPANS)))
    resolved = organisation(era)
    last = resolved.end - 1
    # Most people are at work within the first hours, so most of what is done has consequences.
    times = st.one_of(
        st.integers(resolved.start, resolved.start + 5 * HOUR),
        st.integers(resolved.start, resolved.start + 9 * HOUR),
        st.integers(resolved.start, last),
    )
    prepared = [(resolved.start, step) for step in ready(era)] if draw(st.integers(0, 3)) else []
    steps = draw(st.lists(st.tuples(times, _steps(era)), min_size=1, max_size=8))
    script = sorted([*prepared, *steps], key=lambda step: step[0])
    cuts = draw(st.lists(st.integers(resolved.start, last), max_size=8))
    return Lively(era, draw(st.integers(0, 30)), tuple(script), tuple(sorted(cuts)))
