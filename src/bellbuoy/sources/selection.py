"""One SELECT over one file: what to ask DuckDB for, and how its batches become rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.sources import casts
from bellbuoy.sources.arrow import Batch
from bellbuoy.sources.formats import Format, Shape
from bellbuoy.sources.port import Column, KeyType, Kind, Moments, Rows, Want, absent, is_null


@dataclass(frozen=True, slots=True)
class _Flag:
    code: str
    column: str
    at: int


class Selection:
    """What a pull wants of one file.

    `told` counts, by note code and column, the rows that were odd; `missing` are columns that the file does not have.
    """

    def __init__(self, shape: Shape, want: Want, key_type: KeyType) -> None:
        self.shape = shape
        self.told: Counter[tuple[str, str]] = Counter()
        self._terms: list[str] = []
        self._flags: list[_Flag] = []
        # The cursor comes as moments, whatever else the column is wanted as.
        self._kinds = dict(want.columns) | ({want.cursor: Kind.MOMENT} if want.cursor else {})
        self._names = list(dict.fromkeys([*self._kinds, *([want.id] if want.id else [])]))
        self._unsure = {name for name in self._names if name not in shape.types}
        self._places = {name: self._column(name, kind) for name, kind in self._kinds.items() if shape.has(name)}
        self._wants_keys = want.id is not None
        self._key = None if want.id is None or not shape.has(want.id) else self._id(want.id, key_type)
        self._cursor = want.cursor

    @property
    def missing(self) -> set[str]:
        """Columns that the file does not have; of JSON lines this is known when all are read."""
        return self._unsure

    def sql(self, condition: str = "", skip: int = 0, *, sort: bool = False) -> str:
        """The statement, for the rows of a condition, without the first `skip`; by the cursor, or as in the file."""
        terms = self._terms or ["true"]
        if self.shape.format is Format.LINES:
            terms = [*terms, "broken"]
        order = self.shape.column(self._cursor) if sort and self._cursor is not None else ""
        return casts.select(terms, self.shape.table(self._names), where=condition, order=order, skip=skip)

    def rows(self, batch: Batch) -> tuple[Rows, Moments | None]:
        """A batch's rows, and their cursor if there is one; lines that are no JSON are left out."""
        for flag in self._flags:
            self.told[flag.code, flag.column] += int(np.count_nonzero(batch.flags(flag.at)))
        columns = {name: self._read(batch, name, kind) for name, kind in self._kinds.items()}
        keys, keyless = self._keys(batch)
        rows = Rows(batch.count, columns, keys, keyless)
        moments = self._moments(columns)
        return self._whole(batch, rows, moments) if self.shape.format is Format.LINES else (rows, moments)

    def _add(self, cast: casts.Cast, column: str, odd: str) -> int:
        self._terms.append(cast.sql)
        at = len(self._terms) - 1
        for code, test in ((odd, cast.odd), ("no-zone", cast.no_zone)):
            if test is not None:
                self._flags.append(_Flag(code, column, len(self._terms)))
                self._terms.append(test)
        return at

    def _column(self, name: str, kind: Kind) -> int:
        shape = self.shape
        loose = shape.format is Format.CSV
        return self._add(casts.cast(shape.column(name), shape.type_of(name), kind, loose=loose), name, f"odd-{kind}")

    def _id(self, name: str, key_type: KeyType) -> int:
        return self._add(casts.key(self.shape.column(name), self.shape.type_of(name), key_type), name, "odd-id")

    def _read(self, batch: Batch, name: str, kind: Kind) -> Column:
        at = self._places.get(name)
        column: Column
        if at is None:
            return absent(kind, batch.count)
        if kind is Kind.NUMBER:
            column = batch.numbers(at)
        else:
            column = batch.moments(at) if kind is Kind.MOMENT else batch.categories(at)
        if name in self._unsure and not _all_null(column):
            self._unsure.discard(name)
        return column

    def _keys(self, batch: Batch) -> tuple[NDArray[np.uint64] | None, NDArray[np.bool_] | None]:
        if self._key is not None:
            return batch.keys(self._key)
        if not self._wants_keys:
            return None, None
        return np.zeros(batch.count, np.uint64), np.ones(batch.count, np.bool_)

    def _moments(self, columns: dict[str, Column]) -> Moments | None:
        if self._cursor is None:
            return None
        column = columns[self._cursor]
        assert isinstance(column, Moments)
        return column

    def _whole(self, batch: Batch, rows: Rows, moments: Moments | None) -> tuple[Rows, Moments | None]:
        broken = batch.flags(max(len(self._terms), 1))
        if not broken.any():
            return rows, moments
        self.told["odd-line", ""] += int(broken.sum())
        kept = ~broken
        if moments is not None:
            moments = Moments(moments.micro[kept], None if moments.null is None else moments.null[kept])
        return rows.take(kept), moments


def _all_null(column: Column) -> bool:
    null = is_null(column)
    return null is not None and bool(null.all())
