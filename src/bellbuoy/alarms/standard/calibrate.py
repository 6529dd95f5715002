"""Whether the pack keeps to the budget of false alarms: it is rehearsed on the reference set, where nothing is wrong.

The first half of the reference set's windows is learnt and the second half judged, as if it were lived through. What
rings there is a false alarm. Where that is more than the budget allows, the noisiest monitors' limits are raised.

A rehearsal exaggerates: half of a baseline knows half of the seasons, half of the storms, and its range is that of half
as many windows. So nothing is changed unless it rang more often than a budget that is kept would make it by chance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bellbuoy.alarms.standard.board import Board, Line
from bellbuoy.alarms.standard.judge import Judge, Watch
from bellbuoy.alarms.standard.limits import MOST, ROOM, Place
from bellbuoy.alarms.standard.monitors import severity_of
from bellbuoy.alarms.standard.novelty import FEWEST
from bellbuoy.config.kinds import Severity
from bellbuoy.config.texts import Budget

Floats = NDArray[np.float64]

#: Windows of the reference set that are rehearsed at most, the newest: more would cost more than they tell.
LONGEST = 1_500
#: So unlikely a number of alarms must be, if the budget were kept, to say that it is not.
_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class Episode:
    """Windows in a row in which one alarm would have rung."""

    place: Place
    start: int  #: of the first of them, seconds
    windows: int
    peak: float  #: how far out it lay at its strongest, in times its monitor's limit


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would have rung in so many days in which nothing was wrong."""

    days: float = 0.0
    episodes: tuple[Episode, ...] = ()

    def by_monitor(self, strict: Mapping[str, float] | None = None) -> Mapping[str, int]:
        """How often each monitor would have rung, the noisiest first; with limits that are raised by so many times."""
        many: defaultdict[str, int] = defaultdict(int)
        for one in self.rung(strict):
            many[one.place.monitor] += 1
        return dict(sorted(many.items(), key=lambda item: (-item[1], item[0])))

    def rung(self, strict: Mapping[str, float] | None = None) -> tuple[Episode, ...]:
        """The episodes that there would have been with limits that are raised by so many times, by monitor."""
        limits = strict or {}
        return tuple(one for one in self.episodes if one.peak > limits.get(one.place.monitor, 1.0))

    def allowed(self, budget: Budget) -> float:
        """How many alarms the budget allows in that time."""
        return budget.alarms * self.days / (budget.per / timedelta(days=1))


def rehearse(board: Board, outputs: frozenset[str]) -> Rehearsal:
    """What the second half of a board's reference windows would have rung, after learning the first half.

    An alarm counts once however many windows in a row it rings for, and not at all where it only informs. Where a half
    is too short to learn from, nothing was rehearsed: it is of no days.
    """
    half = _halved(board)
    if half is None:
        return Rehearsal()
    judge = Judge(outputs)
    judge.see(half)
    windows = len(half.starts) - half.reference
    found = sorted(_episodes(half, judge.watches), key=lambda one: (one.start, str(one.place)))
    return Rehearsal(windows * half.grain.seconds / timedelta(days=1).total_seconds(), tuple(found))


def together(rehearsals: Sequence[Rehearsal]) -> Rehearsal:
    """Rehearsals of the boards of one model as one: they are of the same time."""
    days = max((one.days for one in rehearsals), default=0.0)
    return Rehearsal(days, tuple(episode for one in rehearsals for episode in one.episodes))


def strictness(rehearsal: Rehearsal, budget: Budget) -> Mapping[str, float]:
    """By how many times monitors' limits must be raised to keep to a budget; nothing where that is kept.

    The noisiest monitor is raised first, so far that the weakest of its alarms is silent, and so on until what is left
    is within the budget, or every limit is at its most.
    """
    allowed, strict = rehearsal.allowed(budget), dict[str, float]()
    if not is_over(rehearsal, budget):
        return strict
    while len(left := rehearsal.rung(strict)) > allowed:
        peaks = defaultdict(list)
        for one in left:
            if one.peak * ROOM <= MOST:
                peaks[one.place.monitor].append(one.peak)
        if not peaks:
            break  # what is left lies so far out that only switching it off would silence it
        noisiest = max(sorted(peaks), key=lambda name: len(peaks[name]))
        strict[noisiest] = min(peaks[noisiest]) * ROOM
    return strict


def known_lines(board: Board) -> tuple[Line, ...]:
    """The series of a board that its reference set knows: those that can be rehearsed."""
    known = np.isfinite(board.values[:, : board.reference]).any(axis=1)
    return tuple(board.lines[place] for place in np.flatnonzero(known).tolist())


def is_over(rehearsal: Rehearsal, budget: Budget) -> bool:
    """Whether more rang than chance would make of a budget that is kept: that number is Poisson's."""
    many, allowed = len(rehearsal.episodes), rehearsal.allowed(budget)
    return many > allowed and _as_many(many, allowed) < _CHANCE


def _as_many(many: int, mean: float) -> float:
    """How likely so many or more are where so many are meant (Poisson)."""
    if mean <= 0:
        return 0.0
    return 1 - sum(math.exp(number * math.log(mean) - mean - math.lgamma(number + 1)) for number in range(many))


def _halved(board: Board) -> Board | None:
    """The reference windows alone, the first half as the reference set and the second as lived through.

    Only series that the reference set has, each once: what is read of it must not change with what comes later.
    """
    known = slice(max(board.reference - LONGEST, 0), board.reference)
    values, starts = board.values[:, known], board.starts[known]
    half = len(starts) // 2
    if half < FEWEST:
        return None
    places = _distinct(board, values)
    if not places:
        return None
    # What waits for labels had all of them: its windows stand where they began.
    lines = tuple(replace(board.lines[place], rung=None) for place in places)
    parts = (part[places][:, known] for part in (board.values, board.variance, board.rows))
    return Board(board.grain, starts, half, lines, *parts)


def _distinct(board: Board, values: Floats) -> list[int]:
    """Places of series that have values, each once: a part that is judged by the whole's baseline says nothing new."""
    seen: dict[object, int] = {}
    for place, line in enumerate(board.lines):
        if np.isfinite(values[place]).any():
            seen.setdefault((line.metric, line.column, line.part, values[place].tobytes()), place)
    return list(seen.values())


def _episodes(half: Board, watches: Sequence[Watch]) -> Iterator[Episode]:
    """Every alarm that would have rung louder than for information, with the windows in a row that it rang for."""
    rang: defaultdict[Place, dict[int, list[_Breach]]] = defaultdict(dict)
    for watch in watches:
        for breach in _breaches(half, watch):
            rang[breach.place].setdefault(breach.window, []).append(breach)
    for place, windows in rang.items():
        for run in _runs(sorted(windows)):
            some = [breach for window in run for breach in windows[window]]
            if any(breach.loud for breach in some):
                peak = max(breach.surprise for breach in some)
                yield Episode(place, int(half.starts[half.reference + run[0]]), len(run), peak)


def _runs(windows: Sequence[int]) -> Iterator[Sequence[int]]:
    """Windows that one alarm rings for: it is over after two calm ones, as those of the pack are in life."""
    if not windows:
        return
    breaks = [at for at in range(1, len(windows)) if windows[at] - windows[at - 1] > 2]
    yield from (windows[first:last] for first, last in pairwise([0, *breaks, len(windows)]))


class _Breach(NamedTuple):
    place: Place
    window: int
    surprise: float
    loud: bool


def _breaches(half: Board, watch: Watch) -> Iterator[_Breach]:
    """What breaches in one way of looking, told from arrays: a finding for each window would take too long."""
    if not watch.seen:
        return
    excess = np.stack([seen.excess for seen in watch.seen], axis=1)
    effect = watch.values - np.stack([seen.usual for seen in watch.seen], axis=1)
    looks = [monitor.looks[watch.shape] for monitor in watch.monitors]
    least = np.array([look.least for look in looks])[:, None]
    sides = np.array([monitor.sides for monitor in watch.monitors])[:, None]
    with np.errstate(invalid="ignore"):
        matters = (np.abs(effect) >= least) & (sides * excess >= 0) & ~np.isnan(excess)
    for row, window in np.argwhere(np.stack([seen.new for seen in watch.seen], axis=1) & matters).tolist():
        monitor, line = watch.monitors[row], half.lines[int(watch.places[row])]
        loud = severity_of(monitor, line.metric, float(effect[row, window])) != Severity.INFO
        surprise = abs(float(excess[row, window])) / float(watch.limits[row])
        yield _Breach(Place(monitor.name, line.column, line.by, line.segment), window, surprise, loud)
