"""Columns that rows cannot be counted without: a wrong name there must stop a cycle before it reads anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bellbuoy.app.ask import nearest
from bellbuoy.app.plans import scores_of
from bellbuoy.config.spec import Labels, Model
from bellbuoy.errors import Fault, Faults, SourceError
from bellbuoy.profiles.step import LABELS, PREDICTIONS
from bellbuoy.profiles.watch import Watch
from bellbuoy.sources.port import Source

#: The columns of each table that were seen, as the facts of a model keep them.
Seen = Mapping[str, Sequence[str]]

_EXPRESSION = "value.expression"


def columns_seen(model: Model, watch: Watch, before: Seen) -> dict[str, list[str]]:
    """The essential columns that each table has, or had `before`: one may vanish, but a wrong name was never there.

    Raises:
        Faults: some were never there.
    """
    tables = {PREDICTIONS: (watch.source, prediction_columns(model))}
    if model.labels is not None and watch.labels is not None:
        tables[LABELS] = (watch.labels.source, label_columns(model.labels))
    seen, faults = {}, list[Fault]()
    for table, (source, columns) in tables.items():
        names = set(columns.values())
        known, missing = _looked_for(source, names - set(before.get(table, ())))
        seen[table] = sorted(known | (names & set(before.get(table, ()))))
        faults += _faults(model, source, {key: name for key, name in columns.items() if name in missing})
    if faults:
        raise Faults(faults)
    return seen


def prediction_columns(model: Model) -> dict[str, str]:
    """What each essential column of the predictions is called, by its key in the model's file."""
    columns = model.predictions.columns
    named = {"columns.id": columns.id, "columns.time": columns.time, "columns.prediction": columns.prediction}
    if isinstance(columns.score, Mapping):
        named |= {f"columns.score.{one}": name for one, name in columns.score.items()}
    else:
        named |= {"columns.score": next(iter(scores_of(model)), None)}
    # An inbox goes by the arrival of its rows, whatever stands there.
    named["cursor"] = None if model.predictions.inbox else model.predictions.cursor
    essential = {f"predictions.{key}": name for key, name in named.items() if name is not None}
    expression = None if model.value is None else model.value.expression
    for name in () if expression is None else expression.columns:
        essential[f"{_EXPRESSION}: {name}"] = name
    return essential


def label_columns(labels: Labels) -> dict[str, str]:
    """What each essential column of the labels is called, by its key in the model's file."""
    columns = labels.columns
    named = {"columns.id": columns.id, "columns.label": columns.label, "columns.time": columns.time}
    named["cursor"] = None if labels.inbox else labels.cursor
    return {f"labels.{key}": name for key, name in named.items() if name is not None}


def not_there(name: str) -> str:
    """What is told of a column that a table does not have, here and by `bellbuoy check`."""
    return f"column {name!r} is not there"


def _looked_for(source: Source, names: set[str]) -> tuple[set[str], set[str]]:
    """Which names are there, and which are not; neither, where nobody can say."""
    if not names:
        return set(), set()
    try:
        there = source.having(names)
    except SourceError:
        # There is no table yet, or it cannot be read now: the cycle says so.
        return set(), set()
    return (set(), set()) if there is None else (there, names - there)


def _faults(model: Model, source: Source, missing: Mapping[str, str]) -> Iterator[Fault]:
    known = list(source.columns()) if missing else []
    for place, name in missing.items():
        # Several columns of an expression stand under the one key.
        key = _EXPRESSION if place.startswith(_EXPRESSION) else place
        yield Fault(not_there(name), f"models/{model.name}.toml", key=key, hint=nearest(name, known))
