"""How far a column, or the score, lies from what a row's other inputs say of it: in ranks, from the twin's counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from bellbuoy.metrics.intervals import mean_interval
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import NumericProfile

#: Of a window in which more of the rows are like none of the reference set than this, nothing can be said.
_STRANGE = 0.5


def measure_misfit(name: str, beside: NumericProfile) -> Reading:
    """A metric of one window; `beside` counts how far its rows lie from the twin, and `name` is one of MISFITS.

    Both are means over the rows that are like some of the reference set, with a normal interval.
    """
    if not beside.finite:
        return Unmeasured("no row is like any of the reference set")
    if beside.nulls > _STRANGE * (beside.finite + beside.nulls):
        return Unmeasured("most rows are like none of the reference set")
    value, bound = MISFITS[name](beside)
    spread = math.sqrt(max(0.0, beside.squares / beside.finite - value * value))
    low, high = mean_interval(value, spread, beside.finite)
    return Measured(value, low, high, beside.finite, bound)


def _signed(beside: NumericProfile) -> tuple[float, float]:
    return beside.total / beside.finite, 0.0


def _size(beside: NumericProfile) -> tuple[float, float]:
    """The mean without signs: from the sum, which is exact, and the buckets of those below 0."""
    low, high = buckets.edges(beside.cells.codes, beside.scale)
    below = (beside.cells.codes < 0) * beside.cells.counts
    # What the buckets do not know stands twice in it: as the part above 0 is the sum less the part below.
    part, bound = ((low + high) / 2 * below).sum(), ((high - low) / 2 * below).sum()
    return max(0.0, float(beside.total - 2 * part) / beside.finite), 2 * float(bound) / beside.finite


#: What is measured beside the twin: the mean distance, and the same with its sign.
MISFITS: Mapping[str, Callable[[NumericProfile], tuple[float, float]]] = {"misfit": _size, "misfit_bias": _signed}
