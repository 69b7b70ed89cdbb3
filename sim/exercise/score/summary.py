"""What a run comes to, as the data that its file's footer keeps and `run --json` prints."""

from __future__ import annotations

from typing import Any

import sim
from sim.base.time import SECOND
from sim.engine.enforcement.facts import Outcome
from sim.exercise.score import Result
from sim.session.driver import Session


def describe(session: Session, result: Result) -> dict[str, Any]:
    """Return the run's result as the command contract asks for."""
    world, tenant = session.world, session.world.tenant
    rows = world.plane.telemetry.between(session.resolved.start, session.now + 1)
    outcomes = rows.outcome.tolist()
    return {
        "scenario": session.resolved.name,
        "seed": session.seed,
        "player": session.player,
        "era": session.resolved.scenario.era,
        "engine_version": sim.__version__,
        "digest": session.digest(),
        "simulated_seconds": (session.now - session.resolved.start) // SECOND,
        "finished": session.finished,
        "counts": {
            "people": len(world.staff.people),
            "devices": len(world.staff.machines),
            "requests": len(rows),
            "blocked": outcomes.count(Outcome.BLOCKED),
            "warned": outcomes.count(Outcome.WARNED),
            "alerts": len(tenant.cloud_alerts.alerts) + len(tenant.endpoint_alerts.alerts),
            "indicators": len(tenant.indicators.present()),
            "commands": session.commands,
        },
        **result.dump(),
    }
