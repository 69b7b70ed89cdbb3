"""The formats of tables, W3C logs and JSON, in the order in which they are tried."""

from __future__ import annotations

from sim.engine.discovery.formats.base import Format
from sim.engine.discovery.formats.cisco_wsa import CISCO_WSA
from sim.engine.discovery.formats.csvtable import CSV
from sim.engine.discovery.formats.defender import DEFENDER
from sim.engine.discovery.formats.jsonlines import JSON
from sim.engine.discovery.formats.netskope import NETSKOPE
from sim.engine.discovery.formats.paloalto import PALO_ALTO, PALO_ALTO_TABLE
from sim.engine.discovery.formats.prisma_sdwan import PRISMA_SDWAN
from sim.engine.discovery.formats.squid_common import SQUID_COMMON
from sim.engine.discovery.formats.vendorjson import VENDOR_JSON
from sim.engine.discovery.formats.w3c import PROXYSG, TMG, W3C, WSA_W3C
from sim.engine.discovery.formats.zscaler_csv import ZSCALER

# The access log of a WSA is Squid's native line and more, and so it is tried before that.
TABULAR: tuple[Format, ...] = (
    CISCO_WSA,
    NETSKOPE,
    SQUID_COMMON,
    PROXYSG,
    TMG,
    WSA_W3C,
    ZSCALER,
    PALO_ALTO,
    PALO_ALTO_TABLE,
    PRISMA_SDWAN,
    DEFENDER,
    *VENDOR_JSON,
    W3C,
    CSV,
    JSON,
)
