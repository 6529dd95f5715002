from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from sklearn import metrics as oracle
from tests.unit.metrics.samples import GUESSED, REGRESSION, Guessed, agrees, guessed, taken

from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.regression import quantile as quantile_of
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

Oracle = Callable[[Guessed], float]


def quantile(share: float, *, absolute: bool = False) -> Oracle:
    def of_rows(rows: Guessed) -> float:
        error = rows.prediction - rows.label
        return float(np.quantile(np.abs(error) if absolute else error, share))

    return of_rows


ORACLES: Mapping[str, Oracle] = {
    "mae": lambda rows: float(oracle.mean_absolute_error(rows.label, rows.prediction)),
    "bias": lambda rows: float(np.mean(rows.prediction - rows.label)),
    "error_p05": quantile(0.05),
    "error_p50": quantile(0.5),
    "error_p95": quantile(0.95),
    "absolute_error_p50": quantile(0.5, absolute=True),
    "absolute_error_p90": quantile(0.9, absolute=True),
    "absolute_error_p95": quantile(0.95, absolute=True),
}
#: Of these the squares are beyond what a double holds on huge data.
SQUARES: Mapping[str, Oracle] = {
    "mse": lambda rows: float(oracle.mean_squared_error(rows.label, rows.prediction)),
    "rmse": lambda rows: float(oracle.root_mean_squared_error(rows.label, rows.prediction)),
}


@pytest.mark.parametrize("rows", GUESSED.values(), ids=GUESSED)
@pytest.mark.parametrize("metric", ORACLES)
def test_a_metric_is_within_its_bound_of_the_raw_rows(metric: str, rows: Guessed) -> None:
    size = float(np.abs(rows.prediction - rows.label).max())
    assert agrees(measure(metric, rows.outcome, REGRESSION), ORACLES[metric](rows), size=size)


@pytest.mark.parametrize("rows", [rows for name, rows in GUESSED.items() if name != "huge"])
@pytest.mark.parametrize("metric", SQUARES)
def test_squares_are_exact(metric: str, rows: Guessed) -> None:
    assert agrees(measure(metric, rows.outcome, REGRESSION), SQUARES[metric](rows))


@pytest.mark.parametrize("metric", ["mse", "rmse", "r2"])
def test_squares_beyond_a_double_say_so(metric: str) -> None:
    reading = measure(metric, GUESSED["huge"].outcome, REGRESSION)
    assert reading == Unmeasured("the sum is larger than a double holds")


@pytest.mark.parametrize("name", ["random", "noisy", "two rows", "perfect", "a constant off", "far from 0"])
def test_r2_is_scikit_learns(name: str) -> None:
    rows = GUESSED[name]
    assert agrees(measure("r2", rows.outcome, REGRESSION), float(oracle.r2_score(rows.label, rows.prediction)))


def test_r2_of_labels_far_from_0_knows_what_rounding_cost() -> None:
    reading = taken("r2", GUESSED["far from 0"].outcome, REGRESSION)
    assert 1e-6 < reading.bound < 0.1


@pytest.mark.parametrize("label", [np.full(9, 3.7), 1e12 + np.arange(9.0) * 1e-3])
def test_r2_of_labels_that_do_not_vary_is_a_reason(label: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    reading = measure("r2", Guessed(label + 1, label).outcome, REGRESSION)
    assert reading == Unmeasured("labels do not vary, or too little for their size")


def test_the_percentage_leaves_out_labels_of_0() -> None:
    reading = taken("mape", GUESSED["labels of 0"].outcome, REGRESSION)
    assert (reading.value, reading.rows) == ((0.75 + 1.5) / 2, 2)


@pytest.mark.parametrize("name", ["random", "noisy", "tiny", "far from 0"])
def test_the_percentage_is_scikit_learns_where_no_label_is_0(name: str) -> None:
    rows = GUESSED[name]
    # scikit-learn divides by no less than 2^-52, so tiny labels are compared at another size: the metric has none.
    scale = 1 / np.abs(rows.label).max()
    truth = float(oracle.mean_absolute_percentage_error(rows.label * scale, rows.prediction * scale))
    assert agrees(measure("mape", rows.outcome, REGRESSION), truth)


def test_the_percentage_of_labels_that_are_all_0_is_a_reason() -> None:
    assert measure("mape", GUESSED["powers of two"].outcome, REGRESSION) == Unmeasured("all labels are 0")


def test_the_metrics_with_an_oracle_are_all_there_are() -> None:
    assert {*ORACLES, *SQUARES, "r2", "mape"} == set(metrics_of(REGRESSION))


@pytest.mark.parametrize("metric", metrics_of(REGRESSION))
def test_no_rows_are_no_labels_yet(metric: str) -> None:
    assert measure(metric, Outcome(), REGRESSION) == Unmeasured("no labels yet")


@pytest.mark.parametrize("metric", metrics_of(REGRESSION))
def test_rows_that_were_all_taken_back_are_no_labels_yet(metric: str) -> None:
    outcome = guessed(9).outcome
    assert measure(metric, outcome - outcome, REGRESSION) == Unmeasured("no labels yet")


def test_a_sum_that_rounding_left_below_0_is_0() -> None:
    outcome = guessed(1).outcome
    bent = Outcome(1, outcome.cells, dict(outcome.sums) | {"absolute": -1e-17})
    assert taken("mae", bent, REGRESSION).value == 0.0


@pytest.mark.parametrize("size", [1e-300, 1.0, 1e300, 1.7e308])
@pytest.mark.parametrize("rows", [1, 2, 30])
@pytest.mark.parametrize("metric", metrics_of(REGRESSION))
def test_every_number_is_finite_or_has_a_reason(metric: str, rows: int, size: float) -> None:
    random = np.random.default_rng(rows)
    data = Guessed(random.uniform(-1, 1, rows) * size, random.uniform(-1, 1, rows) * size)
    reading = measure(metric, data.outcome, REGRESSION)
    if isinstance(reading, Measured):
        assert all(map(math.isfinite, (reading.value, reading.low, reading.high, reading.bound)))
        assert reading.low <= reading.value <= reading.high
    else:
        assert reading.why


@pytest.mark.parametrize("metric", ["mae", "bias", "mse", "rmse", "mape", "r2"])
def test_counts_without_sums_say_that_they_were_not_kept(metric: str) -> None:
    reading = measure(metric, Outcome(50, guessed(50).outcome.cells), REGRESSION)
    assert reading == Unmeasured("its sum was not kept")


def test_the_percentage_varies_as_its_squares_say() -> None:
    rows = guessed(4_000, noise=10.0)
    share = np.abs(rows.prediction - rows.label) / rows.label
    reading = taken("mape", rows.outcome, REGRESSION)
    half = 1.96 * share.std() / math.sqrt(4_000)
    assert reading.value - reading.low == pytest.approx(half, rel=0.05)


def test_errors_that_grow_with_labels_do_not_widen_the_percentage() -> None:
    random = np.random.default_rng(3)
    label = np.exp(random.normal(3, 1.5, 2_000))
    rows = Guessed(label * np.exp(random.normal(0, 0.2, 2_000)), label)
    reading = taken("mape", rows.outcome, REGRESSION)
    assert reading.value - reading.low < 0.01


def test_without_squares_the_percentage_varies_as_errors_do() -> None:
    outcome = guessed(500).outcome
    sums = {name: total for name, total in outcome.sums.items() if name != "percentage_square"}
    found, mae = taken("mape", Outcome(500, outcome.cells, sums), REGRESSION), taken("mae", outcome, REGRESSION)
    assert found.low / found.value == pytest.approx(mae.low / mae.value, rel=0.01)


def test_r2_of_normal_rows_has_olkin_and_finns_interval() -> None:
    random = np.random.default_rng(4)
    prediction = random.normal(50, 8, 20_000)
    rows = Guessed(prediction, prediction + random.normal(0, 6, 20_000))
    reading = taken("r2", rows.outcome, REGRESSION)
    half = 1.96 * 2 * math.sqrt(reading.value) * (1 - reading.value) / math.sqrt(20_000)
    assert [reading.value - reading.low, reading.high - reading.value] == pytest.approx([half, half], rel=0.1)


def test_a_heavy_tail_leaves_the_squared_error_open_upwards() -> None:
    label = np.random.default_rng(2).normal(50, 10, 100)
    far = np.random.default_rng(3).standard_t(2, 100)
    reading = taken("mse", Guessed(label + far, label).outcome, REGRESSION)
    assert reading.high - reading.value > 3 * (reading.value - reading.low)


def test_a_quantile_that_few_rows_reach_may_lie_far_beyond_them() -> None:
    rows = Guessed(np.arange(1.0, 11.0), np.zeros(10))
    reading = taken("absolute_error_p95", rows.outcome, REGRESSION)
    assert reading.high > 20


@pytest.mark.parametrize("metric", ["mse", "rmse", "r2"])
def test_squares_beyond_a_double_that_were_taken_back_say_so_too(metric: str) -> None:
    huge = Guessed(np.array([1.0]), np.array([1e200])).outcome
    left = guessed(9).outcome + huge - huge
    assert math.isnan(left.sums["square"])
    assert measure(metric, left, REGRESSION) == Unmeasured("the sum is larger than a double holds")


@pytest.mark.parametrize("share", ["p50", "p90", "p95"])
def test_no_absolute_error_is_below_0(share: str) -> None:
    rows = Guessed(np.array([11.0, 18.0, 33.0, 40.5, 52.0]), np.array([10.0, 20.0, 30.0, 40.0, 50.0]))
    assert taken(f"absolute_error_{share}", rows.outcome, REGRESSION).low >= 0


def test_a_quantile_of_counts_that_do_not_make_up_whole_rows_has_an_interval() -> None:
    counts = np.full(12, 5 / 12)
    assert counts.sum() > 5 >= counts.cumsum()[-1]
    found = quantile_of(Cells(np.arange(12), counts), 0.95)
    assert isinstance(found, Measured)
    assert found.low <= found.value <= found.high
