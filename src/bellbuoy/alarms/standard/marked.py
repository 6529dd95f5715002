"""What people's marks teach: which limits they raise, and what that would have changed of what rang so far.

An alarm that was *false* raises the limit of its monitor on its series beyond where the alarm lay at its strongest; one
that was *expected* likewise. Where several series of one monitor rang for nothing, at several times, the monitor is too
touchy as such, and the limits of all its series rise to what would have silenced half of those. An alarm that was
*real* stands against all of that: no limit is raised so far on its series that it would not have begun when it did.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bellbuoy.alarms.standard.limits import MOST, ROOM, Limits, Place
from bellbuoy.store.port import AlarmRow

#: What an alarm of the pack keeps of how far out it lay when it began, and at its strongest, in times its monitor's own
#: limit.
BEGAN, PEAK = "began_at", "peak"
REAL, FALSE, EXPECTED = "real", "false", "expected"
#: So many series of one monitor, of so many incidents, make it too touchy as such.
_SERIES, _INCIDENTS = 3, 2


@dataclass(frozen=True, slots=True)
class Lesson:
    """What marks have changed about one series, and what that would have changed of its alarms so far."""

    place: Place
    factor: float  #: by how many times its limit is raised
    alarms: int  #: that it had so far
    silent: int  #: how many of them would not have rung
    wanted: float = 1.0  #: by how many times it would have to be raised to silence all that was for nothing
    guarded: bool = False  #: whether an alarm that was real stands against more

    @property
    def text(self) -> str:
        """The lesson in words."""
        if self.factor <= 1:
            return f"{self.place.said} stays as it is, as an alarm of it was real"
        most = ", which is the most there is" if self.wanted > self.factor else ""
        most = ", and no more, as an alarm of it was real" if self.guarded else most
        return f"{self.place.said} must lie {self.factor:.2g} times as far out from now on{most}; {self._would}"

    @property
    def _would(self) -> str:
        """What that would have changed on history."""
        if self.alarms == 1:
            return f"its one alarm so far would {'not have rung' if self.silent else 'have rung all the same'}"
        had = f"of its {self.alarms} alarms so far"
        return f"{had} {self.silent} would not have rung" if self.silent else f"{had} all would have rung"


def is_of_limits(row: AlarmRow) -> bool:
    """Whether an alarm rang at a limit that can be raised, as those of the pack's monitors do."""
    return PEAK in row.facts


def place_of(row: AlarmRow) -> Place:
    """The series of an alarm."""
    return Place(row.name, row.column, row.by, row.segment)


def factors(alarms: Iterable[AlarmRow]) -> Limits:
    """The limits that marks raise; of alarms without a mark, and of rules, nothing is learnt."""
    marked = [row for row in alarms if row.mark is not None and is_of_limits(row)]
    guards = {place: min(map(_guard, rows)) for place, rows in _by_place(marked, {REAL}).items()}
    needs = {place: max(map(_need, rows)) for place, rows in _by_place(marked, {FALSE, EXPECTED}).items()}
    return Limits(shared=_shared(marked), marked=needs, guarded=guards)


def lessons(alarms: Sequence[AlarmRow]) -> list[Lesson]:
    """What all marks together have changed, a series each, in the order in which these rang first."""
    limits = factors(alarms)
    rows = _by_place([row for row in alarms if is_of_limits(row) and row.fired_at is not None])
    return [found for place, some in rows.items() if (found := _lesson(place, some, limits)) is not None]


def _lesson(place: Place, rows: Sequence[AlarmRow], limits: Limits) -> Lesson | None:
    wanted = max(limits.marked.get(place, 1.0), limits.shared.get(place.monitor, 1.0))
    if wanted <= 1:
        return None
    factor = limits.taught(place)
    silent = sum(peak_of(row) <= factor for row in rows)
    guarded = limits.guarded.get(place, MOST) < min(wanted, MOST)
    return Lesson(place, factor, len(rows), silent, wanted, guarded)


def _shared(marked: Iterable[AlarmRow]) -> Mapping[str, float]:
    """By how many times monitors are raised as such: those of which several series rang for nothing.

    What rang together has one cause, and says no more than one alarm does.
    """
    by_monitor: defaultdict[str, list[AlarmRow]] = defaultdict(list)
    for row in marked:
        if row.mark == FALSE:
            by_monitor[row.name].append(row)
    return {monitor: _half(rows) for monitor, rows in by_monitor.items() if _is_touchy(rows)}


def _is_touchy(rows: Sequence[AlarmRow]) -> bool:
    series, causes = {place_of(row) for row in rows}, {row.incident or row.id for row in rows}
    return len(series) >= _SERIES and len(causes) >= _INCIDENTS


def _half(rows: Sequence[AlarmRow]) -> float:
    return median(max(map(_need, some)) for some in _by_place(rows).values())


def _by_place(rows: Iterable[AlarmRow], marks: Collection[str | None] | None = None) -> dict[Place, list[AlarmRow]]:
    found: dict[Place, list[AlarmRow]] = {}
    for row in _with(rows, marks):
        found.setdefault(place_of(row), []).append(row)
    return found


def _with(rows: Iterable[AlarmRow], marks: Collection[str | None] | None) -> Iterator[AlarmRow]:
    return iter(rows) if marks is None else (row for row in rows if row.mark in marks)


def _need(row: AlarmRow) -> float:
    return peak_of(row) * ROOM


def _guard(row: AlarmRow) -> float:
    return _number(row, BEGAN) / ROOM


def peak_of(row: AlarmRow) -> float:
    """How far out an alarm lay at its strongest, in times its monitor's own limit."""
    return _number(row, PEAK)


def _number(row: AlarmRow, fact: str) -> float:
    found = row.facts.get(fact)
    return math.inf if found is None else float(found)  # JSON knows no infinity
