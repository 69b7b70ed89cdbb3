"""The forms of a filter: first what it is about, then how it compares with which value."""

from __future__ import annotations

from textual.app import App

from sim.base.errors import InputError
from sim.engine.discovery.filters import Filters
from sim.engine.discovery.queries import parse_condition, parse_filters
from sim.views.queries import FieldRow, fields
from tui.forms import ChoiceField, FormScreen, TextField, Values

_NONE = ""
_REMOVE, _CLEAR = "remove:", "clear"


async def change_filters(app: App[object], filters: Filters) -> Filters | None:
    """Ask for a condition to add or to take away; return the new filters, None where it was cancelled."""
    rows = {row.name: row for row in fields()}
    removable = [
        *((f"{_REMOVE}{place}", f"take away: {line}") for place, line in enumerate(filters.lines)),
        *([(_CLEAR, "take all away")] if filters.lines else []),
    ]
    options = (
        *((name, f"{row.group}: {name}" if row.group != name else name) for name, row in rows.items()),
    )
    first = FormScreen(
        "Filters",
        (ChoiceField("about", "What", (*removable, *options), "category"),),
        about="Apps that meet all conditions are listed. What nobody knows of an app meets none.",
        verb="Next",
    )
    chosen = await app.push_screen_wait(first)
    if chosen is None:
        return None
    about = str(chosen["about"])
    if about == _CLEAR:
        return Filters()
    if about.startswith(_REMOVE):
        gone = int(about.removeprefix(_REMOVE))
        return parse_filters(line for place, line in enumerate(filters.lines) if place != gone)
    values = await app.push_screen_wait(_second(rows[about]))
    return None if values is None else parse_filters((*filters.lines, _line(about, values)))


def _second(row: FieldRow) -> FormScreen:
    operators = tuple((operator, operator) for operator in row.operators)
    compare = ChoiceField("operator", row.name.capitalize(), operators)
    if row.choices:
        known = tuple((value, value) for value in row.choices)
        more = ((_NONE, "–"), *known)
        values = (
            ChoiceField("value", "Value", known),
            ChoiceField("or1", "or", more, _NONE),
            ChoiceField("or2", "or", more, _NONE),
        )
        return FormScreen("Filter", (compare, *values), verb="Add")
    wanted = TextField("value", "Value", placeholder=row.hint)
    return FormScreen("Filter", (compare, wanted), check=lambda v: _wrong(row.name, v), verb="Add")


def _line(about: str, values: Values) -> str:
    given = (str(values.get(name, _NONE)).strip() for name in ("value", "or1", "or2"))
    return f"{about} {values['operator']} {', '.join(value for value in given if value)}"


def _wrong(about: str, values: Values) -> dict[str, str]:
    try:
        parse_condition(_line(about, values))
    except InputError as error:
        return {"value": "; ".join(f"{p.what}: {p.advice}" for p in error.problems)}
    return {}
