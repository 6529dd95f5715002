"""The reference set under way: counted whole, and window by window by its own time, so that its noise is known.

Each batch is counted by window once; the whole is the sum. Rows that nobody knows the time of are in the whole alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import HELD, LAG, ROWS, Plan, Tally, add_profiles
from bellbuoy.profiles.lag import count_lag
from bellbuoy.profiles.profile import Profile
from bellbuoy.profiles.records import nowhere
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.sources.port import Moments, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import Grain

Ints = NDArray[np.int64]

_DAY = Grain.DAY.seconds
#: Days of windows that are kept: of days and wider ones more than a year, of narrower ones enough weeks to know each.
_WINDOWS, _DAYS = 400, 42
#: Of the narrowest windows fewer days are kept: those of five minutes are the most that there may be.
_MOST = _DAYS * _DAY // Grain.FIVE_MINUTES.seconds

#: Before all windows.
_BEGINNING = -(2**62)


def windows_kept(grain: Grain) -> int:
    """How many windows of the reference set are kept, the newest: a year and more of days, six weeks of hours."""
    return _WINDOWS if grain.seconds >= _DAY else min(_MOST, _DAYS * _DAY // grain.seconds)


@dataclass(slots=True)
class ReferenceTally:
    """Counts of the reference set under way: `add` batches in any order, `settle`, then read `whole` and `windows`."""

    plan: Plan
    held: int = HELD  #: cells held in memory before they are added up
    whole: dict[Series, Profile] = field(default_factory=dict)
    windows: dict[Series, Sheet] = field(default_factory=dict)
    _tally: Tally = field(init=False)
    _undated: Tally = field(init=False)

    def __post_init__(self) -> None:
        self._tally, self._undated = Tally(self.plan), Tally(self.plan)

    def add(self, rows: Rows) -> None:
        """Count one batch."""
        time = rows.columns[self.plan.time]
        assert isinstance(time, Moments)
        none = nowhere(time)
        if not none.any():
            self._count(self._tally, rows, self.plan.grain.starts(time.micro))
        else:
            self._count(self._undated, rows.take(none), np.zeros(int(none.sum()), np.int64))
            self._count(self._tally, rows.take(~none), self.plan.grain.starts(time.micro[~none]))
        count_lag(self._tally, rows)
        if self._tally.size + self._undated.size > self.held:
            self.settle()

    def _count(self, tally: Tally, rows: Rows, starts: Ints) -> None:
        if rows.count:
            tally.flag(ROWS, starts, rows.columns.get(self.plan.version or ""), {})
            tally.add(rows, starts)

    def settle(self) -> None:
        """Add up what is held; of the windows the newest stay."""
        for tally in (self._undated, self._tally):
            for line, part in tally.wholes():
                self.whole[line] = add_profiles(self.whole[line], part) if line in self.whole else part
        self._undated = Tally(self.plan)
        for line, sheet in self._tally.drain():
            old = self.windows.get(line)
            self.windows[line] = sheet if old is None else Sheet.added([old, sheet])
        self._let_go()

    def _let_go(self) -> None:
        """Forget the windows that are not among the newest that have rows.

        So many windows, not so much time: one row from the year 9998 must not push out all the others.
        """
        first = {column: self._oldest_kept(column) for column in (ROWS, LAG)}
        cut = {line: sheet.since(first[LAG if line.column == LAG else ROWS]) for line, sheet in self.windows.items()}
        self.windows = {line: sheet for line, sheet in cut.items() if len(sheet)}

    def _oldest_kept(self, column: str) -> int:
        """The oldest of the newest windows that a column has; rows may arrive long after all of their own."""
        every = [sheet.starts for line, sheet in self.windows.items() if (line.column, line.by) == (column, "")]
        starts = np.unique(np.concatenate(every)) if every else np.full(1, _BEGINNING)
        return int(starts[-min(windows_kept(self.plan.grain), len(starts))])
