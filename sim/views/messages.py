"""What the analyst wrote to people, and the words that a message begins with."""

from __future__ import annotations

from dataclasses import dataclass

from sim.session.driver import Session


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message to the users of an app."""

    id: str
    time: int
    sender: str
    app_id: str
    app: str
    why: str
    alternative: str
    """Name of the app that is offered instead; empty where none is."""
    people: tuple[str, ...]
    missed: tuple[str, ...]
    """Names of users whom nobody could be found behind."""
    text: str


def messages(session: Session) -> tuple[MessageRow, ...]:
    """Return everything sent, oldest first."""
    world = session.world
    apps = world.tenant.apps
    return tuple(
        MessageRow(
            sent.id,
            sent.time,
            sent.sender,
            sent.app_id,
            apps[sent.app_id].name,
            sent.why,
            apps[sent.alternative].name if sent.alternative else "",
            tuple(world.staff.people[person].upn for person in sent.people),
            sent.missed,
            letter(apps[sent.app_id].name, sent.why, apps[sent.alternative].name if sent.alternative else ""),
        )
        for sent in world.messages.sent
    )


def letter(app: str, why: str, alternative: str) -> str:
    """Return the text that people read."""
    offer = f" Please use {alternative} instead: it is provided and approved." if alternative else ""
    return f"You were seen to use {app}. {why.strip()}{offer} Questions go to the security desk."


def alternatives(session: Session, app_id: str) -> tuple[tuple[str, str], ...]:
    """Return id and name of the approved apps that could be offered, those of the same category first."""
    catalog = session.world.tenant.catalog
    category = catalog.app(app_id).category
    found = [
        catalog.app(item.app) for item in session.resolved.scenario.documents.approved if item.app != app_id
    ]
    found.sort(key=lambda app: (app.category != category, app.name))
    return tuple((app.id, app.name) for app in found)
