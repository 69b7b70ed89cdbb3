"""An organisation's own catalog file: custom apps and overrides, every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import InputError
from sim.engine.catalog.own import Override, TenantCatalog, load_tenant_catalog

GOOD = """\
extends: shipped
apps:
  - {id: acme-wiki, name: Wiki, category: Collaboration, domains: [wiki.acme.example], ips: [198.51.100.7]}
  - id: acme-press
    name: Acme press
    category: Business intelligence
    ips: ["2001:db8::/48"]
overrides:
  dropbox: {score: 3, tags: [Sanctioned, Legal], notes: "Contract until 2027."}
  sohu-news: {score: 9}
  acme-wiki: {tags: [Intranet]}
"""


def loaded(folder: Path, text: str = GOOD) -> TenantCatalog:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return load_tenant_catalog(path)


def test_custom_apps_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    own = loaded(tmp_path)
    assert own.custom == {"acme-wiki", "acme-press"}
    for host, app_id in (
        ("m.wiki.acme.example", "acme-wiki"),
        ("198.51.100.7", "acme-wiki"),
        ("[2001:db8::9]:443", "acme-press"),
        ("www.dropbox.com", "dropbox"),
    ):
        found = own.catalog.resolve(host)
        assert found is not None
        assert found.id == app_id
    assert own.score(own.catalog.app("acme-wiki")) is None


def test_an_override_replaces_the_score_and_nothing_else(tmp_path: Path) -> None:
    own = loaded(tmp_path)
    dropbox, news = (own.catalog.app(app_id) for app_id in ("dropbox", "sohu-news"))
    worked_out = own.catalog.score(dropbox)
    assert worked_out is not None
    assert worked_out.total != 3
    assert own.score(dropbox) == 3
    assert own.override(dropbox) == Override(3, ("Sanctioned", "Legal"), "Contract until 2027.")
    assert own.catalog.score(news) is None
    assert own.score(news) == 9
    assert own.override(own.catalog.app("box")) == Override()


@pytest.mark.parametrize(
    ("extends", "there", "missing"),
    [
        ("extends: none\n", (), ("dropbox", "turnip-drive")),
        ("extends: fictional\n", ("turnip-drive",), ("dropbox",)),
        ("extends: [shipped, fictional]\n", ("turnip-drive", "dropbox"), ()),
        ("", ("dropbox",), ("turnip-drive",)),
    ],
)
def test_a_file_says_what_it_extends(
    tmp_path: Path, extends: str, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    apps = "apps: [{id: acme, name: Acme, category: CRM, domains: [acme.example]}]\n"
    catalog = loaded(tmp_path, extends + apps).catalog
    assert {"acme", *there} <= catalog.index.keys()
    assert not catalog.index.keys() & set(missing)


def test_a_folder_replaces_the_shipped_catalog(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(
        "category: CRM\napps:\n  - {id: acme, name: Acme, vendor: Acme, homepage: 'https://acme.example',"
        " domains: [acme.example], description: Customers.}\n",
        encoding="utf-8",
    )
    own = load_tenant_catalog(tmp_path)
    assert list(own.catalog.index) == ["acme"]
    assert own.overrides == {}


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("extends: shipped", "extends: all", "CATALOG-FIELD", "1:1"),
        ("extends: shipped", "extend: shipped", "CATALOG-FIELD", "1:1"),
        ("id: acme-press\n", "id: dropbox\n", "CATALOG-DUPLICATE", "4:5"),
        ("name: Acme press", "name: Dropbox", "CATALOG-DUPLICATE", "5:5"),
        ("category: Business intelligence", "category: Business", "CATALOG-CATEGORY", "6:5"),
        ("    category: Business intelligence\n", "", "CATALOG-FIELD", "4:5"),
        ("[wiki.acme.example]", "[dropbox.com]", "CATALOG-DOMAIN", "3:68"),
        ("[wiki.acme.example]", "[co.uk]", "CATALOG-DOMAIN", "3:68"),
        ("[wiki.acme.example]", "[bücher.example]", "CATALOG-DOMAIN", "3:68"),
        ('ips: ["2001:db8::/48"]', "vendor: Acme", "CATALOG-DOMAIN", "4:5"),
        ('["2001:db8::/48"]', "[198.51.100.7]", "CATALOG-DOMAIN", "7:11"),
        ('["2001:db8::/48"]', "[203.0.113.1/28]", "CATALOG-ADDRESS", "7:11"),
        ('["2001:db8::/48"]', "[7]", "CATALOG-ADDRESS", "7:11"),
        ('["2001:db8::/48"]', "198.51.100.9", "CATALOG-ADDRESS", "7:5"),
        ("  sohu-news:", "  sohu-new:", "APP-UNKNOWN", "10:3"),
        ("{score: 9}", "{score: 11}", "CATALOG-OVERRIDE", "10:15"),
        ("{score: 9}", "{score: 7.5}", "CATALOG-OVERRIDE", "10:15"),
        ("{score: 9}", "{points: 9}", "CATALOG-OVERRIDE", "10:15"),
        ("{score: 9}", "9", "CATALOG-OVERRIDE", "10:3"),
        ("{tags: [Intranet]}", "{tags: Intranet}", "CATALOG-OVERRIDE", "11:15"),
        ("[Sanctioned, Legal]", "[Sanctioned, Unsanctioned]", "CATALOG-OVERRIDE", "9:23"),
        ('"Contract until 2027."', "2027", "CATALOG-OVERRIDE", "9:50"),
        ("  sohu-news:", "  dropbox:", "YAML-DUPLICATE", "10:3"),
        ("extends:", "\textends:", "YAML-SYNTAX", "1:1"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, rule: str, place: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, GOOD.replace(old, new))
    assert [(p.rule, str(p.where)) for p in caught.value.problems] == [
        (rule, f"{tmp_path / 'own.yaml'}:{place}")
    ]


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("Collaboration", "Collab").replace("score: 3", "score: -3")
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, text.replace("sohu-news", "nobody"))
    assert sorted(p.rule for p in caught.value.problems) == [
        "APP-UNKNOWN",
        "CATALOG-CATEGORY",
        "CATALOG-OVERRIDE",
    ]


@pytest.mark.parametrize("text", ["", "- dropbox\n", "apps: dropbox\n", "overrides: [dropbox]\n"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, text)
    (problem,) = caught.value.problems
    assert problem.where is not None
    assert problem.advice


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_tenant_catalog(tmp_path / "none.yaml")
    (problem,) = caught.value.problems
    assert (problem.rule, str(problem.where)) == ("FILE-READ", str(tmp_path / "none.yaml"))
