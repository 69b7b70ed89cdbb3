"""Which of several indicators decides a connection.

The longer path decides before the shorter, and on the same thing Allow before Warn before Block, whoever
made them: an Allow by hand defeats the block of a tag (MDE/indicator-ip-domain.md; documented). Guesses where
the documents are silent: the longer domain decides before its parent (a switch, `Rules`); an audit stands
between Allow and Warn; the name and the address of one connection are the same thing; a URL covers its own
host only; of equals the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.engine.catalog.domains import address, locate, segments, suffixes
from sim.engine.enforcement.indicators import Indicator
from sim.engine.enforcement.values import IndicatorType
from sim.engine.enforcement.verdict import RULES, Rules


def covering(values: Mapping[str, int] | Iterable[str], host: str) -> str | None:
    """Return the longest of `values` that is `host` or a parent of it, on label boundaries."""
    known = values if isinstance(values, Mapping) else set(values)
    return next((name for name in suffixes(host) if name in known), None)


class Deciding:
    """The indicators that decide, of those that a machine holds or a portal lists."""

    def __init__(
        self, indicators: Iterable[Indicator], group: str | None = None, rules: Rules = RULES
    ) -> None:
        """Look at the indicators whose scope reaches the device group; at all of them where it is None."""
        self._longest_first = rules.subdomain_beats_parent
        self._of: dict[IndicatorType, dict[str, Indicator]] = {kind: {} for kind in IndicatorType}
        for indicator in indicators:
            if group is None or indicator.scope.reaches(group):
                known = self._of[indicator.type]
                held = known.get(indicator.value)
                known[indicator.value] = indicator if held is None else min(held, indicator, key=_rank)

    def __bool__(self) -> bool:
        """Tell whether any indicator decides anything."""
        return any(self._of.values())

    def decides(self, destination: str, ip: str = "") -> Indicator | None:
        """Return the indicator that decides a host, or a `host/path` where the path is seen.

        `ip` is the address behind it, empty where it is not known.
        """
        host, path = locate(destination)
        here = address(ip or host)
        found = [
            self._url(host, segments(path)) or self._domain(host),
            self._of[IndicatorType.ADDRESS].get(here.exploded) if here is not None else None,
        ]
        return min((one for one in found if one is not None), key=_rank, default=None)

    def _url(self, host: str, parts: list[str]) -> Indicator | None:
        known = self._of[IndicatorType.URL]
        for depth in range(len(parts), 0, -1) if known else ():
            found = known.get("/".join((host, *parts[:depth])))
            if found is not None:
                return found
        return None

    def _domain(self, host: str) -> Indicator | None:
        known = self._of[IndicatorType.DOMAIN]
        found = (known[name] for name in suffixes(host) if name in known)
        return next(found, None) if self._longest_first else min(found, key=_rank, default=None)


def _rank(indicator: Indicator) -> tuple[int, int]:
    return int(indicator.action), indicator.number
