"""Players who know how to use the portals and not what for: they show what a scenario pays for mere work."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.base.rng import draw
from sim.engine.catalog.model import App
from sim.engine.enforcement.settings import NETWORK_PROTECTION, Route
from sim.engine.portal import MONITORED
from sim.engine.tenant import INTEGRATION, UNSANCTIONED
from sim.exercise.players.analyst import WATCH_TAG, Analyst, Use
from sim.exercise.players.desk import Desk
from sim.session.commands import CustomTag, SetSwitch, TagApp
from sim.session.fleet_commands import AssignSetting
from sim.session.policy_commands import SavePolicy

GUESSES = 2
"""Apps that the guesser blocks (ours)."""


def do_nothing(desk: Desk) -> None:
    """Look and send nothing."""


class BlockAll(Analyst):
    """Does what the oracle does to make a block hold, everywhere, and blocks whatever is discovered."""

    def _unsanction(self, desk: Desk) -> None:
        if all(row.route != Route.GPO for row in desk.assignments()):
            desk.attempt(AssignSetting(NETWORK_PROTECTION.name, "Enabled", Route.GPO))
        for report in desk.reports():
            for row in desk.apps(report):
                if row.tag != UNSANCTIONED:
                    desk.attempt(TagApp(row.app_id, UNSANCTIONED))


def monitor_all(desk: Desk) -> None:
    """Watch every app and stop none, by the tag Monitored, or where there is none by a custom tag; alert."""
    for switch in desk.switches():
        if switch.id == INTEGRATION and not switch.on:
            desk.attempt(SetSwitch(switch.id, True))
    if all(row.built_in for row in desk.policies()):
        desk.attempt(SavePolicy("New popular app", "Any app", {"Number of users": 1}, daily_limit=50))
    for report in desk.reports():
        for row in desk.apps(report):
            if MONITORED in desk.tags():
                if row.tag != MONITORED:
                    desk.attempt(TagApp(row.app_id, MONITORED))
            elif WATCH_TAG not in row.custom_tags:
                desk.attempt(CustomTag(row.app_id, WATCH_TAG))


@dataclass
class Guesser(Analyst):
    """Does what the oracle does, about apps that are drawn at random from what the first report shows."""

    seed: int = 0
    _drawn: tuple[str, ...] = field(default=(), init=False)

    def _to_block(self, desk: Desk) -> list[App]:
        if not self._drawn:
            rows = [row for report in desk.reports() for row in desk.apps(report)]
            known = sorted({row.app_id for row in rows}, key=lambda app: (draw(self.seed, "guess", app), app))
            self._drawn = tuple(known[:GUESSES])
        return [desk.find(app) for app in self._drawn]

    def _watched(self, desk: Desk) -> list[Use]:
        return []

    def _tried(self, desk: Desk) -> set[tuple[str, str, str]]:
        return {(row.app_id, row.machine, row.process) for row in desk.notes().tests}
