"""Counts as bytes: about two a cell in practice. The only place that knows the layout.

Cells are one byte for two widths, the first code (a zigzag varint), then the steps from code to code and the counts,
each in the smallest unsigned width that fits. How many cells there are follows from the length.
Named parts stand one after the other, each behind its name: a byte for a name that is known here, or 255, a length and
the name itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.profile import Cells
from bellbuoy.profiles.spread import Spread

Ints = NDArray[np.int64]

_WIDTHS: tuple[np.dtype[np.unsignedinteger], ...] = tuple(map(np.dtype, ("<u1", "<u2", "<u4", "<u8")))
_DOUBLE = struct.Struct("<d")
#: Names of an outcome's cells and sums by the byte that stands for each; what is here keeps its place for ever.
_NAMES = (
    *("score", "confusion", "error", "label", "prediction"),
    *("log_loss", "brier", "absolute", "square", "label_square", "percentage", "percentage_rows"),
    "percentage_square",
    *("value", "value_square", "value_cube", "value_rows"),
    *("joint", "prediction_square"),
)
_SPELT = 255


def pack(cells: Cells) -> bytes:
    """Cells as bytes; counts must be positive."""
    return pack_all(Spread.of([cells]))[0]


def pack_all(cells: Spread) -> list[bytes]:
    """The cells of each group as bytes; counts must be positive."""
    some = np.flatnonzero(cells.sizes)
    out = [b""] * len(cells.sizes)
    if not len(some):
        return out
    first, last = cells.place[some], cells.place[some + 1]
    steps = np.diff(cells.codes, prepend=0)
    starts = cells.codes[first]
    steps[first] = 0
    wide, deep = _widths(np.maximum.reduceat(steps, first)), _widths(np.maximum.reduceat(cells.counts, first))
    as_steps, as_counts = _in_widths(steps, wide), _in_widths(cells.counts, deep)
    parts = zip(*(array.tolist() for array in (some, first, last, starts, wide, deep)), strict=True)
    for group, begin, end, start, w, d in parts:
        body = as_steps[w][(begin + 1) << w : end << w] + as_counts[d][begin << d : end << d]
        out[group] = _head(w * 4 + d, start) + body
    return out


def unpack(packed: bytes) -> Cells:
    """The cells that `pack` made bytes of."""
    if not packed:
        return Cells()
    wide, deep = _WIDTHS[packed[0] // 4], _WIDTHS[packed[0] % 4]
    zigzag, at = _varint(packed, 1)
    size = (len(packed) - at + wide.itemsize) // (wide.itemsize + deep.itemsize)
    codes = np.empty(size, np.int64)
    codes[0] = zigzag >> 1 ^ -(zigzag & 1)
    codes[1:] = np.frombuffer(packed, wide, size - 1, at)
    counts = np.frombuffer(packed, deep, size, at + wide.itemsize * (size - 1))
    return Cells(np.cumsum(codes), counts.astype(np.int64))


def pack_parts(parts: Mapping[str, Cells]) -> bytes:
    """Named cells as bytes."""
    return pack_parts_of([parts])[0]


def pack_parts_of(many: Sequence[Mapping[str, Cells]]) -> list[bytes]:
    """The named cells of each of many as bytes, in one pass over all."""
    bodies = iter(pack_all(Spread.of([cells for parts in many for cells in parts.values()])))
    return [b"".join(_spelt(name, next(bodies)) for name in parts) for parts in many]


def _spelt(name: str, body: bytes) -> bytes:
    return _named(name) + _as_varint(len(body)) + body


def unpack_parts(packed: bytes) -> dict[str, Cells]:
    """The named cells that `pack_parts` made bytes of."""
    parts, at = {}, 0
    while at < len(packed):
        name, at = _name(packed, at)
        length, at = _varint(packed, at)
        parts[name] = unpack(packed[at : at + length])
        at += length
    return parts


def pack_sums(sums: Mapping[str, float]) -> bytes:
    """Named sums as bytes."""
    return b"".join(_named(name) + _DOUBLE.pack(value) for name, value in sums.items())


def unpack_sums(packed: bytes) -> dict[str, float]:
    """The named sums that `pack_sums` made bytes of."""
    return dict(_sums(packed))


def _sums(packed: bytes) -> Iterator[tuple[str, float]]:
    at = 0
    while at < len(packed):
        name, at = _name(packed, at)
        yield name, _DOUBLE.unpack_from(packed, at)[0]
        at += _DOUBLE.size


def pack_ages(parts: Mapping[int, tuple[int, bytes, bytes]]) -> bytes:
    """Parts of an outcome by rung: each its rows, packed sums and packed cells."""
    return b"".join(
        bytes([rung]) + _as_varint(rows) + _as_varint(len(sums)) + sums + _as_varint(len(cells)) + cells
        for rung, (rows, sums, cells) in parts.items()
    )


def unpack_ages(packed: bytes) -> dict[int, tuple[int, bytes, bytes]]:
    """The parts that `pack_ages` made bytes of."""
    parts, at = {}, 0
    while at < len(packed):
        rung, at = packed[at], at + 1
        rows, at = _varint(packed, at)
        sums, at = _bytes(packed, at)
        cells, at = _bytes(packed, at)
        parts[rung] = rows, sums, cells
    return parts


def _bytes(packed: bytes, at: int) -> tuple[bytes, int]:
    length, at = _varint(packed, at)
    return packed[at : at + length], at + length


def _widths(most: Ints) -> Ints:
    """Place in _WIDTHS of the narrowest width for each of some greatest values."""
    return np.searchsorted(np.array([2**8, 2**16, 2**32]), most, side="right")


def _in_widths(values: Ints, widths: Ints) -> Mapping[int, bytes]:
    """All values as bytes, once in each width that is needed."""
    return {width: values.astype(_WIDTHS[width]).tobytes() for width in set(widths.tolist())}


@lru_cache(maxsize=4_096)
def _head(widths: int, start: int) -> bytes:
    return bytes([widths]) + _as_varint(start << 1 if start >= 0 else (-start << 1) - 1)


@lru_cache(maxsize=4_096)
def _as_varint(value: int) -> bytes:
    """A whole number from 0 on, seven bits a byte, the lowest first."""
    out: list[int] = []
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _varint(packed: bytes, at: int) -> tuple[int, int]:
    """The number that begins at a place, and where it ends."""
    value = shift = 0
    while packed[at] > 0x7F:
        value |= (packed[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | packed[at] << shift, at + 1


@lru_cache(maxsize=4_096)
def _named(name: str) -> bytes:
    if name in _NAMES:
        return bytes([_NAMES.index(name)])
    spelt = name.encode()
    return bytes([_SPELT]) + _as_varint(len(spelt)) + spelt


def _name(packed: bytes, at: int) -> tuple[str, int]:
    if packed[at] != _SPELT:
        return _NAMES[packed[at]], at + 1
    length, at = _varint(packed, at + 1)
    return packed[at : at + length].decode(), at + length
