"""A second scorer, in plain Python: docs/scoring.md reckoned from an exported run and the run file alone.

It shares no code with what it checks. `python -m tests.exercise.scorer --runs 50` plays random short runs,
exports them, and compares every objective and the whole score with what the run file says.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.exercise.exported import HOUR, MINUTE, STOPPED, Export, Row, late, per_cent


class Scorer(Export):
    """The scores of an exported run."""

    # The journey

    def feed(self, aim: Row) -> int:
        """Return the score of the feed."""
        on = sum(min(span["until"], self.now) - max(span["since"], self.start) for span in self.facts["feed"])
        share = on * 100 // max(1, self.now - self.start)
        return 100 if share >= 95 else share

    def identify(self, aim: Row) -> int:
        """Return F1 of the findings."""
        return 200 * len(self.keys & self.found()) // max(1, len(self.keys) + len(self.found()))

    def contain(self, aim: Row) -> int:
        """Return the containment."""
        return self.contained()

    def verify(self, aim: Row) -> int:
        """Return the share of places in which the block was tried and held."""
        concerned = {(machine, process, app) for app, _, machine, process in self.keys if app in self.bad}
        held = {(t["machine"], t["process"], t["app"]) for t in self.facts["test"] if t["outcome"] in STOPPED}
        return len(concerned & held) * 100 // max(1, len(concerned))

    def decide(self, aim: Row) -> int:
        """Return the score of the decision."""
        hit = {row["App"] for row in self.rows if row["stopped"]}
        hit |= {
            entry["target"]
            for entry in self.facts["log"]
            if entry["action"] == "Tag app"
            and entry["detail"] == "Unsanctioned"
            and entry["time"] >= self.start
        }
        return max(0, 100 - 50 * len(hit - set(self.bad))) * self.contained() // 100

    def lost_share(self) -> tuple[int, int]:
        """Return the approved sessions that were cut off, and all of them."""
        mine = [row for row in self.rows if row["person"] and row["App"] in self.approved]
        return len({r["session"] for r in mine if r["stopped"]}), len({r["session"] for r in mine})

    def work(self, aim: Row) -> int:
        """Return the score of approved work."""
        lost, total = self.lost_share()
        return max(0, 100 - lost * 1000 // max(1, total)) * self.contained() // 100

    def watch(self, aim: Row) -> int:
        """Return the score of the policy."""
        limit = self.truth["policy_threshold"]
        kept = [p for p in self.facts["policy"] if p["enabled"] and p["users"] == limit]
        if not kept:
            return 0
        ids = {policy["id"] for policy in kept}
        raised = [a for a in self.facts["alert"] if a.get("policy") in ids]
        closed = [a for a in raised if a["closed"] is not None and a["reason"]]
        tagged = any(policy["tags"] for policy in kept)
        return 20 + 20 * tagged + 30 * bool(raised) + 30 * len(closed) // max(1, len(raised))

    # What left

    def items(self, aim: Row) -> list[tuple[str, set[str]]]:
        """Return the prohibited uses that an objective is about."""
        items = [item for item in self.prohibited if aim["app"] in (None, item[0])]
        if aim["app"] is None:
            items = [item for item in items if not item[1]] or items
        people = {self.account[name] for name in aim["people"]}
        return [(app, people or who) for app, who in items]

    def begin(self, items: list[tuple[str, set[str]]]) -> int | None:
        """Return when such a use first happened since play began; None while there was none."""
        return min((r["time"] for r in [*self.idle_now, *self.rows] if self.is_use(r, items)), default=None)

    def detect(self, aim: Row) -> int:
        """Return the score of the time to detect."""
        scores = []
        for item in self.items(aim):
            begin = self.begin([item])
            if begin is None:
                continue
            left = self.end - begin
            best = min(3 * HOUR, left // 3) if aim["best"] is None else aim["best"]
            times = self.references(item)
            took = max(0, min(times) - begin) if times else None
            scores.append(
                0 if took is None else late(took, best, left if aim["worst"] is None else aim["worst"])
            )
        if not scores:
            return 0
        accused = [key in self.keys for key in self.found()]
        accused += [
            "shadow-it-stop" in self.answers(subject[4:])
            for subject, verdict in self.verdicts.items()
            if verdict["verdict"] == "shadow-it-stop"
        ]
        accused += [a["bad"] for a in self.alerts if a["standing"] and a["called"] is True]
        wrong = len(accused) - sum(accused)
        right = sum(accused) + sum(self.shows(e, self.keys) is True for e in self.facts["evidence"])
        return sum(scores) // len(scores) * right // max(1, right + wrong)

    def references(self, item: tuple[str, set[str]]) -> list[int]:
        """Return when a prohibited use was pointed out."""
        app, who = item
        keys = {key for key in self.keys if key[0] == app and (not who or key[1] in who)}
        times = [
            f["time"]
            for f in self.facts["finding"]
            if (f["app"], f["user"], f["machine"], f["process"]) in keys
        ]
        times += [e["time"] for e in self.facts["evidence"] if self.shows(e, keys) is True]
        verdict = self.verdicts.get(f"app:{app}")
        if verdict and verdict["verdict"] == "shadow-it-stop" and not who:
            times.append(verdict["time"])
        return times + [
            a["called_at"]
            for a in self.alerts
            if a["standing"] and a["bad"] and a["called"] is True and a["app"] == app
        ]

    def contain_time(self, aim: Row) -> int:
        """Return the score of the time to contain."""
        items = self.items(aim)
        begin = self.begin(items)
        if begin is None:
            return 0
        idle = [r for r in self.idle_now if self.is_use(r, items) and r["Reachable"] == "1" and r["through"]]
        mine = [r for r in self.rows if self.is_use(r, items) and r["Reachable"] == "1"]

        def last(rows: list[Row]) -> dict[tuple[str, str, str], int]:
            return {(r["DeviceName"], r["Process"], r["App"]): r["time"] for r in rows}

        through = last([r for r in mine if r["through"]])
        after = last([r for r in mine if r["stopped"]])
        usual = last(idle)
        anywhere: dict[tuple[str, str], int] = defaultdict(int)
        for (machine, _, app), tried in [*after.items(), *usual.items()]:
            anywhere[machine, app] = max(anywhere[machine, app], tried)
        places = set(last([r for r in idle if r["Preventable"] == "1"])) | (set(through) - set(usual))
        times = list[int]()
        for place in places:
            time = through.get(place, self.start)
            later = max(after.get(place, 0), usual[place]) if place in usual else anywhere[place[0], place[2]]
            if later <= time:
                return 0
            times.append(time)
        if not times:
            return 0
        bound: int = max([begin, *(r["time"] for r in idle if r["Preventable"] == "0")])
        best = max(bound - begin, 0) + HOUR if aim["best"] is None else aim["best"]
        worst = self.end - begin if aim["worst"] is None else aim["worst"]
        return late(max(0, max(times) - begin), best, worst)

    def exposure(self, aim: Row) -> int:
        """Return the score of the damage."""
        items = self.items(aim)
        idle = [r for r in self.idle_now if self.is_use(r, items) and r["through"]]
        possible = sum(r["up"] for r in idle if r["Preventable"] == "1" and r["Reachable"] == "1")
        after = sum(r["up"] for r in self.rows if self.is_use(r, items) and r["through"])
        for phone in self.facts["phone"]:
            meant = (app == phone["app"] and (not who or phone["user"] in who) for app, who in items)
            in_play = self.start <= phone["time"] <= self.now
            after += phone["bytes"] * sum(meant) * in_play
        return per_cent(max(0, sum(r["up"] for r in idle) - after), possible)

    # Care

    def precision(self, aim: Row) -> int:
        """Return how well the measures fit."""
        lenient = {app for app, one in self.choices.items() if {"tolerate", "sanction"} & set(one["answers"])}
        wanted = [app for app in self.bad if app not in lenient]
        wrong = sum(self.excess(app) for app in self.done)
        if not wanted:
            return max(0, 100 - 25 * wrong) * self.effort() // 100
        right = 0
        for app in wanted:
            force, _, effective = self.done.get(app, (0, 0, False))
            right += 0 if not effective else 4 if force >= min(self.fitting(app)) else force
        return per_cent(2 * right, 2 * right + wrong + 4 * len(wanted) - right)

    def collateral(self, aim: Row) -> int:
        """Return the score of the working time lost."""
        first: dict[tuple[int, str], Row] = {}
        for row in self.rows:
            if row["stopped"] and not self.is_use(row, self.prohibited):
                first.setdefault((row["session"], row["User"]), row)
        ends = {(row["session"], row["User"]): row["time"] for row in self.idle}
        again: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row in self.rows:
            if not row["stopped"]:
                again[row["session"], row["User"]].append(row["time"])
        total = 0
        for key, row in first.items():
            later = [time for time in again[key] if time > row["time"]]
            end = later[0] if later else max(row["time"], ends.get(key, row["time"]))
            app = row["App"]
            worth = 4 if app in self.approved else 2 if app in self.tolerated else 1
            worth = self.truth.get("business_weight", {}).get(app, worth)
            total += worth * max(1, -((row["time"] - end) // MINUTE))
        worst = 10 * len(self.account) * MINUTE if aim["worst"] is None else aim["worst"]
        return late(total * MINUTE, aim["best"] or 0, worst) * self.effort() // 100

    def communication(self, aim: Row) -> int:
        """Return the score of asking first and telling the users."""
        concerned = {*self.bad, *self.choices}
        apps = sorted(concerned | {app for app in self.done if self.excess(app)})
        apps = apps if aim["app"] is None else [aim["app"]]
        points = 0
        for app in apps:
            if app in concerned or app == aim["app"]:
                before = self.done[app][1] if app in self.done else self.now + 1
                looks = [*self.facts["question"], *self.facts["back-test"]]
                points += 60 * any(q["app"] == app and q["time"] < before for q in looks)
                informed = any(m["app"] == app and m["people"] for m in self.facts["message"])
                informed |= any(m["subject"] == f"app:{app}" for m in self.facts["mail"])
                points += 40 * informed
        return points // max(1, len(apps))

    def restraint(self, aim: Row) -> int:
        """Return the score of leaving alone."""
        lenient = {app for app, one in self.choices.items() if {"tolerate", "sanction"} & set(one["answers"])}
        apps = sorted({*self.tolerated, *lenient}) if aim["app"] is None else [aim["app"]]
        hit = {app for app in self.done if self.excess(app)}
        others = hit - set(apps) if aim["app"] is None else set()
        points = 0
        for app in apps:
            silent = app in lenient and app not in self.done and self.right(app) is not True
            points += 0 if app in hit else 50 if silent else 100
        return points // max(1, len(apps) + len(others)) * self.effort() // 100

    # The case

    def evidence(self, aim: Row) -> int:
        """Return F1 of findings and evidence."""
        shown = self.found() & self.keys
        right, cited = len(shown), len(self.found())
        for item in self.facts["evidence"]:
            if self.shows(item, self.keys) is not None:
                mine = self.covered(item, self.keys)
                right, cited, shown = right + bool(mine), cited + 1, shown | mine
        if not shown:
            return 0
        return 200 * right * len(shown) // (right * len(self.keys) + len(shown) * cited)

    def judgement(self, aim: Row) -> int:
        """Return sensitivity and calibration."""
        ends = min([self.now, *(h["time"] for h in self.facts["handover"])])
        things: list[tuple[bool, bool | None, int]] = []
        for a in self.alerts:
            if a["standing"] and (a["called"] is not None or a["time"] <= ends - 2 * HOUR):
                right = None if a["called"] is None else a["called"] == a["bad"]
                things.append((a["bad"], right, a["sure"]))
        judged = [subject[4:] for subject in self.verdicts if subject.startswith("app:")]
        for app in self.questions():
            sure = self.verdicts.get(f"app:{app}", {}).get("confidence", 0)
            things.append(("shadow-it-stop" in self.answers(app), self.right(app), sure))
        for app in set(judged) - set(self.questions()):
            if self.right(app) is False:
                things.append((False, False, self.verdicts[f"app:{app}"]["confidence"]))
        net, classes, scale = 0, 0, 1
        for bad in (True, False):
            scale *= max(1, sum(one[0] is bad for one in things))
        for bad in (True, False):
            mine = [right for is_bad, right, _ in things if is_bad is bad]
            if mine:
                classes += 1
                net += (mine.count(True) - mine.count(False)) * (scale // len(mine))
        sensitivity = per_cent(max(0, net), scale * classes) if classes else 0
        gains = 0
        for _, right, sure in things:
            if right is not None:
                sure = max(50, min(100, sure))
                gains += 10_000 - 4 * ((100 - sure) if right else sure) ** 2
        calibration = min(100, max(0, gains) // (100 * len(things))) if things else 0
        return (70 * sensitivity + 30 * calibration) // 100

    # The control plane

    def setting(self, aim: Row) -> int:
        """Return the score of a fault that was mended."""
        scores = []
        alone = [self.merged(states) for states in self.histories("untouched-", aim)]
        for states, idle in zip(self.histories("", aim), alone, strict=True):
            mine = self.merged(states)
            broken = next((time for time, right in mine if not right), None)
            if broken is None or (mine[-1][1] and idle[-1][1] and idle[-1][0] <= mine[-1][0]):
                continue
            if not mine[-1][1]:
                scores.append(0)
                continue
            left = self.end - broken
            best = min(4 * HOUR, left // 2) if aim["best"] is None else aim["best"]
            worst = left if aim["worst"] is None else aim["worst"]
            scores.append(50 + late(max(0, mine[-1][0] - broken), best, worst) * 50 // 100)
        return sum(scores) // max(1, len(scores))

    def merged(self, states: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
        """Return how something stood since play began."""
        found: list[tuple[int, bool]] = []
        for time, right in states:
            if time > self.now:
                break
            if time < self.start:
                found = [(self.start, right)]
            elif not found or found[-1][1] != right:
                found.append((time, right))
        return found

    def histories(self, world: str, aim: Row) -> list[list[tuple[int, bool]]]:
        """Return when something stood right and wrong, in each place where it stands."""
        name = aim["setting"]
        for switch in self.facts[f"{world}switch"]:
            if name in (switch["id"], switch["name"]):
                return [[(time, on) for time, on in switch["states"]]]
        for collector in self.facts[f"{world}collector"]:
            if collector["name"] == name:
                ends = [state for a, b in collector["faults"] for state in ((a, False), (b, True))]
                return [sorted([(0, True), *ends], key=lambda state: state[0])]
        owners = {p["machine"] for p in self.facts["person"] if not aim["people"] or p["id"] in aim["people"]}
        wanted = aim["value"].casefold()
        return [
            [(time, value.casefold() == wanted) for time, value in fact["values"]]
            for fact in self.facts[f"{world}setting"]
            if fact["name"] == name and fact["machine"] in owners & self.managed
        ]

    # The whole

    def objectives(self) -> dict[str, int]:
        """Return the score of each objective."""
        aims = self.scenario.get("objectives") or [
            {"id": name, "metric": name, "weight": weight}
            for name, weight in self.scenario["weights"].items()
        ]
        unsaid: Row = {"app": None, "people": [], "best": None, "worst": None}
        self.weights = {aim["id"]: aim["weight"] for aim in aims}
        scores = {
            aim["id"]: getattr(self, aim["metric"].replace("-", "_"))({**unsaid, **aim}) for aim in aims
        }
        for name, price in self.hints(aims):
            scores[name] = max(0, scores[name] - price)
        return scores

    def hints(self, aims: list[Row]) -> list[tuple[str, int]]:
        """Return the objectives that pay for hints, and how much."""
        if self.scenario["mode"] != "exercise":
            return []
        taken = {fact["subject"] for fact in self.facts["hint"]}
        heaviest = max(aims, key=lambda aim: aim["weight"])["id"]
        found = [
            (hint["helps"] or heaviest, hint["price"])
            for hint in self.scenario.get("hints", [])
            if f"hint:{hint['helps']}:{hint['level']}" in taken
        ]
        if self.scenario.get("objectives"):
            order = ("verify", "contain-time", "contain", "exposure")
            helped = [aim["id"] for metric in order for aim in aims if aim["metric"] == metric]
            reveals = sum(not subject.startswith("hint:") for subject in taken)
            found += [((helped or [heaviest])[0], self.scenario["hint_price"])] * reveals
        return found

    def score(self) -> int:
        """Return the whole score."""
        scores = self.objectives()
        points = (sum(score * self.weights[name] for name, score in scores.items()) + 50) // 100
        lost, total = self.lost_share()
        reveals = sum(not fact["subject"].startswith("hint:") for fact in self.facts["hint"])
        old = self.scenario["mode"] == "exercise" and not self.scenario.get("objectives")
        price = reveals * self.scenario["hint_price"] if old else 0
        whole: int = points - 50 * lost // max(1, total) - price
        return max(0, whole)


def disagreements(folder: Path, run_file: Path) -> list[str]:
    """Return where this scorer and a finished run file differ."""
    run = Scorer(folder, run_file)
    result = json.loads(run_file.read_text(encoding="utf-8").splitlines()[-1])["result"]
    said = {one["id"]: one["score"] for one in result["objectives"]}
    found = run.objectives()
    differ = [f"{name}: {found[name]} here, {said[name]} there" for name in said if found[name] != said[name]]
    if run.score() != result["score"]:
        differ.append(f"score: {run.score()} here, {result['score']} there")
    return differ


def main() -> int:
    """Play and export random runs, and compare; return 1 where any differs."""
    from tests.exercise.random_runs import exported

    asked = argparse.ArgumentParser(prog="python -m tests.exercise.scorer")
    asked.add_argument("--runs", type=int, default=50)
    asked.add_argument("--first", type=int, default=1)
    given = asked.parse_args()
    wrong, scores = 0, []
    for number in range(given.first, given.first + given.runs):
        with TemporaryDirectory() as folder:
            score, run_file = exported(number, Path(folder))
            differ = disagreements(Path(folder), run_file)
        wrong += bool(differ)
        scores.append(score)
        if differ:
            print(f"run {number}: " + "; ".join(differ))
    print(f"{given.runs - wrong} of {given.runs} runs agree; scores from {min(scores)} to {max(scores)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
