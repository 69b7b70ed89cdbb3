"""What a player works at: product views, documents and commands, and nothing else; truth is out of reach.

A desk remembers what it was shown while nothing has changed, since a player looks a hundred times a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from sim.base.errors import CommandRefused
from sim.engine.catalog.model import App
from sim.engine.tenant import WIN10
from sim.scenario.schema import Documents
from sim.session.answer import Answer
from sim.session.commands import Command
from sim.session.driver import TRAINEE, Session
from sim.session.lookup import machine_index
from sim.views import (
    alerts,
    casebook,
    collectors,
    control,
    discovery,
    documents,
    endpoint,
    fleet,
    mailbox,
    policies,
    reports,
)

Shown = TypeVar("Shown")


def is_own(user: str) -> bool:
    """Tell whether a user, as a timeline or a proxy's log writes one, is the analyst, who tried a site."""
    return user.rpartition("\\")[2].partition("@")[0] == TRAINEE


class Desk:
    """What a player can reach of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._catalog = session.world.tenant.catalog
        self._state: Hashable = None
        self._shown: dict[Hashable, object] = {}
        self._named: dict[str, tuple[App, ...]] = {}
        self._observed: dict[str, tuple[frozenset[endpoint.UseRow], int]] = {}

    @property
    def now(self) -> int:
        """The simulated time on the clock."""
        return self._session.now

    def send(self, command: Command) -> Answer:
        """Send a trainee command."""
        return self._session.submit(command)

    def sent(self) -> tuple[Command, ...]:
        """Return every command sent so far; a resumed run has some before the first look."""
        return tuple(one.command for one in self._session.sent)

    def attempt(self, command: Command) -> Answer | None:
        """Send a command that the moment may refuse, such as a visit at a machine that is offline."""
        try:
            return self.send(command)
        except CommandRefused:
            return None

    def documents(self) -> Documents:
        """Read the briefing, the policy and the approved apps."""
        return documents.documents(self._session)

    def catalog(self) -> tuple[App, ...]:
        """Browse the cloud app catalog."""
        return self._session.world.tenant.catalog.apps

    def find(self, app_id: str) -> App:
        """Return an app of the catalog by id."""
        return self._session.world.tenant.catalog.app(app_id)

    def tags(self) -> tuple[str, ...]:
        """See which tags the portal has for an app."""
        return self._session.world.tenant.portal.tags

    def named(self, text: str) -> tuple[App, ...]:
        """Return the apps of the catalog that a text names, each by its whole name."""
        self._notice()
        if text not in self._named:
            near = (app for app in self.catalog() if app.name in text)
            whole = (app for app in near if re.search(rf"(?<!\w){re.escape(app.name)}(?!\w)", text))
            self._named[text] = tuple(whole)
        return self._named[text]

    def account(self, person: str) -> str:
        """Look up a colleague's account in the address book, by id."""
        return next(one.upn for one in self._session.world.staff.people if one.id == person)

    def switches(self) -> list[control.SwitchRow]:
        """See the settings pages."""
        return control.switches(self._session)

    def reports(self) -> tuple[str, ...]:
        """See which continuous reports there are."""
        return reports.report_names(self._session)

    def apps(self, report: str = WIN10) -> list[discovery.AppRow]:
        """See Discovered apps of a report; the endpoint report by default."""
        return self._once(("apps", report), lambda: discovery.apps(self._session, report))

    def app(self, app_id: str, report: str = WIN10) -> discovery.AppPage:
        """See an app's page in a report."""
        return self._once(("app", report, app_id), lambda: discovery.app_page(self._session, report, app_id))

    def runs_windows(self, machine: str) -> bool:
        """See in the machines list whether a machine's prompt is PowerShell."""
        return endpoint.has_powershell(self._session, machine)

    def device_group(self, machine: str) -> str:
        """See on a machine's page in which device group it is; "" is none."""
        world = self._session.world
        return world.guards.group_of(machine_index(world, machine))

    def uses(self, app_id: str) -> frozenset[endpoint.UseRow]:
        """Go through the machines' timelines, filtered to one app: who used it, in which program."""
        self._notice()
        known, until = self._observed.get(app_id, (frozenset(), -1))
        fresh, until = endpoint.observed(self._session, app_id, until)
        self._observed[app_id] = known | fresh, until
        return known | fresh

    def indicators(self) -> list[endpoint.IndicatorRow]:
        """See Indicators > URLs/Domains."""
        return endpoint.indicators(self._session)

    def endpoint_alerts(self) -> list[alerts.EndpointAlertRow]:
        """See the alerts of the endpoint portal."""
        return alerts.endpoint_alerts(self._session)

    def cloud_alerts(self) -> list[alerts.CloudAlertRow]:
        """See the alerts of the cloud portal."""
        return alerts.cloud_alerts(self._session)

    def dismissals(self) -> list[str]:
        """See the reasons to dismiss an alert, as its dialogue lists them."""
        return [reason.text for reason in self._session.world.era.portals.closings[-1].reasons]

    def mails(self) -> tuple[mailbox.MailRow, ...]:
        """Read the mailbox; questions that wait for an answer stand in it too."""
        return mailbox.mailbox(self._session)

    def notes(self) -> casebook.Casebook:
        """Read the own notes: findings, tests, lookups."""
        return casebook.casebook(self._session)

    def fleet_settings(self) -> list[fleet.SettingRow]:
        """See what the management tools can set."""
        return self._once("fleet settings", lambda: fleet.settings(self._session))

    def assignments(self) -> list[fleet.AssignmentRow]:
        """See what the management tools were told to set."""
        return fleet.assignments(self._session)

    def is_misread(self, source: str) -> bool:
        """See in Automatic log upload whether a data source is read as what its appliance does not write."""
        return any(row.name == source and row.is_misread for row in collectors.data_sources(self._session))

    def policies(self) -> list[policies.PolicyRow]:
        """See Control > Policies."""
        return policies.policies(self._session)

    def _notice(self) -> None:
        """Forget what was shown if a report was fed, somebody changed something, or the catalog grew."""
        tenant = self._session.world.tenant
        if tenant.catalog is not self._catalog:
            self._catalog = tenant.catalog
            self._named.clear()
            self._observed.clear()
        state = (len(tenant.log), self._session.commands, tuple(tenant.streams.updated.items()))
        if state != self._state:
            self._state = state
            self._shown.clear()

    def _once(self, what: Hashable, show: Callable[[], Shown]) -> Shown:
        self._notice()
        if what not in self._shown:
            self._shown[what] = show()
        return cast(Shown, self._shown[what])
