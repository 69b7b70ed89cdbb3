"""The moments that mattered: where one action, at another time or left out, would have changed most.

The oracle acts only on what a view shows by then, so its run says when each right action became possible. A
moment is a group of its commands that the trainee gave later or never, a command of the trainee's own that
cut off work, or, where little is left to better, what was done in time. Its worth is no estimate: the run is
played again from its commands with that one group moved, and what came of it is compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from sim.base.errors import UnsanctionedError
from sim.base.time import MINUTE
from sim.engine.enforcement.facts import STOPPED
from sim.engine.tenant import UNSANCTIONED
from sim.exercise.debrief.curves import Curve, curve
from sim.exercise.debrief.timeline import words
from sim.exercise.score import Result, judge
from sim.exercise.score.lost_work import lost_work
from sim.exercise.score.truth import Baseline, app_rows, passed, prohibited
from sim.scenario.load import Resolved
from sim.session.commands import TagApp
from sim.session.driver import Sent, Session
from sim.session.endpoint_commands import PowerShell
from sim.session.indicator_commands import AddIndicator
from sim.session.wire import to_json
from sim.views.amounts import listed

MOST = 3
"""Moments that are shown (ours)."""
MOST_PLAYED, MOST_WRONG = 5, 2
"""Candidates that are played again, and how many of them may be the trainee's own faults (ours): few, so
that a debrief is complete within seconds."""
TOGETHER = 30 * MINUTE
"""The oracle's commands that change what is blocked belong to one moment within this (ours)."""
WORDS_APART = frozenset({"note", "comment", "description", "title", "reason", "recommended_actions"})
"""Fields of commands in which two people write different words for the same action."""

Kind = Literal["late", "wrong", "good"]


@dataclass(frozen=True, slots=True)
class Where:
    """The view that shows it first, what to filter it by, and the keys that go there in the terminal."""

    view: str
    filter: str
    keys: str


@dataclass(frozen=True, slots=True)
class Worth:
    """What the better way is worth against the worse: positive is better."""

    connections: int
    """Fewer prohibited connections got through."""
    bytes_up: int
    minutes: int
    """Less work lost; negative is what it costs."""
    points: int


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment. `time` is when it could be acted on; `acted` when the trainee did, None is never."""

    kind: Kind
    theme: str
    time: int
    acted: int | None
    what: str
    """The action, in the words with which the product answers it."""
    where: Where
    worth: Worth | None = None
    needs: str = ""
    """What it rests on that the trainee never did, where it does: it is taken as done."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A moment, and the run with that one thing otherwise."""

    moment: Moment
    other: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class _Theme:
    name: str
    kinds: frozenset[str]
    view: str
    keys: str
    blocks: bool = False
    """Its commands change what is blocked."""


def _theme(name: str, view: str, keys: str, *kinds: str, blocks: bool = False) -> _Theme:
    return _Theme(name, frozenset(kinds), view, keys, blocks)


_THEMES = (
    _theme("switch what the block depends on", "Settings", "g s", "set-switch", "save-setting", blocks=True),
    _theme(
        "tag the app",
        "Discovered apps",
        "g a",
        *("tag-app", "save-scoped-profile", "edit-scoped-profile", "remove-scoped-profile"),
        blocks=True,
    ),
    _theme(
        "set the indicator",
        "Indicators",
        "g i",
        *("add-indicator", "edit-indicator", "remove-indicator"),
        blocks=True,
    ),
    _theme(
        "make machines obey",
        "Timeline of a machine",
        "g t",
        *("powershell", "assign-setting", "withdraw-setting"),
        blocks=True,
    ),
    _theme(
        "use the gateway or an access rule",
        "Measures",
        "g w",
        *("import-block-script", "save-access-rule", "delete-access-rule", "remove-client"),
        blocks=True,
    ),
    _theme("mend the log collector", "Report settings", "g d", "repair-collector", blocks=True),
    _theme(
        "write down who uses it", "Timeline of a machine", "g t", "record-finding", "add-evidence", "note-app"
    ),
    _theme("prove that it holds", "Propagation", "g v", "visit"),
    _theme("ask and tell people", "Mailbox", "g y", "ask-about", "notify-users", "send-message"),
    _theme("keep watch by a policy", "Policies", "g p", "save-policy", "save-anomaly-policy"),
    _theme(
        "judge and close alerts",
        "Alerts",
        "g q",
        *("close-alert", "close-alerts", "resolve-alerts", "resolve-endpoint-alert"),
    ),
    _theme("give a verdict", "Discovered apps", "g a", "give-verdict", "grant-exception"),
)
_OTHER = _theme("decide by the written policy", "Briefing", "g b")


def _theme_of(sent: Sent) -> _Theme:
    return next((theme for theme in _THEMES if sent.command.kind in theme.kinds), _OTHER)


def _key(sent: Sent) -> str:
    """Return what makes two commands the same action, whatever words go with it."""
    data = {name: value for name, value in to_json(sent.command).items() if name not in WORDS_APART}
    if isinstance(sent.command, PowerShell):
        data["line"] = " ".join(sent.command.line.lower().split())
    return repr(sorted(data.items()))


def _acts(sent: Sent) -> bool:
    """Tell whether a command does anything: a line at a prompt that only asks does not."""
    return not (
        isinstance(sent.command, PowerShell) and sent.command.line.lstrip().lower().startswith("get-")
    )


def _groups(sent: Iterable[Sent]) -> list[list[Sent]]:
    """Return the moments of a run: commands that block by when they were given, all others by their theme."""
    groups: list[list[Sent]] = []
    others: dict[str, list[Sent]] = {}
    for one in sent:
        theme = _theme_of(one)
        if not theme.blocks:
            others.setdefault(theme.name, []).append(one)
        elif groups and one.time - groups[-1][0].time <= TOGETHER:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [*groups, *others.values()]


def _where(session: Session, group: list[Sent]) -> Where:
    theme = _theme_of(group[0])
    data: dict[str, Any] = to_json(group[0].command)
    tenant, machine = session.world.tenant, str(data.get("machine", ""))
    app_id = str(data.get("app", "")) or str(data.get("subject", "")).removeprefix("app:")
    app = tenant.apps[app_id].name if app_id in tenant.apps else ""
    view = theme.view.replace("a machine", machine) if machine else theme.view
    return Where(view, app or str(data.get("value", "")) or str(data.get("host", "")), theme.keys)


def _what(session: Session, group: list[Sent]) -> str:
    return listed(list(dict.fromkeys(words(session, one) for one in group)), 2)


def candidates(session: Session, oracle: Session, base: Baseline) -> tuple[Candidate, ...]:
    """Return what is worth playing again, the likeliest first: at most five, none valued yet."""
    wrong = _wrong(session, base)[:MOST_WRONG]
    late = _late(session, oracle)[: MOST_PLAYED - len(wrong)]
    good = _good(session, oracle)[: max(0, MOST - len(late) - len(wrong))]
    return (*late, *wrong, *good)


def _through(session: Session, start: int, end: int) -> int:
    """Count the prohibited connections that got through from `start` on and before `end`."""
    rows = session.world.plane.telemetry.between(start, end)
    return int(np.count_nonzero(prohibited(session.world, rows) & passed(rows)))


def _late(session: Session, oracle: Session) -> list[Candidate]:
    """Return what the oracle did and the trainee did later or never, what let most through first.

    A block is left out where the oracle let as much through in that time: it was reached another way. One
    that rests on an earlier step that the trainee never took is played with that step.
    """
    own: dict[str, int] = {}
    for one in session.sent:
        own.setdefault(_key(one), one.time)
    found: list[tuple[int, bool, Candidate]] = []
    before: list[Sent] = []
    for group in _groups(one for one in oracle.sent if one.time <= session.now and _acts(one)):
        late = [one for one in group if own.get(_key(one), session.now + 1) > one.time]
        if not late:
            continue
        given = [own.get(_key(one)) for one in late]
        known = [time for time in given if time is not None]
        acted = max(known) if len(known) == len(given) else None
        theme = _theme_of(late[0])
        open_until = acted if acted is not None else session.now
        lost, needs = 0, list(before) if theme.blocks else []
        if theme.blocks:
            window = (late[0].time, open_until)
            lost = _through(session, *window) - _through(oracle, *window)
            if lost <= 0:
                continue
            before += [one for one in late if _key(one) not in own]
        what, rests = _what(session, late), _what(session, needs) if needs else ""
        moment = Moment("late", theme.name, late[0].time, acted, what, _where(session, late), needs=rests)
        # What was given late is not given twice: an indicator or a policy would stand there two times.
        moved = {_key(one) for one in late}
        rest = [one for one in session.sent if _key(one) not in moved]
        found.append((lost, theme.blocks, Candidate(moment, _ordered([*rest, *needs, *late]))))
    found.sort(key=lambda item: (-item[0], not item[1], item[2].moment.time))
    return [candidate for _, _, candidate in found]


def _ordered(sent: Iterable[Sent]) -> tuple[Sent, ...]:
    return tuple(sorted(sent, key=lambda one: one.time))


def _wrong(session: Session, base: Baseline) -> list[Candidate]:
    """Return the commands that cut off work at an app which nobody prohibits, the costliest first.

    A command that cut off several apps, by a domain that they share, is named once.
    """
    world = session.world
    rows = world.plane.telemetry.between(session.resolved.start, session.now + 1)
    lost = lost_work(world, rows, base.rows)
    found: list[tuple[int, list[Sent], Candidate]] = []
    for place in np.unique(lost.app).tolist():
        app_id = world.staff.apps[place].id
        stopped = rows.take(app_rows(world, rows, app_id) & np.isin(rows.outcome, STOPPED))
        numbers = np.unique(stopped.indicator).tolist()
        rules = {world.tenant.indicators.all[n].value for n in numbers if n >= 0}
        apps = {world.tenant.indicators.all[n].app_id for n in numbers if n >= 0} | {app_id}
        culprits = [one for one in session.sent if _blocks(one, apps, rules)]
        if not culprits:
            continue
        first = culprits[0]
        theme, span = _theme_of(first), int(lost.span[lost.app == place].sum())
        moment = Moment(
            "wrong",
            theme.name,
            first.time,
            first.time,
            _what(session, culprits),
            _where(session, culprits[:1]),
        )
        rest = tuple(one for one in session.sent if one not in culprits)
        found.append((span, culprits, Candidate(moment, rest)))
    found.sort(key=lambda item: (-item[0], item[2].moment.time, item[2].moment.what))
    named: list[Sent] = []
    kept = []
    for _, culprits, candidate in found:
        if not any(one in named for one in culprits):
            kept.append(candidate)
        named += culprits
    return kept


def _blocks(sent: Sent, apps: set[str | None], values: set[str]) -> bool:
    match sent.command:
        case TagApp(app=app, tag=tag):
            return tag == UNSANCTIONED and app in apps
        case AddIndicator(value=value):
            return value in values
    return False


def _good(session: Session, oracle: Session) -> list[Candidate]:
    """Return what the trainee did no later than the oracle, or nearly: the block's own steps first."""
    wanted = {_key(one) for one in oracle.sent}
    found = []
    for group in _groups(one for one in session.sent if _key(one) in wanted and _acts(one)):
        moment = Moment(
            "good",
            _theme_of(group[0]).name,
            group[0].time,
            group[0].time,
            _what(session, group),
            _where(session, group),
        )
        mine = {_key(one) for one in group}
        rest = tuple(one for one in session.sent if _key(one) not in mine)
        found.append(Candidate(moment, rest))
    return found


def played(resolved: Resolved, seed: int, player: str, sent: Iterable[Sent], until: int) -> Session:
    """Play a run from its commands; what its changed world refuses is left out, as nobody would insist."""
    session = Session(resolved, seed, player)
    for one in sent:
        session.advance(one.time)
        try:
            session.submit(one.command, one.actor)
        except UnsanctionedError:
            continue
    session.advance(until)
    return session


def weigh(
    session: Session, result: Result, own: Curve, base: Baseline, found: Candidate, at: tuple[int, ...]
) -> Moment:
    """Play a candidate's other run, and return its moment with what it is worth."""
    other = played(session.resolved, session.seed, session.player, found.other, session.now)
    there = curve("other", other.world, base.rows, at).totals
    here, points = own.totals, judge(other, base).score - result.score
    sign = -1 if found.moment.kind == "good" else 1
    connections, bytes_up, minutes = (sign * (a - b) for a, b in zip(here, there, strict=True))
    return replace(found.moment, worth=Worth(connections, bytes_up, minutes, sign * points))


def foremost(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Return the three that mattered most: by points, then by what got through, then by work lost."""

    def rank(moment: Moment) -> tuple[int, int, int, int]:
        worth = moment.worth or Worth(0, 0, 0, 0)
        return (-worth.points, -worth.connections, -worth.minutes, moment.time)

    useful = [one for one in moments if one.worth is None or _matters(one.worth)]
    return tuple(sorted(useful, key=rank)[:MOST])


def _matters(worth: Worth) -> bool:
    return worth.points > 0 or worth.connections > 0 or worth.minutes > 0
