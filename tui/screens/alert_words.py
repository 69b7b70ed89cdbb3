"""What an alert says in a list and below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from sim.engine.discovery.groups import EntityKind
from sim.views.alerts import AlertRow, CloudAlertRow, EndpointAlertRow
from tui.text import SEVERITIES, Tone, safe
from tui.widgets.detail import fact

NAMED = 4
"""Names that an alert's words list; its app's page lists all of them."""
_KINDS: Mapping[EntityKind, str] = {"user": "Users", "source_ip": "Addresses", "machine": "On"}

WORDS = {mark.word: (f"{mark.letter} {mark.shape}", name) for name, mark in SEVERITIES.items()}


def severity_text(severity: str) -> str:
    """Return a severity as its letter and shape."""
    return WORDS[severity][0] if severity in WORDS else severity


def severity_tone(row: AlertRow) -> Tone:
    """Return the colour of an alert's severity; a closed alert has none."""
    return WORDS[row.severity][1] if row.is_open and row.severity in WORDS else "muted"


def cloud_words(row: CloudAlertRow) -> list[Content]:
    """Return what an alert of a policy or of the portal itself says before anybody acts on it."""
    told = [safe(f"{row.id}  {row.title}", "strong"), safe(row.text)]
    if not row.app_id:
        return told
    return [
        *told,
        fact(
            "Figures",
            f"{row.users} users, {row.source_ips} IP addresses, {row.transactions} transactions",
        ),
        fact("Matched", f"{row.policy}: {'; '.join(row.evidence)}"),
        *([fact("News", row.note)] if row.note else []),
        *(fact(_KINDS[kind], _some(names)) for kind, names in row.seen_with if names),
    ]


def _some(names: Sequence[str]) -> str:
    """Return the first of many names, and how many more there are."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def endpoint_words(row: EndpointAlertRow, machine: str, span: str) -> list[Content]:
    """Return what a machine's alert says; `machine` is what the period calls one."""
    return [
        safe(f"{row.id}  {row.title}", "strong"),
        safe(row.text, outcome(row)),
        fact(machine, f"{row.machine}, {row.user}, {row.processes}"),
        fact("Attempts", f"{row.attempts} to {row.domain}, {span}"),
    ]


def outcome(row: EndpointAlertRow) -> Tone:
    """Return the colour of what became of the attempts."""
    if not row.is_open:
        return "muted"
    return "high" if row.not_blocked else "sanctioned"


def notes_on(row: AlertRow) -> list[Content]:
    """Return who has the alert and the newest comment, where there are any."""
    lines = [fact("Assigned", row.assigned)] if row.assigned else []
    return [*lines, fact("Comment", row.comments[-1])] if row.comments else lines
