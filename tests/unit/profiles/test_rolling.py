"""Windows rolled up to wider ones by addition."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.profiles.outcome import Outcome, binary_outcome
from bellbuoy.profiles.series import REFERENCE, kept_grain, rolled, rolled_outcomes, summed, total
from bellbuoy.windows import Grain

DAY = 86_400
#: From Monday, 5 January 1970, on.
MONDAY = 4 * DAY
STARTS = st.lists(st.tuples(st.integers(0, 60 * 24).map(lambda hour: hour * 3_600), st.integers(0, 99)), max_size=30)
GRAINS = st.sampled_from([Grain.HOUR, Grain.DAY, Grain.WEEK])


def outcome(*labels: int) -> Outcome:
    return binary_outcome(np.full(len(labels), 0.5), np.ones(len(labels), np.int64), np.array(labels, np.int64))


@pytest.mark.parametrize(
    ("base", "wanted", "kept"),
    [
        (Grain.MINUTE, Grain.HOUR, Grain.MINUTE),
        (Grain.HOUR, Grain.HOUR, Grain.HOUR),
        (Grain.HOUR, Grain.DAY, Grain.DAY),
        (Grain.HOUR, Grain.WEEK, Grain.DAY),
        (Grain.DAY, Grain.DAY, Grain.DAY),
        (Grain.DAY, Grain.WEEK, Grain.DAY),
        (Grain.WEEK, Grain.WEEK, Grain.WEEK),
    ],
)
def test_from_a_day_on_days_are_added_up(base: Grain, wanted: Grain, kept: Grain) -> None:
    assert kept_grain(base, wanted) is kept


@given(STARTS, GRAINS)
def test_rolling_up_loses_nothing(rows: list[tuple[int, int]], grain: Grain) -> None:
    assert sum(rolled(rows, grain, operator.add).values()) == sum(many for _, many in rows)


@given(STARTS, GRAINS)
def test_windows_are_in_order_of_time_at_their_starts(rows: list[tuple[int, int]], grain: Grain) -> None:
    starts = list(rolled(rows, grain, operator.add))
    assert starts == sorted(starts)
    assert grain.regroup(np.array(starts, np.int64)).tolist() == starts


@given(STARTS)
def test_weeks_of_days_are_weeks_of_hours(rows: list[tuple[int, int]]) -> None:
    days = rolled(rows, Grain.DAY, operator.add)
    assert rolled(days.items(), Grain.WEEK, operator.add) == rolled(rows, Grain.WEEK, operator.add)


@given(STARTS)
def test_the_reference_has_one_window(rows: list[tuple[int, int]]) -> None:
    assert set(rolled(rows, REFERENCE, operator.add)) <= {0}


def test_a_sunday_and_a_monday_are_of_two_weeks() -> None:
    rows = [(MONDAY - DAY, 1), (MONDAY, 2), (MONDAY + 6 * DAY, 3)]
    assert rolled(rows, Grain.WEEK, operator.add) == {MONDAY - 7 * DAY: 1, MONDAY: 5}


def test_outcomes_are_rolled_up_as_counts_are() -> None:
    rows = [(MONDAY + n * 3_600, outcome(n % 2)) for n in range(30)]
    days = rolled_outcomes(rows, Grain.DAY)
    assert {start: day.rows for start, day in days.items()} == {MONDAY: 24, MONDAY + DAY: 6}


def test_no_outcomes_have_no_sum() -> None:
    assert (rolled_outcomes([], Grain.DAY), summed({})) == ({}, None)


def test_all_outcomes_together_are_one() -> None:
    whole = summed({0: outcome(1), DAY: outcome(0, 0)})
    assert whole is not None
    assert whole.rows == 3


def test_parts_of_two_kinds_are_added_up_among_themselves_first() -> None:
    asked: list[tuple[object, object]] = []

    def add(a: float, b: float) -> float:
        asked.append((a, b))
        return a + b

    assert total({0: 1, 1: 0.5, 2: 2, 3: 0.25}, add) == 3.75
    assert asked == [(1, 2), (0.5, 0.25), (3, 0.75)]


def test_nothing_has_no_total() -> None:
    assert total({}, operator.add) is None
