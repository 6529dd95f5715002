"""Which windows the standard pack judges, and what they are read from: one model's counts at one moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.config.texts import Budget
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.traits import Yardstick, yardstick
from bellbuoy.profiles.collect import ROWS
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice
from bellbuoy.windows import Grain, from_seconds, to_seconds

#: So many windows that were lived through are looked back at, and up to half as many more: judging begins at a multiple
#: of that half, so that what has been judged can be gone on from.
BACK = 120
_STEP = BACK // 2
#: However long an alarm is open, so many windows are looked back at: what has lasted longer is as things are now.
_FARTHEST = 6 * BACK
#: So many windows of the reference set, its newest, say what is usual.
LONGEST = 1_500
#: Rows that are no older than this part of a window before its end are of its end: what may still come is less than the
#: pack would ring for.
_NEAR = 10
#: Segment values that are followed, those with the most rows of the reference set.
VALUES = 20
#: Of so many parts of the reference set, the last shows what was still there when it ended.
_QUARTER = 4
#: So many of the newest days show who has rows now.
_LATELY = 3


@dataclass(frozen=True, slots=True)
class Decided:
    """Where the log of a binary model has its scores and its decisions, and which of them is positive."""

    score: str
    prediction: str
    positive: str


@dataclass(frozen=True)
class Followed:
    """What is followed of a model."""

    subject: Subject
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    segments: tuple[str, ...] = ()
    host: str | None = None
    mature: timedelta | None = None  #: after which a window's labels count as complete
    mark: object = None  #: what the counts of the reference set depend on
    decided: Decided | None = None
    budget: Budget | None = None  #: of false alarms; None: limits stand as the monitors have them
    time: str = ""  #: the column of rows' own time

    @property
    def columns(self) -> tuple[str, ...]:
        """Inputs, then outputs."""
        return (*self.inputs, *self.outputs)


@dataclass
class Reader:
    """One model's counts at one moment, and the windows of each grain that are read of them."""

    counts: Counts
    what: Followed
    now: int  #: seconds
    notebook: Notebook = field(default_factory=Notebook)
    latest: int | None = None  #: seconds: the time of the newest row that has come; None where nobody knows
    came_at: int | None = None  #: seconds: when rows last came; None where nobody knows
    since: int | None = None  #: seconds: when the first of the alarms began that are open
    _windows: dict[Grain, list[int]] = field(default_factory=dict)
    _rows: dict[Grain, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.notebook.begin(self.what.mark)

    @property
    def daily(self) -> Grain:
        """The grain of what is counted by day: days, or the model's own windows where these are wider."""
        return max(self.counts.base, Grain.DAY, key=lambda one: one.seconds)

    def windows(self, grain: Grain) -> list[int]:
        """Windows that are over, in order of time, those without rows among them; of the last all rows have come."""
        if grain not in self._windows:
            self._windows[grain] = self._lived(grain)
        return self._windows[grain]

    def _lived(self, grain: Grain) -> list[int]:
        rows = self.counts.stored(ROWS, grain, self.back(grain))
        self._rows[grain] = list(rows)
        windows = through(rows, grain)
        return windows[:-1] if windows and grain is self.counts.base and not self.is_whole(windows[-1]) else windows

    def back(self, grain: Grain) -> Slice:
        """The stretch of time that is looked back at, to the end of the newest window that has ended.

        It reaches back to before the alarms began that are open: else what they ring for would be usual one day.
        """
        width, end = grain.seconds, to_seconds(grain.floor(from_seconds(self.now)))
        first = end // width - BACK
        if self.since is not None:
            first = min(first, max(self.since // width - _STEP, end // width - _FARTHEST))
        return Slice(start=first // _STEP * _STEP * width, end=end)

    def rows(self) -> list[int]:
        """Those of the model's own windows that have rows."""
        self.windows(self.counts.base)
        return self._rows[self.counts.base]

    def is_whole(self, start: int) -> bool:
        """Whether all rows of a window of the model's own grain have come, as far as can be told.

        Rows may come in batches: until one has come from the window's end or later, more may be on their way. After one
        more window nobody waits any longer.
        """
        width = self.counts.base.seconds
        end = start + width
        return self.latest is None or self.latest >= end - width // _NEAR or self.now >= end + width

    def span(self, grain: Grain, where: Slice = EVERYTHING) -> Slice:
        """The stretch of time that those windows make."""
        starts = self.windows(grain)
        return replace(where, start=starts[0], end=starts[-1] + 1) if starts else replace(where, start=0, end=0)

    def usual(self, column: str, where: Slice = EVERYTHING) -> dict[int, Profile]:
        """Profiles of a column on the reference set's newest windows, by start."""
        return self.counts.reference_profiles(column, replace(where, start=self._first))

    def usual_rows(self, where: Slice = EVERYTHING) -> dict[int, int]:
        """Rows of the reference set's newest windows, by start."""
        return self.counts.reference_rows(replace(where, start=self._first))

    @property
    def _first(self) -> int | None:
        starts = self.notebook.once("reference rows", self.what.mark, lambda: sorted(self.counts.reference_rows()))
        return starts[-LONGEST] if len(starts) > LONGEST else None

    def yardsticks(self) -> Mapping[str, Yardstick]:
        """What windows of each column are measured by, of those that the reference set knows."""
        return self.notebook.once("yardsticks", self.what.mark, self._yardsticks)

    def _yardsticks(self) -> Mapping[str, Yardstick]:
        whole = {column: self.counts.reference(column) for column in self.what.columns}
        made = {column: yardstick(profile) for column, profile in whole.items() if profile is not None}
        return {column: one for column, one in made.items() if one is not None}

    def parts(self) -> list[Slice]:
        """The segment values that are followed, each alone; none that the reference set itself saw go."""
        last, found = self._last, list[Slice]()
        for by, values in self._known().items():
            ordered = sorted((-rows, value) for value, (rows, newest) in values.items() if newest >= last)
            found += [Slice(by=by, segment=value) for _, value in ordered[:VALUES]]
        return found

    def newcomers(self, by: str) -> list[str]:
        """The values of a segment column that the reference set lacks."""
        known = self._known().get(by, {})
        return [value for value in self.counts.segments().get(by, []) if value not in known]

    def busiest(self, by: str) -> list[str]:
        """The values of a segment column that have rows in the newest days, in order: those with the most of them."""
        span = self.span(self.daily)
        newest = replace(span, start=max(span.start or 0, (span.end or 0) - _LATELY * self.daily.seconds))
        days = self.counts.rows_among(by, self.counts.segments().get(by, []), self.daily, newest)
        rows = {value: sum(windows.values()) for value, windows in days.items()}
        return sorted(sorted(rows, key=lambda value: (-rows[value], value))[:VALUES])

    @property
    def _last(self) -> int:
        """Where the last part of the reference set begins: what has no rows from there on had gone before it ended."""
        starts = sorted(self.notebook.once("rows", self.what.mark, self.usual_rows))
        return starts[-(len(starts) // _QUARTER + 1)] if starts else 0

    def _known(self) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        """How many rows the reference set has of each segment value, and the last of its windows that has some."""
        segments = self.counts.segments()
        return self.notebook.once("parts", (self.what.mark, segments), lambda: self._of_reference(segments))

    def _of_reference(self, segments: Mapping[str, list[str]]) -> Mapping[str, Mapping[str, tuple[int, int]]]:
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for by, values in segments.items():
            rows = {value: self.counts.reference_rows(Slice(by=by, segment=value)) for value in values}
            found[by] = {value: (sum(some.values()), max(some)) for value, some in rows.items() if sum(some.values())}
        return found


def through(starts: Collection[int], grain: Grain) -> list[int]:
    """Windows from the first of some to the last, those between them among them."""
    return list(range(min(starts), max(starts) + 1, grain.seconds)) if starts else []
