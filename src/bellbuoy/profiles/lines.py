"""Records of the ledger in groups: those of one window, version, segment value and age are counted together.

Of a segment column that was not logged yet when a record was made, the record is in no group: it was counted as a part
of none then, and must not be taken back from one now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.outcome import Outcome, Terms
from bellbuoy.profiles.spread import Groups, ascending, dense, in_order
from bellbuoy.store.ledger import CODED, UNLOGGED

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Lines:
    """Records in groups of one window, version, segment value and rung."""

    groups: Groups
    order: Ints | None  #: how records that are in groups are sorted into them; None when all come so
    keys: list[tuple[int, int, int, int]]  #: of each group: window, version, value and rung

    @classmethod
    def of(cls, records: Records, starts: Ints, by: str, rung: Ints) -> Lines:
        """The groups of records; `by` is a segment column or empty."""
        value = records[f"{CODED}{by}"].astype(np.int64) if by else np.zeros(len(records), np.int64)
        version, logged = records["version"].astype(np.int64), None
        if (value == UNLOGGED).any():
            logged = np.flatnonzero(value != UNLOGGED)
            starts, version, value, rung = starts[logged], version[logged], value[logged], rung[logged]
        group, parts = dense(starts, version, value, rung)
        order = None if ascending(group) else in_order(group)
        keys = list(zip(*(part.tolist() for part in parts), strict=True))
        groups = Groups(group if order is None else group[order], len(keys))
        return cls(groups, order if logged is None else logged if order is None else logged[order], keys)

    def sorted(self, values: Floats) -> Floats:
        """Values of the records in the order of the groups."""
        return values if self.order is None else values[self.order]

    def outcomes(self, terms: Terms) -> list[Outcome]:
        """The outcome of each group."""
        if not self.keys:
            return []
        return (terms if self.order is None else terms.ordered(self.order)).outcomes(self.groups)
