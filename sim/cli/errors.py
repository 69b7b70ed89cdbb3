"""The one place where errors become lines on stderr and exit codes.

Every error a person can cause is one line `error[RULE]: what; where; what to do`. Exit codes: 0
done, 1 the checked thing failed, 2 bad usage or bad input, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import typer

from sim.base.errors import Problem, UnsanctionedError

DONE = 0
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


def guarded(run: Callable[[], object], *, debug: bool = False) -> int:
    """Run a command and return its exit code; whatever it raises becomes lines on stderr."""
    try:
        code = run()
        sys.stdout.flush()
        return code if isinstance(code, int) else DONE
    except BrokenPipeError:
        return _reader_left()
    except SystemExit as stop:
        # Typer and rich exit by themselves when whoever reads our output has gone.
        if isinstance(stop.__context__, BrokenPipeError):
            return _reader_left()
        raise
    except (KeyboardInterrupt, typer.Abort) as error:
        _trace(error, debug)
        show_problems(Problem("INTERRUPTED", "interrupted"))
        return INTERRUPTED
    except UnsanctionedError as error:
        _trace(error, debug)
        show_problems(*error.problems)
        return error.exit_code
    except typer.TyperException as error:
        _trace(error, debug)
        show_problems(_usage(error))
        return BAD_INPUT
    except Exception as error:
        _trace(error, debug)
        what = f"{type(error).__name__}: {error}"
        advice = "this is a fault of the program: report it with the output of --debug"
        show_problems(Problem("INTERNAL", what, advice=advice))
        return BAD_INPUT


def show_problems(*problems: Problem) -> None:
    """Print problems on stderr, one line each."""
    for problem in problems:
        print(problem, file=sys.stderr)


def show_warnings(*warnings: Problem) -> None:
    """Print what should be written otherwise, and still works, on stderr."""
    for warning in warnings:
        print(warning.line("warning"), file=sys.stderr)


def force_utf8() -> None:
    """Write UTF-8 whatever the locale says, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _usage(error: typer.TyperException) -> Problem:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "unsanctioned"
    what = error.format_message().rstrip(".")
    return Problem("USAGE", what, advice=f"see {command} --help")


def _trace(error: BaseException, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)


def _reader_left() -> int:
    # The interpreter flushes stdout once more when it ends, and would complain then.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return DONE
