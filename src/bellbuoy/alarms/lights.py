"""The three lights: is my model broken, is my data pipeline broken, has the world changed? Plain rules on readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Shift:
    """A column's distance from the baseline, and what no change at all would show (95 %)."""

    name: str
    distance: float
    noise: float


#: A share must rise by so much, beyond its interval, before the pipeline is in trouble.
_SHARE_RISE = 0.05
#: A distance (Jensen-Shannon) must pass its noise by so much before the world is in trouble.
_SHIFT = 0.25
#: How far a metric may fall behind the baseline, as a part of the baseline, beyond both intervals.
_SLACK = 0.05
#: Windows without new rows before the source is late.
_LATE = 3


def model_light(metric: str, now: Reading, usual: Reading, better: str) -> Verdict:
    """Whether the model performs as on the baseline: trouble when the intervals part by more than the slack."""
    if not isinstance(now, Measured):
        return Verdict(Glow.UNKNOWN, now.why)
    if not isinstance(usual, Measured):
        return Verdict(Glow.UNKNOWN, f"{metric} is {now.value:.3g}, and nothing to compare it with: {usual.why}")
    slack = _SLACK * abs(usual.value)
    worse = now.high < usual.low - slack if better == "higher" else now.low > usual.high + slack
    text = f"{metric} is {now.value:.3g} on {now.rows:,} labelled rows, {usual.value:.3g} on the baseline"
    return Verdict(Glow.TROUBLE if worse else Glow.OK, text)


def pipeline_light(shares: Sequence[Share], late: timedelta | None, width: timedelta) -> Verdict:
    """Whether rows come, whole and once: trouble when a share rose beyond its interval or the source is late."""
    if late is None:
        return Verdict(Glow.UNKNOWN, "no rows yet")
    if late > _LATE * width:
        return Verdict(Glow.TROUBLE, f"no new rows for {format_duration(late)}")
    risen = [share for share in shares if isinstance(share.now, Measured) and share.now.low > share.usual + _SHARE_RISE]
    if not risen:
        return Verdict(Glow.OK, "rows come in time, and no column lost its values")
    first = max(risen, key=lambda share: share.now.value - share.usual if isinstance(share.now, Measured) else 0.0)
    assert isinstance(first.now, Measured)
    others = f", and {len(risen) - 1} more" if len(risen) > 1 else ""
    return Verdict(Glow.TROUBLE, f"{first.name}: {first.now.value:.0%} of rows, usually {first.usual:.0%}{others}")


def world_light(shifts: Sequence[Shift], truth: Verdict | None = None) -> Verdict:
    """Whether what the model sees looks as it did: trouble when a column moved far beyond its noise."""
    if not shifts:
        return truth or Verdict(Glow.UNKNOWN, "nothing to compare with yet")
    moved = sorted((shift for shift in shifts if shift.distance - shift.noise > _SHIFT), key=lambda s: -s.distance)
    if truth is not None and truth.glow is Glow.TROUBLE:
        return truth
    if not moved:
        return Verdict(Glow.OK, "inputs and outputs look as they did")
    others = f", and {len(moved) - 1} more" if len(moved) > 1 else ""
    return Verdict(Glow.TROUBLE, f"{moved[0].name} is distributed differently{others}")
