"""Metrics of a multiclass model, each from its outcome alone: over all classes, and of one class against the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bellbuoy.metrics import ranking
from bellbuoy.metrics.binary import EPSILON, NO_POSITIVES, NOTHING_CALLED, WORST_LOSS, f1_of, rate
from bellbuoy.metrics.calibration import calibration_error, probabilities
from bellbuoy.metrics.intervals import Floats, Ints, share_interval
from bellbuoy.metrics.means import size_reading, sum_of
from bellbuoy.metrics.ranking import Ranked, ranked
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

NO_CLASSES = Unmeasured("the model's classes are not known")

Measure = Callable[[Outcome, Subject], Reading]
ClassMeasure = Callable[[Outcome, Subject, int], Reading]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Which class was predicted how often where which was true: cells that occur, and the sums of each class."""

    predicted: Ints  #: class index of each cell
    label: Ints
    counts: Ints
    hits: Ints  #: by class: predicted and true
    called: Ints  #: by class: predicted
    true: Ints  #: by class: true

    @property
    def rows(self) -> int:
        """All rows."""
        return int(self.counts.sum())


def confusion(outcome: Outcome, subject: Subject) -> Confusion:
    """The confusion of an outcome's rows at the decisions that were logged."""
    size = len(subject.classes)
    cells = outcome.cells.get("confusion", Cells())
    predicted, label = np.divmod(cells.codes, max(size, 1))
    right = predicted == label
    hits, called, true = (
        np.bincount(codes, counts, size).astype(np.int64)
        for codes, counts in ((label[right], cells.counts[right]), (predicted, cells.counts), (label, cells.counts))
    )
    return Confusion(predicted, label, cells.counts, hits, called, true)


def by_score(outcome: Outcome, name: str) -> Ranked:
    """Rows of a class and rows of others, by bucket of the class's score."""
    return ranked(outcome.cells.get(f"score:{name}", Cells()), 1)


@dataclass(frozen=True, slots=True)
class Shares:
    """A share of each class, part / whole: 0 where the whole is 0, as scikit-learn has it."""

    value: Floats
    whole: Floats
    #: What one row more of a cell changes in the share of its predicted class, and in that of its true class; in rows.
    as_called: Floats
    as_true: Floats


def _divided(part: Floats | Ints, whole: Floats | Ints) -> Floats:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def _precisions(table: Confusion) -> Shares:
    value = _divided(table.hits, table.called)
    right = table.predicted == table.label
    change = (right - value[table.predicted]) / table.called[table.predicted]
    return Shares(value, table.called.astype(np.float64), change, np.zeros_like(change))


def _recalls(table: Confusion) -> Shares:
    value = _divided(table.hits, table.true)
    right = table.predicted == table.label
    change = (right - value[table.label]) / table.true[table.label]
    return Shares(value, table.true.astype(np.float64), np.zeros_like(change), change)


def _f1s(table: Confusion) -> Shares:
    both = (table.called + table.true).astype(np.float64)
    value = _divided(2 * table.hits, both)
    right = table.predicted == table.label
    # A right cell adds 2 to the numerator of its class and 1 to each of its two marginals: half is told as each.
    as_called, as_true = ((right - value[of]) / both[of] for of in (table.predicted, table.label))
    return Shares(value, both, as_called, as_true)


def _macro(shares: Callable[[Confusion], Shares]) -> Measure:
    """The plain mean over classes that were true or predicted at all, as scikit-learn takes it.

    The interval: the delta method on the confusion's multinomial counts (Takahashi et al. 2022 for F1), then Wilson's
    form, so that it stays within 0..1 and does not vanish at 1.
    """

    def measure(outcome: Outcome, subject: Subject) -> Reading:
        table = confusion(outcome, subject)
        part = shares(table)
        there = (table.called + table.true) > 0
        size = int(there.sum())
        value = float(part.value[there].mean())
        change = (part.as_called + part.as_true) / size
        fallback = size**2 / float((1 / np.maximum(1.0, part.whole[there])).sum())
        return _reading(value, change, table, fallback)

    return measure


def _weighted(shares: Callable[[Confusion], Shares]) -> Measure:
    """The mean over classes weighted by how often each is true; the interval as that of the plain mean."""

    def measure(outcome: Outcome, subject: Subject) -> Reading:
        table = confusion(outcome, subject)
        part = shares(table)
        weight = table.true / table.rows
        value = float(part.value @ weight)
        change = part.as_called * weight[table.predicted] + part.as_true * weight[table.label]
        # One row more of a class also gives that class more weight.
        return _reading(value, change + (part.value[table.label] - value) / table.rows, table, table.rows)

    return measure


def _reading(value: float, change: Floats, table: Confusion, fallback: float) -> Measured:
    middle = float(change @ table.counts) / table.rows
    variance = float((change - middle) ** 2 @ table.counts)
    value = min(1.0, value)
    return Measured(value, *share_interval(value, variance, fallback), table.rows)


def accuracy(outcome: Outcome, subject: Subject) -> Reading:
    """Share of rows that were predicted right; micro precision, recall and F1 are the same number."""
    table = confusion(outcome, subject)
    return rate(int(table.hits.sum()), table.rows, table.rows)


def log_loss(outcome: Outcome, subject: Subject) -> Reading:
    """Mean of −ln(probability given to the class that came true)."""
    hit, counts = _hits(outcome, subject)
    losses = -np.log(np.clip(hit, EPSILON, 1 - EPSILON))
    return size_reading(sum_of(outcome, "log_loss"), outcome.rows, losses, counts, high=WORST_LOSS)


def brier(outcome: Outcome, subject: Subject) -> Reading:
    """Mean over rows of the sum over classes of (score − label)², 0..2.

    Counts keep no row together, so the spread is that of (1 − score of the true class)², which makes up at least half
    of a row's term, brought to the size of the mean; for two classes that is exact.
    """
    hit, counts = _hits(outcome, subject)
    total = sum_of(outcome, "brier")
    main = (1 - hit) ** 2
    whole = float(main @ counts)
    scaled = main * (min(2.0, max(1.0, total / whole)) if whole > 0 else 1.0)
    return size_reading(total, outcome.rows, scaled, counts, high=2.0)


def _hits(outcome: Outcome, subject: Subject) -> tuple[Floats, Ints]:
    """Middles of the scores that rows gave to their true class, and how many rows."""
    parts = [by_score(outcome, name) for name in subject.classes]
    middles = [probabilities(part.buckets)[0] for part in parts]
    return np.concatenate(middles), np.concatenate([part.positives for part in parts]).astype(np.int64)


def auc(outcome: Outcome, subject: Subject) -> Reading:
    """Mean over classes of the area under the ROC curve of one class against the rest.

    Classes that are never true, or always, are left out. The areas share their rows: each row is of one class and a
    stranger to the others. The variance taken is twice that of separate samples, which is exact for two classes (whose
    areas are the same) and was never too small in simulations of 3 to 10.
    """
    found = [area for name in subject.classes if (area := ranking.area(by_score(outcome, name))) is not None]
    if not found:
        return ranking.ONE_CLASS
    size = len(found)
    value, bound = (sum(part) / size for part in zip(*((area.value, area.bound) for area in found), strict=True))
    variance = 2 * sum(area.variance for area in found) / size**2
    fewest = min(area.fewest for area in found)
    return Measured(value, *share_interval(value, variance, fewest, freedom=fewest - 1), outcome.rows, bound)


def classwise_ece(outcome: Outcome, subject: Subject) -> Reading:
    """Mean over classes of the calibration error of one class against the rest (Kull et al. 2019)."""
    counts = [part for name in subject.classes if len((part := by_score(outcome, name)).buckets)]
    parts = [calibration_error(part, outcome.rows) for part in counts]
    value, low, high, bound = (
        float(np.mean(part))
        for part in zip(*((part.value, part.low, part.high, part.bound) for part in parts), strict=True)
    )
    return Measured(value, low, high, outcome.rows, bound)


def class_precision(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of rows predicted as a class that are of it."""
    table = confusion(outcome, subject)
    return rate(int(table.hits[place]), int(table.called[place]), table.rows, NOTHING_CALLED)


def class_recall(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of a class's rows that were predicted so."""
    table = confusion(outcome, subject)
    return rate(int(table.hits[place]), int(table.true[place]), table.rows, NO_POSITIVES)


def class_f1(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Harmonic mean of a class's precision and recall."""
    table = confusion(outcome, subject)
    hits = int(table.hits[place])
    return f1_of(hits, int(table.called[place] + table.true[place]) - 2 * hits, table.rows)


def class_base_rate(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of rows that are of a class."""
    table = confusion(outcome, subject)
    return rate(int(table.true[place]), table.rows, table.rows)


def class_predicted_rate(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of rows that were predicted as a class."""
    table = confusion(outcome, subject)
    return rate(int(table.called[place]), table.rows, table.rows)


def _class_ranking(metric: Callable[[Ranked, int], Reading]) -> ClassMeasure:
    def measure(outcome: Outcome, subject: Subject, place: int) -> Reading:
        return metric(by_score(outcome, subject.classes[place]), outcome.rows)

    return measure


#: What decisions alone tell.
DECIDED: Mapping[str, Measure] = {
    "accuracy": accuracy,
    "f1": _macro(_f1s),
    "f1_micro": accuracy,
    "f1_weighted": _weighted(_f1s),
    "precision": _macro(_precisions),
    "precision_micro": accuracy,
    "precision_weighted": _weighted(_precisions),
    "recall": _macro(_recalls),
    "recall_micro": accuracy,
    "recall_weighted": _weighted(_recalls),
}
#: What the order of scores tells.
RANKED: Mapping[str, Measure] = {"auc": auc}
#: What scores that are probabilities tell.
PROMISED: Mapping[str, Measure] = {"log_loss": log_loss, "brier": brier, "classwise_ece": classwise_ece}

#: Of one class against the rest: what decisions tell, and what the order of its scores tells.
CLASS_DECIDED: Mapping[str, ClassMeasure] = {
    "precision": class_precision,
    "recall": class_recall,
    "f1": class_f1,
    "base_rate": class_base_rate,
    "predicted_rate": class_predicted_rate,
}
CLASS_RANKED: Mapping[str, ClassMeasure] = {
    "auc": _class_ranking(ranking.auc),
    "pr_auc": _class_ranking(ranking.pr_auc),
}
