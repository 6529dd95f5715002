"""A model's counts become readings: the one way from the store to a number, for pages, JSON and alarms alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np

from bellbuoy.metrics.catalogue import Family, entry, measure
from bellbuoy.metrics.drift import measure_shift, shift_noise
from bellbuoy.metrics.early import settled, surer
from bellbuoy.metrics.estimate import ends_of
from bellbuoy.metrics.flow import BY_ARRIVAL, LABEL_FLOWS, ROW_FLAGS, measure_arrivals, measure_flow, once
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.misfit import MISFITS
from bellbuoy.metrics.money import TOTALS
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.replay import measure_replay
from bellbuoy.metrics.step.baseline import Baseline
from bellbuoy.metrics.step.feed import Feed
from bellbuoy.metrics.step.foresight import Foresight
from bellbuoy.metrics.step.rows import row_profiles
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.taken import Normal, Taken, taken_at, truths
from bellbuoy.metrics.widening import PAST, Told, widened
from bellbuoy.profiles.ages import LADDER, rung_at
from bellbuoy.profiles.collect import ARRIVALS, NULLS, REPLAY, ROWS, TWIN, add_profiles
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice, summed, total
from bellbuoy.windows import Grain, Window, from_seconds, to_seconds

#: Windows looked at beyond those whose labels are still to come.
_BACK = 48


@dataclass
class Gauge:
    """Takes readings off the counts of one model, as they are at one moment."""

    counts: Counts
    subject: Subject
    normal: Normal
    now: datetime
    age: timedelta | None = None  #: after which labels count as complete; None: learnt from the delays seen
    _rows: dict[tuple[Grain, Slice], Mapping[int, CategoryProfile]] = field(default_factory=dict)

    @cached_property
    def feed(self) -> Feed:
        """How labels come."""
        return Feed(self.counts, self.now, self.age)

    @property
    def mature_after(self) -> timedelta | None:
        """The age at which a window's labels count as complete; None while nothing is known of delays."""
        return self.feed.waiting().age

    def take(
        self,
        metric: str,
        grain: Grain,
        where: Slice = EVERYTHING,
        column: str | None = None,
        *,
        age: timedelta | None = None,
    ) -> list[Taken]:
        """A metric (by its canonical name) of every window that has rows, in order of time.

        With an `age`, performance is as it was when each window was so old (to the rung of `ages.LADDER` below it);
        windows that are younger are left out.
        """
        match entry(metric, column=column is not None).family:
            case Family.PERFORMANCE:
                return list(self._performance(metric, grain, where, age))
            case Family.FLOW if metric in BY_ARRIVAL:
                return list(self._arrivals(metric, grain, where))
            case Family.FLOW:
                return list(self._flow(metric, grain, where))
            case Family.REPLAY:
                replays = self._replays(grain, where).items()
                return [taken_at(start, grain, measure_replay(metric, part), part.rows) for start, part in replays]
            case Family.COLUMN:
                parts = self._column(metric, column or "", grain, where).items()
                return [taken_at(start, grain, measure_column(metric, part), part.rows) for start, part in parts]
            case Family.SHIFT:
                return list(self._shifts(metric, column or "", grain, where))

    def last(self, grain: Grain, version: str | None = None) -> int | None:
        """Start of the newest window that has rows and has begun: rows of the future must not hide the present."""
        newest = self.counts.newest(ROWS, grain, Slice(version, end=to_seconds(self.now) + 1))
        return None if newest is None else to_seconds(grain.floor(from_seconds(newest)))

    @cached_property
    def baseline(self) -> Baseline:
        """What is usual."""
        return Baseline(self.counts, self.normal, self.last)

    @cached_property
    def foresight(self) -> Foresight:
        """What performance will be once labels have come."""
        return Foresight(self.counts, self.subject, self.normal, self.mature_after)

    def estimates(self, metric: str, grain: Grain, where: Slice = EVERYTHING) -> list[Taken]:
        """A performance metric of every window as it is expected to be, before labels, in order of time.

        Intervals are as wide as earlier estimates turned out to need: those before the slice, and those of the
        reference set, included.
        """
        early = where if where.start is None else replace(where, start=where.start - PAST * grain.seconds)
        taken = list(self.foresight.estimates(metric, grain, early))
        if metric in TOTALS:  # what is measured of a window in the end is the total of the rows that have a label
            taken = [replace(one, reading=self._labelled_part(one.reading, where)) for one in taken]
        told = [Told(to_seconds(one.window.start), to_seconds(one.window.end), one.reading) for one in taken]
        lag = int((self.mature_after or timedelta(0)).total_seconds())
        truth = {to_seconds(at.start): one for at, one in truths(self.take(metric, grain, early)).items()}
        before = [] if where.by else self.foresight.record(metric, grain)
        wider = widened(told, truth, lag, ends_of(metric, self.subject), before)
        found = (replace(one, reading=reading) for one, reading in zip(taken, wider, strict=True))
        return [one for one in found if where.start is None or to_seconds(one.window.start) >= where.start]

    def _labelled_part(self, reading: Reading, where: Slice) -> Reading:
        ever = self.feed.waiting(where.by, where.segment).ever
        if ever is None or isinstance(reading, Unmeasured):
            return reading
        share = ever.usual
        return replace(reading, value=share * reading.value, low=share * reading.low, high=share * reading.high)

    def early(self, metric: str, where: Slice = EVERYTHING) -> Iterator[Taken]:
        """A performance metric of windows whose labels are still coming, the newest first: what they will settle at.

        Windows between two rungs of age are taken together, cut at the lower one, and compared with the past cut at
        it. So few looks are taken, and their intervals are wider for it (Bonferroni): a bell that looks often must not
        ring by chance.
        """
        age = self.mature_after
        if age is None or metric in TOTALS:
            return
        spans = list(self._young(where, age))
        waiting = self.feed.waiting(where.by, where.segment)
        for rung, grain, span in spans:
            outcome = summed(self.counts.outcomes(grain, span, rung))
            if outcome is None or not outcome.rows:
                continue
            then, final = self._at_age(to_seconds(self.now - age), where, rung)
            ends = ends_of(metric, self.subject)
            here, before, after = (self.performance(metric, part) for part in (outcome, then, final))
            settles = settled(here, before, after, ends)
            window = Window(from_seconds(span.start or 0), from_seconds(span.end or 0))
            rows = max(sum(self.rows(grain, span).values()), outcome.rows)
            reading = surer(settles, len(spans), ends)
            taken = Taken(window, reading, rows, outcome.rows, Maturity.PROVISIONAL)
            yield replace(taken, expected=waiting.expected(taken.coverage, self.now - window.end, grain.delta))

    def _young(self, where: Slice, age: timedelta) -> Iterator[tuple[int, Grain, Slice]]:
        """Stretches of windows that are not mature, by the rung that all of each have passed, the newest first.

        Of segments, ages are kept by day. Of all rows, long stretches are told by day as well: windows of a minute are
        too many.
        """
        now, oldest = to_seconds(self.now), max(0, to_seconds(self.now) - int(age.total_seconds()))
        day = max(self.counts.base, Grain.DAY, key=lambda one: one.seconds)
        for rung, (lower, upper) in enumerate(pairwise([*LADDER, now])):
            grain = day if where.by or upper - lower >= 2 * Grain.DAY.seconds else self.counts.base
            # Windows that ended after the one moment, and not after the other.
            edges = np.array([max(now - upper, oldest), now - lower], np.int64)
            start, end = grain.regroup(edges).tolist()
            if start < end and now - lower > oldest:
                yield rung, grain, replace(where, start=start, end=end)

    def _at_age(self, end: int, where: Slice, rung: int) -> tuple[Outcome, Outcome]:
        """The past before a moment as it was at a rung, and as it became."""
        wide = max(self.counts.base, Grain.DAY, key=lambda one: one.seconds)
        end = end // wide.seconds * wide.seconds
        span = replace(where, start=end - self.baseline.span, end=end)
        parts = (summed(self.counts.outcomes(wide, span, at)) for at in (rung, None))
        then, final = (part or Outcome() for part in parts)
        return then, final

    def newest(self, metric: str, where: Slice = EVERYTHING, column: str | None = None) -> list[Taken]:
        """A metric of the newest windows at the model's own grain: as many as can wait for labels, and some more.

        What is measured of labels by the time at which they came is told by day: an hour's labels come in lumps.
        """
        if metric in BY_ARRIVAL:
            return self._newest_arrivals(metric, where)
        grain = self.counts.base
        last = self.last(grain, where.version)
        if last is None:
            return []
        behind = (self.mature_after or timedelta(0)) + _BACK * grain.delta
        span = replace(where, start=last - int(behind.total_seconds()), end=last + grain.seconds)
        return self.take(metric, grain, span, column)

    def _newest_arrivals(self, metric: str, where: Slice) -> list[Taken]:
        grain = max(self.counts.base, Grain.DAY, key=lambda one: one.seconds)
        span = replace(where, start=to_seconds(self.now) - _BACK * grain.seconds, end=to_seconds(self.now))
        return self.take(metric, grain, span)

    def over(
        self, metric: str, grain: Grain, where: Slice, column: str | None = None, rung: int | None = None
    ) -> Taken | None:
        """A metric over all windows of a slice together, as if they were one; None where there is no row.

        The slice must have a start and an end. With a `rung`, performance is as it was when each window was so old.
        """
        assert where.start is not None
        assert where.end is not None
        window = Window(from_seconds(where.start), from_seconds(where.end))
        family = entry(metric, column=column is not None).family
        if family in {Family.PERFORMANCE, Family.FLOW}:
            return self._over_rows(metric, grain, where, window, rung)
        if family is Family.REPLAY:
            replayed = total(self._replays(grain, where), NumericProfile.__add__)
            return None if replayed is None else Taken(window, measure_replay(metric, replayed), replayed.rows)
        now = total(self._column(metric, column or "", grain, where), add_profiles)
        if now is None:
            return None
        if family is Family.COLUMN:
            return Taken(window, measure_column(metric, now), now.rows)
        usual = self.baseline.profile(column or "", grain, where)
        if usual is None:
            return Taken(window, Unmeasured("nothing to compare with yet"), now.rows)
        reading = measure_shift(metric, now, usual)
        noise = shift_noise(metric, now, usual) if isinstance(reading, Measured) else None
        return Taken(window, reading, now.rows, noise=noise)

    def usual(
        self,
        metric: str,
        grain: Grain,
        column: str | None = None,
        where: Slice = EVERYTHING,
        rung: int | None = None,
    ) -> Reading:
        """The same metric on the baseline: the reference set, else the past before the newest window.

        With a `rung`, performance is as it was when each window of the baseline was so old.
        """
        family = entry(metric, column=column is not None).family
        if family is Family.SHIFT:
            return Unmeasured("the baseline is what distances are measured from")
        if metric in TOTALS:
            return Unmeasured("a total is that of its own stretch: its mean has a baseline")
        if family is Family.PERFORMANCE:
            outcome = self.baseline.outcome(grain, where, rung)
            return Unmeasured("nothing to compare with yet") if outcome is None else self.performance(metric, outcome)
        profile = self.baseline.profile(_line(metric, column or ""), grain, where)
        return Unmeasured("nothing to compare with yet") if profile is None else measure_column(metric, profile)

    def rows(self, grain: Grain, where: Slice = EVERYTHING) -> Mapping[int, int]:
        """Predictions by window, repeated ids aside."""
        return {start: once(part) for start, part in self._row_profiles(grain, where).items()}

    def performance(self, metric: str, outcome: Outcome) -> Reading:
        """A metric of an outcome of this model."""
        return measure(metric, outcome, self.subject) if outcome.rows else Unmeasured("no labels yet")

    def _performance(self, metric: str, grain: Grain, where: Slice, age: timedelta | None) -> Iterator[Taken]:
        rung = None if age is None else rung_at(age)
        outcomes = self.counts.outcomes(grain, where, rung)
        rows = self.rows(grain, where)
        for start in sorted(rows.keys() | outcomes.keys()):
            if age is not None and start + grain.seconds + age.total_seconds() > to_seconds(self.now):
                continue
            outcome = outcomes.get(start, Outcome())
            # A log that was cut may have labels for more rows than are counted; never show more than all.
            many = max(rows.get(start, 0), outcome.rows)
            taken = taken_at(start, grain, self.performance(metric, outcome), many)
            yield self._ripe(taken, outcome.rows, where, age)

    def _ripe(self, taken: Taken, labelled: int, where: Slice, age: timedelta | None = None) -> Taken:
        """The reading with how much of its labels has come, and will; as it is now, or was at an age."""
        waiting = self.feed.waiting(where.by, where.segment)
        end, width = taken.window.end, taken.window.end - taken.window.start
        old = self.now - end if age is None else age
        state = waiting.state(old, width, labelled, taken.rows)
        taken = replace(taken, labelled=labelled, maturity=state)
        return replace(taken, expected=waiting.expected(taken.coverage, old, width))

    def _flow(self, metric: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        labelled = self.counts.labelled(grain, where)
        for start, part in self._row_profiles(grain, where).items():
            known = labelled.get(start, 0)
            taken = taken_at(start, grain, _flow_reading(metric, part, known, where), once(part))
            yield self._ripe(taken, known, where) if metric in LABEL_FLOWS else taken

    def _arrivals(self, metric: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        """What is measured of labels by the time at which they came."""
        labels = self.counts.profiles(ARRIVALS, grain, replace(where, version=None))
        many = {start: part for start, part in labels.items() if isinstance(part, CategoryProfile)}
        if metric == "label_shortfall":
            for start, reading in self.feed.shortfalls(grain, where).items():
                yield taken_at(start, grain, reading, many[start].rows if start in many else 0)
            return
        for start, part in many.items():
            yield taken_at(start, grain, measure_arrivals(metric, part), part.rows)

    def _over_rows(self, metric: str, grain: Grain, where: Slice, window: Window, rung: int | None) -> Taken | None:
        """What is measured of rows and their labels, over several windows together."""
        part = total(self._row_profiles(grain, where), CategoryProfile.__add__)
        outcome = summed(self.counts.outcomes(grain, where, rung))
        if part is None and outcome is None:
            return None
        part, outcome = part or CategoryProfile(), outcome or Outcome()
        if metric in BY_ARRIVAL:
            return Taken(window, Unmeasured("told of each stretch of time alone"), 0)
        if entry(metric).family is Family.FLOW:
            reading = _flow_reading(metric, part, outcome.rows, where)
            return Taken(window, reading, once(part), outcome.rows if metric in LABEL_FLOWS else None)
        return Taken(window, self.performance(metric, outcome), max(once(part), outcome.rows), outcome.rows)

    def _replays(self, grain: Grain, where: Slice) -> Mapping[int, NumericProfile]:
        parts = self.counts.profiles(REPLAY, grain, where)
        return {start: part for start, part in parts.items() if isinstance(part, NumericProfile)}

    def _column(self, metric: str, column: str, grain: Grain, where: Slice) -> Mapping[int, Profile]:
        """Profiles of a column; by segment, nulls are counted even of columns that are not profiled so."""
        parts = self.counts.profiles(_line(metric, column), grain, where)
        if parts or not where.by or metric != "null_rate":
            return parts
        whole = self.counts.profiles(column, grain, replace(where, by="", segment=""))
        flags = self.counts.profiles(NULLS, grain, where).items()
        known = {start: part for start, part in flags if start in whole and isinstance(part, CategoryProfile)}
        return {start: CategoryProfile(part.rows, part.counts.get(column, 0)) for start, part in known.items()}

    def _shifts(self, metric: str, column: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        for start, now, usual in self.baseline.beside(column, grain, where):
            if usual is None:
                yield taken_at(start, grain, Unmeasured("nothing to compare with yet"), now.rows)
                continue
            taken = taken_at(start, grain, measure_shift(metric, now, usual), now.rows)
            noise = shift_noise(metric, now, usual) if isinstance(taken.reading, Measured) else None
            yield replace(taken, noise=noise)

    def _row_profiles(self, grain: Grain, where: Slice) -> Mapping[int, CategoryProfile]:
        key = (grain, where)
        if key not in self._rows:
            self._rows[key] = row_profiles(self.counts, grain, where)
        return self._rows[key]


def _line(metric: str, column: str) -> str:
    """What the line is called that a metric of a column is measured of."""
    return TWIN + column if metric in MISFITS else column


def _flow_reading(metric: str, rows: CategoryProfile, labelled: int, where: Slice) -> Reading:
    if where.by and metric in ROW_FLAGS:
        return Unmeasured("not counted by segment")
    return measure_flow(metric, rows, labelled)
