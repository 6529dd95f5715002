"""What a model gives becomes one score a row, one a class, or what is predicted; anything else is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from tests.unit.deployment.fitting import classifier, frame, table

from bellbuoy.deployment.scorer import answered, column
from bellbuoy.errors import ConfigError


def asked(function: str, wanted: str, classes: tuple[str, ...] = (), task: str = "multiclass") -> Mapping[str, Any]:
    """Three rows, for a function of this module."""
    return {
        "folder": "",
        "task": task,
        "classes": classes,
        "wanted": wanted,
        "columns": {"x": [0.25, 0.5, 1.0]},
        "kinds": {"x": "number"},
        "artefact": None,
        "function": f"{__name__}:{function}",
        "trusted": (),
    }


def as_it_is(rows: Mapping[str, Any]) -> object:
    return rows["x"]


def beside(rows: Mapping[str, Any]) -> object:
    return np.column_stack([1 - rows["x"], rows["x"]])


def by_class(rows: Mapping[str, Any]) -> object:
    return {"bad": 1 - rows["x"], "good": rows["x"]}


def names(rows: Mapping[str, Any]) -> object:
    return np.where(rows["x"] > 0.3, "good", "bad")


def flags(rows: Mapping[str, Any]) -> object:
    return rows["x"] > 0.3


def one(rows: Mapping[str, Any]) -> object:
    return rows["x"][0]


def test_a_number_a_row_is_a_score() -> None:
    assert answered(asked("as_it_is", "one", task="regression")) == [[0.25], [0.5], [1.0]]


def test_of_the_two_columns_of_a_binary_model_the_second_is_the_score() -> None:
    assert answered(asked("beside", "one", ("not 1", "1"), "binary")) == [[0.25], [0.5], [1.0]]


def test_probabilities_by_class_are_put_in_the_order_of_the_models_file() -> None:
    assert answered(asked("by_class", "each", ("good", "bad"))) == [[0.25, 0.75], [0.5, 0.5], [1.0, 0.0]]


def test_a_binary_model_by_class_gives_that_of_the_positive_one() -> None:
    assert answered(asked("by_class", "one", ("not good", "good"), "binary")) == [[0.25], [0.5], [1.0]]


def test_a_class_that_the_model_does_not_know_is_told() -> None:
    with pytest.raises(ConfigError, match="knows no class fair") as told:
        answered(asked("by_class", "each", ("good", "fair")))
    assert told.value.hint == "it knows bad, good"


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("names", ["bad", "good", "good"]),
        ("flags", ["false", "true", "true"]),
        ("as_it_is", ["0.25", "0.5", "1.0"]),
        ("by_class", ["bad", "bad", "good"]),
    ],
)
def test_classes_are_told_as_text(function: str, said: list[str]) -> None:
    assert answered(asked(function, "classes")) == said


@pytest.mark.parametrize(
    ("function", "wanted"), [("beside", "one"), ("as_it_is", "each"), ("one", "one"), ("one", "classes")]
)
def test_another_shape_is_refused(function: str, wanted: str) -> None:
    with pytest.raises(ConfigError, match="have the shape"):
        answered(asked(function, wanted, ("a", "b")))


def test_a_function_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="has no function nothing"):
        answered(asked("nothing", "one"))


def test_an_artefact_scores_rows_as_the_model_did(tmp_path: Path) -> None:
    skops.io.dump(model := classifier(), tmp_path / "model.skops")
    columns = {name: values.tolist() for name, values in frame().items()}
    request = {
        **asked("", "one", ("not 1", "1"), "binary"),
        "folder": str(tmp_path),
        "function": None,
        "artefact": "model.skops",
        "columns": json.loads(json.dumps(columns)),
        "kinds": {"income": "number", "city": "category"},
    }
    assert np.array_equal(np.ravel(np.array(answered(request))), model.predict_proba(table())[:, 1])


def test_a_number_that_is_null_is_nan() -> None:
    assert np.array_equal(column([1.5, None], "number"), [1.5, math.nan], equal_nan=True)


def test_texts_keep_their_nulls() -> None:
    assert column(["Oslo", None], "category").tolist() == ["Oslo", None]


def test_true_and_false_are_flags() -> None:
    flags = column(["true", "false"], "category")
    assert (str(flags.dtype), flags.tolist()) == ("bool", [True, False])


def test_flags_keep_their_nulls() -> None:
    assert column(["true", None], "category").tolist() == [True, None]


def test_moments_are_moments() -> None:
    assert column([0, None], "moment").astype(str).tolist() == ["1970-01-01T00:00:00.000000", "NaT"]
