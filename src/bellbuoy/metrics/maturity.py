"""How much of a window's labels has come: learnt from delays, told per window."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import NumericProfile

#: The age by which so many of the labels that ever come have come.
_SHARE = 0.95
#: A window is final when it is this many times as old as a mature one.
_FINAL = 4
#: Fewer labels than this teach no delay.
_ENOUGH = 30


class Maturity(StrEnum):
    """How complete a window's labels are."""

    PROVISIONAL = "provisional"
    MATURE = "mature"
    FINAL = "final"


def mature_age(delays: NumericProfile, *, share: float = _SHARE, most: timedelta = timedelta.max) -> timedelta | None:
    """The age at which a share of the labels that ever come have come, from counted delays; None if too few are known.

    It is the upper end of the delay bucket that holds that quantile, so at most 2.2 % too long. Delays beyond `most`
    are none: a label that is here cannot have taken until the year 9999.
    """
    low, high = buckets.edges(delays.cells.codes, delays.scale)
    counts = np.where(low <= most.total_seconds(), delays.cells.counts, 0)
    if counts.sum() < _ENOUGH:
        return None
    reached = np.cumsum(counts) >= share * counts.sum()
    return timedelta(seconds=float(high[int(np.argmax(reached))]))


def maturity(end: datetime, now: datetime, age: timedelta | None) -> Maturity | None:
    """The state of a window that ended then; None while nothing is known of delays."""
    if age is None:
        return None
    # An age may be longer than any moment can be moved by.
    since = now - end
    if since < age:
        return Maturity.PROVISIONAL
    return Maturity.FINAL if since >= _FINAL * age else Maturity.MATURE
