"""Promises: what was predicted is counted for all rows, so that performance can be estimated before labels come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.ages import Aged
from bellbuoy.profiles.collect import PROMISE
from bellbuoy.profiles.lines import Lines
from bellbuoy.profiles.target import Target
from bellbuoy.store.ledger import picked
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain

Records = NDArray[np.void]


@dataclass(slots=True)
class Promises:
    """What was predicted, whether or not its label ever comes: by window, version and segment."""

    target: Target
    grain: Grain
    segments: tuple[str, ...]
    names: Mapping[int, str]
    counts: dict[Series, dict[int, Aged]] = field(default_factory=dict)

    def add(self, records: Records) -> None:
        """Count predictions; segments by day, unless windows are wider anyway: an hour of a part is few rows."""
        good = self.target.usable(records)
        records = records if good.all() else picked(records, good)
        if not len(records):
            return
        terms = self.target.promise(records)
        coarse = max(self.grain, Grain.DAY, key=lambda one: one.seconds)
        for by in ("", *self.segments) if terms.codes else ():
            grain = coarse if by else self.grain
            lines = Lines.of(records, grain.starts(records["at"]), by, np.zeros(len(records), np.int64))
            for place, promise in enumerate(lines.outcomes(terms)):
                start, version, value, _ = lines.keys[place]
                line = Series(grain.value, PROMISE, self.names[version], by, self.names[value])
                windows = self.counts.setdefault(line, {})
                windows[start] = windows.get(start, Aged()) + Aged({0: promise})
