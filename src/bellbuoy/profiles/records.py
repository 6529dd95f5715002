"""Rows as slim records of the ledger: what a label needs to find in a prediction, and a prediction in a label."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.config.expression import Expression
from bellbuoy.profiles.collect import Named, Plan
from bellbuoy.profiles.target import Target, numbers
from bellbuoy.profiles.value import text_keys
from bellbuoy.sources.port import Moments, Rows
from bellbuoy.windows import to_micro

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Records = NDArray[np.void]

#: A statement in the ledger: when an id's first label was known, as far as was known when this was written down; when
#: this one was; and its value (class index, 0/1 or the number itself).
LABEL = np.dtype([("first", "<i8"), ("at", "<i8"), ("label", "<f8")])
#: Moments of which windows can be made: a week around them must have a date.
_CALENDAR = (to_micro(datetime(2, 1, 1, tzinfo=UTC)), to_micro(datetime(9998, 1, 1, tzinfo=UTC)))


@dataclass(slots=True)
class Codes:
    """Names of categories as numbers; new ones are remembered in `fresh` until they are committed. 0 is no name."""

    names: dict[int, str]
    fresh: dict[int, str] = field(default_factory=dict)
    _codes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._codes = {"": 0} | {name: code for code, name in self.names.items()}
        self.names[0] = ""

    def code(self, name: str) -> int:
        """The number of a name, given now if it has none."""
        if (code := self._codes.get(name)) is None:
            code = self._codes[name] = len(self._codes)
            self.names[code] = self.fresh[code] = name
        return code

    def column(self, named: Named) -> NDArray[np.int32]:
        """Numbers of a column of names."""
        return np.array([self.code(name) for name in named.names], np.int32)[named.codes]


def prediction_records(rows: Rows, micro: Ints, plan: Plan, target: Target, codes: Codes) -> Records:
    """A record per prediction: its time, version, segment values, what was predicted and with which scores."""
    records = np.zeros(rows.count, target.layout(plan.segments))
    records["at"] = micro
    records["version"] = codes.column(Named.of(rows.columns.get(plan.version or ""), rows.count))
    records["predicted"] = target.predicted(rows)
    for place, name in enumerate(target.scores):
        records[f"score{place}"] = numbers(rows.columns[name])
    for name in plan.segments:
        records[f"by:{name}"] = codes.column(Named.of(rows.columns.get(name), rows.count))
    if target.value is not None:
        _keep_values(records, rows, target.value)
    return records


def _keep_values(records: Records, rows: Rows, expression: Expression) -> None:
    """Keep the columns that say what a row is worth; one that is not there is null."""
    for name in expression.numbers:
        column = rows.columns.get(name)
        records[f"value:{name}"] = np.nan if column is None else numbers(column)
    for name in expression.texts:
        named = Named.of(rows.columns.get(name), rows.count)
        records[f"text:{name}"] = text_keys(named.names)[named.codes]


def label_records(
    rows: Rows, label: str, time: str | None, target: Target, now: datetime, cursor: str | None = None
) -> Records:
    """A record per label: when it became known, and its value, NaN where it says nothing.

    It is known when it became visible (its cursor), else at its own time, else now.
    """
    records = np.zeros(rows.count, LABEL)
    records["label"] = target.labels(rows.columns[label])
    records["at"] = to_micro(now)
    for name in (time, cursor):
        moments = rows.columns.get(name or "")
        if isinstance(moments, Moments):
            told = ~nowhere(moments)
            records["at"][told] = moments.micro[told]
    records["first"] = records["at"]
    return records


def undated(rows: Rows, *columns: str | None) -> Bools:
    """Labels of which none of the columns says when they became known."""
    silent = np.ones(rows.count, np.bool_)
    for name in columns:
        moments = rows.columns.get(name or "")
        if isinstance(moments, Moments):
            silent &= nowhere(moments)
    return silent


def nowhere(time: Moments) -> Bools:
    """Where there is no moment, or one so far away that no window can be made of it."""
    far: Bools = (time.micro < _CALENDAR[0]) | (time.micro >= _CALENDAR[1])
    return far if time.null is None else far | time.null
