"""What was believed at a past moment: the outcomes that the labels known by then made, counted again from the ledger.

The ledger keeps what each label said and since when, so the answer is exact, to the microsecond, for as long as the
ledger reaches back. Of windows before that, counts are kept by age: they are cut at the last rung before the moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.ages import Aged
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.lines import Lines
from bellbuoy.profiles.records import LABEL
from bellbuoy.profiles.target import Target
from bellbuoy.store.ledger import Ledger, fitted
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain, to_micro

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Records = NDArray[np.void]

#: Predictions looked at together.
_CHUNK = 250_000


@dataclass(frozen=True, slots=True)
class Kept:
    """The ledger of a model, and how its records are to be read."""

    predictions: Ledger
    labels: Ledger
    target: Target
    segments: tuple[str, ...]
    names: Mapping[int, str]  #: text of the codes of versions and segment values
    whole_since: int | None = None  #: microseconds; what is older was forgotten, in part or all; None: nothing was


@dataclass(frozen=True, slots=True)
class Counted:
    """Windows as they were: rows that had been made, ids repeated aside, and outcomes of the labels known."""

    rows: Mapping[Series, Mapping[int, int]]
    outcomes: Mapping[Series, Mapping[int, Aged]]


@dataclass
class Past:
    """One past moment: rows made and labels known by then."""

    kept: Kept
    moment: datetime
    _known: dict[tuple[str, Grain, int | None, int | None], Counted] = field(default_factory=dict)

    @property
    def seconds(self) -> int | None:
        """Windows that start before this are only known by age; None: all are known from the ledger."""
        since = self.kept.whole_since
        return None if since is None else -(-since // 1_000_000)

    def counted(self, by: str, grain: Grain, start: int | None, end: int | None) -> Counted:
        """Rows and outcomes of windows as they were then: of all rows, or by the values of a segment column.

        Days and wider windows are counted once for all; of narrower ones, only those that start in `[start, end)`
        seconds, as there may be very many.
        """
        span = (None, None) if grain.seconds >= Grain.DAY.seconds else (start, end)
        if (by, grain, *span) not in self._known:
            self._known[by, grain, *span] = self._count(by, grain, *span)
        return self._known[by, grain, *span]

    def _count(self, by: str, grain: Grain, start: int | None, end: int | None) -> Counted:
        kept = self.kept
        pairs = Pairs(kept.target, grain, (by,) if by else (), kept.names)
        rows: dict[Series, dict[int, int]] = {}
        for keys, records in self._predictions(start, end):
            self._count_rows(rows, records, by, grain)
            found, labels = known_by(kept.labels, keys, to_micro(self.moment))
            pairs.count(np.take(records, found), labels)
        return Counted(rows, pairs.outcomes)

    def _predictions(self, start: int | None, end: int | None) -> Iterator[tuple[Keys, Records]]:
        """Keys and records of the predictions made by the moment, some at a time, keys ascending."""
        layout = self.kept.target.layout(self.kept.segments)
        first_moment = -(2**63) if start is None else start * MICRO
        last_moment = min(to_micro(self.moment), 2**63 - 1 if end is None else end * MICRO - 1)
        for part in self.kept.predictions.parts:
            if part.row.first > last_moment or part.row.last < first_moment:
                continue
            for first in range(0, len(part.keys), _CHUNK):
                some = slice(first, first + _CHUNK)
                at = part.records["at"][some]
                made = np.flatnonzero((at >= first_moment) & (at <= last_moment))
                if len(made):
                    yield part.keys[some][made], fitted(np.take(part.records[some], made), layout)

    def _count_rows(self, rows: dict[Series, dict[int, int]], records: Records, by: str, grain: Grain) -> None:
        lines = Lines.of(records, grain.starts(records["at"]), by, np.zeros(len(records), np.int64))
        for (start, version, value, _), many in zip(lines.keys, lines.groups.sizes.tolist(), strict=True):
            line = Series(grain.value, "", self.kept.names[version], by, self.kept.names[value])
            windows = rows.setdefault(line, {})
            windows[start] = windows.get(start, 0) + many


def known_by(ledger: Ledger, keys: Keys, moment: int) -> tuple[Ints, Records]:
    """The places of those keys (ascending, each once) whose label was known by a moment, and what it said then."""
    of_each, said = ledger.every(keys)
    if said is None:
        return np.empty(0, np.int64), np.empty(0, LABEL)
    known = said["at"] <= moment
    place, said = np.searchsorted(keys, of_each[known]), said[known]
    order = np.lexsort((said["label"], said["at"], place))
    place, said = place[order], said[order]
    newest = np.append(place[1:] != place[:-1], True) if len(place) else np.empty(0, np.bool_)
    # An earlier word may have come after a later one was written down: the first of those said by then is its date.
    begins = np.flatnonzero(np.append(True, newest[:-1])) if len(place) else np.empty(0, np.int64)
    labels = said[newest]
    labels["first"] = said["at"][begins]
    return place[newest], labels
