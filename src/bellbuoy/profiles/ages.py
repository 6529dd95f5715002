"""Outcomes by the age at which their labels became known, so that windows can be compared as they were at one age.

A label's age is counted from the end of the window in which its prediction was made, to when it was first known. Ages
are kept on a ladder: a window that is cut at a rung has the labels that were known that long after its end. Wider
windows that are sums of narrower ones are cut as these are, each from its own end on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.outcome import Outcome, added
from bellbuoy.windows import MICRO

Ints = NDArray[np.int64]

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
#: Seconds after a window's end: a label belongs to the first rung that is not below its age, or to the one past them.
LADDER: tuple[int, ...] = (
    0,
    5 * _MINUTE,
    15 * _MINUTE,
    _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
    *(days * _DAY for days in (1, 2, 4, 7, 14, 28, 56, 112, 224)),
)
#: Of labels that were known later than any rung, or nobody knows when.
PAST_ALL = len(LADDER)
_LADDER = np.array(LADDER, np.int64)


def rungs(known: Ints, starts: Ints, width: int) -> Ints:
    """The rung of each label: `known` in microseconds; its window's start and width in seconds.

    Rungs lower than a window is wide are left out, but for the lowest: nobody asks for a day as it was at five minutes.
    """
    used = np.flatnonzero((_LADDER == 0) | (width <= _LADDER))
    return np.append(used, PAST_ALL)[np.searchsorted(_LADDER[used] * MICRO, known - (starts + width) * MICRO)]


def rung_at(age: timedelta) -> int | None:
    """The highest rung that a window of an age has passed; None before its end."""
    place = bisect_right(LADDER, age.total_seconds()) - 1
    return None if place < 0 else place


@dataclass(frozen=True)
class Aged:
    """The outcome of a window by the rung at which labels became known; adds and subtracts as outcomes do."""

    parts: Mapping[int, Outcome] = field(default_factory=dict)

    def __add__(self, other: Self) -> Aged:
        return self._joined(other, 1)

    def __sub__(self, other: Self) -> Aged:
        return self._joined(other, -1)

    @cached_property
    def whole(self) -> Outcome:
        """All labels, whenever they became known."""
        return _sum(self.parts.values())

    @property
    def flat(self) -> Aged:
        """The same labels without their ages."""
        return Aged({PAST_ALL: self.whole})

    def until(self, rung: int) -> Outcome:
        """The labels that were known at a rung's age."""
        return _sum(part for at, part in self.parts.items() if at <= rung)

    def _joined(self, other: Aged, sign: int) -> Aged:
        parts = dict(self.parts)
        for rung, theirs in other.parts.items():
            mine = parts.get(rung)
            if mine is None:  # mostly there is nothing to add to, and most of a cycle's time went into adding to it
                parts[rung] = theirs if sign > 0 else Outcome() - theirs
            else:
                parts[rung] = mine + theirs if sign > 0 else mine - theirs
        return Aged(dict(sorted(parts.items())))

    @property
    def settled(self) -> Aged:
        """Without rungs that no label is left at: where all were taken back, sums still hold what rounding left.

        A label that was counted under other settings may be taken back where it does not stand. Where it stands at
        another rung (another grain has other ages), all are put at the last one: what is known of the whole stays
        exact. Elsewhere nothing is less than none, and what would be is left out.
        """
        parts = self.parts
        if any(part.short for part in parts.values()) and not self.whole.short:
            parts = {max(parts): self.whole}
        return Aged({rung: part.standing for rung, part in parts.items() if part.rows > 0})


def ripened(every: Sequence[Aged]) -> Aged:
    """All of some outcomes together, rung by rung."""
    by_rung: dict[int, list[Outcome]] = {}
    for aged in every:
        for rung, part in aged.parts.items():
            by_rung.setdefault(rung, []).append(part)
    return Aged({rung: added(parts) for rung, parts in sorted(by_rung.items())})


def _sum(parts: Iterable[Outcome]) -> Outcome:
    every = list(parts)
    return added(every) if every else Outcome()
