"""`--set NAME=VALUE`: whoever plays gives a scenario's variable another value than its file does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sim.base.errors import Place, Problem, ScenarioError, nearest
from sim.base.yamlfile import Document
from sim.scenario.compose import Draft
from sim.scenario.head import Variable
from sim.scenario.located import validate

RULE = "SCENARIO-VAR"
_NUMBER = re.compile(r"[+-]?\d{1,18}")
_NUMBERS = ("count", "share")


def with_variables(draft: Draft, given: Sequence[str]) -> Draft:
    """Return a draft with variables set by `NAME=VALUE`; raise ScenarioError with every problem.

    A value is of the type that the file declares, within its limits. The last of several for one name holds.
    """
    known, problems = dict(draft.head.vars), list[Problem]()
    said: dict[str, str] = {}
    for text in given:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            problems.append(Problem(RULE, f"{text!r} sets nothing", Place("--set"), "write NAME=VALUE"))
        elif name not in known:
            advice = nearest(name, known, f"{draft.file} declares none under vars")
            place = draft.source.place(("vars",))
            problems.append(Problem(RULE, f"--set: no variable is called {name!r}", place, advice))
        else:
            said[name] = value
            _put(draft, known, name, value, problems)
    if problems:
        raise ScenarioError(problems)
    return replace(
        draft, head=draft.head.model_copy(update={"vars": known}), given=tuple(sorted(said.items()))
    )


def _put(draft: Draft, known: dict[str, Variable], name: str, value: str, problems: list[Problem]) -> None:
    """Give a declared variable a value, checked as the file's own is."""
    declared = draft.head.vars[name]
    number = declared.type in _NUMBERS and _NUMBER.fullmatch(value) is not None
    data = {**declared.model_dump(), "default": int(value) if number else value}
    try:
        known[name] = validate(Variable, Document(data, {}, "--set"))
    except ScenarioError as error:
        place = draft.source.place(("vars", name))
        problems += [Problem(p.rule, f"--set {name}: {p.what}", place, p.advice) for p in error.problems]
