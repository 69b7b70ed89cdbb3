"""Commands on apps and searches of Cloud Discovery: custom apps, scores, notes, saved queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.engine.catalog.custom import CustomForm
from sim.session.answer import Answer, said
from sim.session.notebook import Notebook
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class AddCustomApp:
    """Add an app of the organisation's own to the catalog."""

    kind: ClassVar[str] = "add-custom-app"
    name: str
    category: str
    domains: tuple[str, ...]
    hosting_platform: str
    score: int
    description: str = ""
    ips: tuple[str, ...] = ()
    business_unit: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Put it into the catalog; it is found in data that comes in from now on."""
        form = CustomForm(
            self.name,
            self.category,
            self.domains,
            self.hosting_platform,
            self.score,
            self.description,
            self.ips,
            self.business_unit,
        )
        app = world.tenant.add_custom_app(world.now, actor, form)
        return said(f"{app.name} is a custom app now; it is found in new data", id=app.id)


@dataclass(frozen=True, slots=True)
class OverrideScore:
    """Give an app a score of the organisation's own, 0 to 10."""

    kind: ClassVar[str] = "override-score"
    app: str
    score: int
    note: str = ""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Let the score count from now on."""
        app = world.tenant.catalog.app(self.app)
        world.tenant.own.override(world.now, actor, app, self.score, self.note)
        return said(f"{app.name} has the score {self.score} now, given by you")


@dataclass(frozen=True, slots=True)
class ResetScore:
    """Take an overridden score back."""

    kind: ClassVar[str] = "reset-score"
    app: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Let the score that is worked out count again."""
        app = world.tenant.catalog.app(self.app)
        world.tenant.own.reset(world.now, actor, app)
        return said(f"{app.name} has the catalog's score again")


@dataclass(frozen=True, slots=True)
class NoteApp:
    """Write a note on an app; an empty one takes it away."""

    kind: ClassVar[str] = "note-app"
    app: str
    text: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep the note on the app's page."""
        app = world.tenant.catalog.app(self.app)
        world.tenant.own.note(world.now, actor, app, self.text)
        return said(f"the note on {app.name} is {'kept' if self.text.strip() else 'gone'}")


@dataclass(frozen=True, slots=True)
class SaveQuery:
    """Keep a search under a name, in place of what it held."""

    kind: ClassVar[str] = "save-query"
    name: str
    conditions: tuple[str, ...]

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep it; nothing else changes."""
        query = world.tenant.queries.save(self.name, self.conditions)
        return said(f"the query {query.name} is saved")


@dataclass(frozen=True, slots=True)
class DeleteQuery:
    """Forget a saved query."""

    kind: ClassVar[str] = "delete-query"
    name: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Forget it; policies made from it keep their filters."""
        query = world.tenant.queries.delete(self.name)
        return said(f"the query {query.name} is deleted")


@dataclass(frozen=True, slots=True)
class BackTestTag:
    """Look up whom tagging an app as Unsanctioned would have touched; what is shown is a view."""

    kind: ClassVar[str] = "back-test-tag"
    app: str

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Keep that it was looked up: care before a block is worth something."""
        app = world.tenant.catalog.app(self.app)
        notes.back_test(world.now, app.id)
        return said(f"whom a block of {app.name} would have touched is looked up")
