"""How far out each series must lie before it rings: the monitors' own limits, and what raises them.

Two things do: a budget of false alarms that the reference set would overspend, by monitor, and people's marks, by
series. Both say how many times the monitor's limit is enough, so the larger one serves for both, and none is ever more
than `MOST`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bellbuoy.alarms.standard.board import Line

#: So many times its own limit one may become: beyond that a monitor would be switched off, and nobody would know.
MOST = 3.0
#: So much farther out than what is to be silent a limit is put; and so much nearer than what must ring.
ROOM = 1.05


class Place(NamedTuple):
    """One series of a monitor: of a column or of all rows, perhaps of a part of them."""

    monitor: str
    column: str | None = None
    by: str = ""
    segment: str = ""

    @property
    def said(self) -> str:
        """The series in words: `misfit of so2, where host is a`."""
        of = f" of {self.column}" if self.column is not None else ""
        where = f", where {self.by} is {self.segment or 'empty'}" if self.by else ""
        return f"{self.monitor}{of}{where}"


@dataclass(frozen=True, slots=True)
class Limits:
    """By how many times limits are raised; nothing is said of those that stand as they are."""

    budget: Mapping[str, float] = field(default_factory=dict)  #: by monitor, to keep to the budget
    shared: Mapping[str, float] = field(default_factory=dict)  #: by monitor, as several of its series rang for nothing
    marked: Mapping[Place, float] = field(default_factory=dict)  #: by series, as it rang for nothing
    guarded: Mapping[Place, float] = field(default_factory=dict)  #: by series: beyond it, what was real would be silent

    def of(self, monitor: str, line: Line) -> float:
        """By how many times the limit of a monitor is raised on a series: 1 and more."""
        place = Place(monitor, line.column, line.by, line.segment)
        asked = max(self.budget.get(monitor, 1.0), self.taught(place))
        return max(1.0, min(asked, MOST, self.guarded.get(place, MOST)))

    def taught(self, place: Place) -> float:
        """By how many times marks alone raise a limit."""
        asked = max(self.shared.get(place.monitor, 1.0), self.marked.get(place, 1.0))
        return max(1.0, min(asked, MOST, self.guarded.get(place, MOST)))


#: Limits as the monitors have them.
AS_THEY_ARE = Limits()
