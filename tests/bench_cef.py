"""CEF beside a Python loop that splits each line into a dictionary, on a generated log, in one run.

    PYTHONPATH=. python tests/bench_cef.py [lines]

Wall time, best of three, both from lines in memory and from a file. Nothing here is a test: read the
ratios.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 3
SEED = 20191227
_KEY = re.compile(r" ([A-Za-z0-9_.]+)=")
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 "
    "Safari/537.36",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    "curl/7.47.0",
)
_CATEGORIES = ("Professional Services", "File Share", "News and Media", "Corporate Marketing", "Webmail")


def zscaler_cef(path: Path, lines: int, hosts: list[str]) -> None:
    """Write a week of Zscaler's CEF web feed, 26 keys a line; three lines in a hundred are blocked."""
    draw = random.Random(SEED)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for number in range(lines):
            second = number * 604_800 // lines
            clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            day = f"Dec {20 + second // 86_400:02d}"
            host = hosts[int(len(hosts) ** draw.random()) - 1]
            user = draw.randrange(5_000)
            verdict, why, status = ("Blocked", "Not allowed to browse this category", 403)
            if draw.random() > 0.03:
                verdict, why, status = ("Allowed", "Allowed", 200)
            query = f"?id\\={number}" if number % 3 == 0 else ""
            file.write(
                f"{day} {clock} zscaler-nss CEF:0|Zscaler|NSSWeblog|5.7|{verdict}|{why}|3|"
                f" act={verdict} app=HTTPS cat={_CATEGORIES[number % 5]} dhost={host}"
                f" dst=162.125.{user % 250}.{number % 250} src=10.{user >> 8}.{user & 255}.7"
                f" in={draw.randrange(90_000)} outcome={status} out={draw.randrange(9_000)}"
                f" request={host}/p/{number % 1000}{query} rt={day} 2019 {clock}"
                f" sourceTranslatedAddress=198.51.100.7 requestClientApplication={_AGENTS[number % 3]}"
                f" requestMethod=GET suser=user{user}@contoso.example spriv=Road Warrior externalId={number}"
                f" fileType=None reason={why} destinationServiceName=General Browsing cn1=0"
                " cn1Label=riskscore cs1=Sales Dept cs1Label=dept cs2=None cs2Label=urlcat"
                " cs3=None cs3Label=malwareclass cs4=None cs4Label=threatname\n"
            )


def python_loop(lines: list[str]) -> None:
    """Split each line into a dictionary and keep nothing."""
    for line in lines:
        parts = _KEY.split(line.split("|", 7)[7])
        dict(zip(parts[1::2], parts[2::2], strict=True))


def best(*works: Callable[[], object]) -> list[float]:
    """Return the least wall seconds of each work; they run in turn."""
    seconds = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for number, work in enumerate(works):
            begin = time.perf_counter()
            work()
            seconds[number] = min(seconds[number], time.perf_counter() - begin)
    return seconds


def compare(lines: int) -> None:
    """Measure and print."""
    from sim.engine.catalog.model import load_catalog
    from sim.engine.discovery.formats.base import Context
    from sim.engine.discovery.formats.cef import CEF
    from sim.engine.discovery.formats.reading import reader
    from sim.engine.discovery.ingest import Intake
    from sim.engine.discovery.logfile import LogFile
    from sim.engine.discovery.report import Report

    catalog = load_catalog()
    domains = [domain for app in catalog.apps for domain in app.blockable_domains]
    hosts = [
        f"www.{domains[n % len(domains)]}" if n % 4 == 0 else f"h{n}.site.example" for n in range(50_000)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zscaler.log"
        zscaler_cef(path, lines, hosts)
        texts = path.read_text(encoding="ascii").splitlines()
        with LogFile.from_path(path) as log:
            chunks = list(log.chunks())
        (zscaler,) = (known for known in CEF if known.name == "zscaler-cef")
        context = Context(path_hosts=catalog.path_hosts)

        def ours() -> None:
            report = Report("bench", "snapshot", catalog)
            read = reader(zscaler, context)
            for chunk in chunks:
                report.add(read(chunk).traffic)

        def ours_from_file() -> None:
            with LogFile.from_path(path) as log:
                Intake(Report("bench", "snapshot", catalog)).read(log)

        def loop_from_file() -> None:
            with path.open(encoding="utf-8") as file:
                python_loop(file.read().splitlines())

        works = {
            "Python loop, lines in memory": lambda: python_loop(texts),
            "reader and report, lines in memory": ours,
            "Python loop, file": loop_from_file,
            "file to report": ours_from_file,
        }
        for name, seconds in zip(works, best(*works.values()), strict=True):
            print(f"{name:36} {seconds:7.2f} s  {lines / seconds:12,.0f} lines/s")


if __name__ == "__main__":
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
