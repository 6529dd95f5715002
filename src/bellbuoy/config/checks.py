"""Rules between keys of a project file, which no single key can break.

They look at the data as it was read, not at what was validated: so they speak up beside other faults, and say nothing
about values of the wrong type, which are told already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Any

from bellbuoy.config.faults import Wrong, nearest
from bellbuoy.config.lines import Path
from bellbuoy.config.value import value_wrongs

Data = Mapping[str, Any]
_PLACES = ("path", "delta", "sql", "inbox")


def project_wrongs(data: Data) -> Iterator[Wrong]:
    """What does not fit together in `bellbuoy.toml`."""
    channels = [name for name in _each(data, "channels", "name") if isinstance(name, str)]
    yield from _doubles(channels, ("channels",))
    yield from _open_door(_table(data, "web"))
    for place, names in enumerate(_each(data, "routes", "to")):
        for at, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name not in channels:
                hint = nearest(name, channels) or f"channels: {', '.join(channels) or 'none'}"
                yield Wrong(("routes", place, "to", at), f"no channel is called {name!r}", hint)


def model_wrongs(data: Data) -> Iterator[Wrong]:
    """What does not fit together in a model's file."""
    predictions = _table(data, "predictions")
    for section in ("predictions", "labels"):
        if section in data:
            yield from _one_place(_table(data, section), section)
    yield from _task_wrongs(data, _table(predictions, "columns"))
    yield from _threshold_wrongs(data, predictions)
    if "labels" in data and "columns" in predictions and "id" not in _table(predictions, "columns"):
        yield Wrong(("predictions", "columns", "id"), "is missing", "labels are joined to predictions by it")
    baseline = _table(data, "baseline")
    if "reference" in baseline and "trailing" in baseline:
        yield Wrong(("baseline", "trailing"), "there is a reference set already", "keep one of the two")
    yield from _doubles(_each(_table(data, "alarms"), "rule", "name"), ("alarms", "rule"))
    if "value" in data:
        yield from value_wrongs(data, _table(data, "value"))
    if "replay" in data:
        yield from _replay_wrongs(_table(data, "replay"))


def _one_place(rows: Data, section: str) -> Iterator[Wrong]:
    given = [key for key in _PLACES if rows.get(key) not in (None, False)]
    if not given:
        yield Wrong((section,), "does not say where its rows are", f"give one of {', '.join(_PLACES)}")
    for key in given[1:]:
        yield Wrong((section, key), f"{given[0]} says already where the rows are", "keep one of the two")
    if "sql" in given and "url" not in rows:
        yield Wrong((section, "url"), "is missing", "it says in which database to ask")
    if "url" in rows and "sql" not in given:
        yield Wrong((section, "url"), "belongs to sql, which is not here", "give sql = a table's name or a query")


def _replay_wrongs(replay: Data) -> Iterator[Wrong]:
    artefact, function = replay.get("artefact"), replay.get("function")
    if artefact is None and function is None:
        yield Wrong(("replay",), "does not say what scores rows again", "give one of artefact, function")
    if artefact is not None and function is not None:
        yield Wrong(("replay", "function"), "artefact says already what scores rows again", "keep one of the two")
    # What has no ending is a folder, which may hold such a file.
    if replay.get("trusted") and not (isinstance(artefact, str) and PurePosixPath(artefact).suffix in {"", ".skops"}):
        yield Wrong(("replay", "trusted"), "is for .skops files", "leave it out")


def _task_wrongs(data: Data, columns: Data) -> Iterator[Wrong]:
    task, score = data.get("task"), columns.get("score")
    at: Path = ("predictions", "columns", "score")
    if task == "binary":
        if isinstance(score, Mapping):
            yield Wrong(at, "binary has one score, that of the positive class", 'write it as score = "score"')
        if columns and score is None and "prediction" not in columns:
            yield Wrong(at, "is missing", "binary needs a score, a prediction, or both")
    if task == "multiclass":
        yield from _class_wrongs(data, columns, score)
    if task == "regression" and columns:
        if score is not None:
            yield Wrong(at, "a regression has no score", "its output is the prediction")
        if "prediction" not in columns:
            yield Wrong((*at[:2], "prediction"), "is missing", "it is what a regression puts out")


def _class_wrongs(data: Data, columns: Data, score: object) -> Iterator[Wrong]:
    at: Path = ("predictions", "columns", "score")
    hint = 'write it as score = { good = "score_good", bad = "score_bad" }'
    if isinstance(score, str):
        yield Wrong(at, "multiclass has a score for each class", hint)
    if columns and score is None and "prediction" not in columns:
        yield Wrong(at, "is missing", hint)
    if columns and score is None and "prediction" in columns and "classes" not in data:
        yield Wrong(("classes",), "is missing", "without scores the classes must be named")


def _threshold_wrongs(data: Data, predictions: Data) -> Iterator[Wrong]:
    task, threshold = data.get("task"), predictions.get("threshold")
    if task in {"multiclass", "regression"}:
        for path in (("positive",), ("predictions", "threshold")):
            if path[-1] in _table(data, *path[:-1]):
                yield Wrong(path, f"is for binary models, and this is {task}")
    probability = task == "binary" and predictions.get("scores", "probability") == "probability"
    if probability and isinstance(threshold, int | float) and not 0 <= threshold <= 1:
        yield Wrong(("predictions", "threshold"), f"{threshold} is no probability", 'or say scores = "ranking"')


def _open_door(web: Data) -> Iterator[Wrong]:
    host = web.get("host", "127.0.0.1")
    if isinstance(host, str) and not web.get("tokens") and not _loopback(host):
        hint = 'give tokens = ["${BELLBUOY_TOKEN}"], or listen on 127.0.0.1'
        yield Wrong(("web", "tokens"), f"are needed when others can reach {host}", hint)


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _doubles(names: Sequence[object], at: Path) -> Iterator[Wrong]:
    for place, name in enumerate(names):
        if isinstance(name, str) and name in names[:place]:
            yield Wrong((*at, place, "name"), f"{name!r} is taken by an earlier one")


def _table(data: Data, *keys: str | int) -> Data:
    """The table at a key; empty where there is none."""
    here: Any = data
    for key in keys:
        here = here.get(key) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) else {}


def _each(data: Data, array: str, key: str) -> list[object]:
    """One value of each table of an array of tables; None where it has none."""
    tables = data.get(array)
    if not isinstance(tables, list):
        return []
    return [one.get(key) if isinstance(one, Mapping) else None for one in tables]
