"""What a generated world shows of what others have measured of real ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.time import HOUR
from sim.engine.portal import PORTALS
from sim.world.groundwork import groundwork
from sim.world.history import History
from tests.world.lively import lively

I64 = NDArray[np.int64]

DAYS = 28
"""Days of the past that is looked at: four whole weeks, the first of which begins on a Monday."""
_TUESDAY = 22
_TODAY: dict[str, Any] = {
    "era": "defender-today",
    "start": "2026-11-16T09:00",
    "end": "2026-11-16T18:00",
}


@dataclass(frozen=True)
class Measured:
    """Figures of one seed's world, of December 2019 unless they say otherwise."""

    people: int
    seed: int

    def _past(self, **changes: Any) -> History:
        past = {"days": DAYS, "endpoint": True}
        resolved = lively(self.people, habits=[], history=past, **changes)
        return History(resolved, groundwork(resolved, self.seed), DAYS, self.seed)

    @cached_property
    def past(self) -> History:
        """Four weeks before the Monday on which play begins."""
        return self._past(start="2019-12-16T09:00", end="2019-12-16T18:00")

    @cached_property
    def _http(self) -> I64:
        """HTTP requests by person and day."""
        rows = self.past.bundles
        found = np.zeros((self.people, DAYS), dtype=np.int64)
        np.add.at(found, (rows.user, self.past.calendar.day_of(rows.time)), rows.http)
        return found

    @cached_property
    def _days_at_work(self) -> I64:
        """HTTP requests of everybody's working days on which they were there."""
        found = self._http[:, self.past.calendar.works[:DAYS]]
        return found[found > 0]

    def requests_median(self) -> float:
        """Web transactions of a user and working day, of those who have 500 or more."""
        return float(np.median(self._days_at_work[self._days_at_work >= 500]))

    def requests_mean(self) -> float:
        """The mean of the same."""
        return float(np.mean(self._days_at_work[self._days_at_work >= 500]))

    def light_days(self) -> float:
        """Users of a day with fewer than 500, in a hundred."""
        return 100 * float(np.mean(self._days_at_work < 500))

    def requests_spread(self) -> float:
        """The quantile a standard deviation above the median, by the median."""
        return float(np.quantile(self._days_at_work, 0.8413) / np.median(self._days_at_work))

    def active(self) -> float:
        """People who use a cloud app on a working day, in a hundred."""
        return 100 * len(self._days_at_work) / self._http[:, self.past.calendar.works[:DAYS]].size

    def saturday(self) -> float:
        """Saturday's share of a week's requests, in a hundred."""
        return self._share_of_weekday(5)

    def sunday(self) -> float:
        """Sunday's."""
        return self._share_of_weekday(6)

    def _share_of_weekday(self, weekday: int) -> float:
        return 100 * float(self._http[:, weekday::7].sum() / self._http.sum())

    @cached_property
    def _categories(self) -> tuple[list[str], I64]:
        """The categories of the apps, and the apps in use."""
        staff = self.past.staff
        return [app.category for app in staff.apps], np.unique(staff.host_app[self.past.bundles.host])

    def apps(self) -> float:
        """Apps in use within four weeks."""
        return len(self._categories[1])

    def _apps_of(self, *wanted: str) -> int:
        names, used = self._categories
        return sum(names[app] in wanted for app in used.tolist())

    def storage_apps(self) -> float:
        """Cloud storage apps in use."""
        return self._apps_of("Cloud storage")

    def sharing_apps(self) -> float:
        """Storage, collaboration and webmail."""
        return self._apps_of("Cloud storage", "Collaboration", "Webmail")

    def uploads_to(self) -> float:
        """Apps that take 80 % of what is sent."""
        rows, staff = self.past.bundles, self.past.staff
        sent = np.zeros(len(staff.apps), dtype=np.int64)
        np.add.at(sent, staff.host_app[rows.host], rows.bytes_up)
        sent = np.sort(sent)[::-1]
        return int(np.searchsorted(np.cumsum(sent), sent.sum() * 8 // 10)) + 1

    def browser(self, name: str) -> float:
        """Share of a browser in the connections that browsers make, in a hundred."""
        rows, made = self.past.bundles, self.past.extent.transactions
        portals = PORTALS["2019"]
        names = self.past.staff.processes
        counts = np.zeros(len(names), dtype=np.int64)
        np.add.at(counts, rows.process, made)
        browsers = [place for place, each in enumerate(names) if portals.is_browser(each)]
        wanted = names.index(portals.browsers[name])
        return 100 * float(counts[wanted] / counts[browsers].sum())

    @cached_property
    def _tuesday(self) -> tuple[I64, I64, I64, I64]:
        """Each connection's hour and user, and the bytes that it sent and received, of one Tuesday."""
        start, end = self.past.calendar.starts[[_TUESDAY, _TUESDAY + 1]].tolist()
        rows = self.past.between(start, end)
        return (rows.time - start) // HOUR, rows.user, rows.bytes_up, rows.bytes_down

    def _hours(self) -> I64:
        return np.bincount(self._tuesday[0], minlength=24)

    def morning_peak(self) -> float:
        """The hour of the morning with the most connections."""
        return int(np.argmax(self._hours()[:12]))

    def afternoon_peak(self) -> float:
        """The hour of the afternoon with the most."""
        return 13 + int(np.argmax(self._hours()[13:18]))

    def evening(self) -> float:
        """Of a hundred who work on a day, so many sit down again after 20 h."""
        hour, user = self._tuesday[:2]
        return 100 * len(np.unique(user[hour >= 20])) / len(np.unique(user))

    def sent(self, share: float) -> float:
        """A quantile of the bytes that a connection sends."""
        return float(np.quantile(self._tuesday[2], share))

    def received(self, share: float) -> float:
        """A quantile of the bytes that it receives."""
        return float(np.quantile(self._tuesday[3], share))

    @cached_property
    def _generative(self) -> tuple[int, int]:
        """People who use generative AI within four weeks of today, and the apps."""
        past = self._past(browsers={"chrome": 70, "edge": 22, "firefox": 8}, **_TODAY)
        named = np.array([app.category.startswith(("Generative", "AI -")) for app in past.staff.apps])
        app = past.staff.host_app[past.bundles.host]
        return len(np.unique(past.bundles.user[named[app]])), len(np.unique(app[named[app]]))

    def generative_people(self) -> float:
        """In a hundred."""
        return 100 * self._generative[0] / self.people

    def generative_apps(self) -> float:
        """How many they use."""
        return self._generative[1]
