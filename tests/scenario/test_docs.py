"""An author can write a scenario from the page alone: it names every key, and its example loads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.base.located import Strict
from sim.base.yamlfile import Document, load
from sim.exercise.players.solution import check_commands
from sim.scenario import (
    asking,
    head,
    hints,
    life,
    objectives,
    past,
    schema,
    solution,
    sources,
    spread,
    standing,
    story,
    trainee,
    traits,
)
from sim.scenario.eras import Delay
from sim.scenario.files import SHIPPED
from sim.scenario.load import load_scenario

PAGE = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(kind: scenario\n.*?)```", PAGE, re.DOTALL)
SECTIONS = re.search(r"```yaml\n(roles: .*?)```", PAGE, re.DOTALL)
PARTS = [
    head.Head,
    head.Variable,
    head.Role,
    head.AppRole,
    hints.Hint,
    objectives.ObjectiveSpec,
    objectives.Defensible,
    schema.Scenario,
    schema.Organisation,
    schema.Department,
    schema.CastMember,
    schema.Habit,
    schema.Documents,
    schema.PolicyLine,
    schema.ApprovedApp,
    schema.Truth,
    schema.Prohibited,
    schema.Weights,
    schema.ReferencePlayer,
    schema.ProxyLog,
    schema.BreachNews,
    sources.CollectorSpec,
    sources.CollectorFault,
    standing.Managed,
    standing.Subscription,
    traits.Devices,
    traits.Site,
    traits.Stay,
    traits.Program,
    traits.Destination,
    story.Story,
    story.Beat,
    story.When,
    story.Effect,
    story.SwitchSaved,
    story.AppTagged,
    story.SyncStale,
    story.AntivirusIs,
    story.Offboarded,
    story.Regrouped,
    story.NewHost,
    story.Breached,
    story.CollectorFails,
    story.MailSent,
    story.Paper,
    story.Started,
    story.Ordinary,
    story.Stopped,
    asking.Asking,
    asking.Purpose,
    trainee.Trainee,
    solution.Step,
    solution.Wait,
    solution.Find,
    life.Life,
    life.Location,
    spread.Adopted,
    past.Past,
    Delay,
]

OLD = {"weights"}
"""Spellings that still work, with a warning."""


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_the_page_names_every_key(part: type[Strict]) -> None:
    """Each field stands between backticks, outside the example."""
    prose = PAGE.replace(EXAMPLE.group(0), "") if EXAMPLE else PAGE
    said = {name for name in part.model_fields if f"`{name}`" in prose or f"`{name}:" in prose}
    assert set(part.model_fields) - said == set()


def test_the_example_loads_and_holds_every_optional_trait(tmp_path: Path) -> None:
    """What the page shows is a scenario, and no optional key or trait of a device is missing."""
    assert EXAMPLE
    file = tmp_path / "example.yaml"
    file.write_text(EXAMPLE.group(1), encoding="utf-8")
    scenario = load_scenario(str(file)).scenario
    said = {name for rule in scenario.devices for name in rule.said}
    assert said == set(traits.Devices.model_fields) - {"people", "departments", "share"}
    assert scenario.model_fields_set >= set(schema.Scenario.model_fields) - OLD - {"life"}


def test_the_sections_of_the_tutorial_make_a_valid_scenario_of_a_new_one(tmp_path: Path) -> None:
    """What a newcomer is told to put in place of the new scenario's own sections, for any cast."""
    assert SECTIONS
    whole = load(SHIPPED.root.joinpath("templates", "scenario.yaml").read_text(encoding="utf-8"), "new").data
    file = tmp_path / "translations.yaml"
    file.write_text(json.dumps({**whole, **load(SECTIONS.group(1), "page").data}), encoding="utf-8")
    for seed in range(4):
        resolved = load_scenario(str(file), seed)
        check_commands(resolved, resolved.source or Document(None, {}, ""))
        assert resolved.scenario.truth.prohibited[0].people == (resolved.scenario.casting["lawyer"],)
