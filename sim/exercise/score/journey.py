"""The first seven metrics: from the feed to the policy that keeps watch."""

from __future__ import annotations

from sim.engine.enforcement.facts import STOPPED
from sim.engine.policy.policies import Criterion
from sim.engine.tenant import INTEGRATION, UNSANCTIONED
from sim.exercise.score.evaluated import Cited, Evaluated, Measured, cite
from sim.exercise.score.truth import app_rows, passed
from sim.scenario.objectives import ObjectiveSpec

WRONG_DECISION = 50
"""Per cent of the decision objective that each app blocked against the policy costs (ours)."""


def feed(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """How long the endpoint feed was on."""
    spans = [(max(begin, seen.start), min(end, seen.now)) for begin, end in seen.world.integration_spans]
    share = sum(end - begin for begin, end in spans) * 100 // max(1, seen.now - seen.start)
    line = aim.line or seen.truth.feed_line
    if not share:
        return Measured(0, f"the feed was never on ({line})")
    switch = seen.world.tenant.portal.switch_name(INTEGRATION)
    events = [Cited(begin, f"{switch} was switched on") for begin, _ in spans]
    events += [Cited(end, f"{switch} was switched off") for _, end in spans if end < seen.now]
    because = f"{switch} was on for {share} % of the time ({line})"
    return Measured(100 if share >= 95 else share, because, cite(events))


def identify(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Who uses what is prohibited, where and in which program: F1 of what was written down."""
    keys = seen.keys
    hits, wrong = len(keys & seen.found), len(seen.found - keys)
    lines = aim.line or ", ".join(sorted({u.line for u in seen.wanted}))
    staff, events = seen.world.staff, []
    for f in seen.notes.findings:
        right = "right" if (f.app_id, f.user, f.machine, f.process) in keys else "wrong"
        who, where = seen.world.user_names[f.user], staff.machines[f.machine].name
        what = f"written down: {who} uses {seen.name(f.app_id)} on {where}: {right}"
        events.append(Cited(f.time, what))
    score = 200 * hits // max(1, len(keys) + len(seen.found))
    because = f"{hits} of {len(keys)} prohibited uses written down, {wrong} wrongly ({lines})"
    return Measured(score, because, cite(events))


def contain(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """How many of the connections that could be stopped were stopped."""
    lines = aim.line or ", ".join(sorted(item.line for item in seen.truth.prohibited if not item.people))
    stopped, possible = seen.contained
    bad = seen.of_apps(seen.rows, seen.bad_apps)
    events = seen.first(bad & seen.stopped, "first stopped")
    events += seen.last(bad & passed(seen.rows), "last that got through")
    because = f"{stopped} connections stopped of {possible} that the delays allowed to stop ({lines})"
    return Measured(seen.containment, because, cite(events))


def verify(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """In how many of the places concerned the block was tried and held."""
    concerned = {(u.machine, u.process, u.app_id) for u in seen.wanted if u.app_id in seen.bad_apps}
    staff, proved, events = seen.world.staff, set(), []
    for test in seen.notes.tests:
        place = (test.machine, test.process, staff.apps[int(staff.host_app[test.host])].id)
        if place in concerned:
            held = test.outcome in STOPPED
            proved |= {place} if held else set()
            where = f"{staff.processes[test.process]} on {staff.machines[test.machine].name}"
            what = f"tried in {where}: {'it held' if held else 'it opened'}"
            events.append(Cited(test.time, what))
    line = aim.line or seen.truth.verify_line
    because = f"the block was tried and held in {len(proved)} of {len(concerned)} places ({line})"
    return Measured(len(proved) * 100 // max(1, len(concerned)), because, cite(events))


def decide(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Whether only what the policy prohibits was blocked; paid as far as that was stopped."""
    lines = aim.line or ", ".join(sorted({*seen.truth.tolerated.values()}))
    if not seen.containment:
        return Measured(0, f"nothing was stopped, so leaving the rest alone was no decision ({lines})")
    wrong = seen.wrongly_blocked
    score = max(0, 100 - WRONG_DECISION * len(wrong)) * seen.containment // 100
    if not wrong:
        because = f"only what is prohibited was blocked; the rest was left alone ({lines})"
        return Measured(score, because, cite(seen.efforts))
    named = [f"{seen.name(app)} ({line})" for app, line in list(wrong.items())[:3]]
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    events = [
        Cited(e.time, f"{e.actor} tagged {seen.name(e.target)} {UNSANCTIONED}")
        for e in seen.world.tenant.log
        if e.action == "Tag app" and e.detail == UNSANCTIONED and e.time >= seen.start and e.target in wrong
    ]
    for app in wrong:
        cut = app_rows(seen.world, seen.rows, app) & seen.stopped
        events += seen.first(cut, f"first cut off of {seen.name(app)}")
    return Measured(score, f"blocked against the policy: {', '.join(named)}{more}", cite(events))


def work(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """How many sessions in approved apps were cut off; paid as far as something was stopped."""
    lost, total = seen.lost_share
    line = aim.line or seen.truth.work_line
    if not seen.containment:
        return Measured(0, f"nothing was stopped, so nothing was put at risk ({line})")
    score = max(0, 100 - lost * 1000 // max(1, total)) * seen.containment // 100
    cut = seen.of_apps(seen.rows, sorted(seen.approved)) & seen.stopped
    events = cite(seen.efforts + seen.first(cut, "first cut off") + seen.last(cut, "last cut off"))
    return Measured(score, f"{lost} of {total} sessions in approved apps were cut off ({line})", events)


def watch(seen: Evaluated, aim: ObjectiveSpec) -> Measured:
    """Whether a policy alerts on what many people use, and its alerts are closed with a reason."""
    line, limit = aim.line or seen.truth.policy_line, seen.truth.policy_threshold
    tenant = seen.world.tenant
    kept = [p for p in tenant.policies.saved if dict(p.criteria).get(Criterion.USERS) == limit and p.enabled]
    if not kept:
        return Measured(0, f"no policy alerts on more than {limit} users ({line})")
    raised = [a for a in tenant.cloud_alerts.alerts if a.policy_id in {p.id for p in kept}]
    closed = [a for a in raised if a.closed is not None and (a.reason or a.comment)]
    score = 20 + 20 * any(p.tags for p in kept) + 30 * bool(raised) + 30 * len(closed) // max(1, len(raised))
    events = [Cited(a.time, f"{a.id} raised for {seen.name(a.app_id)}") for a in raised if a.app_id]
    events += [Cited(a.closed, f"{a.id} closed with a reason") for a in closed if a.closed is not None]
    because = f"the policy raised {len(raised)} alerts, {len(closed)} closed with a reason ({line})"
    return Measured(score, because, cite(events))
