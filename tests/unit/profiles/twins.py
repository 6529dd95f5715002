"""A small world for twins: two inputs that know each other, one that knows nothing, a carrier, and a score of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.twin import Learnt, learn
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.windows import MICRO, Grain

Floats = NDArray[np.float64]
DAY = 86_400
#: 2024-01-01, a Monday.
START = 1_704_067_200
COLUMNS = ("a", "b", "c", "k", "score")
PLAN = Plan(Grain.HOUR, "ts", COLUMNS, ("score",), None, ("k", "host"), None, "host")
TARGET = Target("binary", ("0", "1"), ("score",), None)


def world(rows: int = 4_000, days: int = 40, seed: int = 0, **instead: Floats) -> Rows:
    """Rows of the world, spread over days; a column may be another one instead, after scores were made."""
    random = np.random.default_rng(seed)
    a, c = random.normal(10, 3, rows), random.normal(size=rows)
    b = 2 * a + random.normal(0, 0.5, rows)
    k, host = random.integers(0, 3, rows), random.integers(0, 2, rows)
    score = 1 / (1 + np.exp(-(a - 10) / 3 - k))
    numbers = {"a": a, "b": b, "c": c, "score": score} | instead
    micro = START * MICRO + (np.arange(rows) * (days * DAY / rows) * MICRO).astype(np.int64)
    columns: dict[str, Column] = {name: Numbers(values, np.isnan(values)) for name, values in numbers.items()}
    columns |= {"k": Categories(k.astype(np.int32), ("x", "y", "z")), "ts": Moments(micro)}
    columns["host"] = Categories(host.astype(np.int32), ("h1", "h2"))
    return Rows(rows, columns, np.arange(rows, dtype=np.uint64))


def numbers_of(rows: Rows, name: str) -> Floats:
    """A numeric column's values."""
    column = rows.columns[name]
    assert isinstance(column, Numbers)
    return column.values


def halves_of(rows: int) -> NDArray[np.int64]:
    """One half and the other by turns."""
    return np.arange(rows) % 2


def learnt(columns: Mapping[str, Column] | None = None, plan: Plan = PLAN) -> Learnt:
    """What the world teaches."""
    columns = world().columns if columns is None else columns
    ts = columns["ts"]
    assert isinstance(ts, Moments)
    made = learn(columns, halves_of(len(ts.micro)), plan, TARGET, 1.0)
    assert made is not None
    return made
