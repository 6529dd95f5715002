"""Every kind of source, with a way to add rows to what it reads: the worlds that the contract suite runs in."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import write_deltalake
from sqlalchemy import create_engine, text

from bellbuoy.sources.opening import open_inbox, open_source
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Place, Pull, Source
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import from_micro

Row = dict[str, Value]
DAY = datetime(2026, 3, 1, tzinfo=UTC)
#: The types of the columns that rows in the suite have, as SQL declares them in PostgreSQL.
DECLARED = {
    "id": "bigint",
    "name": "text",
    "x": "double precision",
    "ok": "boolean",
    "at": "timestamptz",
    "seen": "timestamptz",
    "word": "text",
    "naive": "timestamp",
}


class World(Protocol):
    """A place with rows, of one kind."""

    kind: str

    def add(self, rows: Sequence[Row]) -> None:
        """Let rows be there: a new file, an append or an insert."""
        ...

    def source(self, look_back: timedelta = timedelta(0)) -> Source:
        """A fresh source: nothing is remembered from the one before."""
        ...


class Files:
    """A folder of files; each `add` writes one more."""

    def __init__(self, kind: str, folder: Path, write: Callable[[Path, Sequence[Row]], None]) -> None:
        self.kind, self.folder, self._write = kind, folder, write
        self._count = 0
        (folder / "rows").mkdir()

    def add(self, rows: Sequence[Row]) -> None:
        self._count += 1
        self._write(self.folder / "rows" / f"{self._count:03}.{self.kind}", rows)

    def source(self, look_back: timedelta = timedelta(0)) -> Source:
        return open_source(Place(path=f"rows/*.{self.kind}"), self.folder, look_back=look_back)


def write_parquet(path: Path, rows: Sequence[Row]) -> None:
    pq.write_table(pa.Table.from_pylist(list(rows)), path)


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_lines(path: Path, rows: Sequence[Row]) -> None:
    lines = [json.dumps({name: _json(value) for name, value in row.items()}) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")


def _json(value: Value) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


class Delta:
    """A Delta table."""

    kind = "delta"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, rows: Sequence[Row]) -> None:
        table = pa.Table.from_pylist(list(rows))
        write_deltalake(self.folder / "rows", table, mode="append", schema_mode="merge")

    def source(self, look_back: timedelta = timedelta(0)) -> Source:
        return open_source(Place(delta="rows"), self.folder, look_back=look_back)


class Table:
    """A table in a database."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        self.kind, self.folder, self.url = kind, folder, url
        self._engine = create_engine(url)
        with self._engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS rows"))

    def add(self, rows: Sequence[Row]) -> None:
        names = list(rows[0])
        columns = ", ".join(f"{name} {DECLARED[name]}" for name in names)
        with self._engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE IF NOT EXISTS rows ({columns})"))
            for row in rows:
                places = ", ".join(f":{name}" for name in names)
                connection.execute(text(f"INSERT INTO rows ({', '.join(names)}) VALUES ({places})"), self._values(row))

    def _values(self, row: Row) -> Mapping[str, object]:
        # SQLite has no type for times: services write them as ISO texts.
        return {name: _json(value) if self.kind == "sqlite" else value for name, value in row.items()}

    def source(self, look_back: timedelta = timedelta(0)) -> Source:
        return open_source(Place(sql="rows", url=self.url), self.folder, look_back=look_back)

    def close(self) -> None:
        self._engine.dispose()


class Inbox:
    """The inbox; a row arrives when its `seen` says, or at the start of the day."""

    kind = "inbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, rows: Sequence[Row]) -> None:
        inbox = open_inbox(Place(inbox="model/predictions"), self.folder)
        for row in rows:
            seen = row.get("seen")
            inbox.append([row], None, seen if isinstance(seen, datetime) else DAY)

    def source(self, look_back: timedelta = timedelta(0)) -> Source:
        return open_source(Place(inbox="model/predictions"), self.folder, look_back=look_back)


class Memory:
    """The fake that we ship: it makes the same promises, or tests that use it would lie."""

    kind = "memory"

    def __init__(self) -> None:
        self._source = MemorySource()

    def add(self, rows: Sequence[Row]) -> None:
        self._source.rows.extend(rows)

    def source(self, look_back: timedelta = timedelta(0)) -> Source:  # noqa: ARG002 - the fake has none
        return self._source


def values(column: Column) -> list[Value]:
    """A column as Python values, None for null."""
    match column:
        case Categories():
            return [column.names[code] if code >= 0 else None for code in column.codes]
        case Numbers():
            null = _null(column.null, len(column.values))
            return [None if gone else value for value, gone in zip(column.values.tolist(), null, strict=True)]
        case Moments():
            null = _null(column.null, len(column.micro))
            return [None if gone else from_micro(micro) for micro, gone in zip(column.micro, null, strict=True)]


def _null(null: object, count: int) -> Iterator[bool]:
    return iter([False] * count) if null is None else iter(null)  # type: ignore[call-overload]


def drawn(pull: Pull, column: str, *, again: bool | None = None) -> list[Value]:
    """One column of all rows of a pull, in order; only of rows that are given `again`, or are not, where asked."""
    return [value for rows in pull if again is None or rows.again is again for value in values(rows.columns[column])]
