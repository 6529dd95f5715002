"""What metrics owe to counts: a bound that holds whatever the rows were, and parts that give what the whole gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION, Classed, Guessed, Scored, agrees
from tests.unit.metrics.test_binary import ORACLES

from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome

#: Scores of which many share a bucket without being tied: what a bound has to hold against.
crowded = st.builds(lambda step, base: base + step * 1e-4, st.integers(0, 12), st.sampled_from([0.2, 0.5, 0.9]))
probabilities = st.one_of(crowded, st.floats(0, 1), st.sampled_from([0.0, 1.0, 1e-300, 1 - 2**-53]))
rows = st.tuples(probabilities, st.integers(0, 1))
both_classes = st.builds(
    lambda made, no, yes: [*made, (no, 0), (yes, 1)], st.lists(rows, max_size=58), probabilities, probabilities
)
numbers = st.floats(-1e6, 1e6).map(lambda number: round(number, 6))


def scored(made: list[tuple[float, int]]) -> Scored:
    return Scored(np.array([score for score, _ in made]), np.array([label for _, label in made]))


@pytest.mark.filterwarnings("ignore:ks_2samp")
@pytest.mark.parametrize("metric", ["auc", "pr_auc", "ks", "lift", "ece"])
@settings(max_examples=60, deadline=None)
@given(both_classes)
def test_a_bound_holds_whatever_the_scores_were(metric: str, made: list[tuple[float, int]]) -> None:
    data = scored(made)
    assert agrees(measure(metric, data.outcome, BINARY), ORACLES[metric](data))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=60), st.sampled_from([5, 50, 95]))
def test_the_bound_of_a_quantile_holds(made: list[tuple[float, float]], part: int) -> None:
    data = Guessed(*np.array(made).T)
    truth = float(np.quantile(data.prediction - data.label, part / 100))
    size = float(np.abs(data.prediction - data.label).max())
    assert agrees(measure(f"error_p{part:02}", data.outcome, REGRESSION), truth, size=size)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=60))
def test_the_bound_of_r2_holds(made: list[tuple[float, float]]) -> None:
    data = Guessed(*np.array(made).T)
    reading = measure("r2", data.outcome, REGRESSION)
    if isinstance(reading, Measured):
        truth = float(oracle.r2_score(data.label, data.prediction))
        assert abs(reading.value - truth) <= reading.bound + 1e-9 * max(1.0, abs(truth))


def of_parts(whole: Outcome, parts: list[Outcome], subject: Subject) -> None:
    """Every metric of the sum of the parts is that of the whole, but for how doubles are rounded in sums."""
    joined = sum(parts, Outcome())
    for metric in metrics_of(subject):
        assert alike(measure(metric, joined, subject), measure(metric, whole, subject)), metric


def alike(a: Reading, b: Reading) -> bool:
    if not (isinstance(a, Measured) and isinstance(b, Measured)):
        return a == b
    tolerance = 1e-6 * max(1.0, abs(b.value)) + 4 * (a.bound + b.bound)
    same = abs(a.value - b.value) <= tolerance and a.rows == b.rows
    return same and all(np.isclose((a.low, a.high), (b.low, b.high), rtol=1e-3, atol=tolerance))


cuts = st.lists(st.integers(0, 60), max_size=4).map(sorted)


def split(outcome: Callable[[slice], Outcome], at: list[int]) -> list[Outcome]:
    return [outcome(slice(start, end)) for start, end in zip([0, *at], [*at, None], strict=True)]


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=60), cuts)
def test_the_parts_of_a_binary_window_give_what_the_whole_gives(made: list[tuple[float, int]], at: list[int]) -> None:
    data = scored(made)
    parts = split(lambda part: Scored(data.score[part], data.label[part]).outcome, at)
    of_parts(data.outcome, parts, BINARY)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**32 - 1)), min_size=1, max_size=60), cuts)
def test_the_parts_of_a_multiclass_window_give_what_the_whole_gives(made: list[tuple[int, int]], at: list[int]) -> None:
    share = np.array([np.random.default_rng(seed).dirichlet(np.ones(4)) for _, seed in made])
    data = Classed(share, np.array([label for label, _ in made]))
    of_parts(data.outcome, split(lambda part: Classed(share[part], data.label[part]).outcome, at), MULTICLASS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=60), cuts)
def test_the_parts_of_a_regression_window_give_what_the_whole_gives(
    made: list[tuple[float, float]], at: list[int]
) -> None:
    data = Guessed(*np.array(made).T)
    parts = split(lambda part: Guessed(data.prediction[part], data.label[part]).outcome, at)
    of_parts(data.outcome, parts, REGRESSION)


@settings(max_examples=60, deadline=None)
@given(both_classes, both_classes)
def test_a_window_from_which_rows_are_taken_back_reads_as_if_they_had_never_come(
    made: list[tuple[float, int]], more: list[tuple[float, int]]
) -> None:
    data, taken = scored(made).outcome, scored(more).outcome
    back = (data + taken) - taken
    assert alike(measure("auc", back, BINARY), measure("auc", data, BINARY))
    assert alike(measure("brier", back, BINARY), measure("brier", data, BINARY))


@settings(max_examples=60, deadline=None)
@given(both_classes)
def test_the_worse_the_labels_the_lower_the_auc(made: list[tuple[float, int]]) -> None:
    data = scored(made)
    one, other = (measure("auc", Scored(data.score, label).outcome, BINARY) for label in (data.label, 1 - data.label))
    assert isinstance(one, Measured)
    assert isinstance(other, Measured)
    assert one.value + other.value == pytest.approx(1.0)
