"""The dense count: rows with a group and a code become cells per group, in one pass over numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.profile import Cells

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: A dense table may have this many places per row before sorting is cheaper.
_DENSE = 8


@dataclass(frozen=True, slots=True)
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

    def sums(self, values: Floats) -> Floats:
        """Sum of values in each group, 0 where a group has no row."""
        return np.bincount(self.of, weights=values, minlength=self.count).astype(np.float64, copy=False)

    def extremes(self, values: Floats) -> tuple[Floats, Floats]:
        """Least and greatest value in each group, NaN where a group has no row."""
        low, high = np.full(self.count, np.nan), np.full(self.count, np.nan)
        if len(values):
            first = np.flatnonzero(np.diff(self.of, prepend=-1))
            some = self.of[first]
            low[some], high[some] = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
        return low, high


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
    low = int(codes.min())
    span = int(codes.max()) - low + 1
    joint = groups.of * span + (codes - low)
    if groups.count * span <= _DENSE * len(codes) + 1_024:
        table = np.bincount(joint, minlength=groups.count * span)
        seen = np.flatnonzero(table)
        counts = table[seen]
    else:
        seen, counts = np.unique(joint, return_counts=True)
    group = seen // span
    return Spread(seen - group * span + low, counts, np.searchsorted(group, np.arange(groups.count + 1)))


def dense(*keys: Ints) -> tuple[Ints, list[Ints]]:
    """Number the distinct combinations of keys: a group number per row, and for each key its value in each group.

    Groups are numbered in the order of the keys, the first key first.
    """
    joint = np.zeros(len(keys[0]), np.int64)
    values = []
    for key in keys:
        distinct, place = np.unique(key, return_inverse=True)
        values.append(distinct)
        joint = joint * len(distinct) + place
    seen, group = np.unique(joint, return_inverse=True)
    parts: list[Ints] = []
    for distinct in reversed(values):
        seen, place = np.divmod(seen, max(1, len(distinct)))
        parts.append(distinct[place] if len(distinct) else place)
    return group, parts[::-1]
