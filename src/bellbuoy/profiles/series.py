"""Counts read back: the profiles and outcomes of a model, any grain, any version, rolled up by addition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeVar

import numpy as np

from bellbuoy.profiles.collect import OUTCOME, add_profiles
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.shelf import take_outcome, take_profile
from bellbuoy.store.database import Shelf
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain

_T = TypeVar("_T")
#: The grain under which the reference set is kept whole, at window 0.
REFERENCE = "reference"


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
    _lines: dict[int, Series] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lines = self.shelf.series(self.model)
        self._names = self.shelf.names(self.model) | dict(self.fresh) | {0: ""}

    def versions(self) -> list[str]:
        """Versions that have rows."""
        return sorted({line.version for line in self._lines.values() if line.grain != REFERENCE and line.version})

    def segments(self) -> dict[str, list[str]]:
        """Segment values by segment column."""
        out: dict[str, set[str]] = {}
        for line in self._lines.values():
            if line.by and line.grain != REFERENCE:
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
            rows = ((row.start, take_profile(row, self._names)) for _, row in parts)
            out[column] = rolled(rows, grain, add_profiles)
        return out

    def outcomes(self, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, Outcome]:
        """Outcomes by window start, in order of time."""
        ids = self._ids(OUTCOME, grain, where)
        parts = self.shelf.outcomes(ids, _edge(where.start, grain), _edge(where.end, grain))
        return rolled(((row.start, take_outcome(row)) for _, row in parts), grain, Outcome.__add__)

    def newest(self, column: str, grain: Grain | str, where: Slice = EVERYTHING) -> int | None:
        """Start of the newest window in which a column was counted, before the slice's end if it has one; else None."""
        ids = self._ids(column, grain, where)
        newest = self.shelf.newest_profile(ids)
        if newest is None or where.end is None or newest < where.end:
            return newest
        # Rows from the future are rare enough for the long way.
        return max((row.start for _, row in self.shelf.profiles(ids, None, where.end)), default=None)

    def reference(self, column: str, where: Slice = EVERYTHING) -> Profile | None:
        """The profile of a column on the reference set."""
        return self.profiles(column, REFERENCE, where).get(0)

    def reference_outcome(self, where: Slice = EVERYTHING) -> Outcome | None:
        """The outcome on the reference set."""
        return self.outcomes(REFERENCE, where).get(0)

    def _ids(self, column: str, grain: Grain | str, where: Slice) -> list[int]:
        kept = REFERENCE if grain == REFERENCE else kept_grain(self.base, Grain(grain)).value
        return [
            key
            for key, line in self._lines.items()
            if (line.column, line.grain, line.by, line.segment) == (column, kept, where.by, where.segment)
            and where.version in (None, line.version)
        ]


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
    for start, part in rows:
        at = 0 if grain == REFERENCE else int(Grain(grain).regroup(np.array([start], np.int64))[0])
        out[at] = add(out[at], part) if at in out else part
    return dict(sorted(out.items()))


def total(parts: Mapping[int, _T], add: Callable[[_T, _T], _T]) -> _T | None:
    """All parts added up, those of one kind first; None when there is none."""
    sums: dict[type[_T], _T] = {}
    for part in parts.values():
        sums[type(part)] = add(sums[type(part)], part) if type(part) in sums else part
    return reduce(add, sums.values()) if sums else None
