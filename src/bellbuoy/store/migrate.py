"""Bring the state's tables to the shape that this program knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from bellbuoy.errors import StateError

#: Names our lock among those that others take in the same PostgreSQL.
_GATE = 0x62656C6C
_FOLDER = Path(__file__).parent / "migrations"


def bring_up(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction; two processes at once do no harm.

    Raises:
        StateError: the state was written by a newer program.
    """
    with engine.connect() as connection, connection.begin():
        if version(connection) == head():
            return
    writer = engine.connect().execution_options(bellbuoy_write=True)
    with _alone(engine), writer as connection, connection.begin():
        now = version(connection)
        if now is not None and now not in {script.revision for script in _scripts().walk_revisions()}:
            raise StateError(f"the state has version {now}, which this program does not know", hint="upgrade bellbuoy")
        config = Config()
        config.set_main_option("script_location", str(_FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Keep other processes from migrating meanwhile; SQLite's own lock does so by itself.

    The lock has a connection of its own: a transaction of PostgreSQL sees the moment at which it began to wait.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect() as gate, gate.begin():
        gate.execute(select(func.pg_advisory_xact_lock(_GATE)))
        yield


def version(connection: Connection) -> str | None:
    """The state's version, None for a new one."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The version that this program knows."""
    return _scripts().get_current_head()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER))
