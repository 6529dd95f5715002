"""Rows become counts: each batch is counted densely, by window and version, and once more by each segment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile, short_name
from bellbuoy.profiles.spread import Groups, Spread, dense, spread
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_T = TypeVar("_T", bound=np.generic)

#: What is counted beside columns.
ROWS, NULLS, OUTCOME, DELAY, ARRIVALS = "#rows", "#nulls", "#outcome", "#delay", "#labels"


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


@dataclass(frozen=True, slots=True)
class Slots:
    """Where the rows of a batch are counted: a group for each (window, version, segment value) that occurs."""

    groups: Groups
    order: Ints | None  #: how rows are sorted into groups; None when they come so
    starts: Ints
    versions: tuple[str, ...]
    segments: tuple[str, ...]

    def sorted(self, values: NDArray[_T]) -> NDArray[_T]:
        """Values of the rows in the order of the groups."""
        return values if self.order is None else values[self.order]


def slots(starts: Ints, version: Named, segment: Named) -> Slots:
    """Group rows by window, version and segment value."""
    group, (start, by_version, by_segment) = dense(starts, version.codes, segment.codes)
    order = None if _ascending(group) else np.argsort(group, kind="stable")
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


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numeric profiles of all groups of a batch, column by column of the profile."""

    counts: Ints  #: 6 × groups: rows, nulls, nans, plus and minus infinities, zeros
    floats: NDArray[np.float64]  #: 4 × groups: total, squares, low, high
    cells: Spread

    def profile(self, group: int) -> NumericProfile:
        """The profile of one group."""
        rows, nulls, nans, plus, minus, zeros = self.counts[:, group].tolist()
        total, squares, low, high = self.floats[:, group].tolist()
        cells = self.cells.cells(group)
        return NumericProfile(rows, nulls, nans, plus, minus, zeros, total, squares, low, high, buckets.SCALE, cells)


@dataclass(frozen=True, slots=True)
class NameBlock:
    """Category profiles of all groups of a batch."""

    rows: Ints
    nulls: Ints
    cells: Spread
    names: tuple[str, ...]

    def profile(self, group: int) -> CategoryProfile:
        """The profile of one group."""
        cells = self.cells.cells(group)
        names = (self.names[code] for code in cells.codes.tolist())
        counts = dict(zip(names, cells.counts.tolist(), strict=True))
        return CategoryProfile(int(self.rows[group]), int(self.nulls[group]), counts).folded()


Block = NumberBlock | NameBlock


def count_numbers(values: NDArray[np.float64], null: Bools | None, groups: Groups) -> NumberBlock:
    """Count a numeric column; rows are in the order of the groups."""
    finite = np.isfinite(values)
    rows = groups.rows()
    if null is None and finite.all():
        odd = np.zeros((4, groups.count), np.int64)
        kept, inside = values, groups
    else:
        there = ~null if null is not None else np.ones(len(values), np.bool_)
        kinds = (~there, there & np.isnan(values), there & (values == math.inf), there & (values == -math.inf))
        odd = np.stack([groups.take(kind).rows() for kind in kinds])
        kept, inside = values[finite & there], groups.take(finite & there)
    with np.errstate(over="ignore"):
        floats = np.stack([inside.sums(kept), inside.sums(kept * kept), *inside.extremes(kept)])
    counts = np.stack([rows, *odd, inside.take(kept == 0).rows()])
    return NumberBlock(counts, floats, spread(buckets.encode(kept), inside))


def count_names(column: Named, groups: Groups) -> NameBlock:
    """Count a categorical column; rows are in the order of the groups, and the empty name is null."""
    there = column.codes > 0
    inside = groups.take(there)
    rows = groups.rows()
    return NameBlock(rows, rows - inside.rows(), spread(column.codes[there], inside), column.names)


@dataclass(slots=True)
class Tally:
    """Counts under way. `add` batches in any order; `drain` gives what was counted and starts again."""

    plan: Plan
    size: int = 0  #: cells held, so that the caller knows when to drain
    _blocks: dict[tuple[str, str], list[tuple[Slots, Block]]] = field(default_factory=dict)

    def add(self, rows: Rows, starts: Ints) -> None:
        """Count one batch: `starts` are the rows' windows."""
        version = Named.of(rows.columns.get(self.plan.version or ""), rows.count)
        whole = slots(starts, version, Named(np.zeros(rows.count, np.int64), ("",)))
        for name in self.plan.columns:
            self._keep(name, "", whole, _block(rows, name, whole, self.plan))
        for by in self.plan.segments:
            part = slots(starts, version, Named.of(rows.columns.get(by), rows.count))
            for name in self.plan.outputs:
                self._keep(name, by, part, _block(rows, name, part, self.plan))
            self._keep(NULLS, by, part, _flags(_null_flags(rows, self.plan.columns), rows.count, part))

    def flag(self, column: str, starts: Ints, version: Column | None, flags: Mapping[str, Bools]) -> None:
        """Count how many rows there are and how many of them are something: duplicates, in the future, without id."""
        rows = len(starts)
        where = slots(starts, Named.of(version, rows), Named(np.zeros(rows, np.int64), ("",)))
        self._keep(column, "", where, _flags(flags, rows, where))

    def _keep(self, column: str, by: str, where: Slots, block: Block) -> None:
        self._blocks.setdefault((column, by), []).append((where, block))
        self.size += len(block.cells.codes)

    def drain(self) -> Iterator[tuple[Series, dict[int, Profile]]]:
        """Each series with its profiles by window start; the tally is empty afterwards."""
        blocks, self._blocks, self.size = self._blocks, {}, 0
        for (column, by), parts in blocks.items():
            lines: dict[tuple[str, str], dict[int, Profile]] = {}
            for where, block in parts:
                for group, start in enumerate(where.starts.tolist()):
                    line = lines.setdefault((where.versions[group], where.segments[group]), {})
                    line[start] = _added(line.get(start), block.profile(group))
            for (version, segment), line in lines.items():
                yield Series(self.plan.grain.value, column, version, by, segment), line


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


def _added(a: Profile | None, b: Profile) -> Profile:
    return b if a is None else add_profiles(a, b)


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
    return NameBlock(where.groups.rows(), np.zeros(where.groups.count, np.int64), cells, names)


def _null_flags(rows: Rows, columns: Sequence[str]) -> dict[str, Bools]:
    flags = {}
    for name in columns:
        column = rows.columns[name]
        null = column.codes < 0 if isinstance(column, Categories) else column.null
        if null is not None and null.any():
            flags[name] = null
    return flags


def _ascending(values: Ints) -> bool:
    return bool(np.all(values[1:] >= values[:-1]))
