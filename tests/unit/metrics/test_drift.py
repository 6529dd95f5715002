from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial import distance
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.metrics.bins import table_of
from bellbuoy.metrics.drift import SHIFTS, adjusted, discoveries, measure_shift, shift_noise, significance
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.rises import rise_significance
from bellbuoy.metrics.scaling import scaled_by
from bellbuoy.metrics.tails import chi_square_limit, chi_square_tail, kolmogorov_limit
from bellbuoy.profiles.profile import NumericProfile, Profile

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]
NUMBERS: dict[str, Draw] = {
    "normal": lambda random, n: random.normal(size=n),
    "skewed": lambda random, n: random.lognormal(0, 2, n),
    "tied": lambda random, n: np.where(random.random(n) < 0.6, 0, random.poisson(2, n)).astype(float),
    "hours": lambda random, n: random.integers(0, 24, n).astype(float),
}
NAMES: dict[str, Draw] = {
    "five": lambda random, n: random.integers(0, 5, n).astype(float),
    "zipf": lambda random, n: (random.random(n) ** 4 * 60).astype(int).astype(float),
    "many": lambda random, n: random.integers(0, 200, n).astype(float),
}
SIZES = [(50, 5_000), (200, 2_000), (2_000, 500)]
OF_NUMBERS = [name for name in SHIFTS if name != "unseen_rate"]
OF_NAMES = ["psi", "jensenshannon", "hellinger", "unseen_rate"]
A, B = np.random.default_rng(5).normal(0, 1, 3_000), np.random.default_rng(6).normal(0.3, 1.5, 900)


def measured(name: str, now: Profile, usual: Profile) -> Measured:
    reading = measure_shift(name, now, usual)
    assert isinstance(reading, Measured)
    return reading


def profile_of(kind: str, values: NDArray[np.float64]) -> Profile:
    return numbers(values) if kind in NUMBERS else categories(values.astype(int).tolist())


def pairs(kind: str, n: int, m: int, draws: int) -> list[tuple[Profile, Profile]]:
    random, draw = np.random.default_rng([n, m, len(kind)]), (NUMBERS | NAMES)[kind]
    return [(profile_of(kind, draw(random, n)), profile_of(kind, draw(random, m))) for _ in range(draws)]


def smoothed(now: Profile, usual: Profile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = table_of(now, usual)
    p, q = table.now + 0.5, table.usual + 0.5
    return p / p.sum(), q / q.sum()


@pytest.mark.parametrize("freedom", [1, 2, 4.5, 19, 300])
@pytest.mark.parametrize("value", [0.001, 0.5, 3, 20, 300, 2_000])
def test_the_tail_of_chi_square_is_right(value: float, freedom: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(stats.chi2.sf(value, freedom), rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("freedom", [0.7, 1, 2, 19, 300])
@pytest.mark.parametrize("share", [0.5, 0.95, 0.9999])
def test_the_limit_of_chi_square_is_right(share: float, freedom: float) -> None:
    assert chi_square_limit(share, freedom) == pytest.approx(stats.chi2.ppf(share, freedom), rel=1e-6)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.999])
def test_the_limit_of_kolmogorov_is_right(share: float) -> None:
    assert kolmogorov_limit(share) == pytest.approx(stats.kstwobign.ppf(share), rel=1e-9)


@pytest.mark.parametrize("counts", [(3, 50, 1, 900), (12, 40, 300, 2_000), (1, 1, 0, 5), (700, 1_000, 6_000, 10_000)])
def test_a_rise_is_judged_by_the_exact_test(counts: tuple[int, int, int, int]) -> None:
    part, rows, usual, usual_rows = counts
    law = stats.hypergeom(rows + usual_rows, part + usual, rows)
    assert rise_significance(*counts) == pytest.approx(law.sf(part) + law.pmf(part) / 2, rel=1e-8)


def test_the_stability_index_is_that_of_the_bins() -> None:
    p, q = smoothed(numbers(B), numbers(A))
    assert measured("psi", numbers(B), numbers(A)).value == pytest.approx(float(((p - q) * np.log(p / q)).sum()))


def test_the_jensen_shannon_distance_is_that_of_the_bins() -> None:
    p, q = smoothed(numbers(B), numbers(A))
    assert measured("jensenshannon", numbers(B), numbers(A)).value == pytest.approx(distance.jensenshannon(p, q, 2))


def test_the_hellinger_distance_is_that_of_the_bins() -> None:
    p, q = smoothed(numbers(B), numbers(A))
    expected = math.sqrt(float(((np.sqrt(p) - np.sqrt(q)) ** 2).sum()) / 2)
    assert measured("hellinger", numbers(B), numbers(A)).value == pytest.approx(expected)


@pytest.mark.parametrize("kind", NUMBERS)
def test_ks_is_within_its_bound(kind: str) -> None:
    now, usual = NUMBERS[kind](np.random.default_rng(1), 700) * 1.1, NUMBERS[kind](np.random.default_rng(2), 3_000)
    reading, truth = measured("ks", numbers(now), numbers(usual)), stats.ks_2samp(now, usual).statistic
    assert reading.value - 1e-12 <= truth <= reading.value + reading.bound + 1e-12


@pytest.mark.parametrize("kind", NUMBERS)
def test_wasserstein_is_within_its_bound_and_in_deviations_of_the_baseline(kind: str) -> None:
    now, usual = NUMBERS[kind](np.random.default_rng(1), 700) + 1, NUMBERS[kind](np.random.default_rng(2), 3_000)
    reading = measured("wasserstein", numbers(now), numbers(usual))
    assert abs(reading.value - stats.wasserstein_distance(now, usual) / usual.std()) <= reading.bound


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("kind", [*NUMBERS, *NAMES])
def test_no_change_exceeds_the_noise_one_time_in_twenty_at_most(kind: str, sizes: tuple[int, int]) -> None:
    names = OF_NUMBERS if kind in NUMBERS else OF_NAMES
    drawn = pairs(kind, *sizes, draws=100)
    over = {name: np.mean([measured(name, *pair).value > shift_noise(name, *pair) for pair in drawn]) for name in names}
    assert max(over.values()) <= 0.11, over


@pytest.mark.parametrize("name", ["psi", "jensenshannon", "hellinger", "ks", "wasserstein"])
@pytest.mark.parametrize("kind", ["normal", "tied"])
def test_the_noise_is_not_larger_than_it_must_be(kind: str, name: str) -> None:
    drawn = pairs(kind, 400, 5_000, draws=400)
    over = np.mean([measured(name, *pair).value > shift_noise(name, *pair) for pair in drawn])
    assert 0.02 <= over <= 0.085


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("kind", ["normal", "tied", "hours", "five", "zipf"])
def test_significance_is_uniform_without_change(kind: str, sizes: tuple[int, int]) -> None:
    values = [significance(*pair) for pair in pairs(kind, *sizes, draws=200)]
    for share in (0.05, 0.2, 0.5):
        assert abs(np.mean(np.array(values) < share) - share) <= 4 * math.sqrt(share * (1 - share) / 200)


def test_a_window_of_fifty_rows_is_not_drift_because_it_is_small() -> None:
    drawn = pairs("normal", 50, 10_000, draws=200)
    assert np.mean([significance(*pair) < 0.01 for pair in drawn]) <= 0.03


@pytest.mark.parametrize("name", [name for name in OF_NUMBERS if name != "out_of_range_rate"])
def test_a_real_shift_exceeds_the_noise(name: str) -> None:
    now, usual = numbers(A[:300] + 0.6), numbers(A[300:])
    assert measured(name, now, usual).value > shift_noise(name, now, usual)


@pytest.mark.parametrize("name", ["psi", "jensenshannon", "hellinger", "ks"])
def test_an_interval_covers_the_distance_of_the_distributions(name: str) -> None:
    random = np.random.default_rng(4)
    rates, base = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.25, 0.25, 0.25, 0.25])
    whole = 4_000_000
    truth = measured(name, _of(rates * whole), _of(base * whole)).value
    drawn = [(_of(random.multinomial(400, rates)), _of(random.multinomial(2_000, base))) for _ in range(300)]
    readings = [measured(name, *pair) for pair in drawn]
    assert np.mean([one.low <= truth <= one.high for one in readings]) >= 0.92


def _of(counts: NDArray[np.float64] | NDArray[np.int64]) -> NumericProfile:
    part = numbers([0, 1, 2, 3])
    wide = part.cells.counts * counts.astype(np.int64)
    cells = type(part.cells)(part.cells.codes, wide)
    return NumericProfile(rows=int(wide.sum()), zeros=int(wide[0]), low=0, high=3, cells=cells)


def test_a_constant_that_became_another_is_drift() -> None:
    assert significance(numbers(np.full(200, 7.0)), numbers(np.full(900, 5.0))) < 1e-9


def test_a_value_in_a_gap_of_the_baseline_is_drift() -> None:
    usual = numbers([0.0, 100.0] * 500)
    assert significance(numbers([0.0] * 60 + [50.0] * 60), usual) < 1e-9


def test_infinities_are_beyond_the_range() -> None:
    reading = measured("out_of_range_rate", numbers([1, 2, math.inf, -math.inf]), numbers([0, 1, 2, 3]))
    assert reading.value == 0.5


def test_rows_beyond_the_baseline_are_out_of_range() -> None:
    reading = measured("out_of_range_rate", numbers([-1, 0.5, 0.7, 9]), numbers([0, 0.4, 1]))
    assert (reading.value, reading.bound) == (0.5, 0)


def test_rows_in_the_bucket_of_an_end_are_within_the_bound() -> None:
    reading = measured("out_of_range_rate", numbers([1, 1.001, 1.002, 1.003]), numbers([0.5, 1.001]))
    assert reading.value <= 0.5 <= reading.value + reading.bound


def test_rows_in_new_categories_are_unseen() -> None:
    assert measured("unseen_rate", categories("aabz", nulls=4), categories("ab")).value == 0.25


def test_too_many_categories_hide_what_is_unseen() -> None:
    reading = measure_shift("unseen_rate", categories("ab"), categories([*range(3_000)] * 2))
    assert reading == Unmeasured("the baseline has more categories than can be kept by name")


def test_nulls_are_no_drift() -> None:
    assert measured("psi", numbers(A, nulls=9_000), numbers(A)).value == pytest.approx(0)


@pytest.mark.parametrize("name", SHIFTS)
@pytest.mark.parametrize(
    ("now", "usual", "why"),
    [
        (numbers([]), numbers([1]), "no rows"),
        (numbers([1]), numbers([]), "no rows in the baseline"),
        (numbers([], nulls=3), numbers([1]), "no values: all rows are null"),
        (numbers([1]), categories([], nulls=3), "the column changed its kind between numbers and categories"),
        (categories("a"), categories([], nulls=3), "no values in the baseline"),
    ],
)
def test_what_cannot_be_compared_has_a_reason_and_no_noise(name: str, now: Profile, usual: Profile, why: str) -> None:
    assert measure_shift(name, now, usual) == Unmeasured(why)
    assert math.isnan(shift_noise(name, now, usual))


@pytest.mark.parametrize("name", OF_NUMBERS)
@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300])
def test_extreme_numbers_measure_finitely(name: str, size: float) -> None:
    now, usual = numbers([size, -size, 2 * size]), numbers([size, size, 0.0, 3 * size])
    assert math.isfinite(measured(name, now, usual).value)
    assert shift_noise(name, now, usual) >= 0


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_one_row_on_each_side_measures(name: str) -> None:
    reading = measure_shift(name, numbers([2.0]), numbers([1.0]))
    assert isinstance(reading, Measured) or reading.why == "the baseline does not vary"


def test_a_coarser_grid_meets_a_finer_one() -> None:
    assert measured("psi", numbers(A).to_scale(3), numbers(A)).value == pytest.approx(0)


def test_another_unit_is_a_factor() -> None:
    random = np.random.default_rng(1)
    assert scaled_by(numbers(random.gamma(3, 20, 800) * 1.609), numbers(random.gamma(3, 20, 4_000))) == pytest.approx(
        1.609, rel=0.08
    )


def test_growth_by_a_tenth_is_no_other_unit() -> None:
    assert scaled_by(numbers(np.abs(A) * 1.1), numbers(np.abs(A))) is None


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    values = np.random.default_rng(8).random(60) ** 3
    assert adjusted(values.tolist()) == pytest.approx(stats.false_discovery_control(values).tolist())


def test_no_tests_are_no_discoveries() -> None:
    assert discoveries([]) == []


def test_discoveries_keep_the_order_of_the_tests() -> None:
    assert discoveries([0.9, 0.001, 0.5]) == [False, True, False]
