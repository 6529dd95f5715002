"""A window judged before its labels are complete: against earlier windows as they were at the same age."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist

from bellbuoy.metrics.intervals import Z
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured

_ANY = (-math.inf, math.inf)
#: Exponents beyond this leave the range of doubles.
_FAR = 700.0


def settled(now: Reading, then: Reading, final: Reading, ends: tuple[float, float] = _ANY) -> Reading:
    """What a provisional reading will settle at, if age does to it what it did to earlier windows.

    `now` is of windows at some age, `then` of earlier windows together at the same age, and `final` of those once
    their labels had come. Early labels are a sample of their own kind, fraud being reported before honesty is
    confirmed: what that does to a metric it did to earlier windows too, and so it is taken off. That is a difference of
    log odds for what lies between 0 and 1 (`ends`), as Bayes' rule has it for a share whose two sides come with chances
    of their own; of logarithms for sizes; and a plain one for all else. The interval holds the noise of the three.
    """
    if isinstance(now, Unmeasured):
        return now
    if not isinstance(then, Measured) or not isinstance(final, Measured):
        return Unmeasured("no earlier windows to compare with at this age")
    scale = _scale(ends)
    here, before, after = (_on(reading, scale) for reading in (now, then, final))
    value = after.value + here.value - before.value
    past = math.hypot((before.high - before.low) / 2, (after.high - after.low) / 2)
    low, high = value - math.hypot(here.value - here.low, past), value + math.hypot(here.high - here.value, past)
    bound = now.bound + then.bound + final.bound
    return Measured(scale.back(value), scale.back(low), scale.back(high), now.rows, bound)


@dataclass(frozen=True, slots=True)
class _Scale:
    """A scale on which what age does is a difference."""

    to: Callable[[float, float], float]  #: of a value, which is kept so far away from the ends
    back: Callable[[float], float]


def _scale(ends: tuple[float, float]) -> _Scale:
    if ends == (0.0, 1.0):
        return _Scale(_log_odds, lambda odds: 1 / (1 + math.exp(-odds)) if odds > -_FAR else 0.0)
    if ends[0] == 0.0:
        return _Scale(lambda value, _: math.log(max(value, sys.float_info.min)), lambda size: math.exp(min(size, _FAR)))
    return _Scale(lambda value, _: value, lambda value: value)


def _log_odds(share: float, away: float) -> float:
    inside = min(1 - away, max(away, share))
    return math.log(inside / (1 - inside))


def _on(reading: Measured, scale: _Scale) -> Measured:
    # Not even of rows that are all alike is a share known to be 0 or 1.
    away = 1 / (4 * max(1, reading.rows))
    value, low, high = (scale.to(one, away) for one in (reading.value, reading.low, reading.high))
    return Measured(value, low, high, reading.rows)


def surer(reading: Reading, looks: int, ends: tuple[float, float]) -> Reading:
    """A reading with an interval for one of several looks, so wide that all of them hold 95 times of 100 (Bonferroni).

    `ends` are the least and greatest value that the metric can have.
    """
    if isinstance(reading, Unmeasured):
        return reading
    wider = NormalDist().inv_cdf(1 - 0.025 / max(1, looks)) / Z
    value, low, high = (
        min(ends[1], max(ends[0], end))
        for end in (
            reading.value,
            reading.value - wider * (reading.value - reading.low),
            reading.value + wider * (reading.high - reading.value),
        )
    )
    return replace(reading, value=value, low=low, high=high)
