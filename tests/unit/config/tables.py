"""Small logs of models, made by hand for guessing at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from bellbuoy.config.sample import Numbers, Sample, Texts, Times, Values

START = datetime(2024, 3, 1, tzinfo=UTC)
Cell = float | str | datetime | None


def column_of(values: Sequence[Cell]) -> Values:
    known = [value for value in values if value is not None]
    if known and isinstance(known[0], datetime):
        moments = [value.replace(tzinfo=None) if isinstance(value, datetime) else "NaT" for value in values]
        return Times(np.array(moments, dtype="datetime64[us]"))
    if known and isinstance(known[0], str):
        names = list(dict.fromkeys(known))
        return Texts(
            np.array([-1 if value is None else names.index(value) for value in values], np.int32),
            tuple(map(str, names)),
        )
    return Numbers(np.array([np.nan if value is None else value for value in values], np.float64))


def sample_of(columns: Mapping[str, Sequence[Cell]]) -> Sample:
    return Sample(len(next(iter(columns.values()))), {name: column_of(values) for name, values in columns.items()})


def later(minutes: Sequence[float]) -> list[Cell]:
    return [START + timedelta(minutes=float(minute)) for minute in minutes]


def log(rows: int = 400, **more: Sequence[Cell]) -> dict[str, Sequence[Cell]]:
    """A binary model's log: 400 rows, one every ten minutes, scores from 0 to 1, decided at 0.4."""
    scores = [(7 * row % rows) / rows for row in range(rows)]
    columns: dict[str, Sequence[Cell]] = {
        "id": [100 + row for row in range(rows)],
        "ts": later(range(0, 10 * rows, 10)),
        "model_version": ["v1"] * rows,
        "age": [18 + row * 13 % 60 for row in range(rows)],
        "city": ["ABC"[row % 3] for row in range(rows)],
        "score": scores,
        "prediction": [float(score >= 0.4) for score in scores],
    }
    return columns | more


def truth(rows: int = 400, **more: Sequence[Cell]) -> dict[str, Sequence[Cell]]:
    """Its labels, each an hour after the prediction; every second row is positive."""
    columns: dict[str, Sequence[Cell]] = {
        "id": [100 + row for row in range(rows)],
        "label": [float(row % 2) for row in range(rows)],
        "label_ts": later(range(60, 10 * rows + 60, 10)),
    }
    return columns | more
