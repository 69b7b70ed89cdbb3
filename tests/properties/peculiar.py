"""Small worlds in which anything may be peculiar: devices, sites, programs, destinations, gateways."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

PEOPLE = ("anna", "ben", "cora", "dina", "egon", "fay", "gus", "hugo")
BUILDS = {
    "windows": ("16299.1084", "16299.1085", "17134.1", "17134.704", "17763.379", "19041.1", "10586.1"),
    "server": ("9600", "14393.1", "17134", "17763.1"),
    "macos": ("10.15", "11", "13.0"),
    "linux": ("5.15",),
    "android": ("7.0", "8.0"),
    "ios": ("13.9", "14"),
}
PLATFORMS = ("4.18.1905.4", "4.18.1906.3", "101.78.12", "101.94.13")
BY_PATH = {
    "app": "linkedin-sales-navigator",
    "sessions": 3,
    "between": ["08:30", "17:00"],
    "requests": [1, 5],
}
"""A habit of an app that is known by full URLs only."""
UNLISTED = "sync-edge.dropbox.example"
"""A host that the catalog does not list for the app whose client uses it."""
SHARING = [
    {"app": app, "share": 60, "sessions": 2, "between": ["08:00", "17:30"], "requests": [2, 5]}
    for app in ("facebook", "instagram")
]
"""Habits of two apps that share a domain."""
GATEWAYS = ("Gate", "Side gate")
KINDS = {
    "mcas-2019": ("log", "zscaler", "iboss", "iboss", "bluecoat", "cisco-asa"),
    "defender-today": ("iboss", "menlo", "open-systems", "fortigate", "cisco-asa"),
}
"""Kinds of gateway, some of each way to be told what to refuse."""
SIGNED_ON = ("dropbox", "sohu-news", "dropbox-paper", "yahoo-webmail")
MANAGED = (
    {"setting": "EnableNetworkProtection", "value": "Enabled", "route": "Intune"},
    {"setting": "EnableNetworkProtection", "value": "AuditMode", "departments": ["Field"]},
    {"setting": "QuicAllowed", "value": "Off", "route": "Registry"},
    {"setting": "TamperProtection", "value": "On", "route": "Intune"},
    {
        "setting": "MAPSReporting",
        "value": "Disabled",
        "route": "Configuration Manager",
        "departments": ["Desk"],
    },
)
"""Settings that are managed as play begins."""
GROUPS = ("Desks", "Road")
"""Device groups; an indicator may be for one that no device is in."""
IP = "203.0.113.7"
OFFLINE = (
    ("2019-12-16T10:00", "2019-12-16T12:30"),
    ("2019-12-16T15:00", "2019-12-17T09:30"),
    ("2020-03-27T12:00", "2020-03-27T12:05"),
    ("2020-03-27T16:00", "2020-03-30T10:00"),
)


def _devices(people: int) -> st.SearchStrategy[dict[str, Any]]:
    flag, rarely = st.booleans(), st.sampled_from((True, True, True, False))
    systems = st.sampled_from(("windows", "windows", "windows", *BUILDS))
    traits = st.fixed_dictionaries(
        {},
        optional={
            "managed": rarely,
            "group": st.sampled_from(GROUPS),
            "site": st.sampled_from(("office", "home", "branch")),
            "antivirus": st.sampled_from(("active", "active", "passive", "off")),
            "real_time": rarely,
            "cloud_protection": rarely,
            "platform": st.sampled_from(PLATFORMS),
            "network_protection": st.sampled_from(("off", "audit", "block", "block")),
            "smartscreen": rarely,
            "server_network_protection": flag,
            "reaches_cloud": rarely,
            "pull_every": st.sampled_from(("40m", "7h", "30h", "46h")),
            "offline": st.lists(st.sampled_from(OFFLINE), min_size=1, max_size=2, unique=True).map(sorted),
        },
    )
    built = systems.flatmap(
        lambda system: st.fixed_dictionaries(
            {"system": st.just(system)}, optional={"os_build": st.sampled_from(BUILDS[system])}
        )
    )
    who = st.one_of(
        st.lists(st.sampled_from(PEOPLE[:people]), min_size=1, max_size=3, unique=True).map(
            lambda found: {"people": found}
        ),
        st.just({"departments": ["Field"]}),
        st.sampled_from((30, 100)).map(lambda share: {"share": share}),
    )
    return st.builds(lambda *parts: dict(p for part in parts for p in part.items()), who, built, traits)


_PROGRAM = st.fixed_dictionaries({"quic": st.booleans(), "ech": st.booleans()})
_DESTINATION = st.fixed_dictionaries(
    {"app": st.sampled_from(("sohu-news", "dropbox"))},
    optional={"quic": st.booleans(), "ech": st.booleans(), "ip": st.just(IP)},
)
_COALESCED = st.just({"app": "sohu-news", "host": "news.sohu.com", "coalesced_with": "www.sohu.com"})
_LONG = st.just({"long_lived": True})
_HABITS = st.fixed_dictionaries(
    {},
    optional={
        "0": _LONG,
        "1": _LONG,
        "3": st.fixed_dictionaries(
            {"hosts": st.just([UNLISTED, "dropbox.com"])}, optional={"long_lived": st.just(True)}
        ),
    },
)


def _proxies(era: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    def told(proxy: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        if proxy["kind"] not in {"bluecoat", "cisco-asa", "fortigate"}:
            return st.just(proxy)
        return st.sampled_from(([], ["sohu-news"], ["dropbox-paper"])).map(
            lambda apps: {**proxy, "blocks": apps}
        )

    def gate(name: str, **more: Any) -> st.SearchStrategy[dict[str, Any]]:
        kinds = st.sampled_from(KINDS[era])
        return kinds.map(lambda kind: {"name": name, "kind": kind, **more}).flatmap(told)

    one, other = GATEWAYS
    return st.one_of(
        st.just([]),
        gate(one).map(lambda found: [found]),
        st.tuples(gate(one, departments=["Desk"]), gate(other, departments=["Field"])).map(list),
    )


def peculiarities(people: int) -> st.SearchStrategy[str]:
    """Draw parts of a scenario file, as JSON."""
    return st.sampled_from(("mcas-2019", "defender-today")).flatmap(lambda era: _peculiarities(people, era))


def _peculiarities(people: int, era: str) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(
        {
            "era": st.just(era),
            "proxy": _proxies(era),
            "single_sign_on": st.lists(st.sampled_from(SIGNED_ON), max_size=3, unique=True),
            "managed": st.lists(st.sampled_from(MANAGED), max_size=2),
            "standard_users": st.lists(st.sampled_from(PEOPLE[:people]), max_size=2, unique=True),
            "tags": st.dictionaries(
                st.sampled_from(("sohu-news", "dropbox")), st.just("Unsanctioned"), max_size=1
            ),
            "devices": st.lists(_devices(people), max_size=5),
            "sites": st.fixed_dictionaries(
                {
                    "home": st.fixed_dictionaries({"hides_names": st.booleans()}),
                    "branch": st.just({"behind_proxies": False}),
                }
            ),
            "programs": st.dictionaries(
                st.sampled_from(("Chrome.exe", "firefox.exe", "dropbox.exe")), _PROGRAM
            ),
            "destinations": st.lists(st.one_of(_DESTINATION, _COALESCED), max_size=4),
            "click_through": st.sampled_from((0, 40, 100)),
            "changed_habits": _HABITS,
            "more_habits": st.sampled_from(([], [BY_PATH], SHARING)),
        },
        optional={"reactions": st.just({})},
    ).map(lambda found: json.dumps(found, sort_keys=True))
