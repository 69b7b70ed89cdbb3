"""A session: a world, the trainee's notes, the clock, and the run file that keeps every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from sim.base.errors import (
    CommandRefused,
    InputError,
    Place,
    Problem,
    ReplayDiverged,
    UnsanctionedError,
)
from sim.base.time import HOUR, MINUTE, to_iso
from sim.base.yamlfile import Document
from sim.scenario.load import Resolved, resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario
from sim.session.answer import Answer
from sim.session.assessed import Assessed, assessed_of
from sim.session.commands import Command
from sim.session.digest import Digest, canonical
from sim.session.notebook import Notebook
from sim.session.roles import require
from sim.session.runfile import FORMAT, Recorded, RunFile
from sim.session.wire import from_json, to_json
from sim.world.model import FIRST_DATA, World

TRAINEE = "analyst"


@dataclass(frozen=True, slots=True)
class Notification:
    """Something the portals tell the analyst without being asked."""

    time: int
    portal: str
    text: str
    is_alert: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that was taken, and the line that answered it."""

    time: int
    actor: str
    command: Command
    said: str


class Session:
    """Plays a scenario. Time moves by `advance`, everything else changes by `submit`."""

    def __init__(
        self,
        resolved: Resolved,
        seed: int | None = None,
        player: str = TRAINEE,
        assessed: Assessed | None = None,
    ) -> None:
        self.seed = resolved.scenario.seed if seed is None else seed
        self.resolved = resolved = resolved.for_seed(self.seed)
        self.player = player
        self.assessed = assessed
        """Who plays it for which class; None for a run of one's own."""
        self.world = World(resolved, self.seed)
        self.notes = Notebook()
        self.commands = 0
        self.sent: list[Sent] = []
        """Every command taken, in order."""
        self.checkpoints: dict[int, str] = {}
        """Digest at each full hour."""
        self._file: RunFile | None = None
        # What makes a run assessed is in its digest: who takes it out of the header cannot replay it.
        exam = "" if assessed is None else f":{canonical(assessed.header())}"
        self._digest = Digest(self.world, f"{resolved.content_hash()}:{self.seed}{exam}")
        self.advance(resolved.start)
        self.world.story.begin()

    @property
    def now(self) -> int:
        """The simulated time."""
        return self.world.now

    @property
    def finished(self) -> bool:
        """True once the scenario's end is reached."""
        return self.now >= self.resolved.end

    @property
    def handed_over(self) -> bool:
        """True once the shift is finished: the clock plays on, and no command is taken."""
        return self.notes.handover is not None

    def header(self) -> dict[str, Any]:
        """Return the run file's first record."""
        assessed = {} if self.assessed is None else {"assessed": self.assessed.header()}
        given = {"set": self.resolved.given} if self.resolved.given else {}
        return {
            "kind": "header",
            "format": FORMAT,
            "engine": sim.__version__,
            "scenario_hash": self.resolved.content_hash(),
            "authored_hash": self.resolved.authored_hash(),
            "parts": self.resolved.part_hashes(),
            "seed": self.seed,
            "player": self.player,
            "scenario": self.resolved.dump(),
            **given,
            **assessed,
        }

    @property
    def is_exam(self) -> bool:
        """True while an assessed run is not over: no hints, no going back, no view of the simulator's own."""
        return self.assessed is not None and not self.finished

    def record_to(self, path: Path) -> None:
        """Start a run file at `path`."""
        self._file = RunFile(path)
        self._file.write(self.header())

    def continue_file(self, recorded: Recorded) -> None:
        """Go on in the file that this session was resumed from, after its last whole record."""
        self.continue_in(RunFile(recorded.path, recorded.whole_bytes))

    def continue_in(self, file: RunFile) -> None:
        """Go on in a file that holds everything so far."""
        self._file = file

    @property
    def run_path(self) -> Path | None:
        """Where the run is kept, if it is."""
        return self._file.path if self._file else None

    def advance(self, until: int) -> None:
        """Move the clock to `until` (not past the scenario's end); each full hour is a checkpoint."""
        until = min(until, self.resolved.end)
        hour = (self.now // HOUR + 1) * HOUR
        while hour <= until:
            self.world.run(hour)
            self.checkpoints[hour] = self._digest.close(hour)
            self._keep({"kind": "checkpoint", "time": hour, "digest": self.checkpoints[hour]})
            hour += HOUR
        self.world.run(until)

    def play_on(self) -> None:
        """Let the clock run to the scenario's end without the trainee."""
        self.advance(self.resolved.end)

    def submit(self, command: Command, actor: str | None = None) -> Answer:
        """Apply a command now and keep it; a refused command changes nothing and is not kept."""
        if self.finished:
            raise CommandRefused(Problem("SESSION-OVER", "the exercise is over", advice="read the result"))
        if self.handed_over:
            raise CommandRefused(Problem("SHIFT-OVER", "the shift is handed over", advice="read the result"))
        require(self.resolved.scenario.trainee.role, command.kind)
        if self.assessed is not None:
            self.assessed.require(command.kind)
        who = actor or self.player
        answer = command.apply(self.world, self.notes, who)
        self.world.story.notice()
        data = to_json(command)
        self._digest.command(self.now, who, data)
        self.commands += 1
        self.sent.append(Sent(self.now, who, command, answer.text))
        if self._file is not None:
            record = {"kind": "command", "time": self.now, "actor": who, "command": data}
            self._keep({**record, "digest": self.digest()})
        return answer

    def digest(self) -> str:
        """Return the digest of everything so far."""
        return self._digest.so_far()

    def mark(self, paused: int = 0) -> None:
        """Keep where the clock stands, so that a run that is cut off goes on from here.

        `paused` is for how many real seconds it stood still there; nothing depends on it.
        """
        if self._file is not None:
            stood = {"paused": paused} if paused else {}
            self._keep({"kind": "mark", "time": self.now, "digest": self.digest(), **stood})

    def leave(self) -> None:
        """Keep where the clock stands and close the run file; the run can be resumed."""
        self.mark()
        self._close()

    def finish(self, result: dict[str, Any]) -> None:
        """Keep the result and close the run file."""
        self._keep({"kind": "footer", "time": self.now, "digest": self.digest(), "result": result})
        self._close()

    def _keep(self, record: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(record)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def notifications(self, after: int) -> list[Notification]:
        """Return what the portals have told since the clock stood at `after`, oldest first.

        What was due at `after` itself had not happened when the clock stood there.
        """
        tenant = self.world.tenant
        portal = tenant.portal
        told = [
            Notification(entry.time, portal.cloud, f"first data from {portal.endpoint} has arrived", False)
            for entry in tenant.log
            if entry.action == FIRST_DATA and entry.time >= after
        ]
        told += [
            Notification(a.time, portal.cloud, f"{a.id} {a.title}: {a.app_id or a.who}", True)
            for a in tenant.cloud_alerts.alerts
            if a.time >= after
        ]
        told += [
            Notification(
                a.visible_at,
                portal.endpoint,
                f"{a.id} {a.title}: {self.world.staff.machines[a.machine].name}",
                True,
            )
            for a in tenant.endpoint_alerts.alerts
            if after < a.visible_at <= self.now
        ]
        told += [
            Notification(mail.time, "Mail", f"{mail.sender}: {mail.subject}", False)
            for mail in self.world.mailbox.mails
            if mail.time >= after
        ]
        return sorted(told, key=lambda n: (n.time, n.portal, n.text))

    def skip_to_next(self, limit: int | None = None) -> Notification | None:
        """Move the clock to the next notification, or to `limit` (the end by default)."""
        begin = self.now
        stop = self.resolved.end if limit is None else min(limit, self.resolved.end)
        step = max(MINUTE, self.world.era.timeline.sample(self.seed, "timeline"))
        while self.now < stop:
            targets = [stop, self.now + step]
            event = self.world.next_event()
            if event is not None:
                targets.append(event + 1)
            targets += [
                a.visible_at for a in self.world.tenant.endpoint_alerts.alerts if a.visible_at > self.now
            ]
            self.advance(min(targets))
            told = self.notifications(begin)
            if told:
                return told[0]
        return None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A session brought to where a run file ends, and how many records agreed."""

    session: Session
    compared: int


def resolved_of(recorded: Recorded) -> Resolved:
    """Return the scenario that a run file carries."""
    return resolved_from(recorded.header["scenario"], str(recorded.path))


def resolved_from(kept: dict[str, Any], file: str) -> Resolved:
    """Return a scenario from what a run file keeps of it."""
    data = dict(kept)
    name = str(data.pop("name", "run"))
    return resolve(name, validate(Scenario, Document(data, {}, file)))


def refuse_open(recorded: Recorded) -> None:
    """Raise InputError for an assessed run that is not over: its truth is nobody's to see yet.

    A footer alone is not believed: the run ends where its scenario does.
    """
    footer = recorded.footer
    if recorded.header.get("assessed") and (footer is None or footer["time"] < resolved_of(recorded).end):
        raise InputError(
            Problem("ASSESSED-OPEN", f"{recorded.path} is assessed and not over", advice="finish it first")
        )


def restore(
    recorded: Recorded, until: int | None = None, *, resolved: Resolved | None = None, every: bool = True
) -> Replayed:
    """Re-execute a run file; raise ReplayDiverged at the first record whose digest differs.

    `resolved` spares reading the scenario again; without `every` the hours' digests alone are compared.
    """
    header, scenario = recorded.header, resolved or resolved_of(recorded)
    session = Session(scenario, int(header["seed"]), str(header["player"]), assessed_of(header))
    before, compared = session.now, 0
    for number, record in enumerate(recorded.records, 2):
        time = int(record["time"])
        if until is not None and time > until:
            break
        place = Place(str(recorded.path), number)
        try:
            session.advance(time)
            if record["kind"] == "command":
                session.submit(from_json(record["command"]), str(record["actor"]))
        except UnsanctionedError as error:
            raise InputError([Problem(p.rule, p.what, place, p.advice) for p in error.problems]) from None
        hour = record["kind"] == "checkpoint"
        if not (hour or every):
            continue
        found = session.checkpoints.get(time) if hour else session.digest()
        if found != record["digest"]:
            raise ReplayDiverged(_difference(recorded, session, before, time, place))
        before, compared = time, compared + 1
    if until is not None:
        session.advance(until)
    return Replayed(session, compared)


def _difference(recorded: Recorded, session: Session, before: int, time: int, place: Place) -> Problem:
    now = session.resolved.part_hashes()
    then = recorded.header.get("parts", {})
    changed = [name for name, value in now.items() if then.get(name, value) != value]
    if recorded.header["scenario_hash"] == session.resolved.content_hash():
        why = "the scenario, era and catalog are the same: the engine differs, or the file was edited"
    elif changed:
        why = f"not as in the run: {', '.join(changed)}"
    else:
        why = "the era profile or the catalog differs from the one the run was made with"
    return Problem(
        "REPLAY-DIVERGED",
        f"the runs differ between {to_iso(before)} and {to_iso(time)}",
        place,
        f"{why}; the file was made by version {recorded.header['engine']}",
    )
