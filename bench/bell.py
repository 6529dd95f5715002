"""A model's life under the standard pack: every hour is judged, and alarms and incidents move as in cycles.

Counts stand in memory instead of a store; what reads, judges and groups them is the product's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import reduce
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Board, Line, Series, block, board
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.follow import column_series, flow_series
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.alarms.standard.step import Key, look_of, strongest, subject_of
from bellbuoy.alarms.standard.windows import BACK, Followed, Reader
from bellbuoy.alarms.step import judged
from bellbuoy.incidents.group import grouped
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.traits import Trait
from bellbuoy.profiles.collect import ROWS, add_profiles
from bellbuoy.profiles.profile import NumericProfile, Profile
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice
from bellbuoy.store.port import AlarmRow, IncidentRow, ProfileRow
from bellbuoy.windows import Grain, from_seconds, to_micro
from bench.steady import DAY, HOUR, SCORE, Life, profiles

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: As `windows` has it: judging begins at a multiple of so many windows.
_STEP = BACK // 2


class Held(ProfileRow):
    """A row of the store that has its profile with it."""

    profile: Profile


class Told(Counts):
    """The counts of a life, in memory."""

    def __init__(self, life: Life, seed: int) -> None:
        self.model, self.base = "steady", Grain.HOUR
        random = np.random.default_rng(seed)
        starts = life.starts.tolist()
        self._first = starts[life.reference]
        made = profiles(life, random)
        made[ROWS] = [NumericProfile(rows) for rows in life.rows.tolist()]
        self._known = {name: dict(zip(starts, some, strict=True)) for name, some in made.items()}

    def stored(self, column: str, grain: Grain | str, where: Slice = EVERYTHING) -> dict[int, list[ProfileRow]]:
        del grain, where
        return {start: [_held(start, part)] for start, part in self._of(column, lived=True)}

    def profile_of(self, rows: Iterable[ProfileRow]) -> Profile:
        return reduce(add_profiles, (row.profile for row in rows if isinstance(row, Held)))

    def reference(self, column: str, where: Slice = EVERYTHING) -> Profile | None:
        del where
        return reduce(add_profiles, (part for _, part in self._of(column, lived=False)))

    def reference_profiles(self, column: str, where: Slice = EVERYTHING) -> dict[int, Profile]:
        del where
        return dict(self._of(column, lived=False))

    def _of(self, column: str, *, lived: bool) -> Iterator[tuple[int, Profile]]:
        return ((start, part) for start, part in self._known[column].items() if (start >= self._first) == lived)


class Whole(Reader):
    """A reader that sees a whole life at once."""

    def windows(self, grain: Grain) -> list[int]:
        return list(self.counts.stored(ROWS, grain))


def _held(start: int, profile: Profile) -> Held:
    row = Held(start, 0, profile.rows)
    row.profile = profile
    return row


def series_of(life: Life, seed: int) -> list[Series]:
    """What is followed of a life, by hour."""
    inputs = tuple(name for name in life.columns if name != SCORE)
    what = Followed(Subject("binary", ("0", "1")), inputs, (SCORE,))
    reader = Whole(Told(life, seed), what, int(life.starts[-1]) + HOUR)
    return [*column_series(reader), *flow_series(reader)]


def label_board(life: Life, seed: int) -> Board:
    """How labels meet predictions by day, known at each day's end: of all rows, and of four parts beside the rest."""
    days = len(life.rows) // DAY
    random, rows = np.random.default_rng((seed, 1)), life.rows[: days * DAY].reshape(days, DAY).sum(axis=1)
    starts, wrong = life.starts[: days * DAY : DAY].tolist(), life.wrong[:days]
    series = [_labels(Line("log_loss"), "log_loss", starts, 0.45 + wrong, random.normal(size=days), 0.6, rows)]
    for part, share in (("", 1.0), ("a", 0.5), ("b", 0.3), ("c", 0.15), ("d", 0.05)):
        line = Line("outcome_gap", by="part" if part else "", segment=part)
        level = wrong if not part else np.full(days, random.normal(0, 0.01))
        series.append(_labels(line, "outcome_gap", starts, level, random.normal(size=days), 0.4, rows * share))
    known = starts[: life.reference // DAY]
    return board(Grain.DAY, series, known, block(series, known, Grain.DAY, lived=False), starts[len(known) :])


def _labels(
    line: Line, trait: str, starts: Sequence[int], level: Floats, noise: Floats, width: float, rows: Floats | Ints
) -> Series:
    some = {
        start: {trait: Trait(float(mean + width * z / np.sqrt(many)), width**2 / many, float(many))}
        for start, mean, z, many in zip(starts, level, noise, rows, strict=True)
    }
    return Series(line, trait, some, some)


def boards(life: Life, series: Sequence[Series]) -> Iterator[tuple[int, Board]]:
    """Boards as cycles see them, the last of each that begins at one window, with how many were judged before."""
    starts = life.starts.tolist()
    known, lived = starts[: life.reference], starts[life.reference :]
    before, after = (block(series, some, Grain.HOUR, lived=late) for some, late in ((known, False), (lived, True)))
    oldest = [max(lived[0], _oldest(start)) for start in lived]
    for begin, group in groupby(range(len(lived)), key=lambda at: oldest[at]):
        same = list(group)
        first = (begin - lived[0]) // HOUR
        cut = slice(first, same[-1] + 1)
        parts = [np.concatenate([old, new[:, cut]], axis=1) for old, new in zip(before, after, strict=True)]
        lines = tuple(one.line for one in series)
        yield same[0] - first, Board(Grain.HOUR, np.array([*known, *lived[cut]]), len(known), lines, *parts)


def _oldest(start: int) -> int:
    """The first window that a cycle looks back at when the one that starts then has just ended, as `Reader` has it."""
    return ((start + HOUR) // HOUR - BACK) // _STEP * _STEP * HOUR


@dataclass
class Bell:
    """The alarms and incidents of a model, as they stand."""

    alarms: list[AlarmRow] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    known: dict[Key, AlarmRow] = field(default_factory=dict)

    @property
    def quiet(self) -> bool:
        return not any(row.state in {"pending", "firing"} for row in self.known.values())

    def hear(self, findings: Sequence[Finding], now: int) -> None:
        moment = from_seconds(now)
        for key, finding in strongest(findings).items():
            old = self.known.get(key)
            if old is None and finding.breach is not Breach.YES:
                continue
            new = judged("steady", subject_of(key, finding, Grain.HOUR, old), old, look_of(finding), moment)
            if new is not None:
                self.known[key] = new
                self.alarms = [row for row in self.alarms if row.id != new.id] + [new]
        self._group(to_micro(moment))

    def _group(self, now: int) -> None:
        fired = [row for row in self.alarms if row.fired_at is not None]
        rows = {row.id: row for row in self.incidents}
        for group in grouped("steady", self.incidents, fired, timedelta(hours=1), now):
            state = "open" if group.closed_at is None else "closed"
            row = IncidentRow(group.id, group.opened_at, group.closed_at, state, group.severity, "unclear", 0.0, "")
            rows[group.id] = row
            mine = {one.id for one in group.alarms}
            self.alarms = [replace(one, incident=row.id) if one.id in mine else one for one in self.alarms]
        last = {one.id: one for one in self.alarms}
        self.known = {key: last[one.id] for key, one in self.known.items()}
        self.incidents = list(rows.values())


def rung(life: Life, seed: int) -> Bell:
    """All alarms and incidents of a life, hour after hour."""
    bell, outputs = Bell(), frozenset({SCORE})
    labels, of_labels = label_board(life, seed), Judge(outputs)
    of_labels.see(labels)
    told: list[Finding] = []
    for skip, one in boards(life, series_of(life, seed)):
        judge = Judge(outputs)
        judge.see(one)
        news = np.any([[seen.new.any() for seen in watch.seen] for watch in judge.watches], axis=0)
        for at in range(skip, len(one.starts) - one.reference):
            now = int(one.starts[one.reference + at]) + HOUR
            day, rest = divmod((now - int(labels.starts[labels.reference])) // HOUR, DAY)
            if rest == 0 and day:
                told = of_labels.findings(labels, day - 1)
            if news[at] or not bell.quiet or any(finding.breach is Breach.YES for finding in told):
                bell.hear([*judge.findings(one, at), *told], now)
    return bell
