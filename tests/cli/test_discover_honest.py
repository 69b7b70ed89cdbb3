"""Discover on people's own logs: what it assumes, merges, hides and leaves out, it says."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.exercise.process import Done, called

BEGIN = int(datetime(2019, 12, 27, 9, 20, tzinfo=UTC).timestamp())
DAY = 86_400


def line(host: str, user: str, size: int = 100, at: int = BEGIN, result: str = "TCP_TUNNEL/200") -> str:
    """Return a line of Squid's native log."""
    return f"{at}.000 5 10.1.4.23 {result} {size} CONNECT {host}:443 {user} HIER_DIRECT/192.0.2.1 -\n"


def discover(*arguments: str | Path) -> Done:
    """Run discover."""
    return called("discover", *arguments)


def found(*arguments: str | Path) -> Any:
    """Run discover and return its JSON."""
    done = discover(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def users(data: Any) -> dict[str, int]:
    """Return transactions by user."""
    return {row["name"]: row["transactions"] for row in data["users"]}


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(
        line("www.dropbox.com", "CONTOSO\\Alice", 100)
        + line("www.dropbox.com", "alice@contoso.example", 200)
        + line("slack.com", "alice", 400)
        + line("www.dropbox.com", "bob", 800, result="TCP_DENIED/403")
        + line("files.example.net", "bob", 1600)
    )
    return path


def test_nothing_is_merged_silently(log: Path) -> None:
    """One person under three names is three users, and the report says so; a file of names makes them one."""
    apart = found(log)
    assert users(apart) == {"CONTOSO\\Alice": 1, "alice@contoso.example": 1, "alice": 1, "bob": 1}
    assert apart["same_person"] == [["CONTOSO\\Alice", "alice", "alice@contoso.example"]]
    text = discover(log).stdout.decode()
    assert "1 people may be counted more than once" in text
    people = log.with_name("users.yaml")
    people.write_text("alice@contoso.example: ['CONTOSO\\alice', ALICE]\n")
    merged = found(log, "--users", people)
    assert users(merged) == {"alice@contoso.example": 3, "bob": 1}
    assert merged["same_person"] == []


def test_names_claimed_twice_are_located(log: Path) -> None:
    people = log.with_name("users.yaml")
    people.write_text("a@x.example: [al, jo]\nb@x.example: [AL]\nc@x.example: {name: [c]}\n")
    done = discover(log, "--users", people)
    assert (done.returncode, done.stdout) == (2, b"")
    first, second = done.stderr.decode().splitlines()
    assert first.startswith("error[USERS-TWICE]: 'AL' is 'a@x.example' already; ")
    assert f"{people}:2:1" in first
    assert second.startswith("error[USERS-KEY]: unknown key 'name'; ")


def test_the_matched_share_comes_first(log: Path) -> None:
    """Four of five requests, 1500 of 3100 bytes are of cataloged apps."""
    first = discover(log).stdout.decode().splitlines()[0]
    assert first == "Matched to the catalog: 80.0 % of transactions, 48.3 % of bytes"
    assert found(log)["matched"] == {
        "transactions": 4,
        "of_transactions": 5,
        "bytes": 1500,
        "of_bytes": 3100,
    }


def test_a_log_of_no_cataloged_app_is_read_and_the_products_refusal_said(log: Path, tmp_path: Path) -> None:
    """The product refuses it; here its domains are worth knowing."""
    strange = tmp_path / "strange.log"
    strange.write_text(line("www.nobody.example", "alice") + line("nobody.example", "bob"))
    done = discover(strange)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert f"{strange}: No transactions to cataloged cloud apps. The product refuses such a log" in text
    assert "nobody.example" in text
    assert [file["cataloged"] for file in found(log, strange)["files"]] == [4, 0]
    assert "The product refuses" not in discover(log).stdout.decode()


def test_pseudonyms_hide_names_and_stay_the_same(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "one"))
    hidden, again = (discover(log, "--anonymise", "--json") for _ in range(2))
    assert hidden.stdout == again.stdout
    assert b"bob" not in hidden.stdout.replace(str(tmp_path).encode(), b"")
    assert b"lice" not in hidden.stdout
    names = users(json.loads(hidden.stdout))
    assert sorted(names.values()) == [1, 1, 1, 1]
    evidence = found(log, "--anonymise", "--evidence", "slack,alice")["evidence"]
    assert (evidence["transactions"], evidence["user"] in names) == (1, True)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "two"))
    assert not names.keys() & users(found(log, "--anonymise")).keys()


def test_evidence_is_what_grep_finds(log: Path) -> None:
    """Sums, file and line of each request behind a number, and lines that name the app but count nowhere."""
    with log.open("a") as file:
        file.write("half a line about dropbox.com\n")
        file.write(line("notdropbox.com", "bob"))
    data = found(log, "--evidence", "Dropbox")
    evidence = data["evidence"]
    assert (evidence["transactions"], evidence["bytes"]) == (3, {"bytes_down": 1100})
    shown = [(row["line"], row["user"], row["bytes_down"], row["blocked"]) for row in evidence["lines"]]
    assert shown == [
        (1, "CONTOSO\\Alice", 100, False),
        (2, "alice@contoso.example", 200, False),
        (4, "bob", 800, True),
    ]
    texts = log.read_text().splitlines()
    assert all(texts[row["line"] - 1] == row["text"] for row in evidence["lines"])
    assert {row["domain"] for row in evidence["lines"]} == {"dropbox.com"}
    assert {row["file"] for row in evidence["lines"]} == {str(log)}
    assert evidence["left_out"] == {"does not begin with a time such as 1577438400.123": 1}
    assert [row["line"] for row in evidence["left_out_lines"]] == [6]
    bob = found(log, "--evidence", "dropbox,bob")["evidence"]
    assert [row["line"] for row in bob["lines"]] == [4]
    text = discover(log, "--evidence", "dropbox,bob").stdout.decode()
    assert f"{log}:4: 2019-12-27 09:20 www.dropbox.com = dropbox.com, bob, 800 B down, blocked" in text


def test_evidence_of_an_unknown_app_names_the_nearest(log: Path) -> None:
    done = discover(log, "--evidence", "dropbx")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "did you mean Dropbox" in done.stderr.decode()


def test_the_same_log_twice_is_counted_once(log: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.log"
    copy.write_bytes(log.read_bytes())
    done = discover(log, copy, "--json")
    assert done.returncode == 1
    assert done.stderr.decode().startswith("error[LOG-TWICE]: the same log was read already, as ")
    assert users(json.loads(done.stdout))["bob"] == 1


def test_old_transactions_are_left_out(tmp_path: Path) -> None:
    """90 days before now, which is the newest line unless a person says otherwise."""
    log = tmp_path / "long.log"
    days = (0, 1, 90, 91, 200)
    log.write_text("".join(line("slack.com", f"user{day}", at=BEGIN - day * DAY) for day in days))
    data = found(log)
    assert sorted(users(data)) == ["user0", "user1", "user90"]
    assert data["now"] == {"time": "2019-12-27T09:20:00Z", "from": "newest line", "too_old": 2}
    later = found(log, "--now", "2020-03-26T12:00")
    assert sorted(users(later)) == ["user0"]
    assert later["now"] == {"time": "2020-03-26T12:00:00Z", "from": "--now", "too_old": 0}
    (file,) = later["files"]
    assert file["skipped_reasons"] == {"transactions are more than 90 days old": 4}
    refused = discover(log, "--now", "2021-01-01")
    assert refused.returncode == 2
    assert refused.stderr.decode().startswith("error[LOG-TOO-OLD]: Transactions are more than 90 days old")


def test_archives_of_many_logs(log: Path, tmp_path: Path) -> None:
    """Each member is a log of its own, whatever its format; what is none is refused by its name."""
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(log, "a/access.log")
        archive.writestr("readme.txt", "hello\n")
        archive.writestr("inner.zip", b"PK\x03\x04rest")
    done = discover(path, "--json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert [file["name"] for file in data["files"]] == [f"{path}/a/access.log"]
    assert [(row["name"], row["rule"]) for row in data["refused"]] == [
        (f"{path}/readme.txt", "LOG-TYPE"),
        (str(path), "LOG-FILE-TYPE"),
    ]


def test_an_archive_that_unpacks_without_end_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.log", line("slack.com", "bob") + f"{' ' * 1023}\n" * (80 << 10))
    data = found(path)
    (file,) = data["files"]
    assert file["traffic"] == 1
    assert any("unpacks to more than 250 times its size" in reason for reason in file["bad"])


def test_a_damaged_archive_and_one_with_a_password_are_errors_for_people(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"PK\x03\x04 and no more")
    done = discover(damaged)
    assert done.returncode == 2
    assert done.stderr.decode().startswith("error[LOG-UNREADABLE]: cannot read the log: ")


def test_custom_apps_and_overrides_count(log: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "extends: shipped\n"
        "apps:\n"
        "  - {id: acme-files, name: Acme files, category: Cloud storage, domains: [files.example.net]}\n"
        "overrides:\n"
        "  dropbox: {score: 2, tags: [Unsanctioned]}\n"
    )
    data = found(log, "--catalog", own)
    rows = {row["id"]: row for row in data["apps"]}
    assert rows["acme-files"]["transactions"] == 1
    assert (rows["dropbox"]["score"], rows["dropbox"]["tag"]) == (2, "Unsanctioned")
    assert data["unmatched"] == []


def test_defender_events_in_parquet(tmp_path: Path) -> None:
    """A table exported from advanced hunting is a log like any other."""
    path = tmp_path / "events.parquet"
    pl.DataFrame(
        {
            "Timestamp": [datetime(2019, 12, 27, 9, 20, tzinfo=UTC)],
            "DeviceName": ["pc-1"],
            "ActionType": ["ConnectionSuccess"],
            "RemoteIP": ["192.0.2.1"],
            "RemotePort": [443],
            "RemoteUrl": ["www.dropbox.com"],
            "InitiatingProcessAccountName": ["alice"],
            "InitiatingProcessFileName": ["chrome.exe"],
            "LocalIP": ["10.1.4.23"],
        }
    ).write_parquet(path)
    data = found(path)
    assert [row["id"] for row in data["apps"]] == ["dropbox"]
    assert users(data) == {"alice": 1}
    assert data["totals"]["machines"] == 1
    assert data["totals"]["bytes_up"] is None
