"""What stands in an organisation before play begins: managed settings, licences, where data is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from sim.base.errors import CommandRefused
from sim.engine.enforcement.settings import SETTINGS, Route, setting
from sim.engine.inventory import LICENCES
from sim.scenario.eras import Strict


def _licence(name: str) -> str:
    if name not in LICENCES:
        raise ValueError(f"no licence {name!r}: one of {', '.join(LICENCES)}")
    return name


class Managed(Strict):
    """A setting that an administrator manages, and that has arrived everywhere before play begins.

    Without departments it is about every machine.
    """

    setting: str
    value: str
    """A word of the setting, or On or Off; quote them, since YAML reads On as true."""
    route: Route = Route.GPO
    departments: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Managed:
        try:
            found = setting(self.setting, "today")
            found.read(self.value)
        except CommandRefused as refusal:
            problem = refusal.problems[0]
            raise ValueError(f"{problem.what}; {problem.advice}") from None
        if self.route is Route.POWERSHELL or self.route not in found.places:
            routes = ", ".join(r for r in SETTINGS[found.name].places if r is not Route.POWERSHELL)
            raise ValueError(f"{found.name} is managed by {routes}")
        return self


class Subscription(Strict):
    """What the organisation has bought."""

    licences: tuple[Annotated[str, AfterValidator(_licence)], ...] | None = None
    """Left out: everything that the integration needs."""
    data_location: str = Field(default="Europe", max_length=60)
    """Where Cloud App Security keeps its data, and so what is forwarded to it."""
