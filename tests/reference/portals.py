"""What the two portals hold, written once more: switches, tags, scoped profiles, the list of indicators."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sim.base.time import DAY, from_iso
from tests.reference.clock import Clock, Rank
from tests.reference.traits import EVERYBODY, Holding, Indicator, Scope

INTEGRATION = "Microsoft Cloud App Security"
BLOCK_UNSANCTIONED = "Block unsanctioned apps"
CUSTOM_INDICATORS = "Custom network indicators"

ACTIONS = {"Allow": "allow", "Alert only": "audit", "Alert and block": "block"}
TODAY = {"Allow": "allow", "Audit": "audit", "Warn": "warn", "Block execution": "block"}
"""The words of each period."""

ASKED = {"Unsanctioned": "block", "Monitored": "warn"}
"""What a tag asks of machines (enforcement.md 4)."""
STRICTER = ("block", "warn")
BYPASS = "Bypass duration"
HOUR = 3_600_000_000
MONTH = 30 * DAY


@dataclass(slots=True)
class Listed:
    """An indicator of the portal; `app` is empty where a person made it."""

    number: int
    value: str
    action: str
    app: str = ""
    removed: bool = False
    scope: Scope = EVERYBODY
    expires: int | None = None
    alert: bool = True

    @property
    def held(self) -> Indicator:
        """What a machine holds of it."""
        return Indicator(self.value, self.action, self.number, self.scope)


@dataclass(slots=True)
class Portals:
    """The state of both portals, and what the services do about it. `groups` are the device groups."""

    clock: Clock
    groups: Collection[str]
    tell: Callable[[tuple[str, ...]], None]
    """Is told the domains of the unsanctioned apps whenever a tag changes."""
    switches: dict[str, bool] = field(
        default_factory=lambda: dict.fromkeys((INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS), False)
    )
    tags: dict[str, str] = field(default_factory=dict)
    listed: list[Listed] = field(default_factory=list)
    offered: dict[int, Indicator] = field(default_factory=dict)
    on_list: Holding = frozenset()
    """The indicators that stand on the list, as a machine would hold them."""
    on_offer: Holding = frozenset()
    """What a machine that pulls gets while custom network indicators are on."""
    spared: int = DAY
    """Microseconds for which a warning that was clicked through is not shown again."""
    _profiles: dict[str, Scope] = field(default_factory=dict)
    _chosen: dict[str, str] = field(default_factory=dict)
    _first_data: int | None = None
    _was_on: bool = False
    _data: int | None = None
    """When an analysis run last brought what machines had seen."""

    def begin(self, end: int) -> None:
        """Take the scenario's tags, and let the analysis runs of the days to come happen."""
        self.tags = dict(self.clock.resolved.scenario.tags)
        self.tell(self.unsanctioned())
        first = self.clock.now // DAY * DAY
        for midnight in range(first, end + DAY, DAY):
            for time in self.clock.resolved.era.analysis_times:
                if midnight + time > self.clock.now:
                    self.clock.at(midnight + time, Rank.SERVICES, self._analyse)

    @property
    def commands(self) -> dict[str, Callable[[Any], bool]]:
        """What each kind of command does; False where it is refused."""
        return {
            "set-switch": self._set_switch,
            "tag-app": self._tag_app,
            "save-scoped-profile": self._save_profile,
            "save-setting": self._save_setting,
            "add-indicator": self._add_indicator,
            "edit-indicator": self._edit_indicator,
            "remove-indicator": self._remove_indicator,
        }

    @property
    def present(self) -> list[Listed]:
        """The indicators that stand on the list."""
        return [indicator for indicator in self.listed if not indicator.removed]

    def unsanctioned(self) -> tuple[str, ...]:
        """Return the domains of every unsanctioned app."""
        apps = sorted(app for app, tag in self.tags.items() if tag == "Unsanctioned")
        return tuple(domain for app in apps for domain in self._plain(app))

    # What the analyst does.

    def _set_switch(self, command: Any) -> bool:
        before = self._tags_count
        if self.switches.get(command.name) == command.on:
            return True
        self.switches[command.name] = command.on
        if command.name == INTEGRATION:
            self._first_data = None
            if command.on:
                self._was_on = True
                due = self.clock.now + self.clock.delay("first_data")
                self._first_data = due
                self.clock.at(due, Rank.SERVICES, self._first, due)
        if self._tags_count != before:
            self.clock.later("block_setting", (), partial(self._follow, None))
        return True

    def _tag_app(self, command: Any) -> bool:
        app, tag, profile = command.app, command.tag, command.profile
        if tag == "Monitored" and not self._is_today:
            return False
        before = self.tags.get(app, "")
        if profile and not self._may_choose(app, tag, profile):
            return False
        if before != tag:
            self.tags[app] = tag
            self._chosen[app] = profile
            self.tell(self.unsanctioned())
            self.clock.later("tag_to_indicator", (app,), partial(self._follow, app))
        return True

    def _may_choose(self, app: str, tag: str, profile: str) -> bool:
        """Tell whether a scoped profile may be chosen with a tag (enforcement.md 4, scoped profiles)."""
        same = self.tags.get(app, "") == tag
        return (
            self._is_today
            and self._tags_count
            and tag in ASKED
            and profile in self._profiles
            and (tag != "Monitored" or (self._data is not None and self.clock.now - self._data < MONTH))
            and not (same and self._chosen.get(app, "") != profile)
        )

    def _save_profile(self, command: Any) -> bool:
        known = self._is_today and command.name not in self._profiles
        if not known or not command.device_groups or not set(self.groups).issuperset(command.device_groups):
            return False
        self._profiles[command.name] = Scope(tuple(command.device_groups), command.type == "Exclude")
        return True

    def _save_setting(self, command: Any) -> bool:
        if command.name != BYPASS or not self._is_today:
            return False
        self.spared = int(command.value) * HOUR
        return True

    def _add_indicator(self, command: Any) -> bool:
        expires = self._expiry(command)
        listed_already = any(held.value == command.value and not held.app for held in self.present)
        if listed_already or not self._takes(command, expires):
            return False
        made = self._make(command.value, (TODAY if self._is_today else ACTIONS)[command.action])
        made.scope, made.expires = Scope(tuple(command.device_groups)), expires
        made.alert = command.generate_alert
        self._offer_later([made])
        self._expire_later(made)
        return True

    def _edit_indicator(self, command: Any) -> bool:
        """Save everything but the value and the action again; a tag sets its own terms back later."""
        expires = self._expiry(command)
        held = self._named(command.id)
        action = (TODAY if self._is_today else ACTIONS)[command.action]
        if held is None or held.action != action or not self._takes(command, expires):
            return False
        held.scope, held.expires = Scope(tuple(command.device_groups)), expires
        held.alert = command.generate_alert
        self._offer_later([held])
        self._expire_later(held)
        if held.app:
            self.clock.later("tag_to_indicator", (held.app,), partial(self._follow, held.app))
        return True

    def _remove_indicator(self, command: Any) -> bool:
        held = self._named(command.id)
        if held is None:
            return False
        held.removed = True
        self._offer_later([held])
        return True

    def _named(self, indicator_id: str) -> Listed | None:
        return next((h for h in self.present if indicator_id == f"ind-{h.number + 1:04d}"), None)

    def _expiry(self, command: Any) -> int | None:
        return from_iso(command.expires, self.clock.resolved.tz) if command.expires else None

    def _takes(self, command: Any, expires: int | None) -> bool:
        """Tell whether the form is one that the portal takes."""
        late = expires is not None and expires <= self.clock.now
        mute = command.action in {"Audit", "Alert only"} and not command.generate_alert
        return set(self.groups).issuperset(command.device_groups) and not late and not mute

    # What the services do.

    @property
    def _is_today(self) -> bool:
        return self.clock.resolved.era.portal == "today"

    @property
    def _tags_count(self) -> bool:
        return self.switches[INTEGRATION] and self.switches[BLOCK_UNSANCTIONED]

    def _first(self, due: int) -> None:
        if self._first_data == due:
            self._first_data = None
            self._analyse()

    def _analyse(self) -> None:
        if self._was_on and self._first_data is None:
            self._data = self.clock.now

    def _plain(self, app: str) -> list[str]:
        domains = self.clock.resolved.catalog.app(app).domains
        return [domain for domain in domains if "/" not in domain]

    def _make(self, value: str, action: str, app: str = "") -> Listed:
        self.listed.append(Listed(len(self.listed), value, action, app))
        return self.listed[-1]

    def _asks(self, app: str) -> str:
        return ASKED.get(self.tags.get(app, ""), "") if self._tags_count else ""

    def _follow(self, only: str | None) -> None:
        """Let the tags' indicators be what the tags ask for now: of one app, or of all."""
        apps = {*self.tags, *(held.app for held in self.present if held.app)}
        changed: list[Listed] = []
        for app in [only] if only else sorted(apps):
            own = [held.value for held in self.present if held.app == app]
            for value in dict.fromkeys([*self._plain(app), *own]):
                changed += self._settle(app, value)
        self._offer_later(changed)

    def _settle(self, app: str, value: str) -> list[Listed]:
        """Let one domain have what the strictest tag of its apps asks for; return what changed."""
        held = next((held for held in self.present if held.app and held.value == value), None)
        mine = held.app if held else app
        sharing = {app, *(self.tags if held else ())}
        asking = [one for one in sharing if self._asks(one) and value in self._plain(one)]
        if not asking:
            if held is None or held.app != app:
                return []
            held.removed = True
            return [held]
        keeper = min(asking, key=lambda one: (STRICTER.index(self._asks(one)), one != mine, one))
        action, scope = self._asks(keeper), self._profiles.get(self._chosen.get(keeper, ""), EVERYBODY)
        if held and held.action == action:
            as_it_should = held.scope == scope and held.alert
            held.app, held.scope, held.alert = keeper, scope, True
            return [] if as_it_should else [held]
        if held:
            held.removed = True
        made = self._make(value, action, keeper)
        made.scope = scope
        return [held, made] if held else [made]

    def _expire_later(self, held: Listed) -> None:
        if held.expires is not None:
            self.clock.at(held.expires, Rank.SERVICES, self._expire)

    def _expire(self) -> None:
        gone = [held for held in self.present if held.expires is not None and held.expires <= self.clock.now]
        for held in gone:
            held.removed = True
        self._offer_later(gone)

    def _offer_later(self, changed: list[Listed]) -> None:
        """Let the service offer what has changed on the list."""
        self.on_list = frozenset(held.held for held in self.present)
        for held in changed:
            self.clock.later("indicator_offer", (held.value,), partial(self._offer, held))

    def _offer(self, held: Listed) -> None:
        self.offered.pop(held.number, None)
        if not held.removed:
            self.offered[held.number] = held.held
        self.on_offer = frozenset(self.offered.values())
