"""Access and session policies: what can be saved, and what is refused with every reason."""

from __future__ import annotations

import pytest

from sim.base.errors import CommandRefused
from sim.engine.enforcement.access import AccessBook, AccessRule

LOG: list[tuple[int, str, str, str, str]] = []


def book() -> AccessBook:
    LOG.clear()
    return AccessBook({"salesforce"}, {"Desk", "Field"}, lambda *line: LOG.append(line))


def add(
    rules: AccessBook, app: str = "salesforce", client: str = "browser", action: str = "Block", *who: str
) -> AccessRule:
    return rules.add(5, "analyst", app, client, action, who)


@pytest.mark.fact("appliance.session-control", "appliance.native-conditional-access")
def test_only_an_app_that_signs_people_in_through_the_directory_can_have_a_rule():
    with pytest.raises(CommandRefused, match="does not sign people in through the directory"):
        add(book(), "dropbox", "native")
    assert add(book(), "salesforce", "native").policy == "Access policy"


def test_a_session_policy_is_for_browsers():
    assert add(book(), action="Monitor only").policy == "Session policy"
    with pytest.raises(CommandRefused, match="a native client can only be blocked"):
        add(book(), "salesforce", "native", "Block downloads")


def test_every_reason_is_told_at_once():
    with pytest.raises(CommandRefused) as refusal:
        add(book(), "dropbox", "telephone", "Forbid", "Sales")
    assert [p.rule for p in refusal.value.problems] == [
        "ACCESS-CLIENT",
        "ACCESS-ACTION",
        "ACCESS-APP",
        "ACCESS-GROUP",
    ]


def test_the_same_rule_twice_is_refused_and_a_deleted_one_can_come_back():
    rules = book()
    rule = add(rules, "salesforce", "any", "Block", "Field", "Desk")
    with pytest.raises(CommandRefused, match="there already"):
        add(rules, "salesforce", "any", "Block", "Desk", "Field")
    rules.remove(9, "analyst", rule.id)
    assert rules.present() == []
    assert add(rules, "salesforce", "any", "Block", "Desk", "Field").id == "access-002"


def test_an_unknown_rule_is_refused_with_the_nearest():
    rules = book()
    add(rules)
    with pytest.raises(CommandRefused, match="did you mean 'access-001'"):
        rules.remove(9, "analyst", "access-01")


def test_the_governance_log_says_what_was_saved_and_deleted():
    rules = book()
    rules.remove(9, "ben", add(rules, "salesforce", "native", "Block", "Desk").id)
    assert LOG == [
        (5, "analyst", "Save access policy", "salesforce", "access-001: Block; native clients; Desk"),
        (9, "ben", "Delete access policy", "salesforce", "access-001"),
    ]
