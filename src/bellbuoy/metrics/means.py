"""Means over rows: the value from an exact sum, the spread from the middles of buckets."""

from __future__ import annotations

import math

from bellbuoy.metrics.intervals import Counts, Floats, Interval, log_margins, mean_interval, size_interval
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.shapes import Shape, shape_of
from bellbuoy.profiles.outcome import Outcome

NO_LABELS = Unmeasured("no labels yet")
#: Of an outcome that has counts and no such sum, as what is expected of labels may be.
NOT_KEPT = Unmeasured("its sum was not kept")
TOO_LARGE = Unmeasured("the sum is larger than a double holds")


def mean_reading(total: float, rows: int, values: Floats, counts: Counts) -> Reading:
    """The mean of `rows` numbers that add up to `total`, with Student's interval.

    `values` that occur `counts` times stand for them where only their spread matters (at most a bucket's half width
    off), so the value itself is exact.
    """
    if (why := _lacking(total, rows)) is not None:
        return why
    mean = total / rows
    shape = shape_of(values, counts)
    return Measured(mean, *mean_interval(mean, shape.spread, rows, freedom=shape.freedom), rows)


def size_reading(
    total: float, rows: int, values: Floats, counts: Counts, *, high: float = math.inf, excess: float = math.inf
) -> Reading:
    """As `mean_reading`, of numbers within 0 and `high`: the interval is taken on the logarithm.

    It goes as far up as rows in the tail that the sample happens to lack would take it: `excess` beyond the largest on
    average, where that is known.
    """
    if (why := _lacking(total, rows)) is not None:
        return why
    # A sum from which rows were taken back may be a rounding beyond what its rows allow.
    mean = min(high, max(0.0, total / rows))
    shape = shape_of(values, counts, high=high, excess=excess)
    return Measured(mean, *size_interval(mean, *margins(mean, rows, shape), high=high), rows)


def margins(mean: float, rows: float, shape: Shape) -> Interval:
    """How far ln(mean) of values of a shape may be off, down and up."""
    return log_margins(mean, shape.spread, rows, freedom=shape.freedom, beyond=shape.beyond)


def _lacking(total: float, rows: int) -> Unmeasured | None:
    if rows <= 0:
        return NO_LABELS
    if math.isnan(total):
        return NOT_KEPT
    return None if math.isfinite(total) else TOO_LARGE


def sum_of(outcome: Outcome, name: str) -> float:
    """A named sum of an outcome; NaN where it was never kept."""
    total = outcome.sums.get(name)
    if total is None:
        return math.nan
    # Of an infinite term that was taken back no number is left: the sum is beyond a double still.
    return math.inf if math.isnan(total) else total
