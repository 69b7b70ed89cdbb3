"""The trainee's own notes: what was tested, found, judged, cited, sent and revealed; not the world's state.

A note has an id that is never given again, so that a run file may remove it and a debrief may speak of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from sim.base.errors import CommandRefused, Problem
from sim.engine.enforcement.facts import NetworkProtection, Outcome


@dataclass(frozen=True, slots=True)
class Tested:
    """A test visit and what came of it."""

    time: int
    machine: int
    process: int
    host: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A machine's network protection as its prompt showed it."""

    time: int
    machine: int
    mode: NetworkProtection


@dataclass(frozen=True, slots=True)
class Finding:
    """Who uses what where, as the trainee says."""

    time: int
    app_id: str
    user: int
    machine: int
    process: int
    note: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an app or an alert is held to be."""

    time: int
    subject: str
    """`app:ID` or `alert:ID`; also the note's id, since a later verdict replaces an earlier one."""
    verdict: str
    confidence: int
    """0 to 100."""
    reason: str


@dataclass(frozen=True, slots=True)
class CitedRow:
    """One row of a timeline or a report as its source told it; "" is what the source does not say."""

    time: int
    app_id: str
    user: str
    machine: str
    process: str
    host: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the trainee cites for a case."""

    id: str
    time: int
    subject: str
    """What it is evidence for, as `app:ID`, `alert:ID`, `user:ACCOUNT` or `machine:NAME`."""
    kind: str
    """`rows`, `entity`, `alert` or `query`."""
    reference: str
    """Of rows, the view they stand in: `timeline:MACHINE` or `report:NAME`; of a query, its text."""
    note: str
    rows: tuple[str, ...] = ()
    """Ids of the rows in that view, or the rows that a query gave."""
    cited: tuple[CitedRow, ...] = ()
    """What those rows say; of a query nothing is looked up."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A mail to one person."""

    id: str
    time: int
    to: str
    """Account of who gets it."""
    role: str
    """`user` or `manager`: as what they are written to."""
    about: str
    """Account of the user whom it is about."""
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """Work handed to another team."""

    id: str
    time: int
    team: str
    subject: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exception from the written policy that the trainee granted."""

    id: str
    time: int
    app_id: str
    who: str
    """Account of a user, or the name of a department."""
    until: int
    reason: str


@dataclass(frozen=True, slots=True)
class Handover:
    """The end of the shift."""

    time: int
    note: str
    time_up: bool = False
    """Whether the shift ended because its time was up."""


@dataclass(slots=True)
class Notebook:
    """All notes in the order made."""

    tests: list[Tested] = field(default_factory=list)
    lookups: dict[int, LookedUp] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)
    """App id -> when its propagation was revealed."""
    resolved: dict[str, str] = field(default_factory=dict)
    """Pseudonym -> the name that stands behind it."""
    back_tests: dict[str, int] = field(default_factory=dict)
    """App id -> when it was first looked up whom tagging it would touch."""
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    """By subject; the newest last."""
    evidence: list[Evidence] = field(default_factory=list)
    messages: list[SentMessage] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    exceptions: list[Exemption] = field(default_factory=list)
    handover: Handover | None = None
    _made: Counter[str] = field(default_factory=Counter)

    def test(self, time: int, machine: int, process: int, host: int, outcome: Outcome) -> None:
        """Keep a test visit."""
        self.tests.append(Tested(time, machine, process, host, outcome))

    def look_up(self, time: int, machine: int, mode: NetworkProtection) -> None:
        """Keep the newest look at a machine."""
        self.lookups[machine] = LookedUp(time, machine, mode)

    def find(self, time: int, app_id: str, user: int, machine: int, process: int, note: str) -> Finding:
        """Keep a finding; the same one again replaces its note."""
        same = [
            f
            for f in self.findings
            if (f.app_id, f.user, f.machine, f.process) == (app_id, user, machine, process)
        ]
        kept = Finding(time, app_id, user, machine, process, note, same[0].id if same else self.next("find"))
        self.findings = [f for f in self.findings if f not in same] + [kept]
        return kept

    def reveal(self, time: int, app_id: str) -> None:
        """Keep a hint; taking it again costs nothing more."""
        self.hints.setdefault(app_id, time)

    def resolve(self, pseudonym: str, name: str) -> None:
        """Keep whose pseudonym it is."""
        self.resolved[pseudonym] = name

    def back_test(self, time: int, app_id: str) -> None:
        """Keep that a tag was back-tested; the first time counts."""
        self.back_tests.setdefault(app_id, time)

    def judge(self, verdict: Verdict) -> bool:
        """Keep a verdict; return whether it replaces one."""
        replaced = self.verdicts.pop(verdict.subject, None) is not None
        self.verdicts[verdict.subject] = verdict
        return replaced

    def cite(self, evidence: Evidence) -> Evidence:
        """Keep evidence; the same again for the same subject replaces its note and its rows."""

        def key(one: Evidence) -> tuple[str, str, str, tuple[str, ...]]:
            return one.subject, one.kind, one.reference, one.rows

        same = [one for one in self.evidence if key(one) == key(evidence)]
        kept = replace(evidence, id=same[0].id if same else self.next("ev"))
        self.evidence = [one for one in self.evidence if one not in same] + [kept]
        return kept

    def grant(self, exemption: Exemption) -> Exemption:
        """Keep an exception; another for the same app and people replaces it."""
        same = [e for e in self.exceptions if (e.app_id, e.who) == (exemption.app_id, exemption.who)]
        kept = replace(exemption, id=same[0].id if same else self.next("exc"))
        self.exceptions = [one for one in self.exceptions if one not in same] + [kept]
        return kept

    def remove(self, note: str) -> None:
        """Take a note back by its id; what was sent to others, tested or revealed stays."""
        before = len(self)
        self.verdicts.pop(note, None)
        self.findings = [one for one in self.findings if one.id != note]
        self.evidence = [one for one in self.evidence if one.id != note]
        self.exceptions = [one for one in self.exceptions if one.id != note]
        if len(self) == before:
            what = f"no note {note!r} can be taken back"
            raise CommandRefused(Problem("NOTE-UNKNOWN", what, advice="see the case notebook"))

    def __len__(self) -> int:
        """Return how many notes can be taken back."""
        return len(self.verdicts) + len(self.findings) + len(self.evidence) + len(self.exceptions)

    def next(self, kind: str) -> str:
        """Return the next id of a kind of note."""
        self._made[kind] += 1
        return f"{kind}-{self._made[kind]:03d}"
