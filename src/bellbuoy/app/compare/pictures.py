"""The distribution of a column in two files, as small bars on common bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.compare.values import ColumnReport
from bellbuoy.app.compare.words import named, number
from bellbuoy.charts import spark_bars
from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile

Floats = NDArray[np.float64]
_BARS = 36
#: Rows left out at each end of the axis, so that a few wild ones do not flatten the rest; they go into the end bars.
_WILD = 0.005
#: Categories that are drawn; the others are one more bar.
_NAMES = 12
#: What shares are drawn as: bars of counts start at an axis of 1.
_UNITS = 100_000


def pictures(column: ColumnReport) -> tuple[str, str]:
    """Two SVGs, usual and now, on the same bins; empty where there is nothing to draw."""
    usual = None if column.usual is None else column.usual.profile
    now = None if column.now is None else column.now.profile
    if isinstance(usual, NumericProfile) and isinstance(now, NumericProfile):
        return _number_bars(column.name, usual, now)
    if isinstance(usual, CategoryProfile) and isinstance(now, CategoryProfile):
        return _name_bars(column.name, usual, now)
    return "", ""


def _number_bars(name: str, usual: NumericProfile, now: NumericProfile) -> tuple[str, str]:
    ends = [_ends(one) for one in (usual, now) if one.finite]
    if not ends:
        return "", ""
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    low, high = (low, high) if low < high else (low - 0.5, high + 0.5)
    title = f"{name} from {number(low)} to {number(high)}"
    return _bars(_spread(usual, low, high), f"{title}, usual"), _bars(_spread(now, low, high), f"{title}, now")


def _ends(profile: NumericProfile) -> tuple[float, float]:
    reached = np.cumsum(profile.cells.counts) / profile.cells.total
    first, last = np.searchsorted(reached, [_WILD, 1 - _WILD])
    low, high = buckets.edges(profile.cells.codes[[first, last]], profile.scale)
    return max(float(low[0]), profile.low), min(float(high[1]), profile.high)


def _spread(profile: NumericProfile, low: float, high: float) -> Floats:
    """Rows by even bins: each bucket spread evenly over its width."""
    lows, highs = buckets.edges(profile.cells.codes, profile.scale)
    lows, highs = np.clip(lows, profile.low, profile.high), np.clip(highs, profile.low, profile.high)
    edges = np.linspace(low, high, _BARS + 1)[1:-1]
    width = np.maximum(highs - lows, 1e-300)
    below = np.clip((edges[:, None] - lows) / width, 0, 1)
    # A bucket without width is one value, all of it on one side of an edge.
    below = np.where(highs > lows, below, edges[:, None] >= lows)
    counts = below @ profile.cells.counts
    return np.diff(np.concatenate([[0.0], counts, [float(profile.cells.total)]]))


def _name_bars(name: str, usual: CategoryProfile, now: CategoryProfile) -> tuple[str, str]:
    every = {**usual.counts, **now.counts}
    shares = {one: (_share(usual, one), _share(now, one)) for one in every}
    top = sorted(every, key=lambda one: (-max(shares[one]), one))[:_NAMES]
    pairs = np.array([shares[one] for one in top]).reshape(-1, 2)
    rest = np.clip(1 - pairs.sum(axis=0), 0, 1)
    bars = np.vstack([pairs, rest]) if rest.max() > 1e-9 else pairs
    title = f"{name}: {named(top, _NAMES)}"
    return _bars(bars[:, 0], f"{title}, usual"), _bars(bars[:, 1], f"{title}, now")


def _share(profile: CategoryProfile, name: str) -> float:
    return profile.counts.get(name, 0) / max(profile.rows - profile.nulls, 1)


def _bars(rows: Floats, title: str) -> str:
    whole = max(float(rows.sum()), 1e-9)
    return spark_bars((rows / whole * _UNITS).tolist(), title=title, most=len(rows))
