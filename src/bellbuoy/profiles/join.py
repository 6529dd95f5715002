"""Labels meet predictions: by id, whenever either comes, and touch only the window in which the prediction was made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.ages import PAST_ALL, Aged, rungs
from bellbuoy.profiles.collect import DELAY, OUTCOME, count_numbers
from bellbuoy.profiles.lines import Lines
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.target import Target
from bellbuoy.store.ledger import picked
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain

Records = NDArray[np.void]


@dataclass(slots=True)
class Pairs:
    """Outcomes under way: paired rows are added or, when a label was corrected, taken back."""

    target: Target
    grain: Grain
    segments: tuple[str, ...]
    names: Mapping[int, str]  #: text of the codes of versions and segment values in records
    kept: Grain | None = None  #: wider windows that outcomes are counted in; ages are those in the windows of `grain`
    outcomes: dict[Series, dict[int, Aged]] = field(default_factory=dict)
    delays: dict[Series, dict[int, NumericProfile]] = field(default_factory=dict)

    def add(self, records: Records, labels: Records) -> None:
        """Count predictions with their labels, row by row of the two."""
        if len(records):
            self.count(records, labels, back=False)
            self._delay(records, labels, back=False)

    def correct(self, records: Records, old: Records, new: Records) -> None:
        """Uncount what is no longer believed and count what replaces it."""
        earlier = new["first"] != old["first"]
        other = earlier | (new["label"] != old["label"])
        for labels, back in ((old, True), (new, False)):
            if other.any():
                self.count(records[other], labels[other], back=back)
            if earlier.any():
                self._delay(records[earlier], labels[earlier], back=back)

    def count(self, records: Records, labels: Records, *, back: bool = False, aged: bool = True) -> None:
        """Count pairs into outcomes, or uncount them; delays are left alone.

        A corrected label counts from the age at which the first one was known, so that no order of arrival matters.
        Without `aged` nobody knows when labels were known.
        """
        good = self.target.usable(records) & np.isfinite(labels["label"])
        if not good.any():
            return
        records, labels = picked(records, good), picked(labels, good)
        terms = self.target.terms(records, labels["label"].copy())
        starts = self.grain.starts(records["at"])
        rung = rungs(labels["first"], starts, self.grain.seconds) if aged else np.full(len(records), PAST_ALL)
        kept = self.kept or self.grain
        starts = kept.regroup(starts)
        for by in ("", *self.segments):
            lines = Lines.of(records, starts, by, rung)
            for place, outcome in enumerate(lines.outcomes(terms)):
                start, version, value, at = lines.keys[place]
                line = Series(kept.value, OUTCOME, self.names[version], by, self.names[value])
                windows, part = self.outcomes.setdefault(line, {}), Aged({at: outcome})
                old = windows.get(start, Aged())
                windows[start] = old - part if back else old + part

    def _delay(self, records: Records, labels: Records, *, back: bool) -> None:
        """Count how long labels took, in seconds, by the day (or wider window) of the prediction."""
        grain = max(self.grain, Grain.DAY, key=lambda one: one.seconds)
        delay = np.maximum(0.0, (labels["first"] - records["at"]) / MICRO)
        starts = grain.starts(records["at"])
        for by in ("", *self.segments):
            lines = Lines.of(records, starts, by, np.zeros(len(records), np.int64))
            if not lines.keys:
                continue
            block = count_numbers(lines.sorted(delay), None, lines.groups)
            for place, (start, version, value, _) in enumerate(lines.keys):
                line = Series(grain.value, DELAY, self.names[version], by, self.names[value])
                windows = self.delays.setdefault(line, {})
                # Ends cannot be taken back, so delays have none.
                part = replace(block.profile(place), low=math.nan, high=math.nan)
                old = windows.get(start)
                if back:
                    windows[start] = (old or NumericProfile()) - part
                else:  # mostly a day's labels are the first of their line, and there is nothing to add to
                    windows[start] = part if old is None else old + part
