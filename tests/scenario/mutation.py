"""Texts of scenarios with a few things done to them: a value replaced, a line dropped, repeated or cut."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = st.one_of(
    st.sampled_from(
        (
            "", "~", "-1", "0", "9" * 40, "9" * 5000, "1e400", ".inf", ".nan", "yes", "[]", "{}", "[[]]",
            "&a [*a]", "*x", "!!bool maybe", '!!int ""', "!!timestamp x", "!!binary x", "!!python/name:os",
            "17:30", '"24:00"', '"\\0"', '"\\ud800"', "\x00", "\x85", "\u2028", "\ufeff", "| x", "? [a]",
            "<<: {a: 1}", "---", "...", "\t", "'", "%YAML 9.9", "[" * 400, "{a: " * 400, "2019-12-16",
            "{leaker}", "{{x}}", "{file: /etc/hosts}", "{app.drop.name}", "[packs/office, packs/office]",
        )
    ),
    st.text(max_size=8),
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """Draw the text of a scenario with a few things done to it."""
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(("value", "value", "drop", "repeat", "swap", "cut", "indent")))
        line, other = lines[place], draw(st.integers(0, len(lines) - 1))
        if what == "value":
            marks = [n for n, c in enumerate(line) if c in ":,["] or [0]
            mark = draw(st.sampled_from(marks))
            lines[place] = (
                f"{line[: mark + 1]} {draw(NASTY)}{draw(st.sampled_from((line[mark:], ''))) or chr(10)}"
            )
        elif what == "drop" and len(lines) > 1:
            del lines[place]
        elif what == "repeat":
            lines.insert(other, line)
        elif what == "swap":
            lines[place], lines[other] = lines[other], line
        elif what == "cut":
            lines[place] = line[: draw(st.integers(0, len(line)))]
        else:
            lines[place] = " " * draw(st.integers(0, 4)) + line.lstrip()
    return "".join(lines)
