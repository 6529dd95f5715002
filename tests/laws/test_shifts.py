"""Distances between any two windows of a column: laws that hold for any counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.metrics.drift import adjusted, discoveries, measure_shift, shift_noise, significance
from bellbuoy.metrics.reading import Measured
from bellbuoy.profiles.profile import Profile

#: Distances that are the same either way and end at 1.
EITHER_WAY = st.sampled_from(["jensenshannon", "hellinger"])
EVERY = st.sampled_from(["psi", "jensenshannon", "hellinger"])
NUMBERS = st.lists(st.sampled_from([-3.0, 0.0, 0.5, 1.0, 2.0, 40.0]), min_size=1, max_size=40).map(numbers)
TEXTS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=40).map(categories)
PAIRS = st.one_of(st.tuples(NUMBERS, NUMBERS), st.tuples(TEXTS, TEXTS))
PVALUES = st.lists(st.floats(0, 1), max_size=12)


def value(name: str, now: Profile, usual: Profile) -> float:
    reading = measure_shift(name, now, usual)
    assert isinstance(reading, Measured)
    return reading.value


@given(EVERY, st.one_of(NUMBERS, TEXTS))
def test_nothing_is_away_from_itself(name: str, same: Profile) -> None:
    assert value(name, same, same) == pytest.approx(0, abs=1e-7)


@given(EITHER_WAY, st.tuples(TEXTS, TEXTS))
def test_a_distance_of_categories_is_the_same_either_way(name: str, pair: tuple[Profile, Profile]) -> None:
    now, usual = pair
    assert value(name, now, usual) == pytest.approx(value(name, usual, now), abs=1e-9)


@given(EITHER_WAY, PAIRS)
def test_a_distance_lies_between_nothing_and_one(name: str, pair: tuple[Profile, Profile]) -> None:
    assert -1e-12 <= value(name, *pair) <= 1 + 1e-12


@given(PAIRS)
def test_the_stability_index_is_never_negative(pair: tuple[Profile, Profile]) -> None:
    assert value("psi", *pair) >= -1e-12


@given(EVERY, PAIRS)
def test_an_interval_holds_its_value(name: str, pair: tuple[Profile, Profile]) -> None:
    reading = measure_shift(name, *pair)
    assert isinstance(reading, Measured)
    assert reading.low <= reading.value + 1e-12
    assert reading.high >= reading.value - 1e-12


@given(EVERY, PAIRS)
def test_what_no_change_shows_is_a_number_of_its_own(name: str, pair: tuple[Profile, Profile]) -> None:
    noise = shift_noise(name, *pair)
    assert math.isnan(noise) or noise >= 0


@given(EVERY, PAIRS, st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_a_surer_limit_is_no_lower(name: str, pair: tuple[Profile, Profile], one: float, other: float) -> None:
    low, high = sorted((one, other))
    first, second = (shift_noise(name, *pair, share) for share in (low, high))
    assert math.isnan(first) or first <= second + 1e-9


@given(PAIRS)
def test_significance_is_a_probability(pair: tuple[Profile, Profile]) -> None:
    assert 0.0 <= significance(*pair) <= 1.0


@given(st.one_of(NUMBERS, TEXTS))
def test_what_is_the_same_is_no_discovery(same: Profile) -> None:
    assert significance(same, same) > 0.3


@given(PVALUES)
def test_adjusting_never_makes_a_test_surer(pvalues: list[float]) -> None:
    assert all(after >= before - 1e-12 for before, after in zip(pvalues, adjusted(pvalues), strict=True))
    assert all(after <= 1 for after in adjusted(pvalues))


@given(PVALUES)
def test_adjusting_keeps_the_order_of_tests(pvalues: list[float]) -> None:
    after = adjusted(pvalues)
    for one, a in zip(pvalues, after, strict=True):
        for other, b in zip(pvalues, after, strict=True):
            assert a <= b + 1e-12 or one > other


@given(PVALUES, st.floats(0.001, 0.5))
def test_a_discovery_is_a_test_whose_adjusted_rate_is_low_enough(pvalues: list[float], rate: float) -> None:
    found = discoveries(pvalues, rate)
    for discovered, after in zip(found, adjusted(pvalues), strict=True):
        assert discovered == (after <= rate) or abs(after - rate) < 1e-12


@given(PVALUES)
def test_the_order_of_tests_does_not_matter(pvalues: list[float]) -> None:
    assert discoveries(pvalues) == discoveries(pvalues[::-1])[::-1]
