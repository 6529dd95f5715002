"""How profiles and outcomes are kept: counts packed into bytes, names as codes. The only place that knows the layout.

Cells are packed as one byte for the widths, the number of cells and the first code (8 bytes each), then the steps from
code to code and the counts, each in the smallest unsigned width that fits: about two bytes a cell in practice.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping

import numpy as np

from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile
from bellbuoy.store.port import OutcomeRow, ProfileRow

_WIDTHS: tuple[np.dtype[np.unsignedinteger], ...] = tuple(map(np.dtype, ("<u1", "<u2", "<u4", "<u8")))
_HEAD = struct.Struct("<BIq")


def pack(cells: Cells) -> bytes:
    """Cells as bytes; counts must be positive."""
    if not len(cells.codes):
        return b""
    steps = np.diff(cells.codes)
    wide, deep = _width(steps), _width(cells.counts)
    head = _HEAD.pack(wide * 4 + deep, len(cells.codes), int(cells.codes[0]))
    return head + steps.astype(_WIDTHS[wide]).tobytes() + cells.counts.astype(_WIDTHS[deep]).tobytes()


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
    if isinstance(profile, CategoryProfile):
        coded = sorted((code(name), count) for name, count in profile.counts.items())
        table = np.array(coded, np.int64).reshape(-1, 2)
        cells = pack(Cells(table[:, 0], table[:, 1]))
        return ProfileRow(
            start, "category", profile.rows, profile.nulls, other=profile.other, sketch=profile.sketch, cells=cells
        )
    some = profile.finite > 0
    return ProfileRow(
        start,
        "number",
        profile.rows,
        profile.nulls,
        profile.nans,
        profile.plus_infinities,
        profile.minus_infinities,
        profile.zeros,
        _finite(profile.total) if some else None,
        _finite(profile.squares) if some else None,
        _finite(profile.low),
        _finite(profile.high),
        profile.scale,
        cells=pack(profile.cells),
    )


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
    return OutcomeRow(start, outcome.rows, dict(outcome.sums), head + b"\n" + b"".join(packed.values()))


def take_outcome(row: OutcomeRow) -> Outcome:
    """The outcome that a row keeps."""
    head, _, body = row.cells.partition(b"\n")
    cells, at = {}, 0
    for name, length in json.loads(head or b"{}").items():
        cells[name] = unpack(body[at : at + length])
        at += length
    return Outcome(row.rows, cells, row.sums)


def _width(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> int:
    most = int(values.max()) if len(values) else 0
    return next(place for place, width in enumerate(_WIDTHS) if most < 2 ** (8 * width.itemsize))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _number(value: float | None, absent: float) -> float:
    return absent if value is None else value
