"""The order of blocks is exact: no random script of commands tells the world from the slow reference."""

from __future__ import annotations

from collections import Counter

from hypothesis import event, given
from hypothesis import strategies as st

from sim.base.time import HOUR
from sim.session.commands import Command, SetSwitch
from sim.session.driver import Session
from sim.session.endpoint_commands import PowerShell, VisitSite
from sim.session.indicator_commands import AddIndicator
from tests.properties import played
from tests.properties.scripts import EDGE, Play, plays, preparations, spells, worlds
from tests.reference.inputs import Inputs
from tests.reference.model import Reference
from tests.reference.portals import CUSTOM_INDICATORS
from tests.reference.small import small

ENABLE = "Set-MpPreference -EnableNetworkProtection Enabled"
SOHU = AddIndicator("sohu.com", "Alert and block")


def _sim(play: Play) -> Session:
    return played.play(play.resolved, play.seed, play.script, play.cuts)[0]


def _published(session: Session) -> dict[str, int]:
    """Return when each domain was first on offer."""
    found: dict[str, int] = {}
    for entry in session.world.tenant.log:
        if entry.action == "Offer indicators":
            found.setdefault(entry.target, entry.time)
    return found


@worlds(few=4, thorough=1200)
@given(plays(peculiar=True))
def test_a_peculiar_world_equals_the_slow_reference(play: Play):
    """Whatever is peculiar about devices, sites, programs, destinations and connections."""
    session, refused = played.play(play.resolved, play.seed, play.script, play.cuts)
    reference = Reference(play.resolved, play.seed)
    expected = reference.play(play.script)
    for outcome in sorted({row.outcome for row in expected}):
        event(outcome)
    assert played.rows(session) == expected
    assert refused == reference.refused


@worlds(few=6, thorough=1800)
@given(plays())
def test_the_world_equals_the_slow_reference(play: Play):
    """Every connection, its bytes and its outcome, and every refusal, whatever is commanded when."""
    session, refused = played.play(play.resolved, play.seed, play.script, play.cuts)
    reference = Reference(play.resolved, play.seed)
    expected = reference.play(play.script)
    for outcome in sorted({row.outcome for row in expected}):
        event(outcome)
    assert played.rows(session) == expected
    assert refused == reference.refused


@worlds(few=2, thorough=360)
@given(plays(cut=False), st.data())
def test_the_digest_does_not_depend_on_where_time_is_cut(play: Play, data: st.DataObject):
    """Advanced straight, in random steps, or from one notification to the next: the same digest."""
    resolved, at = play.resolved, st.integers(play.resolved.start, play.resolved.end)
    straight, _ = played.play(resolved, play.seed, play.script)
    cuts = data.draw(st.lists(at, min_size=1, max_size=40))
    cut, _ = played.play(resolved, play.seed, play.script, cuts)
    skipping = Session(resolved, play.seed)
    for time, command in [*play.script, (resolved.end, None)]:
        while skipping.now < time:
            skipping.skip_to_next(time)
        if command is not None:
            played.submit(skipping, command)
    assert straight.checkpoints == cut.checkpoints == skipping.checkpoints
    assert straight.digest() == cut.digest() == skipping.digest()


@worlds(few=3, thorough=900)
@given(plays())
def test_no_machine_blocks_before_its_own_pull_after_publication(play: Play):
    """Between the first offer of the domain and a block lies a pull of the machine, or is the block's."""
    session, inputs = _sim(play), Inputs(play.resolved, play.seed)
    published = _published(session)
    pulls = {
        name: [time for day in inputs.days for time in inputs.pulls(number, day)]
        for number, name in enumerate(inputs.names)
    }
    for row in played.rows(session):
        if row.outcome in {"blocked", "audited", "alerted"}:
            covering = [d for d in published if row.host == d or row.host.endswith("." + d)]
            offered = min(published[domain] for domain in covering)
            assert any(offered <= pull <= row.time for pull in pulls[row.machine])


@worlds(few=3, thorough=900)
@given(plays())
def test_only_edge_blocks_without_network_protection(play: Play):
    """A block in another process lies in a spell of block mode, an audit in a spell of audit mode."""
    modes = {f"SO-{n:02d}": spells(play, f"SO-{n:02d}") for n in range(1, play.people + 1)}
    for row in played.rows(_sim(play)):
        if row.process != EDGE and row.outcome in {"blocked", "audited"}:
            wanted = "block" if row.outcome == "blocked" else "audit"
            # A test visit may share its instant with a change of mode before or after it.
            assert any(start <= row.time <= end and mode == wanted for start, end, mode in modes[row.machine])


@worlds(few=2, thorough=360)
@given(st.integers(0, 50), st.data())
def test_network_protection_counts_from_its_instant(seed: int, data: st.DataObject):
    """Switched on at the instant of a request it blocks that one; a microsecond later it does not."""
    resolved = small(rhythm="quick")
    quiet = [(resolved.start, c) for c in preparations(8) if not isinstance(c, PowerShell)]
    before = played.rows(played.play(resolved, seed, quiet)[0])
    passed = [
        row
        for row in before
        if row.outcome == "not-blocked"
        and row.process in {"chrome.exe", "firefox.exe"}
        and row.time > resolved.start + 2 * HOUR
    ]
    row = data.draw(st.sampled_from(passed))
    for delay, outcome in ((-1, "blocked"), (0, "blocked"), (1, "not-blocked")):
        script = [*quiet, (row.time + delay, PowerShell(row.machine, ENABLE))]
        after = played.rows(played.play(resolved, seed, script)[0])
        assert [r.outcome for r in after if r[:4] == row[:4]] == [outcome]
        assert [r for r in after if r.time < row.time] == [r for r in before if r.time < row.time]


@worlds(few=2, thorough=300)
@given(st.integers(0, 30), st.data())
def test_a_pull_takes_what_is_on_offer_at_its_instant(seed: int, data: st.DataObject):
    """The switch saved, or an indicator offered, at the instant of a pull is pulled; just later is not."""
    resolved = small(rhythm="at once")
    inputs = Inputs(resolved, seed)
    pulls = [pull for pull in inputs.pulls(0, inputs.days[1]) if pull < resolved.end]
    number = data.draw(st.integers(0, len(pulls) - 2))
    pull, following = pulls[number : number + 2]
    both: tuple[Command, Command] = (SetSwitch(CUSTOM_INDICATORS, True), SOHU)
    gate = data.draw(st.sampled_from(both))
    ready = [(resolved.start, command) for command in both if command != gate]
    visit = VisitSite("SO-01", EDGE, "news.sohu.com")

    def outcome(late: int, at: int) -> str:
        script: list[tuple[int, Command]] = [*ready, (pull + late, gate), (at, visit)]
        found = played.rows(played.play(resolved, seed, script)[0])
        # No request of the same host shares the visit's microsecond.
        (word,) = (r.outcome for r in found if (r.time, r.machine) == (at, "SO-01"))
        return word

    assert outcome(-1, pull) == outcome(0, pull + 1) == "blocked"
    assert outcome(0, following - 1) == outcome(1, following) == "blocked"
    assert outcome(1, pull + 1) == outcome(1, following - 1) == "not-blocked"


def test_one_script_meets_every_outcome():
    """The preparations of the search lead to blocks, audits, alerts and passes alike."""
    resolved = small(rhythm="quick")
    script = [(resolved.start, command) for command in preparations(8)]
    found = Counter(row.outcome for row in played.rows(played.play(resolved, 7, script)[0]))
    assert {outcome for outcome, count in found.items() if count >= 5} == {
        "open",
        "not-blocked",
        "alerted",
        "audited",
        "blocked",
    }


def test_without_custom_network_indicators_nothing_is_blocked():
    """Everything else prepared, the closed gate leaves every connection open and silent."""
    resolved = small(rhythm="quick")
    gate = SetSwitch(CUSTOM_INDICATORS, True)
    script = [(resolved.start, command) for command in preparations(8) if command != gate]
    found = {row.outcome for row in played.rows(played.play(resolved, 7, script)[0])}
    assert found == {"open"}
