"""Every tone can be read on every background it is drawn on, in both themes."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from tests.tui.gallery import Gallery
from tests.tui.robot import play
from tui.text import TONES
from tui.theme import BACKGROUNDS, DARK, LIGHT, THEMES

ENOUGH = 4.5


def luminance(colour: Color) -> float:
    """Return the relative luminance of WCAG 2."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in colour.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(Color.parse(c)) for c in (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_ratio_is_that_of_the_standard():
    assert ratio("#000000", "#ffffff") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("tone", [*TONES, "key"])
def test_tones_reach_the_ratio_on_every_background(theme: Theme, tone: str):
    colours = {**theme.to_color_system().generate(), **theme.variables}
    for background in BACKGROUNDS:
        found = ratio(colours[f"tone-{tone}"], colours[background])
        assert found >= ENOUGH, f"{tone} on {background}: {found:.2f}"


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_badges_reach_the_ratio(theme: Theme):
    colours = {**theme.to_color_system().generate(), **theme.variables}
    for room in ("product", "simulator"):
        assert ratio(colours[f"{room}-foreground"], colours[f"{room}-background"]) >= ENOUGH
    assert ratio(colours["background"], colours["tone-key"]) >= ENOUGH  # PAUSED is reversed


async def test_the_theme_can_be_switched_and_the_table_is_drawn_in_it():
    async with play(Gallery()) as robot:
        grid = robot.grid()
        dark = grid.render_line(1)
        await robot.app.perform("app.theme")
        await robot.settle()
        assert robot.app.theme == LIGHT.name
        assert grid.render_line(1) != dark
        await robot.app.perform("app.theme")
        assert robot.app.theme == DARK.name
