"""`make bench`: simulated rows per CPU second beside raw SimPy in the same run, and the TUI's first paint.

Every figure is the median of three interleaved rounds of CPU time; the machine's noise hits all alike.
Nothing here is a test: read the ratios, not the milliseconds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import simpy
from rich.console import Console
from rich.table import Table

from sim.base.time import DAY, HOUR
from sim.scenario.load import Resolved, load_scenario, resolve
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from sim.world.model import World

ROUNDS = 3
PEOPLE = 1_000
SWITCHES = ("Microsoft Cloud App Security", "Custom network indicators", "Block unsanctioned apps")


def raw_simpy(events: int = 300_000, processes: int = 1_000) -> tuple[int, float]:
    """Return timeouts processed and the CPU seconds they took."""
    env = simpy.Environment()

    def ticking(step: float) -> simpy.events.ProcessGenerator:
        for _ in range(events // processes):
            yield env.timeout(step)

    for number in range(processes):
        env.process(ticking(0.5 + number / processes))
    return events, cpu(env.run)


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def large() -> Resolved:
    """Return first-block with a thousand people."""
    small = load_scenario("first-block")
    organisation = small.scenario.organisation.model_copy(update={"people": PEOPLE})
    return resolve("large", small.scenario.model_copy(update={"organisation": organisation}))


def model_only(resolved: Resolved) -> tuple[int, float]:
    """Return the rows of the data plane alone, advanced by quarters of an hour, and the CPU seconds."""
    world = World(resolved, 1)
    begin, end = world.now, world.now + DAY

    def work() -> None:
        for stop in range(begin, end + 1, HOUR // 4):
            world.plane.advance(stop)

    seconds = cpu(work)
    return len(world.plane.telemetry.rows()), seconds


def end_to_end(resolved: Resolved) -> tuple[int, float]:
    """Return the rows of a whole session, from sensor to digest, and the CPU seconds."""
    session = Session(resolved, 1)
    for name in SWITCHES:
        session.submit(SetSwitch(name, True))
    before = len(session.world.plane.telemetry.rows())
    seconds = cpu(lambda: session.advance(session.resolved.end))
    return len(session.world.plane.telemetry.rows()) - before, seconds


def first_paint() -> float:
    """Return the wall seconds from starting Python to the library drawn, headless at 80x24."""
    code = (
        "import asyncio\n"
        "from tui.app import PlayApp\n"
        "async def main():\n"
        "    app = PlayApp()\n"
        "    async with app.run_test(size=(80, 24)) as pilot:\n"
        "        await pilot.pause()\n"
        "asyncio.run(main())\n"
    )
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    resolved = large()
    rates: dict[str, list[float]] = {"raw": [], "model": [], "whole": []}
    rows = 0
    paints = []
    for _ in range(ROUNDS):
        for name, measure in (
            ("raw", raw_simpy),
            ("model", lambda: model_only(resolved)),
            ("whole", lambda: end_to_end(resolved)),
        ):
            count, seconds = measure()
            rates[name].append(count / seconds)
            rows = count if name == "model" else rows
        paints.append(first_paint())
    raw = statistics.median(rates["raw"])
    table = Table(box=None, header_style="bold")
    for title in ("", "a CPU second", "raw SimPy"):
        table.add_column(title, justify="left" if not title else "right")
    for name, title in (
        ("raw", "raw SimPy timeouts, 1,000 processes"),
        ("model", f"rows, model only, {PEOPLE:,} machines, a day"),
        ("whole", f"rows, end to end, {PEOPLE:,} machines, first-block"),
    ):
        median = statistics.median(rates[name])
        table.add_row(title, f"{median:,.0f}", f"{median / raw:.2f}x")
    console = Console()
    console.print(table)
    console.print(f"rows a person and working day: {rows / PEOPLE:,.0f}")
    console.print(
        f"first paint of the library: {statistics.median(paints):.2f} s wall, Python's start included"
    )


if __name__ == "__main__":
    main()
