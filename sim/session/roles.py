"""What a trainee's role in the portals lets them do; each command names the least role that may send it.

CAS/manage-admins.md (documented): a security reader reads; a security operator manages alerts, too, and
cannot make policies, govern apps, upload logs or open settings; an administrator may do everything.
Indicators need the right to manage security settings (MDE/user-roles.md; documented). Own notes, mails and
tickets need no role.
"""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem
from sim.scenario.trainee import Role

ORDER: tuple[Role, ...] = ("reader", "operator", "administrator")
NAMES: dict[Role, str] = {
    "reader": "Security reader",
    "operator": "Security operator",
    "administrator": "Security administrator",
}

_READER = frozenset(
    {
        *("give-verdict", "add-evidence", "remove-note", "record-finding", "take-hint", "finish-shift"),
        *("send-message", "notify-users", "ask-about", "open-ticket", "grant-exception"),
        # A person's own searches, a look that saves nothing, a page opened in a browser: no portal is asked.
        *("save-query", "delete-query", "back-test-tag", "visit"),
    }
)
_OPERATOR = frozenset(
    {
        *("mark-alert", "assign-alert", "set-alert-status", "comment-alert"),
        *("close-alert", "close-alerts", "resolve-alerts", "resolve-endpoint-alert"),
        # A prompt as live response gives it (guess: the product has a right of its own for that).
        "powershell",
    }
)


def needed(kind: str) -> Role:
    """Return the least role that may send a kind of command."""
    return "reader" if kind in _READER else "operator" if kind in _OPERATOR else "administrator"


def allows(role: Role, kind: str) -> bool:
    """Tell whether a role may send a kind of command."""
    return ORDER.index(role) >= ORDER.index(needed(kind))


def require(role: Role, kind: str) -> None:
    """Refuse a command that needs a higher role, and say which."""
    if not allows(role, kind):
        what = f"{NAMES[role]} may not do this"
        advice = f"it needs {NAMES[needed(kind)]}: open a ticket for them"
        raise CommandRefused(Problem("ROLE-NEEDED", what, advice=advice))
