"""A story happens at the same moments wherever time is cut, once, and shows in what the portals show."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.base.time import HOUR, MINUTE, SECOND, from_iso, to_iso, zone
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION, WIN10
from sim.exercise.score.labels import labels
from sim.scenario.load import load_scenario
from sim.scenario.story_kinds import KINDS, LOOK_ALIKES, Label
from sim.session.alert_commands import CloseAlert
from sim.session.commands import SetSwitch, TagApp
from sim.session.driver import Session, restore
from sim.session.indicator_commands import SaveScopedProfile
from sim.session.runfile import read_run
from sim.views import alerts, control, discovery, endpoint, mailbox

SCENARIO = str(Path(__file__).parents[1] / "scenarios" / "story-office.yaml")
LONG = 97 * HOUR


def begun() -> Session:
    """Return the office with everything on that a block needs, and two apps tagged."""
    session = Session(load_scenario(SCENARIO))
    session.submit(SaveScopedProfile("Field only", ("Field laptops",)))
    for name in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
        session.submit(SetSwitch(name, True))
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    session.submit(TagApp("yahoo-webmail", "Unsanctioned", "Field only"))
    return session


def play(cut: int = LONG) -> Session:
    """Play to the end, closing the alert of the breach as soon as it was raised, in steps of a length."""
    session = begun()
    closes = session.resolved.start + 8 * HOUR
    session.advance(closes)
    session.submit(CloseAlert(breach_alert(session), True))
    time = session.now
    while not session.finished:
        time += cut
        session.advance(time)
    return session


@cache
def played() -> Session:
    """Return the office after its three days; nobody may change it."""
    return play()


def test_what_a_story_begins_with_stands_at_the_first_look() -> None:
    """The two switches and the mail are there before the clock has moved; the third was forgotten."""
    session = Session(load_scenario("broken-control-plane"))
    assert session.now == session.resolved.start
    on = {row.id for row in control.switches(session) if row.on}
    assert on == {INTEGRATION, BLOCK_UNSANCTIONED}
    assert [row.subject for row in mailbox.mailbox(session)] == ["Handover"]


def breach_alert(session: Session) -> str:
    """Return the id of the first alert about the breach: each report has one of its own."""
    return min(row.id for row in alerts.cloud_alerts(session) if "breach" in row.title)


def fired(session: Session) -> dict[str, int]:
    """Return when each beat happened."""
    return {one.beat: one.time for one in session.world.story.fired}


def at(day: int, time: str) -> int:
    """Return a moment of the scenario's days, the first of which is 1."""
    return from_iso(f"2026-11-{15 + day}T{time}", zone("Europe/London"))


@cache
def timeline(machine: str, app: str | None = None) -> list[endpoint.TimelineRow]:
    """Return a machine's timeline at the end."""
    return endpoint.timeline(played(), machine, app)


def blocks(machine: str, app: str, since: int, until: int) -> tuple[int, int]:
    """Return how many connections to an app a machine's timeline shows, and how many of them blocked."""
    rows = [r for r in timeline(machine, app) if since <= r.time < until]
    stopped = sum(row.is_block for row in rows)
    return len(rows) - stopped, stopped


def users_of(app: str) -> dict[str, int | None]:
    """Return the users of an app in the endpoint's report, and the bytes that they sent."""
    report = played().world.tenant.reports[WIN10]
    return {one.name.partition(".")[0]: one.bytes_up for one in report.entities("user", app=app)}


@pytest.mark.parametrize("cut", [37 * MINUTE + 13, 5 * HOUR + 1])
def test_where_time_is_cut_changes_nothing(cut: int) -> None:
    """Neither the traffic nor a beat moves, to the microsecond."""
    other = play(cut)
    assert fired(other) == fired(played())
    assert other.digest() == played().digest()


def test_a_replay_has_the_same_beats(tmp_path: Path) -> None:
    """A run file holds commands, and the story follows from them."""
    session = Session(load_scenario(SCENARIO))
    session.record_to(tmp_path / "run.jsonl")
    session.submit(SetSwitch(INTEGRATION, True))
    session.submit(TagApp("sohu-news", "Unsanctioned"))
    session.advance(session.now + 9 * HOUR)
    session.leave()
    again = restore(read_run(tmp_path / "run.jsonl")).session
    assert again.world.story.fired == session.world.story.fired
    assert len(again.world.story.fired) >= 5
    assert again.digest() == session.digest()


def test_every_beat_happens_once_and_says_why() -> None:
    """Sohu News is blocked, and Dropbox used, many times after the beat that waited for it."""
    beats = [beat.id for beat in played().resolved.scenario.story.beats]
    assert sorted(one.beat for one in played().world.story.fired) == sorted(beats)
    causes = {one.beat: one.cause for one in played().world.story.fired}
    assert causes["slip"] == "at 11:00"
    assert causes["untagged"] == "after slip"
    assert causes["stale"] == "sohu-news was tagged Unsanctioned"
    assert causes["new-client"].startswith("sohu-news was blocked on ST-0")
    assert causes["news"] == "4 people have used dropbox"
    assert causes["leak"].endswith(" bytes went to dropbox")
    assert causes["complaint"] == f"{breach_alert(played())} of dropbox was closed"


def test_a_beat_comes_as_much_later_as_it_says() -> None:
    when = fired(played())
    assert when["untagged"] - when["slip"] == 2 * HOUR
    assert when["stale"] == at(1, "09:00")
    closed = next(
        a.closed for a in played().world.tenant.cloud_alerts.alerts if a.id == breach_alert(played())
    )
    assert when["complaint"] - (closed or 0) == 5 * MINUTE


def test_another_administrator_is_in_the_governance_log() -> None:
    entries = [row for row in control.governance_log(played()) if row.actor == "R. Vance"]
    assert [(row.action, row.target, row.detail) for row in entries] == [
        ("Tag app", "yahoo-webmail", "Sanctioned"),
        ("Save setting", "Enforce app access", "off"),
    ]
    assert not [row for row in endpoint.indicators(played()) if row.app == "Sohu News"]
    assert blocks("ST-03", "sohu-news", at(2, "13:00"), at(3, "18:00"))[1] == 0


def test_machines_that_ask_for_nothing_go_by_what_they_hold() -> None:
    """Anna's lacks the indicator for four hours, the others have it within one."""
    assert blocks("ST-01", "sohu-news", at(1, "10:00"), at(1, "13:00"))[1] == 0
    assert blocks("ST-03", "sohu-news", at(1, "10:00"), at(1, "13:00"))[1] > 0
    assert blocks("ST-01", "sohu-news", at(1, "13:30"), at(1, "17:30"))[1] > 0


def test_a_passive_antivirus_lets_chrome_through_and_the_queue_says_so() -> None:
    opened, stopped = blocks("ST-02", "sohu-news", at(1, "12:30"), at(2, "10:00"))
    assert opened > 0
    assert stopped == 0
    assert blocks("ST-02", "sohu-news", at(1, "10:00"), at(1, "12:30"))[1] > 0
    assert any(row.machine == "ST-02" and row.not_blocked for row in alerts.endpoint_alerts(played()))


def test_a_machine_that_left_defender_falls_silent() -> None:
    seen = {row.name: row.last_seen or 0 for row in endpoint.machines(played())}
    assert at(1, "12:00") < seen["ST-05"] < at(1, "13:00")
    assert seen["ST-06"] > at(3, "12:00")
    assert max(row.time for row in timeline("ST-05")) < at(1, "13:00")


def test_a_block_for_a_device_group_does_not_follow_who_leaves_it() -> None:
    """Gus is blocked like the others of the field, until his laptop is moved."""
    assert blocks("ST-07", "yahoo-webmail", at(1, "10:00"), at(1, "13:30"))[1] > 0
    opened, stopped = blocks("ST-07", "yahoo-webmail", at(1, "14:00"), at(2, "10:00"))
    assert opened > 0
    assert stopped == 0
    assert blocks("ST-08", "yahoo-webmail", at(1, "14:00"), at(2, "10:00"))[1] > 0


def test_a_host_that_the_catalog_lacks_is_a_hole_in_the_block_and_in_the_report() -> None:
    rows = [row for row in timeline("ST-08") if "sohu-static" in row.url]
    assert rows
    assert not any(row.is_block or row.app for row in rows)
    assert blocks("ST-08", "sohu-news", fired(played())["new-client"] + 10 * MINUTE, at(3, "18:00")) == (0, 0)


def test_a_breach_raises_the_portals_own_alert_and_is_on_the_apps_page() -> None:
    alert = next(row for row in alerts.cloud_alerts(played()) if row.id == breach_alert(played()))
    assert alert.app_id == "dropbox"
    assert alert.time > fired(played())["news"]
    page = discovery.app_page(played(), WIN10, "dropbox")
    assert "2026-11-16" in [fact.value for fact in page.facts]


def test_a_mail_comes_with_its_document() -> None:
    (mail,) = played().world.mailbox.mails
    assert (mail.sender, mail.title) == ("dina.dahl@story.example", "Customer list")
    assert mail.time == fired(played())["complaint"]


def test_what_people_begin_and_stop_is_in_the_report() -> None:
    """Each use is seen with its app, of those people only, in amounts that the kind gives."""
    assert users_of("turnip-drive").keys() == {"fay"}
    assert (users_of("turnip-drive")["fay"] or 0) > 20_000_000
    assert (users_of("wobblestore")["dina"] or 0) > 500_000_000
    assert users_of("moonjar-files").keys() == {"anna", "ben", "fay"}, "Egon's machine tells nobody"
    assert users_of("quillhoard").keys() == {"cora", "dina", "gus", "hugo"}
    assert users_of("teaspoon-spaces").keys() == {"cora"}
    assert blocks("ST-03", "yahoo-webmail", fired(played())["leak"], at(3, "18:00")) == (0, 0)
    assert max(r.time for r in timeline("ST-06", "turnip-drive")) < at(2, "14:00")


def test_a_program_keeps_its_rhythm() -> None:
    """A command channel asks every minute or so, whoever uses the machine."""
    evening = at(2, "17:00")
    rows = [row for row in timeline("ST-02", "owlery-notes") if row.time < evening]
    gaps = np.diff(sorted(row.time for row in rows))
    assert len(gaps) > 300
    assert 48 * SECOND <= gaps.min() <= 60 * SECOND <= gaps.max() <= 72 * SECOND
    assert {row.process for row in rows} == {"updater.exe"}


def test_truth_is_told_of_every_kind_and_apart() -> None:
    """The labels know what each use was; no portal's row holds a word of it."""
    told = set(labels(played()).select("Label", "Why").iter_rows())
    for malicious, benign in LOOK_ALIKES.items():
        assert ("malicious", KINDS[malicious].about) in told
        assert ("benign", KINDS[benign].about) in told
    assert set(LOOK_ALIKES) == {name for name, kind in KINDS.items() if kind.label is Label.MALICIOUS}


def test_noise_comes_at_its_rate() -> None:
    """Half of the desk's four have the backup client, every working day; the big upload is one in five."""
    uses = {use.name: use for use in played().world.story.uses}
    rows = played().world.plane.telemetry.rows()
    backup = played().world.story.of_use(rows) == uses["noise-2"].number
    pairs = zip(rows.user[backup].tolist(), rows.time[backup].tolist(), strict=True)
    days = {(user, to_iso(time)[:10]) for user, time in pairs}
    assert {user for user, _ in days} <= {0, 1, 4, 5}
    assert len(days) == 3 * len({user for user, _ in days}) > 0


def test_a_collector_that_stopped_leaves_its_report_behind_and_is_missed() -> None:
    proxy = played().world.tenant.reports["Proxy"]
    assert max(one.last for one in proxy.entities("user")) < at(1, "12:00")
    entries = [row.action for row in control.governance_log(played())]
    assert "Log collector disconnected" in entries
