"""The label feed of a model: how long labels take, which ever come, and whether as many come as should."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from bellbuoy.metrics.delays import Curve, delay_curve, ever_labelled, labels_due
from bellbuoy.metrics.maturity import SHARE, Waiting
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.step.rows import rows_of
from bellbuoy.profiles.collect import ARRIVALS, DELAY
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.series import Counts, Slice, kept_grain
from bellbuoy.windows import Grain, to_seconds

#: The reference set has one window, which is as old as can be.
_LONG_AGO = -(10**15)
#: Fewer labels than this are too few to miss any.
_FEW = 10
#: So many stretches before one say which share of the labels that are due does come, and so many at the least.
_USUAL, _LEAST = 28, 3
#: A stretch in which so much is missing, beyond chance, is none of the usual ones.
_MISSING = 0.5


@dataclass
class Feed:
    """How labels come, as counts tell at one moment."""

    counts: Counts
    now: datetime
    age: timedelta | None = None  #: after which labels count as complete, where somebody said so
    _known: dict[tuple[str, str], Waiting] = field(default_factory=dict)

    @property
    def grain(self) -> Grain:
        """Delays are learnt by day, or by the model's own windows where these are wider."""
        return kept_grain(self.counts.base, max(self.counts.base, Grain.DAY, key=lambda one: one.seconds))

    def waiting(self, by: str = "", segment: str = "") -> Waiting:
        """What is known of all rows' labels, or of a segment's where it has enough of them."""
        if (by, segment) not in self._known:
            self._known[by, segment] = self._learnt(by, segment)
        return self._known[by, segment]

    def _learnt(self, by: str, segment: str) -> Waiting:
        where = Slice(by=by, segment=segment)
        curve = self._curve(where)
        if curve is None:
            return self.waiting() if by else Waiting(self.age)
        age = curve.age(SHARE) if self.age is None else self.age
        # What labels the newest windows ever get is asked of as many as there are; older ones do not matter.
        past = Slice(by=by, segment=segment, end=to_seconds(self.now))
        rows, labelled = rows_of(self.counts, self.grain, past), self.counts.labelled(self.grain, past)
        return Waiting(age, curve, ever_labelled(rows, labelled, curve, to_seconds(self.now), self.grain.seconds))

    def _curve(self, where: Slice) -> Curve | None:
        parts = self.counts.profiles(DELAY, self.grain, where)
        delays = {start: part for start, part in parts.items() if isinstance(part, NumericProfile)}
        curve = delay_curve(delays, to_seconds(self.now), self.grain.seconds)
        usual = self.counts.reference(DELAY, where) if curve is None else None
        return delay_curve({_LONG_AGO: usual}, 0, 0) if isinstance(usual, NumericProfile) else curve

    def shortfalls(self, grain: Grain, where: Slice) -> dict[int, Reading]:
        """The share of the labels due in each stretch of time that did not come in it, by its start.

        What is due follows from the predictions before and from how long their labels take; `usual` puts right what
        that is too high or too low by, as stretches before show.
        """
        known = self.waiting()
        arrived = {at: part.rows for at, part in self.counts.profiles(ARRIVALS, grain, where).items()}
        rows = rows_of(self.counts, self.grain, Slice(end=to_seconds(self.now)))
        if known.curve is None or known.ever is None or not rows:
            return dict.fromkeys(arrived, Unmeasured("nothing is known of delays yet"))
        spans = self._spans(grain, where, min(rows), arrived)
        due = labels_due(rows, known.curve, known.ever.best, self.grain.seconds, spans)
        # Long after the last prediction none is waited for any more.
        return _shortfalls(arrived, {at: many for at, many in due.items() if many >= 1 or at in arrived})

    def _spans(self, grain: Grain, where: Slice, first: int, arrived: Mapping[int, int]) -> dict[int, int]:
        """Stretches from the first prediction to now, those in which no label came too; by their start, their end."""
        width, now = grain.seconds, to_seconds(self.now)
        begin = max(first, where.start if where.start is not None else first)
        end = min(now, where.end if where.end is not None else now)
        aligned = to_seconds(grain.floor(datetime.fromtimestamp(begin, self.now.tzinfo)))
        return {start: min(start + width, now) for start in range(aligned, end, width)} | {
            start: min(start + width, now) for start in arrived if start < now
        }


def _shortfalls(arrived: Mapping[int, int], due: Mapping[int, float]) -> dict[int, Reading]:
    out: dict[int, Reading] = {}
    past: list[float] = []
    for start in sorted(due):
        usual = median(past[-_USUAL:]) if len(past) >= _LEAST else 1.0
        found = out[start] = _shortfall(arrived.get(start, 0), due[start] * usual)
        # What is missing now does not make it usual that labels are missing.
        if due[start] >= _FEW and not (isinstance(found, Measured) and found.low > _MISSING):
            past.append(arrived.get(start, 0) / due[start])
    return out


def _shortfall(arrived: int, due: float) -> Reading:
    """The share of what is due that is missing; arrivals are Poisson, their root varies by 1/2 (Bartlett 1936)."""
    if due < _FEW:
        return Unmeasured("too few labels are due")
    low, high = (max(0.0, arrived**0.5 + side) ** 2 for side in (-0.98, 0.98))
    ends = sorted(min(1.0, max(0.0, 1 - many / due)) for many in (low, high))
    value = min(1.0, max(0.0, 1 - arrived / due))
    return Measured(value, min(value, ends[0]), max(value, ends[1]), round(due))
