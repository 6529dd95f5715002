from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy import stats

from bellbuoy.metrics.intervals import (
    difference_interval,
    log_margins,
    mean_interval,
    quantile_ranks,
    rate_interval,
    ratio_interval,
    share_interval,
    size_interval,
    spread_of,
    student,
)


@pytest.mark.parametrize(("part", "whole"), [(0, 20), (4, 10), (20, 20), (517, 1_000_000)])
def test_the_interval_of_a_rate_is_wilsons(part: int, whole: int) -> None:
    expected = stats.binomtest(part, whole).proportion_ci(method="wilson")
    assert rate_interval(part / whole, whole) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("part", [1, 2, 3])
def test_the_near_end_of_a_rare_kinds_rate_is_poissons(part: int) -> None:
    low, high = rate_interval(part / 200, 200)
    wilson = stats.binomtest(part, 200).proportion_ci(method="wilson")
    assert low * 200 == pytest.approx(stats.chi2.ppf(0.05, 2 * part) / 2, rel=1e-4)
    assert high == pytest.approx(wilson.high)


def test_the_interval_of_a_rate_is_the_same_from_both_ends() -> None:
    low, high = rate_interval(2 / 60, 60)
    assert rate_interval(58 / 60, 60) == pytest.approx((1 - high, 1 - low))


@pytest.mark.parametrize("rows", [1, 2, 5, 10, 30, 200, 2_000])
def test_the_interval_of_a_rate_holds_any_rate_nine_times_of_ten_and_mostly_more(rows: int) -> None:
    parts, rates = np.arange(rows + 1), np.concatenate([np.linspace(0.001, 0.5, 400), np.geomspace(0.05 / rows, 0.5)])
    ends = np.array([rate_interval(part / rows, rows) for part in parts.tolist()])
    held = (ends[:, :1] <= rates) & (rates <= ends[:, 1:])
    covered = (stats.binom.pmf(parts[:, None], rows, rates) * held).sum(axis=0)
    assert covered.min() > 0.915
    assert covered.mean() > 0.95


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


@pytest.mark.parametrize(("a", "b"), [(30, 10), (3, 40), (1, 1), (25, 50)])
def test_a_ratio_of_rates_is_held_by_its_interval(a: int, b: int) -> None:
    low, high = ratio_interval(a / 50, 50, b / 60, 60)
    assert low < (a / 50) / (b / 60) < high


def test_a_ratio_to_a_rate_that_is_all_but_known_has_a_rates_interval() -> None:
    expected = [end / 0.5 for end in rate_interval(0.2, 80)]
    assert ratio_interval(0.2, 80, 0.5, 1e12) == pytest.approx(expected, rel=1e-5)


def test_a_ratio_and_its_inverse_have_inverse_intervals() -> None:
    low, high = ratio_interval(0.2, 80, 0.5, 40)
    assert ratio_interval(0.5, 40, 0.2, 80) == pytest.approx((1 / high, 1 / low))


def test_a_ratio_to_a_rate_of_0_has_no_end() -> None:
    low, high = ratio_interval(0.4, 10, 0.0, 10)
    assert 0 < low < high == float("inf")


def test_a_ratio_of_no_rows_begins_at_0() -> None:
    low, high = ratio_interval(0.0, 20, 0.5, 20)
    assert low == 0.0
    assert 0.1 < high < 1.0


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 6, 9, 30, 1_000])
def test_students_quantile_is_scipys(freedom: int) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=2e-3)


@pytest.mark.parametrize("freedom", [1.3, 1.7, 2.5, 3.4, 3.9, 4.5, 17.2])
def test_students_quantile_between_whole_degrees_of_freedom_is_near(freedom: float) -> None:
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=0.02)


def test_more_freedom_never_widens_students_quantile() -> None:
    found = [student(freedom) for freedom in np.geomspace(1, 1e6, 300).tolist()]
    assert found == sorted(found, reverse=True)


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.array([1.0, 2.0, 4.0, 4.5, 9.0])
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    found = mean_interval(float(values.mean()), float(values.std(ddof=1)), 5)
    assert found == pytest.approx((expected.low, expected.high), rel=1e-3)


def test_a_mean_stays_within_what_it_can_be() -> None:
    assert mean_interval(0.9, 5.0, 4, low=0.0, high=1.0) == (0.0, 1.0)


def test_the_mean_of_one_row_is_hardly_known() -> None:
    assert mean_interval(2.0, 0.0, 1) == (-76.0, 80.0)


def test_a_spread_that_is_hardly_known_widens_a_mean() -> None:
    few, many = (mean_interval(3.0, 1.0, 50, freedom=freedom) for freedom in (2, 200))
    assert few[0] < many[0] < many[1] < few[1]


def test_the_interval_of_a_size_has_its_value_in_the_geometric_middle() -> None:
    low, high = size_interval(3.0, *log_margins(3.0, 2.0, 40))
    assert (low * high) ** 0.5 == pytest.approx(3.0)


def test_a_size_is_students_on_the_logarithm() -> None:
    assert log_margins(4.0, 2.0, 25) == pytest.approx([stats.t.ppf(0.975, 24) * 0.5 / 5] * 2, rel=1e-3)


def test_what_lies_beyond_the_sample_is_added_above_and_not_below() -> None:
    below, above = log_margins(4.0, 2.0, 25, beyond=3.0)
    reach = 4 * (np.exp(below) - 1)
    assert below == log_margins(4.0, 2.0, 25)[0]
    assert 4 * np.exp(above) - 4 == pytest.approx(np.hypot(reach, 3.0))


def test_a_size_stays_below_what_it_can_be() -> None:
    assert size_interval(0.8, 0.5, 2.0, high=1.0)[1] == 1.0


def test_the_size_of_one_row_is_hardly_known() -> None:
    assert size_interval(2.0, *log_margins(2.0, 0.0, 1)) == pytest.approx((0.05, 80.0))


def test_a_size_of_0_is_0() -> None:
    assert size_interval(0.0, *log_margins(0.0, 0.0, 5)) == (0.0, 0.0)


def test_intervals_of_huge_numbers_end_where_doubles_do() -> None:
    huge = size_interval(1e308, *log_margins(1e308, 1e308, 2))
    assert huge[1] == mean_interval(1e308, 1e308, 2)[1] == sys.float_info.max


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
