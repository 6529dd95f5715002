"""A model's counts become readings: the one way from the store to a number, for pages, JSON and alarms alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, reduce
from typing import TypeVar

from bellbuoy.metrics.catalogue import Family, entry, measure
from bellbuoy.metrics.drift import measure_shift, shift_noise
from bellbuoy.metrics.flow import LABEL_FLOWS, ROW_FLAGS, measure_flow
from bellbuoy.metrics.maturity import Maturity, mature_age, maturity
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.collect import DELAY, NULLS, ROWS, add_profiles, sub_profiles
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice, total
from bellbuoy.windows import Grain, Window, from_seconds, to_seconds

_T = TypeVar("_T")
#: Windows looked at beyond those whose labels are still to come.
_BACK = 48


@dataclass(frozen=True, slots=True)
class Normal:
    """What windows are compared with: the reference set, or the model's own past of a length."""

    reference: bool
    trailing: timedelta


@dataclass(frozen=True, slots=True)
class Taken:
    """One metric of one window, with how much of the window is known."""

    window: Window
    reading: Reading
    rows: int  #: predictions of the window, repeated ids aside
    labelled: int | None = None  #: of them, those with a label; None where labels do not matter
    maturity: Maturity | None = None
    noise: float | None = None  #: for shifts: what no change at all would show (95 %)

    @property
    def coverage(self) -> float | None:
        """Share of the rows whose label has come; None where labels do not matter or there is no row."""
        return self.labelled / self.rows if self.labelled is not None and self.rows else None


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
    def mature_after(self) -> timedelta | None:
        """The age at which a window's labels count as complete; None while nothing is known of delays."""
        if self.age is not None:
            return self.age
        parts = self.counts.profiles(DELAY, Grain.WEEK)
        seen = total(parts, add_profiles)
        most = self.now - from_seconds(min(parts, default=0))
        age = mature_age(seen, most=most) if isinstance(seen, NumericProfile) else None
        if age is None and isinstance(usual := self.counts.reference(DELAY), NumericProfile):
            return mature_age(usual)
        return age

    def take(self, metric: str, grain: Grain, where: Slice = EVERYTHING, column: str | None = None) -> list[Taken]:
        """A metric (by its canonical name) of every window that has rows, in order of time."""
        match entry(metric, column=column is not None).family:
            case Family.PERFORMANCE:
                return list(self._performance(metric, grain, where))
            case Family.FLOW:
                return list(self._flow(metric, grain, where))
            case Family.COLUMN:
                parts = self._column(metric, column or "", grain, where).items()
                return [self._taken(start, grain, measure_column(metric, part), part.rows) for start, part in parts]
            case Family.SHIFT:
                return list(self._shifts(metric, column or "", grain, where))

    def last(self, grain: Grain, version: str | None = None) -> int | None:
        """Start of the newest window that has rows and has begun: rows of the future must not hide the present."""
        newest = self.counts.newest(ROWS, grain, Slice(version, end=to_seconds(self.now) + 1))
        return None if newest is None else to_seconds(grain.floor(from_seconds(newest)))

    def newest(self, metric: str, where: Slice = EVERYTHING, column: str | None = None) -> list[Taken]:
        """A metric of the newest windows at the model's own grain: as many as can wait for labels, and some more."""
        grain = self.counts.base
        last = self.last(grain, where.version)
        if last is None:
            return []
        behind = (self.mature_after or timedelta(0)) + _BACK * grain.delta
        span = replace(where, start=last - int(behind.total_seconds()), end=last + grain.seconds)
        return self.take(metric, grain, span, column)

    def over(self, metric: str, grain: Grain, where: Slice, column: str | None = None) -> Taken | None:
        """A metric over all windows of a slice together, as if they were one; None where there is no row.

        The slice must have a start and an end.
        """
        assert where.start is not None
        assert where.end is not None
        window = Window(from_seconds(where.start), from_seconds(where.end))
        family = entry(metric, column=column is not None).family
        if family in {Family.PERFORMANCE, Family.FLOW}:
            return self._over_rows(metric, grain, where, window)
        now = total(self._column(metric, column or "", grain, where), add_profiles)
        if now is None:
            return None
        if family is Family.COLUMN:
            return Taken(window, measure_column(metric, now), now.rows)
        usual = self._usual_profile(column or "", grain, where)
        if usual is None:
            return Taken(window, Unmeasured("nothing to compare with yet"), now.rows)
        reading = measure_shift(metric, now, usual)
        noise = shift_noise(metric, now, usual) if isinstance(reading, Measured) else None
        return Taken(window, reading, now.rows, noise=noise)

    def usual(self, metric: str, grain: Grain, column: str | None = None, where: Slice = EVERYTHING) -> Reading:
        """The same metric on the baseline: the reference set, else the past before the newest window."""
        family = entry(metric, column=column is not None).family
        if family is Family.SHIFT:
            return Unmeasured("the baseline is what distances are measured from")
        if family is Family.PERFORMANCE:
            outcome = self._usual_outcome(grain, where)
            return Unmeasured("nothing to compare with yet") if outcome is None else self._measured(metric, outcome)
        profile = self._usual_profile(column or "", grain, where)
        return Unmeasured("nothing to compare with yet") if profile is None else measure_column(metric, profile)

    def rows(self, grain: Grain, where: Slice = EVERYTHING) -> Mapping[int, int]:
        """Predictions by window, repeated ids aside."""
        return {start: _once(part) for start, part in self._row_profiles(grain, where).items()}

    def _performance(self, metric: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        outcomes = self.counts.outcomes(grain, where)
        rows = self.rows(grain, where)
        for start in sorted(rows.keys() | outcomes.keys()):
            outcome = outcomes.get(start, Outcome())
            # A log that was cut may have labels for more rows than are counted; never show more than all.
            many = max(rows.get(start, 0), outcome.rows)
            taken = self._taken(start, grain, self._measured(metric, outcome), many)
            yield replace(
                taken, labelled=outcome.rows, maturity=maturity(taken.window.end, self.now, self.mature_after)
            )

    def _measured(self, metric: str, outcome: Outcome) -> Reading:
        return measure(metric, outcome, self.subject) if outcome.rows else Unmeasured("no labels yet")

    def _flow(self, metric: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        labelled = {start: outcome.rows for start, outcome in self.counts.outcomes(grain, where).items()}
        for start, part in self._row_profiles(grain, where).items():
            known = labelled.get(start, 0)
            taken = self._taken(start, grain, _flow_reading(metric, part, known, where), _once(part))
            state = maturity(taken.window.end, self.now, self.mature_after)
            yield replace(taken, labelled=known, maturity=state) if metric in LABEL_FLOWS else taken

    def _over_rows(self, metric: str, grain: Grain, where: Slice, window: Window) -> Taken | None:
        """What is measured of rows and their labels, over several windows together."""
        part = total(self._row_profiles(grain, where), CategoryProfile.__add__)
        outcome = total(self.counts.outcomes(grain, where), Outcome.__add__)
        if part is None and outcome is None:
            return None
        part, outcome = part or CategoryProfile(), outcome or Outcome()
        if entry(metric).family is Family.FLOW:
            reading = _flow_reading(metric, part, outcome.rows, where)
            return Taken(window, reading, _once(part), outcome.rows if metric in LABEL_FLOWS else None)
        return Taken(window, self._measured(metric, outcome), max(_once(part), outcome.rows), outcome.rows)

    def _column(self, metric: str, column: str, grain: Grain, where: Slice) -> Mapping[int, Profile]:
        """Profiles of a column; by segment, nulls are counted even of columns that are not profiled so."""
        parts = self.counts.profiles(column, grain, where)
        if parts or not where.by or metric != "null_rate":
            return parts
        whole = self.counts.profiles(column, grain, replace(where, by="", segment=""))
        flags = self.counts.profiles(NULLS, grain, where).items()
        known = {start: part for start, part in flags if start in whole and isinstance(part, CategoryProfile)}
        return {start: CategoryProfile(part.rows, part.counts.get(column, 0)) for start, part in known.items()}

    def _shifts(self, metric: str, column: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        for start, now, usual in self._with_usual(column, grain, where):
            if usual is None:
                yield self._taken(start, grain, Unmeasured("nothing to compare with yet"), now.rows)
                continue
            taken = self._taken(start, grain, measure_shift(metric, now, usual), now.rows)
            noise = shift_noise(metric, now, usual) if isinstance(taken.reading, Measured) else None
            yield replace(taken, noise=noise)

    def _with_usual(self, column: str, grain: Grain, where: Slice) -> Iterator[tuple[int, Profile, Profile | None]]:
        if self.normal.reference and (usual := self.counts.reference(column, _timeless(where))) is not None:
            yield from ((start, part, usual) for start, part in self.counts.profiles(column, grain, where).items())
            return
        # A window has one baseline, however little is asked for: the past before the slice is read as well.
        span = int(self.normal.trailing.total_seconds())
        early = where if where.start is None else replace(where, start=where.start - span)
        parts = self.counts.profiles(column, grain, early)
        for start, part, past in trailing(parts, self.normal.trailing, add_profiles, sub_profiles):
            if where.start is None or start >= where.start:
                yield start, part, past

    def _usual_profile(self, column: str, grain: Grain, where: Slice) -> Profile | None:
        if self.normal.reference and (usual := self.counts.reference(column, _timeless(where))) is not None:
            return usual
        return total(self.counts.profiles(column, grain, self._before(grain, where)), add_profiles)

    def _usual_outcome(self, grain: Grain, where: Slice) -> Outcome | None:
        usual = self.counts.reference_outcome(_timeless(where)) if self.normal.reference else None
        if usual is not None and usual.rows:
            return usual
        return total(self.counts.outcomes(grain, self._before(grain, where)), Outcome.__add__)

    def _before(self, grain: Grain, where: Slice) -> Slice:
        """The past that a slice is compared with: before its start, else before the newest window."""
        end = where.start if where.start is not None else self.last(grain)
        if end is None:
            return where
        return replace(where, start=end - int(self.normal.trailing.total_seconds()), end=end)

    def _row_profiles(self, grain: Grain, where: Slice) -> Mapping[int, CategoryProfile]:
        key = (grain, where)
        if key not in self._rows:
            parts = self.counts.profiles(NULLS if where.by else ROWS, grain, where)
            rows = {start: part for start, part in parts.items() if isinstance(part, CategoryProfile)}
            # Of a segment, the flags are of columns and their nulls: nothing that is told of rows.
            self._rows[key] = {at: CategoryProfile(part.rows) for at, part in rows.items()} if where.by else rows
        return self._rows[key]

    def _taken(self, start: int, grain: Grain, reading: Reading, rows: int) -> Taken:
        begin = from_seconds(start)
        return Taken(Window(begin, begin + grain.delta), reading, rows)


def trailing(
    parts: Mapping[int, _T], span: timedelta, add: Callable[[_T, _T], _T], sub: Callable[[_T, _T], _T]
) -> Iterator[tuple[int, _T, _T | None]]:
    """Each part with the sum of those that start in the span before it; None where there is none.

    Parts of one kind are added up among themselves: where a column changed its kind, what is gone can be taken away.
    """
    starts, width, first = list(parts), int(span.total_seconds()), 0
    sums: dict[type[_T], _T] = {}
    many: Counter[type[_T]] = Counter()
    for start, part in parts.items():
        while starts[first] < start - width:
            gone = parts[starts[first]]
            kind, first = type(gone), first + 1
            many[kind] -= 1
            if many[kind]:
                sums[kind] = sub(sums[kind], gone)
            else:  # nothing is left: not even what rounding leaves of sums
                del sums[kind]
        yield start, part, reduce(add, sums.values()) if sums else None
        kind = type(part)
        many[kind] += 1
        sums[kind] = add(sums[kind], part) if many[kind] > 1 else part


def complete(taken: Iterable[Taken], now: datetime) -> list[Taken]:
    """Those whose window has ended."""
    return [one for one in taken if one.window.end <= now]


def _flow_reading(metric: str, rows: CategoryProfile, labelled: int, where: Slice) -> Reading:
    if where.by and metric in ROW_FLAGS:
        return Unmeasured("not counted by segment")
    return measure_flow(metric, rows, labelled)


def _timeless(where: Slice) -> Slice:
    """The same rows of the reference set, which has neither times nor versions."""
    return Slice(by=where.by, segment=where.segment)


def _once(rows: CategoryProfile) -> int:
    return rows.rows - rows.counts.get("duplicate", 0)
