"""`discover -o`: the file that a name asks for, and what cannot be written is said before logs are read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.test_discover import errors, line, unsanctioned
from tests.exercise.process import called
from tests.views.page import parse


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(
        line() * 3 + line(user="=cmd|calc") + line("news.sohu.com", "<b>eve</b>") + line("x.example")
    )
    return path


def test_html_is_the_executive_report_and_the_text_is_printed_too(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = unsanctioned("discover", log, "--report", "Friday <x>", "-o", out)
    assert done.returncode == 0
    assert done.stderr.decode().strip() == f"Written: {out}"
    assert b"Discovered apps" in done.stdout
    page = parse(out.read_text(encoding="utf-8"))
    assert page.all("h1")[0].text == "Friday <x>"
    said = "".join(each.text for each in page.all("main"))
    assert "5 of 6 transactions" in said
    assert "<b>eve</b>" in said
    assert "Now is 2019-12-27 09:20 UTC" in said
    assert "`" not in said


def test_csv_and_parquet_hold_the_discovered_apps(log: Path, tmp_path: Path) -> None:
    for name in ("apps.csv", "apps.PARQUET"):
        assert called("discover", log, "-o", tmp_path / name).returncode == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "apps.csv").read_bytes().decode(), newline="")))
    frame = pl.read_parquet(tmp_path / "apps.PARQUET")
    assert [row["App id"] for row in rows] == ["dropbox", "sohu-news"] == frame["App id"].to_list()
    assert [int(row["Transactions"]) for row in rows] == [4, 1] == frame["Transactions"].to_list()


def test_the_organisations_own_catalog_is_in_it(log: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("overrides:\n  dropbox: {score: 1, tags: [Unsanctioned, Watched], notes: '=x'}\n")
    out = tmp_path / "apps.csv"
    assert called("discover", log, "--catalog", own, "-o", out).returncode == 0
    row = next(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"), newline="")))
    assert (row["Score"], row["Tag"], row["Custom tags"], row["Note"]) == (
        "1",
        "Unsanctioned",
        "Watched",
        "'=x",
    )


def test_json_stays_one_document_on_stdout(log: Path, tmp_path: Path) -> None:
    done = called("discover", log, "--json", "-o", tmp_path / "r.html")
    assert json.loads(done.stdout)["totals"]["transactions"] == 5
    assert (tmp_path / "r.html").exists()


def test_a_file_that_is_there_is_written_anew(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("x" * 10**6)
    assert called("discover", log, "-o", out).returncode == 0
    assert "xxx" not in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report.pdf", "no kind of file"),
        ("report", "no kind of file"),
        ("missing/report.html", "no such folder"),
        ("folder.html", "this is a folder"),
        ("access.csv", "this is a log"),
    ],
)
def test_what_cannot_be_written_is_one_line_and_nothing_is_read(
    name: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.html").mkdir()
    log = tmp_path / "access.csv"
    log.write_text(line())
    done = called("discover", log, "-o", tmp_path / name)
    assert done.returncode == 2
    (told,) = errors(done)
    assert told.startswith("error[OUTPUT]: ")
    assert words in told
    assert done.stdout == b""
    assert log.read_text() == line(), "the log is untouched"


def test_a_disk_that_refuses_is_an_error_in_words(log: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs a device that is always full")
    link = log.with_name("report.html")
    link.symlink_to(full)
    done = called("discover", log, "-o", link)
    assert done.returncode == 2
    (told,) = errors(done)
    assert told.startswith("error[OUTPUT]: cannot write the file")
