"""The trainee's own notes: what was tested, looked up, found and revealed: not the world's state."""

from __future__ import annotations

from dataclasses import dataclass, field

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

    def test(self, time: int, machine: int, process: int, host: int, outcome: Outcome) -> None:
        """Keep a test visit."""
        self.tests.append(Tested(time, machine, process, host, outcome))

    def look_up(self, time: int, machine: int, mode: NetworkProtection) -> None:
        """Keep the newest look at a machine."""
        self.lookups[machine] = LookedUp(time, machine, mode)

    def find(self, time: int, app_id: str, user: int, machine: int, process: int, note: str) -> None:
        """Keep a finding; the same one again replaces its note."""
        self.findings = [
            f
            for f in self.findings
            if (f.app_id, f.user, f.machine, f.process) != (app_id, user, machine, process)
        ]
        self.findings.append(Finding(time, app_id, user, machine, process, note))

    def reveal(self, time: int, app_id: str) -> None:
        """Keep a hint; taking it again costs nothing more."""
        self.hints.setdefault(app_id, time)

    def resolve(self, pseudonym: str, name: str) -> None:
        """Keep whose pseudonym it is."""
        self.resolved[pseudonym] = name
