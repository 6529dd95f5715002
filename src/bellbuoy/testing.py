"""Fakes that we ship: a clock that tests set, and a source whose rows are in memory."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np

from bellbuoy.sources.keys import text_key
from bellbuoy.sources.port import (
    Categories,
    Column,
    KeyType,
    Kind,
    Mark,
    Moments,
    Numbers,
    Pull,
    Rows,
    Want,
)
from bellbuoy.windows import to_micro

Value = float | int | str | bool | datetime | None


class FakeClock:
    """A clock that stands still until told, and never really sleeps."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move forward at once."""
        self._now += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Jump."""
        self._now = now


class MemorySource:
    """Rows in memory: dicts of one shape, added whenever a test likes, visible from their cursor."""

    def __init__(self, rows: Sequence[Mapping[str, Value]] = (), *, batch: int = 1_000) -> None:
        self.rows = list(rows)
        self.batch = batch

    def columns(self) -> Mapping[str, Kind]:
        """Columns of the first row, by what its values are."""
        return {name: _kind([row[name] for row in self.rows]) for name in (self.rows[0] if self.rows else {})}

    def key_type(self, column: str) -> KeyType:
        """Whole numbers when all ids are."""
        whole = all(isinstance(row[column], int) for row in self.rows)
        return KeyType.WHOLE if whole else KeyType.TEXT

    def having(self, columns: Collection[str]) -> set[str] | None:
        """Those of some columns that the first row has; None where there is no row."""
        return set(columns) & set(self.rows[0]) if self.rows else None

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        """Rows whose cursor lies after the mark and not after `until`; without a cursor, rows not given before."""
        last, limit = mark.get("cursor", -math.inf), to_micro(until)
        rows = self.rows[int(mark.get("given", 0)) :] if want.cursor is None else self.rows
        if want.cursor is not None:
            seen = {id(row): _micro(row[want.cursor]) for row in rows}
            rows = sorted((row for row in rows if last < seen[id(row)] <= limit), key=lambda row: seen[id(row)])
            after: Mark = {"cursor": max((seen[id(row)] for row in rows), default=last)}
        else:
            after = {"given": len(self.rows)}
        return Pull(self._batches(rows, want), after if rows else dict(mark))

    def _batches(self, rows: Sequence[Mapping[str, Value]], want: Want) -> Iterator[Rows]:
        for at in range(0, len(rows), self.batch):
            part = rows[at : at + self.batch]
            columns = {name: column_of([row.get(name) for row in part], kind) for name, kind in want.columns.items()}
            if want.cursor is not None and want.cursor not in columns:
                columns[want.cursor] = column_of([row[want.cursor] for row in part], Kind.MOMENT)
            keys = None if want.id is None else np.array([_key(row[want.id], want.key_type) for row in part], np.uint64)
            yield Rows(len(part), columns, keys)


def column_of(values: Sequence[Value], kind: Kind) -> Column:
    """A column from Python values; None is null, and a value of another kind is null too."""
    if kind is Kind.CATEGORY:
        names = tuple(dict.fromkeys(_text(value) for value in values if value is not None))
        place = {name: at for at, name in enumerate(names)}
        codes = [-1 if value is None else place[_text(value)] for value in values]
        return Categories(np.array(codes, np.int32), names)
    null = np.array([not isinstance(value, datetime if kind is Kind.MOMENT else int | float) for value in values])
    if kind is Kind.MOMENT:
        micro = [_micro(value) if isinstance(value, datetime) else 0 for value in values]
        return Moments(np.array(micro, np.int64), null if null.any() else None)
    numbers = [float(value) if isinstance(value, int | float) else math.nan for value in values]
    return Numbers(np.array(numbers, np.float64), null if null.any() else None)


def _kind(values: Sequence[Value]) -> Kind:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, datetime) for value in known):
        return Kind.MOMENT
    texts = all(isinstance(value, str | bool) for value in known)
    return Kind.CATEGORY if known and texts else Kind.NUMBER


def _micro(value: Value) -> int:
    assert isinstance(value, datetime)
    return to_micro(value)


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _key(value: Value, key_type: KeyType | None) -> int:
    if isinstance(value, int) and key_type is not KeyType.TEXT:
        return value % 2**64
    return text_key(str(value))
