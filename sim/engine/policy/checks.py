"""What a policy may say: one check for each part, for the form, for commands and for files alike.

A check returns what is wrong, with the nearest right spelling, or None. Whoever knows where the part was
written adds the place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from sim.base.errors import InputError, Problem, nearest
from sim.engine.catalog.custom import CUSTOM_APP
from sim.engine.discovery.filters import APP, FIELDS, Condition, Operator
from sim.engine.discovery.queries import parse_condition
from sim.engine.policy.policies import SEVERITIES, Policy
from sim.engine.policy.templates import find_template, templates
from sim.engine.portal import MONITORED, SANCTIONED, UNSANCTIONED, Portal

LONGEST_NAME = 80
"""Characters of a policy's name, and of a custom tag (ours)."""
LARGEST_LIMIT = 1000
"""Alerts that a policy may raise a day (ours)."""
LARGEST_THRESHOLD = 10**12
"""The largest threshold of a criterion (ours)."""

_BUILT_IN = (SANCTIONED, UNSANCTIONED, MONITORED)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,20}")


def wrong_name(name: str) -> Problem | None:
    """Check a policy's name."""
    if 0 < len(name.strip()) <= LONGEST_NAME:
        return None
    advice = f"use 1 to {LONGEST_NAME} characters"
    return Problem(
        "POLICY-NAME", "a policy needs a name" if not name.strip() else "the name is long", advice=advice
    )


def wrong_severity(severity: str) -> Problem | None:
    """Check a severity."""
    if severity in SEVERITIES:
        return None
    return Problem("POLICY-SEVERITY", f"unknown severity {severity!r}", advice=nearest(severity, SEVERITIES))


def wrong_template(name: str, portal: Portal) -> Problem | None:
    """Check the name of a template; an empty one is "No template"."""
    known = [template.name for template in templates(portal)]
    if not name or name in known:
        return None
    later = "this period has no anomaly templates" if find_template(name) else nearest(name, known)
    return Problem("TEMPLATE-UNKNOWN", f"unknown template {name!r}", advice=later)


def wrong_threshold(threshold: int) -> Problem | None:
    """Check a criterion's threshold."""
    if 0 <= threshold <= LARGEST_THRESHOLD:
        return None
    what = f"a threshold cannot be {threshold}"
    return Problem("POLICY-THRESHOLD", what, advice=f"write 0 to {LARGEST_THRESHOLD:,}")


def wrong_limit(limit: int) -> Problem | None:
    """Check a daily alert limit."""
    if 1 <= limit <= LARGEST_LIMIT:
        return None
    return Problem("POLICY-LIMIT", f"a daily limit cannot be {limit}", advice=f"write 1 to {LARGEST_LIMIT}")


def wrong_report(name: str, reports: Collection[str]) -> Problem | None:
    """Check the name of a continuous report."""
    if name in reports:
        return None
    return Problem("REPORT-UNKNOWN", f"no report {name!r}", advice=nearest(name, reports))


def wrong_tag(tag: str, portal: Portal) -> Problem | None:
    """Check a tag of governance, built-in or custom; what is nearly a built-in one is a mistake."""
    if tag in portal.tags:
        return None
    name = tag.strip()
    close = get_close_matches(name.capitalize(), _BUILT_IN, 1, 0.8)
    if close and close[0] not in portal.tags:
        advice = f"use {', '.join(portal.tags)} or a custom tag"
        return Problem("POLICY-TAG", f"there is no tag {close[0]} in this period", advice=advice)
    if close:
        return Problem("POLICY-TAG", f"no tag {tag!r}", advice=nearest(name.capitalize(), close))
    if not 0 < len(name) <= LONGEST_NAME or name == CUSTOM_APP:
        return Problem("POLICY-TAG", f"{tag!r} cannot name a custom tag", advice="use another")
    return None


def wrong_email(address: str) -> Problem | None:
    """Check an address for e-mails."""
    if _EMAIL.fullmatch(address):
        return None
    return Problem("POLICY-EMAIL", f"{address!r} is no e-mail address", advice="write name@example.org")


def wrong_phone(number: str, portal: Portal) -> Problem | None:
    """Check a number for text messages."""
    if not portal.text_messages:
        return Problem("POLICY-PHONE", "this portal sends no text messages", advice="use e-mails")
    if _PHONE.fullmatch(number):
        return None
    return Problem("POLICY-PHONE", f"{number!r} is no phone number", advice="write it as +44 20 7946 0000")


def wrong_profile(
    profile: str, tags: Collection[str], portal: Portal, profiles: Collection[str]
) -> Problem | None:
    """Check the scoped profile of a policy that sets `tags`; an empty one is for everybody."""
    if not profile:
        return None
    if not portal.scoped_profiles:
        return Problem(
            "PROFILE-NONE", "a tag holds for everybody in this period", advice="leave the profile out"
        )
    if not {UNSANCTIONED, MONITORED} & set(tags):
        what = "a profile goes with the tags Unsanctioned and Monitored only"
        return Problem("PROFILE-TAG", what, advice="tag so, or leave the profile out")
    if profile not in profiles:
        advice = nearest(profile, sorted(profiles), "add it in the Cloud Discovery settings first")
        return Problem("PROFILE-UNKNOWN", f"no profile {profile!r}", advice=advice)
    return None


def wrong_playbook(playbook: str, portal: Portal) -> Problem | None:
    """Check the name of a Power Automate playbook; an empty one runs none."""
    if playbook and not portal.playbooks:
        return Problem("POLICY-PLAYBOOK", "this portal runs no playbooks", advice="leave it out")
    if len(playbook) > LONGEST_NAME:
        advice = f"use at most {LONGEST_NAME} characters"
        return Problem("POLICY-PLAYBOOK", "the name of the playbook is long", advice=advice)
    return None


def read_condition(line: str, apps: Collection[str] | None) -> Condition:
    """Return what a line of the filters states; raise InputError with all that is wrong with it.

    `apps` are the ids of the catalog, where they are known. Usage is no filter of a policy.
    """
    condition = parse_condition(line)
    if FIELDS[condition.field].is_usage:
        what = f"{condition} is about usage"
        raise InputError(Problem("POLICY-FILTER", what, advice="make it a criterion of the same day"))
    is_id = condition.field == APP and condition.operator is not Operator.CONTAINS
    unknown = [each for each in condition.values if is_id and apps and each not in apps]
    if unknown and apps:
        raise InputError(
            [Problem("APP-UNKNOWN", f"no app {each!r}", advice=nearest(str(each), apps)) for each in unknown]
        )
    return condition


def problems(
    policy: Policy, portal: Portal, reports: Collection[str], profiles: Collection[str]
) -> Iterator[Problem]:
    """Yield everything that is wrong with a policy."""
    built_in = [tag for tag in policy.tags if tag in portal.tags]
    found = [
        wrong_name(policy.name),
        wrong_severity(policy.severity),
        wrong_template(policy.template, portal),
        *(wrong_threshold(threshold) for _, threshold in policy.criteria),
        *(wrong_report(name, reports) for name in policy.reports),
        wrong_limit(policy.daily_limit),
        *(wrong_tag(tag, portal) for tag in policy.tags),
        wrong_profile(policy.profile, policy.tags, portal, profiles),
        *(wrong_email(address) for address in policy.emails),
        *(wrong_phone(number, portal) for number in policy.phones),
        wrong_playbook(policy.playbook, portal),
    ]
    yield from (each for each in found if each is not None)
    if len(built_in) > 1:
        yield Problem("POLICY-TAG", f"an app has one of {', '.join(built_in)}", advice="keep one of them")
    if policy.anomaly is not None:
        yield from _anomaly_problems(policy, portal)


def _anomaly_problems(policy: Policy, portal: Portal) -> Iterator[Problem]:
    settings = policy.anomaly
    if settings is None:
        return
    if not portal.anomaly_policies and not policy.built_in:
        advice = "make an app discovery policy with same-day criteria"
        yield Problem("POLICY-KIND", "anomaly detection policies were retired in August 2024", advice=advice)
    if policy.criteria:
        yield Problem(
            "POLICY-KIND", "an anomaly detection policy learns, it has no criteria", advice="leave them out"
        )
    if policy.tags:
        yield Problem("POLICY-KIND", "an anomaly detection policy tags nothing", advice="leave the tags out")
    if not settings.subjects:
        yield Problem("POLICY-ANOMALY", "nobody is watched", advice="choose users, IP addresses or both")
    if settings.per_thousand is not None and not 1 <= settings.per_thousand <= LARGEST_LIMIT:
        advice = f"write 1 to {LARGEST_LIMIT}, or alert on every matching event"
        yield Problem("POLICY-ANOMALY", "the sensitivity is out of range", advice=advice)
