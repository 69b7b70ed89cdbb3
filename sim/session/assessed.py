"""Assessed runs of a class: a code fixes scenario and seed, and until the end some things are refused.

A code is `SCENARIO:WORD`, where the instructor chooses the word: everybody plays the same seed. With `:each`
behind it every name has a seed of its own. Nobody need keep a list: the seed is drawn from the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sim.base.errors import CommandRefused, InputError, Problem
from sim.base.rng import draw
from sim.session.runfile import Recorded

_CODE = re.compile(r"([A-Za-z0-9_-]+):([A-Za-z0-9_-]{1,40})(:each)?")
REFUSED = frozenset({"take-hint"})
"""Commands that an assessed run does not take."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """Who plays for which class, and for how long."""

    name: str
    code: str
    minutes: int
    """Real minutes from the beginning."""
    ends: int
    """When the time is up by the real clock, in seconds since 1970-01-01 UTC."""

    def header(self) -> dict[str, Any]:
        """Return what the run file's header keeps of it."""
        return {"name": self.name, "code": self.code, "minutes": self.minutes, "ends": self.ends}

    def require(self, kind: str) -> None:
        """Refuse a kind of command that would help."""
        if kind in REFUSED:
            what = "an assessed run has no hints"
            raise CommandRefused(Problem("ASSESSED-HINT", what, advice="prove it by a test visit"))


def assessed_of(header: dict[str, Any]) -> Assessed | None:
    """Return what a run file's header says of it."""
    said = header.get("assessed")
    if not isinstance(said, dict):
        return None
    return Assessed(str(said["name"]), str(said["code"]), int(said["minutes"]), int(said["ends"]))


def read_code(code: str, name: str) -> tuple[str, int]:
    """Return the scenario and the seed of a class's code, for a trainee of this name."""
    found = _CODE.fullmatch(code.strip())
    if found is None:
        what = f"{code!r} is no class code"
        advice = "write SCENARIO:WORD, or SCENARIO:WORD:each for a seed of everybody's own"
        raise InputError(Problem("CLASS-CODE", what, advice=advice))
    seat = (" ".join(name.split()).casefold(),) if found[3] else ()
    return found[1], draw(0, "class", found[0].casefold(), *seat) >> 1


def refuse_assessed(recorded: Recorded) -> None:
    """Raise InputError for an assessed run: it is played in the terminal only."""
    if recorded.header.get("assessed"):
        what = f"{recorded.path} is assessed"
        raise InputError(Problem("RUN-ASSESSED", what, advice="go on with it by unsanctioned play --resume"))
