"""Alarms of one cause are one incident: which alarms belong together, and when an incident is over.

Alarms that begin together have one cause until somebody shows otherwise: forty columns of one broken join are one
incident. What follows from a cause comes later (scores move when inputs did, labels tell of both days after), so alarms
on outputs and performance join an incident that is open. A new fault of the inputs, long after one began, is another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import from_micro, iso

#: So many windows after an incident was opened, or grew last, whatever begins belongs to it.
_TOGETHER = 3
#: Kinds of alarms that follow from others.
_FOLLOWS = {"output", "performance", "estimate"}
_LOUD = {"critical": 2, "warning": 1, "info": 0}


@dataclass(frozen=True, slots=True)
class Group:
    """The alarms of one incident, as they stand."""

    id: str
    opened_at: int  #: microseconds
    closed_at: int | None
    severity: str
    alarms: tuple[AlarmRow, ...]


def grouped(
    model: str, known: Sequence[IncidentRow], alarms: Sequence[AlarmRow], width: timedelta, now: int
) -> list[Group]:
    """Incidents that are open, that close at `now` (microseconds) or open now, with their alarms.

    `known` are all the model's incidents, `alarms` all its alarms that ever fired.
    """
    still = {row.id: row for row in known if row.state == "open"}
    members: dict[str, list[AlarmRow]] = {name: [] for name in still}
    for alarm in alarms:
        if alarm.incident in members:
            members[alarm.incident].append(alarm)
    opened: dict[str, int] = {row.id: row.opened_at for row in still.values()}
    fresh = [alarm for alarm in alarms if alarm.state == "firing" and alarm.incident is None]
    taken = [row.id for row in known]
    for alarm in sorted(fresh, key=lambda one: (-_LOUD.get(one.severity, 1), one.fired_at or 0, one.id)):
        home = _home(alarm, members, opened, width)
        if home is None:
            if not _LOUD.get(alarm.severity, 1):
                continue  # what only informs wakes nobody, but says more of an incident that is open
            home = new_id(model, from_micro(now), taken)
            taken.append(home)
            members[home], opened[home] = [], now
        members[home].append(alarm)
    return [_group(name, opened[name], some, still.get(name), now) for name, some in members.items()]


def _home(alarm: AlarmRow, members: dict[str, list[AlarmRow]], opened: dict[str, int], width: timedelta) -> str | None:
    """The incident that an alarm belongs to; None where it is one of its own."""
    since = alarm.fired_at or alarm.since
    reach = _TOGETHER * (width // timedelta(microseconds=1))
    for name, some in sorted(members.items(), key=lambda item: -opened[item[0]]):
        if _near(since, opened[name], some, reach) or _shared(alarm, some) or _follows(alarm):
            return name
    return None


def _near(since: int, opened: int, some: Iterable[AlarmRow], reach: int) -> bool:
    """Whether an alarm began with an incident: when it was opened or grew last, or with an alarm that woke somebody.

    What has informed for months of something else did not, though it is before all that happens now.
    """
    began = [(one.fired_at or one.since, _LOUD.get(one.severity, 1)) for one in some]
    grown = max([opened, *(at for at, _ in began)])
    return any(abs(since - at) <= reach for at in (grown, *(at for at, loud in began if loud)))


def _follows(alarm: AlarmRow) -> bool:
    """Whether an alarm tells of what follows from something: a rule of one's own does, where it is of no column."""
    return alarm.kind in _FOLLOWS or (alarm.kind == "custom" and alarm.column is None)


def _shared(alarm: AlarmRow, others: Iterable[AlarmRow]) -> bool:
    """Whether an alarm is of the same column, version or part of the rows as one of others."""
    marks = {alarm.column, alarm.version, alarm.segment or None} - {None}
    return any(marks & {one.column, one.version, one.segment or None} for one in others)


def _group(name: str, opened: int, alarms: Sequence[AlarmRow], old: IncidentRow | None, now: int) -> Group:
    over = all(alarm.state != "firing" for alarm in alarms)
    loudest = max((alarm.severity for alarm in alarms), key=lambda one: _LOUD.get(one, 1), default="warning")
    severity = max((loudest, old.severity if old is not None else loudest), key=lambda one: _LOUD.get(one, 1))
    return Group(name, opened, now if over else None, severity, tuple(alarms))


def new_id(model: str, opened_at: datetime, taken: Iterable[str]) -> str:
    """An id for an incident that is opened at a moment, which none of those that are `taken` has."""
    known, number = set(taken), 1
    while (name := f"{model}/{iso(opened_at)}/{number}") in known:
        number += 1
    return name
