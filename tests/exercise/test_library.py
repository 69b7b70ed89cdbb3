"""The shipped scenarios: in order, unlike each other, and each of them about what it says it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from sim.base.time import HOUR, MINUTE
from sim.cli.check import structure
from sim.engine.enforcement.settings import NETWORK_PROTECTION
from sim.engine.tenant import INTEGRATION, SANCTIONED, UNSANCTIONED
from sim.exercise.players import play, player
from sim.scenario.compose import compose
from sim.scenario.files import beside, read, shipped
from sim.scenario.load import Resolved, load_scenario, resolve
from sim.scenario.schema import Habit, Scenario
from sim.scenario.story import Story
from sim.session.case_commands import GiveVerdict
from sim.session.commands import Command, RecordFinding, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell
from sim.session.fleet_commands import AssignSetting
from sim.session.gateway_commands import ImportBlockScript
from sim.session.indicator_commands import AddIndicator, SaveScopedProfile
from sim.session.people_commands import AskAbout
from sim.session.policy_commands import SavePolicy
from sim.session.source_commands import RepairCollector
from sim.views.chains import Chains
from sim.views.documents import library
from sim.views.simulator import app_hosts
from sim.world.story_uses import people_of

SEED = 1
EXERCISES = [row.name for row in library() if row.mode == "exercise"]
GUARD = "Set-MpPreference -EnableNetworkProtection"

Without = Callable[[Scenario], Scenario]
Says = Callable[[Resolved, Command], bool]


@dataclass(frozen=True, slots=True)
class Defining:
    """What makes a scenario what it is: how to take it out, and what the oracle does for its sake alone."""

    without: Without
    does: Says
    hours: int = 4
    """How long the oracle has to play until it does that."""
    instead: bool = False
    """It does that only where the defining part is missing."""


def beats(*ids: str) -> Without:
    """Take beats out of the story."""
    return lambda s: _with(s, story=Story(beats=tuple(b for b in s.story.beats if b.id not in ids)))


def habits(change: Callable[[Scenario, Habit], Habit | None]) -> Without:
    """Change what people do every day, or leave some of it out."""
    return lambda s: _with(s, habits=tuple(h for h in (change(s, each) for each in s.habits) if h))


def _with(scenario: Scenario, **parts: Any) -> Scenario:
    return scenario.model_copy(update=parts)


def _all_managed(scenario: Scenario) -> Scenario:
    return _with(scenario, devices=tuple(rule for rule in scenario.devices if rule.managed is not False))


def _shares_no_domain(scenario: Scenario) -> Scenario:
    approved = tuple(one for one in scenario.documents.approved if one.app != "gaggleboard")
    return _with(scenario, documents=scenario.documents.model_copy(update={"approved": approved}))


def _sound(scenario: Scenario) -> Scenario:
    sound = tuple(one.model_copy(update={"faults": ()}) for one in scenario.collectors)
    return _with(scenario, collectors=sound)


def _culprit_app(scenario: Scenario) -> str:
    return scenario.truth.prohibited[0].app


def stops(resolved: Resolved, command: Command) -> bool:
    """Tell whether a command tags the prohibited app Unsanctioned."""
    return command == TagApp(_culprit_app(resolved.scenario), UNSANCTIONED)


def at_machine_of(department: str) -> Says:
    """Tell whether network protection is typed at the computer of somebody of a department."""

    def says(resolved: Resolved, command: Command) -> bool:
        cast = resolved.scenario.organisation.cast
        machines = {member.machine for member in cast if member.department == department}
        return isinstance(command, PowerShell) and GUARD in command.line and command.machine in machines

    return says


def _asks_board(resolved: Resolved, command: Command) -> bool:
    cast = resolved.scenario.organisation.cast
    names = {m.name.lower().replace(" ", ".") for m in cast if m.department == "Board"}
    return isinstance(command, AskAbout) and command.user.partition("@")[0] in names


DEFINING: dict[str, Defining] = {
    # Edge needs no network protection; Chrome does.
    "first-block": Defining(
        habits(lambda _, h: h.model_copy(update={"browser": "edge"}) if h.app == "sohu-news" else h),
        lambda _, c: isinstance(c, PowerShell) and GUARD in c.line,
    ),
    "friday-exfiltration": Defining(
        beats("first-box", "second-box", "third-box", "last-box"),
        lambda _, c: isinstance(c, AddIndicator),
        hours=7,
    ),
    "popular-but-fine": Defining(
        beats("pilot", "neighbours"), lambda _, c: isinstance(c, TagApp) and c.tag == SANCTIONED
    ),
    "shared-domain": Defining(
        _shares_no_domain, lambda _, c: isinstance(c, AddIndicator) and c.action == "Allow", hours=1
    ),
    # Two of three switches are on already, and the third is the one that everybody forgot.
    "broken-control-plane": Defining(
        beats("believed-on"), lambda _, c: c == SetSwitch(INTEGRATION, True), hours=1, instead=True
    ),
    # What is typed at a computer does nothing where Group Policy audits.
    "half-rolled-out": Defining(
        lambda s: _with(s, managed=()),
        lambda _, c: isinstance(c, AssignSetting) and c.setting == NETWORK_PROTECTION.name,
    ),
    "generative-ai-leak": Defining(
        habits(
            lambda s, h: h.model_copy(update={"upload": "little"}) if h.app == _culprit_app(s) else h,
        ),
        stops,
    ),
    # Nothing is typed at computers that nobody manages.
    "consultants-laptops": Defining(_all_managed, at_machine_of("Consultants"), hours=5, instead=True),
    "lookalike": Defining(beats("mail"), stops, hours=24),
    "policy-noise-monday": Defining(beats("mail-from-outside"), stops, hours=6),
    "executive-exception": Defining(
        habits(lambda _, h: None if set(h.people) == {"dame", "amir", "fay"} else h), _asks_board
    ),
    "merger-two-proxies": Defining(_sound, lambda _, c: isinstance(c, RepairCollector), hours=1),
}


@cache
def played(name: str, hours: int) -> Session:
    """Return a scenario as the oracle has left it after some hours."""
    return _oracle(load_scenario(name, SEED), hours)


def _oracle(resolved: Resolved, hours: int) -> Session:
    session = Session(resolved, SEED)
    play(session, player("oracle", session.resolved), session.resolved.start + hours * HOUR)
    return session


def does(session: Session, says: Says) -> bool:
    """Tell whether the oracle has sent a command of a kind."""
    return any(says(session.resolved, one.command) for one in session.sent)


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_scenario_and_its_solution_have_no_mistake(name: str) -> None:
    """Structure, meaning, the solution's commands, and the first minutes of play."""
    assert structure(name).problems == ()


@pytest.mark.parametrize("name", EXERCISES)
def test_without_its_defining_part_the_oracle_does_something_else(name: str) -> None:
    """The part taken out, what the oracle did for its sake is not done; or is, where that part spared it."""
    about = DEFINING[name]
    without = about.without(load_scenario(name, SEED).scenario)
    other = _oracle(resolve(name, without), about.hours)
    assert does(played(name, about.hours), about.does) is not about.instead
    assert does(other, about.does) is about.instead


def first_open_links(session: Session) -> frozenset[str]:
    """Return the first open link of the chain for the apps that the scenario is about, in Chrome, by now."""
    truth = session.resolved.scenario.truth
    found = set()
    for item in truth.prohibited or truth.answers:
        chains = Chains(session, app_hosts(session, item.app)[0])
        first = chains.explain(0, "chrome.exe").explanation.first_open
        found.add("" if first is None else first.link.name)
    return frozenset(found)


def decision(resolved: Resolved, command: Command) -> Hashable:
    """Return what a command decides, without the names of apps and people; None where it decides nothing."""
    match command:
        case TagApp():
            return "tag", command.tag, bool(command.profile)
        case GiveVerdict() if command.subject.startswith("app:"):
            return "verdict", command.verdict
        case AddIndicator():
            return "indicator", command.action, bool(command.device_groups)
        case SaveScopedProfile():
            return "profile", command.type
        case AssignSetting():
            return "assign", command.setting, command.value
        case PowerShell() if "Set-MpPreference" in command.line:
            return "type", command.line
        case RepairCollector():
            return "repair", command.remedy
        case ImportBlockScript() | SavePolicy():
            return command.kind
        case RecordFinding():
            return "find", command.app in resolved.scenario.truth.tolerated
        case _:
            return None


HOURS = {name: max(about.hours, 4) for name, about in DEFINING.items()} | {"merger-two-proxies": 24}
"""How long the oracle has to play until it has decided everything."""


def decisions(name: str) -> frozenset[Hashable]:
    """Return the right set of decisions: those of the oracle, and how many of each verdict."""
    session = played(name, HOURS[name])
    found = Counter(decision(session.resolved, one.command) for one in session.sent)
    verdicts = [
        (what, times) for what, times in found.items() if isinstance(what, tuple) and "verdict" in what
    ]
    return frozenset([*verdicts, *found])


def test_no_two_share_both_the_first_open_link_and_the_right_decisions() -> None:
    """The link as play begins; the decisions by kind, so that another name alone is no other decision."""
    shapes: dict[tuple[frozenset[str], frozenset[Hashable]], str] = {}
    for name in EXERCISES:
        session = Session(load_scenario(name, SEED), SEED)
        session.advance(session.resolved.start + 5 * MINUTE)
        shape = first_open_links(session), decisions(name)
        assert shapes.setdefault(shape, name) == name
    assert len({links for links, _ in shapes}) >= 4


def test_in_three_at_least_the_right_answer_is_not_to_block() -> None:
    """By hours of play nothing is blocked for everybody: no tag stands, no indicator is without a group."""
    spared = []
    for name in EXERCISES:
        session = played(name, HOURS[name])
        tenant, sent = session.world.tenant, [one.command for one in session.sent]
        tagged = UNSANCTIONED in tenant.tags.values() and not any(
            isinstance(c, TagApp) and c.profile for c in sent
        )
        blocked = any(
            isinstance(c, AddIndicator) and "lock" in c.action and not c.device_groups for c in sent
        )
        if not tagged and not blocked:
            spared.append(name)
    assert set(spared) == {"popular-but-fine", "friday-exfiltration", "executive-exception"}


def test_audit_mode_shows_the_tool_that_block_mode_would_break() -> None:
    """Half rolled out: before anything blocks, the audited crews' tool stands in their own event logs."""
    session = Session(load_scenario("half-rolled-out"))
    for switch in session.world.tenant.switches:
        session.submit(SetSwitch(switch, True))
    session.advance(session.resolved.start + 5 * HOUR)
    line = "Get-WinEvent -LogName 'Microsoft-Windows-Windows Defender/Operational'"
    crews = [m.machine for m in session.resolved.scenario.organisation.cast if m.department == "Survey"]
    shown = "".join(
        session.submit(PowerShell(str(machine), f"{line} | Format-List Id, Message")).text
        for machine in crews
    )
    assert "1125" in shown
    assert "fieldbook.exe" in shown
    assert "1126" not in shown


def test_every_exercise_says_how_hard_and_how_long_it_is_and_what_is_to_be_learnt() -> None:
    """Three levels, 10 to 60 minutes; the summary is what the instructor's sheet calls the objective."""
    rows = [row for row in library() if row.mode == "exercise"]
    assert len(rows) == 12
    assert {row.level for row in rows} == {"easy", "medium", "hard"}
    assert all(row.minutes is not None and 10 <= row.minutes <= 60 for row in rows)
    assert len({row.summary for row in rows}) == 12
    for row in rows:
        assert len(row.summary.split()) >= 8, row.name
        assert sum(aim.weight for aim in load_scenario(row.name).scenario.aims) == 100


def culprits(resolved: Resolved, seed: int) -> frozenset[str]:
    """Return who uses the apps that the scenario is about, for more than the truth leaves alone."""
    scenario, staff = resolved.scenario, Session(resolved, seed).world.staff
    truth = scenario.truth
    named = {person for item in truth.prohibited for person in item.people}
    if named:
        return frozenset(named)
    apps = {item.app for item in truth.prohibited or truth.answers}
    found = {p for h in scenario.habits if h.app in apps for p in h.people}
    for name, use in scenario.story.uses:
        if use.app in apps:
            found |= {staff.people[place].name for place in people_of(use, staff, seed, name).tolist()}
    return frozenset(found)


def owners(scenario: Scenario) -> tuple[str, ...]:
    """Return who answers for apps by name: in the list, in an exception, in what people say when asked."""
    said = [one.owner for one in scenario.documents.approved]
    said += [scenario.documents.exceptions, *(line.text for line in scenario.documents.policy)]
    said += [purpose.says for purpose in scenario.asking.purposes]
    names = [member.name for member in scenario.organisation.cast]
    return tuple(sorted({name for name in names for text in said if name in text}))


@pytest.mark.parametrize("name", EXERCISES)
def test_culprit_app_and_owner_vary_with_the_seed_unless_the_file_says_fixed(name: str) -> None:
    """Ten seeds; a whole file or the role of an app may say `fixed`."""
    head = compose(read(name), beside(name)).head
    seeds = range(1, 11)
    cast = {seed: load_scenario(name, seed) for seed in seeds}
    scenarios = [cast[seed].scenario for seed in seeds]
    apps = {tuple(i.app for i in s.truth.prohibited or s.truth.answers) for s in scenarios}
    whose = {culprits(cast[seed], seed) for seed in seeds}
    who = {owners(scenario) for scenario in scenarios}
    if head.fixed:
        assert len(apps) == len(whose) == len(who) == 1
        return
    app_says_fixed = any(role.fixed for role in head.apps.values())
    assert (len(apps) > 1) is not app_says_fixed
    assert len(whose) > 1
    assert len(who) > 1
