"""What a window of a column is like, as numbers that can be followed through time: shares, ranks, variety.

Each trait has the variance that sampling alone gives it, so that what follows it can tell noise from change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.buckets import coarsen, middles
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile

Floats = NDArray[np.float64]

#: Categories whose shares are followed each; the rest are together.
FOLLOWED = 12
#: A value counts as low or high among this part of the usual ones.
_END = 0.05
#: Values are out of range from this part of the usual range's width beyond it on: seasons go a little way out.
_MARGIN = 0.5
#: One standard deviation of a normal distribution on either side of its median.
SIXTHS = (0.1587, 0.5, 0.8413)
_TAILS = (0.0228, 0.9772)


class Trait(NamedTuple):
    """One number of one window, with the variance that sampling gives it, and the rows that it is of."""

    value: float
    variance: float
    rows: float


#: What was read of one window, by name.
Traits = Mapping[str, Trait]


@dataclass(frozen=True, slots=True)
class NumberYardstick:
    """The usual values of a numeric column, in order, as ranks are taken from them."""

    codes: NDArray[np.int64]
    ranks: Floats  #: mid-rank of each code: the share of usual values below it, and half of those in it
    ends: Floats  #: share of usual values up to and with each code
    low: float
    high: float
    scale: int
    middle: float  #: the median
    width: float  #: half of what two thirds of the values span: a standard deviation, were they normal

    def rank(self, cells: Cells, scale: int) -> Floats:
        """Mid-ranks of buckets among the usual values; 0 and 1 beyond them."""
        codes = coarsen(cells.codes, scale - self.scale) if scale > self.scale else cells.codes
        at = np.searchsorted(self.codes, codes)
        inside = np.minimum(at, len(self.codes) - 1)
        below = np.where(at > 0, self.ends[np.maximum(at, 1) - 1], 0.0)
        return np.where(self.codes[inside] == codes, self.ranks[inside], below)


@dataclass(frozen=True, slots=True)
class CategoryYardstick:
    """The usual categories of a column: those that are followed, and all that are known."""

    followed: tuple[str, ...]
    known: frozenset[str]
    shares: Mapping[str, float]  #: of the usual rows, by category
    whole: bool = True  #: whether all categories are known by name; else none can be called unseen


Yardstick = NumberYardstick | CategoryYardstick


def yardstick(usual: Profile) -> Yardstick | None:
    """What windows of a column are measured by; None where the usual profile has no values."""
    if isinstance(usual, CategoryProfile):
        ranked = sorted(usual.counts.items(), key=lambda item: (-item[1], item[0]))
        if not ranked:
            return None
        rows = sum(usual.counts.values()) + usual.other
        shares = {name: many / rows for name, many in usual.counts.items()}
        return CategoryYardstick(
            tuple(name for name, _ in ranked[:FOLLOWED]), frozenset(usual.counts), shares, not usual.other
        )
    if not len(usual.cells.codes):
        return None
    counts = usual.cells.counts.astype(np.float64)
    ends = np.cumsum(counts) / counts.sum()
    ranks = ends - counts / counts.sum() / 2
    _, middle, _ = _quantiles(usual.cells, usual.scale)
    width = _width(usual.cells, usual.scale)
    return NumberYardstick(usual.cells.codes, ranks, ends, usual.low, usual.high, usual.scale, middle, width)


def share(part: float, rows: float) -> Trait:
    """A share of rows, with the variance of a proportion (a little more than none where the share is 0 or 1)."""
    if not rows:
        return Trait(math.nan, math.nan, 0)
    smooth = (part + 1) / (rows + 2)
    return Trait(part / rows, smooth * (1 - smooth) / rows, rows)


def traits(profile: Profile, usual: Yardstick | None) -> Iterator[tuple[str, Trait]]:
    """Every trait of a column in one window, by name; `usual` is None where nothing usual is known."""
    yield "null_rate", share(profile.nulls, profile.rows)
    if isinstance(profile, CategoryProfile):
        yield from _categories(profile, usual if isinstance(usual, CategoryYardstick) else None)
        return
    yield "nan_rate", share(profile.nans, profile.rows)
    counts = profile.cells.counts.astype(np.float64)
    rows = float(counts.sum())
    if not rows:
        return
    yield "zero_rate", share(profile.zeros, rows)
    yield "top_rate", share(float(counts.max()), rows)
    yield "variety", _variety(len(counts), rows)
    if isinstance(usual, NumberYardstick):
        yield from _ranked(profile, usual, counts, rows)


def _variety(distinct: int, rows: float) -> Trait:
    """The logarithm of how many different values there are; its variance is about that of a count."""
    return Trait(math.log(distinct), 1 / distinct, rows)


def _ranked(
    profile: NumericProfile, usual: NumberYardstick, counts: Floats, rows: float
) -> Iterator[tuple[str, Trait]]:
    ranks = usual.rank(profile.cells, profile.scale)
    mean = float(counts @ ranks) / rows
    yield "rank", Trait(mean, float(counts @ (ranks - mean) ** 2) / rows**2, rows)
    apart = np.abs(ranks - 0.5)
    spread = float(counts @ apart) / rows
    yield "rank_spread", Trait(spread, float(counts @ (apart - spread) ** 2) / rows**2, rows)
    yield "low_rate", share(float(counts[ranks < _END].sum()), rows)
    yield "high_rate", share(float(counts[ranks > 1 - _END].sum()), rows)
    if usual.width > 0:
        yield "level", _level(profile, usual, rows)
    yield "outside_rate", share(_outside(profile, usual, counts), rows)


def _level(profile: NumericProfile, usual: NumberYardstick, rows: float) -> Trait:
    """How far the median lies from the usual one, in usual widths; its variance is that of a normal sample's median."""
    low, middle, high = _quantiles(profile.cells, profile.scale)
    spread = max(high - low, 0.0) / 2 / usual.width
    # A product becomes infinite where a power is refused.
    return Trait((middle - usual.middle) / usual.width, math.pi / 2 * spread * spread / rows, rows)


def _quantiles(cells: Cells, scale: int) -> tuple[float, float, float]:
    """The values that a sixth, a half and five sixths of all lie below, between the middles of buckets.

    A bucket stands at the rank of its middle, so that a median moves on and does not jump where many rows have one
    value (mid-distribution quantiles: Ma, Genton & Parzen 2011).
    """
    low, middle, high = _quantile(cells, scale, SIXTHS)
    return low, middle, high


def _quantile(cells: Cells, scale: int, shares: Sequence[float]) -> list[float]:
    counts = cells.counts.astype(np.float64)
    ranks = (np.cumsum(counts) - counts / 2) / counts.sum()
    found: list[float] = np.interp(shares, ranks, middles(cells.codes, scale)).tolist()
    return found


def _width(cells: Cells, scale: int) -> float:
    """Half of what two thirds of the values span, or a quarter of what 95 % do where that is more.

    Nothing where half of the rows have one value: their median tells nothing that the share of that value does not.
    """
    if 2 * int(cells.counts.max()) >= cells.total:
        return 0.0
    low, _, high = _quantiles(cells, scale)
    least, most = _quantile(cells, scale, _TAILS)
    return max((high - low) / 2, (most - least) / 4)


def _outside(profile: NumericProfile, usual: NumberYardstick, counts: Floats) -> float:
    """Rows whose value lies beyond the usual range by more than half of its width."""
    if math.isnan(usual.low) or math.isnan(profile.low):
        return 0.0
    margin = _MARGIN * (usual.high - usual.low)
    low, high = usual.low - margin, usual.high + margin
    if profile.low >= low and profile.high <= high:
        return 0.0
    values = middles(profile.cells.codes, profile.scale)
    return float(counts[(values < low) | (values > high)].sum())


def _categories(profile: CategoryProfile, usual: CategoryYardstick | None) -> Iterator[tuple[str, Trait]]:
    rows = float(sum(profile.counts.values()) + profile.other)
    if not rows:
        return
    yield "top_rate", share(max(profile.counts.values(), default=0), rows)
    if usual is None:
        return
    if usual.whole:
        unseen = sum(many for name, many in profile.counts.items() if name not in usual.known)
        yield "unseen_rate", share(unseen + profile.other, rows)
    gone = sum(part for name, part in usual.shares.items() if not profile.counts.get(name))
    yield "gone_rate", share(gone * rows, rows)
    for name in usual.followed:
        yield f"share:{name}", share(profile.counts.get(name, 0), rows)


def count_of(rows: float) -> Trait:
    """The logarithm of a number of rows, with the variance of a Poisson count; none at all stands as half a row.

    It is told of no rows too: that none came is known, however few they are.
    """
    many = max(rows, 0.5)
    return Trait(math.log(many), 1 / many, max(rows, 30.0))
