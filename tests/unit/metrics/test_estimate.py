"""An estimate is a metric of the expected outcome, with an interval that knows what it was learnt from."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, CLASSES, MULTICLASS, REGRESSION, classed, guessed, scored, taken

from bellbuoy.errors import ConfigError
from bellbuoy.metrics.calibrator import Calibration, learn
from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.estimate import ends_of, estimate, estimate_of
from bellbuoy.metrics.expected import expected
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Money, Subject
from bellbuoy.profiles.outcome import Outcome, binary_outcome, binary_promise, multiclass_promise, regression_promise

Case = tuple[Subject, Outcome, Outcome]


def binary(rows: int, seed: int) -> Case:
    window = scored(rows, seed=seed)
    return BINARY, binary_promise(window.score, window.predicted).whole(), window.outcome


def multiclass(rows: int, seed: int) -> Case:
    window = classed(rows, seed=seed)
    return MULTICLASS, multiclass_promise(window.scores, window.predicted, CLASSES).whole(), window.outcome


def regression(rows: int, seed: int) -> Case:
    window = guessed(rows, seed=seed)
    return REGRESSION, regression_promise(window.prediction).whole(), window.outcome


CASES = {"binary": binary(20_000, 2), "multiclass": multiclass(20_000, 2), "regression": regression(20_000, 2)}
PAST = {
    "binary": scored(20_000).outcome,
    "multiclass": classed(20_000).outcome,
    "regression": guessed(20_000).outcome,
}


def calibration(task: str) -> Calibration:
    found = learn(PAST[task], CASES[task][0])
    assert isinstance(found, Calibration)
    return found


def measured(reading: Reading) -> Measured:
    assert isinstance(reading, Measured), reading
    return reading


def names() -> list[tuple[str, str]]:
    every = [(task, name) for task, (subject, _, _) in CASES.items() for name in metrics_of(subject)]
    return [*every, ("multiclass", "f1:good"), ("multiclass", "auc:bad"), ("multiclass", "recall:great")]


@pytest.mark.parametrize(("task", "name"), [one for one in names() if one[1] != "mape"])
def test_every_metric_is_estimated_near_to_what_labels_give(task: str, name: str) -> None:
    subject, promise, outcome = CASES[task]
    found, truth = measured(estimate(name, promise, calibration(task), subject)), taken(name, outcome, subject)
    assert found.low <= found.value <= found.high
    assert found.low <= truth.value <= found.high, (found, truth)


def test_what_takes_label_and_error_of_one_row_is_not_estimated_and_says_so() -> None:
    subject, promise, _ = CASES["regression"]
    found = estimate("mape", promise, calibration("regression"), subject)
    assert isinstance(found, Unmeasured)
    assert "label and its error together" in found.why


def test_money_by_cell_is_estimated_and_money_by_expression_is_not() -> None:
    _, promise, outcome = CASES["binary"]
    by_cell = Subject("binary", ("no", "yes"), money=Money(((0.0, -5.0), (-1.0, 4.0))))
    found = measured(estimate("value", promise, calibration("binary"), by_cell))
    assert found.low <= taken("value", outcome, by_cell).value <= found.high
    by_row = Subject("binary", ("no", "yes"), money=Money())
    assert isinstance(estimate("value", promise, calibration("binary"), by_row), Unmeasured)


def test_a_window_without_predictions_has_no_estimate() -> None:
    assert estimate("auc", Outcome(), calibration("binary"), BINARY) == Unmeasured("no predictions")


def test_a_name_that_the_catalogue_does_not_have_is_refused() -> None:
    with pytest.raises(ConfigError, match="no metric is called"):
        estimate("aucc", Outcome(), calibration("binary"), BINARY)


def test_what_was_learnt_from_few_rows_is_less_sure() -> None:
    outcome = expected(CASES["binary"][1], calibration("binary"))
    few, many = (measured(estimate_of("auc", outcome, learnt, BINARY)) for learnt in (500, 10**9))
    plain = measured(measure("auc", outcome, BINARY))
    assert many.high - many.low == pytest.approx(plain.high - plain.low, rel=0.01)
    assert few.high - few.low == pytest.approx((many.high - many.low) * (1 + 20_000 / 500) ** 0.5, rel=1e-4)


def test_an_interval_ends_where_the_metric_does() -> None:
    subject, promise, _ = multiclass(12, 3)
    outcome = expected(promise, calibration("multiclass"))
    for name in metrics_of(subject):
        found = measured(estimate_of(name, outcome, 1, subject))
        assert 0 <= found.low <= found.high, name
        assert found.high <= (1 if name not in {"log_loss", "brier"} else 100), name


def test_metrics_that_may_be_below_zero_have_intervals_that_may_be() -> None:
    outcome = expected(regression(12, 3)[1], calibration("regression"))
    assert measured(estimate_of("bias", outcome, 10, REGRESSION)).low < 0
    assert measured(estimate_of("mae", outcome, 1, REGRESSION)).low == 0


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_calibration_error_counts_what_chance_will_add_to_it(task: str) -> None:
    draw, name = {"binary": (binary, "ece"), "multiclass": (multiclass, "classwise_ece")}[task]
    known, apart = calibration(task), []
    for seed in range(40):
        subject, promise, outcome = draw(300, seed)
        found = measured(estimate(name, promise, known, subject))
        apart.append(found.value - taken(name, outcome, subject).value)
    assert abs(sum(apart)) / 40 < 0.006


def test_a_model_whose_labels_were_learnt_from_its_decisions_alone_is_estimated() -> None:
    decided = Subject("binary", ("no", "yes"), scored=False)
    rows = scored(5_000)
    taken_as_score = rows.predicted.astype(float)
    known = learn(binary_outcome(taken_as_score, rows.predicted, rows.label), decided)
    assert isinstance(known, Calibration)
    promise = binary_promise(taken_as_score, rows.predicted).whole()
    found = measured(estimate("precision", promise, known, decided))
    assert found.value == pytest.approx(taken("precision", rows.outcome, decided).value, abs=1e-3)
    assert isinstance(estimate("auc", promise, known, decided), Unmeasured)


PAID = Subject("binary", ("no", "yes"), money=Money(((0.0, -900.0), (-15.0, 120.0))))


@pytest.mark.parametrize("name", ["gini", "mean_value", "value", "lift", "log_loss"])
def test_what_was_learnt_from_next_to_nothing_does_not_lead_beyond_what_can_be(name: str) -> None:
    _, promise, _ = binary(40, 3)
    found = measured(estimate_of(name, expected(promise, calibration("binary")), 1, PAID))
    least, most = ends_of(name, PAID) if name != "value" else (40 * -900.0, 40 * 120.0)
    assert least <= found.low <= found.value <= found.high <= most


def test_ends_are_those_of_gains_where_a_subject_has_them() -> None:
    assert ends_of("mean_value", PAID) == (-900.0, 120.0)
    assert ends_of("gini") == (-1.0, 1.0)
    assert ends_of("mean_value") == ends_of("value", PAID) == (-sys.float_info.max, sys.float_info.max)


def test_ends_of_huge_errors_are_finite() -> None:
    promise = regression_promise(guessed(5, seed=3, size=1e152).prediction).whole()
    known = learn(guessed(500, size=1e152).outcome, REGRESSION)
    assert isinstance(known, Calibration)
    found = measured(estimate_of("mse", expected(promise, known), 1, REGRESSION))
    assert found.high <= sys.float_info.max


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 10, 24])
def test_quantiles_of_expected_errors_are_there_however_few_rows_there_are(rows: int) -> None:
    for seed in range(20):
        known = learn(guessed(500, seed=seed).outcome, REGRESSION)
        assert isinstance(known, Calibration)
        promise = regression_promise(np.random.default_rng(seed).normal(50, 10, rows)).whole()
        for name in ("error_p05", "error_p95", "absolute_error_p50", "absolute_error_p95"):
            found = measured(estimate(name, promise, known, REGRESSION))
            assert found.low <= found.value <= found.high


def test_an_estimate_is_as_open_outwards_as_the_interval_of_a_sample_is_on_average() -> None:
    outcome = expected(binary(300, 4)[1], calibration("binary"))
    found, sample = measured(estimate_of("accuracy", outcome, 10**9, BINARY)), taken("accuracy", outcome, BINARY)
    assert sample.high - sample.value < 0.98 * (sample.value - sample.low)
    assert found.high - found.value == pytest.approx((sample.high - sample.low) / 2, rel=1e-6)
    assert found.low == pytest.approx(sample.low)
