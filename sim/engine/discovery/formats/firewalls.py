"""The firewalls and proxies whose lines are key=value pairs or sentences, in the order of trial."""

from __future__ import annotations

from sim.engine.discovery.formats.barracuda import BARRACUDA_CLOUDGEN, BARRACUDA_WEB
from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.checkpoint import CHECKPOINT, CHECKPOINT_EXPORT
from sim.engine.discovery.formats.cisco_asa import CISCO_ASA
from sim.engine.discovery.formats.cisco_firepower import FIREPOWER
from sim.engine.discovery.formats.fortinet import FORTIGATE
from sim.engine.discovery.formats.juniper import JUNIPER_SRX
from sim.engine.discovery.formats.keyvalue import BLUECOAT_PAIRS, KEYVALUE, ZSCALER_PAIRS
from sim.engine.discovery.formats.mcafee import MCAFEE, MCAFEE_ACCESS
from sim.engine.discovery.formats.meraki import MERAKI
from sim.engine.discovery.formats.screenos import JUNIPER_SSG
from sim.engine.discovery.formats.sonicwall import SONICWALL
from sim.engine.discovery.formats.sophos import SOPHOS_SG, SOPHOS_XG
from sim.engine.discovery.formats.stormshield import STORMSHIELD
from sim.engine.discovery.formats.watchguard import WATCHGUARD

FIREWALLS: tuple[Format, ...] = (
    FORTIGATE,
    CISCO_ASA,
    FIREPOWER,
    JUNIPER_SRX,
    JUNIPER_SSG,
    SOPHOS_XG,
    SOPHOS_SG,
    SONICWALL,
    STORMSHIELD,
    BARRACUDA_CLOUDGEN,
    BARRACUDA_WEB,
    MCAFEE,
    MCAFEE_ACCESS,
    MERAKI,
    WATCHGUARD,
    CHECKPOINT,
    CHECKPOINT_EXPORT,
    BLUECOAT_PAIRS,
    ZSCALER_PAIRS,
    KEYVALUE,
)
