"""What a policy does with an alert: e-mails, text messages in 2019, each up to its daily cap, a playbook.

Caps and the day's end at midnight UTC: CAS/cloud-discovery-anomaly-detection-policy.md; documented.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from sim.base.time import DAY
from sim.engine.governance import Write
from sim.engine.policy.policies import Policy

Channel = Literal["email", "text message"]

CAPS: dict[Channel, int] = {"email": 500, "text message": 10}
"""Messages to one address or number on one UTC day (documented)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message that went out."""

    time: int
    channel: Channel
    to: str
    alert_id: str


class Notices:
    """Sends what policies ask for, and keeps what was sent."""

    def __init__(self, write: Write) -> None:
        self.sent: list[Notice] = []
        self.held_back = 0
        """Messages that were over a cap."""
        self._write = write
        self._count: Counter[tuple[Channel, str, int]] = Counter()

    def tell(self, now: int, policy: Policy, alert_id: str) -> None:
        """Send an alert to everyone whom its policy names, and run its playbook."""
        for address in policy.emails:
            self._send(now, policy.name, "email", address, alert_id)
        for number in policy.phones:
            self._send(now, policy.name, "text message", number, alert_id)

        if policy.playbook:
            self._write(now, policy.name, "Run playbook", policy.playbook, alert_id)

    def _send(self, now: int, actor: str, channel: Channel, to: str, alert_id: str) -> None:
        # Capitals do not make another address.
        key = (channel, to.casefold(), now // DAY)
        if self._count[key] >= CAPS[channel]:
            self.held_back += 1
            self._write(now, actor, f"Hold back {channel} over the daily cap", to, alert_id)
            return
        self._count[key] += 1
        self.sent.append(Notice(now, channel, to, alert_id))
        self._write(now, actor, f"Send {channel}", to, alert_id)
