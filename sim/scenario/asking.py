"""How people answer when the trainee asks what an app is for."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.base.located import wrong
from sim.scenario.eras import Strict
from sim.scenario.story import Whom


class Purpose(Whom):
    """What people say they use an app for; the first that is about a person counts."""

    app: str
    says: str = Field(min_length=1, max_length=500)


class Asking(Strict):
    """How people answer. Of a hundred so many tell the truth, so many are evasive, the others say nothing.

    Where people have a persona, its own shares count.
    """

    truthful: int = Field(default=65, ge=0, le=100)
    evasive: int = Field(default=20, ge=0, le=100)
    mark: str = "guess"
    """Where the two shares come from."""
    purposes: tuple[Purpose, ...] = ()

    @model_validator(mode="after")
    def _hundred(self) -> Asking:
        if self.truthful + self.evasive > 100:
            what = f"{self.truthful} and {self.evasive} are more than a hundred"
            raise wrong("ASKING-SHARE", what, "lower truthful or evasive")
        return self
