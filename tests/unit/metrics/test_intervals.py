from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy import stats

from bellbuoy.metrics.intervals import (
    difference_interval,
    mean_interval,
    quantile_ranks,
    rate_interval,
    share_interval,
    size_interval,
    spread_of,
    student,
)


@pytest.mark.parametrize(("part", "whole"), [(0, 1), (0, 20), (3, 10), (20, 20), (517, 1_000_000)])
def test_the_interval_of_a_rate_is_wilsons(part: int, whole: int) -> None:
    expected = stats.binomtest(part, whole).proportion_ci(method="wilson")
    assert rate_interval(part / whole, whole) == pytest.approx((expected.low, expected.high))


def test_no_rows_leave_a_rate_open() -> None:
    assert rate_interval(0.3, 0) == (0.0, 1.0)


def test_a_share_with_a_rates_variance_has_a_rates_interval() -> None:
    assert share_interval(0.3, 0.3 * 0.7 / 50, 1) == pytest.approx(rate_interval(0.3, 50))


def test_a_share_without_variance_counts_for_its_fallback() -> None:
    assert share_interval(1.0, 0.0, 12) == rate_interval(1.0, 12)


def test_a_variance_known_from_few_rows_is_trusted_less() -> None:
    few, many = (share_interval(0.3, 0.01, 1, freedom=freedom) for freedom in (4, 400))
    assert few[0] < many[0] < many[1] < few[1]


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, table II, row a, method 10: 56/70 − 48/80.
    assert difference_interval(56 / 70, 70, 48 / 80, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 6, 9, 30, 1_000])
def test_students_quantile_is_scipys(freedom: int) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=2e-3)


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.array([1.0, 2.0, 4.0, 4.5, 9.0])
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    found = mean_interval(float(values.mean()), float(values.std(ddof=1)), 5)
    assert found == pytest.approx((expected.low, expected.high), rel=1e-3)


def test_a_mean_stays_within_what_it_can_be() -> None:
    assert mean_interval(0.9, 5.0, 4, low=0.0, high=1.0) == (0.0, 1.0)


def test_the_mean_of_one_row_is_hardly_known() -> None:
    assert mean_interval(2.0, 0.0, 1) == (-76.0, 80.0)


def test_the_interval_of_a_size_has_its_value_in_the_geometric_middle() -> None:
    low, high = size_interval(3.0, 2.0, 40)
    assert (low * high) ** 0.5 == pytest.approx(3.0)


def test_the_size_of_one_row_is_hardly_known() -> None:
    assert size_interval(2.0, 0.0, 1) == pytest.approx((0.05, 80.0))


def test_a_size_of_0_is_0() -> None:
    assert size_interval(0.0, 0.0, 5) == (0.0, 0.0)


def test_intervals_of_huge_numbers_end_where_doubles_do() -> None:
    assert size_interval(1e308, 1e308, 2)[1] == mean_interval(1e308, 1e308, 2)[1] == sys.float_info.max


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_the_spread_of_counted_values_is_that_of_the_rows(size: float) -> None:
    values, counts = np.array([1.0, 2.0, 5.0]), np.array([3, 1, 2])
    assert spread_of(values * size, counts) == pytest.approx(np.repeat(values, counts).std(ddof=1) * size)


def test_one_row_has_no_spread() -> None:
    assert spread_of(np.array([7.0]), np.array([1])) == 0.0


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_the_ranks_around_a_quantile_hold_it_as_often_as_they_say(share: float) -> None:
    low, high = quantile_ranks(share, 200)
    # Value number `low` (from 0) is at most the quantile if more than `low` of the rows are.
    chance = stats.binom.cdf(high, 200, share) - stats.binom.cdf(low, 200, share)
    assert 0.95 <= chance < 0.99


def test_few_rows_give_the_outermost_ranks() -> None:
    assert quantile_ranks(0.95, 3)[1] == 2
