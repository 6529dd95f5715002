"""What decisions were worth, from the outcome alone: in total, and a row on average.

Where gains are said cell by cell, they are put to the confusion's counts when read, so a gain that is changed needs no
recount, and what is expected of labels is worth something before they come. Where an expression says what a row is
worth, it was worked out when the row's label came, and the outcome has sums of it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics.binary import Measure
from bellbuoy.metrics.intervals import Floats, Interval, rate_interval, student
from bellbuoy.metrics.means import NO_LABELS, TOO_LARGE, sum_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

NOT_WORKED_OUT = Unmeasured("the value was not worked out when these labels came")
NO_VALUES = Unmeasured("no row has a value: columns of the expression are null in all of them")

#: Metrics that add up over rows: a longer stretch has more of them.
TOTALS = frozenset({"value"})
_LARGEST = sys.float_info.max


@dataclass(frozen=True, slots=True)
class _Taken:
    """What rows were worth."""

    mean: Reading
    rows: float = 0.0  #: expected ones need not be whole
    total: float = 0.0


def mean_value(outcome: Outcome, subject: Subject) -> Reading:
    """What a labelled row was worth on average."""
    return _taken(outcome, subject).mean


def value(outcome: Outcome, subject: Subject) -> Reading:
    """What all labelled rows were worth; the interval is that of the mean, so many times."""
    taken = _taken(outcome, subject)
    if isinstance(taken.mean, Unmeasured):
        return taken.mean
    if not math.isfinite(taken.total):
        return TOO_LARGE
    low, high = max(-_LARGEST, taken.mean.low * taken.rows), min(_LARGEST, taken.mean.high * taken.rows)
    return Measured(taken.total, min(low, taken.total), max(high, taken.total), taken.mean.rows)


def _taken(outcome: Outcome, subject: Subject) -> _Taken:
    gains = subject.money.gains if subject.money is not None else ()
    if not gains:
        return _of_sums(outcome)
    return _of_cells(_cells(outcome, subject, len(gains)), outcome.rows, np.array(gains).ravel())


def _cells(outcome: Outcome, subject: Subject, size: int) -> Floats:
    """How often each cell of the confusion occurred, by predicted and then by true class; and how many rows it is."""
    binary = subject.task == "binary"
    cells = outcome.cells.get("score" if binary else "confusion", Cells())
    # The lowest two bits of a binary code are what was predicted and what is true.
    codes = cells.codes & 3 if binary else cells.codes
    return np.bincount(codes, cells.counts, size * size).astype(np.float64)


def _of_cells(counts: Floats, rows: int, gains: Floats) -> _Taken:
    whole = float(counts.sum())
    if whole <= 0:
        return _Taken(NO_LABELS)
    # Rounding must not bring a mean beyond what its rows were worth.
    mean = min(float(gains.max()), max(float(gains.min()), float(gains @ (counts / whole))))
    with np.errstate(over="ignore"):
        total = float(gains @ counts)
    return _Taken(Measured(mean, *gains_interval(counts, gains, mean), rows), whole, total)


def gains_interval(counts: Floats, gains: Floats, mean: float) -> Interval:
    """Interval of the mean of gains that occur so often.

    The limits of each gain's share (Wilson 1927) are put together by their covariance, as Zou, Huang & Zhang (2009) do
    for a sum of shares with weights (Newcombe 1998 did for a difference), weights being distances from the mean. Of two
    gains that is Wilson's interval itself. Of the gains that no row had, the least and the greatest take part all the
    same: where nothing rare and costly was seen yet, it may still come.
    """
    distinct, place = np.unique(gains, return_inverse=True)
    count = np.bincount(place, counts, len(distinct))
    there = count > 0
    there[[0, -1]] = True
    share, away = count[there] / count.sum(), distinct[there] - mean
    limits = np.array([rate_interval(one, float(count.sum())) for one in share.tolist()])
    below, above = share - limits[:, 0], limits[:, 1] - share
    odds = np.sqrt(share / np.where(share < 1, 1 - share, np.inf))
    together = -np.outer(odds * np.sign(away), odds * np.sign(away))
    np.fill_diagonal(together, 1.0)

    def reach(fewer: bool) -> float:  # noqa: FBT001
        limit = np.where((away > 0) == fewer, below, above) * np.abs(away)
        return math.sqrt(max(0.0, float(limit @ together @ limit)))

    low, high = max(float(distinct[0]), mean - reach(True)), min(float(distinct[-1]), mean + reach(False))
    return min(mean, low), max(mean, high)


def _of_sums(outcome: Outcome) -> _Taken:
    if "value_rows" not in outcome.sums:
        return _Taken(NOT_WORKED_OUT)
    rows = sum_of(outcome, "value_rows")
    if rows < 0.5:
        return _Taken(NO_VALUES)
    powers = [sum_of(outcome, name) for name in ("value", "value_square", "value_cube")]
    if not all(map(math.isfinite, powers)):
        return _Taken(TOO_LARGE)
    mean, square, cube = (power / rows for power in powers)
    reading = Measured(mean, *skewed_interval(mean, square, cube, round(rows)), round(rows))
    return _Taken(reading, rows, powers[0])


def skewed_interval(mean: float, square: float, cube: float, rows: int) -> Interval:
    """Interval of a mean of `rows` values, given the means of their squares and of their cubes.

    Student's, with the skewness taken out by Hall's (1992) transformation: what is worth little in most rows and costs
    much in a few is skewed, and Student's alone then holds the truth too seldom.
    """
    if rows < 2:
        half = 39.0 * abs(mean)  # as `intervals.mean_interval` has it for one row (Edelman 1990)
        return mean - half, mean + half
    variance = square - mean * mean
    # What is less than rounding leaves of the difference is none.
    if not variance > 1e-13 * square:
        variance = 0.0
    spread = math.sqrt(variance * rows / (rows - 1))
    third = cube - 3 * mean * square + 2 * mean**3
    limit = (rows - 2) / math.sqrt(rows - 1)
    scale = variance**1.5  # 0 of a variance so small that a double does not hold it
    skew = max(-limit, min(limit, third / scale)) if scale > 0 else 0.0
    width = student(rows - 1) / math.sqrt(rows)
    low, high = (mean - spread * _unskewed(side * width, skew, rows) for side in (1, -1))
    return max(-_LARGEST, min(mean, low)), min(_LARGEST, max(mean, high))


def _unskewed(width: float, skew: float, rows: int) -> float:
    """Where the transformed statistic is `width`, the statistic itself; Hall (1992), the cubic."""
    if abs(skew) < 1e-6:
        return width
    return (math.cbrt(1 + skew * (width - skew / (6 * rows))) - 1) * 3 / skew


MEASURES: Mapping[str, Measure] = {"value": value, "mean_value": mean_value}
