"""The JSON Schema takes the scenarios that the loader takes, explains every section, and finds a slip.

`takes` is a small reading of the keywords that the schema uses, written without the models that make it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from sim.base.yamlfile import read
from sim.scenario.json_schema import json_schema

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json_schema()
FILES = sorted(
    path
    for folder in ("scenarios", "scenarios/templates", "tests/scenarios")
    for path in (ROOT / folder).glob("*.yaml")
)
PACKS = [path for path in (ROOT / "scenarios/packs").glob("*.yaml") if path.name != "office.yaml"]
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
IGNORED = {"title", "description", "default", "examples", "$schema", "$defs"}
BOUNDS = {
    "minimum",
    "maximum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
}


def is_type(name: str, value: object) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def takes(part: Any, value: Any) -> bool:
    """Tell whether a schema takes a value; a keyword that this does not know is a failure of the test."""
    if part is True:
        return True
    unknown = set(part) - IGNORED - BOUNDS - {
        "$ref", "type", "enum", "const", "anyOf", "oneOf", "properties", "additionalProperties",
        "patternProperties", "propertyNames", "required", "items", "prefixItems", "pattern",
    }  # fmt: skip
    assert not unknown, unknown
    if "$ref" in part and not takes(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]], value):
        return False
    types = part.get("type", [])
    if types and not any(is_type(each, value) for each in ([types] if isinstance(types, str) else types)):
        return False
    if value not in part.get("enum", [value]) or value != part.get("const", value):
        return False
    if any(key in part and not any(takes(each, value) for each in part[key]) for key in ("anyOf", "oneOf")):
        return False
    if isinstance(value, str) and "pattern" in part and not re.search(part["pattern"], value):
        return False
    if isinstance(value, int) and not part.get("minimum", value) <= value <= part.get("maximum", value):
        return False
    size = len(value) if isinstance(value, list) else 0
    if size < part.get("minItems", 0) or size > part.get("maxItems", size):
        return False
    if isinstance(value, list):
        first = part.get("prefixItems", [])
        return all(takes(p, v) for p, v in zip(first, value, strict=False)) and all(
            takes(part.get("items", True), each) for each in value[len(first) :]
        )
    if not isinstance(value, dict):
        return True
    known, others = part.get("properties", {}), part.get("additionalProperties", True)
    patterns = part.get("patternProperties", {})

    def entry(key: str, each: object) -> bool:
        if key in known:
            return takes(known[key], each)
        fitting = [child for pattern, child in patterns.items() if re.search(pattern, key)]
        return takes(fitting[0], each) if fitting else others is not False and takes(others, each)

    if set(part.get("required", [])) - set(value):
        return False
    named = all(takes(part.get("propertyNames", True), key) for key in value)
    return named and all(map(entry, value, value.values()))


@pytest.mark.parametrize("path", [*FILES, *PACKS], ids=lambda path: path.stem)
def test_the_schema_takes_what_the_loader_takes(path: Path) -> None:
    assert takes(SCHEMA, read(path).data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("habits:", "habitz:"),
        ("mode: exercise", "mode: exam"),
        ("people: 22", "people: many"),
        ('between: ["09:01", "09:08"]', 'between: ["9", "10"]'),
        ("uniform: [1h45m, 1h58m]", "uniform: [soon, later]"),
        ("weight", "wait"),
        ("requests: [12, 25]", "requests: [12]"),
    ],
)
def test_the_schema_finds_a_slip(old: str, new: str, tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "first-block.yaml").read_text(encoding="utf-8")
    text += "\nobjectives: [{id: feed, metric: feed, weight: 100}]\n"
    path = tmp_path / "slip.yaml"
    path.write_text(text, encoding="utf-8")
    assert takes(SCHEMA, read(path).data)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert not takes(SCHEMA, read(path).data)


def test_every_section_is_explained() -> None:
    """An editor has something to say of every key at the top and of every part."""
    for name, part in SCHEMA["properties"].items():
        parts = [part, *part.get("anyOf", []), part.get("items", {}), part.get("additionalProperties", {})]
        named = [
            SCHEMA["$defs"][p["$ref"].rpartition("/")[2]]
            for p in parts
            if isinstance(p, dict) and "$ref" in p
        ]
        assert any("description" in each for each in [part, *named]), name
    assert all("description" in part for part in SCHEMA["$defs"].values() if part.get("type") == "object")
