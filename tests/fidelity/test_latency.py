"""The delays of the dossier, measured in play against `latency.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from sim.base.time import HOUR, MINUTE, parse_duration
from sim.base.yamlfile import load
from sim.engine.enforcement.facts import Held
from sim.scenario.eras import load_era
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator
from sim.testing import first_times, switch_on, tries, wait
from sim.views import endpoint
from tests.fidelity.office import APP, DOMAIN, SITE, edge, office

ROWS: list[dict[str, Any]] = load(
    Path(__file__).with_name("latency.yaml").read_text(encoding="utf-8"), "latency.yaml"
).data
SEEDS = (1, 3, 4, 5)
"""None of their machines is one of today's stragglers, which tests/world/test_latency.py counts."""
LONGEST = parse_duration("3h30m")
STEP = 5 * MINUTE
"""Machines are tried this often, so a machine's time may be read so much too late."""


def listed(session: Session) -> bool:
    """Tell whether the portal lists the domain."""
    return any(row.value == DOMAIN for row in endpoint.indicators(session))


def until_listed(session: Session, wanted: bool) -> int:
    """Look every minute; return how long it took until the domain was listed, or gone."""
    start = session.now
    while listed(session) is not wanted and session.now < start + LONGEST:
        wait(session, MINUTE)
    return session.now - start


def on(session: Session) -> list[str]:
    """Return the machines that are not away."""
    staff = session.world.staff
    return [machine.name for machine in staff.machines if not staff.away[machine.index]]


def until_machines(session: Session, wanted: bool) -> list[int]:
    """Try the site in Edge everywhere; return how long each machine took to block it, or to let it pass."""
    names, process = on(session), edge(session)
    took = first_times(
        session, lambda name: tries(session, name, process, SITE) is not wanted, LONGEST, names
    )
    assert set(took) == set(names), "some machine never came round"
    return list(took.values())


@cache
def measured(era: str, seed: int) -> dict[tuple[str, str], list[int]]:
    """Play three mornings (setting, tag and its clearing, indicator by hand); return every span."""
    setting, tag, by_hand = (office(era, seed) for _ in range(3))
    found: dict[tuple[str, str], list[int]] = {}

    setting.submit(TagApp(APP, "Unsanctioned"))
    switch_on(setting)
    found["block-setting", "listed"] = [until_listed(setting, True)]

    switch_on(tag)
    wait(tag, HOUR)
    tag.submit(TagApp(APP, "Unsanctioned"))
    hop = until_listed(tag, True)
    machines = until_machines(tag, True)
    found["tag", "listed"] = [hop]
    found["listed", "all"] = machines
    found["tag", "all"] = [hop + span for span in machines]
    tag.submit(TagApp(APP, ""))
    found["untag", "unlisted"] = [until_listed(tag, False)]
    found["unlisted", "freed"] = until_machines(tag, False)

    by_hand.submit(SetSwitch("Custom network indicators", True))
    by_hand.submit(AddIndicator(DOMAIN, by_hand.world.tenant.portal.actions[Held.BLOCK]))
    found["manual", "all"] = until_machines(by_hand, True)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row['fact']} {row['era']}", marks=pytest.mark.fact(row["fact"]))
        for row in ROWS
    ],
)
def test_a_hop_takes_as_long_as_documented(row: dict[str, Any]):
    """Never shorter than the least nor longer than the most that the documents, or we, say."""
    spans = [span for seed in SEEDS for span in measured(row["era"], seed)[row["from"], row["to"]]]
    assert min(spans) >= parse_duration(row["at-least"])
    assert max(spans) <= parse_duration(row["at-most"]) + STEP
    if "half-within" in row:
        assert median(spans) <= parse_duration(row["half-within"]) + STEP


@pytest.mark.fact("latency.tag-to-indicator.2019")
def test_a_tag_of_2019_takes_3_to_30_minutes_and_mostly_less_than_15():
    """Over a thousand tags; a few minutes are usual, says the document."""
    hop = load_era("mcas-2019").tag_to_indicator
    spans = [hop.sample(7, "tag_to_indicator", number) for number in range(1_000)]
    assert parse_duration("3m") <= min(spans)
    assert max(spans) <= parse_duration("30m")
    assert median(spans) <= parse_duration("15m")
