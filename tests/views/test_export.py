"""Exports: what a spreadsheet reads is what stands there, and nothing of it is carried out."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.time import DAY, SECOND
from sim.engine.catalog.model import load_catalog
from sim.engine.catalog.own import Override, TenantCatalog
from sim.engine.discovery.report import Report
from sim.engine.traffic import Traffic, encode
from sim.views.export import apps_sheet, entities_sheet, safe_cell, to_csv, to_parquet
from sim.views.files import file_stem
from sim.views.standing import in_catalog

CATALOG = load_catalog()
HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=cmd|'/c calc'!A1",
    'a"b,c',
    "＝1",
    "ada",
    "",
)
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


def report(*users: str) -> Report:
    """Return a report in which each user uploaded 10 bytes to Dropbox, one second after the other."""
    found = Report("r", "snapshot", CATALOG)
    size = len(users)
    found.add(
        Traffic(
            18_000 * DAY + np.arange(size, dtype=np.int64) * SECOND,
            encode(["www.dropbox.com"] * size),
            encode(users),
            encode(["10.0.0.1"] * size),
            bytes_up=np.full(size, 10, dtype=np.int64),
        )
    )
    return found


def read(content: bytes) -> list[dict[str, str]]:
    """Return CSV as a spreadsheet reads it."""
    assert not content.startswith(b"\xef\xbb\xbf"), "no byte order mark"
    text = content.decode("utf-8")
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_no_cell_of_text_begins_as_a_formula_and_none_is_lost() -> None:
    rows = read(to_csv(entities_sheet(report(*HOSTILE), "user")))
    assert len(rows) == len(HOSTILE)
    assert not any(row["User"].startswith(DANGEROUS) for row in rows)
    names = {row["User"] for row in rows}
    assert {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'=cmd|'/c calc'!A1", 'a"b,c', "ada", "'＝1"} <= names
    assert {"'\\t=1", "'\\r=1", "'\\n=1"} <= names, "control characters are made visible, and still marked"


@given(st.text())
def test_whatever_a_name_is_its_cell_is_no_formula_and_one_line(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(DANGEROUS)
    assert not set(cell) & set("\r\n\t\x1b\u202e\u2028")
    if text.startswith(DANGEROUS):
        assert cell.startswith("'")


def test_numbers_stay_numbers_and_times_are_iso_in_utc() -> None:
    (row,) = read(to_csv(apps_sheet(report("ada", "bob"), in_catalog(TenantCatalog(CATALOG)))))
    assert (row["Users"], row["Transactions"], row["Uploaded (bytes)"]) == ("2", "2", "20")
    assert row["Downloaded (bytes)"] == "", "no source knows it: it is not 0"
    assert row["Machines"] == ""
    assert (row["First seen (UTC)"], row["Last seen (UTC)"]) == (
        "2019-04-14T00:00:00Z",
        "2019-04-14T00:00:01Z",
    )


def test_tags_domains_scores_and_notes_are_in_it() -> None:
    said = Override(score=3, tags=("Unsanctioned", "=Watched", "B"), notes="=HYPERLINK(1)")
    judge = in_catalog(TenantCatalog(CATALOG, {"dropbox": said}))
    (row,) = read(to_csv(apps_sheet(report("ada"), judge)))
    assert (row["Score"], row["Score overridden"], row["Risk level"]) == ("3", "yes", "high")
    assert (row["Tag"], row["Custom tags"], row["Note"]) == ("Unsanctioned", "'=Watched; B", "'=HYPERLINK(1)")
    assert "dropboxapi.com" in row["Domains"].split("; ")
    assert row["Domains seen"] == "dropbox.com"
    assert row["Headquarters"] == "United States"


def test_an_app_that_is_not_scored_has_no_number_there() -> None:
    found = Report("r", "snapshot", CATALOG)
    found.add(Traffic(np.zeros(1, dtype=np.int64), encode(["sohu.com"])))
    (row,) = read(to_csv(apps_sheet(found, in_catalog(TenantCatalog(CATALOG)))))
    assert (row["App"], row["Score"], row["Risk level"]) == ("Sohu News", "", "not scored")


def test_parquet_holds_the_same_with_types_and_texts_as_they_were_found() -> None:
    frame = pl.read_parquet(io.BytesIO(to_parquet(entities_sheet(report(*HOSTILE), "user"))))
    assert set(frame["User"]) == set(HOSTILE)
    assert frame.schema["Transactions"] == pl.Int64
    assert frame.schema["First seen (UTC)"] == pl.Datetime("us")
    assert frame["First seen (UTC)"].min() == datetime(2019, 4, 14)  # noqa: DTZ001
    assert frame["Downloaded (bytes)"].null_count() == len(frame)
    assert int(frame["Uploaded (bytes)"].sum()) == 10 * len(HOSTILE)


@pytest.mark.parametrize("write", [to_csv, to_parquet])
def test_an_empty_report_gives_the_columns_and_no_row(write) -> None:
    empty = apps_sheet(Report("r", "snapshot", CATALOG), in_catalog(TenantCatalog(CATALOG)))
    content = write(empty)
    if write is to_csv:
        assert read(content) == []
        assert content.decode().startswith("App,App id,")
    else:
        assert pl.read_parquet(io.BytesIO(content)).shape == (0, len(empty.columns))


def test_only_the_listed_apps_are_exported_where_they_are_listed() -> None:
    found = report("ada")
    found.add(Traffic(np.zeros(1, dtype=np.int64), encode(["slack.com"])))
    judge = in_catalog(TenantCatalog(CATALOG))
    assert [row["App id"] for row in read(to_csv(apps_sheet(found, judge)))] == ["dropbox", "slack"]
    assert [row["App id"] for row in read(to_csv(apps_sheet(found, judge, ["slack"])))] == ["slack"]


def test_a_name_that_is_a_path_or_that_comes_twice_is_a_file_of_its_own():
    """Names of proxies are the scenario's, and a file stays in its folder."""
    taken: set[str] = set()
    names = ("Head office", "../../etc/passwd", "head office", "/", "Büro: 1")
    assert [file_stem(name, taken) for name in names] == [
        "Head office",
        "etc-passwd",
        "head office-2",
        "unnamed",
        "Büro- 1",
    ]
