"""Means over rows: the value from an exact sum, the spread from the middles of buckets."""

from __future__ import annotations

import math

from bellbuoy.metrics.intervals import Floats, Ints, mean_interval, size_interval, spread_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.profiles.outcome import Outcome

NO_LABELS = Unmeasured("no labels yet")
TOO_LARGE = Unmeasured("the sum is larger than a double holds")


def mean_reading(total: float, rows: int, values: Floats, counts: Ints) -> Reading:
    """The mean of `rows` numbers that add up to `total`, with Student's interval.

    `values` that occur `counts` times stand for them where only their spread matters (at most a bucket's half width
    off), so the value itself is exact.
    """
    if (why := _lacking(total, rows)) is not None:
        return why
    mean = total / rows
    return Measured(mean, *mean_interval(mean, spread_of(values, counts), rows), rows)


def size_reading(total: float, rows: int, values: Floats, counts: Ints, *, high: float = math.inf) -> Reading:
    """As `mean_reading`, of numbers within 0 and `high`: the interval is taken on the logarithm."""
    if (why := _lacking(total, rows)) is not None:
        return why
    # A sum from which rows were taken back may be a rounding beyond what its rows allow.
    mean = min(high, max(0.0, total / rows))
    return Measured(mean, *size_interval(mean, spread_of(values, counts), rows, high=high), rows)


def _lacking(total: float, rows: int) -> Unmeasured | None:
    if rows <= 0:
        return NO_LABELS
    return None if math.isfinite(total) else TOO_LARGE


def sum_of(outcome: Outcome, name: str) -> float:
    """A named sum of an outcome; NaN where it was never kept."""
    return outcome.sums.get(name, math.nan)
