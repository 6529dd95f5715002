from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from sklearn import metrics as oracle
from tests.unit.metrics.samples import CLASSES, MULTICLASS, Classed, Scored, agrees, classed, scored, taken
from tests.unit.metrics.test_binary import calibration_error

from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.multiclass import CLASS_DECIDED, CLASS_RANKED
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome, multiclass_outcome

ROWS: Mapping[str, Classed] = {
    "random": classed(1_500),
    "few rows": classed(25, seed=2),
    "sharp": classed(200, seed=3, sharp=8.0),
    "nearly constant": classed(200, seed=4, sharp=0.01),
    "tied": Classed(np.full((80, 4), 0.25), np.arange(80) % 4),
    "perfect": Classed(np.eye(4)[np.arange(40) % 4], np.arange(40) % 4),
}
AVERAGES = {"": "macro", "_micro": "micro", "_weighted": "weighted"}


def one_vs_rest(rows: Classed, place: int) -> Scored:
    return Scored(rows.scores[:, place], (rows.label == place).astype(np.int64))


def rest(rows: Classed, metric: Callable[[Scored], float]) -> float:
    return sum(metric(one_vs_rest(rows, place)) for place in range(4)) / 4


ORACLES: Mapping[str, Callable[[Classed], float]] = {
    "accuracy": lambda rows: float(oracle.accuracy_score(rows.label, rows.predicted)),
    "log_loss": lambda rows: float(oracle.log_loss(rows.label, rows.scores, labels=range(4))),
    "brier": lambda rows: float(oracle.brier_score_loss(rows.label, rows.scores, labels=range(4))),
    "auc": lambda rows: float(oracle.roc_auc_score(rows.label, rows.scores, multi_class="ovr")),
    "classwise_ece": lambda rows: rest(rows, calibration_error),
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("metric", ORACLES)
def test_a_metric_is_within_its_bound_of_the_raw_rows(metric: str, rows: Classed) -> None:
    assert agrees(measure(metric, rows.outcome, MULTICLASS), ORACLES[metric](rows))


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("suffix", AVERAGES)
@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
def test_averages_over_classes_are_scikit_learns(metric: str, suffix: str, rows: Classed) -> None:
    score = getattr(oracle, f"{metric}_score")
    truth = float(score(rows.label, rows.predicted, average=AVERAGES[suffix], zero_division=0))
    assert agrees(measure(f"{metric}{suffix}", rows.outcome, MULTICLASS), truth)


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
@pytest.mark.parametrize("place", range(4))
def test_a_metric_of_one_class_is_scikit_learns_or_says_that_there_are_no_rows(
    place: int, metric: str, rows: Classed
) -> None:
    score = getattr(oracle, f"{metric}_score")
    truth = float(score(rows.label, rows.predicted, labels=range(4), average=None, zero_division=np.nan)[place])
    reading = measure(f"{metric}:{CLASSES[place]}", rows.outcome, MULTICLASS)
    assert isinstance(reading, Unmeasured) if math.isnan(truth) else agrees(reading, truth)


@pytest.mark.parametrize(("metric", "score"), [("auc", "roc_auc_score"), ("pr_auc", "average_precision_score")])
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("place", range(4))
def test_the_area_of_one_class_is_that_against_the_rest(metric: str, score: str, place: int, rows: Classed) -> None:
    one = one_vs_rest(rows, place)
    truth = float(getattr(oracle, score)(one.label, one.score))
    assert agrees(measure(f"{metric}:{CLASSES[place]}", rows.outcome, MULTICLASS), truth)


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_the_shares_of_a_class_are_counted(rows: Classed) -> None:
    shares = [taken(f"{metric}:good", rows.outcome, MULTICLASS).value for metric in ("base_rate", "predicted_rate")]
    assert shares == [float((rows.label == 2).mean()), float((rows.predicted == 2).mean())]


def test_the_metrics_with_an_oracle_are_all_there_are() -> None:
    averages = {f"{metric}{suffix}" for metric in ("precision", "recall", "f1") for suffix in AVERAGES}
    assert {*ORACLES, *averages} == set(metrics_of(MULTICLASS))


def test_the_metrics_of_one_class_with_an_oracle_are_all_there_are() -> None:
    tested = {"precision", "recall", "f1", "auc", "pr_auc", "base_rate", "predicted_rate"}
    assert tested == {*CLASS_DECIDED, *CLASS_RANKED}


def test_classes_that_neither_occur_nor_are_predicted_are_left_out() -> None:
    label = np.array([0, 1, 1, 2])
    outcome = multiclass_outcome(np.empty((4, 0)), np.array([0, 1, 0, 0]), label, CLASSES)
    truth = oracle.f1_score(label, [0, 1, 0, 0], average="macro", zero_division=0)
    assert taken("f1", outcome, MULTICLASS).value == pytest.approx(truth)


@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
def test_a_class_that_is_predicted_and_never_true_counts_as_0(metric: str) -> None:
    label, predicted = np.array([0, 1, 1]), np.array([0, 1, 3])
    outcome = multiclass_outcome(np.empty((3, 0)), predicted, label, CLASSES)
    truth = getattr(oracle, f"{metric}_score")(label, predicted, average="macro", zero_division=0)
    assert taken(metric, outcome, MULTICLASS).value == pytest.approx(truth)


def test_the_area_leaves_out_classes_that_are_never_true() -> None:
    rows = Classed(np.array([[0.7, 0.1, 0.1, 0.1], [0.2, 0.6, 0.1, 0.1], [0.5, 0.3, 0.1, 0.1]]), np.array([0, 1, 1]))
    assert taken("auc", rows.outcome, MULTICLASS).value == 1.0


def test_two_classes_have_the_interval_of_a_binary_model() -> None:
    rows = scored(400)
    both = np.stack([1 - rows.score, rows.score], axis=1)
    outcome = multiclass_outcome(both, rows.predicted, rows.label, ("no", "yes"))
    two, one = (
        taken("auc", outcome, Subject("multiclass", ("no", "yes"))),
        taken("auc", rows.outcome, Subject("binary")),
    )
    assert (two.low, two.high) == pytest.approx((one.low, one.high), abs=0.002)


@pytest.mark.parametrize("metric", [*metrics_of(MULTICLASS), "f1:good", "auc:good"])
def test_no_rows_are_no_labels_yet(metric: str) -> None:
    assert measure(metric, Outcome(), MULTICLASS) == Unmeasured("no labels yet")


@pytest.mark.parametrize("metric", ["auc", "log_loss", "brier", "classwise_ece", "auc:good"])
def test_decisions_alone_have_no_scores(metric: str) -> None:
    outcome = multiclass_outcome(np.empty((3, 0)), np.array([1, 0, 2]), np.array([1, 1, 2]), CLASSES)
    assert measure(metric, outcome, MULTICLASS) == Unmeasured("no scores, only decisions")


def test_a_metric_that_is_not_of_one_class_is_a_reason() -> None:
    assert measure("brier:good", ROWS["random"].outcome, MULTICLASS) == Unmeasured("brier is not measured of one class")


def test_a_class_nobody_knows_is_a_reason() -> None:
    assert measure("f1:fine", ROWS["random"].outcome, MULTICLASS) == Unmeasured("the model has no class 'fine'")


def test_a_model_without_known_classes_is_a_reason() -> None:
    reading = measure("f1", ROWS["random"].outcome, Subject("multiclass"))
    assert reading == Unmeasured("the model's classes are not known")


@pytest.mark.parametrize("metric", metrics_of(MULTICLASS))
def test_one_row_gives_finite_numbers_or_a_reason(metric: str) -> None:
    reading = measure(metric, Classed(np.array([[0.2, 0.5, 0.3, 0.0]]), np.array([3])).outcome, MULTICLASS)
    if isinstance(reading, Measured):
        assert all(map(math.isfinite, (reading.value, reading.low, reading.high, reading.bound)))
    else:
        assert reading == Unmeasured("one class only")
