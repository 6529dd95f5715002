"""The inbox: rows that services push, kept in a Delta table of ours, and read back by when they arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock

from bellbuoy.errors import SourceError
from bellbuoy.sources.arrow import table_of
from bellbuoy.sources.casts import category, key_type_of, kind_of, select, text
from bellbuoy.sources.delta import address_of, duck_types, lake_shape, listing, unreadable
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
#: One append at a time to a table within this process; between processes the table's log decides.
_TURNS: defaultdict[str, Lock] = defaultdict(Lock)


class InboxSource:
    """The table `place.inbox` below `place.events`. Rows are visible from their arrival, which never goes back."""

    def __init__(self, place: Place, folder: Path, *, look_back: timedelta = timedelta(0)) -> None:
        if place.inbox is None:
            raise SourceError("no inbox is given", permanent=True)
        self.name, self.look_back = place.inbox, look_back
        self.address = address_of(f"{place.events.rstrip('/')}/{place.inbox}", folder)
        self._appender = Appender(self.address)

    def append(self, rows: Sequence[Row], key: str | None, now: datetime) -> bool:
        """Keep rows; they are on the disk when it returns. False: rows came under this key before, and these are not.

        Columns may be new, missing, or of another type than before (`pushed.fit`). A key is known for seven days.

        Raises:
            SourceError: they cannot be written; nothing was.
        """
        if not rows:
            return True
        with _TURNS[self.address]:
            for _ in range(_RACES):
                known = self._appender.look()
                if key is not None and self._appender.knows(key):
                    return False
                with suppress(RaceError):
                    self._write(rows, known, key, to_micro(now))
                    self._tidy()
                    return True
        raise SourceError("others append all the time", where=self.address, hint="try again")

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

    def _write(self, rows: Sequence[Row], known: Mapping[str, str], key: str | None, now: int) -> None:
        # Arrivals grow from row to row, in all processes and whatever the clocks do: readers go by them.
        fitted = fit(rows, known)
        first = max(now - fitted.count + 1, (self._appender.place() or 0) + 1)
        last = first + fitted.count - 1
        arrivals = {ARRIVED: ("timestamp", range(first, last + 1))}
        self._appender.append(table_of({**fitted.columns, **arrivals}), last, [key] if key else [], now // 1_000)

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
