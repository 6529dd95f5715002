"""The outcome of a window: its scores (or predictions) joined with labels, as counts and sums that add and subtract.

What each task keeps, by name:

- binary: cells `score` with code `4 · bucket + 2 · predicted + label` (bucket from `buckets.encode_probability`, or
  from `buckets.encode` where scores are only a ranking; predicted and label are 0 or 1); sums `log_loss`, `brier`,
  `score` (missing where scores are no probabilities).
- multiclass: cells `confusion` with code `K · predicted + label` over class indices; cells `score:<class>` with code
  `2 · bucket + (label is that class)`, buckets as for binary; sums `log_loss`, `brier` (probabilities only).
- regression: cells `error` (buckets of prediction − label), `label` and `prediction`; cells `joint` of both prediction
  and error, in wide buckets (see `joint_codes`); sums `error`, `absolute`, `square`, `label`, `label_square`,
  `percentage` (|error / label| where the label is not 0), `percentage_rows`, `percentage_square` and
  `prediction_square`.

A promise is what is known of a window before any label: counts of all its predictions, not of labelled ones alone. It
has the shape of an outcome, and cells of the same names where they can have them:

- binary: cells `score` with code `4 · bucket + 2 · predicted`, the label's bit being 0.
- multiclass: cells `promise:<class>` with code `K · bucket of that class's score + predicted`; where only classes are
  predicted, none.
- regression: cells `prediction`; sums `prediction` and `prediction_square`.

Integer parts are exact in any order; sums are doubles. Log loss clips probabilities to [ε, 1 − ε] with ε = 2^-52, as
scikit-learn does for doubles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import Cells, gather
from bellbuoy.profiles.spread import Groups, spread

_EPSILON = float(np.finfo(np.float64).eps)
_LARGEST = float(np.finfo(np.float64).max)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: In `joint`, how many scales predictions and errors are coarser than buckets usually are: a quarter of an octave wide,
#: and half an octave.
_JOINT_PREDICTION, _JOINT_ERROR = 3, 4
#: Larger than the size of any index at these scales, and than any number that stands for an error.
_JOINT_OFFSET, JOINT = 4_500, 2**14


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of one window's labelled rows; see the module for the names of cells and sums."""

    rows: int = 0
    cells: Mapping[str, Cells] = field(default_factory=dict)
    sums: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Self) -> Outcome:
        return self._joined(other, 1)

    def __sub__(self, other: Self) -> Outcome:
        """This without `other`, which must have been added before: how a corrected label is taken back."""
        return self._joined(other, -1)

    @property
    def short(self) -> bool:
        """Whether more was taken back than stood there, of rows or of any cell."""
        return self.rows < 0 or any((part.counts < 0).any() for part in self.cells.values())

    @property
    def standing(self) -> Outcome:
        """This without cells of which more was taken back than stood there."""
        if not self.short:
            return self
        return replace(self, cells={name: part.standing for name, part in self.cells.items()})

    def _joined(self, other: Outcome, sign: int) -> Outcome:
        cells = dict(self.cells)
        for name, theirs in other.cells.items():
            mine = cells.get(name)
            if mine is None:
                cells[name] = theirs if sign > 0 else Cells() - theirs
            else:
                cells[name] = mine + theirs if sign > 0 else mine - theirs
        rows = self.rows + sign * other.rows
        names = [*self.sums, *(name for name in other.sums if name not in self.sums)]
        sums = {name: self.sums.get(name, 0.0) + sign * other.sums.get(name, 0.0) for name in names}
        return Outcome(rows, cells, sums)


def added(parts: Sequence[Outcome]) -> Outcome:
    """All of some outcomes together, as adding one to the other would give; in one pass over their cells."""
    if len(parts) == 1:
        return parts[0]
    names = dict.fromkeys(name for part in parts for name in part.cells)
    holders = {name: [part.cells[name] for part in parts if name in part.cells] for name in names}
    cells = {
        name: gather([one.codes for one in every], [one.counts for one in every]) for name, every in holders.items()
    }
    sums: dict[str, float] = {}
    for part in parts:
        for name, value in part.sums.items():
            sums[name] = sums.get(name, 0.0) + value
    return Outcome(sum(part.rows for part in parts), cells, sums)


@dataclass(frozen=True, slots=True)
class Terms:
    """What each paired row adds to its outcome: a code to each named count, a number to each named sum."""

    codes: Mapping[str, Ints]
    sums: Mapping[str, Floats]

    def outcomes(self, groups: Groups) -> list[Outcome]:
        """The outcome of each group of rows."""
        spreads = {name: spread(codes, groups) for name, codes in self.codes.items()}
        with np.errstate(over="ignore", invalid="ignore"):
            sums = {name: groups.sums(values) for name, values in self.sums.items()}
        return [
            Outcome(
                int(rows),
                {name: part.cells(place) for name, part in spreads.items()},
                {name: float(part[place]) for name, part in sums.items()},
            )
            for place, rows in enumerate(groups.sizes)
        ]

    def whole(self) -> Outcome:
        """The outcome of all rows together."""
        rows = len(next(iter(self.codes.values())))
        return self.outcomes(Groups(np.zeros(rows, np.int64), 1))[0]

    def ordered(self, order: Ints) -> Terms:
        """The same terms with their rows in another order."""
        codes = {name: values[order] for name, values in self.codes.items()}
        return Terms(codes, {name: values[order] for name, values in self.sums.items()})


def binary_terms(score: Floats, predicted: Ints, label: Ints, *, probability: bool = True) -> Terms:
    """Terms of paired rows; arrays of one length, scores finite (in 0..1 if `probability`), the others 0 or 1."""
    bucket = buckets.encode_probability(score) if probability else buckets.encode(score)
    codes = {"score": 4 * bucket + 2 * predicted + label}
    if not probability:
        return Terms(codes, {})
    inside = np.clip(score, _EPSILON, 1 - _EPSILON)
    loss = -np.where(label == 1, np.log(inside), np.log1p(-inside))
    return Terms(codes, {"log_loss": loss, "brier": (score - label) ** 2, "score": score})


def multiclass_terms(
    scores: Floats, predicted: Ints, label: Ints, classes: tuple[str, ...], *, probability: bool = True
) -> Terms:
    """Terms of paired rows; `scores` is rows × classes (or rows × 0 where only classes are predicted)."""
    size = len(classes)
    codes = {"confusion": size * predicted + label}
    if scores.shape[1] != size:
        return Terms(codes, {})
    for place, name in enumerate(classes):
        score = scores[:, place]
        bucket = buckets.encode_probability(np.clip(score, 0, 1)) if probability else buckets.encode(score)
        codes[f"score:{name}"] = 2 * bucket + (label == place)
    if not probability:
        return Terms(codes, {})
    whole = scores.sum(axis=1, keepdims=True)
    share = np.divide(scores, whole, out=np.full_like(scores, 1 / size), where=whole > 0)
    hit = np.clip(share[np.arange(len(label)), label], _EPSILON, 1 - _EPSILON)
    target = label[:, None] == np.arange(size)
    return Terms(codes, {"log_loss": -np.log(hit), "brier": ((scores - target) ** 2).sum(axis=1)})


def regression_terms(prediction: Floats, label: Floats) -> Terms:
    """Terms of paired rows, both finite; what is too large for a double becomes infinite, and stays so in sums."""
    with np.errstate(over="ignore"):
        error = prediction - label
        squares, label_squares, prediction_squares = error**2, label**2, prediction**2
        percentage = np.divide(np.abs(error), np.abs(label), out=np.zeros_like(error), where=label != 0)
        percentage_squares = percentage**2
    codes = {
        "error": buckets.encode(np.clip(error, -_LARGEST, _LARGEST)),
        "label": buckets.encode(label),
        "prediction": buckets.encode(prediction),
    }
    codes["joint"] = joint_codes(codes["prediction"], codes["error"])
    sums = {
        "error": error,
        "absolute": np.abs(error),
        "square": squares,
        "label": label,
        "label_square": label_squares,
        "percentage": percentage,
        "percentage_rows": (label != 0).astype(np.float64),
        "percentage_square": percentage_squares,
        "prediction_square": prediction_squares,
    }
    return Terms(codes, sums)


def binary_promise(score: Floats, predicted: Ints, *, probability: bool = True) -> Terms:
    """What predictions add to a promise; arrays of one length, as `binary_terms` takes them."""
    bucket = buckets.encode_probability(score) if probability else buckets.encode(score)
    return Terms({"score": 4 * bucket + 2 * predicted}, {})


def multiclass_promise(scores: Floats, predicted: Ints, classes: tuple[str, ...], *, probability: bool = True) -> Terms:
    """What predictions add to a promise; `scores` is rows × classes."""
    size = len(classes)
    codes = {}
    for place, name in enumerate(classes):
        score = scores[:, place]
        bucket = buckets.encode_probability(np.clip(score, 0, 1)) if probability else buckets.encode(score)
        codes[f"promise:{name}"] = size * bucket + predicted
    return Terms(codes, {})


def regression_promise(prediction: Floats) -> Terms:
    """What predictions add to a promise."""
    with np.errstate(over="ignore"):
        squares = prediction**2
    return Terms({"prediction": buckets.encode(prediction)}, {"prediction": prediction, "prediction_square": squares})


def joint_codes(prediction: Ints, error: Ints) -> Ints:
    """Codes of `joint` cells from the codes of a prediction's and of its error's bucket.

    They are `JOINT · joint_prediction + joint_error`: numbers of wide buckets, small enough to pack well.
    """
    return JOINT * joint_prediction(prediction) + joint_error(error)


def joint_prediction(codes: Ints) -> Ints:
    """The number of the wide bucket that each prediction's bucket lies in."""
    return _small(buckets.coarsen(codes, _JOINT_PREDICTION))


def joint_error(codes: Ints) -> Ints:
    """The number of the wide bucket that each error's bucket lies in."""
    return _small(buckets.coarsen(codes, _JOINT_ERROR))


def joint_middles(numbers: Ints) -> tuple[Floats, Floats]:
    """The middle of the wide bucket that each number stands for, as a prediction's and as an error's."""
    size = (numbers >> 1) - _JOINT_OFFSET + buckets.OFFSET
    codes = np.where(numbers == 0, 0, np.where(numbers & 1, -size, size))
    by_prediction, by_error = (buckets.middles(codes, buckets.SCALE - by) for by in (_JOINT_PREDICTION, _JOINT_ERROR))
    return by_prediction, by_error


def _small(codes: Ints) -> Ints:
    """0 for 0; else twice the bucket's index, moved above 0, and 1 more below zero."""
    index = np.abs(codes) - buckets.OFFSET + _JOINT_OFFSET
    return np.where(codes == 0, 0, 2 * index + (codes < 0))


def binary_outcome(score: Floats, predicted: Ints, label: Ints, *, probability: bool = True) -> Outcome:
    """Outcome of paired rows, as `binary_terms` takes them."""
    return binary_terms(score, predicted, label, probability=probability).whole()


def multiclass_outcome(scores: Floats, predicted: Ints, label: Ints, classes: tuple[str, ...]) -> Outcome:
    """Outcome of paired rows, as `multiclass_terms` takes them."""
    return multiclass_terms(scores, predicted, label, classes).whole()


def regression_outcome(prediction: Floats, label: Floats) -> Outcome:
    """Outcome of paired rows, as `regression_terms` takes them."""
    return regression_terms(prediction, label).whole()
