"""What the rules of a scenario, and the shares of its life's pack, say of each person's device.

The world builds devices from it, and casting looks for somebody whose device is as a role wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import draws
from sim.scenario.life import DeviceShare
from sim.scenario.traits import Devices

U64 = NDArray[np.uint64]


def device_traits(
    rules: Sequence[Devices],
    shares: Sequence[DeviceShare],
    people: Sequence[str],
    departments: Sequence[str],
    phones: Sequence[bool],
    keys: U64,
    seed: int,
) -> list[dict[str, Any]]:
    """Return the traits of each person's device in which it is not an ordinary one.

    `phones` marks those who share a colleague's machine; `keys` are what people's draws are keyed by.
    """
    said: list[dict[str, Any]] = [{} for _ in people]
    for number, rule in enumerate(rules):
        drawn = draws(seed, "device-rule", keys, number) % np.uint64(100) < rule.share
        traits = {name: getattr(rule, name) for name in sorted(rule.said)}
        for row in np.flatnonzero(drawn).tolist():
            if _is_about(rule, people[row], departments[row]):
                said[row] |= traits
    usual = _usual(shares, phones, keys, seed)
    # Another system has another build: what is usual on Windows says nothing of it.
    return [own if "system" in own else common | own for common, own in zip(usual, said, strict=True)]


def _usual(
    shares: Sequence[DeviceShare], phones: Sequence[bool], keys: U64, seed: int
) -> list[dict[str, Any]]:
    """Return the traits that devices have by the pack of the scenario's life."""
    found: list[dict[str, Any]] = [{} for _ in phones]
    for number, common in enumerate(shares):
        drawn = draws(seed, "common-device", keys, number) % np.uint64(100) < common.share
        for row in np.flatnonzero(drawn).tolist():
            found[row] |= {name: getattr(common, name) for name in common.said}
    for row in np.flatnonzero(phones).tolist():
        found[row] = {"system": "android", "managed": False}
    return found


def _is_about(rule: Devices, person: str, department: str) -> bool:
    if rule.people or rule.departments:
        return person in rule.people or department in rule.departments
    return True
