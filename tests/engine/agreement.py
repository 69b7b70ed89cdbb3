"""How our parsers agree with the parse that another project published for real messages.

`PYTHONPATH=. python tests/engine/agreement.py [fmt ...]` prints every difference and a table.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import polars as pl

from sim.engine.discovery.formats import detect
from sim.engine.discovery.formats.base import Chunk, Context
from sim.engine.discovery.formats.reading import host_name, reader

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
MESSAGES = SAMPLES / "logs" / "messages.jsonl"

COLUMNS = {
    "ts": "time",
    "src_ip": "source_ip",
    "user": "user",
    "dst_host": "host",
    "dst_ip": "destination_ip",
    "dst_port": "port",
    "url": "url",
    "bytes_up": "bytes_up",
    "bytes_down": "bytes_down",
    "bytes_total": "bytes_total",
    "method": "method",
    "status": "status",
    "action": "action",
}
"""The other project's names, and ours."""

REFERENCE = Context(reference=int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000, evidence=True)


@dataclass
class Reading:
    """What became of one message."""

    source: str
    """The sample's product."""
    message: str
    format: str | None
    """Our format, None where the message is refused."""
    outcome: str
    """`traffic`, `bad: …`, `skipped: …` or `refused`."""
    agreed: list[str] = field(default_factory=list)
    differ: list[tuple[str, object, object]] = field(default_factory=list)
    """Field, expected, ours."""


def readings() -> Iterator[Reading]:
    """Read every sample message on its own, as a file of one line."""
    for line in MESSAGES.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        yield read(sample["fmt"], sample["message"], sample["expect"])


def read(source: str, message: str, expect: dict[str, object]) -> Reading:
    """Read one message and compare."""
    lines = message.split("\n")
    known = detect(lines)
    if known is None:
        return Reading(source, message, None, "refused")
    chunk = Chunk(pl.Series(lines, dtype=pl.String), 1)
    parsed = reader(known, REFERENCE)(chunk)
    if not len(parsed.traffic):
        reasons = [f"bad: {why}" for why in parsed.bad] + [f"skipped: {why}" for why in parsed.skipped]
        return Reading(source, message, known.name, "; ".join(reasons))
    assert parsed.detail is not None
    ours = parsed.detail.filter(pl.col("line") == int(parsed.lines[0])).to_dicts()[0]
    found = Reading(source, message, known.name, "traffic")
    for name, wanted in expect.items():
        if name in COLUMNS:
            value = ours.get(COLUMNS[name])
            if name in ("dst_ip", "dst_host") and value is None:
                # A destination given once may be a name or an address.
                value = ours.get("host") or ours.get("destination_ip")
            if name == "bytes_total" and value is None:
                # A report adds up what is known of both ways.
                value = sum(ours.get(way) or 0 for way in ("bytes_up", "bytes_down"))
            if equal(name, wanted, value):
                found.agreed.append(name)
            else:
                found.differ.append((name, wanted, value))
    return found


def equal(name: str, wanted: object, ours: object) -> bool:
    """Compare two values of one field, as the same thing may be written in two ways."""
    if ours is None:
        return False
    match name:
        case "ts":
            # The other project cuts or rounds nanoseconds.
            return abs(datetime.fromisoformat(str(wanted)).timestamp() * 1e6 - int(str(ours))) < 1001
        case "src_ip" | "dst_ip":
            try:
                return ip_address(str(wanted)) == ip_address(host_name(str(ours)))
            except ValueError:
                return str(wanted) == str(ours)
        case "dst_host":
            return host_name(str(wanted)) == host_name(str(ours))
        case "method" | "action" | "user":
            return str(wanted).casefold() == str(ours).casefold()
        case _:
            return str(wanted) == str(ours)


def main() -> None:
    """Print differences and a table."""
    wanted = set(sys.argv[1:])
    table: dict[str, Counter[str]] = {}
    for found in readings():
        if wanted and found.source not in wanted:
            continue
        counts = table.setdefault(found.source, Counter())
        counts["messages"] += 1
        counts[found.outcome.partition(":")[0]] += 1
        counts["agreed"] += len(found.agreed)
        counts["expected"] += len(found.agreed) + len(found.differ)
        if found.outcome != "traffic" or found.differ:
            print(f"-- {found.source} as {found.format}: {found.outcome}: {found.message[:400]!r}")
            for name, other, ours in found.differ:
                print(f"       {name}: expected {other!r}, ours {ours!r}")
    for source, counts in table.items():
        print(source, dict(counts))


if __name__ == "__main__":
    main()
