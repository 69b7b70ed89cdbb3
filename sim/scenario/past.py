"""What a scenario may say of the time before play: how long ago it begins, and who kept a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from sim.base.errors import InputError, Problem
from sim.base.located import wrong
from sim.base.time import DAY, parse_duration
from sim.base.yamlfile import Document
from sim.engine.discovery.report import KEPT_DAYS
from sim.engine.inventory import NEEDED, missing
from sim.scenario.eras import Era, Strict

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Past(Strict):
    """The organisation's past: what its people did on the days before play, with nobody to stop them."""

    days: int = Field(ge=1, le=KEPT_DAYS)
    """Written as 30d. What is older than the product keeps would be of no use."""
    endpoint: bool = False
    """The endpoint feed has been on all the time, and is when play begins; else the logs alone remember."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, said: Any) -> Any:
        """Take `30d` for the days alone, here and under `days`."""
        whole = said if isinstance(said, dict) else {"days": said}
        text = whole.get("days")
        if not isinstance(text, str):
            return whole
        advice = f"write whole days such as 30d, {KEPT_DAYS}d at most"
        try:
            span = parse_duration(text)
        except InputError:
            raise wrong("SCENARIO-HISTORY", f"{text!r} is no number of days", advice) from None
        if span % DAY or not DAY <= span <= KEPT_DAYS * DAY:
            raise wrong("SCENARIO-HISTORY", f"{text} is not from 1 to {KEPT_DAYS} whole days", advice)
        return {**whole, "days": span // DAY}


def past_problems(scenario: Scenario, source: Document, era: Era) -> Iterator[Problem]:
    """Yield why nobody could have kept a record of the past."""
    if scenario.history is None:
        return
    place = source.place(("history",))
    period, licences = era.portals.key, scenario.subscription.licences
    lacking = missing(period, NEEDED[period] if licences is None else licences)
    if scenario.history.endpoint and lacking:
        what = f"the endpoint feed cannot have been on without a licence of {' and '.join(lacking)}"
        yield Problem("SCENARIO-HISTORY", what, place, "leave endpoint out, or add the licence")
    if not scenario.history.endpoint and not scenario.proxy:
        advice = "add a proxy, or write `history: {days: 30d, endpoint: true}`"
        yield Problem("SCENARIO-HISTORY", "nobody kept a record of the past", place, advice)
