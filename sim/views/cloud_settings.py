"""Product view of Cloud App Security: Cloud Discovery settings, and who stands behind a pseudonym."""

from __future__ import annotations

from dataclasses import dataclass

from sim.engine.discovery.groups import EntityKind
from sim.session.driver import Session

PAGE = "{cloud} > Cloud Discovery settings"


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """A user, an IP address or a machine that is left out of new data."""

    id: str
    kind: EntityKind
    what: str
    """The kind in a word."""
    name: str
    since: int
    by: str
    comment: str


@dataclass(frozen=True, slots=True)
class NameSetting:
    """A switch that decides under which names people and machines are shown."""

    id: str
    name: str
    page: str
    on: bool
    promise: str
    """What it does when it is on."""
    source: str
    """The source whose names it hides; empty for the enrichment."""
    kind: EntityKind


@dataclass(frozen=True, slots=True)
class IpRangeRow:
    """A named range of addresses and its tags."""

    name: str
    ranges: tuple[str, ...]
    tags: tuple[str, ...]
    reports: tuple[str, ...]
    """Custom reports that go by one of its tags."""


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A scoped profile, and the apps whose tag holds with it."""

    name: str
    scope: str
    """Whom it reaches, in words."""
    type: str
    groups: tuple[str, ...]
    description: str
    apps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What a custom report can be made of."""

    sources: tuple[str, ...]
    groups: tuple[str, ...]
    ip_tags: tuple[str, ...]


def exclusions(session: Session) -> list[ExclusionRow]:
    """Return who is left out, in the order decided."""
    streams = session.world.tenant.streams
    return [
        ExclusionRow(f"{e.kind}:{e.name}", e.kind, streams.words[e.kind], e.name, e.since, e.actor, e.comment)
        for e in streams.excluded.values()
    ]


def name_settings(session: Session) -> list[NameSetting]:
    """Return the switches for names: enrichment first, then what is hidden of each source."""
    streams, portal = session.world.tenant.streams, session.world.tenant.portal
    page = portal.say(PAGE)
    enrichment = NameSetting(
        "enrichment",
        portal.say("{directory} user names"),
        f"{page} > User enrichment",
        streams.enriched,
        "Replaces a log's user name, such as CONTOSO\\alice, by the directory's: one person, one user.",
        "",
        "user",
    )
    hidden = [
        NameSetting(
            f"{source}:{kind}",
            f"Anonymize {streams.words[kind]} names",
            f"{page} > Anonymization",
            (source, kind) in streams.anonymised,
            f"Replaces the {streams.words[kind]} names of {portal.report(source)} by pseudonyms.",
            source,
            kind,
        )
        for source in streams.sources
        for kind in streams.private(source)
    ]
    return [enrichment, *hidden]


def ip_ranges(session: Session) -> list[IpRangeRow]:
    """Return the named ranges of addresses, in the order made."""
    streams = session.world.tenant.streams
    return [
        IpRangeRow(
            named.name,
            named.networks,
            named.tags,
            tuple(report.name for report in streams.custom.values() if {*report.ip_tags} & {*named.tags}),
        )
        for named in streams.ip_ranges.values()
    ]


def has_profiles(session: Session) -> bool:
    """Tell whether the portal of this period has scoped profiles."""
    return session.world.tenant.portal.scoped_profiles


def device_groups(session: Session) -> tuple[str, ...]:
    """Return the device groups that a scoped profile may name."""
    return session.world.tenant.profiles.device_groups


def profiles(session: Session) -> list[ProfileRow]:
    """Return the scoped profiles, in the order made."""
    tenant = session.world.tenant
    return [
        ProfileRow(
            profile.name,
            str(profile.scope),
            profile.scope.type.value,
            profile.scope.groups,
            profile.description,
            tuple(tenant.apps[app].name for app in tenant.profiles.apps(profile.name)),
        )
        for profile in tenant.profiles.all.values()
    ]


def profile_choices(session: Session, app_id: str, tag: str) -> list[ProfileRow]:
    """Return the profiles that the question before a tag offers now."""
    problems, now = session.world.tenant.profile_problems, session.now
    return [row for row in profiles(session) if not problems(now, app_id, tag, row.name)]


def choices(session: Session) -> ReportChoices:
    """Return what a custom report can be made of."""
    streams = session.world.tenant.streams
    tags = sorted({tag for named in streams.ip_ranges.values() for tag in named.tags})
    return ReportChoices(streams.sources, streams.groups, tuple(tags))


def is_pseudonym(session: Session, name: str) -> bool:
    """Tell whether reports use this name instead of somebody's own."""
    return session.world.tenant.streams.pseudonyms.resolve(name) is not None


def own_name(session: Session, name: str) -> str | None:
    """Return the name that stands behind what a report shows; None while a pseudonym is not resolved."""
    return session.notes.resolved.get(name) if is_pseudonym(session, name) else name
