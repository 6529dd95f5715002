"""A sample of the newest rows: few, whatever the batches they come in, and the same ones whenever it is drawn again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import Named
from bellbuoy.sources.port import Categories, Column, Moments, Rows

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Ranks = NDArray[np.uint64]
#: A cell of a row: null is None, and so is a number that is not there.
Cell = float | int | str | None
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One row of the sample."""

    rank: int  #: which rows are taken: those of the least
    at: int  #: microseconds; the prediction's time
    names: Mapping[str, str]  #: what its version and its segments are counted as, by column
    cells: Mapping[str, Cell]


@dataclass(slots=True)
class Draw:
    """A sample under way: at most `many` rows of the newest `span` (microseconds), later than `after` if there is one.

    Rows are taken by a hash of their id, so the order in which they come does not matter. Rows that are later than
    `until` are of the future, and are left alone.
    """

    many: int
    span: int
    until: int
    after: int | None = None
    newest: int | None = None  #: time of the newest row that could have been taken
    _periods: dict[int, list[Drawn]] = field(default_factory=dict)

    def add(self, rows: Rows, time: str, named: Sequence[str], only: tuple[str, str] | None = None) -> None:
        """Let a batch take part, or only its rows with one name in a column; `named` are columns of names."""
        moments = rows.columns[time]
        assert isinstance(moments, Moments)
        names = {column: Named.of(rows.columns[column], rows.count) for column in named}
        there = self._eligible(moments)
        if only is not None:
            there &= _has(names[only[0]], only[1])
        places = np.flatnonzero(there)
        if len(places):
            newest = int(moments.micro[places].max())
            self.newest = newest if self.newest is None else max(self.newest, newest)
            self._take(rows, moments.micro, names, places)

    def _take(self, rows: Rows, micro: Ints, names: Mapping[str, Named], places: Ints) -> None:
        ranks, periods = ranks_of(rows, micro), micro[places] // self.span
        for period in (self._period, self._period - 1):
            best = self._best(places[periods == period], ranks, micro, period)
            cells = _by_row({name: _cells(column, best) for name, column in rows.columns.items()})
            called = _by_row({name: [one.names[code] for code in one.codes[best]] for name, one in names.items()})
            drawn = map(Drawn, ranks[best].tolist(), micro[best].tolist(), called, cells)
            self._periods.setdefault(period, []).extend(drawn)
        self._trim()

    def rows(self) -> list[Drawn]:
        """The sample, in the order of time."""
        if self.newest is None:
            return []
        newest = [row for rows in self._periods.values() for row in rows if row.at > self.newest - self.span]
        taken = sorted(newest, key=lambda row: (row.rank, row.at))[: self.many]
        return sorted(taken, key=lambda row: (row.at, row.rank))

    @property
    def _period(self) -> int:
        return (self.newest or 0) // self.span

    def _eligible(self, moments: Moments) -> Bools:
        there: Bools = moments.micro <= self.until
        if self.after is not None:
            there &= moments.micro > self.after
        return there if moments.null is None else there & ~moments.null

    def _best(self, places: Ints, ranks: Ranks, micro: Ints, period: int) -> Ints:
        """Those of some places that may be among the sample."""
        kept = self._periods.get(period, [])
        if len(kept) >= self.many:
            places = places[ranks[places] <= np.uint64(kept[self.many - 1].rank)]
        return places[np.lexsort((micro[places], ranks[places]))[: self.many]]

    def _trim(self) -> None:
        """Only the newest span counts, which reaches into two periods at most."""
        newest = self._period
        self._periods = {
            period: sorted(rows, key=lambda row: (row.rank, row.at))[: self.many]
            for period, rows in self._periods.items()
            if period >= newest - 1
        }


def ranks_of(rows: Rows, micro: Ints) -> Ranks:
    """A number per row that has nothing to do with what is in it: its id scrambled, or its time where it has none."""
    seeds = micro.astype(np.uint64)
    if rows.keys is not None:
        seeds = rows.keys if rows.keyless is None else np.where(rows.keyless, seeds, rows.keys)
    return scrambled(seeds)


def scrambled(seeds: Ranks) -> Ranks:
    """Numbers that have nothing to do with those that they are made of: neighbours end up far apart."""
    # The finalizer of SplitMix64 (Steele, Lea & Flood 2014).
    mixed = seeds + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _cells(column: Column, places: Ints) -> list[Cell]:
    """Some cells of a column."""
    if isinstance(column, Categories):
        return [column.names[code] if code >= 0 else None for code in column.codes[places].tolist()]
    values = column.micro[places] if isinstance(column, Moments) else column.values[places]
    cells: list[Cell] = values.tolist()
    if column.null is None:
        return cells
    return [None if null else cell for cell, null in zip(cells, column.null[places].tolist(), strict=True)]


def _by_row(columns: Mapping[str, Sequence[_T]]) -> Iterator[dict[str, _T]]:
    """Columns as rows; without columns there is no end of rows."""
    if not columns:
        return repeat({})
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _has(named: Named, name: str) -> Bools:
    called = np.array([one == name for one in named.names], np.bool_)
    has: Bools = called[named.codes]
    return has
