"""95 % intervals: what the truth may be when a window's rows are seen as a sample.

- a rate: Wilson (1927), which holds at 0, at 1 and with few rows, mended for rare kinds (Brown, Cai & DasGupta 2001);
- an estimate in 0..1 with a variance of its own: Wilson with the rows that would give a plain rate that variance
  (the effective sample size of Kish 1965), fewer where the variance itself is known from few (Korn & Graubard 1998);
- a difference of two rates: Newcombe (1998), method 10; a ratio of two: Donner & Zou (2012); what else is put together
  of parts: the distances of their ends, squared and added (Zou & Donner 2008);
- a mean: Student's t; of what is never below 0 and has long tails, on its logarithm (the delta method), and as much
  higher as rows of the tail that the sample lacks would take it (`shapes`); of one row alone: Machol & Rosenblatt
  (1966), Edelman (1990);
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
#: Whole where rows were counted, doubles where they are expected.
Counts = Ints | Floats
Interval = tuple[float, float]

#: The standard normal's 97.5 % quantile.
Z = 1.959963984540054
#: Student's 97.5 % quantile for so many degrees of freedom, where its series is too rough.
_FREEDOM = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
_STUDENT = (12.706205, 8.027951, 6.016663, 4.302653, 3.574655, 3.182446, 2.776445)
_LOG_FREEDOM, _LOG_STUDENT = np.log(_FREEDOM), np.log(_STUDENT)
#: The widest margin on a logarithm that stays a number.
_WIDEST = 700.0
#: Up to so many rows of a kind are few, and the 95 % lower limits of their expected number: half of χ²'s 5 % quantile.
_FEW, _LEAST = 3, (0.0, 0.051293, 0.355362, 0.817691)
#: x ± 39 |x| covers the middle of any distribution with one peak 95 times of 100, from one value (Edelman 1990).
_ALONE = 39.0


def rate_interval(share: float, rows: float) -> Interval:
    """Wilson's interval of a share of `rows`, which need not be whole; all of 0..1 for no rows.

    With one to three rows of a kind its near end is Poisson's, as Brown, Cai & DasGupta (2001, §4.1) mend it: Wilson's
    own would hold a rare kind's true share no more than 84 times of 100.
    """
    if rows <= 0:
        return 0.0, 1.0
    weight = Z * Z / rows
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * math.sqrt(max(0.0, share * (1 - share) / rows + weight / (4 * rows)))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    if share * rows <= _FEW:
        low = min(low, _poisson(share * rows) / rows)
    if (1 - share) * rows <= _FEW:
        high = max(high, 1 - _poisson((1 - share) * rows) / rows)
    return min(share, low), max(share, high)


def _poisson(events: float) -> float:
    """Poisson's 95 % lower limit of the expected number where so many events were seen, 0 to 3."""
    return float(np.interp(events, np.arange(_FEW + 1), _LEAST))


def share_interval(value: float, variance: float, fallback: float, *, freedom: float = math.inf) -> Interval:
    """Interval of an estimate in 0..1; `fallback` is how many rows it counts for where its variance is 0.

    `freedom` is how many rows beyond one the variance was taken from.
    """
    rows = value * (1 - value) / variance if variance > 0 else 0.0
    trust = (Z / student(max(1, freedom))) ** 2 if freedom < 1e6 else 1.0
    return rate_interval(value, trust * rows if rows > 0 else fallback)


def difference_interval(a: float, a_rows: float, b: float, b_rows: float) -> Interval:
    """Interval of a − b, two rates of separate rows."""
    (a_low, a_high), (b_low, b_high) = rate_interval(a, a_rows), rate_interval(b, b_rows)
    return (
        max(-1.0, a - b - math.hypot(a - a_low, b_high - b)),
        min(1.0, a - b + math.hypot(a_high - a, b - b_low)),
    )


def ratio_interval(a: float, a_rows: float, b: float, b_rows: float) -> Interval:
    """Interval of a / b, two rates of separate rows, one of them above 0 (Donner & Zou 2012); may end at infinity."""
    (a_low, a_high), (b_low, b_high) = rate_interval(a, a_rows), rate_interval(b, b_rows)
    return _ratio_end(a, a_low, b, b_high, -1), _ratio_end(a, a_high, b, b_low, 1)


def _ratio_end(a: float, a_end: float, b: float, b_end: float, sign: int) -> float:
    """Where the distance of a − ratio · b from 0 is that of its ends, as a difference of rates has them."""
    square, middle = b_end * (2 * b - b_end), a * b
    root = math.sqrt(max(0.0, middle**2 - a_end * (2 * a - a_end) * square))
    if abs(square) < 1e-300:
        return math.inf if sign > 0 else a_end * (2 * a - a_end) / (2 * middle) if middle > 0 else 0.0
    return max(0.0, (middle + sign * root) / square)


def mean_interval(
    mean: float,
    spread: float,
    rows: int,
    *,
    freedom: float = math.inf,
    low: float = -math.inf,
    high: float = math.inf,
) -> Interval:
    """Interval of a mean of `rows` values with standard deviation `spread`, kept within what a mean can be.

    `freedom` is that of the spread where it has less than its rows give it.
    """
    half = _ALONE * abs(mean) if rows < 2 else student(max(1.0, min(rows - 1, freedom))) * spread / math.sqrt(rows)
    floor, ceiling = max(low, -sys.float_info.max), min(high, sys.float_info.max)
    return min(mean, max(floor, mean - half)), max(mean, min(ceiling, mean + half))


def size_interval(mean: float, below: float, above: float, *, high: float = math.inf) -> Interval:
    """Interval of a mean of values that are never below 0, from its margins on the logarithm."""
    low, top = mean * math.exp(-min(_WIDEST, below)), mean * math.exp(min(_WIDEST, above))
    return min(mean, low), max(mean, min(high, sys.float_info.max, top))


def log_margins(mean: float, spread: float, rows: float, *, freedom: float = math.inf, beyond: float = 0.0) -> Interval:
    """How far ln(mean) of `rows` values above 0 may be off, down and up: Student's, by the delta method.

    `freedom` is that of the spread where it has less than its rows give it; `beyond` is what rows that the sample
    happens to lack could add to the mean. One row alone may be 39 times too large or too small.
    """
    if mean <= 0:
        return 0.0, 0.0
    if rows < 2:
        return (math.log(1 + _ALONE),) * 2
    width = min(_WIDEST, student(max(1.0, min(rows - 1, freedom))) * (spread / mean) / math.sqrt(rows))
    return width, math.log1p(min(sys.float_info.max, math.hypot(math.expm1(width), beyond / mean)))


def student(freedom: float) -> float:
    """Student's 97.5 % quantile, to 0.001 (Abramowitz & Stegun 26.7.5); for 1 to 4 it is read off a table."""
    if freedom <= _FREEDOM[-1]:
        return math.exp(float(np.interp(math.log(freedom), _LOG_FREEDOM, _LOG_STUDENT)))
    terms: tuple[float, ...] = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + math.fsum(term / float(freedom) ** (power + 1) for power, term in enumerate(terms))


def spread_of(values: Floats, counts: Counts) -> float:
    """Sample standard deviation of values that occur so often; 0 for fewer than two rows, and whatever their size."""
    rows = float(counts.sum())
    scale = float(np.abs(values).max(initial=0.0))
    if rows < 2 or scale == 0:
        return 0.0
    part = values / scale
    mean = float(part @ counts) / rows
    return scale * math.sqrt(float((part - mean) ** 2 @ counts) / (rows - 1))


def quantile_ranks(share: float, rows: float) -> tuple[int, int]:
    """Ranks (from 0) of the sorted values between which the quantile lies; the outermost where rows are too few."""
    middle, half = rows * share, Z * math.sqrt(rows * share * (1 - share))
    return max(0, math.floor(middle - half) - 1), min(math.ceil(rows) - 1, math.ceil(middle + half))
