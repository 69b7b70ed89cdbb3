"""The prompt answers as a real one does, and never changes a machine on a line that failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.enforcement.powershell.syntax import read
from tests.enforcement.machine import TypedAt

TRANSCRIPTS = yaml.safe_load(Path(__file__).with_name("transcripts.yaml").read_text(encoding="utf-8"))[
    "transcripts"
]
SET = "Set-MpPreference -EnableNetworkProtection "


def _in_order(parts: list[str], text: str) -> bool:
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


@pytest.mark.fact(
    "settings.powershell-words",
    "settings.powershell-prefix",
    "settings.powershell-numbers",
    "settings.macos",
)
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda t: t["name"])
def test_every_line_of_a_transcript_is_answered_as_written(transcript: dict[str, Any]):
    """The file is the specification: an expert reads it, this test holds the prompt to it."""
    options = {key: value for key, value in transcript.items() if key not in {"name", "steps"}}
    machine = TypedAt(**options)
    for step in transcript["steps"]:
        reply = machine.types(step["line"])
        said = f"{step['line']}\n{reply.output}"
        if "refuses" in step:
            assert reply.failed, said
            assert _in_order(step["refuses"], reply.output), said
        elif "says" in step:
            assert not reply.failed, said
            assert _in_order(step["says"], reply.output), said
        else:
            assert not reply.failed, said
            assert reply.output.rstrip("\n") == step.get("prints", "").rstrip("\n"), said


@pytest.mark.parametrize("line", ["Get-MpPreference", "(Get-MpPreference).EnableNetworkProtection"])
def test_the_reply_tells_whether_network_protection_was_shown(line: str):
    """The trainee's notes keep what they have seen and nothing else."""
    assert "EnableNetworkProtection" in TypedAt().types(line).shown


@pytest.mark.parametrize(
    "line",
    ["Get-MpPreference | select MAPSReporting", "Get-Help Set-MpPreference", f"{SET}1", "Get-MpPreferences"],
)
def test_what_was_not_shown_is_not_noted(line: str):
    """A line that sets, helps or fails shows nothing of the machine."""
    assert "EnableNetworkProtection" not in TypedAt().types(line).shown


words = (
    st.sampled_from("-–:|'\"\\ \t;$(){}@=,.&`#“’?*[\x00\u202eé")
    | st.sampled_from(["Set-MpPreference", "Get-MpPreference", "Get-WinEvent", "Enabled", "1", "select"])
    | st.sampled_from(["-EnableNetworkProtection", "-EnableN", "fl", "$_.Id", "-eq", "$true", "-First"])
    | st.sampled_from(["mdatp", "sudo", "config", "--value", "health", "Get-Help"])
)
near = st.lists(words | st.just(" "), max_size=30).map("".join)
spaced = st.lists(words, max_size=12).map(" ".join)
systems = st.sampled_from(["windows", "macos"])


@given(st.text() | near | spaced, systems, st.booleans(), st.sampled_from(["2019", "today"]))
def test_no_text_breaks_the_prompt(line: str, system: str, elevated: bool, period: str):
    """Whatever is typed gets a reply, and a failed one says something."""
    reply = TypedAt(period, system, elevated=elevated).types(line)
    assert isinstance(reply.output, str)
    assert not reply.failed or reply.output


@given(st.text() | near | spaced)
def test_a_prompt_without_rights_changes_nothing(line: str):
    """No wording of a line gets around it."""
    machine = TypedAt(elevated=False)
    before = machine.values()
    machine.types(line)
    assert machine.values() == before


@given(near | spaced)
def test_a_line_that_is_one_failed_statement_changes_nothing(line: str):
    """An error comes before any change."""
    machine = TypedAt()
    before = machine.values()
    if machine.types(line).failed and ";" not in line:
        assert machine.values() == before


@given(st.text(max_size=12))
def test_only_a_prefix_or_a_number_sets_a_mode(value: str):
    """No other word slips through."""
    machine = TypedAt()
    machine.types(f"{SET}{value}")
    names = {"disabled": 0, "enabled": 1, "auditmode": 2, "0": 0, "1": 1, "2": 2}
    if value.isascii() and value.isalnum():
        fits = [mode for name, mode in names.items() if name.startswith(value.lower())]
        assert machine.values()["EnableNetworkProtection"] == (fits[0] if fits else 0)


def test_brackets_within_brackets_end():
    """A line of nothing but brackets is answered, not followed for ever."""
    assert TypedAt().types("(" * 5000).failed


def test_statements_keep_their_places_in_the_line():
    """Errors point at the part of the line that they mean."""
    first, second = read("Get-MpPreference; Set-MpPreference -Foo 1")
    assert (first.span, second.span[0]) == ((0, 16), 18)
