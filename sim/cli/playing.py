"""Many runs at once: each process plays one seed of one scenario with all the players asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sim.base.errors import InputError, Problem
from sim.exercise.reference import Played, play_seed
from sim.scenario.load import Resolved, load_scenario

MOST_SEEDS = 10_000
Task = tuple[str, tuple[str, ...], int, tuple[str, ...], Path | None]
"""Scenario, values of its variables (NAME=VALUE), seed, players, and the folder for the run files."""


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read seeds: 1-200, or 3,5,8, or both."""
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        span = re.fullmatch(r"(\d{1,18})(?:-(\d{1,18}))?", part)
        low, high = (int(span[1]), int(span[2] or span[1])) if span else (1, 0)
        if high < low or high - low >= MOST_SEEDS:
            advice = f"write 1-200, or 3,5,8; at most {MOST_SEEDS}"
            raise InputError(Problem("SEEDS", f"{part!r} is no range of seeds", advice=advice))
        found += range(low, high + 1)
    return tuple(dict.fromkeys(found))


def play_tasks(tasks: Sequence[Task], workers: int | None = None) -> list[Played]:
    """Play every task and return the runs in the order of the tasks, whatever order they end in.

    Progress is shown on stderr where that is a terminal.
    """
    count = max(1, min(workers or os.cpu_count() or 1, len(tasks)))
    if count == 1:
        with _progress(len(tasks)) as bar:
            return [run for task in bar.track(tasks, description="runs") for run in _play(task)]
    found: dict[int, tuple[Played, ...]] = {}
    # Not by fork: the threads of polars do not survive it.
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool, _progress(len(tasks)) as bar:
        shown = bar.add_task("runs", total=len(tasks))
        waiting = {pool.submit(_play, task): number for number, task in enumerate(tasks)}
        try:
            for done in as_completed(waiting):
                found[waiting[done]] = done.result()
                bar.advance(shown)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [run for number in range(len(tasks)) for run in found[number]]


@lru_cache(maxsize=4)
def _loaded(scenario: str, given: tuple[str, ...]) -> Resolved:
    return load_scenario(scenario, given=given)


def _play(task: Task) -> tuple[Played, ...]:
    scenario, given, seed, players, keep = task
    return play_seed(_loaded(scenario, given), seed, players, keep)


def _progress(total: int) -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal or total < 2)
