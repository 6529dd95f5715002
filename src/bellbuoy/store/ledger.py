"""The ledger: predictions kept slim until their labels come, and labels kept until their predictions do.

It is a set of immutable files per model and kind, each sorted by key, which the state vouches for: a cycle writes new
files first and commits their names with everything else, so a killed cycle leaves only files that nobody vouches for.
A look-up of n keys costs n binary searches a file, whatever the history holds; small files are merged as they come
(the log-structured merge idea of O'Neil et al. 1996), so their number grows with the logarithm of the rows up to
`LARGEST` and then with time, where old ones fall out of the horizon.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bellbuoy.store.port import LedgerPart

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
#: Rows of a ledger file: a numpy record per key, its fields the caller's, with `at` (microseconds) among them.
Records = NDArray[np.void]

#: A file of this many rows is merged no more: merging must fit in memory.
LARGEST = 2_000_000
#: Rows kept in memory before they are written: what a cycle brings is mostly one file.
_HELD = 500_000
#: Keys are dense where their range is at most so many times their number.
_DENSE = 16
#: How many files of about one size there may be before they are merged.
_FANOUT = 6
#: Fields of codes where 0 says that a column was empty; `UNLOGGED` says that nobody looked at it.
CODED = "by:"
UNLOGGED = -1


@dataclass(frozen=True, slots=True)
class Part:
    """One file, opened: keys ascending (equal keys in order of arrival), and a record for each."""

    row: LedgerPart
    keys: Keys
    records: Records
    gapless: bool = False  #: known to be so: each key is one more than the one before it

    def find(self, keys: Keys) -> Ints:
        """For each key the place of its last record here, −1 where there is none. Keys should be ascending."""
        if not len(self.keys) or not len(keys) or keys[-1] < self.keys[0] or keys[0] > self.keys[-1]:
            return np.full(len(keys), -1, np.int64)
        if self.gapless:
            place = (keys - self.keys[0]).astype(np.int64)
            return np.where((keys >= self.keys[0]) & (keys <= self.keys[-1]), place, -1)
        place = np.searchsorted(self.keys, keys, side="right") - 1
        return np.where((place >= 0) & (self.keys[place] == keys), place, -1)

    def among(self, keys: Keys) -> tuple[Ints, Ints]:
        """The places of all records here of some keys, each with the place of its key among them."""
        low, high = (np.searchsorted(self.keys, keys, side=side) for side in ("left", "right"))
        many = high - low
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        return np.repeat(np.arange(len(keys)), many), np.repeat(low, many) + within


class Ledger:
    """The files of one model and kind. What is added is written when `rows()` asks, and counts once committed."""

    def __init__(self, folder: Path, kind: str, rows: Iterable[LedgerPart], *, durable: bool = True) -> None:
        self.folder = folder
        self.kind = kind
        self._durable = durable
        self._parts = [self._opened(row) for row in rows]
        self._fresh: list[Part] = []  #: not on disk yet

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its files, oldest first."""
        return tuple(self._parts)

    def rows(self) -> list[LedgerPart]:
        """What the state must vouch for, oldest first; all of it is on disk then."""
        self._settle()
        return [part.row for part in self._parts]

    def append(self, keys: Keys, records: Records, until: int | None = None) -> None:
        """Take in new records; a key may come again, the later record wins. Many batches become one file.

        They are not forgotten before `until`, a moment, where that is later than their own.
        """
        if not len(keys):
            return
        newest = int(records["at"].max())
        last = newest if until is None else max(newest, until)
        self._fresh.append(self._made("", *_sorted(keys, records), last))
        if _total(self._fresh) >= _HELD:
            self._settle()
        elif len(self._fresh) >= _FANOUT:
            self._fresh = [self._made("", *_joined(self._fresh), _last(self._fresh))]

    def find(self, keys: Keys) -> tuple[NDArray[np.bool_], Records | None]:
        """Which keys are known, and the newest record of each one that is (in the order of the keys)."""
        parts = [*self._parts, *self._fresh]
        if not parts:
            return np.zeros(len(keys), np.bool_), None
        sorted_ = (keys[1:] >= keys[:-1]).all()
        order = np.arange(len(keys)) if sorted_ else order_of(keys)
        wanted = keys if sorted_ else keys.take(order)
        open_ = np.arange(len(wanted))
        known = np.zeros(len(keys), np.bool_)
        found: list[tuple[Ints, Records]] = []
        for part in reversed(parts):
            place = part.find(wanted[open_])
            hit = place >= 0
            if hit.any():
                found.append((order[open_[hit]], np.take(part.records, place[hit])))
                known[found[-1][0]] = True
                open_ = open_[~hit]
        return known, _in_order(found)

    def every(self, keys: Keys) -> tuple[Keys, Records | None]:
        """All records of some keys, which must ascend and be different: file by file, so those of one key as they came.

        Each record comes with its key, and no record at all is None.
        """
        found = [(part, *part.among(keys)) for part in [*self._parts, *self._fresh]]
        hits = [(part, of, place) for part, of, place in found if len(place)]
        if not hits:
            return np.empty(0, np.uint64), None
        of_each = np.concatenate([of for _, of, _ in hits])
        return keys[of_each], _stacked([np.take(part.records, place) for part, _, place in hits])

    def forget(self, before: int) -> int | None:
        """Let go of files whose newest moment is before a horizon (microseconds); None, or the newest that is gone.

        What is later than that is whole still. Files go when `sweep` is called after the commit.
        """
        gone = [part.row.last for part in self._parts if part.row.last < before]
        self._parts = [part for part in self._parts if part.row.last >= before]
        return max(gone, default=None)

    def sweep(self) -> None:
        """Delete files that the state does not vouch for. Call it right after a commit, or before the first write."""
        known = {part.row.name for part in self._parts}
        for path in self.folder.glob(f"{self.kind}-*.npy"):
            if path.name.removesuffix(".npy").removesuffix(".keys").removesuffix(".rows") not in known:
                path.unlink(missing_ok=True)

    def _opened(self, row: LedgerPart) -> Part:
        keys = np.load(self.folder / f"{row.name}.keys.npy", mmap_mode="r")
        return Part(row, keys, np.load(self.folder / f"{row.name}.rows.npy", mmap_mode="r"))

    def _settle(self) -> None:
        """Write what is in memory as one file, and merge files of about one size where they became many."""
        if not self._fresh:
            return
        self._parts.append(self._written(*_joined(self._fresh), _last(self._fresh)))
        self._fresh = []
        for run in _runs(self._parts):
            place = self._parts.index(run[0])
            self._parts[place : place + len(run)] = [self._written(*_joined(run), _last(run))]

    def _written(self, keys: Keys, records: Records, last: int) -> Part:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.kind}-{next(_free(self.folder, self.kind)):08d}"
        save = _save if self._durable else np.save
        save(self.folder / f"{name}.keys.npy", keys)
        save(self.folder / f"{name}.rows.npy", records)
        made = self._made(name, keys, records, last)
        return replace(self._opened(made.row), gapless=made.gapless)

    def _made(self, name: str, keys: Keys, records: Records, last: int) -> Part:
        row = LedgerPart(self.kind, name, len(keys), int(records["at"].min()), last)
        return Part(row, keys, records, gapless=bool((np.diff(keys) == 1).all()))


def _joined(parts: Sequence[Part]) -> tuple[Keys, Records]:
    keys = np.concatenate([part.keys for part in parts])
    return _sorted(keys, _stacked([part.records for part in parts]))


def _sorted(keys: Keys, records: Records) -> tuple[Keys, Records]:
    """Both by key, equal keys in the order of arrival; ids that are handed out in turn come sorted."""
    if (keys[1:] >= keys[:-1]).all():
        return keys, records
    order = order_of(keys)
    return keys.take(order), records.take(order)


def order_of(keys: Keys) -> Ints:
    """The order that sorts keys, equal ones as they come. Ids that were handed out in turn are sorted by counting.

    Take records by it with `take`: numpy's square brackets cost ten times as much for them.
    """
    low = keys.min() if len(keys) else np.uint64(0)
    span = int(keys.max() - low) + 1 if len(keys) else 0
    if span <= _DENSE * len(keys):
        place = np.zeros(span, np.int32)
        place[(keys - low).astype(np.int64)] = np.arange(1, len(keys) + 1, dtype=np.int32)
        order = place[np.flatnonzero(place)].astype(np.int64) - 1
        if len(order) == len(keys):  # else a key came twice, and the counting lost the first
            return order
    return np.argsort(keys, kind="stable")


def _free(folder: Path, kind: str) -> Iterator[int]:
    numbers = [int(path.name.removeprefix(f"{kind}-").split(".")[0]) for path in folder.glob(f"{kind}-*.keys.npy")]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield number


def _save(path: Path, array: NDArray[np.generic]) -> None:
    """Write an array so that it survives a power cut before a commit names it."""
    with path.open("wb") as file:
        np.save(file, array)
        file.flush()
        os.fsync(file.fileno())


def _runs(parts: list[Part]) -> list[list[Part]]:
    """Neighbouring files of one size class that are many enough to merge; at most one run, the newest."""
    run: list[Part] = []
    for part in reversed(parts):
        if run and (part.row.rows > 4 * sum(other.row.rows for other in run) or _total([*run, part]) > LARGEST):
            break
        run.append(part)
    return [run[::-1]] if len(run) >= _FANOUT else []


def _total(parts: Iterable[Part]) -> int:
    return sum(part.row.rows for part in parts)


def _last(parts: Iterable[Part]) -> int:
    return max(part.row.last for part in parts)


def picked(records: Records, kept: NDArray[np.bool_]) -> Records:
    """The records that are true."""
    return records if kept.all() else records.take(np.flatnonzero(kept))


def fitted(records: Records, layout: np.dtype[np.void]) -> Records:
    """Records as another layout has them: a field that they lack is NaN, or 0 where it is no float.

    One that is `CODED` is `UNLOGGED`.
    """
    if records.dtype == layout:
        return records
    out = np.zeros(len(records), layout)
    for name in layout.names or ():
        if name in (records.dtype.names or ()):
            out[name] = records[name]
        elif layout[name].kind == "f":
            out[name] = np.nan
        elif name.startswith(CODED):
            out[name] = UNLOGGED
    return out


def _stacked(arrays: list[Records]) -> Records:
    """Records of several files under one another, as the newest has them."""
    layout = arrays[-1].dtype
    # As bytes: numpy copies records one by one otherwise.
    return np.concatenate([np.ascontiguousarray(fitted(array, layout)).view(np.uint8) for array in arrays]).view(layout)


def _in_order(found: list[tuple[Ints, Records]]) -> Records | None:
    if not found:
        return None
    # Files were searched newest first; their records are stacked oldest first to keep the newest layout.
    places = np.concatenate([place for place, _ in reversed(found)])
    records = _stacked([part for _, part in reversed(found)])
    return records if (places[1:] > places[:-1]).all() else records.take(np.argsort(places, kind="stable"))
