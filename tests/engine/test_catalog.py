"""The shipped catalog, and looking things up in it."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import InputError
from sim.engine.catalog.folder import shipped
from sim.engine.catalog.model import CATEGORIES, App, Catalog, Fact, load_catalog, load_sets
from sim.engine.catalog.score import score
from sim.engine.policy.templates import TEMPLATES

CATALOG = load_catalog()


def an_app(app_id: str, *domains: str) -> App:
    return App(app_id, app_id.title(), "Cloud storage", "Vendor", "https://x.org", domains, "An app.")


def test_the_shipped_catalog_stands_up_to_strict_reading() -> None:
    assert load_catalog(shipped()) == CATALOG


def test_the_shipped_catalog_is_read_once() -> None:
    assert load_catalog() is CATALOG


def test_the_catalog_is_wide_enough_to_train_with() -> None:
    assert len(CATALOG.apps) >= 1000
    assert {app.category for app in CATALOG.apps} == set(CATEGORIES)
    assert median(len(app.domains) for app in CATALOG.apps) >= 3


def test_every_category_that_a_policy_template_names_has_apps_with_a_score() -> None:
    conditions = [condition for template in TEMPLATES for condition in template.filters.conditions]
    named = {str(value) for one in conditions if one.field == "category" for value in one.values}
    scored = [app.category for app in CATALOG.apps if score(app) is not None]
    assert len(scored) >= 250
    assert named
    assert named <= set(scored)


def test_every_country_has_a_name() -> None:
    """The codes are those of the time zone database, which lists ISO 3166-1."""
    listed = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    codes = {line.partition("\t")[0] for line in listed.splitlines() if not line.startswith("#")}
    assert set(CATALOG.countries) == codes


def test_apps_are_sorted_and_indexed() -> None:
    ids = [app.id for app in CATALOG.apps]
    assert ids == sorted(ids)
    assert all(CATALOG.index[app_id] == position for position, app_id in enumerate(ids))


def test_every_fact_about_a_real_vendor_is_common_knowledge() -> None:
    marks = {fact.mark for app in CATALOG.apps for fact in app.factors.values()}
    assert marks == {"common-knowledge"}


@pytest.mark.parametrize(
    ("app_id", "name", "category", "country"),
    [
        ("microsoft-msn", "Microsoft MSN", "News and entertainment", "United States"),
        ("yahoo-webmail", "Yahoo Webmail", "News and entertainment", "United States"),
        ("sohu-news", "Sohu News", "News and entertainment", "China"),
        ("microsoft-office-365", "Microsoft Office 365", "Productivity", "United States"),
    ],
)
def test_the_walkthrough_apps(app_id: str, name: str, category: str, country: str) -> None:
    app = CATALOG.app(app_id)
    assert (app.name, app.category) == (name, category)
    assert CATALOG.countries[app.headquarters or ""] == country
    assert app.blockable_domains


@pytest.mark.parametrize(
    ("host", "app_id", "domain"),
    [
        ("www.msn.com", "microsoft-msn", "msn.com"),
        ("mail.yahoo.com", "yahoo-webmail", "mail.yahoo.com"),
        ("login.yahoo.com", "yahoo-webmail", "login.yahoo.com"),
        ("sohu.com", "sohu-news", "sohu.com"),
        ("m.news.sohu.com", "sohu-news", "news.sohu.com"),
        ("NEWS.Sohu.COM", "sohu-news", "news.sohu.com"),
        ("sohu.com.", "sohu-news", "sohu.com"),
        ("sohu.com:443", "sohu-news", "sohu.com"),
        ("sohu.com.:8080", "sohu-news", "sohu.com"),
        ("console.aws.amazon.com", "amazon-web-services", "console.aws.amazon.com"),
        ("www.amazon.com", "amazon", "amazon.com"),
        ("drive.google.com", "google-drive", "drive.google.com"),
        ("outlook.office365.com", "microsoft-exchange-online", "outlook.office365.com"),
        ("paper.dropbox.com", "dropbox-paper", "paper.dropbox.com"),
        ("contoso-my.sharepoint.com", "microsoft-sharepoint-online", "sharepoint.com"),
    ],
)
def test_a_host_leads_to_its_app(host: str, app_id: str, domain: str) -> None:
    found = CATALOG.match(host)
    assert found is not None
    assert (found[0].id, found[1]) == (app_id, domain)
    assert CATALOG.resolve(host) is found[0]


@pytest.mark.parametrize(
    "host",
    [
        "notsohu.com",
        "sohu.com.evil.net",
        "yahoo.com",
        "com",
        "google.com",
        "",
        ".",
        "10.1.2.3",
        "[2001:db8::1]:443",
        "2001:db8::1",
        "sohu.com:http",
        "sohu.com:4430000",
        "sohu.com@evil.test",
        "https://sohu.com@evil.test/",
        "https://evil.test\\@sohu.com/",
        "evil.test/sohu.com",
        "evil.test?.sohu.com",
        "evil.test#.sohu.com",
        "evil.test\\.sohu.com",
        "evil.test%2f.sohu.com",
        "evil test.sohu.com",
        "a..sohu.com",
        ".sohu.com",
        "sohu.com..",
        "[sohu.com]",
        "mailto:me@sohu.com",
        f"{'a' * 250}.sohu.com",
        "faceboo\u212a.com",
    ],
)
def test_a_host_of_nobody_leads_nowhere(host: str) -> None:
    assert CATALOG.match(host) is None
    assert CATALOG.resolve(host) is None


def test_an_entry_with_a_path_matches_no_bare_host_and_is_never_blocked() -> None:
    app = CATALOG.app("linkedin-sales-navigator")
    assert app.domains
    assert app.blockable_domains == ()
    found = CATALOG.resolve("www.linkedin.com")
    assert found is not None
    assert found.id == "linkedin"


def test_hosts_resolve_in_batches() -> None:
    hosts = ["a.sohu.com", "nobody.example", "www.dropbox.com", "a.sohu.com"]
    expected = [
        CATALOG.index["sohu-news"],
        -1,
        CATALOG.index["dropbox"],
        CATALOG.index["sohu-news"],
    ]
    for _ in range(2):
        positions = CATALOG.resolve_hosts(hosts)
        assert positions.dtype == "int64"
        assert positions.tolist() == expected
    assert CATALOG.resolve_hosts([]).tolist() == []


@pytest.mark.parametrize("text", ["dropbox", "Dropbox", " DROPBOX ", "dRopBox"])
def test_an_app_is_found_by_id_or_name(text: str) -> None:
    assert CATALOG.find(text).id == "dropbox"


def test_a_name_is_found_whatever_its_case() -> None:
    assert CATALOG.find("microsoft OneDrive FOR Business").id == "onedrive-for-business"


@pytest.mark.parametrize(
    ("text", "near"),
    [("dropbx", "Dropbox (dropbox)"), ("Yaho Webmail", "Yahoo Webmail (yahoo-webmail)")],
)
def test_an_unknown_app_names_the_nearest_one(text: str, near: str) -> None:
    for look_up in (CATALOG.app, CATALOG.find):
        with pytest.raises(InputError) as caught:
            look_up(text)
        (problem,) = caught.value.problems
        assert problem.rule == "APP-UNKNOWN"
        assert near in problem.advice


def test_a_shared_domain_counts_for_one_app_and_blocks_all() -> None:
    catalog = Catalog(
        (an_app("wiki", "suite.net", "wiki.net"), an_app("plan", "suite.net")),
        shared={"suite.net": "wiki"},
    )
    found = catalog.resolve("acme.suite.net")
    assert found is not None
    assert found.id == "wiki"
    assert all("suite.net" in app.blockable_domains for app in catalog.apps)


def test_a_catalog_of_an_earlier_time_lacks_what_came_later() -> None:
    first = replace(an_app("one", "one.com"), factors={"soc-2": Fact(True, "documented")})
    later = replace(an_app("two", "two.com", "one.net"), category="Generative AI")
    third = an_app("three", "one.net")
    catalog = Catalog((first, later, third), shared={"one.net": "two"})
    before = catalog.without(categories=["Generative AI"], factors=["soc-2", "saml"])
    assert list(before.index) == ["one", "three"]
    assert before.resolve("two.com") is None
    assert before.resolve("one.net") is third
    assert dict(before.app("one").factors) == {}
    assert before.content_hash() != catalog.content_hash()
    assert catalog.without() is catalog


def test_a_property_that_came_later_does_not_lower_the_coverage() -> None:
    """Of the facts that could be known then, as large a share is known."""
    app = load_sets(("fictional",)).app("turnip-drive")
    before = Catalog((app,)).without(factors=["soc-2", "gdpr-lawful-basis"])
    found = before.score(before.app("turnip-drive"))
    assert found is not None
    assert found.coverage_percent == 100


def test_a_search_ranks_names_before_the_rest() -> None:
    catalog = Catalog(
        (
            replace(an_app("vault", "boxes.com"), name="Vault"),
            replace(an_app("box", "box.com"), name="Box"),
            replace(an_app("boxer", "ring.com"), name="Boxer"),
            replace(an_app("dropbox", "db.tt"), name="Dropbox"),
            replace(an_app("crates", "crates.com"), vendor="Box Makers"),
            an_app("other", "other.com"),
        )
    )
    found = [app.id for app in catalog.search(" BOX ")]
    assert found == ["box", "boxer", "dropbox", "crates", "vault"]
    assert len(catalog.search("cloud storage")) == 6
    assert catalog.search("nothing") == ()


LABELS = st.sampled_from(["a", "b", "com", "net", "not"])
HOSTS = st.lists(LABELS, min_size=1, max_size=5).map(".".join)
DOMAINS = st.lists(LABELS, min_size=2, max_size=4).map(".".join)


@given(st.sets(DOMAINS, max_size=8), st.lists(HOSTS, max_size=8))
def test_matching_agrees_with_looking_at_every_domain(domains: set[str], hosts: list[str]) -> None:
    catalog = Catalog(tuple(an_app(f"app-{i}", d) for i, d in enumerate(sorted(domains))))
    for host, position in zip(hosts, catalog.resolve_hosts(hosts).tolist(), strict=True):
        fitting = [d for d in domains if f".{host}".endswith(f".{d}")]
        longest = max(fitting, key=len, default=None)
        found = catalog.match(host)
        assert (None if found is None else found[1]) == longest
        assert (catalog.apps[position] if position >= 0 else None) is catalog.resolve(host)


def test_the_content_hash_follows_what_a_run_depends_on() -> None:
    app = replace(an_app("one", "one.com"), factors={"soc-2": Fact(True, "common-knowledge")})
    base = Catalog((app, an_app("two", "two.com")))

    def changed(**fields: object) -> str:
        return Catalog((replace(app, **fields), base.apps[1])).content_hash()  # type: ignore[arg-type]

    same = [
        Catalog((base.apps[1], app)).content_hash(),
        changed(description="Another sentence."),
        changed(factors={"soc-2": Fact(True, "documented")}),
    ]
    assert set(same) == {base.content_hash()}
    others = [
        changed(name="Uno"),
        changed(category="CRM"),
        changed(headquarters="US"),
        changed(domains=("one.com", "one.net")),
        changed(domains=("one.co", "m")),
        changed(factors={"soc-2": Fact(False, "common-knowledge")}),
        changed(factors={"soc-3": Fact(True, "common-knowledge")}),
        changed(factors={}),
        changed(founded=1),
        changed(ips=("198.51.100.7",)),
        Catalog(base.apps, shared={"one.com": "one"}).content_hash(),
    ]
    assert len({base.content_hash(), *others}) == len(others) + 1
