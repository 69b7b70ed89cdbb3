"""A portal with two log sources and a few apps, fed row by row: what policies and tags do there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.base.time import DAY, HOUR
from sim.engine.catalog.app import App
from sim.engine.catalog.model import Catalog
from sim.engine.discovery.people import People
from sim.engine.discovery.pseudonyms import Pseudonyms
from sim.engine.discovery.queries import parse_filters
from sim.engine.policy.alerts import CloudAlert
from sim.engine.policy.policies import Criterion, Policy
from sim.engine.portal import PORTALS
from sim.engine.tenant import Tenant
from sim.engine.traffic import Traffic, encode

MB = 1_000_000
FIRST_DAY = 18_000
APPS = tuple(
    App(name, name.title(), category, "", "", (f"{name}.example",), "")
    for name, category in (
        ("acme", "Collaboration"),
        ("blip", "Cloud storage"),
        ("corp", "CRM"),
        ("dots", "Sales"),
        ("echo", "Forums"),
        ("flux", "Health"),
    )
)
PROXY, BRANCH = "proxy", "branch"


@dataclass
class Bench:
    """One portal; `day` counts from the first."""

    period: str = "2019"
    tenant: Tenant = field(init=False)

    def __post_init__(self) -> None:
        self.tenant = Tenant(
            PORTALS[self.period], Catalog(APPS), (PROXY, BRANCH), People({}, {}), Pseudonyms(bytes(32))
        )

    def at(self, day: int, hour: int = 12) -> int:
        """Return an hour of a day."""
        return (FIRST_DAY + day) * DAY + hour * HOUR

    def policy(self, **changes: Any) -> Policy:
        """Save a policy: more than one user of any app, all reports, unless something else is said."""
        said: dict[str, Any] = {
            "id": self.tenant.policies.next_id(),
            "name": "popular",
            "template": "New popular app",
            "severity": "High",
            "criteria": ((Criterion.USERS, 1),),
            "filters": parse_filters(changes.pop("where", [])),
            "reports": (),
            "daily_limit": 50,
            "tags": (),
            "created": self.at(0, 0),
        }
        policy = Policy(**(said | changes))
        self.tenant.policies.save(self.at(0, 0), "analyst", policy)
        return self.tenant.policies.find(policy.id)

    def use(
        self, app: str, day: int = 0, users: int = 2, source: str = PROXY, at: int | None = None, **sizes: int
    ) -> None:
        """Let so many people use an app once; `up` and `down` are the bytes of the first of them."""
        time = np.full(users, self.at(day, 11) if at is None else at, dtype=np.int64)
        who = encode([f"user-{number}" for number in range(users)])
        ips = encode([f"10.0.0.{number}" for number in range(users)])
        up, down = (
            np.array([sizes[name], *[0] * (users - 1)], dtype=np.int64) if name in sizes else None
            for name in ("up", "down")
        )
        host = encode([f"{app}.example"] * users)
        rows = Traffic(time, host, who, ips, bytes_up=up, bytes_down=down)
        self.tenant.streams.receive(self.at(day), source, rows)

    def analyse(self, day: int = 0, hour: int = 13) -> None:
        """Let an analysis run look at what came."""
        self.tenant.analyse(self.at(day, hour))

    @property
    def alerts(self) -> list[CloudAlert]:
        """The alerts of the saved policies."""
        saved = {policy.id for policy in self.tenant.policies.saved}
        return [alert for alert in self.tenant.cloud_alerts.alerts if alert.policy_id in saved]

    def fired(self) -> list[tuple[str, str]]:
        """Return app and report of each alert, sorted."""
        return sorted((alert.app_id, alert.report) for alert in self.alerts)
