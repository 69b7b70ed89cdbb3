"""`pytest tests/properties --hypothesis-profile=thorough` searches for much longer.

`-n0` (or no xdist) prints at the end what explain was compared with.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.properties.followed import TOTALS
from tests.properties.scripts import THOROUGH

settings.register_profile("thorough", deadline=None, max_examples=THOROUGH)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what explain was compared with; in a run over several processes each counts its own."""
    if TOTALS:
        terminalreporter.section("explain, asked about every request")
        for name, count in sorted(TOTALS.items()):
            terminalreporter.write_line(f"{count:>10,} {name}")
