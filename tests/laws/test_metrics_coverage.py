"""An interval covers the truth as often as it says: samples are drawn, and it is counted how often."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION, Scored, classed, guessed, scored, taken

from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome

Draw = Callable[[int, int], Outcome]
DRAWS = 500
#: So many rows give the truth.
ALL = 400_000


def binary(rows: int, seed: int) -> Outcome:
    return scored(rows, seed=seed, shift=1.0).outcome


def rare(rows: int, seed: int) -> Outcome:
    return scored(rows, seed=seed, shift=3.0).outcome


def steep(rows: int, seed: int) -> Outcome:
    return scored(rows, seed=seed, steep=4.0).outcome


def multiclass(rows: int, seed: int) -> Outcome:
    return classed(rows, seed=seed).outcome


def regression(rows: int, seed: int) -> Outcome:
    return guessed(rows, seed=seed, noise=5.0).outcome


def uncovered(draw: Draw, subject: Subject, metrics: Sequence[str], rows: int, least: float, most: float) -> object:
    """Which metrics' intervals hold the truth less often than `least` or more often than `most`."""
    whole = draw(ALL, 0)
    truth = {metric: taken(metric, whole, subject).value for metric in metrics}
    held = dict.fromkeys(metrics, 0)
    for seed in range(1, DRAWS + 1):
        outcome = draw(rows, seed)
        for metric in metrics:
            reading = measure(metric, outcome, subject)
            held[metric] += isinstance(reading, Measured) and reading.low <= truth[metric] <= reading.high
    return {metric: many / DRAWS for metric, many in held.items() if not least <= many / DRAWS <= most}


@pytest.mark.parametrize("draw", [binary, rare, steep])
def test_intervals_of_a_binary_model_cover_the_truth(draw: Draw) -> None:
    close = ["auc", "log_loss", "brier", "mean_score", "accuracy", "recall", "specificity", "f1", "base_rate"]
    assert uncovered(draw, BINARY, close, 300, 0.92, 0.98) == {}


@pytest.mark.parametrize("draw", [binary, rare, steep])
def test_intervals_that_cannot_be_sharp_are_rather_too_wide(draw: Draw) -> None:
    assert uncovered(draw, BINARY, ["pr_auc", "lift", "ks", "ece"], 300, 0.91, 1.0) == {}


def test_the_interval_of_ks_holds_0_for_scores_that_tell_nothing() -> None:
    random = np.random.default_rng(5)
    draws = [Scored(random.random(200), random.integers(0, 2, 200)) for _ in range(DRAWS)]
    held = [taken("ks", rows.outcome, BINARY).low == 0.0 for rows in draws]
    assert sum(held) / DRAWS >= 0.92


def test_intervals_of_a_multiclass_model_cover_the_truth() -> None:
    close = [name for name in metrics_of(MULTICLASS) if name not in {"auc", "classwise_ece"}]
    assert uncovered(multiclass, MULTICLASS, [*close, "f1:good", "auc:good"], 300, 0.92, 0.98) == {}


def test_intervals_of_a_regression_cover_the_truth() -> None:
    close = ["mae", "mse", "rmse", "bias", "r2"]
    assert uncovered(regression, REGRESSION, close, 200, 0.92, 0.98) == {}


@pytest.mark.parametrize("rows", [20, 200])
def test_intervals_of_quantiles_reach_to_the_ends_of_buckets_and_beyond_few_rows(rows: int) -> None:
    wide = [name for name in metrics_of(REGRESSION) if "error_p" in name]
    assert uncovered(regression, REGRESSION, wide, rows, 0.94, 1.0) == {}


def test_with_twenty_rows_the_intervals_still_cover_the_truth() -> None:
    assert uncovered(binary, BINARY, ["auc", "log_loss", "brier", "recall", "f1"], 20, 0.92, 1.0) == {}
