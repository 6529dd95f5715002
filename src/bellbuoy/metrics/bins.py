"""Two profiles of a column on the same bins: what every distance between distributions is taken on.

Nulls and NaN are no values: what becomes of them is told by null_rate and nan_rate, so that one outage is not told
twice. Infinities are values, the least and the greatest.

Numbers: log buckets of the baseline are merged into bins of about equal count, at most 20 and so few that at least ten
rows of the smaller side fall into each: more bins would measure the noise of small counts. Rows beyond the baseline's
least and greatest bucket have bins of their own, and so have, together, buckets within that the baseline never had and
that hold too many rows for chance. Categories: each is a bin, and those too rare to judge are one together.

A bin is too small when, were both sides one distribution, fewer than five rows of the smaller side would be expected in
it (Cochran 1954); it is then joined with its neighbour. Joining looks at both sides together, never at one alone, so it
favours no difference. Only where one bin would be left, and by chance the sides could hardly ever lie so far apart, are
there two: a constant that becomes another must be seen, however few rows have it yet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The most bins that numbers are merged into, and the rows of the smaller side that each shall hold.
_MOST, _EACH = 20, 10
#: Fewest expected rows in a bin.
_LEAST = 5.0
#: Beyond doubt: by chance once in a million tables (e^−14).
_BEYOND = 14.0
#: Code of infinity: beyond that of any double.
_FAR = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in each bin, now and usually; no bin is empty on both sides."""

    now: Floats
    usual: Floats

    @property
    def rows(self) -> tuple[float, float]:
        """All rows, now and usually."""
        return float(self.now.sum()), float(self.usual.sum())

    @property
    def freedom(self) -> int:
        """Degrees of freedom of a comparison: one less than there are bins."""
        return len(self.now) - 1

    @property
    def noise(self) -> float:
        """How much of a squared difference of shares, over the share, small counts alone give to each bin."""
        n, m = self.rows
        return 1 / n + 1 / m


def mismatch(now: Profile, usual: Profile) -> str:
    """Why two profiles cannot be compared; empty if they can."""
    if isinstance(now, NumericProfile) != isinstance(usual, NumericProfile):
        return "the column changed its kind between numbers and categories"
    if not usual.rows or not now.rows:
        return "no rows" if not now.rows else "no rows in the baseline"
    if not values_of(usual):
        return "no values in the baseline"
    return "" if values_of(now) else "no values: all rows are null"


def values_of(profile: Profile) -> int:
    """Rows that have a value: neither null nor NaN."""
    return profile.rows - profile.nulls - (profile.nans if isinstance(profile, NumericProfile) else 0)


def table_of(now: Profile, usual: Profile) -> Table:
    """Both profiles on the same bins; they must be comparable (`mismatch`)."""
    if isinstance(now, NumericProfile) and isinstance(usual, NumericProfile):
        return _numbers(now, usual)
    assert isinstance(now, CategoryProfile)
    assert isinstance(usual, CategoryProfile)
    return _categories(now, usual)


def line_of(profile: NumericProfile, scale: int) -> tuple[Ints, Floats]:
    """Codes of all values, ascending, and their counts; infinities at the two ends."""
    cells = profile.to_scale(scale).cells
    codes, counts = cells.codes, cells.counts.astype(np.float64)
    if profile.minus_infinities:
        codes, counts = np.append(-_FAR, codes), np.append(profile.minus_infinities, counts)
    if profile.plus_infinities:
        codes, counts = np.append(codes, _FAR), np.append(counts, profile.plus_infinities)
    return codes, counts


def _numbers(now: NumericProfile, usual: NumericProfile) -> Table:
    scale = min(now.scale, usual.scale)
    (ours, n), (theirs, m) = line_of(now, scale), line_of(usual, scale)
    rows, base = n.sum(), m.sum()
    most = int(min(max(min(rows, base) // _EACH, 2), _MOST))
    # The place of a bucket's middle row decides: a bucket with many rows gets a bin, and only its neighbours share it.
    of = np.floor((np.cumsum(m) - m / 2) * (most / base)).astype(np.int64) + 1
    place = np.searchsorted(theirs, ours)
    within = np.minimum(place, len(theirs) - 1)
    bins = of[within]
    bins[ours < theirs[0]] = 0
    bins[ours > theirs[-1]] = most + 1
    strange = (theirs[within] != ours) & (n * min(rows, base) / (rows + base) >= _LEAST)
    bins[strange & (bins > 0) & (bins <= most)] = most + 2
    return _joined(_sums(bins, n, most + 3), _sums(of, m, most + 3))


def _sums(bins: Ints, counts: Floats, many: int = 0) -> Floats:
    """Counts added up by bin."""
    return np.bincount(bins, counts, many).astype(np.float64)


def _joined(now: Floats, usual: Floats) -> Table:
    """Neighbours joined until no bin is too small."""
    both = now + usual
    least = _LEAST * both.sum() / min(now.sum(), usual.sum())
    if both[both > 0].min() < least:
        group = np.array(_groups(both.tolist(), least), np.int64)
        group = group if group.any() else _parted(now, usual)
        now, usual = _sums(group, now), _sums(group, usual)
        both = now + usual
    there = both > 0
    return Table(now[there], usual[there])


def _parted(now: Floats, usual: Floats) -> Ints:
    """Two groups where all bins would be one but the sides lie apart beyond doubt, as when a constant becomes another.

    By Hoeffding's bound (1963) on how many of the fewer rows fall where the sides differ by chance.
    """
    more = now * usual.sum() > usual * now.sum()
    few, both = min(now, usual, key=lambda side: float(side.sum())), now + usual
    share, pooled = few[more].sum() / few.sum(), both[more].sum() / both.sum()
    sides = ((share, pooled), (1 - share, 1 - pooled))
    doubt = few.sum() * sum(p * math.log(p / q) for p, q in sides if p > 0 and q > 0)
    return more.astype(np.int64) if doubt > _BEYOND else np.zeros(len(now), np.int64)


def _groups(both: list[float], least: float) -> list[int]:
    """A group for each bin, so that each group holds enough; what is left at the end joins the last."""
    group, held, groups = 0, 0.0, []
    for count in both:
        groups.append(group)
        held += count
        if held >= least:
            group, held = group + 1, 0.0
    return [min(one, max(group - 1, 0)) for one in groups] if held < least else groups


def _categories(now: CategoryProfile, usual: CategoryProfile) -> Table:
    names = sorted(now.counts.keys() | usual.counts.keys())
    ours = np.array([now.counts.get(name, 0) for name in names], np.float64)
    theirs = np.array([usual.counts.get(name, 0) for name in names], np.float64)
    both, rows = ours + theirs, (values_of(now), values_of(usual))
    rare = both * min(rows) / sum(rows) < _LEAST
    for side in (now, usual):
        # Where a side has more categories than it names, one that it does not name may still have been there.
        if side.other:
            rare |= np.array([name not in side.counts for name in names], np.bool_)
    rest = now.other + ours[rare].sum(), usual.other + theirs[rare].sum()
    # Descending, so that the rest, which is joined with its neighbour when small, has a small neighbour.
    order = np.argsort(-both[~rare], kind="stable")
    return _joined(np.append(ours[~rare][order], rest[0])[::-1], np.append(theirs[~rare][order], rest[1])[::-1])
