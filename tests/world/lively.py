"""Living organisations for the tests: the life office, larger or smaller."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from sim.base.yamlfile import Document, load
from sim.scenario.load import Resolved, resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario

_FILE = Path(__file__).parents[1] / "scenarios" / "life-office.yaml"


@cache
def _data() -> Any:
    return load(_FILE.read_text(encoding="utf-8"), _FILE.name).data


def lively(people: int, browsers: Any = None, cast: Any = None, **changes: Any) -> Resolved:
    """Return the life office with so many people, with other browsers, cast and parts of its file."""
    found: dict[str, Any] = deepcopy(_data()) | changes
    found["organisation"] |= {"people": people} | {
        name: said for name, said in (("browsers", browsers), ("cast", cast)) if said
    }
    return resolve("life-office", validate(Scenario, Document(found, {}, "life-office")))
