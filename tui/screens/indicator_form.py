"""The form behind *Add indicator* of the endpoint portal, wherever it is opened from, and to edit a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.base.time import to_iso
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import SEVERITIES
from sim.session.driver import Session
from sim.session.indicator_commands import AddIndicator, EditIndicator
from sim.views.endpoint import IndicatorRow, indicator_refusals
from tui.forms import CheckField, ChoiceField, Field, FormScreen, TextField, Values

if TYPE_CHECKING:
    from tui.app import PlayApp

_FIELD: Mapping[str, str] = {
    "INDICATOR-VALUE": "value",
    "INDICATOR-ACTION": "action",
    "INDICATOR-TITLE": "title",
    "INDICATOR-SEVERITY": "severity",
    "INDICATOR-AUDIT": "alert",
    "INDICATOR-EXPIRY": "expires",
    "TIME-FORMAT": "expires",
    "GROUP-UNKNOWN": "groups",
    "INDICATOR-EDUCATE": "educate",
}
"""The field beside which each refusal of the portal stands."""


def indicator_form(session: Session, domain: str = "", row: IndicatorRow | None = None) -> FormScreen:
    """Return the form: empty, with a domain filled in, or with a row's contents to be edited."""
    tenant = session.world.tenant
    fields: list[Field] = []
    if row is None:
        actions = tuple((words, words) for words in tenant.portal.actions.values())
        fields += [
            TextField("value", "Value", domain, "a domain, a URL with its path, or an address"),
            ChoiceField("action", "Action", actions),
        ]
    fields += [
        TextField("title", "Alert title", row.title if row else "Custom network indicator"),
        ChoiceField(
            "severity",
            "Severity",
            tuple((word, word) for word in reversed(SEVERITIES)),
            row.severity if row else "",
        ),
        CheckField("alert", "Alert", row.generate_alert if row else True, "generate an alert"),
        TextField("expires", "Expires", _expiry(session, row), "never, or as 2020-01-31T18:00"),
    ]
    if tenant.profiles.device_groups:
        known = ", ".join(tenant.profiles.device_groups)
        groups = ", ".join(row.groups) if row else ""
        fields.append(TextField("groups", "Device groups", groups, f"everybody, or of: {known}"))
    if Held.WARN in tenant.portal.actions:
        address = row.educate_url if row else ""
        fields.append(TextField("educate", "Education URL", address, "https://… shown to the user"))
    fields += [
        TextField("description", "Description", row.description if row else ""),
        TextField("actions", "Recommended", row.recommended_actions if row else "", "what to do about it"),
    ]
    return FormScreen(
        f"Edit {row.id}: {row.value}" if row else "Add indicator",
        fields,
        about=tenant.portal.say(
            "A domain covers its sub-domains. {Machines} fetch the list one by one; it takes up to "
            "two hours until the last of them has it."
        )
        if row is None
        else f"{row.action}. " + tenant.portal.say("{Machines} fetch the change one by one."),
        check=lambda values: {
            _FIELD.get(problem.rule, "title"): "; ".join(filter(None, (problem.what, problem.advice)))
            for problem in reversed(indicator_refusals(session, command_of(values, row)))
        },
        verb="Save",
    )


def command_of(values: Values, row: IndicatorRow | None) -> AddIndicator | EditIndicator:
    """Return the command that saves what the form holds."""
    text = {name: str(value).strip() for name, value in values.items()}
    groups = tuple(group.strip() for group in text.get("groups", "").split(",") if group.strip())
    rest = (
        text["severity"],
        text["description"],
        text["actions"],
        text["expires"],
        groups,
        bool(values["alert"]),
        text.get("educate", ""),
    )
    if row is None:
        return AddIndicator(text["value"], text["action"], text["title"], *rest)
    return EditIndicator(row.id, row.action, text["title"], *rest)


def _expiry(session: Session, row: IndicatorRow | None) -> str:
    if row is None or row.expires is None:
        return ""
    return to_iso(row.expires)


async def ask_indicator(
    play: PlayApp, session: Session, domain: str = "", row: IndicatorRow | None = None
) -> None:
    """Show the form and list what was saved."""
    values = await play.push_screen_wait(indicator_form(session, domain, row))
    if values is not None:
        play.submit(command_of(values, row))
