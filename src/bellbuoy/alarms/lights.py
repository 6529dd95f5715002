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


class LightState(StrEnum):
    """What a light shows."""

    OK = "ok"
    TROUBLE = "trouble"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Light:
    """One of the three lights (model, pipeline, world), with its reason in words."""

    state: LightState
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
    def trouble(self) -> float:
        """How far out it lies: 1 where it is called out."""
        return self.distance / (self.band + _SHIFT)


#: So many windows say what is usual; the fewest windows, and the fewest longer stretches, that do.
PAST, _FEWEST, _FEW_SPANS = 56, 7, 3
#: The usual reaches so much beyond the farthest of those windows: the next one may be the farthest yet.
_HEADROOM = 1.2
#: So many windows beyond the usual are a swing of the weather, if it ends then; what lasts longer is an incident.
_SWING = 3
#: After so many windows a column that was distributed otherwise is the new normal.
_PATIENCE = 21
#: A share must rise by so much, beyond its interval, before the pipeline is in trouble.
_SHARE_RISE = 0.05
#: A distance (Jensen-Shannon) must leave its band by so much before the world is in trouble.
_SHIFT = 0.1
#: How far a metric may fall behind the baseline, as a part of the baseline, beyond both intervals.
_SLACK = 0.1
#: A source is late when nothing has come for so many times the longest gap that it had lately.
_LATE = 3


def model_light(metric: str, now: Reading, usual: Reading, better: str, past: Sequence[float] = ()) -> Light:
    """Whether the model performs as on the baseline, or at least as it has done: `past` are earlier stretches' values.

    Trouble when its interval lies behind the baseline's by more than the slack, and behind nearly all of the past.
    """
    if not isinstance(now, Measured):
        return Light(LightState.UNKNOWN, now.why)
    if not isinstance(usual, Measured):
        return Light(LightState.UNKNOWN, f"{metric} is {now.value:.3g}, and nothing to compare it with: {usual.why}")
    text = f"{metric} is {now.value:.3g} on {now.rows:,} labelled rows, {usual.value:.3g} on the baseline"
    sign = 1 if better == "higher" else -1
    best, floor = (now.high, usual.low) if sign > 0 else (now.low, usual.high)
    behind = sign * (floor - best)
    if behind <= 0:
        return Light(LightState.OK, text)
    return _behind(text, behind, _SLACK * abs(usual.value), sign * best, [sign * value for value in past])


def _behind(text: str, behind: float, slack: float, best: float, past: Sequence[float]) -> Light:
    """The light of a metric whose interval lies behind the baseline's; higher values are better."""
    if behind <= slack:
        return Light(LightState.OK, f"{text}, not surely more than a tenth behind it")
    if len(past) < _FEW_SPANS:
        return Light(LightState.UNKNOWN, f"{text}; too little has been seen to know whether that is usual")
    if best >= _worst(past, slack):
        return Light(LightState.OK, f"{text}, as it has been in weeks before")
    return Light(LightState.TROUBLE, text)


def _worst(past: Sequence[float], slack: float) -> float:
    """The least of what was usual among stretches in order of time (higher is better): what fell far is none of it."""
    usual = list(past[:_FEW_SPANS])
    usual += [value for value in past[_FEW_SPANS:] if value >= min(usual) - slack]
    return min(usual)


def pipeline_light(shares: Sequence[Share], unread: Sequence[str] = ()) -> Light:
    """Whether rows come, whole and once: trouble when something could not be read or a share rose beyond its interval.

    `unread` says in words what the last cycle could not read.
    """
    if unread:
        more = f", and {len(unread) - 1} more" if len(unread) > 1 else ""
        return Light(LightState.TROUBLE, f"{unread[0]}{more}")
    risen = [share for share in shares if share.risen > 0]
    if not risen:
        return Light(LightState.OK, "rows come in time, and no column lost its values")
    first = max(risen, key=lambda share: share.risen)
    assert isinstance(first.now, Measured)
    others = f", and {len(risen) - 1} more" if len(risen) > 1 else ""
    now, usual = 100 * first.now.value, 100 * first.usual
    text = f"{first.name} in {now:.0f}\u00a0% of rows, usually in {usual:.0f}\u00a0% at most{others}"
    return Light(LightState.TROUBLE, text)


def usual_gap(starts: Sequence[int], width: int) -> timedelta:
    """The longest time without rows lately, from the starts (seconds, ascending) of windows of a width with rows."""
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    return timedelta(seconds=max([width, *gaps]))


def late_light(late: timedelta, gap: timedelta) -> Light | None:
    """Trouble when no row has come for much longer than ever lately; None while that is not so."""
    return (
        Light(LightState.TROUBLE, f"no new rows for {format_duration(rounded(late))}") if late > _LATE * gap else None
    )


def rounded(span: timedelta) -> timedelta:
    """A span to two places: nobody wants the seconds of a day."""
    seconds = span.total_seconds()
    unit = next((unit for unit in (86_400, 3_600, 60) if seconds >= 2 * unit), 1)
    return timedelta(seconds=round(seconds / unit) * unit)


def bands(distances: Sequence[Distance | None]) -> list[float]:
    """For each window the distance up to which it is usual: its noise, or what windows before it reached.

    Days and seasons differ more than sampling does, and a column must not be called out for that. Infinite while fewer
    than seven windows have come before: nothing is judged on too little. What stays away for three weeks is the new
    normal.
    """
    values = [None if one is None else one.value for one in distances]
    noises = [0.0 if one is None else one.noise for one in distances]
    known = zip(noises, limits(values, slack=_SHIFT, patience=_PATIENCE), strict=True)
    # A distance is 1 at most, and a column that lies so far away cannot be told to move farther.
    return [max(noise, limit if limit == math.inf else min(limit, 1.0)) for noise, limit in known]


def null_limits(shares: Sequence[float | None], usual: float) -> list[float]:
    """For each window the share of nulls up to which it is usual: the baseline's, or what swings before it reached.

    A column that goes on without its values is never used to it.
    """
    return limits(shares, floor=usual, slack=_SHARE_RISE)


def limits(
    values: Sequence[float | None], *, floor: float | None = None, slack: float = 0.0, patience: int | None = None
) -> list[float]:
    """For each window what nearly all (95 %) of the usual ones before it stayed below, with headroom.

    A window farther than `slack` beyond its limit is not usual and teaches nothing, unless it was a short swing that is
    over, or `patience` windows in a row were so. While there are few windows, the limit is `floor`, infinite for None.
    """
    usual: list[float] = []
    away: list[float] = []
    out = []
    for value in values:
        out.append(_limit(usual, floor))
        if value is None:
            continue
        if value > out[-1] + slack:
            away.append(value)
            if len(away) == patience:
                usual, away = away, []
            continue
        usual += [*away, value] if len(away) <= _SWING else [value]
        away = []
    return out


def _limit(usual: Sequence[float], floor: float | None) -> float:
    past = usual[-PAST:]
    if len(past) < _FEWEST:
        return math.inf if floor is None else floor
    return max(floor or 0.0, _HEADROOM * sorted(past)[-1 - len(past) // 20])


def world_light(shifts: Sequence[Shift]) -> Light:
    """Whether what the model sees looks as it did: trouble when a column left its band by far."""
    if not shifts:
        return Light(LightState.UNKNOWN, "nothing to compare with yet")
    if all(shift.band == math.inf for shift in shifts):
        return Light(LightState.UNKNOWN, "too little has been seen to know what is usual")
    moved = sorted((shift for shift in shifts if shift.trouble > 1), key=lambda shift: -shift.trouble)
    if not moved:
        return Light(LightState.OK, "inputs and outputs look as they did")
    others = f", and {len(moved) - 1} more" if len(moved) > 1 else ""
    return Light(LightState.TROUBLE, f"{moved[0].name} is distributed differently{others}")
