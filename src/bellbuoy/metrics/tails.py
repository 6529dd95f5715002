"""Tails of distributions: how far chance alone goes. Small enough to need no scipy, which is the oracle in tests."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
#: Terms of a series or of a fraction after which it has converged for any degrees of freedom that occur.
_TERMS = 10_000
_TINY = 1e-300


def normal_limit(share: float) -> float:
    """The value below which a standard normal lies with probability `share`."""
    return _NORMAL.inv_cdf(share)


def chi_square_tail(value: float, freedom: float) -> float:
    """The probability that a chi-square of so many degrees of freedom exceeds a value.

    The regularised incomplete gamma function, by its series below the mean and by its continued fraction (Lentz 1976)
    above; exact to about 1e-12.
    """
    if value <= 0:
        return 1.0
    if math.isinf(value):
        return 0.0
    shape, x = freedom / 2, value / 2
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        return max(0.0, 1.0 - front * _series(shape, x))
    return front * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    term = total = 1.0 / shape
    for n in range(1, _TERMS):
        term *= x / (shape + n)
        total += term
        if term < total * 1e-16:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1.0 - shape
    c, d = 1.0 / _TINY, 1.0 / b
    value = d
    for n in range(1, _TERMS):
        a = -n * (n - shape)
        b += 2.0
        d = 1.0 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


@lru_cache(maxsize=4_096)
def chi_square_limit(share: float, freedom: float) -> float:
    """The value below which a chi-square lies with probability `share`; degrees of freedom need not be whole.

    Wilson and Hilferty (1931) make the guess, Newton's steps on the tail mend it.
    """
    spread = 2.0 / (9.0 * freedom)
    value = max(freedom * max(1.0 - spread + normal_limit(share) * math.sqrt(spread), 0.02) ** 3, 1e-12)
    for _ in range(20):
        slope = math.exp((freedom / 2 - 1) * math.log(value / 2) - value / 2 - math.lgamma(freedom / 2)) / 2
        step = (chi_square_tail(value, freedom) - (1.0 - share)) / max(slope, _TINY)
        value = max(value + step, value / 4)
        if abs(step) < 1e-10 * value:
            break
    return value


@lru_cache
def kolmogorov_limit(share: float) -> float:
    """The value below which the greatest distance of a Brownian bridge from 0 lies with probability `share`.

    Solves `1 − share = 2 Σ (−1)^(k−1) exp(−2 k² x²)` (Kolmogorov 1933) by bisection.
    """
    low, high = 0.2, 4.0
    for _ in range(60):
        middle = (low + high) / 2
        tail = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * middle) ** 2) for k in range(1, 40))
        low, high = (middle, high) if tail > 1 - share else (low, middle)
    return high
