"""A process killed by the system at any moment, and run again, ends as one that was left alone."""

from __future__ import annotations

import pytest
from bench.kills import kill_often


@pytest.mark.slow
def test_twenty_kills_lose_and_double_nothing() -> None:
    toll = kill_often(20)
    assert toll.same
    assert toll.died >= 10
