"""The forms of Cloud Discovery settings, and the commands that their values make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from sim.base.errors import InputError, nearest
from sim.base.time import from_iso
from sim.engine.discovery.custom_reports import network
from sim.engine.enforcement.scopes import ProfileType
from sim.engine.portal import Portal
from sim.session.commands import Command
from sim.session.indicator_commands import EditScopedProfile, SaveScopedProfile
from sim.session.report_commands import CreateSnapshot, ExcludeEntity, SaveIpRange, SaveReport
from sim.session.source_commands import RepairCollector
from sim.views.cloud_settings import IpRangeRow, ProfileRow, ReportChoices
from sim.views.collectors import DataSourceRow
from sim.views.reports import ReportRow
from tui.forms import CheckField, ChoiceField, Field, FormScreen, TextField, Values

KINDS = (("user", "User"), ("source_ip", "IP address"), ("machine", "{Machine}"))


@dataclass(frozen=True)
class Form:
    """A form, and what its values ask for."""

    screen: FormScreen
    command: Callable[[Values], Command]


def report_form(choices: ReportChoices, portal: Portal, saved: ReportRow | None = None) -> Form:
    """Return the form of a custom report, filled from a saved one; a saved one keeps its name."""
    sources = {f"source{number}": name for number, name in enumerate(choices.sources)}
    fields: list[Field] = [] if saved else [TextField("name", "Report name", check=named)]
    fields += [
        CheckField(field, "Data source", saved is None or name in saved.sources, portal.report(name))
        for field, name in sources.items()
    ]
    fields += [
        TextField(
            "groups",
            "User groups",
            ", ".join(saved.groups) if saved else "",
            offer(choices.groups, "everybody"),
            lambda text: known(text, choices.groups),
        ),
        TextField(
            "ranges",
            "IP ranges",
            ", ".join(saved.ip_ranges) if saved else "",
            "such as 10.1.0.0/16; empty is everywhere",
            _networks,
        ),
        TextField(
            "tags",
            "IP tags",
            ", ".join(saved.ip_tags) if saved else "",
            offer(choices.ip_tags, "any"),
            lambda text: known(text, choices.ip_tags),
        ),
    ]

    def chosen(values: Values) -> tuple[str, ...]:
        return tuple(name for field, name in sources.items() if values[field])

    def command(values: Values) -> Command:
        return SaveReport(
            saved.name if saved else str(values["name"]).strip(),
            chosen(values),
            listed(values["groups"]),
            listed(values["ranges"]),
            listed(values["tags"]),
        )

    screen = FormScreen(
        f"Custom report {saved.name}" if saved else "New custom report",
        fields,
        about="Takes new data only. Groups are matched by directory names: switch User enrichment on where "
        "a log has others.",
        check=lambda values: {} if chosen(values) else {"source0": "choose at least one source"},
    )
    return Form(screen, command)


def snapshot_form(sources: Sequence[str]) -> Form:
    """Return the form that uploads a log by hand; there is at least one source."""
    screen = FormScreen(
        "New snapshot report",
        (
            TextField("name", "Report name", check=named),
            ChoiceField("source", "Data source", tuple((name, name) for name in sources)),
            TextField("since", "From", placeholder="all it has, or as 2020-01-31T09:00", check=_time),
            TextField("until", "To", placeholder="now, or as 2020-01-31T18:00", check=_time),
            TextField("description", "Description", placeholder="why, for your colleagues"),
            CheckField("anonymise", "Names", words="Anonymize private information"),
        ),
        about="Made of the log as the appliance wrote it. It never changes, and no policy watches it.",
        verb="Create",
    )
    return Form(
        screen,
        lambda values: CreateSnapshot(
            str(values["name"]).strip(),
            str(values["source"]),
            str(values["since"]),
            str(values["until"]),
            str(values["description"]),
            bool(values["anonymise"]),
        ),
    )


def exclusion_form(portal: Portal) -> Form:
    """Return the form that leaves somebody out of new data."""

    def address(values: Values) -> dict[str, str]:
        if values["kind"] != "source_ip":
            return {}
        try:
            ip_address(str(values["name"]).strip())
        except ValueError:
            return {"name": "write an address such as 10.1.0.7"}
        return {}

    screen = FormScreen(
        "Exclude from Cloud Discovery",
        (
            ChoiceField("kind", "What", tuple((kind, portal.say(word)) for kind, word in KINDS)),
            TextField("name", "Name", placeholder="as the reports show it", check=named),
            TextField("comment", "Comment", placeholder="why, for your colleagues"),
        ),
        about="New data leaves it out, in every report. What is there already stays for 90 days.",
        check=address,
        verb="Exclude",
    )
    return Form(
        screen,
        lambda values: ExcludeEntity(
            str(values["kind"]), str(values["name"]).strip(), True, str(values["comment"])
        ),
    )


def ip_range_form(saved: IpRangeRow | None = None) -> Form:
    """Return the form of a named range of addresses; a saved one keeps its name."""
    fields: list[Field] = [] if saved else [TextField("name", "Name", check=named)]
    fields += [
        TextField(
            "ranges",
            "Addresses",
            ", ".join(saved.ranges) if saved else "",
            "such as 10.1.0.0/16, 10.2.0.7",
            lambda text: _networks(text) if text else "a range needs addresses",
        ),
        TextField("tags", "Tags", ", ".join(saved.tags) if saved else "", "such as Corporate, Warehouse"),
    ]
    return Form(
        FormScreen(f"IP range {saved.name}" if saved else "New IP range", fields),
        lambda values: SaveIpRange(
            saved.name if saved else str(values["name"]).strip(),
            listed(values["ranges"]),
            listed(values["tags"]),
        ),
    )


def repair_form(source: DataSourceRow) -> Form:
    """Return the form that asks for a remedy of a data source's log collector."""
    screen = FormScreen(
        f"Data source {source.name}",
        (
            ChoiceField(
                "remedy",
                "Remedy",
                (
                    ("log-type", "Set the log type right, here"),
                    ("time-zone", "Set the time zone right, here"),
                    ("start", "Have the container started"),
                    ("free-disk", "Have the disk freed"),
                ),
            ),
        ),
        about=f"{source.log_type}, by {source.collector} ({source.status}). The server team looks after the "
        "host, and needs up to an hour. What is lost stays lost.",
    )
    return Form(screen, lambda values: RepairCollector(source.collector, str(values["remedy"])))


def profile_form(groups: Sequence[str], taken: Sequence[str], saved: ProfileRow | None = None) -> Form:
    """Return the form of a scoped profile, for device groups that there are; a saved one keeps its name."""

    def name(text: str) -> str:
        return named(text) or (f"there is a profile {text!r}" if text in taken else "")

    def chosen(text: str) -> str:
        return known(text, groups) if text else "a profile names at least one device group"

    fields: list[Field] = [] if saved else [TextField("name", "Name", check=name)]
    screen = FormScreen(
        f"Scoped profile {saved.name}" if saved else "New scoped profile",
        (
            *fields,
            ChoiceField(
                "type",
                "Type",
                (
                    (ProfileType.INCLUDE.value, "Include: for these device groups only"),
                    (ProfileType.EXCLUDE.value, "Exclude: for everybody but these"),
                ),
                saved.type if saved else "",
            ),
            TextField(
                "groups",
                "Device groups",
                ", ".join(saved.groups) if saved else "",
                placeholder=f"of: {', '.join(groups)}" if groups else "there are none",
                check=chosen,
            ),
            TextField("description", "Description", saved.description if saved else ""),
        ),
        about="The indicators of the apps whose tag holds with it follow, and devices after them."
        if saved
        else "Can be chosen when an app is tagged. It changes no tag that stands.",
    )
    kind = EditScopedProfile if saved else SaveScopedProfile
    return Form(
        screen,
        lambda values: kind(
            saved.name if saved else str(values["name"]).strip(),
            listed(values["groups"]),
            str(values["type"]),
            str(values["description"]).strip(),
        ),
    )


def listed(value: str | bool) -> tuple[str, ...]:
    """Return the names that a field holds, with commas between."""
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def named(text: str) -> str:
    """Return what is wrong with a name."""
    return "" if text else "this needs a name"


def offer(names: Sequence[str], otherwise: str) -> str:
    """Return what a field shows while it is empty: the names there are."""
    return f"{', '.join(names)}; empty is {otherwise}" if names else "there are none"


def known(text: str, names: Sequence[str]) -> str:
    """Return what is wrong with names of which only `names` are known."""
    unknown = [name for name in listed(text) if name not in names]
    if not unknown:
        return ""
    advice = nearest(unknown[0], names) if names else "there are none"
    return f"no {unknown[0]!r}: {advice}"


def _networks(text: str) -> str:
    wrong = [part for part in listed(text) if network(part) is None]
    return f"{wrong[0]!r} is no range: write it as 10.1.0.0/16" if wrong else ""


def _time(text: str) -> str:
    try:
        if text:
            from_iso(text)
    except InputError as error:
        return f"{error.problems[0].what}: {error.problems[0].advice}"
    return ""
