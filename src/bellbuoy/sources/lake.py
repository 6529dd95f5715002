"""Delta Lake tables: what their log says, and rows appended to tables of our own. The only module that imports it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from bellbuoy.errors import SourceError

#: Kept with tables of our own: for how long a repeated key is known, and old versions can be looked at.
_SETTINGS = {
    "delta.setTransactionRetentionDuration": "interval 7 days",
    "delta.logRetentionDuration": "interval 1 days",
}
#: Files that a compaction replaced stay for readers that began before it.
_KEPT_HOURS = 24
#: Files from half of this size on are whole; smaller ones are put together once there are too many.
_WHOLE, _MANY = 32 << 20, 64
#: The transaction whose version every append moves on, so that two at once cannot both succeed.
_ORDER = "bellbuoy"


class TableMissingError(SourceError):
    """There is no table, not even an empty one."""


class RaceError(SourceError):
    """Somebody else appended between the look and the leap: nothing was written, and trying again will do."""


@dataclass(frozen=True, slots=True)
class LakeFile:
    """A file of a table: its path below the table (or a whole address), and what is in its path instead of in it."""

    path: str
    size: int
    changed: int  #: milliseconds since 1970
    partition: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table as it is in one version."""

    address: str  #: a folder, or a URL
    version: int
    files: tuple[LakeFile, ...]
    types: Mapping[str, str]  #: by column, as Delta writes them; `struct`, `array` and `map` for nested ones
    names: Mapping[str, str]  #: by column, what files call it


def snapshot(address: str) -> Snapshot:
    """The newest version of a table.

    Raises:
        SourceError: there is no table, it cannot be reached, or it has rows that are marked as deleted in their file.
    """
    with _told(address):
        table = DeltaTable(address)
        if _marks_deleted(table):
            hint = "in Spark: REORG TABLE … APPLY (PURGE), and delta.enableDeletionVectors = false for the time to come"
            raise SourceError("it has deletion vectors, which are not read", where=address, hint=hint, permanent=True)
        fields = json.loads(table.schema().to_json())["fields"]
        mapped = (table.metadata().configuration or {}).get("delta.columnMapping.mode", "none") != "none"
        names = {field["name"]: _physical(field) if mapped else field["name"] for field in fields}
        types = {field["name"]: _type_word(field["type"]) for field in fields}
        return Snapshot(address, table.version(), tuple(_files(table)), types, names)


def _files(table: DeltaTable) -> Iterator[LakeFile]:
    actions = table.get_add_actions(flatten=True)
    columns = {name: actions.column(name).to_pylist() for name in actions.schema.names if not _is_statistic(name)}
    parts = {name.removeprefix("partition."): values for name, values in columns.items() if "partition." in name}
    for at, path in enumerate(columns["path"]):
        partition = {name: values[at] for name, values in parts.items()}
        yield LakeFile(located(path), columns["size_bytes"][at], columns["modification_time"][at], partition)


def _is_statistic(name: str) -> bool:
    return name.startswith(("null_count", "min.", "max."))


def located(path: str) -> str:
    """A path as a log writes it, readable; one outside the table is a whole address."""
    parts = urlsplit(path)
    return url2pathname(parts.path) if parts.scheme == "file" else unquote(path)


def _physical(field: Mapping[str, Any]) -> str:
    return str(field["metadata"].get("delta.columnMapping.physicalName", field["name"]))


def _type_word(declared: str | Mapping[str, Any]) -> str:
    return declared if isinstance(declared, str) else str(declared["type"])


def _marks_deleted(table: DeltaTable) -> bool:
    if "deletionVectors" not in (table.protocol().reader_features or ()):
        return False
    return any(batch.num_rows for batch in table.deletion_vectors())


class Appender:
    """A table of our own that rows are appended to; it is made with the first. Not for several threads at once."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._table: DeltaTable | None = None

    def look(self) -> Mapping[str, str]:
        """The columns of the newest version and their types; none while there is no table.

        Raises:
            SourceError: it cannot be reached.
        """
        with _told(self.address):
            if self._table is not None:
                self._table.update_incremental()
            elif DeltaTable.is_deltatable(self.address):
                self._table = DeltaTable(self.address)
            if self._table is None:
                return {}
            fields = json.loads(self._table.schema().to_json())["fields"]
        return {field["name"]: _type_word(field["type"]) for field in fields}

    def place(self) -> int | None:
        """The place in the order of the append that was the last at the last look; None before the first."""
        return self._version(_ORDER)

    def knows(self, key: str) -> bool:
        """Whether rows were appended under a key within the last seven days, at the last look."""
        return self._version(f"key {key}") is not None

    def append(self, rows: Any, place: int, keys: Sequence[str], at: int) -> None:  # noqa: ANN401 - an Arrow table
        """Append an Arrow table, new columns included, at a place in the order; on the disk when it returns.

        `keys` and the place are kept with the rows in one commit; `at` is now, in milliseconds since 1970.

        Raises:
            RaceError: somebody else appended since the last look.
            SourceError: it cannot be written.
        """
        marks = [Transaction(_ORDER, place), *(Transaction(f"key {key}", 1, at) for key in keys)]
        with _told(self.address):
            write_deltalake(
                self.address if self._table is None else self._table,
                rows,
                # A table that somebody else made meanwhile is an error, and so a race.
                mode="error" if self._table is None else "append",
                schema_mode=None if self._table is None else "merge",
                configuration=_SETTINGS if self._table is None else None,
                commit_properties=CommitProperties(app_transactions=marks),
            )
            if self._table is None:
                self._table = DeltaTable(self.address)
            _settle(self.address, self._table.version())

    def tidy(self) -> bool:
        """Put small files together once there are many of them; whether there were.

        Who reads meanwhile is not disturbed: replaced files stay for a day.

        Raises:
            SourceError: it did not work out; nothing has changed, and the next time will do.
        """
        if self._table is None:
            return False
        with _told(self.address):
            if sum(file.size < _WHOLE // 2 for file in _files(self._table)) <= _MANY:
                return False
            self._table.optimize.compact(target_size=_WHOLE)
            self._table.vacuum(retention_hours=_KEPT_HOURS, dry_run=False, enforce_retention_duration=False)
        return True

    def _version(self, key: str) -> int | None:
        return None if self._table is None else self._table.transaction_version(key)


def _settle(address: str, version: int) -> None:
    """Wait until a commit is on the disk and would survive the power going; object stores see to that themselves."""
    if "://" in address:
        return
    folder = Path(address)
    log = folder / "_delta_log" / f"{version:020}.json"
    added = (json.loads(line).get("add") for line in log.read_text(encoding="utf-8").splitlines())
    files = [folder / located(action["path"]) for action in added if action is not None]
    for place in [*files, log, *{file.parent for file in files}, log.parent]:
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _told(address: str) -> Iterator[None]:
    try:
        yield
    except TableNotFoundError as why:
        hint = "a Delta table is a folder with _delta_log in it; is the path right, and from the project folder?"
        raise TableMissingError("there is no Delta table", where=address, hint=hint) from why
    except CommitFailedError as why:
        raise RaceError(_first_line(why), where=address) from why
    except (DeltaError, OSError, ValueError) as why:
        if "already exists" in str(why):
            raise RaceError(_first_line(why), where=address) from why
        raise SourceError(_first_line(why), where=address) from why


def _first_line(why: Exception) -> str:
    return str(why).strip().split("\n", 1)[0] or type(why).__name__
