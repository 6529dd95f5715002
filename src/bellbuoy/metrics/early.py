"""A window judged before its labels are complete: against earlier windows as they were at the same age."""

from __future__ import annotations

import math

from bellbuoy.metrics.reading import Measured, Reading, Unmeasured


def settled(now: Reading, then: Reading, final: Reading) -> Reading:
    """What a provisional reading will settle at, if age does to it what it did to earlier windows.

    `now` is of a window at some age, `then` of earlier windows together at the same age, and `final` of those once
    their labels had come. Early labels are a sample of their own kind, fraud being reported before honesty is
    confirmed: what that does to a metric it did to earlier windows too, and so the difference is taken off. The
    interval holds the noise of the three readings.
    """
    if isinstance(now, Unmeasured):
        return now
    if not isinstance(then, Measured) or not isinstance(final, Measured):
        return Unmeasured("no earlier windows to compare with at this age")
    value = final.value + (now.value - then.value)
    past = math.hypot(_half(then), _half(final))
    return Measured(
        value,
        value - math.hypot(now.value - now.low, past),
        value + math.hypot(now.high - now.value, past),
        now.rows,
        now.bound + then.bound + final.bound,
    )


def _half(reading: Measured) -> float:
    return (reading.high - reading.low) / 2
