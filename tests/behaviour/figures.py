"""The published figures with which a generated world is compared, each with its source and its band.

A band is what the publications span where they disagree, and otherwise a factor of one and a half either way,
of two for sizes and for what few do: years and populations differ. What lies outside says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.behaviour.measured import Measured


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure; `low` and `high` are its band."""

    name: str
    published: str
    source: str
    low: float
    high: float
    measure: Callable[[Measured], float]
    explained: str = ""
    """Why a world may lie outside."""

    def within(self, value: float) -> bool:
        """Tell whether a value is in the band."""
        return self.low <= value <= self.high


def about(
    name: str,
    published: float,
    source: str,
    measure: Callable[[Measured], float],
    factor: float = 1.5,
    explained: str = "",
) -> Figure:
    """Return a figure whose band is a factor either way."""
    low, high = published / factor, published * factor
    return Figure(name, f"{published:,g}", source, low, high, measure, explained)


_ZSCALER = "Zscaler ThreatLabz, Web Transactions Per User Per Day (2011)"
_NETSKOPE = "Netskope Cloud and Threat Report"
_SKYHIGH = "Skyhigh Europe Q2 2015"
_BROWSERS = "StatCounter, December 2022, without Safari"
_PROXIFIER = "loghub Proxifier_2k, one desktop"
_SIZES = (
    "it is one desktop without meetings or file synchronisation; the pack follows the page weight of HTTP "
    "Archive, 74 requests and 1,900 KB in 2019"
)

FIGURES = (
    about("web transactions a user and working day, median", 1_912, _ZSCALER, Measured.requests_median),
    about("the same, mean", 3_344, _ZSCALER, Measured.requests_mean),
    about("users with fewer than 500 on a day, %", 14, _ZSCALER, Measured.light_days, 2),
    about("quantile at one sigma by the median (lognormal, 1.06)", 2.89, _ZSCALER, Measured.requests_spread),
    Figure(
        "people who use a cloud app on a working day, %", "89", f"{_NETSKOPE} (2019)", 79, 99, Measured.active
    ),
    Figure(
        "apps an organisation and month",
        "1,558 (897 to 2,400)",
        f"{_NETSKOPE} (2022: 500 to 2,000 users); 2015 and 2019",
        897,
        2_400,
        Measured.apps,
    ),
    about("file-sharing apps an organisation", 57, "Skyhigh (computerworld 2991924)", Measured.storage_apps),
    about("storage, collaboration and webmail apps", 142, f"{_NETSKOPE} (2019)", Measured.sharing_apps),
    about("apps that take 80 % of what is uploaded", 11, "Skyhigh, 80/20 rule", Measured.uploads_to),
    Figure("Chrome, %", "72.6", _BROWSERS, 62.6, 82.6, lambda world: world.browser("chrome")),
    Figure(
        "Edge, %", "12.1, more in a managed fleet", _BROWSERS, 7, 30, lambda world: world.browser("edge")
    ),
    about("Firefox, %", 7.9, _BROWSERS, lambda world: world.browser("firefox"), 2),
    about("Saturday's share of a week, %", 6.8, _SKYHIGH, Measured.saturday),
    about("Sunday's share of a week, %", 7.8, _SKYHIGH, Measured.sunday),
    Figure(
        "hour of the morning's peak", "10", "Microsoft Work Trend Index, triple peak day", 9, 11,
        Measured.morning_peak,
    ),
    Figure(
        "hour of the afternoon's peak", "15", "Microsoft Work Trend Index, triple peak day", 14, 16,
        Measured.afternoon_peak,
    ),
    about("people with a third peak in the evening, %", 30, "Microsoft Work Trend Index", Measured.evening),
    about("bytes sent by a connection, median", 899, _PROXIFIER, lambda world: world.sent(0.5), 2),
    about("bytes sent by a connection, 90 %", 4_300, _PROXIFIER, lambda world: world.sent(0.9), 2, _SIZES),
    about("bytes received by a connection, median", 1_000, _PROXIFIER, lambda world: world.received(0.5), 2),
    about("bytes received by a connection, 90 %", 28_000, _PROXIFIER, lambda w: w.received(0.9), 2, _SIZES),
    Figure(
        "people who use generative AI (2026), %",
        "7.6; top quarter 25.6",
        f"{_NETSKOPE}s 2024 and 2025",
        7.6 / 1.5,
        25.6,
        Measured.generative_people,
    ),
    Figure(
        "generative AI apps an organisation (2026)",
        "7; top quarter 15.4",
        f"{_NETSKOPE}s 2024 and 2025",
        7 / 1.5,
        15.4 * 1.5,
        Measured.generative_apps,
    ),
)  # fmt: skip

MOST_EXPLAINED = 2
"""Figures that may lie outside their band, with a reason."""
