"""Metrics of a multiclass model, each from its outcome alone: over all classes, and of one class against the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from bellbuoy.metrics import ranking
from bellbuoy.metrics.average_precision import pr_auc
from bellbuoy.metrics.averages import confusion, f1s, macro, precisions, recalls, weighted
from bellbuoy.metrics.binary import EPSILON, LOSS_EXCESS, NO_POSITIVES, NOTHING_CALLED, WORST_LOSS, f1_of, rate
from bellbuoy.metrics.calibration import calibration_error, probabilities
from bellbuoy.metrics.intervals import Floats, share_interval
from bellbuoy.metrics.means import size_reading, sum_of
from bellbuoy.metrics.ranking import Ranked, ranked
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

NO_CLASSES = Unmeasured("the model's classes are not known")

Measure = Callable[[Outcome, Subject], Reading]
ClassMeasure = Callable[[Outcome, Subject, int], Reading]


def by_score(outcome: Outcome, name: str) -> Ranked:
    """Rows of a class and rows of others, by bucket of the class's score."""
    return ranked(outcome.cells.get(f"score:{name}", Cells()), 1)


def accuracy(outcome: Outcome, subject: Subject) -> Reading:
    """Share of rows that were predicted right; so are micro precision, recall and F1, and weighted recall."""
    table = confusion(outcome, subject)
    return rate(float(table.hits.sum()), table.rows, outcome.rows)


def log_loss(outcome: Outcome, subject: Subject) -> Reading:
    """Mean of −ln(probability given to the class that came true)."""
    hit, counts = _hits(outcome, subject)
    losses = -np.log(np.clip(hit, EPSILON, 1 - EPSILON))
    return size_reading(sum_of(outcome, "log_loss"), outcome.rows, losses, counts, high=WORST_LOSS, excess=LOSS_EXCESS)


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


def _hits(outcome: Outcome, subject: Subject) -> tuple[Floats, Floats]:
    """Middles of the scores that rows gave to their true class, and how many rows."""
    parts = [by_score(outcome, name) for name in subject.classes]
    middles = [probabilities(part.buckets)[0] for part in parts]
    return np.concatenate(middles), np.concatenate([part.positives for part in parts])


def auc(outcome: Outcome, subject: Subject) -> Reading:
    """Mean over classes of the area under the ROC curve of one class against the rest.

    Classes that are never true, or always, are left out. The areas share their rows: each row is of one class and a
    stranger to the others. Any two of K are taken as correlated by 1 / (K − 1), which is exact for two classes (whose
    areas are the same) and was not too little in simulations of 3 to 5.
    """
    found = [area for name in subject.classes if (area := ranking.area(by_score(outcome, name))) is not None]
    if not found:
        return ranking.ONE_CLASS
    size = len(found)
    value, bound = (sum(part) / size for part in zip(*((area.value, area.bound) for area in found), strict=True))
    apart = sum(area.variance for area in found)
    paired = (sum(math.sqrt(area.variance) for area in found) ** 2 - apart) / max(1, len(subject.classes) - 1)
    variance = (apart + paired) / size**2
    fewest = min(area.fewest for area in found)
    return Measured(
        value,
        *share_interval(value, variance, fewest, freedom=min(area.freedom for area in found)),
        outcome.rows,
        bound,
    )


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
    return rate(float(table.hits[place]), float(table.called[place]), outcome.rows, NOTHING_CALLED)


def class_recall(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of a class's rows that were predicted so."""
    table = confusion(outcome, subject)
    return rate(float(table.hits[place]), float(table.true[place]), outcome.rows, NO_POSITIVES)


def class_f1(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Harmonic mean of a class's precision and recall."""
    table = confusion(outcome, subject)
    hits = float(table.hits[place])
    return f1_of(hits, float(table.called[place] + table.true[place]) - 2 * hits, outcome.rows)


def class_base_rate(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of rows that are of a class."""
    table = confusion(outcome, subject)
    return rate(float(table.true[place]), table.rows, outcome.rows)


def class_predicted_rate(outcome: Outcome, subject: Subject, place: int) -> Reading:
    """Share of rows that were predicted as a class."""
    table = confusion(outcome, subject)
    return rate(float(table.called[place]), table.rows, outcome.rows)


def _class_ranking(metric: Callable[[Ranked, int], Reading]) -> ClassMeasure:
    def measure(outcome: Outcome, subject: Subject, place: int) -> Reading:
        return metric(by_score(outcome, subject.classes[place]), outcome.rows)

    return measure


#: What decisions alone tell.
DECIDED: Mapping[str, Measure] = {
    "accuracy": accuracy,
    "f1": macro(f1s),
    "f1_micro": accuracy,
    "f1_weighted": weighted(f1s),
    "precision": macro(precisions),
    "precision_micro": accuracy,
    "precision_weighted": weighted(precisions),
    "recall": macro(recalls),
    "recall_micro": accuracy,
    "recall_weighted": accuracy,
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
    "pr_auc": _class_ranking(pr_auc),
}
