"""The label feed of a model: how long labels take, which ever come, and whether as many come as should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median

from bellbuoy.metrics.delays import Curve, delay_curve, ever_labelled, labels_due
from bellbuoy.metrics.maturity import SHARE, Waiting
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.step.rows import rows_of
from bellbuoy.profiles.collect import ARRIVALS, DELAY
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.series import Counts, Slice, kept_grain
from bellbuoy.windows import Grain, from_seconds, to_seconds

#: The reference set has one window, which is as old as can be.
_LONG_AGO = -(10**15)
#: Fewer labels than this are too few to miss any.
_FEW = 10
#: So many stretches before one say which share of the labels that are due does come, and so many at the least.
_USUAL, _LEAST = 28, 3
#: So many stretches before one tell the feed's rhythm; those of a week; the most that are taken together.
_RHYTHM, _WEEK, _LONGEST = 56, 7, 21
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
        past = Slice(by=by, segment=segment, end=self._well)
        rows, labelled = rows_of(self.counts, self.grain, past), self.counts.labelled(self.grain, past)
        return Waiting(age, curve, ever_labelled(rows, labelled, curve, self._well, self.grain.seconds))

    @cached_property
    def _well(self) -> int:
        """The newest moment (seconds) at which labels came: windows are as old as they were then.

        Where labels have stopped, those that are missing since must not teach that labels never come.
        """
        now = to_seconds(self.now)
        newest = self.counts.newest(ARRIVALS, self.counts.base, Slice(end=now))
        return now if newest is None else min(now, newest + self.counts.base.seconds)

    def _curve(self, where: Slice) -> Curve | None:
        parts = self.counts.profiles(DELAY, self.grain, where)
        delays = {start: part for start, part in parts.items() if isinstance(part, NumericProfile)}
        curve = delay_curve(delays, self._well, self.grain.seconds)
        usual = self.counts.reference(DELAY, where) if curve is None else None
        return delay_curve({_LONG_AGO: usual}, 0, 0) if isinstance(usual, NumericProfile) else curve

    def shortfalls(self, grain: Grain, where: Slice) -> dict[int, Reading]:
        """The share of the labels due in each stretch of time that did not come in it, by its start.

        What is due follows from the predictions before and from how long their labels take; `usual` puts right what
        that is too high or too low by, as stretches before show.
        """
        known = self.waiting()
        everything = self.counts.profiles(ARRIVALS, grain, Slice(end=where.end)).items()
        arrived = {at: part.rows for at, part in everything if at < to_seconds(self.now)}
        rows = rows_of(self.counts, self.grain, Slice(end=to_seconds(self.now)))
        if known.curve is None or known.ever is None or not rows:
            return dict.fromkeys(arrived, Unmeasured("nothing is known of delays yet"))
        due = labels_due(rows, known.curve, known.ever.best, self.grain.seconds, self._spans(grain, min(rows), where))
        # Long after the last prediction none is waited for any more.
        found = _shortfalls(arrived, {at: many for at, many in due.items() if many >= 1 or at in arrived})
        start = where.start if where.start is not None else min(found, default=0)
        return {at: reading for at, reading in found.items() if at >= start}

    def _spans(self, grain: Grain, first: int, where: Slice) -> dict[int, int]:
        """Stretches up to now or the slice's end, those in which no label came too; by their start, their end.

        They begin so long before the slice that what is told of it does not depend on where it begins.
        """
        width, now = grain.seconds, to_seconds(self.now)
        begin = first if where.start is None else max(first, where.start - 2 * _RHYTHM * width)
        end = min(now, where.end if where.end is not None else now)
        aligned = to_seconds(grain.floor(from_seconds(begin)))
        return {start: min(start + width, now) for start in range(aligned, end, width)}


def _shortfalls(arrived: Mapping[int, int], due: Mapping[int, float]) -> dict[int, Reading]:
    """Arrivals against what is due, over as many stretches together as the feed's rhythm wants (`rhythm`)."""
    out: dict[int, Reading] = {}
    starts = sorted(due)
    came, wanted = [arrived.get(start, 0) for start in starts], [due[start] for start in starts]
    past: list[float] = []
    for place, start in enumerate(starts):
        together = rhythm(came[max(0, place - _RHYTHM) : place])
        span = slice(max(0, place + 1 - together), place + 1)
        usual = median(past[-_USUAL:]) if len(past) >= _LEAST else 1.0
        here, missing = sum(came[span]), sum(wanted[span]) * usual
        out[start] = _shortfall(here, missing) if together <= _LONGEST else Unmeasured("labels come too seldom")
        # What is missing now does not make it usual that labels are missing.
        if sum(wanted[span]) >= _FEW and here > (1 - _MISSING) * missing:
            past.append(here / sum(wanted[span]))
    return out


def rhythm(came: Sequence[int]) -> int:
    """How many stretches have to be taken together so that a feed that pauses as it does is not found wanting.

    A pause that happened twice is the feed's habit: weekends, a weekly or a monthly batch. One that happened once is
    none, and neither is the one that goes on.
    """
    pauses: list[int] = []
    empty = 0
    begun = False
    for many in came:
        if many:
            pauses += [empty] if begun and empty else []
            empty, begun = 0, True
        else:
            empty += 1
    habit = sorted(pauses)[-2] if len(pauses) > 1 else 0
    if not begun or (not habit and len(came) < _USUAL):
        return _WEEK  # a feed that nobody knows yet may pause for weekends
    return max(_WEEK, 2 * (habit + 1)) if habit else 1


def _shortfall(arrived: int, due: float) -> Reading:
    """The share of what is due that is missing; arrivals are Poisson, their root varies by 1/2 (Bartlett 1936)."""
    if due < _FEW:
        return Unmeasured("too few labels are due")
    low, high = (max(0.0, arrived**0.5 + side) ** 2 for side in (-0.98, 0.98))
    ends = sorted(min(1.0, max(0.0, 1 - many / due)) for many in (low, high))
    value = min(1.0, max(0.0, 1 - arrived / due))
    return Measured(value, min(value, ends[0]), max(value, ends[1]), round(due))
