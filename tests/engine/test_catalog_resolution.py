"""From a host to its app: what wins where entries overlap, and what is no host at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.engine.catalog.domains import suffixes
from sim.engine.catalog.model import App, Catalog, load_catalog

SUITE, DRIVE, SLIDES, BRAND, WIKI = "suite", "drive", "slides", "brand", "wiki"


def an_app(app_id: str, domains: tuple[str, ...], ips: tuple[str, ...] = ()) -> App:
    return App(app_id, app_id.title(), "Collaboration", "", "", domains, "", ips=ips)


CATALOG = Catalog(
    (
        an_app(SUITE, ("suite.com", "docs.suite.com")),
        an_app(DRIVE, ("suite.com/drive", "suite.com/drive/team/files", "drive.suite.com")),
        an_app(SLIDES, ("docs.suite.com/slides", "suite.com/drive/slides")),
        an_app(BRAND, ("xn--bcher-kva.example",)),
        an_app(
            WIKI, ("wiki.acme.example",), ("198.51.100.7", "203.0.113.0/28", "2001:db8::/48", "10.0.0.0/8")
        ),
        an_app("lab", (), ("203.0.113.8/29", "2001:db8:0:1::/64")),
    )
)


@pytest.mark.parametrize(
    ("text", "app_id", "entry"),
    [
        # The longest suffix, on label boundaries.
        ("suite.com", SUITE, "suite.com"),
        ("a.b.suite.com", SUITE, "suite.com"),
        ("docs.suite.com", SUITE, "docs.suite.com"),
        ("eu.drive.suite.com", DRIVE, "drive.suite.com"),
        # Paths on segment boundaries, the longest first, sub-domains of their host included.
        ("suite.com/drive", DRIVE, "suite.com/drive"),
        ("www.suite.com/drive/", DRIVE, "suite.com/drive"),
        ("suite.com//drive//team/x", DRIVE, "suite.com/drive"),
        ("suite.com/drive/team/files/7", DRIVE, "suite.com/drive/team/files"),
        ("suite.com/drive/slides/1", SLIDES, "suite.com/drive/slides"),
        ("suite.com/drive?x=/slides", DRIVE, "suite.com/drive"),
        ("suite.com/driver", SUITE, "suite.com"),
        ("suite.com/my/drive", SUITE, "suite.com"),
        ("suite.com/Drive", SUITE, "suite.com"),
        ("suite.com?/drive", SUITE, "suite.com"),
        # A more specific host wins over a path below its parent.
        ("docs.suite.com/drive", SUITE, "docs.suite.com"),
        ("docs.suite.com/slides/2", SLIDES, "docs.suite.com/slides"),
        ("drive.suite.com/drive", DRIVE, "drive.suite.com"),
        # However the host is written.
        ("DOCS.Suite.COM.", SUITE, "docs.suite.com"),
        ("docs.suite.com:8443", SUITE, "docs.suite.com"),
        ("https://me:pw@Docs.Suite.com.:443/slides#top", SLIDES, "docs.suite.com/slides"),
        ("//suite.com/drive", DRIVE, "suite.com/drive"),
        ("_dmarc.suite.com", SUITE, "suite.com"),
        # Names with other letters, as typed and as they go over the wire.
        ("bücher.example", BRAND, "xn--bcher-kva.example"),
        ("www.BÜCHER.example:80", BRAND, "xn--bcher-kva.example"),
        ("bücher。example", BRAND, "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", BRAND, "xn--bcher-kva.example"),
        # Addresses: the smallest network wins.
        ("198.51.100.7", WIKI, "198.51.100.7"),
        ("http://198.51.100.7:8080/x", WIKI, "198.51.100.7"),
        ("203.0.113.1", WIKI, "203.0.113.0/28"),
        ("203.0.113.9", "lab", "203.0.113.8/29"),
        ("10.200.0.1", WIKI, "10.0.0.0/8"),
        ("2001:DB8::7", WIKI, "2001:db8::/48"),
        ("[2001:db8:0:1::9]:443", "lab", "2001:db8:0:1::/64"),
        ("[::ffff:198.51.100.7]", WIKI, "198.51.100.7"),
    ],
)
def test_the_most_specific_entry_wins(text: str, app_id: str, entry: str) -> None:
    found = CATALOG.match(text)
    assert found is not None
    assert (found[0].id, found[1]) == (app_id, entry)
    assert CATALOG.resolve_hosts([text]).tolist() == [CATALOG.index[app_id]]


@pytest.mark.parametrize(
    "text",
    [
        "notsuite.com",
        "suite.com.evil.test",
        "suite.com@evil.test",
        "evil.test/suite.com/drive",
        "me@suite.com",
        "198.51.100.8",
        "198.51.100.7.suite.example",
        "198.51.100.07",
        "203.0.113.16",
        "2001:db8:1::1",
        "2001:db8::1]",
        "[2001:db8::1",
        "[2001:db8::1]x",
        "[198.51.100.7]",
        "buecher.example",
        "ｓuite.com",
        "\u202esuite.com",
        "suite.com\x00",
        "suite.com\n",
        "",
        "/",
        "://",
        "xn--\udcff.suite.com",
    ],
)
def test_what_is_nobodys_host_leads_nowhere(text: str) -> None:
    assert CATALOG.match(text) is None
    assert CATALOG.resolve_hosts([text]).tolist() == [-1]


def test_an_address_finds_an_app_without_a_host() -> None:
    found = CATALOG.match_ip("203.0.113.9")
    assert found is not None
    assert (found[0].id, found[1]) == ("lab", "203.0.113.8/29")
    assert CATALOG.match_ip("suite.com") is None
    assert load_catalog().match_ip("198.51.100.7") is None


def test_a_reader_of_logs_learns_how_much_of_a_path_matters() -> None:
    assert dict(CATALOG.path_hosts) == {"suite.com": 3, "docs.suite.com": 1}


def test_the_shipped_catalog_keeps_paths_apart() -> None:
    pairs = (("google.com/drive/my", "google-drive"), ("linkedin.com/sales", "linkedin-sales-navigator"))
    for text, app_id in pairs:
        found = load_catalog().resolve(f"https://www.{text}")
        assert found is not None
        assert found.id == app_id


@pytest.mark.parametrize("suffix", [".evil.test", "-login.test", ".com.co", "x"])
def test_nothing_that_ends_in_a_catalog_domains_name_is_taken_for_it(suffix: str) -> None:
    """Look-alikes of every domain in the shipped catalog: more in front of it, or more behind it."""
    catalog = load_catalog()
    hosts = sorted({domain.partition("/")[0] for app in catalog.apps for domain in app.domains})
    assert len(hosts) > 1000
    known = set(hosts)
    behind = [f"{host}{suffix}" for host in hosts]
    alone = [host for host in hosts if known.isdisjoint(list(suffixes(host))[1:])]
    in_front = [f"not{host}" for host in alone if f"not{host}" not in known]
    wrong = [text for text in behind if (found := catalog.match(text)) and not text.endswith(f".{found[1]}")]
    assert wrong == []
    assert [host for host in in_front if catalog.match(host)] == []


TEXTS = st.text() | st.lists(
    st.sampled_from(["suite", "com", ".", ":", "/", "@", "[", "]", "1", "xn--"])
).map("".join)


@given(TEXTS)
@example("[")
@example("xn--a.com")
@example("\u3002")
@example("İ.suite.com")
@example("::1%")
def test_no_text_breaks_matching(text: str) -> None:
    found = CATALOG.match(text)
    place = CATALOG.resolve_hosts([text])[0]
    assert (None if found is None else CATALOG.index[found[0].id]) == (None if place < 0 else place)
