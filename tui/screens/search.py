"""Searching the discovered apps: filters, saved and suggested queries, a policy made from a search."""

from __future__ import annotations

from abc import abstractmethod

from textual import work
from textual.content import Content

from sim.engine.discovery.filters import Filters
from sim.session.app_commands import SaveQuery
from sim.views import queries
from sim.views.policies import TemplateRow, form_choices
from tui.actions import Action
from tui.forms import FormScreen, TextField, Values
from tui.screens.base import PlayScreen
from tui.screens.policy_form import command, policy_form, save_or_show
from tui.screens.query_form import change_filters
from tui.text import safe

SEARCH_ACTIONS = (
    Action(
        "search.filters",
        "Filters",
        "add a condition that apps must meet, or take one away",
        ("F",),
        "Category, tag, score, usage, and over 80 facts of the catalog. In the portal: Advanced filters.",
        footer=70,
    ),
    Action(
        "search.queries",
        "Queries",
        "choose a suggested or a saved query",
        ("Q",),
        "Eight come with the product: anonymous use, weak encryption, risky storage and others.",
        footer=65,
    ),
    Action(
        "search.save",
        "Save query",
        "keep the conditions under a name",
        ("W",),
        "In the portal: Save as.",
        when="filters",
    ),
    Action(
        "search.policy",
        "Policy",
        "make a policy of this search",
        ("P",),
        "Conditions on usage become criteria of the same day. In the portal: New policy from search.",
        when="filters",
    ),
)


CONDITIONS_SHOWN = 3
"""Conditions that stand above the list; all of them are offered by `F`."""


class SearchScreen(PlayScreen):
    """A screen whose rows are cut by filters."""

    filters = Filters()
    query_name = ""
    """The query that the filters came from; empty once they are changed."""

    @abstractmethod
    def filters_changed(self) -> None:
        """Show what the new filters find."""

    def when_filters(self) -> str:
        """Say that there is no condition, if so."""
        return "" if self.filters.conditions else "add a filter first: F"

    def filter_line(self) -> Content:
        """Return the first conditions, and how many more there are."""
        lead = f"{self.query_name}: " if self.query_name else "Filters: "
        left = len(self.filters.lines) - CONDITIONS_SHOWN
        more = f"; and {left} more" if left > 0 else ""
        shown = "; ".join(self.filters.lines[:CONDITIONS_SHOWN])
        return Content.assemble(safe(lead, "strong"), safe(shown, "link"), safe(more, "muted"))

    @work
    async def do_search_filters(self) -> None:
        """Ask for a condition, and show what meets all of them."""
        changed = await change_filters(self.app, self.filters)
        if changed is not None and changed != self.filters:
            self.filters, self.query_name = changed, ""
            self.filters_changed()

    def do_search_queries(self) -> None:
        """Open the list of queries."""
        # That list opens what a query finds, which is a screen of this kind.
        from tui.screens.queries import QueriesScreen

        self.app.push_screen(QueriesScreen())

    @work
    async def do_search_save(self) -> None:
        """Ask for a name, and keep the conditions."""
        form = FormScreen(
            "Save query",
            (
                TextField(
                    "name",
                    "Name",
                    self.query_name,
                    check=lambda text: "" if text else "a query needs a name",
                ),
            ),
            about=self.filters.words,
        )
        values = await self.app.push_screen_wait(form)
        if values is not None:
            name = str(values["name"])
            if self.play.submit(SaveQuery(name, self.filters.lines)) is not None:
                self.query_name = name
                self.filters_changed()

    def do_search_policy(self) -> None:
        """Fill the policy form from the search; it saves or back-tests what it holds."""
        criteria = queries.criteria(self.filters)
        apps = self.filters.of_apps
        source = TemplateRow(
            self.query_name or "Search",
            "a search",
            "Medium",
            apps.words,
            "",
            tuple(criteria.items()),
            apps.lines,
            0,
            None,
        )

        def act(values: Values) -> bool:
            made = command(source, values, of_search=True)
            return save_or_show(self.play, made, values["then"]) is not None

        self.app.push_screen(policy_form(source, form_choices(self.session), act))
