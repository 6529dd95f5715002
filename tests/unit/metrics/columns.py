"""Columns counted for tests, straight from the definition of a profile."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile


def numbers(values: ArrayLike, *, nulls: int = 0) -> NumericProfile:
    """The profile of numbers; NaN and infinities count as such."""
    x = np.asarray(values, np.float64).ravel()
    kept = x[np.isfinite(x)]
    codes, counts = np.unique(buckets.encode(kept), return_counts=True)
    with np.errstate(over="ignore"):
        total, squares = float(kept.sum()), float((kept * kept).sum())
    return NumericProfile(
        rows=len(x) + nulls,
        nulls=nulls,
        nans=int(np.isnan(x).sum()),
        plus_infinities=int((x == math.inf).sum()),
        minus_infinities=int((x == -math.inf).sum()),
        zeros=int((kept == 0).sum()),
        total=total,
        squares=squares,
        low=float(kept.min()) if len(kept) else math.nan,
        high=float(kept.max()) if len(kept) else math.nan,
        cells=Cells(codes, counts.astype(np.int64)),
    )


def categories(values: Iterable[object], *, nulls: int = 0) -> CategoryProfile:
    """The profile of texts."""
    counts = Counter(map(str, values))
    return CategoryProfile(counts.total() + nulls, nulls, dict(counts)).folded()
