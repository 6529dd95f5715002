"""Boosted trees on binned columns: what one column usually is, given the others. Pure numpy, kept as plain arrays.

Gradient boosting of squared errors (Friedman 2001), each round on a random part of rows and columns (Friedman 2002).
All leaves of one depth of a tree are split alike (symmetric trees: Prokhorenkova et al. 2018), so a tree is a few
comparisons, and a row's leaf is the number that their answers spell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Bins of a column; the last is for what is not there.
BINS = 32
#: The rounds of boosting, and the splits of each round's tree. More of either gained nothing on held-out rows.
_ROUNDS, _DEPTH = 100, 6
#: What is taken of each tree's answer.
_RATE = 0.25
#: Rows and columns that a round looks at.
_ROWS, _COLUMNS = 2_000, 12
#: Rows whose leaves are looked up at once, in all trees.
_AT_ONCE = 2_048
#: Rows of the mean that each leaf is drawn towards: a leaf of few rows says little.
_STEADY = 5.0
#: The same for the mean of a category, by which categories are put in order.
_STEADY_NAME = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Boosted:
    """A fitted function of binned columns."""

    base: float  #: what it is before any tree
    order: Bits  #: columns × BINS: each bin's place; categories are put in the order of what they go with
    columns: Bits  #: rounds × depth: the column of each split
    cuts: Bits  #: rounds × depth: places above it go right
    leaves: NDArray[np.float16]  #: rounds × 2^depth

    def predict(self, codes: Bits) -> Floats:
        """What each row should be; `codes` are columns × rows."""
        leaves, every = self.leaves.astype(np.float64), np.arange(len(self.leaves))[:, None]
        out = np.full(codes.shape[1], self.base)
        for start in range(0, codes.shape[1], _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            out[part] += leaves[every, _leaf(_placed(codes[:, part], self.order), self.columns, self.cuts)].sum(axis=0)
        return out


def boost(
    codes: Bits, target: Floats, allowed: Sequence[int], named: Sequence[int], seed: int
) -> tuple[Boosted, Floats]:
    """Learn a target from some columns, and how much each column's splits explained of it.

    `codes` are columns × rows, `allowed` the columns that may be split, `named` those whose bins are categories. The
    same seed and rows give the same trees.
    """
    order = _ordered(codes, target, named)
    placed, random = _placed(codes, order), np.random.default_rng(seed)
    rest = target - target.mean()
    columns, cuts = np.zeros((2, _ROUNDS, _DEPTH), np.uint8)
    leaves, worth = np.zeros((_ROUNDS, 1 << _DEPTH), np.float16), np.zeros(len(codes))
    for place in range(_ROUNDS):
        rows = random.integers(0, len(rest), min(_ROWS, len(rest)))
        some = random.permutation(np.array(allowed, np.int64))[:_COLUMNS]
        columns[place], cuts[place], gains = _tree(placed[some[:, None], rows], rest[rows], some)
        np.add.at(worth, columns[place], gains)
        leaf = _leaf(placed, columns[place : place + 1], cuts[place : place + 1])[0]
        rows_of, sum_of = np.bincount(leaf, minlength=1 << _DEPTH), np.bincount(leaf, rest, 1 << _DEPTH)
        leaves[place] = _RATE * sum_of / (rows_of + _STEADY)
        rest = rest - leaves[place].astype(np.float64)[leaf]
    return Boosted(float(target.mean()), order, columns, cuts, leaves), worth


def _tree(codes: Bits, rest: Floats, names: Ints) -> tuple[Ints, Ints, Floats]:
    """The splits of one tree, the greatest gain first at each depth: their columns, cuts and gains.

    Sums are kept bin by bin. One depth further, those of the leaves that went right are counted, and those that went
    left are what remains.
    """
    many = len(codes)
    cells = codes + np.arange(many)[:, None] * BINS
    leaf = np.zeros(len(rest), np.int64)
    sums, counts = _counted(cells, leaf, rest, 1)
    out = []
    for depth in range(_DEPTH):
        column, cut, gain = _best(sums, counts)
        out.append((int(names[column]), cut, gain))
        right = codes[column] > cut
        if depth + 1 < _DEPTH:
            some = _counted(cells[:, right], leaf[right], rest[right], 1 << depth)
            sums, counts = _halved(sums, some[0]), _halved(counts, some[1])
        leaf = leaf * 2 + right
    columns, cuts, gains = zip(*out, strict=True)
    return np.array(columns), np.array(cuts), np.array(gains)


def _counted(cells: Ints, leaf: Ints, rest: Floats, leaves: int) -> tuple[Floats, Floats]:
    """Sums of the target and rows, by leaf, column and bin."""
    many = len(cells)
    place = (cells + leaf * (many * BINS)).ravel()
    size, shape = leaves * many * BINS, (leaves, many, BINS)
    sums, rows = np.bincount(place, np.tile(rest, many), size), np.bincount(place, minlength=size)
    return sums.astype(np.float64).reshape(shape), rows.astype(np.float64).reshape(shape)


def _halved(whole: Floats, right: Floats) -> Floats:
    """Each leaf's sums as those of its two halves, left before right."""
    return np.stack([whole - right, right], axis=1).reshape(-1, *whole.shape[1:])


def _best(sums: Floats, counts: Floats) -> tuple[int, int, float]:
    """The split, of all leaves at once, that explains most of what is left: its column, its cut, and how much."""
    left, rows = sums.cumsum(axis=2), counts.cumsum(axis=2)
    whole, all_rows = left[:, :, -1:], rows[:, :, -1:]
    apart = left**2 / (rows + _STEADY) + (whole - left) ** 2 / (all_rows - rows + _STEADY)
    gain = apart.sum(axis=0)
    column, cut = divmod(int(gain[:, :-1].argmax()), BINS - 1)
    return column, cut, float(gain[column, cut] - gain[column, -1])


def _leaf(placed: Bits, columns: Bits, cuts: Bits) -> Bits:
    """The leaf of each row in each tree: trees × rows."""
    leaf = np.zeros((len(columns), placed.shape[1]), np.uint8)
    for depth in range(columns.shape[1]):
        leaf = leaf * 2 + (placed[columns[:, depth]] > cuts[:, depth, None])
    return leaf


def _placed(codes: Bits, order: Bits) -> Bits:
    """Bins by their places; mostly only those of categories are not in order already."""
    moved = np.flatnonzero((order != np.arange(BINS)).any(axis=1))
    out = codes.copy() if len(moved) else codes
    for column in moved.tolist():
        out[column] = order[column][codes[column]]
    return out


def _ordered(codes: Bits, target: Floats, named: Sequence[int]) -> Bits:
    """The place of each bin: categories by the mean of the target, the best order for squared errors (Fisher 1958)."""
    order = np.tile(np.arange(BINS, dtype=np.uint8), (len(codes), 1))
    for column in named:
        rows = np.bincount(codes[column], minlength=BINS)
        sums = np.bincount(codes[column], target, BINS)
        mean = (sums + _STEADY_NAME * target.mean()) / (rows + _STEADY_NAME)
        order[column, np.argsort(mean, kind="stable")] = np.arange(BINS)
    return order
