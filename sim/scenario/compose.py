"""From the files of an author to one draft: packs beneath the scenario, texts from files beside it.

What a draft says still holds placeholders; `sim.scenario.draft` fills them for a seed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources.abc import Traversable

from sim.base.errors import InputError, Place, Problem, ScenarioError, nearest
from sim.base.yamlfile import Document, load
from sim.scenario.files import SHIPPED, Folder
from sim.scenario.head import Head
from sim.scenario.located import validate
from sim.scenario.sealed import unsealed
from sim.scenario.tree import Node, over, tree

PACKS = "packs"
_OWN = ("format", "kind", "title")
"""What a pack says of itself, and not of the scenario that uses it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario as its author wrote it, packs and texts included, before anything is chosen."""

    file: str
    root: Node
    """The scenario's own keys."""
    head: Head
    source: Document
    """The places of the head."""
    warnings: tuple[Problem, ...] = ()
    given: tuple[tuple[str, str], ...] = ()
    """Variables to which whoever plays gave another value, and the value as it was written."""

    @property
    def chooses(self) -> bool:
        """Whether another seed may choose other people or apps."""
        return bool(self.head.roles or self.head.apps)

    def content_hash(self) -> str:
        """Return the SHA-256 of what the author wrote, the same for every seed."""
        said = [self.root.plain(), self.head.model_dump(mode="json")]
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return sha256(text.encode()).hexdigest()


def compose(document: Document, folder: Folder) -> Draft:
    """Return the draft of a scenario file; raise ScenarioError with every problem of its packs and head."""
    root = whole(document, folder)
    warnings: list[Problem] = []
    root = _spelt(root, warnings)
    head_keys = set(Head.model_fields)
    head = Node({key: child for key, child in root.entries.items() if key in head_keys}, root.place)
    own = Node({key: child for key, child in root.entries.items() if key not in head_keys}, root.place)
    if "casting" in own.entries:
        place = own.entries["casting"].place
        raise ScenarioError(Problem("SCENARIO-KEY", "casting is worked out", place, "remove it"))
    source = head.document(document.file)
    found = validate(Head, source)
    if found.kind != "scenario":
        place = source.place(["kind"])
        raise ScenarioError(Problem("SCENARIO-KIND", "a pack cannot be played", place, "play what uses it"))
    return Draft(document.file, own, found, source, tuple(warnings))


def whole(document: Document, folder: Folder) -> Node:
    """Return a scenario file with the packs that it uses beneath its own keys, and the texts of its files."""
    if not isinstance(document.data, dict):
        raise ScenarioError(
            Problem("SCENARIO-EMPTY", "no scenario in the file", Place(document.file), "write one")
        )
    problems: list[Problem] = []
    root = unsealed(tree(document))
    own = _with_texts(root, folder, problems)
    used = own.entries.get("use")
    own = Node({key: child for key, child in own.entries.items() if key != "use"}, own.place)
    beneath: Node | None = None
    for wanted in [] if used is None else used.items or [used]:
        pack = _pack(wanted, folder, problems)
        if pack is not None:
            beneath = pack if beneath is None else over(beneath, _with_defaults(beneath, pack))
    if problems:
        raise ScenarioError(problems)
    return own if beneath is None else over(beneath, _with_defaults(beneath, own))


def _pack(wanted: Node, folder: Folder, problems: list[Problem]) -> Node | None:
    name = wanted.value if isinstance(wanted.value, str) else "?"
    found = _find(name if name.endswith(".yaml") else f"{name}.yaml", folder)
    if found is None:
        known = sorted({*folder.names(PACKS), *SHIPPED.names(PACKS)})
        problems.append(Problem("SCENARIO-USE", f"no pack {name!r}", wanted.place, nearest(name, known)))
        return None
    file, home, spelt = found
    try:
        document = load(home.read(file, spelt, wanted.place), f"{home.shown}{spelt}", shipped=home.shipped)
    except InputError as error:
        problems.extend(error.problems)
        return None
    root = tree(document)
    kind = root.entries.get("kind")
    if kind is None or kind.value != "pack":
        place = root.place if kind is None else kind.place
        problems.append(Problem("SCENARIO-KIND", f"{name} is not a pack", place, "write kind: pack in it"))
        return None
    if "use" in root.entries:
        place = root.entries["use"].place
        problems.append(Problem("SCENARIO-USE", "a pack uses no other", place, "use both in the scenario"))
    # A file that a pack names stands beside the scenario's folder too: packs/texts/hello.md.
    kept = Node({key: child for key, child in root.entries.items() if key not in _OWN}, root.place)
    return _with_texts(kept, home, problems)


def _find(name: str, folder: Folder) -> tuple[Traversable, Folder, str] | None:
    """Return the file of this name beside the scenario, or among the shipped ones."""
    for home in (folder, SHIPPED):
        file = home.find(name)
        if file is not None:
            return file, home, name
    return None


def _with_defaults(beneath: Node, upper: Node) -> Node:
    """Return a file in which a bare value of a variable that a pack declares is its default."""
    declared = beneath.entries.get("vars", beneath).entries
    said = upper.entries.get("vars")
    if said is None or not said.entries:
        return upper
    joined = {
        name: Node({**declared[name].entries, "default": child}, child.place)
        if name in declared and declared[name].entries and not isinstance(child.value, dict)
        else child
        for name, child in said.entries.items()
    }
    return Node({**upper.entries, "vars": Node(joined, said.place)}, upper.place)


def _with_texts(node: Node, folder: Folder, problems: list[Problem]) -> Node:
    """Return a part in which each `{file: NAME}` is the text of that file."""
    entries = node.entries
    if set(entries) == {"file"} and isinstance(entries["file"].value, str):
        name, place = str(entries["file"].value), entries["file"].place
        file = folder.find(name)
        if file is None:
            what = f"there is no file {name!r} beside the scenario"
            advice = "name one in the same folder or below it, with forward slashes"
            problems.append(Problem("SCENARIO-FILE", what, place, advice))
            return Node("", node.place)
        try:
            return Node(folder.read(file, name, place).strip(), node.place)
        except ScenarioError as error:
            problems.extend(error.problems)
            return Node("", node.place)
    if entries:
        return Node({k: _with_texts(child, folder, problems) for k, child in entries.items()}, node.place)
    if node.items:
        return Node([_with_texts(child, folder, problems) for child in node.items], node.place)
    return node


def _spelt(root: Node, warnings: list[Problem]) -> Node:
    """Return a scenario in which old spellings are today's, and warn of each."""
    entries = dict(root.entries)
    proxy = entries.get("proxy")
    if proxy is not None and isinstance(proxy.value, dict):
        what = "proxy with one proxy below it is an old spelling"
        warnings.append(Problem("SCENARIO-OLD", what, proxy.place, "write a list: begin it with a hyphen"))
        entries["proxy"] = Node([proxy], proxy.place)
    weights = entries.get("weights")
    if weights is not None:
        advice = "write objectives: a list of id, metric and weight"
        warnings.append(Problem("SCENARIO-OLD", "weights is an old spelling", weights.place, advice))
    return Node(entries, root.place)
