"""The two themes, with every colour that carries meaning chosen for contrast.

Textual's own `$error` and `$warning` fall below 4.5:1 in most themes, so the meaning colours
are variables of ours, and a test computes their ratios on every background they are used on.
"""

from __future__ import annotations

from textual.theme import Theme

BACKGROUNDS = ("background", "surface", "panel", "cursor-background", "cursor-blurred-background")
"""The theme variables on which toned text is drawn."""

DARK = Theme(
    name="unsanctioned-dark",
    dark=True,
    primary="#7aa7d9",
    secondary="#8fa3b8",
    accent="#e0b25c",
    warning="#e5b567",
    error="#f28b82",
    success="#7fc796",
    foreground="#d5dbe3",
    background="#12161c",
    surface="#171c24",
    panel="#1d242e",
    variables={
        "tone-normal": "#d5dbe3",
        "tone-muted": "#9aa7b6",
        "tone-strong": "#f3f6fa",
        "tone-link": "#8fbdf0",
        "tone-key": "#e8c07a",
        "tone-high": "#ff9d94",
        "tone-medium": "#edbd6b",
        "tone-low": "#8cc4e8",
        "tone-sanctioned": "#83d19d",
        "tone-unsanctioned": "#ff9d94",
        "tone-monitored": "#edbd6b",
        "tone-other": "#8fbdf0",
        "rule": "#34404e",
        "cursor-background": "#2b3d54",
        "cursor-blurred-background": "#232c38",
        "product-background": "#1f4a5c",
        "product-foreground": "#d9f1fa",
        "simulator-background": "#57401f",
        "simulator-foreground": "#fbe9c6",
        "block-cursor-background": "#2b3d54",
        "block-cursor-foreground": "#f3f6fa",
        "block-cursor-blurred-background": "#232c38",
        "scrollbar": "#3c4858",
        "scrollbar-hover": "#506075",
        "scrollbar-active": "#7aa7d9",
        "scrollbar-background": "#171c24",
        "scrollbar-background-hover": "#171c24",
        "scrollbar-background-active": "#171c24",
        "input-selection-background": "#3a557a",
        "border": "#7aa7d9",
        "border-blurred": "#34404e",
    },
)

LIGHT = Theme(
    name="unsanctioned-light",
    dark=False,
    primary="#1f5c99",
    secondary="#4a5a6b",
    accent="#8a5a00",
    warning="#8a5200",
    error="#a82a20",
    success="#1c6b3a",
    foreground="#1f2731",
    background="#f6f7f9",
    surface="#ffffff",
    panel="#e9edf2",
    variables={
        "tone-normal": "#1f2731",
        "tone-muted": "#4f5b69",
        "tone-strong": "#0c1219",
        "tone-link": "#124f8c",
        "tone-key": "#6f4700",
        "tone-high": "#9c1c14",
        "tone-medium": "#704700",
        "tone-low": "#0f4f7d",
        "tone-sanctioned": "#14572d",
        "tone-unsanctioned": "#9c1c14",
        "tone-monitored": "#704700",
        "tone-other": "#124f8c",
        "rule": "#c3ccd6",
        "cursor-background": "#cbdff3",
        "cursor-blurred-background": "#dde3ea",
        "product-background": "#12566f",
        "product-foreground": "#ffffff",
        "simulator-background": "#74500f",
        "simulator-foreground": "#ffffff",
        "block-cursor-background": "#cbdff3",
        "block-cursor-foreground": "#0c1219",
        "block-cursor-blurred-background": "#dde3ea",
        "scrollbar": "#b4bfcb",
        "scrollbar-hover": "#94a3b3",
        "scrollbar-active": "#1f5c99",
        "scrollbar-background": "#eef1f5",
        "scrollbar-background-hover": "#eef1f5",
        "scrollbar-background-active": "#eef1f5",
        "input-selection-background": "#a9cdf0",
        "border": "#1f5c99",
        "border-blurred": "#c3ccd6",
    },
)

THEMES = (DARK, LIGHT)
