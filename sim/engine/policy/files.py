"""Policies as YAML, for who keeps them in git: read with every mistake's place, and written back.

reports: [EMEA proxies]              # custom reports that policies may name, beside the built-in ones
policies:
  - name: Risky storage
    template: New risky app          # gives what the rest leaves out
    severity: High
    apps:                            # all of the following
      - category equals Cloud storage
      - risk score equals 0 to 5
    same_day: {users: 50, traffic_mb: 50}      # each is more than
    reports: [Global]                # all continuous reports if left out
    daily_limit: 5
    emails: [soc@contoso.example]
    playbook: Ask the owner          # Power Automate
    governance: {tag: Unsanctioned, profile: Field, custom_tags: [Risky]}
  - name: Unusual uploads
    anomaly: {watch: [users], per_thousand_users: 5, after: 2019-12-20}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, model_validator

from sim.base import yamlfile
from sim.base.errors import InputError, Problem
from sim.base.located import Strict, validate, wrong
from sim.base.time import DAY, from_iso, show_day
from sim.base.yamlfile import Document
from sim.engine.discovery.filters import Condition, Filters
from sim.engine.policy import checks
from sim.engine.policy.policies import (
    DEFAULT_DAILY_LIMIT,
    SUBJECTS,
    Anomaly,
    Criterion,
    Policy,
    PolicyKind,
)
from sim.engine.policy.templates import find_template
from sim.engine.portal import Portal

CRITERIA: Mapping[str, Criterion] = {
    "users": Criterion.USERS,
    "ip_addresses": Criterion.IP_ADDRESSES,
    "transactions": Criterion.TRANSACTIONS,
    "traffic_mb": Criterion.TRAFFIC,
    "uploaded_mb": Criterion.UPLOADED,
    "downloaded_mb": Criterion.DOWNLOADED,
}
"""Criteria by their key in a file."""
EVERY_EVENT = "every matching event"


@dataclass(frozen=True, slots=True)
class Known:
    """What the names in a file are checked against."""

    portal: Portal
    reports: tuple[str, ...]
    apps: Collection[str]
    """Ids of the catalog."""
    profiles: Collection[str] | None = None
    """Names of the scoped profiles; None where nobody knows them."""


def _checked(check: Callable[[Any], Problem | None], value: object) -> object:
    problem = check(value)
    if problem is not None:
        raise wrong(problem.rule, problem.what, problem.advice)
    return value


def _known(info: ValidationInfo) -> Known:
    assert isinstance(info.context, Known)
    return info.context


def _condition(value: object, info: ValidationInfo) -> Condition:
    try:
        return checks.read_condition(value if isinstance(value, str) else str(value), _known(info).apps)
    except InputError as error:
        first = error.problems[0]
        what = "; ".join(f"{p.what}" for p in error.problems)
        advice = "; ".join(p.advice for p in error.problems)
        raise wrong(first.rule, what, advice) from None


def _report(name: str, info: ValidationInfo) -> str:
    """Return the id of a report, which may be named as its period names it."""
    known = _known(info)
    report = known.portal.report_id(name)
    if report not in known.reports:
        _checked(lambda each: checks.wrong_report(each, [*map(known.portal.report, known.reports)]), name)
    return report


def _built_in_tag(tag: str, info: ValidationInfo) -> str:
    tags = _known(info).portal.tags
    if tag not in tags:
        problem = checks.wrong_tag(tag, _known(info).portal)
        advice = problem.advice if problem else f"use {', '.join(tags)}, or custom_tags"
        raise wrong("POLICY-TAG", problem.what if problem else f"no built-in tag {tag!r}", advice)
    return tag


def _custom_tag(tag: str, info: ValidationInfo) -> str:
    portal = _known(info).portal
    if tag in portal.tags:
        raise wrong("POLICY-TAG", f"{tag} is a built-in tag", f"write tag: {tag}")
    _checked(lambda each: checks.wrong_tag(each, portal), tag)
    return tag


def _playbook(name: str, info: ValidationInfo) -> str:
    _checked(lambda each: checks.wrong_playbook(each, _known(info).portal), name)
    return name


def _profile(name: str, info: ValidationInfo) -> str:
    known, tag = _known(info), info.data.get("tag")
    profiles = (name,) if known.profiles is None else known.profiles
    _checked(lambda each: checks.wrong_profile(each, (tag,) if tag else (), known.portal, profiles), name)
    return name


def _template(name: str, info: ValidationInfo) -> str:
    _checked(lambda each: checks.wrong_template(each, _known(info).portal), name)
    return name


def _phone(number: str, info: ValidationInfo) -> str:
    _checked(lambda each: checks.wrong_phone(each, _known(info).portal), number)
    return number


def _day(text: str) -> str:
    try:
        from_iso(text)
    except InputError as error:
        raise wrong("POLICY-ANOMALY", error.problems[0].what, "write a day such as 2019-12-20") from None
    return text


def _somebody(watched: tuple[str, ...]) -> tuple[str, ...]:
    if not watched:
        raise wrong("POLICY-ANOMALY", "nobody is watched", "write users, IP addresses or both")
    return watched


Text = Annotated[str, Field(strict=True)]
Threshold = Annotated[
    int, Field(strict=True), AfterValidator(lambda value: _checked(checks.wrong_threshold, value))
]


class SameDay(Strict):
    """All of the following occur on the same day; each is more than the number."""

    users: Threshold | None = None
    ip_addresses: Threshold | None = None
    transactions: Threshold | None = None
    traffic_mb: Threshold | None = None
    uploaded_mb: Threshold | None = None
    downloaded_mb: Threshold | None = None


class Governance(Strict):
    """The tags that a match gets."""

    tag: Annotated[Text, AfterValidator(_built_in_tag)] | None = None
    profile: Annotated[Text, AfterValidator(_profile)] = ""
    custom_tags: tuple[Annotated[Text, AfterValidator(_custom_tag)], ...] = ()


class Learning(Strict):
    """What is special to an anomaly detection policy."""

    watch: Annotated[tuple[Literal["users", "IP addresses"], ...], AfterValidator(_somebody)] = (
        "users",
        "IP addresses",
    )
    per_thousand_users: (
        Annotated[int, Field(strict=True, ge=1, le=1000)] | Literal["every matching event"]
    ) = 5
    after: Annotated[Text, AfterValidator(_day)] | None = None


class Entry(Strict):
    """One policy of a file; what is left out comes from its template, if it has one."""

    name: Annotated[Text, AfterValidator(lambda value: _checked(checks.wrong_name, value))]
    template: Annotated[Text, AfterValidator(_template)] = ""
    description: Text = ""
    severity: Annotated[Text, AfterValidator(lambda value: _checked(checks.wrong_severity, value))] | None = (
        None
    )
    apps: tuple[Annotated[Condition, PlainValidator(_condition)], ...] | None = None
    same_day: SameDay | None = None
    anomaly: Learning | None = None
    reports: tuple[Annotated[Text, AfterValidator(_report)], ...] = ()
    daily_limit: Annotated[
        int, Field(strict=True), AfterValidator(lambda value: _checked(checks.wrong_limit, value))
    ] = DEFAULT_DAILY_LIMIT
    emails: tuple[
        Annotated[Text, AfterValidator(lambda value: _checked(checks.wrong_email, value))], ...
    ] = ()
    phones: tuple[Annotated[Text, AfterValidator(_phone)], ...] = ()
    playbook: Annotated[Text, AfterValidator(_playbook)] = ""
    governance: Governance = Governance()
    enabled: bool = True

    @model_validator(mode="after")
    def _one_kind(self, info: ValidationInfo) -> Entry:
        template = find_template(self.template)
        if self.anomaly is None and (template is None or template.anomaly is None):
            return self
        if not _known(info).portal.anomaly_policies:
            what = "anomaly detection policies were retired in August 2024"
            raise wrong("POLICY-KIND", what, "make an app discovery policy with same_day")
        if self.same_day is not None or self.governance != Governance():
            what = "an anomaly detection policy has neither same_day nor governance"
            raise wrong("POLICY-KIND", what, "leave them out, or leave anomaly out")
        return self


class PolicyFile(Strict):
    """A whole file."""

    reports: tuple[Text, ...] = ()
    policies: tuple[Entry, ...]


def load_policies(path: Path, known: Known) -> list[Policy]:
    """Return the policies of a file; raise InputError with every mistake and its place."""
    return read_policies(yamlfile.read(path), known)


def read_policies(document: Document, known: Known) -> list[Policy]:
    """Return the policies of a document; raise InputError with every mistake and its place."""
    named = document.data.get("reports") if isinstance(document.data, dict) else None
    more = tuple(name for name in named if isinstance(name, str)) if isinstance(named, list) else ()
    known = replace(known, reports=(*known.reports, *more))
    file = validate(PolicyFile, document, "POLICY", context=known)
    if not file.policies:
        raise InputError(
            Problem("POLICY-EMPTY", "no policy in the file", document.place(["policies"]), "write one")
        )
    names = [entry.name for entry in file.policies]
    twice = [
        Problem(
            "POLICY-NAME",
            f"{name!r} names two policies",
            document.place(("policies", place, "name")),
            "use another name",
        )
        for place, name in enumerate(names)
        if name in names[:place]
    ]
    if twice:
        raise InputError(twice)
    return [_policy(f"pol-{number:03d}", entry) for number, entry in enumerate(file.policies, 1)]


def _policy(policy_id: str, entry: Entry) -> Policy:
    template = find_template(entry.template)
    filters = Filters() if template is None else template.filters
    criteria = () if template is None else template.criteria
    if entry.same_day is not None:
        given = {name: getattr(entry.same_day, name) for name in CRITERIA}
        criteria = tuple((CRITERIA[name], value) for name, value in given.items() if value is not None)
    anomaly = None if template is None else template.anomaly
    if entry.anomaly is not None:
        share = entry.anomaly.per_thousand_users
        anomaly = Anomaly(
            tuple(SUBJECTS[name] for name in entry.anomaly.watch),
            share if isinstance(share, int) else None,
            None if entry.anomaly.after is None else from_iso(entry.anomaly.after) // DAY,
        )
    tags = (entry.governance.tag, *entry.governance.custom_tags)
    return Policy(
        policy_id,
        entry.name,
        entry.template,
        entry.severity or (template.severity if template else "Medium"),
        criteria,
        filters if entry.apps is None else Filters(entry.apps),
        entry.reports,
        entry.daily_limit,
        tuple(dict.fromkeys(tag for tag in tags if tag is not None)),
        0,
        entry.enabled,
        description=entry.description,
        emails=entry.emails,
        phones=entry.phones,
        playbook=entry.playbook,
        profile=entry.governance.profile,
        kind=PolicyKind.DISCOVERY if anomaly is None else PolicyKind.ANOMALY,
        anomaly=anomaly,
    )


def write_policies(policies: Iterable[Policy], portal: Portal, built_in_reports: Collection[str]) -> str:
    """Return policies as a file that reads back to the same; the built-in detections are left out."""
    chosen = [policy for policy in policies if policy.kind in (PolicyKind.DISCOVERY, PolicyKind.ANOMALY)]
    custom = dict.fromkeys(
        name for policy in chosen for name in policy.reports if name not in built_in_reports
    )
    data: dict[str, Any] = {"reports": list(custom)} if custom else {}
    data["policies"] = [_entry(policy, portal) for policy in chosen]
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def _entry(policy: Policy, portal: Portal) -> dict[str, Any]:
    keys = {criterion: key for key, criterion in CRITERIA.items()}
    entry: dict[str, Any] = {"name": policy.name}
    if policy.template:
        entry["template"] = policy.template
    if policy.description:
        entry["description"] = policy.description
    entry["severity"] = policy.severity
    entry["apps"] = list(policy.filters.lines)
    if policy.anomaly is None:
        entry["same_day"] = {keys[criterion]: threshold for criterion, threshold in policy.criteria}
    else:
        words = {subject: name for name, subject in SUBJECTS.items()}
        entry["anomaly"] = {
            "watch": [words[subject] for subject in policy.anomaly.subjects],
            "per_thousand_users": policy.anomaly.per_thousand or EVERY_EVENT,
        }
        if policy.anomaly.after is not None:
            entry["anomaly"]["after"] = show_day(policy.anomaly.after)
    reports = tuple(map(portal.report, policy.reports))
    for key, values in (("reports", reports), ("emails", policy.emails), ("phones", policy.phones)):
        if values:
            entry[key] = list(values)
    entry["daily_limit"] = policy.daily_limit
    if policy.playbook:
        entry["playbook"] = policy.playbook
    built_in = [tag for tag in policy.tags if tag in portal.tags]
    custom = [tag for tag in policy.tags if tag not in portal.tags]
    governance: dict[str, Any] = {"tag": built_in[0]} if built_in else {}
    governance |= {"profile": policy.profile} if policy.profile else {}
    governance |= {"custom_tags": custom} if custom else {}
    if governance:
        entry["governance"] = governance
    if not policy.enabled:
        entry["enabled"] = False
    return entry
