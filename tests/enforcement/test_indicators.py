"""The list of domain indicators: what it takes, what a domain covers, which of several decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import CommandRefused
from sim.engine.enforcement.facts import Held
from sim.engine.enforcement.indicators import (
    MCAS,
    Indicator,
    IndicatorList,
    covering,
    domain_value,
    strongest,
)
from sim.engine.portal import PORTALS
from tests.reference.model import answer

LIMIT = PORTALS["2019"].indicator_limit


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
        value = domain_value(text)
    except CommandRefused:
        return
    assert domain_value(value) == value


@pytest.mark.parametrize(
    ("host", "value"),
    [
        ("example.com", "example.com"),
        ("www.example.com", "example.com"),
        ("a.b.example.com", "b.example.com"),
        ("b.example.com", "b.example.com"),
        ("ab.example.com", "example.com"),
        ("notexample.com", None),
        ("example.com.evil.test", None),
        ("com", None),
        ("", None),
    ],
)
def test_a_domain_covers_itself_and_what_is_below_it(host, value):
    """On label boundaries, the longest first."""
    assert covering(["example.com", "b.example.com"], host) == value
    assert covering({"example.com": 0, "b.example.com": 1}, host) == value


def rows(*listed: tuple[str, Held]) -> list[Indicator]:
    """Return indicators as a tenant would number them."""
    return [
        Indicator(number, value, action, 0, "analyst", "") for number, (value, action) in enumerate(listed)
    ]


labels = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4)
names = labels.map(".".join)


@given(st.lists(st.tuples(names, st.sampled_from([held for held in Held if held])), max_size=8), names)
def test_the_deciding_indicator_is_the_references(listed, host):
    """Longest domain, then Allow before Alert only before Alert and block, by another algorithm."""
    deciding = strongest(rows(*listed))
    value = covering(deciding, host)
    words = {Held.ALLOW: "allow", Held.AUDIT: "audit", Held.WARN: "warn", Held.BLOCK: "block"}
    expected = answer(frozenset((value, words[action]) for value, action in listed), host)
    assert (words[deciding[value].action] if value is not None else "none") == expected


def test_on_one_domain_and_action_the_oldest_decides():
    """An alert counts on the indicator that stood there first."""
    first, second = rows(("example.com", Held.BLOCK), ("example.com", Held.BLOCK))
    assert strongest([second, first]) == {"example.com": first}


def test_a_removed_number_is_never_used_again():
    """Ids stay unique over the whole run, so that a log line always means one indicator."""
    held = IndicatorList(LIMIT)
    first = held.add(0, "example.com", Held.BLOCK, "analyst", "")
    held.remove(1, first)
    again = held.add(2, "example.com", Held.BLOCK, "analyst", "")
    assert (first.id, again.id) == ("ind-0001", "ind-0002")
    assert held.present() == [again]
    with pytest.raises(CommandRefused, match="no indicator 'ind-0001' is listed"):
        held.find("ind-0001")


def test_one_creator_lists_a_domain_once():
    """A person may list a domain that the tag listed too, but not twice."""
    held = IndicatorList(LIMIT)
    held.add(0, "example.com", Held.BLOCK, MCAS, "")
    held.add(0, "example.com", Held.ALLOW, "analyst", "")
    with pytest.raises(CommandRefused, match=r"example\.com is already listed"):
        held.add(0, "Example.com", Held.BLOCK, "analyst", "")
    assert [indicator.by_tag for indicator in held.present()] == [True, False]


def test_the_tenant_holds_five_thousand_and_no_more():
    """The limit of 2019; removing one makes room for one."""
    held = IndicatorList(LIMIT)
    held.all = [Indicator(n, f"d{n}.example", Held.BLOCK, 0, "analyst", "") for n in range(LIMIT)]
    with pytest.raises(CommandRefused, match="the tenant holds 5000 indicators"):
        held.add(0, "example.com", Held.BLOCK, "analyst", "")
    held.remove(1, held.all[17])
    assert held.add(2, "example.com", Held.BLOCK, "analyst", "").number == LIMIT
