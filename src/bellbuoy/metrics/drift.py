"""How far a column has moved: distances between two profiles, and how large each is when nothing moved at all.

`psi`, `jensenshannon` and `hellinger` are taken on common bins (see `bins`), `ks` and `wasserstein` on all buckets.
Small counts alone make all of them larger than 0: `shift_noise` says by how much, `significance` whether it matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.metrics import curves, strangers
from bellbuoy.metrics.bins import Table, mismatch, table_of
from bellbuoy.metrics.intervals import Z
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.tails import chi_square_limit, chi_square_tail
from bellbuoy.profiles.profile import Profile

Floats = NDArray[np.float64]


#: Rows added to each bin: keeps the index finite where a bin is empty, and small counts from looking like distance.
_SMOOTH = 0.5


@dataclass(frozen=True, slots=True)
class _Divergence:
    """A sum over bins of `term(p, q)`, p and q being shares now and usually; its square root if `root`.

    Without change, `scale · value / (1/n + 1/m)` follows a chi-square of bins − 1 degrees of freedom.
    """

    term: Callable[[Floats, Floats], Floats]
    slope: Callable[[Floats, Floats], Floats]  #: of the term, by its first argument; the term is symmetric
    scale: float
    root: bool = False


def _js_term(p: Floats, q: Floats) -> Floats:
    middle = (p + q) / 2
    return (_times_log(p, middle) + _times_log(q, middle)) / (2 * math.log(2))


def _times_log(p: Floats, middle: Floats) -> Floats:
    return p * np.log(np.divide(p, middle, out=np.ones_like(p), where=p > 0))


def _js_slope(p: Floats, q: Floats) -> Floats:
    ratio = np.divide(2 * p, p + q, out=np.ones_like(p), where=p > 0)
    return np.log2(ratio) / 2


def _hellinger_slope(p: Floats, q: Floats) -> Floats:
    return (1 - np.sqrt(np.divide(q, p, out=np.ones_like(p), where=p > 0))) / 2


_DIVERGENCES: Mapping[str, _Divergence] = {
    # Population stability index: Jeffreys' divergence (1946).
    "psi": _Divergence(lambda p, q: (p - q) * np.log(p / q), lambda p, q: np.log(p / q) + 1 - q / p, 1.0),
    # Jensen–Shannon distance (Endres, Schindelin 2003), base 2: 0 to 1.
    "jensenshannon": _Divergence(_js_term, _js_slope, 8 * math.log(2), root=True),
    # Hellinger distance (1909): 0 to 1.
    "hellinger": _Divergence(lambda p, q: (np.sqrt(p) - np.sqrt(q)) ** 2 / 2, _hellinger_slope, 8.0, root=True),
}
_MEASURES: Mapping[str, Callable[[Profile, Profile], Reading]] = {
    "ks": curves.measure_ks,
    "wasserstein": curves.measure_wasserstein,
    "unseen_rate": strangers.measure_unseen,
    "out_of_range_rate": strangers.measure_out_of_range,
}
_NOISES: Mapping[str, Callable[[Profile, Profile, float], float]] = {
    "ks": curves.ks_noise,
    "wasserstein": curves.wasserstein_noise,
    "unseen_rate": strangers.unseen_noise,
    "out_of_range_rate": strangers.out_of_range_noise,
}
SHIFTS = (*_DIVERGENCES, *_MEASURES)


def measure_shift(name: str, now: Profile, usual: Profile) -> Reading:
    """One distance between a window's profile and its baseline; `name` is one of SHIFTS.

    Distances on bins have no binning bound: the bins are what they are defined on. Their interval is that of the
    distance with the share of small counts taken out, by the delta method; it is widened to hold the value itself.
    """
    if why := mismatch(now, usual):
        return Unmeasured(why)
    if name in _MEASURES:
        return _MEASURES[name](now, usual)
    return _diverge(_DIVERGENCES[name], table_of(now, usual))


def shift_noise(name: str, now: Profile, usual: Profile, share: float = 0.95) -> float:
    """The value that `measure_shift` stays below with probability `share` when nothing changed, with counts as these.

    NaN where there is nothing to compare.
    """
    if mismatch(now, usual):
        return math.nan
    if name in _NOISES:
        return _NOISES[name](now, usual, share)
    kind, table = _DIVERGENCES[name], table_of(now, usual)
    if not table.freedom:
        return 0.0
    limit = chi_square_limit(share, table.freedom) * table.noise / kind.scale
    return math.sqrt(limit) if kind.root else limit


def significance(now: Profile, usual: Profile) -> float:
    """The probability that one distribution gives two samples as unlike as these: small means that it changed.

    Pearson's chi-square (1900) on common bins none of which is small; 1 where there is nothing to compare.
    """
    if mismatch(now, usual):
        return 1.0
    table = table_of(now, usual)
    return chi_square_tail(chi_square(table), table.freedom) if table.freedom else 1.0


def chi_square(table: Table) -> float:
    """Pearson's statistic of two samples on the same bins."""
    n, m = table.rows
    apart = table.now * math.sqrt(m / n) - table.usual * math.sqrt(n / m)
    return float((apart**2 / (table.now + table.usual)).sum())


def discoveries(pvalues: Sequence[float], rate: float = 0.05) -> list[bool]:
    """Which of many tests to believe, so that on average at most `rate` of those believed are false.

    Benjamini and Hochberg (1995). The order of the tests does not matter.
    """
    return [value <= rate for value in adjusted(pvalues)]


def adjusted(pvalues: Sequence[float]) -> list[float]:
    """For each of many tests the least `rate` at which `discoveries` would believe it."""
    ranked = sorted(range(len(pvalues)), key=lambda place: pvalues[place], reverse=True)
    values, least = [0.0] * len(pvalues), 1.0
    for rank, place in zip(range(len(pvalues), 0, -1), ranked, strict=True):
        least = values[place] = min(least, pvalues[place] * len(pvalues) / rank)
    return values


def _diverge(kind: _Divergence, table: Table) -> Reading:
    n, m = table.rows
    bins = len(table.now)
    p = (table.now + _SMOOTH) / (n + _SMOOTH * bins)
    q = (table.usual + _SMOOTH) / (m + _SMOOTH * bins)
    value = max(0.0, float(kind.term(p, q).sum()))
    spread = _variance(p, kind.slope(p, q)) / n + _variance(q, kind.slope(q, p)) / m
    bias = table.freedom * table.noise / kind.scale
    # Near no change the slope is flat and the chi-square's own spread is what is left.
    error = Z * math.sqrt(spread + 2 * table.freedom * (table.noise / kind.scale) ** 2)
    low, high = max(0.0, value - bias - error), max(value, value - bias + error)
    if kind.root:
        value, low, high = math.sqrt(value), math.sqrt(low), min(1.0, math.sqrt(high))
    return Measured(value, low, max(value, high), int(n))


def _variance(shares: Floats, slopes: Floats) -> float:
    """Variance of one row's part in a sum whose slopes by the shares are these."""
    mean = float((shares * slopes).sum())
    return max(0.0, float((shares * slopes**2).sum()) - mean**2)
