"""Precision, recall and F1 of a multiclass model, averaged over its classes, with intervals that hold for rare ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics.intervals import Counts, Floats, Interval, Ints, rate_interval
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

#: With so many rows a class that none is of is taken as not being there at all: less than one row in 200 is of it, by
#: the rule of three (Hanley & Lippman-Hand 1983). With fewer it may be there, and well or badly told.
_ENOUGH = 600
#: A class that is lacking tends to be a rare one, told worse than others: calibrated by simulation.
_WORST = 1.3
#: Classes never vary together more than so many times as separate ones would, nor less than the inverse.
_CLOSE = 2.0


@dataclass(frozen=True, slots=True)
class Confusion:
    """Which class was predicted how often where which was true: cells that occur, and the sums of each class."""

    predicted: Ints  #: class index of each cell
    label: Ints
    counts: Counts
    hits: Floats  #: by class: predicted and true
    called: Floats  #: by class: predicted
    true: Floats  #: by class: true

    @property
    def rows(self) -> float:
        """All rows."""
        return float(self.counts.sum())


def confusion(outcome: Outcome, subject: Subject) -> Confusion:
    """The confusion of an outcome's rows at the decisions that were logged."""
    size = len(subject.classes)
    cells = outcome.cells.get("confusion", Cells())
    predicted, label = np.divmod(cells.codes, max(size, 1))
    right = predicted == label
    hits, called, true = (
        np.bincount(codes, counts, size).astype(np.float64)
        for codes, counts in ((label[right], cells.counts[right]), (predicted, cells.counts), (label, cells.counts))
    )
    return Confusion(predicted, label, cells.counts, hits, called, true)


@dataclass(frozen=True, slots=True)
class Shares:
    """A share of each class, 0 where there is nothing to take it of, as scikit-learn has it; with its interval."""

    value: Floats
    low: Floats
    high: Floats
    #: What one row more of a cell changes in the share of its predicted class, and in that of its true class; in rows.
    as_called: Floats
    as_true: Floats
    together: float = 1.0  #: how classes vary together, where no row has gone wrong that could tell

    def variances(self, table: Confusion) -> Floats:
        """Variance of each class's share, by the delta method on the confusion's counts."""
        size, right, counts = len(self.value), table.predicted == table.label, table.counts
        alone, other = np.where(right, self.as_called + self.as_true, self.as_called), np.where(right, 0, self.as_true)
        first, second = (
            np.bincount(*of, size) for of in ((table.predicted, counts * alone**2), (table.label, counts * other**2))
        )
        return np.asarray(first + second, np.float64)


def _divided(part: Floats, whole: Floats) -> Floats:
    share: Floats = part / np.where(whole > 0, whole, 1.0)
    return share


def _ends(value: Floats, whole: Floats) -> tuple[Floats, Floats]:
    """Wilson's interval of each share; all of 0..1 where there is nothing to take it of."""
    both = np.array([rate_interval(*one) for one in zip(value.tolist(), whole.tolist(), strict=True)])
    return both[:, 0], both[:, 1]


def precisions(table: Confusion) -> Shares:
    """What share of the rows predicted as each class is of it."""
    value = _divided(table.hits, table.called)
    right = table.predicted == table.label
    change = (right - value[table.predicted]) / table.called[table.predicted]
    return Shares(value, *_ends(value, table.called), change, np.zeros_like(change))


def recalls(table: Confusion) -> Shares:
    """What share of each class's rows was predicted so."""
    value = _divided(table.hits, table.true)
    right = table.predicted == table.label
    change = (right - value[table.label]) / table.true[table.label]
    return Shares(value, *_ends(value, table.true), np.zeros_like(change), change)


def f1s(table: Confusion) -> Shares:
    """F1 of each class; its interval as that of a binary model's."""
    both = table.called + table.true
    inner = _divided(table.hits, both - table.hits)
    value = 2 * inner / (1 + inner)
    low, high = (2 * end / (1 + end) for end in _ends(inner, both - table.hits))
    right = table.predicted == table.label
    # A right cell adds 2 to the numerator of its class and 1 to each of its two marginals: half is told as each.
    as_called, as_true = ((right - value[of]) / both[of] for of in (table.predicted, table.label))
    # An error counts against two classes.
    return Shares(value, low, high, as_called, as_true, math.sqrt(2))


def macro(shares: Callable[[Confusion], Shares]) -> Callable[[Outcome, Subject], Reading]:
    """The plain mean over classes that were true or predicted at all, as scikit-learn takes it.

    The interval joins those of the classes (Zou & Donner 2008): each distance from the mean's value to an end is the
    root of the sum of squares of the classes' own, so a rare class is as unsure as its few rows make it. Classes share
    rows; the delta method on the confusion's multinomial counts (Takahashi et al. 2022 for F1) tells by how much that
    makes them vary together. A class that the window lacks may have any share, unless rows are many.
    """

    def measure(outcome: Outcome, subject: Subject) -> Reading:
        table = confusion(outcome, subject)
        part = shares(table)
        there = (table.called + table.true) > 0
        value = float(part.value[there].mean())
        absent = (len(there) - int(there.sum())) * (table.rows < _ENOUGH)
        weight = there / (int(there.sum()) + absent)
        change = part.as_called * weight[table.predicted] + part.as_true * weight[table.label]
        unknown = absent * (_WORST * weight.max()) ** 2
        below, above = _margins(part, weight, change, table)
        low, high = math.hypot(below, value * math.sqrt(unknown)), math.hypot(above, (1 - value) * math.sqrt(unknown))
        return _reading(value, (low, high), outcome.rows)

    return measure


def weighted(shares: Callable[[Confusion], Shares]) -> Callable[[Outcome, Subject], Reading]:
    """The mean over classes weighted by how often each is true; the interval as that of the plain mean."""

    def measure(outcome: Outcome, subject: Subject) -> Reading:
        table = confusion(outcome, subject)
        part = shares(table)
        weight = table.true / table.rows
        value = float(part.value @ weight)
        change = part.as_called * weight[table.predicted] + part.as_true * weight[table.label]
        # One row more of a class also gives that class more weight.
        change = change + (part.value[table.label] - value) / table.rows
        return _reading(value, _margins(part, weight, change, table), outcome.rows)

    return measure


def _margins(part: Shares, weight: Floats, change: Floats, table: Confusion) -> Interval:
    """How far the weighted mean may be off, down and up; `change` is what one row more of each cell changes in it."""
    middle = float(change @ table.counts) / table.rows
    variance = float((change - middle) ** 2 @ table.counts)
    alone = float(weight**2 @ part.variances(table))
    together = min(_CLOSE, max(1 / _CLOSE, math.sqrt(variance / alone))) if alone > 0 else part.together
    below, above = (float(np.linalg.norm(weight * side)) for side in (part.value - part.low, part.high - part.value))
    return together * below, together * above


def _reading(value: float, margins: Interval, rows: int) -> Measured:
    value = min(1.0, value)
    return Measured(value, max(0.0, value - margins[0]), min(1.0, value + margins[1]), rows)
