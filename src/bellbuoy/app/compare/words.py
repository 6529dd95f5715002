"""Numbers and changes in the words of a comparison."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from bellbuoy.charts import short_text
from bellbuoy.metrics.bins import values_of
from bellbuoy.metrics.quality import deviation, measure_column
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.within import roundest
from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile

NOTHING = "–"
#: Stands between a number and its unit: a line must not break there.
GAP = "\u00a0"
#: Units of time, the widest first.
_UNITS = ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min"))
_LONGEST = 40
#: How many standard deviations a mean must have moved to be spoken of.
_FAR = 0.1


def number(value: float | None) -> str:
    """In few letters: `0.742`, `12.41`, `2.5M`."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:.4g}".replace("-", "−") if value == 0 or 1e-3 <= abs(value) < 1e4 else short_text(value)


def distance(value: float) -> str:
    """A distance, with three decimals."""
    return "< 0.001" if 0 < value < 0.001 else f"{value:.3f}"


def share(value: float) -> str:
    """As per cents, with as many places as it takes to tell it from 0 and from 100."""
    percent = value * 100
    if percent in {0.0, 100.0} or 10 <= percent <= 90:
        return f"{percent:.0f}{GAP}%"
    if 0.1 <= percent <= 99.9:
        return f"{percent:.1f}{GAP}%"
    return f"<{GAP}0.1{GAP}%" if percent < 1 else f">{GAP}99.9{GAP}%"


def rate(value: float | None) -> str:
    """A probability, small ones only by their size."""
    if value is None:
        return NOTHING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def times(factor: float) -> str:
    """A factor: `1,000 times`, `0.62 times`."""
    return f"{factor:,.0f} times" if factor >= 20 else f"{factor:.2g} times"


def named(names: Sequence[str], most: int = 4) -> str:
    """A few categories, and how many more there are."""
    few = ", ".join(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…" for name in names[:most])
    return f"{few} and {len(names) - most:,} more" if len(names) > most else few


def moment(at: datetime | None) -> str:
    """`2013-11-04 10:00`, in UTC."""
    return NOTHING if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def reading(one: Reading) -> str:
    """A reading with its interval, or why there is none."""
    if isinstance(one, Measured):
        return f"{number(one.value)} ({number(one.low)} to {number(one.high)})"
    return one.why


@dataclass(frozen=True, slots=True)
class Ruler:
    """How values of a column are written: their factor, and what comes behind them."""

    factor: float = 1.0
    unit: str = ""

    def text(self, value: float) -> str:
        """A value without its unit."""
        return number(value * self.factor)

    def span(self, low: float, high: float) -> str:
        """Two values, from the smaller to the larger as they are written."""
        ends = sorted((low * self.factor, high * self.factor))
        return f"{number(ends[0])} to {number(ends[1])}"


PLAIN = Ruler()


def ruler_of(ages: Profile, time: str) -> Ruler:
    """Moments are counted as their ages at the row's time, in seconds; people say how long after it they are."""
    middle = measure_column("p50", ages)
    age = middle.value if isinstance(middle, Measured) else 0.0
    width, unit = next((pair for pair in _UNITS if abs(age) >= 2 * pair[0]), (1.0, "s"))
    return Ruler(1 / width, f"{GAP}{unit} before {time}") if age > 0 else Ruler(-1 / width, f"{GAP}{unit} after {time}")


def moved(now: Profile, usual: Profile, ruler: Ruler = PLAIN) -> str:
    """How a distribution changed: where the numbers lie, or which category gained or lost most."""
    if isinstance(now, NumericProfile) and isinstance(usual, NumericProfile):
        return f"moved: {', '.join(_told(now, usual, ruler)) or _nearby(now, usual, ruler)}"
    assert isinstance(now, CategoryProfile)
    assert isinstance(usual, CategoryProfile)
    name = max({**usual.counts, **now.counts}, key=lambda one: abs(_share(now, one) - _share(usual, one)), default="")
    return f"moved: {named([name])} {share(_share(usual, name))} → {share(_share(now, name))}"


def middles(now: NumericProfile, usual: NumericProfile, ruler: Ruler = PLAIN) -> str:
    """How the median moved, or else the mean; empty where neither did."""
    if middle := _change("median", "p50", now, usual, ruler):
        return middle
    # The mean is exact, so that a difference says something only beside the spread of the values.
    far = abs(now.total / max(now.finite, 1) - usual.total / max(usual.finite, 1)) >= _FAR * deviation(usual)[0]
    return _change("mean", "mean", now, usual, ruler) if far else ""


def _told(now: NumericProfile, usual: NumericProfile, ruler: Ruler) -> Iterator[str]:
    """The statistics that moved by more than buckets leave open."""
    if not (now.finite and usual.finite):
        return
    if middle := middles(now, usual, ruler):
        yield middle
    ours, theirs = ([measure_column(name, one) for name in ("p05", "p95")] for one in (now, usual))
    ends = [ruler.span(*(one.value for one in pair if isinstance(one, Measured))) for pair in (theirs, ours)]
    if ends[0] != ends[1] and any(_differ(one, other) for one, other in zip(ours, theirs, strict=True)):
        yield f"90{GAP}% of the values within {ends[0]} → {ends[1]}{ruler.unit}"
    elif wide := _change("standard deviation", "std", now, usual, Ruler(abs(ruler.factor))):
        yield wide


def _change(title: str, name: str, now: NumericProfile, usual: NumericProfile, ruler: Ruler) -> str:
    ours, theirs = measure_column(name, now), measure_column(name, usual)
    if not (isinstance(ours, Measured) and isinstance(theirs, Measured) and _differ(ours, theirs)):
        return ""
    texts = ruler.text(theirs.value), ruler.text(ours.value)
    return f"{title} {texts[0]} → {texts[1]}{ruler.unit}" if texts[0] != texts[1] else ""


def _differ(one: Reading, other: Reading) -> bool:
    """Whether two readings lie further apart than interpolated ones are off; those from sums are not off."""
    if not (isinstance(one, Measured) and isinstance(other, Measured)):
        return False
    return abs(one.value - other.value) > max(one.bound, other.bound) / 2


def _nearby(now: NumericProfile, usual: NumericProfile, ruler: Ruler) -> str:
    """The bucket whose share changed most."""
    scale = min(now.scale, usual.scale)
    ours, theirs = (one.to_scale(scale).cells for one in (now, usual))
    codes = np.union1d(ours.codes, theirs.codes)
    shares = [np.zeros(len(codes)), np.zeros(len(codes))]
    for part, cells in zip(shares, (ours, theirs), strict=True):
        part[np.searchsorted(codes, cells.codes)] = cells.counts / max(cells.total, 1)
    if not len(codes):
        return f"infinite in {share(1)}"
    place = int(np.abs(shares[0] - shares[1]).argmax())
    low, high = buckets.edges(codes[place : place + 1], scale)
    near = ruler.text(roundest(float(low[0]), float(high[0])))
    return f"values about {near}{ruler.unit} {share(float(shares[1][place]))} → {share(float(shares[0][place]))}"


def _share(profile: CategoryProfile, name: str) -> float:
    return profile.counts.get(name, 0) / max(values_of(profile), 1)
