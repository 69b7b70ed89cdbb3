"""`unsanctioned export`: what the data sources of a run wrote, in real formats, and the truth apart."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from sim.base.errors import InputError, Place, Problem, nearest
from sim.base.text import plain
from sim.cli.errors import DONE
from sim.cli.run import parse_until
from sim.engine.discovery.writing import WRITERS
from sim.session.driver import Session, refuse_open, resolved_of, restore
from sim.session.runfile import read_run
from sim.views.files import write

TABLES = ("parquet", "csv", "jsonl")


def export(run: Path, folder: Path, *, file_format: str, truth: bool, at: str | None, as_json: bool) -> int:
    """Write the files of a run into a folder; return the exit code."""
    known = (*TABLES, *WRITERS)
    if file_format not in known:
        advice = nearest(file_format, list(known), "one of: " + ", ".join(known))
        raise InputError(Problem("USAGE", f"no export format {file_format!r}", advice=advice))
    recorded = read_run(run)
    if truth:
        refuse_open(recorded)
    session = restore(recorded, parse_until(at, resolved_of(recorded)) if at else None).session
    _make(folder)
    written = _tables if file_format in TABLES else _log
    files = list(written(session, folder, file_format))
    if truth:
        files += _truth(session, folder)
    if as_json:
        found = [{"file": str(path), "rows": rows} for path, rows in files]
        print(json.dumps({"files": found}, ensure_ascii=False, indent=2))
    else:
        for path, rows in files:
            print(f"{plain(path)}: {rows:,} rows")
    return DONE


def _truth(session: Session, folder: Path) -> Iterator[tuple[Path, int]]:
    """Write everything that a score is reckoned from: docs/scoring.md says how."""
    from sim.exercise.score.facts import facts
    from sim.exercise.score.labels import labels, untouched_labels
    from sim.exercise.score.truth import untouched
    from sim.views.sources import table_bytes

    base = untouched(session.resolved, session.seed)
    tables = {"truth.csv": labels(session), "truth-untouched.csv": untouched_labels(base)}
    for name, table in tables.items():
        write(folder / name, table_bytes(table, "csv"))
        yield folder / name, len(table)
    found = [json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts(session, base)]
    write(folder / "truth-facts.jsonl", "".join(found).encode())
    yield folder / "truth-facts.jsonl", len(found)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = f"{error.strerror or error}; choose another place"
        raise InputError(Problem("OUTPUT", "cannot make the folder", Place(str(folder)), advice)) from None


def _tables(session: Session, folder: Path, file_format: str) -> Iterator[tuple[Path, int]]:
    from sim.views.sources import table_bytes, tables

    for name, table in tables(session).items():
        path = folder / f"{name}.{file_format}"
        write(path, table_bytes(table, file_format))
        yield path, len(table)


def _log(session: Session, folder: Path, file_format: str) -> Iterator[tuple[Path, int]]:
    from sim.views.files import file_stem, open_for_writing
    from sim.views.sources import proxy_logs

    writer = WRITERS[file_format]
    if not session.resolved.scenario.proxy:
        print("The scenario has no proxy: this is the log of one in front of everybody.", file=sys.stderr)
    written: set[str] = set()
    for name, inspects, traffic in proxy_logs(session, writer.source):
        stem = file_stem(name, written)
        path = folder / f"{stem}{writer.suffix}"
        with open_for_writing(path) as file:
            writer.write(traffic, file.write, inspects=inspects)
        yield path, len(traffic)
