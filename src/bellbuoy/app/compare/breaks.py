"""When a column of numbers changed at once, and whether two columns changed places: from its counts by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from bellbuoy.metrics.bins import mismatch
from bellbuoy.metrics.drift import measure_shift, shift_noise
from bellbuoy.metrics.reading import Unmeasured
from bellbuoy.profiles.profile import NumericProfile

#: Windows on either side of a break.
_AROUND = 7
#: Fewest windows between a break and the end of the two weeks around it.
_SHORTEST = 3
#: Windows of the usual file that its own swings are learnt from.
_LEARNT = 150
#: A break is one when it is so much larger than any usual swing, and at least so large.
_LARGER, _LARGE = 1.2, 0.2
#: Windows before and after a break that show whether it stays.
_BEFORE, _AFTER = 28, 14
#: Nearly all windows after it must lie so much farther than nearly all before it (distances end at 1).
_FAR, _FARTHER = 0.8, 1.5
#: Two columns changed places when each after the break is so much nearer to the other before it.
_NEARER, _APART = 0.5, 0.5

Days = Mapping[int, NumericProfile]


@dataclass(frozen=True, slots=True)
class Break:
    """The largest change of a column from one week to the next (seven windows): when, and the two weeks."""

    start: int  #: seconds since 1970: the first window after it
    size: float  #: Jensen–Shannon distance, less what small counts alone give
    before: NumericProfile
    after: NumericProfile


def largest_break(days: Days) -> Break | None:
    """The largest one; None while there are not enough windows on both sides of any day."""
    found = max(_breaks(days), key=lambda one: one.size, default=None)
    return None if found is None else _placed(found, days)


def is_sudden(found: Break, usual: Days) -> bool:
    """Whether a break is larger than what the column usually does from one week to the next."""
    newest = {start: usual[start] for start in sorted(usual)[-_LEARNT:]}
    swing = largest_break(newest)
    return swing is not None and found.size >= max(_LARGE, _LARGER * swing.size)


def stays(found: Break, days: Days) -> bool:
    """Whether the days after a break are farther from those before it than these are from each other.

    One cool week in a season is not: most of its days are like some that were there before. False too where there are
    fewer than two weeks (14 windows) before it: nobody can tell then.
    """
    before = [days[day] for day in sorted(days) if day < found.start][-_BEFORE:]
    after = [days[day] for day in sorted(days) if day >= found.start][:_AFTER]
    if len(before) < 2 * _AROUND:
        return False
    every = _running(before)[-1]
    usually = float(np.quantile([_distance(day, every - day) for day in before], _FAR))
    now = float(np.quantile([_distance(day, every) for day in after], 1 - _FAR))
    return now >= min(_FARTHER * usually, (1 + usually) / 2)


def swaps(found: Mapping[str, Break], days: Mapping[str, Days]) -> Iterator[tuple[str, str, int]]:
    """Pairs of columns that changed places, and when: at a break of one of them."""
    for one, other in combinations(sorted(found), 2):
        for start in sorted({found[one].start, found[other].start}):
            mine, theirs = _break_at(days[one], start), _break_at(days[other], start)
            if mine is not None and theirs is not None and _swapped(mine, theirs):
                yield one, other, start
                break


def _swapped(mine: Break, theirs: Break) -> bool:
    stayed = _distance(mine.after, mine.before) + _distance(theirs.after, theirs.before)
    changed = _distance(mine.after, theirs.before) + _distance(theirs.after, mine.before)
    return stayed >= _APART and changed <= _NEARER * stayed


def _distance(now: NumericProfile, usual: NumericProfile) -> float:
    reading = measure_shift("jensenshannon", now, usual)
    return 0.0 if isinstance(reading, Unmeasured) else reading.value


def _breaks(days: Days) -> Iterator[Break]:
    starts = sorted(days)
    sums = _running([days[start] for start in starts])
    for place in range(_AROUND, len(starts) - _AROUND + 1):
        before, after = _part(sums, place - _AROUND, place), _part(sums, place, place + _AROUND)
        if not mismatch(after, before):
            yield Break(starts[place], _size(after, before), before, after)


def _placed(found: Break, days: Days) -> Break:
    """The same break at the day at which the two weeks around it part best: the last week of a file is one, too."""
    every = sorted(days)
    place = every.index(found.start)
    near = every[place - _AROUND : place + _AROUND]
    sums = _running([days[day] for day in near])
    parts = [
        Break(near[at], found.size, _part(sums, 0, at), _part(sums, at, len(near)))
        for at in range(_SHORTEST, len(near) - _SHORTEST + 1)
    ]
    return max(parts, key=lambda one: _size(one.after, one.before))


def _size(after: NumericProfile, before: NumericProfile) -> float:
    return max(0.0, _distance(after, before) - shift_noise("jensenshannon", after, before))


def _break_at(days: Days, start: int) -> Break | None:
    before = [day for day in sorted(days) if day < start][-_AROUND:]
    after = [day for day in sorted(days) if day >= start][:_AROUND]
    if not (before and after):
        return None
    return Break(start, 0.0, _running([days[day] for day in before])[-1], _running([days[day] for day in after])[-1])


def _running(parts: Sequence[NumericProfile]) -> list[NumericProfile]:
    """Sums of the first 0, 1, 2, … parts."""
    sums = [NumericProfile()]
    for part in parts:
        sums.append(sums[-1] + part)
    return sums


def _part(sums: Sequence[NumericProfile], first: int, last: int) -> NumericProfile:
    return sums[last] - sums[first]
