"""From data to units: where moments and values fall in a plot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bellbuoy.charts.parts import Dot, Span, real

#: Units across a plot, and units in a pixel of its height: finer than any screen, so whole numbers lose nothing.
ACROSS = 10_000
FINE = 10
#: Beyond this a value is drawn at the rim: sums and differences of what is drawn stay finite.
_HUGE = 1e300


@dataclass(frozen=True, slots=True)
class Plane:
    """A plot's axes; `height` and `width` in units. What lies outside of them is drawn at the rim."""

    start: float
    end: float
    low: float
    high: float
    height: int
    width: int = ACROSS

    def xs(self, moments: Iterable[float]) -> list[int]:
        """Units from the left edge."""
        return _units(moments, self.start, self.width / (self.end - self.start), self.width)

    def ys(self, values: Iterable[float]) -> list[int]:
        """Units from the top."""
        return _units(values, self.high, self.height / (self.low - self.high), self.height)

    def across(self, at: float) -> str:
        """A moment as per cents from the left edge."""
        return percent(self.xs([at])[0])

    def down(self, value: float) -> int:
        """A value as whole pixels from the top."""
        return round(self.ys([value])[0] / FINE)


def _units(numbers: Iterable[float], origin: float, scale: float, most: int) -> list[int]:
    array = np.array(list(numbers), np.float64)
    units: list[int] = ((array - origin) * scale + 0.5).clip(0, most).astype(np.int64).tolist()
    return units


def percent(units: int) -> str:
    """Units across as per cents: 9 750 is `97.5%`."""
    return f"{units / (ACROSS / 100):g}%"


def value_range(dots: Sequence[Dot], more: Iterable[float | None] = ()) -> Span:
    """Axis for the values, and room for most of the intervals: a few wild ones must not flatten the line."""
    values = _numbers([*(dot.value for dot in dots), *more])
    if not values:
        return 0.0, 1.0
    measured = [dot for dot in dots if real(dot.value)]
    lows, highs = _numbers(dot.low for dot in measured), _numbers(dot.high for dot in measured)
    low = min([values[0], *lows[len(lows) // 20 :][:1]])
    high = max([values[-1], *highs[len(highs) * 19 // 20 :][:1]])
    low, high = max(low, -_HUGE), min(high, _HUGE)
    room = (high - low) * 0.12 or abs(high) * 0.05
    # Next to nothing would not divide the height of the plot.
    room = room if room > 1e-290 else 0.5
    return low - room, high + room


def count_range(counts: Iterable[float | None]) -> Span:
    """Axis for counts: from zero to the greatest, at least to 1."""
    return 0.0, min(max([1.0, *_numbers(counts)]), _HUGE)


def _numbers(values: Iterable[float | None]) -> list[float]:
    return sorted(value for value in values if value is not None and math.isfinite(value))
