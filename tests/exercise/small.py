"""A small scenario of one working day, and commands for it: cheap enough to play many times."""

from __future__ import annotations

from typing import Any

from sim.base.time import HOUR, MINUTE
from sim.base.yamlfile import load
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION, UNSANCTIONED
from sim.scenario.load import Resolved, resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario
from sim.session.commands import Command, SetSwitch, TagApp
from sim.session.endpoint_commands import PowerShell

Step = tuple[int, Command]

TEXT = """
format: 1
title: Small
summary: Six people and a day.
mode: exercise
era: mcas-2019
seed: 7
timezone: UTC
start: 2019-12-16T09:00
end: 2019-12-16T17:00
organisation:
  name: Small
  domain: small.example
  people: 6
  hours: ["08:00", "17:30"]
  departments: [{name: All, share: 100}]
  cast:
    - {id: ann, name: Ann Ash, department: All, machine: S-1, browser: chrome}
    - {id: bob, name: Bob Birch, department: All, machine: S-2, browser: edge}
    - {id: cat, name: Cat Cedar, department: All, machine: S-3, browser: edge}
    - {id: dan, name: Dan Dogwood, department: All, machine: S-4, browser: firefox}
    - {id: eve, name: Eve Elm, department: All, machine: S-5, browser: chrome}
    - {id: fay, name: Fay Fir, department: All, machine: S-6, browser: edge}
devices:
  - {people: [eve], managed: false}
delays:
  first_data: {fixed: 15m, mark: test}
  block_setting: {fixed: 5m, mark: test}
  indicator_offer: {fixed: 5m, mark: test}
  machine_pull: {fixed: 10m, mark: test}
habits:
  - {app: dropbox, people: [ann, bob, eve], sessions: 8, between: ["08:30", "16:50"], requests: [4, 8],
     upload: documents}
  - {app: yahoo-webmail, people: [cat, dan], sessions: 4, between: ["08:30", "16:50"], requests: [4, 8]}
  - {app: salesforce, sessions: 4, between: ["08:30", "16:50"], requests: [3, 6]}
documents:
  briefing: Find it and stop it.
  policy:
    - {id: S-1, text: The feed stays on.}
    - {id: S-2, text: Dropbox is prohibited.}
    - {id: S-3, text: Private webmail may be read.}
    - {id: S-4, text: Work goes on.}
    - {id: S-5, text: Documents do not leave by webmail.}
  approved: [{app: salesforce, owner: Sales, purpose: customers}]
  exceptions: none
truth:
  prohibited:
    - {app: dropbox, line: S-2, why: prohibited}
    - {app: yahoo-webmail, line: S-5, people: [dan], why: sends documents}
  tolerated: {yahoo-webmail: S-3}
  feed_line: S-1
  verify_line: S-2
  work_line: S-4
  policy_line: S-1
  policy_threshold: 2
objectives:
  - {id: detect, metric: detect, weight: 10}
  - {id: contain-time, metric: contain-time, weight: 10}
  - {id: exposure, metric: exposure, weight: 10}
  - {id: precision, metric: precision, weight: 10}
  - {id: collateral, metric: collateral, weight: 10}
  - {id: evidence, metric: evidence, weight: 10}
  - {id: judgement, metric: judgement, weight: 10}
  - {id: communication, metric: communication, weight: 10}
  - {id: restraint, metric: restraint, weight: 10}
  - {id: setting, metric: setting, setting: Custom network indicators, weight: 10}
"""

LENIENT = TEXT.replace(
    "  feed_line: S-1",
    """  answers:
    - {app: yahoo-webmail, answers: [tolerate, shadow-it-stop], measures: [warn, scoped-block], line: S-3}
    - {app: salesforce, answers: [tolerate, sanction], line: S-4}
  business_weight: {salesforce: 7}
  feed_line: S-1""",
).replace(
    "- {id: setting, metric: setting, setting: Custom network indicators, weight: 10}",
    """- {id: setting, metric: setting, setting: EnableNetworkProtection, value: Enabled, weight: 5,
     people: [ann, eve, fay], best: 1h, worst: 6h}
  - {id: leaker, metric: contain-time, app: yahoo-webmail, weight: 5}""",
)
"""The same, but the policy leaves a choice, and machines have to be mended."""

TODAY = (
    LENIENT.replace("era: mcas-2019", "era: defender-today")
    .replace("2019-12-16", "2026-11-16")
    .replace("metric: exposure", "metric: exposure, app: yahoo-webmail")
    + """
reactions: {}
hints:
  - {level: 1, price: 7, helps: detect, text: Look at the feed.}
  - {level: 2, price: 9, after: 1h, helps: detect, text: Look at S-1.}
"""
)
"""The same in the products of today; who is stopped goes elsewhere; hints; an objective about a person."""

APPLIANCE = TEXT + "proxy: {name: Edge, kind: bluecoat}\n"
"""The same behind an appliance, which stops unmanaged machines too."""

JOURNEY = TEXT[: TEXT.index("objectives:")] + (
    "weights: {feed: 5, identify: 15, contain: 25, verify: 10}\nproxy: {name: Edge, kind: zscaler}\n"
)
"""The same by the older spelling, the first seven metrics, behind a gateway that fetches the list."""


def small(text: str = TEXT, **parts: Any) -> Resolved:
    """Return the small scenario, with some of its parts replaced."""
    scenario = validate(Scenario, load(text, "small.yaml"))
    return resolve("small", scenario.model_copy(update=parts))


def blocked(start: int, after: int = 0, apps: tuple[str, ...] = ("dropbox",)) -> list[Step]:
    """Return the commands that make a block hold everywhere, from a while after the start."""
    time = start + after
    steps: list[Step] = [
        (time, SetSwitch(name, True)) for name in (INTEGRATION, CUSTOM_INDICATORS, BLOCK_UNSANCTIONED)
    ]
    steps += [(time, TagApp(app, UNSANCTIONED)) for app in apps]
    protect = "Set-MpPreference -EnableNetworkProtection Enabled"
    return steps + [(time, PowerShell(f"S-{number}", protect)) for number in (1, 4, 6)]


__all__ = ["APPLIANCE", "HOUR", "JOURNEY", "LENIENT", "MINUTE", "TEXT", "TODAY", "Step", "blocked", "small"]
