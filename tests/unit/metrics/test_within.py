from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import ArrayLike
from tests.unit.metrics.columns import numbers

from bellbuoy.metrics.quality import quantile
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.within import roundest

RANDOM = np.random.default_rng(1)
FAR = {
    "pressure": RANDOM.normal(1013, 9, 20_000),
    "below zero": RANDOM.normal(-1013, 9, 20_000),
    "even": RANDOM.uniform(1000, 1100, 20_000),
    "one bucket": RANDOM.normal(1010, 1.5, 20_000),
    "whole": RANDOM.poisson(200, 20_000),
    "years": RANDOM.integers(2000, 2025, 20_000),
}


def found(values: ArrayLike, share: float) -> Measured:
    reading = quantile(numbers(values), share)
    assert isinstance(reading, Measured)
    return reading


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5, 0.75, 0.95])
@pytest.mark.parametrize("sample", FAR)
def test_a_quantile_far_from_zero_is_much_nearer_than_its_bucket_is_wide(sample: str, share: float) -> None:
    truth = float(np.quantile(FAR[sample], share, method="inverted_cdf"))
    assert abs(found(FAR[sample], share).value - truth) <= 0.0055 * abs(truth)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5, 0.95, 0.99])
@pytest.mark.parametrize("seed", range(20))
def test_the_bound_is_never_exceeded(seed: int, share: float) -> None:
    random = np.random.default_rng(seed)
    values = random.choice([-700.0, 1.5, 40.0, 1e6]) + random.normal(0, 10.0 ** random.integers(-2, 3), 300)
    values = np.round(values, int(random.integers(0, 4)))
    reading = found(values, share)
    assert abs(reading.value - np.quantile(values, share, method="inverted_cdf")) <= reading.bound * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("least", [-60, -5, 0, 1, 20])
def test_small_whole_numbers_are_exact(least: int) -> None:
    values = RANDOM.integers(least, least + 40, 3_000)
    shares = np.linspace(0.02, 0.98, 25)
    truths = np.quantile(values, shares, method="inverted_cdf")
    assert [found(values, float(share)).value for share in shares] == truths.tolist()


def test_whole_numbers_have_whole_quantiles() -> None:
    values = RANDOM.integers(0, 3_000, 5_000)
    assert all(found(values, share).value.is_integer() for share in (0.05, 0.3, 0.5, 0.9))


@pytest.mark.parametrize("value", [0.04, 2.5, 10, 250, -0.3])
def test_a_value_that_stands_alone_is_the_roundest_in_its_bucket(value: float) -> None:
    values = [value * 0.5] * 10 + [value] * 50 + [value * 2 + 0.001] * 10
    assert found(values, 0.5).value == value


def test_the_least_and_the_greatest_value_are_known() -> None:
    values = [7.123] * 50 + [9.456] * 50
    assert (found(values, 0.2).value, found(values, 0.8).value) == (7.123, 9.456)


def test_sums_that_overflow_are_not_asked() -> None:
    reading = found([1.000e300, 1.001e300, 1.002e300], 0.5)
    assert math.isfinite(reading.value)


@pytest.mark.parametrize(
    ("low", "high", "round_"), [(1489.1, 1522.0, 1500), (0.0391, 0.0405, 0.04), (-1.3, -1.2, -1.2), (-1.0, 1.0, 0)]
)
def test_the_roundest_number_ends_in_the_most_zeros(low: float, high: float, round_: float) -> None:
    assert roundest(low, high) == round_
