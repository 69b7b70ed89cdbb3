"""Messages of real products: our reading against the one that other projects published.

`tests/engine/agreement.py` prints every difference; those of which ours is right stand, with the reason,
in `disagreements.yaml`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from sim.engine.discovery.formats import by_name, detect
from tests.engine.agreement import MESSAGES, SAMPLES, Reading, read

AUTODETECT = SAMPLES / "logs" / "autodetect.jsonl"
EXCUSED = Path(__file__).with_name("disagreements.yaml")
HEADER = "<134>Dec 27 09:20:00 relay "
"""Most messages have lost their syslog header, and some with it their only time; some were folded."""

LEAST = 0.98
"""Which part of the expected fields must agree, beside those excused."""

OURS = {
    "squid": "squid squid-common",
    "zscaler_zia": "zscaler-json",
    "paloalto_ngfw": "paloalto paloalto-json paloalto-cef",
    "paloalto_prisma": "paloalto paloalto-json paloalto-cef",
    "fortigate": "fortigate fortigate-cef",
    "fortiproxy": "fortigate fortigate-cef",
    "cisco_asa_ftd": "cisco-asa cisco-firepower",
    "cisco_wsa": "cisco-wsa",
    "cisco_meraki": "meraki",
    "checkpoint": "checkpoint checkpoint-export checkpoint-cef",
    "cef": "paloalto-cef fortigate-cef checkpoint-cef",
    "bluecoat_cloud": "bluecoat-json",
    "forcepoint_swg": "forcepoint-cef",
    "forcepoint_ngfw": "forcepoint-cef forcepoint-leef",
    "skyhigh_mcafee_swg": "mcafee mcafee-access",
    "netskope_tx": "netskope",
    "netskope_tx_s3": "netskope",
    "netskope_events": "netskope-json",
    "sophos_xg": "sophos-xg sophos-sg",
    # One message in this file is a firewall's of Palo Alto.
    "juniper_srx": "juniper-srx paloalto",
    "barracuda_cloudgen": "barracuda-cloudgen",
    "sonicwall": "sonicwall sonicwall-cef",
    "watchguard": "watchguard watchguard-leef",
    "stormshield": "stormshield",
    "cloudflare_gateway": "cloudflare-gateway",
    "cato": "cato",
    "m365_defender_stream": "defender",
    "o365_management": "",
}
"""Which of our formats a product's messages may be taken for; generic ones and none are right too."""

NAMED = {
    "LEEF:": "leef",
    "LEEF:1": "leef paloalto-leef",
    "LEEF:2:": "leef",
    "bluecoat:proxysg:access:kv": "bluecoat-pairs",
    "cef": "cef",
    "cisco:asa": "cisco-asa",
    "cisco:ftd": "cisco-asa",
    "cisco:wsa:l4tm": "cisco-wsa",
    "cisco:wsa:squid": "cisco-wsa",
    "cisco:wsa:squid:new": "cisco-wsa",
    "cisco:wsa:w3c:recommended": "cisco-wsa",
    "citrix:netscaler:appfw:cef": "cef",
    "cp_log": "checkpoint",
    "cp_log:syslog": "checkpoint",
    "fgt_event": "fortigate",
    "fgt_traffic": "fortigate",
    "fgt_utm": "fortigate",
    "juniper:junos:aamw:structured": "juniper-srx",
    "juniper:junos:firewall": "juniper-srx",
    "juniper:junos:firewall:structured": "juniper-srx",
    "juniper:junos:idp": "juniper-srx",
    "juniper:junos:idp:structured": "juniper-srx",
    "juniper:junos:snmp": "juniper-srx",
    "mcafee:wg:kv": "mcafee",
    "meraki:accesspoints": "meraki",
    "meraki:securityappliances": "meraki",
    "meraki:switches": "meraki",
    "netscout:aed": "cef",
    "netscreen:firewall": "juniper-ssg",
    # What Check Point's log exporter passes on.
    "nix:syslog": "checkpoint",
    "pan:decryption": "paloalto",
    "pan:globalprotect": "paloalto",
    "pan:hipmatch": "paloalto",
    "pan:system": "paloalto",
    "pan:threat": "paloalto",
    "pan:traffic": "paloalto",
    "pan:userid": "paloalto",
    "prisma:sd-wan:authentication": "prisma-sdwan",
    "prisma:sd-wan:event": "prisma-sdwan",
    "prisma:sd-wan:flow": "prisma-sdwan",
    "sophos:xg:firewall": "sophos-xg",
    "zscalernss-alerts": "zscaler",
    "zscalernss-web": "zscaler-pairs",
}
"""What another collector calls types that we list, and what we do."""

UNLISTED = {
    *(
        "citrix:netscaler:appfw",
        "citrix:netscaler:syslog",
        "pfsense:syslogd",
        "sc4s:events",
        "ubnt",
        "ubnt:fw",
    ),
    *("zscalerlss-zpa-app", "zscalerlss-zpa-audit", "zscalerlss-zpa-connector"),
}
"""Its types that we do not: refused, or read as generic."""


@pytest.fixture(autouse=True)
def _samples_are_here() -> None:
    if not MESSAGES.is_file():
        pytest.skip("the samples are not here")


def mended(message: str, expect: dict[str, object]) -> str:
    """Return a message as its source wrote it: on one line, and with a time if it had one in its header."""
    line = message.replace("\n", "").strip()
    return line if "ts" in expect else HEADER + line


@cache
def readings() -> dict[str, list[Reading]]:
    """Return our reading of every message, by product."""
    found: dict[str, list[Reading]] = defaultdict(list)
    for line in MESSAGES.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        reading = read(sample["fmt"], sample["message"], sample["expect"])
        if reading.outcome.startswith("bad"):
            again = read(sample["fmt"], mended(sample["message"], sample["expect"]), sample["expect"])
            reading = replace(again, message=reading.message)
        found[reading.source].append(reading)
    return found


@cache
def excused() -> frozenset[tuple[str, str, str]]:
    """Return the product, message and field of every difference that is excused."""
    groups = yaml.safe_load(EXCUSED.read_text(encoding="utf-8"))
    assert all(group["reason"].strip() for group in groups)
    return frozenset(
        (entry["fmt"], str(entry["message"]), entry["field"]) for group in groups for entry in group["fields"]
    )


def differences(reading: Reading) -> set[tuple[str, str, str]]:
    """Return the differences of one reading, as they are listed."""
    key = sha256(reading.message.encode()).hexdigest()[:12]
    return {(reading.source, key, name) for name, _, _ in reading.differ}


@pytest.mark.parametrize("source", OURS)
def test_fields_agree_with_the_other_projects(source: str) -> None:
    agreed = sum(len(reading.agreed) for reading in readings()[source])
    differ = [
        (reading.format, name, wanted, ours, reading.message[:200])
        for reading in readings()[source]
        if not differences(reading) <= excused()
        for name, wanted, ours in reading.differ
    ]
    assert not differ or agreed / (agreed + len(differ)) >= LEAST, differ


@pytest.mark.parametrize("source", OURS)
def test_no_message_is_taken_for_another_vendors(source: str) -> None:
    for reading in readings()[source]:
        known = by_name(reading.format or "")
        assert known is None or known.generic or known.name in OURS[source].split(), reading


def test_every_product_is_looked_at() -> None:
    assert set(readings()) == set(OURS)


def test_every_excuse_is_of_a_difference() -> None:
    real = {found for group in readings().values() for reading in group for found in differences(reading)}
    assert excused() <= real


def test_types_that_another_collector_tells_apart_are_told_apart() -> None:
    right: Counter[bool] = Counter()
    for line in AUTODETECT.read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        kind, lines = sample["expect_sourcetype"], sample["message"].split("\n")
        found = detect(lines)
        if kind in UNLISTED:
            assert found is None or found.generic, (kind, found, lines)
            continue
        named = found is not None and found.name in NAMED[kind].split()
        assert named or found is None or found.generic, (kind, found, lines)
        right[named] += 1
    assert right[True] / right.total() >= 0.95
