from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from scipy.stats import ks_2samp
from sklearn import metrics as oracle
from tests.unit.metrics.samples import BINARY, SCORED, Scored, agrees, scored, taken

from bellbuoy.metrics.binary import Confusion, confusion
from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import Outcome, binary_outcome
from bellbuoy.profiles.profile import Cells


def lift(rows: Scored) -> float:
    """Share of positives in the tenth with the highest scores, ties sharing, over the share in all."""
    left, found = len(rows.label) / 10, 0.0
    for score in np.unique(rows.score)[::-1]:
        tied = rows.label[rows.score == score]
        part = min(left, len(tied))
        found, left = found + part * float(tied.mean()), left - part
    return found / (len(rows.label) / 10) / float(rows.label.mean())


def calibration_error(rows: Scored) -> float:
    """As documented: ten bins over 0..1, a bucket of scores lying whole in the bin of its middle."""
    middle = buckets.decode_probability(buckets.encode_probability(rows.score))
    place = np.minimum((middle * 10).astype(int), 9)
    return sum(abs(float((rows.label - rows.score)[place == bin_].sum())) for bin_ in range(10)) / len(rows.label)


Oracle = Callable[[Scored], float]
ORACLES: Mapping[str, Oracle] = {
    "auc": lambda rows: float(oracle.roc_auc_score(rows.label, rows.score)),
    "gini": lambda rows: 2 * float(oracle.roc_auc_score(rows.label, rows.score)) - 1,
    "pr_auc": lambda rows: float(oracle.average_precision_score(rows.label, rows.score)),
    "ks": lambda rows: float(ks_2samp(rows.score[rows.label == 1], rows.score[rows.label == 0]).statistic),
    "lift": lift,
    "log_loss": lambda rows: float(oracle.log_loss(rows.label, rows.score, labels=[0, 1])),
    "brier": lambda rows: float(oracle.brier_score_loss(rows.label, rows.score)),
    "ece": calibration_error,
    "mean_score": lambda rows: float(rows.score.mean()),
    "accuracy": lambda rows: float(oracle.accuracy_score(rows.label, rows.predicted)),
    "recall": lambda rows: float(oracle.recall_score(rows.label, rows.predicted)),
    "specificity": lambda rows: float(oracle.recall_score(rows.label, rows.predicted, pos_label=0)),
    "f1": lambda rows: float(oracle.f1_score(rows.label, rows.predicted)),
    "base_rate": lambda rows: float(rows.label.mean()),
    "predicted_rate": lambda rows: float(rows.predicted.mean()),
}


@pytest.mark.filterwarnings("ignore:ks_2samp")
@pytest.mark.parametrize("rows", SCORED.values(), ids=SCORED)
@pytest.mark.parametrize("metric", ORACLES)
def test_a_metric_is_within_its_bound_of_the_raw_rows(metric: str, rows: Scored) -> None:
    assert agrees(measure(metric, rows.outcome, BINARY), ORACLES[metric](rows))


@pytest.mark.parametrize("rows", SCORED.values(), ids=SCORED)
def test_precision_is_that_of_the_rows_predicted_positive_or_says_that_there_are_none(rows: Scored) -> None:
    reading = measure("precision", rows.outcome, BINARY)
    if not rows.predicted.any():
        assert reading == Unmeasured("nothing was predicted positive")
    else:
        assert agrees(reading, float(oracle.precision_score(rows.label, rows.predicted)))


def test_the_metrics_with_an_oracle_are_all_there_are() -> None:
    assert {*ORACLES, "precision"} == set(metrics_of(BINARY))


def test_of_two_thousand_rows_a_bound_is_small() -> None:
    rows = SCORED["random"].outcome
    bounds = {metric: taken(metric, rows, BINARY).bound for metric in ORACLES}
    assert max(bounds["auc"], bounds["ece"], bounds["ks"], bounds["pr_auc"]) < 0.01


def test_pr_auc_of_scores_without_ties_is_nearer_than_its_bound() -> None:
    rows = scored(5_000, seed=7, shift=3.0)
    reading = taken("pr_auc", rows.outcome, BINARY)
    assert abs(reading.value - ORACLES["pr_auc"](rows)) < reading.bound / 20


def test_what_is_a_share_of_counts_or_an_exact_sum_has_no_bound() -> None:
    exact = set(ORACLES) - {"auc", "gini", "pr_auc", "ks", "lift", "ece"}
    assert {taken(metric, SCORED["random"].outcome, BINARY).bound for metric in exact} == {0.0}


def test_plain_calibration_error_is_near() -> None:
    rows = scored(20_000, seed=4)
    place = np.minimum((rows.score * 10).astype(int), 9)
    plain = sum(abs(float((rows.label - rows.score)[place == part].sum())) for part in range(10)) / 20_000
    assert taken("ece", rows.outcome, BINARY).value == pytest.approx(plain, abs=0.002)


def test_the_decision_that_was_logged_counts_and_not_the_score() -> None:
    outcome = binary_outcome(np.array([0.9, 0.1]), np.array([0, 1]), np.array([1, 1]))
    assert confusion(outcome) == Confusion(hits=1, misses=1)


def test_a_constant_score_has_the_auc_of_chance_and_says_how_little_that_means() -> None:
    reading = taken("auc", SCORED["constant"].outcome, BINARY)
    assert (reading.value, reading.bound) == (0.5, 0.5)


def test_a_constant_score_has_about_the_base_rate_for_pr_auc() -> None:
    assert taken("pr_auc", SCORED["constant"].outcome, BINARY).value == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("metric", metrics_of(BINARY))
def test_no_rows_are_no_labels_yet(metric: str) -> None:
    assert measure(metric, Outcome(), BINARY) == Unmeasured("no labels yet")


@pytest.mark.parametrize("metric", metrics_of(BINARY))
def test_rows_that_were_all_taken_back_are_no_labels_yet(metric: str) -> None:
    outcome = SCORED["few rows"].outcome
    assert measure(metric, outcome - outcome, BINARY) == Unmeasured("no labels yet")


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("metric", ["auc", "gini", "ks"])
def test_what_compares_classes_needs_both(metric: str, label: int) -> None:
    rows = Scored(np.array([0.2, 0.7, 0.7]), np.full(3, label))
    assert measure(metric, rows.outcome, BINARY) == Unmeasured("one class only")


@pytest.mark.parametrize(
    ("metric", "label", "why"),
    [
        ("pr_auc", 0, "no positive labels"),
        ("lift", 0, "no positive labels"),
        ("recall", 0, "no positive labels"),
        ("specificity", 1, "no negative labels"),
    ],
)
def test_a_class_that_is_missing_is_named(metric: str, label: int, why: str) -> None:
    rows = Scored(np.array([0.2, 0.7]), np.full(2, label))
    assert measure(metric, rows.outcome, BINARY) == Unmeasured(why)


def test_f1_without_anything_positive_says_so() -> None:
    rows = Scored(np.array([0.1, 0.2]), np.zeros(2, np.int64))
    assert measure("f1", rows.outcome, BINARY) == Unmeasured("nothing positive, neither labelled nor predicted")


@pytest.mark.parametrize("score", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("label", [0, 1])
def test_one_row_gives_finite_numbers_or_a_reason(score: float, label: int) -> None:
    outcome = Scored(np.array([score]), np.array([label])).outcome
    readings = [measure(metric, outcome, BINARY) for metric in metrics_of(BINARY)]
    measured = [reading for reading in readings if isinstance(reading, Measured)]
    assert all(map(math.isfinite, (end for one in measured for end in (one.value, one.low, one.high, one.bound))))


@pytest.mark.parametrize("metric", ["log_loss", "brier", "ece", "mean_score"])
def test_scores_that_only_rank_promise_no_probability(metric: str) -> None:
    ranking = Subject("binary", ("no", "yes"), probability=False)
    outcome = binary_outcome(np.array([-5.0, 730.0]), np.array([0, 1]), np.array([0, 1]), probability=False)
    assert measure(metric, outcome, ranking) == Unmeasured("scores are a ranking, not probabilities")


def test_scores_that_only_rank_have_an_auc() -> None:
    ranking = Subject("binary", ("no", "yes"), probability=False)
    rows = scored(800)
    margin = 40 * (rows.score - 0.3)
    outcome = binary_outcome(margin, rows.predicted, rows.label, probability=False)
    assert agrees(measure("auc", outcome, ranking), float(oracle.roc_auc_score(rows.label, margin)))


def test_a_metric_of_another_task_is_a_reason() -> None:
    assert measure("mae", SCORED["random"].outcome, BINARY) == Unmeasured("not a metric of a binary model")


def test_decisions_without_scores_have_no_auc() -> None:
    unscored = Subject("binary", ("no", "yes"), scored=False)
    assert measure("auc", SCORED["random"].outcome, unscored) == Unmeasured("no scores, only decisions")


@pytest.mark.parametrize("metric", ["log_loss", "brier"])
def test_without_a_positive_yet_the_loss_may_be_what_positives_would_cost(metric: str) -> None:
    rows = Scored(np.full(20, 0.02), np.zeros(20, np.int64))
    reading = taken(metric, rows.outcome, BINARY)
    cost = {"log_loss": -math.log(0.02), "brier": 0.98**2}[metric]
    assert reading.high == pytest.approx(0.16 * cost, rel=0.1)


def test_rare_kinds_widen_a_loss_upwards_alone() -> None:
    few, many = (taken("log_loss", scored(rows, shift=5.0).outcome, BINARY) for rows in (50, 50_000))
    assert few.high - few.value > 4 * (few.value - few.low)
    assert many.high - many.value == pytest.approx(many.value - many.low, rel=0.2)


@pytest.mark.parametrize("metric", ["log_loss", "brier", "mean_score"])
def test_counts_without_sums_say_that_they_were_not_kept(metric: str) -> None:
    reading = measure(metric, Outcome(50, scored(50).outcome.cells), BINARY)
    assert reading == Unmeasured("its sum was not kept")


@pytest.mark.parametrize("part", ["hits", "misses", "false_alarms", "passes"])
def test_expected_counts_need_not_be_whole(part: str) -> None:
    codes = {"hits": 3, "misses": 1, "false_alarms": 2, "passes": 0}
    outcome = Outcome(1, {"score": Cells(np.array([4 * 40_000 + codes[part]]), np.array([0.75]))})
    assert getattr(confusion(outcome), part) == 0.75
