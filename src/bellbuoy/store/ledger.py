"""The ledger: predictions kept slim until their labels come, and labels kept until their predictions do.

It is a set of immutable files per model and kind, each sorted by key, which the state vouches for: a cycle writes new
files first and commits their names with everything else, so a killed cycle leaves only files that nobody vouches for.
A look-up of n keys costs n binary searches a file, whatever the history holds; small files are merged as they come
(the log-structured merge idea of O'Neil et al. 1996), so their number grows with the logarithm of the rows up to
`LARGEST` and then with time, where old ones fall out of the horizon.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
#: How many files of about one size there may be before they are merged.
_FANOUT = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One file, opened: keys ascending (equal keys in order of arrival), and a record for each."""

    row: LedgerPart
    keys: Keys
    records: Records

    def find(self, keys: Keys) -> Ints:
        """For each key the place of its last record here, −1 where there is none. Keys should be ascending."""
        if not len(self.keys) or not len(keys) or keys[-1] < self.keys[0] or keys[0] > self.keys[-1]:
            return np.full(len(keys), -1, np.int64)
        place = np.searchsorted(self.keys, keys, side="right") - 1
        return np.where((place >= 0) & (self.keys[place] == keys), place, -1)


class Ledger:
    """The files of one model and kind. Changes are on disk at once but count only when `rows()` is committed."""

    def __init__(self, folder: Path, kind: str, rows: Iterable[LedgerPart]) -> None:
        self.folder = folder
        self.kind = kind
        self._parts = [self._opened(row) for row in rows]

    def rows(self) -> list[LedgerPart]:
        """What the state must vouch for, oldest first."""
        return [part.row for part in self._parts]

    def append(self, keys: Keys, records: Records) -> None:
        """Write a file of new records; a key may come again, the later record wins."""
        if not len(keys):
            return
        order = np.argsort(keys, kind="stable")
        self._parts.append(self._written(keys[order], records[order]))

    def find(self, keys: Keys) -> tuple[NDArray[np.bool_], Records | None]:
        """Which keys are known, and the newest record of each one that is (in the order of the keys)."""
        order = np.argsort(keys, kind="stable")
        wanted = keys[order]
        open_ = np.arange(len(wanted))
        known = np.zeros(len(keys), np.bool_)
        found: list[tuple[Ints, Records]] = []
        for part in reversed(self._parts):
            place = part.find(wanted[open_])
            hit = place >= 0
            if hit.any():
                found.append((order[open_[hit]], part.records[place[hit]]))
                known[found[-1][0]] = True
                open_ = open_[~hit]
        return known, _in_order(found)

    def merge(self) -> None:
        """Merge files of about one size where they became many."""
        for run in _runs(self._parts):
            keys = np.concatenate([part.keys for part in run])
            records = _stacked([part.records for part in run])
            order = np.argsort(keys, kind="stable")
            place = self._parts.index(run[0])
            self._parts[place : place + len(run)] = [self._written(keys[order], records[order])]

    def forget(self, before: int) -> None:
        """Let go of files whose newest moment is before a horizon (microseconds)."""
        self._parts = [part for part in self._parts if part.row.last >= before]

    def sweep(self) -> None:
        """Delete files that the state does not vouch for. Call it right after a commit, or before the first write."""
        known = {part.row.name for part in self._parts}
        for path in self.folder.glob(f"{self.kind}-*.npy"):
            if path.name.removesuffix(".npy").removesuffix(".keys").removesuffix(".rows") not in known:
                path.unlink(missing_ok=True)

    def _opened(self, row: LedgerPart) -> Part:
        keys = np.load(self.folder / f"{row.name}.keys.npy", mmap_mode="r")
        return Part(row, keys, np.load(self.folder / f"{row.name}.rows.npy", mmap_mode="r"))

    def _written(self, keys: Keys, records: Records) -> Part:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.kind}-{next(_free(self.folder, self.kind)):08d}"
        _save(self.folder / f"{name}.keys.npy", keys)
        _save(self.folder / f"{name}.rows.npy", records)
        row = LedgerPart(self.kind, name, len(keys), int(records["at"].min()), int(records["at"].max()))
        return self._opened(row)


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


def _stacked(arrays: list[Records]) -> Records:
    """Records of several files under one another; a field that an older file lacks is zero there."""
    newest = arrays[-1].dtype
    assert newest.names is not None
    out = np.zeros(sum(map(len, arrays)), newest)
    at = 0
    for array in arrays:
        part = out[at : at + len(array)]
        for name in newest.names:
            if name in (array.dtype.names or ()):
                part[name] = array[name]
        at += len(array)
    return out


def _in_order(found: list[tuple[Ints, Records]]) -> Records | None:
    if not found:
        return None
    # Files were searched newest first; their records are stacked oldest first to keep the newest layout.
    places = np.concatenate([place for place, _ in reversed(found)])
    records = _stacked([part for _, part in reversed(found)])
    return records[np.argsort(places, kind="stable")]
