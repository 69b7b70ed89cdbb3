"""`unsanctioned export`: what is written is read back, by our own discovery, to the same totals."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sim.base.yamlfile import load
from sim.engine.discovery.log_sources import Sight
from sim.engine.discovery.writing import WRITERS
from sim.scenario.load import resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario
from sim.session.driver import Session, restore
from sim.session.runfile import read_run
from tests.exercise.process import called, document, errors

PROXIED = Path(__file__).parents[1] / "scenarios" / "small-office.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of a small office whose field staff sit behind a proxy."""
    folder = tmp_path_factory.mktemp("export")
    scenario = folder / "office.yaml"
    text = PROXIED.read_text(encoding="utf-8") + "\nproxy: {name: Field proxy, departments: [Field]}\n"
    scenario.write_text(text, encoding="utf-8")
    path = folder / "run.jsonl"
    document(called("run", scenario, "--player", "do-nothing", "--out", path, "--json"))
    return path


def told(run: Path, folder: Path, name: str, *more: str) -> tuple[Path, Any]:
    """Export, and return the file and what `discover` says of it."""
    (file, *_) = document(called("export", run, folder, "--format", name, "--json", *more))["files"]
    found = document(called("discover", file["file"], "--now", "2019-12-18", "--json"))
    (log,) = found["files"]
    assert log["traffic"] == file["rows"], log
    assert not log["bad"], log
    return Path(file["file"]), found


@pytest.fixture(scope="module")
def expected(run: Path) -> list[dict[str, str]]:
    """Return the true connections of the field staff."""
    session = restore(read_run(run)).session
    departments = {person.upn: person.department for person in session.world.staff.people}
    folder = run.parent / "truth"
    called("export", run, folder, "--format", "jsonl", "--truth")
    rows = csv.DictReader(io.StringIO((folder / "truth.csv").read_text(encoding="utf-8")))
    return [row for row in rows if departments.get(row["User"]) == "Field"]


@pytest.mark.parametrize("name", WRITERS)
def test_a_proxy_log_is_read_back_to_the_totals_of_the_run(
    run: Path, expected: list[dict[str, str]], tmp_path: Path, name: str
) -> None:
    """As far as the source can know them: Squid knows no upload, no proxy knows a machine."""
    _, found = told(run, tmp_path, name)
    source = WRITERS[name].source
    up, down = (sum(int(row[name]) for row in expected) for name in ("BytesUp", "BytesDown"))
    if source.sight is Sight.ADDRESS:
        assert sum(each["transactions"] for each in found["unmatched"]) == len(expected)
        assert not found["apps"], "the catalog knows none of these addresses"
        return
    assert found["totals"]["transactions"] == len(expected) > 100
    assert found["totals"]["users"] == (
        len({row["User"] for row in expected}) if source.knows_users else None
    )
    assert found["totals"]["bytes_down"] == (down if "bytes_down" in source.sizes else None)
    assert found["totals"]["bytes_up"] == (up if "bytes_up" in source.sizes else None)
    assert not found["totals"]["machines"]
    by_app = Counter(row["App"] for row in expected)
    assert {app["id"]: app["transactions"] for app in found["apps"]} == dict(by_app)


@pytest.mark.parametrize("name", ["parquet", "csv", "jsonl"])
def test_the_tables_of_defender_are_read_back(run: Path, tmp_path: Path, name: str) -> None:
    """Everybody's connections with machine and program, and no sizes."""
    session = restore(read_run(run)).session
    _, found = told(run, tmp_path, name)
    assert found["totals"]["transactions"] == len(session.world.plane.telemetry.rows())
    assert found["totals"]["machines"] == found["totals"]["users"] == 7, "one machine is away"
    assert found["totals"]["bytes_down"] is None


def test_all_three_kinds_of_tables_hold_the_same(run: Path, tmp_path: Path) -> None:
    """CSV, JSON lines and Parquet differ in nothing but their clothes."""
    for name in ("parquet", "csv", "jsonl"):
        called("export", run, tmp_path, "--format", name)
    stem = tmp_path / "DeviceNetworkEvents"
    lines = [json.loads(line) for line in stem.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()]
    table = pl.read_parquet(stem.with_suffix(".parquet"))
    sheet = pl.read_csv(stem.with_suffix(".csv"), infer_schema=False)
    assert table.columns == sheet.columns == list(lines[0])
    assert [row["ReportId"] for row in lines] == table["ReportId"].to_list()
    assert [row["RemoteUrl"] for row in lines] == sheet["RemoteUrl"].to_list()


def test_the_truth_is_apart_and_says_what_the_policy_thinks(tmp_path: Path) -> None:
    """Labels stand in no log: only the files of the truth hold them, and prohibited use is among them."""
    path = tmp_path / "run.jsonl"
    called("run", "first-block", "--player", "do-nothing", "--until", "+4h", "--out", path)
    called("export", path, tmp_path / "files", "--format", "w3c", "--truth")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "files" / "truth.csv").read_text(encoding="utf-8"))))
    labels = Counter(row["Label"] for row in rows)
    assert set(labels) == {"prohibited", "tolerated", "approved", "other"}
    assert {row["PolicyLine"] for row in rows if row["App"] == "sohu-news"} == {"CU-2"}
    for other in (tmp_path / "files").iterdir():
        if not other.name.startswith("truth"):
            assert "prohibited" not in other.read_text(encoding="utf-8")


def test_names_that_would_break_a_line_come_back_whole(tmp_path: Path) -> None:
    """A blank, a percent sign or a letter outside ASCII in a name breaks no line."""
    data = load(PROXIED.read_text(encoding="utf-8"), "office")
    data.data["organisation"]["domain"] = "büro=1 0%.example"
    resolved = resolve("office", validate(Scenario, data))
    session = Session(resolved)
    session.record_to(tmp_path / "run.jsonl")
    session.advance(resolved.start + 3_600_000_000)
    session.leave()
    for name in WRITERS:
        _, found = told(tmp_path / "run.jsonl", tmp_path / name, name)
        if not WRITERS[name].source.knows_users:
            continue
        assert found["totals"]["users"] == 7
        assert all("BÜRO=1 0%" in user["name"].upper() for user in found["users"]), (name, found["users"])


def test_a_wrong_format_or_place_is_said(run: Path, tmp_path: Path) -> None:
    """The nearest format is named; a folder that cannot be made is an error of one line."""
    (line,) = errors(called("export", run, tmp_path, "--format", "sqiud"))
    assert "squid" in line
    (tmp_path / "file").write_text("x")
    (line,) = errors(called("export", run, tmp_path / "file" / "folder", "--format", "csv"))
    assert "error[OUTPUT]" in line
