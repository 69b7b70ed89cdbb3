"""What can be done to one app from a list and from its own page: the same keys, asked alike.

A question says what the period's portal promises and no more: whether a tag blocks anything depends on
switches of two portals, which this page does not know.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from textual import work

from sim.engine.portal import MONITORED
from sim.engine.tenant import SANCTIONED, UNSANCTIONED
from sim.session.app_commands import BackTestTag
from sim.session.commands import CustomTag, TagApp
from sim.views import cloud_settings, discovery, messages, policies
from sim.views.cloud_settings import ProfileRow
from tui.actions import Action
from tui.confirm import Confirm, Question
from tui.forms import ChoiceField, FormScreen, TextField
from tui.screens.backtest import BacktestScreen
from tui.screens.base import PlayScreen
from tui.screens.indicator_form import ask_indicator
from tui.screens.measure_forms import ask_form, message_form
from tui.units import plural

TAG_ACTIONS = (
    Action(
        "tag.unsanction",
        "Unsanction",
        "tag the app as Unsanctioned: people should not use it",
        ("u",),
        "Asks first. Whether the tag blocks anything depends on the settings of both portals.",
        when="app",
        footer=90,
    ),
    Action(
        "tag.sanction",
        "Sanction",
        "tag the app as Sanctioned: it is approved",
        ("s",),
        "Takes the place of Unsanctioned, if the app had that tag.",
        when="app",
        footer=80,
    ),
    Action(
        "tag.monitor",
        "Monitor",
        "tag the app as Monitored: people are warned and may go on",
        ("m",),
        "Asks first. Whether the tag warns anybody depends on the settings of both portals.",
        when="monitored",
        footer=70,
        passes=True,
    ),
    Action(
        "tag.backtest",
        "Back-test",
        "see whom tagging it as Unsanctioned would have touched in the last 30 days",
        ("b",),
        "People, transactions and approved activities, of apps that share a domain too. Nothing is tagged.",
        when="app",
    ),
    Action("tag.clear", "Clear tag", "take the app's tag away", ("x",), when="tagged"),
    Action(
        "tag.custom",
        "Custom tag",
        "add a label of your own to the app, or take it away",
        ("c",),
        "A label for filters and colleagues. It has no effect on traffic.",
        when="app",
    ),
    Action(
        "tag.propagation",
        "Propagation",
        "see on which {machines} and browsers the app is blocked",
        ("v",),
        "A simulator view: it shows what you have tested or looked up.",
        when="app",
        footer=60,
    ),
    Action(
        "tag.indicator",
        "Indicator",
        "write an indicator for the app's domain in {endpoint}",
        ("i",),
        "In the portal: {endpoint}, Settings, Indicators, URLs/Domains.",
        when="app",
    ),
    Action(
        "tag.notify",
        "Notify",
        "write to the users of the app: why, and what to use instead",
        ("y",),
        "A mail from you, to everybody whom a report has seen. The portal knows nothing of it.",
        when="app",
    ),
    Action(
        "tag.ask",
        "Ask",
        "ask a user, a manager or the app's owner what the app is for",
        ("Y",),
        "A mail from you. The answer comes into the mailbox, takes its time, and need not be true.",
        when="app",
    ),
)


@dataclass(frozen=True)
class ChosenApp:
    """The app that the keys act on."""

    app_id: str
    name: str
    tag: str


def _profile_question(question: Question, profiles: Sequence[ProfileRow]) -> FormScreen:
    """Return the question before a tag with the choice whom it holds for."""
    everyone = ("", "Every device")
    return FormScreen(
        question.title,
        (
            ChoiceField(
                "profile",
                "Holds for",
                (everyone, *((row.name, f"{row.name}: {row.scope}") for row in profiles)),
            ),
        ),
        about=f"{question.subject}. Then {question.consequence}. When: {question.delay}.",
        verb=question.verb,
    )


class TaggingScreen(PlayScreen):
    """A screen whose keys act on an app. Subclasses say which."""

    @abstractmethod
    def chosen_app(self) -> ChosenApp | None:
        """Return the app to act on, or None."""

    def case_subject(self) -> str:
        """Return the app."""
        app = self.chosen_app()
        return f"app:{app.app_id}" if app is not None else ""

    def when_app(self) -> str:
        """Say that no app is chosen, if so."""
        return "" if self.chosen_app() else "choose an app first"

    def when_tagged(self) -> str:
        """Say that there is no tag to take away, if so."""
        app = self.chosen_app()
        if app is None:
            return "choose an app first"
        return "" if app.tag else f"{app.name} has no tag"

    def when_monitored(self) -> str:
        """Say that the portal of this period lacks the tag, or that no app is chosen."""
        if MONITORED not in self.session.world.tenant.portal.tags:
            return f"there is no tag {MONITORED} in this period"
        return self.when_app()

    def do_tag_unsanction(self) -> None:
        """Tag the app Unsanctioned."""
        self._tag(UNSANCTIONED)

    def do_tag_backtest(self) -> None:
        """Show whom the tag would have touched."""
        app = self.chosen_app()
        if app is not None:
            if not self.play.when_desk():
                self.play.submit(BackTestTag(app.app_id), quiet=True)
            found = policies.would_have_tagged(self.session, app.app_id, UNSANCTIONED)
            made = TagApp(app.app_id, UNSANCTIONED)
            self.app.push_screen(BacktestScreen(f"{app.name} as {UNSANCTIONED}", made, found))

    def do_tag_sanction(self) -> None:
        """Tag the app Sanctioned."""
        self._tag(SANCTIONED)

    def do_tag_monitor(self) -> None:
        """Tag the app Monitored."""
        self._tag(MONITORED)

    def do_tag_clear(self) -> None:
        """Take the tag away."""
        self._tag("")

    @work
    async def _tag(self, tag: str) -> None:
        app = self.chosen_app()
        if app is None:
            return
        profiles = cloud_settings.profile_choices(self.session, app.app_id, tag)
        whom = "for the devices that you choose" if profiles else self.say("for every {machine}")
        question = self._question(app, tag, whom)
        if question is not None and profiles:
            values = await self.app.push_screen_wait(_profile_question(question, profiles))
            if values is not None:
                self.play.submit(TagApp(app.app_id, tag, str(values["profile"])))
        elif question is None or await self.app.push_screen_wait(Confirm(question)):
            self.play.submit(TagApp(app.app_id, tag))

    def _question(self, app: ChosenApp, tag: str, whom: str) -> Question | None:
        """Return what is asked before a tag that may block or warn people, or free them."""
        page = discovery.app_page(self.session, self.play.report, app.app_id)
        domains = plural(len(page.domains), "domain")
        tenant = self.session.world.tenant
        endpoint = tenant.portal.endpoint
        if tag in (UNSANCTIONED, MONITORED):
            users = (
                ""
                if page.row is None or not page.row.users
                else f", used by {plural(page.row.users, 'person', 'people')}"
            )
            consequence = (
                "its traffic is marked red; where unsanctioned apps are blocked, its domains go to "
                f"{endpoint} as indicators that block, {whom}"
                if tag == UNSANCTIONED
                else f"where app access is enforced, its domains go to {endpoint} as indicators that warn, "
                f"{whom}; who clicks through one is let through for {plural(tenant.bypass_hours, 'hour')}"
            )
            return Question(
                f"Tag as {tag.lower()}?",
                f"{app.name}: {domains}{users}",
                consequence,
                self.say("the tag at once; indicators usually within minutes, {machines} up to 2 h later"),
                "Unsanction" if tag == UNSANCTIONED else "Monitor",
            )
        if app.tag in (UNSANCTIONED, MONITORED):
            return Question(
                "Tag as sanctioned?" if tag else "Take the tag away?",
                f"{app.name}: {domains}, now tagged {app.tag}",
                self.say(
                    "its domains leave the indicators of {endpoint}, if they were there; {machines} that "
                    "hold them let the app through once they have fetched the change"
                ),
                self.say("the tag at once; the portal does not say how long {machines} take"),
                "Sanction" if tag else "Clear",
            )
        return None

    @work
    async def do_tag_custom(self) -> None:
        """Add or take away a label."""
        app = self.chosen_app()
        if app is None:
            return
        page = discovery.app_page(self.session, self.play.report, app.app_id)
        held = page.custom_tags
        form = FormScreen(
            f"Custom tag of {app.name}",
            (
                TextField(
                    "tag",
                    "Tag",
                    placeholder="for example Watched",
                    check=lambda text: "" if text else "a tag needs a name",
                ),
                ChoiceField("do", "Do", (("add", "Add it"), ("remove", "Take it away"))),
            ),
            about=f"Now: {', '.join(held) or 'none'}. A label only: it has no effect on traffic.",
            check=lambda values: (
                {"tag": "the app does not carry this tag"}
                if values["do"] == "remove" and str(values["tag"]).strip() not in held
                else {}
            ),
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            name = str(values["tag"]).strip()
            self.play.submit(CustomTag(app.app_id, name, values["do"] == "add"))

    def do_tag_propagation(self) -> None:
        """Show how far a block of the app has come."""
        app = self.chosen_app()
        if app is not None:
            self.play.open("propagation", app.app_id)

    @work
    async def do_tag_notify(self) -> None:
        """Ask why and what to offer, and send it."""
        app = self.chosen_app()
        if app is None:
            return
        form = message_form((app.app_id, app.name), messages.alternatives(self.session, app.app_id))
        values = await self.app.push_screen_wait(form.screen)
        if values is not None:
            self.play.submit(form.command(values))

    @work
    async def do_tag_ask(self) -> None:
        """Ask whom, and send the question."""
        app = self.chosen_app()
        if app is None:
            return
        users = discovery.users_of(self.session, self.play.report, app.app_id)
        form = ask_form((app.app_id, app.name), users)
        values = await self.app.push_screen_wait(form.screen)
        if values is not None:
            self.play.submit(form.command(values))

    @work
    async def do_tag_indicator(self) -> None:
        """Write an indicator for the app's first domain."""
        app = self.chosen_app()
        if app is None:
            return
        page = discovery.app_page(self.session, self.play.report, app.app_id)
        domain = next((name for name in page.domains if "/" not in name), "")
        await ask_indicator(self.play, self.session, domain)
