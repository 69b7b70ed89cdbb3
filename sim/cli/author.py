"""`unsanctioned new`, `schema` and `seal`: what somebody who writes scenarios needs."""

from __future__ import annotations

import json
import re
from pathlib import Path

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.cli.errors import DONE
from sim.scenario.compose import whole
from sim.scenario.files import SHIPPED, beside, is_path, read, source
from sim.scenario.load import load_scenario
from sim.scenario.sealed import seal

_TEMPLATE = "templates/scenario.yaml"
_TITLE = re.compile(r"^title:.*$", re.MULTILINE)


def new(name: str, based_on: str | None) -> int:
    """Write a scenario to begin with, NAME.yaml in this folder; return the exit code."""
    path = Path(name if name.endswith(".yaml") else f"{name}.yaml")
    title = path.stem.replace("-", " ").replace("_", " ").strip().capitalize()
    if based_on is None:
        template = SHIPPED.root.joinpath(*_TEMPLATE.split("/")).read_text(encoding="utf-8")
        text = template.replace("TITLE", title).replace("NAME", path.stem)
    else:
        load_scenario(based_on)  # what is wrong with it is said before anything is written
        text = _TITLE.sub(f"title: {json.dumps(title, ensure_ascii=False)}", source(based_on), count=1)
        text = f"# Made from {plain(based_on)}.\n{text}"
    _write(path, text)
    print(f"{plain(path)} is written. Now:")
    shown = path if is_path(str(path.parent)) or len(path.parts) > 1 else f"./{path}"
    print(f"  unsanctioned check --fast {plain(shown)}")
    print(f"  unsanctioned play {plain(shown)}")
    return DONE


def schema() -> int:
    """Print the JSON Schema of scenario files; return the exit code."""
    from sim.scenario.json_schema import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return DONE


def sealed(name: str, output: Path) -> int:
    """Write a scenario as one file whose answers are not readable as plain text; return the exit code."""
    load_scenario(name)
    _write(output, seal(whole(read(name), beside(name))))
    print(f"{plain(output)} is written. It hides the answers from a glance, not from who wants to know them.")
    return DONE


def _write(path: Path, text: str) -> None:
    """Write a new file; refuse to write over one."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        problem = Problem("FILE-EXISTS", f"{path} is there already", advice="choose another name")
        raise InputError(problem) from None
    except OSError as error:
        advice = f"{error.strerror}; choose another place"
        raise InputError(Problem("FILE-WRITE", f"cannot write {path}", advice=advice)) from None
