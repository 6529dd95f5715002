"""How values scatter: what an interval of their mean needs to know of the spread and of the tail."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics.intervals import Counts, Floats, spread_of

#: So many rows beyond the largest may have been missed: calibrated by simulation, near the rule of three.
_MISSED = 2.0
#: A tail whose mean hardly exists is taken as no longer than this many times the largest value.
_LONGEST = 20.0
#: As far as rows beyond the largest reach where values have a bound.
_SHORT = 3.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What counted values tell of their scatter."""

    spread: float  #: their standard deviation
    #: Degrees of freedom of that spread: few where single rows make most of it.
    freedom: float = math.inf
    #: How much rows beyond the largest, which the sample happens to lack, could add to the mean.
    beyond: float = 0.0


def shape_of(values: Floats, counts: Counts, *, high: float = math.inf, excess: float = math.inf) -> Shape:
    """The shape of values that occur so often, and are never above `high`.

    Values beyond the largest exceed it by no more than `excess` on average, where that is known. The spread is worth
    2n / (kurtosis − 1) degrees of freedom, what a χ² with its variance has (Satterthwaite 1946).
    """
    values, counts = values[counts > 0], counts[counts > 0]
    scale = float(np.abs(values).max(initial=0.0))
    rows = float(counts.sum())
    if not (scale > 0 and rows >= 2):
        return Shape(0.0)
    part = values / scale
    squares = (part - float(part @ counts) / rows) ** 2
    variance = float(squares @ counts) / rows
    fourth = float(squares**2 @ counts) / rows
    peaked = fourth / variance**2 - 1 if variance**2 > 0 else 0.0
    freedom = max(1.0, 2 * rows / peaked) if peaked > 0 else math.inf
    return Shape(spread_of(values, counts), freedom, _beyond(values, counts, rows, high, excess))


def _beyond(values: Floats, counts: Counts, rows: float, high: float, excess: float) -> float:
    """What rows beyond the largest could add: a few, each as large as a Pareto tail has them on average.

    Its index is Hill's (1975) over the top √n rows, and a standard error more. What is bounded has no such tail.
    """
    order = np.argsort(values)[::-1]
    largest = float(values[order[0]])
    top = min(max(3.0, math.sqrt(rows)), rows - 1)
    before = np.cumsum(counts[order]) - counts[order]
    last = int(np.searchsorted(before, top, side="right")) - 1
    least = float(values[order[last]])
    if not largest > 0:
        return 0.0
    weight = np.clip(top - before[: last + 1], 0, counts[order[: last + 1]])
    index = float((np.log(values[order[: last + 1]]) - math.log(least)) @ weight) / top if least > 0 else 1.0
    longer = min(_LONGEST if math.isinf(high) else _SHORT, 1 / max(1 / _LONGEST, 1 - index * (1 + 1 / math.sqrt(top))))
    return _MISSED / rows * min(high, largest + excess, largest * longer)
