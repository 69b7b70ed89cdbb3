"""Reference players: they see product views and the written documents, and send trainee commands.

A player works at a `Desk`, which hands it those views and nothing else; truth is out of its reach. It
looks when a portal notifies it, at most every five minutes, and else every quarter of an hour; it acts only
on what a view shows by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sim.base.errors import CommandRefused, InputError, Problem
from sim.base.time import MINUTE
from sim.engine.catalog.model import App
from sim.engine.enforcement.facts import Held, NetworkProtection, is_smartscreen_browser
from sim.engine.enforcement.precedence import covering
from sim.engine.enforcement.settings import NETWORK_PROTECTION, Route
from sim.engine.tenant import (
    BLOCK_UNSANCTIONED,
    CUSTOM_INDICATORS,
    INTEGRATION,
    UNSANCTIONED,
    WIN10,
)
from sim.scenario.load import Resolved
from sim.scenario.schema import Documents
from sim.session.alert_commands import CloseAlert
from sim.session.answer import Answer
from sim.session.commands import Command, RecordFinding, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.fleet_commands import AssignSetting
from sim.session.indicator_commands import AddIndicator
from sim.session.policy_commands import SavePolicy
from sim.views import alerts, casebook, control, discovery, documents, endpoint, fleet, policies

LOOK_EVERY = 15 * MINUTE
"""How often a player looks without being notified (ours)."""
PAUSE = 5 * MINUTE
"""How long a player works before it can be interrupted again (ours)."""
WATCH_TAG = "Watched"
ALLOWED_FOR = 10 * MINUTE
"""How long what the work needs is allowed before a block is switched on (ours): both lists are offered to
machines within the era's delays, and no machine may get the block first."""
HIDES = "not seen by network protection"
"""What the effect of a setting says where a browser hides the names of sites."""


class Desk:
    """What a player can reach of a session: product views, documents, commands."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def now(self) -> int:
        """The simulated time on the clock."""
        return self._session.now

    def send(self, command: Command) -> Answer:
        """Send a trainee command."""
        return self._session.submit(command)

    def documents(self) -> Documents:
        """Read the briefing, the policy and the approved apps."""
        return documents.documents(self._session)

    def catalog(self) -> tuple[App, ...]:
        """Browse the cloud app catalog."""
        return self._session.world.tenant.catalog.apps

    def switches(self) -> list[control.SwitchRow]:
        """See the settings pages."""
        return control.switches(self._session)

    def apps(self) -> list[discovery.AppRow]:
        """See Discovered apps of the endpoint report."""
        return discovery.apps(self._session, WIN10)

    def app(self, app_id: str) -> discovery.AppPage:
        """See an app's page."""
        return discovery.app_page(self._session, WIN10, app_id)

    def timeline(self, machine: str, app_id: str) -> list[endpoint.TimelineRow]:
        """See a machine's timeline, filtered to one app."""
        return endpoint.timeline(self._session, machine, app_id)

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

    def notes(self) -> casebook.Casebook:
        """Read the own notes: findings, tests, lookups."""
        return casebook.casebook(self._session)

    def fleet_settings(self) -> list[fleet.SettingRow]:
        """See what the management tools can set."""
        return fleet.settings(self._session)

    def assignments(self) -> list[fleet.AssignmentRow]:
        """See what the management tools were told to set."""
        return fleet.assignments(self._session)

    def policies(self) -> list[policies.PolicyRow]:
        """See Control > Policies."""
        return policies.policies(self._session)


Player = Callable[[Desk], None]
"""Looks at the desk once and sends what it decides."""


def do_nothing(desk: Desk) -> None:
    """Look and send nothing."""


@dataclass(frozen=True, slots=True)
class Analyst:
    """A careful analyst, or with fewer duties a careless one."""

    investigates: bool = True
    """Writes findings down, tests blocks and closes alerts."""
    also_unsanction: tuple[str, ...] = ()
    unsanctions_everything: bool = False

    def __call__(self, desk: Desk) -> None:
        """Do what the views of this moment ask for."""
        self._allow_work(desk)
        self._switch_on(desk)
        self._show_names(desk)
        self._keep_policy(desk)
        concerned = self._concerned(desk)
        self._protect(desk, concerned)
        self._unsanction(desk)
        if self.investigates:
            self._write_down(desk, concerned)
            self._try_blocks(desk, concerned)
            self._close_alerts(desk)

    def _lines(self, desk: Desk, word: str) -> list[str]:
        return [line.text for line in desk.documents().policy if word in line.text]

    def _prohibited(self, desk: Desk) -> list[App]:
        """Return the apps that the written policy names as prohibited."""
        text = "\n".join(self._lines(desk, "prohibited"))
        return [app for app in desk.catalog() if app.name in text]

    def _shared(self, desk: Desk) -> list[str]:
        """Return the domains of approved apps that a block of a prohibited app would cover."""
        approved = {item.app for item in desk.documents().approved}
        blocked = {domain for app in self._prohibited(desk) for domain in app.blockable_domains}
        needed = [domain for app in desk.catalog() if app.id in approved for domain in app.blockable_domains]
        return [domain for domain in needed if covering(blocked, domain) is not None]

    def _allow_work(self, desk: Desk) -> None:
        allowed = {row.value for row in desk.indicators() if row.held is Held.ALLOW}
        for domain in self._shared(desk):
            if domain not in allowed:
                desk.send(AddIndicator(domain, "Allow", "Needed by approved work", generate_alert=False))

    def _switch_on(self, desk: Desk) -> None:
        wanted = {INTEGRATION, CUSTOM_INDICATORS}
        needed = set(self._shared(desk))
        listed = [row.created for row in desk.indicators() if row.value in needed]
        if all(desk.now - created >= ALLOWED_FOR for created in listed):
            wanted.add(BLOCK_UNSANCTIONED)
        for row in desk.switches():
            if row.id in wanted and not row.on:
                desk.send(SetSwitch(row.id, True))
        for app in self._prohibited(desk):
            if desk.app(app.id).tag != UNSANCTIONED:
                desk.send(TagApp(app.id, UNSANCTIONED))

    def _show_names(self, desk: Desk) -> None:
        """Take away, by Group Policy, what hides the names of sites, where the written policy says so."""
        given = {row.setting for row in desk.assignments()}
        for setting in desk.fleet_settings() if self._lines(desk, "QUIC") else ():
            if HIDES in setting.effect and setting.name not in given:
                value = "Off" if setting.effect.startswith("when on") else "On"
                desk.send(AssignSetting(setting.name, value, Route.GPO))

    def _keep_policy(self, desk: Desk) -> None:
        for text in self._lines(desk, "New popular app"):
            asked = re.search(r"more than (\d+) people", text)
            if asked and all(row.built_in for row in desk.policies()):
                limit = {"Number of users": int(asked.group(1))}
                desk.send(
                    SavePolicy("New popular app", "New Popular App", limit, daily_limit=50, tag=WATCH_TAG)
                )

    def _concerned(self, desk: Desk) -> list[tuple[str, str, str, str]]:
        """Return (app, user, machine, process) of every prohibited use that the portals show by now."""
        found: list[tuple[str, str, str, str]] = []
        for app in self._prohibited(desk):
            machines = {row.name for row in desk.app(app.id).machines}
            machines |= {row.machine for row in desk.endpoint_alerts() if row.app == app.name}
            for machine in sorted(machines):
                found += self._seen(desk, app.id, machine, None)
        watched = self._lines(desk, "webmail: more than") if self.investigates else []
        for text in watched:
            limit = re.search(r"more than (\d+) MB", text)
            for row in desk.apps() if limit else ():
                if "webmail" in row.name.lower():
                    found += self._senders(desk, row.app_id, int(limit.group(1)) if limit else 0)
        return list(dict.fromkeys(found))

    def _senders(self, desk: Desk, app_id: str, megabytes: int) -> list[tuple[str, str, str, str]]:
        page = desk.app(app_id)
        users = {row.name for row in page.users if (row.bytes_up or 0) > megabytes * 1_000_000}
        machines = [row.name for row in page.machines] if users else []
        return [use for machine in machines for use in self._seen(desk, app_id, machine, users)]

    def _seen(
        self, desk: Desk, app_id: str, machine: str, users: set[str] | None
    ) -> list[tuple[str, str, str, str]]:
        rows = desk.timeline(machine, app_id)
        uses = {
            (app_id, row.user, machine, row.process) for row in rows if not row.user.startswith("analyst@")
        }
        return sorted(use for use in uses if users is None or use[1] in users)

    def _protect(self, desk: Desk, concerned: list[tuple[str, str, str, str]]) -> None:
        blocked = {app.id for app in self._prohibited(desk)}
        judged = [
            m for app, _, m, process in concerned if app in blocked and not is_smartscreen_browser(process)
        ]
        for machine in dict.fromkeys(judged):
            if self._blocks(desk, machine):
                continue
            desk.send(PowerShell(machine, "Get-MpPreference"))
            managed = {row.target for row in desk.assignments() if row.setting == NETWORK_PROTECTION.name}
            if self._blocks(desk, machine) or machine in managed:
                continue
            desk.send(PowerShell(machine, "Set-MpPreference -EnableNetworkProtection Enabled"))
            desk.send(PowerShell(machine, "Get-MpPreference"))
            if not self._blocks(desk, machine):  # a managed value overrides what was typed
                desk.send(AssignSetting(NETWORK_PROTECTION.name, "Enabled", Route.GPO, machine))

    def _blocks(self, desk: Desk, machine: str) -> bool:
        """Tell whether the prompt of a machine said that network protection is in block mode."""
        known = {row.machine: row.mode for row in desk.notes().lookups}
        return known.get(machine) is NetworkProtection.ENABLED

    def _unsanction(self, desk: Desk) -> None:
        for row in desk.apps():
            if row.tag != UNSANCTIONED and (
                self.unsanctions_everything or row.app_id in self.also_unsanction
            ):
                desk.send(TagApp(row.app_id, UNSANCTIONED))

    def _write_down(self, desk: Desk, concerned: list[tuple[str, str, str, str]]) -> None:
        written = {(row.app_id, row.user, row.machine, row.process) for row in desk.notes().findings}
        for use in concerned:
            if use not in written:
                desk.send(RecordFinding(*use))

    def _try_blocks(self, desk: Desk, concerned: list[tuple[str, str, str, str]]) -> None:
        listed = {row.app: row.value for row in reversed(desk.indicators()) if row.app}
        held = {(row.app_id, row.machine, row.process) for row in desk.notes().tests if row.blocked}
        for app in self._prohibited(desk):
            for app_id, _, machine, process in concerned:
                if app_id == app.id and app.name in listed and (app_id, machine, process) not in held:
                    desk.send(VisitSite(machine, process, listed[app.name]))

    def _close_alerts(self, desk: Desk) -> None:
        approved = {item.app for item in desk.documents().approved}
        not_ours = next(reason for reason in desk.dismissals() if "interest" in reason)
        for row in desk.cloud_alerts():
            if not row.is_open:
                continue
            if row.app_id in approved:
                why = "approved, with an owner"
                desk.send(CloseAlert(row.id, False, not_ours, why))
            else:
                desk.send(CloseAlert(row.id, True, comment="looked at against the cloud-use policy; watched"))


def player(name: str, resolved: Resolved) -> Player:
    """Return a reference player by name; the scenario may define more."""
    extra = resolved.scenario.players
    known: dict[str, Player] = {
        **{own: Analyst(also_unsanction=item.unsanction) for own, item in extra.items()},
        "do-nothing": do_nothing,
        "oracle": Analyst(),
        "block-all": Analyst(investigates=False, unsanctions_everything=True),
    }
    if name not in known:
        raise InputError(
            Problem("PLAYER-UNKNOWN", f"no player {name!r}", advice="one of: " + ", ".join(known))
        )
    return known[name]


def play(
    session: Session,
    who: Player,
    until: int | None = None,
    tick: Callable[[int], None] | None = None,
) -> None:
    """Let a player play the session to `until` (the end by default); `tick` is told the time as it passes."""
    stop = session.resolved.end if until is None else min(until, session.resolved.end)
    desk = Desk(session)
    while session.now < stop:
        try:
            who(desk)
        except CommandRefused as refusal:
            raise InputError(refusal.problems) from None
        if session.handed_over:
            session.advance(stop)
            break
        latest = min(stop, session.now + LOOK_EVERY)
        session.advance(min(stop, session.now + PAUSE))
        session.skip_to_next(latest)
        if tick:
            tick(session.now)
