"""The sensor hands over chunks: so many transactions, or what there is after an interval."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.rng import draw
from sim.base.time import HOUR, MINUTE
from sim.scenario.eras import Era
from sim.scenario.load import Resolved
from sim.world.machines import Machines
from sim.world.organisation import Staff, build
from sim.world.sensor import Sensor
from sim.world.telemetry import Rows, join
from tests.properties import played
from tests.properties.scripts import share
from tests.reference.inputs import Inputs
from tests.reference.small import small

SEED = 3
CHUNK = 5


@dataclass(frozen=True)
class Bench:
    """A sensor's surroundings, and rows for it."""

    resolved: Resolved
    staff: Staff
    machines: Machines
    era: Era
    rows: Rows

    def sensor(self) -> Sensor:
        return Sensor(self.staff, self.machines, self.era, SEED)


@cache
def bench(span: str = "two days", chunk: int = CHUNK) -> Bench:
    resolved = small(span=span)
    world = played.play(resolved, SEED, ())[0].world
    era = resolved.era.model_copy(update={"sensor_chunk": chunk})
    rows = world.plane.telemetry.rows()
    return Bench(resolved, build(resolved, SEED), world.machines, era, rows)


@cache
def naive(span: str, chunk: int) -> tuple[tuple[int, int], ...]:
    """Return for each row when its chunk is handed over and when it is ready, one row at a time."""
    given_ = bench(span, chunk)
    era, inputs = given_.era, Inputs(given_.resolved, SEED)
    keys = given_.staff.keys.tolist()
    switched_on = {
        machine: [span for day in range(len(inputs.works)) for span in inputs.machines.spans(machine, day)]
        for machine in range(len(keys))
    }
    open_chunk: dict[tuple[int, int], tuple[int, list[int]]] = {}
    members: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for row in range(len(given_.rows)):
        machine, time = int(given_.rows.machine[row]), int(given_.rows.time[row])
        phase = draw(SEED, "sensor-phase", keys[machine]) % era.sensor_interval
        window = (time - phase) // era.sensor_interval
        number, held = open_chunk.get((machine, window), (0, []))
        if len(held) == chunk:
            number, held = number + 1, []
        held.append(row)
        open_chunk[machine, window] = (number, held)
        members[machine, window, number].append(row)
    found: dict[int, tuple[int, int]] = {}
    for (machine, window, number), held in members.items():
        phase = draw(SEED, "sensor-phase", keys[machine]) % era.sensor_interval
        closes = phase + (window + 1) * era.sensor_interval
        at = min(max(on, closes) for on, off in switched_on[machine] if off > closes)
        if len(held) == chunk:
            at = int(given_.rows.time[held[-1]])
        ready = at + era.parse.sample(SEED, "parse", keys[machine], window, number)
        for row in held:
            found[row] = (at, ready)
    return tuple(found[row] for row in range(len(given_.rows)))


def identities(rows: Rows) -> set[tuple[int, int, int]]:
    return set(zip(rows.time.tolist(), rows.session.tolist(), rows.place.tolist(), strict=True))


def times(span: str) -> st.SearchStrategy[int]:
    resolved = small(span=span)
    return st.integers(resolved.start, resolved.end + 60 * HOUR)


ALWAYS = [(0, 2**62)]
cases = st.tuples(st.sampled_from(["two days", "weekend"]), st.sampled_from([1, 2, CHUNK, 4000]))


@pytest.mark.fact("latency.sensor-flush")
@share(0.5)
@given(cases, st.data())
def test_a_row_is_delivered_once_its_chunk_is_ready(case: tuple[str, int], data: st.DataObject):
    """Full chunks go at their last row, others at the end of the interval; then they are parsed."""
    given_, expected = bench(*case), naive(*case)
    now = data.draw(times(case[0]))
    before = given_.rows.take(given_.rows.time < now)
    sensor = given_.sensor()
    sensor.collect(before)
    ready = np.array([ready <= now for _, ready in expected], dtype=bool)
    assert identities(sensor.deliver(now, ALWAYS)) == identities(given_.rows.take(ready))


@share(0.5)
@given(cases, st.data())
def test_nothing_depends_on_how_often_it_is_called(case: tuple[str, int], data: st.DataObject):
    """Collected and delivered in any steps: the same rows by the same time, and each once."""
    given_ = bench(*case)
    steps = sorted(data.draw(st.lists(times(case[0]), min_size=1, max_size=12)))
    looks = sorted({*data.draw(st.lists(st.sampled_from(steps), max_size=5)), steps[-1]})
    sensor, begin, delivered = given_.sensor(), 0, []
    for step in steps:
        rows = given_.rows
        sensor.collect(rows.take((rows.time >= begin) & (rows.time < step)))
        begin = step
        if step in looks:
            delivered.append(sensor.deliver(step, ALWAYS))
    once = given_.sensor()
    once.collect(given_.rows.take(given_.rows.time < steps[-1]))
    together = join(delivered)
    assert len(identities(together)) == len(together)
    assert identities(together) == identities(once.deliver(steps[-1], ALWAYS))


@share(0.5)
@given(cases, st.data())
def test_a_chunk_handed_over_while_the_integration_is_off_is_lost(case: tuple[str, int], data: st.DataObject):
    """Only what is handed over within the spans reaches Cloud Discovery, whenever one looks."""
    given_, expected = bench(*case), naive(*case)
    points = sorted(data.draw(st.lists(times(case[0]), min_size=4, max_size=4, unique=True)))
    spans = [(points[0], points[1]), (points[2], points[3])]
    end = given_.resolved.end + 100 * HOUR
    sensor = given_.sensor()
    sensor.collect(given_.rows)
    early = sensor.deliver(points[3], spans) if data.draw(st.booleans()) else join([])
    found = join([early, sensor.deliver(end, spans)])
    kept = np.array([any(start <= at < stop for start, stop in spans) for at, _ in expected], dtype=bool)
    assert identities(found) == identities(given_.rows.take(kept))


@pytest.mark.fact("latency.sensor-flush")
def test_the_shipped_sensor_hands_over_four_thousand_or_an_hour():
    """The documented numbers of 2019."""
    era = small().era
    assert (era.sensor_chunk, era.sensor_interval) == (4000, HOUR)


def test_an_idle_machine_is_never_heard_of():
    """No rows, no chunk."""
    sensor = bench().sensor()
    sensor.collect(join([]))
    assert len(sensor.deliver(bench().resolved.end, ALWAYS)) == 0


def test_a_chunk_waits_for_its_machine_to_be_on():
    """What a machine holds when it is switched off in the evening comes the next working morning."""
    given_, expected = bench("weekend", 4000), naive("weekend", 4000)
    saturday = given_.resolved.start + 13 * HOUR
    late = [
        at for (at, _), time in zip(expected, given_.rows.time.tolist(), strict=True) if time < saturday < at
    ]
    monday = saturday + 48 * HOUR
    assert late
    assert min(late) > monday + 5 * HOUR - 30 * MINUTE
