"""One of two files, counted as a whole in one pass: batch by batch, never all of it in memory but its ids."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.compare.parts import Judged, Parts
from bellbuoy.app.compare.values import IdFacts, TimeRange
from bellbuoy.profiles.ages import Aged
from bellbuoy.profiles.collect import Plan, Tally, add_profiles
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import NumericProfile, Profile
from bellbuoy.profiles.records import Codes, label_records, prediction_records
from bellbuoy.sources.port import KeyType, Kind, Moments, Note, Rows, Source, Want
from bellbuoy.windows import Grain, from_micro

Keys = NDArray[np.uint64]

#: Later than any row: a comparison takes all that is there. Nothing here depends on the present.
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
#: Cells, and rows, held in memory before they are added up.
_HELD = 1_000_000
#: More days than this become weeks.
_MOST = 800


@dataclass(slots=True)
class Counted:
    """What was counted of a file."""

    rows: int = 0
    profiles: dict[str, Profile] = field(default_factory=dict)
    days: dict[str, dict[int, NumericProfile]] = field(default_factory=dict)  #: numbers by day, or by week (`_MOST`)
    time: TimeRange | None = None
    ids: IdFacts | None = None
    keys: Keys = field(default_factory=lambda: np.empty(0, np.uint64))  #: ascending, without repeats
    outcome: Outcome | None = None
    notes: list[Note] = field(default_factory=list)


def count_file(
    source: Source, parts: Parts, kinds: Mapping[str, Kind], key_type: KeyType, listen: Callable[[int], None]
) -> Counted:
    """Count all rows; `listen` is told how many each batch had. `kinds` are those of the file's own columns."""
    return _Count(parts, kinds, key_type, listen).run(source)


class _Count:
    """A count under way."""

    def __init__(
        self, parts: Parts, kinds: Mapping[str, Kind], key_type: KeyType, listen: Callable[[int], None]
    ) -> None:
        self.listen, self.judged, self.out = listen, parts.judged, Counted()
        self.time = parts.time if parts.time in kinds else None
        self.id = parts.id if parts.id in kinds else None
        # A moment is counted as its age, which needs the row's own time.
        fits = {name: kind for name, kind in kinds.items() if self.time is not None or kind is not Kind.MOMENT}
        names = tuple(name for name in parts.roles if name in fits)
        self.plan = Plan(Grain.DAY, self.time or "", names)
        self.numbers = Tally(replace(self.plan, columns=tuple(n for n in names if kinds[n] is not Kind.CATEGORY)))
        self.texts = Tally(replace(self.plan, columns=tuple(n for n in names if kinds[n] is Kind.CATEGORY)))
        columns = {name: kinds[name] for name in names}
        columns |= {} if self.time is None else {self.time: Kind.MOMENT}
        columns |= {} if self.judged is None else {self.judged.label: kinds[self.judged.label]}
        self.want = Want(columns, self.id, None if self.id is None else key_type)
        self.pairs = None if self.judged is None else Pairs(self.judged.target, Grain.DAY, (), {0: ""})
        self.keys: list[Keys] = []
        self.grain = Grain.DAY
        self.keyless, self.nulls, self.held = 0, 0, 0
        self.first, self.last = math.inf, -math.inf

    def run(self, source: Source) -> Counted:
        """All batches, then what they come to."""
        pull = source.pull(self.want, {}, FOREVER)
        for rows in pull:
            self._add(rows)
            self.listen(rows.count)
        self._drain()
        self.out.notes = list(pull.notes)
        self._close()
        return self.out

    def _add(self, rows: Rows) -> None:
        self.out.rows += rows.count
        self.texts.add(rows, np.zeros(rows.count, np.int64))
        self.numbers.add(rows, self._starts(rows))
        self.held += rows.count
        if max(self.texts.size + self.numbers.size, self.held) > _HELD:
            self._drain()
        if rows.keys is not None:
            self.keys.append(rows.keys if rows.keyless is None else rows.keys[~rows.keyless])
            self.keyless += 0 if rows.keyless is None else int(rows.keyless.sum())
        if self.pairs is not None and self.judged is not None:
            _pair(self.pairs, rows, self.judged, self.plan)

    def _starts(self, rows: Rows) -> NDArray[np.int64]:
        """Each row's window; rows without a time are with the oldest of their batch."""
        time = rows.columns.get(self.time or "")
        if not isinstance(time, Moments):
            return np.zeros(rows.count, np.int64)
        known = time.micro if time.null is None else time.micro[~time.null]
        self.nulls += rows.count - len(known)
        if not len(known):
            return np.zeros(rows.count, np.int64)
        low, high = int(known.min()), int(known.max())
        self.first, self.last = min(self.first, low), max(self.last, high)
        micro = time.micro if time.null is None else np.where(time.null, low, time.micro)
        return self.grain.starts(micro)

    def _drain(self) -> None:
        self.held = 0
        for line, parts in (*self.texts.drain(), *self.numbers.drain()):
            for start, part in parts.items():
                self._keep(line.column, start, part)
        if self.grain is Grain.DAY and max(map(len, self.out.days.values()), default=0) > _MOST:
            self.grain = Grain.WEEK
            self.out.days = {name: _weekly(days) for name, days in self.out.days.items()}

    def _keep(self, column: str, start: int, part: Profile) -> None:
        old = self.out.profiles.get(column)
        self.out.profiles[column] = part if old is None else add_profiles(old, part)
        if self.time is not None and isinstance(part, NumericProfile):
            days = self.out.days.setdefault(column, {})
            days[start] = days.get(start, NumericProfile()) + part

    def _close(self) -> None:
        if self.time is not None:
            self.out.time = TimeRange(self.time, _moment(self.first), _moment(self.last), self.nulls)
        if self.id is not None:
            every = np.concatenate([np.empty(0, np.uint64), *self.keys])
            self.keys.clear()
            self.out.keys = _distinct(every)
            distinct = len(self.out.keys)
            self.out.ids = IdFacts(self.id, distinct, len(every) - distinct, self.keyless)
        if self.pairs is not None:
            every_day = (one for outcomes in self.pairs.outcomes.values() for one in outcomes.values())
            self.out.outcome = sum(every_day, Aged()).whole


def _distinct(keys: Keys) -> Keys:
    """Keys ascending, each once; sorted in place, as there may be many."""
    keys.sort()
    return keys[np.concatenate([[True], keys[1:] != keys[:-1]])] if len(keys) else keys


def _moment(micro: float) -> datetime | None:
    return from_micro(int(micro)) if math.isfinite(micro) else None


def _weekly(days: Mapping[int, NumericProfile]) -> dict[int, NumericProfile]:
    weeks: dict[int, NumericProfile] = {}
    for start, part in days.items():
        week = int(Grain.WEEK.regroup(np.array([start], np.int64))[0])
        weeks[week] = weeks.get(week, NumericProfile()) + part
    return weeks


def _pair(pairs: Pairs, rows: Rows, judged: Judged, plan: Plan) -> None:
    records = prediction_records(rows, np.zeros(rows.count, np.int64), plan, judged.target, Codes({}))
    labels = label_records(rows, judged.label, None, judged.target, FOREVER)
    known = np.isfinite(labels["label"])
    pairs.count(records[known], labels[known])
