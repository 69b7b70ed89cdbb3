"""The chain link by link: it tells what the verdict decides, and names the one thing that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.time import HOUR
from sim.engine.enforcement.chain import RULE, STOPPING, Cloud, Coverage, Link, links
from sim.engine.enforcement.explain import (
    Context,
    Explanation,
    Share,
    explain,
    histogram,
)
from sim.engine.enforcement.facts import Facts, Held, Outcome
from sim.engine.enforcement.indicators import Indicator, IndicatorForm, IndicatorList
from sim.engine.enforcement.scopes import Scope
from sim.engine.enforcement.verdict import verdicts
from sim.engine.enforcement.words import STOPPED_BY, WORDS
from sim.engine.portal import PORTALS
from tests.enforcement.cases import CASES, OUTCOMES, facts
from tests.reference.table import Case, outcome


def indicator(action: Held = Held.BLOCK, *, by_tag: bool = True, scope: Scope | None = None) -> Indicator:
    """Return a listed indicator of example.com."""
    form = IndicatorForm(value="example.com", action=action, scope=scope or Scope())
    held = IndicatorList(PORTALS["today"], ("Sales",))
    return held.add(0, form, "somebody", "an-app" if by_tag else None)


BLOCKING = indicator()
CLOUD = Cloud(
    portal=PORTALS["2019"],
    app="Example",
    tag="Unsanctioned",
    integration=True,
    block_setting=True,
    custom_indicators=True,
    coverage=Coverage.DOMAIN,
    listed=BLOCKING,
    reaching=BLOCKING,
    deciding=BLOCKING,
    offered=True,
)
"""Everything in the cloud is done."""

CHROME = Case(network_protection="block", holds="block", lists="block")
EDGE = CHROME._replace(engine="smartscreen", network_protection="off", antivirus="off")


def told(case: Case = CHROME, cloud: Cloud = CLOUD, context: Context | None = None) -> Explanation:
    """Explain one connection."""
    return explain(cloud, facts([case]), context or Context("chrome.exe"))


def first(found: Explanation) -> Link:
    """Return the first open link; NONE where the chain is whole."""
    return Link.NONE if found.first_open is None else found.first_open.link


CLOUDS = st.builds(
    replace,
    st.just(CLOUD),
    portal=st.sampled_from(list(PORTALS.values())),
    tag=st.sampled_from(["Unsanctioned", "Sanctioned", ""]),
    integration=st.booleans(),
    block_setting=st.booleans(),
    custom_indicators=st.booleans(),
    coverage=st.sampled_from(Coverage),
    listed=st.sampled_from([None, BLOCKING]),
    reaching=st.sampled_from([None, BLOCKING]),
    deciding=st.sampled_from([None, BLOCKING, indicator(Held.ALLOW)]),
    offered=st.booleans(),
    manual=st.booleans(),
    full=st.booleans(),
)
"""Any state of the portals."""


@given(CLOUDS, st.lists(CASES, min_size=1, max_size=20))
def test_the_told_chain_equals_the_verdict_and_the_vectorised_links(cloud: Cloud, cases: list[Case]):
    """For any facts: the verdict is the table's, and what is told of one is what is counted of many."""
    rows = facts(cases)
    codes, outcomes = links(cloud, rows).first, verdicts(rows)
    for place, case in enumerate(cases):
        found = told(case, cloud)
        assert found.verdict is OUTCOMES[outcome(case)] is Outcome(int(outcomes[place]))
        stopped = found.verdict in {Outcome.BLOCKED, Outcome.WARNED}
        assert codes[place] == (Link.NONE if stopped else first(found))


@given(CLOUDS, CASES)
def test_a_whole_chain_stops_and_a_passing_connection_has_an_open_link(cloud: Cloud, case: Case):
    """A stop with an open link is one of an indicator that the machine still holds."""
    found = told(case, cloud)
    stopped = found.verdict in {Outcome.BLOCKED, Outcome.WARNED}
    if first(found) is Link.NONE:
        assert stopped
    elif stopped:
        assert first(found) < Link.PULLED
        assert case.holds in {"warn", "block"}


@given(CLOUDS, CASES)
def test_every_link_says_its_reason_and_its_source(cloud: Cloud, case: Case):
    """A link without a source would be an opinion; every placeholder is filled in."""
    found = told(case, cloud)
    for link in found.links:
        assert link.reason
        assert link.source
        assert "{" not in link.name + link.reason
        assert link.state in {"done", "open", "waiting", "not needed"}
    assert found.why


@given(CLOUDS, st.lists(CASES, max_size=30))
def test_a_histogram_counts_every_connection_once(cloud: Cloud, cases: list[Case]):
    """The shares add up, the largest first; who was stopped stands apart from who passed."""
    shares = histogram([(cloud, facts(cases)), (CLOUD, facts([CHROME]))])
    assert sum(share.count for share in shares) == len(cases) + 1
    assert [share.count for share in shares] == sorted((s.count for s in shares), reverse=True)
    stopped = sum(OUTCOMES[outcome(case)] in STOPPED_BY for case in cases) + 1
    assert sum(share.count for share in shares if share.stopped) == stopped


def test_a_group_has_a_histogram_of_first_open_links():
    """Two open at the mode, one that has not pulled, one blocked, one behind a gateway."""
    cases = [
        CHROME,
        CHROME._replace(network_protection="off"),
        CHROME._replace(network_protection="off", upstream="gateway"),
        CHROME._replace(network_protection="audit"),
        CHROME._replace(holds="none"),
    ]
    assert histogram([(CLOUD, facts(cases))]) == (
        Share("network protection blocks", False, 2),
        Share("blocked on the machine", True, 1),
        Share("refused by a gateway", True, 1),
        Share("machine pulled it", False, 1),
    )


def cloud(**changes: object) -> Cloud:
    """Return the portals with something else."""
    return replace(CLOUD, **changes)  # type: ignore[arg-type]


NOTHING: Mapping[str, object] = {"listed": None, "reaching": None, "deciding": None, "offered": False}
ALLOW = indicator(Held.ALLOW, by_tag=False)
BARE = CHROME._replace(holds="none", lists="none")


@pytest.mark.parametrize(
    ("case", "state", "link", "says"),
    [
        (BARE, cloud(tag="", **NOTHING), Link.TAGGED, "the tag of Example is none"),
        (BARE, cloud(tag="Sanctioned", **NOTHING), Link.TAGGED, "is Sanctioned, which asks for nothing"),
        (BARE, cloud(integration=False, **NOTHING), Link.INTEGRATION, "the switch is off"),
        (BARE, cloud(block_setting=False, **NOTHING), Link.BLOCK_SETTING, "the switch is off"),
        pytest.param(
            BARE,
            cloud(coverage=Coverage.MISSING, **NOTHING),
            Link.IN_CATALOG,
            "lacks this host",
            marks=pytest.mark.fact("bypass.missing-domain"),
        ),
        pytest.param(
            BARE,
            cloud(coverage=Coverage.URL_ONLY, **NOTHING),
            Link.IN_CATALOG,
            "full URLs only",
            marks=pytest.mark.fact("bypass.full-url"),
        ),
        (BARE, cloud(**NOTHING), Link.LISTED, "no indicator that blocks or warns is listed"),
        (BARE, cloud(**NOTHING, full=True), Link.LISTED, "the list is full: 5000 indicators"),
        (
            BARE,
            cloud(**NOTHING, manual=True, expired=BLOCKING),
            Link.LISTED,
            "ind-0001 on example.com has exp",
        ),
        (BARE, cloud(**{**NOTHING, "deciding": ALLOW}), Link.LISTED, "does not stop anything: ind-0001"),
        (BARE, cloud(custom_indicators=False, offered=False), Link.CUSTOM_INDICATORS, "the switch is off"),
        (
            BARE,
            cloud(listed=indicator(scope=Scope(("Sales",))), reaching=None, deciding=None, offered=False),
            Link.IN_SCOPE,
            "for other groups: only Sales",
        ),
        pytest.param(
            BARE,
            cloud(deciding=ALLOW, offered=False),
            Link.DECIDES,
            "lets it pass: ind-0001 on example.com, Allow, made by somebody",
            marks=pytest.mark.fact("precedence.manual-allow-defeats-tag"),
        ),
        (CHROME._replace(onboarded="no", holds="none"), CLOUD, Link.ONBOARDED, "does not know this machine"),
        (CHROME._replace(os_supported="no"), CLOUD, Link.OS_SUPPORTED, "do not reach this build"),
        (CHROME._replace(holds="none"), cloud(offered=False), Link.OFFERED, "do not get it yet"),
        (CHROME._replace(holds="none"), CLOUD, Link.PULLED, "has not pulled the indicator"),
        (CHROME._replace(holds="allow"), CLOUD, Link.PULLED, "does not stop anything: Allow"),
        (CHROME._replace(engine="none"), CLOUD, Link.INSPECTED, "nothing on this system inspects chrome.exe"),
        (EDGE._replace(smartscreen="off"), CLOUD, Link.SMARTSCREEN, "SmartScreen is off"),
        (CHROME._replace(antivirus="passive"), CLOUD, Link.ANTIVIRUS, "passive beside another product"),
        (CHROME._replace(antivirus="off"), CLOUD, Link.ANTIVIRUS, "Defender Antivirus is off"),
        (CHROME._replace(real_time="no"), CLOUD, Link.REAL_TIME, "real-time protection is off"),
        (CHROME._replace(cloud_protection="no"), CLOUD, Link.CLOUD_PROTECTION, "protection is off"),
        (CHROME._replace(platform_current="no"), CLOUD, Link.PLATFORM, "older than 4.18.1906"),
        (
            CHROME._replace(system="server", np_allowed="no"),
            CLOUD,
            Link.SERVER_ALLOWED,
            "AllowNetworkProtectionOnWinServer is not set",
        ),
        (CHROME._replace(reaches_cloud="no"), CLOUD, Link.REACHES_CLOUD, "does not answer"),
        (CHROME._replace(network_protection="off"), CLOUD, Link.MODE, "network protection is off"),
        (CHROME._replace(network_protection="audit"), CLOUD, Link.MODE, "it logs and lets pass"),
        (CHROME._replace(process_quic="yes", site_quic="yes"), CLOUD, Link.QUIC, "QUIC hides the host"),
        (CHROME._replace(process_ech="yes", site_ech="yes"), CLOUD, Link.ECH, "Client Hello hides the host"),
        (CHROME._replace(coalesced="yes"), CLOUD, Link.COALESCED, "another host's connection"),
        (CHROME._replace(https_path="yes"), CLOUD, Link.HTTPS_PATH, "only a path would match"),
        (CHROME._replace(hidden="yes"), CLOUD, Link.HIDDEN, "a proxy or VPN hides the host"),
        (CHROME._replace(holds="warn", bypassed="yes"), CLOUD, Link.BYPASS, "clicked through the warning"),
    ],
)
def test_the_one_thing_that_is_missing_is_named(case: Case, state: Cloud, link: Link, says: str):
    """Everything else is done: the first open link is that one, with its reason, and it is the why."""
    found = told(case, state)
    assert first(found) is link
    assert found.first_open is not None
    assert says in found.first_open.reason
    assert found.why == found.first_open.reason
    assert found.verdict not in {Outcome.BLOCKED, Outcome.WARNED}


@pytest.mark.parametrize(
    ("state", "scope", "decides"),
    [
        (cloud(tag="", **NOTHING), "no indicator that blocks or warns is listed yet", "is listed yet"),
        (
            cloud(listed=indicator(scope=Scope(("Sales",))), reaching=None, deciding=None, offered=False),
            "for other groups: only Sales",
            "no indicator reaches this machine yet",
        ),
        (cloud(**{**NOTHING, "deciding": ALLOW}), "is listed yet", "lets it pass: ind-0001 on example.com"),
    ],
)
def test_links_about_an_indicator_say_so_where_there_is_none(state: Cloud, scope: str, decides: str):
    """They name no indicator that is not there, and such a link is no failure of its own."""
    said = {link.link: link for link in told(BARE, state).links}
    for link, says in ((Link.IN_SCOPE, scope), (Link.DECIDES, decides)):
        assert says in said[link].reason
        assert said[link].state == ("not needed" if said[link].reason.endswith("yet") else "open")


def test_every_link_is_somebodys_first_open_one():
    """The cases above leave out no link."""
    cases = test_the_one_thing_that_is_missing_is_named.pytestmark[0].args[1]
    named = {getattr(case, "values", case)[2] for case in cases}
    assert named == set(RULE) == set(WORDS)


@pytest.mark.parametrize("case", [CHROME, EDGE, CHROME._replace(holds="warn", lists="warn")])
def test_with_everything_done_the_chain_is_whole(case: Case):
    """Blocked or warned, whatever the engine."""
    found = told(case)
    assert first(found) is Link.NONE
    assert "stops it for ind-0001 on example.com" in found.why


def test_the_switches_carry_the_names_of_the_period():
    """What an analyst reads on the settings page."""
    names = {
        period: {link.name for link in told(cloud=cloud(portal=PORTALS[period])).links} for period in PORTALS
    }
    assert {
        "tagged Unsanctioned",
        "Defender ATP: Microsoft Cloud App Security",
        "Cloud App Security: Block unsanctioned apps",
        "Defender ATP: Custom network indicators",
    } <= names["2019"]
    assert {
        "tagged Unsanctioned or Monitored",
        "Defender for Endpoint: Microsoft Defender for Cloud Apps",
        "Defender for Cloud Apps: Enforce app access",
        "Defender for Endpoint: Custom network indicators",
    } <= names["today"]


def test_only_the_links_of_its_own_engine_are_told():
    """Edge's chain says nothing of network protection, Chrome's nothing of SmartScreen."""
    edge, chrome = ({link.link for link in told(case).links} for case in (EDGE, CHROME))
    assert Link.SMARTSCREEN in edge - chrome
    assert {Link.ANTIVIRUS, Link.MODE, Link.QUIC} <= chrome - edge


def test_an_indicator_made_by_hand_needs_no_tag():
    """Tag, integration and block setting are no part of its chain, but for a line that says so."""
    own = indicator(by_tag=False)
    state = cloud(
        tag="Sanctioned", integration=False, block_setting=False, manual=True,
        listed=own, reaching=own, deciding=own,
    )  # fmt: skip
    found = told(CHROME, state)
    assert first(found) is Link.NONE
    assert [link.state for link in found.links if link.link < Link.LISTED] == ["not needed"]


@pytest.mark.parametrize(
    ("case", "link"),
    [
        (BARE, Link.LISTED),
        (CHROME._replace(holds="none"), Link.PULLED),
        (CHROME._replace(network_protection="off"), Link.MODE),
    ],
)
def test_a_link_that_will_close_by_itself_waits_until_a_time(case: Case, link: Link):
    """Waiting is told apart from open, with the time it will be done."""
    state = cloud(**NOTHING) if link is Link.LISTED else CLOUD
    found = told(case, state, Context("chrome.exe", expected={link: 7 * HOUR})).first_open
    assert found is not None
    assert (found.link, found.state, found.expected_at) == (link, "waiting", 7 * HOUR)
    found = told(case, state).first_open
    assert found is not None
    assert (found.state, found.expected_at) == ("open", None)


def test_a_link_that_is_done_says_since_when():
    """The time it became true, where it is known; an open one has none."""
    since = dict.fromkeys(RULE, 3 * HOUR)
    found = told(CHROME._replace(holds="none"), context=Context("chrome.exe", since=since))
    times = {link.link: link.since for link in found.links}
    assert times[Link.TAGGED] == 3 * HOUR
    assert times[Link.PULLED] is None


def test_a_machine_that_is_away_says_so():
    """It is not that it has not pulled yet: nobody knows when it will."""
    found = told(CHROME._replace(holds="none"), context=Context("chrome.exe", away=True))
    assert "switched off and away" in found.why


def test_a_block_that_is_left_over_says_so():
    """The cloud has let go of the indicator, the machine has not."""
    found = told(CHROME._replace(lists="none"), cloud(tag="Sanctioned", **NOTHING))
    assert found.verdict is Outcome.BLOCKED
    assert "an indicator that is gone from the list" in found.why
    pulled = next(link for link in found.links if link.link is Link.PULLED)
    assert "drops it at its next pull" in pulled.reason


@pytest.mark.parametrize(("upstream", "word"), [("gateway", "refuses"), ("access", "denies the sign-in")])
def test_what_stops_a_connection_beyond_the_machine_is_named(upstream: str, word: str):
    """Whatever links are open, somebody else stops it."""
    case = CHROME._replace(network_protection="off", upstream=upstream)
    found = told(case, context=Context("chrome.exe", upstream="Perimeter"))
    assert found.why.startswith(f"Perimeter {word}")


def test_the_columns_say_of_each_row_what_is_open():
    """Each link a row, each connection a column."""
    rows: Facts = facts([CHROME, CHROME._replace(network_protection="off", hidden="yes")])
    opened = links(CLOUD, rows).open
    names = [[link for link, is_open in zip(RULE, column, strict=True) if is_open] for column in opened.T]
    assert names == [[], [Link.MODE, Link.HIDDEN]]
    assert links(CLOUD, rows.take(np.zeros(0, dtype=np.int64))).first.tolist() == []


def test_stopping_actions_are_the_two_that_stop():
    """Allow and audit let pass."""
    assert STOPPING == (Held.WARN, Held.BLOCK)
