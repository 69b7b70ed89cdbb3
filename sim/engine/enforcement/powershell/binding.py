"""Which parameter takes which argument, by PowerShell's rules, and the errors where none can.

Names may be cut short while they stay unambiguous, in any case; an enumeration takes a name, an unambiguous
beginning of one, or a number; a boolean takes $true, $false or a number (own knowledge).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from sim.engine.enforcement.powershell.errors import BINDING, ShellError, not_here
from sim.engine.enforcement.powershell.objects import Scalar
from sim.engine.enforcement.powershell.syntax import Argument, Block, Bracket, Items, Parameter, Table, Text
from sim.engine.enforcement.settings import Kind, Setting


class Takes(Enum):
    """What a parameter wants."""

    FLAG = auto()
    """Nothing: it is there or not."""
    BOOLEAN = auto()
    CHOICE = auto()
    NUMBER = auto()
    TEXT = auto()
    TEXTS = auto()
    RAW = auto()
    """A block or a hash table, as written."""
    ABSENT = auto()
    """The real cmdlet has it; here it is not kept."""


_TYPES = {
    Takes.BOOLEAN: "System.Boolean",
    Takes.NUMBER: "System.UInt32",
    Takes.TEXT: "System.String",
    Takes.TEXTS: "System.String[]",
}
_LARGEST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Formal:
    """A parameter of a cmdlet."""

    name: str
    takes: Takes
    aliases: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    position: int | None = None

    @property
    def type_name(self) -> str:
        """The .NET type that errors name."""
        if self.takes is Takes.CHOICE:
            return f"Microsoft.PowerShell.Cmdletization.GeneratedTypes.MpPreference.{self.name}Type"
        return _TYPES.get(self.takes, "System.Object")


Bound = bool | int | str | tuple[str, ...] | Block | Table
Evaluate = Callable[[Bracket], Scalar]

_KINDS = {
    Kind.SWITCH: Takes.BOOLEAN,
    Kind.CHOICE: Takes.CHOICE,
    Kind.NUMBER: Takes.NUMBER,
    Kind.TEXTS: Takes.TEXTS,
}
_ACTIONS = {"SilentlyContinue": 0, "Stop": 1, "Continue": 2, "Inquire": 3, "Ignore": 4}

COMMON = (
    Formal("Verbose", Takes.FLAG, ("vb",)),
    Formal("Debug", Takes.FLAG, ("db",)),
    Formal("ErrorAction", Takes.CHOICE, ("ea",), _ACTIONS),
    Formal("WarningAction", Takes.CHOICE, ("wa",), _ACTIONS),
    Formal("InformationAction", Takes.CHOICE, ("infa",), _ACTIONS),
    Formal("ErrorVariable", Takes.TEXT, ("ev",)),
    Formal("WarningVariable", Takes.TEXT, ("wv",)),
    Formal("InformationVariable", Takes.TEXT, ("iv",)),
    Formal("OutVariable", Takes.TEXT, ("ov",)),
    Formal("OutBuffer", Takes.NUMBER, ("ob",)),
    Formal("PipelineVariable", Takes.TEXT, ("pv",)),
)
"""What every cmdlet takes (about_CommonParameters; documented)."""


def formal(setting: Setting) -> Formal:
    """Return the parameter of Set-MpPreference that writes a preference."""
    aliases = (setting.alias,) if setting.alias else ()
    return Formal(setting.name, _KINDS[setting.kind], aliases, setting.words)


def bind(
    cmdlet: str,
    formals: Sequence[Formal],
    arguments: Sequence[Parameter | Argument],
    evaluate: Evaluate,
) -> dict[str, Bound]:
    """Return the value of each parameter that was given, by its full name, in the order given."""
    known = (*formals, *COMMON)
    bound: dict[str, Bound] = {}
    places = sorted((f for f in formals if f.position is not None), key=lambda f: f.position or 0)
    waiting = list(arguments)
    loose: list[Argument] = []
    while waiting:
        given = waiting.pop(0)
        if not isinstance(given, Parameter):
            loose.append(given)
            continue
        wanted = _named(cmdlet, known, given)
        if wanted.name in bound:
            message = (
                f"Cannot bind parameter because parameter '{wanted.name}' is specified more than once. "
                "Give it one value, or several with commas where it takes a list."
            )
            raise ShellError(cmdlet, message, error_id="ParameterAlreadyBound", span=given.span)
        if wanted.takes is Takes.ABSENT:
            what = f"{cmdlet} has -{wanted.name}, which decides nothing here and is not kept"
            raise not_here(what, given.span)
        if wanted.takes is Takes.FLAG and not given.bound:
            bound[wanted.name] = True
            continue
        following = waiting.pop(0) if waiting else None
        if following is None or isinstance(following, Parameter):
            message = (
                f"Missing an argument for parameter '{wanted.name}'. "
                f"Specify a parameter of type '{wanted.type_name}' and try again."
            )
            raise ShellError(cmdlet, message, error_id="MissingArgument", span=given.span)
        bound[wanted.name] = _convert(cmdlet, wanted, following, evaluate)
    free = [f for f in places if f.name not in bound]
    for argument in loose:
        if not free:
            said = argument.text if isinstance(argument, Text) else "..."
            message = f"A positional parameter cannot be found that accepts argument '{said}'."
            raise ShellError(cmdlet, message, error_id="PositionalParameterNotFound", span=argument.span)
        first = free.pop(0)
        bound[first.name] = _convert(cmdlet, first, argument, evaluate)
    return bound


def _named(cmdlet: str, known: Sequence[Formal], given: Parameter) -> Formal:
    wanted = given.name.casefold()
    for one in known:
        if wanted in {one.name.casefold(), *(alias.casefold() for alias in one.aliases)}:
            return one
    near = [
        one
        for one in known
        if wanted and any(name.casefold().startswith(wanted) for name in (one.name, *one.aliases))
    ]
    if len(near) == 1:
        return near[0]
    if near:
        matches = " ".join(f"-{one.name}" for one in near)
        message = (
            f"Parameter cannot be processed because the parameter name '{given.name}' is ambiguous. "
            f"Possible matches include: {matches}."
        )
        raise ShellError(cmdlet, message, error_id="AmbiguousParameter", span=given.span)
    message = f"A parameter cannot be found that matches parameter name '{given.name}'."
    raise ShellError(cmdlet, message, error_id="NamedParameterNotFound", span=given.span)


def _convert(cmdlet: str, wanted: Formal, given: Argument, evaluate: Evaluate) -> Bound:
    if wanted.takes is Takes.RAW:
        if isinstance(given, Block | Table):
            return given
        raise _unfit(cmdlet, wanted, given, "it is not written in braces")
    if isinstance(given, Block | Table):
        raise _unfit(cmdlet, wanted, given, "a block cannot be converted")
    values = [value(item, evaluate) for item in (given.items if isinstance(given, Items) else (given,))]
    if wanted.takes is Takes.TEXTS:
        flat = [part for one in values for part in (one if isinstance(one, tuple) else (one,))]
        return tuple("" if one is None else str(one) for one in flat)
    if len(values) > 1:
        raise _unfit(cmdlet, wanted, given, "it takes one value")
    one = values[0]
    if one is None:
        message = f"Cannot bind argument to parameter '{wanted.name}' because it is null."
        raise ShellError(cmdlet, message, error_id="ParameterArgumentValidationErrorNull", span=given.span)
    if wanted.takes is Takes.CHOICE:
        return _choice(cmdlet, wanted, given, str(one))
    if wanted.takes in {Takes.BOOLEAN, Takes.FLAG}:
        return _boolean(cmdlet, wanted, given, one)
    if wanted.takes is Takes.NUMBER:
        text = str(one)
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LARGEST):
            raise _unfit(cmdlet, wanted, given, "it is not in a correct format")
        return int(text)
    return str(one)


def value(given: Argument, evaluate: Evaluate) -> Scalar:
    """Return what an argument stands for: $true, $false, $null, a number without quotes, or a text."""
    if isinstance(given, Bracket):
        return evaluate(given)
    if not isinstance(given, Text):
        raise not_here("lists and blocks have no place here", given.span)
    if given.quoted:
        return given.text
    lower = given.text.casefold()
    if lower in {"$true", "$false"}:
        return lower == "$true"
    if lower == "$null":
        return None
    if lower.startswith("$"):
        raise not_here("variables are not kept at this prompt; type the value itself", given.span)
    return given.text


def _choice(cmdlet: str, wanted: Formal, given: Argument, text: str) -> int:
    """Return the number that a name, the beginning of one, or a number stands for."""
    names = ", ".join(wanted.words)
    if text.lstrip("+-").isdigit():
        for number in wanted.words.values():
            if text == str(number):
                return number
        reason = (
            "the enumeration values are not valid. Specify one of the following enumeration values and try "
            f"again. The possible enumeration values are: {names}."
        )
        raise _no_cast(cmdlet, wanted, given, text, reason)
    wish = text.casefold()
    exact = [number for name, number in wanted.words.items() if name.casefold() == wish]
    near = exact or [number for name, number in wanted.words.items() if name.casefold().startswith(wish)]
    if len(near) == 1:
        return near[0]
    if near:
        reason = f"the identifier name {text} fits more than one enumerator name. Use one of: {names}"
        raise _no_cast(cmdlet, wanted, given, text, reason)
    reason = (
        f"Unable to match the identifier name {text} to a valid enumerator name. "
        f"Specify one of the following enumerator names and try again: {names}"
    )
    raise _no_cast(cmdlet, wanted, given, text, reason)


def _boolean(cmdlet: str, wanted: Formal, given: Argument, one: Scalar) -> bool:
    if isinstance(one, bool):
        return one
    if isinstance(given, Text) and not given.quoted and given.text.isascii() and given.text.isdigit():
        return given.text.strip("0") != ""
    message = (
        f"Cannot process argument transformation on parameter '{wanted.name}'. Cannot convert value "
        f'"System.String" to type "{_TYPES[Takes.BOOLEAN]}". Boolean parameters accept only Boolean values '
        "and numbers, such as $True, $False, 1 or 0."
    )
    raise ShellError(
        cmdlet,
        message,
        "InvalidData: (:)",
        "ParameterBindingArgumentTransformationException",
        "ParameterArgumentTransformationError",
        given.span,
    )


def _no_cast(cmdlet: str, wanted: Formal, given: Argument, text: str, reason: str) -> ShellError:
    message = (
        f"Cannot bind parameter '{wanted.name}'. Cannot convert value \"{text}\" to type "
        f'"{wanted.type_name}". Error: "{reason}"'
    )
    return ShellError(
        cmdlet, message, kind=BINDING, error_id="CannotConvertArgumentNoMessage", span=given.span
    )


def _unfit(cmdlet: str, wanted: Formal, given: Argument, why: str) -> ShellError:
    said = given.text if isinstance(given, Text) else "..."
    message = (
        f"Cannot bind parameter '{wanted.name}'. Cannot convert value \"{said}\" to type "
        f'"{wanted.type_name}": {why}.'
    )
    return ShellError(cmdlet, message, error_id="CannotConvertArgumentNoMessage", span=given.span)
