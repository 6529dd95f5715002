"""A model's counts become readings: the one way from the store to a number, for pages, JSON and alarms alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from bellbuoy.metrics.catalogue import Family, entry, measure
from bellbuoy.metrics.drift import measure_shift, shift_noise
from bellbuoy.metrics.flow import measure_flow
from bellbuoy.metrics.maturity import Maturity, mature_age, maturity
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.collect import DELAY, NULLS, ROWS, add_profiles, sub_profiles
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice, total
from bellbuoy.windows import Grain, Window, from_seconds

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
        seen = total(self.counts.profiles(DELAY, Grain.WEEK), add_profiles)
        age = mature_age(seen) if isinstance(seen, NumericProfile) else None
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
                parts = self.counts.profiles(column or "", grain, where).items()
                return [self._taken(start, grain, measure_column(metric, part), part.rows) for start, part in parts]
            case Family.SHIFT:
                return list(self._shifts(metric, column or "", grain, where))

    def newest(self, metric: str, where: Slice = EVERYTHING, column: str | None = None) -> list[Taken]:
        """A metric of the newest windows at the model's own grain: as many as can wait for labels, and some more."""
        grain = self.counts.base
        last = self.counts.newest(ROWS, grain, Slice(version=where.version))
        if last is None:
            return []
        behind = (self.mature_after or timedelta(0)) + _BACK * grain.delta
        return self.take(metric, grain, replace(where, start=last - int(behind.total_seconds())), column)

    def over(self, metric: str, grain: Grain, where: Slice, column: str | None = None) -> Taken | None:
        """A metric over all windows of a slice together, as if they were one; None where there is no row.

        The slice must have a start and an end.
        """
        assert where.start is not None
        assert where.end is not None
        window = Window(from_seconds(where.start), from_seconds(where.end))
        if entry(metric, column=column is not None).family is Family.PERFORMANCE:
            outcome = total(self.counts.outcomes(grain, where), Outcome.__add__)
            if outcome is None:
                return None
            return Taken(window, self._measured(metric, outcome), outcome.rows, outcome.rows)
        now = total(self.counts.profiles(column or "", grain, where), add_profiles)
        if now is None:
            return None
        if entry(metric, column=column is not None).family is Family.COLUMN:
            return Taken(window, measure_column(metric, now), now.rows)
        usual = self._usual_profile(column or "", grain, where)
        if usual is None:
            return Taken(window, Unmeasured("nothing to compare with yet"), now.rows)
        reading = measure_shift(metric, now, usual)
        noise = shift_noise(metric, now, usual) if isinstance(reading, Measured) else None
        return Taken(window, reading, now.rows, noise=noise)

    def usual(self, metric: str, grain: Grain, column: str | None = None, where: Slice = EVERYTHING) -> Reading:
        """The same metric on the baseline: the reference set, else the past before the newest window."""
        if entry(metric, column=column is not None).family is Family.PERFORMANCE:
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
            taken = self._taken(start, grain, measure_flow(metric, part, known), _once(part))
            state = maturity(taken.window.end, self.now, self.mature_after)
            yield replace(taken, labelled=known, maturity=state) if metric in {"labelled", "coverage"} else taken

    def _shifts(self, metric: str, column: str, grain: Grain, where: Slice) -> Iterator[Taken]:
        parts = self.counts.profiles(column, grain, where)
        for start, now, usual in self._with_usual(column, parts, where):
            if usual is None:
                yield self._taken(start, grain, Unmeasured("nothing to compare with yet"), now.rows)
                continue
            taken = self._taken(start, grain, measure_shift(metric, now, usual), now.rows)
            noise = shift_noise(metric, now, usual) if isinstance(taken.reading, Measured) else None
            yield replace(taken, noise=noise)

    def _with_usual(
        self, column: str, parts: Mapping[int, Profile], where: Slice
    ) -> Iterator[tuple[int, Profile, Profile | None]]:
        if self.normal.reference and (usual := self.counts.reference(column, _timeless(where))) is not None:
            yield from ((start, part, usual) for start, part in parts.items())
        else:
            yield from trailing(parts, self.normal.trailing, add_profiles, sub_profiles)

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
        end = where.start if where.start is not None else self.counts.newest(ROWS, grain)
        if end is None:
            return where
        return replace(where, start=end - int(self.normal.trailing.total_seconds()), end=end)

    def _row_profiles(self, grain: Grain, where: Slice) -> Mapping[int, CategoryProfile]:
        key = (grain, where)
        if key not in self._rows:
            parts = self.counts.profiles(NULLS if where.by else ROWS, grain, where)
            self._rows[key] = {start: part for start, part in parts.items() if isinstance(part, CategoryProfile)}
        return self._rows[key]

    def _taken(self, start: int, grain: Grain, reading: Reading, rows: int) -> Taken:
        begin = from_seconds(start)
        return Taken(Window(begin, begin + grain.delta), reading, rows)


def trailing(
    parts: Mapping[int, _T], span: timedelta, add: Callable[[_T, _T], _T], sub: Callable[[_T, _T], _T]
) -> Iterator[tuple[int, _T, _T | None]]:
    """Each part with the sum of those that start in the span before it; None where there is none."""
    starts, width = list(parts), int(span.total_seconds())
    first, past = 0, None
    for place, start in enumerate(starts):
        while first < place and starts[first] < start - width:
            past = sub(past, parts[starts[first]]) if past is not None else None
            first += 1
        yield start, parts[start], past if first < place else None
        past = parts[start] if past is None or first == place else add(past, parts[start])


def complete(taken: Iterable[Taken], now: datetime) -> list[Taken]:
    """Those whose window has ended."""
    return [one for one in taken if one.window.end <= now]


def _timeless(where: Slice) -> Slice:
    """The same rows of the reference set, which has neither times nor versions."""
    return Slice(by=where.by, segment=where.segment)


def _once(rows: CategoryProfile) -> int:
    return rows.rows - rows.counts.get("duplicate", 0)
