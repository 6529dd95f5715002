"""Outcomes of parts add up to the outcome of the whole, and a part taken back leaves no trace."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellbuoy.profiles.outcome import Outcome, binary_outcome, multiclass_outcome, regression_outcome

laws = settings(max_examples=80, deadline=None, derandomize=True, database=None)
pair = st.tuples(st.floats(0, 1), st.integers(0, 1), st.integers(0, 1))
pairs = st.lists(pair, min_size=1, max_size=30)
values = st.tuples(st.floats(-1e6, 1e6), st.one_of(st.just(0.0), st.floats(-1e6, 1e6)))
CLASSES = ("a", "b", "c")


def binary(part: list[tuple[float, int, int]]) -> Outcome:
    score, predicted, label = zip(*part, strict=True)
    return binary_outcome(np.array(score), np.array(predicted), np.array(label))


def regression(part: list[tuple[float, float]]) -> Outcome:
    prediction, label = zip(*part, strict=True)
    return regression_outcome(np.array(prediction), np.array(label))


def multiclass(part: list[tuple[float, int, int]]) -> Outcome:
    score, predicted, label = zip(*part, strict=True)
    scores = np.stack([np.array(score), 1 - np.array(score), np.zeros(len(part))], axis=1)
    return multiclass_outcome(scores, np.array(predicted), np.array(label), CLASSES)


def shown(outcome: Outcome) -> object:
    """The counts, without cells that hold nothing."""
    some = {name: cells for name, cells in outcome.cells.items() if len(cells.codes)}
    return outcome.rows, {name: (cells.codes.tolist(), cells.counts.tolist()) for name, cells in some.items()}


@laws
@given(pairs, pairs)
def test_binary_outcomes_add_up(mine: list[tuple[float, int, int]], theirs: list[tuple[float, int, int]]) -> None:
    assert shown(binary(mine) + binary(theirs)) == shown(binary(mine + theirs))


@laws
@given(pairs, pairs)
def test_multiclass_outcomes_add_up(mine: list[tuple[float, int, int]], theirs: list[tuple[float, int, int]]) -> None:
    assert shown(multiclass(mine) + multiclass(theirs)) == shown(multiclass(mine + theirs))


@laws
@given(st.lists(values, min_size=1, max_size=30), st.lists(values, min_size=1, max_size=30))
def test_regression_outcomes_add_up(mine: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> None:
    assert shown(regression(mine) + regression(theirs)) == shown(regression(mine + theirs))


@laws
@given(pairs, pairs)
def test_what_is_taken_back_was_never_there(
    mine: list[tuple[float, int, int]], theirs: list[tuple[float, int, int]]
) -> None:
    assert shown((binary(mine) + binary(theirs)) - binary(theirs)) == shown(binary(mine))


@laws
@given(pairs, pairs)
def test_sums_add_up_as_doubles_do(mine: list[tuple[float, int, int]], theirs: list[tuple[float, int, int]]) -> None:
    apart, whole = binary(mine) + binary(theirs), binary(mine + theirs)
    assert apart.sums == pytest.approx(whole.sums, rel=1e-12, abs=1e-12)


@laws
@given(pairs)
def test_every_row_is_in_one_cell_of_the_score(part: list[tuple[float, int, int]]) -> None:
    assert binary(part).cells["score"].total == len(part)
