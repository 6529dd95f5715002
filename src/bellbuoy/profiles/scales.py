"""Scales of columns, learnt from some of their rows: a value's bin, its rank, and whether it is like the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.boosting import BINS, Bits
from bellbuoy.profiles.collect import Named
from bellbuoy.sources.port import Categories, Column, Moments, Numbers

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Bins: the last is for null, and of categories the one before for those that have no bin of their own.
_NULL, _OTHER = BINS - 1, BINS - 2
#: Steps between two edges of bins in the grid of a number's quantiles.
_FINE = 10
_GRID = _NULL * _FINE
#: So many points of the grid at either end are beyond what is usual: 0.6 % of the rows.
_EDGE = 2
#: A share of nulls, or of names without a bin, below this is not usual.
_RARE = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class NumberScale:
    """Where a number lies among those that it was learnt from."""

    grid: Floats  #: quantiles in equal steps, ascending; values that repeat stand in it as often as they do
    nulls: bool  #: whether nulls are usual

    @classmethod
    def of(cls, columns: Sequence[Column]) -> NumberScale | None:
        """The scale of a column that came in parts; None where there is no finite number in it."""
        values = np.concatenate([_values(column) for column in columns])
        finite = np.sort(values[np.isfinite(values)])
        if not len(finite):
            return None
        places = np.linspace(0, len(finite) - 1, _GRID + 1).round().astype(np.int64)
        return cls(finite[places], bool(np.isnan(values).mean() >= _RARE))

    def codes(self, column: Column) -> Bits:
        """The bin of each value."""
        values = _values(column)
        bins = np.searchsorted(np.unique(self.grid[_FINE:-1:_FINE]), values)
        return np.where(np.isnan(values), _NULL, bins).astype(np.uint8)

    def ranks(self, column: Column) -> Floats:
        """The share of what it was learnt from that lies below each value, with half of its equals; NaN for null."""
        values = _values(column)
        below, most = (np.searchsorted(self.grid, values, side) for side in ("left", "right"))
        return np.where(np.isnan(values), np.nan, (below + most) / (2 * len(self.grid)))

    def strange(self, column: Column) -> Bools:
        """Values that are hardly among those that it was learnt from: outside all but the last ones, or a rare null."""
        values = _values(column)
        outside: Bools = (values < self.grid[_EDGE]) | (values > self.grid[-1 - _EDGE])
        if not self.nulls:
            outside |= np.isnan(values)
        return outside


@dataclass(frozen=True, slots=True)
class NameScale:
    """The bins of names: the most frequent ones have their own."""

    names: tuple[str, ...]
    others: bool  #: whether other names are usual
    nulls: bool  #: whether nulls are usual

    @classmethod
    def of(cls, columns: Sequence[Categories]) -> NameScale:
        """The scale of a column that came in parts."""
        counts: Counter[str] = Counter()
        for column in columns:
            named = Named.of(column, len(column.codes))
            many = np.bincount(named.codes, minlength=len(named.names)).tolist()
            counts.update(dict(zip(named.names, many, strict=True)))
        rows, nulls = counts.total(), counts.pop("", 0)
        ordered = sorted(((-many, name) for name, many in counts.items() if many))
        names = tuple(name for _, name in ordered[:_OTHER])
        others = counts.total() - sum(counts[name] for name in names)
        return cls(names, others >= _RARE * rows, nulls >= _RARE * rows)

    def codes(self, column: Column) -> Bits:
        """The bin of each name."""
        named = Named.of(column, _length(column))
        place = {name: place for place, name in enumerate(self.names)} | {"": _NULL}
        return np.array([place.get(name, _OTHER) for name in named.names], np.uint8)[named.codes]

    def strange(self, column: Column) -> Bools:
        """Names that are hardly among those that it was learnt from, and nulls where they are rare."""
        odd = [code for code, usual in ((_OTHER, self.others), (_NULL, self.nulls)) if not usual]
        strange: Bools = np.isin(self.codes(column), odd)
        return strange


Scale = NumberScale | NameScale


def scale_of(columns: Sequence[Column]) -> Scale | None:
    """The scale of a column of numbers or of names that came in parts; None where it has none."""
    named = [column for column in columns if isinstance(column, Categories)]
    if named:
        return NameScale.of(named)
    numbers = [column for column in columns if isinstance(column, Numbers)]
    return NumberScale.of(numbers) if numbers else None


def _values(column: Column) -> Floats:
    """A column as numbers, NaN for null; names are none."""
    if not isinstance(column, Numbers):
        return np.full(_length(column), np.nan)
    return column.values if column.null is None else np.where(column.null, np.nan, column.values)


def _length(column: Column) -> int:
    if isinstance(column, Categories):
        return len(column.codes)
    return len(column.micro if isinstance(column, Moments) else column.values)
