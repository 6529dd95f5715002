"""Signed log-spaced buckets: the one grid that every engine counts numbers on.

A finite x > 0 falls into bucket `i = ceil(ln(x) · 2^s / ln 2)`, which holds `(2^((i-1)/2^s), 2^(i/2^s)]`: at most
2.2 % wide at s = 5. Its code is `OFFSET + i`; that of −x is `−(OFFSET + i)`; that of 0 is 0. So codes sort as the
values do, and a coarser scale is integer arithmetic on codes.

The formula is defined by the natural logarithm: over 8 million values DuckDB, PostgreSQL, Spark and Polars agreed on it
exactly where `log2` did not (powers of two may sit one bucket off the ideal; all engines put them in the same one).
"""

from __future__ import annotations

import math
import struct
import sys

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Finest scale: 2^5 buckets an octave.
SCALE = 5
#: Larger than any |i| at SCALE (ln of the smallest double is −744.44), so that codes of one sign never meet 0.
OFFSET = 40_000
_FACTOR = 2**SCALE / math.log(2)
#: A logarithm this near to a bucket's edge is taken again from the C library, whose rounding the engines share. No
#: logarithm is this wrong: 35,000 buckets from 0 to the largest double leave an error of 10⁻¹⁰ at most.
_NEAR = 1e-8
#: Doubles in order are integers in order: so many steps around the ideal edge hold the one that counts.
_AROUND = 8_192
_MAX_BITS, _LN_MAX = 0x7FEF_FFFF_FFFF_FFFF, math.log(sys.float_info.max)
#: The largest double under each index, by index + OFFSET; found when it is first needed (NaN until then).
_LAST = np.full(2 * OFFSET, np.nan)
#: Stands for sizes of 0 while logarithms are taken: its own is far from any edge.
_ANY = 1.01


def encode(values: Floats) -> Codes:
    """Codes of finite values at the finest scale; shape is kept."""
    if not values.size:
        return np.zeros(values.shape, np.int64)
    size = np.abs(values)
    signed = np.copysign(steps(size) + OFFSET, values)
    return np.where(size == 0, 0.0, signed).astype(np.int64)


def steps(size: Floats) -> Floats:
    """The index `ceil(ln(x) · 2^s / ln 2)` of each x ≥ 0 at the finest scale, as doubles; any number for 0."""
    exact = np.log(np.where(size == 0, _ANY, size) if size.min() == 0 else size)
    exact *= _FACTOR
    index = np.ceil(exact)
    gap = np.subtract(index, exact, out=exact)
    if gap.min() < _NEAR or gap.max() > 1 - _NEAR:
        near = np.flatnonzero((gap < _NEAR) | (gap > 1 - _NEAR))
        edge = np.rint(index[near] - gap[near]).astype(np.int64)
        index[near] = edge + (size[near] > _last_below(edge))
    return index


def _last_below(edge: Codes) -> Floats:
    """For each index the largest double that is still counted under it."""
    known = _LAST[edge + OFFSET]
    if np.isnan(known).any():
        for index in set(edge[np.isnan(known)].tolist()):
            _LAST[index + OFFSET] = _found_last(index)
        known = _LAST[edge + OFFSET]
    return known


def _found_last(index: int) -> float:
    """The largest double x with `ceil(ln x · 2^s / ln 2) ≤ index` by the C library's logarithm; 0 if there is none."""
    guess = struct.unpack("<q", struct.pack("<d", math.exp(min(index / _FACTOR, _LN_MAX))))[0]
    low, high = max(0, guess - _AROUND), min(guess + _AROUND, _MAX_BITS)
    while low < high:
        middle = (low + high + 1) // 2
        x = struct.unpack("<d", struct.pack("<q", middle))[0]
        low, high = (middle, high) if math.ceil(math.log(x) * _FACTOR) <= index else (low, middle - 1)
    return float(struct.unpack("<d", struct.pack("<q", low))[0])


def coarsen(codes: Codes, by: int | Codes) -> Codes:
    """The same codes on a grid `by` scales coarser (one number, or one for each): 2^by neighbours become one bucket."""
    index = np.abs(codes) - OFFSET
    wider = -np.floor_divide(-index, np.left_shift(1, by)) + OFFSET
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
