"""95 % intervals: what the truth may be when a window's rows are seen as a sample.

- a rate: Wilson (1927), which holds at 0, at 1 and with few rows (Brown, Cai & DasGupta 2001);
- an estimate in 0..1 with a variance of its own: Wilson with the rows that would give a plain rate that variance
  (the effective sample size of Kish 1965), fewer where the variance itself is known from few (Korn & Graubard 1998);
- a difference of two rates: Newcombe (1998), method 10;
- a mean: Student's t; of what is never below 0 and has long tails, on its logarithm (the delta method); of one row
  alone: Machol & Rosenblatt (1966), Edelman (1990);
- a quantile: ranks, whatever the distribution (Conover 1999, §3.2).

All ends are finite, and an interval holds its value.
"""

from __future__ import annotations

import math
import sys

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Interval = tuple[float, float]

#: The standard normal's 97.5 % quantile.
Z = 1.959963984540054
#: Student's 97.5 % quantile for 1 to 4 degrees of freedom, where its series is too rough.
_STUDENT = (12.706205, 4.302653, 3.182446, 2.776445)
#: x ± 39 |x| covers the middle of any distribution with one peak 95 times of 100, from one value (Edelman 1990).
_ALONE = 39.0


def rate_interval(share: float, rows: float) -> Interval:
    """Wilson's interval of a share of `rows`, which need not be whole; all of 0..1 for no rows."""
    if rows <= 0:
        return 0.0, 1.0
    weight = Z * Z / rows
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * math.sqrt(max(0.0, share * (1 - share) / rows + weight / (4 * rows)))
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def share_interval(value: float, variance: float, fallback: float, *, freedom: float = math.inf) -> Interval:
    """Interval of an estimate in 0..1; `fallback` is how many rows it counts for where its variance is 0.

    `freedom` is how many rows beyond one the variance was taken from.
    """
    rows = value * (1 - value) / variance if variance > 0 else 0.0
    trust = (Z / student(max(1, int(freedom)))) ** 2 if freedom < 1e6 else 1.0
    return rate_interval(value, trust * rows if rows > 0 else fallback)


def difference_interval(a: float, a_rows: float, b: float, b_rows: float) -> Interval:
    """Interval of a − b, two rates of separate rows."""
    (a_low, a_high), (b_low, b_high) = rate_interval(a, a_rows), rate_interval(b, b_rows)
    return (
        max(-1.0, a - b - math.hypot(a - a_low, b_high - b)),
        min(1.0, a - b + math.hypot(a_high - a, b - b_low)),
    )


def mean_interval(mean: float, spread: float, rows: int, *, low: float = -math.inf, high: float = math.inf) -> Interval:
    """Interval of a mean of `rows` values with standard deviation `spread`, kept within what a mean can be."""
    half = _ALONE * abs(mean) if rows < 2 else student(rows - 1) * spread / math.sqrt(rows)
    floor, ceiling = max(low, -sys.float_info.max), min(high, sys.float_info.max)
    return min(mean, max(floor, mean - half)), max(mean, min(ceiling, mean + half))


def size_interval(mean: float, spread: float, rows: int, *, high: float = math.inf) -> Interval:
    """Interval of a mean of values that are never below 0: as `mean_interval`, on the mean's logarithm."""
    if mean <= 0:
        return 0.0, 0.0
    width = math.log(1 + _ALONE) if rows < 2 else min(700.0, student(rows - 1) * (spread / mean) / math.sqrt(rows))
    return mean * math.exp(-width), max(mean, min(high, sys.float_info.max, mean * math.exp(width)))


def student(freedom: int) -> float:
    """Student's 97.5 % quantile, to 0.001 (Abramowitz & Stegun 26.7.5)."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    terms: tuple[float, ...] = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + math.fsum(term / float(freedom) ** (power + 1) for power, term in enumerate(terms))


def spread_of(values: Floats, counts: Ints) -> float:
    """Sample standard deviation of values that occur so often; 0 for fewer than two rows, and whatever their size."""
    rows = int(counts.sum())
    scale = float(np.abs(values).max(initial=0.0))
    if rows < 2 or scale == 0:
        return 0.0
    part = values / scale
    mean = float(part @ counts) / rows
    return scale * math.sqrt(float((part - mean) ** 2 @ counts) / (rows - 1))


def quantile_ranks(share: float, rows: int) -> tuple[int, int]:
    """Ranks (from 0) of the sorted values between which the quantile lies; the outermost where rows are too few."""
    middle, half = rows * share, Z * math.sqrt(rows * share * (1 - share))
    return max(0, math.floor(middle - half) - 1), min(rows - 1, math.ceil(middle + half))
