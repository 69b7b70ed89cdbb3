"""The parts of a page: strangers' words are shown and not obeyed, and charts draw the numbers they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.views import html
from sim.views.amounts import listed, percent, shares, size, split
from sim.views.html import SCALE, Bar, Part, Series
from tests.views.page import Element, parse

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><script>",
    "&lt;b&gt; & ' \"",
    "\x1b[31mred",
    "\u202eevil",
    "javascript:alert(1)",
)


def parts(*amounts: int) -> list[Part]:
    """Return parts of these amounts."""
    return [Part(f"part {place}", amount, str(amount), "other") for place, amount in enumerate(amounts)]


def everything(name: str) -> str:
    """Return a page that shows a name in every place that takes one."""
    one = Part(name, 3, name, "high")
    return html.page(
        name,
        html.masthead(name, name, [(name, name)]),
        html.section(name, html.paragraph(name), html.bullets([name]), lead=name),
        html.columns(html.section(name, html.callout("high", name, name, name))),
        html.figures([(name, name)]),
        html.table([name], [[html.text(name)], [html.chip(name, "low")]], caption=name),
        html.legend([(name, "other")]),
        html.bar_chart([Bar(name, name, (one,), name)]),
        html.stacked_bar([one]),
        html.donut([one], name, name),
        html.line_chart([name, name], [Series(name, (1, 2), "accent")], name),
        footer=name,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_is_obeyed_anywhere_on_a_page(name: str) -> None:
    whole = parse(everything(name))
    (title,) = whole.all("title")
    (heading,) = whole.all("h1")
    assert title.text == heading.text
    assert whole.all("script") == []
    assert "\x1b" not in everything(name)
    assert "\u202e" not in everything(name)
    if name.isprintable():
        assert heading.text == name, "it is shown as it is"


@given(st.text())
def test_any_text_gives_a_whole_page(name: str) -> None:
    parse(everything(name))


def widths(svg: list[Element]) -> list[int]:
    """Return the widths of rectangles, which must stand one after the other."""
    left = 0
    for rect in svg:
        assert int(rect.attributes["x"]) == left
        left += int(rect.attributes["width"])
    return [int(rect.attributes["width"]) for rect in svg]


def test_bars_are_drawn_against_the_longest() -> None:
    bars = [
        Bar("a", "900", (Part("s", 600, "600", "sanctioned"), Part("u", 300, "300", "unsanctioned"))),
        Bar("b", "450", (Part("s", 0, "0", "sanctioned"), Part("u", 450, "450", "unsanctioned"))),
        Bar("c", "1", (Part("s", 1, "1", "sanctioned"),)),
        Bar("d", "0", (Part("s", 0, "0", "sanctioned"),)),
    ]
    found = parse(html.page("x", html.bar_chart(bars)))
    drawn = [(rect.attributes["class"], int(rect.attributes["width"])) for rect in found.all("rect")]
    assert drawn == [
        ("sanctioned", SCALE * 600 // 900),
        ("unsanctioned", SCALE * 300 // 900),
        ("unsanctioned", SCALE * 450 // 900),
        ("sanctioned", 1),
    ], "what is a little more than nothing is seen, and nothing is not"
    labels = [svg.attributes["aria-label"] for svg in found.all("svg")]
    assert labels[0] == "a: s 600, u 300"


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=9))
def test_a_donut_and_a_stacked_bar_split_as_their_numbers_do(amounts: list[int]) -> None:
    found = parse(html.page("x", html.stacked_bar(parts(*amounts)), html.donut(parts(*amounts), "m", "b")))
    bars = widths(found.all("rect"))
    rings = [each for each in found.all("circle") if not each.has("track")]
    arcs = [int(each.attributes["stroke-dasharray"].split()[0]) for each in rings]
    assert bars == arcs
    assert bars == [width for width in split(amounts, SCALE) if width]
    start = 0
    for ring, arc in zip(rings, arcs, strict=True):
        assert ring.attributes["stroke-dasharray"] == f"{arc} {SCALE - arc}"
        assert int(ring.attributes["stroke-dashoffset"]) == -start
        start += arc


def test_a_line_goes_from_left_to_right_and_up_to_the_largest_value() -> None:
    series = [Series("all", (0, 50, 100), "accent"), Series("red", (0, 0, 25), "unsanctioned")]
    found = parse(html.page("x", html.line_chart(["1", "2", "3"], series, "top")))
    lines = [each.attributes["points"] for each in found.all("polyline")]
    assert lines == ["0,1000 500,500 1000,0", "0,1000 500,1000 1000,750"]
    areas = [each.attributes["points"] for each in found.all("polygon")]
    assert areas[0] == f"0,1000 {lines[0]} 1000,1000"


def test_the_page_follows_light_and_dark_and_prints() -> None:
    (style,) = parse(html.page("x")).all("style")
    assert "@media (prefers-color-scheme: dark)" in style.text
    assert "@media print" in style.text
    policies = [
        m.attributes["content"] for m in parse(html.page("x")).all("meta") if "http-equiv" in m.attributes
    ]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


@given(st.lists(st.integers(0, 10**15), max_size=12), st.integers(1, 10**6))
def test_a_split_adds_up_and_each_part_is_within_one_of_its_share(amounts: list[int], scale: int) -> None:
    found = split(amounts, scale)
    whole = sum(amounts)
    assert sum(found) == (scale if whole else 0)
    for part, amount in zip(found, amounts, strict=True):
        assert (part - 1) * whole < scale * amount < (part + 1) * whole if whole else part == 0


def test_amounts_are_said_one_way() -> None:
    amounts = (None, 0, 999, 1000, 1999, 99_999, 100_000, 17_250_000, 10**15, 10**19)
    assert [size(amount, " ") for amount in amounts] == [
        "–",
        "0 B",
        "999 B",
        "1.0 kB",
        "1.9 kB",
        "99.9 kB",
        "100 kB",
        "17.2 MB",
        "1.0 PB",
        "10000 PB",
    ]
    assert size(1000) == "1.0\u00a0kB"
    assert percent(1, 3).replace("\u00a0", " ") == "33.3 %"
    assert [each.replace("\u00a0", " ") for each in shares([1, 1, 1])] == ["33.4 %", "33.3 %", "33.3 %"]
    assert [listed(list("abcd")[:count]) for count in (1, 2, 3, 4)] == [
        "a",
        "a and b",
        "a, b and c",
        "a, b, c and 1 more",
    ]
