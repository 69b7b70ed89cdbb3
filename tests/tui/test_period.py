"""Every screen speaks the language of the period that is played, and of no other."""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import cast

import pytest

import tui
from sim.base.yamlfile import load
from sim.engine.portal import PORTALS
from sim.session.commands import TakeHint
from sim.session.driver import Session
from sim.session.fleet_commands import AssignSetting
from sim.views.documents import articles
from tests.tui.robot import Robot, play
from tests.tui.stages import after_tests, app_of, blocking_today
from tui.actions import Choice, choices
from tui.app import PlayApp
from tui.destinations import DESTINATIONS
from tui.screens.propagation import PropagationScreen
from tui.screens.tabs import TabbedScreen

WORDS: dict[str, list[str]] = load(
    Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"), "words.yaml"
).data
OTHER = {"2019": "today", "today": "2019"}
ERAS = {"2019": "mcas-2019", "today": "defender-today"}
FIELD = re.compile(r"\{\w+\}")


def foreign(period: str, text: str) -> list[str]:
    """Return the lines of a text that hold a word of the other period, or a field that nobody filled in."""
    words = "|".join(re.escape(word) for word in WORDS[OTHER[period]])
    wrong = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])|{FIELD.pattern}", re.IGNORECASE)
    return [line.strip() for line in text.splitlines() if wrong.search(line)]


def staged(period: str) -> tuple[Session, str, str, str]:
    """Return a session with something on every screen, and an app, a user and a machine in it."""
    session = after_tests() if period == "2019" else blocking_today()
    session.submit(TakeHint("sohu-news"))
    session.submit(AssignSetting("EnableNetworkProtection", "AuditMode", "Group Policy"))
    if period == "2019":
        return session, "sohu-news", "marek.novak@halden.example", "HF-LT-07"
    return session, "sohu-news", "ben.brook@small.example", "SO-02"


def _helped(choice: Choice) -> str:
    """Return what help and palette say of an action, and of where it is."""
    action, scope = choice.action, choice.host.scope
    return " ".join((scope.title, scope.help, action.label, action.phrase, action.help, choice.reason))


async def screens(robot: Robot, app_id: str, user: str, machine: str) -> AsyncIterator[tuple[str, str]]:
    """Go everywhere, and give each screen and tab by name with its text, and its help."""
    app = app_of(robot)
    visits: list[tuple[str, Callable[[], object]]] = [
        (place.name, partial(app.go, place.name)) for place in DESTINATIONS if place.when == ""
    ]
    visits += [(kind, partial(app.open, kind, app_id)) for kind in ("app", "propagation")]
    visits += [(kind, partial(app.open, kind, machine)) for kind in ("machine", "timeline", "prompt")]
    visits += [("user", partial(app.open, "user", user))]
    visits += [("machine_settings", partial(app.open, "machine_settings", machine))]
    for name, visit in visits:
        visit()
        await robot.settle()
        screen = app.screen
        yield name, robot.text()
        for tab, title in screen.tabs() if isinstance(screen, TabbedScreen) else ():
            cast("TabbedScreen", screen).show_tab(tab)
            await robot.settle()
            yield f"{name}, {title}", robot.text()
        if isinstance(screen, PropagationScreen) and name == "propagation":
            await robot.press("enter")
            yield "explain", robot.text()
            await robot.press("escape")
        yield f"help of {name}", "\n".join(_helped(choice) for choice in choices(app.screen))


@pytest.mark.parametrize("period", PORTALS)
async def test_no_screen_speaks_of_another_period(period: str) -> None:
    """Every place, tab and page of an entity, whole on a large terminal, and the help of each."""
    session, *chosen = staged(period)
    found = []
    async with play(PlayApp(session), 160, 50) as robot:
        async for name, text in screens(robot, *chosen):
            found += [f"{name}: {line}" for line in foreign(period, text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("period", PORTALS)
def test_no_help_article_speaks_of_another_period(period: str) -> None:
    """There are articles, and none is about the other portal."""
    read = articles(ERAS[period])
    assert len(read) >= 20
    assert not [line for a in read for line in foreign(period, f"{a.title}\n{a.portal}\n{a.text}")]


@pytest.mark.parametrize("period", PORTALS)
def test_articles_are_short(period: str) -> None:
    """A page is read while the clock stands: 140 words at most."""
    assert [a.id for a in articles(ERAS[period]) if len(a.text.split()) > 140] == []


def own_texts() -> Iterator[tuple[str, str]]:
    """Return every text of the terminal's code with its place; names of things and styles are none."""
    root = Path(tui.__file__).parent
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                text = node.value
                if not re.fullmatch(r"[\w.:]*", text) and "{ height" not in text:
                    yield f"{path.relative_to(root)}:{node.lineno}", text


def test_the_terminal_takes_the_words_of_2019_from_the_portal() -> None:
    """No text in the code names what another period calls otherwise; {machine} stands there."""
    words = "|".join(re.escape(word) for word in WORDS["2019"])
    wrong = re.compile(rf"(?<![\w{{-])(?:{words})(?![\w}}-])", re.IGNORECASE)
    assert not [f"{place}: {text}" for place, text in own_texts() if wrong.search(text)]
