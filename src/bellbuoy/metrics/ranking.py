"""How well scores tell positives from negatives: AUC, KS and lift, from counts of score bucket × label.

Counts know the order of buckets but not the order within one. Each result therefore carries a `bound`: the raw scores,
in whatever order and with whatever ties, give a value no farther away than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.metrics.intervals import Z, difference_interval, ratio_interval, share_interval, student
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.shapes import shape_of
from bellbuoy.profiles.profile import Cells

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The share of rows with the highest scores that lift looks at.
TOP = 0.1
#: The 95 % quantile of Kolmogorov's distribution.
SMIRNOV = 1.3581
#: With no more rows of a class the variance of AUC is not left to them alone.
_FEW = 10
ONE_CLASS = Unmeasured("one class only")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows by bucket of score, buckets ascending; counts as doubles, since their products pass 64 bits."""

    buckets: Ints
    positives: Floats
    negatives: Floats

    @property
    def positive(self) -> float:
        """All positive rows."""
        return float(self.positives.sum())

    @property
    def negative(self) -> float:
        """All negative rows."""
        return float(self.negatives.sum())


def ranked(cells: Cells, bits: int) -> Ranked:
    """Counts by bucket from cells whose lowest bit is the label and whose `bits` lowest bits are no bucket."""
    bucket = cells.codes >> bits
    first = np.flatnonzero(np.diff(bucket, prepend=bucket[:1] - 1))
    if not len(first):
        return Ranked(bucket, np.empty(0), np.empty(0))
    counts = cells.counts.astype(np.float64)
    positive = np.add.reduceat(counts * (cells.codes & 1), first)
    return Ranked(bucket[first], positive, np.add.reduceat(counts, first) - positive)


@dataclass(frozen=True, slots=True)
class Area:
    """An area under the ROC curve, with its variance and its bound."""

    value: float
    variance: float
    bound: float
    fewest: float  #: rows of the rarer class
    freedom: float  #: how many rows beyond one the variance is as good as taken from

    def reading(self, rows: int) -> Measured:
        """The area as a reading."""
        low, high = share_interval(self.value, self.variance, self.fewest, freedom=self.freedom)
        return Measured(self.value, low, high, rows, self.bound)


def area(counts: Ranked) -> Area | None:
    """The area under the ROC curve; None where a class is missing.

    A pair of one bucket counts half, so the bound is half the share of such pairs. The variance is DeLong's (DeLong,
    DeLong & Clarke-Pearson 1988) over buckets; Hanley & McNeil's (1982) where a class has so few rows that
    theirs may happen to be small. Its degrees of freedom are Satterthwaite's (1946).
    """
    positives, negatives = counts.positives, counts.negatives
    positive, negative = counts.positive, counts.negative
    if not (positive > 0 and negative > 0):
        return None
    # What share of the negatives a positive of each bucket beats, and what share of the positives beat a negative.
    beats = (np.cumsum(negatives) - negatives / 2) / negative
    beaten = 1 - (np.cumsum(positives) - positives / 2) / positive
    value = min(1.0, float(positives @ beats) / positive)
    fewest = min(positive, negative)
    bound = float(positives @ negatives) / (2 * positive * negative)
    if fewest < 2:
        return Area(value, _hanley(value, positive, negative), bound, fewest, math.inf)
    parts = (shape_of(beats, positives), positive), (shape_of(beaten, negatives), negative)
    one, two = (shape.spread**2 / rows for shape, rows in parts)
    unsure = sum(part**2 / min(rows - 1, shape.freedom) for part, (shape, rows) in zip((one, two), parts, strict=True))
    freedom = (one + two) ** 2 / unsure if unsure > 0 else fewest - 1
    if fewest <= _FEW and (model := _hanley(value, positive, negative)) > (one + two) * (student(freedom) / Z) ** 2:
        return Area(value, model, bound, fewest, math.inf)
    return Area(value, one + two, bound, fewest, freedom)


def _hanley(value: float, positive: float, negative: float) -> float:
    one, two = value / (2 - value), 2 * value**2 / (1 + value)
    rest = (positive - 1) * (one - value**2) + (negative - 1) * (two - value**2)
    # Of less than one expected row, next to an area of 1, rounding may bring it below 0.
    return max(0.0, value * (1 - value) + rest) / (positive * negative)


def auc(counts: Ranked, rows: int) -> Reading:
    """Area under the ROC curve."""
    found = area(counts)
    return ONE_CLASS if found is None else found.reading(rows)


def gini(counts: Ranked, rows: int) -> Reading:
    """2 · AUC − 1."""
    found = auc(counts, rows)
    if isinstance(found, Unmeasured):
        return found
    return Measured(2 * found.value - 1, 2 * found.low - 1, 2 * found.high - 1, rows, 2 * found.bound)


def ks(counts: Ranked, rows: int) -> Reading:
    """Greatest distance between the distributions of the two classes' scores.

    Between buckets it is exact; the bound is what an order within one bucket could add. The high end of the interval is
    that of two rates at the score where they are farthest apart (Newcombe 1998). That score was chosen for being so,
    which only ever adds to the distance, so the low end is Smirnov's (1939), which holds at all scores at once.
    """
    positive, negative = counts.positive, counts.negative
    if not (positive > 0 and negative > 0):
        return ONE_CLASS
    of_positives, of_negatives = counts.positives / positive, counts.negatives / negative
    positives, negatives = np.cumsum(of_positives), np.cumsum(of_negatives)
    apart = negatives - positives
    place = int(np.argmax(np.abs(apart)))
    value = min(1.0, float(abs(apart[place])))
    before = apart - of_negatives + of_positives
    most = np.maximum(np.abs(before + of_negatives), np.abs(before - of_positives)).max()
    ends = (float(negatives[place]), negative), (float(positives[place]), positive)
    more, less = ends if apart[place] >= 0 else ends[::-1]
    _, high = difference_interval(*more, *less)
    low = max(0.0, value - SMIRNOV * math.sqrt(1 / positive + 1 / negative))
    return Measured(value, low, high, rows, max(0.0, min(1.0, float(most)) - value))


def lift(counts: Ranked, rows: int) -> Reading:
    """How many times as many positives the tenth of rows with the highest scores holds as a random tenth.

    The bucket in which that tenth ends gives its share of positives; the bound is what an order within it could change.
    The interval is that of the ratio of two rates, the rest's and the tenth's (Donner & Zou 2012).
    """
    positive = counts.positive
    if not positive > 0:
        return Unmeasured("no positive labels")
    positives, negatives = counts.positives[::-1], counts.negatives[::-1]
    every = positives + negatives
    taken = np.clip(TOP * every.sum() - (np.cumsum(every) - every), 0, every)
    found = min(positive, float((positives * taken / every).sum()))
    least, most = np.maximum(0, taken - negatives).sum(), np.minimum(taken, positives).sum()
    share = found / positive
    top, rest = TOP * float(every.sum()), (1 - TOP) * float(every.sum())
    low, high = ratio_interval((positive - found) / rest, rest, min(1.0, found / top), top)
    low, high = (TOP / (TOP + (1 - TOP) * ratio) for ratio in (high, low))
    bound = max(float(most) - found, found - float(least), 0.0) / positive
    return Measured(share / TOP, min(share, low) / TOP, max(share, high) / TOP, rows, bound / TOP)


@dataclass(frozen=True, slots=True)
class Curve:
    """What every cut between buckets would decide: rows in a bucket at or above the cut are called positive."""

    buckets: Ints  #: the lowest bucket that is called positive, descending
    hits: Floats  #: positive rows called positive
    false_alarms: Floats  #: negative rows called positive
    positive: float
    negative: float

    @property
    def recall(self) -> Floats:
        """Share of positive rows that are called positive; NaN where there are none."""
        return self.hits / (self.positive or math.nan)

    @property
    def fall_out(self) -> Floats:
        """Share of negative rows that are called positive; NaN where there are none."""
        return self.false_alarms / (self.negative or math.nan)

    @property
    def precision(self) -> Floats:
        """Share of rows called positive that are."""
        return self.hits / (self.hits + self.false_alarms)


def curve(counts: Ranked) -> Curve:
    """All cuts of an outcome's scores, for ROC and precision–recall curves and metrics over thresholds."""
    hits, false_alarms = np.cumsum(counts.positives[::-1]), np.cumsum(counts.negatives[::-1])
    return Curve(counts.buckets[::-1], hits, false_alarms, counts.positive, counts.negative)
