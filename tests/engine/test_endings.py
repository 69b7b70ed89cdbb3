"""Hosts looked up by what they end in: the same as each looked up alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from publicsuffixlist import PSLFILE

from sim.engine.catalog.model import App, Catalog, load_catalog
from sim.engine.discovery.endings import Endings, registrable_domain

SHIPPED = load_catalog()
OWN = Catalog(
    (
        App("suite", "Suite", "Collaboration", "", "", ("suite.com", "docs.suite.co.uk", "x.kobe.jp"), ""),
        App(
            "wiki",
            "Wiki",
            "Collaboration",
            "",
            "",
            ("suite.com/wiki", "a.b.c.example"),
            "",
            ips=("10.0.0.0/8",),
        ),
    )
)
LIST = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
RULES = [line.split()[0].lstrip("!*.") for line in LIST if line.strip() and not line.startswith("//")]
ENDS = [
    *("com", "suite.com", "suite.co.uk", "kobe.jp", "city.kobe.jp", "ck", "www.ck", "xn--55qx5d.cn", "local"),
    *("amazonaws.com", "compute.amazonaws.com", "github.io", "b.example", "dropbox.com", "10.1.2.3", "[::1]"),
]
LABEL = st.sampled_from(["a", "b", "www", "x-1", "docs", "A", "é", "", "a_b", "1", "wiki", "city"])


@settings(max_examples=300)
@given(
    st.lists(LABEL, max_size=4),
    st.sampled_from(ENDS) | st.sampled_from(RULES),
    st.sampled_from(["", ".", ":443", "/wiki/1"]),
    st.sampled_from(["shipped", "own"]),
)
def test_a_host_belongs_to_what_it_would_belong_to_alone(
    labels: list[str], end: str, behind: str, whose: str
) -> None:
    catalog = OWN if whose == "own" else SHIPPED
    host = ".".join((*labels, end)) + behind
    endings = Endings(catalog)
    expected = catalog.match(host) or registrable_domain(host)
    # Twice, and after another host of the same end: what is remembered says the same.
    assert [endings.look_up(name) for name in (f"other.{end}", host, host)][1:] == [expected] * 2


@pytest.mark.parametrize(
    ("host", "domain"),
    [("a.b.site.com", "site.com"), ("a.b.foo.ck", "b.foo.ck"), ("x.y.city.kobe.jp", "city.kobe.jp")],
)
def test_a_host_of_no_app_is_its_registrable_domain(host: str, domain: str) -> None:
    assert Endings(OWN).look_up(host) == domain


@pytest.mark.parametrize("catalog", [SHIPPED, OWN], ids=["shipped", "own"])
def test_many_hosts_at_once_belong_to_what_each_belongs_to_alone(catalog: Catalog) -> None:
    ends = [*ENDS, *RULES[::2], *(domain for app in catalog.apps for domain in app.blockable_domains[:1])]
    fronts = ["", "a.", "b.a.", "x-1.docs.suite.co.uk.", "A.", "é.", ".", "a..b.", f"{'l' * 60}." * 4]
    hosts = [front + end for end in ends for front in fronts]
    hosts += ["", ".", "com.", "wiki", "a.b.c.d.e.f.g.h.dropbox.com"]
    assert len(hosts) > 20_000
    found, which = Endings(catalog).look_up_all(hosts)
    alone = [catalog.match(host) or registrable_domain(host) for host in hosts]
    assert [found[place] for place in which.tolist()] == alone
