"""Distances of rows that were scored again are read like any other count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.unit.stage import DAY, START, Stage

from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.profiles.collect import REPLAY, count_numbers
from bellbuoy.profiles.deposit import deposit_profiles
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.records import Codes
from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.profiles.spread import Groups
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain, to_seconds

NOW = START + 3 * DAY
SPAN = Slice(start=to_seconds(START), end=to_seconds(NOW))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Two days of which all agree, and a third on which half of Oslo's rows differ."""
    made = Stage(tmp_path)
    for day in range(3):
        made.add(day)
    made.cycle(NOW)
    with made.database.beat("credit", 1) as beat:
        for by, segment, differing in (("", "", 5), ("city", "Oslo", 5), ("city", "Rome", 0)):
            windows = {to_seconds(START + day * DAY): counted(10, differing if day == 2 else 0) for day in range(3)}
            deposit_profiles(beat, Series("1d", REPLAY, "v1", by, segment), windows, Codes({}))
        beat.finish(at=0, facts={})
    yield made
    made.database.close()


def counted(rows: int, differing: int) -> NumericProfile:
    """So many rows, some of them a half apart."""
    apart = np.repeat([0.0, 0.5], [rows - differing, differing])
    return count_numbers(apart, None, Groups(np.zeros(rows, np.int64), 1)).profile(0)


def shares(stage: Stage, where: Slice = EVERYTHING) -> list[float | None]:
    with stage.gauge(NOW) as gauge:
        taken = gauge.take("replay_difference", Grain.DAY, where)
    return [one.reading.value if isinstance(one.reading, Measured) else None for one in taken]


def test_each_window_has_its_share(stage: Stage) -> None:
    assert shares(stage) == [0.0, 0.0, 0.5]


@pytest.mark.parametrize(("city", "last"), [("Oslo", 0.5), ("Rome", 0.0)])
def test_each_segment_has_its_own(stage: Stage, city: str, last: float) -> None:
    assert shares(stage, Slice(by="city", segment=city))[-1] == last


def test_a_version_that_was_not_replayed_has_none(stage: Stage) -> None:
    assert shares(stage, Slice(version="v9")) == []


def test_windows_together_are_one(stage: Stage) -> None:
    with stage.gauge(NOW) as gauge:
        taken = gauge.over("replay_difference", Grain.DAY, SPAN)
    assert taken is not None
    assert isinstance(taken.reading, Measured)
    assert taken.reading.value == pytest.approx(5 / taken.rows)


def test_where_nothing_was_replayed_nothing_is_told(stage: Stage) -> None:
    with stage.gauge(NOW) as gauge:
        assert gauge.over("replay_difference", Grain.DAY, Slice("v9", start=SPAN.start, end=SPAN.end)) is None


def test_the_baseline_has_none(stage: Stage) -> None:
    with stage.gauge(NOW) as gauge:
        assert isinstance(gauge.usual("replay_difference", Grain.DAY), Unmeasured)


def test_the_newest_windows_are_found_for_rules(stage: Stage) -> None:
    with stage.gauge(NOW) as gauge:
        assert [one.rows for one in gauge.newest("replay_difference")] == [10, 10, 10]
