"""The history of a model: where its rows are, and from when to when they became visible."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from bellbuoy.app.project import OpenProject
from bellbuoy.config.spec import Labels, Model
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.sources.opening import open_source
from bellbuoy.sources.port import Kind, Moments, Place, Source, Want
from bellbuoy.windows import Grain, from_seconds, parse_time

#: Later than every row, those from the future among them.
_EVER = parse_time("9999-12-31T00:00:00Z")
#: The share of rows on either side whose clocks may have been wrong.
_WILD = 0.001
#: More cycles than this are taken for a slip of whoever asked.
_MOST = 500_000
_NOWHERE = {"path": None, "delta": None, "sql": None, "url": None, "inbox": False}


@dataclass(frozen=True, slots=True)
class Past:
    """A model whose rows are a history, when its first and last rows became visible, and what to know about it."""

    model: Model
    first: datetime  #: start of the window in which the first row became visible
    last: datetime  #: end of the window in which the last one did
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants replayed; None is for all of it, a cycle at the end of each window."""

    start: datetime | None = None
    end: datetime | None = None
    step: timedelta | None = None
    reference: bool = False  #: replay the reference set instead of the log


def past_of(project: OpenProject, model: Model, *, reference: bool = False) -> Past:
    """A model's history: its log, or its reference set where that is asked for or there is nothing else.

    Raises:
        SourceError: nothing can be read.
        ConfigError: the reference set is asked for, and there is none.
    """
    if reference:
        return _past(project, *_of_reference(project, model), ())
    try:
        return _past(project, model, open_source(project.place(model.predictions), project.folder), ())
    except SourceError as why:
        if model.baseline.reference is None:
            raise
        note = f"the log has no history ({why.message}), so the reference set is replayed"
        return _past(project, *_of_reference(project, model), (note,))


def moments(past: Past, wish: Wish) -> list[datetime]:
    """When cycles run: at the end of every window, or at every step, after the start and not after the end.

    Raises:
        ConfigError: there would be none, or more than anybody wants.
    """
    step = wish.step or past.model.grain.delta
    start, end = wish.start or past.first, wish.end or past.last
    if end <= start:
        hint = f"there are rows from {past.first:%Y-%m-%d %H:%M} to {past.last:%Y-%m-%d %H:%M}"
        raise ConfigError("the end is not after the start", hint=hint)
    many = (end - start) // step
    if not many:
        raise ConfigError("no cycle lies between the start and the end", hint="take a shorter --step")
    if many > _MOST:
        raise ConfigError(f"{many:,} cycles are too many", hint="take a longer --step, or less of history")
    return [start + number * step for number in range(1, many + 1)]


def _past(project: OpenProject, model: Model, source: Source, notes: tuple[str, ...]) -> Past:
    dated, more = _dated(model)
    columns = dated.predictions.columns
    windows = _windows(source, Want({columns.time: Kind.MOMENT}, cursor=_cursor(dated)), dated.grain)
    if not windows:
        raise SourceError("there are no rows", where=str(project.folder))
    first, last = _plausible(windows, dated.grain)
    return Past(dated, from_seconds(first), from_seconds(last) + dated.grain.delta, (*notes, *more))


def _cursor(model: Model) -> str | None:
    # An inbox goes by the arrival of its rows, and says so itself.
    return None if model.predictions.inbox else model.predictions.cursor


def _dated(model: Model) -> tuple[Model, list[str]]:
    """The model with a cursor, as a replay needs one, and notes on what stands in for what is not known."""
    notes, predictions = [], model.predictions
    if predictions.cursor is None and not predictions.inbox:
        predictions = predictions.model_copy(update={"cursor": predictions.columns.time})
        notes.append("nothing says when rows became visible (predictions.cursor), so each is seen from its own time on")
    labels = model.labels
    if labels is not None and not labels.inbox and labels.cursor is None and labels.columns.time is None:
        notes.append(
            "nothing says when labels became known (labels.columns.time), so each is seen with its prediction:"
            " live, alarms on performance come later"
        )
    return model.model_copy(update={"predictions": predictions}), notes


def _windows(source: Source, want: Want, grain: Grain) -> Counter[int]:
    """How many rows became visible in each window."""
    found: Counter[int] = Counter()
    pull = source.pull(want, {}, _EVER)
    for rows in pull:
        column = rows.columns[want.cursor or next(iter(want.columns))]
        assert isinstance(column, Moments)
        known = column.micro if column.null is None else column.micro[~column.null]
        starts, counts = np.unique(grain.starts(known), return_counts=True)
        found.update(dict(zip(starts.tolist(), counts.tolist(), strict=True)))
    if not found and pull.notes:
        raise SourceError(pull.notes[0].message)
    return found


def _plausible(windows: Counter[int], grain: Grain) -> tuple[int, int]:
    """The first and the last window; those of a few rows far away from all others are a wrong clock's."""
    starts = np.array(sorted(windows), np.int64)
    below = np.cumsum([windows[start] for start in starts.tolist()])
    low, high = (int(starts[np.searchsorted(below, share * below[-1])]) for share in (_WILD, 1 - _WILD))
    reach = max(high - low, grain.seconds)
    near = starts[(starts >= low - reach) & (starts <= high + reach)]
    return int(near[0]), int(near[-1])


def _of_reference(project: OpenProject, model: Model) -> tuple[Model, Source]:
    """The model as if the reference set were its log, with the labels that stand in it."""
    path = model.baseline.reference
    if path is None:
        raise ConfigError("there is no reference set to replay", where=f"models/{model.name}.toml")
    source = open_source(Place(path=path), project.folder)
    there = set(source.columns())
    predictions, labels = model.predictions, model.labels
    columns, cursor = predictions.columns, predictions.cursor
    if columns.id not in there:  # nothing to join labels by
        columns, labels = columns.model_copy(update={"id": None}), None
    here = _NOWHERE | {"path": path, "columns": columns, "cursor": cursor if cursor in there else None}
    told = _labels_in(labels, path, there) if labels is not None else None
    return model.model_copy(update={"predictions": predictions.model_copy(update=here), "labels": told}), source


def _labels_in(labels: Labels, path: str, there: set[str]) -> Labels | None:
    """The labels that stand in the reference set beside its rows."""
    columns = labels.columns
    if not {columns.id, columns.label} <= there:
        return None
    time = columns.time if columns.time in there else None
    cursor = labels.cursor if labels.cursor in there else None
    here = _NOWHERE | {"path": path, "columns": columns.model_copy(update={"time": time}), "cursor": cursor}
    return labels.model_copy(update=here)
