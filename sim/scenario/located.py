"""Check a scenario or an era profile against its model; mistakes are told in a scenario's words."""

from __future__ import annotations

from sim.base import located
from sim.base.errors import ScenarioError
from sim.base.located import Model
from sim.base.yamlfile import Document


def validate(model: type[Model], document: Document) -> Model:
    """Return the document as `model`; raise ScenarioError with every problem found."""
    return located.validate(model, document, "SCENARIO", ScenarioError)
