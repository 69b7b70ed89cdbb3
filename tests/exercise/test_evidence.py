"""The oracle knows nothing in advance: the evidence of each command stands on a product view before it."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.engine.enforcement.facts import is_smartscreen_browser
from sim.engine.enforcement.precedence import covering
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION, WIN10
from sim.exercise.players import player
from sim.scenario.load import Resolved
from sim.session.alert_commands import CloseAlert
from sim.session.commands import Command, RecordFinding, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.policy_commands import SavePolicy
from sim.views import control, discovery, documents, endpoint
from sim.views.alerts import cloud_alerts, endpoint_alerts
from tests.exercise.runs import Run, changed, first_block, replayed, run, run_of


def written(session: Session, *words: str) -> bool:
    """Return whether one line of the written policy holds all the words."""
    return any(all(word in line.text for word in words) for line in documents.documents(session).policy)


def prohibited(session: Session, app_id: str) -> bool:
    """Return whether the written policy prohibits the app by its name."""
    return written(session, discovery.app_page(session, WIN10, app_id).name, "prohibited")


def named(session: Session, machine: str, app_id: str) -> bool:
    """Return whether the report or an alert names the machine with the app."""
    page = discovery.app_page(session, WIN10, app_id)
    in_alerts = {row.machine for row in endpoint_alerts(session) if row.app == page.name}
    return machine in {row.name for row in page.machines} | in_alerts


def used(session: Session, machine: str, app_id: str) -> set[tuple[str, str]]:
    """Return who used the app in which program, as the machine's timeline shows it."""
    return {(row.user, row.process) for row in endpoint.timeline(session, machine, app_id)}


def evidence(session: Session, command: Command) -> bool:
    """Return whether the product views of this moment ask for the command."""
    match command:
        case SetSwitch(name, on):
            asked = {
                INTEGRATION: written(session, "feed", "stays on"),
                BLOCK_UNSANCTIONED: written(session, "prohibited", "block must hold"),
                CUSTOM_INDICATORS: written(session, "prohibited", "block must hold"),
            }
            return on and asked[name] and {r.name: r.on for r in control.switches(session)}[name] is False
        case TagApp(app, tag):
            shown = discovery.app_page(session, WIN10, app).tag
            return tag == "Unsanctioned" and shown != tag and prohibited(session, app)
        case SavePolicy(template, criteria=criteria):
            people = criteria["Number of users"]
            return written(session, f"{template} policy", f"more than {people} people")
        case PowerShell(machine):
            programs = {process for _, process in used(session, machine, "sohu-news")}
            others = not all(is_smartscreen_browser(process) for process in programs)
            return others and prohibited(session, "sohu-news") and named(session, machine, "sohu-news")
        case RecordFinding(app, user, machine, process):
            page = discovery.app_page(session, WIN10, app)
            sent = {row.name: row.bytes_up or 0 for row in page.users}
            forbidden = prohibited(session, app) or (
                written(session, "webmail: more than 1 MB") and sent.get(user, 0) > 1_000_000
            )
            seen = named(session, machine, app) and (user, process) in used(session, machine, app)
            return forbidden and seen
        case VisitSite(machine, process, host):
            listed = {row.value: row.app for row in endpoint.indicators(session)}
            return covering(dict.fromkeys(listed, 0), host) is not None and any(
                row.process == process and row.app in listed.values()
                for row in endpoint.timeline(session, machine)
            )
        case CloseAlert(number):
            return number in {row.id for row in cloud_alerts(session) if row.status == "Open"}
        case _:
            return False


def untagged() -> Resolved:
    """Return the shipped scenario in which nobody tagged the prohibited app before."""
    tags = {app: tag for app, tag in first_block().scenario.tags.items() if app != "sohu-news"}
    return changed(tags=tags)


@pytest.mark.parametrize("case", ["shipped", "another seed", "untagged"])
def test_every_command_of_the_oracle_has_its_evidence_first(case: str) -> None:
    """Re-executed up to just before each command, the views already show what the command rests on."""
    played: Run
    if case == "untagged":
        played = run_of(untagged(), player("oracle", untagged()))
    else:
        played = run("oracle", None if case == "shipped" else 42)
    kinds: Counter[str] = Counter()

    def look(session: Session, command: Command) -> None:
        assert evidence(session, command), (session.now, command)
        kinds[command.kind] += 1

    again = replayed(played.resolved, played.steps, played.seed, look)
    assert again.result.score == played.result.score >= 95
    assert {"set-switch", "save-policy", "powershell", "record-finding", "visit", "close-alert"} <= set(kinds)
    assert kinds["set-switch"] == 3
    assert kinds["tag-app"] == (case == "untagged")


def test_the_evidence_is_not_there_from_the_start() -> None:
    """At the first minute the views ask for the switches and the policy, and for nothing else."""
    steps = run("oracle").steps
    session = Session(first_block())
    asked = {command.kind for _, command in steps if evidence(session, command)}
    assert asked == {"set-switch", "save-policy"}
