"""Who works here: names, accounts, reporting lines and ties; one person more changes none of them."""

from __future__ import annotations

import networkx as nx
import pytest

from sim.base.errors import ScenarioError
from sim.scenario.load import Resolved
from sim.world.collaboration import Tie, collaboration
from sim.world.organisation import build
from sim.world.people import NOBODY, TEAM
from tests.world.lively import lively


@pytest.fixture(scope="module")
def office() -> Resolved:
    return lively(300)


def test_accounts_are_unique_and_plain_letters_whatever_the_names(office: Resolved):
    people = build(office, 3).people
    assert len({person.upn for person in people}) == len(people) == 300
    assert all(person.upn.isascii() and "'" not in person.upn for person in people)
    assert any(not person.name.isascii() for person in people if person.location == "Lyon")
    assert {person.location for person in people} == {"Leeds", "Lyon"}


def test_one_person_more_changes_nobody_else(office: Resolved):
    """Everything that is said of the others, and every tie between them, is as it was."""
    before, after = build(office, 3).people, build(lively(301), 3).people
    assert after[:-1] == before
    ties, more = collaboration(before, 3), collaboration(after, 3)
    old = more.one < 300
    for column in ("one", "other", "tie"):
        assert getattr(more, column)[old].tolist() == getattr(ties, column).tolist()
    assert set(more.one[~old].tolist()) == {300}


def test_everybody_has_a_manager_in_their_department_up_to_the_first_person(office: Resolved):
    people = build(office, 3).people
    led: dict[int, int] = {}
    for person in people:
        if person.index == 0:
            assert person.manager == NOBODY
            continue
        manager = people[person.manager]
        assert manager.index < person.index
        assert manager.department == person.department or manager.index == 0
        if manager.department == person.department:
            led[manager.index] = led.get(manager.index, 0) + 1
    assert max(led.values()) <= TEAM


def test_the_organisation_hangs_together_and_departments_hold_closer(office: Resolved):
    """Nobody is alone; most ties stay within a department; friends of friends know each other."""
    people = build(office, 3).people
    graph = collaboration(people, 3).graph
    assert len(graph) == 300
    assert nx.is_connected(graph)
    within = [people[a].department == people[b].department for a, b in graph.edges]
    assert 0.35 < sum(within) / len(within) < 0.8
    chance = 2 * graph.number_of_edges() / (300 * 299)
    assert nx.transitivity(graph) > 2 * chance
    assert {tie for _, _, tie in graph.edges(data="tie")} == set(Tie)


@pytest.mark.fact("people.shared-machines")
def test_shared_machines_have_users_of_one_department_and_leave_a_private_phone(office: Resolved):
    staff = build(office, 3)
    sharing = [person for person in staff.people if person.machine != person.index]
    assert 5 < len(sharing) < 60
    for person in sharing:
        owner = staff.people[person.machine]
        assert owner.machine == owner.index
        assert owner.department == person.department == "Operations"
        phone = staff.machines[person.index].device
        assert (phone.system, phone.managed) == ("android", False)


@pytest.mark.parametrize(
    ("life", "rule"),
    [
        ({"pack": "offices"}, "SCENARIO-PACK"),
        (
            {"pack": "office", "locations": [{"name": "X", "share": 1, "timezone": "Europe/Lond"}]},
            "TIME-ZONE",
        ),
        (
            {"pack": "office", "locations": [{"name": "X", "share": 1, "timezone": "Asia/Tokyo"}]},
            "SCENARIO-ZONE",
        ),
        (
            {
                "pack": "office",
                "locations": [{"name": "X", "share": 1, "timezone": "Asia/Dubai", "locale": "ar_AE"}],
            },
            "SCENARIO-VALUE",
        ),
    ],
)
def test_a_life_that_cannot_be_says_so_with_its_place(life: dict[str, object], rule: str):
    with pytest.raises(ScenarioError) as error:
        lively(20, life=life)
    assert [problem.rule for problem in error.value.problems] == [rule]
