"""Which indicator decides: the rules as a data file, and the reference's own algorithm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.yamlfile import load
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import Indicator, IndicatorForm, IndicatorList
from sim.engine.enforcement.precedence import Deciding, covering
from sim.engine.enforcement.scopes import ProfileType, Scope
from sim.engine.enforcement.verdict import Rules
from sim.engine.portal import PORTALS
from tests.reference import traits

_FILE = Path(__file__).with_name("precedence.yaml")
RULES: list[dict[str, Any]] = load(_FILE.read_text(encoding="utf-8"), _FILE.name).data


def listed(*rows: dict[str, str]) -> list[Indicator]:
    """Return the present indicators of a list to which the rows were added in order."""
    held = IndicatorList(PORTALS["today"])
    for row in rows:
        app = "an-app" if row.get("by") == "tag" else None
        value, action = next((value, action) for value, action in row.items() if value != "by")
        held.add(0, IndicatorForm(value=value, action=Held[action.upper()]), "somebody", app)
    return held.present()


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rule, id=rule["name"], marks=[pytest.mark.fact(rule["fact"])] if "fact" in rule else [])
        for rule in RULES
    ],
)
def test_the_rules_hold(rule: dict[str, Any]):
    """Each rule of precedence.yaml."""
    deciding = Deciding(_without_twins(rule["listed"]), rules=Rules(**rule.get("switch", {})))
    found = deciding.decides(rule["asked"], rule.get("ip", ""))
    assert ({} if found is None else {found.value: found.action.name.lower()}) == rule["decides"]
    assert rule["why"]


def _without_twins(rows: list[dict[str, str]]) -> list[Indicator]:
    """Number the rows in order; each in a list of its own, for one list takes a value by hand only once."""
    return [Indicator(**{**_fields(listed(row)[0]), "number": number}) for number, row in enumerate(rows)]


def _fields(indicator: Indicator) -> dict[str, Any]:
    return {name: getattr(indicator, name) for name in indicator.__dataclass_fields__}


labels = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=2, max_size=4)
names = labels.map(".".join)
actions = st.sampled_from(["allow", "audit", "warn", "block"])


@given(st.lists(st.tuples(names, actions), max_size=8), names)
def test_the_deciding_indicator_is_the_references(pairs: list[tuple[str, str]], host: str):
    """Longest domain, then Allow, Audit, Warn, Block, by another algorithm."""
    found = Deciding(_without_twins([{value: action} for value, action in pairs])).decides(host)
    held = frozenset(traits.Indicator(value, action, n) for n, (value, action) in enumerate(pairs))
    assert (found.action.name.lower() if found is not None else "none") == traits.answer(held, host).action


@pytest.mark.parametrize(
    ("host", "value"),
    [
        ("example.com", "example.com"),
        ("www.example.com", "example.com"),
        ("a.b.example.com", "b.example.com"),
        ("notexample.com", None),
        ("example.com.evil.test", None),
        ("com", None),
        ("", None),
    ],
)
def test_a_domain_covers_itself_and_what_is_below_it(host: str, value: str | None):
    """On label boundaries, the longest first."""
    assert covering(["example.com", "b.example.com"], host) == value
    assert covering({"example.com": 0, "b.example.com": 1}, host) == value


@pytest.mark.fact("scope.device-groups")
def test_an_indicator_decides_for_the_machines_in_its_scope_alone():
    """A machine of another device group holds what is left; an empty scope reaches everybody."""
    held = IndicatorList(PORTALS["today"], ("Finance", "Sales"))
    held.add(0, IndicatorForm(value="example.com", action=Held.BLOCK), "somebody")
    held.add(
        0,
        IndicatorForm(value="files.example.com", action=Held.ALLOW, scope=Scope(("Finance",))),
        "somebody",
    )

    def decided(group: str | None) -> Held:
        found = Deciding(held.present(), group).decides("files.example.com")
        assert found is not None
        return found.action

    assert [decided(group) for group in ("Finance", "Sales", "", None)] == [
        Held.ALLOW,
        Held.BLOCK,
        Held.BLOCK,
        Held.ALLOW,
    ]


def test_a_scope_includes_or_excludes():
    """Include reaches its groups, Exclude everybody else, and no groups everybody."""
    include, exclude = Scope(("Sales",)), Scope(("Sales",), ProfileType.EXCLUDE)
    assert [include.reaches(group) for group in ("Sales", "Finance", "")] == [True, False, False]
    assert [exclude.reaches(group) for group in ("Sales", "Finance", "")] == [False, True, True]
    assert Scope().reaches("Sales")
    assert [str(scope) for scope in (include, exclude, Scope())] == [
        "only Sales",
        "all but Sales",
        "everybody",
    ]
