"""`python -m tests.behaviour [--people=500] [--seeds=1,2,3]`: write docs/behaviour.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.behaviour.figures import FIGURES, MOST_EXPLAINED
from tests.behaviour.measured import Measured

PAGE = Path(__file__).resolve().parents[2] / "docs" / "behaviour.md"

_HEAD = """# Is the world plausible?

`python -m tests.behaviour` writes this page: it draws the organisation of `tests/scenarios/life-office.yaml`
with {people} people and the pack *office*, looks at four weeks of it, and compares each seed's world with
figures that others have published of real organisations. A band is what the publications span, or else a
factor of one and a half either way, of two for sizes and for what few do. At most {most} figures may lie
outside, with a reason.

| Figure | Published | Band | {seeds} | Within | Source |
|---|---|---|{columns}|---|---|
"""

_WEAK = """
Known to be wrong:

- The weekend. That it carries 14.6 % of a week is a figure of all cloud use, of whatever device.
  Here every connection is one of a work machine, so the pack has three quarters of all people sit down at
  theirs on a Saturday, which no office sees; the share is right and who makes it up is not. In truth it is
  private and mobile devices and a few people on call. To move it there would give each person a second
  device and would draw every living organisation anew, so the pack says what it does (`presence.weekend` in
  `scenarios/packs/office.yaml`): a scenario about weekends gives its own `habits` to those who are on call,
  and leaves `life` out.
"""


def page(worlds: Sequence[Measured]) -> str:
    """Return the page about some worlds."""
    seeds = " | ".join(f"Seed {world.seed}" for world in worlds)
    found = _HEAD.format(
        people=worlds[0].people, most=MOST_EXPLAINED, seeds=seeds, columns="|".join("---:" for _ in worlds)
    )
    reasons: dict[str, None] = {}
    for figure in FIGURES:
        values = [figure.measure(world) for world in worlds]
        inside = sum(figure.within(value) for value in values)
        told = "yes" if inside == len(values) else f"{inside} of {len(values)}"
        if inside < len(values):
            reasons[f"{figure.name}: {figure.explained or 'not explained'}."] = None
        shown = " | ".join(_shown(value) for value in values)
        band = f"{_shown(figure.low)} to {_shown(figure.high)}"
        found += f"| {figure.name} | {figure.published} | {band} | {shown} | {told} | {figure.source} |\n"
    found += "\nOutside their band:\n\n" + "".join(f"- {reason}\n" for reason in reasons) if reasons else ""
    return found + _WEAK


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}".removesuffix(".0")


def main(arguments: Sequence[str]) -> None:
    """Write the page."""
    said = dict(argument.lstrip("-").split("=", 1) for argument in arguments)
    people = int(said.get("people", "500"))
    seeds = [int(seed) for seed in said.get("seeds", "1,2,3").split(",")]
    PAGE.write_text(page([Measured(people, seed) for seed in seeds]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
