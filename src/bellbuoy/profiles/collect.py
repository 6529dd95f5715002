"""Rows become counts: each batch is counted densely, by window and version, and once more by each segment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.blocks import Block, NameBlock, NumberBlock, merged
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile, short_name
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.spread import Groups, ascending, dense, in_order, spread, spread_numbers
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_T = TypeVar("_T", bound=np.generic)

#: The largest size whose memory the C library can learn to keep is 32 MiB.
_KEPT = 31 * 2**20
#: Cells held in memory before they are added to what stands (16 bytes each).
HELD = 8_000_000
#: What is counted beside columns.
ROWS, NULLS, OUTCOME, DELAY, ARRIVALS, PROMISE = "#rows", "#nulls", "#outcome", "#delay", "#labels", "#promise"
#: How long rows took to reach the log, by the window in which they did (`profiles/lag.py`).
LAG = "#lag"
#: Distances between logged scores and those of the same rows scored again.
REPLAY = "#replay"
#: How far rows lie beside what the reference set says of a column, before the column's name.
TWIN = "#twin:"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to count of a model's rows."""

    grain: Grain
    time: str
    columns: tuple[str, ...]  #: inputs and outputs, profiled for all rows
    outputs: tuple[str, ...] = ()  #: profiled by segment as well
    version: str | None = None
    segments: tuple[str, ...] = ()  #: each alone
    cursor: str | None = None
    host: str | None = None  #: which segment is the serving host


@dataclass(frozen=True)
class Slots:
    """Where the rows of a batch are counted: a group for each (window, version, segment value) that occurs."""

    groups: Groups
    order: Ints | None  #: how rows are sorted into groups; None when they come so
    starts: Ints
    versions: tuple[str, ...]
    segments: tuple[str, ...]

    @cached_property
    def lines(self) -> tuple[list[tuple[str, str]], Ints]:
        """The version and segment value of each line that occurs, and for each group the place of its own."""
        places: dict[tuple[str, str], int] = {}
        lines = zip(self.versions, self.segments, strict=True)
        of = [places.setdefault(line, len(places)) for line in lines]
        return list(places), np.array(of, np.int64)

    def sorted(self, values: NDArray[_T]) -> NDArray[_T]:
        """Values of the rows in the order of the groups."""
        return values if self.order is None else values[self.order]


def slots(starts: Ints, width: int, version: Named, segment: Named) -> Slots:
    """Group rows by window (its start and width in seconds), version and segment value."""
    shift = int(starts[0]) % width if len(starts) else 0
    # Windows are numbered by their width: neighbours, not thousands of seconds apart, and so in small tables.
    group, (number, by_version, by_segment) = dense(starts // width, version.codes, segment.codes)
    start = number * width + shift
    order = None if ascending(group) else in_order(group)
    return Slots(
        Groups(group if order is None else group[order], len(start)),
        order,
        start,
        tuple(version.names[code] for code in by_version.tolist()),
        tuple(segment.names[code] for code in by_segment.tolist()),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A name per row: codes into names without repeats."""

    codes: Ints
    names: tuple[str, ...]

    @classmethod
    def of(cls, column: Column | None, rows: int) -> Named:
        """Names of a column; no column, and null, are the empty name. Numbers are named as people write them."""
        if column is None:
            return cls(np.zeros(rows, np.int64), ("",))
        if isinstance(column, Categories):
            return cls._mapped(column.codes.astype(np.int64), column.names)
        if isinstance(column, Moments):
            column = Numbers(column.micro.astype(np.float64), column.null)
        null = np.isnan(column.values) if column.null is None else column.null | np.isnan(column.values)
        distinct, codes = np.unique(column.values, return_inverse=True)
        return cls._mapped(np.where(null, -1, codes), tuple(f"{value:.12g}" for value in distinct.tolist()))

    @classmethod
    def _mapped(cls, codes: Ints, names: Sequence[str]) -> Named:
        known: dict[str, int] = {"": 0}
        place = np.array([0, *(known.setdefault(short_name(name), len(known)) for name in names)], dtype=np.int64)
        return cls(place[codes + 1], tuple(known))


def count_numbers(values: NDArray[np.float64], null: Bools | None, groups: Groups) -> NumberBlock:
    """Count a numeric column; rows are in the order of the groups."""
    counts = np.zeros((6, groups.count), np.int64)
    counts[0] = groups.sizes
    inside = groups
    if null is not None and null.any():
        counts[1] = groups.tally(null)
        there = ~null
        values, inside = values[there], groups.only(there, counts[1])
    finite = np.isfinite(values)
    if not finite.all():
        kinds = (np.isnan(values), values == math.inf, values == -math.inf)
        counts[2:5] = [inside.tally(kind) for kind in kinds]
        values, inside = values[finite], inside.only(finite, counts[2:5].sum(axis=0))
    with np.errstate(over="ignore"):
        floats = np.stack([inside.sums(values), inside.sums(values * values), *inside.extremes(values)])
    cells = spread_numbers(values, inside)
    counts[5] = cells.count_of(0)
    return NumberBlock(counts, floats, np.full(groups.count, buckets.SCALE), cells)


def count_names(column: Named, groups: Groups) -> NameBlock:
    """Count a categorical column; rows are in the order of the groups, and the empty name is null."""
    cells = spread(column.codes, groups)
    counts = np.zeros((3, groups.count), np.int64)
    counts[:2] = groups.sizes, cells.count_of(0)
    return NameBlock(counts, (b"",) * groups.count, cells.kept(cells.codes > 0), column.names)


@dataclass(slots=True)
class Tally:
    """Counts under way. `add` batches in any order; `drain` gives what was counted and starts again."""

    plan: Plan
    size: int = 0  #: cells held, so that the caller knows when to drain
    _blocks: dict[tuple[str, str], list[tuple[Slots, Block]]] = field(default_factory=dict)
    _last: tuple[Ints, Column | None, Slots] | None = None  #: the rows of a batch come to be flagged and to be counted

    def __post_init__(self) -> None:
        # Freed at once and never touched: the C library's allocator learns from it to keep arrays of this size for
        # itself instead of giving each one's pages back, which costs more than the counting does.
        np.empty(_KEPT, np.uint8)

    def add(self, rows: Rows, starts: Ints) -> None:
        """Count one batch: `starts` are the rows' windows."""
        by_version = rows.columns.get(self.plan.version or "")
        whole = self._whole(starts, by_version)
        for name in self.plan.columns:
            self._keep(name, "", whole, _block(rows, name, whole, self.plan))
        version = Named.of(by_version, rows.count)
        for by in self.plan.segments:
            part = slots(starts, self.plan.grain.seconds, version, Named.of(rows.columns.get(by), rows.count))
            for name in self.plan.outputs:
                self._keep(name, by, part, _block(rows, name, part, self.plan))
            self._keep(NULLS, by, part, _flags(_null_flags(rows, self.plan.columns), rows.count, part))

    def flag(self, column: str, starts: Ints, version: Column | None, flags: Mapping[str, Bools]) -> None:
        """Count how many rows there are and how many of them are something: duplicates, in the future, without id."""
        where = self._whole(starts, version)
        self._keep(column, "", where, _flags(flags, len(starts), where))

    def put(self, column: str, starts: Ints, version: Column | None, numbers: Numbers) -> None:
        """Count numbers that say something of rows and are no column of theirs."""
        where = self._whole(starts, version)
        null = None if numbers.null is None else where.sorted(numbers.null)
        self._keep(column, "", where, count_numbers(where.sorted(numbers.values), null, where.groups))

    def _whole(self, starts: Ints, version: Column | None) -> Slots:
        """Where rows are counted by window and version."""
        if self._last is None or self._last[0] is not starts or self._last[1] is not version:
            rows = len(starts)
            made = slots(
                starts, self.plan.grain.seconds, Named.of(version, rows), Named(np.zeros(rows, np.int64), ("",))
            )
            self._last = starts, version, made
        return self._last[2]

    def _keep(self, column: str, by: str, where: Slots, block: Block) -> None:
        self._blocks.setdefault((column, by), []).append((where, block))
        self.size += len(block.cells.codes)

    def drain(self) -> Iterator[tuple[Series, Sheet]]:
        """Each series with its profiles by window start; the tally is empty afterwards."""
        blocks, self._blocks, self.size = self._blocks, {}, 0
        for (column, by), parts in blocks.items():
            for (version, segment), sheet in _sheets(parts):
                yield Series(self.plan.grain.value, column, version, by, segment), sheet

    def wholes(self) -> Iterator[tuple[Series, Profile]]:
        """Each series with the profile of all its windows together; the tally stays as it is."""
        for (column, by), parts in self._blocks.items():
            lines, of = _lines(parts)
            block = merged([block for _, block in parts], of, len(lines))
            for (version, segment), place in lines.items():
                yield Series(self.plan.grain.value, column, version, by, segment), block.profile(place)


def _lines(parts: Sequence[tuple[Slots, Block]]) -> tuple[dict[tuple[str, str], int], Ints]:
    """The places of all lines that occur, and that of each group's own, part after part."""
    lines: dict[tuple[str, str], int] = {}
    of = []
    for where, _ in parts:
        some, inner = where.lines
        of.append(np.array([lines.setdefault(line, len(lines)) for line in some], np.int64)[inner])
    return lines, np.concatenate(of)


def _sheets(parts: Sequence[tuple[Slots, Block]]) -> Iterator[tuple[tuple[str, str], Sheet]]:
    """What was counted of one column, added up by version and segment value."""
    lines, of = _lines(parts)
    starts = np.concatenate([where.starts for where, _ in parts])
    group, (line_of, start) = dense(of, starts)
    whole = merged([block for _, block in parts], group, len(start))
    edges = np.searchsorted(line_of, np.arange(len(lines) + 1))
    for line, place in lines.items():
        part = slice(int(edges[place]), int(edges[place + 1]))
        yield line, Sheet(start[part], whole.cut(part))


def add_profiles(a: Profile, b: Profile) -> Profile:
    """Both together; when a column changed its kind between them, the larger side stays and the other becomes nulls."""
    if isinstance(a, NumericProfile) and isinstance(b, NumericProfile):
        return a + b
    if isinstance(a, CategoryProfile) and isinstance(b, CategoryProfile):
        return a + b
    large, small = (a, b) if a.rows >= b.rows else (b, a)
    if isinstance(large, NumericProfile):
        return large + NumericProfile(rows=small.rows, nulls=small.rows)
    return large + CategoryProfile(rows=small.rows, nulls=small.rows)


def sub_profiles(a: Profile, b: Profile) -> Profile:
    """The first without the second, which was added to it before; one of another kind had been added as nulls."""
    if isinstance(a, NumericProfile):
        return a - (b if isinstance(b, NumericProfile) else NumericProfile(rows=b.rows, nulls=b.rows))
    return a - (b if isinstance(b, CategoryProfile) else CategoryProfile(rows=b.rows, nulls=b.rows))


def _block(rows: Rows, name: str, where: Slots, plan: Plan) -> Block:
    column = rows.columns[name]
    if isinstance(column, Categories):
        named = Named.of(column, rows.count)
        return count_names(Named(where.sorted(named.codes), named.names), where.groups)
    if isinstance(column, Moments):
        column = _age(column, rows.columns[plan.time])
    null = None if column.null is None else where.sorted(column.null)
    return count_numbers(where.sorted(column.values), null, where.groups)


def _age(column: Moments, time: Column) -> Numbers:
    """Seconds from a moment in a column to the row's own time: what freshness is read from."""
    assert isinstance(time, Moments)
    return Numbers((time.micro - column.micro) / MICRO, column.null)


def _flags(kinds: Mapping[str, Bools], rows: int, where: Slots) -> NameBlock:
    """Flags of rows as a category profile: its counts may overlap, its rows are all rows."""
    names = ("", *kinds)
    codes = [np.full(int(flag.sum()), place + 1, np.int64) for place, flag in enumerate(kinds.values())]
    of = [where.groups.of[where.sorted(flag)] for flag in kinds.values()]
    every = np.concatenate(of) if of else np.empty(0, np.int64)
    cells = spread(np.concatenate(codes) if codes else np.empty(0, np.int64), Groups(every, where.groups.count))
    assert rows == len(where.groups.of)
    counts = np.zeros((3, where.groups.count), np.int64)
    counts[0] = where.groups.sizes
    return NameBlock(counts, (b"",) * where.groups.count, cells, names)


def _null_flags(rows: Rows, columns: Sequence[str]) -> dict[str, Bools]:
    flags = {}
    for name in columns:
        column = rows.columns[name]
        null = column.codes < 0 if isinstance(column, Categories) else column.null
        if null is not None and null.any():
            flags[name] = null
    return flags
