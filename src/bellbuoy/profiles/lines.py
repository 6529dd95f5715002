"""Records of the ledger in groups: those of one window, version, segment value and age are counted together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.outcome import Outcome, Terms
from bellbuoy.profiles.spread import Groups, ascending, dense, in_order

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Lines:
    """Records in groups of one window, version, segment value and rung."""

    groups: Groups
    order: Ints | None  #: how records are sorted into groups; None when they come so
    keys: list[tuple[int, int, int, int]]  #: of each group: window, version, value and rung

    @classmethod
    def of(cls, records: Records, starts: Ints, by: str, rung: Ints) -> Lines:
        """The groups of records; `by` is a segment column or empty."""
        value = records[f"by:{by}"].astype(np.int64) if by else np.zeros(len(records), np.int64)
        group, parts = dense(starts, records["version"].astype(np.int64), value, rung)
        order = None if ascending(group) else in_order(group)
        keys = list(zip(*(part.tolist() for part in parts), strict=True))
        return cls(Groups(group if order is None else group[order], len(keys)), order, keys)

    def sorted(self, values: Floats) -> Floats:
        """Values of the records in the order of the groups."""
        return values if self.order is None else values[self.order]

    def outcomes(self, terms: Terms) -> list[Outcome]:
        """The outcome of each group."""
        return (terms if self.order is None else terms.ordered(self.order)).outcomes(self.groups)
