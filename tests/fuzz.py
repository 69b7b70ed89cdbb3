"""Fuzz the log parsers: random and mutated bytes must find no crash, no hang and no line counted twice.

    python -m tests.fuzz [--seconds=300] [--seed=1] [FORMAT ...]

Seconds are of the processor, so that a busy machine does not shorten the search. Not part of `make
test`: what it finds becomes a line in a test of that format. Seeds are the lines that the tests of the
formats keep, and the sample messages where they are present.
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
from sim.engine.discovery.formats import FORMATS, by_name, detect
from sim.engine.discovery.formats.base import Context, Format
from sim.engine.discovery.formats.reading import reader
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
}
"""A log of each format."""
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


def fuzz(known: Format, seconds: float, seed: int) -> int:
    """Fuzz one format; return how many faults were found."""
    rng = random.Random(f"{seed}/{known.name}")
    corpus = seeds(known)
    begin, batches, size = time.process_time(), 0, 0
    faults: dict[str, bytes] = {}
    while time.process_time() - begin < seconds:
        data = rng.randbytes(rng.randrange(2000)) if rng.random() < 0.05 else mutated(corpus, rng)
        start = time.process_time()
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
        if (took := time.process_time() - start) > SLOW:
            faults.setdefault(f"slow: {took:.0f} s for {len(data):,} bytes", data)
        batches, size = batches + 1, size + len(data)
    spent = time.process_time() - begin
    print(
        f"{known.name}: {spent:.0f} s, {batches:,} batches, {size / 1e6:.1f} MB, {len(faults)} faults",
        flush=True,
    )
    for what, data in faults.items():
        file = Path(f"fuzz-{known.name}-{len(data)}.bin")
        file.write_bytes(data)
        print(f"  {what}; {file}", flush=True)
    return len(faults)


if __name__ == "__main__":
    given = {word.partition("=")[0]: word.partition("=")[2] for word in sys.argv[1:] if word.startswith("--")}
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    order = dict.fromkeys(wanted or (*DIFFERENT.split(), *(known.name for known in FORMATS)))
    chosen = [known for name in order if (known := by_name(name))]
    found = [
        fuzz(known, float(given.get("--seconds", "300")), int(given.get("--seed", "1"))) for known in chosen
    ]
    sys.exit(1 if any(found) else 0)
