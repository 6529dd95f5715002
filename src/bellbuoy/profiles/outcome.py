"""The outcome of a window: its scores (or predictions) joined with labels, as counts and sums that add and subtract.

What each task keeps, by name:

- binary: cells `score` with code `4 · bucket + 2 · predicted + label` (bucket from `buckets.encode_probability`, or
  from `buckets.encode` where scores are only a ranking; predicted and label are 0 or 1); sums `log_loss`, `brier`,
  `score` (missing where scores are no probabilities).
- multiclass: cells `confusion` with code `K · predicted + label` over class indices; cells `score:<class>` with code
  `2 · bucket + (label is that class)`; sums `log_loss`, `brier`.
- regression: cells `error` (buckets of prediction − label), `label` and `prediction`; sums `error`, `absolute`,
  `square`, `label`, `label_square`, `percentage` (|error / label| over rows whose label is not 0) and `percentage_rows`.

Integer parts are exact in any order; sums are doubles. Log loss clips probabilities to [ε, 1 − ε] with ε = 2^-52, as
scikit-learn does for doubles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import Cells, gather

_EPSILON = float(np.finfo(np.float64).eps)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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

    def _joined(self, other: Outcome, sign: int) -> Outcome:
        cells = dict(self.cells)
        for name, theirs in other.cells.items():
            mine = cells.get(name, Cells())
            cells[name] = mine + theirs if sign > 0 else mine - theirs
        rows = self.rows + sign * other.rows
        names = [*self.sums, *(name for name in other.sums if name not in self.sums)]
        sums = {name: self.sums.get(name, 0.0) + sign * other.sums.get(name, 0.0) for name in names}
        return Outcome(rows, cells, sums if rows else dict.fromkeys(names, 0.0))


def binary_outcome(score: Floats, predicted: Ints, label: Ints, *, probability: bool = True) -> Outcome:
    """Outcome of paired rows; arrays of one length, scores finite (in 0..1 if `probability`), the others 0 or 1."""
    bucket = buckets.encode_probability(score) if probability else buckets.encode(score)
    cells = {"score": _counted(4 * bucket + 2 * predicted + label)}
    if not probability:
        return Outcome(len(score), cells)
    inside = np.clip(score, _EPSILON, 1 - _EPSILON)
    loss = -np.where(label == 1, np.log(inside), np.log1p(-inside))
    sums = {"log_loss": _sum(loss), "brier": _sum((score - label) ** 2), "score": _sum(score)}
    return Outcome(len(score), cells, sums)


def multiclass_outcome(scores: Floats, predicted: Ints, label: Ints, classes: tuple[str, ...]) -> Outcome:
    """Outcome of paired rows; `scores` is rows × classes (or rows × 0 where only classes are predicted)."""
    size = len(classes)
    cells = {"confusion": _counted(size * predicted + label)}
    if scores.shape[1] != size:
        return Outcome(len(label), cells)
    for place, name in enumerate(classes):
        bucket = buckets.encode_probability(np.clip(scores[:, place], 0, 1))
        cells[f"score:{name}"] = _counted(2 * bucket + (label == place))
    whole = scores.sum(axis=1, keepdims=True)
    share = np.divide(scores, whole, out=np.full_like(scores, 1 / size), where=whole > 0)
    hit = np.clip(share[np.arange(len(label)), label], _EPSILON, 1 - _EPSILON)
    target = label[:, None] == np.arange(size)
    sums = {"log_loss": _sum(-np.log(hit)), "brier": _sum(((scores - target) ** 2).sum(axis=1))}
    return Outcome(len(label), cells, sums)


def regression_outcome(prediction: Floats, label: Floats) -> Outcome:
    """Outcome of paired rows, both finite."""
    error = prediction - label
    some = label != 0
    cells = {
        "error": _counted(buckets.encode(error)),
        "label": _counted(buckets.encode(label)),
        "prediction": _counted(buckets.encode(prediction)),
    }
    sums = {
        "error": _sum(error),
        "absolute": _sum(np.abs(error)),
        "square": _sum(error**2),
        "label": _sum(label),
        "label_square": _sum(label**2),
        "percentage": _sum(np.abs(error[some] / label[some])),
        "percentage_rows": float(some.sum()),
    }
    return Outcome(len(label), cells, sums)


def _counted(codes: Ints) -> Cells:
    return gather([codes], [np.ones(len(codes), np.int64)])


def _sum(values: Floats) -> float:
    return float(values.sum())
