"""Rows in a database: a table or a query, on PostgreSQL, SQLite or whatever SQLAlchemy has a dialect for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, types
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bellbuoy.errors import SourceError
from bellbuoy.sources.casts import ident, select
from bellbuoy.sources.port import KeyType, Kind, Mark, Place, Pull, Want
from bellbuoy.sources.sql_pull import BATCH, SqlPull, Table, fetched
from bellbuoy.sources.values import kind_of_values
from bellbuoy.windows import to_micro

#: So many rows are looked at to tell what columns hold, where a database does not say.
_SAMPLE = 1_000
_TABLE = re.compile(r"[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)?")


class SqlSource:
    """A table or a query (`place.sql`) of a database (`place.url`, as SQLAlchemy writes it).

    `look_back`: how far behind the mark rows may still turn up; they are given `again` where ids tell them apart.
    """

    def __init__(self, place: Place, folder: Path, *, look_back: timedelta = timedelta(0)) -> None:
        if place.sql is None or place.url is None:
            raise SourceError("a table in a database needs both sql and url", permanent=True)
        self.url = _located(place.url, folder)
        self.where = self.url.render_as_string(hide_password=True)
        self.query, self.look_back = place.sql.strip().rstrip(";"), look_back
        self.is_table = _TABLE.fullmatch(self.query) is not None

    @property
    def relation(self) -> str:
        """What stands after FROM."""
        if self.is_table:
            return ".".join(ident(part) for part in self.query.split("."))
        return f"({self.query}) AS asked"

    def columns(self) -> Mapping[str, Kind]:
        """The columns, by what the first rows hold; by the table's declaration where those are all null.

        Raises:
            SourceError: there is no such server, table or column.
        """
        with self.connected() as connection:
            names, rows = fetched(connection, select(["*"], self.relation, limit=_SAMPLE))
            values = zip(*rows, strict=True) if rows else iter([()] * len(names))
            kinds = {name: kind_of_values(column) for name, column in zip(names, values, strict=True)}
            declared = self._declared(connection) if None in kinds.values() else {}
        return {name: kind or declared.get(name, Kind.CATEGORY) for name, kind in kinds.items()}

    def key_type(self, column: str) -> KeyType:
        """Whole numbers where the first rows have numbers in the column.

        Raises:
            SourceError: there is no such server or table.
        """
        return KeyType.WHOLE if self.columns().get(column) is Kind.NUMBER else KeyType.TEXT

    def having(self, columns: Collection[str]) -> set[str]:
        """Those of some columns that the table or the query has.

        Raises:
            SourceError: there is no such server or table.
        """
        return set(columns) & set(self.columns())

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        """Rows after the mark; without a cursor all of them, `again` where ids tell them apart, else those added."""
        back = self.look_back // timedelta(microseconds=1)
        return SqlPull(Table(self.query, self.relation, self.connected), want, mark, to_micro(until), back).pull

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection that only reads and streams; closed at the end.

        Raises:
            SourceError: the driver is missing, the file is not there, or the database refused.
        """
        if (file := _file_of(self.url)) is not None and not file.exists():
            # SQLite would make an empty one.
            hint = "is the path in url right, and relative to the project folder?"
            raise SourceError("no such file", where=self.where, hint=hint)
        try:
            engine = create_engine(self.url, poolclass=NullPool)
        except ImportError as why:
            hint = "pip install 'bellbuoy[postgres]'"
            raise SourceError(f"its driver {why.name} is missing", where=self.where, hint=hint, permanent=True) from why
        except SQLAlchemyError as why:
            raise SourceError(self._reason(why), where=self.where, permanent=True) from None
        try:
            with engine.connect() as connection:
                yield connection.execution_options(stream_results=True, yield_per=BATCH, postgresql_readonly=True)
        except SQLAlchemyError as why:
            raise SourceError(self._reason(why), where=self.where) from None
        finally:
            engine.dispose()

    def _reason(self, why: SQLAlchemyError) -> str:
        """What the database said, in one line, never with the password."""
        said = str(getattr(why, "orig", None) or why).strip().split("\n", 1)[0]
        return said.replace(str(self.url.password), "***") if self.url.password else said

    def _declared(self, connection: Connection) -> Mapping[str, Kind]:
        if not self.is_table:
            return {}
        schema, _, table = self.query.rpartition(".")
        found = inspect(connection).get_columns(table, schema=schema or None)
        return {column["name"]: _declared_kind(column["type"]) for column in found}


def _declared_kind(declared: object) -> Kind:
    if isinstance(declared, types.Numeric | types.Float | types.Integer):
        return Kind.NUMBER
    return Kind.MOMENT if isinstance(declared, types.DateTime | types.Date) else Kind.CATEGORY


def _located(url: str, folder: Path) -> URL:
    """The URL, with a SQLite file found relative to the project's folder.

    Raises:
        SourceError: it is no URL.
    """
    try:
        found = make_url(url)
    except ArgumentError as why:
        hint = "write it as postgresql+psycopg://user:password@host/database or sqlite:///file.db"
        raise SourceError("the database's url cannot be understood", hint=hint, permanent=True) from why
    if found.drivername in {"postgres", "postgresql"}:
        return found.set(drivername="postgresql+psycopg")
    if found.drivername.startswith("sqlite") and found.database and found.database != ":memory:":
        return found.set(database=str(folder / found.database))
    return found


def _file_of(url: URL) -> Path | None:
    """The file of a SQLite database; None where there is none to look for."""
    database = url.database or ""
    plain = url.drivername.startswith("sqlite") and database not in {"", ":memory:"}
    return Path(database) if plain and not database.startswith("file:") and "uri" not in url.query else None
