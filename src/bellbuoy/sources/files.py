"""Rows in files: Parquet, CSV and JSON lines, in a folder or an object store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bellbuoy.errors import SourceError
from bellbuoy.sources.casts import key_type_of, kind_of, select
from bellbuoy.sources.duck import Reader
from bellbuoy.sources.formats import Format, Shape
from bellbuoy.sources.listing import list_files
from bellbuoy.sources.port import KeyType, Kind, Mark, Note, Place, Pull, Want
from bellbuoy.sources.reading import FilePull
from bellbuoy.windows import to_micro


class FileSource:
    """The files of `place.path`: a file, a folder or a glob, relative to the project's folder, or an object-store URL.

    `look_back`: how far behind the mark rows of a changed file may still turn up; they are given `again`.
    """

    def __init__(self, place: Place, folder: Path, *, look_back: timedelta = timedelta(0)) -> None:
        if place.path is None:
            raise SourceError("no path is given", permanent=True)
        self.path, self.folder, self.look_back = place.path, folder, look_back

    def columns(self) -> Mapping[str, Kind]:
        """The columns of the newest file that can be read and has rows.

        Raises:
            SourceError: there is no such file.
        """
        return {name: kind_of(type_name) for name, type_name in self._newest().types.items()}

    def key_type(self, column: str) -> KeyType:
        """Whole numbers where the newest file has numbers in the column.

        Raises:
            SourceError: there is no file that can be read.
        """
        return key_type_of(self._newest().types.get(column, "VARCHAR"))

    def having(self, columns: Collection[str]) -> set[str] | None:
        """Those of some columns that any file with rows has; None where no file has rows.

        Raises:
            SourceError: the path names no files that can be listed.
        """
        there: set[str] | None = None
        for shape, rows in self._shapes():
            if rows:
                there = there or set()
                there |= _held(shape, set(columns) - there)
            if there is not None and there >= set(columns):
                break
        return there

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        """Rows of files that are new to the mark, file by file; a file that fails is noted and tried again."""
        try:
            files = list_files(self.path, self.folder)
        except SourceError as why:
            return Pull(iter(()), dict(mark), [Note("unreadable", self.path, str(why))])
        if not files:
            return Pull(iter(()), dict(mark), [Note("no-files", self.path, f"no file matches {self.path}")])
        return FilePull(files, want, mark, to_micro(until), self.look_back // timedelta(microseconds=1)).pull

    def _newest(self) -> Shape:
        first: Shape | None = None
        for shape, rows in self._shapes():
            if rows:
                return shape
            first = first or shape
        if first is None:
            hint = (
                "columns are told from a file that can be read: is the path right, and relative to the project folder?"
            )
            raise SourceError("no file can be read", where=self.path, hint=hint)
        return first

    def _shapes(self) -> Iterator[tuple[Shape, bool]]:
        """Files that can be read, newest first, and whether they have rows."""
        with Reader() as reader:
            for file in reversed(list_files(self.path, self.folder)):
                try:
                    shape = reader.shape(file.address, file.format, file.name)
                    rows = reader.ask(select(["1"], shape.table(()), limit=1), file.name)
                except SourceError:
                    continue
                yield shape, bool(rows)


def _held(shape: Shape, columns: Collection[str]) -> set[str]:
    """Those of some columns that a file has."""
    held = {name for name in columns if name in shape.types}
    unsure = [name for name in columns if name not in held]
    if shape.format is not Format.LINES or not unsure:
        return held
    # A key may come late: only a look at every line says that it never does.
    counts = [f"count({shape.column(name)})" for name in unsure]
    with Reader() as reader:
        row = reader.ask(select(counts, shape.table(unsure)), shape.address)[0]
    return held | {name for name, count in zip(unsure, row, strict=True) if count}
