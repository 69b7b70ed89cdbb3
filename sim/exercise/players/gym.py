"""The exercise as a Gymnasium environment: `pip install unsanctioned[gym]`.

An agent sees numbers of product views and documents, in one slot for each app in the order in which the
reports first showed them, and sends trainee commands. The score is its reward, once, at the end. What the
reference players reach on the same scenario and seed is `sim.exercise.reference.play_seed`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from sim.engine.enforcement.facts import is_smartscreen_browser
from sim.engine.portal import SANCTIONED, UNSANCTIONED
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.exercise.players import to_next_look
from sim.exercise.players.desk import Desk, is_own
from sim.exercise.score import judge
from sim.scenario.load import load_scenario
from sim.session.alert_commands import CloseAlert
from sim.session.case_commands import GiveVerdict
from sim.session.commands import RecordFinding, SetSwitch, TagApp
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.views.discovery import AppRow

Observed = NDArray[np.float32]
SLOTS = 40
"""Apps that an agent can see and act on; later ones are left out (ours)."""
FEATURES = (
    "seen",
    "score",
    "users",
    "machines",
    "sent",
    "received",
    "approved",
    "named in the policy",
    "sanctioned",
    "unsanctioned",
    "open alerts",
    "answers",
    "findings",
    "tests that held",
)
SWITCHES = (INTEGRATION, CUSTOM_INDICATORS, BLOCK_UNSANCTIONED)
MOST_BITS = 40
"""Counts and sizes are shown by their number of bits, of so many at most."""


class AnalystEnv(gymnasium.Env[Observed, NDArray[np.int64]]):
    """One scenario. An action is a verb and a slot; then time passes until a player would look again."""

    def __init__(self, scenario: str = "first-block") -> None:
        self._resolved = load_scenario(scenario)
        width = 1 + len(SWITCHES) + SLOTS * len(FEATURES)
        self.observation_space = spaces.Box(0.0, 1.0, (width,), np.float32)
        self.action_space = spaces.MultiDiscrete([len(VERBS), SLOTS])
        self._session: Session | None = None
        self._slots: list[str] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, dict[str, Any]]:
        """Begin the scenario on a seed; without one the environment draws it."""
        super().reset(seed=seed)
        chosen = int(self.np_random.integers(2**31)) if seed is None else seed
        self._session = Session(self._resolved, chosen, "agent")
        self._desk, self._slots = Desk(self._session), []
        return self._observe(), {"seed": chosen}

    def step(self, action: NDArray[np.int64]) -> tuple[Observed, float, bool, bool, dict[str, Any]]:
        """Do one thing and let time pass; the reward is the score, 0 to 1, when the exercise is over."""
        assert self._session is not None, "reset comes first"
        session, before = self._session, self._session.commands
        verb, slot = (int(number) for number in action)
        VERBS[tuple(VERBS)[verb]](self._desk, self._slots[slot] if slot < len(self._slots) else "")
        info: dict[str, Any] = {"time": session.now, "commands": session.commands - before}
        to_next_look(session, session.resolved.end)
        reward = 0.0
        if session.finished:
            result = judge(session)
            reward = result.score / 100
            info["objectives"] = {part.id: part.score for part in result.objectives}
        return self._observe(), reward, session.finished, False, info

    def _observe(self) -> Observed:
        assert self._session is not None
        desk, session = self._desk, self._session
        rows: dict[str, AppRow] = {}
        for report in desk.reports():
            for row in desk.apps(report):
                rows.setdefault(row.app_id, row)
        self._slots += [app for app in rows if app not in self._slots][: SLOTS - len(self._slots)]
        on = {row.id: row.on for row in desk.switches()}
        passed = (session.now - session.resolved.start) / (session.resolved.end - session.resolved.start)
        found = np.zeros((SLOTS, len(FEATURES)), dtype=np.float32)
        for slot, app in enumerate(self._slots):
            if app in rows:
                found[slot] = _features(desk, rows[app])
        head = [passed, *(float(on.get(name, False)) for name in SWITCHES)]
        return np.concatenate([np.array(head, dtype=np.float32), found.ravel()])


def _features(desk: Desk, row: AppRow) -> list[float]:
    app, notes = row.app_id, desk.notes()
    approved = {item.app for item in desk.documents().approved}
    named = any(row.name in line.text for line in desk.documents().policy)
    return [
        1.0,
        (row.score or 0) / 10,
        _bits(row.users),
        _bits(row.machines),
        _bits(row.bytes_up),
        _bits(row.bytes_down),
        float(app in approved),
        float(named),
        float(row.tag == SANCTIONED),
        float(row.tag == UNSANCTIONED),
        _bits(sum(alert.is_open and alert.app_id == app for alert in desk.cloud_alerts())),
        _bits(sum(mail.app_id == app and not mail.waits for mail in desk.mails())),
        _bits(sum(finding.app_id == app for finding in notes.findings)),
        _bits(sum(test.app_id == app and test.blocked for test in notes.tests)),
    ]


def _bits(count: int | None) -> float:
    return min(MOST_BITS, (count or 0).bit_length()) / MOST_BITS


def _wait(desk: Desk, app: str) -> None:
    """Do nothing until the next look."""


def _switch_on(name: str) -> Callable[[Desk, str], None]:
    return lambda desk, _app: _send(desk, SetSwitch(name, True))


def _tag(tag: str) -> Callable[[Desk, str], None]:
    return lambda desk, app: _send(desk, TagApp(app, tag)) if app else None


def _verdict(verdict: str) -> Callable[[Desk, str], None]:
    return lambda desk, app: (
        _send(desk, GiveVerdict(f"app:{app}", verdict, 80, "as the views show")) if app else None
    )


def _send(desk: Desk, command: Any) -> None:
    desk.attempt(command)


def _ask(desk: Desk, app: str) -> None:
    """Ask the user who sent most."""
    users = [row for row in desk.app(app).users if not is_own(row.name)] if app else []
    if users:
        desk.attempt(AskAbout(app, user=max(users, key=lambda row: (row.bytes_up or 0, row.name)).name))


def _tell(desk: Desk, app: str) -> None:
    if app:
        desk.attempt(NotifyUsers(app, "the written policy speaks against it"))


def _protect(desk: Desk, app: str) -> None:
    """Let network protection block on every machine where a program needs it."""
    uses = desk.uses(app) if app else ()
    for machine in sorted({row.machine for row in uses if not is_smartscreen_browser(row.process)}):
        desk.attempt(PowerShell(machine, "Set-MpPreference -EnableNetworkProtection Enabled"))


def _write_down(desk: Desk, app: str) -> None:
    for row in sorted(desk.uses(app)) if app else ():
        if not is_own(row.user):
            desk.attempt(RecordFinding(app, row.user, row.machine, row.process))


def _try_block(desk: Desk, app: str) -> None:
    domains = desk.find(app).blockable_domains if app else ()
    for row in sorted(desk.uses(app)) if domains else ():
        if not is_own(row.user):
            desk.attempt(VisitSite(row.machine, row.process, domains[0]))


def _close_alerts(desk: Desk, app: str) -> None:
    for row in desk.cloud_alerts():
        if row.is_open and row.app_id == app:
            desk.attempt(CloseAlert(row.id, True, comment="looked at against the written policy"))


VERBS: dict[str, Callable[[Desk, str], None]] = {
    "wait": _wait,
    "switch the feed on": _switch_on(INTEGRATION),
    "switch indicators on": _switch_on(CUSTOM_INDICATORS),
    "switch blocking on": _switch_on(BLOCK_UNSANCTIONED),
    "unsanction": _tag(UNSANCTIONED),
    "sanction": _tag(SANCTIONED),
    "clear the tag": _tag(""),
    "ask a user": _ask,
    "tell the users": _tell,
    "protect the machines": _protect,
    "write the uses down": _write_down,
    "try the block": _try_block,
    "close the alerts": _close_alerts,
    "judge: stop": _verdict("shadow-it-stop"),
    "judge: tolerate": _verdict("tolerate"),
}
"""What an agent can do, with the app of the slot; a slot without an app does nothing."""
