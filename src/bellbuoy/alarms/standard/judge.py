"""Judges a board: for each series, whether its newest window is new by its monitor, and by how much.

A judge goes on where it was: as long as the windows that it has seen stand as they were, only those that came since
are judged. Where one has changed (late rows, a recount), it goes back to the newest moment before that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Board, Season, season_in
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.limits import AS_THEY_ARE, Limits
from bellbuoy.alarms.standard.monitors import Look, Monitor, Shape, monitor_of
from bellbuoy.alarms.standard.novelty import FEWEST, YEAR, Novelty, farthest, lasting, long_run, median_of

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Fewest rows of a window that is judged.
LEAST_ROWS = 20
#: Windows that make a long look, and so many of its stretches the baseline must hold.
LONG, _STRETCHES = 14, 10
#: So many windows back a judge can go without judging all anew.
_MEMORY = 4
#: Of how many windows' noise the value of a look is made.
_MEANS = {Shape.ONCE: 1.0, Shape.LASTING: 2.0, Shape.LONG: float(LONG)}
#: So many windows are in a look.
_SPANS = {Shape.ONCE: 1, Shape.LASTING: 3, Shape.LONG: LONG}


@dataclass(frozen=True, slots=True)
class Seen:
    """One window of all series that are looked at one way: how far each lies beyond the usual, and what was usual."""

    excess: Floats
    new: Bools
    usual: Floats
    low: Floats
    high: Floats


@dataclass(slots=True)
class Watch:
    """One way to look at a board: the series that are looked at so, and what was seen of its windows so far."""

    shape: Shape
    places: Ints  #: of the board's lines
    monitors: Sequence[Monitor]
    limits: Floats
    raised: Floats  #: by how many times the limits are more than the monitors' own
    season: Season
    baseline: Floats  #: `[series, window]`, without season
    values: Floats = field(init=False)  #: windows that were lived through, as they were looked at
    seen: list[Seen] = field(default_factory=list)
    _inputs: list[Floats] = field(default_factory=list)
    _states: dict[int, Novelty] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.values = np.zeros((len(self.places), 0))
        creeping = np.array([one.creeping or self.shape is Shape.LONG for one in self.monitors])
        self._states[0] = Novelty.learnt(self.limits, creeping, _shaped(self.baseline, self.shape), _SPANS[self.shape])

    def go_on(self, board: Board) -> None:
        """See the windows that were lived through and not seen yet, or seen otherwise."""
        lived = slice(board.reference, None)
        values, variance = board.values[self.places, lived], board.variance[self.places, lived]
        values = np.where(board.rows[self.places, lived] >= LEAST_ROWS, values, np.nan)
        inputs = [np.concatenate([values[:, at], variance[:, at]]) for at in range(values.shape[1])]
        self._back(inputs)
        self.values = _shaped(self.season.without(values, board.began(self.places)[:, lived]), self.shape)
        noise = _noise(variance, _SPANS[self.shape]) / _MEANS[self.shape]
        novelty = self._states[len(self.seen)].copy()
        for at in range(len(self.seen), len(inputs)):
            levels = novelty.levels
            usual = np.where(np.isnan(near := median_of(novelty.recent)), levels.mean, near)
            low, high = levels.low.copy(), levels.high.copy()
            self.seen.append(Seen(*novelty.judge(self.values[:, at], noise[:, at]), usual, low, high))
            self._inputs.append(inputs[at])
            if at + 1 > len(inputs) - _MEMORY:
                self._states[at + 1] = novelty.copy()

    def _back(self, inputs: Sequence[Floats]) -> None:
        """Forget what was seen since the first window that is another now, and more where no state is known of then."""
        pairs = zip(self._inputs, inputs, strict=False)
        alike = next((at for at, (old, new) in enumerate(pairs) if not _same(old, new)), None)
        stands = min(len(self._inputs), len(inputs)) if alike is None else alike
        at = max(state for state in self._states if state <= stands)
        del self.seen[at:], self._inputs[at:]
        near = range(at - _MEMORY, at + 1)
        self._states = {state: novelty for state, novelty in self._states.items() if not state or state in near}


class Judge:
    """Judges the boards of one model and grain, one after the other; where its `limits` change, it begins anew."""

    def __init__(self, outputs: frozenset[str], limits: Limits = AS_THEY_ARE) -> None:
        self._outputs, self.limits = outputs, limits
        self._key: object = None
        self._baseline = np.zeros((0, 0))
        self._monitors: list[Monitor | None] = []
        self.watches: list[Watch] = []

    def judge(self, board: Board) -> list[Finding]:
        """The findings on the newest window of every series, one for each; what cannot be judged says why."""
        self.see(board)
        return self.findings(board, len(board.starts) - board.reference - 1)

    def see(self, board: Board) -> None:
        """Judge every window that was lived through."""
        if board.reference < len(board.starts):
            self._ready(board)
            for watch in self.watches:
                watch.go_on(board)

    def findings(self, board: Board, at: int) -> list[Finding]:
        """The findings on a window of a board that was seen; `at` counts those that were lived through."""
        found: dict[int, Finding] = {}
        for watch in self.watches if at >= 0 else ():
            for row, place in enumerate(watch.places.tolist()):
                one = _finding(board, watch, row, place, at)
                if place not in found or one.rank > found[place].rank:
                    found[place] = one
        return [found[place] for place in sorted(found)]

    def _ready(self, board: Board) -> None:
        """Begin anew where the board's series, its limits, its baseline or its first window are others than before."""
        monitors = [monitor_of(line, self._outputs) for line in board.lines]
        both = zip(monitors, board.lines, strict=True)
        raised = [1.0 if one is None else self.limits.of(one.name, line) for one, line in both]
        key = (board.lines, board.reference, int(board.starts[board.reference]), raised)
        baseline = board.values[:, : board.reference]
        if key == self._key and _same(baseline, self._baseline):
            return
        self._key, self._baseline = key, baseline
        self._monitors = monitors
        every = np.array(raised)
        self.watches = [watch for shape in Shape if (watch := self._watch(board, shape, every)) is not None]

    def _watch(self, board: Board, shape: Shape, raised: Floats) -> Watch | None:
        if shape is Shape.LONG and board.reference < _STRETCHES * LONG:
            return None  # with so few stretches to compare with, one that is odd is nothing odd
        looked = [
            (place, one, one.looks[shape]) for place, one in enumerate(self._monitors) if one and shape in one.looks
        ]
        if not looked:
            return None
        places = np.array([place for place, _, _ in looked], np.int64)
        limits = _limits([(one, look) for _, one, look in looked]) * raised[places]
        known = slice(board.reference)
        values = np.where(board.rows[places, known] >= LEAST_ROWS, board.values[places, known], np.nan)
        season = season_in(values, board.starts[known], board.grain)
        without = season.without(values, board.starts[known])
        return Watch(shape, places, [one for _, one, _ in looked], limits, raised[places], season, without)


def _limits(looked: Sequence[tuple[Monitor, Look]]) -> Floats:
    """How far beyond the usual each series may lie: more, where more of them are watched by one monitor."""
    many = Counter(one.name for one, _ in looked)
    return np.array([look.limit + _shared(many[one.name]) for one, look in looked])


def _shared(many: int) -> float:
    """How much farther out the farthest of so many series lies than that of one: they share one budget."""
    alone, together = farthest(np.array([YEAR, YEAR * many])).tolist()
    return float(together - alone)


def _finding(board: Board, watch: Watch, row: int, place: int, at: int) -> Finding:
    monitor, seen = watch.monitors[row], watch.seen[at]
    window = board.reference + at
    start = int(board.starts[window]) - board.lines[place].lag(board.grain) * board.grain.seconds
    adds = float(watch.season.adds(np.array([start]))[row, 0])
    excess, value, usual = float(seen.excess[row]), float(watch.values[row, at]), float(seen.usual[row])
    rows, limit = float(board.rows[place, window]), float(watch.limits[row])
    new = bool(seen.new[row]) and value >= monitor.floor
    breach = _breach(monitor, monitor.looks[watch.shape], excess, value - usual, new=new)
    why = _unknown(rows, value, _SPANS[watch.shape]) if breach is Breach.UNKNOWN else ""
    return Finding(
        monitor, board.lines[place], watch.shape, start, start + board.grain.seconds,
        value + adds, usual + adds, float(seen.low[row]) + adds, float(seen.high[row]) + adds,
        0.0 if np.isnan(excess) else excess, limit, rows, breach, why, raised=float(watch.raised[row]),
    )  # fmt: skip


def _breach(monitor: Monitor, look: Look, excess: float, effect: float, *, new: bool) -> Breach:
    if np.isnan(excess):
        return Breach.UNKNOWN
    matters = abs(effect) >= look.least and monitor.sides * np.sign(excess) >= 0
    return Breach.YES if new and matters else Breach.NO


def _unknown(rows: float, value: float, span: int) -> str:
    """Why a window cannot be judged: for itself, for those just before it, or for all that came before."""
    if rows < LEAST_ROWS:
        return f"{rows:.0f} rows, too few to judge"
    if np.isnan(value):
        return f"too few of the last {span} windows are known, which are looked at together"
    return f"too few windows to compare with: {FEWEST} say what is usual"


def _noise(variance: Floats, span: int) -> Floats:
    """The mean variance of each window and those just before it that are known, of a look's span; 0 where none is."""
    padded = np.pad(variance, ((0, 0), (span - 1, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, span, axis=1)
    known = np.isfinite(windows)
    mean: Floats = np.where(known, windows, 0.0).sum(axis=-1) / np.maximum(known.sum(axis=-1), 1)
    return mean


def _shaped(values: Floats, shape: Shape) -> Floats:
    if shape is Shape.ONCE:
        return values
    return lasting(values) if shape is Shape.LASTING else long_run(values, LONG)


def _same(one: Floats, other: Floats) -> bool:
    return np.array_equal(one, other, equal_nan=True)
