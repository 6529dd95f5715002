"""How errors of a regression scatter, given its prediction: learnt from counts, to be expected of other predictions.

It is the idea of direct loss estimation, which learns losses from inputs; here from the prediction alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from bellbuoy.metrics.intervals import Floats, Ints
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import JOINT, Outcome, joint_error, joint_middles, joint_prediction

#: How many rows what was known before is worth, for each kind of prediction; never more than is known of all.
_WORTH = (*np.exp2(np.arange(0.0, 20.0)).tolist(), math.inf)
#: Less variance than this share of the mean's square may be rounding alone.
_ROUNDING = 1e-9
_log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])


@dataclass(frozen=True, slots=True)
class Missed:
    """What kinds miss of errors, put right by the exact sums of the rows that were learnt from."""

    off: float = 0.0  #: of the mean error
    slope: float = 0.0  #: of how it rises with the prediction, from `middle` on
    middle: float = 0.0
    size: float = 1.0  #: of the mean size of errors, as a ratio
    square: float = 1.0  #: of their mean square, as a ratio


@dataclass(frozen=True, slots=True)
class Losses:
    """Errors to expect: each row of `shares` is a kind of prediction, each column a kind of error."""

    kinds: Floats  #: the middle of each kind of prediction, ascending
    means: Floats  #: the mean prediction of each kind
    shares: Floats  #: of kinds of errors among predictions of a kind
    numbers: Ints  #: of the kinds of errors, as `joint` cells have them, ascending
    errors: Ints  #: buckets of errors
    column: Ints  #: the kind of error that each bucket is of
    within: Floats  #: the bucket's share of its kind
    missed: Missed
    gain: float = 0.0  #: how much more evidence there is for it than for what was known before, in nats

    @property
    def error(self) -> Floats:
        """The middle of each bucket of errors."""
        return buckets.middles(self.errors)

    @property
    def mean_errors(self) -> Floats:
        """The mean of each kind of error."""
        return np.bincount(self.column, self.within * self.error).astype(np.float64)

    def mean_error(self, predictions: Floats) -> Floats:
        """The mean error of each prediction."""
        of_kinds = np.interp(predictions, self.means, self.shares @ self.mean_errors)
        return of_kinds + self.missed.off + self.missed.slope * (predictions - self.missed.middle)

    def counts(self, predictions: Ints, counts: Floats) -> Floats:
        """How often each bucket of errors is to be expected of counted buckets of predictions."""
        return (self.weights(predictions, counts) @ self.shares)[self.column] * self.within

    def weights(self, predictions: Ints, counts: Floats) -> Floats:
        """How many rows of each kind predictions are: parted between the two kinds whose means they lie between."""
        below, part = self.between(buckets.middles(predictions))
        weights = np.zeros(len(self.kinds))
        np.add.at(weights, below, counts * (1 - part))
        np.add.at(weights, np.minimum(below + 1, len(weights) - 1), counts * part)
        return weights

    def between(self, predictions: Floats) -> tuple[Ints, Floats]:
        """The kind at or below each prediction, and how far it is on the way to the next one."""
        place = np.interp(predictions, self.means, np.arange(float(len(self.means))))
        below = np.floor(place)
        return below.astype(np.int64), place - below


def learn_losses(outcome: Outcome, under: Losses | None = None) -> Losses:
    """Learn from labelled counts what errors to expect; of a part of the rows, starting from what the whole says.

    A kind of prediction starts from what all have, or from what its neighbours have. From which, and how far its own
    rows lead away from there, is weighed by the likelihood of the counts (Dirichlet's and multinomial; Minka 2000). So
    where errors do not go with predictions, they are taken as alike.
    """
    start = _alike(outcome) if under is None else under
    number, error = np.divmod(outcome.cells["joint"].codes, JOINT)
    row = _nearest(start.kinds, number)
    column = np.searchsorted(start.numbers, error).clip(0, len(start.numbers) - 1)
    shape = start.shares.shape
    counts = np.zeros(shape)
    np.add.at(counts, (row, column), outcome.cells["joint"].counts)
    before = [start.shares] if under is not None else [start.shares, _neighbours(counts, start.shares)]
    tried = [(_likelihood(counts, shares, worth), worth, shares) for shares in before for worth in _WORTH]
    best, worth, shares = max(tried, key=lambda one: one[0])
    if math.isfinite(worth):
        shares = (counts + worth * shares) / (counts.sum(axis=1, keepdims=True) + worth)
    alike = _likelihood(counts, start.shares, math.inf)
    found = replace(start, shares=shares, gain=best - alike)
    # A part of few rows keeps what all rows say: its own sums are not to be trusted more than its counts.
    return found if under is not None else replace(found, missed=_missed(found, outcome))


def _alike(outcome: Outcome) -> Losses:
    """What to expect if errors did not go with predictions."""
    cells, fine = outcome.cells["joint"], outcome.cells["error"]
    kinds = np.unique(joint_middles(np.unique(cells.codes // JOINT))[0])
    numbers, column = np.unique(joint_error(fine.codes), return_inverse=True)
    whole = np.bincount(column, fine.counts)
    shares = np.tile(whole / whole.sum(), (len(kinds), 1))
    made = outcome.cells["prediction"]
    row = _nearest(kinds, joint_prediction(made.codes))
    means = np.bincount(row, buckets.middles(made.codes) * made.counts) / np.bincount(row, made.counts)
    return Losses(kinds, means, shares, numbers, fine.codes, column, fine.counts / whole[column], Missed())


def _neighbours(counts: Floats, whole: Floats) -> Floats:
    """Shares of errors in each kind as kinds below it and kinds above it have them, in equal parts.

    Rows count half as much with every step away. The kind's own have no part in it, and those of all kinds count as one
    row, so that no error is out of the question.
    """
    away = np.subtract.outer(np.arange(len(counts)), np.arange(len(counts)))
    sides = [np.exp2(-np.abs(away)) * side @ counts + whole / 2 for side in (away > 0, away < 0)]
    # Where a side has no rows, the other one speaks for it.
    rows = [side.sum(axis=1, keepdims=True) for side in sides]
    weight = [(one > 1).astype(np.float64) for one in rows]
    shares: Floats = sum(w * side / n for w, side, n in zip(weight, sides, rows, strict=True)) + 1e-6 * whole
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _nearest(kinds: Floats, numbers: Ints) -> Ints:
    """The kind of prediction that each number stands for; the nearest where it was never seen."""
    return np.searchsorted(kinds[:-1] / 2 + kinds[1:] / 2, joint_middles(numbers)[0])


def _missed(losses: Losses, outcome: Outcome) -> Missed:
    cells, rows, sums = outcome.cells["prediction"], outcome.rows, outcome.sums
    if not all(map(math.isfinite, sums.values())):
        return Missed()
    prediction, errors = buckets.middles(cells.codes), losses.counts(cells.codes, cells.counts)
    size, square = float(errors @ np.abs(losses.error)), float(errors @ losses.error**2)
    middle = (sums["label"] + sums["error"]) / rows
    mean_error = losses.mean_error(prediction)
    slope, varying = 0.0, sums.get("prediction_square", math.nan) / rows - middle**2
    if varying > _ROUNDING * middle**2:
        # prediction = label + error gives their covariance away.
        product = (sums["prediction_square"] + sums["square"] - sums["label_square"]) / 2
        together = product / rows - middle * sums["error"] / rows
        slope = (together - float((prediction - middle) * mean_error @ cells.counts) / rows) / varying
    off = sums["error"] / rows - float((mean_error + slope * (prediction - middle)) @ cells.counts) / rows
    return Missed(
        off, slope, middle, sums["absolute"] / size if size else 1.0, sums["square"] / square if square else 1.0
    )


def _likelihood(counts: Floats, before: Floats, worth: float) -> float:
    """Log likelihood of counts whose shares scatter about those before as if these were worth so many rows."""
    some = counts > 0
    if math.isinf(worth):
        return float(counts[some] @ np.log(before[some]))
    rows = counts.sum(axis=1)
    prior = worth * before[some]
    apart = float((_log_gamma(counts[some] + prior) - _log_gamma(prior)).sum())
    return apart + float((math.lgamma(worth) - _log_gamma(rows + worth)).sum())
