"""Rows in a Delta table: the files of its newest version, read like any other Parquet files."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from bellbuoy.errors import SourceError
from bellbuoy.sources.casts import ident, key_type_of, kind_of, select, text
from bellbuoy.sources.duck import Reader
from bellbuoy.sources.formats import Format, Shape
from bellbuoy.sources.lake import LakeFile, Snapshot, located, snapshot
from bellbuoy.sources.listing import File, attach_address
from bellbuoy.sources.port import KeyType, Kind, Mark, Note, Place, Pull, Want
from bellbuoy.sources.reading import FilePull, Known, Upkeep
from bellbuoy.windows import to_micro

#: How DuckDB names Delta's types.
_TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "integer": "INTEGER",
    "short": "SMALLINT",
    "byte": "TINYINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "timestamp_ntz": "TIMESTAMP",
}
_DECIMAL = re.compile(r"decimal\(\d+,\s*\d+\)")
#: Beyond so many versions the log is not gone through: all new files count as rewritten where some went away.
_MOST_VERSIONS = 10_000


class DeltaSource:
    """The Delta table at `place.delta`: a folder, relative to the project's folder, or an object-store URL.

    Its log says which files only hold rows of others (a compaction, a change in place). Without a cursor, such files
    are given `again` where ids tell rows apart, and not at all where there are none.
    """

    def __init__(self, place: Place, folder: Path, *, look_back: timedelta = timedelta(0)) -> None:
        if place.delta is None:
            raise SourceError("no Delta table is given", permanent=True)
        self.name, self.address, self.look_back = place.delta, address_of(place.delta, folder), look_back

    def columns(self) -> Mapping[str, Kind]:
        """The columns that the table declares.

        Raises:
            SourceError: there is no table, or it cannot be read.
        """
        return {name: kind_of(type_) for name, type_ in duck_types(snapshot(self.address)).items()}

    def key_type(self, column: str) -> KeyType:
        """Whole numbers where the table declares numbers.

        Raises:
            SourceError: there is no table, or it cannot be read.
        """
        return key_type_of(duck_types(snapshot(self.address)).get(column, "VARCHAR"))

    def having(self, columns: Collection[str]) -> set[str]:
        """Those of some columns that the table declares.

        Raises:
            SourceError: there is no table, or it cannot be read.
        """
        return set(columns) & set(self.columns())

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        """Rows of files that are new to the mark, file by file; a file that fails is noted and tried again."""
        try:
            table = snapshot(self.address)
            attach_address(self.address)
        except SourceError as why:
            return Pull(iter(()), dict(mark), [unreadable(self.name, why)])
        history = changes(table, mark)
        files, notes = list(table.files), []
        if want.cursor is None and want.id is None:
            files += history.gone
            mark = _left_out(table, mark, history.rewritten)
            notes = list(_in_place(self.name, history.changed))
        before = {"version": mark["version"]} if "version" in mark else {}
        shaped = partial(lake_shape, table, {file.path: file for file in files})
        upkeep = Upkeep(shaped, history.rewritten, before=before, after={"version": table.version})
        back = self.look_back // timedelta(microseconds=1)
        pull = FilePull(listing(table.address, files), want, mark, to_micro(until), back, upkeep).pull
        pull.notes.extend(notes)
        return pull


def address_of(place: str, folder: Path) -> str:
    """Where a table is: a URL as it is, a folder relative to the project's."""
    return place if "://" in place else str((folder / Path(place).expanduser()).absolute())


def unreadable(name: str, why: SourceError) -> Note:
    """What is told of a table that cannot be read, with what to do about it."""
    return Note("unreadable", name, "; ".join(part for part in (f"{name}: {why.message}", why.hint) if part))


def listing(address: str, files: Iterable[LakeFile]) -> list[File]:
    """A table's files as a pull takes them, oldest first."""
    listed = [
        File(file.path, glob.escape(f"{address.rstrip('/')}/{file.path}"), Format.PARQUET, file.size, file.changed)
        for file in files
    ]
    return sorted(listed, key=lambda file: (file.changed, file.name))


def duck_types(table: Snapshot) -> dict[str, str]:
    """The columns that a table declares, with their DuckDB types; nested ones are texts to us."""
    return {name: _duck_type(declared) for name, declared in table.types.items()}


def _duck_type(declared: str) -> str:
    return declared.upper() if _DECIMAL.fullmatch(declared) else _TYPES.get(declared, "VARCHAR")


def lake_shape(table: Snapshot, files: Mapping[str, LakeFile], reader: Reader, file: File) -> Shape:
    """A file with all the columns that the table declares: a partition's value and a late column are not in it.

    Raises:
        SourceError: it cannot be read.
    """
    shape = reader.shape(file.address, file.format, file.name)
    partition = files[file.name].partition
    types, views = {}, {}
    for column, type_name in duck_types(table).items():
        name = table.names[column]
        if column in partition or name not in shape.types:
            value = partition.get(column)
            types[column] = type_name
            views[column] = f"CAST({'NULL' if value is None else text(str(value))} AS {type_name})"
        else:
            types[column] = shape.types[name]
            views |= {column: ident(name)} if name != column else {}
    return replace(shape, types=types, views=views)


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to a table's files since a mark."""

    rewritten: frozenset[str] = frozenset()  #: files that hold rows of others
    changed: int = 0  #: how many of them were written because rows changed, and not just to have fewer files
    gone: tuple[LakeFile, ...] = ()  #: files that were appended and have been replaced already


def changes(table: Snapshot, mark: Mark) -> Changes:
    """What the log says of the versions after the mark's; where it is gone, what the files themselves say."""
    since = mark.get("version")
    if since is None or since >= table.version:
        return Changes()
    there = {file.path for file in table.files}
    try:
        log = _log(table, since + 1)
    except SourceError:
        known = set(mark.get("files", {}))
        new = frozenset(there - known) if known - there else frozenset()
        return Changes(new, len(new))
    moved: set[str] = set()
    changed, gone = 0, []
    for actions in log.values():
        adds = [action["add"] for action in actions if "add" in action]
        replaced = any(action["remove"].get("dataChange", True) for action in actions if "remove" in action)
        for add in adds:
            path = located(add["path"])
            if replaced or not add.get("dataChange", True):
                moved.add(path)
                changed += replaced and path in there
            elif path not in there:
                gone.append(LakeFile(path, add["size"], add["modificationTime"], add.get("partitionValues") or {}))
    return Changes(frozenset(moved), changed, tuple(gone))


def _log(table: Snapshot, first: int) -> dict[int, list[dict[str, Any]]]:
    """The actions of every version from `first` on.

    Raises:
        SourceError: the log does not reach back so far any more, or too far.
    """
    if table.version - first >= _MOST_VERSIONS:
        raise SourceError("too many versions since", where=table.address)
    folder = glob.escape(f"{table.address.rstrip('/')}/_delta_log")
    names = ", ".join(text(f"{folder}/{version:020}.json") for version in range(first, table.version + 1))
    objects = f"read_json_objects([{names}], format='newline_delimited', filename=true)"
    with Reader() as reader:
        lines = reader.ask(select(["filename", "json"], objects), table.address)
    log: dict[int, list[dict[str, Any]]] = {}
    for name, line in lines:
        log.setdefault(int(PurePosixPath(name).stem), []).append(json.loads(line))
    return log


def _left_out(table: Snapshot, mark: Mark, rewritten: Collection[str]) -> Mark:
    """The mark as if rewritten files had been read: without ids, their rows cannot be told from those given."""
    read = {file.path: Known(file.size, file.changed, 0, done=True).kept() for file in table.files}
    files = {path: kept for path, kept in read.items() if path in rewritten}
    return {**mark, "files": files | mark.get("files", {})}


def _in_place(name: str, changed: int) -> Iterator[Note]:
    if changed:
        message = f"{changed} files of {name} were written anew because rows in them changed, and were left out"
        yield Note("rewritten", name, f"{message}; with an id column or a cursor they would be told apart")
