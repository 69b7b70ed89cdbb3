"""`make bench`: simulated rows and resolved hosts per CPU second, raw SimPy beside them, and the first paint.

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
from sim.engine.catalog.model import App, Catalog
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


def resolution(lines: int = 5_000_000, distinct: int = 219_000, domains: int = 20_000) -> tuple[int, float]:
    """Return hosts resolved against generated apps, and the CPU seconds from a fresh catalog.

    Half of the lines go round all distinct hosts, the others to few of them, as in a log; a third of
    the hosts have an app. Every line is a string of its own, as a reader of logs makes them.
    """
    apps = tuple(
        App(
            f"app-{app:05}",
            f"App {app}",
            "CRM",
            "",
            "",
            tuple(f"vendor{app * 4 + i}.com" for i in range(4)),
            "",
        )
        for app in range(domains // 4)
    )
    catalog = Catalog(apps)
    names = [f"h{i}.site{i % 50}.vendor{i % (3 * domains)}.com" for i in range(distinct)]
    # A whole-number hash of the line: squared, small remainders are many.
    spread = [line * 2_654_435_761 % distinct for line in range(lines // 2)]
    few = [place * place // distinct * (place % 7) // 7 for place in spread]
    hosts = [names[i % distinct].replace("h", "w", 1) for pair in enumerate(few) for i in pair]
    seconds = cpu(lambda: catalog.resolve_hosts(hosts))
    return len(hosts), seconds


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
    resolved_rates = []
    for _ in range(ROUNDS):
        for name, measure in (
            ("raw", raw_simpy),
            ("model", lambda: model_only(resolved)),
            ("whole", lambda: end_to_end(resolved)),
        ):
            count, seconds = measure()
            rates[name].append(count / seconds)
            rows = count if name == "model" else rows
        count, seconds = resolution()
        resolved_rates.append(count / seconds)
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
    console.print(f"hosts resolved a CPU second: {statistics.median(resolved_rates):,.0f}")
    console.print(f"rows a person and working day: {rows / PEOPLE:,.0f}")
    console.print(
        f"first paint of the library: {statistics.median(paints):.2f} s wall, Python's start included"
    )


if __name__ == "__main__":
    main()
