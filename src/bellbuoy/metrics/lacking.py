"""What a window may lack altogether, though a few of it are expected: how far a metric then lies from its estimate.

An expected outcome has fractions of rows; labels come as whole ones. Where 1.2 mistakes are expected there are none in
three windows of ten, and accuracy is 1 in these, which no interval around 0.98 that is made for shares reaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from bellbuoy.metrics import averages, binary, multiclass
from bellbuoy.metrics.averages import Shares
from bellbuoy.metrics.intervals import Floats, Interval
from bellbuoy.metrics.ranking import TOP, Ranked
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome

#: Poisson: of so many expected, none come 25 times of 1,000.
SELDOM = -math.log(0.025)

_NOT = (0.0, 0.0)
_ANYWHERE = (math.inf, math.inf)


def reach(name: str, outcome: Outcome, subject: Subject) -> Interval:
    """How far below and above its estimate a metric may lie for what the window may lack; infinite: to its very end."""
    head, _, class_name = name.partition(":")
    if subject.task == "binary":
        return _of_two(head, outcome)
    if subject.task != "multiclass":
        return _NOT
    if class_name:
        return _of_one_class(head, outcome, subject, class_name)
    return _of_classes(head, outcome, subject)


def of_share(part: float, rest: float) -> Interval:
    """A share of what is part of it and of the rest: it is 0 where none is part of it, and 1 where all are."""
    return (math.inf if part < SELDOM else 0.0), (math.inf if rest < SELDOM else 0.0)


def of_order(head: str, counts: Ranked) -> Interval:
    """What is told of the order of scores."""
    positive, negative = counts.positive, counts.negative
    if head == "lift":
        found = _at_the_top(counts)
        return of_share(found, positive - found)
    if min(positive, negative) < SELDOM:
        return _ANYWHERE
    # So many rows are on the wrong side of the best cut; without any the order is perfect.
    return 0.0, math.inf if _wrong(counts) < SELDOM else 0.0


def _wrong(counts: Ranked) -> float:
    below = np.cumsum(counts.positives - counts.negatives)
    return counts.negative + min(0.0, float(below.min()))


def _at_the_top(counts: Ranked) -> float:
    """Positive rows in the tenth with the highest scores."""
    every = (counts.positives + counts.negatives)[::-1]
    taken = np.clip(TOP * every.sum() - (np.cumsum(every) - every), 0, every)
    return float((counts.positives[::-1] * taken / np.where(every > 0, every, 1.0)).sum())


def _of_two(head: str, outcome: Outcome) -> Interval:
    table = binary.confusion(outcome)
    shares = {
        "accuracy": (table.hits + table.passes, table.misses + table.false_alarms),
        "base_rate": (table.hits + table.misses, table.passes + table.false_alarms),
        "precision": (table.hits, table.false_alarms),
        "recall": (table.hits, table.misses),
        "specificity": (table.passes, table.false_alarms),
        "f1": (table.hits, table.misses + table.false_alarms),
    }
    if head in shares:
        return of_share(*shares[head])
    return of_order(head, binary.by_score(outcome)) if head in binary.RANKED else _NOT


def _of_one_class(head: str, outcome: Outcome, subject: Subject, name: str) -> Interval:
    if head in multiclass.CLASS_RANKED:
        return of_order(head, multiclass.by_score(outcome, name))
    table, place = averages.confusion(outcome, subject), subject.classes.index(name)
    hits, called, true = (float(part[place]) for part in (table.hits, table.called, table.true))
    shares = {
        "base_rate": (true, table.rows - true),
        "precision": (hits, called - hits),
        "recall": (hits, true - hits),
        "f1": (hits, called + true - 2 * hits),
    }
    return of_share(*shares[head]) if head in shares else _NOT


_SHARES: Mapping[str, Callable[[averages.Confusion], Shares]] = {
    "precision": averages.precisions,
    "recall": averages.recalls,
    "f1": averages.f1s,
}


def _of_classes(head: str, outcome: Outcome, subject: Subject) -> Interval:
    """Of a mean over classes: what each class of which the window may lack something adds to its distances, squared."""
    if head == "auc":
        counts = [multiclass.by_score(outcome, name) for name in subject.classes]
        few = np.array([min(one.positive, one.negative) < SELDOM for one in counts])
        # A class of which no row comes is left out of the mean, one of a single row may have any area.
        away = float(np.linalg.norm(few / max(1, len(few))))
        return away, away
    if head in {"accuracy", "f1_micro", "precision_micro", "recall_micro", "recall_weighted"}:
        table = averages.confusion(outcome, subject)
        return of_share(float(table.hits.sum()), table.rows - float(table.hits.sum()))
    kind, _, weighting = head.partition("_")
    return _of_averages(kind, weighting, outcome, subject) if kind in _SHARES else _NOT


def _of_averages(kind: str, weighting: str, outcome: Outcome, subject: Subject) -> Interval:
    table = averages.confusion(outcome, subject)
    if table.rows - float(table.hits.sum()) < SELDOM:
        return 0.0, math.inf
    of = {"precision": table.called, "recall": table.true, "f1": table.called + table.true - table.hits}[kind]
    value = _SHARES[kind](table).value
    weight: Floats = table.true / table.rows if weighting else np.full(len(value), 1 / len(value))
    below, above = (
        float(np.linalg.norm(weight * away * (many < SELDOM)))
        for away, many in ((value, table.hits), (1 - value, of - table.hits))
    )
    return below, above
