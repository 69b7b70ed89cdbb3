"""The command line as a process of its own, and one recorded oracle run for all who need a run file."""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sim.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
Done = subprocess.CompletedProcess[bytes]


def unsanctioned(*arguments: str | Path, prefix: tuple[str, ...] = (), **environment: str) -> Done:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [*prefix, sys.executable, "-m", "sim.cli.main", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        env={**os.environ, **environment},
    )


def called(*arguments: str | Path) -> Done:
    """Run the command line in this process: as `unsanctioned`, without the start of another."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    words = [str(argument) for argument in arguments]
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
        out.flush()
        err.flush()
    return subprocess.CompletedProcess(words, code, out.buffer.getvalue(), err.buffer.getvalue())


def document(done: Done) -> Any:
    """Return the JSON document of a command that is done, and said nothing else."""
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def errors(done: Done, code: int = 2) -> list[str]:
    """Return the error lines of a command that failed: each in the one shape, and nothing on stdout."""
    found = done.stderr.decode().splitlines()
    assert done.returncode == code, found
    assert done.stdout == b""
    assert found
    assert all(text.startswith("error[") and "]: " in text for text in found), found
    assert not any("INTERNAL" in text or "Traceback" in text for text in found), found
    return found


def error(done: Done, rule: str, *words: str, code: int = 2) -> str:
    """Return the one error line of a command that failed; it has the rule and all the words."""
    (line,) = errors(done, code)
    assert line.startswith(f"error[{rule}]: "), line
    assert all(word in line for word in words), line
    return line


def records(path: Path) -> list[dict[str, Any]]:
    """Return the records of a run file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_records(path: Path, found: list[dict[str, Any]]) -> Path:
    """Write records as a run file."""
    path.write_text("".join(json.dumps(record) + "\n" for record in found), encoding="utf-8")
    return path


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="unsanctioned-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def recorded() -> tuple[Path, dict[str, Any]]:
    """Return the run file of the oracle on the shipped scenario, and what `run --json` printed."""
    path = _folder() / "oracle.jsonl"
    done = unsanctioned(
        "run", "first-block", "--player", "oracle", "--json", "--out", path, PYTHONHASHSEED="0"
    )
    assert done.stderr == b""
    found: dict[str, Any] = document(done)
    return path, found


@cache
def short() -> Path:
    """Return the run file of ten minutes in which nobody does anything: enough to name things wrongly."""
    path = _folder() / "short.jsonl"
    document(unsanctioned("run", "first-block", "--until", "+10m", "--json", "--out", path))
    return path
