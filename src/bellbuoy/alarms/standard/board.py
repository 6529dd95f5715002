"""Many series over the same windows, side by side: what the standard pack judges in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bellbuoy.alarms.standard.novelty import median_of
from bellbuoy.metrics.traits import Traits
from bellbuoy.profiles.ages import LADDER
from bellbuoy.windows import Grain

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_HOURS = 24


@dataclass(frozen=True, slots=True)
class Line:
    """What one series is of: a metric, perhaps of a column, of all rows or of a part of them."""

    metric: str
    column: str | None = None
    by: str = ""
    segment: str = ""
    version: str | None = None
    rung: int | None = None  #: of `ages.LADDER`: the age at which windows are cut; None: as they are
    part: str | None = None  #: of a column: the category whose share it is

    def lag(self, grain: Grain) -> int:
        """How many windows later one is judged than it ends: as many as its labels are waited for."""
        return 0 if self.rung is None else -(-LADDER[self.rung] // grain.seconds)


@dataclass(frozen=True, slots=True)
class Board:
    """Values of many series by window: first those of the reference set, then those that were lived through.

    Arrays are `[series, window]`; NaN where a window has no value. A series that waits for labels stands so many
    windows later (`Line.lag`): what is in one place of all series could be judged at one moment.
    """

    grain: Grain
    starts: Ints
    reference: int  #: so many of the windows are the reference set's
    lines: tuple[Line, ...]
    values: Floats
    variance: Floats
    rows: Floats

    def began(self, places: Ints) -> Ints:
        """When the windows began that series were lived through in, `[series, window]`: before where they stand."""
        later = np.array([self.lines[place].lag(self.grain) for place in places.tolist()], np.int64)
        return self.starts - later[:, None] * self.grain.seconds


@dataclass(frozen=True, slots=True)
class Series:
    """A line with what was read of it, by window start; `trait` names it there."""

    line: Line
    trait: str
    before: Mapping[int, Traits]  #: of the reference set
    lived: Mapping[int, Traits]


class Block(NamedTuple):
    """Values of many series in a stretch of windows, `[series, window]`, with variance and rows."""

    values: Floats
    variance: Floats
    rows: Floats


def block(series: Sequence[Series], starts: Sequence[int], grain: Grain, *, lived: bool) -> Block:
    """What was read of windows, side by side; windows that were lived through stand where they could be judged."""
    shape = (len(series), len(starts))
    out = Block(np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape))
    known = {start: at for at, start in enumerate(starts)}
    for place, one in enumerate(series):
        later = one.line.lag(grain) if lived else 0
        for start, read in (one.lived if lived else one.before).items():
            at, trait = known.get(start), read.get(one.trait)
            if at is not None and trait is not None and at + later < shape[1]:
                for part, number in zip(out, trait, strict=True):
                    part[place, at + later] = number
    return out


def board(
    grain: Grain, series: Sequence[Series], reference: Sequence[int], before: Block, lived: Sequence[int]
) -> Board:
    """A board of series: `before` is the block of the reference set's windows."""
    after = block(series, lived, grain, lived=True)
    values, variance, rows = (np.concatenate(both, axis=1) for both in zip(before, after, strict=True))
    starts = np.array([*reference, *lived], np.int64)
    return Board(grain, starts, len(reference), tuple(one.line for one in series), values, variance, rows)


@dataclass(frozen=True, slots=True)
class Season:
    """What each part of the season usually adds to series: `parts` are hours or days of the week."""

    grain: Grain
    parts: Ints  #: those that are known, in order
    usual: Floats  #: `[series, part]`
    daily: bool = False  #: whether the hour alone counts, as too few weeks are known

    def adds(self, starts: Ints) -> Floats:
        """What the season adds to windows, `[series, window]`; nothing for a part that is not known.

        Windows are the same for all series, or each has its own.
        """
        if not len(self.parts):
            return np.zeros((len(self.usual), starts.shape[-1]))
        parts = season_of(starts, self.grain)
        parts = parts % _HOURS if self.daily else parts
        at = np.minimum(np.searchsorted(self.parts, parts), len(self.parts) - 1)
        return np.where(self.parts[at] == parts, self.usual[np.arange(len(self.usual))[:, None], at], 0.0)

    def without(self, values: Floats, starts: Ints) -> Floats:
        """Values of windows without their season."""
        return values - self.adds(starts)


def season_in(values: Floats, starts: Ints, grain: Grain, fewest: int = 3) -> Season:
    """What the parts of a season add, as windows `[series, window]` of a baseline tell.

    That is the median of a part's windows less that of all. Where a part was seen fewer than three times, the same hour
    of all days is one part, and where hours were seen as rarely, there is no season.
    """
    parts = season_of(starts, grain)
    daily = grain.seconds < Grain.DAY.seconds
    for group, hours in ((parts, False), *(((parts % _HOURS, True),) if daily else ())):
        kinds, many = np.unique(group, return_counts=True)
        if len(kinds) > 1 and many.min() >= fewest:
            middle = median_of(values)
            usual = np.stack([median_of(values[:, group == kind]) - middle for kind in kinds], axis=1)
            return Season(grain, kinds, np.nan_to_num(usual), hours)
    return Season(grain, parts[:0], np.zeros((len(values), 0)))


def season_of(starts: Ints, grain: Grain) -> Ints:
    """Which part of its season each window is: the hour of a day of the week, or the day of the week."""
    weekday = (starts // Grain.DAY.seconds + 3) % 7  # 1970 began on a Thursday; Monday is 0
    if grain.seconds >= Grain.WEEK.seconds:
        return np.zeros(starts.shape, np.int64)
    if grain.seconds >= Grain.DAY.seconds:
        return weekday
    return starts % Grain.DAY.seconds // 3_600 + _HOURS * weekday
