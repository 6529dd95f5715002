"""How much a column repeats the window before: what a feed that hangs gives away at any grain, from counts alone.

A reading that repeats its last value, at each place where it is taken, fills the same buckets with the same shares
window after window, while a living one moves on. How much a living one repeats differs by column (a calendar does all
of it), so a value means something only beside those of the reference set's own windows.
"""

from __future__ import annotations

import numpy as np

from bellbuoy.metrics.bins import mismatch, values_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile


def measure_repeated(now: Profile, before: Profile) -> Reading:
    """Share of the rows that find their place among the window before: 1 − the total variation distance, 0 to 1.

    Taken on all buckets, or all names. Infinities, NaN and nulls are left out. It has no spread: it is what these rows
    are. Categories that are not kept by name may be the same ones or not: `bound`.
    """
    why = mismatch(now, before)
    if why:
        return Unmeasured(why.replace("the baseline", "the window before"))
    if isinstance(now, NumericProfile) and isinstance(before, NumericProfile):
        if not (now.finite and before.finite):
            return Unmeasured("no finite values")
        share = _common_buckets(now, before)
        return Measured(share, share, share, now.finite)
    assert isinstance(now, CategoryProfile)
    assert isinstance(before, CategoryProfile)
    n, m = values_of(now), values_of(before)
    share = sum(min(count / n, before.counts.get(name, 0) / m) for name, count in now.counts.items())
    return Measured(share, share, share, n, now.other / n)


def _common_buckets(now: NumericProfile, before: NumericProfile) -> float:
    scale = min(now.scale, before.scale)
    mine, theirs = now.to_scale(scale).cells, before.to_scale(scale).cells
    _, at, there = np.intersect1d(mine.codes, theirs.codes, assume_unique=True, return_indices=True)
    return float(np.minimum(mine.counts[at] / now.finite, theirs.counts[there] / before.finite).sum())
