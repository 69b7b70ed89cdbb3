"""A sealed scenario: all but its head is one line that nobody reads by accident.

It is obfuscation and no security: whoever has the file and this program can open it.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib

from sim.base.errors import Problem, ScenarioError
from sim.scenario.tree import Node, rooted

SEALED = "sealed"
OPEN = ("format", "kind", "title", "summary", "mode", "era")
"""What a sealed file still says in words: what a library shows of it."""
LARGEST = 4_000_000
"""No sealed scenario is larger, in bytes when it is opened."""


def seal(root: Node) -> str:
    """Return the text of a sealed file; `root` holds all that the scenario needs."""
    said = root.plain()
    hidden = {key: value for key, value in said.items() if key not in OPEN}
    packed = base64.b64encode(zlib.compress(json.dumps(hidden, ensure_ascii=False).encode(), 9)).decode()
    # A JSON text is a YAML value, and quotes whatever needs it.
    head = [f"{key}: {json.dumps(said[key], ensure_ascii=False)}" for key in OPEN if key in said]
    note = "# A scenario that `unsanctioned seal` packed, so that nobody reads its answers by accident."
    return "\n".join([note, *head, f"{SEALED}: {packed}", ""])


def unsealed(root: Node) -> Node:
    """Return a file with what is sealed in it, all of which stands at that key; raise ScenarioError."""
    node = root.entries.get(SEALED)
    if node is None:
        return root
    problem = Problem("SCENARIO-SEALED", "this is no sealed scenario", node.place, "seal it once more")
    try:
        opener = zlib.decompressobj()
        raw = opener.decompress(base64.b64decode(str(node.value), validate=True), LARGEST)
        data = json.loads(raw.decode())
        json.dumps(data, ensure_ascii=False).encode()
    except (binascii.Error, zlib.error, ValueError, RecursionError):
        raise ScenarioError(problem) from None
    if not opener.eof or not isinstance(data, dict):
        raise ScenarioError(problem)
    hidden = rooted(data, node.place).entries
    kept = {key: child for key, child in root.entries.items() if key != SEALED}
    return Node({**hidden, **kept}, root.place)
