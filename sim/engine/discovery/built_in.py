"""The sources and continuous reports that every organisation has, by id: names alone, so that whoever only
names them loads no discovery."""

from __future__ import annotations

WIN10 = "Win10 Endpoint Users"
"""The built-in report of the endpoint feed (2019 name; documented)."""
GLOBAL = "Global"
"""Union of all log sources, without endpoint data (CAS/discovered-apps.md; documented)."""
SESSION_CONTROL = "Cloud App Security Proxy"
"""What passes the session control's reverse proxy (CAS/cloud-discovery-anonymizer.md names the stream)."""
BUILT_IN = (WIN10, SESSION_CONTROL)
"""Sources that are no logs: the Global report holds nothing of them."""
BUILT_IN_REPORTS = (WIN10, GLOBAL, SESSION_CONTROL)
"""The continuous reports that every organisation has."""
