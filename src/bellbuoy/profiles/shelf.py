"""How profiles and outcomes are kept: counts packed into bytes, names as codes. The only place that knows the layout.

Cells are packed as one byte for the widths, the number of cells and the first code (8 bytes each), then the steps from
code to code and the counts, each in the smallest unsigned width that fits: about two bytes a cell in practice.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.blocks import NameBlock
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.spread import Spread
from bellbuoy.store.port import OutcomeRow, ProfileRow

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_WIDTHS: tuple[np.dtype[np.unsignedinteger], ...] = tuple(map(np.dtype, ("<u1", "<u2", "<u4", "<u8")))
_HEAD = struct.Struct("<BIq")


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
        head = _HEAD.pack(w * 4 + d, end - begin, start)
        wider, deeper = 1 << w, 1 << d
        out[group] = (
            head + as_steps[w][(begin + 1) * wider : end * wider] + as_counts[d][begin * deeper : end * deeper]
        )
    return out


def unpack(packed: bytes) -> Cells:
    """The cells that `pack` made bytes of."""
    if not packed:
        return Cells()
    widths, size, first = _HEAD.unpack_from(packed)
    wide, deep = _WIDTHS[widths // 4], _WIDTHS[widths % 4]
    codes = np.empty(size, np.int64)
    codes[0] = first
    codes[1:] = np.frombuffer(packed, wide, size - 1, _HEAD.size)
    counts = np.frombuffer(packed, deep, size, _HEAD.size + wide.itemsize * (size - 1))
    return Cells(np.cumsum(codes), counts.astype(np.int64))


def keep_profile(start: int, profile: Profile, code: Callable[[str], int]) -> ProfileRow:
    """A profile as a row; `code` gives the code of a category's name."""
    return keep_sheet(Sheet.of({start: profile}), code)[0]


def keep_sheet(sheet: Sheet, code: Callable[[str], int]) -> list[ProfileRow]:
    """The profiles of a sheet as rows, in order of time."""
    starts, block = sheet.starts.tolist(), sheet.block
    if isinstance(block, NameBlock):
        rows, nulls, other = block.counts.tolist()
        cells = pack_all(_recoded(block, code))
        nothing, zero = repeat(None), repeat(0)
        numbers = (zero, zero, zero, zero, nothing, nothing, nothing, nothing, zero)
        return list(map(ProfileRow, starts, repeat("category"), rows, nulls, *numbers, other, block.sketches, cells))
    some = block.counts[0] > block.counts[1:5].sum(axis=0)
    floats = [_known(values, some) for values in block.floats]
    counts, scales, cells = block.counts.tolist(), block.scales.tolist(), pack_all(block.cells)
    return list(
        map(ProfileRow, starts, repeat("number"), *counts, *floats, scales, repeat(0), repeat(b""), cells)
    )


def take_sheet(rows: Sequence[ProfileRow], names: Mapping[int, str]) -> Sheet:
    """The profiles that rows of one kind keep."""
    return Sheet.of({row.start: take_profile(row, names) for row in rows})


def take_profile(row: ProfileRow, names: Mapping[int, str]) -> Profile:
    """The profile that a row keeps."""
    cells = unpack(row.cells)
    if row.kind == "category":
        counts = {names[code]: count for code, count in zip(cells.codes.tolist(), cells.counts.tolist(), strict=True)}
        return CategoryProfile(row.rows, row.nulls, counts, row.other, row.sketch)
    some = len(cells.codes) > 0
    return NumericProfile(
        row.rows,
        row.nulls,
        row.nans,
        row.plus_infinities,
        row.minus_infinities,
        row.zeros,
        # A sum that was kept as nothing although there were values had left the range of doubles.
        _number(row.total, math.inf if some else 0.0),
        _number(row.squares, math.inf if some else 0.0),
        _number(row.low, math.nan),
        _number(row.high, math.nan),
        row.scale,
        cells,
    )


def keep_outcome(start: int, outcome: Outcome) -> OutcomeRow:
    """An outcome as a row: its named cells one after the other behind a line of JSON that says their lengths."""
    packed = {name: pack(cells) for name, cells in outcome.cells.items()}
    head = json.dumps({name: len(part) for name, part in packed.items()}, separators=(",", ":")).encode()
    # JSON has no infinities: a sum that left the range of doubles is kept as nothing.
    sums = {name: value if math.isfinite(value) else None for name, value in outcome.sums.items()}
    return OutcomeRow(start, outcome.rows, sums, head + b"\n" + b"".join(packed.values()))


def take_outcome(row: OutcomeRow) -> Outcome:
    """The outcome that a row keeps."""
    head, _, body = row.cells.partition(b"\n")
    cells, at = {}, 0
    for name, length in json.loads(head or b"{}").items():
        cells[name] = unpack(body[at : at + length])
        at += length
    return Outcome(row.rows, cells, {name: _number(value, math.inf) for name, value in row.sums.items()})


def _widths(most: Ints) -> Ints:
    """Place in _WIDTHS of the narrowest width for each of some greatest values."""
    return np.searchsorted(np.array([2**8, 2**16, 2**32]), most, side="right")


def _in_widths(values: Ints, widths: Ints) -> dict[int, bytes]:
    """All values as bytes, once in each width that is needed."""
    return {width: values.astype(_WIDTHS[width]).tobytes() for width in set(widths.tolist())}


def _recoded(block: NameBlock, code: Callable[[str], int]) -> Spread:
    """Cells of names by their lasting codes instead of their places in the block."""
    used = np.unique(block.cells.codes)
    codes = np.array([code(block.names[place]) for place in used.tolist()], np.int64)
    lasting = codes[np.searchsorted(used, block.cells.codes)] if len(used) else used
    of = np.repeat(np.arange(len(block.cells.sizes)), block.cells.sizes)
    order = np.lexsort((lasting, of))
    return Spread(lasting[order], block.cells.counts[order], block.cells.place)


def _known(values: Floats, some: NDArray[np.bool_]) -> list[float | None]:
    there = some & np.isfinite(values)
    return [value if known else None for value, known in zip(values.tolist(), there.tolist(), strict=True)]


def _number(value: float | None, absent: float) -> float:
    return absent if value is None else value
