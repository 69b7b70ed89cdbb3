"""What a scenario's story may say: beats that wait for something, and what each of them does.

    story:
      beats:
        - id: slip
          when: {tagged: dropbox, after: 2h}
          do:
            - switch: {name: Block unsanctioned apps, on: false, by: "R. Vance"}

A beat happens once. Everything here is optional: a scenario without a story plays as it did before.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from sim.base.errors import nearest
from sim.base.located import wrong
from sim.base.time import MINUTE
from sim.engine.portal import MONITORED, SANCTIONED, UNSANCTIONED
from sim.scenario.eras import Span, Strict, TimeOfDay
from sim.scenario.story_kinds import KINDS, Label
from sim.scenario.traits import Host
from sim.scenario.words import Off, spelt

SOONEST = MINUTE
"""The least between what traffic does and a beat that waits for it: somebody must notice it first."""
LARGEST = 2**31 - 1
"""No size of a story is larger, in bytes: the tables that sizes are drawn from hold no more."""
_SIZE = re.compile(r"(\d{1,9})\s*(B|kB|MB|GB)")
_FACTOR = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


def _size(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise wrong("STORY-SIZE", f"{value!r} is not a size", "write it as 400kB, 20MB or 1GB")
    return int(found.group(1)) * _FACTOR[found.group(2)]


Size = Annotated[
    int,
    BeforeValidator(_size),
    Field(ge=0, le=LARGEST),
    spelt(r"^\d{1,9}\s*(B|kB|MB|GB)$", "400kB", "20MB", "1GB"),
]
"""Bytes; a person writes 20MB."""


def _kind(value: object) -> object:
    if value not in KINDS:
        raise wrong("STORY-KIND", f"there is no kind {value!r}", nearest(str(value), KINDS))
    return value


Kind = Annotated[str, BeforeValidator(_kind), WithJsonSchema({"enum": sorted(KINDS)})]
Tag = Literal["Sanctioned", "Unsanctioned", "Monitored", "none"]
assert {SANCTIONED, UNSANCTIONED, MONITORED} < set(get_args(Tag))


def _said(part: Strict) -> set[str]:
    """Return the fields that say something; a run file also writes those that do not."""
    fields = type(part).model_fields
    return {name for name, field in fields.items() if getattr(part, name) != field.default}


class When(Strict):
    """What a beat waits for: exactly one of `at`, `blocked`, `tagged`, `closed`, `used` and `done`."""

    at: str | None = None
    """Local time, 2019-12-16T14:00; or with `day` a time of day, "14:00"."""
    day: int | None = Field(default=None, ge=1, le=366)
    """The day of play that `at` is of; the first is 1."""
    blocked: str | None = None
    """An app of which connections were stopped, on a machine or beyond it."""
    times: int = Field(default=1, ge=1)
    """How many of them."""
    tagged: str | None = None
    """An app that somebody or a policy tagged."""
    tag: Tag = "Unsanctioned"
    """Which tag it got; `none` is the loss of one."""
    closed: str | None = None
    """An app of which an alert of Cloud App Security was closed."""
    used: str | None = None
    """An app that more than `users` people have used, or to which more than `sent` bytes went."""
    users: int | None = Field(default=None, ge=0)
    sent: Size | None = None
    done: str | None = None
    """The id of another beat."""
    after: Span | None = None
    """How much later the beat happens; for `blocked` and `used` a minute at least."""

    @model_validator(mode="after")
    def _one_condition(self) -> When:
        found = [name for name in CONDITIONS if getattr(self, name) is not None]
        if len(found) != 1:
            what = "waits for nothing" if not found else f"waits for {' and '.join(found)}"
            raise wrong("STORY-WHEN", what, f"write exactly one of {', '.join(CONDITIONS)}")
        said = _said(self) - {found[0]}
        useless = sorted(said - _GOES_WITH[found[0]])
        if useless:
            fits = ", ".join(sorted(_GOES_WITH[found[0]])) or "nothing"
            raise wrong("STORY-WHEN", f"{useless[0]} does not go with {found[0]}", f"with it goes {fits}")
        if self.used is not None and (self.users is None) == (self.sent is None):
            raise wrong("STORY-WHEN", "used has no threshold", "write one of users and sent")
        if self.by_traffic and self.after is not None and self.after < SOONEST:
            raise wrong("STORY-WHEN", "nobody can act on traffic so soon", "write an after of 1m or more")
        return self

    @property
    def condition(self) -> str:
        """Which of the conditions it is."""
        return next(name for name in CONDITIONS if getattr(self, name) is not None)

    @property
    def by_traffic(self) -> bool:
        """Whether traffic fulfils it; everything else that a beat waits for is a change of state."""
        return self.blocked is not None or self.used is not None

    @property
    def delay(self) -> int:
        """Microseconds from the condition to the beat."""
        return self.after if self.after is not None else SOONEST if self.by_traffic else 0

    @property
    def app(self) -> str | None:
        """The app that it is about."""
        return self.blocked or self.tagged or self.closed or self.used


CONDITIONS = ("at", "blocked", "tagged", "closed", "used", "done")
_GOES_WITH = {
    "at": frozenset({"day"}),
    "blocked": frozenset({"times", "after"}),
    "tagged": frozenset({"tag", "after"}),
    "closed": frozenset({"after"}),
    "used": frozenset({"users", "sent", "after"}),
    "done": frozenset({"after"}),
}


class Whom(Strict):
    """Some people, or their machines: those named, or of departments, thinned by `share`; or everybody."""

    people: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    share: int = Field(default=100, ge=1, le=100)
    """How many in a hundred of them, drawn from the seed."""

    def is_about(self, person: str, department: str) -> bool:
        """Tell whether it means somebody, before `share` thins them."""
        everybody = not (self.people or self.departments)
        return everybody or person in self.people or department in self.departments


class SwitchSaved(Strict):
    """Another administrator saves a switch of a portal."""

    name: str
    on: bool = False
    by: str = "another administrator"


class AppTagged(Strict):
    """Another administrator tags an app, or takes its tag away."""

    app: str
    tag: Tag = "none"
    by: str = "another administrator"


class SyncStale(Whom):
    """Machines ask for no indicators for a while, and go by what they hold."""

    lasts: Annotated[Span, Field(ge=MINUTE)]


class AntivirusIs(Whom):
    """The antivirus of machines changes: a second one is installed and Defender's goes passive."""

    state: Annotated[Literal["active", "passive", "off"], Off] = "passive"


class Offboarded(Whom):
    """Machines leave Defender: their sensor and what guards them stop."""


class Regrouped(Whom):
    """Machines come into another device group, and what is scoped to a group no longer means them."""

    group: str
    """Empty is no group."""


class NewHost(Whom):
    """An app of these people moves to a host that the catalog does not list for it."""

    app: str
    host: Host


class Breached(Strict):
    """News that an app was breached; the catalog's own date of a breach follows it."""

    app: str
    text: str


class CollectorFails(Strict):
    """A log collector fails, until somebody repairs it or the fault is over."""

    name: str
    kind: Literal["stopped", "disk-full", "wrong-format"] = "stopped"
    lasts: Annotated[Span, Field(ge=MINUTE)] | None = None


class Paper(Strict):
    """A document that comes with a mail."""

    title: str
    text: str


class MailSent(Strict):
    """A mail to the trainee."""

    sender: str
    subject: str
    text: str
    document: Paper | None = None


class Started(Whom):
    """People begin to use an app, by a ready-made kind; what is said here replaces the kind's figures."""

    id: str = ""
    """A name by which `stop` ends it."""
    kind: Kind = "use"
    app: str
    browser: str = "own"
    """`own`, one of the era's browsers, or the file name of a program."""
    hosts: tuple[Host, ...] = ()
    """Where it connects; empty is the app's own list."""
    days: int | None = Field(default=None, ge=1)
    """Working days after which it ends by itself."""
    between: tuple[TimeOfDay, TimeOfDay] | None = None
    """When its sessions begin; unsaid, within the working hours."""
    sessions: int | None = Field(default=None, ge=1, le=50)
    requests: tuple[int, int] | None = None
    every: Annotated[Span, Field(ge=MINUTE // 6)] | None = None
    """Between one request and the next, for kinds that keep a rhythm."""
    up: tuple[Size, Size] | None = None
    down: tuple[Size, Size] | None = None

    @model_validator(mode="after")
    def _fits(self) -> Started:
        for name in ("requests", "between", "up", "down"):
            low, high = getattr(self, name) or (0, 0)
            if low > high:
                raise wrong("STORY-RANGE", f"{name} falls from {low} to {high}", "write the lower one first")
        if self.requests is not None and not 1 <= self.requests[0] <= self.requests[1] <= 500:
            raise wrong("STORY-RANGE", "a session has 1 to 500 requests", "write a range within them")
        pattern = KINDS[self.kind]
        rhythmic, said = bool(pattern.every), _said(self)
        useless = sorted(said & ({"sessions", "requests", "between"} if rhythmic else {"every"}))
        if useless:
            shape = "keeps a rhythm" if rhythmic else "has sessions"
            raise wrong("STORY-KIND", f"{self.kind} {shape}: {useless[0]} means nothing", "leave it out")
        if pattern.at_once and said & {"sessions", "days", "between"}:
            raise wrong(
                "STORY-KIND", f"{self.kind} happens once, at once", "leave sessions, days, between out"
            )
        return self

    @property
    def label(self) -> Label:
        """What the use really is."""
        return KINDS[self.kind].label


class Stopped(Whom):
    """People stop a use: one that the story began, or whatever they do with an app."""

    use: str | None = None
    app: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Stopped:
        if (self.use is None) == (self.app is None):
            raise wrong("STORY-STOP", "it is not said what stops", "write one of use and app")
        return self


class Effect(Strict):
    """One thing that a beat does."""

    switch: SwitchSaved | None = None
    tag: AppTagged | None = None
    stale_sync: SyncStale | None = None
    antivirus: AntivirusIs | None = None
    offboard: Offboarded | None = None
    device_group: Regrouped | None = None
    new_host: NewHost | None = None
    breach: Breached | None = None
    collector: CollectorFails | None = None
    mail: MailSent | None = None
    start: Started | None = None
    stop: Stopped | None = None

    @model_validator(mode="after")
    def _one(self) -> Effect:
        if len(self.said) != 1:
            what = "does nothing" if not self.said else f"does {' and '.join(self.said)}"
            names = ", ".join(Effect.model_fields)
            raise wrong("STORY-EFFECT", what, f"write one effect an entry: {names}")
        return self

    @property
    def said(self) -> tuple[str, ...]:
        """The names of the effects that are written; a checked entry has one."""
        return tuple(name for name in Effect.model_fields if getattr(self, name) is not None)

    @property
    def only(self) -> Strict:
        """The effect itself."""
        found: Strict = getattr(self, self.said[0])
        return found


class Beat(Strict):
    """One turn of the story."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    when: When
    do: tuple[Effect, ...] = Field(min_length=1)


class Ordinary(Started):
    """A harmless use that looks like trouble, at a base rate; on whom and when is drawn from the seed."""

    rate: int = Field(ge=1, le=100)
    """On how many of a hundred of these people it comes on a working day."""

    @model_validator(mode="after")
    def _drawn(self) -> Ordinary:
        if self.label is not Label.BENIGN:
            kinds = ", ".join(sorted(name for name, kind in KINDS.items() if kind.label is Label.BENIGN))
            raise wrong("STORY-NOISE", f"{self.kind} is not a benign kind", f"one of: {kinds}")
        if self.id or self.days is not None:
            raise wrong("STORY-NOISE", "noise lasts a day and nothing stops it", "leave id and days out")
        return self


class Story(Strict):
    """Beats, and the noise that they hide in."""

    beats: tuple[Beat, ...] = ()
    noise: tuple[Ordinary, ...] = ()

    @property
    def effects(self) -> tuple[tuple[int, int, Effect], ...]:
        """Every effect with the place of its beat and its place in the beat."""
        return tuple((b, e, effect) for b, beat in enumerate(self.beats) for e, effect in enumerate(beat.do))

    @property
    def uses(self) -> tuple[tuple[str, Started], ...]:
        """Every use that the story may begin, by a name of its own: those of the beats, then the noise."""
        begun = [
            (effect.start.id or f"{self.beats[b].id}-{e + 1}", effect.start)
            for b, e, effect in self.effects
            if effect.start is not None
        ]
        return (*begun, *((f"noise-{n + 1}", one) for n, one in enumerate(self.noise)))

    @property
    def apps(self) -> tuple[str, ...]:
        """The apps whose hosts the story reaches."""
        moved = [effect.new_host.app for _, _, effect in self.effects if effect.new_host is not None]
        return (*(use.app for _, use in self.uses), *moved)

    def spans(self, app_id: str) -> tuple[tuple[str, ...], ...]:
        """Return the hosts of an app that the story names, those of each use together."""
        moved = [effect.new_host for _, _, effect in self.effects if effect.new_host is not None]
        named = [use.hosts for _, use in self.uses if use.app == app_id and use.hosts]
        return (*named, *((one.host,) for one in moved if one.app == app_id))

    def hosts(self, app_id: str) -> tuple[str, ...]:
        """Return every one of these hosts."""
        return tuple(host for span in self.spans(app_id) for host in span)
