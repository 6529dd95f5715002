"""How long rows take to reach the log, as traits of one window of arrivals: the middle of them, and both ends."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bellbuoy.metrics.traits import SIXTHS, Trait, share
from bellbuoy.profiles.buckets import middles
from bellbuoy.profiles.profile import NumericProfile, Profile

Floats = NDArray[np.float64]

#: Clocks differ and queues hold rows up, in seconds: by so little nothing is early or late.
CLOSE = 600.0
#: Below about so many seconds a lag is followed by its size, beyond by its ratio.
_LONG = 1_800.0
#: What is usual reaches from the first of these quantiles to the last, and half as far again is not very late yet.
_ENDS, _MARGIN = (0.001, 0.999), 0.5


def lag_traits(profile: Profile, usual: Profile | None) -> Iterator[tuple[str, Trait]]:
    """Traits of the lags of one window, in seconds; `usual` are those that are known to be usual, if any are."""
    if not isinstance(profile, NumericProfile) or not profile.finite:
        return
    lags, counts = middles(profile.cells.codes, profile.scale), profile.cells.counts
    rows = float(counts.sum())
    yield "lag", _middle(profile, rows)
    yield "lag_ahead_rate", share(float(counts[lags < -CLOSE].sum()), rows)
    if isinstance(usual, NumericProfile) and usual.finite:
        yield "lag_late_rate", share(float(counts[lags > late_from(usual)].sum()), rows)


def late_from(usual: NumericProfile) -> float:
    """The lag, in seconds, from which on a row comes very late, beside how the usual ones came."""
    low, high = _quantiles(usual, _ENDS).tolist()
    return float(high + max(CLOSE, _MARGIN * (high - low)))


def lag_seconds(value: float) -> float:
    """The lag that a value of the trait `lag` stands for, in seconds."""
    return _LONG * math.sinh(value)


def _middle(profile: NumericProfile, rows: float) -> Trait:
    """The median lag in steps that are even up to half an hour on either side of none, and ratios beyond.

    So five hours weigh much beside a usual minute, whether rows come late or ahead of their time, and a minute beside
    half of one weighs nothing. The variance is that of a normal sample's median, and of a value within its bucket.
    """
    low, middle, high = np.arcsinh(_quantiles(profile, SIXTHS) / _LONG).tolist()
    bucket = math.expm1(math.log(2) / 2**profile.scale)
    return Trait(middle, math.pi / 2 * ((high - low) / 2) ** 2 / rows + bucket**2 / 12, rows)


def _quantiles(profile: NumericProfile, shares: tuple[float, ...]) -> Floats:
    """The values that these shares of all lie below, to the width of a bucket."""
    ends = np.cumsum(profile.cells.counts)
    at = np.searchsorted(ends, np.array(shares) * ends[-1])
    return middles(profile.cells.codes[at], profile.scale)
