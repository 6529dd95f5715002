"""The inbox: rows that services push, kept in a Delta table of ours, and read back by when they arrived."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import compress
from pathlib import Path
from threading import Event

from bellbuoy.errors import SourceError
from bellbuoy.sources.arrow import table_of
from bellbuoy.sources.casts import category, key_type_of, kind_of, select, text
from bellbuoy.sources.delta import address_of, duck_types, lake_shape, listing, unreadable
from bellbuoy.sources.desk import Desk, turn
from bellbuoy.sources.duck import Reader
from bellbuoy.sources.formats import Shape
from bellbuoy.sources.lake import Appender, LakeFile, RaceError, Snapshot, TableMissingError, snapshot
from bellbuoy.sources.listing import File, attach_address
from bellbuoy.sources.port import KeyType, Kind, Mark, NothingYetError, Place, Pull, Want
from bellbuoy.sources.pushed import ARRIVED, OURS, SPILL, Row, fit
from bellbuoy.sources.reading import FilePull, Upkeep
from bellbuoy.windows import to_micro

#: So often somebody else may be first before an append gives up.
_RACES = 20
#: So many pushes go into one commit at most.
_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class _Push:
    rows: Sequence[Row]
    key: str | None
    now: int  #: microseconds since 1970


class InboxSource:
    """The table `place.inbox` below `place.events`. Rows are visible from their arrival, which never goes back."""

    def __init__(self, place: Place, folder: Path, *, look_back: timedelta = timedelta(0)) -> None:
        if place.inbox is None:
            raise SourceError("no inbox is given", permanent=True)
        self.name, self.look_back = place.inbox, look_back
        self.address = address_of(f"{place.events.rstrip('/')}/{place.inbox}", folder)
        self._appender = Appender(self.address)
        self._desk: Desk[_Push, bool] = Desk(self._keep, most=_TOGETHER)

    def append(self, rows: Sequence[Row], key: str | None, now: datetime) -> bool:
        """Keep rows; they are on the disk when it returns. False: rows came under this key before, and these are not.

        Columns may be new, missing, or of another type than before (`pushed.fit`). A key is known for seven days.

        Raises:
            SourceError: they cannot be written; nothing was.
        """
        return self._desk.ask(_Push(rows, key, to_micro(now))) if rows else True

    def columns(self) -> Mapping[str, Kind]:
        """The columns that were pushed so far; texts that read as times in the newest file are times.

        Raises:
            NothingYetError: nothing was pushed yet.
            SourceError: the table cannot be read.
        """
        table = self._snapshot()
        kinds = {name: kind_of(type_) for name, type_ in duck_types(table).items() if not name.startswith(OURS)}
        return kinds | dict.fromkeys(_timely(table), Kind.MOMENT)

    def key_type(self, column: str) -> KeyType:
        """Whole numbers where the first that was pushed was a number.

        Raises:
            NothingYetError: nothing was pushed yet.
            SourceError: the table cannot be read.
        """
        return key_type_of(duck_types(self._snapshot()).get(column, "VARCHAR"))

    def having(self, columns: Collection[str]) -> set[str]:
        """Those of some columns that were pushed so far.

        Raises:
            NothingYetError: nothing was pushed yet.
            SourceError: the table cannot be read.
        """
        there = set(columns) & set(self.columns())
        table = self._snapshot()
        files = {file.path: file for file in table.files}
        with Reader() as reader:
            # What was spilled stands in no declaration.
            for file in listing(table.address, table.files) if there < set(columns) else ():
                there |= set(columns) & set(_shape(table, files, reader, file).types)
        return there

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        """Rows that arrived after the mark and not after `until`; none, and nothing odd, before the first push.

        The cursor is the arrival. A column that is wanted as the cursor comes as moments and decides nothing.
        """
        try:
            table = snapshot(self.address)
            attach_address(self.address)
        except TableMissingError:
            return Pull(iter(()), dict(mark))
        except SourceError as why:
            return Pull(iter(()), dict(mark), [unreadable(self.name, why)])
        columns = {**want.columns} | ({want.cursor: Kind.MOMENT} if want.cursor is not None else {})
        want = replace(want, columns=columns, cursor=ARRIVED)
        upkeep = Upkeep(partial(_shape, table, {file.path: file for file in table.files}), ordered=True)
        return FilePull(listing(table.address, table.files), want, mark, to_micro(until), 0, upkeep).pull

    def _keep(self, pushes: Sequence[_Push]) -> list[bool]:
        """Write what several threads pushed in one commit; which were fresh."""
        with turn(self.address):
            for race in range(_RACES):
                known = self._appender.look()
                fresh = list(self._fresh(pushes))
                with suppress(RaceError):
                    if any(fresh):
                        self._write(list(compress(pushes, fresh)), known)
                        self._tidy()
                    return fresh
                # Machines that share an object store stand aside for one another, each for another while.
                Event().wait(random.uniform(0, 0.01 * min(race + 1, 20)))  # noqa: S311
        raise SourceError("others append all the time", where=self.address, hint="try again")

    def _fresh(self, pushes: Sequence[_Push]) -> Iterator[bool]:
        seen: set[str] = set()
        for push in pushes:
            yield push.key is None or not (push.key in seen or self._appender.knows(push.key))
            seen |= {push.key} if push.key is not None else set()

    def _write(self, pushes: Sequence[_Push], known: Mapping[str, str]) -> None:
        # Arrivals grow from row to row, in all processes and whatever the clocks do: readers go by them.
        fitted, now = fit([row for push in pushes for row in push.rows], known), max(push.now for push in pushes)
        first = max(now - fitted.count + 1, (self._appender.place() or 0) + 1)
        last = first + fitted.count - 1
        arrivals = {ARRIVED: ("timestamp", range(first, last + 1))}
        keys = [push.key for push in pushes if push.key is not None]
        self._appender.append(table_of({**fitted.columns, **arrivals}), last, keys, now // 1_000)

    def _tidy(self) -> None:
        # The rows are kept; putting files together can wait for the next append.
        with suppress(SourceError):
            self._appender.tidy()

    def _snapshot(self) -> Snapshot:
        try:
            return snapshot(self.address)
        except TableMissingError as why:
            model, _, table = self.name.partition("/")
            hint = f"POST rows to /api/v1/models/{model}/{table}, or push them with bellbuoy.Client"
            raise NothingYetError("nothing was pushed yet", where=self.name, hint=hint) from why


def _timely(table: Snapshot) -> list[str]:
    attach_address(table.address)
    with Reader() as reader:
        for file in reversed(listing(table.address, table.files)):
            shape = reader.shape(file.address, file.format, file.name)
            texts = [name for name, type_ in shape.types.items() if type_ == "VARCHAR" and not name.startswith(OURS)]
            return reader.timely({name: shape.column(name) for name in texts}, shape.table(()), file.name)
    return []


def _shape(table: Snapshot, files: Mapping[str, LakeFile], reader: Reader, file: File) -> Shape:
    """A file of the table, with what was spilled in it put back: such columns are texts in this file."""
    shape = lake_shape(table, files, reader, file)
    if shape.types.get(SPILL) is None or SPILL in shape.views:
        return shape
    keys = select([f"unnest(json_keys({SPILL}))"], shape.table(()), where=f"{SPILL} IS NOT NULL")
    names = [name for (name,) in reader.ask(select(["DISTINCT *"], f"({keys})"), file.name)]
    views = {name: _spilled(shape, name) for name in names if not name.startswith(OURS)}
    return replace(shape, types={**shape.types, **dict.fromkeys(views, "VARCHAR")}, views={**shape.views, **views})


def _spilled(shape: Shape, name: str) -> str:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    found = f"json_extract_string({SPILL}, {text(pointer)})"
    if name not in shape.types:
        return found
    return f"coalesce({found}, {category(shape.column(name), shape.type_of(name))})"
