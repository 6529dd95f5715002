"""Statements that a cycle runs hundreds of times, made once."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Delete, Dialect, Insert, Select, Table, bindparam, delete, insert, select


@cache
def windows(table: Table, many: int, *, after: bool, before: bool) -> Select[Any]:
    """Windows of so many series (`series0` …), from the moment `after` and up to the moment `before`, or all."""
    series = [bindparam(f"series{place}", type_=table.c.series.type) for place in range(many)]
    query = select(table).where(table.c.series.in_(series))
    query = query.where(table.c.start >= bindparam("after")) if after else query
    query = query.where(table.c.start < bindparam("before")) if before else query
    return query.order_by(table.c.series, table.c.start)


@cache
def windows_at(table: Table, many: int) -> Select[Any]:
    """So many windows (`start0` …) of the series `of`."""
    starts = [bindparam(f"start{place}", type_=table.c.start.type) for place in range(many)]
    return select(table).where(table.c.series == bindparam("of"), table.c.start.in_(starts))


@cache
def drop(table: Table) -> Delete:
    """Windows of the series `of` by their `starts`, which go."""
    starts = bindparam("starts", type_=table.c.start.type, expanding=True)
    return delete(table).where(table.c.series == bindparam("of"), table.c.start.in_(starts))


@cache
def put_over(table: Table) -> Insert:
    """Rows in the order of the table's columns, in the place of those that stood, as only SQLite says it."""
    return insert(table).prefix_with("OR REPLACE")


@cache
def plain(statement: ClauseElement, dialect: Dialect) -> str | None:
    """A statement in SQLite's own words, its parameters by their places; None on other databases.

    SQLAlchemy's work on a small statement takes longer than SQLite's.
    """
    return str(statement.compile(dialect=dialect)) if dialect.name == "sqlite" else None
