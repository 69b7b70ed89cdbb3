"""Asking a user, their manager or an app's owner what an app is for.

The answer comes when somebody is at work and has got round to it: true, evasive, or never. Which of the three
is drawn once for a person and an app, so that asking again gets the same. Shares and delays are guesses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from sim.base.errors import CommandRefused, Problem
from sim.base.rng import between, draw
from sim.base.time import HOUR, MINUTE, SECOND
from sim.engine.governance import LogEntry
from sim.world.people import NOBODY
from sim.world.story_uses import Use

if TYPE_CHECKING:
    from sim.world.model import World

ANSWERS_WITHIN = (15 * MINUTE, 4 * HOUR)
"""How long somebody takes who is at work (guess)."""
ASK = "Ask"
"""Entry of the run's journal for a question."""


class Stance(Enum):
    """How somebody answers."""

    TRUE = "true"
    EVASIVE = "evasive"
    SILENT = "silent"


class Role(Enum):
    """As what somebody is asked."""

    USER = "user"
    MANAGER = "manager"
    OWNER = "owner"


_EVASIVE: Mapping[Role, str] = {
    Role.USER: "It is something for work. I would have to look up what exactly.",
    Role.MANAGER: "I would rather not go into what my people use. They will have their reasons.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What the trainee asked. `number` counts from 0."""

    number: int
    time: int
    sender: str
    app_id: str
    role: Role
    asked: str
    """Account of who was asked, or the owner's title."""
    about: str
    """Account of the user whose use it is; empty where an owner is asked."""
    answered: int | None = None

    @property
    def id(self) -> str:
        """The id a person sees."""
        return f"ask-{self.number + 1:03d}"


class Asking:
    """Every question, and the answers on their way."""

    def __init__(self, world: World) -> None:
        self.questions: list[Question] = []
        self._world = world

    def ask_owner(self, sender: str, app_id: str) -> Question:
        """Ask whom the list of approved apps names for an app; refuse where it names nobody."""
        world = self._world
        approved = [one for one in world.resolved.scenario.documents.approved if one.app == app_id]
        if not approved:
            what = f"nobody is written down as the owner of {world.tenant.apps[app_id].name}"
            raise CommandRefused(Problem("ASK-OWNER", what, advice="ask one of its users"))
        question = self._keep(sender, app_id, Role.OWNER, approved[0].owner, "")
        # Who answers by title is at work when somebody is: the first of the staff stands for the office.
        words = f"We have it for {approved[0].purpose}. It is on the list of approved apps."
        self._answer_in(question, self._at_work(0, question), words)
        return question

    def ask_person(self, sender: str, app_id: str, role: Role, user: int) -> Question:
        """Ask a user about their own use, or their manager about it."""
        people = self._world.staff.people
        asked = people[user] if role is Role.USER else people[self._manager(user)]
        question = self._keep(sender, app_id, role, asked.upn, people[user].upn)
        stance = self.stance(asked.index, app_id)
        if stance is not Stance.SILENT and not self._world.staff.away[asked.machine]:
            words = _EVASIVE[role] if stance is Stance.EVASIVE else self._truth(user, app_id, role)
            self._answer_in(question, self._at_work(asked.machine, question), words)
        return question

    def reason(self, person: int, app_id: str) -> str:
        """Return what somebody says of their own accord that they need an app for."""
        if self.stance(person, app_id) is Stance.TRUE:
            return self._truth(person, app_id, Role.USER)
        return _EVASIVE[Role.USER]

    def stance(self, person: int, app_id: str) -> Stance:
        """Return how a person answers about an app, whenever and however often they are asked."""
        world, who = self._world, self._world.staff.people[person]
        bits = draw(world.seed, "stance", who.id, app_id) % 100
        shares = world.resolved.scenario.asking
        truthful, evasive = shares.truthful, shares.evasive
        if world.resolved.pack is not None:
            persona = next(one for one in world.resolved.pack.personas if one.name == who.persona)
            truthful, evasive = persona.truthful, persona.evasive
        if bits >= truthful + evasive:
            return Stance.SILENT
        hides = any(use.pattern.hidden for use in self._uses(person, app_id))
        return Stance.EVASIVE if hides or bits >= truthful else Stance.TRUE

    def _manager(self, user: int) -> int:
        who = self._world.staff.people[user]
        if who.manager == NOBODY:
            raise CommandRefused(Problem("ASK-MANAGER", f"{who.name} has no manager here", advice="ask them"))
        return who.manager

    def _keep(self, sender: str, app_id: str, role: Role, asked: str, about: str) -> Question:
        now = self._world.now
        question = Question(len(self.questions), now, sender, app_id, role, asked, about)
        self.questions.append(question)
        told = " ".join(part for part in (role.value, asked, about) if part)
        self._world.journal.append(LogEntry(now, sender, ASK, question.id, f"{app_id} {told}"))
        return question

    def _at_work(self, machine: int, question: Question) -> int:
        """Return when an answer comes that is written at a machine."""
        # Counted for them alone: what others are asked makes nobody slower.
        asked = [(each.asked, each.app_id) for each in self.questions[: question.number]]
        again = asked.count((question.asked, question.app_id))
        bits = draw(self._world.seed, "answer", question.asked, question.app_id, again)
        wait = between(bits, *(bound // SECOND for bound in ANSWERS_WITHIN)) * SECOND
        return self._world.machines.gets_round(machine, question.time, wait)

    def _answer_in(self, question: Question, due: int, words: str) -> None:
        self._world.clockwork.at(due, partial(self._answer, question.number, words))

    def _answer(self, number: int, words: str) -> None:
        now = self._world.now
        question = self.questions[number] = replace(self.questions[number], answered=now)
        name = self._world.tenant.apps[question.app_id].name
        self._world.mailbox.receive(now, question.asked, f"Re: {name}", words, question=question.id)

    def _uses(self, person: int, app_id: str) -> list[Use]:
        """Return the story's uses of an app that a person has had so far."""
        begun = self._world.story.begun
        return [one.use for one in begun if one.use.said.app == app_id and person in one.people]

    def _truth(self, user: int, app_id: str, role: Role) -> str:
        who = self._world.staff.people[user]
        found = self._purpose(user, app_id) or self._as_seen(user, app_id)
        return found if role is Role.USER else f'I asked {who.name}. The answer was: "{found}"'

    def _purpose(self, user: int, app_id: str) -> str:
        """Return what the author lets a person say, or what an approved app is for; "" where neither is."""
        scenario, who = self._world.resolved.scenario, self._world.staff.people[user]
        said = (
            one.says
            for one in scenario.asking.purposes
            if one.app == app_id and one.is_about(who.id, who.department)
        )
        approved = (f"It is for {one.purpose}." for one in scenario.documents.approved if one.app == app_id)
        return next(said, next(approved, ""))

    def _as_seen(self, user: int, app_id: str) -> str:
        """Return what a person's own use looks like to them."""
        begun = self._uses(user, app_id)
        if begun:
            return begun[-1].pattern.says
        staff = self._world.staff
        app = next((place for place, one in enumerate(staff.apps) if one.id == app_id), -1)
        habits = (staff.plan.app == app) & (staff.plan.person == user)
        others = (staff.uses.app == app) & (staff.uses.person == user)
        if not habits.any() and not others.any():
            return "I do not use it."
        if staff.plan.documents[habits].any() or staff.uses.uploads[others].any():
            return "I use it myself, and I send files with it."
        return "I use it myself. I look at things there and send nothing of ours."
