"""Where in a bucket a value lies: a bucket is 2.2 % wide, and the counts around it know more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import NumericProfile

#: Whole numbers below this are exact in a double.
_EXACT = 2.0**53
#: Values are rounded to the power of ten that fits so often into their bucket.
_FINE = 5
_HALVINGS = 30
_STANDARD = NormalDist()
#: Ten to this and all powers above it are normal doubles when turned over.
_MOST_DIGITS = 300


@dataclass(frozen=True, slots=True)
class _Part:
    """A bucket and those beside it, if there are any: where they end, and how many rows each has."""

    low: buckets.Floats
    high: buckets.Floats
    counts: buckets.Codes
    at: int  #: place of the bucket among them
    whole: bool = False  #: all values are whole numbers, and the ends lie between them

    @property
    def width(self) -> float:
        """How wide the bucket is."""
        return float(self.high[self.at] - self.low[self.at])

    def touches(self, side: int) -> bool:
        """Whether the bucket before it (side −1) or behind it (1) has rows and begins where this one ends."""
        other = self.at + side
        if not 0 <= other < len(self.counts):
            return False
        return bool((self.low[self.at] == self.high[other]) if side < 0 else (self.high[self.at] == self.low[other]))


def value_within(profile: NumericProfile, at: int, share: float) -> float:
    """The finite value that a share of the rows in the bucket at a place does not exceed; it lies in the bucket.

    A bucket between empty ones holds one value, most likely: the roundest in it. Elsewhere the counts up to each edge
    are joined by a monotone cubic (Fritsch & Carlson 1980), as if values grew denser or rarer as the neighbours say. A
    column of whole numbers has whole quantiles, and they are exact where a bucket has room for one such number only.
    """
    first = max(0, at - 1)
    near = slice(first, at + 2)
    codes, counts = profile.cells.codes[near], profile.cells.counts[near]
    ends = buckets.edges(codes, profile.scale)
    part = _Part(_clipped(ends[0], profile), _clipped(ends[1], profile), counts, at - first)
    least, most = float(part.low[part.at]), float(part.high[part.at])
    if least >= most:
        return most
    if _has_whole(profile):
        below, above = _between_whole(ends[0], codes, -1), _between_whole(ends[1], codes, 1)
        rooms = _Part(_clipped(below, profile, 0.5), _clipped(above, profile, 0.5), counts, at - first, whole=True)
        part = rooms if rooms.width >= 1 else part
    return min(max(_likely(part, share, profile), least), most)


def _likely(part: _Part, share: float, profile: NumericProfile) -> float:
    low, high = float(part.low[part.at]), float(part.high[part.at])
    if part.whole and part.width == 1:
        return low + 0.5
    if len(profile.cells.codes) == 1 and math.isfinite(profile.squares):
        value = _normal(profile, share)
    elif part.touches(-1) or part.touches(1):
        value = low + part.width * _reached(_slope(part, -1), _slope(part, 1), share)
    else:
        # The least value, or the greatest, if it is in there.
        return next((end for end in (profile.low, profile.high) if low <= end <= high), roundest(low, high))
    digits = -math.floor(math.log10(part.width / _FINE))
    return round(value, min(digits, 0) if part.whole else digits)


def _normal(profile: NumericProfile, share: float) -> float:
    """As if all values, which one bucket holds, were distributed normally: their mean and their spread are known."""
    rows = profile.finite
    mean = profile.total / rows
    spread = math.sqrt(max(0.0, profile.squares / rows - mean * mean))
    return mean + spread * _STANDARD.inv_cdf(share)


def roundest(low: float, high: float) -> float:
    """The number in `[low, high]` that ends in the most zeros, the nearest to the middle among those."""
    middle = low / 2 + high / 2
    if middle == 0:
        return 0.0
    start = -math.floor(math.log10(max(abs(low), abs(high))))
    for digits in range(start, min(start + 17, _MOST_DIGITS)):
        value = round(middle, digits)
        if low <= value <= high:
            return value
    return high


def _has_whole(profile: NumericProfile) -> bool:
    """Whether all values are whole numbers, as far as their sums can tell."""
    total, squares = profile.total, profile.squares
    return abs(total) < _EXACT and total.is_integer() and squares.is_integer()


def _between_whole(ends: buckets.Floats, codes: buckets.Codes, side: int) -> buckets.Floats:
    """Ends moved halfway between whole numbers: a bucket above 0 has its upper end in it, one below 0 its lower."""
    return np.where(codes == 0, side / 2, np.where(codes > 0, np.floor(ends) + 0.5, np.ceil(ends) - 0.5))


def _clipped(ends: buckets.Floats, profile: NumericProfile, beyond: float = 0.0) -> buckets.Floats:
    if math.isnan(profile.low):
        return ends
    return np.clip(ends, profile.low - beyond, profile.high + beyond)


def _slope(part: _Part, side: int) -> float:
    """How dense values are at an end of the bucket (side −1 or 1), as a multiple of how dense they are within it."""
    if part.touches(side):
        beside, dense = _beside(part, side)
        return min(3.0, 3 * dense, (part.width * dense + beside) / (part.width + beside))
    if 0 <= part.at + side < len(part.counts) or not part.touches(-side):
        return 0.0
    # The values end here: their density goes on as it comes from the other side.
    beside, dense = _beside(part, -side)
    return min(3.0, max(0.0, (2 * part.width + beside - part.width * dense) / (part.width + beside)))


def _beside(part: _Part, side: int) -> tuple[float, float]:
    """How wide the bucket before or behind is, and how dense its values are."""
    other = part.at + side
    beside = float(part.high[other] - part.low[other])
    return beside, float(part.counts[other] / part.counts[part.at]) * part.width / beside


def _reached(start: float, end: float, share: float) -> float:
    """Where in 0..1 the cubic with these slopes at its ends has come to a share; each slope is 3 at most."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        at = low / 2 + high / 2
        rest = 1 - at
        reached = at * at * (3 - 2 * at) + start * at * rest * rest - end * at * at * rest
        low, high = (at, high) if reached < share else (low, at)
    return low / 2 + high / 2
