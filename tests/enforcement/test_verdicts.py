"""The verdict over columns, and the same rule told link by link, equal the truth table everywhere."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sim.engine.enforcement.verdict import (
    EDGE,
    ChainFacts,
    DevicePosture,
    Explanation,
    Held,
    NetworkProtection,
    Outcome,
    ProcessTraits,
    explain,
    verdicts,
)
from tests.reference.table import CASES, Case, decisions

HELD = {"none": Held.NONE, "allow": Held.ALLOW, "alert": Held.ALERT, "block": Held.BLOCK}
MODES = {
    "off": NetworkProtection.DISABLED,
    "audit": NetworkProtection.AUDIT,
    "block": NetworkProtection.ENABLED,
}
OUTCOMES = {
    "open": Outcome.OPEN,
    "not-blocked": Outcome.NOT_BLOCKED,
    "alerted": Outcome.ALERTED,
    "audited": Outcome.AUDITED,
    "blocked": Outcome.BLOCKED,
}
HOUR = 3_600_000_000


def facts(case: Case, **changes: object) -> ChainFacts:
    """Return facts with every cloud link done, and the rest as the case says."""
    values = {
        "posture": DevicePosture(
            case.smartscreen == "on", case.antivirus == "on", MODES[case.network_protection]
        ),
        "process": ProcessTraits(EDGE if case.process == "edge" else "chrome.exe"),
        "device_holds": HELD[case.holds],
        "portal_lists": HELD[case.lists],
        "manual": False,
        "tag": "Unsanctioned",
        "integration": True,
        "block_setting": True,
        "custom_indicators": case.custom_indicators == "on",
        "published": True,
        "listed_at": HOUR,
        "last_pull": 2 * HOUR,
        "next_pull": 3 * HOUR,
    }
    return ChainFacts(**{**values, **changes})  # type: ignore[arg-type]


def judge(cases: list[Case]) -> list[Outcome]:
    """Return the vectorised verdict of many cases at once."""
    listed = [case.lists if case.custom_indicators == "on" else "none" for case in cases]
    found = verdicts(
        np.array([HELD[case.holds] for case in cases], dtype=np.int64),
        np.array([HELD[name] for name in listed], dtype=np.int64),
        np.array([case.process == "edge" for case in cases], dtype=bool),
        np.array([case.smartscreen == "on" for case in cases], dtype=bool),
        np.array([case.antivirus == "on" for case in cases], dtype=bool),
        np.array([MODES[case.network_protection] for case in cases], dtype=np.int64),
    )
    return [Outcome(int(code)) for code in found]


def test_the_vectorised_verdict_equals_the_truth_table():
    """Every combination of machine, indicator and switch, in one call."""
    table = decisions()
    wrong = {
        case: (found, table[case])
        for case, found in zip(CASES, judge(list(CASES)), strict=True)
        if found is not OUTCOMES[table[case]]
    }
    assert wrong == {}


def test_a_row_is_judged_alone():
    """The verdict of a row does not depend on its neighbours, and no rows are no verdicts."""
    assert judge([]) == []
    assert judge(list(reversed(CASES))) == list(reversed(judge(list(CASES))))
    assert [judge([case])[0] for case in CASES] == judge(list(CASES))


CLOUD = tuple(product(("Unsanctioned", "Sanctioned", ""), *[(True, False)] * 4))
"""Tag, integration, block setting, manual, published."""


def every_explanation() -> list[tuple[Case, ChainFacts, Explanation]]:
    """Return the full product of cases and cloud states, each explained."""
    found = []
    for case, (tag, integration, setting, manual, published) in product(CASES, CLOUD):
        given = facts(
            case,
            tag=tag,
            integration=integration,
            block_setting=setting,
            manual=manual,
            published=published,
        )
        found.append((case, given, explain(given)))
    return found


@pytest.fixture(scope="module")
def explained() -> list[tuple[Case, ChainFacts, Explanation]]:
    return every_explanation()


def test_the_explained_verdict_equals_the_truth_table(explained):
    """Tag and cloud switches explain, they do not decide: what the machine holds decides."""
    table = decisions()
    assert [case for case, _, found in explained if found.verdict is not OUTCOMES[table[case]]] == []


def test_a_whole_chain_is_a_block(explained):
    """Where no link is open the connection is blocked."""
    whole = [found for _, _, found in explained if found.first_open is None]
    assert whole
    assert {found.verdict for found in whole} == {Outcome.BLOCKED}


def test_a_block_with_an_open_link_is_an_indicator_that_goes_away(explained):
    """Every gate open, listed and offered: blocked exactly where the chain is whole.

    Otherwise a block with an open link is one that the machine still holds while the cloud has
    already let go of it.
    """
    for case, given, found in explained:
        asked = given.manual or (given.tag == "Unsanctioned" and given.integration and given.block_setting)
        cloud = asked and given.portal_lists is Held.BLOCK and given.custom_indicators
        if cloud and given.published:
            assert (found.first_open is None) == (found.verdict is Outcome.BLOCKED), case
        if found.verdict is Outcome.BLOCKED and found.first_open is not None:
            assert given.device_holds is Held.BLOCK
            assert not cloud
            assert found.links[-1].state == "done"


def test_the_engine_link_is_done_exactly_where_a_held_block_blocks(explained):
    """The last link says whether this machine would enforce a block in this process."""
    blocks = {
        (case.process, case.smartscreen, case.antivirus, case.network_protection)
        for case, outcome in decisions().items()
        if outcome == "blocked"
    }
    for case, _, found in explained:
        engine = (case.process, case.smartscreen, case.antivirus, case.network_protection)
        assert found.links[-1].name == "engine enforces"
        assert (found.links[-1].state == "done") == (engine in blocks)


FULL = Case("other", "on", "on", "block", "block", "block", "on")


@pytest.mark.parametrize(
    ("case", "changes", "link"),
    [
        (FULL._replace(holds="none", lists="none"), {"tag": ""}, "tagged Unsanctioned"),
        (
            FULL._replace(holds="none", lists="none"),
            {"integration": False},
            "Defender ATP: Microsoft Cloud App Security",
        ),
        (
            FULL._replace(holds="none", lists="none"),
            {"block_setting": False},
            "Cloud App Security: Block unsanctioned apps",
        ),
        (FULL._replace(holds="none", lists="none"), {}, "indicator listed"),
        (
            FULL._replace(holds="none", custom_indicators="off"),
            {},
            "Defender ATP: Custom network indicators",
        ),
        (FULL._replace(holds="none"), {"published": False}, "offered to machines"),
        (FULL._replace(holds="none"), {}, "machine pulled it"),
        (FULL._replace(network_protection="off"), {}, "engine enforces"),
        (FULL._replace(network_protection="audit"), {}, "engine enforces"),
        (FULL._replace(antivirus="off"), {}, "engine enforces"),
        (FULL._replace(process="edge", smartscreen="off"), {}, "engine enforces"),
    ],
)
def test_the_first_open_link_is_the_one_that_is_missing(case, changes, link):
    """One thing missing, everything else done: the explanation names that thing."""
    found = explain(facts(case, **changes))
    assert found.first_open is not None
    assert found.first_open.name == link
    assert found.verdict is not Outcome.BLOCKED


@pytest.mark.parametrize(
    ("holds", "lists", "changes", "link"),
    [
        ("none", "none", {"sync_expected": 7 * HOUR}, "indicator listed"),
        ("none", "block", {"published": False, "publish_expected": 7 * HOUR}, "offered to machines"),
        ("none", "block", {"next_pull": 7 * HOUR}, "machine pulled it"),
    ],
)
def test_a_link_that_will_come_by_itself_waits_until_a_time(holds, lists, changes, link):
    """Waiting is told apart from open, with the time it will be done."""
    found = explain(facts(FULL._replace(holds=holds, lists=lists), **changes)).first_open
    assert found is not None
    assert (found.name, found.state, found.expected_at) == (link, "waiting", 7 * HOUR)


def test_nothing_waits_where_nothing_will_come():
    """Without an expected time the link is open."""
    found = explain(facts(FULL._replace(holds="none"), next_pull=None)).first_open
    assert found is not None
    assert (found.name, found.state) == ("machine pulled it", "open")


def test_a_manual_indicator_needs_no_tag():
    """The tag, the integration and the block setting are no part of a chain made by hand."""
    found = explain(facts(FULL, manual=True, tag="Sanctioned", integration=False, block_setting=False))
    assert found.verdict is Outcome.BLOCKED
    assert found.first_open is None
    assert found.links[0].state == "not needed"


def test_every_link_names_its_source_and_reason(explained):
    """A link without a source would be an opinion."""
    links = {link for _, _, found in explained for link in found.links}
    assert all(link.reason and link.source for link in links)
    assert {link.state for link in links} <= {"done", "open", "waiting", "not needed"}


@pytest.mark.parametrize(
    ("name", "edge"),
    [("msedge.exe", True), ("MSEdge.exe", True), ("chrome.exe", False), ("msedge", False)],
)
def test_edge_is_told_by_its_file_name(name, edge):
    """Windows file names do not distinguish case."""
    assert ProcessTraits(name).is_edge is edge
