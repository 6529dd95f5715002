"""A model's file becomes what scores rows, and none is opened that could run what it holds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer
from tests.unit.deployment.fitting import classifier, frame, regressor, table

from bellbuoy.deployment.artefact import LIBRARIES, fitted, found, matrix, open_artefact
from bellbuoy.errors import ConfigError


def kept(folder: Path, model: object) -> Path:
    path = folder / "model.skops"
    skops.io.dump(model, path)
    return path


def test_a_skops_file_gives_the_probabilities_of_the_model_that_was_kept(tmp_path: Path) -> None:
    model = classifier()
    said = open_artefact(kept(tmp_path, model), (), "binary")(frame())
    assert np.array_equal(said["1"], model.predict_proba(table())[:, 1])


def test_a_regression_predicts(tmp_path: Path) -> None:
    fed = {"a": np.arange(4.0), "b": np.arange(4.0) % 5}
    assert np.allclose(open_artefact(kept(tmp_path, regressor()), (), "regression")(fed), [1, 3, 5, 7])


def test_columns_are_found_by_their_names_whatever_their_order() -> None:
    score = fitted(classifier(), "binary")
    turned = dict(reversed(list(frame().items()))) | {"more": np.zeros(40)}
    assert np.array_equal(score(turned)["1"], score(frame())["1"])


def test_a_column_that_the_model_was_fitted_on_must_be_there() -> None:
    with pytest.raises(ConfigError, match="is fed city as well"):
        fitted(classifier(), "binary")({"income": frame()["income"]})


def test_a_type_that_nobody_trusts_is_not_opened(tmp_path: Path) -> None:
    path = kept(tmp_path, FunctionTransformer(math.sqrt))
    with pytest.raises(ConfigError, match=r"it holds math\.sqrt") as told:
        open_artefact(path, (), "binary")
    assert told.value.hint == 'if they are yours: trusted = ["math.sqrt"]'


def test_a_type_of_ones_own_is_opened_when_the_models_file_names_it(tmp_path: Path) -> None:
    path = kept(tmp_path, FunctionTransformer(math.sqrt))
    assert callable(open_artefact(path, ("math.sqrt",), "regression"))


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib"])
def test_a_pickle_is_never_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(ConfigError, match="runs whatever it holds"):
        open_artefact(tmp_path / name, (), "binary")


def test_another_ending_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.h5").touch()
    with pytest.raises(ConfigError, match=r"\.h5 is no format that is read"):
        found(tmp_path / "model.h5")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no model\.skops"):
        found(tmp_path / "model.skops")


def test_of_an_mlflow_folder_the_one_file_that_can_be_read_is_taken(tmp_path: Path) -> None:
    for name in ("MLmodel", "conda.yaml", "model.pkl", "model.skops"):
        (tmp_path / name).touch()
    assert found(tmp_path).name == "model.skops"


@pytest.mark.parametrize(("names", "told"), [(["model.pkl"], "no model"), (["a.skops", "b.onnx"], "2 files")])
def test_a_folder_must_hold_one_model(tmp_path: Path, names: list[str], told: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(ConfigError, match=told):
        found(tmp_path)


def test_a_library_that_is_not_installed_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIBRARIES, ".cbm", ("no_such_library", "catboost"))
    (tmp_path / "model.cbm").touch()
    with pytest.raises(ConfigError, match="no_such_library is not installed") as told:
        found(tmp_path / "model.cbm")
    assert told.value.hint == "pip install 'catboost'"


def test_numbers_and_flags_are_a_table_of_numbers() -> None:
    numbers = matrix({"a": np.array([1.0, math.nan]), "b": np.array([True, False])})
    assert np.array_equal(numbers, np.array([[1, 1], [math.nan, 0]]), equal_nan=True)


def test_texts_are_no_numbers() -> None:
    with pytest.raises(ConfigError, match="city are texts"):
        matrix(frame())
