"""Which of indicator, removal and access rule reaches a program: all eight answers, and why not."""

from __future__ import annotations

import pytest

from sim.engine.catalog.app import App
from sim.engine.enforcement.reach import Removal, reach

BOX = App("box", "Box", "Cloud storage", "Box", "", ("box.test", "other.test/box"), "")
PATHS = App("drive", "Drive", "Cloud storage", "Drive", "", ("host.test/drive",), "")
LISTED, UNLISTED = "files.box.test", "sync.elsewhere.test"


def reached(
    app: App = BOX,
    process: str = "boxsync.exe",
    host: str = LISTED,
    browser: bool = False,
    managed: bool = True,
    integrated: bool = False,
    hand_made: tuple[str, ...] = (),
) -> tuple[bool, bool, bool]:
    found = reach(
        app,
        process,
        host,
        browser=browser,
        managed=managed,
        integrated=integrated,
        hand_made=hand_made,
    )
    assert [each.way for each in found] == ["indicator", "removal", "access rule"]
    assert all(each.reason and each.source for each in found)
    return found[0].reaches, found[1].reaches, found[2].reaches


@pytest.mark.fact("appliance.native-client")
def test_a_client_on_a_host_that_the_list_lacks_is_missed_by_the_indicator():
    assert reached(host=LISTED) == (True, True, False)
    assert reached(host=UNLISTED) == (False, True, False)
    assert reached(host=UNLISTED, hand_made=("elsewhere.test",)) == (True, True, False)


@pytest.mark.fact("appliance.native-conditional-access")
def test_an_access_rule_reaches_a_client_only_where_the_app_is_integrated():
    assert reached(host=UNLISTED, integrated=False) == (False, True, False)
    assert reached(host=UNLISTED, integrated=True) == (False, True, True)


@pytest.mark.fact("appliance.native-removal")
def test_a_removal_says_how_far_it_has_come():
    said = [
        reach(BOX, "b.exe", LISTED, browser=False, managed=True, integrated=False, removal=state)[1].reason
        for state in Removal
    ]
    assert said == [
        "Intune can remove b.exe here",
        "Intune removes b.exe at the next check-in",
        "Intune has removed b.exe: it connects no more",
    ]


def test_a_browser_is_not_removed():
    assert reached(process="chrome.exe", browser=True, integrated=True) == (True, False, True)


def test_an_unmanaged_machine_has_neither_indicators_nor_removals():
    assert reached(managed=False, integrated=True, hand_made=("box.test",)) == (False, False, True)


@pytest.mark.parametrize("host", ["host.test/drive", "host.test"])
def test_an_app_of_full_addresses_never_becomes_an_indicator(host: str):
    assert reached(PATHS, host=host) == (False, True, False)
    assert (
        "full addresses"
        in reach(PATHS, "x.exe", host, browser=False, managed=True, integrated=False)[0].reason
    )
