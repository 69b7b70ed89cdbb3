"""Random short runs: anything that a trainee may do, in any order, right or wrong.

Two in three begin with the steps that make a block hold, so that there is something to score.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sim.base.errors import CommandRefused
from sim.base.rng import draw
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION, UNSANCTIONED
from sim.exercise.score import Result, judge
from sim.exercise.score.summary import describe
from sim.scenario.load import Resolved
from sim.session.alert_commands import CloseAlert, ResolveAlerts
from sim.session.app_commands import BackTestTag
from sim.session.case_commands import AddEvidence, FinishShift, GiveVerdict, SendMessage
from sim.session.commands import Command, RecordFinding, SetSwitch, TagApp, TakeHint
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.fleet_commands import AssignSetting
from sim.session.gateway_commands import ImportBlockScript
from sim.session.indicator_commands import AddIndicator
from sim.session.people_commands import AskAbout, NotifyUsers
from sim.session.policy_commands import SavePolicy
from tests.exercise.process import called
from tests.exercise.small import APPLIANCE, JOURNEY, LENIENT, MINUTE, TEXT, TODAY, blocked, small

APPS = ("dropbox", "yahoo-webmail", "salesforce")
HOSTS = ("www.dropbox.com", "mail.yahoo.com", "salesforce.com")
USERS = (0, 1, 4)
"""Who uses Dropbox."""
SWITCHES = (INTEGRATION, CUSTOM_INDICATORS, BLOCK_UNSANCTIONED)
VARIANTS = (TEXT, LENIENT, TODAY, JOURNEY, APPLIANCE)
COMMANDS = 30
"""How many are tried in a run; most of them are accepted."""


T = TypeVar("T")


class Dice:
    """Draws of one run."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._draws = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 on and below a limit."""
        self._draws += 1
        return draw(self._number, "random-run", self._draws) % limit

    def of(self, choices: tuple[T, ...]) -> T:
        """Return one of several."""
        return choices[self.below(len(choices))]


def command(dice: Dice, session: Session) -> Command:
    """Return a command that fits the session more or less."""
    staff, tenant = session.world.staff, session.world.tenant
    person = staff.people[dice.below(len(staff.people))]
    machine, app = staff.machines[dice.below(len(staff.machines))].name, dice.of(APPS)
    alerts = (*tenant.cloud_alerts.alerts, *tenant.endpoint_alerts.shown(session.now))
    alert = dice.of(tuple(one.id for one in alerts) or ("CA-0001",))
    subject = dice.of((f"app:{app}", f"alert:{alert}", f"user:{person.upn}", f"machine:{machine}"))
    about = dice.of((f"user:{person.upn}", f"machine:{machine}", f"app:{app}"))
    browser = dice.of((person.browser, dice.of(staff.processes)))
    who = dice.of(USERS)
    own = staff.machines[person.machine].name
    rows = tuple(str(1 + dice.below(300)) for _ in range(2))
    called = dice.of(tuple(kind.name for kind in session.world.era.portals.classifications))
    choices: tuple[Callable[[], Command], ...] = (
        lambda: SetSwitch(dice.of(SWITCHES), dice.below(8) > 0),
        lambda: SetSwitch(dice.of(SWITCHES), True),
        lambda: TagApp(app, dice.of((UNSANCTIONED, UNSANCTIONED, "", "Monitored"))),
        lambda: TagApp("dropbox", UNSANCTIONED),
        lambda: ImportBlockScript("Edge"),
        lambda: AddIndicator(dice.of(HOSTS)),
        lambda: PowerShell(machine, "Set-MpPreference -EnableNetworkProtection Enabled"),
        lambda: AssignSetting("EnableNetworkProtection", "Enabled", "Group Policy"),
        lambda: RecordFinding(app, person.upn, own, browser),
        lambda: RecordFinding("dropbox", staff.people[who].upn, f"S-{who + 1}", staff.people[who].browser),
        lambda: VisitSite(f"S-{who + 1}", staff.people[who].browser, "www.dropbox.com"),
        lambda: GiveVerdict(
            f"app:{app}", dice.of(("shadow-it-stop", "tolerate", "sanction")), dice.below(101), "so"
        ),
        lambda: GiveVerdict(
            f"alert:{alert}", dice.of(("true-positive", "false-positive", "benign")), dice.below(101), "so"
        ),
        lambda: AddEvidence(subject, "entity", about),
        lambda: AddEvidence(subject, "alert", alert),
        lambda: AddEvidence(f"app:{app}", "rows", f"timeline:{own}", rows=rows[:1]),
        lambda: AddEvidence(subject, "query", "DeviceNetworkEvents"),
        lambda: AskAbout(app, "user", person.upn),
        lambda: BackTestTag(app),
        lambda: NotifyUsers(app, "please stop"),
        lambda: SendMessage(f"user:{person.upn}", f"app:{app}", "please stop"),
        lambda: VisitSite(machine, browser, dice.of(HOSTS)),
        lambda: SavePolicy("New popular app", f"Popular {dice.below(99)}", {"Number of users": 2}),
        lambda: ResolveAlerts((alert,), called, "", "looked at"),
        lambda: CloseAlert(alert, True, comment="looked at"),
        lambda: TakeHint(app),
        lambda: TakeHint(f"hint:detect:{1 + dice.below(2)}"),
    )
    return dice.of(choices)()


def play(number: int, path: Path) -> Result:
    """Play a random run, keep its file with the result, and return the result."""
    dice = Dice(number)
    resolved: Resolved = small(VARIANTS[number % len(VARIANTS)])
    session = Session(resolved, number)
    session.record_to(path)
    for time, step in blocked(resolved.start, dice.below(90) * MINUTE) if dice.below(3) else ():
        session.advance(time)
        session.submit(step)
    since = (session.now - resolved.start) // MINUTE
    times = sorted(since + dice.below((resolved.end - session.now) // MINUTE - 1) for _ in range(COMMANDS))
    last = dice.below(4)
    for place, minute in enumerate(times):
        session.advance(resolved.start + minute * MINUTE)
        finish = last == 0 and place == COMMANDS - 1
        try:
            session.submit(FinishShift("done") if finish else command(dice, session))
        except CommandRefused:
            continue
    session.play_on()
    result = judge(session)
    session.finish(describe(session, result))
    return result


def exported(number: int, folder: Path) -> tuple[int, Path]:
    """Play a random run and export it with its truth; return its score and its file."""
    path = folder / "run.jsonl"
    result = play(number, path)
    done = called("export", path, folder, "--format", "jsonl", "--truth")
    assert done.returncode == 0, done.stderr.decode()
    return result.score, path
