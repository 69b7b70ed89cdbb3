"""What anomaly detection has learned does not depend on how often it was asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.rng import draw
from sim.base.time import DAY, HOUR
from sim.engine.discovery.continuous import ContinuousReport
from sim.engine.policy.anomalies import LEARNING_DAYS, Detector, Unusual
from sim.engine.traffic import Traffic, encode
from tests.engine.test_report import CATALOG

HOST = CATALOG.apps[0].domains[0]
DAYS = 20


def use(day: int, users: int, size: int) -> Traffic:
    """Return a day's traffic: each user sends about so much."""
    time = np.array([day * DAY + (9 + user) * HOUR for user in range(users)], dtype=np.int64)
    sizes = np.array([size + draw(1, "size", day, user) % 1_000 for user in range(users)], dtype=np.int64)
    names = encode([f"user{number}" for number in range(users)])
    return Traffic(time, encode([HOST] * users), names, bytes_up=sizes, bytes_down=sizes)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from((10**4, 10**6, 10**9))), min_size=9, max_size=DAYS),
    st.sets(st.integers(1, DAYS)),
    st.dictionaries(st.integers(9, DAYS), st.integers(0, DAYS), max_size=3),
)
def test_asking_day_by_day_finds_what_one_look_at_the_end_finds(
    days: list[tuple[int, int]], asked: set[int], late: dict[int, int]
):
    """Late data of earlier days makes them be learned again, however long ago they are."""
    report, detector = ContinuousReport("Proxy", CATALOG), Detector()
    found: dict[int, list[Unusual]] = {}
    fresh: set[int] = set()
    for day, (users, size) in enumerate(days):
        report.take(day * DAY, use(day, users, size))
        changed = {day}
        if day in late and late[day] < day:
            report.take(day * DAY, use(late[day], 2, 10**7))
            changed.add(late[day])
        detector.forget_from(min(changed))
        fresh |= changed
        if day in asked or day == len(days) - 1:
            found |= {each: [] for each in range(min(fresh), day + 1)}
            for each in detector.unusual(report, set(range(min(fresh), day + 1))):
                found[each.day].append(each)
            fresh = set()
    at_once = Detector().unusual(report)
    assert [each for day in sorted(found) for each in found[day]] == at_once
    assert all(each.day >= LEARNING_DAYS for each in at_once)
