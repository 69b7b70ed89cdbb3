"""The explain command from outside: the chain of a machine, a person or a department, link by link."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exercise.process import called, document, error, recorded, short, unsanctioned

SOHU = ("--app", "sohu-news")
MAREK = ("--device", "HF-LT-07")


def chain(*arguments: str) -> Any:
    """Return what `explain --json` prints about the oracle's run."""
    return document(unsanctioned("explain", recorded()[0], *arguments, "--json"))


def test_json_holds_what_the_contract_names() -> None:
    """At the end the chain is whole: Chrome on Marek's machine is blocked, every link is done."""
    found = chain(*MAREK, *SOHU, "--process", "chrome.exe")
    assert {"verdict", "links", "first_open", "expected_at"} <= set(found)
    assert (found["machine"], found["process"]) == ("HF-LT-07", "chrome.exe")
    assert found["user"] == "marek.novak@halden.example"
    assert (found["verdict"], found["first_open"], found["expected_at"]) == ("blocked", None, None)
    assert found["links"]
    for link in found["links"]:
        assert {"name", "state", "since", "reason", "source"} == set(link)
        assert link["state"] == "done"
        assert link["reason"]
        assert link["source"]


def test_an_earlier_time_names_the_first_open_link() -> None:
    """Half an hour after the start the chain is open, and each program has its own last link."""
    edge, chrome, firefox = chain(*MAREK, *SOHU, "--at", "2019-12-16T09:30")
    assert [c["process"] for c in (edge, chrome, firefox)] == [
        "MicrosoftEdgeCP.exe",
        "chrome.exe",
        "firefox.exe",
    ]
    for found in (edge, chrome, firefox):
        assert found["verdict"] != "blocked"
        states = {link["name"]: link["state"] for link in found["links"]}
        assert states[found["first_open"]] in {"open", "waiting"}


@pytest.mark.parametrize("asked", ["edge", "Edge", "microsoftedgecp.exe"])
def test_a_browser_has_a_short_name(asked: str) -> None:
    """The file name is the era's; `edge` is Edge in each."""
    assert chain(*MAREK, *SOHU, "--process", asked)["process"] == "MicrosoftEdgeCP.exe"


def test_a_person_has_machines() -> None:
    """A person is found by name or address."""
    by_name = chain("--user", "Marek Novak", *SOHU, "--process", "chrome")
    by_address = chain("--user", "marek.novak@halden.example", *SOHU, "--process", "chrome")
    assert by_name == by_address
    assert by_name["machine"] == "HF-LT-07"


def test_a_group_has_its_answers_in_common() -> None:
    """A histogram of who stops connections and of first open links, and every connection with its why."""
    group = chain("--group", "finance", *SOHU, "--process", "chrome")
    machines = {found["machine"] for found in group["connections"]}
    assert {"HF-LT-11", "HF-LT-12", "HF-PC-04"} <= machines
    assert sum(share["count"] for share in group["shares"]) == len(group["connections"])
    early = chain("--group", "all", *SOHU, "--at", "2019-12-16T09:30")
    assert [(share["label"], share["stopped"]) for share in early["shares"]] == [
        ("offered to machines", False)
    ]
    assert {found["verdict"] for found in early["connections"]} == {"not-blocked"}
    text = unsanctioned("explain", recorded()[0], "--group", "all", *SOHU).stdout.decode()
    assert "66 of 66 stopped" in text or "open, by the first link that is missing" in text


def test_another_host_of_the_app_can_be_asked_about() -> None:
    """The destination is part of the question."""
    found = chain(*MAREK, *SOHU, "--process", "chrome", "--host", "sohu.com")
    assert found["host"] == "sohu.com"


def test_the_text_marks_each_link() -> None:
    """For a person: the app by name, one line a link, with since when."""
    text = unsanctioned("explain", recorded()[0], *MAREK, "--app", "Sohu News", "--process", "chrome")
    lines = text.stdout.decode().splitlines()
    assert lines[0].startswith("Sohu News (www.sohu.com) at ")
    assert any(line.startswith("HF-LT-07 chrome.exe -> ") and line.endswith(": blocked") for line in lines)
    assert sum(line.startswith("  [x] ") for line in lines) >= 5


def test_a_pipe_gets_each_link_in_one_line() -> None:
    """However long it is: nothing is folded at the width of a terminal that is not there."""
    asked = (*MAREK, *SOHU, "--process", "chrome", "--at", "2019-12-16T09:30")
    lines = unsanctioned("explain", recorded()[0], *asked).stdout.decode().splitlines()
    found = chain(*asked)
    for link in found["links"]:
        assert any(f"{link['name']}: {link['reason']}" in line for line in lines)
    assert max(map(len, lines)) > 80


@pytest.mark.parametrize(
    ("arguments", "rule", "word"),
    [
        ((*MAREK, "--app", "sohu-newz"), "APP-UNKNOWN", "sohu-news"),
        ((*MAREK, "--app", "netflix"), "APP-UNUSED", "Netflix"),
        (("--device", "HF-LT-77", *SOHU), "MACHINE-UNKNOWN", "HF-LT-07"),
        (("--user", "Nobody", *SOHU), "USER-UNKNOWN", "Nobody"),
        (("--group", "Pirates", *SOHU), "GROUP-UNKNOWN", "Finance"),
        ((*MAREK, *SOHU, "--process", "lynx"), "PROCESS-UNKNOWN", "chrome.exe"),
        ((*MAREK, *SOHU, "--at", "noon"), "TIME-FORMAT", "noon"),
        (SOHU, "USAGE", "--device"),
        ((*MAREK, "--group", "IT", *SOHU), "USAGE", "--device"),
        ((*MAREK, *SOHU, "--host", "sohu.co"), "HOST-UNKNOWN", "sohu.com"),
    ],
)
def test_unknown_names_are_one_line_with_the_nearest(
    arguments: tuple[str, ...], rule: str, word: str
) -> None:
    """Exit code 2, and the line helps: the nearest name, or the names there are."""
    error(called("explain", short(), *arguments), rule, word)
