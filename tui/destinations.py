"""Where one can go: the top-level destinations and the pages of entities, each loaded when needed.

Screens are named by import path, so that the first paint imports none of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.screen import Screen

from tui.actions import Action


@dataclass(frozen=True)
class Destination:
    """A top-level place, reached by `g` and a letter, by a digit, and from the palette."""

    name: str
    label: str
    phrase: str
    key: str
    path: str
    """`module:Class` of its screen."""
    digit: str = ""
    arguments: tuple[str, ...] = ()
    when: str = ""
    help: str = ""

    @property
    def action(self) -> Action:
        """Return the action that goes there."""
        keys = (f"g {self.key}", *([self.digit] if self.digit else []))
        return Action(f"go.{self.name}", self.label, self.phrase, keys, self.help, self.when)


_S = "tui.screens."

DESTINATIONS: tuple[Destination, ...] = (
    Destination(
        "briefing",
        "Briefing",
        "read the task, the written policy and your findings",
        "b",
        _S + "briefing:BriefingScreen",
        "1",
    ),
    Destination(
        "dashboard",
        "Dashboard",
        "go to the Cloud Discovery dashboard",
        "o",
        _S + "dashboard:DashboardScreen",
        "2",
    ),
    Destination("apps", "Apps", "go to the discovered apps", "a", _S + "apps:AppsScreen", "3"),
    Destination(
        "users",
        "Users",
        "go to the users in Cloud Discovery",
        "u",
        _S + "entities:EntitiesScreen",
        "4",
        ("user",),
    ),
    Destination(
        "machines",
        "{Machines}",
        "go to the {machines} in Cloud Discovery",
        "m",
        _S + "entities:EntitiesScreen",
        "5",
        ("machine",),
    ),
    Destination(
        "addresses",
        "IP addresses",
        "go to the IP addresses in Cloud Discovery",
        "n",
        _S + "entities:EntitiesScreen",
        arguments=("source_ip",),
    ),
    Destination(
        "alerts",
        "Alerts",
        "go to the alerts of {cloud}",
        "q",
        _S + "alerts:CloudAlertsScreen",
        "6",
    ),
    Destination(
        "policies",
        "Policies",
        "go to the policies and their templates",
        "p",
        _S + "policies:PoliciesScreen",
        "7",
    ),
    Destination(
        "settings",
        "Settings",
        "go to the switches of both portals",
        "s",
        _S + "settings:SettingsScreen",
        "8",
    ),
    Destination(
        "cloud_settings",
        "Report settings",
        "go to the Cloud Discovery settings: reports, exclusions, names, IP ranges",
        "d",
        _S + "cloud_settings:CloudSettingsScreen",
    ),
    Destination(
        "timelines",
        "{endpoint_machines}",
        "go to the {machines_list} of {endpoint}",
        "t",
        _S + "machines:MachinesScreen",
        "9",
    ),
    Destination(
        "endpoint_alerts",
        "{endpoint_alerts}",
        "go to the alerts queue of {endpoint}",
        "e",
        _S + "endpoint_alerts:EndpointAlertsScreen",
    ),
    Destination(
        "incidents",
        "Incidents",
        "go to the incidents: alerts that came together",
        "I",
        _S + "incidents:IncidentsScreen",
    ),
    Destination(
        "indicators",
        "Indicators",
        "go to the indicators of {endpoint}",
        "i",
        _S + "indicators:IndicatorsScreen",
    ),
    Destination(
        "propagation",
        "Propagation",
        "see how far a block has come, {machine} by {machine}",
        "v",
        _S + "propagation:PropagationScreen",
        when="simulator",
    ),
    Destination(
        "powershell",
        "PowerShell",
        "open a PowerShell prompt on a {machine}",
        "x",
        _S + "prompt:PromptScreen",
    ),
    Destination(
        "measures",
        "Measures",
        "go to gateways, access policies, programs and messages",
        "w",
        _S + "measures:MeasuresScreen",
    ),
    Destination(
        "fleet",
        "Fleet settings",
        "give settings to many {machines}, and see where they arrived",
        "f",
        _S + "fleet:FleetScreen",
    ),
    Destination(
        "inventory",
        "Inventory",
        "see licences, integrations, where data is kept, and the builds of {machines}",
        "k",
        _S + "inventory:InventoryScreen",
    ),
    Destination(
        "mailbox",
        "Mailbox",
        "read mails and answers to what you asked",
        "y",
        _S + "mailbox:MailboxScreen",
    ),
    Destination(
        "notebook",
        "Case notebook",
        "go to your findings, verdicts, evidence, messages, tickets and exceptions",
        "c",
        _S + "notebook:NotebookScreen",
    ),
    Destination(
        "moments",
        "Go back",
        "go back to a moment of this run, and go on differently",
        "j",
        _S + "rewind:MomentsScreen",
        when="branching",
        help="The run as it is now is kept: going back begins a new one.",
    ),
    Destination(
        "runs",
        "Runs",
        "list the runs of this scenario, and change to another",
        "J",
        _S + "rewind:RunsScreen",
        when="branching",
    ),
    Destination(
        "help_articles",
        "Help articles",
        "read the help articles of both portals",
        "h",
        _S + "help_articles:HelpArticlesScreen",
    ),
    Destination(
        "log",
        "Log",
        "go to the governance log",
        "l",
        _S + "governance:GovernanceScreen",
    ),
    Destination(
        "result",
        "Result",
        "see the score and its reasons",
        "r",
        _S + "result:ResultScreen",
        when="result",
    ),
    Destination(
        "debrief",
        "Debrief",
        "review the run: what was, what could be known, the moments that mattered",
        "z",
        _S + "debrief:DebriefScreen",
        when="over",
    ),
)
PLACES = {destination.name: destination for destination in DESTINATIONS}

ONE_QUEUE = Destination(
    "one_queue", "Alerts", "go to the alerts of both products", "q", _S + "one_queue:OneQueueScreen"
)
"""Where today's portal has the alerts: it stands for the two queues of 2019."""
QUEUES = ("alerts", "endpoint_alerts")

SIMULATED = ("propagation",)
"""Entities whose page is a view of the simulator's own, which an assessed run does not show."""

ENTITIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "app": (_S + "app_page:AppPageScreen", ()),
    "user": (_S + "entities:EntityPageScreen", ("user",)),
    "machine": (_S + "entities:EntityPageScreen", ("machine",)),
    "source_ip": (_S + "entities:EntityPageScreen", ("source_ip",)),
    "timeline": (_S + "machines:TimelineScreen", ()),
    "propagation": (_S + "propagation:PropagationScreen", ()),
    "prompt": (_S + "prompt:PromptScreen", ()),
    "machine_settings": (_S + "machine_settings:MachineSettingsScreen", ()),
    "arrivals": (_S + "fleet:ArrivalsScreen", ()),
}
"""Kind of entity -> its page, and what comes before the entity's id."""


def build(path: str, *arguments: Any, **context: Any) -> Screen[None]:
    """Import the screen at `path` and make one."""
    module, _, name = path.partition(":")
    screen: Screen[None] = getattr(import_module(module), name)(*arguments, **context)
    return screen
