"""`unsanctioned play`, and `unsanctioned` alone: the terminal interface."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.cli.errors import DONE, show_warnings
from sim.session.runfile import new_run_path, read_run

if TYPE_CHECKING:
    from sim.session.driver import Session

Exam = tuple[str | None, str | None, int | None]
"""Name, class code and minutes of an assessed run, as far as they were given."""


def play(
    scenario: str | None,
    *,
    seed: int | None = None,
    given: Sequence[str] = (),
    resume: Path | None = None,
    until: str | None = None,
    exam: Exam | None = None,
) -> int:
    """Open the interface; return the exit code. Whatever is wrong is said before it opens."""
    if scenario is not None and resume is not None:
        raise _usage("give a scenario or --resume RUN, not both")
    if until is not None and resume is None:
        raise _usage("--until goes with --resume RUN")
    if resume is not None and seed is not None:
        raise _usage("a resumed run keeps its seed: leave --seed out")
    if given and (scenario is None or exam is not None):
        raise _usage("--set goes with a scenario that is begun, and not with --assessed")
    if exam is not None:
        if resume is not None or seed is not None:
            raise _usage(
                "an assessed run takes scenario and seed from its code; go on with it by --resume RUN"
            )
        if not all(exam):
            raise _usage("give --assessed with --name, --class and --minutes")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            Problem(
                "NO-TERMINAL",
                "play needs a terminal",
                advice="without one: unsanctioned run first-block --player oracle",
            )
        )
    session = _open(scenario, seed, given, resume, until) if exam is None else _sit(scenario, exam)
    from sim.exercise.record import record_path
    from tui.app import PlayApp

    app = PlayApp(session, new_run_path, record_path())
    try:
        app.run()
    finally:
        app.leave()
    if app.run_path is not None:
        print(f"The run is kept in {plain(app.run_path)}")
        if app.result is None:
            print(f"Go on with: unsanctioned play --resume {plain(app.run_path)}")
    return app.return_code or DONE


def _sit(scenario: str | None, exam: Exam) -> Session:
    """Begin an assessed run; its time runs from now, by the real clock."""
    from sim.scenario.load import load_scenario
    from sim.session.assessed import Assessed, read_code
    from sim.session.driver import Session

    name, code, minutes = (exam[0] or "").strip(), (exam[1] or "").strip(), exam[2] or 0
    fixed, seed = read_code(code, name)
    if scenario is not None and scenario != fixed:
        raise _usage(f"the code is for {fixed}: leave the scenario out")
    _try_folder()
    assessed = Assessed(name, code, minutes, int(time.time()) + 60 * minutes)
    session = Session(load_scenario(fixed, seed), seed, assessed=assessed)
    session.record_to(new_run_path(session.resolved.name))
    return session


def _usage(what: str) -> InputError:
    return InputError(Problem("USAGE", what, advice="see unsanctioned play --help"))


def _open(
    scenario: str | None, seed: int | None, given: Sequence[str], resume: Path | None, until: str | None
) -> Session | None:
    """Return the session to play, or None for the library; its run file can be written."""
    if resume is not None:
        return _resume(resume, until)
    _try_folder()
    if scenario is None:
        return None
    from sim.scenario.load import load_scenario
    from sim.session.driver import Session

    loaded = load_scenario(scenario, seed, given)
    show_warnings(*loaded.warnings)
    session = Session(loaded, seed)
    session.record_to(new_run_path(session.resolved.name))
    return session


def _try_folder() -> None:
    """Raise InputError unless a file can be made where runs are kept."""
    path = new_run_path("probe").with_suffix(".tmp")
    try:
        path.write_bytes(b"")
        path.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(
            Problem("RUN-WRITE", f"cannot write in {path.parent}", advice=f"{why}; make it writable")
        ) from None


def _resume(path: Path, until: str | None) -> Session:
    """Bring a run back. With `until` the original stays: a branch from there is gone on with."""
    from sim.cli.run import parse_until
    from sim.session.branches import branch
    from sim.session.driver import resolved_of, restore

    recorded = read_run(path)
    if recorded.lost:
        print(
            f"{plain(path)}: the last line was unfinished and is left out; the rest is kept",
            file=sys.stderr,
        )
    if until is not None:
        resolved = resolved_of(recorded)
        target = new_run_path(f"{recorded.path.stem}-from")
        return branch(recorded, target, parse_until(until, resolved), resolved=resolved)
    recorded.refuse_foreign()
    session = restore(recorded).session
    if recorded.footer is None:
        session.continue_file(recorded)
    return session
