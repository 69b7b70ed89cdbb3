"""A small form in a dialogue: labelled fields, what is wrong said beside them, save or cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, Select, Static

from tui.text import safe

Value = str | bool
Values = dict[str, Value]
Check = Callable[[Values], Mapping[str, str]]
Act = Callable[[Values], bool]


@dataclass(frozen=True)
class TextField:
    """A line of text. `check` returns what is wrong with it, a line for each thing, or nothing."""

    id: str
    label: str
    value: str = ""
    placeholder: str = ""
    check: Callable[[str], str] | None = None


@dataclass(frozen=True)
class ChoiceField:
    """One of several (value, words); the first unless `value` says otherwise."""

    id: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str = ""


@dataclass(frozen=True)
class CheckField:
    """Yes or no."""

    id: str
    label: str
    value: bool = False
    words: str = ""
    """What yes means, beside the box."""


Field = TextField | ChoiceField | CheckField


def _control(field: Field) -> Widget:
    control_id = f"field-{field.id}"
    if isinstance(field, TextField):
        return Input(field.value, placeholder=field.placeholder, compact=True, id=control_id)
    if isinstance(field, ChoiceField):
        options = [(safe(words), value) for value, words in field.options]
        chosen = field.value or field.options[0][0]
        return Select(options, value=chosen, allow_blank=False, compact=True, id=control_id)
    return Checkbox(safe(field.words), field.value, compact=True, id=control_id)


class FormScreen(ModalScreen[Values | None]):
    """Shows `fields`; answers with their values, or None when it was cancelled.

    Enter goes to the next field and saves from the last one, or on the Save button; ctrl+enter saves from
    anywhere, where the terminal lets it through. `check` looks at all values together and answers by field
    id.
    """

    BINDINGS = [
        Binding("escape", "cancel", show=False),
        Binding("ctrl+enter,alt+enter", "save", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        *,
        about: str = "",
        check: Check | None = None,
        act: Act | None = None,
        verb: str = "Save",
    ) -> None:
        """`act` does what the form is for once nothing is wrong; the form stays open, as it is, if it
        returns False."""
        super().__init__()
        self._title = title
        self._fields = tuple(fields)
        self._about = about
        self._check = check
        self._act = act
        self._verb = verb

    def on_mount(self) -> None:
        """Take older messages away: they would lie over the dialogue."""
        self.app.clear_notifications()

    def compose(self) -> ComposeResult:
        """Lay out the fields, each with room for what is wrong with it."""
        with Vertical(classes="dialog") as box:
            box.border_title = safe(self._title)
            box.border_subtitle = Content("tab next field · enter saves from the last · esc cancels")
            if self._about:
                yield Static(safe(self._about, "muted"), classes="about")
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    with Horizontal(classes="field"):
                        yield Label(safe(field.label), classes="name")
                        yield _control(field)
                    yield Static(id=f"wrong-{field.id}", classes="wrong")
            with Horizontal(classes="answers"):
                yield Button(Content(self._verb), compact=True, id="save")
                yield Button("Cancel", compact=True, id="cancel")

    def values(self) -> Values:
        """Return what the fields hold now."""
        found: Values = {}
        for field in self._fields:
            control = self.query_one(f"#field-{field.id}")
            if isinstance(control, Input | Checkbox):
                found[field.id] = control.value
            elif isinstance(control, Select):
                found[field.id] = str(control.value)
        return found

    def problems(self, values: Values) -> dict[str, str]:
        """Return what is wrong, by field id."""
        wrong: dict[str, str] = {}
        for field in self._fields:
            if isinstance(field, TextField) and field.check is not None:
                wrong[field.id] = field.check(str(values[field.id]).strip())
        if self._check is not None:
            for field_id, said in self._check(values).items():
                wrong[field_id] = wrong.get(field_id) or said
        return {field_id: said for field_id, said in wrong.items() if said}

    def on_input_submitted(self, event: events.Event) -> None:
        """Go to the next field; from the last one, save: many terminals keep ctrl+enter for themselves."""
        event.stop()
        last = self._fields[-1].id
        if self.focused is self.query_one(f"#field-{last}"):
            self.action_save()
        else:
            self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Save or cancel."""
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_cancel()

    def action_save(self) -> None:
        """Answer with the values, or say what is wrong and go to the first such field."""
        values = self.values()
        wrong = self.problems(values)
        for field in self._fields:
            message = self.query_one(f"#wrong-{field.id}", Static)
            said = wrong.get(field.id, "")
            message.update(Content("\n").join(safe(f"! {line}", "high") for line in said.splitlines()))
            message.set_class(bool(said), "-shown")
        if not wrong:
            if self._act is None or self._act(values):
                self.dismiss(values)
            return
        first = next(field.id for field in self._fields if field.id in wrong)
        self.query_one(f"#field-{first}").focus()

    def action_page(self, pages: int) -> None:
        """Scroll what is longer than the dialogue."""
        body = self.query_one(VerticalScroll)
        body.scroll_relative(y=pages * body.size.height, animate=False)

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
