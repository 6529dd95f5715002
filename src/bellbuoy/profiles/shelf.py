"""How profiles and outcomes are kept: as rows, counts packed into bytes, names as codes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.ages import Aged
from bellbuoy.profiles.blocks import NameBlock
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.packing import (
    pack_ages,
    pack_all,
    pack_parts_of,
    pack_sums,
    unpack,
    unpack_ages,
    unpack_parts,
    unpack_sums,
)
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.spread import Spread
from bellbuoy.store.port import CATEGORY, NUMBER, OutcomeRow, ProfileRow

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


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
        return list(map(ProfileRow, starts, repeat(CATEGORY), rows, nulls, *numbers, other, block.sketches, cells))
    some = block.counts[0] > block.counts[1:5].sum(axis=0)
    floats = [_known(values, some) for values in block.floats]
    counts, scales, cells = block.counts.tolist(), block.scales.tolist(), pack_all(block.cells)
    return list(map(ProfileRow, starts, repeat(NUMBER), *counts, *floats, scales, repeat(0), repeat(b""), cells))


def take_sheet(rows: Sequence[ProfileRow], names: Mapping[int, str]) -> Sheet:
    """The profiles that rows of one kind keep."""
    return Sheet.of({row.start: take_profile(row, names) for row in rows})


def take_profile(row: ProfileRow, names: Mapping[int, str]) -> Profile:
    """The profile that a row keeps."""
    cells = unpack(row.cells)
    if row.kind == CATEGORY:
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


def keep_outcome(start: int, outcome: Aged) -> OutcomeRow:
    """An outcome as a row."""
    return keep_outcomes({start: outcome})[0]


def keep_outcomes(outcomes: Mapping[int, Aged]) -> list[OutcomeRow]:
    """Outcomes by the start of their window as rows: all their cells are packed in one pass."""
    every = [part for outcome in outcomes.values() for part in outcome.parts.values()]
    cells = iter(pack_parts_of([part.cells for part in every]))
    return [_kept(start, outcome, cells) for start, outcome in outcomes.items()]


def _kept(start: int, outcome: Aged, cells: Iterator[bytes]) -> OutcomeRow:
    parts = outcome.parts.items()
    packed = {rung: (part.rows, pack_sums(part.sums), next(cells)) for rung, part in parts}
    return OutcomeRow(start, sum(part.rows for _, part in parts), pack_ages(packed))


def take_outcome(row: OutcomeRow) -> Aged:
    """The outcome that a row keeps."""
    return Aged({rung: _taken(part) for rung, part in unpack_ages(row.parts).items()})


def _taken(part: tuple[int, bytes, bytes]) -> Outcome:
    rows, sums, cells = part
    return Outcome(rows, unpack_parts(cells), unpack_sums(sums))


def grown_outcomes(rows: Mapping[int, OutcomeRow], parts: Mapping[int, Aged]) -> list[OutcomeRow]:
    """Outcomes by the start of their window with those added that `rows` keep, as rows; see `Aged.settled`.

    Only ages that something was added to are unpacked: of a window most are as they were.
    """
    known = {start: unpack_ages(rows[start].parts) if start in rows else {} for start in parts}
    grown = {
        start: {rung: _grown(known[start].get(rung), part) for rung, part in aged.parts.items()}
        for start, aged in parts.items()
    }
    if any(part.short for every in grown.values() for part in every.values()):
        whole = {start: take_outcome(rows[start]) + aged if start in rows else aged for start, aged in parts.items()}
        return keep_outcomes({start: aged.settled for start, aged in whole.items()})
    packed = iter(pack_parts_of([part.cells for every in grown.values() for part in every.values()]))
    for start, every in grown.items():
        known[start] |= {rung: (part.rows, pack_sums(part.sums), next(packed)) for rung, part in every.items()}
    return [_stacked(start, every) for start, every in known.items()]


def _grown(known: tuple[int, bytes, bytes] | None, part: Outcome) -> Outcome:
    return part if known is None else _taken(known) + part


def _stacked(start: int, parts: Mapping[int, tuple[int, bytes, bytes]]) -> OutcomeRow:
    """Packed parts as a row, without ages that no label is left at."""
    left = {rung: parts[rung] for rung in sorted(parts) if parts[rung][0] > 0}
    return OutcomeRow(start, sum(rows for rows, _, _ in left.values()), pack_ages(left))


def _recoded(block: NameBlock, code: Callable[[str], int]) -> Spread:
    """Cells of names by their lasting codes instead of their places in the block."""
    used = np.unique(block.cells.codes)
    codes = np.array([code(block.names[place]) for place in used.tolist()], np.int64)
    lasting = codes[np.searchsorted(used, block.cells.codes)] if len(used) else used
    if (codes[1:] > codes[:-1]).all():
        return replace(block.cells, codes=lasting)
    of = np.repeat(np.arange(len(block.cells.sizes)), block.cells.sizes)
    order = np.lexsort((lasting, of))
    return Spread(lasting[order], block.cells.counts[order], block.cells.place)


def _known(values: Floats, some: NDArray[np.bool_]) -> list[float | None]:
    there = some & np.isfinite(values)
    return [value if known else None for value, known in zip(values.tolist(), there.tolist(), strict=True)]


def _number(value: float | None, absent: float) -> float:
    return absent if value is None else value
