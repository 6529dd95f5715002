"""A sample of the reference set for its twin: few rows of all its days, the same ones whenever it is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.drawn import Ranks, scrambled
from bellbuoy.profiles.records import nowhere
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.windows import MICRO

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_DAY = 86_400 * MICRO
_WEEK = 7 * _DAY
#: Rows kept, and cells: of many columns there are fewer rows.
_ROWS, _CELLS = 60_000, 4_000_000
#: Blocks of time that a reference set is split into at least, to be of one half and of the other by turns.
_BLOCKS = 4


@dataclass(slots=True)
class Sample:
    """A sample under way: `add` batches in the order of the source. Rows are taken by a hash of their place in it."""

    columns: tuple[str, ...]
    most: int = 0  #: rows kept; 0: as many as their columns allow
    rows: int = 0  #: rows that took part
    _limit: np.uint64 = field(default_factory=lambda: np.uint64(2**64 - 1))
    _kept: list[tuple[Ranks, Rows]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.most = self.most or min(_ROWS, _CELLS // max(1, len(self.columns)))

    def add(self, rows: Rows) -> None:
        """Let a batch take part."""
        ranks = scrambled(np.arange(self.rows, self.rows + rows.count, dtype=np.uint64))
        self.rows += rows.count
        own = Rows(rows.count, {name: rows.columns[name] for name in self.columns if name in rows.columns})
        self._kept.append(_below(ranks, own, self._limit))
        if sum(len(some) for some, _ in self._kept) > 2 * self.most:
            self._trim()

    def taken(self) -> Rows:
        """The sample, in random order."""
        self._trim()
        ranks = np.concatenate([some for some, _ in self._kept]) if self._kept else np.empty(0, np.uint64)
        order = np.argsort(ranks)
        names = self._kept[0][1].columns if self._kept else ()
        columns = {name: _joined([rows.columns[name] for _, rows in self._kept], order) for name in names}
        return Rows(len(order), columns)

    def _trim(self) -> None:
        every = np.concatenate([some for some, _ in self._kept]) if self._kept else np.empty(0, np.uint64)
        if len(every) > self.most:
            self._limit = np.partition(every, self.most)[self.most]
            self._kept = [_below(ranks, rows, self._limit) for ranks, rows in self._kept]


def halves(time: Moments) -> Ints:
    """Which half, 0 or 1, each row is of: weeks by turns, or days, or what there is; those without a time by turns too.

    Rows of one hour know each other. What is learnt from one half is tried on the other, so they must lie apart.
    """
    out = np.arange(len(time.micro), dtype=np.int64) % 2
    known = ~nowhere(time)
    micro = time.micro[known]
    if len(micro):
        span = int(micro.max() - micro.min()) + 1
        width = next((one for one in (_WEEK, _DAY) if span >= _BLOCKS * one), -(-span // (2 * _BLOCKS)))
        out[known] = (micro - micro.min() // _DAY * _DAY) // width % 2
    return out


def _below(ranks: Ranks, rows: Rows, limit: np.uint64) -> tuple[Ranks, Rows]:
    kept = ranks < limit
    return (ranks, rows) if kept.all() else (ranks[kept], rows.take(kept))


def _joined(parts: Sequence[Column], order: Ints) -> Column:
    """Parts of a column one after the other, then in another order."""
    names = [part for part in parts if isinstance(part, Categories)]
    moments = [part for part in parts if isinstance(part, Moments)]
    numbers = [part for part in parts if isinstance(part, Numbers)]
    if names:
        ends = np.cumsum([0, *(len(part.names) for part in names)]).tolist()
        shifted = [np.where(part.codes < 0, -1, part.codes + end) for part, end in zip(names, ends, strict=False)]
        every = tuple(name for part in names for name in part.names)
        return Categories(np.concatenate(shifted)[order].astype(np.int32), every)
    if moments:
        null = np.concatenate([_null(part.null, len(part.micro)) for part in moments])
        return Moments(np.concatenate([part.micro for part in moments])[order], null[order])
    null = np.concatenate([_null(part.null, len(part.values)) for part in numbers])
    return Numbers(np.concatenate([part.values for part in numbers])[order], null[order])


def _null(null: Bools | None, rows: int) -> Bools:
    return np.zeros(rows, np.bool_) if null is None else null
