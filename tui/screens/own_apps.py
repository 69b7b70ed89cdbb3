"""What an organisation says of an app beside its tags: a score, a note, and apps of its own."""

from __future__ import annotations

from textual import work

from sim.engine.catalog.custom import HOSTING
from sim.session.app_commands import AddCustomApp, NoteApp, OverrideScore, ResetScore
from sim.views import discovery
from tui.actions import Action
from tui.forms import ChoiceField, FormScreen, TextField, Values
from tui.screens.tagging import TaggingScreen

OWN_ACTIONS = (
    Action(
        "own.score",
        "Score",
        "give the app a score of your own, or take it back",
        ("S",),
        "0 to 10, and 10 is best. It counts at once, in filters and policies too; no weight changes. In "
        "the portal: the app's three dots, Override app score.",
        when="app",
    ),
    Action(
        "own.note",
        "Note",
        "write a note on the app",
        ("N",),
        "Everybody who works in the portal reads it. An empty note takes it away.",
        when="app",
    ),
)
ADD_ACTION = Action(
    "own.add",
    "Custom app",
    "add an app of your organisation to the catalog",
    ("A",),
    "It is found in new data only, and carries the tag Custom app. In the portal: the three dots, Add new "
    "custom app.",
)


class OwnAppScreen(TaggingScreen):
    """A screen whose keys also say what the organisation thinks of an app."""

    @work
    async def do_own_score(self) -> None:
        """Ask for a score and why."""
        app = self.chosen_app()
        if app is None:
            return
        page = discovery.app_page(self.session, self.play.report, app.app_id)
        computed = "not scored" if page.score is None else str(page.score.total)
        given = "" if page.own_score is None else str(page.own_score.score)
        form = FormScreen(
            f"Override the score of {app.name}",
            (
                TextField("score", "Score", given, "0 to 10; empty takes your score back", check=_score),
                TextField("note", "Note", "" if page.own_score is None else page.own_score.note, "why"),
            ),
            about=f"The catalog says {computed}. Your score counts instead, at once.",
        )
        values = await self.app.push_screen_wait(form)
        if values is None:
            return
        text = str(values["score"]).strip()
        if text:
            self.play.submit(OverrideScore(app.app_id, int(text), str(values["note"])))
        elif page.own_score is not None:
            self.play.submit(ResetScore(app.app_id))

    @work
    async def do_own_note(self) -> None:
        """Ask for the note."""
        app = self.chosen_app()
        if app is None:
            return
        page = discovery.app_page(self.session, self.play.report, app.app_id)
        form = FormScreen(
            f"Note on {app.name}", (TextField("text", "Note", page.note, "empty takes it away"),)
        )
        values = await self.app.push_screen_wait(form)
        if values is not None and str(values["text"]).strip() != page.note:
            self.play.submit(NoteApp(app.app_id, str(values["text"])))

    @work
    async def do_own_add(self) -> None:
        """Ask what the app is called and where it is found."""
        names = sorted({app.category for app in self.session.world.tenant.catalog.apps})
        form = FormScreen(
            "Add custom app",
            (
                TextField("name", "Name", check=lambda text: "" if text else "an app needs a name"),
                ChoiceField("category", "Category", tuple((name, name) for name in names)),
                TextField("domains", "Domains", placeholder="wiki.example.com; several with spaces"),
                TextField("ips", "IP addresses", placeholder="for logs without host names: 198.51.100.0/28"),
                ChoiceField("hosting", "Hosted on", tuple((name, name) for name in HOSTING)),
                TextField("unit", "Business unit"),
                TextField("score", "Score", "10", "0 to 10", check=_needed_score),
                TextField("description", "Description"),
            ),
            about="It is found in new data; what came before is not counted for it.",
            check=_found_somewhere,
            verb="Add",
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            self.play.submit(
                AddCustomApp(
                    str(values["name"]),
                    str(values["category"]),
                    _several(values["domains"]),
                    str(values["hosting"]),
                    int(str(values["score"])),
                    str(values["description"]),
                    _several(values["ips"]),
                    str(values["unit"]).strip(),
                )
            )


def _several(text: object) -> tuple[str, ...]:
    return tuple(str(text).replace(",", " ").split())


def _score(text: str) -> str:
    return "" if not text or (text.isascii() and text.isdecimal() and int(text) <= 10) else "write 0 to 10"


def _needed_score(text: str) -> str:
    return _score(text) if text else "write 0 to 10"


def _found_somewhere(values: Values) -> dict[str, str]:
    given = _several(values["domains"]) or _several(values["ips"])
    return {} if given else {"domains": "name a domain, or an address below"}
