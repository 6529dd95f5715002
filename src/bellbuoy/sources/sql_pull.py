"""A pull over one table of a database: the cursor is pushed into WHERE, and what comes back is judged row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

from bellbuoy.errors import SourceError
from bellbuoy.sources.casts import ident, select
from bellbuoy.sources.keys import keys_of
from bellbuoy.sources.notes import Oddities
from bellbuoy.sources.port import Column, KeyType, Kind, Mark, Moments, Pull, Rows, Want, absent
from bellbuoy.sources.values import READERS, Values, has_zone, kind_of_values, unit_of
from bellbuoy.windows import MICRO, from_micro

#: Rows fetched at a time.
BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table to pull from: what the user calls it, what stands after FROM, and how to connect."""

    name: str
    relation: str
    connected: Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """A condition on the cursor that lets all rows through that are wanted, and perhaps some more."""

    sql: str
    values: Mapping[str, object]


class SqlPull:
    """A pull under way. Rows whose cursor is null are given by the first pull, and `again` later if there are ids."""

    def __init__(self, table: Table, want: Want, mark: Mark, until: int, look_back: int) -> None:
        self._table, self._want, self._mark, self._until = table, want, mark, until
        self._kinds = dict(want.columns) | ({want.cursor: Kind.MOMENT} if want.cursor else {})
        self._names = list(dict.fromkeys([*self._kinds, *([want.id] if want.id else [])]))
        self._ids = want.id is not None
        self._last: int | None = mark.get("cursor")
        #: Rows up to here were given before.
        self._seen: int | None = mark.get("given", self._last)
        #: Rows from here on are read.
        self._low = self._last - look_back if self._last is not None and self._ids else self._last
        self._given = 0
        self._key_type = want.key_type or (KeyType(mark["keys"]) if "keys" in mark else None)
        self._odd = Oddities()
        self._columns = set(mark.get("columns", ()))
        self.pull = Pull(self._batches(), dict(mark))

    def _batches(self) -> Iterator[Rows]:
        try:
            with self._table.connected() as connection:
                yield from self._read(connection)
            self.pull.mark = self._after()
        except SourceError as why:
            self._odd.say("unreadable", self._table.name, f"{self._table.name} cannot be read: {why.message}")
            if self._given and self._want.cursor:
                # Rows come by cursor, so up to the last one all were given; ids tell those apart that shared it.
                self.pull.mark = {**self._mark, "given": self._last} if self._ids else self._after()
        self.pull.notes.extend(self._odd.notes())

    def _read(self, connection: Connection) -> Iterator[Rows]:
        names, _ = fetched(connection, select(["*"], self._table.relation, limit=0))
        if self._want.cursor is not None and self._want.cursor not in names:
            raise SourceError(f"it has no column {self._want.cursor}", where=self._table.name, permanent=True)
        there = [name for name in self._names if name in names]
        for name in self._names:
            self._odd.count("no-column", name, int(name not in names), self._table.name)
        self._columns = self._odd.columns(self._table.name, names, self._columns)
        statement, values = self._statement(connection, there)
        for part in connection.execute(text(statement), values).partitions(BATCH):
            columns = dict(zip(there, zip(*part, strict=True), strict=False))
            yield from self._rows(columns, len(part))

    def _statement(self, connection: Connection, there: Sequence[str]) -> tuple[str, Mapping[str, object]]:
        terms, relation = [escaped(ident(name)) for name in there] or ["1"], escaped(self._table.relation)
        if self._want.cursor is None:
            skip = 0 if self._ids else int(self._mark.get("rows", 0))
            # SQLite takes no OFFSET without a LIMIT; −1 is none.
            limit = -1 if skip and connection.dialect.name == "sqlite" else None
            return select(terms, relation, skip=skip, limit=limit), {}
        bounds = self._bounds(connection, self._want.cursor)
        name = escaped(ident(self._want.cursor))
        also = f" OR {name} IS NULL" if self._ids or not self._mark else ""
        return select(terms, relation, where=f"({bounds.sql}){also}", order=name), bounds.values

    def _bounds(self, connection: Connection, cursor: str) -> _Bounds:
        column = ident(cursor)
        question = select([column], self._table.relation, where=f"{column} IS NOT NULL", limit=1)
        sample = next(iter(fetched(connection, question)[1]), [None])[0]
        name = escaped(column)
        if isinstance(sample, str) and connection.dialect.name == "sqlite":
            # SQLite has no type for times. Its clock reads usual texts to the second; what it cannot read comes too.
            seconds = f"CAST(strftime('%s', {name}) AS INTEGER)"
            bounds = self._between(seconds, lambda micro, slack: micro // MICRO + slack)
            return _Bounds(f"{bounds.sql} OR {seconds} IS NULL", bounds.values)
        if sample is None or isinstance(sample, str):
            return _Bounds("1 = 1", {})
        return self._between(name, lambda micro, slack: _like(sample, micro, slack))

    def _between(self, name: str, bound: Callable[[int, int], object]) -> _Bounds:
        high = {"high": bound(self._until, 1)}
        if self._low is None:
            return _Bounds(f"{name} <= :high", high)
        return _Bounds(f"{name} >= :low AND {name} <= :high", {"low": bound(self._low, -1)} | high)

    def _rows(self, values: Mapping[str, Values], count: int) -> Iterator[Rows]:
        columns = {name: self._column(name, kind, values, count) for name, kind in self._kinds.items()}
        keys, keyless = self._keys(values, count) if self._want.id is not None else (None, None)
        rows = Rows(count, columns, keys, keyless)
        self._given += count
        if self._want.cursor is None:
            yield replace(rows, again=self._ids and bool(self._mark))
        else:
            cursor = columns[self._want.cursor]
            assert isinstance(cursor, Moments)
            yield from self._split(rows, cursor)

    def _column(self, name: str, kind: Kind, values: Mapping[str, Values], count: int) -> Column:
        if name not in values:
            return absent(kind, count)
        column, odd = READERS[kind](values[name])
        self._odd.count(f"odd-{kind}", name, odd, self._table.name)
        if kind is Kind.MOMENT:
            self._odd.count("no-zone", name, sum(not has_zone(value) for value in values[name]), self._table.name)
        return column

    def _keys(self, values: Mapping[str, Values], count: int) -> tuple[Any, Any]:
        name = self._want.id
        assert name is not None
        ids = values.get(name, [None] * count)
        if self._key_type is None:
            self._key_type = KeyType.WHOLE if kind_of_values(ids) is Kind.NUMBER else KeyType.TEXT
        keys, keyless, odd = keys_of(ids, self._key_type)
        self._odd.count("odd-id", name, odd, self._table.name)
        return keys, keyless if keyless.any() else None

    def _split(self, rows: Rows, cursor: Moments) -> Iterator[Rows]:
        """The rows that were asked for: those given before apart from those that are new."""
        null = np.zeros(rows.count, np.bool_) if cursor.null is None else cursor.null
        self._odd.count("no-cursor", self._want.cursor or "", int(null.sum()), self._table.name)
        wanted = cursor.micro <= self._until
        if self._low is not None:
            wanted &= cursor.micro > self._low
        seen = np.full(rows.count, bool(self._mark)) & null
        if self._seen is not None:
            seen |= ~null & (cursor.micro <= self._seen)
        if (timely := wanted & ~null).any():
            newest = int(cursor.micro[timely].max())
            self._last = newest if self._last is None else max(self._last, newest)
        wanted |= null
        for part, again in ((wanted & seen, True), (wanted & ~seen, False)):
            if part.any():
                yield replace(rows if part.all() else rows.take(part), again=again)

    def _after(self) -> Mark:
        mark: Mark = {"cursor": self._last, "columns": sorted(self._columns)}
        if self._want.cursor is None:
            mark["rows"] = self._given + (0 if self._ids else int(self._mark.get("rows", 0)))
        return mark | ({"keys": self._key_type.value} if self._ids and self._key_type is not None else {})


def fetched(connection: Connection, sql: str) -> tuple[list[str], Sequence[Sequence[Any]]]:
    """Column names and all rows of a small answer."""
    result = connection.execute(text(escaped(sql)))
    return list(result.keys()), result.fetchall()


def escaped(sql: str) -> str:
    """SQL in which a colon before a word is no parameter."""
    return re.sub(r"(?<![:\w\\]):(?=\w)", r"\\:", sql)


def _like(sample: object, micro: int, slack: int) -> object:
    """A moment, give or take what rounding may cost, as a value of the type that a cursor column has."""
    moment = from_micro(micro)
    if isinstance(sample, datetime):
        return moment if sample.tzinfo is not None else moment.replace(tzinfo=None)
    if isinstance(sample, int | float | Decimal):
        unit = unit_of(float(sample))
        return micro // unit + slack if unit else (micro + slack) * 1_000
    return moment.date()
