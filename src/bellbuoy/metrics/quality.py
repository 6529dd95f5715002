"""What a column is like in one window: how much of it is there, and where its values lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from bellbuoy.metrics.intervals import Z, mean_interval, quantile_ranks, rate_interval
from bellbuoy.metrics.misfit import MISFITS, measure_misfit
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.within import value_within
from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import NumericProfile, Profile

#: Standard error of the distinct-count sketch of a category profile.
_SKETCH = 0.065
_EPSILON = float(np.finfo(np.float64).eps)
_QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


def measure_column(name: str, profile: Profile) -> Reading:
    """One metric of a column's profile; `name` is one of COLUMNS, or of MISFITS where that is of the column's twin.

    Shares are of all rows, with Wilson's interval (1927). `mean` has a normal interval, `std` one by the fourth moment
    of the buckets. Quantiles are interpolated in the bucket that holds them (`value_within`), and their interval lies
    between the order statistics that do (Conover 1999). `min`, `max`, `rows` and an exact `distinct` have no spread.
    """
    if name == "rows":
        return _exact(profile.rows, profile.rows)
    if not profile.rows:
        return Unmeasured("no rows")
    if name == "distinct":
        return _distinct(profile)
    if name == "null_rate":
        return _share(profile.nulls, profile.rows)
    if not isinstance(profile, NumericProfile):
        return Unmeasured("only numbers have it")
    return _measure_numbers(name, profile)


def _measure_numbers(name: str, profile: NumericProfile) -> Reading:
    if name in MISFITS:
        return measure_misfit(name, profile)
    if name in _RATES:
        return _share(_RATES[name](profile), profile.rows)
    if not profile.finite:
        return Unmeasured("no finite values")
    return quantile(profile, _QUANTILES[name]) if name in _QUANTILES else _MOMENTS[name](profile)


def quantile(profile: NumericProfile, share: float) -> Reading:
    """The finite value that a share of the finite rows does not exceed; `bound` is how far it can be off."""
    counts = np.cumsum(profile.cells.counts)
    rows = int(counts[-1])
    ranks = [max(1, math.ceil(share * rows)) - 1, *quantile_ranks(share, rows)]
    places = np.searchsorted(counts, ranks, side="right")
    low, high = _edges(profile)
    at = int(places[0])
    inside = int(profile.cells.counts[at])
    value = value_within(profile, at, (ranks[0] - int(counts[at]) + inside + 0.5) / inside)
    bound = max(value - float(low[at]), float(high[at]) - value)
    return Measured(value, min(value, float(low[places[1]])), max(value, float(high[places[2]])), rows, bound)


def deviation(profile: NumericProfile) -> tuple[float, float]:
    """Standard deviation of the finite values (÷ n), and how far rounding or binning may have moved it."""
    rows = profile.finite
    if profile.low == profile.high:
        return 0.0, 0.0
    mean, square = profile.total / rows, profile.squares / rows
    if math.isfinite(square) and square > 1e-300:
        variance, error = square - mean * mean, 16 * _EPSILON * square
        if variance > 4 * error:
            return math.sqrt(variance), math.sqrt(variance + error) - math.sqrt(variance)
    # The sums have overflowed or cancelled out: the buckets still know.
    middle, shares = _middles(profile), profile.cells.counts / profile.cells.total
    size = float(np.abs(middle).max()) or 1.0
    inside = middle / size
    wide = size * math.sqrt(max(0.0, float((shares * (inside - (shares * inside).sum()) ** 2).sum())))
    low, high = _edges(profile)
    return wide, float((high - low).max())


def _edges(profile: NumericProfile) -> tuple[buckets.Floats, buckets.Floats]:
    """Edges of the buckets, no wider than the least and the greatest value."""
    low, high = buckets.edges(profile.cells.codes, profile.scale)
    if math.isnan(profile.low):
        return low, high
    return np.clip(low, profile.low, profile.high), np.clip(high, profile.low, profile.high)


def _middles(profile: NumericProfile) -> buckets.Floats:
    low, high = _edges(profile)
    return low / 2 + high / 2


def _exact(value: float, rows: int) -> Measured:
    return Measured(value, value, value, rows)


def _share(part: int, rows: int) -> Measured:
    low, high = rate_interval(part / rows, rows)
    return Measured(part / rows, low, high, rows)


def _distinct(profile: Profile) -> Reading:
    """Categories: exact, or the sketch's estimate. Numbers: distinct buckets, of which each may hold many values."""
    if not isinstance(profile, NumericProfile):
        error = Z * _SKETCH * profile.distinct if profile.sketch else 0.0
        known = len(profile.counts)
        return Measured(profile.distinct, max(known, profile.distinct - error), profile.distinct + error, profile.rows)
    seen = len(profile.cells.codes)
    most = profile.finite - profile.zeros + (profile.zeros > 0) if profile.low != profile.high else seen
    return Measured(seen, seen, seen, profile.rows, max(0, most - seen))


def _mean(profile: NumericProfile) -> Reading:
    value = profile.total / profile.finite
    if not math.isfinite(value):
        return Unmeasured("the sum is too large for a double")
    wide, error = deviation(profile)
    low, high = mean_interval(value, wide + error, profile.finite)
    return Measured(value, low, high, profile.finite)


def _std(profile: NumericProfile) -> Reading:
    value, bound = deviation(profile)
    if value == 0:
        return Measured(0.0, 0.0, 0.0, profile.finite, bound)
    shares = profile.cells.counts / profile.cells.total
    apart = _middles(profile) / value
    apart -= (shares * apart).sum()
    excess = max(0.0, float((shares * apart**4).sum()) - 1)
    around = Z * value * math.sqrt(excess / profile.finite) / 2
    return Measured(value, max(0.0, value - around), value + around, profile.finite, bound)


def _least(profile: NumericProfile) -> Reading:
    return _end(float(_edges(profile)[0][0]), profile)


def _greatest(profile: NumericProfile) -> Reading:
    return _end(float(_edges(profile)[1][-1]), profile)


def _end(value: float, profile: NumericProfile) -> Measured:
    # Without known ends (they cannot be subtracted) the edges of the buckets are all that is known.
    bound = 0.0 if not math.isnan(profile.low) else abs(value) * (1 - 2.0 ** -(2.0**-profile.scale))
    return Measured(value, value, value, profile.finite, bound)


_RATES: Mapping[str, Callable[[NumericProfile], int]] = {
    "nan_rate": lambda profile: profile.nans,
    "infinity_rate": lambda profile: profile.plus_infinities + profile.minus_infinities,
    "zero_rate": lambda profile: profile.zeros,
}
_MOMENTS: Mapping[str, Callable[[NumericProfile], Reading]] = {
    "mean": _mean,
    "std": _std,
    "min": _least,
    "max": _greatest,
}
#: What `measure_column` knows.
COLUMNS = ("rows", "null_rate", "distinct", *_RATES, *_MOMENTS, *_QUANTILES)
