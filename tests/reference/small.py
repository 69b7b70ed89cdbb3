"""Small worlds for the tests: the small office with some of its people, other days, other delays."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from sim.base.yamlfile import Document, load
from sim.scenario.load import Resolved, resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario

_FILE = Path(__file__).parents[1] / "scenarios" / "small-office.yaml"

SPANS = {
    "two days": ("2019-12-16T09:00", "2019-12-17T18:00"),
    "weekend": ("2020-03-27T11:00", "2020-03-30T12:30"),  # summer time begins on the Sunday
}
"""Start and end of play."""

_QUICK = {
    "block_setting": "5m",
    "tag_to_indicator": "3m",
    "indicator_offer": "10m",
    "access_rule": "10m",
    "client_removal": "15m",
    "gpo_refresh": "5m",
    "sccm_policy": "10m",
    "intune_checkin": "13m",
}
_AT_ONCE = dict.fromkeys(_QUICK, "0s")
RHYTHMS: dict[str, dict[str, str]] = {
    "2019": {},
    "quick": {**_QUICK, "machine_pull": "15m"},
    "at once": {**_AT_ONCE, "machine_pull": "110m"},
}
"""Delays that differ from the era's: each is fixed."""


@cache
def _document() -> Any:
    return load(_FILE.read_text(encoding="utf-8"), _FILE.name).data


def data(people: int = 8) -> dict[str, Any]:
    """Return the small office as a file would say it, with only the first `people` of its people."""
    found: dict[str, Any] = deepcopy(_document())
    organisation = found["organisation"]
    organisation["cast"] = organisation["cast"][:people]
    organisation["people"] = people
    present = {member["id"] for member in organisation["cast"]}
    found["machines_off"] = [person for person in found["machines_off"] if person in present]
    for habit in found["habits"]:
        if "people" in habit:
            habit["people"] = [person for person in habit["people"] if person in present]
    return found


def scenario(
    people: int = 8, span: str = "two days", rhythm: str = "2019", traits: str = "{}"
) -> dict[str, Any]:
    """Return the data of one small world; `traits` is JSON of further parts of the file.

    `changed_habits` in it names habits by their number.
    """
    found = data(people)
    found["start"], found["end"] = SPANS[span]
    found["delays"] = {
        hop: {"fixed": delay, "mark": "made up for tests"} for hop, delay in RHYTHMS[rhythm].items()
    }
    said = json.loads(traits)
    for number, changes in said.pop("changed_habits", {}).items():
        found["habits"][int(number)] |= changes
    found["habits"] += said.pop("more_habits", [])
    return found | said


@cache
def small(people: int = 8, span: str = "two days", rhythm: str = "2019", traits: str = "{}") -> Resolved:
    """Return one small world, resolved."""
    return resolved(scenario(people, span, rhythm, traits))


def resolved(found: dict[str, Any]) -> Resolved:
    """Return changed data of a small world, resolved."""
    return resolve("small-office", validate(Scenario, Document(found, {}, "small-office")))
