"""Whether what serves answers as the model does: logged scores beside those of the same rows scored again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bellbuoy.metrics.intervals import rate_interval
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.profiles.profile import NumericProfile

Floats = NDArray[np.float64]

#: What is measured of rows that were scored again; and which metric of the distances' profile is asked for.
REPLAYED = {"replay_difference": "", "replay_mean_distance": "mean", "replay_max_distance": "max"}
#: Digits after the point that a log may have been cut to.
_DIGITS = range(5, -1, -1)
#: A larger share of scores with a digit less than that is not chance.
_CHANCE = 0.3
#: So many different scores are no constant; of fewer rows, digits are believed.
_FEW = 3
#: How far a number may be from what it was before it was kept in 32 bits, as a share of it.
_SINGLE = 1e-7


def distances(logged: Floats, again: Floats, tolerance: float) -> Floats:
    """How far apart the scores of each row are, a line for each row; 0 within the tolerance.

    The tolerance is a share of the logged score where that is above 1. Half a unit of the last digit that was logged is
    allowed for beside it, where few are. A score that is a number on one side only is NaN apart.
    """
    both = np.isnan(logged) & np.isnan(again) | (logged == again)
    with np.errstate(invalid="ignore"):
        apart = np.where(both, 0.0, np.abs(logged - again))
        # What was cut off and then kept in 32 bits is off by that rounding as well.
        allowed = (tolerance + _SINGLE) * np.maximum(1.0, np.abs(logged)) + cut_off(logged)
    beyond: Floats = np.where((apart <= allowed) & np.isfinite(apart), 0.0, apart).max(axis=1)
    return beyond


def cut_off(logged: Floats) -> Floats:
    """Half a unit of the last digit of each logged score, where the log has cut it off; else 0.

    Of scores with four digits a tenth have three by chance. So scores with fewer digits than others are taken for cut
    off there only where they are more than that: a log may hold those of two services. Scores that repeat are counted
    once, for one that is always the same has few digits, and was not cut off.
    """
    finite = np.isfinite(logged)
    allowed, longer = np.zeros(logged.shape), len(np.unique(logged[finite]))
    for digits in _DIGITS:
        short = finite.copy()
        some = logged[finite]
        short[finite] = np.abs(some - np.round(some, digits)) < _SINGLE * np.maximum(1.0, np.abs(some))
        different = len(np.unique(logged[short]))
        if different > _CHANCE * longer and different >= min(_FEW, len(some)):
            allowed[short] = 0.5 * 10.0**-digits
        longer = different
    return allowed


def measure_replay(name: str, rows: NumericProfile) -> Reading:
    """A metric of one window: `rows` counts the distances of its rows that were scored again.

    The share has Wilson's interval (1927), the mean a normal one.
    """
    compared = rows.rows - rows.nulls
    if not compared:
        return Unmeasured("no rows were scored again")
    if REPLAYED[name]:
        return measure_column(REPLAYED[name], rows)
    differing = compared - rows.zeros
    low, high = rate_interval(differing / compared, compared)
    return Measured(differing / compared, low, high, compared)
