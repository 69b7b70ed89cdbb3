"""Reading catalog files: what is wrong is named with its place, everything at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.base.errors import InputError
from sim.engine.catalog.model import load_catalog

GOOD = """\
category: CRM
apps:
  - id: acme
    name: Acme
    vendor: Acme
    headquarters: GB
    homepage: https://acme.com
    domains: [acme.com, acme.net/crm]
    description: Customer records.
    founded: 2001
    factors:
      invented: {holding: private, has: [soc-2, gdpr-data-subject-rights], lacks: [saml]}
"""


def problems(folder: Path) -> list[tuple[str, str]]:
    """Return rule and place of everything wrong in a catalog folder."""
    with pytest.raises(InputError) as caught:
        load_catalog(folder)
    return [(p.rule, str(p.where)) for p in caught.value.problems]


def write(folder: Path, text: str = GOOD, name: str = "crm.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_folder_of_ones_own_is_a_catalog(tmp_path: Path) -> None:
    app = load_catalog(write(tmp_path)).app("acme")
    assert app.founded == 2001
    assert app.blockable_domains == ("acme.com",)
    assert app.factors["holding"].value == "private"
    assert app.factors["soc-2"].value is True
    assert app.factors["saml"].value is False
    assert app.factors["gdpr-right-to-erasure"].value is True
    assert {fact.mark for fact in app.factors.values()} == {"invented"}


def test_a_documented_fact_names_its_document(tmp_path: Path) -> None:
    documented = 'documented: {"SOC 3 report, 2025": {has: [soc-3]}, "Trust centre": {holding: private}}'
    head, _, _ = GOOD.partition("invented:")
    app = load_catalog(write(tmp_path, f"{head}{documented}\n")).app("acme")
    told = {name: fact.known_from for name, fact in app.factors.items()}
    assert told == {"soc-3": "documented: SOC 3 report, 2025", "holding": "documented: Trust centre"}
    assert app.mark == "common-knowledge"


def test_the_order_in_the_file_does_not_matter(tmp_path: Path) -> None:
    head, _, app = GOOD.partition("  - ")
    other = app.replace("acme", "zeta").replace("Acme", "Zeta")
    hashes = set()
    for name, apps in (("a", [app, other]), ("b", [other, app])):
        (tmp_path / name).mkdir()
        folder = write(tmp_path / name, head + "".join(f"  - {text}" for text in apps))
        hashes.add(load_catalog(folder).content_hash())
    assert len(hashes) == 1


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("category: CRM", "category: Crm", "CATALOG-CATEGORY", "crm.yaml:1:1"),
        ("category: CRM", "category: Sales", "CATALOG-CATEGORY", "crm.yaml:1:1"),
        ("category: CRM", "category: Generative AI", "CATALOG-CATEGORY", "crm.yaml:1:1"),
        ("category: CRM", "category: [CRM]", "CATALOG-CATEGORY", "crm.yaml:1:1"),
        ("apps:", "app:", "CATALOG-FIELD", "crm.yaml:1:1"),
        ("id: acme", "id: Acme!", "CATALOG-FIELD", "crm.yaml:3:5"),
        ("    vendor: Acme\n", "", "CATALOG-FIELD", "crm.yaml:3:5"),
        ("vendor: Acme", "seller: Acme\n    vendor: Acme", "CATALOG-FIELD", "crm.yaml:5:5"),
        ("vendor: Acme", "vendor: 12", "CATALOG-FIELD", "crm.yaml:5:5"),
        ("vendor: Acme", "vendor: A\n    vendor: B", "YAML-DUPLICATE", "crm.yaml:6:5"),
        ("headquarters: GB", "headquarters: UK", "CATALOG-COUNTRY", "crm.yaml:6:5"),
        ("headquarters: GB", "headquarters: NO", "CATALOG-COUNTRY", "crm.yaml:6:5"),
        ("https://acme.com", "acme.com", "CATALOG-FIELD", "crm.yaml:7:5"),
        ("[acme.com,", "[Acme.com,", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com,", "['*.acme.com',", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com,", "[https://acme.com,", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com,", "[acme,", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com,", "[10.1.2.3,", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com,", "[co.uk,", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com,", "[7,", "CATALOG-DOMAIN", "crm.yaml:8:15"),
        ("[acme.com, acme.net/crm]", "[acme.com, acme.com]", "CATALOG-DOMAIN", "crm.yaml:8:25"),
        ("acme.net/crm]", "'acme.net/crm?x=1']", "CATALOG-DOMAIN", "crm.yaml:8:25"),
        ("acme.net/crm]", "acme.net/crm/]", "CATALOG-DOMAIN", "crm.yaml:8:25"),
        ("acme.net/crm]", "acme.com/crm, acme.com/crm]", "CATALOG-DOMAIN", "crm.yaml:8:39"),
        ("acme.net/crm]", "bücher.example]", "CATALOG-DOMAIN", "crm.yaml:8:25"),
        ("description:", "ips: [198.51.100.7]\n    description:", "CATALOG-FIELD", "crm.yaml:9:5"),
        ("headquarters: GB", "headquarters: [GB]", "CATALOG-COUNTRY", "crm.yaml:6:5"),
        ("[acme.com, acme.net/crm]", "[]", "CATALOG-DOMAIN", "crm.yaml:8:5"),
        ("founded: 2001", "founded: 1", "CATALOG-FIELD", "crm.yaml:10:5"),
        ("founded: 2001", "founded: true", "CATALOG-FIELD", "crm.yaml:10:5"),
        ("invented:", "rumour:", "CATALOG-FACTOR", "crm.yaml:12:7"),
        ("holding: private", "holding: secret", "CATALOG-FACTOR", "crm.yaml:12:18"),
        ("holding: private", "soc-9: true", "CATALOG-FACTOR", "crm.yaml:12:18"),
        ("holding: private", "soc-2: true", "CATALOG-FACTOR", "crm.yaml:12:37"),
        ("holding: private", "iso-27001: n/a", "CATALOG-FACTOR", "crm.yaml:12:18"),
        ("holding: private", "hipaa: maybe", "CATALOG-FACTOR", "crm.yaml:12:18"),
        ("holding: private", "latest-breach: once", "CATALOG-FACTOR", "crm.yaml:12:18"),
        ("holding: private", "consumer-popularity: 11", "CATALOG-FACTOR", "crm.yaml:12:18"),
        ("invented:", "documented:", "CATALOG-FACTOR", "crm.yaml:12:7"),
        ("lacks: [saml]", "lacks: saml", "CATALOG-FACTOR", "crm.yaml:12:76"),
        ("lacks: [saml]", "lacks: [cobol]", "CATALOG-FACTOR", "crm.yaml:12:84"),
        ("category", "\tcategory", "YAML-SYNTAX", "crm.yaml:1:1"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, rule: str, place: str) -> None:
    assert old in GOOD
    found = problems(write(tmp_path, GOOD.replace(old, new, 1)))
    assert found == [(rule, place)]


@pytest.mark.parametrize(
    "fact", ["hipaa: n/a", "latest-breach: none", "latest-breach: 2016-09-22", "pci-dss: v3_2_1"]
)
def test_facts_of_every_kind_are_taken(tmp_path: Path, fact: str) -> None:
    name, _, value = fact.partition(": ")
    app = load_catalog(write(tmp_path, GOOD.replace("holding: private", fact))).app("acme")
    assert app.factors[name].value == value


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("GB", "XX").replace("2001", "soon"))
    write(tmp_path, GOOD.replace("CRM", "Sales"), "sales.yaml")
    write(tmp_path, "category: [", "webmail.yaml")
    assert sorted(problems(tmp_path)) == [
        ("CATALOG-COUNTRY", "crm.yaml:6:5"),
        ("CATALOG-DOMAIN", "sales.yaml:8:15"),
        ("CATALOG-DOMAIN", "sales.yaml:8:25"),
        ("CATALOG-DUPLICATE", "sales.yaml:3:5"),
        ("CATALOG-DUPLICATE", "sales.yaml:4:5"),
        ("CATALOG-FIELD", "crm.yaml:10:5"),
        ("YAML-SYNTAX", "webmail.yaml:1:12"),
    ]


def two_apps_on_one_domain(folder: Path) -> Path:
    write(folder)
    other = GOOD.replace("CRM", "Sales").replace("id: acme", "id: zeta")
    other = other.replace("name: Acme", "name: Zeta").replace("acme.net/crm", "zeta.net")
    return write(folder, other, "sales.yaml")


def test_a_domain_of_two_apps_must_be_declared(tmp_path: Path) -> None:
    two_apps_on_one_domain(tmp_path)
    assert problems(tmp_path) == [("CATALOG-DOMAIN", "sales.yaml:8:15")]
    write(tmp_path, "acme.com: zeta\n", "shared_domains.yaml")
    found = load_catalog(tmp_path).resolve("www.acme.com")
    assert found is not None
    assert found.id == "zeta"


def test_a_domain_in_other_letters_is_told_how_to_write_it(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("acme.net/crm", "bücher.example"))
    with pytest.raises(InputError) as caught:
        load_catalog(tmp_path)
    assert "xn--bcher-kva.example" in caught.value.problems[0].advice


def test_domains_may_overlap(tmp_path: Path) -> None:
    """Below another app's domain, or a path of it: the more specific entry wins."""
    write(tmp_path)
    other = GOOD.replace("CRM", "Sales").replace("id: acme", "id: zeta").replace("name: Acme", "name: Zeta")
    write(tmp_path, other.replace("[acme.com, acme.net/crm]", "[eu.acme.com, acme.com/sales]"), "sales.yaml")
    catalog = load_catalog(tmp_path)
    for text, app_id in (("www.eu.acme.com", "zeta"), ("acme.com/sales/1", "zeta"), ("acme.com/1", "acme")):
        found = catalog.resolve(text)
        assert found is not None
        assert found.id == app_id


@pytest.mark.parametrize("line", ["acme.com: nobody", "zeta.net: zeta", "unheard.com: zeta"])
def test_a_declaration_must_be_true(tmp_path: Path, line: str) -> None:
    two_apps_on_one_domain(tmp_path)
    write(tmp_path, f"{line}\n", "shared_domains.yaml")
    assert ("CATALOG-SHARED", "shared_domains.yaml:1:1") in problems(tmp_path)


def test_countries_may_be_ones_own(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("GB", "XA"))
    write(tmp_path, "XA: Ruritania\n", "countries.yaml")
    assert load_catalog(tmp_path).countries == {"XA": "Ruritania"}


def test_a_country_that_yaml_misreads_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "GB: United Kingdom\nSE: yes\n", "countries.yaml")
    assert problems(tmp_path) == [("CATALOG-FIELD", "countries.yaml:2:1")]


def test_an_empty_or_missing_folder_is_no_catalog(tmp_path: Path) -> None:
    assert problems(tmp_path) == [("CATALOG-FOLDER", str(tmp_path))]
    assert problems(tmp_path / "none") == [("CATALOG-FOLDER", str(tmp_path / "none"))]


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "sales.yaml").write_bytes(b"\xff\xfe\x00")
    assert problems(tmp_path) == [("FILE-READ", "sales.yaml")]
