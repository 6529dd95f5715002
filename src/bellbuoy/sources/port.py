"""The port to the rows: what a source gives, whatever kind it is.

Rows travel as numpy columns. A source is asked for named columns of named kinds, from a mark on, up to a moment; it
gives batches, and when they are through, the mark to go on from and notes on what was odd. Nothing in a source ever
raises because of what a row holds: what cannot be read as asked is null and is noted.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bellbuoy.errors import SourceError


class NothingYetError(SourceError):
    """There are no rows yet because nobody has pushed any: not a fault, but nothing can be told from it either."""


class Kind(StrEnum):
    """What a column is counted as."""

    NUMBER = "number"
    CATEGORY = "category"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numeric column: float64 values, and which are null (None: no nulls). NaN and infinities are values."""

    values: NDArray[np.float64]
    null: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class Categories:
    """A text or boolean column: a code per row into `names`, −1 for null. Names may repeat; booleans: true, false."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moments:
    """A column of times: int64 microseconds since 1970 UTC, and which are null (None: no nulls)."""

    micro: NDArray[np.int64]
    null: NDArray[np.bool_] | None = None


Column = Numbers | Categories | Moments


def absent(kind: Kind, count: int) -> Column:
    """A column of nulls: what a source gives for a column that is not there."""
    null = np.ones(count, np.bool_)
    match kind:
        case Kind.NUMBER:
            return Numbers(np.zeros(count, np.float64), null)
        case Kind.MOMENT:
            return Moments(np.zeros(count, np.int64), null)
        case Kind.CATEGORY:
            return Categories(np.full(count, -1, np.int32), ())


def is_null(column: Column) -> NDArray[np.bool_] | None:
    """Which rows of a column are null (None: none is)."""
    if isinstance(column, Categories):
        null = column.codes < 0
        return null if null.any() else None
    return column.null


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch. `keys` are the ids as 64 bits, `keyless` marks null ids (None: none is); no keys if no id was asked."""

    count: int
    columns: Mapping[str, Column]
    keys: NDArray[np.uint64] | None = None
    keyless: NDArray[np.bool_] | None = None
    #: Rows that a mark without a cursor may have given before; the caller drops those whose key it knows.
    again: bool = False

    def take(self, kept: NDArray[np.bool_]) -> Rows:
        """Only the rows that are true."""
        columns = {name: _taken(column, kept) for name, column in self.columns.items()}
        keys = None if self.keys is None else self.keys[kept]
        keyless = None if self.keyless is None else self.keyless[kept]
        return Rows(int(kept.sum()), columns, keys, keyless, self.again)


def _taken(column: Column, kept: NDArray[np.bool_]) -> Column:
    if isinstance(column, Categories):
        return Categories(column.codes[kept], column.names)
    null = None if column.null is None else column.null[kept]
    return Numbers(column.values[kept], null) if isinstance(column, Numbers) else Moments(column.micro[kept], null)


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd about the data, told once: a stable code, where, and a sentence."""

    code: str
    where: str
    message: str


class KeyType(StrEnum):
    """How ids become keys: whole numbers as they are; anything else by the digest of its text."""

    WHOLE = "whole"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Want:
    """What to read: columns by name and kind, the id column, and the cursor column (time of becoming visible)."""

    columns: Mapping[str, Kind]
    id: str | None = None
    key_type: KeyType | None = None  #: None: decide by the id column's type (`Source.key_type`)
    cursor: str | None = None


#: Where a source was left: JSON-able, opaque to everybody else. Empty means from the start.
Mark = dict[str, Any]


@dataclass(slots=True)
class Pull:
    """A read under way: iterate it for batches; afterwards `mark` and `notes` are final."""

    batches: Iterator[Rows]
    mark: Mark = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def __iter__(self) -> Iterator[Rows]:
        return self.batches

    def close(self) -> None:
        """Let go of what is open, where not all batches are wanted: an open stream holds hundreds of megabytes."""
        if isinstance(self.batches, Generator):
            self.batches.close()


class Source(Protocol):
    """Where rows are. Made from its part of the model's file and the project folder; holds no open resources."""

    def columns(self) -> Mapping[str, Kind]:
        """The columns that are there now, with the kind each would be counted as.

        Raises:
            SourceError: nothing can be read at all (no file, no table, no server).
        """
        ...

    def key_type(self, column: str) -> KeyType:
        """How ids of a column become keys."""
        ...

    def having(self, columns: Collection[str]) -> set[str] | None:
        """Those of some columns that are there, in whatever file; None where there are no rows to tell it by.

        Raises:
            SourceError: nothing can be read at all.
        """
        ...

    def pull(self, want: Want, mark: Mark, until: datetime) -> Pull:
        """Rows visible after `mark` and not after `until`, oldest first where a cursor is given.

        With `want.cursor`, a row is visible from that moment. Without it, a file counts when it is new or has changed.
        A file or table that fails is noted, left out of the new mark, and tried again the next time.
        """
        ...


class Inbox(Source, Protocol):
    """A source that rows can be put into."""

    def append(self, rows: Sequence[Mapping[str, object]], key: str | None, now: datetime) -> bool:
        """Keep rows; they are on the disk when it returns. False: rows came under this key before, and these are not.

        Raises:
            SourceError: they cannot be written; nothing was.
        """
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table is, as a model's file says it: exactly one of `path`, `delta`, `sql` (with `url`) and `inbox`."""

    path: str | None = None  #: a file or a glob of Parquet, CSV or NDJSON files, local or an object-store URL
    delta: str | None = None
    sql: str | None = None  #: a table's name or a query
    url: str | None = None
    inbox: str | None = None  #: the inbox's table: `<model>/predictions` or `<model>/labels`
    events: str = ".bellbuoy/events"  #: where the inbox's Delta tables are
