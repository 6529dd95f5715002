"""Counts read back: the profiles and outcomes of a model, any grain, any version, rolled up by addition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from typing import TypeVar

import numpy as np

from bellbuoy.profiles.ages import Aged, ripened, rung_at
from bellbuoy.profiles.collect import NULLS, OUTCOME, PROMISE, ROWS, add_profiles
from bellbuoy.profiles.outcome import Outcome, added
from bellbuoy.profiles.past import Counted, Past
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.shelf import take_outcome, take_profile
from bellbuoy.store.database import Shelf
from bellbuoy.store.port import OutcomeRow, ProfileRow, Series
from bellbuoy.windows import Grain, to_seconds

_T = TypeVar("_T")
_Row = TypeVar("_Row", ProfileRow, OutcomeRow)
#: The grain under which the reference set is kept whole, at window 0.
REFERENCE = "reference"
#: The one under which the newest windows of the reference set are kept, by its own time and as wide as the model's own.
REFERENCE_WINDOWS = "reference windows"
_REFERENCES = (REFERENCE, REFERENCE_WINDOWS)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which counts: of one version or all, of one segment or all rows, of windows that start in a stretch of time.

    The stretch is in seconds. A window is whole or left out: none is cut to the part of it that lies inside.
    """

    version: str | None = None
    by: str = ""
    segment: str = ""
    start: int | None = None
    end: int | None = None


EVERYTHING = Slice()


@dataclass(slots=True)
class Counts:
    """The counts of one model within one transaction."""

    shelf: Shelf
    model: str
    base: Grain  #: the model's own grain
    fresh: Mapping[int, str] = field(default_factory=dict)  #: names that are not committed yet
    past: Past | None = None  #: the moment whose beliefs are asked for; None: what is believed now
    _lines: dict[int, Series] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    #: Keys of lines with their versions, by column, grain, segment column and value: a cycle asks hundreds of times.
    _places: dict[tuple[str, str, str, str], list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lines = self.shelf.series(self.model)
        for key, line in self._lines.items():
            place = (line.column, line.grain, line.by, line.segment)
            self._places.setdefault(place, []).append((key, line.version))
        self._names = self.shelf.names(self.model) | dict(self.fresh) | {0: ""}

    def versions(self) -> list[str]:
        """Versions that have rows."""
        return sorted({line.version for line in self._lines.values() if line.grain not in _REFERENCES and line.version})

    def segments(self) -> dict[str, list[str]]:
        """Segment values by segment column."""
        out: dict[str, set[str]] = {}
        for line in self._lines.values():
            if line.by and line.grain not in _REFERENCES:
                out.setdefault(line.by, set()).add(line.segment)
        return {by: sorted(values) for by, values in sorted(out.items())}

    def profiles(self, column: str, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, Profile]:
        """Profiles of a column by window start, in order of time."""
        return self.many([column], grain, where).get(column, {})

    def many(
        self, columns: Iterable[str], grain: Grain | str, where: Slice = EVERYTHING
    ) -> dict[str, dict[int, Profile]]:
        """Profiles of several columns at once."""
        out: dict[str, dict[int, Profile]] = {}
        for column in columns:
            ids = self._ids(column, grain, where)
            parts = self.shelf.profiles(ids, _edge(where.start, grain), _edge(where.end, grain))
            rows = ((row.start, take_profile(row, self._names)) for _, row in parts if self._over(row.start, grain))
            out[column] = rolled(rows, grain, add_profiles)
        return out

    def _over(self, start: int, grain: Grain | str) -> bool:
        """Whether a kept window had ended by the moment whose beliefs are asked for.

        Of one that went on, nobody knows which of its rows had come.
        """
        if self.past is None or grain == REFERENCE:
            return True
        return start + kept_grain(self.base, Grain(grain)).seconds <= to_seconds(self.past.moment)

    def outcomes(self, grain: Grain | str, where: Slice = EVERYTHING, rung: int | None = None) -> dict[int, Outcome]:
        """Outcomes by window start, in order of time; with a `rung` of `ages.LADDER`, as they were at that age."""
        aged = self._aged(OUTCOME, grain, where)
        if self.past is not None and grain != REFERENCE:
            return rolled_outcomes(self._then(self.past, aged, Grain(grain), where, rung), grain)
        parts = ((start, part.whole if rung is None else part.until(rung)) for start, part in aged)
        return rolled_outcomes(parts, grain)

    def stored(self, column: str, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, list[ProfileRow]]:
        """The rows that keep a column's profiles, by window start: what stands can be told without unpacking it."""
        ids = self._ids(column, grain, where)
        rows = [row for _, row in self.shelf.profiles(ids, _edge(where.start, grain), _edge(where.end, grain))]
        return _gathered(rows, grain)

    def rows_among(
        self, by: str, values: Iterable[str], grain: Grain, where: Slice = EVERYTHING
    ) -> dict[str, dict[int, int]]:
        """Rows of those among some values of a segment column that have any, by window start; all are asked at once."""
        kept = kept_grain(self.base, grain).value
        names = {key: name for name in values for key in self._lines_of(NULLS, kept, Slice(by=by, segment=name))}
        parts: dict[str, list[tuple[int, int]]] = {}
        for key, row in self.shelf.profiles(list(names), _edge(where.start, grain), _edge(where.end, grain)):
            parts.setdefault(names[key], []).append((row.start, row.rows))
        return {name: rolled(some, grain, int.__add__) for name, some in parts.items()}

    def stored_outcomes(self, grain: Grain, where: Slice = EVERYTHING) -> dict[int, list[OutcomeRow]]:
        """The rows that keep outcomes, by window start."""
        return _gathered(list(self._outcome_rows(OUTCOME, grain, where)), grain)

    def profile_of(self, rows: Iterable[ProfileRow]) -> Profile:
        """The profile that rows of one window keep together."""
        return reduce(add_profiles, (take_profile(row, self._names) for row in rows))

    def aged(self, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, Aged]:
        """Outcomes by the age at which their labels were known, by window start; of the reference set by its days."""
        parts: dict[int, list[Aged]] = {}
        for start, part in self._aged(OUTCOME, grain, where):
            at = start if grain == REFERENCE else _wide([start], grain)[0]
            parts.setdefault(at, []).append(part)
        return {at: some[0] if len(some) == 1 else ripened(some) for at, some in sorted(parts.items())}

    def labelled(self, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, int]:
        """Labelled rows by window start, in order of time."""
        if self.past is not None and grain != REFERENCE:
            return {start: outcome.rows for start, outcome in self.outcomes(grain, where).items()}
        return rolled(((row.start, row.rows) for row in self._outcome_rows(OUTCOME, grain, where)), grain, int.__add__)

    def rows_then(self, grain: Grain, where: Slice = EVERYTHING) -> dict[int, int]:
        """Rows of the windows that went on after the moment whose beliefs are asked for, as many as there were then."""
        if self.past is None:
            return {}
        rows = rolled(
            self._selected(self._counted_then(self.past, grain, where).rows, grain, where), grain, int.__add__
        )
        return {start: many for start, many in rows.items() if start + grain.seconds > to_seconds(self.past.moment)}

    def _counted_then(self, past: Past, grain: Grain, where: Slice) -> Counted:
        kept = kept_grain(self.base, grain)
        return past.counted(where.by, kept, _edge(where.start, grain), _edge(where.end, grain))

    def _then(
        self, past: Past, aged: Iterable[tuple[int, Aged]], grain: Grain, where: Slice, rung: int | None
    ) -> Iterator[tuple[int, Outcome]]:
        """Outcomes as they were believed: from the ledger where it reaches back so far, else by their age."""
        width, now = kept_grain(self.base, grain).seconds, to_seconds(past.moment)
        since = -1 if past.seconds is None else -(-past.seconds // width) * width
        for start, part in aged:
            passed = rung_at(timedelta(seconds=now - start - width))
            if start < since and passed is not None:
                yield start, part.until(passed if rung is None else min(rung, passed))
        for start, part in self._selected(self._counted_then(past, grain, where).outcomes, grain, where):
            if start >= since:
                yield start, part.whole if rung is None else part.until(rung)

    def _selected(
        self, lines: Mapping[Series, Mapping[int, _T]], grain: Grain, where: Slice
    ) -> Iterator[tuple[int, _T]]:
        start, end = _edge(where.start, grain), _edge(where.end, grain)
        for line, windows in lines.items():
            if (line.by, line.segment) == (where.by, where.segment) and where.version in (None, line.version):
                for at, part in windows.items():
                    if (start is None or at >= start) and (end is None or at < end):
                        yield at, part

    def promises(self, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, Outcome]:
        """What was predicted, labels or none, by window start; of segments there are days and wider windows only."""
        aged = self._aged(PROMISE, grain, where)
        promises = ((start, part.whole) for start, part in aged if self._over(start, grain))
        return rolled_outcomes(promises, grain)

    def newest(self, column: str, grain: Grain | str, where: Slice = EVERYTHING) -> int | None:
        """Start of the newest window in which a column was counted, before the slice's end if it has one; else None."""
        ids = self._ids(column, grain, where)
        newest = self.shelf.newest_profile(ids)
        if newest is None or where.end is None or newest < where.end:
            return newest
        # Rows from the future are rare enough for the long way.
        return max((row.start for _, row in self.shelf.profiles(ids, None, where.end)), default=None)

    def oldest(self, column: str, grain: Grain | str, where: Slice = EVERYTHING) -> int | None:
        """Start of the oldest window in which a column was counted; None where there is none."""
        return self.shelf.oldest_profile(self._ids(column, grain, where))

    def reference(self, column: str, where: Slice = EVERYTHING) -> Profile | None:
        """The profile of a column on the reference set."""
        return self.profiles(column, REFERENCE, where).get(0)

    def reference_profiles(self, column: str, where: Slice = EVERYTHING) -> dict[int, Profile]:
        """Profiles of a column on the reference set by window start, in order of time; none where it has no times."""
        rows = self.shelf.profiles(self._lines_of(column, REFERENCE_WINDOWS, where), where.start, where.end)
        return {row.start: take_profile(row, self._names) for _, row in rows}

    def reference_rows(self, where: Slice = EVERYTHING) -> dict[int, int]:
        """Rows of the reference set by window start, in order of time; none where it has no times."""
        parts = self.reference_profiles(NULLS if where.by else ROWS, where)
        return {start: part.rows for start, part in parts.items()}

    def reference_outcome(self, where: Slice = EVERYTHING, rung: int | None = None) -> Outcome | None:
        """The outcome on the reference set; with a `rung`, as it was when each of its windows was so old."""
        return self.outcomes(REFERENCE, where, rung).get(0)

    def reference_windows(self, grain: Grain) -> dict[int, tuple[Outcome, Outcome]]:
        """Promise and outcome of the reference set by days, or by wider windows, of the same labelled rows."""
        wide = max(grain, Grain.DAY, key=lambda one: one.seconds)
        promises, outcomes = (
            rolled_outcomes(((start, part.whole) for start, part in self._aged(column, REFERENCE, EVERYTHING)), wide)
            for column in (PROMISE, OUTCOME)
        )
        return {start: (promises[start], outcomes[start]) for start in sorted(promises.keys() & outcomes.keys())}

    def _aged(self, column: str, grain: Grain | str, where: Slice) -> Iterator[tuple[int, Aged]]:
        return ((row.start, take_outcome(row)) for row in self._outcome_rows(column, grain, where))

    def _outcome_rows(self, column: str, grain: Grain | str, where: Slice) -> Iterator[OutcomeRow]:
        ids = self._ids(column, grain, where)
        return (row for _, row in self.shelf.outcomes(ids, _edge(where.start, grain), _edge(where.end, grain)))

    def _ids(self, column: str, grain: Grain | str, where: Slice) -> list[int]:
        return self._lines_of(
            column, REFERENCE if grain == REFERENCE else kept_grain(self.base, Grain(grain)).value, where
        )

    def _lines_of(self, column: str, kept: str, where: Slice) -> list[int]:
        alike = self._places.get((column, kept, where.by, where.segment), [])
        return [key for key, version in alike if where.version in (None, version)]


def kept_grain(base: Grain, wanted: Grain) -> Grain:
    """The grain that is kept and from which another one is rolled up: days from a day on, else the model's own."""
    return Grain.DAY if wanted.seconds >= Grain.DAY.seconds > base.seconds else base


def _edge(moment: int | None, grain: Grain | str) -> int | None:
    """The start of the first window that does not start before a moment."""
    if moment is None or grain == REFERENCE:
        return moment
    width = Grain(grain).seconds
    return int(Grain(grain).regroup(np.array([moment + width - 1], np.int64))[0])


def rolled(rows: Iterable[tuple[int, _T]], grain: Grain | str, add: Callable[[_T, _T], _T]) -> dict[int, _T]:
    """Add up parts by the window of a grain, in order of time; the reference has one window, 0."""
    out: dict[int, _T] = {}
    every = list(rows)
    for at, (_, part) in zip(_wide([start for start, _ in every], grain), every, strict=True):
        out[at] = add(out[at], part) if at in out else part
    return dict(sorted(out.items()))


def _wide(starts: Sequence[int], grain: Grain | str) -> list[int]:
    """The windows of a grain that hold others; the reference has one, 0."""
    if grain == REFERENCE:
        return [0] * len(starts)
    wide: list[int] = Grain(grain).regroup(np.array(starts, np.int64)).tolist()
    return wide


def rolled_outcomes(rows: Iterable[tuple[int, Outcome]], grain: Grain | str) -> dict[int, Outcome]:
    """As `rolled`, of outcomes: many windows are added up at once."""
    every = list(rows)
    parts: dict[int, list[Outcome]] = {}
    for at, (_, part) in zip(_wide([start for start, _ in every], grain), every, strict=True):
        parts.setdefault(at, []).append(part)
    return {at: added(parts[at]) for at in sorted(parts)}


def _gathered(rows: Sequence[_Row], grain: Grain | str) -> dict[int, list[_Row]]:
    """Rows by the window of a grain that holds theirs, in order of time."""
    out: dict[int, list[_Row]] = {}
    for at, row in zip(_wide([row.start for row in rows], grain), rows, strict=True):
        out.setdefault(at, []).append(row)
    return dict(sorted(out.items()))


def summed(outcomes: Mapping[int, Outcome]) -> Outcome | None:
    """All outcomes together; None when there is none."""
    return added(list(outcomes.values())) if outcomes else None


def total(parts: Mapping[int, _T], add: Callable[[_T, _T], _T]) -> _T | None:
    """All parts added up, those of one kind first; None when there is none."""
    sums: dict[type[_T], _T] = {}
    for part in parts.values():
        sums[type(part)] = add(sums[type(part)], part) if type(part) in sums else part
    return reduce(add, sums.values()) if sums else None
