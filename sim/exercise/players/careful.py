"""A careful analyst, who knows what portals and documents say and nothing else, and asks before it blocks.

It names no app, person or machine in advance. What it takes up it finds by the written policy, by category,
risk and amounts; what it makes of it depends on what people answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.base.time import HOUR, MINUTE
from sim.engine.catalog.model import App
from sim.engine.portal import SANCTIONED
from sim.exercise.players.analyst import Analyst, Use
from sim.exercise.players.desk import Desk, is_own
from sim.scenario.schema import PolicyLine
from sim.session.case_commands import GiveVerdict
from sim.session.indicator_commands import AddIndicator
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.views.discovery import AppPage, AppRow

WARNED_FOR = 30 * MINUTE
"""How long users are told before what the policy prohibits by name is blocked (ours)."""
PATIENCE = 4 * HOUR
"""How long it waits for answers (ours): who is at work answers within that time."""
ASKS = 2
"""Users whom it asks about an app, who sent most first (ours)."""
MUCH = 20
"""Megabytes sent by one person that ask for a reason, where the policy names no amount (ours)."""
RISKY = 3
"""The highest score that is a high risk: the portal's own level (CAS/risk-score.md; documented)."""

FORBIDS = re.compile(
    r"\b(prohibited|forbidden|not (allowed|permitted)|(may|must|do) not|never|only (through|in|with|by|to))\b"
)
LEAVES = re.compile(r"\b(not blocked|not prohibited|stays? open|may be|is allowed|are allowed)\b")
AMOUNT = re.compile(r"more than (\d+) MB")
SHIFTY = re.compile(
    r"(?i)look up what exactly|rather not|nobody told me|send files|came by mail|never opened|my mail|is mine"
)
"""What an answer says that explains nothing."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "Cloud storage": ("cloud storage", "file sharing", "file storage"),
    "Content sharing": ("content sharing", "file sharing", "transfer"),
    "Webmail": ("webmail",),
    "Generative AI": ("generative ai", "assistant", "chatbot", "prompt"),
    "Code hosting": ("code hosting", "source code", "repositor"),
    "Personal instant messaging": ("messaging", "messenger", "chat"),
}
"""By what words a policy speaks of a category; of the others by the category's name."""


@dataclass
class Case:
    """An app that it looks into."""

    opened: int
    why: str
    """The policy line that it may break."""
    prohibited: bool
    """By name: nothing is left to ask."""
    verdict: str = ""
    unexplained: tuple[str, ...] = ()
    """Users who sent much and gave no reason."""


@dataclass
class Careful(Analyst):
    """Opens a case, asks or tells the users, waits, then decides and does the analyst's duties."""

    cases: dict[str, Case] = field(default_factory=dict)

    def __call__(self, desk: Desk) -> None:
        """Do what the views of this moment ask for."""
        for report in desk.reports():
            for row in desk.apps(report):
                self._consider(desk, report, row)
        for app_id, case in self.cases.items():
            if not case.verdict:
                self._decide(desk, app_id, case)
        super().__call__(desk)

    def _to_block(self, desk: Desk) -> list[App]:
        return [desk.find(app) for app, case in self.cases.items() if case.verdict == "shadow-it-stop"]

    def _may_block(self, desk: Desk) -> bool:
        return bool(self._to_block(desk)) and super()._may_block(desk)

    def _watched(self, desk: Desk) -> list[Use]:
        named = [
            (app, row.user, row.machine, row.process)
            for app, case in self.cases.items()
            if case.unexplained
            for row in sorted(desk.uses(app))
            if row.user in case.unexplained
        ]
        return [*super()._watched(desk), *named]

    def _consider(self, desk: Desk, report: str, row: AppRow) -> None:
        """Open a case on an app that the policy speaks against."""
        approved = {item.app for item in desk.documents().approved}
        if row.app_id in self.cases or row.app_id in approved or row.tag == SANCTIONED:
            return
        if row.app_id in {app.id for app in self._prohibited(desk)}:
            why = next(line.text for line in desk.documents().policy if row.name in line.text)
            self.cases[row.app_id] = Case(desk.now, why, prohibited=True)
            desk.attempt(NotifyUsers(row.app_id, why))
            return
        line = _against(desk, row)
        if line is None:
            return
        senders = _senders(desk.app(row.app_id, report), line)
        if senders or (row.score is not None and row.score <= RISKY):
            self.cases[row.app_id] = Case(desk.now, line.text, prohibited=False)
            for user in (senders or _users(desk.app(row.app_id, report)))[:ASKS]:
                desk.attempt(AskAbout(row.app_id, user=user))

    def _decide(self, desk: Desk, app_id: str, case: Case) -> None:
        if case.prohibited:
            if desk.now - case.opened >= WARNED_FOR:
                self._say(desk, app_id, case, "shadow-it-stop", 95, case.why)
            return
        asked = [mail for mail in desk.mails() if mail.app_id == app_id and mail.question]
        if any(mail.waits for mail in asked) and desk.now - case.opened < PATIENCE:
            return
        explained = [mail for mail in asked if not mail.waits and not SHIFTY.search(mail.text)]
        if explained:
            case.unexplained = tuple(mail.who for mail in asked if mail not in explained)
            self._say(desk, app_id, case, "tolerate", 75, explained[0].text)
            self._stop_some(desk, app_id, case)
        else:
            self._say(desk, app_id, case, "shadow-it-stop", 80, f"nobody gave a reason: {case.why}")
            desk.attempt(NotifyUsers(app_id, case.why))

    def _stop_some(self, desk: Desk, app_id: str, case: Case) -> None:
        """Block an app for the device groups of those alone who gave no reason."""
        uses = [row for row in desk.uses(app_id) if not is_own(row.user)]
        bad = {desk.device_group(row.machine) for row in uses if row.user in case.unexplained}
        others = {desk.device_group(row.machine) for row in uses if row.user not in case.unexplained}
        groups = tuple(sorted(bad - others - {""}))
        for domain in desk.find(app_id).blockable_domains if groups else ():
            desk.attempt(AddIndicator(domain, title="Sent without a reason", device_groups=groups))

    def _guarded(self, desk: Desk) -> set[str]:
        return super()._guarded(desk) | {app for app, case in self.cases.items() if case.unexplained}

    def _say(self, desk: Desk, app_id: str, case: Case, verdict: str, confidence: int, why: str) -> None:
        case.verdict = verdict
        desk.attempt(GiveVerdict(f"app:{app_id}", verdict, confidence, why))

    def _close_alerts(self, desk: Desk) -> None:
        for row in desk.cloud_alerts():
            case = self.cases.get(row.app_id)
            if row.is_open and (case is None or case.verdict):
                bad = case is not None and case.verdict == "shadow-it-stop"
                why = case.why if case is not None else "the written policy has nothing against it"
                verdict, confidence = ("true-positive", 85) if bad else ("benign", 70)
                desk.attempt(GiveVerdict(f"alert:{row.id}", verdict, confidence, why))
        super()._close_alerts(desk)


def _against(desk: Desk, row: AppRow) -> PolicyLine | None:
    """Return the policy line that speaks against an app's category, unless another lets it be."""
    words = WORDS.get(row.category, (row.category.lower(),))
    about = [
        line
        for line in desk.documents().policy
        if any(word in line.text.lower() for word in words) or row.name in line.text
    ]
    if any(LEAVES.search(line.text) for line in about):
        return None
    general = [line for line in desk.documents().policy if "approved app" in line.text.lower()]
    return next((line for line in [*about, *general] if FORBIDS.search(line.text)), None)


def _users(page: AppPage) -> list[str]:
    """Return the users of an app, who sent most first."""
    rows = sorted(page.users, key=lambda row: (-(row.bytes_up or 0), row.name))
    return [row.name for row in rows if not is_own(row.name)]


def _senders(page: AppPage, line: PolicyLine) -> list[str]:
    """Return the users who sent more than the policy lets pass, who sent most first."""
    said = AMOUNT.search(line.text)
    limit = (int(said.group(1)) if said else MUCH) * 1_000_000
    sent = {row.name: row.bytes_up or 0 for row in page.users}
    return [name for name in _users(page) if sent[name] > limit]
