"""The analyst: the duties that every reference player has more or less of, one look at a time.

It acts only on what a product view shows by then, so its notes are all that it has to remember.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.base.time import MINUTE
from sim.engine.catalog.model import App
from sim.engine.enforcement.facts import Held, NetworkProtection, is_smartscreen_browser
from sim.engine.enforcement.precedence import covering
from sim.engine.enforcement.settings import NETWORK_PROTECTION, Route
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION, UNSANCTIONED
from sim.exercise.players.desk import Desk, is_own
from sim.exercise.players.solution import Script
from sim.session.alert_commands import CloseAlert
from sim.session.commands import RecordFinding, SetSwitch, TagApp
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.fleet_commands import AssignSetting
from sim.session.indicator_commands import AddIndicator
from sim.session.policy_commands import SavePolicy

WATCH_TAG = "Watched"
ALLOWED_FOR = 10 * MINUTE
"""How long what the work needs is allowed before a block is switched on (ours): both lists are offered to
machines within the era's delays, and no machine may get the block first."""
HIDES = "not seen by network protection"
"""What the effect of a setting says where a browser hides the names of sites."""
CLAUSE = re.compile(r"[.;](?:\s|$)")
"""Where one clause of a policy line ends."""

Use = tuple[str, str, str, str]
"""App, user, machine, process."""


@dataclass
class Analyst:
    """Does every duty; who does it differently, or decides otherwise what to block, is a class below it."""

    investigates: bool = True
    """Writes findings down and closes alerts."""
    also_unsanction: tuple[str, ...] = ()
    script: Script | None = None
    """What the author of the scenario lets the oracle do besides."""

    def __call__(self, desk: Desk) -> None:
        """Do what the views of this moment ask for."""
        if self.script is not None:
            self.script(desk)
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
        if self.investigates:
            self._close_alerts(desk)

    def _lines(self, desk: Desk, word: str) -> list[str]:
        return [line.text for line in desk.documents().policy if word in line.text]

    def _prohibited(self, desk: Desk) -> list[App]:
        """Return the apps that the written policy prohibits by name."""
        clauses = [part for text in self._lines(desk, "prohibited") for part in CLAUSE.split(text)]
        named = [app for part in clauses if "prohibited" in part for app in desk.named(part)]
        return list(dict.fromkeys(named))

    def _to_block(self, desk: Desk) -> list[App]:
        """Return the apps to block: those that the policy prohibits, and those that the script has tagged."""
        judged = self.script.blocked if self.script is not None else ()
        return list(dict.fromkeys([*self._prohibited(desk), *map(desk.find, judged)]))

    def _shared(self, desk: Desk) -> list[str]:
        """Return the domains of approved apps that a block would cover too."""
        approved = {item.app for item in desk.documents().approved}
        blocked = {domain for app in self._to_block(desk) for domain in app.blockable_domains}
        needed = [domain for app in desk.catalog() if app.id in approved for domain in app.blockable_domains]
        return [domain for domain in needed if covering(blocked, domain) is not None]

    def _allow_work(self, desk: Desk) -> None:
        allowed = {row.value for row in desk.indicators() if row.held is Held.ALLOW}
        for domain in self._shared(desk):
            if domain not in allowed:
                desk.attempt(AddIndicator(domain, "Allow", "Needed by approved work", generate_alert=False))

    def _switch_on(self, desk: Desk) -> None:
        wanted = {INTEGRATION, CUSTOM_INDICATORS}
        if self._may_block(desk):
            wanted.add(BLOCK_UNSANCTIONED)
        for row in desk.switches():
            if row.id in wanted and not row.on:
                desk.attempt(SetSwitch(row.id, True))
        for app in self._to_block(desk):
            if desk.app(app.id).tag != UNSANCTIONED:
                desk.attempt(TagApp(app.id, UNSANCTIONED))

    def _may_block(self, desk: Desk) -> bool:
        """Tell whether what the work needs has been allowed for long enough."""
        needed = set(self._shared(desk))
        listed = [row.created for row in desk.indicators() if row.value in needed]
        return all(desk.now - created >= ALLOWED_FOR for created in listed)

    def _show_names(self, desk: Desk) -> None:
        """Take away, by Group Policy, what hides the names of sites, where the written policy says so."""
        given = {row.setting for row in desk.assignments()}
        for setting in desk.fleet_settings() if self._lines(desk, "QUIC") else ():
            if HIDES in setting.effect and setting.name not in given:
                value = "Off" if setting.effect.startswith("when on") else "On"
                desk.attempt(AssignSetting(setting.name, value, Route.GPO))

    def _keep_policy(self, desk: Desk) -> None:
        for text in self._lines(desk, "New popular app"):
            asked = re.search(r"more than (\d+) people", text)
            if asked and all(row.built_in for row in desk.policies()):
                limit = {"Number of users": int(asked.group(1))}
                desk.attempt(
                    SavePolicy("New popular app", "New Popular App", limit, daily_limit=50, tag=WATCH_TAG)
                )

    def _concerned(self, desk: Desk) -> list[Use]:
        """Return (app, user, machine, process) of every prohibited use that the portals show by now."""
        found: list[Use] = []
        apps = self._to_block(desk)
        alerts = desk.endpoint_alerts() if apps else ()
        for app in apps:
            machines = {row.name for row in desk.app(app.id).machines}
            machines |= {row.machine for row in alerts if row.app == app.name}
            for machine in sorted(machines):
                found += self._seen(desk, app.id, machine, None)
        return list(dict.fromkeys([*found, *(self._watched(desk) if self.investigates else ())]))

    def _watched(self, desk: Desk) -> list[Use]:
        """Return the uses that are written down and not blocked."""
        found: list[Use] = []
        for text in self._lines(desk, "webmail: more than"):
            limit = re.search(r"more than (\d+) MB", text)
            for row in desk.apps() if limit else ():
                if "webmail" in row.name.lower():
                    found += self._senders(desk, row.app_id, int(limit.group(1)) if limit else 0)
        if self.script is not None:
            found += [(app, row.user, row.machine, row.process) for app, row in self.script.found(desk)]
        return found

    def _senders(self, desk: Desk, app_id: str, megabytes: int) -> list[Use]:
        page = desk.app(app_id)
        users = {row.name for row in page.users if (row.bytes_up or 0) > megabytes * 1_000_000}
        machines = [row.name for row in page.machines] if users else []
        return [use for machine in machines for use in self._seen(desk, app_id, machine, users)]

    def _seen(self, desk: Desk, app_id: str, machine: str, users: set[str] | None) -> list[Use]:
        rows = [row for row in desk.uses(app_id) if row.machine == machine and not is_own(row.user)]
        uses = [(app_id, row.user, machine, row.process) for row in rows]
        return sorted(use for use in uses if users is None or use[1] in users)

    def _protect(self, desk: Desk, concerned: list[Use]) -> None:
        blocked = self._guarded(desk)
        judged = [
            m for app, _, m, process in concerned if app in blocked and not is_smartscreen_browser(process)
        ]
        for machine in dict.fromkeys(judged):
            if not desk.runs_windows(machine) or self._blocks(desk, machine):
                continue
            desk.attempt(PowerShell(machine, "Get-MpPreference"))
            managed = {row.target for row in desk.assignments() if row.setting == NETWORK_PROTECTION.name}
            if self._blocks(desk, machine) or machine in managed:
                continue
            desk.attempt(PowerShell(machine, "Set-MpPreference -EnableNetworkProtection Enabled"))
            desk.attempt(PowerShell(machine, "Get-MpPreference"))
            if not self._blocks(desk, machine):  # a managed value overrides what was typed
                desk.attempt(AssignSetting(NETWORK_PROTECTION.name, "Enabled", Route.GPO, machine))

    def _guarded(self, desk: Desk) -> set[str]:
        """Return the apps for whose sake machines are protected."""
        return {app.id for app in self._to_block(desk)}

    def _blocks(self, desk: Desk, machine: str) -> bool:
        """Tell whether the prompt of a machine said that network protection is in block mode."""
        known = {row.machine: row.mode for row in desk.notes().lookups}
        return known.get(machine) is NetworkProtection.ENABLED

    def _unsanction(self, desk: Desk) -> None:
        for row in desk.apps():
            if row.tag != UNSANCTIONED and row.app_id in self.also_unsanction:
                desk.attempt(TagApp(row.app_id, UNSANCTIONED))

    def _write_down(self, desk: Desk, concerned: list[Use]) -> None:
        written = {(row.app_id, row.user, row.machine, row.process) for row in desk.notes().findings}
        for use in concerned:
            if use not in written:
                desk.attempt(RecordFinding(*use))

    def _try_blocks(self, desk: Desk, concerned: list[Use]) -> None:
        listed = {row.app: row.value for row in reversed(desk.indicators()) if row.app}
        held = self._tried(desk)
        for app in self._to_block(desk):
            for app_id, _, machine, process in concerned:
                if app_id == app.id and app.name in listed and (app_id, machine, process) not in held:
                    desk.attempt(VisitSite(machine, process, listed[app.name]))

    def _tried(self, desk: Desk) -> set[tuple[str, str, str]]:
        """Return the places, as app, machine and process, that need no other test: there the block held."""
        return {(row.app_id, row.machine, row.process) for row in desk.notes().tests if row.blocked}

    def _close_alerts(self, desk: Desk) -> None:
        approved = {item.app for item in desk.documents().approved}
        not_ours = next(reason for reason in desk.dismissals() if "interest" in reason)
        for row in desk.cloud_alerts():
            if not row.is_open:
                continue
            if row.app_id in approved:
                why = "approved, with an owner"
                desk.attempt(CloseAlert(row.id, False, not_ours, why))
            else:
                desk.attempt(
                    CloseAlert(row.id, True, comment="looked at against the cloud-use policy; watched")
                )
