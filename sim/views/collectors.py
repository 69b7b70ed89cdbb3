"""Product view of Cloud App Security: automatic log upload, its data sources and log collectors."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.discovery.log_sources import ANY, LOG_SOURCES, LogSource, Sight
from sim.session.driver import Session
from sim.views.cloud_settings import PAGE
from sim.world.collector import CONNECTED as CONNECTED
from sim.world.collector import Collector, LogFeed


@dataclass(frozen=True, slots=True)
class DataSourceRow:
    """A data source, and the log collector that ships it."""

    name: str
    log_type: str
    """As saved in the portal, right or wrong."""
    receiver: str
    collector: str
    status: str
    """Connected or Disconnected."""
    last_data: int
    """When the collector last shipped something."""
    zone: str
    """In which times without a zone are read."""
    lacks: tuple[str, ...]
    """What this type of log cannot tell."""
    is_misread: bool
    """Whether the type as saved is another than the appliance writes, which whoever runs it can tell."""


def data_sources(session: Session) -> list[DataSourceRow]:
    """Return the data sources in the order of the scenario."""
    return [_row(session, feed) for feed in session.world.collectors.feeds]


def page(session: Session) -> str:
    """Return where the portal has the list."""
    return session.world.era.portals.say(f"{PAGE} > Automatic log upload")


def _row(session: Session, feed: LogFeed) -> DataSourceRow:
    collector, now = feed.collector, session.now
    source = LOG_SOURCES.get(feed.gateway.proxy.log or "", ANY)
    zone = collector.fault("wrong-zone", now)
    saved = _saved_type(collector, source, now)
    return DataSourceRow(
        feed.gateway.name,
        saved.title,
        collector.receiver,
        collector.name,
        collector.status(now),
        collector.last_data(now),
        zone.zone if zone is not None else "UTC",
        tuple(
            session.world.era.portals.say(each)
            for each in _lacks(source, feed.gateway.proxy.signs_in, feed.gateway.proxy.inspects_tls)
        ),
        saved is not source,
    )


def _saved_type(collector: Collector, source: LogSource, now: int) -> LogSource:
    if collector.fault("wrong-format", now) is None:
        return source
    # Whoever chose wrongly chose the next one of the list.
    known = list(LOG_SOURCES.values())
    return known[(known.index(source) + 1) % len(known)] if source in known else known[0]


def _lacks(source: LogSource, signs_in: bool, inspects_tls: bool) -> tuple[str, ...]:
    reasons = {
        "{machines} and programs": True,
        "names of destinations": source.sight is Sight.ADDRESS,
        "names in an encrypted Client Hello": source.sight is Sight.HELLO,
        "paths": not (inspects_tls and source.reads_urls),
        "people": not (source.knows_users and signs_in),
        "upload and download apart": "bytes_total" in source.sizes,
        "upload": "bytes_up" not in source.sizes and "bytes_total" not in source.sizes,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
