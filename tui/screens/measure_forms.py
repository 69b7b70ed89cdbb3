"""The forms of the measures beyond Defender, and the commands that their values make."""

from __future__ import annotations

from collections.abc import Sequence

from sim.engine.enforcement.access import AccessAction, Client
from sim.session.gateway_commands import RemoveClient, SaveAccessRule
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.views.gateways import ProgramRow, Script
from sim.world.asking import Role
from tui.forms import ChoiceField, FormScreen, TextField, Values
from tui.screens.cloud_forms import Form, known, listed, offer
from tui.units import plural

_CLIENTS = (
    (Client.BROWSER.value, "browsers"),
    (Client.NATIVE.value, "native clients"),
    (Client.ANY.value, "any client"),
)
CSV = "csv"
"""In place of an appliance: the domains alone."""


def _departments(names: Sequence[str]) -> TextField:
    return TextField(
        "departments",
        "Departments",
        placeholder=offer(names, "everybody"),
        check=lambda text: known(text, names),
    )


def access_form(apps: Sequence[tuple[str, str]], departments: Sequence[str]) -> Form:
    """Return the form of an access or session policy, for apps that sign people in through Azure AD."""

    def wrong(values: Values) -> dict[str, str]:
        session = values["action"] != AccessAction.BLOCK
        native = values["client"] == Client.NATIVE
        return {"client": "a session policy works in browsers"} if session and native else {}

    screen = FormScreen(
        "New access or session policy",
        (
            ChoiceField("app", "App", tuple(apps)),
            ChoiceField("client", "Client app", _CLIENTS),
            ChoiceField("action", "Action", tuple((action.value, action.value) for action in AccessAction)),
            _departments(departments),
        ),
        about="Block is an access policy, the others are session policies. People meet it when they next "
        "sign in.",
        check=wrong,
    )
    return Form(
        screen,
        lambda values: SaveAccessRule(
            str(values["app"]),
            str(values["client"]),
            str(values["action"]),
            listed(values["departments"]),
        ),
    )


def removal_form(program: ProgramRow, departments: Sequence[str]) -> Form:
    """Return the form that has Intune remove a program."""
    screen = FormScreen(
        f"Remove {program.process}",
        (_departments(departments),),
        about="Intune removes it where it is installed, at the next check-in, and only while the "
        "computer is on. People lose what they do with the program.",
        verb="Remove",
    )
    return Form(screen, lambda values: RemoveClient(program.process, listed(values["departments"])))


def message_form(app: tuple[str, str], alternatives: Sequence[tuple[str, str]]) -> Form:
    """Return the form of a message to the users of an app; approved apps can be offered."""
    screen = FormScreen(
        f"Notify the users of {app[1]}",
        (
            ChoiceField("alternative", "Offer instead", (("", "nothing"), *alternatives)),
            TextField(
                "why",
                "Why",
                placeholder="a sentence that they will understand",
                check=lambda text: "" if text else "say why",
            ),
        ),
        about="It goes to everybody whom a report has seen use the app.",
        verb="Send",
    )
    return Form(screen, lambda values: NotifyUsers(app[0], str(values["why"]), str(values["alternative"])))


def ask_form(app: tuple[str, str], users: Sequence[str]) -> Form:
    """Return the form of a question about an app; `users` are those whom the report has seen, most first."""

    def wrong(values: Values) -> dict[str, str]:
        lacks = values["role"] != Role.OWNER.value and not str(values["user"]).strip()
        return {"user": "name a user of the report"} if lacks else {}

    screen = FormScreen(
        f"Ask what {app[1]} is for",
        (
            ChoiceField(
                "role",
                "Ask",
                (
                    (Role.USER.value, "the user"),
                    (Role.MANAGER.value, "the user's manager"),
                    (Role.OWNER.value, "the app's owner"),
                ),
            ),
            TextField("user", "User", users[0] if users else "", placeholder="as the report names them"),
        ),
        about="The answer comes into the mailbox when they are at work and get round to it. It need not be "
        "true, and some never answer.",
        check=wrong,
        verb="Send",
    )

    def command(values: Values) -> AskAbout:
        role = str(values["role"])
        user = "" if role == Role.OWNER.value else str(values["user"]).strip()
        return AskAbout(app[0], role, user)

    return Form(screen, command)


def script_form(scripts: Sequence[Script]) -> FormScreen:
    """Return the form that asks for which appliance; `csv` stands for all others."""
    domains = len(scripts[0].listed.domains)
    options = [
        (made.appliance.id, made.appliance.name + ("" if made.appliance.confirmed else " (text is ours)"))
        for made in scripts
    ]
    left = len(scripts[0].listed.left_out)
    note = f" {plural(left, 'entry', 'entries')} no script can hold." if left else ""
    return FormScreen(
        "Generate block script",
        (ChoiceField("appliance", "Appliance", (*options, (CSV, "another: domains as CSV"))),),
        about=f"{plural(domains, 'domain')} of all unsanctioned apps, in one file to import by hand.{note}",
        verb="Generate",
    )
