"""The three lights: is my model broken, is my data pipeline broken, has the world changed? Plain rules on readings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.windows import format_duration


class Glow(StrEnum):
    """What a light shows."""

    OK = "ok"
    TROUBLE = "trouble"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A light's state and its reason in words."""

    glow: Glow
    why: str


@dataclass(frozen=True, slots=True)
class Share:
    """A share among rows, now and in the baseline: nulls of a column, duplicates."""

    name: str
    now: Reading
    usual: float

    @property
    def risen(self) -> float:
        """By how much it rose beyond its interval and what may be; 0 or less: it did not."""
        return self.now.low - self.usual - _SHARE_RISE if isinstance(self.now, Measured) else 0.0


class Distance(NamedTuple):
    """How far a column's window lies from the baseline, and how far it would with no change at all (95 %)."""

    value: float
    noise: float


@dataclass(frozen=True, slots=True)
class Shift:
    """A column's newest distance from the baseline, and the band that is usual for it (`bands`)."""

    name: str
    distance: float
    band: float

    @property
    def beyond(self) -> float:
        """How far it lies outside its band; negative inside."""
        return self.distance - self.band


#: Windows that say what is usual: so many, up to a week before the one judged, so that a fault is not its own excuse.
PAST, LAG = 56, 7
#: The fewest windows, and the fewest longer stretches, that say it.
_FEWEST, _FEW_SPANS = 7, 3
#: The band reaches so much beyond the farthest of those windows: the next one may be the farthest yet.
_HEADROOM = 1.2
#: A share must rise by so much, beyond its interval, before the pipeline is in trouble.
_SHARE_RISE = 0.05
#: A distance (Jensen-Shannon) must leave its band by so much before the world is in trouble.
_SHIFT = 0.1
#: How far a metric may fall behind the baseline, as a part of the baseline, beyond both intervals.
_SLACK = 0.1
#: A source is late when nothing has come for so many times the longest gap that it had lately.
_LATE = 3


def model_light(metric: str, now: Reading, usual: Reading, better: str, past: Sequence[float] = ()) -> Verdict:
    """Whether the model performs as on the baseline, or at least as it has done: `past` are earlier stretches' values.

    Trouble when its interval lies behind the baseline's by more than the slack, and behind nearly all of the past.
    """
    if not isinstance(now, Measured):
        return Verdict(Glow.UNKNOWN, now.why)
    if not isinstance(usual, Measured):
        return Verdict(Glow.UNKNOWN, f"{metric} is {now.value:.3g}, and nothing to compare it with: {usual.why}")
    text = f"{metric} is {now.value:.3g} on {now.rows:,} labelled rows, {usual.value:.3g} on the baseline"
    sign = 1 if better == "higher" else -1
    best, floor = (now.high, usual.low) if sign > 0 else (now.low, usual.high)
    if sign * best >= sign * floor - _SLACK * abs(usual.value):
        return Verdict(Glow.OK, text)
    if len(past) < _FEW_SPANS:
        return Verdict(Glow.UNKNOWN, f"{text}; too little has been seen to know whether that is usual")
    worst = sorted(sign * value for value in past)[1]
    if sign * best >= worst:
        return Verdict(Glow.OK, f"{text}, as it has been before")
    return Verdict(Glow.TROUBLE, text)


def pipeline_light(shares: Sequence[Share]) -> Verdict:
    """Whether rows come whole and once: trouble when a share rose beyond its interval."""
    risen = [share for share in shares if share.risen > 0]
    if not risen:
        return Verdict(Glow.OK, "rows come in time, and no column lost its values")
    first = max(risen, key=lambda share: share.risen)
    assert isinstance(first.now, Measured)
    others = f", and {len(risen) - 1} more" if len(risen) > 1 else ""
    return Verdict(Glow.TROUBLE, f"{first.name} in {first.now.value:.0%} of rows, usually {first.usual:.0%}{others}")


def usual_gap(starts: Sequence[int], width: int) -> timedelta:
    """The longest time without rows lately, from the starts (seconds, ascending) of windows of a width with rows."""
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return timedelta(seconds=max([width, *gaps]))


def late_light(late: timedelta, gap: timedelta) -> Verdict | None:
    """Trouble when no row has come for much longer than ever lately; None while that is not so."""
    return Verdict(Glow.TROUBLE, f"no new rows for {format_duration(rounded(late))}") if late > _LATE * gap else None


def rounded(span: timedelta) -> timedelta:
    """A span to two places: nobody wants the seconds of a day."""
    seconds = span.total_seconds()
    unit = next((unit for unit in (86_400, 3_600, 60) if seconds >= 2 * unit), 1)
    return timedelta(seconds=round(seconds / unit) * unit)


def bands(distances: Sequence[Distance | None]) -> list[float]:
    """For each window the distance up to which it is usual: its noise, or what windows before it reached.

    Days and seasons differ more than sampling does, and a column must not be called out for that. Infinite while fewer
    than seven windows have come before: nothing is judged on too little.
    """
    values = [None if one is None else one.value for one in distances]
    noises = [0.0 if one is None else one.noise for one in distances]
    known = zip(noises, limits(values), strict=True)
    # A distance is 1 at most, and a column that lies so far away cannot be told to move farther.
    return [max(noise, limit if limit == math.inf else min(limit, 1.0)) for noise, limit in known]


def limits(values: Sequence[float | None]) -> list[float]:
    """For each window what nearly all (95 %) of the windows before it stayed below, with headroom; infinite for few."""
    out = []
    for place in range(len(values)):
        early = [value for value in values[max(0, place - PAST - LAG) : max(0, place - LAG)] if value is not None]
        past = early if len(early) >= _FEWEST else [value for value in values[:place] if value is not None]
        high = sorted(past)[-1 - len(past) // 20] if past else 0.0
        out.append(_HEADROOM * high if len(past) >= _FEWEST else math.inf)
    return out


def world_light(shifts: Sequence[Shift]) -> Verdict:
    """Whether what the model sees looks as it did: trouble when a column left its band by far."""
    if not shifts:
        return Verdict(Glow.UNKNOWN, "nothing to compare with yet")
    if all(shift.band == math.inf for shift in shifts):
        return Verdict(Glow.UNKNOWN, "too little has been seen to know what is usual")
    moved = sorted((shift for shift in shifts if shift.beyond > _SHIFT), key=lambda shift: -shift.beyond)
    if not moved:
        return Verdict(Glow.OK, "inputs and outputs look as they did")
    others = f", and {len(moved) - 1} more" if len(moved) > 1 else ""
    return Verdict(Glow.TROUBLE, f"{moved[0].name} is distributed differently{others}")
