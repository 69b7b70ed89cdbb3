"""What an author expects the reference players to score, which `unsanctioned check` holds the scenario to."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.base.located import wrong

PLAYERS = ("do-nothing", "block-all", "monitor-all", "guesser", "careful", "oracle")
"""The reference players; a scenario may add some of its own."""

Points = Annotated[int, Field(ge=0, le=100)]


def _rises(band: tuple[int, int]) -> tuple[int, int]:
    if band[0] > band[1]:
        raise wrong("EXPECT-BAND", f"the band falls from {band[0]} to {band[1]}", "write the lower one first")
    return band


Band = Annotated[tuple[Points, Points], AfterValidator(_rises)]
"""Lowest and highest mean score, both included."""
