"""What a model's performance will be once labels have come: estimated of each window from what was predicted in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bellbuoy.metrics.calibrator import Strata, learn_parts
from bellbuoy.metrics.catalogue import measure
from bellbuoy.metrics.estimate import estimate_of
from bellbuoy.metrics.expected import expected, expected_whole
from bellbuoy.metrics.reading import Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.taken import Normal, Taken, taken_at
from bellbuoy.profiles.ages import LADDER
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice, summed
from bellbuoy.windows import Grain

#: Without a reference set, what labels say is learnt anew so often.
_ANEW = Grain.WEEK
#: Fewer rows than this say nothing of how far estimates stray.
_TELLING = 30
_NOTHING = Unmeasured("no labels yet from which to learn what to expect")


@dataclass
class Foresight:
    """Estimates of one model. What labels say is learnt from the reference set, else from the labelled past.

    The past ends so long before a window that its labels had come when the window was made (`ripe_after`): an estimate
    knows no label that came later. What labels were corrected to it does know: ages are kept of the last word.
    """

    counts: Counts
    subject: Subject
    normal: Normal
    ripe_after: timedelta | None
    _reference: Strata | Unmeasured | None = None
    _plainly: Strata | Unmeasured | None = None
    _past: dict[tuple[int, str, str], Strata | Unmeasured] = field(default_factory=dict)
    _expected: dict[tuple[Grain, Slice], dict[int, tuple[Outcome, int] | Unmeasured]] = field(default_factory=dict)

    def estimates(self, metric: str, grain: Grain, where: Slice = EVERYTHING) -> Iterator[Taken]:
        """A performance metric of each window that has predictions, in order of time."""
        if (grain, where) not in self._expected:
            self._expected[grain, where] = dict(self._outcomes(grain, where))
        rows = {start: part.rows for start, part in self.counts.promises(grain, where).items()}
        for start, found in self._expected[grain, where].items():
            reading = found if isinstance(found, Unmeasured) else estimate_of(metric, *found, self.subject)
            yield replace(taken_at(start, grain, reading, rows[start]), estimate=True)

    def over(self, metric: str, grain: Grain, where: Slice, at: int) -> tuple[Reading, int]:
        """A performance metric of all windows of a slice together as it is expected to be, and of how many rows.

        Without a reference set it goes by what labels said until `at` (seconds), so that stretches can be compared. It
        goes by scores alone: what segments add is little, and to learn it takes many times as long.
        """
        promise = summed(self.counts.promises(grain, where))
        learnt = self._plain(at)
        if promise is None or isinstance(learnt, Unmeasured):
            return learnt if isinstance(learnt, Unmeasured) else Unmeasured("no predictions"), 0
        return estimate_of(metric, expected(promise, learnt.whole), learnt.whole.rows, self.subject), promise.rows

    def _plain(self, start: int) -> Strata | Unmeasured:
        """What was known of what labels say, whatever the segment."""
        if self._plainly is None and self.normal.reference:
            whole = self.counts.reference_outcome()
            self._plainly = learn_parts(whole, {}, self.subject) if whole is not None and whole.rows else _NOTHING
        learnt = self._plainly
        return self._learnt(start) if learnt is None or isinstance(learnt, Unmeasured) else learnt

    def record(self, metric: str, grain: Grain) -> list[tuple[Reading, Reading]]:
        """Estimates of the reference set's own days, or wider windows, each with what its labels say."""
        strata = self._learnt(0) if self.normal.reference else None
        if strata is None or isinstance(strata, Unmeasured):
            return []
        told = (
            (expected(promise, strata.whole), outcome)
            for promise, outcome in self.counts.reference_windows(grain).values()
            if outcome.rows >= _TELLING
        )
        rows = strata.whole.rows
        return [(estimate_of(metric, one, rows, self.subject), measure(metric, two, self.subject)) for one, two in told]

    def _outcomes(self, grain: Grain, where: Slice) -> Iterator[tuple[int, tuple[Outcome, int] | Unmeasured]]:
        """The expected outcome of each window, and from how many labelled rows it was learnt what to expect."""
        promises = self.counts.promises(grain, where)
        split: dict[str, Mapping[str, Mapping[int, Outcome]]] = {}
        for start, promise in promises.items():
            strata = self._learnt(start, where)
            if isinstance(strata, Unmeasured):
                yield start, strata
                continue
            if where.by:
                calibration = strata.of(where.by, where.segment)
                yield start, (expected(promise, calibration), calibration.rows)
                continue
            if strata.by is not None and strata.by not in split:
                split[strata.by] = self._split(grain, where, strata.by)
            yield start, (self._whole(start, promise, strata, split), strata.whole.rows)

    def _whole(
        self, start: int, promise: Outcome, strata: Strata, split: Mapping[str, Mapping[str, Mapping[int, Outcome]]]
    ) -> Outcome:
        if strata.by is None:
            return expected(promise, strata.whole)
        parts = {value: of[start] for value, of in split[strata.by].items() if start in of}
        return expected_whole(promise, parts, strata) if parts else expected(promise, strata.whole)

    def _split(self, grain: Grain, where: Slice, by: str) -> Mapping[str, Mapping[int, Outcome]]:
        values = self.counts.segments().get(by, [])
        return {value: self.counts.promises(grain, replace(where, by=by, segment=value)) for value in values}

    def _learnt(self, start: int, where: Slice = EVERYTHING) -> Strata | Unmeasured:
        """What was known, at a window's time, of what labels say."""
        if self._reference is None:
            self._reference = self._of_reference()
        if not isinstance(self._reference, Unmeasured) or self.ripe_after is None:
            return self._reference
        week = start // _ANEW.seconds * _ANEW.seconds
        key = (week, where.by, where.segment)
        if key not in self._past:
            self._past[key] = self._of_past(week, self.ripe_after, where)
        return self._past[key]

    def _of_reference(self) -> Strata | Unmeasured:
        whole = self.counts.reference_outcome() if self.normal.reference else None
        if whole is None or not whole.rows:
            return _NOTHING
        parts = {
            by: {value: self.counts.reference_outcome(Slice(by=by, segment=value)) for value in values}
            for by, values in self.counts.segments().items()
        }
        known = {by: {value: part for value, part in of.items() if part is not None} for by, of in parts.items()}
        return learn_parts(whole, known, self.subject)

    def _of_past(self, week: int, ripe_after: timedelta, where: Slice) -> Strata | Unmeasured:
        """Learn from windows that were ripe by then, of the labels that they had at that age: no later ones."""
        wide = max(self.counts.base, Grain.DAY, key=lambda one: one.seconds)
        rung = next((at for at, age in enumerate(LADDER) if age >= ripe_after.total_seconds()), None)
        lag = int(ripe_after.total_seconds()) if rung is None else LADDER[rung]
        span = Slice(start=week - lag - int(self.normal.trailing.total_seconds()), end=week - lag)
        whole = summed(self.counts.outcomes(wide, span, rung))
        if whole is None or not whole.rows:
            return _NOTHING
        parts: dict[str, dict[str, Outcome]] = {}
        if where.by:
            part = summed(self.counts.outcomes(wide, replace(span, by=where.by, segment=where.segment), rung))
            parts = {where.by: {where.segment: part}} if part is not None else {}
        return learn_parts(whole, parts, self.subject)
