"""Arrow IPC streams from strangers as rows of Python values.

The readers of Arrow's own libraries trust what they read: a damaged stream ends the process. This one is slower and
knows only flat columns (null, bool, integers, floats, texts, dates, timestamps, and dictionaries of these), and
whatever the bytes are, it gives rows or raises.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bellbuoy.errors import SourceError
from bellbuoy.sources.flat import Record, root
from bellbuoy.windows import from_micro

Values = list[object]
_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3
#: Arrow's numbers for its types.
_NULL, _INT, _FLOAT, _UTF8, _BOOL, _DATE, _TIMESTAMP, _LARGE_UTF8, _VIEW = 1, 2, 3, 5, 6, 8, 10, 20, 24
_NAMES = {4: "binary", 7: "decimal", 9: "time", 12: "list", 13: "struct", 16: "list", 17: "map", 21: "list"}
#: Microseconds in the units of timestamps; nanoseconds are divided.
_UNITS = (1_000_000, 1_000, 1)
#: Texts of one stream, in bytes, written out: a few bytes of a dictionary can stand for very many.
_MOST_TEXT = 256 << 20


def rows_of_stream(data: bytes) -> list[dict[str, object]]:
    """The rows of an Arrow IPC stream.

    Raises:
        SourceError: it is no such stream, is cut off or packed, or has a column that is not flat.
    """
    try:
        return list(_Stream(data).rows())
    except (struct.error, ValueError, TypeError, IndexError, KeyError, OverflowError) as why:
        raise SourceError(f"it cannot be read: {why}") from why


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: int
    facts: Record | None
    dictionary: int | None
    index: Record | None

    def reader(self) -> Callable[[_Buffers, int], Values]:
        """What reads its values, or those of its dictionary."""
        if self.type not in _READERS:
            kind = _NAMES.get(self.type, "type that is not flat")
            raise SourceError(f"column {self.name} is a {kind}", hint="send it as text, or push NDJSON")
        facts = self.facts or Record(b"\0" * 8, 4)
        return lambda buffers, count: _READERS[self.type](facts, buffers, count)


@dataclass(slots=True)
class _Buffers:
    """The buffers of a batch, one after the other."""

    body: bytes
    places: Iterator[tuple[int, ...]]
    variadic: Iterator[tuple[int, ...]]
    spent: list[int]

    def next(self) -> bytes:
        start, size = next(self.places, (0, 0))
        if start < 0 or size < 0 or start + size > len(self.body):
            raise ValueError("a buffer lies outside of its message")
        return self.body[start : start + size]

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        return np.frombuffer(self.next(), dtype, count)

    def spend(self, size: int) -> None:
        """Count texts that are written out."""
        self.spent[0] += size
        if self.spent[0] > _MOST_TEXT:
            raise ValueError(f"its texts are larger than {_MOST_TEXT >> 20} MiB")


@dataclass(slots=True)
class _Stream:
    data: bytes
    columns: list[_Column] = field(default_factory=list)
    dictionaries: dict[int, Values] = field(default_factory=dict)
    spent: list[int] = field(default_factory=lambda: [0])

    def rows(self) -> Iterator[dict[str, object]]:
        begun = False
        for kind, header, body in self._messages():
            if kind == _SCHEMA:
                self.columns, begun = _columns(header), True
            elif kind == _DICTIONARY:
                self._learn(header, body)
            elif kind == _BATCH and begun:
                columns = self._batch(header, body, self.columns)
                names = [column.name for column in self.columns]
                yield from (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
        if not begun:
            raise ValueError("there is no schema")

    def _messages(self) -> Iterator[tuple[int, Record, bytes]]:
        at = 0
        while at < len(self.data):
            mark, size = struct.unpack_from("<II", self.data, at)
            if mark != 0xFFFFFFFF:
                raise ValueError("there is no message where one should be")
            if not size:
                return
            start = at + 8
            message = root(self.data[start : start + size])
            length = message.whole(3, "q")
            at = start + size + length
            header = message.record(2)
            if length < 0 or at > len(self.data) or header is None:
                raise ValueError("it is cut off")
            yield message.whole(1, "B"), header, self.data[start + size : at]

    def _learn(self, header: Record, body: bytes) -> None:
        """A dictionary, new, or with more entries."""
        name, batch = header.whole(0, "q"), header.record(1)
        columns = [column for column in self.columns if column.dictionary == name]
        if batch is None or not columns:
            raise ValueError("a dictionary belongs to no column")
        plain = _Column(columns[0].name, columns[0].type, columns[0].facts, None, None)
        (values,) = self._batch(batch, body, [plain])
        self.dictionaries[name] = (self.dictionaries.get(name, []) if header.whole(2, "?") else []) + values

    def _batch(self, header: Record, body: bytes, columns: Sequence[_Column]) -> list[Values]:
        if header.record(3) is not None:
            raise SourceError("its buffers are packed", hint="write the stream without compression")
        nodes = header.numbers(1, "qq")
        buffers = _Buffers(body, iter(header.numbers(2, "qq")), iter(header.numbers(4, "q")), self.spent)
        count = header.whole(0, "q")
        if not 0 <= count <= 8 * len(self.data) or [size for size, _ in nodes] != [count] * len(columns):
            raise ValueError("a batch is not as long as it says")
        return [self._values(column, buffers, count) for column in columns]

    def _values(self, column: _Column, buffers: _Buffers, count: int) -> Values:
        if column.dictionary is None:
            return column.reader()(buffers, count)
        known = self.dictionaries.get(column.dictionary, [])
        codes = _int(column.index or Record(b"\0" * 8, 4), buffers, count)
        values = [None if code is None else known[_place(code, known)] for code in codes]
        buffers.spend(sum(len(value) for value in values if isinstance(value, str)))
        return values


def _place(code: object, known: Values) -> int:
    if not isinstance(code, int) or not 0 <= code < len(known):
        raise ValueError("a row points outside of its dictionary")
    return code


def _columns(header: Record) -> list[_Column]:
    if header.whole(0, "h"):
        raise SourceError("its numbers are big-endian", hint="write the stream on a machine of today")
    columns = [_column(facts) for facts in header.records(1)]
    for column in columns:
        column.reader()
    return columns


def _column(facts: Record) -> _Column:
    coded = facts.record(4)
    id_ = None if coded is None else coded.whole(0, "q")
    index = None if coded is None else coded.record(1)
    return _Column(facts.text(0) or "", facts.whole(2, "B"), facts.record(3), id_, index)


def _valid(buffers: _Buffers, count: int) -> NDArray[np.bool_] | None:
    """Which rows are not null (None: all)."""
    packed = buffers.next()
    return _bits(packed, count) if packed else None


def _bits(packed: bytes, count: int) -> NDArray[np.bool_]:
    if len(packed) * 8 < count:
        raise ValueError("a column is shorter than its batch")
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=count, bitorder="little").astype(np.bool_)


def _blanked(values: Sequence[object], valid: NDArray[np.bool_] | None) -> Values:
    if valid is None:
        return list(values)
    return [value if there else None for value, there in zip(values, valid.tolist(), strict=True)]


def _null(_: Record, buffers: _Buffers, count: int) -> Values:
    del buffers
    return [None] * count


def _int(facts: Record, buffers: _Buffers, count: int) -> Values:
    width, signed = facts.whole(0, "i") // 8, facts.whole(1, "?")
    if width not in {1, 2, 4, 8}:
        width, signed = 4, 1
    valid = _valid(buffers, count)
    return _blanked(buffers.array(f"<{'i' if signed else 'u'}{width}", count).tolist(), valid)


def _float(facts: Record, buffers: _Buffers, count: int) -> Values:
    valid = _valid(buffers, count)
    return _blanked(buffers.array(("<f2", "<f4", "<f8")[facts.whole(0, "h")], count).tolist(), valid)


def _bool(_: Record, buffers: _Buffers, count: int) -> Values:
    valid = _valid(buffers, count)
    return _blanked(_bits(buffers.next(), count).tolist(), valid)


def _text(facts: Record, buffers: _Buffers, count: int, *, width: str = "<i4") -> Values:
    del facts
    valid = _valid(buffers, count)
    packed = buffers.next()
    ends = np.frombuffer(packed, width, count + 1) if packed else np.zeros(1, width)
    data = buffers.next()
    if len(ends) != count + 1 or ends[0] < 0 or ends[-1] > len(data) or (np.diff(ends) < 0).any():
        raise ValueError("a text lies outside of its buffer")
    buffers.spend(len(data))
    places = ends.tolist()
    texts = [data[a:b].decode(errors="replace") for a, b in pairwise(places)]
    return _blanked(texts, valid)


def _long_text(facts: Record, buffers: _Buffers, count: int) -> Values:
    return _text(facts, buffers, count, width="<i8")


def _view(_: Record, buffers: _Buffers, count: int) -> Values:
    """Texts in 16 bytes each: their length, and themselves, or where they are."""
    valid = _valid(buffers, count)
    views = buffers.next()
    (more,) = next(buffers.variadic, (0,))
    if len(views) < 16 * count or not 0 <= more <= len(buffers.body):
        raise ValueError("a column is shorter than its batch")
    parts = [buffers.next() for _ in range(more)]
    there = [True] * count if valid is None else valid.tolist()
    return [_seen(views, at, parts, buffers) if there[at] else None for at in range(count)]


def _seen(views: bytes, at: int, parts: Sequence[bytes], buffers: _Buffers) -> str:
    size, part, start = (int(number) for number in struct.unpack_from("<i4xii", views, 16 * at))
    if size < 0 or (start < 0 and size > 12):
        raise ValueError("a text lies outside of its buffer")
    buffers.spend(size)
    if size <= 12:
        return views[16 * at + 4 : 16 * at + 4 + size].decode(errors="replace")
    if not 0 <= part < len(parts) or start + size > len(parts[part]):
        raise ValueError("a text lies outside of its buffer")
    return parts[part][start : start + size].decode(errors="replace")


def _date(facts: Record, buffers: _Buffers, count: int) -> Values:
    by_day = facts.whole(0, "h", 1) == 0
    valid = _valid(buffers, count)
    numbers = buffers.array("<i4" if by_day else "<i8", count).tolist()
    day = timedelta(days=1) if by_day else timedelta(milliseconds=1)
    there = _blanked(numbers, valid)
    return [None if number is None else date(1970, 1, 1) + number * day for number in there]  # type: ignore[operator]


def _timestamp(facts: Record, buffers: _Buffers, count: int) -> Values:
    unit, zoned = facts.whole(0, "h"), facts.text(1)
    valid = _valid(buffers, count)
    numbers = _blanked(buffers.array("<i8", count).tolist(), valid)
    micros = [None if n is None else n // 1_000 if unit == 3 else n * _UNITS[unit] for n in numbers]  # type: ignore[operator]
    moments = [None if micro is None else from_micro(micro) for micro in micros]
    return [one if one is None or zoned else one.replace(tzinfo=None) for one in moments]


_READERS: Mapping[int, Callable[[Record, _Buffers, int], Values]] = {
    _NULL: _null,
    _INT: _int,
    _FLOAT: _float,
    _BOOL: _bool,
    _UTF8: _text,
    _LARGE_UTF8: _long_text,
    _VIEW: _view,
    _DATE: _date,
    _TIMESTAMP: _timestamp,
}
