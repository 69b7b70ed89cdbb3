"""`make bench`: simulated rows and resolved hosts per CPU second, raw SimPy beside them, and the first paint.

The organisation is the living one of tests/scenarios/life-office.yaml, with as many people as a line says.
Figures are medians of three interleaved rounds of CPU time unless a line says otherwise. How fast the machine
is changes within seconds: a ratio to raw SimPy is to its speed just before and after, one of two works to the
other in the same round. Nothing here is a test: read the ratios, not the milliseconds.
docs/performance.md keeps them.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl
import simpy
from rich.console import Console
from rich.table import Table

from sim.base.time import DAY, HOUR
from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.formats.dictionary import Dictionary
from sim.engine.discovery.hosts import HostNumbering
from sim.engine.discovery.ingest import ahead
from sim.scenario.load import Resolved
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.world.model import World
from sim.world.telemetry import Rows
from tests.properties import played
from tests.reference.model import Reference
from tests.world.lively import lively

ROUNDS = 3
THOUSAND, TEN, HUNDRED = 1_000, 10_000, 100_000
BATCH = 250_000
"""Lines that a block of a log has, more or less."""
SMALL = 60
"""People of the run that the slow reference plays, too."""
SWITCHES = ("Microsoft Cloud App Security", "Custom network indicators", "Block unsanctioned apps")
MONTH = {"start": "2019-12-16T09:00", "end": "2020-01-13T09:00"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run made, and the CPU seconds it took."""

    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows a CPU second."""
        return self.rows / self.seconds


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes; what stood before it is no garbage of its own."""
    gc.collect()
    gc.freeze()
    begin = time.process_time()
    work()
    seconds = time.process_time() - begin
    gc.unfreeze()
    return seconds


def raw_simpy(events: int = 300_000, processes: int = 1_000) -> Measured:
    """Process bare timeouts."""
    env = simpy.Environment()

    def ticking(step: float) -> simpy.events.ProcessGenerator:
        for _ in range(events // processes):
            yield env.timeout(step)

    for number in range(processes):
        env.process(ticking(0.5 + number / processes))
    return Measured(events, cpu(env.run))


def model_only(resolved: Resolved) -> Measured:
    """Advance the data plane alone through a working day, by quarters of an hour."""
    world = World(resolved, 1)
    begin = world.now

    def work() -> None:
        for stop in range(begin, begin + DAY + 1, HOUR // 4):
            world.plane.advance(stop)

    seconds = cpu(work)
    return Measured(len(world.plane.telemetry), seconds)


def end_to_end(resolved: Resolved, span: int) -> Measured:
    """Play a session with the feed on and an app blocked: sensor, discovery, policies, digest."""
    session = Session(resolved, 1)
    for name in SWITCHES:
        session.submit(SetSwitch(name, True))
    session.submit(TagApp("facebook", "Unsanctioned"))
    before = len(session.world.plane.telemetry)
    seconds = cpu(lambda: session.advance(session.now + span))
    return Measured(len(session.world.plane.telemetry) - before, seconds)


def by_events(resolved: Resolved) -> Measured:
    """Play the same day by one SimPy event a row."""
    slow = Reference(resolved, 1)
    seconds = cpu(lambda: slow.play(()))
    return Measured(len(slow.rows), seconds)


def compare(resolved: Resolved) -> None:
    """Refuse to measure unless both make the same rows."""
    session, _ = played.play(resolved, 1, ())
    if played.rows(session) != Reference(resolved, 1).play(()):
        raise SystemExit("the slow reference and the world differ")


def by_world(resolved: Resolved) -> Measured:
    """Play it as the program does, without reports and policies."""
    world = World(resolved, 1)
    seconds = cpu(lambda: world.run(resolved.end))
    return Measured(len(world.plane.telemetry), seconds)


def kept(resolved: Resolved) -> tuple[float, float]:
    """Return the bytes of memory and of Parquet that a kept row takes."""
    world = World(resolved, 1)
    world.run(world.now + DAY)
    blocks = world.plane.telemetry.blocks
    rows = world.plane.telemetry.rows()
    frame = pl.DataFrame({f.name: getattr(rows, f.name) for f in fields(Rows)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        frame.write_parquet(path, compression="zstd")
        size = path.stat().st_size
    return sum(block.nbytes for block in blocks) / len(rows), size / len(rows)


def opening(resolved: Resolved) -> float:
    """Return the CPU seconds from a scenario to a session that can be played."""
    return cpu(lambda: Session(resolved, 1))


def resolution(lines: int = 5_000_000, distinct: int = 219_000, domains: int = 20_000) -> Measured:
    """Resolve the hosts of a log against generated apps as a report does: from text columns, block by block,
    one thread encoding while another looks up. The seconds are wall time.

    Half of the lines go round all distinct hosts, the others to few of them, as in a log; a third of
    the distinct hosts have an app. Nothing is known of any host before.
    """
    apps = tuple(
        App(f"app-{n:05}", f"App {n}", "CRM", "", "", tuple(f"vendor{n * 4 + i}.com" for i in range(4)), "")
        for n in range(domains // 4)
    )
    numbering, dictionary = HostNumbering(Catalog(apps)), Dictionary()
    names = [f"w{i}.site{i % 50}.vendor{i % (3 * domains)}.com" for i in range(distinct)]
    # A whole-number hash of the line: squared, small remainders are many.
    spread = [line * 2_654_435_761 % distinct for line in range(lines // 2)]
    few = [place * place // distinct * (place % 7) // 7 for place in spread]
    hosts = pl.Series([names[i % distinct] for pair in enumerate(few) for i in pair])
    found: list[int] = []
    begin = time.perf_counter()
    blocks = (hosts.slice(start, BATCH) for start in range(0, lines, BATCH))
    for column in ahead(map(dictionary.encode, blocks)):
        found.append(int((numbering.codes(column) >= 0).sum()))
    seconds = time.perf_counter() - begin
    if not 0.2 < sum(found) / lines < 0.8:
        raise SystemExit(f"{sum(found):,} of {lines:,} lines have an app: neither few nor all were meant")
    return Measured(len(hosts), seconds)


def first_paint() -> tuple[float, float]:
    """Return the wall seconds from starting Python to the library drawn, and to its scenarios listed.

    It runs headless at 80x24.
    """
    code = (
        "import asyncio, time\n"
        "from tui.app import PlayApp\n"
        "from tui.screens.library import LibraryScreen\n"
        "listing = LibraryScreen._list\n"
        "def timed(screen):\n"
        "    print(time.time())\n"
        "    listing(screen)\n"
        "    print(time.time())\n"
        "LibraryScreen._list = timed\n"
        "async def main():\n"
        "    app = PlayApp()\n"
        "    async with app.run_test(size=(80, 24)) as pilot:\n"
        "        await pilot.pause()\n"
        "asyncio.run(main())\n"
    )
    begin = time.time()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    drawn, listed = (float(line) - begin for line in done.stdout.split())
    return drawn, listed


def several(work: Callable[[], Measured]) -> Measured:
    """Do something short three times, so that a moment's noise is not all of it."""
    made = [work() for _ in range(3)]
    return Measured(sum(each.rows for each in made) // 3, sum(each.seconds for each in made) / 3)


class Rounds:
    """What was measured in each round, and how fast raw SimPy was just before and after."""

    def __init__(self) -> None:
        self.runs: dict[str, list[Measured]] = {}
        self.beside: dict[str, list[float]] = {}
        """How many times as fast as raw SimPy."""
        self.raw = [raw_simpy().rate]

    def measure(self, name: str, work: Callable[[], Measured]) -> None:
        """Do a piece of work of this round."""
        made = work()
        self.raw.append(raw_simpy().rate)
        self.runs.setdefault(name, []).append(made)
        self.beside.setdefault(name, []).append(made.rate / statistics.mean(self.raw[-2:]))

    def rate(self, name: str) -> float:
        """Return the median of the rounds."""
        return statistics.median(made.rate for made in self.runs[name])

    def ratio(self, fast: str, slow: str) -> float:
        """Return how many times as fast one is as the other, as the median of the rounds."""
        pairs = zip(self.runs[fast], self.runs[slow], strict=True)
        return statistics.median(one.rate / other.rate for one, other in pairs)


def main() -> None:
    """Measure and print."""
    console = Console()
    thousand, ten, hundred = lively(THOUSAND), lively(TEN), lively(HUNDRED)
    small, month = lively(SMALL, end="2019-12-16T20:00"), lively(THOUSAND, **MONTH)
    compare(small)
    rounds, paints, opened = Rounds(), [], []
    works: dict[str, Callable[[], Measured]] = {
        "model": lambda: several(lambda: model_only(thousand)),
        "hundred": lambda: model_only(hundred),
        "ten": lambda: model_only(ten),
        "shift": lambda: several(lambda: end_to_end(thousand, 9 * HOUR)),
        "day": lambda: several(lambda: end_to_end(month, DAY)),
        "month": lambda: end_to_end(month, 28 * DAY),
        "events": lambda: several(lambda: by_events(small)),
        "world": lambda: several(lambda: by_world(small)),
        "hosts": resolution,
    }
    for _ in range(ROUNDS):
        for name, work in works.items():
            rounds.measure(name, work)
        opened.append(opening(thousand))
        paints.append(first_paint())
    memory, parquet = kept(thousand)

    table = Table(box=None, header_style="bold")
    for title in ("", "a CPU second", "raw SimPy", "rows a person"):
        table.add_column(title, justify="left" if not title else "right")
    table.add_row("raw SimPy timeouts, 1,000 processes", f"{statistics.median(rounds.raw):,.0f}", "1.00x", "")
    for name, title, people in (
        ("model", "model rows, 1,000 people, a working day", THOUSAND),
        ("ten", "model rows, 10,000 people, a working day", TEN),
        ("hundred", "model rows, 100,000 people, a working day", HUNDRED),
        ("shift", "end to end, 1,000 people, a shift of 9 hours", THOUSAND),
        ("day", "end to end, 1,000 people, a day", THOUSAND),
        ("month", "end to end, 1,000 people, 28 days", THOUSAND),
        ("events", f"an event a row, {SMALL} people, a day", SMALL),
    ):
        rows = f"{rounds.runs[name][0].rows / people:,.0f}"
        times = f"{statistics.median(rounds.beside[name]):.2f}x"
        table.add_row(title, f"{rounds.rate(name):,.0f}", times, rows)
    console.print(table)
    drawn, listed = map(statistics.median, zip(*paints, strict=True))
    shift = statistics.median(run.seconds for run in rounds.runs["shift"])
    for line in (
        f"a shift of 9 hours of 1,000 people, end to end: {shift:.2f} s of CPU",
        f"CPU a row, 28 days to one: {rounds.ratio('day', 'month'):.2f}",
        f"CPU a row, 100,000 people to 1,000: {rounds.ratio('model', 'hundred'):.2f}",
        f"the world beside an event a row, the same rows: {rounds.ratio('world', 'events'):.0f}x",
        f"bytes a kept row: {memory:.1f} in memory, {parquet:.1f} as Parquet",
        f"a scenario of 1,000 people opens in {statistics.median(opened):.2f} s of CPU",
        f"hosts resolved a second, wall: {rounds.rate('hosts'):,.0f}",
        f"first paint of the library: {drawn:.2f} s wall, its list {listed:.2f} s, Python's start included",
    ):
        console.print(line)


if __name__ == "__main__":
    main()
