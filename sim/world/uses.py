"""Which apps each person uses, how often and in which program: where the scenario has a life.

What the organisation gives its people comes first (`Pack.standard`); then everybody has favourites of their
own, drawn from the whole catalog: a category by the role's weights, an app in it by Zipf's law over the
order in which the person's department knows them. So discovery shows a long tail, and departments differ.

A use is keyed by the person's id and the app's: who uses what else changes none of its draws. Whoever lets
people adopt or drop apps in play replaces `Agenda.uses`; a new use counts from the next day on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sim.base.rng import U64, draw, draws, quantiles, quantiles_of, spread, word
from sim.base.rng import fields as further_bits
from sim.scenario.life import Pack, Standard
from sim.scenario.load import Resolved
from sim.world.behaviour import PACKED
from sim.world.devices import Device
from sim.world.hosts import Hosts
from sim.world.people import Person
from sim.world.sessions import Whole

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

ALWAYS = 10_000
"""The rate of what somebody works with: every day, as often as the kind's table says, be it not at all."""
_OF_FAVOURITES = 60
"""Sessions of a favourite on a day when it is used, in hundredths of what who works with such an app has
(guess)."""
_TAKEN_UP = spread((2_000, 4_500, 6_500, 8_500, 9_900))
"""On how many of ten thousand working days somebody uses an app that they have taken up (guess)."""
_CANDIDATES = 4
"""A department chooses among so many of the best known apps of a category (guess)."""


@dataclass(frozen=True, slots=True)
class Uses:
    """Pairs of a person and an app, as columns."""

    key: U64
    person: Whole
    app: Whole
    kind: Whole
    process: Whole
    first_host: Whole
    host_count: Whole
    rate: Whole
    """Working days on which it is used, in ten thousand."""
    level: Whole
    """Sessions on such a day, in hundredths of what the kind's table says."""
    uploads: Whole
    """One connection in so many carries an upload; 0: none does."""

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: I64 | Flags) -> Uses:
        """Return some uses in the order asked for."""
        return Uses(*(getattr(self, f.name)[rows] for f in fields(self)))

    def plus(self, more: Uses) -> Uses:
        """Return these uses and more of them."""
        parts = ((getattr(self, f.name), getattr(more, f.name)) for f in fields(self))
        return Uses(*(np.concatenate(pair) for pair in parts))


NO_USES = Uses(*(np.zeros(0, {"key": np.uint64}.get(f.name, np.int32)) for f in fields(Uses)))  # type: ignore[arg-type]


def uses(
    resolved: Resolved,
    people: Sequence[Person],
    keys: U64,
    devices: Sequence[Device],
    processes: tuple[str, ...],
    hosts: Hosts,
    seed: int,
) -> tuple[Uses, Uses]:
    """Return what everybody uses, and how they would use the apps that spread, if they took them up, app by
    app; nothing where the scenario has no life."""
    life = resolved.scenario.life
    if resolved.pack is None or life is None:
        return NO_USES, NO_USES
    drawing = _Drawing(resolved, resolved.pack, people, keys, devices, processes, hosts, seed)
    spreading = [each.app for each in life.adoption]
    return drawing.all(), drawing.taken_up(spreading) if spreading else NO_USES


class Ranking:
    """The apps of each category in the order in which a department knows them."""

    def __init__(self, resolved: Resolved, pack: Pack, reached: Collection[str], seed: int) -> None:
        """`reached` are the ids of the apps that can be reached here."""
        self._favourites = pack.favourites
        self._seed = seed
        self._of: dict[str, list[str]] = {}
        seats = {country: number for number, country in enumerate(pack.favourites.regions)}
        popular = {app: n for names in pack.popular.values() for n, app in enumerate(names)}
        for app in resolved.catalog.apps:
            if app.id in reached and app.blockable_domains:
                self._of.setdefault(app.category, []).append(app.id)
        for category, apps in self._of.items():
            far = len(seats)
            seat = {app: seats.get(resolved.catalog.app(app).headquarters or "", far) for app in apps}
            apps.sort(key=lambda app: (popular.get(app, len(apps)), seat[app], draw(0, "rank", app), app))
            self._of[category] = apps
        longest = max((len(apps) for apps in self._of.values()), default=0)
        weights = [10**9 // (rank + pack.favourites.flatness) for rank in range(longest)]
        self.reach: I64 = np.cumsum(np.array(weights, dtype=np.int64))
        """By rank: the weights of the apps up to it."""

    def best_known(self, category: str) -> list[str]:
        """Return the ids of a category's apps, the best known first."""
        return self._of.get(category, [])

    def apps(self, category: str, department: str) -> list[str]:
        """Return the same apps in the order in which a department knows them."""
        apps = self.best_known(category)
        steps = self._favourites.drift * 256 + 1
        moved = [n * 256 + draw(self._seed, "drift", department, app) % steps for n, app in enumerate(apps)]
        return [app for _, app in sorted(zip(moved, apps, strict=True))]

    def rank(self, bits: U64, size: I64) -> I64:
        """Return which app of a category with `size` apps is drawn, by Zipf's law."""
        left = (bits % self.reach[size - 1].astype(np.uint64)).astype(np.int64)
        found: I64 = np.searchsorted(self.reach, left, side="right")
        return found


class _Drawing:
    """What the draws of everybody's uses have in common."""

    def __init__(
        self,
        resolved: Resolved,
        pack: Pack,
        people: Sequence[Person],
        keys: U64,
        devices: Sequence[Device],
        processes: tuple[str, ...],
        hosts: Hosts,
        seed: int,
    ) -> None:
        self._pack, self._hosts, self._seed, self._keys = pack, hosts, seed, keys
        self._people = people
        self._ranking = Ranking(resolved, pack, hosts.place, seed)
        self._category = {app_id: resolved.catalog.app(app_id).category for app_id in hosts.place}
        scenario = resolved.scenario
        named = {
            *(a.app for a in scenario.documents.approved),
            *(a for a, t in scenario.tags.items() if t == "Sanctioned"),
        }
        self._approved = sorted(named)
        adoption = () if scenario.life is None else scenario.life.adoption
        self._spreading = [hosts.place[each.app] for each in adoption]
        self._kinds = {kind.name: number for number, kind in enumerate(pack.kinds)}
        self._kind_of = {c: n for n, kind in enumerate(pack.kinds) for c in kind.categories}
        self._words: I64 = np.array([word(app_id) for app_id in hosts.place], dtype=np.uint64)
        spans = [hosts.spans[app_id, ()] for app_id in hosts.place]
        self._first_host: I64 = np.array([first for first, _ in spans], dtype=np.int64)
        self._host_count: I64 = np.array([count for _, count in spans], dtype=np.int64)
        self._departments = sorted({person.department for person in people})
        self._department = np.array([self._departments.index(p.department) for p in people], dtype=np.int64)
        self._roles = [role.name for role in pack.roles]
        self._role = np.array([self._roles.index(person.role) for person in people], dtype=np.int64)
        self._personas = [persona.name for persona in pack.personas]
        self._persona = np.array([self._personas.index(p.persona) for p in people], dtype=np.int64)
        lower = [name.lower() for name in processes]
        self._browser = np.array([lower.index(p.browser.lower()) for p in people], dtype=np.int64)
        self._lower = lower
        self._windows = np.array(
            [devices[person.machine].system in {"windows", "server"} for person in people], dtype=bool
        )

    def all(self) -> Uses:
        """Return everybody's uses, person by person."""
        parts = [
            part for number, each in enumerate(self._pack.standard) for part in self._standard(number, each)
        ]
        parts.append(self._favourites())
        found = parts[0]
        for part in parts[1:]:
            found = found.plus(part)
        # A favourite may be drawn twice, or be what somebody works with anyway: the first counts.
        same = np.stack([found.person, found.app, found.kind, found.process])
        _, first = np.unique(same, axis=1, return_index=True)
        # Nobody uses an app before it has come to them.
        first = np.sort(first[~np.isin(found.app[first], self._spreading)])
        return found.take(first[np.argsort(found.person[first], kind="stable")])

    def taken_up(self, apps: Sequence[str]) -> Uses:
        """Return a use of each of the apps by everybody whose role allows it."""
        everybody = np.arange(len(self._people))
        found = NO_USES
        for app_id in apps:
            bits = draws(self._seed, "taken-up", self._keys, word(app_id))
            app = np.full(len(everybody), self._hosts.place[app_id])
            kind = self._kind_of[self._category[app_id]]
            level = self._levels(kind)[self._role] * _OF_FAVOURITES // 100
            columns = (
                everybody,
                app,
                np.full_like(app, kind),
                self._browser,
                quantiles(bits, _TAKEN_UP),
                level,
            )
            found = found.plus(self._uses(*(column[level > 0] for column in columns)))
        return found

    def _standard(self, number: int, given: Standard) -> Iterator[Uses]:
        kind = self._kinds[given.kind]
        for code, department in enumerate(self._departments):
            app_id = self._given(number, given, department)
            if app_id is None or not _about(given.departments, department):
                continue
            drawn = draws(self._seed, "given", self._keys, number) % np.uint64(100) < given.share
            mine = np.flatnonzero(drawn & (self._department == code))
            process = self._browser[mine]
            if given.client:
                process = np.where(self._windows[mine], self._lower.index(given.client.lower()), process)
            level = self._levels(kind)[self._role[mine]] * given.sessions // 100
            used = level > 0
            if self._pack.kinds[kind].hourly:
                # Only a client of its own works by itself.
                used &= self._windows[mine]
            mine, process, level = mine[used], process[used], level[used]
            app = np.full(len(mine), self._hosts.place[app_id])
            yield self._uses(mine, app, np.full(len(mine), kind), process, np.full(len(mine), ALWAYS), level)

    def _given(self, number: int, given: Standard, department: str) -> str | None:
        """Return the app that a department is given."""
        if given.apps:
            return next((app for app in given.apps if app in self._hosts.place), None)
        bits = draw(self._seed, "chosen-app", department, number)
        approved = [app for app in self._approved if self._category[app] == given.category]
        if approved:
            return approved[bits % len(approved)]
        apps = self._ranking.best_known(given.category)[:_CANDIDATES]
        return apps[bits % len(apps)] if apps else None

    def _levels(self, kind: int) -> I64:
        """Return by role how much it uses a kind, in hundredths."""
        name = self._pack.kinds[kind].name
        return np.array([role.kinds.get(name, 100) for role in self._pack.roles], dtype=np.int64)

    def _favourites(self) -> Uses:
        pack = self._pack
        tables = np.array([persona.favourites for persona in pack.personas], dtype=np.int64)
        counts = quantiles_of(draws(self._seed, "favourites", self._keys), tables, self._persona)
        person = np.repeat(np.arange(len(self._people)), counts)
        slot = np.arange(len(person)) - (np.cumsum(counts) - counts)[person]
        bits = draws(self._seed, "favourite", self._keys[person], slot)
        categories = [c for c in pack.favourites.weights if self._ranking.best_known(c)]
        weights = [
            [pack.favourites.weights[c] * role.categories.get(c, 100) for c in categories]
            for role in pack.roles
        ]
        category = _chosen(further_bits(bits, "category"), np.array(weights), self._role[person])
        apps, first, size = self._ranked(categories)
        shelf = self._department[person] * len(categories) + category
        app = apps[first[shelf] + self._ranking.rank(further_bits(bits, "app"), size[shelf])]
        kind = np.array([self._kind_of[c] for c in categories], dtype=np.int64)[category]
        rate = quantiles(further_bits(bits, "rate"), pack.habit_rate.daily)
        levels = np.stack([self._levels(number) for number in range(len(pack.kinds))], axis=1)
        level = levels[self._role[person], kind] * _OF_FAVOURITES // 100
        used = level > 0
        columns = (person, app, kind, self._browser[person], rate, level)
        return self._uses(*(column[used] for column in columns))

    def _ranked(self, categories: Sequence[str]) -> tuple[I64, I64, I64]:
        """Return the ranked apps of every department and category, where each list begins and its length."""
        lists = [self._ranking.apps(c, department) for department in self._departments for c in categories]
        size = np.array([len(apps) for apps in lists], dtype=np.int64)
        flat = np.array([self._hosts.place[app] for apps in lists for app in apps], dtype=np.int64)
        return flat, np.cumsum(size) - size, size

    def _uses(self, person: I64, app: I64, kind: I64, process: I64, rate: I64, level: I64) -> Uses:
        kinds = np.array([word(each.name) for each in self._pack.kinds], dtype=np.uint64)
        every = np.array([each.upload_in for each in self._pack.kinds], dtype=np.int64)[kind]
        send = np.array([persona.uploads for persona in self._pack.personas], dtype=np.int64)
        uploads = np.where(
            every > 0, np.maximum(every * 100 // np.maximum(send[self._persona[person]], 1), 1), 0
        )
        key = draws(0, "use", self._keys[person], self._words[app], kinds[kind])
        whole = (person, app, kind + PACKED, process, self._first_host[app], self._host_count[app])
        narrow = [column.astype(np.int32) for column in (*whole, rate, level, uploads)]
        return Uses(key, *narrow)


def _about(words: Sequence[str], department: str) -> bool:
    return not words or any(each in words for each in department.casefold().replace("-", " ").split())


def _chosen(bits: U64, weights: I64, which: I64) -> I64:
    """Return which column of row `which` of the weights each row draws."""
    found = np.zeros(len(bits), dtype=np.int64)
    for row in np.unique(which).tolist():
        reach = np.cumsum(weights[row])
        mine = np.flatnonzero(which == row)
        found[mine] = np.searchsorted(reach, (bits[mine] % np.uint64(reach[-1])).astype(np.int64), "right")
    return found
