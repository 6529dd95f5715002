"""What rang, as it is kept: alarms, incidents with their timelines, and what people say that they were."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, bindparam, delete, func, insert, select

from bellbuoy.store import tables
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow, MarkRow

#: Rows in one statement's parameter list: below the limits of both databases.
CHUNK = 500
_Row = TypeVar("_Row", AlarmRow, IncidentRow, EventRow, MarkRow)


class Rung:
    """Reads of what rang, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def alarms(self, model: str) -> list[AlarmRow]:
        """All alarms of a model, in the order in which they became pending.

        One without a mark of its own has its incident's.
        """
        return self._rows(AlarmRow, _ALARMS, model=model)

    def incidents(self, model: str) -> list[IncidentRow]:
        """All incidents of a model, in the order in which they were opened."""
        return self._rows(IncidentRow, _INCIDENTS, model=model)

    def events(self, incidents: Iterable[str]) -> list[EventRow]:
        """The timelines of incidents by id, in order of time; what happened at one moment as it was told."""
        found: list[EventRow] = []
        for some in chunks(list(incidents)):
            found += self._rows(EventRow, _EVENTS, incidents=some)
        return sorted(found, key=lambda event: event.at)

    def marks(self, model: str) -> list[MarkRow]:
        """What people say that a model's alarms and incidents were, by whom and when; the newest word on each."""
        return self._rows(MarkRow, _MARKS, model=model)

    def _rows(self, kind: Callable[..., _Row], query: Select[Any], **given: object) -> list[_Row]:
        return [kind(*row) for row in self.connection.execute(query, given)]


class Ringing(Rung):
    """Writes of what rings, within one transaction; `_id` is the model's."""

    _id: int

    def put_alarms(self, alarms: Iterable[AlarmRow]) -> None:
        """Write alarms over those of the same id; marks are not written but by `Aside.put_mark`."""
        self._put_over(tables.alarm, alarms)

    def put_incidents(self, incidents: Iterable[IncidentRow]) -> None:
        """Write incidents over those of the same id; marks are not written but by `Aside.put_mark`."""
        self._put_over(tables.incident, incidents)

    def put_events(self, events: Iterable[EventRow]) -> None:
        """Add to the timelines of incidents."""
        if rows := [{"model": self._id, **finite(asdict(event))} for event in events]:
            self.connection.execute(insert(tables.event), rows)

    def _put_over(self, table: Table, given: Iterable[AlarmRow] | Iterable[IncidentRow]) -> None:
        rows = {row.id: {"model": self._id, **finite(asdict(row))} for row in given}
        for some in chunks(list(rows)):
            self.connection.execute(delete(table).where(table.c.id.in_(some)))
            put = [{name: value for name, value in rows[one].items() if name != "mark"} for one in some]
            self.connection.execute(insert(table), put)


class Aside(Ringing):
    """What people say of alarms and incidents, in a transaction beside the cycles: neither stops the other."""

    def __init__(self, connection: Connection, model: str) -> None:
        super().__init__(connection)
        found = connection.execute(select(tables.model.c.id).where(tables.model.c.name == model)).scalar()
        if found is None:
            raise KeyError(model)
        self._id = found

    def put_mark(self, mark: MarkRow) -> None:
        """Say what an alarm or an incident was; the word that stood is forgotten."""
        self.connection.execute(delete(tables.mark).where(tables.mark.c.of == mark.of))
        self.connection.execute(insert(tables.mark), {"model": self._id, **asdict(mark)})


def finite(value: Any) -> Any:  # noqa: ANN401 - whatever JSON may hold
    """A value in which every number is finite: NaN and infinity, which JSON does not know, become None."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The items, so many at a time that a statement can name them."""
    for at in range(0, len(items), CHUNK):
        yield items[at : at + CHUNK]


def _of(kind: type[Any], table: Table, there: FromClause, mark: ColumnElement[Any] | None = None) -> Select[Any]:
    """The rows of a `model` in a table, in the order of the fields of their kind; `mark` is what people say of each."""
    whole = there.join(tables.model, tables.model.c.id == table.c.model)
    return select(*_columns(kind, table, mark)).select_from(whole).where(tables.model.c.name == bindparam("model"))


def _columns(kind: type[Any], table: Table, mark: ColumnElement[Any] | None = None) -> list[Any]:
    return [mark if mark is not None and one.name == "mark" else table.c[one.name] for one in fields(kind)]


def _alarms() -> Select[Any]:
    own, shared = tables.mark.alias("own"), tables.mark.alias("shared")
    there = tables.alarm.outerjoin(own, own.c.of == tables.alarm.c.id)
    there = there.outerjoin(shared, shared.c.of == tables.alarm.c.incident)
    began = func.coalesce(tables.alarm.c.pending_at, tables.alarm.c.since)
    found = _of(AlarmRow, tables.alarm, there, func.coalesce(own.c.mark, shared.c.mark))
    return found.order_by(began, tables.alarm.c.id)


def _incidents() -> Select[Any]:
    there = tables.incident.outerjoin(tables.mark, tables.mark.c.of == tables.incident.c.id)
    found = _of(IncidentRow, tables.incident, there, tables.mark.c.mark)
    return found.order_by(tables.incident.c.opened_at, tables.incident.c.id)


def _events() -> Select[Any]:
    some = tables.event.c.incident.in_(bindparam("incidents", expanding=True))
    return select(*_columns(EventRow, tables.event)).where(some).order_by(tables.event.c.at, tables.event.c.id)


#: Statements made once: the fleet page asks them of every model.
_ALARMS, _INCIDENTS, _EVENTS = _alarms(), _incidents(), _events()
_MARKS = _of(MarkRow, tables.mark, tables.mark).order_by(tables.mark.c.at, tables.mark.c.of)
