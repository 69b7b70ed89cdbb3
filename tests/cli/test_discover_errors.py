"""The one place where errors become exit codes, called in this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import typer

from sim.base.errors import InputError, Problem, ReplayDiverged
from sim.cli.errors import guarded


def raising(error: BaseException) -> Callable[[], object]:
    """Return a command that raises."""

    def run() -> object:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (InputError(Problem("A", "one")), 2, ["error[A]: one"]),
        (
            InputError([Problem("A", "one"), Problem("B", "two", advice="mend it")]),
            2,
            ["error[A]: one", "error[B]: two; mend it"],
        ),
        (ReplayDiverged(Problem("R", "differs")), 1, ["error[R]: differs"]),
        (KeyboardInterrupt(), 130, ["error[INTERRUPTED]: interrupted"]),
        (typer.Abort(), 130, ["error[INTERRUPTED]: interrupted"]),
        (
            typer.BadParameter("too large."),
            2,
            ["error[USAGE]: Invalid value: too large; see unsanctioned --help"],
        ),
        (
            ZeroDivisionError("by\x1bzero"),
            2,
            [
                "error[INTERNAL]: ZeroDivisionError: by\\x1bzero; this is a fault of the program: "
                "report it with the output of --debug"
            ],
        ),
    ],
)
def test_each_error_has_its_lines_and_its_exit_code(
    error: BaseException, code: int, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error)) == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err.splitlines()) == ("", lines)
    assert guarded(raising(error), debug=True) == code
    assert "Traceback" in capsys.readouterr().err


def test_a_commands_own_exit_code_is_kept_and_nothing_means_done() -> None:
    assert guarded(lambda: 1) == 1
    assert guarded(lambda: None) == 0


def test_an_exit_that_is_not_a_closed_pipe_goes_through() -> None:
    with pytest.raises(SystemExit):
        guarded(raising(SystemExit(3)))
