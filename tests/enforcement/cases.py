"""Cases of the truth table as the engine's own columns."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from hypothesis import strategies as st

from sim.engine.enforcement.facts import (
    Antivirus,
    Engine,
    Facts,
    Held,
    NetworkProtection,
    Outcome,
    System,
    Upstream,
)
from tests.reference.table import ANSWERS, DERIVED, Case

CODES: dict[str, dict[str, IntEnum]] = {
    "engine": dict(zip(ANSWERS["engine"], Engine, strict=True)),
    "system": dict(zip(ANSWERS["system"], System, strict=True)),
    "antivirus": dict(zip(ANSWERS["antivirus"], Antivirus, strict=True)),
    "network_protection": dict(zip(ANSWERS["network_protection"], NetworkProtection, strict=True)),
    "upstream": dict(zip(ANSWERS["upstream"], Upstream, strict=True)),
    "holds": dict(zip(ANSWERS["holds"], Held, strict=True)),
    "lists": dict(zip(ANSWERS["lists"], Held, strict=True)),
}
"""The words of the table and the codes of the engine; every other column is a flag."""

OUTCOMES = dict(zip(DERIVED["outcome"], Outcome, strict=True))

CASES = st.builds(Case, **{name: st.sampled_from(known) for name, known in ANSWERS.items()})
"""Any connection at all."""


def facts(cases: Sequence[Case]) -> Facts:
    """Return cases as columns."""
    return Facts(**{name: _column(name, [getattr(case, name) for case in cases]) for name in ANSWERS})


def _column(name: str, words: list[str]) -> np.ndarray:
    if name in CODES:
        return np.array([CODES[name][word] for word in words], dtype=np.int64)
    return np.array([word in {"yes", "on"} for word in words], dtype=bool)
