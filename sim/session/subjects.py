"""What notes, messages and tickets are about: `app:ID`, `alert:ID`, `user:ACCOUNT`, `machine:NAME`."""

from __future__ import annotations

from sim.base.errors import CommandRefused, Problem
from sim.session.lookup import machine_index, unknown
from sim.session.notebook import Notebook
from sim.world.model import World

KINDS = ("app", "alert", "user", "machine")


def named(world: World, notes: Notebook, subject: str, kinds: tuple[str, ...] = KINDS) -> str:
    """Return a subject in its one spelling, or refuse what is not known; a pseudonym that was resolved may
    stand for its user."""
    kind, _, name = subject.partition(":")
    if kind not in kinds or not name:
        what = f"{subject!r} is no subject"
        advice = "write " + " or ".join(f"{one}:{_EXAMPLES[one]}" for one in kinds)
        raise CommandRefused(Problem("SUBJECT-UNKNOWN", what, advice=advice))
    match kind:
        case "app":
            return f"app:{world.tenant.catalog.app(name).id}"
        case "alert":
            return f"alert:{world.tenant.find_alert(name, world.now).id}"
        case "user":
            return f"user:{world.staff.people[person(world, notes, name)].upn}"
        case _:
            return f"machine:{world.staff.machines[machine_index(world, name)].name}"


def subject_name(world: World, subject: str) -> str:
    """Return a subject as a person calls it: an app's name, the id of an alert, an account, a machine."""
    kind, _, name = subject.partition(":")
    apps = world.tenant.apps
    return apps[name].name if kind == "app" and name in apps else name


_EXAMPLES = {"app": "ID", "alert": "ID", "user": "ACCOUNT", "machine": "NAME"}


def person(world: World, notes: Notebook, name: str, rule: str = "USER-UNKNOWN") -> int:
    """Return the index of a person by any of their names in the reports, or refuse with the nearest."""
    index = {person.upn: person.index for person in world.staff.people}
    account = world.tenant.streams.people.person(notes.resolved.get(name, name))
    if account not in index:
        raise unknown(rule, "user", name, sorted(index))
    return index[account]
