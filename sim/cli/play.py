"""`unsanctioned play`, and `unsanctioned` alone: the terminal interface."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sim.base.errors import InputError, Problem
from sim.base.text import plain
from sim.cli.errors import DONE, show_warnings
from sim.session.runfile import Recorded, new_run_path, read_run

if TYPE_CHECKING:
    from sim.session.driver import Session


def play(
    scenario: str | None,
    *,
    seed: int | None = None,
    resume: Path | None = None,
    until: str | None = None,
) -> int:
    """Open the interface; return the exit code. Whatever is wrong is said before it opens."""
    if scenario is not None and resume is not None:
        raise _usage("give a scenario or --resume RUN, not both")
    if until is not None and resume is None:
        raise _usage("--until goes with --resume RUN")
    if resume is not None and seed is not None:
        raise _usage("a resumed run keeps its seed: leave --seed out")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError(
            Problem(
                "NO-TERMINAL",
                "play needs a terminal",
                advice="without one: unsanctioned run first-block --player oracle",
            )
        )
    session = _open(scenario, seed, resume, until)
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


def _usage(what: str) -> InputError:
    return InputError(Problem("USAGE", what, advice="see unsanctioned play --help"))


def _open(scenario: str | None, seed: int | None, resume: Path | None, until: str | None) -> Session | None:
    """Return the session to play, or None for the library; its run file can be written."""
    if resume is not None:
        return _resume(resume, until)
    _try_folder()
    if scenario is None:
        return None
    from sim.scenario.load import load_scenario
    from sim.session.driver import Session

    loaded = load_scenario(scenario, seed)
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
    """Bring a run back. With `until` the original stays: a copy up to there is gone on with."""
    from sim.cli.run import parse_until
    from sim.session.driver import resolved_of, restore

    recorded = read_run(path)
    if recorded.lost:
        print(
            f"{plain(path)}: the last line was unfinished and is left out; the rest is kept",
            file=sys.stderr,
        )
    limit = parse_until(until, resolved_of(recorded)) if until else None
    replayed = restore(recorded, limit)
    if limit is not None:
        replayed.session.continue_file(_copy(recorded, replayed.compared))
    elif recorded.footer is None:
        replayed.session.continue_file(recorded)
    return replayed.session


def _copy(recorded: Recorded, count: int) -> Recorded:
    """Write the header and the first `count` records to a new run file."""
    target = new_run_path(f"{recorded.path.stem}-from")
    lines = recorded.path.read_bytes().split(b"\n")[: count + 1]
    data = b"".join(line + b"\n" for line in lines)
    try:
        target.write_bytes(data)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(
            Problem("RUN-WRITE", f"cannot write {target}", advice=f"{why}; choose another place")
        ) from None
    return Recorded(target, recorded.header, recorded.records[:count], len(data))
