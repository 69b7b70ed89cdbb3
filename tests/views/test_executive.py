"""The executive report: every number on the page is a number of the report, and names are only shown."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sim.base.time import DAY, HOUR
from sim.engine.catalog.model import load_catalog
from sim.engine.catalog.own import Override, TenantCatalog
from sim.engine.discovery.report import Report
from sim.engine.tenant import WIN10
from sim.engine.traffic import Traffic, encode
from sim.session.commands import TagApp
from sim.testing import begin, switch_on, wait
from sim.views import discovery
from sim.views.amounts import size, split
from sim.views.executive import Executive, Heading, executive
from sim.views.executive_page import executive_page
from sim.views.html import SCALE
from sim.views.portal_report import executive_report
from sim.views.standing import in_catalog
from tests.views.page import Page, parse

CATALOG = load_catalog()
TODAY = 18_253 * DAY
"""2019-12-23."""

Row = tuple[str, str, int, int, int]
"""Host, user, day from today, bytes up and down."""

ROWS: tuple[Row, ...] = (
    ("www.dropbox.com", "ada", 0, 600, 100),
    ("www.dropbox.com", "bob", -1, 200, 50),
    ("news.sohu.com", "<script>alert(1)</script>", 0, 10, 500),
    ("github.com", "ada", -3, 5, 45),
    ("pastebin.com", "=cmd", 0, 300, 90),
    ("www.unknown.example", "ada", 0, 1, 999),
)
SAID = TenantCatalog(
    CATALOG,
    {
        "dropbox": Override(score=2, tags=("Unsanctioned",)),
        "sohu-news": Override(tags=("Unsanctioned",)),
        "github": Override(tags=("Sanctioned",)),
    },
)


def report(rows: tuple[Row, ...] = ROWS, sized: bool = True) -> Report:
    """Return a report of some rows."""
    found = Report("Office", "snapshot", CATALOG)

    def column(place: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([row[place] for row in rows], dtype=np.int64)

    found.add(
        Traffic(
            TODAY + column(2) * DAY + HOUR,
            encode([row[0] for row in rows]),
            encode([row[1] for row in rows]),
            bytes_up=column(3) if sized else None,
            bytes_down=column(4) if sized else None,
            blocked=np.zeros(len(rows), dtype=np.bool_),
        )
    )
    return found


def content(found: Report | None = None) -> Executive:
    """Return the executive report of a report."""
    chosen = found or report()
    heading = Heading(chosen.name, chosen.kind, chosen.first, chosen.last)
    return executive(chosen, in_catalog(SAID), heading, assumed=["Days are <b>UTC</b> days."])


def section(page: Page, title: str) -> str:
    """Return the text of a part of the page."""
    (found,) = [each for each in page.all("section") if each.text.startswith(title)]
    return found.text.replace("\u00a0", " ")


def test_every_sum_is_that_of_the_rows() -> None:
    found = content()
    carried = Counter[str]()
    for host, _, _, up, down in ROWS[:-1]:
        carried[host.removeprefix("www.").removeprefix("news.")] += up + down
    whole = sum(carried.values())
    assert found.totals.bytes_total == found.tags.amount == whole
    assert sum(row.amount for row in found.risks) == whole
    assert sum(row.amount for row in found.categories) == whole
    assert sum(row.amount for row in found.countries) == whole
    assert sum(row.amount for row in found.days) == whole
    assert found.tags.unsanctioned == carried["dropbox.com"] + carried["sohu.com"]
    assert sum(row.unsanctioned for row in found.days) == found.tags.unsanctioned
    assert [row.day for row in found.days] == [18_250, 18_251, 18_252, 18_253], "days without traffic count"
    assert found.days[1].amount == 0
    assert {row.level: row.apps for row in found.risks} == {"high": 1, "medium": 0, "low": 1, "not scored": 2}
    assert found.matched is not None
    assert (found.matched.transactions, found.matched.of_transactions) == (5, 6)
    assert [row.name for row in found.unmatched] == ["unknown.example"]
    assert found.users[0].name == "ada"


def test_the_charts_draw_these_numbers() -> None:
    found = content()
    page = parse(executive_page(found))
    arcs = [
        int(each.attributes["stroke-dasharray"].split()[0])
        for each in page.all("circle")
        if not each.has("track")
    ]
    risks = [width for width in split([row.amount for row in found.risks], SCALE) if width]
    amounts = (found.tags.sanctioned, found.tags.unsanctioned, found.tags.other)
    tags = [width for width in split(amounts, SCALE) if width]
    assert arcs == [*risks, *tags]
    most = max(row.amount for row in found.days)
    points = " ".join(
        f"{place * SCALE // 3},{SCALE - max(SCALE * row.amount // most, 1 if row.amount else 0)}"
        for place, row in enumerate(found.days)
    )
    assert page.all("polyline")[0].attributes["points"] == points
    said = [svg.attributes["aria-label"].replace("\u00a0", " ") for svg in page.all("svg", "bar")]
    for row in found.categories:
        assert any(label.startswith(f"{row.name}: ") for label in said)
    assert sum("Unsanctioned 950 B" in label for label in said) == 1


def test_the_matched_share_comes_first_and_everything_has_its_place() -> None:
    page = parse(executive_page(content()))
    titles = [each.text for each in page.all("h2")]
    assert titles == [
        "What this report covers",
        "At a glance",
        "What needs attention",
        "Risk",
        "Tags",
        "Day by day",
        "Categories",
        "Top apps",
        "Top users",
        "Headquarters",
        "Domains of no known app",
        "What was assumed",
    ]
    assert "5 of 6 transactions" in section(page, "What this report covers")
    apps = section(page, "Top apps")
    assert "Dropbox" in apps
    assert "2 · high" in apps
    assert "the organisation's own" in apps
    assert "not scored" in apps
    assert "unknown.example" in section(page, "Domains of no known app")
    assert size(950).replace("\u00a0", " ") in section(page, "Categories")


def test_strangers_names_are_shown_and_never_obeyed() -> None:
    page = parse(executive_page(content()))
    users = section(page, "Top users")
    assert "<script>alert(1)</script>" in users
    assert "=cmd" in users
    assert "Days are <b>UTC</b> days." in section(page, "What was assumed")


def test_the_findings_say_what_is_risky_and_name_it() -> None:
    told = {finding.title: finding for finding in content().findings}
    unsanctioned = told["2 apps in use are tagged unsanctioned"]
    assert unsanctioned.level == "high"
    assert "Dropbox (2 people)" in unsanctioned.said
    assert "76.8" in unsanctioned.said, "1,460 of 1,900 bytes"
    assert told["1 app of high risk is in use"].said.startswith("Dropbox")
    up = next(finding for title, finding in told.items() if "that nobody sanctioned" in title)
    assert "Dropbox (800" in up.said
    assert "Pastebin (300" in up.said
    assert "GitHub" not in up.said
    anonymous = next(finding for title, finding in told.items() if "without any login" in title)
    assert "Pastebin" in anonymous.said
    one = next(finding for title, finding in told.items() if "of the upload" in title)
    assert one.said.startswith("ada: ")
    levels = [finding.level for finding in content().findings]
    assert levels == sorted(levels, key=["high", "medium", "note"].index)


def test_without_bytes_everything_goes_by_transactions() -> None:
    found = content(report(sized=False))
    assert found.totals.bytes_total is None
    assert found.tags.amount == 5
    page = parse(executive_page(found))
    assert "transactions by risk level" in section(page, "Risk").lower()
    assert "MB" not in section(page, "Categories")


@pytest.mark.parametrize("rows", [(), ROWS[-1:]], ids=["nothing", "nothing known"])
def test_a_report_without_apps_is_a_page_too(rows: tuple[Row, ...]) -> None:
    empty = report(rows) if rows else Report("Office", "snapshot", CATALOG)
    page = parse(executive_page(content(empty)))
    assert any("Nothing discovered" in each.text for each in page.all("h2"))


def test_a_portals_report_has_the_portals_numbers() -> None:
    session = begin()
    switch_on(session)
    wait(session, 30 * HOUR)
    session.submit(TagApp("linkedin", "Unsanctioned"))
    board = discovery.dashboard(session, WIN10)
    page = parse(executive_report(session, WIN10, name="December <1>").decode())
    (title,) = page.all("h1")
    assert title.text == "December <1>"
    glance = section(page, "At a glance")
    assert f"{board.totals.transactions:,}" in glance
    assert f"{board.totals.machines}" in glance
    assert "Last update" in page.all("header")[0].text
    assert all(not each.text.startswith("What this report covers") for each in page.all("section")), (
        "the portal does not know what it did not match"
    )
    assert "LinkedIn" in section(page, "What needs attention")


def test_the_same_report_gives_the_same_bytes() -> None:
    assert executive_page(content()) == executive_page(content(report(tuple(reversed(ROWS)))))
