"""The chance of being positive by score: what scores were worth where labels are known, learnt from counts.

The log odds are those that the score promises plus a correction, a line from knot to knot. Four corrections are tried,
and evidence picks one, so that scores that are right already are left alone: none; a shift; a shift and a slope (Platt
1999); or a curve, a smoothing spline whose stiffness is the one of greatest marginal likelihood (Wood 2011). The first
three are weighed by BIC (Schwarz 1978), with the rarer label's rows for its sample size (Volinsky & Raftery 2000).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from bellbuoy.metrics.intervals import Floats, Ints
from bellbuoy.metrics.ranking import Ranked
from bellbuoy.profiles import buckets

#: Fewer rows of the rarer label leave a slope to chance: ten for each of its two numbers (Peduzzi et al. 1996).
ENOUGH = 20
#: Log odds beyond these are as good as certain: doubles tell probabilities no nearer to 0 and 1.
_CERTAIN = 36.0
_KNOTS = 20
#: From a straight line to nearly no stiffness, on an axis of standard deviation 1.
_STIFFNESS = np.exp2(np.arange(26.0, -8.0, -2.0))
#: A prior on every correction, so weak that it matters only where a score tells labels apart without fault.
_WEAK = 0.01
_ROUNDS, _LONGEST = 30, 4.0


@dataclass(frozen=True, slots=True)
class Axis:
    """Where buckets of scores lie on the axis on which corrections are lines."""

    #: Of scores that are only a ranking: buckets that were seen, and the log odds of their rank. Empty: probabilities.
    codes: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    places: Floats = field(default_factory=lambda: np.empty(0))

    @classmethod
    def ranks(cls, counts: Ranked) -> Self:
        """The axis of scores of which only the order means something."""
        every = counts.positives + counts.negatives
        rank = (np.cumsum(every) - every / 2) / every.sum()
        return cls(counts.buckets, np.log(rank) - np.log1p(-rank))

    def at(self, codes: Ints) -> Floats:
        """The place of each bucket; log odds where scores are probabilities."""
        if len(self.codes):
            return np.interp(codes, self.codes, self.places)
        least, most = buckets.edges(codes)
        return np.clip(np.log(least / 2 + most / 2), -_CERTAIN, _CERTAIN)

    def promised(self, places: Floats) -> Floats:
        """The log odds that scores promise: none where they are only a ranking."""
        return np.zeros_like(places) if len(self.codes) else places


@dataclass(frozen=True, slots=True)
class Chance:
    """The chance of being positive by bucket of score."""

    axis: Axis = field(default_factory=Axis)
    knots: Floats = field(default_factory=lambda: np.zeros(1))
    correction: Floats = field(default_factory=lambda: np.zeros(1))  #: of the log odds, at each knot
    under: Chance | None = None  #: what is corrected, where that is not the score itself
    gain: float = 0.0  #: how much more evidence there is for it than for no correction, in nats

    def log_odds(self, codes: Ints) -> Floats:
        """The log odds of being positive of each bucket; beyond the knots the correction stays as it is."""
        places = self.axis.at(codes)
        start = self.axis.promised(places) if self.under is None else self.under.log_odds(codes)
        return start + np.interp(places, self.knots, self.correction)

    def of(self, codes: Ints) -> Floats:
        """The chance of being positive of each bucket."""
        return 1 / (1 + np.exp(-self.log_odds(codes)))


def learn_chance(counts: Ranked, *, probability: bool = True, under: Chance | None = None) -> Chance:
    """Learn the chance from labelled counts, as a correction of the score or of a chance known before.

    Too few rows of either label teach nothing: the correction is then none.
    """
    axis = under.axis if under is not None else Axis() if probability else Axis.ranks(counts)
    start = Chance(axis, under=under)
    if min(counts.positive, counts.negative) < ENOUGH:
        return start
    places = axis.at(counts.buckets)
    knots, correction, gain = _Fit.of(places, counts, start.log_odds(counts.buckets)).best()
    return Chance(axis, knots, correction, under, float(gain))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Labelled counts along the axis, and the log odds from which corrections start."""

    places: Floats
    positives: Floats
    every: Floats
    start: Floats

    @classmethod
    def of(cls, places: Floats, counts: Ranked, start: Floats) -> Self:
        return cls(places, counts.positives, counts.positives + counts.negatives, start)

    def best(self) -> tuple[Floats, Floats, float]:
        """Knots, corrections at them and the gain of the correction that has the most evidence."""
        few = float(min(self.positives.sum(), (self.every - self.positives).sum()))
        nothing = self._likelihood(self.start)
        found = [(np.zeros(1), np.zeros(1), 0.0)]
        knots = self._knots()
        for part in (knots[:1], knots[[0, -1]])[: len(knots)]:
            values = self._fitted(_hats(self.places, part), np.zeros((len(part),) * 2), np.zeros(len(part)))
            fit = self._likelihood(self.start + np.interp(self.places, part, values))
            found.append((part, values, fit - nothing - len(part) / 2 * np.log(few)))
        if len(knots) > 2:
            found.append(self._curve(knots, found[-1]))
        return max(found, key=lambda one: one[2])

    def _curve(self, knots: Floats, line: tuple[Floats, Floats, float]) -> tuple[Floats, Floats, float]:
        """The curve of the likeliest stiffness; its gain is that of the line and what bending adds to it."""
        hats, bent = _hats(self.places, knots), _bending(knots / self._spread())
        values = np.interp(knots, *line[:2])
        tried = []
        for stiffness in _STIFFNESS.tolist():
            values = self._fitted(hats, stiffness * bent, values)
            tried.append((self._evidence(hats, stiffness, bent, values), values))
        evidence, values = max(tried, key=lambda one: one[0])
        return knots, values, line[2] + evidence - tried[0][0]

    def _evidence(self, hats: Floats, stiffness: float, bent: Floats, values: Floats) -> float:
        """Log marginal likelihood by Laplace's method, but for what does not depend on the stiffness."""
        odds = self.start + hats @ values
        curvature = self._curvature(hats, odds) + stiffness * bent
        _, size = np.linalg.slogdet(curvature)
        free = (len(values) - 2) / 2 * np.log(stiffness)
        return float(self._likelihood(odds) - stiffness / 2 * values @ bent @ values + free - size / 2)

    def _fitted(self, hats: Floats, penalty: Floats, values: Floats) -> Floats:
        """Corrections of the greatest penalised likelihood, by Newton's method with steps of limited length."""
        for _ in range(_ROUNDS):
            odds = self.start + hats @ values
            slope = hats.T @ (self.positives - self.every / (1 + np.exp(-odds)))
            slope -= (penalty + _WEAK * np.eye(len(values))) @ values
            step = np.linalg.solve(self._curvature(hats, odds) + penalty, slope)
            longest = float(np.abs(step).max())
            values = values + step * min(1.0, _LONGEST / max(longest, 1e-12))
            if longest < 1e-6:
                break
        return values

    def _curvature(self, hats: Floats, odds: Floats) -> Floats:
        chance = 1 / (1 + np.exp(-odds))
        curvature: Floats = (hats.T * (self.every * chance * (1 - chance))) @ hats + _WEAK * np.eye(hats.shape[1])
        return curvature

    def _likelihood(self, odds: Floats) -> float:
        return float(self.positives @ odds - self.every @ np.logaddexp(0, odds))

    def _knots(self) -> Floats:
        """Places at equal shares of the rows, those of either label counting alike; the outermost among them."""
        weight = self.positives / self.positives.sum()
        negatives = self.every - self.positives
        share = np.cumsum(weight + negatives / negatives.sum()) / 2
        at = np.searchsorted(share, np.linspace(0, 1 - 1e-9, _KNOTS))
        return np.unique(self.places[np.minimum(at, len(self.places) - 1)])

    def _spread(self) -> float:
        middle = float(self.places @ self.every) / float(self.every.sum())
        return float(np.sqrt((self.places - middle) ** 2 @ self.every / self.every.sum())) or 1.0


def _hats(places: Floats, knots: Floats) -> Floats:
    """What each knot's value adds at each place: 1 at the knot itself, falling to 0 at its neighbours."""
    return np.stack([np.interp(places, knots, part) for part in np.eye(len(knots))], axis=1)


def _bending(knots: Floats) -> Floats:
    """How much a line from knot to knot bends, as a square form of its values."""
    # The integral of the squared second derivative, which a line from knot to knot has at its knots alone.
    apart = np.diff(knots)
    rows = np.zeros((len(knots) - 2, len(knots)))
    at = np.arange(len(rows))
    width = np.sqrt((apart[:-1] + apart[1:]) / 2)
    rows[at, at], rows[at, at + 2] = 1 / apart[:-1] / width, 1 / apart[1:] / width
    rows[at, at + 1] = -rows[at, at] - rows[at, at + 2]
    bent: Floats = rows.T @ rows
    return bent
