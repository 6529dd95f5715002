"""Blocks: the profiles of many groups of one column, held part by part in arrays, so that a thousand add up at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import TOP, CategoryProfile, Cells, NumericProfile, Profile, united
from bellbuoy.profiles.spread import Spread, gathered

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numeric profiles of many groups."""

    counts: Ints  #: 6 × groups: rows, nulls, nans, plus and minus infinities, zeros
    floats: Floats  #: 4 × groups: total, squares, low, high
    scales: Ints  #: of each group's cells
    cells: Spread

    def profile(self, group: int) -> NumericProfile:
        """The profile of one group."""
        rows, nulls, nans, plus, minus, zeros = self.counts[:, group].tolist()
        total, squares, low, high = self.floats[:, group].tolist()
        scale, cells = int(self.scales[group]), self.cells.cells(group)
        return NumericProfile(rows, nulls, nans, plus, minus, zeros, total, squares, low, high, scale, cells)

    def cut(self, part: slice) -> Self:
        """A run of groups."""
        cells = self.cells.cut(part)
        return replace(
            self, counts=self.counts[:, part], floats=self.floats[:, part], scales=self.scales[part], cells=cells
        )

    @classmethod
    def of(cls, profiles: Sequence[NumericProfile]) -> Self:
        """A block of profiles, in their order."""
        counts = [(p.rows, p.nulls, p.nans, p.plus_infinities, p.minus_infinities, p.zeros) for p in profiles]
        floats = [(p.total, p.squares, p.low, p.high) for p in profiles]
        return cls(
            np.array(counts, np.int64).reshape(-1, 6).T,
            np.array(floats, np.float64).reshape(-1, 4).T,
            np.array([p.scale for p in profiles], np.int64),
            Spread.of([p.cells for p in profiles]),
        )

    @classmethod
    def merged(cls, blocks: Sequence[Self], to: Ints, count: int) -> Self:
        """Profiles added up: `to` says into which of `count` groups each one goes, block after block; none is empty."""
        order = np.argsort(to, kind="stable")
        first = np.searchsorted(to[order], np.arange(count))
        counts = np.concatenate([block.counts for block in blocks], axis=1)[:, order]
        floats = np.concatenate([block.floats for block in blocks], axis=1)[:, order]
        every = np.concatenate([block.scales for block in blocks])
        scales = np.minimum.reduceat(every[order], first)
        spreads = [block.cells for block in blocks]
        codes, of = np.concatenate([part.codes for part in spreads]), _targets(spreads, to)
        if (every != buckets.SCALE).any():
            codes = buckets.coarsen(codes, _targets(spreads, every) - scales[of])
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.add.reduceat(floats[:2], first, axis=1)
        low, high = np.fmin.reduceat(floats[2], first), np.fmax.reduceat(floats[3], first)
        cells = gathered(codes, of, np.concatenate([part.counts for part in spreads]), count)
        return cls(np.add.reduceat(counts, first, axis=1), np.stack([*sums, low, high]), scales, cells)


@dataclass(frozen=True, slots=True)
class NameBlock:
    """Category profiles of many groups; cells hold places in `names`."""

    counts: Ints  #: 3 × groups: rows, nulls, other
    sketches: tuple[bytes, ...]
    cells: Spread
    names: tuple[str, ...]

    def profile(self, group: int) -> CategoryProfile:
        """The profile of one group."""
        rows, nulls, other = self.counts[:, group].tolist()
        cells = self.cells.cells(group)
        names = (self.names[code] for code in cells.codes.tolist())
        counts = dict(zip(names, cells.counts.tolist(), strict=True))
        return CategoryProfile(rows, nulls, counts, other, self.sketches[group]).folded()

    def cut(self, part: slice) -> Self:
        """A run of groups."""
        return replace(self, counts=self.counts[:, part], sketches=self.sketches[part], cells=self.cells.cut(part))

    @classmethod
    def of(cls, profiles: Sequence[CategoryProfile]) -> Self:
        """A block of profiles, in their order."""
        places: dict[str, int] = {}
        cells = []
        for profile in profiles:
            coded = sorted((places.setdefault(name, len(places)), count) for name, count in profile.counts.items())
            table = np.array(coded, np.int64).reshape(-1, 2)
            cells.append(Cells(table[:, 0], table[:, 1]))
        counts = np.array([(p.rows, p.nulls, p.other) for p in profiles], np.int64).reshape(-1, 3).T
        return cls(counts, tuple(p.sketch for p in profiles), Spread.of(cells), tuple(places))

    @classmethod
    def merged(cls, blocks: Sequence[Self], to: Ints, count: int) -> Self:
        """Profiles added up, as `NumberBlock.merged`; at most TOP names stay in each."""
        order = np.argsort(to, kind="stable")
        first = np.searchsorted(to[order], np.arange(count))
        counts = np.concatenate([block.counts for block in blocks], axis=1)[:, order]
        codes, names = _one_vocabulary(blocks)
        spreads = [block.cells for block in blocks]
        cells = gathered(codes, _targets(spreads, to), np.concatenate([part.counts for part in spreads]), count)
        sketches = [b""] * count
        for target, sketch in zip(to.tolist(), (sketch for block in blocks for sketch in block.sketches), strict=True):
            if sketch:
                sketches[target] = united(sketches[target], sketch)
        return cls(np.add.reduceat(counts, first, axis=1), tuple(sketches), cells, names).folded()

    def folded(self) -> Self:
        """With at most TOP names in each group (`CategoryProfile.folded`)."""
        fat = np.flatnonzero(self.cells.sizes > TOP).tolist()
        if not fat:
            return self
        counts, sketches, kept = self.counts.copy(), list(self.sketches), np.ones(len(self.cells.codes), np.bool_)
        for group in fat:
            thin = self.profile(group)
            part = slice(self.cells.place[group], self.cells.place[group + 1])
            kept[part] = [self.names[code] in thin.counts for code in self.cells.codes[part].tolist()]
            counts[2, group], sketches[group] = thin.other, thin.sketch
        return replace(self, counts=counts, sketches=tuple(sketches), cells=self.cells.kept(kept))


Block = NumberBlock | NameBlock


def block_of(profiles: Sequence[Profile]) -> Block:
    """A block of profiles of one kind."""
    numeric = [profile for profile in profiles if isinstance(profile, NumericProfile)]
    named = [profile for profile in profiles if isinstance(profile, CategoryProfile)]
    assert not (numeric and named), "profiles of two kinds are added one by one"
    return NumberBlock.of(numeric) if numeric else NameBlock.of(named)


def merged(blocks: Sequence[Block], to: Ints, count: int) -> Block:
    """Blocks of one kind added up, as `NumberBlock.merged` says."""
    numeric = [block for block in blocks if isinstance(block, NumberBlock)]
    named = [block for block in blocks if isinstance(block, NameBlock)]
    assert not (numeric and named), "profiles of two kinds are added one by one"
    return NumberBlock.merged(numeric, to, count) if numeric else NameBlock.merged(named, to, count)


def _targets(spreads: Iterable[Spread], to: Ints) -> Ints:
    """For each cell of all groups what `to` says of its group."""
    return np.repeat(to, np.concatenate([part.sizes for part in spreads]))


def _one_vocabulary(blocks: Sequence[NameBlock]) -> tuple[Ints, tuple[str, ...]]:
    """Codes of all cells, one after the other, into names without repeats."""
    if len({block.names for block in blocks}) == 1:
        return np.concatenate([block.cells.codes for block in blocks]), blocks[0].names
    places: dict[str, int] = {}
    codes = []
    for block in blocks:
        place = np.array([places.setdefault(name, len(places)) for name in block.names], np.int64)
        codes.append(place[block.cells.codes] if len(place) else block.cells.codes)
    return np.concatenate(codes), tuple(places)
