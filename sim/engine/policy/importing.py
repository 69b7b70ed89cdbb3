"""A policy file taken into a portal: which of its policies are new, and which replace a saved one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.base.errors import InputError, Problem
from sim.base.yamlfile import Document
from sim.engine.policy import checks
from sim.engine.policy.files import Known, read_policies
from sim.engine.policy.policies import Policy


def incoming(document: Document, known: Known, saved: Sequence[Policy]) -> list[Policy]:
    """Return the policies of a file as they are to be saved; raise InputError with every mistake's place.

    One that is named as a saved one has its id, any other has none yet (ours: the portal imports
    none). A report that the file says there is must be there.
    """
    found = list(_absent(document, known))
    try:
        policies = read_policies(document, known)
    except InputError as error:
        raise InputError([*found, *error.problems]) from None
    made = []
    for number, policy in enumerate(policies):
        named = [held for held in saved if held.name == policy.name]
        place = document.place(("policies", number, "name"))
        # The names of reports were looked at above, where they stand.
        wrong = checks.problems(policy, known.portal, (*known.reports, *policy.reports), known.profiles or ())
        found.extend(replace(problem, where=place) for problem in (*wrong, *_conflicts(policy, named)))
        made.append(replace(policy, id=named[0].id if named else ""))
    if found:
        raise InputError(found)
    return made


def _absent(document: Document, known: Known) -> Iterator[Problem]:
    """Yield the reports that the file says there are and that are not there."""
    named = document.data.get("reports") if isinstance(document.data, dict) else None
    for number, name in enumerate(named if isinstance(named, list) else []):
        problem = checks.wrong_report(name, known.reports) if isinstance(name, str) else None
        if problem is not None:
            yield replace(problem, where=document.place(("reports", number)))


def _conflicts(policy: Policy, named: Sequence[Policy]) -> Iterator[Problem]:
    """Yield why a policy cannot replace the saved ones of its name."""
    if len(named) > 1:
        what = f"{len(named)} saved policies are named {policy.name!r}"
        yield Problem("POLICY-NAME", what, advice="rename all but one of them")
    elif named and named[0].kind is not policy.kind:
        what = f"{policy.name!r} is saved as a policy of the kind {named[0].kind}"
        yield Problem("POLICY-KIND", what, advice="use another name, or delete that one first")
