"""What will be listed and offered if nobody commands anything more: the way of the indicators, run ahead.

Explain foretells from it when a link closes. It knows what no portal shows: the draws of the hops to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count

from sim.engine.catalog.app import App
from sim.engine.enforcement.indicators import Indicator, IndicatorList
from sim.engine.enforcement.scopes import Profiles
from sim.engine.enforcement.tag_sync import TagSync
from sim.engine.portal import Portal
from sim.world.channel import offer
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class Stage:
    """What is listed and what machines that pull get, from a time on until the next stage."""

    since: int
    present: tuple[Indicator, ...]
    offered: tuple[Indicator, ...]


@dataclass(slots=True)
class _Ahead:
    """The part of the tenant that the synchronisation of tags looks at."""

    portal: Portal
    apps: dict[str, App]
    tags: dict[str, str]
    profiles: Profiles
    indicators: IndicatorList
    tag_sync_on: bool
    tag_severity: str


def outlook(world: World) -> tuple[Stage, ...]:
    """Return the stages to come, the present one first."""
    tenant = world.tenant
    indicators = tenant.indicators.copy()
    ahead = _Ahead(
        tenant.portal,
        tenant.apps,
        tenant.tags,
        tenant.profiles,
        indicators,
        tenant.tag_sync_on,
        tenant.tag_severity,
    )
    sync = TagSync(ahead, lambda *_: None)
    offered = dict(world.channel.offered)
    hops, order = world.hops.copy(), count()
    due: list[tuple[int, int, str, str | int | None]] = [
        *((time, next(order), "sync", app) for time, app in world.indicators.syncs_due.in_order()),
        *((i.expires, next(order), "expiry", None) for i in indicators.present() if i.expires is not None),
        *((time, next(order), "offer", number) for time, number in world.indicators.offers_due.in_order()),
    ]
    heapify(due)
    found = [_stage(world.now, indicators, offered)]
    while due:
        time, _, kind, subject = heappop(due)
        changed: list[Indicator] = []
        if kind == "sync":
            changed = sync.follow(time, subject if isinstance(subject, str) else None)
        elif kind == "expiry":
            changed = indicators.expire(time)
        elif isinstance(subject, int):
            offer(offered, indicators.all[subject])
        for one in changed:
            later = time + hops.draw(time, "indicator_offer", one.value)
            heappush(due, (later, next(order), "offer", one.number))
        found.append(_stage(time, indicators, offered))
    return tuple(found)


def _stage(since: int, indicators: IndicatorList, offered: Mapping[int, Indicator]) -> Stage:
    return Stage(since, tuple(indicators.present()), tuple(offered.values()))
