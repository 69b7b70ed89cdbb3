"""The form behind *Add indicator* of Defender ATP, wherever it is opened from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.portal import Portal
from sim.session.indicator_commands import AddIndicator
from tui.forms import ChoiceField, FormScreen, TextField

if TYPE_CHECKING:
    from tui.app import PlayApp


def _looks_like_domain(text: str) -> str:
    if "/" in text:
        return "a domain only, without http:// and without a path"
    return "" if "." in text.strip(".") else "write a domain such as example.com"


def indicator_form(portal: Portal, domain: str = "") -> FormScreen:
    """Return the form, with the domain filled in where one is given."""
    return FormScreen(
        "Add indicator",
        (
            TextField("value", "Domain", domain, "for example example.com", _looks_like_domain),
            ChoiceField("action", "Action", tuple((words, words) for words in portal.actions.values())),
            TextField(
                "title",
                "Alert title",
                "Custom network indicator",
                check=lambda text: "" if text else "an alert needs a title",
            ),
        ),
        about="A domain covers its sub-domains. Machines fetch the list one by one; it takes up to "
        "two hours until the last of them has it.",
        verb="Save",
    )


async def ask_indicator(play: PlayApp, portal: Portal, domain: str = "") -> None:
    """Show the form and list what was saved."""
    values = await play.push_screen_wait(indicator_form(portal, domain))
    if values is not None:
        play.submit(
            AddIndicator(str(values["value"]).strip(), str(values["action"]), str(values["title"]).strip())
        )
