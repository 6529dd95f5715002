"""What `[value]` may say of which task, and what is told when it does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bellbuoy.config.value import classes_said, value_wrongs

SCORES = {"predictions": {"columns": {"score": {"good": "p_good", "bad": "p_bad"}}}}
BINARY = {"task": "binary", "predictions": {"columns": {"score": "score"}}}
MULTICLASS = {"task": "multiclass"} | SCORES
REGRESSION = {"task": "regression"}


def told(data: Mapping[str, Any], **value: object) -> list[tuple[str, str]]:
    """The last part of each path, and the hint."""
    return [(str(wrong.path[-1]), wrong.hint) for wrong in value_wrongs(data, value)]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (BINARY, {"true_positive": 1.0}),
        (BINARY, {"false_negative": -300, "false_positive": -15, "unit": "EUR"}),
        (BINARY, {"expression": "where(label == prediction, score, -amount)"}),
        (MULTICLASS, {"matrix": {"good": {"bad": -100}}}),
        (MULTICLASS, {"expression": "where(label == 'good' and prediction == 'bad', -amount, `score`)"}),
        (MULTICLASS, {"expression": "where(label == prediction, 1, 0)"}),
        (REGRESSION, {"expression": "-abs(label - prediction)"}),
    ],
)
def test_what_fits_the_task_is_no_fault(data: Mapping[str, Any], value: Mapping[str, object]) -> None:
    assert told(data, **value) == []


@pytest.mark.parametrize("data", [BINARY, MULTICLASS, REGRESSION])
def test_a_unit_alone_says_nothing_of_worth(data: Mapping[str, Any]) -> None:
    ((key, hint),) = told(data, unit="EUR")
    assert key == "value"
    assert "expression" in hint


def test_two_ways_are_one_too_many() -> None:
    assert told(BINARY, true_positive=1, expression="amount") == [("expression", "keep one of the two")]


def test_cells_are_for_two_classes_and_each_is_told() -> None:
    assert [key for key, _ in told(MULTICLASS, true_positive=1, true_negative=2)] == ["true_positive", "true_negative"]


def test_a_matrix_is_for_many_classes() -> None:
    assert [key for key, _ in told(BINARY, matrix={"1": {"1": 3}})] == ["matrix"]


def test_a_regression_has_no_cells() -> None:
    assert [key for key, _ in told(REGRESSION, true_positive=1, matrix={})] == ["matrix", "true_positive", "matrix"]


def test_a_class_that_the_model_does_not_have_is_told_with_the_nearest() -> None:
    found = told(MULTICLASS, matrix={"godo": {"bad": 1}, "good": {"baad": 2}})
    assert found == [("godo", "did you mean 'good'?"), ("baad", "did you mean 'bad'?")]


def test_classes_may_be_named_without_scores() -> None:
    data = {"task": "multiclass", "classes": ["yes", "no"]}
    assert classes_said(data) == ("yes", "no")
    assert told(data, matrix={"maybe": {"no": 1}}) == [("maybe", "classes: yes, no")]


def test_a_matrix_that_is_none_is_told_elsewhere() -> None:
    assert told(MULTICLASS, matrix=3) == told(MULTICLASS, matrix={"good": 3}) == []


def test_an_expression_compares_labels_with_classes_that_exist() -> None:
    assert told(MULTICLASS, expression="label == 'goood'") == [("expression", "did you mean 'good'?")]


def test_a_class_is_no_number() -> None:
    found = told(MULTICLASS, expression="label == 1")
    assert found == [("expression", 'compare it with a class: label == "good"')]


@pytest.mark.parametrize("data", [BINARY, REGRESSION])
def test_a_label_that_is_a_number_is_not_compared_with_a_text(data: Mapping[str, Any]) -> None:
    assert told(data, expression="label == 'fraud'") == [("expression", "compare it with a number")]


@pytest.mark.parametrize("data", [MULTICLASS, REGRESSION, {"task": "binary"}])
def test_without_a_single_score_there_is_none_to_reckon_with(data: Mapping[str, Any]) -> None:
    assert told(data, expression="score * 2") == [
        ("expression", "a column that is called so stands in backquotes: `score`")
    ]


def test_a_time_is_no_number() -> None:
    data = {"task": "regression", "predictions": {"columns": {"time": "made_at"}}}
    assert [key for key, _ in told(data, expression="label * made_at")] == ["expression"]


@pytest.mark.parametrize("expression", ["a +", 3, None, ["a"]])
def test_what_is_no_expression_is_told_elsewhere(expression: object) -> None:
    assert told(BINARY, expression=expression) == []


@pytest.mark.parametrize("task", [None, "binry", 3])
def test_without_a_task_nothing_can_be_said(task: object) -> None:
    assert told({"task": task}, true_positive=1, matrix=2) == []
