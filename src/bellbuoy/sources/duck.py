"""DuckDB reads files and streams what it finds. The only module that imports it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import duckdb
from numpy.typing import NDArray

from bellbuoy.errors import SourceError
from bellbuoy.sources import arrow
from bellbuoy.sources.casts import ident, micros, select, text
from bellbuoy.sources.formats import BROKEN, Format, Shape, guessed_csv, lines

#: What DuckDB may hold; beyond it spills to the temporary folder.
_MEMORY = "512MB"
#: So many JSON lines are looked at to tell what columns there are.
_SAMPLE = 20_000
#: What DuckDB says when Ctrl-C was pressed: nobody's fault.
_INTERRUPTED = "Query interrupted"


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One in-memory database for the process: a cursor of it costs microseconds, a new one 30 ms."""
    settings: dict[str, Any] = {
        # A second thread decodes ahead while rows are counted, and the two get in each other's way: hourly profiles of
        # 1M × 40 take 1.9 s of CPU with it and 1.75 s without. It is models that run side by side.
        "threads": 1,
        "memory_limit": _MEMORY,
        "temp_directory": tempfile.gettempdir(),
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "enable_external_file_cache": False,
    }
    return duckdb.connect(":memory:", config=settings)


def attach(filesystem: Any) -> None:  # noqa: ANN401 - fsspec is not a dependency
    """Let addresses of an fsspec file system be opened, from now on; once is enough, and twice does no harm."""
    protocol = filesystem.protocol
    names = {protocol} if isinstance(protocol, str) else set(protocol)
    if not names & set(_engine().list_filesystems()):
        _engine().register_filesystem(filesystem)


class Reader:
    """A connection of its own: an open stream refuses any other question. Close it, or use it as a context."""

    def __init__(self) -> None:
        self._link = _engine().cursor()
        self._link.execute("SET TimeZone = 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()

    def ask(self, sql: str, where: str) -> list[tuple[Any, ...]]:
        """All rows of a small answer.

        Raises:
            SourceError: DuckDB refused.
        """
        with _told(where):
            return self._link.execute(sql).fetchall()

    def stream(self, sql: str, where: str) -> Iterator[arrow.Batch]:
        """Batches of an answer of any size, in the order of the file.

        Raises:
            SourceError: DuckDB refused, or failed on the way.
        """
        with _told(where):
            relation = self._link.sql(sql)
        return arrow.batches(relation, where)

    def write(self, terms: Sequence[str], arrays: Mapping[str, NDArray[Any]], address: str, where: str) -> None:
        """Write numpy arrays of one length as a Parquet file: `terms` are its columns, made from the arrays' names.

        Raises:
            SourceError: DuckDB refused.
        """
        with _told(where):
            self._link.register("arrays", dict(arrays))
            rows = select(terms, "arrays")
            self._link.execute(f"COPY ({rows}) TO {text(address)} (FORMAT parquet, COMPRESSION zstd)")
            self._link.unregister("arrays")

    def shape(self, address: str, format_: Format, where: str) -> Shape:
        """A file's columns and their types.

        Raises:
            SourceError: the file cannot be read.
        """
        if format_ is Format.LINES:
            return Shape(address, format_, self._line_types(address, where))
        plain = Shape(address, format_, {})
        table = guessed_csv(address) if format_ is Format.CSV else plain.table(())
        described = self.ask(f"DESCRIBE {select(['*'], table)}", where)
        return Shape(address, format_, {str(row[0]): str(row[1]) for row in described})

    def rejected(self) -> int:
        """How many lines of the CSV files read so far did not fit."""
        with _told(""):
            if not self._link.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchall():
                return 0
            query = "SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors"
            return int(self._link.execute(query).fetchall()[0][0])

    def extent(self, shape: Shape, cursor: str, after: int | None, where: str) -> Extent:
        """How far a file's cursor reaches; one column is read for it.

        Raises:
            SourceError: the file cannot be read.
        """
        there = shape.has(cursor)
        micro = micros(shape.column(cursor), shape.type_of(cursor)) if there else "NULL::BIGINT"
        late = "0" if after is None else f"count(*) FILTER (moment <= {after})"
        inner = select([f"{micro} AS moment"], shape.table([cursor]))
        row = self.ask(select(["count(*)", "min(moment)", "max(moment)", late], f"({inner})"), where)[0]
        return Extent(*row)

    def _line_types(self, address: str, where: str) -> dict[str, str]:
        sample = f"({select(['json'], lines(address), where=f'NOT {BROKEN}', limit=_SAMPLE)})"
        found = self.ask(select(["json_group_structure(json)"], sample), where)[0][0]
        types = {name: _json_type(kind) for name, kind in json.loads(found or "{}").items()}
        texts = [name for name, type_name in types.items() if type_name == "VARCHAR"]
        return types | self._line_moments(sample, texts, where)

    def _line_moments(self, sample: str, texts: Sequence[str], where: str) -> dict[str, str]:
        """Text keys whose every value reads as a time."""
        keys = json.dumps(dict.fromkeys(texts, "VARCHAR"), ensure_ascii=False)
        parsed = select([f"json_transform(json, {text(keys)}) AS line"], sample)
        found = self.timely({name: f"line.{ident(name)}" for name in texts}, f"({parsed})", where)
        return dict.fromkeys(found, "TIMESTAMP WITH TIME ZONE")

    def timely(self, texts: Mapping[str, str], table: str, where: str) -> list[str]:
        """Of some columns of texts (name, and what SQL calls it), those whose every value reads as a time.

        Raises:
            SourceError: DuckDB refused.
        """
        if not texts:
            return []
        read = "bool_and(TRY_CAST({0} AS TIMESTAMPTZ) IS NOT NULL) FILTER ({0} IS NOT NULL)"
        row = self.ask(select([read.format(column) for column in texts.values()], table), where)[0]
        return [name for name, moment in zip(texts, row, strict=True) if moment]


@dataclass(frozen=True, slots=True)
class Extent:
    """A file's rows, its first and last cursor (microseconds; None: all null), and rows at or before the mark."""

    rows: int
    first: int | None
    last: int | None
    late: int


def _json_type(kind: object) -> str:
    if not isinstance(kind, str):
        return "JSON"
    # A key that was null throughout could be anything; numbers are the commoner.
    return "DOUBLE" if kind == "NULL" else kind


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except RuntimeError as why:
        if str(why) == _INTERRUPTED:
            raise KeyboardInterrupt from why
        raise
    except duckdb.Error as why:
        raise SourceError(str(why).split("\n", 1)[0], where=where) from why
