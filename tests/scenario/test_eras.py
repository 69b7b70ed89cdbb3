"""The eras: every delay lies within what is documented, and each portal has its period's words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sim.base.errors import InputError, ScenarioError
from sim.base.time import HOUR, MINUTE
from sim.engine.portal import MONITORED
from sim.engine.settings_pages import BLOCK_UNSANCTIONED, BYPASS_HOURS, INTEGRATION, SEVERITIES
from sim.scenario.eras import Delay, load_era
from sim.scenario.load import load_scenario
from sim.session.commands import SetSwitch
from sim.session.driver import Session

SMALL = (Path(__file__).resolve().parents[1] / "scenarios" / "small-office.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["mcas-2019", "defender-today"])
@pytest.mark.parametrize(
    ("hops", "most"),
    [
        (("first_data",), 2 * HOUR),
        (("block_setting",), 30 * MINUTE),
        (("tag_to_indicator",), 1 * HOUR),
        (("indicator_offer", "machine_pull"), 2 * HOUR),
        (("tag_to_indicator", "indicator_offer", "machine_pull"), 3 * HOUR),
    ],
)
def test_no_delay_is_longer_than_documented(name: str, hops: tuple[str, ...], most: int) -> None:
    """enforcement.md 3: the budget of each hop, and of all of them from tag to block."""
    era = load_era(name)
    assert 0 < sum(getattr(era, hop).longest for hop in hops) <= most


def test_a_straggler_waits_48_hours_at_most() -> None:
    """enforcement.md 3: mostly below two hours, 48 at worst; one device in a hundred is our guess."""
    era = load_era("defender-today")
    assert era.straggler is not None
    whole = era.straggler.longest + era.indicator_offer.longest + era.machine_pull.longest
    assert (era.straggler.one_in, whole) == (100, 48 * HOUR)
    assert load_era("mcas-2019").straggler is None


@pytest.mark.parametrize(("name", "runs"), [("mcas-2019", 2), ("defender-today", 4)])
def test_reports_are_analysed_as_often_as_documented(name: str, runs: int) -> None:
    """policies.md 10: twice a day in 2019, four times today; an era file must agree with its portal."""
    era = load_era(name)
    assert len(set(era.analysis_times)) == runs == era.portals.analyses_per_day
    with pytest.raises(InputError, match="times a day"):
        load_era(name, {"analysis_times": ["02:00", "10:00", "18:00"]})


def test_a_hop_on_a_grid_ends_at_its_next_time() -> None:
    """However soon before or after a time of the grid it begins: at most an hour, never nothing."""
    hop = Delay(grid=HOUR, mark="test")
    times = {begin + hop.sample(7, "tag_to_indicator", "box", now=begin) for begin in range(0, HOUR, MINUTE)}
    first, second = sorted(times)
    assert second - first == HOUR
    assert first + hop.sample(7, "tag_to_indicator", "dropbox", now=first) == second


def test_only_the_sync_of_tags_can_wait_for_a_grid() -> None:
    """A machine's pull has a rhythm of its own."""
    with pytest.raises(InputError, match="machine_pull cannot wait for a grid"):
        load_era("mcas-2019", {"machine_pull": {"grid": "1h", "mark": "test"}})


def test_each_period_has_its_own_words_for_the_same_switches() -> None:
    """enforcement.md 2: renamed since; commands hold the id, and a person may write the name."""
    old, new = load_era("mcas-2019").portals, load_era("defender-today").portals
    assert [switch.id for switch in old.switches] == [switch.id for switch in new.switches]
    enforce = new.switch("Enforce app access")
    assert enforce is not None
    assert enforce.id == BLOCK_UNSANCTIONED
    assert enforce.page.endswith("Cloud Apps > Cloud Discovery > Microsoft Defender for Endpoint")
    assert old.switch("Enforce app access") is None
    feed = new.switch(INTEGRATION)
    assert feed is not None
    assert (feed.name, feed.page.rpartition(" > ")[2]) == (
        "Microsoft Defender for Cloud Apps",
        "Advanced features",
    )


def test_what_came_later_is_not_there_in_2019() -> None:
    """policies.md 10, enforcement.md 2 and 4: what came, and what went."""
    old, new = load_era("mcas-2019").portals, load_era("defender-today").portals
    assert (MONITORED in old.tags, MONITORED in new.tags) == (False, True)
    assert (old.scoped_profiles, new.scoped_profiles) == (False, True)
    assert (old.text_messages, new.text_messages) == (True, False)
    assert (old.anomaly_policies, new.anomaly_policies) == (True, False)
    assert (old.indicator_limit, new.indicator_limit) == (5_000, 15_000)
    assert old.settings == ()
    bypass = new.setting(BYPASS_HOURS)
    assert bypass is not None
    assert (bypass.default, bypass.unit) == ("24", "hours")
    severity = new.settings[0]
    assert severity.choices == SEVERITIES


def small(folder: Path, era: str, old: str = "", new: str = "") -> Session:
    """Play the small office in an era, with some of its text changed."""
    path = folder / "office.yaml"
    path.write_text(SMALL.replace("mcas-2019", era).replace(old, new), encoding="utf-8")
    return Session(load_scenario(str(path)))


def test_processes_are_those_of_the_era(tmp_path: Path) -> None:
    """Edge of 2019 connects through its content process, and Internet Explorer is still there."""
    old = small(tmp_path, "mcas-2019").world.staff.processes
    new = small(tmp_path, "defender-today").world.staff.processes
    assert old == ("MicrosoftEdgeCP.exe", "chrome.exe", "firefox.exe", "iexplore.exe", "dropbox.exe")
    assert new == ("msedge.exe", "chrome.exe", "firefox.exe", "dropbox.exe")


def test_people_may_use_internet_explorer_in_2019_only(tmp_path: Path) -> None:
    """A browser that the era lacks is an error with its place."""
    session = small(tmp_path, "mcas-2019", "SO-07, browser: edge", "SO-07, browser: ie")
    assert session.world.staff.people[6].browser == "iexplore.exe"
    with pytest.raises(ScenarioError) as caught:
        small(tmp_path, "defender-today", "SO-07, browser: edge", "SO-07, browser: ie")
    problem = caught.value.problems[0]
    line = 1 + next(n for n, text in enumerate(SMALL.splitlines()) if "SO-07" in text)
    assert (problem.rule, problem.where and problem.where.line) == ("SCENARIO-BROWSER", line)


def test_a_command_may_name_a_switch_as_the_page_does(tmp_path: Path) -> None:
    """The answer has the page's name, the tenant the id, the log the page's name."""
    session = small(tmp_path, "defender-today")
    answer = session.submit(SetSwitch("Enforce app access", True))
    assert answer.text == "Enforce app access is on"
    assert session.world.tenant.switches[BLOCK_UNSANCTIONED]
    assert session.world.tenant.log[-1].target == "Enforce app access"
    again = replace(SetSwitch(BLOCK_UNSANCTIONED, True))
    assert not session.submit(again).data["changed"]
