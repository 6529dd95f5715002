"""The dense count: rows with a group and a code become cells per group, in one pass over numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.profile import Cells

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: A dense table may have this many places per row before sorting is cheaper.
_DENSE = 8


@dataclass(frozen=True)
class Groups:
    """Which of `count` groups each row is in. Ascending, so that sums are runs: whoever makes it sorts the rows."""

    of: Ints
    count: int

    def take(self, rows: NDArray[np.bool_]) -> Groups:
        """The same groups over the rows that are true."""
        return Groups(self.of[rows], self.count)

    def rows(self) -> Ints:
        """Rows in each group."""
        return np.bincount(self.of, minlength=self.count)

    @cached_property
    def runs(self) -> tuple[Ints, Ints]:
        """Groups that have rows, and where the rows of each begin."""
        first = np.flatnonzero(np.diff(self.of, prepend=-1))
        return self.of[first], first

    def sums(self, values: Floats) -> Floats:
        """Sum of values in each group, 0 where a group has no row."""
        return self._reduced(np.add, values, 0.0)

    def extremes(self, values: Floats) -> tuple[Floats, Floats]:
        """Least and greatest value in each group, NaN where a group has no row."""
        return self._reduced(np.minimum, values, np.nan), self._reduced(np.maximum, values, np.nan)

    def _reduced(self, by: np.ufunc, values: Floats, empty: float) -> Floats:
        out = np.full(self.count, empty)
        if len(values):
            some, first = self.runs
            out[some] = by.reduceat(values, first)
        return out


@dataclass(frozen=True, slots=True)
class Spread:
    """Cells of many groups in two arrays: group g has those from `place[g]` to `place[g + 1]`."""

    codes: Ints
    counts: Ints
    place: Ints

    def cells(self, group: int) -> Cells:
        """Cells of one group."""
        part = slice(self.place[group], self.place[group + 1])
        return Cells(self.codes[part], self.counts[part])


def spread(codes: Ints, groups: Groups) -> Spread:
    """Count equal codes in each group; codes come out ascending within a group."""
    if not len(codes):
        return Spread(codes, codes, np.zeros(groups.count + 1, np.int64))
    distinct, place = compact(codes)
    span = len(distinct)
    joint = groups.of * span + place
    if groups.count * span <= _DENSE * len(codes) + 1_024:
        table = np.bincount(joint, minlength=groups.count * span)
        seen = np.flatnonzero(table)
        counts = table[seen]
    else:
        seen, counts = np.unique(joint, return_counts=True)
    group, place = np.divmod(seen, span)
    return Spread(distinct[place], counts, np.searchsorted(group, np.arange(groups.count + 1)))


def compact(codes: Ints) -> tuple[Ints, Ints]:
    """Distinct codes, ascending, and for each code its place among them: `np.unique` without sorting where it can."""
    if not len(codes):
        return codes, codes
    step = np.diff(codes)
    if not (step < 0).any():
        place = np.concatenate([[0], np.cumsum(step > 0)])
        return codes[np.concatenate([[0], np.flatnonzero(step) + 1])], place
    low = int(codes.min())
    span = int(codes.max()) - low + 1
    if span > _DENSE * len(codes) + 200_000:
        return np.unique(codes, return_inverse=True)
    shifted = codes - low
    there = np.zeros(span, np.bool_)
    there[shifted] = True
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[shifted]


def dense(*keys: Ints) -> tuple[Ints, list[Ints]]:
    """Number the distinct combinations of keys: a group number per row, and for each key its value in each group.

    Groups are numbered in the order of the keys, the first key first.
    """
    joint = np.zeros(len(keys[0]), np.int64)
    values = []
    for key in keys:
        distinct, place = compact(key)
        values.append(distinct)
        joint = joint * len(distinct) + place
    seen, group = compact(joint)
    parts: list[Ints] = []
    for distinct in reversed(values):
        seen, place = np.divmod(seen, max(1, len(distinct)))
        parts.append(distinct[place] if len(distinct) else place)
    return group, parts[::-1]
