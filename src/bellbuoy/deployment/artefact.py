"""A fitted model as its file has it: what scores rows, whatever library wrote it.

Files are opened in the process that scores only (`deployment/scorer.py`), never in a cycle's own. None of the formats
runs what the file holds; a pickle does, so none is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bellbuoy.errors import ConfigError

#: The columns that a model is fed, by name, in its order.
Frame = Mapping[str, NDArray[Any]]
Scorer = Callable[[Frame], Any]
#: What each ending needs to be installed, as it is imported; and what it is called where packages are found.
LIBRARIES = {
    ".skops": ("skops", "bellbuoy[replay]"),
    ".onnx": ("onnxruntime", "onnxruntime"),
    ".ubj": ("xgboost", "xgboost"),
    ".json": ("xgboost", "xgboost"),
    ".xgb": ("xgboost", "xgboost"),
    ".txt": ("lightgbm", "lightgbm"),
    ".lgb": ("lightgbm", "lightgbm"),
    ".cbm": ("catboost", "catboost"),
    ".cb": ("catboost", "catboost"),
}
_TENSORS: Mapping[str, type] = {"tensor(string)": str, "tensor(double)": np.float64, "tensor(int64)": np.int64}
_PICKLES = {".pkl", ".pickle", ".joblib", ".cloudpickle", ".pt", ".pth"}


def found(path: Path) -> Path:
    """The file of a model: the path itself, or the one file of a known format in a folder, as MLflow's are.

    Raises:
        ConfigError: there is none, or it is of a format that is not read, or its library is not installed.
    """
    if not path.exists():
        raise ConfigError(f"there is no {path.name}", where=str(path.parent))
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.suffix in LIBRARIES)
    if len(files) != 1:
        what = f"{len(files)} files that could be the model" if files else "no model of a format that is read"
        hint = f'name the file; those read are {", ".join(LIBRARIES)}. Others: function = "pipeline:score"'
        raise ConfigError(f"the folder holds {what}", where=str(path), hint=hint)
    if files[0].suffix not in LIBRARIES:
        raise ConfigError(_unread(files[0]), where=str(files[0]), hint='load it yourself: function = "pipeline:score"')
    library, package = LIBRARIES[files[0].suffix]
    if find_spec(library) is None:
        raise ConfigError(f"{library} is not installed", where=files[0].name, hint=f"pip install '{package}'")
    return files[0]


def open_artefact(path: Path, trusted: Sequence[str], task: str) -> Scorer:
    """What scores rows as the model in a file does; `trusted` are types that a `.skops` file may hold.

    Raises:
        ConfigError: the file is of a format that is not read, or holds types that nobody trusts.
    """
    path = found(path)
    match LIBRARIES[path.suffix][0]:
        case "skops":
            return fitted(_skops(path, trusted), task)
        case "xgboost":
            return _xgboost(path)
        case "lightgbm":
            return _lightgbm(path)
        case "catboost":
            return _catboost(path, task)
        case _:
            return _onnx(path)


def fitted(model: Any, task: str) -> Scorer:  # noqa: ANN401 - whatever follows scikit-learn's manner
    """What scores rows as a fitted scikit-learn model does: probabilities by class, or what it predicts."""

    def score(frame: Frame) -> object:
        rows = _as_fitted(model, frame)
        if task == "regression" or not hasattr(model, "predict_proba"):
            return model.predict(rows)
        classes = [_text(one) for one in np.asarray(model.classes_).tolist()]
        return dict(zip(classes, np.asarray(model.predict_proba(rows)).T, strict=True))

    return score


def matrix(frame: Frame) -> NDArray[np.float64]:
    """Rows of numbers, a column beside the other.

    Raises:
        ConfigError: a column has texts.
    """
    texts = [name for name, values in frame.items() if values.dtype == object]
    if texts:
        hint = 'make numbers of them as training did, in function = "pipeline:score"'
        raise ConfigError(f"the model is fed numbers, and {', '.join(texts)} are texts", hint=hint)
    return np.column_stack([values.astype(np.float64) for values in frame.values()])


def _unread(path: Path) -> str:
    if path.suffix in _PICKLES:
        return "a pickle runs whatever it holds when it is opened, so none is read"
    return f"{path.suffix or 'a file without an ending'} is no format that is read"


def _as_fitted(model: Any, frame: Frame) -> object:  # noqa: ANN401
    """Rows as the model was fitted on them: with names if it knows its columns by name."""
    names = getattr(model, "feature_names_in_", None)
    if names is not None:
        lost = [str(name) for name in names if name not in frame]
        if lost:
            raise ConfigError(f"the model is fed {', '.join(lost)} as well", hint="name them in inputs")
        frame = {str(name): frame[str(name)] for name in names}
        if find_spec("pandas") is not None:
            return import_module("pandas").DataFrame(frame)
    texts = any(values.dtype == object for values in frame.values())
    return np.column_stack([values.astype(object) for values in frame.values()]) if texts else matrix(frame)


def _skops(path: Path, trusted: Sequence[str]) -> Any:  # noqa: ANN401
    io = import_module("skops.io")
    strange = sorted(set(io.get_untrusted_types(file=path)) - set(trusted))
    if strange:
        hint = f"if they are yours: trusted = {json.dumps([*trusted, *strange])}"
        raise ConfigError(f"it holds {', '.join(strange)}", where=path.name, hint=hint)
    return io.load(path, trusted=list(trusted))


def _xgboost(path: Path) -> Scorer:
    library = import_module("xgboost")
    booster = library.Booster(model_file=str(path))
    return lambda frame: booster.predict(library.DMatrix(matrix(frame), feature_names=booster.feature_names))


def _lightgbm(path: Path) -> Scorer:
    booster = import_module("lightgbm").Booster(model_file=str(path))
    return lambda frame: booster.predict(matrix(frame))


def _catboost(path: Path, task: str) -> Scorer:
    model = import_module("catboost").CatBoost()
    model.load_model(str(path))
    kind = "RawFormulaVal" if task == "regression" else "Probability"
    return lambda frame: model.predict(_as_fitted(None, frame), prediction_type=kind)


def _onnx(path: Path) -> Scorer:
    session = import_module("onnxruntime").InferenceSession(str(path), providers=["CPUExecutionProvider"])
    wanted = session.get_inputs()

    def score(frame: Frame) -> object:
        if len(wanted) == 1:
            fed = {wanted[0].name: _tensor(matrix(frame), wanted[0].type)}
        else:
            fed = {one.name: _tensor(frame[one.name].reshape(-1, 1), one.type) for one in wanted}
        last = session.run(None, fed)[-1]
        if isinstance(last, list):  # a classifier that was converted gives a table of classes for each row
            return {_text(name): np.array([row[name] for row in last]) for name in last[0]}
        return last

    return score


def _tensor(values: NDArray[Any], kind: str) -> NDArray[Any]:
    return values.astype(_TENSORS.get(kind, np.float32))


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
