"""How estimates did: each against what the metric turned out to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics.reading import Measured, Reading

#: Windows from which a record is told.
_LEAST = 10
_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Track:
    """How near estimates came to the truth."""

    windows: int  #: how many could be compared
    share: float  #: in this share of them …
    within: float  #: … the estimate was so near to the truth, in the metric's unit
    covered: float  #: in this share of them the estimate's interval held the truth


def track_record(pairs: Iterable[tuple[Reading, Reading]]) -> Track | None:
    """The record of estimates, each with the reading that its labels gave; None with fewer than ten to compare.

    `within` is a distance that was really reached, not one between two.
    """
    both = [(one, two) for one, two in pairs if isinstance(one, Measured) and isinstance(two, Measured)]
    if len(both) < _LEAST:
        return None
    apart = np.array([abs(one.value - two.value) for one, two in both])
    held = [one.low <= two.value <= one.high for one, two in both]
    within = float(np.quantile(apart, _SHARE, method="inverted_cdf"))
    return Track(len(both), _SHARE, within, sum(held) / len(held))
