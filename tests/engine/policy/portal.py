"""A portal whose continuous reports are fed by hand, one analysis at a time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.base.time import DAY, HOUR
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.streams import WIN10
from sim.engine.policy.alerts import CloudAlert
from sim.engine.policy.policies import Policy
from sim.engine.portal import PORTALS
from sim.engine.tenant import Tenant
from sim.engine.traffic import Traffic, encode
from tests.engine.policy.logs import FICTIONAL, MONDAY, Use

PROXY = "Proxy"


def tenant(period: str = "2019", *policies: Policy) -> Tenant:
    """Return a tenant with one proxy beside the endpoint feed, and policies saved."""
    made = Tenant(
        PORTALS[period],
        FICTIONAL,
        (PROXY,),
        People(),
        Pseudonyms(b"0" * 32),
        device_groups=("Field laptops",),
    )
    for policy in policies:
        made.policies.save(at(0), "analyst", policy)
    return made


def at(offset: int, hour: int = 0) -> int:
    """Return a time so many days after the first Monday."""
    return (MONDAY + offset) * DAY + hour * HOUR


def traffic(uses: Iterable[Use]) -> Traffic:
    """Return uses as the engine's traffic."""
    held = list(uses)
    return Traffic(
        np.array([use.time for use in held], dtype=np.int64),
        encode([use.host for use in held]),
        encode([use.user for use in held]),
        encode([use.source for use in held]),
        bytes_up=np.array([use.up for use in held], dtype=np.int64),
        bytes_down=np.array([use.down for use in held], dtype=np.int64),
    )


def analyse(made: Tenant, now: int, uses: Iterable[Use], source: str = WIN10) -> list[CloudAlert]:
    """Let an analysis run bring uses and evaluate; return the new alerts."""
    before = len(made.cloud_alerts.alerts)
    held = list(uses)
    if held:
        made.streams.receive(now, source, traffic(held))
    made.analyse(now)
    return made.cloud_alerts.alerts[before:]
