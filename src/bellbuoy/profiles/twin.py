"""The twin of a model and of its inputs: what the reference set says that each usually is, given the other inputs.

It is learnt from a sample of the reference set's rows: the score from the inputs, and each number from all others. What
a live row lies beside it, in ranks of 0 to 1, hardly varies with weather or season, and jumps when a column is frozen,
swapped or in another unit, and when another function is served, even where no distribution shows it.

Rows unlike any of the reference set make it guess: they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.boosting import Bits, Boosted, boost
from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.scales import NameScale, NumberScale, Scale, scale_of
from bellbuoy.profiles.target import Target
from bellbuoy.sources.port import Column

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Columns of some rows, in the order in which they came.
Columns = Mapping[str, Column]

#: With fewer rows nothing is learnt.
FEWEST = 500
#: Rows that the trees are grown on; the others of the sample tell how far the twin is off.
_GROWN = 12_000
#: A column that the others tell less of is left alone: its share of the variance of rows not learnt from.
_SKILL = 0.3
#: A row is left out where its strange inputs explained more of a column than this share: with twice as much, a winter
#: beside an autumn reference looked like another model, with a fifth, half of its days could not be judged.
_MATTERS = 0.05
#: Distances are kept in steps of so many to 1: their sums are exact, and a window's are few bytes.
_STEPS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """What one column usually is: the mean of two functions, each learnt from a half of the reference set."""

    column: str
    scale: NumberScale
    weights: Floats  #: of each input, the share of what the guess explains that its splits do
    halves: tuple[Boosted, Boosted]
    skill: float  #: R² on rows that were not learnt from


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """How far one column of some rows lies from what it usually is, in ranks; above 0 where it lies above."""

    values: Floats  #: NaN where the column itself is null
    strange: Bools  #: rows that are left out: they are like none of the reference set, and its guess is none


@dataclass(frozen=True, slots=True, eq=False)
class Twin:
    """What each column usually is, given the others."""

    inputs: Mapping[str, Scale]
    guesses: tuple[Guess, ...]
    share: float  #: of the live rows that are looked at

    @property
    def columns(self) -> set[str]:
        """The columns that it needs of each row."""
        return {*self.inputs, *(guess.column for guess in self.guesses)}

    @property
    def importance(self) -> dict[str, float]:
        """How much of what the inputs explain of the model's outputs each of them does: shares of one.

        Empty where no output was learnt. What inputs tell of one another does not count.
        """
        outputs = [guess.weights for guess in self.guesses if guess.column not in self.inputs]
        if not outputs:
            return {}
        means = np.mean(outputs, axis=0)
        return {name: round(float(weight), 4) for name, weight in zip(self.inputs, means, strict=True)}

    def distances(self, columns: Columns) -> dict[str, Apart]:
        """How far each guessed column of some rows lies from what it usually is."""
        seen = see(self.inputs, columns)
        out = {}
        for guess in self.guesses:
            one, other = (half.predict(seen.codes) for half in guess.halves)
            usual = (one + other) / 2
            ranks = guess.scale.ranks(columns[guess.column])
            out[guess.column] = _apart(ranks, usual, guess.weights @ seen.strange)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Inputs of some rows: their bins, and whether each is unlike the reference set; both are inputs × rows."""

    codes: Bits
    strange: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A twin, and how far the rows that it was learnt from lie beside what the half without them says."""

    twin: Twin
    distances: Mapping[str, Apart]


def see(scales: Mapping[str, Scale], columns: Columns) -> Seen:
    """Inputs of some rows by their scales."""
    every = [(scale, columns[name]) for name, scale in scales.items()]
    codes = np.stack([scale.codes(column) for scale, column in every])
    return Seen(codes, np.stack([scale.strange(column) for scale, column in every]))


def outputs_of(target: Target) -> tuple[str, ...]:
    """The columns that a model puts out and that are numbers: its scores, else what it predicts."""
    if target.scores:
        return target.scores
    return (target.prediction,) if target.task == "regression" and target.prediction else ()


def learn(columns: Columns, half: Ints, plan: Plan, target: Target, share: float) -> Learnt | None:
    """Learn the twin from a sample of rows in random order; None where there is nothing to learn.

    `half` is 0 or 1: rows of days that lie together must be of one half, or each would know the other.
    """
    outputs = outputs_of(target)
    told = {*outputs, *target.scores, target.prediction}
    scales = _scales(columns, [name for name in plan.columns if name not in told])
    if len(half) < FEWEST or not scales:
        return None
    learner = _Learner(scales, see(scales, columns), half)
    aims = [name for name, scale in scales.items() if isinstance(scale, NumberScale)]
    found = [learner.learn(name, scale, columns[name]) for name, scale in _numbers(columns, [*aims, *outputs])]
    made = [one for one in found if one is not None]
    if not made:
        return None
    twin = Twin(scales, tuple(guess for guess, _ in made), share)
    return Learnt(twin, {guess.column: apart for guess, apart in made})


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    """Learns one column after the other from the same rows."""

    scales: Mapping[str, Scale]
    seen: Seen
    half: Ints

    def learn(self, column: str, scale: NumberScale, values: Column) -> tuple[Guess, Apart] | None:
        """The guess of a column, with distances of rows that were not learnt from; None where it is no good."""
        ranks = scale.ranks(values)
        usual, halves, worths = np.full(len(ranks), np.nan), [], []
        if not set(self.scales) - {column}:
            return None
        for held in (0, 1):
            grown = np.flatnonzero((self.half != held) & ~np.isnan(ranks))[: _GROWN // 2]
            if len(grown) < FEWEST // 4:
                return None
            made, worth = self._boost(column, grown, ranks)
            usual[self.half == held] = made.predict(self.seen.codes[:, self.half == held])
            if _skill(ranks, usual) < _SKILL:
                return None
            halves.append(made)
            worths.append(worth / max(worth.sum(), 1e-12))
        weights = np.mean(worths, axis=0)
        guess = Guess(column, scale, weights, (halves[0], halves[1]), _skill(ranks, usual))
        return guess, _apart(ranks, usual, weights @ self.seen.strange)

    def _boost(self, column: str, grown: Ints, ranks: Floats) -> tuple[Boosted, Floats]:
        every = list(enumerate(self.scales.items()))
        allowed = [place for place, (name, _) in every if name != column]
        named = [place for place, (_, scale) in every if isinstance(scale, NameScale)]
        return boost(self.seen.codes[:, grown], ranks[grown], allowed, named, seed=0)


def _apart(ranks: Floats, usual: Floats, strange: Floats) -> Apart:
    """Distances in steps; `strange` is how much of each row's guess hangs on strange inputs."""
    steps = np.round((ranks - usual) * _STEPS) / _STEPS
    return Apart(steps, (strange > _MATTERS) & ~np.isnan(steps))


def _skill(ranks: Floats, usual: Floats) -> float:
    """R², of the rows that have a guess."""
    known = ~np.isnan(ranks) & ~np.isnan(usual)
    spread = float(ranks[known].var()) if known.any() else 0.0
    return 1 - float((ranks - usual)[known].var()) / spread if spread > 0 else 0.0


def _scales(columns: Columns, names: Sequence[str]) -> dict[str, Scale]:
    every = ((name, scale_of([columns[name]])) for name in names if name in columns)
    return {name: scale for name, scale in every if scale is not None}


def _numbers(columns: Columns, names: Sequence[str]) -> Iterator[tuple[str, NumberScale]]:
    for name, scale in _scales(columns, names).items():
        if isinstance(scale, NumberScale):
            yield name, scale
