from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bellbuoy.profiles.target import Target, alike, numbers
from bellbuoy.sources.port import Kind, Rows
from bellbuoy.testing import Value, column_of

BINARY = Target("binary", ("not 1", "1"), ("score",), None)
COLOURS = Target("multiclass", ("red", "green", "blue"), ("r", "g", "b"), None)
FORECAST = Target("regression", (), (), "price")
NONE = None


def told(values: Sequence[float]) -> list[float | None]:
    """Numbers, with None for NaN so that they compare."""
    return [None if np.isnan(value) else float(value) for value in values]


def rows(**columns: Sequence[Value]) -> Rows:
    made = {
        name: column_of(values, Kind.CATEGORY if any(isinstance(v, str | bool) for v in values) else Kind.NUMBER)
        for name, values in columns.items()
    }
    return Rows(len(next(iter(columns.values()))), made)


def records(target: Target, *lines: Sequence[Any]) -> Any:
    """Records of predictions: what was predicted, then the scores."""
    made = np.zeros(len(lines), target.layout(()))
    for record, (predicted, *scores) in zip(made, lines, strict=True):
        record["predicted"] = predicted
        for place, score in enumerate(scores):
            record[f"score{place}"] = score
    return made


@pytest.mark.parametrize(
    ("positive", "values", "labels"),
    [
        ("1", [1, 0, 2, None], [1, 0, 0, None]),
        ("1", ["1", "1.0", "0", None], [1, 1, 0, None]),
        ("true", [True, False, None], [1, 0, None]),
        ("true", ["True", "FALSE", "yes"], [1, 0, 0]),
        ("fraud", ["fraud", "Fraud", "honest"], [1, 0, 0]),
        ("1", ["nan", "NaN", "1"], [None, None, 1]),
        ("nan", ["nan", "x"], [1, 0]),
    ],
)
def test_a_binary_label_is_positive_or_not(positive: str, values: list[Value], labels: list[float | None]) -> None:
    target = Target("binary", (f"not {positive}", positive), ("score",), None)
    kind = Kind.CATEGORY if any(isinstance(value, str | bool) for value in values) else Kind.NUMBER
    assert told(target.labels(column_of(values, kind)).tolist()) == labels


def test_a_class_is_its_place_and_a_stranger_is_none() -> None:
    column = column_of(["blue", "red", "pink", None], Kind.CATEGORY)
    assert told(COLOURS.labels(column).tolist()) == [2, 0, None, None]


def test_classes_that_are_numbers_are_found_however_they_are_written() -> None:
    target = Target("multiclass", ("1", "2"), (), "p")
    assert told(target.labels(column_of(["1.0", "2", "3"], Kind.CATEGORY)).tolist()) == [0, 1, None]
    assert told(target.labels(column_of([2, 1.0, 3], Kind.NUMBER)).tolist()) == [1, 0, None]


def test_the_truth_of_a_forecast_is_its_number() -> None:
    assert told(FORECAST.labels(column_of([1.5, None, -2], Kind.NUMBER)).tolist()) == [1.5, None, -2.0]


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.5", 1.5), ("-2", -2.0), ("1e3", 1_000.0), ("true", 1.0), ("False", 0.0), ("n/a", None), ("", None)],
)
def test_a_text_is_the_number_that_it_says(text: str, number: float | None) -> None:
    assert told(numbers(column_of([text], Kind.CATEGORY)).tolist()) == [number]


def test_moments_are_no_numbers() -> None:
    assert told(numbers(column_of([datetime(2024, 3, 1, tzinfo=UTC)], Kind.MOMENT)).tolist()) == [None]


@pytest.mark.parametrize(
    ("threshold", "predicted"), [(None, [0, 1, 1, None]), (0.9, [0, 0, 1, None]), (0.0, [1, 1, 1, None])]
)
def test_without_a_decision_the_threshold_decides(threshold: float | None, predicted: list[float | None]) -> None:
    target = Target("binary", ("not 1", "1"), ("score",), None, threshold)
    assert told(target.predicted(rows(score=[0.49, 0.5, 0.9, None])).tolist()) == predicted


def test_a_decision_that_was_logged_goes_before_the_score() -> None:
    target = Target("binary", ("not 1", "1"), ("score",), "decided")
    assert told(target.predicted(rows(score=[0.9, 0.1], decided=[0, 1])).tolist()) == [0, 1]


def test_of_several_classes_the_one_with_the_highest_score_is_predicted() -> None:
    made = rows(r=[0.2, 0.5, None], g=[0.7, 0.1, 0.5], b=[0.1, 0.4, 0.5])
    assert told(COLOURS.predicted(made).tolist()) == [1, 0, None]


def test_of_equal_scores_the_first_class_is_predicted() -> None:
    assert COLOURS.predicted(rows(r=[0.4], g=[0.4], b=[0.2])).tolist() == [0]


@pytest.mark.parametrize(
    ("score", "usable"), [(0.0, True), (1.0, True), (-0.1, False), (1.1, False), (np.nan, False), (np.inf, False)]
)
def test_a_probability_beyond_its_ends_cannot_be_judged(score: float, usable: bool) -> None:
    assert BINARY.usable(records(BINARY, (1, score))).tolist() == [usable]


def test_a_rank_may_be_any_finite_number() -> None:
    ranking = Target("binary", ("not 1", "1"), ("score",), None, probability=False)
    assert ranking.usable(records(ranking, (1, -40.0), (0, 1e9), (1, np.inf))).tolist() == [True, True, False]


def test_a_row_without_a_decision_cannot_be_judged() -> None:
    assert BINARY.usable(records(BINARY, (np.nan, 0.5))).tolist() == [False]


def test_one_bad_score_of_several_spoils_the_row() -> None:
    some = records(COLOURS, (0, 0.5, 0.3, 0.2), (0, 0.5, np.nan, 0.2))
    assert COLOURS.usable(some).tolist() == [True, False]


def test_a_record_has_a_place_for_each_score_and_segment() -> None:
    names = COLOURS.layout(("city", "host")).names
    assert names == ("at", "version", "predicted", "score0", "score1", "score2", "by:city", "by:host")


def test_decisions_without_scores_promise_what_they_decided() -> None:
    decided = Target("binary", ("not 1", "1"), (), "decided")
    promise = decided.promise(records(decided, (1,), (0,)))
    assert ({name: len(codes) for name, codes in promise.codes.items()}, promise.sums) == ({"score": 2}, {})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1", "1.0", True),
        ("1", "01", True),
        ("true", "True", True),
        ("a", "A", False),
        ("1", "true", True),
        ("a", "a", True),
        ("", "0", False),
    ],
)
def test_two_ways_to_write_a_class_are_one(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
