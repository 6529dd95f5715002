"""The dense count: rows with a group and a code become cells per group, in a few passes over numpy arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import Cells

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: A dense table may have this many places per row before sorting is cheaper.
_DENSE = 8


@dataclass(frozen=True)
class Groups:
    """Which of `count` groups each row is in. Ascending, so that sums are runs: whoever makes it sorts the rows."""

    of: Ints
    count: int

    @cached_property
    def sizes(self) -> Ints:
        """Rows in each group."""
        return np.bincount(self.of, minlength=self.count)

    @cached_property
    def runs(self) -> tuple[Ints, Ints]:
        """Groups that have rows, and where the rows of each begin."""
        some = np.flatnonzero(self.sizes)
        return some, (np.cumsum(self.sizes) - self.sizes)[some]

    def only(self, there: Bools, out: Ints) -> Groups:
        """The same groups with only the rows that are true; `out` is how many of each group are not."""
        left = Groups(self.of[there], self.count)
        # A cached property of a frozen value: what is left out is little, so it was counted instead of the rest.
        left.__dict__["sizes"] = self.sizes - out
        return left

    def tally(self, flags: Bools) -> Ints:
        """How many rows of each group are true."""
        return np.bincount(self.of[np.flatnonzero(flags)], minlength=self.count)

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
    """Cells of many groups in two arrays: group g has those from `place[g]` to `place[g + 1]`, codes ascending."""

    codes: Ints
    counts: Ints
    place: Ints

    @property
    def sizes(self) -> Ints:
        """How many cells each group has."""
        return np.diff(self.place)

    def cells(self, group: int) -> Cells:
        """Cells of one group."""
        part = slice(self.place[group], self.place[group + 1])
        return Cells(self.codes[part], self.counts[part])

    def cut(self, part: slice) -> Spread:
        """The cells of a run of groups."""
        place = self.place[part.start : part.stop + 1]
        inside = slice(place[0], place[-1])
        return Spread(self.codes[inside], self.counts[inside], place - place[0])

    def kept(self, cells: Bools) -> Spread:
        """Only the cells that are true."""
        before = np.concatenate([[0], np.cumsum(cells)])
        return Spread(self.codes[cells], self.counts[cells], before[self.place])

    def count_of(self, code: int) -> Ints:
        """The count of one code in each group."""
        out = np.zeros(len(self.place) - 1, np.int64)
        at = np.flatnonzero(self.codes == code)
        out[np.searchsorted(self.place, at, side="right") - 1] = self.counts[at]
        return out

    @classmethod
    def of(cls, parts: Sequence[Cells]) -> Self:
        """The cells of groups one after the other."""
        place = np.cumsum([0, *(len(cells.codes) for cells in parts)])
        empty = np.empty(0, np.int64)
        codes = np.concatenate([empty, *(cells.codes for cells in parts)])
        return cls(codes, np.concatenate([empty, *(cells.counts for cells in parts)]), place)


def spread(codes: Ints, groups: Groups) -> Spread:
    """Count equal codes in each group; codes come out ascending within a group."""
    return gathered(codes, groups.of, None, groups.count)


def spread_numbers(values: Floats, groups: Groups) -> Spread:
    """Count finite values in each group by the bucket that each falls into."""
    if not len(values):
        return gathered(np.empty(0, np.int64), groups.of, None, groups.count)
    size = np.abs(values)
    zero = size == 0 if size.min() == 0 else None
    index = buckets.steps(size)
    scale = _Scale.over(index.min(), index.max(), signed=zero is not None or values.min() < 0)
    place = scale.places(index, values, zero)
    return _counted(place, groups.of, scale, groups.count, None)


def gathered(codes: Ints, of: Ints, counts: Ints | None, groups: int) -> Spread:
    """Count equal codes of each group, each once or as often as `counts` says; those that come to 0 vanish."""
    if not len(codes):
        return Spread(codes, codes, np.zeros(groups + 1, np.int64))
    low, high = int(codes.min()), int(codes.max())
    if low >= 0:
        scale = _Scale(low - 1 - buckets.OFFSET, high - low + 1, -1)
        return _counted(codes - low, of, scale, groups, counts)
    size = np.abs(codes)
    zero = size == 0 if size.min() == 0 else None
    index = (size if zero is None else np.where(zero, size.max(), size)).astype(np.float64) - buckets.OFFSET
    scale = _Scale.over(index.min(), index.max(), signed=True)
    place = scale.places(index, codes, zero)
    return _counted(place, of, scale, groups, counts)


@dataclass(frozen=True, slots=True)
class _Scale:
    """A dense numbering of codes between two sizes: places ascend as codes do, and 0 is in the middle."""

    low: int
    width: int
    middle: int

    @classmethod
    def over(cls, low: float, high: float, *, signed: bool) -> Self:
        """The numbering of bucket indices from low to high, of both signs and 0 where `signed`."""
        width = int(high - low) + 1
        return cls(int(low) - 1, width, width if signed else -1)

    @property
    def span(self) -> int:
        """How many places there are."""
        return self.width + self.middle + 1

    def places(self, index: Floats, values: NDArray[np.generic], zero: Bools | None) -> Ints:
        """The place of each bucket index with the sign of its value; `index` is written over."""
        index -= self.low
        if self.middle > 0:
            np.copysign(index, values, out=index)
        if zero is not None:
            index[zero] = 0
        index += self.middle
        return index.astype(np.int64)

    def codes(self, places: Ints) -> Ints:
        """The codes at places."""
        away = places - self.middle
        codes: Ints = away + np.sign(away) * (self.low + buckets.OFFSET)
        return codes


def _counted(place: Ints, of: Ints, scale: _Scale, groups: int, counts: Ints | None) -> Spread:
    """Count places of each group; `place` is written over."""
    span = scale.span
    place += of * span
    if groups * span <= _DENSE * len(place) + 4_096:
        # Doubles hold sums of counts exactly up to 2^53.
        table = np.bincount(place, weights=counts, minlength=groups * span)
        seen = np.flatnonzero(table)
        sums = table[seen].astype(np.int64, copy=False)
    else:
        seen, sums = _sorted_sums(place, counts)
    starts = np.arange(groups + 1) * span
    edges = np.searchsorted(seen, starts)
    seen -= np.repeat(starts[:-1], np.diff(edges))
    return Spread(scale.codes(seen), sums, edges)


def _sorted_sums(joint: Ints, counts: Ints | None) -> tuple[Ints, Ints]:
    if counts is None:
        seen, sums = np.unique(joint, return_counts=True)
        return seen, sums
    order = np.argsort(joint, kind="stable")
    joint = joint[order]
    first = np.flatnonzero(np.diff(joint, prepend=joint[0] - 1))
    sums = np.add.reduceat(counts[order], first)
    return joint[first[sums != 0]], sums[sums != 0]


def compact(codes: Ints) -> tuple[Ints, Ints]:
    """Distinct codes, ascending, and for each code its place among them: `np.unique` without sorting where it can."""
    if not len(codes):
        return codes, codes
    low, high = int(codes.min()), int(codes.max())
    if low == high:
        return codes[:1], np.zeros(len(codes), np.int64)
    step = np.diff(codes)
    if not (step < 0).any():
        place = np.concatenate([[0], np.cumsum(step > 0)])
        return codes[np.concatenate([[0], np.flatnonzero(step) + 1])], place
    span = high - low + 1
    shifted = codes - low
    if span > _DENSE * len(codes) + 200_000:
        return _compact_wide(codes, shifted)
    there = np.zeros(span, np.bool_)
    there[shifted] = True
    return np.flatnonzero(there) + low, (np.cumsum(there) - 1)[shifted]


def _compact_wide(codes: Ints, shifted: Ints) -> tuple[Ints, Ints]:
    """As `compact`, for codes that lie far apart: moments of windows do so by their width, and are numbered by it."""
    width = int(np.gcd.reduce(shifted[:: 1 + len(shifted) // 64]))
    if width > 1:
        steps, rest = np.divmod(shifted, width)
        if not rest.any() and int(steps.max()) < _DENSE * len(codes) + 200_000:
            distinct, place = compact(steps)
            return distinct * width + int(codes[0] - shifted[0]), place
    return np.unique(codes, return_inverse=True)


def dense(*keys: Ints) -> tuple[Ints, list[Ints]]:
    """Number the distinct combinations of keys: a group number per row, and for each key its value in each group.

    Groups are numbered in the order of the keys, the first key first.
    """
    found = [compact(key) for key in keys]
    values = [distinct for distinct, _ in found]
    # Mostly all but one key are the same throughout, and then that one has numbered the groups already.
    varying = [(distinct, place) for distinct, place in found if len(distinct) > 1] or found[:1]
    joint = varying[0][1]
    for distinct, place in varying[1:]:
        joint = joint * len(distinct) + place
    seen, group = compact(joint) if len(varying) > 1 else (np.arange(len(varying[0][0])), joint)
    parts: list[Ints] = []
    for distinct in reversed(values):
        seen, place = np.divmod(seen, max(1, len(distinct)))
        parts.append(distinct[place] if len(distinct) else place)
    return group, parts[::-1]


def in_order(groups: Ints) -> Ints:
    """The rows sorted by group, those of one group in the order in which they come."""
    # Numbers of two bytes are sorted in time that grows with the rows alone.
    return np.argsort(groups.astype(np.uint16) if len(groups) and int(groups.max()) < 2**16 else groups, kind="stable")


def ascending(values: Ints) -> bool:
    """Whether no value is less than the one before it."""
    return bool(np.all(values[1:] >= values[:-1]))
