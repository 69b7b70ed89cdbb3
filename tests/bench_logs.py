"""`make bench`: reading logs beside other tools, on generated logs, all in one run.

    python -m tests.bench_logs [--lines N] [--folder DIR] [squid] [memory] [formats] [batches]

Every figure is wall time of whole work from file to report, and peak memory of a process of its own;
each pair runs in turn, the best of three. Processor time stands beside it: on a machine that others use
too, the wall time of what uses all cores says more about them. Nothing here is a test: read the ratios.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.engine.traffic import I64, Coded, Traffic

SEED = 20191227
USERS = 5_000
HOSTS = 300_000
"""Distinct hosts that a log may name, a quarter of them of cataloged apps; popularity is Zipf's."""
FAVOURITES = 60
"""Hosts that one person visits again and again; the first few most often."""
NEW = 0.08
"""Share of requests that go anywhere else."""


def hosts() -> list[str]:
    """Return host names, the most popular first: catalog domains with sub-domains among strangers."""
    from sim.engine.catalog.model import load_catalog

    domains = [domain for app in load_catalog().apps for domain in app.blockable_domains]
    rng = np.random.default_rng(SEED)
    names = []
    for number in range(HOSTS):
        if number % 4 == 0:
            domain = domains[int(rng.integers(len(domains)))]
            names.append(f"{('www', 'api', 'cdn', 'login')[number // 4 % 4]}{number % 97}.{domain}")
        else:
            names.append(f"h{number % 13}.site{number}.{('com', 'net', 'org', 'de', 'co.uk')[number % 5]}")
    return names


def favourite(user: I64, habit: I64) -> NDArray[np.float64]:
    """Return a number from 0 to 1 that is always the same for one habit of one person."""
    mixed: I64 = (user * 1_000_003 + habit) * np.int64(0x9E3779B97F4A7C1)
    mixed ^= mixed >> 31
    mixed = mixed * np.int64(0x94D049BB133111E) & np.int64((1 << 53) - 1)
    share: NDArray[np.float64] = mixed / float(1 << 53)
    return share


def squid(path: Path, lines: int) -> None:
    """Write a Squid log of a week: people have their own addresses, hosts are Zipf's."""
    names = hosts()
    rng = np.random.default_rng(SEED)
    begin = 1_577_404_800
    with path.open("w", encoding="ascii", newline="\n") as file:
        for start in range(0, lines, 200_000):
            count = min(200_000, lines - start)
            user = rng.integers(USERS, size=count)
            habit = (FAVOURITES ** rng.random(count)).astype(np.int64)
            chance = np.where(rng.random(count) < NEW, rng.random(count), favourite(user, habit))
            host = (HOSTS**chance).astype(np.int64) - 1
            size = rng.integers(200, 200_000, size=count)
            at = begin + np.sort(
                rng.integers(start * 604_800 // lines, (start + count) * 604_800 // lines, size=count)
            )
            tunnel = rng.random(count) < 0.8
            rows = zip(at.tolist(), host.tolist(), user.tolist(), size.tolist(), tunnel.tolist(), strict=True)
            file.writelines(
                f"{t}.{s % 1000:03d} {s % 900:6d} 10.{u >> 8}.{u & 255}.7 "
                + (
                    f"TCP_TUNNEL/200 {s} CONNECT {names[h]}:443 user{u} HIER_DIRECT/192.0.2.{h % 250} -\n"
                    if tls
                    else f"TCP_MISS/200 {s} GET http://{names[h]}/p{s} user{u} HIER_DIRECT/192.0.2.1 -\n"
                )
                for t, h, u, s, tls in rows
            )


DISCOVER = [sys.executable, "-m", "sim.cli.main", "discover", "--json"]
GOACCESS = [
    "goaccess",
    "--no-global-config",
    "--log-format=%x.%^ %~%L %h %^/%s %b %m %U %e %^",
    "--datetime-format=%s",
    "--date-format=%s",
    "--time-format=%s",
]


def measured(command: list[str], out: Path) -> tuple[float, float, int]:
    """Return the wall seconds, the processor's seconds and the peak memory in MB of a command."""
    begin = time.perf_counter()
    with out.open("wb") as stdout:
        script = (
            "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
            "used = resource.getrusage(resource.RUSAGE_CHILDREN); "
            "print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr); sys.exit(code)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *command], stdout=stdout, stderr=subprocess.PIPE, check=True
        )
    wall = time.perf_counter() - begin
    used, peak = done.stderr.split()[-2:]
    return wall, float(used), int(peak) // 1024


def beside_goaccess(folder: Path, lines: int) -> None:
    """Print our lines a second beside goaccess's on the same file."""
    log = folder / f"squid-{lines}.log"
    if not log.exists():
        squid(log, lines)
    rounds = 3
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(measured([*DISCOVER, str(log)], folder / "ours.json"))
        theirs.append(
            measured([*GOACCESS, str(log), "-o", str(folder / "goaccess.json")], folder / "out.txt")
        )
    totals = json.loads((folder / "ours.json").read_text())["totals"]
    (mine, cpu, memory), (other, their_cpu, their_memory) = min(ours), min(theirs)
    print(f"squid, {lines:,} lines, {totals['users']:,} users, {totals['apps']:,} apps:")
    print(f"  ours     {lines / mine:>12,.0f} lines/s  {cpu:5.1f} s of processor  {memory:,} MB")
    print(f"  goaccess {lines / other:>12,.0f} lines/s  {their_cpu:5.1f} s of processor  {their_memory:,} MB")
    print(f"  ratio    {other / mine:>12.1f}          {their_cpu / cpu:5.1f}")


def memory(folder: Path, lines: int) -> None:
    """Print the peak memory for a log and for one four times as long."""
    peaks = []
    for count in (lines, 4 * lines):
        log = folder / f"squid-{count}.log"
        if not log.exists():
            squid(log, count)
        seconds, _, peak = measured([*DISCOVER, str(log)], folder / "ours.json")
        peaks.append(peak)
        print(f"squid, {count:,} lines: {peak:,} MB, {count / seconds:,.0f} lines/s")
    print(f"  ratio {peaks[1] / peaks[0]:.2f}")


def w3c(path: Path, lines: int) -> None:
    """Write a W3C log with quoted agents and categories, as Blue Coat does."""
    names = hosts()[:20_000]
    fields = (
        "date time time-taken c-ip cs-username sc-filter-result cs-categories sc-status s-action cs-method"
    )
    more = "cs-uri-scheme cs-host cs-uri-port cs-uri-path cs(User-Agent) s-ip sc-bytes cs-bytes"
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"#Software: SGOS 6.7\n#Fields: {fields} {more}\n")
        file.writelines(
            f"2019-12-27 {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d} 48 "
            f"10.1.{n % 40}.{n % 250} user{n % 5000} "
            f'OBSERVED "File Storage/Sharing" 200 TCP_TUNNELED CONNECT tcp {names[n * 7919 % 20_000]} 443 / '
            f'"Mozilla/5.0 (Windows NT 10.0)" 10.1.0.5 {n % 90_000} {n % 7_000}\n'
            for n in range(lines)
        )


def zscaler(path: Path, lines: int) -> None:
    """Write Zscaler's web feed as CSV with a header line, every value quoted."""
    names = hosts()[:20_000]
    head = "time,login,proto,url,action,appname,reqsize,respsize,urlcat,reqmethod,respcode,cip,sip,host"
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(head + "\n")
        for n in range(lines):
            host = names[n * 7919 % 20_000]
            at = f"Fri Dec 27 {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d} 2019"
            row = (at, f"user{n % 5000}@contoso.example", "HTTPS", f"{host}/p{n % 997}", "Allowed", "General")
            more = (
                n % 7_000,
                n % 90_000,
                "File Share",
                "CONNECT",
                200,
                f"10.1.{n % 40}.{n % 250}",
                "192.0.2.1",
                host,
            )
            file.write(",".join(f'"{value}"' for value in (*row, *more)) + "\n")


AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 "
    "Safari/537.36",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro)",
    "curl/7.47.0",
)
CATEGORIES = ("Professional Services", "File Share", "News and Media", "Corporate Marketing", "Webmail")


def cef(path: Path, lines: int) -> None:
    """Write a week of Zscaler's web feed as CEF, 26 keys a line; three lines in a hundred are blocked."""
    names = hosts()[:20_000]
    draw = random.Random(SEED)
    with path.open("w", encoding="ascii", newline="\n") as file:
        for n in range(lines):
            second = n * 604_800 // lines
            clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
            day = f"Dec {20 + second // 86_400:02d}"
            host = names[int(len(names) ** draw.random()) - 1]
            user = draw.randrange(USERS)
            verdict, why, status = ("Blocked", "Not allowed to browse this category", 403)
            if draw.random() > 0.03:
                verdict, why, status = ("Allowed", "Allowed", 200)
            query = f"?id\\={n}" if n % 3 == 0 else ""
            file.write(
                f"{day} {clock} zscaler-nss CEF:0|Zscaler|NSSWeblog|5.7|{verdict}|{why}|3|"
                f" act={verdict} app=HTTPS cat={CATEGORIES[n % 5]} dhost={host}"
                f" dst=192.0.2.{n % 250} src=10.{user >> 8}.{user & 255}.7"
                f" in={draw.randrange(90_000)} outcome={status} out={draw.randrange(9_000)}"
                f" request={host}/p/{n % 1000}{query} rt={day} 2019 {clock}"
                f" sourceTranslatedAddress=198.51.100.7 requestClientApplication={AGENTS[n % 3]}"
                f" requestMethod=GET suser=user{user}@contoso.example spriv=Road Warrior externalId={n}"
                f" fileType=None reason={why} destinationServiceName=General Browsing cn1=0"
                " cn1Label=riskscore cs1=Sales Dept cs1Label=dept cs2=None cs2Label=urlcat"
                " cs3=None cs3Label=malwareclass cs4=None cs4Label=threatname\n"
            )


def whole_read(path: Path) -> None:
    """Read a log into a report, in this process."""
    from sim.engine.catalog.model import load_catalog
    from sim.engine.discovery.ingest import Intake
    from sim.engine.discovery.logfile import LogFile
    from sim.engine.discovery.report import Report

    report = Report("bench", "snapshot", load_catalog())
    with LogFile.from_path(path) as log:
        summary = Intake(report).read(log)
    assert not summary.bad, summary.bad


def polars_csv(path: Path, separator: str) -> None:
    """Let polars read the same file as text columns."""
    import polars as pl

    pl.read_csv(
        path,
        infer_schema=False,
        separator=separator,
        comment_prefix="#",
        has_header=False,
        truncate_ragged_lines=True,
    )


KEY = re.compile(r" ([A-Za-z0-9_.]+)=")


def python_loop(path: Path) -> None:
    """Split each CEF line into a dict, and keep none."""
    with path.open(encoding="ascii") as file:
        for line in file:
            parts = KEY.split(line.split("|", 7)[7])
            dict(zip(parts[1::2], parts[2::2], strict=True))


def timed(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """Return the wall seconds and the processor's seconds of some work on a file."""
    wall, cpu = time.perf_counter(), time.process_time()
    work(path)
    return time.perf_counter() - wall, time.process_time() - cpu


def other_formats(folder: Path, lines: int) -> None:
    """Print our rate beside polars' for W3C and Zscaler CSV, and beside a Python loop for CEF."""
    lines //= 5
    for name, write, other, what in (
        ("w3c", w3c, lambda path: polars_csv(path, " "), "polars.read_csv"),
        ("zscaler", zscaler, lambda path: polars_csv(path, ","), "polars.read_csv"),
        ("cef", cef, python_loop, "a Python loop into dicts"),
    ):
        log = folder / f"{name}-{lines}.log"
        if not log.exists():
            write(log, lines)
        pairs = [(timed(whole_read, log), timed(other, log)) for _ in range(3)]
        (mine, cpu), (theirs, their_cpu) = (min(column) for column in zip(*pairs, strict=True))
        print(f"{name}, {lines:,} lines: ours {lines / mine:,.0f}/s, {what} {lines / theirs:,.0f}/s", end="")
        print(f", ratio {theirs / mine:.2f}; of the processor's time {their_cpu / cpu:.2f}")


def batches(folder: Path, lines: int) -> None:
    """Print what a batch of 50,000 rows costs early and after ten million rows."""
    from sim.engine.catalog.model import load_catalog
    from sim.engine.discovery.report import Report

    names = tuple(hosts())
    users = tuple(f"user{number}" for number in range(USERS))
    rng = np.random.default_rng(SEED)
    size = 50_000
    young, old = (Report("bench", "continuous", load_catalog()) for _ in range(2))

    def batch() -> Traffic:
        user = rng.integers(USERS, size=size)
        chance = np.where(
            rng.random(size) < NEW,
            rng.random(size),
            favourite(user, (FAVOURITES ** rng.random(size)).astype(np.int64)),
        )
        host = (HOSTS**chance).astype(np.int64) - 1
        at = np.sort(rng.integers(0, 7 * 86_400_000_000, size=size))
        return Traffic(at, Coded(host, names), user=Coded(user, users), bytes_down=at % 90_000)

    def cost(report: Report, traffic: Traffic) -> float:
        begin = time.process_time()
        report.add(traffic)
        return time.process_time() - begin

    for number in range(200):
        traffic = batch()
        for report in (young, old) if number >= 180 else (old,):
            report.add(traffic)
    # In turn, since the machine's speed changes within seconds.
    early = late = 0.0
    for traffic in (batch() for _ in range(40)):
        early += cost(young, traffic)
        late += cost(old, traffic)
    print(
        f"a batch of {size:,}: {early / 40 * 1e3:.1f} ms early, {late / 40 * 1e3:.1f} ms after 10 M rows",
        end="",
    )
    print(f", ratio {late / early:.2f}")


PARTS = {"squid": beside_goaccess, "memory": memory, "formats": other_formats, "batches": batches}

if __name__ == "__main__":
    parts = [word for word in sys.argv[1:] if not word.startswith("-")]
    count = 5_000_000
    for word in sys.argv[1:]:
        if word.startswith("--lines="):
            count = int(word.partition("=")[2])
    place = next((Path(w.partition("=")[2]) for w in sys.argv[1:] if w.startswith("--folder=")), None)
    where = place or Path(tempfile.mkdtemp())
    for name, work in PARTS.items():
        if not parts or name in parts:
            work(where, count)
    if place is None:
        shutil.rmtree(where)
