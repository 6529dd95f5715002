"""Values that the baseline never had: categories that are new, numbers beyond its least and greatest."""

from __future__ import annotations

import math

import numpy as np

from bellbuoy.metrics.bins import values_of
from bellbuoy.metrics.intervals import rate_interval
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.tails import chi_square_tail, normal_limit
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile


def measure_unseen(now: Profile, usual: Profile) -> Reading:
    """Share of the rows with a category that are in one which the baseline never had; nulls do not count.

    Where the window has more categories than a profile names, those not named may be new as well: `bound`.
    """
    if not (isinstance(now, CategoryProfile) and isinstance(usual, CategoryProfile)):
        return Unmeasured("numbers have no categories")
    rows = values_of(now)
    strange = sum(count for name, count in now.counts.items() if name not in usual.counts)
    if usual.other:
        return Unmeasured("the baseline has more categories than can be kept by name")
    low, high = rate_interval(strange / rows, rows)
    return Measured(strange / rows, low, high, rows, now.other / rows)


def unseen_noise(now: Profile, usual: Profile, share: float) -> float:
    """Limit of unseen_rate without change: as many rows as the baseline has in categories that it saw once.

    Good (1953): a fresh row is in an unseen category with about that share as its chance, and the categories seen twice
    tell how such rows come in clumps. One is added to both counts, since a baseline without any such category does not
    prove that there are none. NaN where nothing can be told.
    """
    if not (isinstance(now, CategoryProfile) and isinstance(usual, CategoryProfile)) or usual.other:
        return math.nan
    mean, variance = _unseen_law(now, usual)
    return min(1.0, math.floor(mean + normal_limit(share) * math.sqrt(variance)) / values_of(now))


def unseen_significance(now: CategoryProfile, usual: CategoryProfile) -> float:
    """The probability of so many rows in unseen categories if nothing changed: a gamma with the moments of that law."""
    rows = sum(count for name, count in now.counts.items() if name not in usual.counts)
    if usual.other or not rows or not values_of(usual):
        return 1.0
    mean, variance = _unseen_law(now, usual)
    return chi_square_tail(2 * rows * mean / variance, 2 * mean**2 / variance)


def _unseen_law(now: CategoryProfile, usual: CategoryProfile) -> tuple[float, float]:
    """Mean and variance of the number of rows in unseen categories without change."""
    counts = list(usual.counts.values())
    once, twice, ratio = counts.count(1) + 1, counts.count(2) + 1, values_of(now) / values_of(usual)
    return ratio * once, ratio * once + ratio**2 * (once + 2 * twice)


def measure_out_of_range(now: Profile, usual: Profile) -> Reading:
    """Share of the rows with a number that lie below the baseline's least or above its greatest one.

    Infinities lie beyond any number, unless the baseline has the like. In the two buckets that hold the baseline's
    ends nobody can tell rows on either side: `bound`.
    """
    if not (isinstance(now, NumericProfile) and isinstance(usual, NumericProfile)):
        return Unmeasured("categories have no range")
    rows = values_of(now)
    outside, unsure = _finite_outside(now, usual)
    outside += now.plus_infinities * (not usual.plus_infinities) + now.minus_infinities * (not usual.minus_infinities)
    low, high = rate_interval(outside / rows, rows)
    return Measured(outside / rows, low, high, rows, unsure / rows)


def _finite_outside(now: NumericProfile, usual: NumericProfile) -> tuple[int, int]:
    """Rows that are surely outside, and rows that may be."""
    if not usual.finite or not now.finite:
        return now.finite, 0
    scale = min(now.scale, usual.scale)
    cells, theirs = now.to_scale(scale).cells, usual.to_scale(scale).cells
    first, last = theirs.codes[0], theirs.codes[-1]
    outside = int(cells.counts[(cells.codes < first) | (cells.codes > last)].sum())
    unsure = 0
    ends = ((first, cells.codes[0], now.low < usual.low), (last, cells.codes[-1], now.high > usual.high))
    for end, own, beyond in ends:
        at = cells.counts[cells.codes == end]
        if beyond and end != 0 and len(at):
            # One row at least is the one that reaches beyond, if the window's own end is in this bucket.
            sure = int(end == own)
            outside, unsure = outside + sure, unsure + int(at[0]) - sure
    return outside, unsure


def out_of_range_noise(now: Profile, usual: Profile, share: float) -> float:
    """Limit of out_of_range_rate without change, whatever the distribution.

    Of n + m rows in random order, the number beyond each end of the m is nearly geometric with ratio n/(n + m).
    """
    if not (isinstance(now, NumericProfile) and isinstance(usual, NumericProfile)):
        return math.nan
    n, m = values_of(now), values_of(usual)
    ratio = n / (n + m)
    rows = 0
    while _beyond(rows + 1, ratio) > 1 - share and rows < n:
        rows = rows + 1 if rows < 50 else int(np.ceil(rows * 1.02))
    return min(rows, n) / n


def out_of_range_significance(now: NumericProfile, usual: NumericProfile) -> float:
    """The probability of so many finite values beyond the baseline's ends if nothing changed."""
    if not (now.finite and usual.finite):
        return 1.0
    return _beyond(_finite_outside(now, usual)[0], now.finite / (now.finite + usual.finite))


def _beyond(rows: int, ratio: float) -> float:
    """P(at least so many) of two geometrics together: (1 + k (1 − r)) r^k."""
    return (1 + rows * (1 - ratio)) * ratio**rows
