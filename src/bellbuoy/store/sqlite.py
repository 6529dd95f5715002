"""SQLite: WAL, so that pages read while a cycle writes, and transactions that begin when we say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

#: Seconds to wait for another process's transaction.
_PATIENCE = 60
#: Bytes of a page: of the usual 4096 a profile of an hour may fill only a quarter before it takes a page of its own.
_PAGE = 16_384


def sqlite_engine(url: URL, folder: Path, *, durable: bool = True) -> Engine:
    """An engine on a file, relative paths being relative to the project's folder; made with its directory.

    One that is not `durable` does not wait for the disk: a power cut may take the file, and nothing else does.
    """
    name = url.database or ":memory:"
    if name != ":memory:":
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        url = url.set(database=str(path))
    engine = create_engine(url, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _prepare)
    if not durable:
        event.listen(engine, "connect", _hurry)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
    # The driver's own transaction handling begins too late and ends too early; ours is explicit.
    connection.isolation_level = None
    cursor = connection.cursor()
    settings = (f"page_size={_PAGE}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000")
    for pragma in settings:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _hurry(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
    connection.execute("PRAGMA synchronous=OFF")


def _begin(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer could be refused midway.
    writing = connection.get_execution_options().get("bellbuoy_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
