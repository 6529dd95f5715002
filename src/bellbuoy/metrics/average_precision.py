"""Average precision, the area under the precision–recall curve, from counts of score bucket × label."""

from __future__ import annotations

import math

import numpy as np

from bellbuoy.metrics.intervals import Floats, Interval, Z, rate_interval, share_interval, student
from bellbuoy.metrics.ranking import Ranked
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured

#: Windows that an expected one stands for.
_MANY = 2.0**20
#: With no more positive rows the variance is at least that of a share of them (Boyd, Eng & Page 2013).
_FEW = 10
#: With no more negative rows, and fewer than positive ones, the variance is at least that of a sum over them whose
#: terms vary by so many times the square of their mean: calibrated by simulation.
_SOME, _TAILS = 50, 3.0


def pr_auc(counts: Ranked, rows: int) -> Reading:
    """Average precision: the mean, over positive rows, of the precision at their score.

    Within a bucket precision is interpolated as Davis & Goadrich (2006) do, which is what a random order gives. The
    bound holds the worst order (all negatives first) and the best (all positives first, tied).
    """
    positive = counts.positive
    if not positive > 0:
        return Unmeasured("no positive labels")
    kept = counts.positives[::-1] > 0
    original, counts = counts, _multitude(counts)
    hits, misses = counts.positives[::-1], counts.negatives[::-1]
    hits_before, misses_before = (np.cumsum(hits) - hits)[kept], (np.cumsum(misses) - misses)[kept]
    hits, misses = hits[kept], misses[kept]
    before = hits_before + misses_before
    every = counts.positive
    value = _precisions(hits, hits_before, before - misses / (2 * hits), misses / hits) / every
    worst = _precisions(hits, hits_before, before + misses, np.zeros_like(hits)) / every
    best = float(hits @ ((hits_before + hits) / (before + hits))) / every
    value = min(1.0, value)
    low, high = _interval(value, original)
    return Measured(value, low, high, rows, max(0.0, best - value, value - worst))


def _interval(value: float, counts: Ranked) -> Interval:
    """Where the value may lie: within the classes' sizes by its influence function, and by what those sizes may be.

    What one row more changes in the value is known (its influence function), so the delta method gives its variance;
    Wilson's form keeps the ends within 0..1. Precision also goes with how many rows are positive: its odds grow as the
    odds of being positive do. Both distances are joined by the root of the sum of their squares (Zou & Donner 2008). A
    sample's value is too high on average, since every positive row is among those called with it, and the low end
    allows for that.
    """
    positive, negative, every = counts.positive, counts.negative, counts.positive + counts.negative
    binomial = value * (1 - value) / (positive * max(1.0, positive / _FEW))
    variance = _variance(counts) * (student(max(1.0, (min(positive, negative) or positive) - 1)) / Z) ** 2
    # What lacks to 1 is owed to the negatives alone: of few, some high up, it is as unsure as a sum of long tails.
    owed = _TAILS * (1 - value) ** 2 / (negative * max(1.0, negative / _SOME)) if 0 < negative < positive else 0.0
    low, high = share_interval(value, max(variance, binomial, owed), positive)
    few, many = rate_interval(positive / every, every)
    below = value - min(value, _moved(value, positive / every, few))
    above = max(value, _moved(value, positive / every, many)) - value
    low = value - math.hypot(value - low, below) - _excess(counts)
    return max(0.0, low), min(1.0, value + math.hypot(high - value, above))


def _moved(precision: float, rate: float, to: float) -> float:
    """A precision where another share of the rows is positive and scores are as they are."""
    hits, false_alarms = precision * to * (1 - rate), (1 - precision) * (1 - to) * rate
    return hits / (hits + false_alarms) if hits + false_alarms > 0 else precision


def _excess(counts: Ranked) -> float:
    """By how much the value is too high on average: what each positive row's precision owes to the row itself."""
    hits, called = np.cumsum(counts.positives[::-1]), np.cumsum((counts.positives + counts.negatives)[::-1])
    own = (called - hits) / np.maximum(1.0, called * (called - 1))
    return float(counts.positives[::-1] @ own) / counts.positive


def _variance(counts: Ranked) -> float:
    """Variance of average precision among windows with so many rows of each class.

    One more positive row brings its own precision and raises that of all positive rows below it; one more negative
    row lowers it for these. Ties are cut in half.
    """
    positives, negatives = counts.positives, counts.negatives
    positive, negative = counts.positive, counts.negative
    hits = np.cumsum(positives[::-1])[::-1] - positives / 2
    called = np.cumsum((positives + negatives)[::-1])[::-1] - (positives + negatives) / 2
    called = np.where(called > 0, called, 1.0)
    precision = hits / called
    raised = np.cumsum(positives / called) - positives / called / 2
    lowered = np.cumsum(precision * positives / called) - precision * positives / called / 2
    variance = 0.0
    for rows, every, change in (
        (positives, positive, precision + raised - lowered),
        (negatives, negative, -lowered),
    ):
        if every > 1:
            middle = float(rows @ change) / every
            variance += float(rows @ (change - middle) ** 2) / (every - 1) * every
    return variance / positive**2


def _multitude(counts: Ranked) -> Ranked:
    """Counts that are not whole are what many windows have on average: so many that one row more is next to nothing."""
    if not (counts.positives % 1).any():
        return counts
    return Ranked(counts.buckets, counts.positives * _MANY, counts.negatives * _MANY)


def _precisions(hits: Floats, hits_before: Floats, before: Floats, between: Floats) -> float:
    """Sum over buckets, and over k = 1 … hits in each, of (hits_before + k) / (before + k + between · k)."""
    pace = 1 + between
    start = before / pace
    harmonic = _digamma(start + hits + 1) - _digamma(start + 1)
    return float(((hits + (hits_before - start) * harmonic) / pace).sum())


def _digamma(x: Floats) -> Floats:
    """The digamma function for x > 0: raised by ten steps, then its asymptotic series (error below 1e-12)."""
    steps = sum(1 / (x + step) for step in range(10))
    high = x + 10
    square = 1 / high**2
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return np.asarray(np.log(high) - 1 / (2 * high) - series - steps)
