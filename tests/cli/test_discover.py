"""The discover command from outside: what it prints, where, and how it exits."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.exercise.process import called

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples" / "logs" / "squid-real"


def line(host: str = "www.dropbox.com", user: str = "alice", result: str = "TCP_TUNNEL/200") -> str:
    """Return a line of Squid's native log."""
    return (
        f"1577438400.123    482 10.1.4.23 {result} 5312 CONNECT {host}:443 {user} "
        "HIER_DIRECT/162.125.66.18 -\n"
    )


def unsanctioned(
    *arguments: str | Path, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sim.cli.main", *map(str, arguments)],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        timeout=120,
        env={**os.environ, **environment},
    )


def errors(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """Return the lines on stderr; each is an error in the one shape, and none a traceback."""
    found = done.stderr.decode().splitlines()
    assert all(text.startswith("error[") and "]: " in text for text in found), found
    return found


@pytest.fixture(name="log")
def _log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text(
        line() * 3 + line(user="bob", result="TCP_DENIED/403") + line("files.example.co.uk") + "rubbish\n\n"
    )
    return path


def test_json_holds_what_the_contract_names(log: Path) -> None:
    done = unsanctioned("discover", log, "--json", "--report", "Friday")
    assert (done.returncode, errors(done)) == (0, [])
    data = json.loads(done.stdout)
    assert data["files"] == [
        {
            "name": str(log),
            "format": "squid",
            "lines": 7,
            "traffic": 5,
            "cataloged": 4,
            "skipped": 1,
            "skipped_reasons": {"blank line": 1},
            "bad": {"does not begin with a time such as 1577438400.123": 1},
            "bad_samples": [
                {
                    "line": 6,
                    "reason": "does not begin with a time such as 1577438400.123",
                    "text": "rubbish",
                }
            ],
            "assumed": {},
        }
    ]
    assert data["refused"] == []
    time = "2019-12-27T09:20:00.123000Z"
    assert data["report"] == {"name": "Friday", "kind": "snapshot", "first": time, "last": time}
    assert data["totals"] == {
        "apps": 1,
        "users": 2,
        "ips": 1,
        "machines": None,
        "transactions": 4,
        "bytes_up": None,
        "bytes_down": 4 * 5312,
        "bytes_total": 4 * 5312,
        "blocked": 1,
    }
    assert data["matched"] == {
        "transactions": 4,
        "of_transactions": 5,
        "bytes": 4 * 5312,
        "of_bytes": 5 * 5312,
    }
    assert data["now"] == {"time": time, "from": "newest line", "too_old": 0}
    (app,) = data["apps"]
    score = app.pop("score")
    assert score is None or 0 <= score <= 10
    assert app == {
        "id": "dropbox",
        "name": "Dropbox",
        "category": "Cloud storage",
        "tag": None,
        "tags": [],
        "domains_seen": ["dropbox.com"],
        "users": 2,
        "ips": 1,
        "machines": None,
        "transactions": 4,
        "bytes_up": None,
        "bytes_down": 4 * 5312,
        "bytes_total": 4 * 5312,
        "blocked": 1,
        "first": time,
        "last": time,
    }
    assert data["users"] == [
        {
            "name": name,
            "apps": 1,
            "transactions": count,
            "bytes_up": None,
            "bytes_down": count * 5312,
            "bytes_total": count * 5312,
        }
        for name, count in (("alice", 3), ("bob", 1))
    ]
    assert data["unmatched"] == [{"domain": "example.co.uk", "transactions": 1, "bytes": 5312}]


def test_json_of_a_real_log_agrees_with_the_truth() -> None:
    """Transactions per user are what the clients did, apart from what Squid denied unasked."""
    if not SAMPLES.is_dir():
        pytest.skip(f"no samples at {SAMPLES}")
    truth = [json.loads(text) for text in (SAMPLES / "truth.jsonl").read_text().splitlines()]
    done = called("discover", SAMPLES / "access_native.log", "--json")
    assert (done.returncode, errors(done)) == (0, [])
    data = json.loads(done.stdout)
    seen = data["totals"]["transactions"] + sum(row["transactions"] for row in data["unmatched"])
    assert seen == len(truth) == data["files"][0]["traffic"]
    of_apps: Counter[str] = Counter()
    for app in data["apps"]:
        assert len(app["domains_seen"]) > 0
        ends = tuple(app["domains_seen"])
        mine = [row for row in truth if any(_below(row["host"], end) for end in ends)]
        assert app["transactions"] <= len(mine)
        of_apps.update(row["user"] for row in mine if not row["blocked"])
    for user in data["users"]:
        assert user["transactions"] <= of_apps[user["name"]]


def _below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def test_the_text_names_apps_files_and_unmatched_domains(log: Path) -> None:
    done = called("discover", log)
    text = done.stdout.decode()
    assert (done.returncode, errors(done)) == (0, [])
    for words in ("Snapshot report: 2019-12-27 09:20", "Transactions 4", "Dropbox", "21.2 kB"):
        assert words in text
    for words in ("example.co.uk", "access.log", "1 blank line", ":6: does not begin with a time"):
        assert words in text
    assert "Uploaded" not in text, "Squid does not know what was uploaded"
    assert "\x1b" not in text, "no colour in a pipe"


def test_stdin_and_gzip_are_logs_like_others(log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "access.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes() + b"\n", mtime=0))
    done = unsanctioned("discover", log, packed, "-", "--json", stdin=log.read_bytes() + b"\n\n")
    data = json.loads(done.stdout)
    assert (done.returncode, errors(done)) == (0, [])
    assert [file["name"] for file in data["files"]] == [str(log), str(packed), "-"]
    assert [file["traffic"] for file in data["files"]] == [5, 5, 5]
    assert data["totals"]["transactions"] == 12


def test_some_files_refused_is_exit_1_and_the_rest_is_reported(log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("hello\n")
    done = called("discover", tmp_path / "none.log", log, other, "--json")
    assert done.returncode == 1
    missing, unknown = errors(done)
    assert missing.startswith("error[LOG-UNREADABLE]: cannot read the log: ")
    assert unknown.startswith("error[LOG-TYPE]: Unsupported log type")
    assert "; understood formats: " in unknown
    assert " squid, " in unknown
    data = json.loads(done.stdout)
    assert [refused["rule"] for refused in data["refused"]] == ["LOG-UNREADABLE", "LOG-TYPE"]
    assert [file["name"] for file in data["files"]] == [str(log)]


def test_all_files_refused_is_exit_2_and_stdout_stays_empty(tmp_path: Path) -> None:
    empty = tmp_path / "empty.log"
    empty.touch()
    done = called("discover", tmp_path, empty, "--json")
    assert (done.returncode, done.stdout, len(errors(done))) == (2, b"", 2)


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        (["discover"], "error[USAGE]: Missing argument 'LOG'; see unsanctioned discover --help"),
        (["discover", "--nope", "x"], "error[USAGE]: No such option: --nope "),
        (["discover", "--format", "nope", "x"], "error[FORMAT-UNKNOWN]: no log format 'nope'; "),
        (["nonsense"], "error[USAGE]: No such command 'nonsense'; see unsanctioned --help"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(arguments: list[str], start: str) -> None:
    done = called(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    (text,) = errors(done)
    assert text.startswith(start)


@pytest.mark.parametrize("place", [0, 3])
def test_debug_shows_the_traceback(place: int) -> None:
    arguments = ["discover", "--format", "nope", "x"]
    arguments.insert(place, "--debug")
    done = called(*arguments)
    assert done.returncode == 2
    assert b"Traceback (most recent call last)" in done.stderr
    assert done.stderr.splitlines()[-1].startswith(b"error[")


def test_hostile_text_reaches_no_terminal_and_no_markup(tmp_path: Path) -> None:
    """A log is written by strangers: escapes are shown and not obeyed, markup is text."""
    log = tmp_path / "[red]a[bold].log"
    log.write_bytes(
        line().encode()
        + line(user="%1b[31mred%07", host="a\u202eb\u009b.example").encode()
        + line(host="[bold]x").encode()
        + b"\x1b]0;title\x07 [red]markup[/red] [/] \x9b31m \xff\n"
    )
    for arguments in ((log,), (log, "--json"), (log, "--report", "[red]\x1b[31mname")):
        done = called("discover", *arguments)
        assert done.returncode == 0, done.stderr
        text = done.stdout.decode()
        bad = {character for character in text if character < " " and character != "\n"}
        assert bad | {c for c in text if c in "\x7f\u202e\u009b"} == set()
        assert "[red]a[bold].log" in text
        assert "[red]markup[/red] [/]" in text
    data = json.loads(called("discover", log, "--json").stdout)
    assert {user["name"] for user in data["users"]} == {"alice"}
    assert data["unmatched"] == [{"domain": "a\u202eb\u009b.example", "transactions": 1, "bytes": 5312}]


def test_errors_escape_what_they_quote(tmp_path: Path) -> None:
    done = called("discover", tmp_path / "\x1b[31m\n.log")
    (text,) = errors(done)
    assert "\x1b" not in text
    assert "\\x1b[31m\\n.log" in text


def test_an_ascii_terminal_does_not_stop_the_output(tmp_path: Path) -> None:
    log = tmp_path / "å.log"
    log.write_text(line(host="müller.example") + line(), encoding="utf-8")
    done = unsanctioned("discover", log, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert (done.returncode, errors(done)) == (0, [])
    assert "müller.example" in done.stdout.decode("utf-8")


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "many.log"
    log.write_text("".join(line(f"host{n}.example{n}.com") for n in range(5000)) + line())
    for arguments in (["--json"], []):
        command = [sys.executable, "-m", "sim.cli.main", "discover", str(log), *arguments]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=120) == 0


def test_help_and_version_answer_with_nothing_heavy_loaded() -> None:
    done = unsanctioned("--help")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"discover" in done.stdout
    version = unsanctioned("--version")
    assert (version.returncode, version.stdout.split()[0]) == (0, b"unsanctioned")
    code = (
        "import sys; from sim.cli.main import main; main(['discover', '--help'])\n"
        "print({'numpy', 'polars', 'sim.engine'} & set(sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60)
    assert loaded.stdout.splitlines()[-1] == b"set()"
