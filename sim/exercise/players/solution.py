"""The solution of a scenario's author, checked as commands and carried out at the oracle's desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.base.errors import CommandRefused, InputError, Problem, ScenarioError
from sim.base.yamlfile import Document
from sim.engine.tenant import UNSANCTIONED
from sim.exercise.players.desk import Desk, is_own
from sim.scenario.load import Resolved
from sim.scenario.solution import ACCOUNT, ENTITY, Step, Wait
from sim.scenario.solution_problems import due_at
from sim.session.commands import Command, TagApp
from sim.session.wire import from_json
from sim.views.endpoint import UseRow

_ONCE = ""
"""What a step is carried out for that is not about something with a name."""


def check_commands(resolved: Resolved, source: Document | None = None) -> None:
    """Raise ScenarioError with every command of the solution that is none, placed where `source` is given."""
    problems: list[Problem] = []
    for s, step in enumerate(resolved.scenario.solution):
        for c, data in enumerate(step.do):
            path = ("solution", s, "do", c)
            try:
                from_json(data)
            except InputError as error:
                place = source.place(path) if source else None
                said = ".".join(map(str, path))
                problems += [Problem(p.rule, f"{said}: {p.what}", place, p.advice) for p in error.problems]
    if problems:
        raise ScenarioError(problems)


class Script:
    """Carries out the steps in the order written, each once, or once for each thing that it waits for."""

    def __init__(self, resolved: Resolved) -> None:
        check_commands(resolved)
        self._steps = resolved.scenario.solution
        times = (step.when is not None and step.when.at is not None for step in self._steps)
        self._due = [
            due_at(step.when, resolved.start, resolved.tz) if timed and step.when else resolved.start
            for step, timed in zip(self._steps, times, strict=True)
        ]
        self._since: dict[tuple[int, str], int] = {}
        self._carried_out: dict[tuple[int, str], int] = {}
        self.blocked: tuple[str, ...] = ()
        """Apps that it has tagged Unsanctioned for everybody, and that the other duties look after."""

    def __call__(self, desk: Desk) -> None:
        """Carry out every step whose time has come."""
        before = () if self._since else desk.sent()
        for number, step in enumerate(self._steps):
            for entity in self._holding(desk, number, step):
                key = number, entity if step.for_each else _ONCE
                since = self._since.setdefault(key, desk.now)
                if key in self._carried_out:
                    continue
                commands = [from_json(_filled(desk, data, entity)) for data in step.do]
                if commands and all(command in before for command in commands):  # the run was resumed
                    self._carried_out[key] = desk.now
                    self._adopt(*commands)
                elif desk.now >= since + (step.when.after if step.when else 0):
                    self._carried_out[key] = desk.now
                    for place, command in enumerate(commands):
                        self._send(desk, command, f"solution.{number}.do.{place}")

    def found(self, desk: Desk) -> Iterator[tuple[str, UseRow]]:
        """Yield the uses to write down that the timelines show by now, with their apps."""
        begun = {number for number, _ in self._carried_out}
        for number in sorted(begun):
            for wanted in self._steps[number].find:
                whose = {desk.account(person) for person in wanted.people}
                for row in sorted(desk.uses(wanted.app)):
                    if row.user in whose or not (whose or is_own(row.user)):
                        yield wanted.app, row

    def _send(self, desk: Desk, command: Command, place: str) -> None:
        try:
            desk.send(command)
        except CommandRefused as error:
            advice = "let the step wait until it is possible"
            raise InputError(
                [Problem(p.rule, f"{place}: {p.what}", p.where, p.advice or advice) for p in error.problems]
            ) from None
        self._adopt(command)

    def _adopt(self, *commands: Command) -> None:
        """Keep in mind which apps are to be blocked for everybody."""
        for command in commands:
            if isinstance(command, TagApp) and not command.profile:
                others = tuple(app for app in self.blocked if app != command.app)
                self.blocked = (*others, command.app) if command.tag == UNSANCTIONED else others

    def _holding(self, desk: Desk, number: int, step: Step) -> list[str]:
        """Return what fulfils the condition of a step by now; one nameless thing where it has no name."""
        when = step.when
        if when is None or when.at is not None:
            return [_ONCE] if desk.now >= self._due[number] else []
        if when.done is not None:
            before = next(n for n, other in enumerate(self._steps) if other.id == when.done)
            return [_ONCE] if any(done == before for done, _ in self._carried_out) else []
        if when.seen is not None:
            return [_ONCE] if _is_discovered(desk, when) else []
        if when.misread is not None:
            return [_ONCE] if desk.is_misread(when.misread) else []
        return _entities(desk, when)


def _filled(desk: Desk, data: dict[str, Any], entity: str) -> dict[str, Any]:
    """Return a command with what its step waited for, and with accounts for persons' ids."""

    def put(value: Any) -> Any:
        if isinstance(value, list):
            return [put(item) for item in value]
        if not isinstance(value, str):
            return value
        return ACCOUNT.sub(lambda person: desk.account(person[1]), value.replace(ENTITY, entity))

    return {key: put(value) for key, value in data.items()}


def _is_discovered(desk: Desk, when: Wait) -> bool:
    rows = [row for report in desk.reports() for row in desk.apps(report) if row.app_id == when.seen]
    return any(
        (row.users or 0) >= (when.users or 0) and (row.bytes_up or 0) >= (when.sent or 0) for row in rows
    )


def _entities(desk: Desk, when: Wait) -> list[str]:
    """Return the names or ids that the portals show by now, in a total order."""
    if when.mail is not None:
        wanted = when.mail.casefold()
        mails = (row for row in desk.mails() if not row.waits)
        found = {row.id for row in mails if wanted in f"{row.who} {row.subject}".casefold()}
    elif when.alert is not None:
        rows = [*desk.cloud_alerts(), *desk.endpoint_alerts()]
        found = {row.id for row in rows if row.is_open and row.app_id == when.alert}
    elif when.indicator is not None:
        found = {row.id for row in desk.indicators() if row.app == desk.find(when.indicator).name}
    else:
        app = when.user or when.machine or ""
        pages = [desk.app(app, report) for report in desk.reports()]
        rows_of = (page.users if when.user else page.machines for page in pages)
        found = {row.name for rows in rows_of for row in rows if not is_own(row.name)}
    return sorted(found)
