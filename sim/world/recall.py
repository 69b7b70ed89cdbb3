"""How the past comes into the portal: as what its sources would have told, had anybody looked."""

from __future__ import annotations

from collections.abc import Callable

from sim.base.time import DAY
from sim.engine.discovery.continuous import Past
from sim.engine.discovery.streams import WIN10
from sim.engine.tenant import Tenant
from sim.engine.traffic import Traffic
from sim.world.history import History
from sim.world.logs import Logs
from sim.world.sensor import endpoint_traffic
from sim.world.sessions import Flags
from sim.world.telemetry import Rows


def recall(
    history: History,
    tenant: Tenant,
    user_names: tuple[str, ...],
    logon_names: tuple[str, ...],
    *,
    endpoint: bool,
    next_analysis: Callable[[int], int],
) -> None:
    """Let every report begin with the past of its sources, and the policies know what there was.

    Of the endpoints only where `endpoint` says that their feed has been on. Collectors shipped all of it:
    what stops them is of play.
    """
    staff, places = history.staff, history.places
    logs = Logs(staff, history.guards, places, logon_names)

    def begin(source: str, sees: Callable[[Rows], Flags], tells: Callable[[Rows], Traffic]) -> None:
        def reread(day: int) -> Traffic:
            rows = history.between(day * DAY, (day + 1) * DAY)
            return tells(rows.take(sees(rows)))

        seen = sees(history.bundles)
        past = Past(tells(history.bundles.take(seen)), history.extent.take(seen), reread, next_analysis)
        tenant.streams.recall(history.end, source, past)

    for gateway in history.gateways:
        begin(
            gateway.name,
            lambda rows, gateway=gateway: gateway.carries(rows.time, rows.machine),  # type: ignore[misc]
            lambda rows, gateway=gateway: logs.of(gateway.proxy, rows),  # type: ignore[misc]
        )
    if endpoint:
        begin(
            WIN10,
            lambda rows: history.guards.feeds(rows.time, rows.machine),
            lambda rows: endpoint_traffic(rows, staff, user_names, places),
        )
    tenant.policies.begin()
