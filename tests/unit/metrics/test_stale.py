"""A column that repeats the window before is told by its counts alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.stale import measure_repeated
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.spread import Groups

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def numbers(given_values: list[float] | NDArray[np.float64]) -> NumericProfile:
    every = np.asarray(given_values, np.float64)
    return count_numbers(every, np.isnan(every), Groups(np.zeros(len(every), np.int64), 1)).profile(0)


def names(**counts: int) -> CategoryProfile:
    return CategoryProfile(sum(counts.values()), 0, counts)


def share(now: Profile, before: Profile) -> float:
    reading = measure_repeated(now, before)
    assert isinstance(reading, Measured)
    return reading.value


def stations(day: int, frozen: int) -> NumericProfile:
    """Twelve stations read hourly; some of them repeat the reading of their first day."""
    random = np.random.default_rng(day)
    level = 50 * math.exp(math.sin(day))
    live = random.normal(level, level / 5, (12, 24))
    held = np.random.default_rng(0).uniform(20, 120, 12)
    live[:frozen] = held[:frozen, None]
    return numbers(live.ravel())


def test_the_same_again_is_all_of_it() -> None:
    assert share(numbers([1.0, 2.0, 2.0]), numbers([1.0, 2.0, 2.0])) == 1.0


def test_nothing_in_common_is_none_of_it() -> None:
    assert share(numbers([1.0, 2.0]), numbers([3.0, -1.0])) == 0.0


def test_it_is_of_shares_and_not_of_rows() -> None:
    assert share(numbers([1.0, 2.0] * 50), numbers([1.0, 2.0])) == 1.0


def test_half_of_the_rows_are_found_again() -> None:
    assert share(numbers([1.0, 2.0]), numbers([1.0, 5.0])) == 0.5


def test_categories_are_found_by_name() -> None:
    assert share(names(a=3, b=1), names(a=1, c=1)) == 0.5


def test_categories_without_a_name_may_be_the_same() -> None:
    reading = measure_repeated(CategoryProfile(10, 0, {"a": 6}, 4, b""), names(a=1))
    assert reading == Measured(0.6, 0.6, 0.6, 10, 0.4)


def test_a_coarser_window_before_is_met_on_its_grid() -> None:
    fine = numbers([1.0, 2.0, 3.0])
    assert share(fine, fine.to_scale(3)) == 1.0


def test_nulls_count_on_neither_side() -> None:
    assert share(numbers([1.0, math.nan]), numbers([1.0])) == 1.0


def test_a_feed_that_hangs_repeats_what_living_days_do_not() -> None:
    living = max(share(stations(day, 0), stations(day - 1, 0)) for day in range(1, 60))
    hung = min(share(stations(day, 12), stations(day - 1, 12)) for day in range(1, 60))
    assert hung == 1.0
    assert living < 0.8


def test_where_most_of_a_feed_hangs_as_much_is_repeated() -> None:
    assert min(share(stations(day, 9), stations(day - 1, 9)) for day in range(1, 60)) >= 0.75


@pytest.mark.parametrize(
    ("now", "before", "why"),
    [
        (numbers([1.0]), names(a=1), "kind"),
        (numbers([]), numbers([1.0]), "no rows"),
        (numbers([1.0]), numbers([]), "no rows in the window before"),
        (numbers([1.0]), numbers([math.nan]), "no values in the window before"),
        (numbers([math.inf]), numbers([1.0]), "no finite values"),
    ],
)
def test_what_cannot_be_compared_says_why(now: Profile, before: Profile, why: str) -> None:
    reading = measure_repeated(now, before)
    assert isinstance(reading, Unmeasured)
    assert why in reading.why


@given(values, values)
def test_it_is_a_share_and_the_same_both_ways(now: list[float], before: list[float]) -> None:
    one, other = share(numbers(now), numbers(before)), share(numbers(before), numbers(now))
    assert 0.0 <= one <= 1.0 + 1e-9
    assert one == pytest.approx(other)
