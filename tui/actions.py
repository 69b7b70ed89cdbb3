"""One registry of actions: keys, footer, help, palette and the documentation page come from it.

A `Scope` is a named table of actions. Whatever can act (the application, a screen, a widget)
inherits `ActionHost`, names its scope as a class argument, and has one method per action:

    APPS = Scope("apps", "Discovered apps", "Every app seen in traffic ...", (
        Action("apps.unsanction", "Unsanction", "tag the app as unsanctioned", ("u",),
               when="selection", footer=80),
    ))

    class AppsScreen(Frame, scope=APPS):
        def when_selection(self) -> str:
            return "" if self.table.selected else "choose an app first"

        def do_apps_unsanction(self) -> None: ...
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from sim.engine.portal import PORTALS

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen

    from tui.shell import Shell

KEY_NAMES = {
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "backspace": "bksp",
}


def show_key(key: str) -> str:
    """Return a key as the screen writes it: `escape` is `esc`, `g a` stays `g a`."""
    return " ".join(KEY_NAMES.get(part, part) for part in key.split(" "))


@dataclass(frozen=True)
class Action:
    """Something the trainee can do, said once."""

    id: str
    """`scope.verb`; the host's method is `do_scope_verb`."""
    label: str
    """One or two words for the footer."""
    phrase: str
    """What it does, as a verb phrase: "tag the app as unsanctioned"."""
    keys: tuple[str, ...] = ()
    """Textual key names or characters; two parts with a space are a sequence (`g a`)."""
    help: str = ""
    """What a newcomer must know before using it: consequences, delays, where the portal has it."""
    when: str = ""
    """Name of the host's condition `when_<name>()`, which returns why not, or nothing."""
    footer: int = 0
    """Priority in the footer; 0 keeps it out."""
    passes: bool = False
    """When not available, leave the key to the next host instead of saying why."""

    @property
    def handler(self) -> str:
        """Return the name of the host's method."""
        return "do_" + self.id.replace(".", "_")

    @property
    def key(self) -> str:
        """Return the first key as the screen writes it, or nothing."""
        return show_key(self.keys[0]) if self.keys else ""

    @property
    def all_keys(self) -> str:
        """Return every key as the help screen writes it."""
        return ", ".join(show_key(key) for key in self.keys) or "–"


@dataclass(frozen=True)
class Scope:
    """A named table of actions with the paragraph of help that introduces it."""

    name: str
    title: str
    help: str
    actions: tuple[Action, ...]

    def __iter__(self) -> Iterator[Action]:
        return iter(self.actions)

    def worded(self, say: Callable[[str], str]) -> Scope:
        """Return the same in the words of a period; see `Portal.say`."""
        actions = tuple(
            replace(a, label=say(a.label), phrase=say(a.phrase), help=say(a.help)) for a in self.actions
        )
        return Scope(self.name, say(self.title), say(self.help), actions)

    def find(self, action_id: str) -> Action:
        """Return the action with this id; asking for another is a programming error."""
        for action in self.actions:
            if action.id == action_id:
                return action
        raise KeyError(f"scope {self.name} has no action {action_id}")

    def bindings(self) -> list[BindingType]:
        """Return Textual bindings for the single keys, with ids so that a keymap can move them."""
        return [
            Binding(key, f"run({action.id!r})", action.label, show=False, id=f"{action.id}.{index}")
            for action in self.actions
            for index, key in enumerate(action.keys)
            if " " not in key
        ]


@dataclass(frozen=True)
class Choice:
    """An action as it stands now: who would do it, and why it cannot be done, if so."""

    host: ActionHost
    action: Action
    reason: str


class ActionHost:
    """What performs actions: the application, a screen or a widget."""

    SCOPE: ClassVar[Scope]
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init_subclass__(cls, *, scope: Scope | None = None, **options: Any) -> None:
        """Bind the keys of `scope` to the class before Textual merges the bindings."""
        if scope is not None:
            cls.SCOPE = scope
            cls.BINDINGS = [*cls.__dict__.get("BINDINGS", []), *scope.bindings()]
        super().__init_subclass__(**options)

    def reason(self, action: Action) -> str:
        """Return why `action` is not available now, or nothing."""
        if not action.when:
            return ""
        return str(getattr(self, f"when_{action.when}")())

    @property
    def scope(self) -> Scope:
        """The actions in the words of the period that is played."""
        return _worded(self.SCOPE, cast("Shell", cast("DOMNode", self).app).portal.key)

    def choices(self) -> list[Choice]:
        """Return the actions of this host as they stand now."""
        return [Choice(self, action, self.reason(action)) for action in self.scope]

    async def action_run(self, action_id: str) -> None:
        """Answer a key binding."""
        await self.perform(action_id)

    async def perform(self, action_id: str) -> bool:
        """Do the action, or say why not; return whether it was done."""
        action = self.scope.find(action_id)
        if reason := self.reason(action):
            if action.passes:
                raise SkipAction
            app = cast("DOMNode", self).app
            # One refusal is enough: a key that is held down must not pile them up.
            app.clear_notifications()
            app.notify(
                f"{reason[0].upper()}{reason[1:]}.",
                title=f"{action.label}: not now",
                severity="warning",
                markup=False,
            )
            return False
        answer = getattr(self, action.handler)()
        if inspect.iscoroutine(answer):
            await answer
        node = cast("DOMNode", self)
        if node.is_attached:
            node.refresh_bindings()
        return True


@cache
def _worded(scope: Scope, period: str) -> Scope:
    return scope.worded(PORTALS[period].say)


def hosts(screen: Screen[Any]) -> list[ActionHost]:
    """Return who listens to keys now: the focused widget, its ancestors, the screen, the app.

    A modal screen hides the application's actions, as Textual hides its bindings.
    """
    chain: Iterable[DOMNode] = (screen.focused or screen).ancestors_with_self
    found: list[ActionHost] = []
    for node in chain:
        if isinstance(node, ActionHost) and hasattr(node, "SCOPE"):
            found.append(node)
        if node.is_modal:
            break
    return found


def choices(screen: Screen[Any]) -> list[Choice]:
    """Return every action that can be asked for on `screen` now, nearest host first.

    Those that would leave their key to another host are left out.
    """
    return [
        choice
        for host in hosts(screen)
        for choice in host.choices()
        if not (choice.reason and choice.action.passes)
    ]


def collisions(scopes: Sequence[Scope]) -> list[str]:
    """Return one line per key that two actions claim, or that is also a prefix of others.

    `scopes` are those active together: the application's, the table's and one screen's.
    """
    claims = [(key, action.id) for scope in scopes for action in scope for key in action.keys]
    prefixes = {key.split(" ")[0] for key, _ in claims if " " in key}
    count = Counter(key for key, _ in claims)
    return [f"{key}: {action_id}" for key, action_id in sorted(claims) if count[key] > 1 or key in prefixes]


def unhandled(host: type[ActionHost]) -> list[str]:
    """Return the handlers and conditions that the scope of `host` names and the class lacks."""
    names = [action.handler for action in host.SCOPE]
    names += [f"when_{action.when}" for action in host.SCOPE if action.when]
    return [name for name in names if not callable(getattr(host, name, None))]
