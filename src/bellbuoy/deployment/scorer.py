"""The process that scores rows again: what a model does there, or breaks there, stays there.

It is run as `python -m bellbuoy.deployment.scorer REQUEST REPLY` by `deployment/rescore.py`: two files of JSON, so that
a model may print what it likes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bellbuoy.deployment.artefact import Scorer, open_artefact
from bellbuoy.errors import BellbuoyError, ConfigError
from bellbuoy.profiles.target import alike

Request = Mapping[str, Any]
_FLAGS = {"true": True, "false": False}


def main(request: Path, reply: Path) -> None:
    """Score the rows of a request, and write the answer, or what is wrong with the model's file."""
    said = json.loads(request.read_text(encoding="utf-8"))
    limit_memory(int(said["memory_mb"]))
    sys.path.insert(0, said["folder"])
    try:
        answer: object = {"scores": answered(said)}
    except BellbuoyError as why:
        answer = {"failed": str(why)}
    reply.write_text(json.dumps(answer), encoding="utf-8")


def answered(request: Request) -> list[list[float]] | list[str]:
    """The scores that were asked for: for each row one, or one a class; or what is predicted, as text.

    Raises:
        ConfigError: the model cannot be opened, or gives something else.
    """
    frame = {name: column(values, request["kinds"][name]) for name, values in request["columns"].items()}
    said = _scorer(request)(frame)
    rows = len(next(iter(frame.values()), ()))
    if request["wanted"] == "classes":
        return _classes(said, rows)
    scores = _scores(said, request["classes"], request["task"])
    wanted = (rows, len(request["classes"]) if request["wanted"] == "each" else 1)
    if scores.shape != wanted:
        raise ConfigError(f"scores have the shape {scores.shape}, and {wanted} is wanted, a line for each row")
    answer: list[list[float]] = scores.tolist()
    return answer


def column(values: Sequence[Any], kind: str) -> NDArray[Any]:
    """A column as models take it: numbers with NaN for null, moments, true and false, or texts with None for null."""
    if kind == "number":
        return np.array(values, np.float64)
    if kind == "moment":
        return np.array(values, "datetime64[us]")
    known = [one for one in values if one is not None]
    if known and set(known) <= set(_FLAGS):
        return np.array([_FLAGS.get(one) for one in values], np.bool_ if len(known) == len(values) else object)
    return np.array(values, object)


def limit_memory(megabytes: int) -> None:
    """Take no more than so much from here on, where the system can hold a process to that."""
    if find_spec("resource") is not None:
        resource = import_module("resource")
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def _scorer(request: Request) -> Scorer:
    if request["function"] is None:
        return open_artefact(Path(request["folder"]) / request["artefact"], request["trusted"], request["task"])
    module, _, name = request["function"].partition(":")
    score: Scorer | None = getattr(import_module(module), name, None)
    if score is None:
        raise ConfigError(f"{module} has no function {name}", where="replay.function")
    return score


def _scores(said: Any, classes: Sequence[str], task: str) -> NDArray[np.float64]:  # noqa: ANN401 - what a model gives
    """Scores as a table; of the two columns of a binary model the one of the positive class."""
    binary = task == "binary"
    if isinstance(said, Mapping):
        wanted = classes[1:] if binary else classes
        said = np.column_stack([_of_class(said, name) for name in wanted])
    scores = np.asarray(said, np.float64)
    if binary and scores.ndim == 2 and scores.shape[1] == 2:
        scores = scores[:, 1]
    return scores.reshape(-1, 1) if scores.ndim == 1 else scores


def _of_class(said: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    for known, scores in said.items():
        if alike(str(known), name):
            return scores
    raise ConfigError(f"the model knows no class {name}", hint=f"it knows {', '.join(map(str, said))}")


def _classes(said: Any, rows: int) -> list[str]:  # noqa: ANN401
    """What is predicted; of probabilities by class the most probable."""
    if isinstance(said, Mapping):
        names, table = list(said), np.column_stack(list(said.values()))
        return [str(names[place]) for place in table.argmax(axis=1).tolist()]
    values = np.asarray(said)
    if values.shape != (rows,):
        raise ConfigError(f"predictions have the shape {values.shape}, and one for each of {rows} rows is wanted")
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values.tolist()]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
