from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.metrics.quality import COLUMNS, measure_column
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile

RANDOM = np.random.default_rng(7)
SAMPLES = {
    "normal": RANDOM.normal(3, 2, 5_000),
    "skewed": RANDOM.lognormal(0, 2, 5_000),
    "tied": RANDOM.poisson(2, 5_000).astype(float),
    "huge": RANDOM.normal(0, 1, 500) * 1e300,
    "tiny": RANDOM.normal(0, 1, 500) * 1e-300,
    "far": RANDOM.normal(1e6, 1, 5_000),
    "constant": np.full(50, 0.1),
    "one": np.array([-4.2]),
    "two": np.array([-1.0, 3.0]),
}
ORACLES: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "mean": lambda x: float(np.mean(x)),
    "min": lambda x: float(np.min(x)),
    "max": lambda x: float(np.max(x)),
    "p05": lambda x: float(np.quantile(x, 0.05, method="inverted_cdf")),
    "p50": lambda x: float(np.quantile(x, 0.5, method="inverted_cdf")),
    "p95": lambda x: float(np.quantile(x, 0.95, method="inverted_cdf")),
}


def measured(name: str, profile: NumericProfile | CategoryProfile) -> Measured:
    reading = measure_column(name, profile)
    assert isinstance(reading, Measured)
    return reading


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", ORACLES)
def test_a_column_measures_as_its_rows_do_within_the_bound(name: str, sample: str) -> None:
    x = SAMPLES[sample]
    reading, truth = measured(name, numbers(x)), float(ORACLES[name](x))
    assert abs(reading.value - truth) <= reading.bound * (1 + 1e-9) + abs(truth) * 1e-12 + 1e-15 * abs(x).max()


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_standard_deviation_is_right_within_its_bound_even_where_squares_overflow(sample: str) -> None:
    x = SAMPLES[sample]
    size = np.abs(x).max()
    reading, truth = measured("std", numbers(x)), float(np.std(x / size) * size)
    assert abs(reading.value - truth) <= reading.bound + truth * 1e-9


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", COLUMNS)
def test_an_interval_is_finite_and_holds_its_value(name: str, sample: str) -> None:
    reading = measured(name, numbers(SAMPLES[sample]))
    assert math.isfinite(reading.low)
    assert reading.low <= reading.value <= reading.high < math.inf


@pytest.mark.parametrize(
    ("name", "value"), [("null_rate", 0.2), ("nan_rate", 0.1), ("infinity_rate", 0.2), ("zero_rate", 0.3)]
)
def test_rates_are_shares_of_all_rows(name: str, value: float) -> None:
    profile = numbers([0, 0, -0.0, 1, 2, math.nan, math.inf, -math.inf], nulls=2)
    assert measured(name, profile).value == pytest.approx(value)


@pytest.mark.parametrize("name", ["mean", "std", "min", "max", "p50"])
def test_without_finite_values_there_is_a_reason_instead(name: str) -> None:
    assert measure_column(name, numbers([math.nan, math.inf], nulls=3)) == Unmeasured("no finite values")


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "rows"])
def test_an_empty_window_has_no_rows(name: str) -> None:
    assert measure_column(name, NumericProfile()) == Unmeasured("no rows")


def test_whole_numbers_keep_their_quantiles_whole() -> None:
    assert measured("p50", numbers(np.arange(1, 8))).value == 4


def test_categories_have_no_mean() -> None:
    assert measure_column("mean", categories("abc")) == Unmeasured("only numbers have it")


def test_distinct_categories_are_counted() -> None:
    assert measured("distinct", categories("abcab", nulls=1)).value == 3


def test_distinct_categories_beyond_those_kept_are_estimated_within_the_interval() -> None:
    reading = measured("distinct", categories(range(20_000)))
    assert reading.low <= 20_000 <= reading.high


def test_a_constant_column_has_one_distinct_value_for_sure() -> None:
    reading = measured("distinct", numbers(np.full(9, 0.3)))
    assert (reading.value, reading.bound) == (1, 0)


@pytest.mark.parametrize(("name", "truth"), [("mean", math.exp(0.5)), ("p50", 1.0), ("zero_rate", 0.0)])
def test_intervals_cover_the_truth_as_often_as_they_say(name: str, truth: float) -> None:
    draws = np.random.default_rng(3).lognormal(0, 1, (400, 500))
    readings = [measured(name, numbers(row)) for row in draws]
    assert np.mean([one.low <= truth <= one.high for one in readings]) >= 0.92


def test_the_interval_of_a_deviation_covers_it() -> None:
    draws = np.random.default_rng(3).normal(0, 2, (400, 500))
    readings = [measured("std", numbers(row)) for row in draws]
    assert 0.92 <= np.mean([one.low <= 2 <= one.high for one in readings]) <= 0.98
