"""A pull over files, one by one: what the mark knows of each decides what of it is new.

With a cursor, a file's rows are new when their cursor lies after the mark; of a file never seen, all are, and those at
or before the mark are given `again` where ids can tell them apart (a file may arrive late, or be a compaction of
others). Without a cursor a file is new as a whole when it was never seen; when it changed, it is given again where
there are ids, and from the row on that was not given yet where there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bellbuoy.errors import SourceError
from bellbuoy.sources.casts import key_type_of, micros, select, visible
from bellbuoy.sources.duck import Extent, Reader
from bellbuoy.sources.formats import Format, Shape
from bellbuoy.sources.listing import File
from bellbuoy.sources.notes import Oddities
from bellbuoy.sources.port import KeyType, Mark, Moments, Pull, Rows, Want
from bellbuoy.sources.selection import Selection


@dataclass(frozen=True, slots=True)
class Known:
    """What the mark remembers of a file: as it was when read, the rows given, and how far its cursor reaches."""

    size: int
    changed: int
    rows: int
    done: bool
    first: int | None = None
    last: int | None = None

    def same(self, file: File) -> bool:
        """Whether the file has not changed since."""
        return (self.size, self.changed) == (file.size, file.changed)

    def kept(self) -> list[int | bool | None]:
        """As the mark holds it."""
        return [self.size, self.changed, self.rows, self.done, self.first, self.last]


@dataclass(frozen=True, slots=True)
class _Due:
    """A file to be read now: which of its rows, and what the mark will know of it afterwards."""

    file: File
    shape: Shape
    after: Known
    condition: str = ""
    skip: int = 0
    again: bool = False  #: all of its rows were perhaps given before
    seen: int | None = None  #: rows whose cursor is not after this were perhaps given before


def plain_shape(reader: Reader, file: File) -> Shape:
    """A file as it is.

    Raises:
        SourceError: it cannot be read.
    """
    return reader.shape(file.address, file.format, file.name)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What somebody who keeps the files in order knows about them, as a Delta table's log does."""

    shaped: Callable[[Reader, File], Shape] = plain_shape
    rewritten: Collection[str] = ()  #: files that hold rows of others, compacted or changed in place
    ordered: bool = False  #: no row ever comes behind the cursor, in whatever file
    #: What the mark says of it: as it was, and as it is when every file could be read.
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


class FilePull:
    """A pull over files under way."""

    def __init__(
        self, files: Sequence[File], want: Want, mark: Mark, until: int, look_back: int, upkeep: Upkeep | None = None
    ) -> None:
        self._files, self._want, self._until, self._look_back = files, want, until, look_back
        self._upkeep = upkeep or Upkeep()
        self._failed = False
        self._ids = want.id is not None
        self._cursor: int | None = mark.get("cursor")
        self._last = self._cursor
        self._known = {name: Known(*entry) for name, entry in mark.get("files", {}).items()}
        self._held: dict[str, int | None] = dict(mark.get("held", {}))
        self._ordered_from = self._reached()
        self._odd = Oddities()
        self._columns_before = frozenset(mark.get("columns", ()))
        self._columns = set(self._columns_before)
        self._key_type = want.key_type or (KeyType(mark["keys"]) if "keys" in mark else None)
        self.pull = Pull(self._batches(), dict(mark))

    def _reached(self) -> int | None:
        """Up to where all rows were given; a file that failed and has been rewritten since may hold others below."""
        there = {file.name for file in self._files}
        lows = [low for name, low in self._held.items() if name not in there] if self._ids else []
        return min([*lows, self._cursor], key=lambda low: -(2**63) if low is None else low)

    def _batches(self) -> Iterator[Rows]:
        with Reader() as reader:
            for due in self._due(reader):
                yield from self._read(reader, due)
        self._finish()

    def _due(self, reader: Reader) -> Iterable[_Due]:
        due = (ready for file in self._files if (ready := self._prepared(reader, file)) is not None)
        if self._want.cursor is None:
            return due
        return sorted(due, key=lambda ready: (ready.after.first is not None, ready.after.first or 0))

    def _prepared(self, reader: Reader, file: File) -> _Due | None:
        known = self._known.get(file.name)
        if known is not None and known.same(file) and (known.done or self._to_come(known)):
            return None
        if not file.size:
            self._fail(file, SourceError("the file is empty"), 0)
            return None
        try:
            shape = self._upkeep.shaped(reader, file)
            return self._by_cursor(reader, file, shape) if self._want.cursor else self._by_file(file, shape)
        except SourceError as why:
            self._fail(file, why, 0)
            return None

    def _to_come(self, known: Known) -> bool:
        """Whether all of a file lies in the future."""
        return self._want.cursor is not None and known.first is not None and known.first > self._until

    def _by_file(self, file: File, shape: Shape) -> _Due:
        known = self._known.get(file.name)
        given = 0 if known is None or self._ids else known.rows
        after = Known(file.size, file.changed, given, done=True)
        again = self._ids and (known is not None or file.name in self._upkeep.rewritten)
        return _Due(file, shape, after, skip=given, again=again)

    def _by_cursor(self, reader: Reader, file: File, shape: Shape) -> _Due | None:
        known = self._known.get(file.name)
        unchanged = known is not None and known.same(file)
        low = self._cursor if unchanged else self._low(file, known)
        if known is not None and unchanged:
            after = replace(known, done=(known.last or 0) <= self._until)
        else:
            extent = reader.extent(shape, self._want.cursor or "", low, file.name)
            self._note_late(file, known, extent)
            done = extent.last is None or extent.last <= self._until
            after = Known(file.size, file.changed, extent.rows, done, extent.first, extent.last)
        nulls = known is None or (self._ids and not unchanged)
        condition = self._condition(shape, low, nulls=nulls)
        return _Due(file, shape, after, condition, seen=None if unchanged else self._cursor)

    def _low(self, file: File, known: Known | None) -> int | None:
        """From where on a file that is new or has changed is read."""
        if known is None and self._ids and not self._upkeep.ordered:
            return None
        if known is None:
            return self._held.get(file.name, self._ordered_from)
        return self._cursor - self._look_back if self._cursor is not None and self._ids else self._cursor

    def _condition(self, shape: Shape, low: int | None, *, nulls: bool) -> str:
        cursor = self._want.cursor
        assert cursor is not None
        if not shape.has(cursor):
            return "" if nulls else "false"
        column, type_name = shape.column(cursor), shape.type_of(cursor)
        inside = visible(column, type_name, low, self._until)
        return f"({inside}) OR ({micros(column, type_name)}) IS NULL" if nulls else inside

    def _read(self, reader: Reader, due: _Due) -> Iterator[Rows]:
        selection = Selection(due.shape, self._want, self._keys(due.shape))
        given, rejected = 0, reader.rejected() if due.shape.format is Format.CSV else 0
        try:
            # Files that are put together have their rows in any order.
            statement = selection.sql(due.condition, due.skip, sort=self._upkeep.ordered)
            for batch in reader.stream(statement, due.file.name):
                rows, cursor = selection.rows(batch)
                given += batch.count
                yield from self._split(rows, cursor, due)
        except SourceError as why:
            self._fail(due.file, why, due.skip + given)
            return
        self._held.pop(due.file.name, None)
        counted = due.after.rows if self._want.cursor else due.skip + given
        if due.skip and not given:
            counted = self._recounted(reader, due)
        self._known[due.file.name] = replace(due.after, rows=counted)
        if due.shape.format is Format.CSV:
            selection.told["odd-line", ""] += reader.rejected() - rejected
        self._odd.of_file(due.file.name, selection.told, selection.missing if given else ())
        # Of lines only a sample was looked at: a key that it lacks is not new when another file's sample has it.
        if due.shape.format is not Format.LINES:
            self._columns |= self._odd.columns(due.file.name, due.shape.types, self._columns_before)

    def _split(self, rows: Rows, cursor: Moments | None, due: _Due) -> Iterator[Rows]:
        """A batch as it is, or in two where some of its rows may have been given before."""
        if cursor is None:
            if rows.count:
                yield replace(rows, again=due.again)
            return
        null = np.zeros(rows.count, np.bool_) if cursor.null is None else cursor.null
        self._odd.count("no-cursor", self._want.cursor or "", int(null.sum()), due.file.name)
        fresh = null | (cursor.micro > (due.seen if due.seen is not None else cursor.micro - 1))
        if due.file.name in self._known:
            fresh &= ~null
        if not null.all():
            newest = int(cursor.micro[~null].max())
            self._last = newest if self._last is None else max(self._last, newest)
        if fresh.all():
            if rows.count:
                yield rows
            return
        yield replace(rows.take(~fresh), again=True)
        if fresh.any():
            yield rows.take(fresh)

    def _recounted(self, reader: Reader, due: _Due) -> int:
        """Rows of a file that gave none beyond those given: it is as long as before, or shorter."""
        count = int(reader.ask(select(["count(*)"], due.shape.table(())), due.file.name)[0][0])
        if count < due.skip:
            message = (
                f"{due.file.name} had {due.skip} rows and now has {count}; without ids, new ones among them are missed"
            )
            self._odd.say("shrunk", due.file.name, message)
        return count

    def _keys(self, shape: Shape) -> KeyType:
        if self._key_type is None and (type_name := shape.types.get(self._want.id or "")) is not None:
            self._key_type = key_type_of(type_name)
        return self._key_type or KeyType.TEXT

    def _fail(self, file: File, why: SourceError, given: int) -> None:
        """Note a file that cannot be read, and leave it so in the mark that nothing of it is lost or given twice."""
        self._odd.say("unreadable", file.name, f"{file.name} cannot be read: {why.message}")
        self._failed = True
        known = self._known.get(file.name)
        if self._want.cursor is None:
            if given:
                self._known[file.name] = Known(file.size, file.changed, given, done=False)
            return
        self._known.pop(file.name, None)
        if not given:
            self._held.setdefault(file.name, self._cursor)
        elif known is None:
            self._held.pop(file.name, None)

    def _note_late(self, file: File, known: Known | None, extent: Extent) -> None:
        known_before = self._upkeep.ordered or file.name in self._upkeep.rewritten
        if known is None and not self._ids and extent.late and not known_before:
            message = f"{extent.late} rows of {file.name} became visible before the mark and were left out"
            self._odd.say("late-rows", file.name, f"{message}; with an id column they would be told apart")

    def _finish(self) -> None:
        there = {file.name for file in self._files}
        # With a cursor a file that went away can be forgotten; without one, it must not count twice if it returns.
        kept = {name: entry for name, entry in self._known.items() if name in there or not self._want.cursor}
        mark: Mark = {"cursor": self._last, "files": {name: entry.kept() for name, entry in kept.items()}}
        if self._columns:
            mark["columns"] = sorted(self._columns)
        if self._ids and self._key_type is not None:
            mark["keys"] = self._key_type.value
        if held := {name: low for name, low in self._held.items() if name in there}:
            mark["held"] = held
        self.pull.mark = {**mark, **(self._upkeep.before if self._failed else self._upkeep.after)}
        self.pull.notes.extend(self._odd.notes())
