"""Conditional Access App Control: access and session policies for apps that people sign in to.

The reverse proxy stands between a person and an app that signs them in through Azure AD (Entra ID since
2023), and between nobody else: a rule for another app would meet no traffic (CAS/access-policy-aad.md,
CAS/session-policy-aad.md; documented). An access policy blocks; a session policy monitors or limits, and
does so in browsers only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from sim.base.errors import CommandRefused, Problem, nearest

SUFFIX = ".mcas.ms"
"""What the reverse proxy adds to a host (documented)."""


class Client(StrEnum):
    """Which client apps a rule is for."""

    BROWSER = "browser"
    NATIVE = "native"
    ANY = "any"


class AccessAction(StrEnum):
    """What a rule does with a sign-in or a session."""

    BLOCK = "Block"
    MONITOR = "Monitor only"
    LIMIT = "Block downloads"


@dataclass(frozen=True, slots=True)
class AccessRule:
    """One access or session policy. `number` counts from 0 and is never used twice."""

    number: int
    app_id: str
    client: Client
    action: AccessAction
    departments: tuple[str, ...]
    """Empty: everybody."""
    created: int
    created_by: str
    removed: int | None = None

    @property
    def id(self) -> str:
        """The id a person sees and a command names."""
        return f"access-{self.number + 1:03d}"

    @property
    def policy(self) -> str:
        """Which kind of policy it is in the portal."""
        return "Access policy" if self.action is AccessAction.BLOCK else "Session policy"

    def covers_client(self, browser: bool) -> bool:
        """Tell whether the rule is for this kind of client."""
        return self.client is Client.ANY or browser == (self.client is Client.BROWSER)

    def covers_person(self, department: str) -> bool:
        """Tell whether the rule is for somebody of a department."""
        return not self.departments or department in self.departments


Write = Callable[[int, str, str, str, str], None]
"""Adds a line to the governance log: time, actor, action, target, detail."""


class AccessBook:
    """Every rule a tenant ever held; the present ones are those not removed."""

    def __init__(self, integrated: Collection[str], departments: Collection[str], write: Write) -> None:
        """Begin with the ids of the apps that sign people in through Azure AD, and the groups there are."""
        self.integrated = frozenset(integrated)
        self.all: list[AccessRule] = []
        self._departments = tuple(sorted(departments))
        self._write = write

    def present(self) -> list[AccessRule]:
        """Return the rules that hold now, oldest first."""
        return [rule for rule in self.all if rule.removed is None]

    def add(
        self, now: int, actor: str, app_id: str, client: str, action: str, departments: Collection[str]
    ) -> AccessRule:
        """Add a rule; refuse one that could never meet a session, with every reason at once."""
        problems = [*self._problems(app_id, client, action, departments)]
        if problems:
            raise CommandRefused(problems)
        groups = tuple(sorted(set(departments)))
        rule = AccessRule(len(self.all), app_id, Client(client), AccessAction(action), groups, now, actor)
        same = (rule.app_id, rule.client, rule.action, rule.departments)
        if any((r.app_id, r.client, r.action, r.departments) == same for r in self.present()):
            raise CommandRefused(Problem("ACCESS-EXISTS", "the same policy is there already"))
        self.all.append(rule)
        detail = f"{rule.action}; {rule.client} clients; {', '.join(groups) or 'everybody'}"
        self._write(now, actor, f"Save {rule.policy.lower()}", app_id, f"{rule.id}: {detail}")
        return rule

    def remove(self, now: int, actor: str, rule_id: str) -> AccessRule:
        """Take a rule away; its number stays taken."""
        rule = next((rule for rule in self.present() if rule.id == rule_id), None)
        if rule is None:
            known = [rule.id for rule in self.present()]
            advice = nearest(rule_id, known, "" if known else "there is none")
            raise CommandRefused(Problem("ACCESS-UNKNOWN", f"no policy {rule_id!r}", advice=advice))
        gone = replace(rule, removed=now)
        self.all[rule.number] = gone
        self._write(now, actor, f"Delete {rule.policy.lower()}", rule.app_id, rule.id)
        return gone

    def _problems(self, app_id: str, client: str, action: str, departments: Collection[str]) -> list[Problem]:
        problems = [
            Problem(rule, f"no {what} {given!r}", advice="one of: " + ", ".join(known))
            for rule, what, given, known in (
                ("ACCESS-CLIENT", "kind of client", client, list(Client)),
                ("ACCESS-ACTION", "action", action, list(AccessAction)),
            )
            if given not in set(known)
        ]
        if app_id not in self.integrated:
            what = f"{app_id} does not sign people in through the directory, so no session of it is ever seen"
            advice = "block it with indicators, a gateway, or by removing its client"
            problems.append(Problem("ACCESS-APP", what, advice=advice))
        if client == Client.NATIVE and action in {AccessAction.MONITOR, AccessAction.LIMIT}:
            what = "a session policy works in browsers; a native client can only be blocked"
            problems.append(Problem("ACCESS-SESSION", what, advice=f"use the action {AccessAction.BLOCK}"))
        for name in departments:
            if name not in self._departments:
                advice = nearest(name, self._departments)
                problems.append(Problem("ACCESS-GROUP", f"no department {name!r}", advice=advice))
        return problems
