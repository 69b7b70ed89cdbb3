"""What a trainee can read in play: briefing, written policy, approved apps, help articles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from sim.base.yamlfile import load
from sim.scenario.compose import compose
from sim.scenario.eras import load_era
from sim.scenario.files import beside, read, shipped

if TYPE_CHECKING:
    from sim.scenario.schema import Documents
    from sim.session.driver import Session


@dataclass(frozen=True, slots=True)
class Article:
    """A help article of one portal, as the vendor's pages stood in the era."""

    id: str
    title: str
    portal: str
    text: str


@dataclass(frozen=True, slots=True)
class ApprovedRow:
    """An approved app with its owner."""

    app_id: str
    name: str
    owner: str
    purpose: str


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A scenario in the library."""

    name: str
    title: str
    summary: str
    mode: str
    era: str
    """Title of the era's profile."""
    period: str
    """The same in a word."""
    people: int
    level: str
    """`easy`, `medium`, `hard`, or nothing."""
    minutes: int | None
    """How long it takes to play."""


def library() -> list[LibraryRow]:
    """Return the shipped scenarios; only what the list shows is read, and no catalog."""
    return [_row(name) for name in shipped()]


def _row(name: str) -> LibraryRow:
    draft = compose(read(name), beside(name))
    said, head = draft.root.plain(), draft.head
    people, era = int(said["organisation"]["people"]), load_era(said["era"])
    return LibraryRow(
        name,
        said["title"],
        said["summary"],
        said["mode"],
        era.title,
        era.portal,
        people,
        head.level,
        head.minutes,
    )


def documents(session: Session) -> Documents:
    """Return the organisation's own documents."""
    return session.resolved.scenario.documents


def approved(session: Session) -> list[ApprovedRow]:
    """Return the approved apps by name."""
    apps = session.world.tenant.apps
    rows = [
        ApprovedRow(a.app, apps[a.app].name, a.owner, a.purpose)
        for a in session.resolved.scenario.documents.approved
    ]
    return sorted(rows, key=lambda row: row.name)


def app_name(session: Session, app_id: str) -> str:
    """Return an app's name as the cloud app catalog has it."""
    return session.world.tenant.apps[app_id].name


@lru_cache(maxsize=8)
def articles(era: str) -> tuple[Article, ...]:
    """Return the help articles of an era, in reading order; none where the era has none."""
    file = resources.files("scenarios").joinpath("help", f"{era}.yaml")
    if not file.is_file():
        return ()
    data = load(file.read_text(encoding="utf-8"), f"help/{era}.yaml", shipped=True).data
    return tuple(Article(a["id"], a["title"], a["portal"], a["text"].strip()) for a in data)
