"""What a score is reckoned from, beside the connections: one record a fact, for whoever checks a score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sim.engine.enforcement.settings import SETTINGS
from sim.engine.policy.policies import Criterion
from sim.exercise.score.alerted import app_of
from sim.exercise.score.labels import moved
from sim.exercise.score.setting import switch_states
from sim.exercise.score.truth import Baseline
from sim.session.driver import Session
from sim.world.displacement import Way
from sim.world.model import World

Fact = dict[str, Any]


def facts(session: Session, base: Baseline) -> Iterator[Fact]:
    """Yield every fact; times are microseconds UTC, everything else has its name."""
    resolved = session.resolved
    yield {"kind": "run", "start": resolved.start, "end": resolved.end, "now": session.now}
    yield from _places(session)
    yield from _portal(session)
    yield from _phones(session)
    yield from _alerts(session)
    yield from _control(session.world, "")
    yield from _control(base.world, "untouched-")
    yield from _notes(session)


def _places(session: Session) -> Iterator[Fact]:
    staff = session.world.staff
    for person in staff.people:
        own = staff.machines[person.machine].name
        yield {"kind": "person", "id": person.id, "account": person.upn, "machine": own}
    for machine in staff.machines:
        yield {"kind": "machine", "name": machine.name, "managed": machine.device.managed}


def _portal(session: Session) -> Iterator[Fact]:
    tenant = session.world.tenant
    for entry in tenant.log:
        yield {"kind": "log", **asdict(entry)}
    for since, until in session.world.integration_spans:
        yield {"kind": "feed", "since": since, "until": until}
    for indicator in tenant.indicators.all:
        yield {
            "kind": "indicator",
            "id": indicator.id,
            "action": indicator.action.name.lower(),
            "groups": list(indicator.scope.groups),
            "created": indicator.created,
            "app": app_of(session, indicator.number),
        }
    for policy in tenant.policies.saved:
        yield {
            "kind": "policy",
            "id": policy.id,
            "enabled": policy.enabled,
            "users": dict(policy.criteria).get(Criterion.USERS),
            "tags": list(policy.tags),
        }


def _phones(session: Session) -> Iterator[Fact]:
    staff = session.world.staff
    for one in session.world.displacement.reactions:
        if one.way is Way.PHONE:
            user, app = staff.people[one.person].upn, staff.apps[one.target].id
            why = moved(session.world, one)
            yield {
                "kind": "phone",
                "time": one.goes_on,
                "user": user,
                "app": app,
                "bytes": one.bytes_up,
                "was": why.was,
                "insteadOf": why.instead_of,
                "stoppedBy": why.stopped_by,
            }


def _alerts(session: Session) -> Iterator[Fact]:
    world = session.world
    staff, tenant = world.staff, world.tenant
    for cloud in tenant.cloud_alerts.alerts:
        yield {
            "kind": "alert",
            "id": cloud.id,
            "time": cloud.time,
            "policy": cloud.policy_id,
            "app": cloud.app_id,
            "users": [cloud.who],
            "closed": cloud.closed,
            "classification": cloud.classification,
            "reason": cloud.reason or cloud.comment,
        }
    for alert in tenant.endpoint_alerts.shown(session.now):
        yield {
            "kind": "alert",
            "id": alert.id,
            "time": alert.visible_at,
            "indicator": tenant.indicators.all[alert.indicator].id,
            "machine": staff.machines[alert.machine].name,
            "users": sorted(world.user_names[user] for user in alert.users if user != staff.analyst),
            "closed": alert.closed,
            "classification": alert.classification,
        }


def _control(world: World, prefix: str) -> Iterator[Fact]:
    for switch in world.era.portals.switches:
        states = switch_states(world, switch)
        yield {"kind": f"{prefix}switch", "id": switch.id, "name": switch.name, "states": states}
    for collector in world.collectors.all:
        spans = [[fault.since, fault.until] for fault in collector.faults]
        yield {"kind": f"{prefix}collector", "name": collector.name, "faults": spans}
    for machine in world.staff.machines:
        changes = world.fleet.changes.get(machine.index, [])
        for name, asked in SETTINGS.items():
            mine = [change for change in changes if change.name == name]
            first = mine[0].before if mine else world.fleet.of(machine.index).effective(name)
            values = [[0, asked.say(first.value)], *([c.time, asked.say(c.after.value)] for c in mine)]
            yield {"kind": f"{prefix}setting", "name": name, "machine": machine.name, "values": values}


def _notes(session: Session) -> Iterator[Fact]:
    world, notes = session.world, session.notes
    staff, users = world.staff, world.user_names
    for finding in notes.findings:
        yield {
            "kind": "finding",
            "time": finding.time,
            "app": finding.app_id,
            "user": users[finding.user],
            "machine": staff.machines[finding.machine].name,
            "process": staff.processes[finding.process],
        }
    for test in notes.tests:
        yield {
            "kind": "test",
            "time": test.time,
            "machine": staff.machines[test.machine].name,
            "process": staff.processes[test.process],
            "app": staff.apps[int(staff.host_app[test.host])].id,
            "outcome": test.outcome.name.lower().replace("_", "-"),
        }
    for verdict in notes.verdicts.values():
        yield {"kind": "verdict", **asdict(verdict)}
    for evidence in notes.evidence:
        yield {**asdict(evidence), "kind": "evidence", "evidence": evidence.kind}
    for question in world.asking.questions:
        yield {"kind": "question", "time": question.time, "app": question.app_id}
    for app_id, time in notes.back_tests.items():
        yield {"kind": "back-test", "time": time, "app": app_id}
    for message in world.messages.sent:
        yield {"kind": "message", "time": message.time, "app": message.app_id, "people": len(message.people)}
    for mail in notes.messages:
        yield {"kind": "mail", "time": mail.time, "subject": mail.subject}
    for subject, time in notes.hints.items():
        yield {"kind": "hint", "subject": subject, "time": time}
    if notes.handover is not None:
        yield {"kind": "handover", "time": notes.handover.time}
