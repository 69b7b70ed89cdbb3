"""Endpoint rows as the Defender advanced-hunting tables name them, as columns.

A blocked visit has two rows: DeviceNetworkEvents says ConnectionSuccess, because the handshake ends
before anything is decided (MDE/indicators-overview.md; documented), and DeviceEvents says who blocked it.
A column of the tables that nobody here could fill (hashes, process ids, SIDs) is left out, never made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.engine.enforcement.facts import Outcome, is_smartscreen_browser
from sim.engine.traffic import Coded, Traffic

if TYPE_CHECKING:
    import polars as pl

SMARTSCREEN = "SmartScreenUrlWarning"
NP_BLOCKED = "ExploitGuardNetworkProtectionBlocked"
NP_AUDITED = "ExploitGuardNetworkProtectionAudited"
CONNECTION = "ConnectionSuccess"

CASB, CUSTOM = "CasbPolicy", "CustomBlockList"
"""Experience or ResponseCategory of a tag's indicator and of a hand-made one (MDE/network-protection.md)."""

_FIRST = ("Timestamp", "DeviceId", "DeviceName")
_FIRST_PORT, _PORTS = 49_152, 16_384
"""Ports that Windows gives to clients, one after the other (RFC 6335)."""


@dataclass(frozen=True, slots=True)
class EndpointRows:
    """Endpoint traffic with what became of each connection."""

    traffic: Traffic
    outcome: NDArray[np.int64]
    by_tag: NDArray[np.bool_]
    """True where the deciding indicator came from a tag."""
    report_id: NDArray[np.int64]
    """The repeating counter: unique only with machine and time (documented)."""
    remote_ip: Coded

    def take(self, rows: NDArray[np.int64]) -> EndpointRows:
        """Return some rows in the order asked for."""
        return EndpointRows(
            self.traffic.take(rows),
            self.outcome[rows],
            self.by_tag[rows],
            self.report_id[rows],
            self.remote_ip.take(rows),
        )


def device_network_events(rows: EndpointRows, only: Collection[str] = ()) -> pl.DataFrame:
    """Return one ConnectionSuccess row for each connection, blocked ones too.

    Where `only` names columns, others are not made.
    """
    import polars as pl

    return _common(rows, pl.lit(CONNECTION), only).with_columns(
        Protocol=pl.lit("Tcp"), AdditionalFields=pl.lit("")
    )


def device_events(rows: EndpointRows, only: Collection[str] = ()) -> pl.DataFrame:
    """Return one row for each connection that SmartScreen or network protection blocked or audited.

    Where `only` names columns, others are not made.
    """
    import polars as pl

    rows = rows.take(np.flatnonzero(np.isin(rows.outcome, (Outcome.BLOCKED, Outcome.AUDITED))))
    process, host = rows.traffic.process, rows.traffic.host
    assert process is not None
    browser = np.array([*map(is_smartscreen_browser, process.names), False])[process.codes]
    audited = rows.outcome == Outcome.AUDITED
    # What stands in the fields is the same for all rows of a host, browser, verdict and kind of indicator.
    kinds = ((host.codes * 2 + browser) * 2 + audited) * 2 + rows.by_tag
    known, codes = np.unique(kinds, return_inverse=True)
    fields = pl.Series([_fields(host.names, kind) for kind in known.tolist()], dtype=pl.String)
    actions = np.where(browser, 0, 1 + audited)
    named = pl.Series([SMARTSCREEN, NP_BLOCKED, NP_AUDITED]).gather(pl.Series(actions))
    return _common(rows, pl.lit(named), only).with_columns(AdditionalFields=fields.gather(pl.Series(codes)))


def _fields(hosts: Sequence[str], kind: int) -> str:
    category = CASB if kind & 1 else CUSTOM
    uri = f"https://{hosts[kind >> 3]}/"
    if kind & 4:
        return json.dumps({"Experience": category, "Uri": uri}, sort_keys=True)
    return json.dumps({"IsAudit": bool(kind & 2), "ResponseCategory": category, "Uri": uri}, sort_keys=True)


def _common(rows: EndpointRows, action: pl.Expr, only: Collection[str]) -> pl.DataFrame:
    import polars as pl

    traffic = rows.traffic
    count = len(traffic)

    def names(column: Coded | None, change: Callable[[str], str] = str) -> pl.Series:
        if column is None:
            return pl.repeat("", count, dtype=pl.String, eager=True)
        return column.series(change, "")

    columns: dict[str, Callable[[], pl.Series]] = {
        "Timestamp": lambda: pl.Series(traffic.time).cast(pl.Datetime("us")),
        "DeviceId": lambda: names(traffic.machine, _device_id),
        "DeviceName": lambda: names(traffic.machine),
        "RemoteIP": lambda: names(rows.remote_ip),
        "RemotePort": lambda: pl.repeat(443, count, dtype=pl.Int32, eager=True),
        "RemoteUrl": lambda: names(traffic.host),
        "LocalIP": lambda: names(traffic.source_ip),
        "LocalPort": lambda: pl.Series(_FIRST_PORT + rows.report_id % _PORTS).cast(pl.Int32),
        "InitiatingProcessFileName": lambda: names(traffic.process),
        "InitiatingProcessAccountDomain": lambda: names(traffic.user, _domain),
        "InitiatingProcessAccountName": lambda: names(traffic.user, lambda user: user.partition("@")[0]),
        "InitiatingProcessAccountUpn": lambda: names(traffic.user),
        "ReportId": lambda: pl.Series(rows.report_id, dtype=pl.Int64),
    }
    made = pl.DataFrame({name: make() for name, make in columns.items() if not only or name in only})
    first = [name for name in _FIRST if name in made.columns]
    return made.select(*first, action.alias("ActionType"), pl.exclude(*first) if first else pl.all())


def _device_id(machine: str) -> str:
    """Return forty hexadecimal digits, as Defender names a device (documented); ours stand for the name."""
    return sha1(machine.encode("utf-8", "backslashreplace"), usedforsecurity=False).hexdigest()


def _domain(user: str) -> str:
    return user.partition("@")[2].partition(".")[0]
