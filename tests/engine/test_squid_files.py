"""Log files: the same lines however they are stored, cut into blocks or damaged."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import InputError
from sim.engine.catalog.model import App, Catalog
from sim.engine.discovery.formats.squid import SQUID
from sim.engine.discovery.ingest import Intake, LogSummary
from sim.engine.discovery.logfile import LogFile
from sim.engine.discovery.report import Report
from sim.engine.discovery.use import AppUsage

CATALOG = Catalog((App("dropbox", "Dropbox", "Cloud storage", "", "", ("dropbox.com",), ""),))


def line(number: int) -> bytes:
    """Return a good line of its own size and user."""
    return (
        f"15774384{number:02d}.123 482 10.1.4.23 TCP_TUNNEL/200 {number} CONNECT "
        f"www.dropbox.com:443 user{number} HIER_DIRECT/162.125.66.18 -"
    ).encode()


GOOD = b"\n".join(line(number) for number in range(12)) + b"\n"


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._data.read(min(self._step, len(buffer)))
        buffer[: len(data)] = data
        return len(data)


def read(data: bytes, step: int = 1 << 20, block: int = 1 << 20) -> tuple[LogSummary, AppUsage]:
    """Read a log from memory; return its summary and the one app's use."""
    report = Report("test", "snapshot", CATALOG)
    with LogFile("test.log", Trickle(data, step), None, block) as log:
        summary = Intake(report).read(log, SQUID)
    usage = report.app("dropbox")
    assert usage is not None
    return summary, usage


def refusal(data: bytes, detect: bool = True) -> str:
    """Return why a log is refused."""
    with (
        pytest.raises(InputError) as caught,
        LogFile("test.log", Trickle(data, 1 << 20), None) as log,
    ):
        Intake(Report("test", "snapshot", CATALOG)).read(log, None if detect else SQUID)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        GOOD.removesuffix(b"\n"),
        GOOD.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        GOOD.decode().encode("utf-16-le"),
        b"\xfe\xff" + GOOD.decode().encode("utf-16-be"),
        gzip.compress(GOOD.decode().encode("utf-16"), mtime=0),
        gzip.compress(GOOD, mtime=0),
        gzip.compress(GOOD[:500], mtime=0) + gzip.compress(GOOD[500:], mtime=0),
    ],
    ids=[
        "plain",
        "no last newline",
        "CRLF",
        "BOM",
        "UTF-16",
        "UTF-16 without a mark",
        "UTF-16 BE",
        "UTF-16 in gzip",
        "gzip",
        "gzip of two members",
    ],
)
def test_one_log_in_many_guises(data: bytes) -> None:
    summary, usage = read(data)
    assert (summary.lines, summary.traffic, summary.skipped, summary.bad) == (12, 12, {}, {})
    assert (usage.users, usage.bytes_down) == (12, sum(range(12)))


@given(st.integers(1, 300), st.integers(1, 900), st.booleans())
def test_blocks_do_not_change_what_is_read(step: int, block: int, packed: bool) -> None:
    """Wherever reads and blocks end, lines stay whole and keep their numbers."""
    data = GOOD + b"bad line\n\n" + GOOD + b"another"
    whole = read(data)
    assert whole[0].lines == 27
    assert read(gzip.compress(data, mtime=0) if packed else data, step, block + 300) == whole


def test_bytes_that_are_no_text_spoil_their_own_line_alone() -> None:
    """Half a character, a separator of our reader's, an escape: each stays in its line."""
    broken = b"\xff\xfe\x1b[31m \x01 \xc3\n"
    strange = line(99).replace(b"user99", b"us\xffer")
    summary, usage = read(GOOD + broken + strange + b"\n" + GOOD)
    assert (summary.lines, summary.traffic) == (26, 25)
    ((reason, bad),) = summary.bad.items()
    assert "begin with a time" in reason
    assert bad.samples[0][0] == 13
    assert usage.users == 13


def test_a_block_that_looks_compressed_is_text_all_the_same() -> None:
    """Polars unpacks what begins like gzip or zstd: no block may begin like that."""
    for magic in (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xef\xbb\xbf"):
        data = line(1) * 100 + b"\n" + magic + b"x\n" + GOOD
        cut = data.index(magic)
        summary, _ = read(b"\n" * 8192 + data, step=cut, block=8192 + cut)
        assert (summary.traffic, sum(found.count for found in summary.bad.values())) == (13, 1)


def test_a_last_line_that_is_cut_off_is_bad_and_nothing_else() -> None:
    summary, usage = read(GOOD + line(50)[:70])
    assert (summary.traffic, [found.count for found in summary.bad.values()]) == (12, [1])
    assert usage.transactions == 12


def test_a_compressed_log_that_ends_early_is_read_as_far_as_it_goes() -> None:
    many = b"".join(line(number % 90) + b"%d\n" % number for number in range(5000))
    packed = gzip.compress(many, mtime=0)
    summary, usage = read(packed[: len(packed) // 2])
    assert 500 < usage.transactions == summary.traffic < 5000
    (reason,) = [reason for reason in summary.bad if "cannot be read to its end" in reason]
    assert summary.bad[reason].samples == ((summary.lines, ""),)
    bad = sum(found.count for found in summary.bad.values())
    assert summary.lines == summary.traffic + bad + sum(summary.skipped.values())


def test_a_line_longer_than_a_block_is_cut_and_does_not_fill_the_memory() -> None:
    summary, _ = read(b"x" * 50_000 + b"\n" + GOOD, step=100, block=10_000)
    assert summary.traffic == 12
    assert sum(found.count for found in summary.bad.values()) == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "LOG-FORMAT The log format doesn't match: the file is empty"),
        (b"hello\nworld\n", "LOG-TYPE Unsupported log type test.log squid"),
        (b"\n\n\n", "LOG-TYPE Unsupported log type"),
        (b"PK\x03\x04rest", "LOG-FILE-TYPE Unsupported file type zip"),
        ("hello".encode("utf-16"), "LOG-TYPE Unsupported log type"),
        (b"\x7fELF\x00\x00", "LOG-FILE-TYPE not text"),
        (gzip.compress(GOOD, mtime=0)[:12], "LOG-FORMAT cannot be read to its end"),
        (
            b"1577438400.123 4 a NONE/000 0 - error:x - HIER_NONE/- -\n",
            "LOG-NO-TRAFFIC No transactions to cataloged cloud apps",
        ),
    ],
)
def test_a_log_without_a_good_line_is_refused(data: bytes, words: str) -> None:
    rule, _, rest = words.partition(" ")
    text = refusal(data)
    assert text.startswith(f"error[{rule}]: ")
    assert "test.log" in text
    assert rest in text or all(word in text for word in rest.split())


def test_a_named_format_that_does_not_fit_says_which_line_and_why() -> None:
    text = refusal(b"\nhello\nworld\n", detect=False)
    assert "LOG-FORMAT" in text
    assert "of 3 lines none is in the format squid; line 2: does not begin with a time" in text


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for path in (tmp_path / "none.log", tmp_path, Path("a\0b")):
        with pytest.raises(InputError) as caught:
            LogFile.from_path(path)
        (problem,) = caught.value.problems
        assert problem.rule == "LOG-UNREADABLE"


def test_progress_reaches_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(GOOD, mtime=0))
    seen: list[int] = []
    with LogFile.from_path(path) as log:
        Intake(Report("test", "snapshot", CATALOG)).read(log, progress=seen.append)
        assert seen[-1] == log.size == path.stat().st_size
