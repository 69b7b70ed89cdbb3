"""The list of indicators: what it takes, what it refuses, and how long a row stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import CommandRefused
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import IndicatorForm, IndicatorList, Source
from sim.engine.enforcement.scopes import Scope
from sim.engine.enforcement.values import IndicatorType, domain_value, read_value
from sim.engine.portal import PORTALS, Portal

THEN, TODAY = PORTALS["2019"], PORTALS["today"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("example.com", "example.com"),
        (" Example.COM ", "example.com"),
        ("example.com.", "example.com"),
        ("a.b.c.example.co.uk", "a.b.c.example.co.uk"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_stored_in_lower_case_without_a_final_dot(text, value):
    """One spelling stands for the domain."""
    assert domain_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "*.example.com",
        "exa*mple.com",
        "*",
        "192.0.2.1",
        "2001:db8::1",
        "[2001:db8::1]",
        "192.0.2.0/24",
        "example.com/path",
        "https://example.com",
        "example.com:443",
        "com",
        "",
        " ",
        ".",
        "..",
        ".example.com",
        "example..com",
        "-example.com",
        "example-.com",
        "exa mple.com",
        "bücher.example",
        "a" * 64 + ".example",
        "a." * 126 + "aa",
    ],
)
def test_what_is_no_plain_domain_is_refused(text):
    """No wildcards, addresses, paths or ports (2019 limits of the portal)."""
    with pytest.raises(CommandRefused, match="is not a domain the portal accepts") as refused:
        domain_value(text)
    assert "\n" not in str(refused.value)


@given(st.text())
def test_any_text_is_taken_or_refused(text):
    """Nothing else is raised, and what is taken stays as it is."""
    try:
        kind, value = read_value(text)
    except CommandRefused:
        return
    assert read_value(value) == (kind, value)


@pytest.mark.fact("indicator.types")
@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("example.com", IndicatorType.DOMAIN, "example.com"),
        ("https://Example.com/", IndicatorType.DOMAIN, "example.com"),
        ("https://Example.com/Team/Page", IndicatorType.URL, "example.com/Team/Page"),
        ("example.com/team/", IndicatorType.URL, "example.com/team"),
        ("203.0.113.7", IndicatorType.ADDRESS, "203.0.113.7"),
        ("2001:db8:0:0:0:0:0:7", IndicatorType.ADDRESS, "2001:0db8:0000:0000:0000:0000:0000:0007"),
    ],
)
def test_the_type_follows_from_what_is_written(text: str, kind: IndicatorType, value: str):
    """Domain, URL with a path, or one address; a scheme says nothing."""
    assert read_value(text) == (kind, value)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        pytest.param("*.example.com", "holds a wildcard", marks=pytest.mark.fact("limit.no-wildcards")),
        pytest.param("example.com/*", "holds a wildcard", marks=pytest.mark.fact("limit.no-wildcards")),
        pytest.param("203.0.113.0/24", "is a range", marks=pytest.mark.fact("limit.single-address")),
        pytest.param("203.0.113.1-203.0.113.9", "is a range", marks=pytest.mark.fact("limit.single-address")),
        pytest.param("2001:db8::/32", "is a range", marks=pytest.mark.fact("limit.single-address")),
        pytest.param("10.1.2.3", "is an internal", marks=pytest.mark.fact("limit.external-address")),
        pytest.param("192.168.0.1", "is an internal", marks=pytest.mark.fact("limit.external-address")),
        pytest.param("127.0.0.1", "is an internal", marks=pytest.mark.fact("limit.external-address")),
        pytest.param(
            "fe80:0:0:0:0:0:0:1", "is an internal", marks=pytest.mark.fact("limit.external-address")
        ),
        pytest.param("2001:db8::7", "is cut short", marks=pytest.mark.fact("limit.ipv6-groups")),
        pytest.param("example.com/a b", "has a path", marks=pytest.mark.fact("indicator.url-path")),
        ("example.com:443", "is not a domain"),
        ("10.1.2.3/path", "is not a domain"),
        ("localhost", "is not a domain"),
    ],
)
def test_what_the_portal_does_not_take_is_refused_with_the_reason(text: str, refusal: str):
    """Each limit of section 4 by its own words."""
    with pytest.raises(CommandRefused, match=refusal):
        read_value(text)


def block(value: str, **said: object) -> IndicatorForm:
    """Return the form of a block."""
    return IndicatorForm(**{"value": value, "action": Held.BLOCK, **said})  # type: ignore[arg-type]


def test_a_removed_number_is_never_used_again():
    """Ids stay unique over the whole run, so that a log line always means one indicator."""
    held = IndicatorList(THEN)
    first = held.add(0, block("example.com"), "analyst")
    held.remove(1, first)
    again = held.add(2, block("example.com"), "analyst")
    assert (first.id, again.id) == ("ind-0001", "ind-0002")
    assert held.present() == [again]
    with pytest.raises(CommandRefused, match="no indicator 'ind-0001' is listed"):
        held.find("ind-0001")


def test_a_person_lists_a_value_once_and_the_tag_once():
    """A person may list a domain that the tag listed too, but not twice."""
    held = IndicatorList(THEN)
    held.add(0, block("example.com"), "the service", "an-app")
    held.add(0, block("example.com", action=Held.ALLOW), "analyst")
    with pytest.raises(CommandRefused, match=r"example\.com is already listed"):
        held.add(0, block("Example.com"), "another analyst")
    assert [indicator.source for indicator in held.present()] == [Source.APP, Source.USER]
    assert [indicator.by_tag for indicator in held.present()] == [True, False]


@pytest.mark.parametrize(
    ("portal", "limit"),
    [
        pytest.param(THEN, 5_000, marks=pytest.mark.fact("limit.indicators.2019")),
        pytest.param(TODAY, 15_000, marks=pytest.mark.fact("limit.indicators.today")),
    ],
)
def test_the_tenant_holds_so_many_and_no_more(portal: Portal, limit: int):
    """Removing one makes room for one."""
    held = IndicatorList(portal)
    first = held.add(0, block("first.example"), "analyst")
    held.all += [replace(first, number=n, value=f"d{n}.example") for n in range(1, limit)]
    with pytest.raises(CommandRefused, match=f"the tenant holds {limit} indicators"):
        held.add(0, block("example.com"), "analyst")
    held.remove(1, held.all[17])
    assert held.add(2, block("example.com"), "analyst").number == limit


@pytest.mark.fact("indicator.actions.2019", "indicator.warn-by-tag-only")
def test_the_actions_of_2019():
    """No warning, and the words of the portal then."""
    assert set(THEN.actions.values()) == {"Allow", "Alert only", "Alert and block"}
    assert THEN.action("Alert only") is Held.AUDIT
    with pytest.raises(CommandRefused, match="no action 'Warn'"):
        THEN.action("Warn")
    with pytest.raises(CommandRefused, match="no action warn"):
        IndicatorList(THEN).add(0, block("example.com", action=Held.WARN), "analyst")


@pytest.mark.fact("indicator.actions.today")
def test_the_actions_of_today():
    """Addresses, domains and URLs take all four; nothing is remediated."""
    assert set(TODAY.actions.values()) == {"Allow", "Audit", "Warn", "Block execution"}
    for number, action in enumerate(TODAY.actions):
        held = IndicatorList(TODAY)
        for value in (f"d{number}.example", f"d{number}.example/a", f"203.0.113.{number}"):
            assert held.add(0, block(value, action=action), "analyst").action is action


@pytest.mark.fact("indicator.audit-needs-alert")
def test_an_audit_needs_its_alert():
    """Without one it would do nothing at all; a block may be silent."""
    held = IndicatorList(TODAY)
    with pytest.raises(CommandRefused, match="Audit does nothing without an alert"):
        held.add(0, block("example.com", action=Held.AUDIT, generate_alert=False), "analyst")
    assert not held.add(0, block("example.com", generate_alert=False), "analyst").generate_alert


@pytest.mark.fact("indicator.educate-url")
def test_an_education_address_goes_with_a_block_or_a_warning_of_a_name():
    """Not with an allow, an audit, an address, nor in 2019."""
    link = {"educate_url": "https://intranet.example/why"}
    held = IndicatorList(TODAY)
    held.add(0, block("a.example", **link), "analyst")
    held.add(0, block("b.example/x", action=Held.WARN, **link), "analyst")
    for value, action in (("c.example", Held.ALLOW), ("d.example", Held.AUDIT), ("203.0.113.7", Held.BLOCK)):
        with pytest.raises(CommandRefused, match="leads anywhere"):
            held.add(0, block(value, action=action, **link), "analyst")
    with pytest.raises(CommandRefused, match="is no address"):
        held.add(0, block("e.example", educate_url="intranet"), "analyst")
    with pytest.raises(CommandRefused, match="has no education address"):
        IndicatorList(THEN).add(0, block("a.example", **link), "analyst")


def test_a_form_is_refused_with_everything_that_is_wrong():
    """An analyst corrects a form once."""
    wrong = block(
        "*.example.com", title=" ", severity="Grave", expires=5, scope=Scope(("Nobody",)), action=Held.WARN
    )
    with pytest.raises(CommandRefused) as refused:
        IndicatorList(THEN, ("Finance",)).add(9, wrong, "analyst")
    assert [problem.rule for problem in refused.value.problems] == [
        "INDICATOR-VALUE",
        "INDICATOR-ACTION",
        "INDICATOR-TITLE",
        "INDICATOR-SEVERITY",
        "INDICATOR-EXPIRY",
        "GROUP-UNKNOWN",
    ]


@pytest.mark.fact("indicator.expiry")
def test_an_expired_row_leaves_the_list():
    """At its expiry and not before."""
    held = IndicatorList(TODAY)
    short = held.add(0, block("short.example", expires=10), "analyst")
    long = held.add(0, block("long.example"), "analyst")
    assert held.expire(9) == []
    assert [gone.id for gone in held.expire(10)] == [short.id]
    assert held.present() == [long]


def test_a_saved_form_keeps_value_and_action_and_says_who_changed_it():
    """Creation stays, the last update is new."""
    held = IndicatorList(TODAY, ("Finance",))
    made = held.add(1, block("example.com"), "ann")
    saved = held.change(2, "bob", made, block("example.com", title="Other", scope=Scope(("Finance",))))
    assert (saved.created, saved.created_by, saved.updated, saved.updated_by) == (1, "ann", 2, "bob")
    assert (saved.title, saved.scope, held.present()) == ("Other", Scope(("Finance",)), [saved])
    for form in (block("example.org"), block("example.com", action=Held.ALLOW)):
        with pytest.raises(CommandRefused, match="stay as they are"):
            held.change(3, "bob", saved, form)
