"""An exported run as plain Python reads it: connections, facts, and what the truth says of them."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

STOPPED = {"blocked", "warned", "gateway-blocked", "access-denied"}
FORCE = {"warn": 1, "scoped-block": 2, "block": 4}
HOUR, MINUTE = 3_600_000_000, 60_000_000
TROUBLE = {"true-positive", "True alert", "True positive"}
NO_TROUBLE = {
    "false-positive",
    "benign",
    "False alert",
    "Informational, expected activity",
    "False positive",
}
Row = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(text: str) -> int:
    """Return an exported time as microseconds UTC."""
    span = datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def read_rows(path: Path) -> list[Row]:
    """Return the connections of an exported table."""
    with path.open(encoding="utf-8", newline="") as file:
        rows: list[Row] = list(csv.DictReader(file))
    for row in rows:
        row["time"] = microseconds(row["Timestamp"])
        row["up"], row["session"] = int(row["BytesUp"]), int(row["Session"])
        row["person"] = not row["User"].startswith("analyst@")
        row["stopped"] = row["person"] and row["Outcome"] in STOPPED
        row["through"] = row["person"] and row["Outcome"] not in STOPPED
        row["key"] = (row["App"], row["User"], row["DeviceName"], row["Process"])
    return rows


def per_cent(part: int, whole: int) -> int:
    """Return a share in hundredths, 0 to 100."""
    return max(0, min(100, part * 100 // whole)) if whole else 0


def late(took: int, best: int, worst: int) -> int:
    """Return 100 up to the best, 0 from the worst on."""
    if took <= best:
        return 100
    return 0 if took >= worst else (worst - took) * 100 // (worst - best)


class Export:
    """An exported run."""

    def __init__(self, folder: Path, run_file: Path) -> None:
        records = [json.loads(line) for line in run_file.read_text(encoding="utf-8").splitlines()]
        self.scenario = records[0]["scenario"]
        self.truth = self.scenario["truth"]
        self.facts: dict[str, list[Row]] = defaultdict(list)
        for line in (folder / "truth-facts.jsonl").read_text(encoding="utf-8").splitlines():
            fact = json.loads(line)
            self.facts[fact["kind"]].append(fact)
        (run,) = self.facts["run"]
        self.start: int = run["start"]
        self.end: int = run["end"]
        self.now: int = run["now"]
        everything = read_rows(folder / "truth.csv")
        self.rows = [row for row in everything if row["time"] >= self.start]
        self.idle = read_rows(folder / "truth-untouched.csv")
        self.idle_now = [row for row in self.idle if row["time"] <= self.now]
        self.account = {person["id"]: person["account"] for person in self.facts["person"]}
        self.managed = {machine["name"] for machine in self.facts["machine"] if machine["managed"]}
        self.approved = {item["app"] for item in self.scenario["documents"]["approved"]}
        self.prohibited = [
            (item["app"], {self.account[name] for name in item["people"]})
            for item in self.truth["prohibited"]
        ]
        self.bad = [app for app, people in self.prohibited if not people]
        before = [row for row in everything if row["time"] < self.start]
        self.keys = {
            row["key"] for row in [*before, *self.idle_now, *self.rows] if self.is_use(row, self.prohibited)
        }
        self.choices = {answer["app"]: answer for answer in self.truth.get("answers", [])}
        self.tolerated = self.truth["tolerated"]
        self.indicator = {one["id"]: one for one in self.facts["indicator"]}
        self.verdicts = {verdict["subject"]: verdict for verdict in self.facts["verdict"]}
        self.alerts = [alert for alert in map(self.alert, self.facts["alert"]) if alert]
        self.done = self.sanctions()

    def is_use(self, row: Row, items: list[tuple[str, set[str]]]) -> bool:
        """Tell whether a connection is a prohibited use."""
        app, user = row["App"], row["User"]
        return row["person"] and any(app == bad and (not who or user in who) for bad, who in items)

    def contained(self) -> int:
        """Return the containment."""
        idle = [row for row in self.idle_now if row["App"] in self.bad and row["Reachable"] == "1"]
        possible = sum(row["Preventable"] == "1" for row in idle)
        before = sum(row["through"] for row in idle)
        after = sum(row["through"] for row in self.rows if row["App"] in self.bad and row["Reachable"] == "1")
        return per_cent(max(0, before - after), possible)

    def answers(self, app: str) -> set[str]:
        """Return the verdicts on an app that the policy allows; empty where it says nothing of it."""
        if app in self.choices:
            return set(self.choices[app]["answers"])
        if app in self.bad:
            return {"shadow-it-stop"}
        if app in self.approved or app in self.tolerated:
            return {"tolerate", "sanction"}
        return {"shadow-it-stop", "tolerate"} if any(app == one for one, _ in self.prohibited) else set()

    def questions(self) -> list[str]:
        """Return the apps that the truth names."""
        return sorted({*self.tolerated, *self.choices, *(app for app, _ in self.prohibited)})

    def right(self, app: str) -> bool | None:
        """Tell whether the verdict on an app is right; None without one."""
        verdict = self.verdicts.get(f"app:{app}")
        if verdict is None:
            return None
        return verdict["verdict"] in (self.answers(app) or {"tolerate", "sanction"})

    def effort(self) -> int:
        """Return how much of the work was done."""
        parts = [self.contained()] if self.bad else []
        if self.choices or not self.bad:
            asked = self.questions()
            parts.append(per_cent(sum(self.right(app) is True for app in asked), len(asked)))
        return sum(parts) // len(parts)

    def found(self) -> set[tuple[str, str, str, str]]:
        """Return what was written down."""
        return {(f["app"], f["user"], f["machine"], f["process"]) for f in self.facts["finding"]}

    def sanctions(self) -> dict[str, tuple[int, int, bool]]:
        """Return of each app the force of what was done, since when, and whether it took effect."""
        taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        others = {
            effect["tag"]["by"]
            for beat in self.scenario.get("story", {}).get("beats", [])
            for effect in beat["do"]
            if effect.get("tag")
        }
        for entry in self.facts["log"]:
            if entry["action"] == "Tag app" and entry["time"] >= self.start and entry["actor"] not in others:
                tag, _, profile = entry["detail"].partition(" for ")
                force = {"Unsanctioned": 2 if profile else 4, "Monitored": 1}.get(tag)
                if force:
                    taken[entry["target"]].append((force, entry["time"]))
        met: dict[tuple[str, str, str], int] = {}
        for row in self.rows:
            if row["Outcome"] in STOPPED | {"bypassed"}:
                met.setdefault((row["App"], row["Indicator"], row["Outcome"]), row["time"])
        for row in self.idle:
            met.pop((row["App"], row["Indicator"], row["Outcome"]), None)
        for (app, indicator, outcome), time in met.items():
            if app:
                taken[app].append((self.met_force(indicator, outcome), time))
        effective = {app for app, _, _ in met}
        return {
            app: (max(f for f, _ in all_), min(t for _, t in all_), app in effective)
            for app, all_ in taken.items()
        }

    def met_force(self, indicator: str, outcome: str) -> int:
        """Return the force of what a connection met."""
        if outcome == "gateway-blocked":
            return 4
        if outcome == "access-denied" or not indicator:
            return 2
        if self.indicator[indicator]["action"] == "warn":
            return 1
        return 2 if self.indicator[indicator]["groups"] else 4

    def fitting(self, app: str) -> list[int]:
        """Return the forces that the policy allows against an app."""
        if app in self.choices:
            choice = self.choices[app]
            anything = list(FORCE) if "shadow-it-stop" in choice["answers"] else []
            return [FORCE[name] for name in choice["measures"] or anything]
        if app in self.bad:
            return [2, 4]
        return [2] if any(app == one for one, _ in self.prohibited) else []

    def excess(self, app: str) -> int:
        """Return by how much a measure is too heavy."""
        return max(0, self.done[app][0] - max(self.fitting(app), default=0))

    def alert(self, fact: Row) -> Row | None:
        """Return an alert as the score sees it; None where it is about no app, or the analyst's own."""
        endpoint = "indicator" in fact
        raiser = self.indicator[fact["indicator"]] if endpoint else {}
        app = raiser["app"] if endpoint else fact["app"]
        if not app or not fact["users"]:
            return None
        standing = raiser["created"] < self.start if endpoint else fact["policy"].startswith("builtin-")
        accused = any(app == one and who & set(fact["users"]) for one, who in self.prohibited)
        verdict = self.verdicts.get(f"alert:{fact['id']}")
        word = verdict["verdict"] if verdict else fact["classification"] if fact["closed"] is not None else ""
        return {
            "id": fact["id"],
            "time": fact["time"],
            "app": app,
            "machine": fact.get("machine"),
            "standing": standing,
            "bad": app in self.bad or accused,
            "called": True if word in TROUBLE else False if word in NO_TROUBLE else None,
            "called_at": verdict["time"] if verdict else fact["closed"] or fact["time"],
            "sure": verdict["confidence"] if verdict else 75,
        }

    def about(self, subject: str, keys: set[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
        """Return the uses that a subject has a part in."""
        kind, _, name = subject.partition(":")
        place = {"app": 0, "user": 1, "machine": 2}.get(kind)
        if place is not None:
            return {key for key in keys if key[place] == name}
        for alert in self.alerts:
            if alert["id"] == name and alert["bad"]:
                return {k for k in keys if k[0] == alert["app"] and alert["machine"] in (None, k[2])}
        return set()

    def covered(self, item: Row, keys: set[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
        """Return the uses that a piece of evidence shows."""
        scope = self.about(item["subject"], keys)
        if item["evidence"] == "entity":
            return set() if item["reference"] == item["subject"] else self.about(item["reference"], scope)
        if item["evidence"] == "alert":
            return self.about("alert:" + item["reference"], scope)
        shown = []
        for row in item["cited"]:
            said = (row["user"], row["machine"], row["process"])
            shown.append(
                {
                    k
                    for k in scope
                    if k[0] == row["app_id"] and all(a in ("", b) for a, b in zip(said, k[1:], strict=True))
                }
            )
        hits = [each for each in shown if each]
        return set().union(*hits) if hits and 2 * len(hits) >= len(shown) else set()

    def shows(self, item: Row, keys: set[tuple[str, str, str, str]]) -> bool | None:
        """Tell whether evidence shows a use; None where it claims none."""
        if item["evidence"] == "query":
            return None
        kind, _, name = item["subject"].partition(":")
        verdict = self.verdicts.get(item["subject"])
        if kind == "app" and verdict and verdict["verdict"] != "shadow-it-stop" and self.right(name):
            return None
        if kind == "alert" and any(
            a["id"] == name and a["called"] is False and not a["bad"] for a in self.alerts
        ):
            return None
        return bool(self.covered(item, keys))
