"""Block scripts: each appliance's text, which domains it names, and what never gets into one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.base.errors import InputError
from sim.base.time import from_iso
from sim.engine.catalog.app import App
from sim.engine.enforcement.scripts import APPLIANCES, appliance, block_list, block_script, script_name

OURS = "This text is Unsanctioned's own: Microsoft's for this appliance is not published."


def app(app_id: str, *domains: str, ips: tuple[str, ...] = ()) -> App:
    return App(app_id, app_id.title(), "Webmail", "Nobody", "", domains, "", ips=ips)


def text(vendor: str, *domains: str) -> str:
    return block_script(appliance(vendor), domains)


@pytest.mark.fact("appliance.bluecoat")
def test_bluecoat_denies_each_domain_in_the_confirmed_words():
    assert text("bluecoat", "sohu.com", "mail.yahoo.com") == (
        "url.domain=sohu.com deny\nurl.domain=mail.yahoo.com deny\n"
    )


@pytest.mark.fact("appliance.websense")
def test_websense_denies_each_domain_in_the_confirmed_words():
    assert text("websense", "sohu.com") == "dest_host=sohu.com action=deny\n"


@pytest.mark.fact("appliance.ours")
@pytest.mark.parametrize(
    ("vendor", "mark", "lines"),
    [
        (
            "cisco-asa",
            "!",
            [
                "object network MCAS_1",
                " fqdn v4 sohu.com",
                "access-list MCAS_BLOCK extended deny ip any object MCAS_1",
            ],
        ),
        (
            "fortigate",
            "#",
            [
                "config webfilter urlfilter",
                "edit 1",
                "config entries",
                "edit 1",
                'set url "sohu.com"',
                "set type simple",
                "set action block",
                "next",
                "edit 2",
                'set url "*.sohu.com"',
                "set type wildcard",
                "set action block",
                "next",
                "end",
                "next",
                "end",
            ],
        ),
        (
            "juniper-srx",
            "#",
            [
                "set security utm custom-objects url-pattern MCAS value sohu.com",
                "set security utm custom-objects url-pattern MCAS value http://*.sohu.com",
                "set security utm custom-objects custom-url-category MCAS value MCAS",
                "set security utm feature-profile web-filtering url-blacklist MCAS",
            ],
        ),
        ("palo-alto", "", ["set profiles custom-url-category MCAS list [ sohu.com/ *.sohu.com/ ]"]),
        ("zscaler", "", [".sohu.com"]),
    ],
)
def test_the_other_five_are_ours_and_say_so_where_they_can(vendor: str, mark: str, lines: list[str]):
    """A comment is the first thing in the file; where the syntax has none, the file has none."""
    found = text(vendor, "sohu.com").splitlines()
    comments = [line for line in found if mark and line.startswith(mark)]
    assert [line for line in found if line not in comments] == lines
    assert comments[:1] == ([f"{mark} {OURS}"] if mark else [])


@pytest.mark.fact("appliance.seven")
def test_there_are_seven_appliances_with_the_codes_of_the_api():
    codes = {known.name: known.code for known in APPLIANCES}
    assert codes == {
        "BlueCoat ProxySG": 102,
        "Cisco ASA": 104,
        "Fortinet FortiGate": 108,
        "Palo Alto": 112,
        "Zscaler": 120,
        "Juniper SRX": 129,
        "Websense": 135,
    }


@pytest.mark.fact("appliance.script-all-apps")
def test_one_text_names_the_domains_of_every_app_once():
    listed = block_list([app("yahoo", "yahoo.test", "shared.test"), app("alta", "alta.test", "shared.test")])
    assert listed.domains == (("alta", "alta.test"), ("alta", "shared.test"), ("yahoo", "yahoo.test"))
    for known in APPLIANCES:
        script = block_script(known, listed.hosts)
        assert all(domain in script for domain in listed.hosts)


def test_nothing_to_block_is_an_empty_file():
    assert all(block_script(known, ()) == "" for known in APPLIANCES)


def test_a_file_is_named_like_the_portals_by_the_day_in_utc():
    assert script_name(appliance("fortigate"), from_iso("2017-02-19T23:59:00Z")) == (
        "2017-02-19_CAS_Fortigate_block_script.txt"
    )


@pytest.mark.parametrize("name", ["108", "Fortinet FortiGate", "FORTIGATE", " fortigate "])
def test_an_appliance_is_found_by_id_name_or_code(name: str):
    assert appliance(name).code == 108


def test_an_unknown_appliance_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'bluecoat'"):
        appliance("bluecot")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("google.com/drive", "a full address"),
        ('evil.test"\nset action allow', "no host name"),
        ("evil.test deny\nurl.domain=bank.test", "no host name"),
        ("evil.test ]", "no host name"),
        ("\u202eevil.test", "no host name"),
        ("", "no host name"),
        ("com", "no host name"),
        ("[2001:db8::7]:443", "an address"),
    ],
)
def test_what_is_no_host_never_reaches_a_script(entry: str, reason: str):
    """It is told, with the app it belongs to."""
    listed = block_list([app("evil", entry)])
    assert listed.domains == ()
    assert [(left.app_id, left.entry) for left in listed.left_out] == [("evil", entry)]
    assert listed.left_out[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("Files.Example.TEST.", "files.example.test"),
        ("files.example.test:8443", "files.example.test"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("files.example.test/", "files.example.test"),
    ],
)
def test_unusual_hosts_are_written_as_they_go_over_the_wire(entry: str, host: str):
    assert block_list([app("files", entry)]).hosts == (host,)


def test_addresses_are_left_out():
    listed = block_list([app("wiki", "wiki.test", ips=("198.51.100.7",))])
    assert listed.hosts == ("wiki.test",)
    assert [left.entry for left in listed.left_out] == ["198.51.100.7"]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_whatever_a_domain_says_a_line_is_only_ever_a_host(entries: list[str]):
    hosts = block_list([app("hostile", *entries)]).hosts
    assert all(re.fullmatch(r"[a-z0-9_.-]+", host) for host in hosts)
    assert len(text("bluecoat", *hosts).splitlines()) == len(hosts)
