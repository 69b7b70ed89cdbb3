"""Who the trainee is in the portals."""

from __future__ import annotations

from typing import Literal

from sim.scenario.eras import Strict

Role = Literal["administrator", "operator", "reader"]


class Trainee(Strict):
    """The trainee's role, which decides what the portals let them do (`sim.session.roles`)."""

    role: Role = "administrator"
