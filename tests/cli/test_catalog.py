"""`unsanctioned catalog`: what a person sees of the apps, their hosts and their scores."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.engine.catalog.folder import SCORE_SETTINGS, shipped
from sim.engine.catalog.model import load_catalog
from tests.exercise.process import ROOT, called, document, error, errors

OWN = """\
apps:
  - {id: acme-wiki, name: Wiki, category: Collaboration, domains: [wiki.acme.example], ips: [10.1.0.0/16]}
overrides:
  dropbox: {score: 3, tags: [Sanctioned], notes: "Contract until 2027."}
"""


def own(folder: Path, text: str = OWN) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def printed(*arguments: str | Path) -> str:
    done = called("catalog", *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    return done.stdout.decode()


def settings(folder: Path, old: str, new: str) -> Path:
    text = (shipped() / SCORE_SETTINGS).read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "settings.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_hosts_resolve_in_the_order_given() -> None:
    hosts = [
        "WWW.Dropbox.com:443",
        "nobody.example",
        "https://www.google.com/drive/x?y",
        "WWW.Dropbox.com:443",
    ]
    found = document(called("catalog", "resolve", *hosts, "--json"))
    assert [entry["host"] for entry in found] == hosts
    assert [entry["app"] for entry in found] == ["dropbox", None, "google-drive", "dropbox"]
    score = load_catalog().score(load_catalog().app("dropbox"))
    assert score is not None
    assert found[0] == {
        "host": "WWW.Dropbox.com:443",
        "app": "dropbox",
        "name": "Dropbox",
        "domain": "dropbox.com",
        "category": "Cloud storage",
        "score": score.total,
    }
    assert found[1] == {
        "host": "nobody.example",
        "app": None,
        "name": None,
        "domain": None,
        "category": None,
        "score": None,
    }


def test_hosts_come_from_standard_input_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sim.cli.main", "catalog", "resolve", "box.com", "-", "--json"],
        input="\ufeffdropbox.com\r\n\n  bücher.example  \n".encode() + b"\xff.box.com\nsohu.com",
        cwd=ROOT,
        capture_output=True,
        timeout=120,
    )
    found = [(entry["host"], entry["app"]) for entry in document(done)]
    assert found == [
        ("box.com", "box"),
        ("dropbox.com", "dropbox"),
        ("bücher.example", None),
        ("\ufffd.box.com", None),
        ("sohu.com", "sohu-news"),
    ]


@pytest.mark.parametrize("host", ["notdropbox.com", "dropbox.com.evil.test", "dropbox.com@evil.test"])
def test_a_look_alike_is_nobody(host: str) -> None:
    (found,) = document(called("catalog", "resolve", host, "--json"))
    assert found["app"] is None
    assert "no app of the catalog" in printed("resolve", host)


def test_a_hostile_host_reaches_the_terminal_as_text() -> None:
    host = "\x1b[31m[bold]x[/]\u202e.dropbox.com"
    text = printed("resolve", host)
    assert "\\x1b[31m[bold]x[/]\\u202e.dropbox.com" in text
    raw = called("catalog", "resolve", host, "--json").stdout
    assert raw.isascii()
    assert b"\x1b" not in raw


def test_a_search_finds_names_vendors_domains_and_categories() -> None:
    def ids(text: str) -> list[str]:
        return [entry["id"] for entry in document(called("catalog", "search", text, "--json"))]

    assert ids("DropBox")[:2] == ["dropbox", "dropbox-paper"]
    assert "dropbox" in ids("db.tt")
    assert {"whatsapp", "instagram"} <= set(ids("facebook"))
    assert "salesforce" in ids("crm")
    assert ids("no such app at all") == []
    assert "No app of the catalog" in printed("search", "no such app at all")


def test_an_app_is_shown_with_all_that_is_known_and_unknown() -> None:
    text = printed("show", "Dropbox")
    for words in ("this project's own", "not Microsoft's", "% of the weight", "Unknown: ", "stays unknown"):
        assert words in text
    app = load_catalog().app("dropbox")
    score = load_catalog().score(app)
    assert score is not None
    for section in ("General", "Security", "Compliance", "Legal"):
        assert f"{section}: {score.sections[section.lower()]} of 10" in text
    for name in app.factors:
        assert name.replace("-", " ") in text
    assert "common-knowledge" in text


def test_every_fact_says_its_mark_and_what_it_earns() -> None:
    found: dict[str, Any] = document(called("catalog", "show", "dropbox", "--json"))
    facts = {fact["factor"]: fact for fact in found["facts"]}
    assert facts["soc-2"] == {
        "section": "compliance",
        "factor": "soc-2",
        "value": True,
        "mark": "common-knowledge",
        "document": None,
        "scored": True,
        "points": 10.0,
        "weight": 1,
    }
    assert (facts["founded"]["points"], facts["founded"]["mark"]) == (8.0, "common-knowledge")
    assert found["headquarters_mark"] == "common-knowledge"
    assert found["score"] == found["score_worked_out"]
    assert not found["score_overridden"]
    assert set(found["sections"]) == {"general", "security", "compliance", "legal"}
    assert not facts.keys() & set(found["unknown"])
    assert "not Microsoft's" in found["whose_score"]


def test_an_app_of_which_too_little_is_known_says_so() -> None:
    text = printed("show", "sohu-news")
    assert "not scored" in text
    assert "30 % is needed" in text
    found = document(called("catalog", "show", "sohu-news", "--json"))
    assert found["score"] is None
    assert found["risk"] == "not scored"
    assert found["coverage_percent"] < found["minimum_coverage_percent"]


def test_an_overridden_score_shows_as_one(tmp_path: Path) -> None:
    path = own(tmp_path)
    text = printed("show", "dropbox", "--catalog", path)
    assert "3 of 10 (high risk), overridden by the organisation" in text
    assert "Worked out" in text
    assert "Contract until 2027." in text
    found = document(called("catalog", "show", "dropbox", "--catalog", path, "--json"))
    assert (found["score"], found["score_overridden"], found["tags"]) == (3, True, ["Sanctioned"])
    assert found["score_worked_out"] not in (3, None)
    assert "3* (" in printed("resolve", "dropbox.com", "--catalog", path)


def test_custom_apps_are_found_by_host_and_by_address(tmp_path: Path) -> None:
    hosts = ("m.wiki.acme.example", "10.1.2.3:8080", "10.2.0.1")
    found = document(called("catalog", "resolve", *hosts, "--catalog", own(tmp_path), "--json"))
    assert [(entry["app"], entry["domain"]) for entry in found] == [
        ("acme-wiki", "wiki.acme.example"),
        ("acme-wiki", "10.1.0.0/16"),
        (None, None),
    ]
    assert "Custom app" in printed("show", "acme-wiki", "--catalog", own(tmp_path))


def test_score_settings_of_ones_own_change_the_score(tmp_path: Path) -> None:
    path = settings(tmp_path, "minimum_coverage_percent: {value: 30", "minimum_coverage_percent: {value: 100")
    found = document(called("catalog", "show", "dropbox", "--score-settings", path, "--json"))
    assert found["score"] is None
    assert found["minimum_coverage_percent"] == 100
    error(
        called(
            "catalog",
            "show",
            "dropbox",
            "--score-settings",
            settings(tmp_path, "  high: {value: 4,", "  high: {value: much,"),
        ),
        "SCORE-SETTING",
        f"{tmp_path / 'settings.yaml'}:",
        "importance.high",
    )


def test_the_shipped_catalog_passes_its_own_check() -> None:
    """No domain twice, no public suffix, no unknown category or country, no key twice: everything strict."""
    parts = {part["name"]: part for part in document(called("catalog", "check", "--json"))}
    assert parts.keys() == {"shipped", "fictional"}
    assert parts["shipped"]["apps"] == len(load_catalog().apps)
    assert parts["fictional"]["scored"] == parts["fictional"]["apps"] >= 32
    assert "nothing wrong" in printed("check")


CATEGORY = """\
category: CRM
apps:
  - id: acme
    name: Acme
    vendor: Acme
    homepage: https://acme.com
    domains: [acme.com, co.uk]
    description: Customers.
"""


def test_a_check_names_every_mistake_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "crm.yaml"
    path.write_text(CATEGORY + "    headquarters: QQ\n", encoding="utf-8")
    for checked, name in ((path, str(path)), (tmp_path, "crm.yaml")):
        found = errors(called("catalog", "check", checked))
        assert len(found) == 2
        assert any("CATALOG-DOMAIN" in line and f"{name}:7:25" in line for line in found)
        assert any("CATALOG-COUNTRY" in line and f"{name}:9:5" in line for line in found)


def test_a_check_takes_every_kind_of_catalog_file(tmp_path: Path) -> None:
    category = tmp_path / "folder" / "crm.yaml"
    category.parent.mkdir()
    category.write_text(CATEGORY.replace(", co.uk", ""), encoding="utf-8")
    counts = ("apps", "domains", "overrides")
    for path, expected in (
        (category, [1, 1, 0]),
        (category.parent, [1, 1, 0]),
        (own(tmp_path), [1, 1, 1]),
        (settings(tmp_path, "factor_importance: {}", "factor_importance: {}"), [0, 0, 0]),
    ):
        (part,) = document(called("catalog", "check", path, "--json"))
        assert [part[count] for count in counts] == expected


@pytest.mark.parametrize("command", ["show", "search", "resolve"])
def test_a_wrong_file_is_one_located_line(tmp_path: Path, command: str) -> None:
    path = own(tmp_path, OWN.replace("score: 3", "score: 30"))
    error(called("catalog", command, "dropbox", "--catalog", path), "CATALOG-OVERRIDE", f"{path}:4:13")
    error(
        called("catalog", command, "dropbox", "--catalog", tmp_path / "none.yaml"), "FILE-READ", "none.yaml"
    )


def test_an_unknown_app_names_the_nearest() -> None:
    error(called("catalog", "show", "drpbox"), "APP-UNKNOWN", "Dropbox (dropbox)")
    error(called("catalog"), "USAGE", "catalog --help")


def test_json_is_all_that_stands_on_standard_output() -> None:
    for words in (("search", "box"), ("show", "box"), ("resolve", "box.com"), ("check",)):
        done = called("catalog", *words, "--json")
        json.loads(done.stdout)
        assert done.stderr == b""
