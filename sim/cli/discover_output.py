"""The file that `unsanctioned discover -o` writes: an executive report, or the discovered apps as data."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from sim.base.errors import InputError, Place, Problem
from sim.base.text import plain
from sim.cli.discover_data import Findings
from sim.cli.discover_text import notes

_RULE = "OUTPUT"
_PAGES = (".html", ".htm")
_KINDS = "end the name in .html for the executive report, .csv or .parquet for the discovered apps"


def check_output(path: Path, logs: Sequence[str]) -> None:
    """Raise InputError if the file cannot be wanted or made, before long logs are read for it."""
    place = Place(str(path))
    if path.suffix.lower() not in (*_PAGES, ".csv", ".parquet"):
        raise InputError(Problem(_RULE, "no kind of file is known by this name", place, _KINDS))
    if path.is_dir():
        raise InputError(Problem(_RULE, "this is a folder", place, "name a file in it"))
    if not path.parent.is_dir():
        raise InputError(Problem(_RULE, "there is no such folder", place, "make it, or choose another"))
    for log in logs:
        if log != "-" and path.exists() and Path(log).exists() and path.samefile(log):
            raise InputError(Problem(_RULE, "this is a log that is to be read", place, "choose another name"))


def write_output(path: Path, findings: Findings) -> None:
    """Write the file that its name asks for, and say so on stderr."""
    from sim.views.files import write

    write(path, _content(path.suffix.lower(), findings))
    print(f"Written: {plain(path)}", file=sys.stderr)


def _content(suffix: str, findings: Findings) -> bytes:
    from sim.views.standing import in_catalog

    judge = in_catalog(findings.catalog)
    if suffix in _PAGES:
        from sim.views.executive import Heading, executive
        from sim.views.executive_page import executive_page

        # Backticks set commands off on a terminal.
        assumed = [note.replace("`", "") for note in notes(findings)]
        report = findings.report
        heading = Heading(report.name, report.kind, report.first, report.last)
        return executive_page(executive(report, judge, heading, assumed=assumed)).encode()
    from sim.views.export import apps_sheet, to_csv, to_parquet

    sheet = apps_sheet(findings.report, judge)
    return to_csv(sheet) if suffix == ".csv" else to_parquet(sheet)
