"""Fuzz the log parsers: random and mutated bytes must find no crash, no hang and no line counted twice.

    python -m tests.fuzz [--seconds=300] [--seed=1] [FORMAT ...]
    python -m tests.fuzz --parsers [--seconds=300] [--seed=1] [PARSER ...]

Seconds are of the processor, so that a busy machine does not shorten the search. Many formats share a
parser, and differ in names and a few expressions only: `--parsers` gives each parser its seconds, which
its formats take in turns. Not part of `make test`: what it finds becomes a line in a test of that format.
Seeds are the lines that the tests of the formats keep, and the sample messages where they are present.
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FrameType

from sim.base.errors import InputError
from sim.engine.discovery.formats import FORMATS, by_name, delimited, detect, pairs
from sim.engine.discovery.formats.base import Context, Format
from sim.engine.discovery.formats.documents import Documents
from sim.engine.discovery.formats.extension import Splitter
from sim.engine.discovery.formats.mapped import Description, format_of
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.formats.w3c import W3c
from sim.engine.discovery.logfile import LogFile
from tests.engine.formats.test_cef import LINES as CEF
from tests.engine.formats.test_firewalls_hostile import LINES as FIREWALLS
from tests.engine.formats.test_leef import LINES as LEEF
from tests.engine.formats.test_tabular_hostile import LOGS as TABULAR

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "logs"
OWN: dict[str, tuple[str, ...]] = {
    **{name: (line,) for name, line in (CEF | LEEF | FIREWALLS).items()},
    **TABULAR,
    "squid": (
        "1577438400.123 482 10.1.4.23 TCP_TUNNEL/200 5312 CONNECT www.dropbox.com:443 al "
        "HIER_DIRECT/192.0.2.1 -",
    ),
    "own-csv": ("t;h;u;b;a", "2019-12-27 09:20:00;www.dropbox.com:443;alice;5312;Allow"),
    "own-pairs": ('t="2019-12-27 09:20:00"; h: www.dropbox.com; h=www.dropbox.com; u=alice; b=5312; a=Deny',),
    "own-json": ('{"t": "2019-12-27 09:20:00", "h": "www.dropbox.com", "u": "alice", "b": 5, "a": "Deny"}',),
}
"""A log of each format."""
_COLUMNS = {"time": "t", "host": "h", "user": "u", "bytes_down": "b", "action": "a"}
MAPPED = tuple(
    format_of(Description(name, kind, ";", "=", None, _COLUMNS, None, None, ("deny",)))
    for name, kind in (("own-csv", "csv"), ("own-pairs", "key-value"), ("own-json", "json"))
)
"""Formats as a mapping file describes them."""
DIFFERENT = """
squid w3c csv json cef leef keyvalue cisco-asa meraki juniper-srx paloalto mcafee-access checkpoint defender
fortigate zscaler netskope barracuda-web checkpoint-export cisco-firepower barracuda-cloudgen watchguard
bluecoat squid-common stormshield sophos-xg cisco-wsa prisma-sdwan netskope-json juniper-ssg mcafee
"""
"""Formats that share least with those before them: what is fuzzed first, so that a search that is broken
off has seen most of the code."""
_TOKENS = """
\\ \\= | = - -- NaN 1e309 -9223372036854775809 2019-02-30T25:61:61Z 99999-01-01 [::1 [ ] { } % %zz #Fields:
CEF:0| LEEF:2.0|a|b|c|d|x7C| , ,,,, ; null true <134>1 "" " Dec\x2099\x2099:99:99
"""
SPICE = (
    *(token.encode() for token in _TOKENS.split()),
    *(b"\x00", b"\x01", b"\x1b[31m", b"\xff\xfe", b"\xc3", b" ", b"\t", b"\r", b"\r\n\n"),
    *(b"\xe2\x80\xae", b"\xed\xa0\x80", b"A" * 70_000, b"9" * 400, b"{" * 2000, b"[" * 2000),
    *(b"=" * 5000, b'="' * 3000, b" a=" * 3000, b"#Fields: a b", b"<134>1 - - - - - -"),
)
SLOW = 10.0
"""Seconds of the processor for one batch of a few hundred kilobytes after which it counts as a hang."""
TURN = 5.0
"""Seconds of the processor that a format searches at a time while others of its parser wait."""


def seeds(known: Format) -> list[bytes]:
    """Return lines that the format reads, and some that it does not."""
    texts = [text for name in OWN if name != known.name for text in OWN[name]]
    mine = list(OWN[known.name])
    for name in ("messages.jsonl", "autodetect.jsonl", "defender_stream.jsonl"):
        if (SAMPLES / name).is_file():
            for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines():
                text = str(json.loads(line).get("message", line))
                (mine if detect(text.split("\n")) is known else texts).append(text)
    # Half of what is drawn is the format's own, however few lines of it there are.
    return [text.encode("utf-8", "replace") for text in (*mine * (1 + len(texts) // len(mine)), *texts)]


def mutated(corpus: list[bytes], rng: random.Random) -> bytes:
    """Return some messages, most of them damaged."""
    lines = []
    for _ in range(rng.randrange(1, 30)):
        line = bytearray(rng.choice(corpus))
        for _ in range(rng.choice((0, 0, 1, 1, 2, 4, 16))):
            at = rng.randrange(len(line) + 1)
            match rng.randrange(6):
                case 0:
                    line[at:at] = rng.choice(SPICE)
                case 1:
                    del line[at : at + rng.randrange(1, 40)]
                case 2:
                    line[at : at + 1] = bytes([rng.randrange(256)])
                case 3:
                    other = rng.choice(corpus)
                    line[at:] = other[rng.randrange(len(other) + 1) :]
                case 4:
                    line[at:at] = line[at // 2 : at]
                case 5:
                    line = line[:at]
        lines.append(bytes(line))
    return rng.choice((b"\n", b"\r\n", b"\n\n")).join(lines) + rng.choice((b"", b"\n"))


def run(known: Format, data: bytes, evidence: bool) -> None:
    """Read a batch; raise AssertionError where a line is lost or counted twice."""
    assert 0 <= known.sniff(data.decode("utf-8", "replace").split("\n")) <= 1, "a share that is none"
    with LogFile("fuzz", io.BytesIO(data), len(data), block=1 << 16) as log:
        read = reader(known, Context(reference=1_600_000_000_000_000, evidence=evidence))
        for chunk in log.chunks():
            parsed = read(chunk)
            counts = [bad.count for bad in parsed.bad.values()] + list(parsed.skipped.values())
            assert len(parsed.traffic) + sum(counts) == len(chunk.lines), "lines do not add up"
            assert len(set(parsed.lines.tolist())) == len(parsed.traffic), "a line is counted twice"


class Search:
    """The search for faults in one format; it can be gone on with."""

    def __init__(self, known: Format, seed: int) -> None:
        self.known = known
        self.faults: dict[str, bytes] = {}
        self.spent = 0.0
        """Seconds of the processor."""
        self._rng = random.Random(f"{seed}/{known.name}")
        self._corpus = seeds(known)
        self._batches = self._size = 0

    def go(self, seconds: float) -> None:
        """Search for some seconds of the processor."""
        begin = time.process_time()
        while time.process_time() - begin < seconds:
            self._try()
        self.spent += time.process_time() - begin

    def _try(self) -> None:
        rng = self._rng
        data = rng.randbytes(rng.randrange(2000)) if rng.random() < 0.05 else mutated(self._corpus, rng)
        start = time.process_time()
        try:
            run(self.known, data, rng.random() < 0.3)
        except InputError:
            # What is no text at all is refused as a file.
            pass
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self.faults.setdefault(
                f"{type(error).__name__}: {str(error)[:200]} at {where.filename}:{where.lineno}", data
            )
        if (took := time.process_time() - start) > SLOW:
            self.faults.setdefault(f"slow: {took:.0f} s for {len(data):,} bytes", data)
        self._batches, self._size = self._batches + 1, self._size + len(data)

    def tell(self) -> None:
        """Print what was done, and keep what showed faults as files."""
        known = self.known.name
        print(
            f"{known}: {self.spent:.0f} s, {self._batches:,} batches, {self._size / 1e6:.1f} MB, "
            f"{len(self.faults)} faults",
            flush=True,
        )
        for what, data in self.faults.items():
            file = Path(f"fuzz-{known}-{len(data)}.bin")
            file.write_bytes(data)
            print(f"  {what}; {file}", flush=True)


SPLITTERS = {
    code.__code__: name
    for code, name in (
        (Splitter.split, "extension"),
        (Documents.read, "JSON"),
        (W3c.__call__, "W3C"),
        (delimited.split, "delimited"),
        (pairs.pairs, "pairs"),
    )
}
"""What parts the lines of many formats, the most particular first: a W3C log has delimited lines too."""


def parser(known: Format) -> str:
    """Return what parses a format: the splitter that is seen at work on a log of its own, else its module."""
    called: set[CodeType] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    sys.setprofile(watch)
    try:
        run(known, "\n".join(OWN[known.name]).encode(), evidence=False)
    finally:
        sys.setprofile(None)
    own = known.rows.__module__.rpartition(".")[2]
    shared = next((name for code, name in SPLITTERS.items() if code in called), own)
    # One splitter, two syntaxes.
    return ("LEEF" if known.name in LEEF else "CEF") if shared == "extension" else shared


def fuzz_parsers(chosen: Sequence[str], seconds: float, seed: int) -> int:
    """Fuzz each parser, or those chosen, with its formats in turns; return how many faults were found."""
    parsers: dict[str, list[Search]] = {}
    for known in (*FORMATS, *MAPPED):
        parsers.setdefault(parser(known), []).append(Search(known, seed))
    for name, searches in parsers.items():
        if chosen and name not in chosen:
            continue
        rounds = 0
        while sum(search.spent for search in searches) < seconds:
            for search in searches:
                search.go(TURN)
            rounds += 1
        spent, faults = (
            sum(search.spent for search in searches),
            sum(len(search.faults) for search in searches),
        )
        print(f"{name}: {len(searches)} formats, {spent:.0f} s, {rounds} rounds, {faults} faults", flush=True)
        for search in searches:
            search.tell()
    return sum(len(search.faults) for searches in parsers.values() for search in searches)


def fuzz_formats(chosen: Sequence[str], seconds: float, seed: int) -> int:
    """Fuzz each format, or those chosen; return how many faults were found."""
    faults = 0
    for name in dict.fromkeys(chosen or (*DIFFERENT.split(), *(known.name for known in FORMATS))):
        if known := by_name(name):
            search = Search(known, seed)
            search.go(seconds)
            search.tell()
            faults += len(search.faults)
    return faults


if __name__ == "__main__":
    given = {word.partition("=")[0]: word.partition("=")[2] for word in sys.argv[1:] if word.startswith("--")}
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    work = fuzz_parsers if "--parsers" in given else fuzz_formats
    sys.exit(1 if work(wanted, float(given.get("--seconds", "300")), int(given.get("--seed", "1"))) else 0)
