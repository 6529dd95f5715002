"""Profiles: the counts of one column in one window. They add and subtract, and know no source."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets

#: Categories kept by name in one profile; what is beyond is counted as `other`.
TOP = 1_000
#: Longer category names are cut and told apart by a digest, so a string of 1 MB costs what a short one does.
NAME_LENGTH = 200
#: Registers of the distinct-count sketch; its standard error is 1.04/√256 = 6.5 %.
_REGISTERS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts by integer code: codes ascending without repeats, counts never 0.

    Counts are whole (int64) of what was counted, and doubles of what is expected.
    """

    codes: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    counts: NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def total(self) -> int:
        """Sum of all counts."""
        return int(self.counts.sum())

    @property
    def standing(self) -> Cells:
        """These without the codes of which more was taken back than stood there."""
        there = self.counts > 0
        return Cells(self.codes[there], self.counts[there])

    def __add__(self, other: Cells) -> Cells:
        return gather([self.codes, other.codes], [self.counts, other.counts])

    def __sub__(self, other: Cells) -> Cells:
        return gather([self.codes, other.codes], [self.counts, -other.counts])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        return np.array_equal(self.codes, other.codes) and np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]


def gather(codes: Iterable[NDArray[np.int64]], counts: Iterable[NDArray[Any]]) -> Cells:
    """Add up counts of equal codes over any number of arrays; codes whose count becomes 0 vanish."""
    every, place = np.unique(np.concatenate(list(codes)), return_inverse=True)
    parts = np.concatenate(list(counts))
    # Counts are far below 2^53, up to which doubles add up whole numbers exactly.
    sums = np.bincount(place, parts, len(every)).astype(parts.dtype)
    kept = sums != 0
    return Cells(every[kept], sums[kept])


@dataclass(frozen=True, slots=True)
class NumericProfile:
    """Counts of a numeric column.

    `rows` is everything; `nulls`, `nans`, `plus_infinities`, `minus_infinities` and `zeros` are parts of it. `cells`
    counts the finite values, zeros included, by bucket code at `scale`. `total` and `squares` are the sums of the
    finite values and of their squares. `low` and `high` are the least and the greatest finite value (NaN for none).

    Addition is exact on counts, and on sums to double rounding. Subtraction undoes addition for counts and sums; a
    least value cannot be subtracted, so `low` and `high` then become the tightest bounds that the buckets left prove.
    """

    rows: int = 0
    nulls: int = 0
    nans: int = 0
    plus_infinities: int = 0
    minus_infinities: int = 0
    zeros: int = 0
    total: float = 0.0
    squares: float = 0.0
    low: float = math.nan
    high: float = math.nan
    scale: int = buckets.SCALE
    cells: Cells = field(default_factory=Cells)

    @property
    def finite(self) -> int:
        """Rows with a finite value."""
        return self.rows - self.nulls - self.nans - self.plus_infinities - self.minus_infinities

    def to_scale(self, scale: int) -> NumericProfile:
        """The same counts on a coarser grid; a finer one is refused by leaving the profile as it is."""
        if scale >= self.scale:
            return self
        codes = buckets.coarsen(self.cells.codes, self.scale - scale)
        return replace(self, scale=scale, cells=gather([codes], [self.cells.counts]))

    def __add__(self, other: NumericProfile) -> NumericProfile:
        """Both together, on the coarser of the two grids: a sum never invents precision."""
        mine, theirs = self._together(other)
        low, high = _least(mine.low, theirs.low), -_least(-mine.high, -theirs.high)
        return mine._joined(theirs, 1, mine.cells + theirs.cells, (low, high))

    def __sub__(self, other: NumericProfile) -> NumericProfile:
        """This without `other`, which must have been added to it before."""
        mine, theirs = self._together(other)
        cells = mine.cells - theirs.cells
        left = mine._joined(theirs, -1, cells, _bounds(cells, mine))
        return left if len(cells.codes) else replace(left, total=0.0, squares=0.0)

    @property
    def standing(self) -> NumericProfile:
        """This without what is less than none, where more was taken back than stood there; sums are of buckets then."""
        cells = self.cells.standing
        middle = buckets.middles(cells.codes, self.scale)
        none, nans, plus, minus = (
            max(0, part) for part in (self.nulls, self.nans, self.plus_infinities, self.minus_infinities)
        )
        return NumericProfile(
            rows=cells.total + none + nans + plus + minus,
            nulls=none,
            nans=nans,
            plus_infinities=plus,
            minus_infinities=minus,
            zeros=max(0, self.zeros),
            total=float(middle @ cells.counts),
            squares=float(middle**2 @ cells.counts),
            scale=self.scale,
            cells=cells,
        )

    def _together(self, other: NumericProfile) -> tuple[NumericProfile, NumericProfile]:
        scale = min(self.scale, other.scale)
        return self.to_scale(scale), other.to_scale(scale)

    def _joined(self, other: NumericProfile, sign: int, cells: Cells, ends: tuple[float, float]) -> NumericProfile:
        return NumericProfile(
            rows=self.rows + sign * other.rows,
            nulls=self.nulls + sign * other.nulls,
            nans=self.nans + sign * other.nans,
            plus_infinities=self.plus_infinities + sign * other.plus_infinities,
            minus_infinities=self.minus_infinities + sign * other.minus_infinities,
            zeros=self.zeros + sign * other.zeros,
            total=self.total + sign * other.total,
            squares=self.squares + sign * other.squares,
            low=ends[0],
            high=ends[1],
            scale=self.scale,
            cells=cells,
        )


def _least(a: float, b: float) -> float:
    if math.isnan(a):
        return b
    return a if math.isnan(b) else min(a, b)


def _bounds(cells: Cells, whole: NumericProfile) -> tuple[float, float]:
    if not len(cells.codes):
        return math.nan, math.nan
    low, high = buckets.edges(cells.codes[[0, -1]], whole.scale)
    return max(float(low[0]), whole.low), min(float(high[1]), whole.high)


@dataclass(frozen=True, slots=True)
class CategoryProfile:
    """Counts of a categorical or boolean column.

    `counts` holds up to TOP categories by name; beyond that the rarest are in `other`, and `sketch` (a HyperLogLog of
    256 registers, Flajolet et al. 2007; empty while nothing was folded away) still knows about how many there were.
    Addition is exact while all categories fit; after that a count is a lower bound, at most `other` too small.
    """

    rows: int = 0
    nulls: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    other: int = 0
    sketch: bytes = b""

    @property
    def distinct(self) -> int:
        """How many categories were seen: exact while all fit, then an estimate (± 6.5 %, never below those kept)."""
        return max(len(self.counts), _estimate(self.sketch)) if self.sketch else len(self.counts)

    def __add__(self, other: CategoryProfile) -> CategoryProfile:
        counts = dict(self.counts)
        for name, count in other.counts.items():
            counts[name] = counts.get(name, 0) + count
        joined = CategoryProfile(
            self.rows + other.rows,
            self.nulls + other.nulls,
            counts,
            self.other + other.other,
            united(self.sketch, other.sketch),
        )
        return joined.folded()

    def __sub__(self, other: CategoryProfile) -> CategoryProfile:
        """This without `other`, which must have been added to it before; a sketch cannot be subtracted and stays."""
        counts = dict(self.counts)
        for name, count in other.counts.items():
            counts[name] = counts.get(name, 0) - count
        left = {name: count for name, count in counts.items() if count > 0}
        return CategoryProfile(
            self.rows - other.rows, self.nulls - other.nulls, left, max(0, self.other - other.other), self.sketch
        )

    def folded(self) -> CategoryProfile:
        """With at most TOP categories by name: the rest, rarest first and by name among equals, go to `other`.

        Categories seen once go there too: a column of free text must not fill the state with names.
        """
        if len(self.counts) <= TOP:
            return self
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        kept = {name: count for name, count in ranked[:TOP] if count > 1}
        rest = sum(self.counts.values()) - sum(kept.values())
        sketch = united(self.sketch, sketch_of(self.counts))
        return replace(self, counts=kept, other=self.other + rest, sketch=sketch)


Profile = NumericProfile | CategoryProfile


_P = TypeVar("_P", NumericProfile, CategoryProfile)


def roll_up(parts: Iterable[_P], empty: _P) -> _P:
    """Merge windows of one column into one profile; order does not matter and no parts give `empty`."""
    return reduce(lambda a, b: a + b, parts, empty)


def short_name(text: str) -> str:
    """The name a category is counted under: itself, or its head and a digest when it is long."""
    if len(text) <= NAME_LENGTH:
        return text
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
    return f"{text[:NAME_LENGTH]}…{digest} ({len(text)} characters)"


def sketch_of(names: Iterable[str]) -> bytes:
    """HyperLogLog registers of a set of names."""
    registers = bytearray(_REGISTERS)
    for name in names:
        word = int.from_bytes(hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest())
        place, rest = word & (_REGISTERS - 1), word >> 8
        registers[place] = max(registers[place], 56 - rest.bit_length() + 1)
    return bytes(registers)


def united(a: bytes, b: bytes) -> bytes:
    """The sketch of both sets of names; an empty one is of none."""
    if not (a and b):
        return a or b
    return bytes(map(max, a, b))


def _estimate(sketch: bytes) -> int:
    zeros = sketch.count(0)
    raw = 0.7213 / (1 + 1.079 / _REGISTERS) * _REGISTERS**2 / sum(2.0**-register for register in sketch)
    if raw <= 2.5 * _REGISTERS and zeros:
        return round(_REGISTERS * math.log(_REGISTERS / zeros))
    return round(raw)
