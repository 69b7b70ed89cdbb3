"""What the command palette offers: every action of the moment, each with its key."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from sim.base.text import plain
from tui.actions import Choice, choices
from tui.text import pad, safe

CAP = 20
"""Hits per provider: ten thousand cost seconds per keystroke and nobody reads them."""


def entry(label: Content, choice: Choice) -> Content:
    """Return an entry on one line: its name, its key, what it does, and why not if so."""
    name = label.truncate(16, ellipsis=True)
    cells: list[Content | tuple[str, str]] = [
        name.pad_right(16 - name.cell_length),
        (pad(choice.action.key, 8), "bold $tone-key"),
        safe(choice.action.phrase, "muted"),
    ]
    if choice.reason:
        cells.append(safe(f" – not now: {choice.reason}", "medium"))
    return Content.assemble(*cells)


class ActionProvider(Provider):
    """Offers the registry's actions for the screen below the palette."""

    def _choices(self) -> list[Choice]:
        return [choice for choice in choices(self.screen) if choice.host.SCOPE.name != "table"]

    def _command(self, choice: Choice) -> Callable[[], Any]:
        return partial(choice.host.perform, choice.action.id)

    async def discover(self) -> Hits:
        """Offer everything before a letter is typed."""
        for choice in self._choices():
            display = entry(safe(choice.action.label, "strong"), choice)
            yield DiscoveryHit(display, self._command(choice), text=choice.action.label)

    async def search(self, query: str) -> Hits:
        """Match label and phrase."""
        matcher = self.matcher(query)
        for choice in self._choices():
            action = choice.action
            score = max(matcher.match(action.label), matcher.match(action.phrase))
            if score > 0:
                display = entry(matcher.highlight(action.label), choice)
                yield Hit(score, display, self._command(choice), text=action.label)


@dataclass(frozen=True)
class Named:
    """An entity that the palette can find."""

    name: str
    what: str
    """For example `app` or `machine`."""
    open: Callable[[], Any]


class NameProvider(Provider):
    """Base of the providers that find entities; subclasses list them."""

    @abstractmethod
    def names(self) -> Sequence[Named]:
        """Return every entity that may be found now."""

    async def startup(self) -> None:
        """Fold the names once, when the palette opens."""
        self._folded = [(named.name.casefold(), named) for named in self.names()]

    async def search(self, query: str) -> Hits:
        """Offer the first names that contain the query; those that start with it come first."""
        wanted = query.casefold().strip()
        best = self.matcher(query).match(query)
        found = [
            (not folded.startswith(wanted), folded, named)
            for folded, named in self._folded
            if wanted in folded
        ]
        found.sort(key=lambda entry: entry[:2])
        for rank, (_, folded, named) in enumerate(found[:CAP]):
            start = folded.index(wanted)
            name = plain(named.name)
            display = safe(name).stylize("bold", start, start + len(wanted))
            line = Content.assemble(display, "  ", safe(named.what, "muted"))
            # On the scale of the actions' matches, which are fuzzy: a name that holds the words beats them.
            yield Hit(best - rank / (2 * CAP), line, named.open, text=name)
