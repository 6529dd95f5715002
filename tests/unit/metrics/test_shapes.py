from __future__ import annotations

import math

import numpy as np
import pytest

from bellbuoy.metrics.shapes import Shape, shape_of

ONES = np.ones(200, np.int64)


def test_the_spread_is_that_of_the_rows() -> None:
    values, counts = np.array([1.0, 2.0, 5.0]), np.array([3, 1, 2])
    assert shape_of(values, counts).spread == pytest.approx(np.repeat(values, counts).std(ddof=1))


def test_the_spread_of_normal_values_is_known_about_as_well_as_their_rows_tell() -> None:
    values = np.random.default_rng(1).normal(10, 1, 20_000)
    assert shape_of(values, np.ones(20_000)).freedom == pytest.approx(20_000, rel=0.1)


def test_a_spread_that_one_row_makes_is_hardly_known() -> None:
    values = np.ones(200)
    values[7] = 1_000.0
    assert shape_of(values, ONES).freedom < 3


def test_an_exponential_tail_reaches_a_little_beyond_the_largest() -> None:
    values = np.random.default_rng(2).exponential(1.0, 200)
    assert 2 < shape_of(values, ONES).beyond * 200 / values.max() < 8


def test_a_tail_without_a_mean_reaches_as_far_as_any() -> None:
    values = np.random.default_rng(2).pareto(0.8, 200) + 1
    assert shape_of(values, ONES).beyond * 200 / values.max() == pytest.approx(40.0)


def test_a_longer_tail_reaches_farther() -> None:
    random = np.random.default_rng(4)
    reach = [shape_of(random.pareto(power, 200) + 1, ONES).beyond for power in (1.2, 2.0, 6.0)]
    assert reach == sorted(reach, reverse=True)


def test_what_is_bounded_reaches_no_farther_than_its_bound() -> None:
    values = np.random.default_rng(3).random(200) ** 4
    assert shape_of(values, ONES, high=1.0).beyond <= 2.0 / 200


def test_an_excess_that_is_known_ends_the_tail() -> None:
    values = np.random.default_rng(2).pareto(0.8, 200) + 1
    assert shape_of(values, ONES, excess=1.0).beyond == pytest.approx(2.0 / 200 * (values.max() + 1))


def test_counts_are_as_good_as_rows() -> None:
    values, counts = np.array([4.0, 1.0, 0.5, 9.0]), np.array([2, 6, 11, 1])
    rows = np.repeat(values, counts)
    of_counts, of_rows = shape_of(values, counts), shape_of(rows, np.ones(len(rows)))
    assert (of_counts.spread, of_counts.freedom) == pytest.approx((of_rows.spread, of_rows.freedom))
    assert of_counts.beyond == pytest.approx(of_rows.beyond)


@pytest.mark.parametrize("size", [1e-300, 1e-3, 1e150, 1e300])
def test_the_size_of_numbers_changes_nothing_but_the_size(size: float) -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0, 64.0])
    here, there = shape_of(values, np.ones(5)), shape_of(values * size, np.ones(5))
    assert there.freedom == pytest.approx(here.freedom)
    assert (there.spread / size, there.beyond / size) == pytest.approx((here.spread, here.beyond))


@pytest.mark.parametrize("values", [[], [3.0], [0.0, 0.0, 0.0]])
def test_what_does_not_vary_has_no_spread(values: list[float]) -> None:
    assert shape_of(np.array(values), np.ones(len(values))) == Shape(0.0)


def test_values_that_never_occur_are_not_looked_at() -> None:
    some, all_ = (
        shape_of(np.array(values), np.array([3, 2, 0])[: len(values)]) for values in ([1.0, 2.0], [1.0, 2.0, 9.0])
    )
    assert some == all_


def test_equal_rows_may_still_have_missed_others() -> None:
    shape = shape_of(np.array([3.0]), np.array([40]))
    assert (shape.spread, shape.freedom) == (0.0, math.inf)
    assert shape.beyond == pytest.approx(2 / 40 * 3)
