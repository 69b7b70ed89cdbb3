"""`unsanctioned block-script`: from a run, from a log, and what it says beside the text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.scenario.load import load_scenario
from sim.session.commands import TagApp
from sim.session.driver import Session

TWO_GATEWAYS = Path(__file__).parents[1] / "scenarios" / "two-gateways.yaml"
LINE = (
    "1577438400.123 482 10.1.4.23 TCP_TUNNEL/200 5312 CONNECT www.dropbox.com:443 alice "
    "HIER_DIRECT/162.125.66.18 -\n"
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run in which the news were tagged, and the sync app was tagged and freed again."""
    session = Session(load_scenario(str(TWO_GATEWAYS)))
    path = tmp_path / "run.jsonl"
    session.record_to(path)
    session.submit(TagApp("dropbox", "Unsanctioned"))
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    session.advance(session.now + 3_600_000_000)
    session.submit(TagApp("dropbox", ""))
    session.leave()
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(LINE, encoding="utf-8")
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["block-script", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.fact("appliance.script-all-apps")
def test_a_run_gives_the_apps_that_are_unsanctioned_then(run: Path, capsys: pytest.CaptureFixture[str]):
    code, out, err = printed(capsys, "bluecoat", run)
    assert code == 0
    assert "url.domain=sohu.com deny\n" in out
    assert "dropbox" not in out
    assert "as in CAS/api-discovery-script.md" in err
    _, before, _ = printed(capsys, "bluecoat", run, "--at", "+30m")
    assert "url.domain=dropbox.com deny\n" in before


def test_a_log_takes_the_apps_that_are_named_and_says_which_it_has_not_seen(
    log: Path, capsys: pytest.CaptureFixture[str]
):
    code, out, err = printed(capsys, "websense", log, "--unsanctioned", "dropbox, Box")
    assert code == 0
    assert "dest_host=dropbox.com action=deny\n" in out
    assert "dest_host=box.com action=deny\n" in out
    assert "Box: not seen in the log" in err
    assert "Dropbox: not seen" not in err


def test_a_log_takes_the_apps_that_an_own_catalog_tags(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    own = tmp_path / "own.yaml"
    own.write_text("extends: shipped\noverrides:\n  wetransfer: {tags: [Unsanctioned]}\n", encoding="utf-8")
    code, out, _ = printed(capsys, "zscaler", log, "--catalog", own)
    assert code == 0
    assert ".wetransfer.com\n" in out


def test_a_log_takes_the_apps_that_policies_tag(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """The last tag holds; a service that no policy can tag is left out and named."""
    log.write_text(LINE + LINE.replace("www.dropbox.com", "intune.microsoft.com"), encoding="utf-8")
    policies = tmp_path / "policies.yaml"
    every = "policies:\n  - {name: Every app, governance: {tag: Unsanctioned}}\n"
    policies.write_text(every, encoding="utf-8")
    code, out, err = printed(capsys, "bluecoat", log, "--policies", policies)
    assert code == 0
    assert "url.domain=dropbox.com deny\n" in out
    assert "microsoft" not in out
    assert "Microsoft Intune: a service that cannot be tagged Unsanctioned" in err
    code, out, _ = printed(capsys, "bluecoat", log, "--policies", policies, "--portal", "2019")
    assert "url.domain=intune.microsoft.com deny\n" in out
    storage = "  - {name: Storage, apps: [category equals Cloud storage], governance: {tag: Sanctioned}}\n"
    policies.write_text(every + storage, encoding="utf-8")
    code, out, err = printed(capsys, "bluecoat", log, "--policies", policies)
    assert (code, out) == (0, "")
    assert "no policy tags an app of the log Unsanctioned" in err
    policies.write_text("policies:\n  - {name: A, governance: {tag: Unsanctoned}}\n", encoding="utf-8")
    code, out, err = printed(capsys, "bluecoat", log, "--policies", policies)
    assert (code, out) == (2, "")
    assert "policies.yaml:2:" in err


def test_a_log_without_a_tagged_app_is_refused(log: Path, capsys: pytest.CaptureFixture[str]):
    code, out, err = printed(capsys, "bluecoat", log)
    assert (code, out) == (2, "")
    assert "give --unsanctioned APP,..." in err


def test_json_holds_the_text_and_what_was_left_out(log: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = printed(capsys, "fortigate", log, "--unsanctioned", "google-drive", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["appliance"], found["code"], found["confirmed"]) == ("fortigate", 108, None)
    assert found["file_name"] == "2019-12-27_CAS_Fortigate_block_script.txt"
    assert found["apps"] == ["google-drive"]
    assert [left["entry"] for left in found["left_out"]] == ["google.com/drive"]
    assert 'set url "drive.google.com"' in found["script"]


def test_a_folder_gets_the_file_under_the_portals_name(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code, out, err = printed(capsys, "108", run, "-o", tmp_path)
    path = tmp_path / "2019-12-16_CAS_Fortigate_block_script.txt"
    assert (code, out) == (0, "")
    assert str(path) in err
    assert path.read_text(encoding="utf-8").startswith("# This text is Unsanctioned's own")


def test_csv_is_for_appliances_without_a_script(run: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = printed(capsys, "csv", run)
    lines = out.splitlines()
    assert code == 0
    assert lines[:2] == ["App,App id,Domain", "Sohu News,sohu-news,sohu.com"]


def test_an_unknown_vendor_is_one_line_with_the_nearest(run: Path, capsys: pytest.CaptureFixture[str]):
    code, _, err = printed(capsys, "palo-alta", run)
    assert code == 2
    assert err.startswith("error[APPLIANCE-UNKNOWN]: no block script for 'palo-alta'")
    assert "palo-alto" in err
