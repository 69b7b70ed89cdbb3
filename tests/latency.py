"""`python -m tests.latency`: from tag to block on ten thousand machines, as quantiles and a picture.

The hops and the machines are the world's own; nobody browses. All machines are on nearly all day, so what is
measured is the products' delay and not the nights.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.base.time import HOUR, MINUTE, show_duration
from sim.scenario.eras import load_era
from sim.scenario.load import Resolved
from sim.world.channel import WHOLE
from sim.world.model import World
from tests.reference.small import resolved, scenario

I64 = NDArray[np.int64]

ERAS = ("mcas-2019", "defender-today")
QUANTILES = (1, 10, 25, 50, 75, 90, 95, 99, 100)
_APP, _HOST = "sohu-news", "www.sohu.com"
_SWITCHES = ("Microsoft Cloud App Security", "Custom network indicators", "Block unsanctioned apps")


@cache
def office(era: str, machines: int) -> Resolved:
    """Return an office of so many machines that work round the clock."""
    found = scenario(1)
    found["era"] = era
    found["start"], found["end"] = "2019-12-16T09:00", "2019-12-20T18:00"
    found["organisation"]["people"] = machines
    found["organisation"]["hours"] = ["00:30", "23:00"]
    found["organisation"]["workdays"] = [0, 1, 2, 3, 4, 5, 6]
    found["habits"] = found["habits"][:1]
    found["habits"][0] |= {"share": 0, "between": ["09:00", "17:00"]}
    return resolved(found)


def tag_to_block(era: str, machines: int, seed: int = 1) -> I64:
    """Return for each machine the microseconds from the tag until it holds the indicator; -1 is never."""
    world = World(office(era, machines), seed)
    world.run(world.resolved.start)
    for name in _SWITCHES:
        world.set_switch("analyst", name, True)
    world.run(world.now + HOUR)
    world.set_tag("analyst", _APP, "Unsanctioned")
    tagged = world.now
    while not world.channel.offered:
        world.run(world.next_event() or world.resolved.end)
        world.run(world.now + 1)
    while due := world.indicators.offers_due.in_order():
        world.run(due[-1][0] + 1)
    offered = _offered(world)
    pulls = (world.machines.next_pull(machine, offered - 1) for machine in range(machines))
    return np.array([-1 if pull is None else pull - tagged for pull in pulls], dtype=np.int64)


def _offered(world: World) -> int:
    """Return when the indicator that decides the host was offered."""
    host = world.staff.hosts.index(_HOST)
    number = int(world.channel.listing(world.channel.offered.values())[WHOLE, host])
    wanted = world.tenant.indicators.all[number].id
    return next(e.time for e in world.tenant.log if (e.action, e.detail) == ("Offer indicators", wanted))


def quantiles(delays: I64) -> list[tuple[int, int]]:
    """Return the delay within which so many in a hundred machines hold the block."""
    order = np.sort(delays)
    return [(part, int(order[max(0, -(-len(order) * part // 100) - 1)])) for part in QUANTILES]


def histogram(delays: I64, width: int = 50) -> list[str]:
    """Return one line for each quarter of an hour up to four hours, and one for what is later."""
    step, last = 15 * MINUTE, 4 * HOUR
    counts = np.bincount(np.minimum(delays, last) // step, minlength=last // step + 1)
    labels = [f"{show_duration(n * step):>12} +" for n in range(len(counts) - 1)] + [" later than 4 h"]
    top = max(1, int(counts.max()))
    return [
        f"{label:<16} {int(count):>6} {'#' * -(-int(count) * width // top)}"
        for label, count in zip(labels, counts, strict=True)
    ]


def main(arguments: Sequence[str]) -> None:
    """Print quantiles and a histogram for each era."""
    machines = int(arguments[0]) if arguments else 10_000
    for era in ERAS:
        delays = tag_to_block(era, machines)
        print(
            f"{load_era(era).title}: tag to block, {machines:,} machines, minutes counted in the simulation"
        )
        print("  ".join(f"{part} %: {show_duration(delay)}" for part, delay in quantiles(delays)))
        print("\n".join(histogram(delays)), end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
