"""Distances between cumulative curves: Kolmogorov–Smirnov and Wasserstein, from all buckets of two profiles.

Without change, the difference of two such curves is a Brownian bridge along the shares of the buckets, times
√(1/n + 1/m): this gives the noise of both, ties included.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bellbuoy.metrics.bins import line_of
from bellbuoy.metrics.intervals import Z
from bellbuoy.metrics.quality import deviation
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.tails import chi_square_limit, kolmogorov_limit
from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import NumericProfile, Profile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A bucket with more than this share of the rows is a tie that bends the law of KS.
_TIE = 0.02
#: Paths and steps of the simulated bridge.
_PATHS, _STEPS = 4_000, 24
#: Buckets that the exact moments of the Wasserstein distance are taken over.
_PLACES = 256


@dataclass(frozen=True, slots=True)
class _Curves:
    """Shares by bucket on one axis: codes ascending, p now, q usually."""

    codes: Ints
    p: Floats
    q: Floats
    n: float
    m: float
    scale: int

    @property
    def gap(self) -> Floats:
        """Difference of the two curves after each bucket."""
        return np.cumsum(self.p - self.q)

    @property
    def mixed(self) -> Floats:
        """Shares of both sides together."""
        return (self.n * self.p + self.m * self.q) / (self.n + self.m)

    @property
    def noise(self) -> float:
        """1/n + 1/m."""
        return 1 / self.n + 1 / self.m


def measure_ks(now: Profile, usual: Profile) -> Reading:
    """Kolmogorov–Smirnov distance (1933): the greatest difference of the two cumulative curves, 0 to 1.

    Seen at the edges of buckets, so the true one may be larger by `bound`. The interval is the value ± the 95 % limit
    of Kolmogorov's law, which holds whatever the distributions.
    """
    if not (isinstance(now, NumericProfile) and isinstance(usual, NumericProfile)):
        return Unmeasured("categories have no order")
    both = _curves(now, usual)
    gap = both.gap
    value = float(np.abs(gap).max())
    # Within a bucket one side's rows may all come before the other's; at 0 all rows are equal.
    apart = both.codes != 0
    before = gap - (both.p - both.q)
    most = np.maximum(np.abs(before + both.p * apart), np.abs(before - both.q * apart)).max()
    around = kolmogorov_limit(0.95) * math.sqrt(both.noise)
    bound = max(0.0, min(1.0, float(most)) - value)
    return Measured(value, max(0.0, value - around), min(1.0, value + around), int(both.n), bound)


def ks_noise(now: Profile, usual: Profile, share: float) -> float:
    """Limit of KS without change: Kolmogorov's law, or where there are ties, that of a simulated bridge across them."""
    if not (isinstance(now, NumericProfile) and isinstance(usual, NumericProfile)):
        return math.nan
    both = _curves(now, usual)
    mixed = both.mixed
    if mixed.max() <= _TIE:
        return kolmogorov_limit(share) * math.sqrt(both.noise)
    return float(np.quantile(_greatest(mixed), share)) * math.sqrt(both.noise)


def measure_wasserstein(now: Profile, usual: Profile) -> Reading:
    """Wasserstein distance (order 1), in standard deviations of the baseline: how far the average row has moved.

    Finite values only. `bound` is how far rows may stand from the middles of their buckets. The interval is by the
    delta method, and reaches 0 where chance could give the value.
    """
    if not (isinstance(now, NumericProfile) and isinstance(usual, NumericProfile)):
        return Unmeasured("categories have no order")
    if not (now.finite and usual.finite):
        return Unmeasured("no finite values")
    unit = deviation(usual)[0]
    if not (math.isfinite(unit) and unit > 0):
        return Unmeasured("the baseline does not vary")
    both = _curves(_inner(now), _inner(usual))
    middle = buckets.middles(both.codes, both.scale) / unit
    low, high = buckets.edges(both.codes, both.scale)
    step, gap = np.diff(middle), both.gap[:-1]
    value = float((np.abs(gap) * step).sum())
    potential = np.append(0.0, np.cumsum(np.sign(gap) * step))
    error = Z * math.sqrt(_variance(both.p, potential) / both.n + _variance(both.q, potential) / both.m)
    # A single step's 95 % limit is 2.456 times its mean, and no sum of steps strays further from its own mean.
    chance = 2.456 * _mean_gap(both.mixed, step) * math.sqrt(both.noise)
    bound = float(((both.p + both.q) * (high - low) / unit).sum()) / 2
    return Measured(value, max(0.0, value - max(error, chance)), value + error, int(both.n), bound)


def wasserstein_noise(now: Profile, usual: Profile, share: float) -> float:
    """Limit of the Wasserstein distance without change: a gamma with the exact mean and variance of the bridge's area.

    Area under |B| over the buckets; covariance of two folded normals by Nabeya (1951).
    """
    if not (isinstance(now, NumericProfile) and isinstance(usual, NumericProfile)):
        return math.nan
    unit = deviation(usual)[0] if now.finite and usual.finite else math.nan
    if not (math.isfinite(unit) and unit > 0):
        return math.nan
    both = _curves(_inner(now), _inner(usual))
    while len(both.codes) > _PLACES and both.scale > 0:
        both = _curves(_inner(now).to_scale(both.scale - 1), _inner(usual).to_scale(both.scale - 1))
    step = np.diff(buckets.middles(both.codes, both.scale) / unit)
    mean, variance = _mean_gap(both.mixed, step), _area_variance(both.mixed, step)
    if not mean > 0:
        return 0.0
    freedom = 2 * mean**2 / variance
    return chi_square_limit(share, freedom) * mean / freedom * math.sqrt(both.noise)


def _inner(profile: NumericProfile) -> NumericProfile:
    """Finite values alone."""
    cells = profile.cells
    return NumericProfile(rows=cells.total, scale=profile.scale, cells=cells)


def _curves(now: NumericProfile, usual: NumericProfile) -> _Curves:
    scale = min(now.scale, usual.scale)
    (ours, n), (theirs, m) = line_of(now, scale), line_of(usual, scale)
    codes = np.union1d(ours, theirs)
    p, q = np.zeros(len(codes)), np.zeros(len(codes))
    p[np.searchsorted(codes, ours)] = n / n.sum()
    q[np.searchsorted(codes, theirs)] = m / m.sum()
    return _Curves(codes, p, q, float(n.sum()), float(m.sum()), scale)


def _variance(shares: Floats, values: Floats) -> float:
    mean = float((shares * values).sum())
    return float((shares * (values - mean) ** 2).sum())


def _mean_gap(shares: Floats, step: Floats) -> float:
    """Mean area under a folded bridge: E|B(t)| is √(2/π) · √(t(1 − t))."""
    t = np.cumsum(shares)[:-1]
    return math.sqrt(2 / math.pi) * float((np.sqrt(np.clip(t * (1 - t), 0, None)) * step).sum())


def _area_variance(shares: Floats, step: Floats) -> float:
    t = np.clip(np.cumsum(shares)[:-1], 1e-15, 1 - 1e-15)
    deviations = np.sqrt(t * (1 - t))
    least = np.minimum(t[:, None], t[None, :]) * (1 - np.maximum(t[:, None], t[None, :]))
    rho = np.clip(least / np.outer(deviations, deviations), -1, 1)
    folded = 2 / math.pi * (np.sqrt(1 - rho**2) + rho * np.arcsin(rho) - 1)
    weights = deviations * step
    return float(weights @ folded @ weights)


def _greatest(shares: Floats) -> Floats:
    """The greatest |bridge| on each of many paths; ties are jumped over, stretches without ties are crossed in full."""
    steps, smooth = _stretches(shares)
    normal, uniform = _draws()
    walk = np.cumsum(normal[:, : len(steps)] * np.sqrt(steps), axis=1)
    bridge = walk - walk[:, -1:] * np.cumsum(steps)
    start = np.concatenate([np.zeros((len(bridge), 1)), bridge[:, :-1]], axis=1)
    # The law of the greatest value between two ends is known (Borodin, Salminen, Handbook of Brownian Motion, IV.26).
    room = 2 * steps * smooth * uniform[:, : len(steps)]
    width = np.sqrt((start - bridge) ** 2 + room)
    top = (np.abs(start + bridge) + width) / 2
    greatest: Floats = np.where(smooth, top, np.abs(bridge)).max(axis=1)
    return greatest


def _stretches(shares: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The axis in a few steps: a tie each, and between ties stretches of about equal share."""
    tie = shares > _TIE
    room = max(_STEPS - int(tie.sum()), 1)
    width = max(float(shares[~tie].sum()) / room, 1e-9) * 2
    steps: list[float] = []
    smooth: list[bool] = []
    for share, alone in zip(shares.tolist(), tie.tolist(), strict=True):
        if not alone and steps and smooth[-1] and steps[-1] + share <= width:
            steps[-1] += share
        else:
            steps.append(share)
            smooth.append(not alone)
    return np.array(steps), np.array(smooth)


@cache
def _draws() -> tuple[Floats, Floats]:
    """Normal steps and exponential heights, the same each time."""
    random = np.random.default_rng(1933)
    most = 4 * _STEPS
    return random.standard_normal((_PATHS, most)), random.standard_exponential((_PATHS, most))
