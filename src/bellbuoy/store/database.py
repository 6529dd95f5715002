"""The state: reads at any time, and one transaction per cycle that commits everything or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import OperationalError as DatabaseDown

from bellbuoy.errors import ConfigError, StateError
from bellbuoy.store import statements, tables
from bellbuoy.store.bell import Aside, Ringing, Rung, chunks
from bellbuoy.store.migrate import bring_up
from bellbuoy.store.port import LedgerPart, ModelRow, NoteRow, OutcomeRow, ProfileRow, Series
from bellbuoy.store.postgres import postgres_engine
from bellbuoy.store.sqlite import sqlite_engine

_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Database:
    """The state of a project."""

    def __init__(self, engine: Engine, *, durable: bool = True) -> None:
        self.engine, self.durable = engine, durable

    @classmethod
    def open(cls, url: str, folder: Path, *, durable: bool = True) -> Database:
        """Open the state, making or upgrading its tables; one that is not `durable` may be lost in a power cut.

        Raises:
            ConfigError: the URL names no database that we know.
            StateError: the database does not answer, or is newer than this program.
        """
        engine = _engine(url, folder, durable=durable)
        try:
            bring_up(engine)
        except StateError:
            engine.dispose()
            raise
        except DatabaseError as why:
            engine.dispose()
            shown = make_url(url).render_as_string(hide_password=True)
            raise StateError("the state does not open", where=shown, hint=str(why.orig)) from why
        return cls(engine, durable=durable)

    def close(self) -> None:
        """Let go of connections."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Shelf]:
        """See the state as it was committed last."""
        with self.engine.connect() as connection, connection.begin():
            yield Shelf(connection)

    @contextmanager
    def beat(self, name: str, cycle: int) -> Iterator[Beat]:
        """One cycle's transaction, on top of `cycle` committed cycles of a model.

        Raises:
            StateError: another process committed a cycle in between; nothing was written.
        """
        with self.engine.connect().execution_options(bellbuoy_write=True) as connection, connection.begin():
            try:
                beat = Beat(connection, name)
            except (DatabaseDown, IntegrityError) as why:
                # PostgreSQL: the row, or the right to make it, was waited for, and another process changed it.
                raise _overtaken(name) from why
            if beat.cycle != cycle:
                raise _overtaken(name)
            yield beat

    @contextmanager
    def aside(self, model: str) -> Iterator[Aside]:
        """A small transaction beside the cycles: what people say of a model's alarms and incidents.

        Raises:
            KeyError: the model never had a cycle.
            StateError: somebody else said something of the same thing, or a cycle was writing for too long.
        """
        writer = self.engine.connect().execution_options(bellbuoy_write=True)
        try:
            with writer as connection, connection.begin():
                yield Aside(connection, model)
        except (DatabaseDown, IntegrityError) as why:
            raise StateError("the state is busy", where=model, hint="nothing was changed; try again") from why


class Shelf(Rung):
    """Reads within one transaction."""

    def models(self) -> dict[str, ModelRow]:
        """All models that ever had a cycle, by name."""
        rows = self.connection.execute(select(tables.model)).all()
        return {row.name: self._model(row) for row in rows}

    def model(self, name: str) -> ModelRow:
        """What is known of a model; one without a cycle has nothing."""
        row = self.connection.execute(select(tables.model).where(tables.model.c.name == name)).one_or_none()
        return ModelRow(name, 0) if row is None else self._model(row)

    def series(self, model: str, **wanted: str) -> dict[int, Series]:
        """Series of a model by id; `wanted` narrows by grain, column, version, by or segment."""
        query = select(tables.series).join(tables.model).where(tables.model.c.name == model)
        for name, value in wanted.items():
            query = query.where(tables.series.c[name] == value)
        rows = self.connection.execute(query).all()
        return {row.id: Series(row.grain, row.column, row.version, row.by, row.segment) for row in rows}

    def profiles(self, ids: Sequence[int], start: int | None, end: int | None) -> Iterator[tuple[int, ProfileRow]]:
        """Profiles of series by id with `start <= window < end` (seconds), in order of time within a series."""
        for row in self._windows(tables.profile, ids, start, end):
            yield row[0], ProfileRow(*row[1:])

    def outcomes(self, ids: Sequence[int], start: int | None, end: int | None) -> Iterator[tuple[int, OutcomeRow]]:
        """Outcomes of series by id, as `profiles` gives profiles."""
        for row in self._windows(tables.outcome, ids, start, end):
            yield row[0], OutcomeRow(*row[1:])

    def newest_profile(self, ids: Sequence[int]) -> int | None:
        """Start of the newest window that any of the series has a profile of."""
        return max(self._starts(func.max, ids), default=None)

    def oldest_profile(self, ids: Sequence[int]) -> int | None:
        """Start of the oldest window that any of the series has a profile of."""
        return min(self._starts(func.min, ids), default=None)

    def _starts(self, end: Callable[[Any], Any], ids: Sequence[int]) -> Iterator[int]:
        """The first or the last start of a window of the series, of so many of them at a time."""
        start = tables.profile.c.start
        for some in chunks(ids):
            found = self.connection.execute(select(end(start)).where(tables.profile.c.series.in_(some))).scalar()
            if found is not None:
                yield found

    def names(self, model: str) -> dict[int, str]:
        """Category names of a model by code."""
        query = select(tables.category.c.code, tables.category.c.name).join(tables.model)
        return {row.code: row.name for row in self.connection.execute(query.where(tables.model.c.name == model))}

    def ledger(self, model: str, kind: str) -> list[LedgerPart]:
        """Files of the ledger that count, oldest first."""
        part = tables.ledger.c
        query = select(part.kind, part.name, part.rows, part.first, part.last).join(tables.model)
        rows = self.connection.execute(query.where(tables.model.c.name == model, part.kind == kind).order_by(part.name))
        return [LedgerPart(*row) for row in rows]

    def twin(self, model: str) -> bytes | None:
        """A model's twin as it is kept, if it has one."""
        query = select(tables.twin.c.payload).join(tables.model).where(tables.model.c.name == model)
        packed: bytes | None = self.connection.execute(query).scalar()
        return packed

    def notes(self, model: str) -> list[NoteRow]:
        """What was odd about a model's data, the newest first."""
        columns = [column for column in tables.note.c if column.name != "model"]
        query = select(*columns).join(tables.model).where(tables.model.c.name == model)
        return [NoteRow(*row) for row in self.connection.execute(query.order_by(tables.note.c.last_at.desc()))]

    def _model(self, row: Any) -> ModelRow:  # noqa: ANN401 - a row of SQLAlchemy
        query = select(tables.cursor.c.source, tables.cursor.c.mark).where(tables.cursor.c.model == row.id)
        marks = {row.source: row.mark for row in self.connection.execute(query)}
        return ModelRow(row.name, row.cycle, marks, row.facts, row.cycled_at)

    @cached_property
    def _driver(self) -> Any:  # noqa: ANN401 - the driver's own type
        """SQLite's own connection, within the same transaction: hundreds of small questions go past SQLAlchemy."""
        return self.connection.connection.driver_connection

    def _windows(self, table: Table, ids: Sequence[int], start: int | None, end: int | None) -> Iterator[Any]:
        ends = [edge for edge in (start, end) if edge is not None]
        for some in chunks(ids):
            query = statements.windows(table, len(some), after=start is not None, before=end is not None)
            if (statement := statements.plain(query, self.connection.dialect)) is not None:
                yield from self._driver.execute(statement, (*some, *ends))
            else:
                names = [f"series{place}" for place in range(len(some))]
                edges = {name: edge for name, edge in (("after", start), ("before", end)) if edge is not None}
                yield from self.connection.execute(query, dict(zip(names, some, strict=True)) | edges)


class Beat(Shelf, Ringing):
    """Writes within one cycle's transaction. Leaving it by an exception leaves the state as it was."""

    def __init__(self, connection: Connection, name: str) -> None:
        super().__init__(connection)
        self.name = name
        own = select(tables.model.c.id, tables.model.c.cycle).where(tables.model.c.name == name)
        # Other cycles must wait, but not what people say (`aside`): that refers to the model's key only.
        found = connection.execute(own.with_for_update(key_share=True)).one_or_none()
        self._id = self._new_model() if found is None else found.id
        self.cycle = 0 if found is None else found.cycle
        self._lines = {line: key for key, line in super().series(name).items()}

    def series(self, model: str, **wanted: str) -> dict[int, Series]:
        """As `Shelf.series`; those of the cycle's own model are known already."""
        if model != self.name or wanted:
            return super().series(model, **wanted)
        return {key: line for line, key in self._lines.items()}

    def put_names(self, names: Mapping[int, str]) -> None:
        """Names of categories that are new, by code."""
        self._insert(tables.category, [{"model": self._id, "code": code, "name": name} for code, name in names.items()])

    def put_profiles(self, line: Series, rows: Sequence[ProfileRow]) -> None:
        """Write profiles of a series over whatever was there."""
        self._put(tables.profile, line, rows)

    def put_outcomes(self, line: Series, rows: Sequence[OutcomeRow]) -> None:
        """Write outcomes of a series over whatever was there."""
        self._put(tables.outcome, line, rows)

    def profiles_at(self, line: Series, starts: Iterable[int]) -> dict[int, ProfileRow]:
        """Profiles of a series in given windows, by start."""
        return {row[1]: ProfileRow(*row[1:]) for row in self._at(tables.profile, line, starts)}

    def outcomes_at(self, line: Series, starts: Iterable[int]) -> dict[int, OutcomeRow]:
        """Outcomes of a series in given windows, by start."""
        return {row[1]: OutcomeRow(*row[1:]) for row in self._at(tables.outcome, line, starts)}

    def drop_grain(self, grain: str) -> None:
        """Delete all counts of a grain: the reference set is counted anew as a whole."""
        ids = select(tables.series.c.id).where(tables.series.c.model == self._id, tables.series.c.grain == grain)
        for table in (tables.profile, tables.outcome):
            self.connection.execute(delete(table).where(table.c.series.in_(ids)))

    def forget(self) -> None:
        """Delete all that was counted and told of the model; only the number of its cycles goes on."""
        ids = select(tables.series.c.id).where(tables.series.c.model == self._id)
        for table in _COUNTED:
            self.connection.execute(delete(table).where(table.c.series.in_(ids)))
        for table in _TOLD:
            self.connection.execute(delete(table).where(table.c.model == self._id))
        self._lines = {}

    def put_mark(self, source: str, mark: Mapping[str, Any]) -> None:
        """Where a source was left."""
        key = (tables.cursor.c.model == self._id) & (tables.cursor.c.source == source)
        self.connection.execute(delete(tables.cursor).where(key))
        self.connection.execute(insert(tables.cursor), {"model": self._id, "source": source, "mark": mark})

    def put_twin(self, packed: bytes | None, *, at: int) -> None:
        """Put a twin in the place of the one that stood; None where there is none any more."""
        self.connection.execute(delete(tables.twin).where(tables.twin.c.model == self._id))
        if packed is not None:
            self.connection.execute(insert(tables.twin), {"model": self._id, "made_at": at, "payload": packed})

    def put_ledger(self, kind: str, parts: Iterable[LedgerPart]) -> None:
        """Vouch for exactly these files of a kind."""
        key = (tables.ledger.c.model == self._id) & (tables.ledger.c.kind == kind)
        self.connection.execute(delete(tables.ledger).where(key))
        self._insert(tables.ledger, [{"model": self._id, **asdict(part)} for part in parts])

    def put_notes(self, notes: Iterable[NoteRow]) -> None:
        """Tell what was odd; a note that stands gets a new message and date only."""
        for note in notes:
            key = (tables.note.c.model == self._id, tables.note.c.code == note.code, tables.note.c.where == note.where)
            again = update(tables.note).where(*key).values(message=note.message, last_at=note.last_at)
            if not self.connection.execute(again).rowcount:
                self.connection.execute(insert(tables.note), {"model": self._id, **asdict(note)})

    def finish(self, *, at: int, facts: Mapping[str, Any]) -> None:
        """Close the books: the cycle's number and time, and what else is known of the model."""
        done = update(tables.model).where(tables.model.c.id == self._id)
        self.connection.execute(done.values(cycle=self.cycle + 1, cycled_at=at, facts=dict(facts)))

    def _new_model(self) -> int:
        made = self.connection.execute(insert(tables.model).values(name=self.name, cycle=0, facts={}))
        key = made.inserted_primary_key
        assert key is not None
        return int(key[0])

    def _line(self, line: Series) -> int:
        if (key := self._lines.get(line)) is None:
            made = self.connection.execute(insert(tables.series).values(model=self._id, **asdict(line)))
            assert made.inserted_primary_key is not None
            key = self._lines[line] = int(made.inserted_primary_key[0])
        return key

    def _put(self, table: Table, line: Series, rows: Sequence[tuple[Any, ...]]) -> None:
        known = line in self._lines
        key = self._line(line)
        if (statement := statements.plain(statements.put_over(table), self.connection.dialect)) is not None:
            if rows:
                self.connection.exec_driver_sql(statement, [(key, *row) for row in rows])
            return
        if known:
            for some in chunks([row[0] for row in rows]):
                self.connection.execute(statements.drop(table), {"of": key, "starts": some})
        names = [column.name for column in table.c]
        self._insert(table, [dict(zip(names, (key, *row), strict=True)) for row in rows])

    def _at(self, table: Table, line: Series, starts: Iterable[int]) -> Iterator[Any]:
        if line not in self._lines:
            return
        key = self._lines[line]
        for some in chunks(sorted(starts)):
            query = statements.windows_at(table, len(some))
            if (statement := statements.plain(query, self.connection.dialect)) is not None:
                yield from self._driver.execute(statement, (key, *some))
            else:
                names = [f"start{place}" for place in range(len(some))]
                yield from self.connection.execute(query, {"of": key, **dict(zip(names, some, strict=True))})

    def _insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self.connection.execute(insert(table), rows)


#: What is counted, by series.
_COUNTED = (tables.profile, tables.outcome)
#: What else is kept of a model, and goes when it is forgotten.
_TOLD = (
    *(tables.series, tables.cursor, tables.category, tables.ledger, tables.note, tables.twin),
    *(tables.alarm, tables.incident, tables.event, tables.mark),
)


def _overtaken(name: str) -> StateError:
    return StateError("another process ran a cycle meanwhile", where=name, hint="nothing was lost; run it again")


def _engine(url: str, folder: Path, *, durable: bool) -> Engine:
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
        if kind == "sqlite":
            return sqlite_engine(parsed, folder, durable=durable)
        if kind == "postgresql":
            return postgres_engine(parsed)
    except ArgumentError as why:
        raise ConfigError(f"{url!r} is not a database URL", where="project.state", hint="sqlite:///file.db") from why
    except (NoSuchModuleError, ModuleNotFoundError) as why:
        hint = "pip install 'bellbuoy[postgres]' and write postgresql+psycopg://…"
        raise ConfigError(f"the driver of {kind} is not installed", where="project.state", hint=hint) from why
    raise ConfigError(f"state cannot be kept in {kind}", where="project.state", hint="; ".join(_KINDS.values()))
