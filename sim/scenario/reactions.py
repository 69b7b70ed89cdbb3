"""How people take a block or a warning that they do not click through, as weights."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from sim.base.located import Strict, wrong

Weight = Annotated[int, Field(ge=0, le=1000)]
Share = Annotated[int, Field(ge=0, le=100)]


class Ways(Strict):
    """What somebody does next, as weights; what is not possible weighs nothing.

    Guesses. Those who work around a block outweigh those who do not by some two to one: in a year 69 % of
    1,310 employees had bypassed guidance at least once, and 74 % would if it helped the work (Gartner, May
    and June 2022; third-party).
    """

    retry: Weight = 14
    """Comes back later in the same browser."""
    browser: Weight = 12
    """Tries another browser of the machine."""
    device: Weight = 5
    """Takes the private device that they have at work, which nobody manages; few have one."""
    phone: Weight = 6
    """Does it on a phone of their own, over the mobile network, where no source sees it."""
    sibling: Weight = 26
    """Takes another app of the same category."""
    mail: Weight = 8
    """Sends the file by private mail."""
    ticket: Weight = 12
    """Writes to the help desk."""
    manager: Weight = 4
    """Has the manager complain."""
    give_up: Weight = 18
    """Lets it be."""
    accepts: Share = 60
    """How many in a hundred of those who were offered an approved app use that one instead."""
    clicks: Annotated[int, Field(ge=0, le=500)] = 100
    """How many click through a warning, in hundredths of the scenario's `click_through`."""
    mark: str = "guess"
    source: str = ""

    @model_validator(mode="after")
    def _something(self) -> Ways:
        elsewhere = self.retry + self.browser + self.device + self.phone + self.sibling + self.mail
        if not elsewhere + self.ticket + self.manager + self.give_up:
            what = "nothing has any weight, so nobody would do anything"
            raise wrong("REACTIONS-WEIGHT", what, "give one of the ways a weight, if only give_up")
        return self


class Reacting(Strict):
    """People react. Where they have a persona, its ways count."""

    ways: Ways = Ways()
