"""Which systems and antimalware platforms take part: `builds.csv`, for review, and the platform's version."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sim.engine.enforcement.requirements import os_supported, platform_current, version

ROWS = list(csv.DictReader(Path(__file__).with_name("builds.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=" ".join(list(row.values())[1:4]), marks=pytest.mark.fact(row["fact"]))
        for row in ROWS
    ],
)
def test_a_system_takes_part_from_its_build_on(row: dict):
    """The last build that does not, and the first that does."""
    build = version(row["version"])
    assert build is not None
    assert os_supported(row["period"], row["system"], build) is (row["takes part"] == "yes")


@pytest.mark.fact("gate.platform-version")
@pytest.mark.parametrize(
    ("system", "platform", "current"),
    [
        ("windows", "4.18.1905.9", False),
        ("windows", "4.18.1906.0", True),
        ("windows", "4.19.0", True),
        ("server", "4.18.1905.9", False),
        ("macos", "101.94.12", False),
        ("macos", "101.94.13", True),
        ("linux", "101.78.12", False),
        ("linux", "101.78.13", True),
    ],
)
def test_the_platform_must_be_recent_enough(system, platform, current):
    """4.18.1906 on Windows, and the agents that have network protection elsewhere."""
    found = version(platform)
    assert found is not None
    assert platform_current(system, found) is current
