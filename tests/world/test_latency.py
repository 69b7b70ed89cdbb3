"""From tag to block on many machines: within what the documents say of each era."""

from __future__ import annotations

import numpy as np
import pytest

from sim.base.time import HOUR, MINUTE
from tests.latency import histogram, quantiles, tag_to_block

MACHINES = 2_000


@pytest.mark.fact("latency.total.2019", "latency.tag-to-indicator.2019", "latency.indicator-to-device.2019")
def test_in_2019_every_machine_blocks_within_the_documented_hops():
    """Half within about two hours, all within tag, offer and pull at their longest; none at once."""
    delays = tag_to_block("mcas-2019", MACHINES)
    assert (delays >= 13 * MINUTE).all()
    assert np.median(delays) <= 2 * HOUR
    assert delays.max() <= 2 * HOUR + 30 * MINUTE


@pytest.mark.fact("latency.total.today", "latency.stragglers", "latency.indicator-to-device.today")
def test_today_all_but_the_stragglers_block_within_three_hours():
    """One in a hundred machines is slower, and none waits for more than 48 hours after the offer."""
    delays = tag_to_block("defender-today", MACHINES)
    late = float((delays > 3 * HOUR).mean())
    assert 0.002 <= late <= 0.02
    assert np.median(delays) <= 3 * HOUR
    assert delays.max() <= (48 + 1) * HOUR


@pytest.mark.parametrize("era", ["mcas-2019", "defender-today"])
def test_the_picture_counts_every_machine(era: str):
    """Quantiles rise, and the bars add up."""
    delays = tag_to_block(era, 300)
    assert [delay for _, delay in quantiles(delays)] == sorted(delay for _, delay in quantiles(delays))
    assert sum(int(line[16:23]) for line in histogram(delays)) == 300
