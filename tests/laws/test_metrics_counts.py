"""What metrics owe to counts: a bound that holds whatever the rows were, and parts that give what the whole gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle
from tests.unit.metrics.samples import (
    BINARY,
    MULTICLASS,
    REGRESSION,
    Classed,
    Guessed,
    Scored,
    agrees,
    classed,
    guessed,
    taken,
)
from tests.unit.metrics.samples import (
    scored as drawn,
)
from tests.unit.metrics.test_binary import ORACLES

from bellbuoy.metrics.catalogue import measure, metrics_of
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome, multiclass_outcome
from bellbuoy.profiles.profile import Cells

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
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=60), st.sampled_from([50, 90, 95]))
def test_the_bound_of_a_quantile_of_absolute_errors_holds(made: list[tuple[float, float]], part: int) -> None:
    data = Guessed(*np.array(made).T)
    size = np.abs(data.prediction - data.label)
    reading = measure(f"absolute_error_p{part}", data.outcome, REGRESSION)
    assert agrees(reading, float(np.quantile(size, part / 100)), size=float(size.max()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers.filter(lambda label: abs(label) > 1e-3)), min_size=1, max_size=60))
def test_the_percentage_is_that_of_the_rows(made: list[tuple[float, float]]) -> None:
    data = Guessed(*np.array(made).T)
    truth = float(oracle.mean_absolute_percentage_error(data.label, data.prediction))
    assert agrees(measure("mape", data.outcome, REGRESSION), truth, size=truth)


@settings(max_examples=60, deadline=None)
@given(both_classes)
def test_the_bounds_of_a_class_hold_against_the_rest(made: list[tuple[float, int]]) -> None:
    data = scored(made)
    both, two = np.stack([1 - data.score, data.score], axis=1), ("no", "yes")
    outcome = multiclass_outcome(both, data.predicted, data.label, two)
    for metric in ("auc", "pr_auc"):
        assert agrees(measure(f"{metric}:yes", outcome, Subject("multiclass", two)), ORACLES[metric](data))


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


def expected(outcome: Outcome, share: float) -> Outcome:
    """The same outcome with doubles for counts, as one window of many has it on average."""
    cells = {name: Cells(part.codes, part.counts * share) for name, part in outcome.cells.items()}
    return Outcome(round(outcome.rows * share), cells, {name: total * share for name, total in outcome.sums.items()})


OF_ALL_TASKS = [
    *((metric, BINARY, drawn(3_000).outcome) for metric in metrics_of(BINARY)),
    *((metric, MULTICLASS, classed(3_000).outcome) for metric in (*metrics_of(MULTICLASS), "f1:good", "pr_auc:good")),
    *((metric, REGRESSION, guessed(3_000).outcome) for metric in metrics_of(REGRESSION)),
]
every_metric = pytest.mark.parametrize(("metric", "subject", "outcome"), OF_ALL_TASKS)


@every_metric
def test_whole_counts_give_the_same_as_doubles(metric: str, subject: Subject, outcome: Outcome) -> None:
    assert measure(metric, expected(outcome, 1.0), subject) == measure(metric, outcome, subject)


@every_metric
def test_a_thirtieth_of_all_counts_gives_the_same_value(metric: str, subject: Subject, outcome: Outcome) -> None:
    part, whole = taken(metric, expected(outcome, 1 / 30), subject), taken(metric, outcome, subject)
    # What goes by rank or by a single row's precision is only so near.
    slack = 1 / 100 if metric.partition(":")[0] == "pr_auc" else 1.0 if "error_p" in metric else 1e-9
    assert abs(part.value - whole.value) <= slack * max(1.0, abs(whole.value))
    assert part.rows == 100


@every_metric
def test_a_thirtieth_of_all_counts_is_less_sure(metric: str, subject: Subject, outcome: Outcome) -> None:
    part, whole = taken(metric, expected(outcome, 1 / 30), subject), taken(metric, outcome, subject)
    assert part.low <= part.value <= part.high
    assert part.high - part.low > whole.high - whole.low


def sound(reading: Reading) -> bool:
    """Whether a reading is a reason, or finite numbers in order."""
    if not isinstance(reading, Measured):
        return bool(reading.why)
    numbers = reading.low, reading.value, reading.high, reading.bound
    return bool(np.isfinite(numbers).all()) and reading.low <= reading.value <= reading.high


shares = st.sampled_from([1e-3, 0.07, 1 / 3, 0.999, 17.3])


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=30), shares)
def test_what_is_expected_of_a_binary_window_is_sound(made: list[tuple[float, int]], share: float) -> None:
    outcome = replace(expected(scored(made).outcome, share), rows=max(1, round(len(made) * share)))
    unsound = [metric for metric in metrics_of(BINARY) if not sound(measure(metric, outcome, BINARY))]
    assert unsound == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**32 - 1)), min_size=1, max_size=30), shares)
def test_what_is_expected_of_a_multiclass_window_is_sound(made: list[tuple[int, int]], share: float) -> None:
    scores = np.array([np.random.default_rng(seed).dirichlet(np.ones(4)) for _, seed in made])
    outcome = expected(Classed(scores, np.array([label for label, _ in made])).outcome, share)
    outcome = replace(outcome, rows=max(1, round(len(made) * share)))
    unsound = [metric for metric in metrics_of(MULTICLASS) if not sound(measure(metric, outcome, MULTICLASS))]
    assert unsound == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30), shares)
def test_what_is_expected_of_a_regression_is_sound(made: list[tuple[float, float]], share: float) -> None:
    outcome = replace(expected(Guessed(*np.array(made).T).outcome, share), rows=max(1, round(len(made) * share)))
    unsound = [metric for metric in metrics_of(REGRESSION) if not sound(measure(metric, outcome, REGRESSION))]
    assert unsound == []
