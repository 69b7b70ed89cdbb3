"""The `factors` of an app in a catalog file into facts.

factors:
  common-knowledge:            the mark of everything below it
    holding: public            one fact
    has: [soc-2, saml]         booleans that are true
    lacks: [file-sharing]      booleans that are false
  documented:
    "SOC 3 report, May 2025":  the document in which everything below it was read
      has: [soc-3]
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

from sim.engine.catalog.app import DOCUMENTED, MARKS, Fact
from sim.engine.catalog.factors import FACTORS, GROUPS
from sim.engine.catalog.source import Findings, Keys, Source

_RULE = "CATALOG-FACTOR"
_LISTS = ("has", "lacks")


class Origin(NamedTuple):
    """Where facts come from."""

    mark: str
    document: str = ""


def read_facts(source: Source, keys: Keys, raw: object, findings: Findings) -> dict[str, Fact]:
    """Return the facts at `keys`; note what is wrong with them."""
    found: dict[str, Fact] = {}
    if not isinstance(raw, dict):
        advice = "write `factors: {common-knowledge: {iso-27001: true}}`"
        findings.add(source, keys, _RULE, "factors is not a table", advice)
        return found
    for mark, facts in raw.items():
        here = (*keys, str(mark))
        if mark not in MARKS:
            advice = f"use {', '.join(MARKS)}"
            findings.add(source, here, _RULE, f"unknown mark {mark!r}", advice)
        elif mark != DOCUMENTED:
            _read_table(source, here, facts, Origin(str(mark)), findings, found)
        elif not isinstance(facts, dict) or any(name in FACTORS or name in _LISTS for name in facts):
            what, advice = "no document is named", 'write documented: {"SOC 3 report, 2025": {has: [soc-3]}}'
            findings.add(source, here, _RULE, what, advice)
        else:
            for document, told in facts.items():
                origin = Origin(DOCUMENTED, str(document))
                _read_table(source, (*here, str(document)), told, origin, findings, found)
    return found


def _read_table(
    source: Source, keys: Keys, raw: object, origin: Origin, findings: Findings, found: dict[str, Fact]
) -> None:
    """Add the facts of one origin to `found`."""
    if not isinstance(raw, dict):
        findings.add(source, keys, _RULE, "facts are no table", "write {iso-27001: true}")
        return
    for name, value in raw.items():
        _read(source, (*keys, str(name)), value, origin, findings, found)


def _read(
    source: Source, keys: Keys, value: object, origin: Origin, findings: Findings, found: dict[str, Fact]
) -> None:
    """Add what one line below an origin says to `found`."""
    name = str(keys[-1])
    said: list[tuple[Keys, str, object]] = [(keys, name, value)]
    if name in _LISTS:
        if not isinstance(value, list):
            findings.add(source, keys, _RULE, f"{name} is not a list", "write [soc-2, saml]")
            return
        said = [
            ((*keys, position), member, name == "has")
            for position, entry in enumerate(value)
            for member in GROUPS.get(str(entry), (str(entry),))
        ]
    for where, factor_name, raw in said:
        factor = FACTORS.get(factor_name)
        if factor is None:
            near = get_close_matches(factor_name, [*FACTORS, *GROUPS], n=1, cutoff=0)
            advice = f"did you mean {near[0]}?"
            findings.add(source, where, _RULE, f"unknown factor {factor_name!r}", advice)
        elif (wanted := factor.reject(raw)) is not None:
            what = f"{factor_name} cannot be {raw!r}"
            findings.add(source, where, _RULE, what, f"write {wanted}")
        elif factor_name in found:
            findings.add(source, where, _RULE, f"{factor_name} is given twice", "keep one")
        else:
            found[factor_name] = Fact(factor.value(raw), origin.mark, origin.document)
