"""The reference solution that an author writes for the oracle: what it does, and what it waits to see first.

    solution:
      - id: stop
        when: {seen: dropbox}
        do:
          - {kind: tag-app, app: dropbox, tag: Unsanctioned}
      - when: {alert: dropbox, after: 10m}
        do:
          - {kind: close-alert, id: $id, resolve: true, comment: "CU-2"}

Commands are written in the words of a run file. What the commands are is known to the room above, which
checks them (`sim.exercise.players.solution`); here stands what can be said without it.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, JsonValue, model_validator

from sim.base.located import wrong
from sim.scenario.eras import Span, Strict
from sim.scenario.story import Size
from sim.scenario.traits import added

ENTITY = "$id"
"""In a command: what the step waited for. The step is then carried out for each one that comes."""


ACCOUNT = re.compile(r"\$account\(([^()]*)\)")
"""In a command: the account of a person, who is given by id."""


class Wait(Strict):
    """What a step waits to see: exactly one of the conditions."""

    at: str | None = None
    """Local time, 2019-12-16T14:00; or with `day` a time of day, "14:00"."""
    day: int | None = Field(default=None, ge=1, le=366)
    """The day of play that `at` is of; the first is 1."""
    seen: str | None = None
    """An app that stands in Discovered apps of some report."""
    users: int | None = Field(default=None, ge=1)
    """With `seen`: by at least so many people."""
    sent: Size | None = None
    """With `seen`: with at least so many bytes sent."""
    user: str | None = None
    """An app of which a report names a user; `$id` is the name."""
    machine: str | None = None
    """An app of which a report names a machine; `$id` is its name."""
    alert: str | None = None
    """An app of which an alert is open in either portal; `$id` is the alert."""
    indicator: str | None = None
    """An app of which an indicator is listed; `$id` is the indicator."""
    mail: str | None = None
    """Words of the sender or the subject of a mail; `$id` is the mail."""
    misread: str | None = added(None)
    """A data source that is read as another type of log than its appliance writes."""
    done: str | None = None
    """The id of another step."""
    after: Annotated[Span, Field(ge=0)] = 0
    """How much later than the condition."""

    @model_validator(mode="after")
    def _one_condition(self) -> Wait:
        found = [name for name in CONDITIONS if getattr(self, name) is not None]
        if len(found) != 1:
            what = "waits for nothing" if not found else f"waits for {' and '.join(found)}"
            raise wrong("SOLUTION-WHEN", what, f"write exactly one of {', '.join(CONDITIONS)}")
        for name, condition in (("day", "at"), ("users", "seen"), ("sent", "seen")):
            if getattr(self, name) is not None and found[0] != condition:
                raise wrong(
                    "SOLUTION-WHEN", f"{name} does not go with {found[0]}", f"it goes with {condition}"
                )
        return self

    @property
    def condition(self) -> str:
        """Which of the conditions it is."""
        return next(name for name in CONDITIONS if getattr(self, name) is not None)

    @property
    def app(self) -> str | None:
        """The app that it is about."""
        return self.seen or self.user or self.machine or self.alert or self.indicator


CONDITIONS = ("at", "seen", "user", "machine", "alert", "indicator", "mail", "misread", "done")
_NAMES_ONE = frozenset({"user", "machine", "alert", "indicator", "mail"})
"""Conditions that are about something with a name."""


class Find(Strict):
    """Uses that the oracle writes down as findings, as soon as the timelines show them."""

    app: str
    people: tuple[str, ...] = ()
    """Whose, by id; empty is everybody's."""


class Step(Strict):
    """One step: once its condition holds, its commands are sent and its findings are looked for."""

    id: str = ""
    when: Wait | None = None
    """None: when play begins."""
    do: tuple[dict[str, JsonValue], ...] = ()
    find: tuple[Find, ...] = ()

    @model_validator(mode="after")
    def _does_something(self) -> Step:
        if not self.do and not self.find:
            raise wrong("SOLUTION-STEP", "does nothing", "write commands under do, or uses under find")
        if self.for_each and (self.when is None or self.when.condition not in _NAMES_ONE):
            advice = f"wait for one of {', '.join(sorted(_NAMES_ONE))}"
            raise wrong("SOLUTION-STEP", f"{ENTITY} stands for nothing", advice)
        return self

    @property
    def for_each(self) -> bool:
        """Whether it is carried out for each thing that it waits for."""
        return any(ENTITY in str(value) for command in self.do for value in command.values())
