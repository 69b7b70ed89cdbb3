"""The feeds into Cloud Discovery that are no logs: the endpoint sensor's chunks, and session control.

The sensor hands over 4,000 transactions, or whatever there is after an hour (CAS/wdatp-integration.md
[19]; documented). Each machine's hour begins at a phase of its own; a machine that is off hands over
when it is next on. A chunk is parsed for a while before an analysis run can use it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.base.columns import grouped
from sim.base.rng import draws
from sim.engine.enforcement.facts import Outcome
from sim.engine.traffic import Coded, Traffic
from sim.scenario.eras import Era
from sim.world.machines import Machines
from sim.world.organisation import Staff
from sim.world.places import Places
from sim.world.telemetry import Rows, join
from sim.world.upstream import Relay

I64 = NDArray[np.int64]


class Sensor:
    """Rows on their way from the machines to Cloud Discovery."""

    def __init__(self, staff: Staff, machines: Machines, era: Era, seed: int) -> None:
        self._machines = machines
        self._era = era
        self._seed = seed
        self._keys = staff.keys
        phase = draws(seed, "sensor-phase", staff.keys) % np.uint64(era.sensor_interval)
        self._phase: I64 = phase.astype(np.int64)
        self._window = np.full(len(machines), -1, dtype=np.int64)
        self._count = np.zeros(len(machines), dtype=np.int64)
        self._rows: list[Rows] = []
        self._windows: list[I64] = []
        self._chunks: list[I64] = []

    def collect(self, rows: Rows) -> None:
        """Take rows in time order into the machines' buffers."""
        if not len(rows):
            return
        window = (rows.time - self._phase[rows.machine]) // self._era.sensor_interval
        order, _ = grouped(rows.machine)
        machine, sorted_window = rows.machine[order], window[order]
        opens = np.r_[True, (machine[1:] != machine[:-1]) | (sorted_window[1:] != sorted_window[:-1])]
        group = np.cumsum(opens) - 1
        begins = np.flatnonzero(opens)
        place = np.arange(len(order)) - begins[group]
        continued = self._window[machine[begins]] == sorted_window[begins]
        place += np.where(continued, self._count[machine[begins]], 0)[group]
        ends = np.r_[begins[1:], len(order)] - 1
        self._window[machine[ends]] = sorted_window[ends]
        self._count[machine[ends]] = place[ends] + 1
        chunk = np.empty(len(order), dtype=np.int64)
        chunk[order] = place // self._era.sensor_chunk
        self._rows.append(rows)
        self._windows.append(window)
        self._chunks.append(chunk)

    def deliver(self, now: int, on_since: list[tuple[int, int]]) -> Rows:
        """Return, and forget, the rows that an analysis run at `now` can use.

        `on_since` holds the spans [from, to) in which the integration was on; a chunk handed over outside
        them never reaches Cloud Discovery.
        """
        rows = join(self._rows)
        if not len(rows):
            return rows
        window, chunk = np.concatenate(self._windows), np.concatenate(self._chunks)
        # Rows are kept in time order, and in time a machine's windows and chunks only go up.
        order, _ = grouped(rows.machine)
        machine, its_window, its_chunk = rows.machine[order], window[order], chunk[order]
        opens = np.ones(len(order), dtype=np.bool_)
        opens[1:] = machine[1:] != machine[:-1]
        opens[1:] |= its_window[1:] != its_window[:-1]
        opens[1:] |= its_chunk[1:] != its_chunk[:-1]
        begins = np.flatnonzero(opens)
        ends = np.r_[begins[1:], len(order)] - 1
        handed = self._handed_over(rows, order, window, begins, ends)
        heads = order[begins]
        delay = self._era.parse.samples(
            self._seed, "parse", self._keys[rows.machine[heads]], window[heads], chunk[heads]
        )
        spans = np.array(on_since, dtype=np.int64).reshape(-1, 2)
        on = ((spans[:, :1] <= handed) & (handed < spans[:, 1:])).any(axis=0)
        gone = (handed <= now) & ~on
        ready = on & (handed + delay <= now)
        member = np.empty(len(rows), dtype=np.int64)
        member[order] = np.cumsum(opens) - 1
        leaves = (ready | gone)[member]
        self._rows, self._windows, self._chunks = (
            [rows.take(~leaves)],
            [window[~leaves]],
            [chunk[~leaves]],
        )
        return rows.take(ready[member])

    def _handed_over(self, rows: Rows, order: I64, window: I64, begins: I64, ends: I64) -> I64:
        machine = rows.machine[order[begins]]
        full = ends - begins + 1 == self._era.sensor_chunk
        closes = self._phase[machine] + (window[order[begins]] + 1) * self._era.sensor_interval
        return np.where(full, rows.time[order[ends]], self._machines.first_on(machine, closes))


def endpoint_traffic(rows: Rows, staff: Staff, users: tuple[str, ...], places: Places) -> Traffic:
    """Return rows as the engine's traffic, with machine and process."""
    machines = tuple(machine.name for machine in staff.machines)
    return Traffic(
        rows.time,
        Coded(rows.host, staff.hosts),
        Coded(rows.user, users),
        places.addresses(rows.time, rows.machine),
        Coded(rows.machine, machines),
        Coded(rows.process, staff.processes),
        bytes_up=rows.bytes_up,
        bytes_down=rows.bytes_down,
        blocked=np.isin(rows.outcome, (Outcome.BLOCKED, Outcome.WARNED)),
        bypassed=rows.outcome == Outcome.BYPASSED,
    )


class SessionFeed:
    """What passes the reverse proxy of session control, or is refused at the sign-in."""

    def __init__(self) -> None:
        self._rows: list[Rows] = []

    def collect(self, rows: Rows) -> None:
        """Take the rows that it saw."""
        seen = (rows.relay != Relay.DIRECT) | (rows.outcome == Outcome.ACCESS_DENIED)
        if seen.any():
            self._rows.append(rows.take(seen))

    def deliver(self) -> Rows:
        """Return, and forget, what it saw."""
        rows, self._rows = join(self._rows), []
        return rows
