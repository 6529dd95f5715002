"""How far a metric may lie from its estimate because a window has none of what is expected to be there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION

from bellbuoy.metrics.lacking import SELDOM, of_order, of_share, reach
from bellbuoy.metrics.ranking import Ranked
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

ANYWHERE = (math.inf, math.inf)
UP, DOWN, NOT = (0.0, math.inf), (math.inf, 0.0), (0.0, 0.0)


def two(passes: float, misses: float, false_alarms: float, hits: float) -> Outcome:
    """An expected outcome of two buckets: rows below the cut, and rows above it."""
    codes = np.array([400, 401, 402, 403]) + np.array([0, 0, 400, 400])
    counts = np.array([passes, misses, false_alarms, hits])
    return Outcome(round(float(counts.sum())), {"score": Cells(codes, counts)})


def four(*counts: float) -> Outcome:
    """An expected confusion of four classes, by predicted and then by true class."""
    every = np.array(counts)
    return Outcome(round(float(every.sum())), {"confusion": Cells(np.arange(16), every)})


def of(positives: list[float], negatives: list[float]) -> Ranked:
    return Ranked(np.arange(len(positives)), np.array(positives), np.array(negatives))


def test_none_come_of_so_many_25_times_of_1000() -> None:
    assert math.exp(-SELDOM) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("part", "rest", "open_ends"), [(50, 3.6, UP), (3.6, 50, DOWN), (1.0, 1.0, ANYWHERE), (3.7, 3.7, NOT)]
)
def test_a_share_is_open_where_a_side_of_it_may_be_lacking(
    part: float, rest: float, open_ends: tuple[float, float]
) -> None:
    assert of_share(part, rest) == open_ends


@pytest.mark.parametrize(
    ("name", "open_ends"),
    [("accuracy", UP), ("f1", UP), ("recall", UP), ("precision", NOT), ("specificity", NOT), ("base_rate", NOT)],
)
def test_a_model_that_hardly_misses_may_have_missed_nothing(name: str, open_ends: tuple[float, float]) -> None:
    few_faults = two(60.0, 1.0, 2.0, 30.0) if name in {"accuracy", "f1"} else two(60.0, 1.0, 9.0, 30.0)
    assert reach(name, few_faults, BINARY) == open_ends


@pytest.mark.parametrize("name", ["auc", "gini", "pr_auc", "ks", "recall"])
def test_where_a_class_may_be_lacking_anything_may_be(name: str) -> None:
    assert reach(name, two(40.0, 1.0, 8.0, 2.0), BINARY)[0] == math.inf


def test_an_order_in_which_hardly_a_row_is_wrong_may_be_perfect() -> None:
    assert of_order("auc", of([1.0, 30.0], [60.0, 2.0])) == UP
    assert of_order("auc", of([4.0, 30.0], [60.0, 2.0])) == NOT
    assert of_order("auc", of([30.0, 4.0], [2.0, 60.0])) == NOT


def test_lift_is_open_where_all_positives_may_be_in_the_tenth_or_none() -> None:
    assert of_order("lift", of([1.0, 9.0], [89.0, 1.0])) == UP
    assert of_order("lift", of([20.0, 0.5], [70.0, 9.5])) == DOWN


def test_a_class_of_which_little_is_expected_opens_the_mean_by_its_part() -> None:
    table = four(30, 5, 0, 0, 5, 30, 0, 0, 0, 5, 30, 0, 0, 0, 0.5, 0.5)
    down, up = reach("recall", table, MULTICLASS)
    assert down == pytest.approx(0.25)
    assert up == pytest.approx(np.hypot(0, 0.25 * 0.5 / 30.5), abs=0.01)


def test_classes_that_are_hardly_ever_told_wrong_may_all_be_right() -> None:
    assert reach("f1", four(30, 1, 0, 0, 0, 30, 1, 0, 0, 0, 30, 0, 0, 0, 0, 30), MULTICLASS) == UP


def test_of_one_class_it_is_as_of_two() -> None:
    table = four(30, 5, 0, 0, 5, 30, 0, 0, 0, 5, 30, 0, 0, 0, 1, 2)
    assert reach("recall:great", table, MULTICLASS) == ANYWHERE
    assert reach("precision:bad", table, MULTICLASS) == NOT


@pytest.mark.parametrize("name", ["mae", "rmse", "bias"])
def test_errors_of_a_regression_are_no_events(name: str) -> None:
    assert reach(name, two(1.0, 1.0, 1.0, 1.0), REGRESSION) == NOT
