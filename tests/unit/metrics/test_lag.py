"""The lags of a window as traits: their middle, who came ahead of its time, and who came very late."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from bellbuoy.metrics.lag import CLOSE, lag_seconds, lag_traits, late_from
from bellbuoy.metrics.traits import Trait
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile
from bellbuoy.profiles.spread import Groups

HOUR = 3_600.0
#: Every row of a usual window: half a minute to two minutes.
USUAL = tuple(float(seconds) for seconds in range(30, 121))
#: The variance of what may lie anywhere in a bucket, 2.2 % wide.
BUCKET = (2 ** (1 / 32) - 1) ** 2 / 12


def lags(values: Sequence[float]) -> NumericProfile:
    made = count_numbers(np.array(values), None, Groups(np.zeros(len(values), np.int64), 1)).profile(0)
    assert isinstance(made, NumericProfile)
    return made


def read(values: Sequence[float], usual: Sequence[float] = USUAL) -> dict[str, Trait]:
    return dict(lag_traits(lags(values), lags(usual)))


@pytest.mark.parametrize("shift", [0.0, -5 * HOUR, 5 * HOUR, 30 * HOUR])
def test_the_middle_stands_for_the_median_lag(shift: float) -> None:
    middle = lag_seconds(read([lag + shift for lag in USUAL])["lag"].value)
    assert middle == pytest.approx(75 + shift, rel=0.025)


def test_no_lag_at_all_is_zero() -> None:
    assert read([0.0] * 30)["lag"].value == 0


def test_the_middle_moves_more_the_farther_a_shift_leads_either_way() -> None:
    shifts = (-30, -5, -1, 0, 1, 5, 30)
    middles = [read([lag + hours * HOUR for lag in USUAL])["lag"].value for hours in shifts]
    assert middles == sorted(middles)
    assert min(b - a for a, b in pairwise(middles)) > 0.5


def test_a_minute_more_or_less_is_next_to_nothing() -> None:
    usual, slow = (read([lag + more for lag in USUAL])["lag"].value for more in (0, 60))
    assert 0 < slow - usual < 0.05


def test_the_variance_of_the_middle_falls_with_the_rows() -> None:
    few, many = (read(USUAL * times)["lag"].variance for times in (1, 4))
    assert few - BUCKET == pytest.approx(4 * (many - BUCKET))


def test_a_middle_is_known_no_better_than_to_a_bucket() -> None:
    assert read([5 * HOUR] * 1_000)["lag"].variance == pytest.approx(BUCKET)


def test_who_came_ahead_of_its_time_is_a_share_of_all() -> None:
    ahead = read([60.0] * 30 + [-5 * HOUR] * 10)["lag_ahead_rate"]
    assert (ahead.value, ahead.rows) == (0.25, 40)


def test_clocks_that_differ_by_minutes_are_not_ahead() -> None:
    assert read([-0.9 * CLOSE] * 30)["lag_ahead_rate"].value == 0


def test_late_are_those_that_came_much_later_than_the_usual_ones() -> None:
    assert read([60.0] * 30 + [30 * HOUR] * 10)["lag_late_rate"].value == 0.25
    assert read([119.0] * 30 + [500.0] * 10)["lag_late_rate"].value == 0


def test_of_a_log_that_comes_once_a_day_rows_are_late_half_a_day_after_the_last() -> None:
    daily = [hour * HOUR for hour in np.linspace(1, 25, 500).tolist()]
    assert late_from(lags(daily)) == pytest.approx(37 * HOUR, rel=0.03)


def test_one_row_that_came_a_year_late_does_not_say_what_is_usual() -> None:
    assert late_from(lags([*USUAL * 100, 365 * 24 * HOUR])) < 2 * CLOSE


def test_without_usual_lags_nothing_is_late() -> None:
    assert [name for name, _ in lag_traits(lags(USUAL), None)] == ["lag", "lag_ahead_rate"]


def test_a_log_whose_times_are_of_another_zone_is_late_by_its_own_measure() -> None:
    west = [lag - 5 * HOUR for lag in USUAL]
    found = read([*west, *USUAL], west)
    assert (found["lag_ahead_rate"].value, found["lag_late_rate"].value) == (0.5, 0.5)


@pytest.mark.parametrize("nothing", [NumericProfile(rows=3, nulls=3), NumericProfile(), CategoryProfile()])
def test_a_window_without_lags_has_no_traits(nothing: NumericProfile | CategoryProfile) -> None:
    assert dict(lag_traits(nothing, lags(USUAL))) == {}
