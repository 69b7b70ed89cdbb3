"""Scenario files: every mistake is told with its place, no text breaks the reader, a dump is the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from sim.base.errors import ScenarioError, UnsanctionedError
from sim.base.time import DAY, HOUR
from sim.base.yamlfile import Document
from sim.engine.catalog.model import load_catalog
from sim.engine.tenant import BLOCK_UNSANCTIONED, CUSTOM_INDICATORS, INTEGRATION
from sim.scenario.eras import load_era
from sim.scenario.files import read, shipped
from sim.scenario.load import Resolved, load_scenario, resolve
from sim.scenario.located import validate
from sim.scenario.schema import Scenario
from sim.session.commands import SetSwitch
from sim.session.driver import Session
from tests.scenario.mutation import mutated

TESTS = Path(__file__).resolve().parents[1]
OWN = sorted(str(path) for path in (TESTS / "scenarios").glob("*.yaml"))
SMALL = (TESTS / "scenarios" / "small-office.yaml").read_text(encoding="utf-8")
FIRST = (TESTS.parent / "scenarios" / "first-block.yaml").read_text(encoding="utf-8")


def load_text(text: str, folder: Path) -> Resolved:
    """Load a scenario of this text."""
    path = folder / "scenario.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return load_scenario(str(path))


def again(resolved: Resolved) -> Resolved:
    """Return the scenario as a run file brings it back: dumped to JSON, read, resolved."""
    data = json.loads(json.dumps(resolved.dump()))
    name = data.pop("name")
    return resolve(name, validate(Scenario, Document(data, {}, "run")))


@pytest.mark.parametrize("name", [*shipped(), *OWN], ids=lambda name: Path(name).stem)
def test_a_dump_resolves_to_the_same_content(name: str) -> None:
    """What a run file keeps of a scenario has the content hash of the file, and the same times."""
    resolved = load_scenario(name)
    back = again(resolved)
    assert back.content_hash() == resolved.content_hash()
    assert (back.start, back.end, back.name) == (resolved.start, resolved.end, resolved.name)
    assert back.scenario == resolved.scenario


def test_a_scenario_may_use_invented_apps(tmp_path: Path) -> None:
    """They stand beside the real ones, or alone, and are part of the content."""
    mixed = load_text("catalog: [shipped, fictional]\n" + SMALL, tmp_path)
    assert {"turnip-drive", "dropbox"} <= mixed.catalog.index.keys()
    assert mixed.content_hash() != load_text(SMALL, tmp_path).content_hash()
    assert again(mixed).content_hash() == mixed.content_hash()


def test_an_era_has_no_app_of_a_later_category() -> None:
    catalog = load_scenario("first-block").catalog
    whole = load_catalog()
    assert "chatgpt" in whole.index
    gone = {app.category for app in whole.apps if app.id not in catalog.index}
    assert gone == {"Generative AI", "AI - MCP Server", "AI - Model Provider"}
    assert not gone & {app.category for app in catalog.apps}
    assert catalog.resolve("chatgpt.com") is None


@pytest.mark.parametrize("part", ["later_categories", "later_factors"])
def test_an_era_names_what_the_catalog_has(part: str) -> None:
    """A category or factor that does not exist is a mistake of the profile."""
    with pytest.raises(ScenarioError) as caught:
        load_era("mcas-2019", {"catalog": {part: ["Generative IA"], "mark": "guess"}})
    assert "Generative IA" in caught.value.problems[0].what


def test_the_hash_is_of_the_content_and_not_of_its_writing(tmp_path: Path) -> None:
    """Comments, spaces and a byte order mark change nothing; a word does, and so does the name."""
    name = "scenario"
    plain = load_text(SMALL, tmp_path).content_hash()
    assert load_text("\ufeff# more\n" + SMALL + "\n\n# words\n", tmp_path).content_hash() == plain
    assert load_text(SMALL.replace("people: 8", "people:    8"), tmp_path).content_hash() == plain
    other = load_text(SMALL.replace("people: 8", "people: 9"), tmp_path)
    assert other.name == name
    assert other.content_hash() != plain


def news(app: str, date: str) -> str:
    """Return what stands before the truth of a scenario with breach news."""
    return f"\nbreaches: [{{app: {app}, date: {date}}}]\ntruth:"


@pytest.mark.parametrize(
    ("old", "new", "rule", "part", "says"),
    [
        ("people: 22", "people: '22x'", "SCENARIO-VALUE", "people:", "organisation.people"),
        ("people: 22", "people: 11", "SCENARIO-PEOPLE", "people:", "cast is larger"),
        ("mode: exercise", "mode: exam", "SCENARIO-VALUE", "mode:", "mode"),
        ("era: mcas-2019", "era: mcas-2020", "ERA-UNKNOWN", "era:", "mcas-2019"),
        ("seed: 20191216", "seed: -1", "SCENARIO-VALUE", "seed:", "seed"),
        ("Europe/London", "Europe/Nowhere", "TIME-ZONE", "timezone:", "Europe/Nowhere"),
        ("2019-12-16T09:00", "monday", "TIME-FORMAT", "start:", "monday"),
        ("2019-12-17T18:00", "tuesday", "TIME-FORMAT", "end:", "tuesday"),
        ("2019-12-17T18:00", "2019-12-16T08:00", "SCENARIO-TIME", "end:", "not after start"),
        ("2019-12-16T09:00", "0001-01-01T00:00+23:59", "SCENARIO-TIME", "start:", "1990"),
        ("2019-12-17T18:00", "9999-12-31T23:59", "SCENARIO-TIME", "end:", "2099"),
        ('hours: ["08:00", "17:30"]', 'hours: ["08:00", 1730]', "SCENARIO-VALUE", "1730]", 'as "09:00"'),
        ('hours: ["08:00", "17:30"]', 'hours: ["18:00", "17:30"]', "SCENARIO-VALUE", "hours:", "must rise"),
        ("machine: HF-LT-11", "machine: HF-LT-07", "SCENARIO-MACHINE", "cast:", "machine name"),
        ("id: marek", "id: priya", "SCENARIO-PERSON", "cast:", "share an id"),
        ("uniform: [1h45m, 1h58m]", "fixed: -5", "SCENARIO-VALUE", "fixed: -5", "first_data"),
        ("uniform: [1h45m, 1h58m]", "fixed: soon", "SCENARIO-VALUE", "fixed: soon", "not a duration"),
        ("  first_data:", "  first_date:", "SCENARIO-DELAY", "first_date:", "'first_data'"),
        ("delays:", "delays:\n  machine_pull: {fixed: 0, mark: x}", "SCENARIO-DELAY", "machine_pull", "1m"),
        ("sohu-news: Unsanctioned", "sohu-new: Unsanctioned", "SCENARIO-APP", "sohu-new:", "'sohu-news'"),
        ("sohu-news: Unsanctioned", "sohu-news: Monitored", "SCENARIO-VALUE", "sohu-news:", "tags.sohu-news"),
        ("app: linkedin,", "app: chatgpt,", "SCENARIO-ERA", "app: chatgpt,", "which mcas-2019 does not have"),
        ("app: linkedin,", "app: turnip-drive,", "SCENARIO-APP", "app: turnip-drive,", "unknown app"),
        ("seed: 2019", "catalog: [real]\nseed: 2019", "SCENARIO-VALUE", "real]", "fictional"),
        ("line: CU-2,", "line: CU-22,", "SCENARIO-LINE", "line: CU-22", "'CU-2'"),
        ("work_line: CU-8", "work_line: CU-88", "SCENARIO-LINE", "work_line:", "'CU-8'"),
        ("people: [sofia], why", "people: [sophia], why", "SCENARIO-PERSON", "people: [sophia]", "'sofia'"),
        ("{like: oracle,", "{like: orcale,", "SCENARIO-VALUE", "like:", "overreach.like"),
        ("\ntruth:", news("gmial", "2019-12-16"), "SCENARIO-APP", "app: gmial", "'gmail'"),
        ("\ntruth:", news("gmail", "soon"), "TIME-FORMAT", "date: soon", "soon"),
        ("\ntruth:", news("gmail", "2019-12-16T09:00"), "TIME-FORMAT", "date: 2019-12-16T09:00}", "no day"),
        ("\ntruth:", news("gmail", "2019-12-18"), "SCENARIO-TIME", "date: 2019-12-18", "after the end"),
        ("truth:", "thruth:", "SCENARIO-KEY", "thruth:", "'truth'"),
        ("\ntruth:", "\nseed: 1\ntruth:", "YAML-DUPLICATE", "seed: 1\n", "given twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    old: str, new: str, rule: str, part: str, says: str, tmp_path: Path
) -> None:
    """File, line and column of the key or value at fault, its rule, and words that help."""
    assert FIRST.count(old) == 1, old
    text = FIRST.replace(old, new)
    with pytest.raises(UnsanctionedError) as told:
        load_text(text, tmp_path)
    start = text.index(part)
    line, column = text[:start].count("\n") + 1, start - text[:start].rfind("\n")
    found = [problem for problem in told.value.problems if problem.rule == rule]
    assert any(says in str(problem) for problem in found), told.value
    places = {(problem.where.line, problem.where.column) for problem in found if problem.where}
    assert (line, column) in places


@pytest.mark.parametrize(
    ("key", "value", "rule", "part", "says"),
    [
        ("devices", "[{people: [marec], managed: false}]", "SCENARIO-PERSON", "people: [marec]", "'marek'"),
        ("devices", "[{departments: [Sales], site: hom}]", "SCENARIO-SITE", "site: hom", "unknown site"),
        (
            "devices",
            "[{departments: [Salez], managed: no}]",
            "SCENARIO-DEPARTMENT",
            "departments: [Salez",
            "'Sales'",
        ),
        ("devices", "[{people: [marek]}]", "SCENARIO-VALUE", "{people: [marek]}]", "at least one trait"),
        ("devices", "[{os_build: new}]", "SCENARIO-VALUE", "os_build: new", "17763.379"),
        ("devices", "[{pull_every: 10s}]", "SCENARIO-VALUE", "pull_every: 10s", "60000000"),
        ("devices", "[{antivirus: none}]", "SCENARIO-VALUE", "antivirus: none", "'passive'"),
        ("devices", "[{offline: [[2019-12-17, 2019-12-16]]}]", "SCENARIO-OFFLINE", "[2019-12-17", "earlier"),
        ("devices", "[{offline: [[soon, later]]}]", "TIME-FORMAT", "[soon, later]", "2019-12-16"),
        ("programs", "{chrome: {quic: true}}", "SCENARIO-PROGRAM", "chrome: {quic", "chrome.exe"),
        ("destinations", "[{app: bux}]", "SCENARIO-APP", "app: bux", "'box'"),
        ("destinations", "[{app: box, host: box.org}]", "SCENARIO-HOST", "host: box.org", "box.com"),
        ("destinations", "[{app: box, ip: 1.2.3}]", "SCENARIO-VALUE", "ip: 1.2.3", "IP address"),
        ("click_through", "101", "SCENARIO-VALUE", "click_through", "100"),
    ],
)
def test_a_wrong_trait_is_told_with_its_place(
    key: str, value: str, rule: str, part: str, says: str, tmp_path: Path
) -> None:
    """Devices, programs, destinations: a name that is not there, a value that is none."""
    old = "\ntags:"
    test_a_mistake_is_told_with_its_place(old, f"\n{key}: {value}{old}", rule, part, says, tmp_path)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """Mistakes of one kind do not hide each other."""
    text = FIRST.replace("people: [marek]", "people: [merek]").replace("app: canva", "app: cnva")
    with pytest.raises(ScenarioError) as told:
        load_text(text, tmp_path)
    assert [problem.rule for problem in told.value.problems].count("SCENARIO-PERSON") == 2
    assert [problem.rule for problem in told.value.problems].count("SCENARIO-APP") == 1


def test_a_shipped_name_and_a_path_are_told_apart() -> None:
    """A name is looked up among the shipped ones; whatever looks like a path is one."""
    assert read("first-block").file == "scenarios/first-block.yaml"
    with pytest.raises(UnsanctionedError, match="shipped"):
        load_scenario("zzz")
    with pytest.raises(UnsanctionedError, match="cannot read"):
        load_scenario("zzz.yaml")


@settings(max_examples=120)
@given(text=mutated(SMALL))
def test_no_text_raises_anything_but_our_errors(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A mutated scenario is refused in short lines, or it can be played with every toggle on."""
    try:
        resolved = load_text(text, tmp_path_factory.getbasetemp())
    except UnsanctionedError as error:
        shown = [str(problem) for problem in error.problems]
    else:
        shown = []
    assert all("\n" not in line and len(line) < 2100 for line in shown)
    if shown:
        return
    assert again(resolved).content_hash() == resolved.content_hash()
    if resolved.scenario.organisation.people > 100 or resolved.end - resolved.start > 9 * DAY:
        return
    session = Session(resolved)
    for name in (INTEGRATION, BLOCK_UNSANCTIONED, CUSTOM_INDICATORS):
        session.submit(SetSwitch(name, True))
    session.advance(resolved.start + 3 * HOUR)
