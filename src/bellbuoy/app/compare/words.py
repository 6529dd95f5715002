"""Numbers and changes in the words of a comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from bellbuoy.charts import short_text
from bellbuoy.metrics.bins import values_of
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile

NOTHING = "–"
_LONGEST = 40


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
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if 0.1 <= percent <= 99.9 else "< 0.1 %" if percent < 1 else "> 99.9 %"


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


def moved(now: Profile, usual: Profile) -> str:
    """How a distribution changed: where the numbers lie, or which category gained or lost most."""
    if isinstance(now, NumericProfile) and isinstance(usual, NumericProfile):
        ours, theirs = _place(now), _place(usual)
        ends = f"{theirs[0]} to {theirs[2]} → {ours[0]} to {ours[2]}"
        return f"moved: median {theirs[1]} → {ours[1]}, 90 % of the values within {ends}"
    assert isinstance(now, CategoryProfile)
    assert isinstance(usual, CategoryProfile)
    name = max({**usual.counts, **now.counts}, key=lambda one: abs(_share(now, one) - _share(usual, one)), default="")
    return f"moved: {named([name])} {share(_share(usual, name))} → {share(_share(now, name))}"


def median(profile: NumericProfile) -> str:
    """The middle value."""
    return _place(profile)[1]


def _share(profile: CategoryProfile, name: str) -> float:
    return profile.counts.get(name, 0) / max(values_of(profile), 1)


def _place(profile: NumericProfile) -> tuple[str, str, str]:
    low, middle, high = (measure_column(name, profile) for name in ("p05", "p50", "p95"))
    texts = [number(one.value) if isinstance(one, Measured) else NOTHING for one in (low, middle, high)]
    return texts[0], texts[1], texts[2]
