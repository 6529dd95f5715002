from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics as oracle
from tests.unit.metrics.samples import CLASSES, MULTICLASS, classed, taken

from bellbuoy.metrics.averages import Confusion, Shares, confusion, f1s, precisions, recalls
from bellbuoy.metrics.binary import f1_of
from bellbuoy.metrics.intervals import Floats, rate_interval
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome, multiclass_outcome

ROWS = classed(1_500)


def decided(predicted: list[int], label: list[int], classes: tuple[str, ...] = CLASSES) -> Outcome:
    rows = np.empty((len(label), 0))
    return multiclass_outcome(rows, np.array(predicted), np.array(label), classes)


def table(predicted: list[int], label: list[int]) -> Confusion:
    return confusion(decided(predicted, label), MULTICLASS)


def test_the_confusion_adds_up() -> None:
    whole = confusion(ROWS.outcome, MULTICLASS)
    assert whole.rows == whole.called.sum() == whole.true.sum() == 1_500


def test_the_confusion_counts_hits_by_class() -> None:
    assert table([0, 0, 1, 3], [0, 1, 1, 2]).hits.tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize("average", ["macro", "weighted"])
@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
def test_with_many_rows_the_interval_is_that_of_the_delta_method(metric: str, average: str) -> None:
    rows, score = classed(40_000, seed=6), getattr(oracle, f"{metric}_score")
    cells, count = np.unique(np.stack([rows.label, rows.predicted]), axis=1, return_counts=True)

    def of_counts(weight: Floats) -> float:
        return float(score(*cells, average=average, sample_weight=weight, zero_division=0))

    slope = np.array([(of_counts(count + step) - of_counts(count - step)) / 2 for step in np.eye(len(count))])
    half = 1.96 * math.sqrt(float((slope - slope @ count / count.sum()) ** 2 @ count))
    reading = taken(metric if average == "macro" else f"{metric}_{average}", rows.outcome, MULTICLASS)
    assert [reading.value - reading.low, reading.high - reading.value] == pytest.approx([half, half], rel=0.01)


def test_the_variance_of_a_classs_recall_is_binomial() -> None:
    whole = confusion(ROWS.outcome, MULTICLASS)
    part = recalls(whole)
    assert part.variances(whole) == pytest.approx(part.value * (1 - part.value) / whole.true)


def test_the_variance_of_a_classs_precision_is_binomial() -> None:
    whole = confusion(ROWS.outcome, MULTICLASS)
    part = precisions(whole)
    assert part.variances(whole) == pytest.approx(part.value * (1 - part.value) / whole.called)


def test_the_variance_of_a_classs_f1_is_that_of_a_ratio_of_counts() -> None:
    whole = confusion(ROWS.outcome, MULTICLASS)
    part, both = f1s(whole), whole.called + whole.true
    hits, faults = whole.hits, both - 2 * whole.hits
    slope_of_hit, slope_of_fault = 2 * (1 - part.value) / both, -part.value / both
    assert part.variances(whole) == pytest.approx(hits * slope_of_hit**2 + faults * slope_of_fault**2)


@pytest.mark.parametrize("place", range(4))
def test_the_f1_of_a_class_has_the_interval_of_a_binary_one(place: int) -> None:
    whole = confusion(ROWS.outcome, MULTICLASS)
    part, faults = f1s(whole), (whole.called + whole.true - 2 * whole.hits)[place]
    alone = f1_of(float(whole.hits[place]), float(faults), 1_500)
    assert isinstance(alone, Measured)
    assert (part.low[place], part.high[place]) == pytest.approx((alone.low, alone.high))


@pytest.mark.parametrize("shares", [precisions, recalls, f1s])
def test_a_class_without_rows_may_have_any_share(shares: Callable[[Confusion], Shares]) -> None:
    part = shares(table([0, 1, 1], [0, 1, 0]))
    assert (part.low[3], part.value[3], part.high[3]) == (0.0, 0.0, 1.0)


def test_one_class_alone_has_its_own_interval() -> None:
    reading = taken("recall", decided([0] * 20, [0] * 20, ("only",)), Subject("multiclass", ("only",)))
    assert (reading.low, reading.high) == rate_interval(1.0, 20)


def test_two_classes_apart_are_joined_by_the_root_of_squares() -> None:
    two = ("no", "yes")
    outcome = decided([0] * 30 + [1] * 30, [0] * 30 + [1] * 30, two)
    reading = taken("recall", outcome, Subject("multiclass", two))
    assert 1 - reading.low == pytest.approx((1 - rate_interval(1.0, 30)[0]) / math.sqrt(2))


def test_errors_that_two_classes_share_make_f1_as_unsure_as_accuracy() -> None:
    two = ("no", "yes")
    outcome, subject = decided([0] * 30 + [1] * 30, [0] * 30 + [1] * 30, two), Subject("multiclass", ("no", "yes"))
    f1, accuracy = taken("f1", outcome, subject), taken("accuracy", outcome, subject)
    assert f1.low == pytest.approx(accuracy.low, abs=0.005)


def test_a_rare_class_makes_the_mean_unsure() -> None:
    even, rare = decided([0, 1] * 50, [0, 1] * 50, ("a", "b")), decided([0] * 99 + [1], [0] * 99 + [1], ("a", "b"))
    subject = Subject("multiclass", ("a", "b"))
    assert taken("recall", rare, subject).low < taken("recall", even, subject).low - 0.2


def right(times: int, metric: str, classes: tuple[str, ...]) -> Measured:
    """A metric of the first three classes, so many rows of each and all told right."""
    rows = [0, 1, 2] * times
    return taken(metric, decided(rows, rows, classes), Subject("multiclass", classes))


def test_a_class_that_few_rows_lack_makes_the_mean_unsure() -> None:
    known, lacking = (right(30, "f1", names) for names in (CLASSES[:3], CLASSES))
    assert known.value == lacking.value == 1.0
    assert lacking.low < known.low - 0.2


def test_a_class_that_many_rows_lack_is_taken_as_not_there() -> None:
    known, lacking = (right(300, "recall", names) for names in (CLASSES[:3], CLASSES))
    assert (known.low, known.high) == (lacking.low, lacking.high)


def test_weighted_recall_is_accuracy_with_its_interval() -> None:
    weighted, accuracy = (taken(name, ROWS.outcome, MULTICLASS) for name in ("recall_weighted", "accuracy"))
    assert weighted == accuracy
