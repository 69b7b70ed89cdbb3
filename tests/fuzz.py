"""Fuzz the log parsers: random and mutated bytes must find no crash, no hang and no line counted twice.

    python -m tests.fuzz [--seconds=300] [--seed=1] [FORMAT ...]

Not part of `make test`. What it finds becomes a line in a test of that format. Seeds are the sample
messages where they are present, and lines of our own.
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
import traceback
from pathlib import Path

from sim.base.errors import InputError
from sim.engine.discovery.formats import FORMATS, detect
from sim.engine.discovery.formats.base import Context, Format
from sim.engine.discovery.formats.reading import reader
from sim.engine.discovery.logfile import LogFile

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "logs"
OWN = (
    "1577438400.123 482 10.1.4.23 TCP_TUNNEL/200 5312 CONNECT www.dropbox.com:443 al HIER_DIRECT/192.0.2.1 -",
    "#Fields: date time c-ip cs-username cs-host sc-bytes cs-bytes\n"
    "2019-12-27 09:20:00 10.1.4.23 alice a.example 1 2",
    '{"Timestamp": "2019-12-27T09:20:00Z", "DeviceName": "pc", "RemoteUrl": "a.example"}',
    "Timestamp,DeviceName,RemoteUrl,RemoteIP\n2019-12-27T09:20:00Z,pc,a.example,192.0.2.1",
    "CEF:0|Zscaler|NSSWeblog|5.7|Allowed|x|3|act=Allowed src=10.0.0.1 dhost=a.example in=5 rt=1577438400000",
    "LEEF:1.0|V|P|1|E|src=10.0.0.1\tdst=192.0.2.1\tusrName=a\tdevTime=Dec 27 2019 09:20:00 GMT",
)
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
"""Seconds for one batch of a few hundred kilobytes after which it counts as a hang."""


def seeds(known: Format) -> list[bytes]:
    """Return messages that the format reads, and some that it does not."""
    texts = list(OWN)
    for name in ("messages.jsonl", "autodetect.jsonl", "defender_stream.jsonl"):
        if (SAMPLES / name).is_file():
            for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines():
                texts.append(str(json.loads(line).get("message", line)))
    mine = [text for text in texts if detect(text.split("\n")) is known]
    return [text.encode("utf-8", "replace") for text in (mine * 8 + texts)]


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
    with LogFile("fuzz", io.BytesIO(data), len(data), block=1 << 16) as log:
        read = reader(known, Context(reference=1_600_000_000_000_000, evidence=evidence))
        for chunk in log.chunks():
            parsed = read(chunk)
            counts = [bad.count for bad in parsed.bad.values()] + list(parsed.skipped.values())
            assert len(parsed.traffic) + sum(counts) == len(chunk.lines), "lines do not add up"
            assert len(set(parsed.lines.tolist())) == len(parsed.traffic), "a line is counted twice"


def fuzz(known: Format, seconds: float, seed: int) -> int:
    """Fuzz one format; return how many faults were found."""
    rng = random.Random(f"{seed}/{known.name}")
    corpus = seeds(known)
    begin, batches, size = time.perf_counter(), 0, 0
    faults: dict[str, bytes] = {}
    while time.perf_counter() - begin < seconds:
        data = rng.randbytes(rng.randrange(2000)) if rng.random() < 0.05 else mutated(corpus, rng)
        start = time.perf_counter()
        try:
            run(known, data, rng.random() < 0.3)
        except InputError:
            # What is no text at all is refused as a file.
            pass
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            faults.setdefault(
                f"{type(error).__name__}: {str(error)[:200]} at {where.filename}:{where.lineno}", data
            )
        if time.perf_counter() - start > SLOW:
            faults.setdefault(f"slow: {time.perf_counter() - start:.0f} s for {len(data):,} bytes", data)
        batches, size = batches + 1, size + len(data)
    print(f"{known.name}: {batches:,} batches, {size / 1e6:.1f} MB, {len(faults)} faults", flush=True)
    for what, data in faults.items():
        file = Path(f"fuzz-{known.name}-{len(data)}.bin")
        file.write_bytes(data)
        print(f"  {what}; {file}", flush=True)
    return len(faults)


if __name__ == "__main__":
    given = {word.partition("=")[0]: word.partition("=")[2] for word in sys.argv[1:] if word.startswith("--")}
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    chosen = [known for known in FORMATS if not wanted or known.name in wanted]
    found = [
        fuzz(known, float(given.get("--seconds", "300")), int(given.get("--seed", "1"))) for known in chosen
    ]
    sys.exit(1 if any(found) else 0)
