"""The interval of an estimate holds what labels give, as often as it says, as long as scores mean what they meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metrics.samples import BINARY, CLASSES, MULTICLASS, REGRESSION, Scored, classed, guessed, scored

from bellbuoy.metrics.calibrator import Calibration, learn
from bellbuoy.metrics.catalogue import measure
from bellbuoy.metrics.estimate import estimate_of
from bellbuoy.metrics.expected import expected
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Money, Subject
from bellbuoy.profiles.outcome import Outcome, binary_promise, multiclass_promise, regression_promise

Draw = Callable[[int, int], tuple[Outcome, Outcome]]
#: So many windows; a share of 95 % is then known to 1 %.
DRAWS = 400
CLOSE = ("auc", "log_loss", "brier", "accuracy", "precision", "recall", "f1", "base_rate", "lift", "pr_auc")


def promised(rows: Scored) -> tuple[Outcome, Outcome]:
    return binary_promise(rows.score, rows.predicted).whole(), rows.outcome


def calibrated(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    return promised(scored(rows, seed=seed))


def bent(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    """Scores that are far off, and not by a shift or a slope alone."""
    good = scored(rows, seed=seed)
    return promised(Scored(good.score**2 / (good.score**2 + (1 - good.score)), good.label))


def rare(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    return promised(scored(rows, seed=seed, shift=3.0))


def multiclass(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    window = classed(rows, seed=seed)
    return multiclass_promise(window.scores, window.predicted, CLASSES).whole(), window.outcome


def regression(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    window = guessed(rows, seed=seed)
    return regression_promise(window.prediction).whole(), window.outcome


def missed(draw: Draw, subject: Subject, metrics: Sequence[str], least: float = 0.93) -> object:
    """Metrics whose estimates' intervals hold the realised value too seldom; each draw has a past of its own."""
    held = dict.fromkeys(metrics, 0)
    for seed in range(DRAWS):
        calibration = learn(draw(4_000, 10_000 + seed)[1], subject)
        assert isinstance(calibration, Calibration)
        promise, outcome = draw(1_500, seed)
        ahead = expected(promise, calibration)
        for metric in metrics:
            found, truth = estimate_of(metric, ahead, calibration.rows, subject), measure(metric, outcome, subject)
            assert isinstance(found, Measured)
            assert isinstance(truth, Measured)
            held[metric] += found.low <= truth.value <= found.high
    return {metric: many / DRAWS for metric, many in held.items() if many / DRAWS < least}


@pytest.mark.slow
@pytest.mark.parametrize("draw", [calibrated, bent, rare])
def test_estimates_of_a_binary_model_hold_the_truth(draw: Draw) -> None:
    assert missed(draw, BINARY, CLOSE, 0.92) == {}


@pytest.mark.slow
def test_estimates_of_a_multiclass_model_hold_the_truth() -> None:
    assert missed(multiclass, MULTICLASS, ["accuracy", "auc", "f1", "log_loss", "brier", "f1:good"]) == {}


@pytest.mark.slow
def test_estimates_of_a_regression_hold_the_truth() -> None:
    assert missed(regression, REGRESSION, ["mae", "rmse", "bias", "r2", "error_p50"], 0.92) == {}


def good(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    """Scores that hardly leave a doubt: a mistake in a window of fifty, or none."""
    return promised(scored(rows, seed=seed, shift=0.0, steep=30.0))


def parted(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    """Labels that scores tell without any mistake."""
    random = np.random.default_rng(seed)
    label = (random.random(rows) < 0.2).astype(np.int64)
    return promised(Scored(np.where(label, 0.8, 0.0) + 0.2 * random.random(rows), label))


def seldom(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    return promised(scored(rows, seed=seed, shift=5.0, steep=1.5))


def usual(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    return promised(scored(rows, seed=seed, shift=-4.0, steep=1.5))


def blind(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    random = np.random.default_rng(seed)
    return promised(Scored(random.random(rows), (random.random(rows) < 0.4).astype(np.int64)))


def sharp(rows: int, seed: int) -> tuple[Outcome, Outcome]:
    window = classed(rows, seed=seed, sharp=20.0)
    return multiclass_promise(window.scores, window.predicted, CLASSES).whole(), window.outcome


def narrow(draw: Draw, subject: Subject, metrics: Sequence[str], rows: int) -> Mapping[str, float]:
    """As `missed`, of windows of few rows, of which some have no such metric."""
    held: dict[str, list[bool]] = {metric: [] for metric in metrics}
    for seed in range(DRAWS // 2):
        calibration = learn(draw(4_000, 10_000 + seed)[1], subject)
        assert isinstance(calibration, Calibration)
        promise, outcome = draw(rows, seed)
        ahead = expected(promise, calibration)
        for metric, found in held.items():
            told, truth = estimate_of(metric, ahead, calibration.rows, subject), measure(metric, outcome, subject)
            if isinstance(told, Measured) and isinstance(truth, Measured):
                found.append(told.low - 1e-12 <= truth.value <= told.high + 1e-12)
    assert all(held.values())
    return {metric: sum(one) / len(one) for metric, one in held.items() if sum(one) / len(one) < 0.92}


#: A miss costs dearly, and may not be there.
PAID = replace(BINARY, money=Money(((0.0, -900.0), (-15.0, 120.0))))


@pytest.mark.slow
@pytest.mark.parametrize("rows", [50, 200])
@pytest.mark.parametrize("draw", [good, parted, seldom, usual, blind])
def test_estimates_of_small_windows_hold_the_truth_where_a_kind_may_be_lacking(draw: Draw, rows: int) -> None:
    metrics = (*CLOSE, "ks", "gini", "specificity", "mean_value")
    assert narrow(draw, PAID, metrics, rows) == {}


@pytest.mark.slow
@pytest.mark.parametrize("rows", [50, 200])
@pytest.mark.parametrize("draw", [multiclass, sharp])
def test_they_do_for_several_classes_of_which_one_is_rare(draw: Draw, rows: int) -> None:
    of_one = ("precision:great", "recall:great", "f1:great", "base_rate:great", "auc:great")
    assert narrow(draw, MULTICLASS, ("accuracy", "auc", "f1", "precision", "recall", *of_one), rows) == {}


PAST = learn(scored(5_000).outcome, BINARY)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30), st.integers(0, 30))
def test_what_is_expected_of_parts_adds_up_to_what_is_expected_of_the_whole(
    rows: list[tuple[float, bool]], cut: int
) -> None:
    assert isinstance(PAST, Calibration)

    def promise(part: list[tuple[float, bool]]) -> Outcome:
        score, predicted = np.array([one for one, _ in part]), np.array([int(one) for _, one in part], np.int64)
        return binary_promise(score, predicted).whole() if part else Outcome()

    parts = expected(promise(rows[:cut]), PAST) + expected(promise(rows[cut:]), PAST)
    whole = expected(promise(rows), PAST)
    assert parts.rows == whole.rows
    assert parts.sums == pytest.approx(dict(whole.sums))
    assert float(parts.cells["score"].counts.sum()) == pytest.approx(float(len(rows)))
