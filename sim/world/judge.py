"""What becomes of connections, as columns: what a machine holds, what the portal lists, what guards it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Facts, Outcome, Upstream
from sim.engine.enforcement.verdict import verdicts
from sim.world.channel import Channel
from sim.world.guards import Guards
from sim.world.machines import Machines
from sim.world.upstream import Upstream as Beyond

I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of connections."""

    outcome: I64
    bypassed: I64
    """What becomes of them if their user clicked through the warning."""
    indicator: I64
    """Number of the indicator that decided, or that should have; -1 is none."""


class Judge:
    """Brings together everything that decides a connection."""

    def __init__(self, machines: Machines, channel: Channel, guards: Guards, beyond: Beyond) -> None:
        self.listed: I64 = channel.listing(())
        """Number of the indicator that the portal lists, by view and host; all -1 while the switch is off."""
        self._machines = machines
        self._channel = channel
        self._guards = guards
        self._beyond = beyond

    def judge(self, time: I64, began: I64, machine: I64, user: I64, process: I64, host: I64) -> Judged:
        """Judge requests of connections that began at `began`: what the machine held then counts.

        Where no indicator and nothing beyond the machine has anything to say, a connection is open.
        """
        beyond = self._beyond.denies(time, machine, user, process, host)
        spoken_of = self._channel.spoken_of | (self.listed >= 0).any(axis=0)
        told = np.flatnonzero(spoken_of[host] | (beyond != Upstream.NONE))
        outcome = np.full(len(host), Outcome.OPEN, dtype=np.int64)
        indicator = np.full(len(host), -1, dtype=np.int64)
        if not len(told):
            return Judged(outcome, outcome, indicator)
        held, listed = self.indicators(began[told], machine[told], process[told], host[told])
        facts = self.facts(time[told], machine[told], process[told], host[told], held, listed, beyond[told])
        found = verdicts(facts)
        outcome[told] = found
        promised = (found == Outcome.NOT_BLOCKED) | (held < 0)
        indicator[told] = np.where(found == Outcome.OPEN, -1, np.where(promised, listed, held))
        bypassed = outcome
        if (found == Outcome.WARNED).any():
            bypassed = outcome.copy()
            bypassed[told] = verdicts(replace(facts, bypassed=np.ones(len(told), dtype=np.bool_)))
        return Judged(outcome, bypassed, indicator)

    def indicators(self, began: I64, machine: I64, process: I64, host: I64) -> tuple[I64, I64]:
        """Return the numbers of the indicators that decide connections, or -1: as held, and as listed now."""
        view = self._guards.view[machine, process]
        held = self._channel.held(self._machines.last_pull(machine, began), view, host)
        return held, self.listed[view, host]

    def facts(
        self, time: I64, machine: I64, process: I64, host: I64, held: I64, listed: I64, beyond: I64
    ) -> Facts:
        """Return the facts of connections for which no warning was clicked through."""
        actions = self._channel.actions
        return self._guards.facts(
            time,
            machine,
            process,
            host,
            holds=actions[held],
            lists=actions[listed],
            https_path=self._channel.by_path[np.where(held >= 0, held, listed)],
            upstream=beyond,
        )
