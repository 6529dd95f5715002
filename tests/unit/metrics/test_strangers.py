from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.strangers import (
    measure_out_of_range,
    measure_unseen,
    out_of_range_noise,
    out_of_range_significance,
    unseen_noise,
    unseen_significance,
)

TEXTS = st.text("abcdef", min_size=1, max_size=40)
VALUES = st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=40)
MANY = categories(range(1_500))


def value(reading: Reading) -> float:
    assert isinstance(reading, Measured)
    return reading.value


@pytest.mark.parametrize(
    ("now", "usual", "share"), [("aabb", "ab", 0.0), ("aabc", "ab", 0.25), ("cccc", "ab", 1.0), ("a", "abcdef", 0.0)]
)
def test_rows_in_categories_that_never_were_are_counted(now: str, usual: str, share: float) -> None:
    assert value(measure_unseen(categories(now), categories(usual))) == share


@given(TEXTS, TEXTS)
def test_unseen_rows_are_those_whose_category_the_baseline_lacks(now: str, usual: str) -> None:
    strange = sum(one not in set(usual) for one in now) / len(now)
    assert value(measure_unseen(categories(now), categories(usual))) == pytest.approx(strange)


def test_nulls_are_in_no_category() -> None:
    assert value(measure_unseen(categories("abc", nulls=97), categories("ab"))) == pytest.approx(1 / 3)


def test_numbers_have_no_categories_and_categories_no_range() -> None:
    assert isinstance(measure_unseen(numbers([1]), numbers([1])), Unmeasured)
    assert isinstance(measure_out_of_range(categories("a"), categories("a")), Unmeasured)


def test_where_the_baseline_has_too_many_categories_nothing_can_be_unseen() -> None:
    assert isinstance(measure_unseen(categories("a"), MANY), Unmeasured)
    assert math.isnan(unseen_noise(categories("a"), MANY, 0.95))
    assert unseen_significance(categories("a"), MANY) == 1.0


def test_categories_that_are_not_named_may_be_new_as_well() -> None:
    reading = measure_unseen(MANY, categories(range(1_500), nulls=1).folded())
    assert isinstance(reading, Unmeasured)
    few = measure_unseen(MANY, categories("ab"))
    assert isinstance(few, Measured)
    assert few.bound > 0.2


@given(TEXTS, TEXTS)
def test_chance_alone_explains_some_unseen_rows(now: str, usual: str) -> None:
    noise = unseen_noise(categories(now), categories(usual), 0.95)
    assert 0.0 <= noise <= 1.0


@given(TEXTS)
def test_more_unseen_rows_are_less_likely_by_chance(usual: str) -> None:
    chances = [unseen_significance(categories("a" * (20 - new) + "z" * new), categories(usual)) for new in (0, 5, 20)]
    assert chances == sorted(chances, reverse=True)


@pytest.mark.parametrize(
    ("now", "share"), [([0, 5, 10], 0.0), ([-100, 5, 10], 1 / 3), ([100, 200, 5], 2 / 3), ([math.inf, 5, 5, 5], 0.25)]
)
def test_rows_beyond_the_ends_are_counted(now: list[float], share: float) -> None:
    assert value(measure_out_of_range(numbers(now), numbers(range(11)))) == pytest.approx(share)


def test_an_infinity_that_the_baseline_has_is_nothing_new() -> None:
    assert value(measure_out_of_range(numbers([math.inf, 1]), numbers([0, 2, math.inf]))) == 0.0


@given(VALUES, VALUES)
def test_chance_alone_reaches_beyond_the_ends_now_and_then(now: list[float], usual: list[float]) -> None:
    noise = out_of_range_noise(numbers(now), numbers(usual), 0.95)
    assert 0.0 <= noise <= 1.0


def test_a_longer_baseline_is_left_less_often() -> None:
    window = numbers(np.arange(100.0))
    limits = [out_of_range_noise(window, numbers(np.arange(float(rows))), 0.95) for rows in (20, 200, 20_000)]
    assert limits == sorted(limits, reverse=True)


def test_without_numbers_nothing_is_beyond() -> None:
    assert out_of_range_significance(numbers([]), numbers([1])) == 1.0
    assert out_of_range_significance(numbers([1]), numbers([])) == 1.0


def test_many_rows_beyond_the_ends_are_no_chance() -> None:
    usual = numbers(np.arange(1_000.0))
    assert out_of_range_significance(numbers(np.arange(2_000.0, 2_100.0)), usual) < 1e-9
    assert out_of_range_significance(numbers(np.arange(100.0)), usual) == 1.0


@pytest.mark.parametrize(("now", "truth"), [((10, 11), 0.5), ((0, 1), 0.5), ((0, 11), 1.0), ((1, 10), 0.0)])
def test_a_row_within_the_range_is_not_outside_because_another_is(now: tuple[int, int], truth: float) -> None:
    reading = measure_out_of_range(numbers(now), numbers(range(1, 11)))
    assert isinstance(reading, Measured)
    assert abs(reading.value - truth) <= reading.bound
