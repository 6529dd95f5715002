"""Incidents are kept in the cycle's transaction: what changed is written, each change with its line in the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bellbuoy.incidents.facts import beliefs_of, believed, facts_of
from bellbuoy.incidents.timeline import events_between
from bellbuoy.incidents.values import Judgement
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow
from bellbuoy.windows import to_micro


@dataclass(frozen=True, slots=True)
class Standing:
    """An incident as this cycle sees it."""

    id: str
    opened_at: datetime
    closed_at: datetime | None  #: None while it is open
    severity: str
    judgement: Judgement
    alarms: tuple[str, ...]  #: ids


def keep(beat: Beat, standing: Iterable[Standing], before: Mapping[str, AlarmRow], *, now: datetime) -> list[EventRow]:
    """Write incidents as they stand now, and tell what is new about them; running it twice changes nothing.

    `before` are the model's alarms by id as they stood when the cycle began.
    """
    known = {row.id: row for row in beat.incidents(beat.name)}
    alarms = {row.id: row for row in beat.alarms(beat.name)}
    rows, joined, told = [], [], []
    for one in standing:
        old = known.get(one.id)
        row = row_of(one, old, now)
        mine = [replace(alarms[name], incident=one.id) for name in one.alarms]
        told += events_between(old, row, before, mine, to_micro(now))
        joined += [alarm for alarm in mine if alarms[alarm.id].incident != one.id]
        rows += [row] if row != old else []
    beat.put_incidents(rows)
    beat.put_alarms(joined)
    beat.put_events(told)
    return told


def row_of(one: Standing, old: IncidentRow | None, now: datetime) -> IncidentRow:
    """An incident as its row keeps it, on top of the row that stood."""
    judged = one.judgement
    beliefs = believed(() if old is None else beliefs_of(old), judged, now)
    owners = (suspect.owner for suspect in judged.suspects if suspect.owner)
    return IncidentRow(
        one.id,
        to_micro(one.opened_at),
        None if one.closed_at is None else to_micro(one.closed_at),
        "open" if one.closed_at is None else "closed",
        one.severity,
        judged.verdict.value,
        judged.confidence,
        judged.headline,
        next(owners, None if old is None else old.owner),
        None if old is None else old.mark,
        facts_of(judged, beliefs),
    )
