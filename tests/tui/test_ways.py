"""Every command has a way at the keyboard: a place, a key, and an entry of the palette."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import yaml

import tui
from sim.session.wire import COMMANDS
from tui.actions import Scope
from tui.destinations import PLACES

WAYS: dict[str, list[str] | str] = yaml.safe_load(
    (Path(__file__).parent / "ways.yaml").read_text(encoding="utf-8")
)
ELSEWHERE = {"import-policies": "policy_file"}
"""Made by a view, where a file is read."""


def test_every_command_has_its_place_its_key_and_its_entry_in_the_palette() -> None:
    modules = [import_module(found.name) for found in walk_packages(tui.__path__, "tui.")]
    scopes = {value.name: value for m in modules for value in vars(m).values() if isinstance(value, Scope)}
    actions = {action.id: action for scope in scopes.values() for action in scope}
    written = "\n".join(Path(str(m.__file__)).read_text(encoding="utf-8") for m in modules)
    assert set(WAYS) == set(COMMANDS)
    for kind, way in WAYS.items():
        if isinstance(way, str):
            assert isinstance(WAYS[way], list), kind
            continue
        place, act = way
        assert place == "everywhere" or PLACES[place].action.keys, kind
        assert act == "enter" or (actions[act].keys and actions[act].phrase), kind
        assert ELSEWHERE.get(kind, COMMANDS[kind].__name__) in written, f"no screen gives {kind}"
