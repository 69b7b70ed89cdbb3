"""What an author may say in a scenario file.

A scenario is an organisation, its habits, its written policy, and the truth that only the score knows.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, field_validator, model_validator

from sim.base.time import HOUR, MINUTE
from sim.engine.discovery.log_sources import LogName
from sim.engine.enforcement.gateways import GatewayKind
from sim.scenario.asking import Asking
from sim.scenario.eras import Delay, Strict, TimeOfDay
from sim.scenario.expect import Band
from sim.scenario.hints import Hint, check_hints
from sim.scenario.life import Life
from sim.scenario.objectives import (
    JOURNEY,
    BusinessWeight,
    Defensible,
    ObjectiveSpec,
    check_objectives,
)
from sim.scenario.past import Past
from sim.scenario.reactions import Reacting
from sim.scenario.solution import Step
from sim.scenario.sources import CollectorSpec
from sim.scenario.standing import Managed, Subscription
from sim.scenario.story import Story
from sim.scenario.trainee import Trainee
from sim.scenario.traits import Destination, Devices, Host, Program, Site, Stay, added

Identifier = str
Weekday = Annotated[int, Field(ge=0, le=6)]
Browser = Literal["edge", "chrome", "firefox", "ie"]
"""The era says which of them there are, and what their processes are called."""
BROWSERS: tuple[str, ...] = get_args(Browser)
MAX_REQUESTS = 200
"""Requests one session may make: the data plane sizes its columns by it."""


class Department(Strict):
    """A part of the organisation; `share` weighs how many of the unnamed people work there."""

    name: str
    share: int = Field(ge=0)


class CastMember(Strict):
    """A named person with a machine of their own."""

    id: Identifier
    name: str
    department: str
    machine: str | None = None
    browser: Browser = "edge"


class Organisation(Strict):
    """Who works here. The cast comes first; the rest, up to `people`, are drawn from the seed."""

    name: str
    domain: str
    people: int = Field(ge=1, le=200_000)
    departments: tuple[Department, ...] = Field(min_length=1)
    cast: tuple[CastMember, ...] = ()
    hours: tuple[TimeOfDay, TimeOfDay]
    workdays: tuple[Weekday, ...] = Field(default=(0, 1, 2, 3, 4), min_length=1)
    """Days on which people work, Monday is 0."""
    browsers: dict[Browser, int] = {
        "edge": 50,
        "chrome": 40,
        "firefox": 10,
    }
    """How the browsers of unnamed people are shared out, as weights."""

    @field_validator("hours")
    @classmethod
    def _rising(cls, hours: tuple[TimeOfDay, TimeOfDay]) -> tuple[TimeOfDay, TimeOfDay]:
        # A machine is on up to half an hour before and an hour after, always within one day.
        if not 30 * MINUTE <= hours[0] < hours[1] <= 23 * HOUR:
            raise ValueError("hours must rise, from 00:30 at the earliest to 23:00 at the latest")
        return hours


class Habit(Strict):
    """A use of an app that comes back every working day."""

    app: str
    people: tuple[Identifier, ...] = ()
    """Named people; empty means everyone, or the departments, thinned by `share`."""
    departments: tuple[str, ...] = ()
    share: int = Field(default=100, ge=0, le=100)
    """How many in a hundred of those who could have the habit have it."""
    browser: Literal["own"] | Browser | str = "own"
    """`own` is the person's usual browser; another file name is a native client."""
    hosts: tuple[Host, ...] = ()
    """Where it connects, for a client that uses not all of the app's hosts, or some that the catalog does not
    list for the app; empty is the app's own list."""
    sessions: int = Field(ge=1, le=50)
    """Sessions a day, spread over `between`."""
    between: tuple[TimeOfDay, TimeOfDay]
    requests: tuple[int, int]
    upload: Literal["little", "documents"] = "little"
    """`documents`: some requests carry attachments of megabytes."""
    long_lived: bool = False
    """A session is one connection that stays open: it is judged by what the machine held when it began
    (AllowSwitchToAsyncInspection: MDE/network-protection.md; documented)."""


class Prohibited(Strict):
    """A use that the written policy forbids: truth, shown to nobody before the debrief."""

    app: str
    line: str
    people: tuple[Identifier, ...] = ()
    """Empty: whoever uses the app; otherwise only these people's use is forbidden."""
    why: str


class PolicyLine(Strict):
    """One line of the organisation's cloud-use policy."""

    id: str
    text: str


class ApprovedApp(Strict):
    """An app that the organisation approved, and who answers for it."""

    app: str
    owner: str
    purpose: str


class Documents(Strict):
    """What a trainee can read in play."""

    briefing: str
    policy: tuple[PolicyLine, ...]
    approved: tuple[ApprovedApp, ...]
    exceptions: str
    """How someone asks for an exception."""


class BreachNews(Strict):
    """News that an app was breached: what the built-in detection of breaches waits for."""

    app: str
    date: str
    """Day, UTC, on which it comes out, such as 2019-12-16; of a discovered app an alert follows with the next
    analysis run."""
    text: str = ""
    """What the alert says of it."""


class Weights(Strict):
    """Points of each objective; they add up to 100."""

    feed: int = 5
    identify: int = 15
    contain: int = 25
    verify: int = 10
    decide: int = 30
    work: int = 5
    watch: int = 10

    @model_validator(mode="after")
    def _hundred(self) -> Weights:
        if sum(self.model_dump().values()) != 100:
            raise ValueError("the weights must add up to 100")
        return self


class Truth(Strict):
    """What the score knows and no screen shows before the debrief."""

    prohibited: tuple[Prohibited, ...] = ()
    tolerated: dict[str, str] = {}
    """App id -> policy line that lets it be."""
    answers: tuple[Defensible, ...] = added(())
    """Apps about which the written policy leaves a choice."""
    business_weight: dict[str, BusinessWeight] = added({})
    """App id -> what a minute of its work counts; unsaid, see docs/scoring.md."""
    policy_threshold: int = 3
    """The written policy asks for a New popular app policy at this number of users."""
    policy_line: str = ""
    feed_line: str = ""
    verify_line: str = ""
    work_line: str = ""


class ReferencePlayer(Strict):
    """A player that does what another does, and more: a common mistake made visible."""

    like: Literal["oracle"]
    unsanction: tuple[str, ...]


class ProxyLog(Strict):
    """A proxy or gateway whose log reaches Cloud Discovery: some departments' traffic, in its own report."""

    name: str
    departments: tuple[str, ...] = ()
    """Who is behind it; empty is everybody."""
    kind: GatewayKind = "log"
    """What it can refuse: a secure web gateway fetches the list, an appliance needs a block script."""
    blocks: tuple[str, ...] = ()
    """Apps that the block script names which an appliance holds when play begins."""
    log: LogName | None = added(None)
    """Whose log it writes, and so what it can tell; unsaid: names, people and both sizes."""
    inspects_tls: bool = added(False)
    """It opens TLS, and a proxy's log then has paths."""
    signs_in: bool = added(True)
    """It asks people to sign in; without that its log knows addresses only."""


def _several(value: object) -> object:
    return () if value is None else value if isinstance(value, list | tuple) else (value,)


class Scenario(Strict):
    """A whole scenario file."""

    format: Literal[1]
    """The version of this grammar."""
    title: str
    """What the library calls it."""
    summary: str
    """One or two sentences for the library."""
    mode: Literal["tutorial", "exercise", "sandbox"]
    """An exercise is scored when it is over; in the others the result can be seen at any time."""
    era: str
    """The products and their delays: mcas-2019 or defender-today."""
    catalog: tuple[Literal["shipped", "fictional"], ...] = Field(default=("shipped",), min_length=1)
    """Whose apps there are: the real world's, the invented ones of which every fact is known, or both."""
    custom_apps: tuple[dict[str, JsonValue], ...] = added(())
    """Apps of the author's own, as an organisation adds custom apps: id, name, category and domains."""
    seed: int = Field(ge=0, lt=2**63)
    """Of all that is drawn, unless whoever plays gives another."""
    timezone: str
    """Of every time in the file: Europe/London."""
    start: str
    """Local time at which play begins: 2026-11-17T09:00."""
    end: str
    """Local time at which it is over."""
    organisation: Organisation
    habits: tuple[Habit, ...]
    """What people use every working day."""
    tags: dict[str, Literal["Sanctioned", "Unsanctioned"]] = {}
    """Tags that stand when play begins."""
    machines_off: tuple[Identifier, ...] = ()
    """People whose machine is away and switched off for the whole time."""
    proxy: Annotated[tuple[ProxyLog, ...], BeforeValidator(_several)] = ()
    """One proxy or gateway, or several, each with a name of its own."""
    collectors: tuple[CollectorSpec, ...] = added(())
    """Log collectors; a proxy that none names is shipped by one in good order."""
    single_sign_on: tuple[str, ...] = ()
    """Apps that people sign in to through Azure AD (Entra ID): only these meet an access rule."""
    life: Life | None = added(None)
    """How everybody uses the catalog beside the habits; None: not at all."""
    history: Past | None = added(None)
    """What happened before play; None: nothing that anybody kept."""
    devices: tuple[Devices, ...] = ()
    sites: dict[str, Site] = {}
    stays: tuple[Stay, ...] = added(())
    """Who works from where on some days."""
    programs: dict[str, Program] = {}
    """By file name."""
    destinations: tuple[Destination, ...] = ()
    click_through: int = Field(default=40, ge=0, le=100)
    """How many in a hundred of those who meet a warning click through it (guess); the others leave."""
    standard_users: tuple[Identifier, ...] = ()
    """People on whose machines the prompt does not run as administrator."""
    managed: tuple[Managed, ...] = ()
    """Settings that are managed when play begins."""
    subscription: Subscription = Subscription()
    breaches: tuple[BreachNews, ...] = ()
    story: Story = added(Story())
    asking: Asking = added(Asking())
    trainee: Trainee = added(Trainee())
    reactions: Reacting | None = added(None)
    """What people do who are stopped; None: they leave, and come back as they meant to."""
    delays: dict[str, Delay] = {}
    documents: Documents
    truth: Truth = Truth()
    weights: Weights = Weights()
    """The older spelling of `objectives`: the first seven metrics, one objective each."""
    objectives: Annotated[tuple[ObjectiveSpec, ...], AfterValidator(check_objectives)] = added(())
    hint_price: int = Field(default=5, ge=0, le=20)
    """Points that revealing a propagation costs."""
    hints: Annotated[tuple[Hint, ...], AfterValidator(check_hints)] = added(())
    players: dict[str, ReferencePlayer] = {}
    solution: tuple[Step, ...] = added(())
    """What the oracle does beside the duties of every analyst; no other player reads it."""
    expect: dict[str, Band] = added({})
    """By player: the lowest and the highest mean score that the scenario's author expects of it."""
    casting: dict[str, str] = added({})
    """Who plays each role and which app was chosen: worked out, and kept in a run file."""

    @field_validator("habits")
    @classmethod
    def _ranges(cls, habits: tuple[Habit, ...]) -> tuple[Habit, ...]:
        for habit in habits:
            low, high = habit.requests
            if not 1 <= low <= high <= MAX_REQUESTS:
                raise ValueError(f"requests of {habit.app} must rise within 1 and {MAX_REQUESTS}")
            if habit.between[0] >= habit.between[1]:
                raise ValueError(f"between of {habit.app} must be a rising pair of times")
        return habits

    @property
    def aims(self) -> tuple[ObjectiveSpec, ...]:
        """What the exercise is scored by, in whichever spelling the file has it."""
        return self.objectives or tuple(
            ObjectiveSpec(id=name, metric=name, weight=getattr(self.weights, name)) for name in JOURNEY
        )

    @property
    def programs_used(self) -> frozenset[str]:
        """The browsers and programs that habits and the story name."""
        return frozenset({*(h.browser for h in self.habits), *(u.browser for _, u in self.story.uses)})

    @property
    def named_apps(self) -> tuple[str, ...]:
        """The apps that are in use by a habit, and those the file judges, by id."""
        named = {
            *(habit.app for habit in self.habits),
            *self.tags,
            *self.truth.tolerated,
            *(item.app for item in self.truth.prohibited),
            *(item.app for item in self.documents.approved),
            *self.story.apps,
        }
        return tuple(sorted(named))
