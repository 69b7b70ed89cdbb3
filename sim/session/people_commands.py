"""Commands towards people: telling the users of an app why, and what to use instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sim.base.errors import CommandRefused, Problem
from sim.engine.tenant import SANCTIONED
from sim.session.answer import Answer, said
from sim.session.lookup import unknown
from sim.session.notebook import Notebook
from sim.session.subjects import person
from sim.world.asking import Role
from sim.world.model import World


@dataclass(frozen=True, slots=True)
class NotifyUsers:
    """Write to everybody who was seen to use an app; an alternative may be offered."""

    kind: ClassVar[str] = "notify-users"
    app: str
    why: str
    alternative: str = ""
    """Id of an app to use instead."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Send it to whoever a report has seen; who hides behind a pseudonym is not reached."""
        tenant = world.tenant
        app = tenant.catalog.app(self.app)
        names = {
            usage.name for report in tenant.reports.values() for usage in report.entities("user", app=app.id)
        }
        problems = [*self._problems(world)]
        if not names:
            what = f"no report has seen a user of {app.name}"
            problems.append(Problem("NOTIFY-NOBODY", what, advice="wait for data, or look at the feed"))
        if problems:
            raise CommandRefused(problems)
        index = {person.upn: person.index for person in world.staff.people}
        persons = {
            name: index.get(tenant.streams.people.person(notes.resolved.get(name, name))) for name in names
        }
        missed = [name for name, person in persons.items() if person is None]
        people = {person for person in persons.values() if person is not None}
        message = world.messages.send(
            world.now, actor, app.id, " ".join(self.why.split()), self.alternative, people, missed
        )
        text = f"{message.id} went to {len(people)} users of {app.name}"
        if self.alternative:
            text += f"; it offers {tenant.catalog.app(self.alternative).name}"
        if missed:
            text += f"; behind {len(missed)} names is nobody whom the directory knows"
        return said(text, id=message.id, people=len(people), missed=len(missed))

    def _problems(self, world: World) -> list[Problem]:
        tenant = world.tenant
        problems: list[Problem] = []
        if not self.why.strip():
            problems.append(Problem("NOTIFY-WHY", "the message does not say why", advice="give a reason"))
        if self.alternative:
            other = tenant.catalog.app(self.alternative)
            approved = {item.app for item in world.resolved.scenario.documents.approved}
            if other.id == self.app:
                problems.append(Problem("NOTIFY-SAME", f"{other.name} is no alternative to itself"))
            elif other.id not in approved and tenant.tags.get(other.id) != SANCTIONED:
                what = f"{other.name} is neither on the list of approved apps nor tagged Sanctioned"
                problems.append(Problem("NOTIFY-ALTERNATIVE", what, advice="offer an approved app"))
        return problems


@dataclass(frozen=True, slots=True)
class AskAbout:
    """Ask a user, their manager, or the owner of an app what the app is for."""

    kind: ClassVar[str] = "ask-about"
    app: str
    role: str = Role.USER.value
    """`user`, `manager` or `owner`."""
    user: str = ""
    """Whose use it is, under any name of the reports; empty where the owner is asked."""

    def apply(self, world: World, notes: Notebook, actor: str) -> Answer:
        """Ask; the answer comes by mail, or never."""
        app = world.tenant.catalog.app(self.app)
        roles = {role.value: role for role in Role}
        if self.role not in roles:
            raise unknown("ASK-ROLE", "role", self.role, list(roles))
        role = roles[self.role]
        if role is Role.OWNER:
            question = world.asking.ask_owner(actor, app.id)
        else:
            user = person(world, notes, self.user, "ASK-USER")
            question = world.asking.ask_person(actor, app.id, role, user)
        return said(f"{question.id} went to {question.asked}", id=question.id)
