"""A reading: one metric of one window, measured or not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its 95 % interval `[low, high]`, the rows behind it, and its binning bound.

    `bound` is how far `value` can be from what the raw rows would give, because counts know a value's bucket only.
    """

    value: float
    low: float
    high: float
    rows: int
    bound: float = 0.0


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """No number, and why: "no labels yet", "one class only"."""

    why: str


Reading = Measured | Unmeasured
