"""Signed log-spaced buckets: the one grid that every engine counts numbers on.

A finite x > 0 falls into bucket `i = ceil(ln(x) · 2^s / ln 2)`, which holds `(2^((i-1)/2^s), 2^(i/2^s)]`: at most
2.2 % wide at s = 5. Its code is `OFFSET + i`; that of −x is `−(OFFSET + i)`; that of 0 is 0. So codes sort as the
values do, and a coarser scale is integer arithmetic on codes.

The formula is defined by the natural logarithm: over 8 million values DuckDB, PostgreSQL, Spark and Polars agreed on it
exactly where `log2` did not (powers of two may sit one bucket off the ideal; all engines put them in the same one).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Finest scale: 2^5 buckets an octave.
SCALE = 5
#: Larger than any |i| at SCALE (ln of the smallest double is −744.44), so that codes of one sign never meet 0.
OFFSET = 40_000
_FACTOR = 2**SCALE / math.log(2)
#: A logarithm this near to a bucket's edge is taken again from the C library, whose rounding the engines share.
_NEAR = 1e-9


def encode(values: Floats) -> Codes:
    """Codes of finite values at the finest scale; shape is kept."""
    size = np.abs(values)
    # Zeros get the logarithm of 1 and are set right below.
    steps = np.log(np.where(size == 0, 1.0, size)) * _FACTOR
    index = np.ceil(steps)
    near = np.flatnonzero(np.abs(steps - np.rint(steps)) < _NEAR * np.maximum(1.0, np.abs(steps)))
    if near.size:
        exact, place = np.unique(size[near], return_inverse=True)
        index[near] = np.array([math.ceil(math.log(x) * _FACTOR) if x else 0 for x in exact.tolist()])[place]
    codes = index.astype(np.int64) + OFFSET
    return np.where(size == 0, 0, np.where(values < 0, -codes, codes))


def coarsen(codes: Codes, steps: int) -> Codes:
    """The same codes on a grid `steps` scales coarser: 2^steps neighbours become one bucket."""
    if steps == 0:
        return codes
    index = np.abs(codes) - OFFSET
    wider = -np.floor_divide(-index, 2**steps) + OFFSET
    return np.where(codes == 0, 0, np.sign(codes) * wider)


def edges(codes: Codes, scale: int = SCALE) -> tuple[Floats, Floats]:
    """Lower and upper end of each bucket, lower ≤ upper; both 0 for the bucket of 0."""
    index = (np.abs(codes) - OFFSET).astype(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        far = np.minimum(np.exp2(index / 2**scale), np.finfo(np.float64).max)
        near = np.exp2((index - 1) / 2**scale)
    low = np.where(codes < 0, -far, near)
    high = np.where(codes < 0, -near, far)
    return np.where(codes == 0, 0.0, low), np.where(codes == 0, 0.0, high)


def middles(codes: Codes, scale: int = SCALE) -> Floats:
    """One value to stand for each bucket: the middle of its ends, at most 1.1 % from any value in it at s = 5."""
    low, high = edges(codes, scale)
    return low / 2 + high / 2


def encode_probability(values: Floats) -> Codes:
    """Codes of probabilities by their odds, `x / (1 - x)`: as fine near 1 as near 0.

    Values outside 0..1 are the caller's to keep out; 0 gets the smallest code and 1 the largest.
    """
    with np.errstate(divide="ignore"):
        odds = values / (1.0 - values)
    odds = np.clip(odds, 2.0**-600, 2.0**600)
    return encode(odds)


def decode_probability(codes: Codes) -> Floats:
    """The probability in the middle of each bucket of `encode_probability`."""
    odds = middles(codes)
    return odds / (1.0 + odds)
