"""Whether a column of numbers became another unit: on log buckets, a factor moves all codes by the same step."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from bellbuoy.metrics.drift import measure_shift
from bellbuoy.metrics.quality import quantile
from bellbuoy.metrics.reading import Measured
from bellbuoy.profiles.profile import Cells, NumericProfile

#: A smaller factor may be growth.
_LEAST = 1.5
#: How much nearer the scaled baseline must be, and how near at least (Jensen–Shannon distance).
_NEARER, _NEAR = 0.4, 0.25


def scaled_by(now: NumericProfile, usual: NumericProfile) -> float | None:
    """The factor that turns the baseline's distribution into the window's; None if no factor does."""
    factors = [ratio for share in (0.5, 0.75, 0.95) if (ratio := _ratio(now, usual, share)) is not None]
    if not factors or not max(factors[0], 1 / factors[0]) >= _LEAST:
        return None
    scale = min(now.scale, usual.scale)
    ours, theirs = now.to_scale(scale), usual.to_scale(scale)
    middle = round(math.log2(factors[0]) * 2**scale)
    far = _distance(ours, theirs)
    near, step = min((_distance(ours, _moved(theirs, middle + by)), middle + by) for by in range(-2, 3))
    return 2 ** (step / 2**scale) if near <= min(_NEAR, _NEARER * far) else None


def _ratio(now: NumericProfile, usual: NumericProfile, share: float) -> float | None:
    if not (now.finite and usual.finite):
        return None
    a, b = quantile(now, share), quantile(usual, share)
    assert isinstance(a, Measured)
    assert isinstance(b, Measured)
    ratio = a.value / b.value if b.value else 0.0
    return ratio if ratio > 0 and math.isfinite(ratio) else None


def _moved(profile: NumericProfile, step: int) -> NumericProfile:
    codes = profile.cells.codes
    return replace(profile, cells=Cells(codes + np.sign(codes) * step, profile.cells.counts))


def _distance(now: NumericProfile, usual: NumericProfile) -> float:
    reading = measure_shift("jensenshannon", now, usual)
    return reading.value if isinstance(reading, Measured) else 1.0
