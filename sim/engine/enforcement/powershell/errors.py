"""An error as PowerShell 5.1 prints it: message, place in the line, category and id."""

from __future__ import annotations

from dataclasses import dataclass, replace

BINDING = "ParameterBindingException"


@dataclass
class ShellError(Exception):
    """Ends a statement; it becomes output and never leaves this package."""

    who: str
    """The cmdlet that speaks; empty where it is PowerShell itself."""
    message: str
    category: str = "InvalidArgument: (:)"
    kind: str = BINDING
    """Type of the exception."""
    error_id: str = ""
    """Empty where the simulator speaks: its answer is one line."""
    span: tuple[int, int] = (0, 0)
    """The part of the line that it points at, from and to."""

    def at(self, span: tuple[int, int]) -> ShellError:
        """Return the same error pointing at a part of the line, unless it points at one already."""
        return self if self.span != (0, 0) else replace(self, span=span)

    def show(self, line: str) -> str:
        """Return the whole error record as the console prints it."""
        if not self.error_id:
            return f"{self.who} {self.message}"
        start, end = self.span
        said = f"{self.who} : {self.message}" if self.who else self.message
        target = f"[{self.who}], " if self.who else "[], "
        tail = f",{self.who}" if self.who else ""
        return "\n".join(
            [
                said,
                f"At line:1 char:{start + 1}",
                f"+ {line.strip()}",
                "+ " + " " * start + "~" * max(end - start, 1),
                f"    + CategoryInfo          : {self.category} {target}{self.kind}",
                f"    + FullyQualifiedErrorId : {self.error_id}{tail}",
            ]
        )


def syntax(message: str, error_id: str, span: tuple[int, int]) -> ShellError:
    """Return the error of a line that cannot be read: nothing of it runs."""
    return ShellError("", message, "ParserError: (:)", "ParentContainsErrorRecordException", error_id, span)


def not_here(what: str, span: tuple[int, int] = (0, 0)) -> ShellError:
    """Return the answer to something that PowerShell could do and this prompt cannot."""
    return ShellError("(simulator)", what, span=span)
