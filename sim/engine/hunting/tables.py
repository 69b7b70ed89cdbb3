"""Endpoint rows as the Defender advanced-hunting tables name them.

A blocked visit has two rows: DeviceNetworkEvents says ConnectionSuccess, because the handshake ends
before anything is decided (MDE/indicators-overview.md; documented), and DeviceEvents says who blocked it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.base.time import to_iso
from sim.engine.enforcement.facts import Outcome, is_smartscreen_browser
from sim.engine.traffic import Traffic

SMARTSCREEN = "SmartScreenUrlWarning"
NP_BLOCKED = "ExploitGuardNetworkProtectionBlocked"
NP_AUDITED = "ExploitGuardNetworkProtectionAudited"
CONNECTION = "ConnectionSuccess"

CASB, CUSTOM = "CasbPolicy", "CustomBlockList"
"""Experience or ResponseCategory of a tag's indicator and of a hand-made one (MDE/network-protection.md)."""


@dataclass(frozen=True, slots=True)
class EndpointRows:
    """Endpoint traffic with what became of each connection."""

    traffic: Traffic
    outcome: NDArray[np.int64]
    by_tag: NDArray[np.bool_]
    """True where the deciding indicator came from a tag."""
    report_id: NDArray[np.int64]
    """The repeating counter: unique only with machine and time (documented)."""


def _common(rows: EndpointRows, number: int) -> dict[str, Any]:
    traffic = rows.traffic

    def text(name: str) -> str:
        column = getattr(traffic, name)
        code = -1 if column is None else int(column.codes[number])
        return "" if code < 0 else str(column.names[code])

    user = text("user")
    return {
        "Timestamp": to_iso(int(traffic.time[number])),
        "DeviceName": text("machine"),
        "ActionType": CONNECTION,
        "RemoteUrl": text("host"),
        "RemotePort": 443,
        "LocalIP": text("source_ip"),
        "InitiatingProcessFileName": text("process"),
        "InitiatingProcessAccountName": user.partition("@")[0],
        "InitiatingProcessAccountUpn": user,
        "ReportId": int(rows.report_id[number]),
    }


def device_network_events(rows: EndpointRows) -> list[dict[str, Any]]:
    """Return one ConnectionSuccess row for each connection, blocked ones too."""
    return [
        {**_common(rows, number), "Protocol": "Tcp", "AdditionalFields": ""}
        for number in range(len(rows.traffic))
    ]


def device_events(rows: EndpointRows) -> list[dict[str, Any]]:
    """Return one row for each connection that SmartScreen or network protection blocked or audited."""
    found: list[dict[str, Any]] = []
    for number in np.flatnonzero(np.isin(rows.outcome, (Outcome.BLOCKED, Outcome.AUDITED))).tolist():
        row = _common(rows, number)
        audited = int(rows.outcome[number]) == Outcome.AUDITED
        category = CASB if rows.by_tag[number] else CUSTOM
        uri = f"https://{row['RemoteUrl']}/"
        if is_smartscreen_browser(row["InitiatingProcessFileName"]):
            row["ActionType"] = SMARTSCREEN
            fields: dict[str, Any] = {"Experience": category, "Uri": uri}
        else:
            row["ActionType"] = NP_AUDITED if audited else NP_BLOCKED
            fields = {"ResponseCategory": category, "IsAudit": audited, "Uri": uri}
        found.append({**row, "AdditionalFields": json.dumps(fields, sort_keys=True)})
    return found
