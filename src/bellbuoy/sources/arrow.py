"""Arrow batches as numpy columns, without a copy where the types allow it: the only module that sees Arrow memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import nanoarrow
import numpy as np
from arro3.compute import dictionary_encode
from arro3.core import Array, DataType, RecordBatchReader, Table, dictionary_dictionary, dictionary_indices
from arro3.core.types import ArrowStreamExportable
from numpy.typing import ArrayLike, NDArray

from bellbuoy.errors import SourceError
from bellbuoy.sources.port import Categories, Moments, Numbers

Bools = NDArray[np.bool_]


class _View(Protocol):
    """The part of nanoarrow's array view that is used here: buffer 0 is validity, 1 the data or the packed bits."""

    offset: int
    null_count: int

    def buffer(self, i: int) -> ArrayLike: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """One Arrow batch, read column by column; columns are asked for by position, in the type they are known to have."""

    count: int
    _batch: Any

    def numbers(self, at: int) -> Numbers:
        """A column of float64."""
        values, null = self._flat(at, np.float64)
        return Numbers(values, null)

    def moments(self, at: int) -> Moments:
        """A column of int64 microseconds."""
        values, null = self._flat(at, np.int64)
        return Moments(values, null)

    def keys(self, at: int) -> tuple[NDArray[np.uint64], Bools | None]:
        """A column of 64-bit integers of either sign, as bits, and which are null; nulls have key 0."""
        values, null = self._flat(at, np.uint64)
        return (values, None) if null is None else (np.where(null, np.uint64(0), values), null)

    def flags(self, at: int) -> Bools:
        """A column of booleans; null is false."""
        view = nanoarrow.c_array(self._batch.column(at)).view()
        truth, null = _bits(view.buffer(1), view.offset, self.count), _nulls(view, self.count)
        return truth if null is None else truth & ~null

    def categories(self, at: int) -> Categories:
        """A column of texts, by the distinct ones of this batch."""
        encoded = dictionary_encode(self._batch.column(at))
        view = nanoarrow.c_array(dictionary_indices(encoded)).view()
        codes = _values(view, self.count).astype(np.int32, copy=False)
        null = _nulls(view, self.count)
        names = tuple(dictionary_dictionary(encoded).to_pylist())
        return Categories(codes if null is None else np.where(null, np.int32(-1), codes), names)

    def _flat(self, at: int, dtype: type[Any]) -> tuple[NDArray[Any], Bools | None]:
        view = nanoarrow.c_array(self._batch.column(at)).view()
        return _values(view, self.count).view(dtype), _nulls(view, self.count)


def batches(stream: ArrowStreamExportable, where: str) -> Iterator[Batch]:
    """Batches of anything that offers an Arrow C stream; columns must have the types that `casts.py` promises.

    Raises:
        SourceError: the producer failed on the way.
    """
    try:
        for batch in RecordBatchReader.from_arrow(stream):
            yield Batch(batch.num_rows, batch)
    except SourceError:
        raise
    except Exception as why:  # arro3 raises bare Exceptions for whatever the producer says through the C interface
        raise SourceError(str(why).removeprefix("C Data interface error: ").strip(), where=where) from why


#: Arrow's types by the words that Delta has for them.
_TYPES = {
    "double": DataType.float64(),
    "string": DataType.string(),
    "boolean": DataType.bool(),
    "timestamp": DataType.timestamp("us", tz="UTC"),
}


def table_of(columns: Mapping[str, tuple[str, Sequence[object]]]) -> Table:
    """An Arrow table of named columns: a type (double, string, boolean, timestamp in microseconds) and the values."""
    return Table.from_pydict({name: _array(type_, values) for name, (type_, values) in columns.items()})


def _array(type_: str, values: Sequence[object]) -> Array:
    if type_ == "timestamp":
        return Array(list(values), type=DataType.int64()).cast(_TYPES[type_])
    return Array(values, type=_TYPES[type_])


def _values(view: _View, count: int) -> NDArray[Any]:
    return np.asarray(view.buffer(1))[view.offset : view.offset + count]


def _nulls(view: _View, count: int) -> Bools | None:
    return ~_bits(view.buffer(0), view.offset, count) if view.null_count else None


def _bits(buffer: ArrayLike, offset: int, count: int) -> Bools:
    packed = np.asarray(buffer).view(np.uint8)
    return np.unpackbits(packed, count=offset + count, bitorder="little")[offset:].view(np.bool_)
