"""How far a window lies beyond all that was usual before it: the judgement under every alarm of the standard pack.

Real series are not noise around a mean: weather lasts, seasons turn, storms come. So nothing is assumed about how they
swing. What is usual is the range that the baseline's windows have covered, each told by its own noise, and a window is
new where it leaves that range, by so many natural deviations (of windows among themselves, and of sampling together).

A season leads out of any range, but slowly; what breaks, breaks at once. So a window must be new twice: by its level,
and by its distance from the windows just before it (`JUMP`), beside the distances that the baseline has seen. What only
creeps is judged by level alone, where the caller says so.

Windows that were called new teach nothing of what is usual, unless they were over soon: a short swing will come again.
Many series are judged in one pass: an array holds them, a row each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: So many windows before are what a window is a jump from, and the fewest that are enough.
JUMP, _FEW = 14, 5
#: Fewest windows that say what is usual.
FEWEST = 14
#: So many new windows in a row are a swing, if it ends then; what lasts longer is no part of the usual.
_SWING = 2
#: What is new stays so until it is back within this part of its limit.
_STILL = 0.5
#: So many times farther out a window must lie that no windows just before it are known of.
_ALONE = 4
#: What is odd for so many windows in a row, and never rang, is usual from then on.
_STAYS = 5
#: A baseline of so many windows shows what is usual well enough.
YEAR = 365.0
_NORMAL = NormalDist()


@dataclass(slots=True)
class Range:
    """What windows have covered so far, for many series: ends, and natural deviation (Welford 1962)."""

    low: Floats
    high: Floats
    count: Floats
    mean: Floats
    squares: Floats
    overlap: int = 1  #: so many windows in a row have something in common: only every so many-th tells anything new

    @classmethod
    def of(cls, values: Floats, overlap: int = 1) -> Range:
        """What windows `[series, window]` have covered; NaN where a window has no value."""
        known = np.isfinite(values)
        count = known.sum(axis=1).astype(np.float64)
        mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(count, 1)
        squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
        low, high = (np.where(known, values, away) for away in (np.inf, -np.inf))
        return cls(low.min(axis=1, initial=np.inf), high.max(axis=1, initial=-np.inf), count, mean, squares, overlap)

    def learn(self, values: Floats, which: Bools) -> None:
        """Take in one value of each series that is meant and known."""
        which = which & np.isfinite(values)
        some = values[which]
        self.low[which] = np.minimum(self.low[which], some)
        self.high[which] = np.maximum(self.high[which], some)
        self.count[which] += 1
        apart = some - self.mean[which]
        self.mean[which] += apart / self.count[which]
        self.squares[which] += apart * (some - self.mean[which])

    def beyond(self, values: Floats, variance: Floats) -> Floats:
        """By how many deviations each value lies beyond the range, signed; 0 inside, NaN where too little is known.

        A range of few windows is taken to be as wide as that of a year's days would be.
        """
        natural = self.squares / np.maximum(self.count, 1)
        wide = np.sqrt(natural + variance)
        with np.errstate(divide="ignore", invalid="ignore"):
            apart = np.maximum(values - self.high, 0.0) - np.maximum(self.low - values, 0.0)
            out = np.where(wide > 0, apart / wide, np.where(apart == 0, 0.0, np.sign(apart) * np.inf))
        out = np.sign(out) * np.maximum(np.abs(out) - _short(self.count / self.overlap), 0.0)
        known = (self.count >= FEWEST) & np.isfinite(values)
        return np.where(known, out, np.nan)

    def copy(self) -> Range:
        """The same, apart."""
        low, high, count = self.low.copy(), self.high.copy(), self.count.copy()
        return Range(low, high, count, self.mean.copy(), self.squares.copy(), self.overlap)


@dataclass(slots=True)
class Novelty:
    """Judges windows of many series one after the other; what came before is all that it knows.

    `limit` is, by series, how many deviations beyond the usual are called new; `creeping` says of which series the
    level alone decides.
    """

    limit: Floats
    creeping: Bools
    levels: Range
    jumps: Range
    recent: Floats
    _away: Floats = field(init=False)  #: how many new windows each series has had in a row
    _rings: Bools = field(init=False)
    _held: Floats = field(init=False)  #: values and jumps of the first of them, `[2, series, window]`

    def __post_init__(self) -> None:
        self._away = np.zeros(len(self.limit))
        self._rings = np.zeros(len(self.limit), np.bool_)
        self._held = np.full((2, len(self.limit), _SWING), np.nan)

    @classmethod
    def learnt(cls, limit: Floats, creeping: Bools, baseline: Floats, overlap: int = 1) -> Novelty:
        """One that knows the windows `[series, window]` of a baseline, all of them usual.

        The windows that come next are not taken to follow these. `overlap`: so many in a row share what they are of.
        """
        nothing = np.full((len(limit), JUMP), np.nan)
        return cls(limit, creeping, Range.of(baseline, overlap), Range.of(jumps_of(baseline), overlap), nothing)

    def judge(self, values: Floats, variance: Floats) -> tuple[Floats, Bools]:
        """How far the next window is beyond the usual, signed, in deviations (NaN where that cannot be told).

        With it, whether it is new: beyond the limit, or half of it where the window before was new already.
        """
        jump = values - median_of(self.recent, _FEW)
        level = self.levels.beyond(values, variance)
        leap = self.jumps.beyond(jump, variance)
        with np.errstate(invalid="ignore"):  # nothing beyond the one range, and infinitely far beyond the other
            both = np.where(level * leap > 0, np.sign(level) * np.sqrt(np.abs(level) * np.abs(leap)), 0.0)
        # Of the first windows the level alone tells, so they must lie much farther out.
        both = np.where(np.isnan(leap), level / _ALONE, both)
        # Inside the range nothing is new, whatever came just before.
        found = np.where(self.creeping | (level == 0), level, both)
        far = np.abs(np.nan_to_num(found))
        new = far > np.where(self._rings, _STILL * self.limit, self.limit)
        self._rings = np.where(np.isnan(found), self._rings, new)
        # What lay just short of the limit is no more usual than what rings: it teaches when it is over soon, or stays.
        self._settle(values, jump, new | ((far > _STILL * self.limit) & (self._away < _STAYS)))
        return np.where(np.isnan(level), np.nan, found), new

    def copy(self) -> Novelty:
        """The same, apart: it can go on from here twice."""
        levels, jumps = self.levels.copy(), self.jumps.copy()
        out = Novelty(self.limit, self.creeping, levels, jumps, self.recent.copy())
        out._away, out._held, out._rings = self._away.copy(), self._held.copy(), self._rings.copy()
        return out

    def _settle(self, values: Floats, jump: Floats, new: Bools) -> None:
        known = np.isfinite(values)
        back = known & ~new & (self._away <= _SWING)
        for place in range(_SWING):
            self.levels.learn(self._held[0, :, place], back & (self._away > place))
            self.jumps.learn(self._held[1, :, place], back & (self._away > place))
            self._held[:, :, place] = np.where(new & (self._away == place), (values, jump), self._held[:, :, place])
        self._away = np.where(new, self._away + 1, np.where(known, 0.0, self._away))
        usual = known & ~new
        self.levels.learn(values, usual)
        self.jumps.learn(jump, usual)
        self.recent[usual, :-1] = self.recent[usual, 1:]
        self.recent[usual, -1] = values[usual]


def farthest(windows: Floats) -> Floats:
    """How many deviations out the farthest of so many windows lies, on one side, if nothing but chance moves them.

    That is the quantile that one of them is expected beyond.
    """
    known, place = np.unique(np.maximum(windows, 2.0), return_inverse=True)
    quantiles: Floats = np.array([_NORMAL.inv_cdf(1 - 1 / many) for many in known.tolist()])[place]
    return quantiles


def _short(windows: Floats) -> Floats:
    """By how many deviations the range of so many windows is narrower than that of a year's days."""
    short: Floats = np.maximum(farthest(np.array([YEAR]))[0] - farthest(windows), 0.0)
    return short


def jumps_of(values: Floats) -> Floats:
    """How far each window lies from the median of those just before it; NaN where too few of them are known."""
    out = np.full(values.shape, np.nan)
    if values.shape[1] > 1:
        padded = np.pad(values[:, :-1], ((0, 0), (JUMP, 0)), constant_values=np.nan)
        before = np.lib.stride_tricks.sliding_window_view(padded, JUMP, axis=1)
        out[:, : before.shape[1]] = values[:, : before.shape[1]] - median_of(before, _FEW)
    return out


def lasting(values: Floats, of: int = 3) -> Floats:
    """The median of each window and those just before it: what most of the last windows agree on; shape is kept.

    A burst of one window leaves no trace in it. NaN where fewer than `of` windows are known.
    """
    return _running(values, of, of)


def long_run(values: Floats, of: int) -> Floats:
    """The trimmed mean of each window and those just before it that are known, at least half of them; shape is kept.

    A seventh of the windows are left out at either end: a burst or two leave no trace (Tukey 1962). A mean and not a
    median, as what comes in bursts is rarely there.
    """
    out = np.full(values.shape, np.nan)
    if values.shape[1] < of:
        return out
    finite = np.where(np.isfinite(values), values, np.nan)
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(finite, of, axis=1), axis=-1)  # NaN comes last
    known = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    cut = known // 7
    at = np.arange(of)
    kept = (at >= cut) & (at < known - cut)
    mean = np.where(kept, ordered, 0.0).sum(axis=-1) / np.maximum(kept.sum(axis=-1), 1)
    out[:, of - 1 :] = np.where(known[..., 0] >= of / 2, mean, np.nan)
    return out


def _running(values: Floats, of: int, fewest: int) -> Floats:
    out = np.full(values.shape, np.nan)
    if values.shape[1] >= of:
        out[:, of - 1 :] = median_of(np.lib.stride_tricks.sliding_window_view(values, of, axis=1), fewest)
    return out


def median_of(values: Floats, fewest: int = 1) -> Floats:
    """The median along the last axis of what is known; NaN where fewer are."""
    finite = np.isfinite(values)
    known = finite.sum(axis=-1)
    ordered = np.sort(np.where(finite, values, np.nan), axis=-1)  # NaN comes last
    middle = np.stack([np.maximum(known - 1, 0) // 2, np.minimum(known // 2, np.maximum(known - 1, 0))], axis=-1)
    both = np.take_along_axis(ordered, middle, axis=-1)
    middle_value: Floats = np.where(known >= max(fewest, 1), both.mean(axis=-1), np.nan)
    return middle_value
