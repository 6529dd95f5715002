"""Metrics of a binary model, each from its outcome alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bellbuoy.metrics import ranking
from bellbuoy.metrics.average_precision import pr_auc
from bellbuoy.metrics.calibration import calibration_error, probabilities
from bellbuoy.metrics.intervals import rate_interval
from bellbuoy.metrics.means import NO_LABELS, size_reading, sum_of
from bellbuoy.metrics.ranking import Ranked, ranked
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

#: As the log loss that outcomes sum: probabilities are kept this far from 0 and 1.
EPSILON = float(np.finfo(np.float64).eps)
#: The largest loss of one row.
WORST_LOSS = -float(np.log(EPSILON))
#: By how much losses beyond the largest exceed it: where scores are calibrated, a loss above x is e^−x as likely.
LOSS_EXCESS = 1.0
NOTHING_CALLED = Unmeasured("nothing was predicted positive")
NO_POSITIVES = Unmeasured("no positive labels")
NO_NEGATIVES = Unmeasured("no negative labels")

Measure = Callable[[Outcome, Subject], Reading]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Decisions as logged, against labels; in an expected outcome counts need not be whole."""

    hits: float = 0  #: positive, and predicted so
    misses: float = 0  #: positive, not predicted so
    false_alarms: float = 0  #: predicted positive, but negative
    passes: float = 0  #: negative, and predicted so

    @property
    def rows(self) -> float:
        """All of them."""
        return self.hits + self.misses + self.false_alarms + self.passes


def confusion(outcome: Outcome) -> Confusion:
    """The confusion of an outcome's rows at the decisions that were logged."""
    cells = scores(outcome)
    passes, misses, false_alarms, hits = (float(cells.counts[(cells.codes & 3) == part].sum()) for part in range(4))
    return Confusion(hits, misses, false_alarms, passes)


def scores(outcome: Outcome) -> Cells:
    """Counts of score bucket × decision × label."""
    return outcome.cells.get("score", Cells())


def by_score(outcome: Outcome) -> Ranked:
    """Positives and negatives by bucket of score."""
    return ranked(scores(outcome), 2)


def rate(part: float, whole: float, rows: int, otherwise: Unmeasured = NO_LABELS) -> Reading:
    """A share of counts, with Wilson's interval; `otherwise` where there is nothing to take a share of."""
    if whole <= 0:
        return otherwise
    share = min(1.0, part / whole)
    return Measured(share, *rate_interval(share, whole), rows)


def precision(outcome: Outcome, _: Subject) -> Reading:
    """Share of rows predicted positive that are."""
    table = confusion(outcome)
    return rate(table.hits, table.hits + table.false_alarms, outcome.rows, NOTHING_CALLED)


def recall(outcome: Outcome, _: Subject) -> Reading:
    """Share of positive rows that were predicted so."""
    table = confusion(outcome)
    return rate(table.hits, table.hits + table.misses, outcome.rows, NO_POSITIVES)


def specificity(outcome: Outcome, _: Subject) -> Reading:
    """Share of negative rows that were predicted so."""
    table = confusion(outcome)
    return rate(table.passes, table.passes + table.false_alarms, outcome.rows, NO_NEGATIVES)


def accuracy(outcome: Outcome, _: Subject) -> Reading:
    """Share of rows that were predicted right."""
    table = confusion(outcome)
    return rate(table.hits + table.passes, table.rows, outcome.rows)


def base_rate(outcome: Outcome, _: Subject) -> Reading:
    """Share of rows that are positive."""
    table = confusion(outcome)
    return rate(table.hits + table.misses, table.rows, outcome.rows)


def predicted_rate(outcome: Outcome, _: Subject) -> Reading:
    """Share of rows that were predicted positive."""
    table = confusion(outcome)
    return rate(table.hits + table.false_alarms, table.rows, outcome.rows)


def f1(outcome: Outcome, _: Subject) -> Reading:
    """Harmonic mean of precision and recall."""
    table = confusion(outcome)
    return f1_of(table.hits, table.misses + table.false_alarms, outcome.rows)


def f1_of(hits: float, faults: float, rows: int) -> Reading:
    """F1 of so many hits, with misses and false alarms together as `faults`.

    F1 = 2J / (1 + J) where J = hits / (hits + faults) is a plain share, so Wilson's interval of J is carried over
    (Hand, Christen & Kirielle 2021 on J, which they call F*).
    """
    inner = rate(hits, hits + faults, rows, Unmeasured("nothing positive, neither labelled nor predicted"))
    if isinstance(inner, Unmeasured):
        return inner
    value, low, high = (2 * part / (1 + part) for part in (inner.value, inner.low, inner.high))
    return Measured(value, low, high, rows)


def log_loss(outcome: Outcome, _: Subject) -> Reading:
    """Mean of −ln(probability given to what came true)."""
    counts = by_score(outcome)
    middle = np.clip(probabilities(counts.buckets)[0], EPSILON, 1 - EPSILON)
    return _mean(outcome, "log_loss", counts, -np.log(middle), -np.log1p(-middle), high=WORST_LOSS, excess=LOSS_EXCESS)


def brier(outcome: Outcome, _: Subject) -> Reading:
    """Mean of (score − label)²."""
    counts = by_score(outcome)
    middle, _low, _high = probabilities(counts.buckets)
    return _mean(outcome, "brier", counts, (1 - middle) ** 2, middle**2)


def mean_score(outcome: Outcome, _: Subject) -> Reading:
    """Mean score."""
    counts = by_score(outcome)
    middle, _low, _high = probabilities(counts.buckets)
    return _mean(outcome, "score", counts, middle, middle)


def _mean(
    outcome: Outcome,
    name: str,
    counts: Ranked,
    of_positives: ranking.Floats,
    of_negatives: ranking.Floats,
    *,
    high: float = 1.0,
    excess: float = math.inf,
) -> Reading:
    every = np.concatenate([counts.positives, counts.negatives])
    values = np.concatenate([of_positives, of_negatives])
    reading = size_reading(sum_of(outcome, name), outcome.rows, values, every, high=high, excess=excess)
    if isinstance(reading, Unmeasured):
        return reading
    more = _more(counts, of_positives, of_negatives)
    return replace(reading, high=max(reading.high, min(high, reading.value + more)))


def _more(counts: Ranked, of_positives: ranking.Floats, of_negatives: ranking.Floats) -> float:
    """How much higher a mean would be if a class that is rarely seen were as frequent as it may be (Wilson).

    The class's own rows tell what one of it adds, and where they are few, what all rows would if they were of it.
    """
    every = counts.positives + counts.negatives
    rows = float(every.sum())
    sides = (counts.positives, of_positives), (counts.negatives, of_negatives)
    means = [float(part @ values + every @ values / rows) / (float(part.sum()) + 1) for part, values in sides]
    shares = [float(part.sum()) / rows for part, _ in sides]
    gains = (means[0] - means[1], means[1] - means[0])
    return max((rate_interval(share, rows)[1] - share) * gain for share, gain in zip(shares, gains, strict=True))


def ece(outcome: Outcome, _: Subject) -> Reading:
    """Expected calibration error."""
    return calibration_error(by_score(outcome), outcome.rows)


def _ranking(metric: Callable[[Ranked, int], Reading]) -> Measure:
    def measure(outcome: Outcome, _: Subject) -> Reading:
        return metric(by_score(outcome), outcome.rows)

    return measure


#: What decisions alone tell.
DECIDED: Mapping[str, Measure] = {
    "f1": f1,
    "precision": precision,
    "recall": recall,
    "specificity": specificity,
    "accuracy": accuracy,
    "base_rate": base_rate,
    "predicted_rate": predicted_rate,
}
#: What the order of scores tells.
RANKED: Mapping[str, Measure] = {
    "auc": _ranking(ranking.auc),
    "pr_auc": _ranking(pr_auc),
    "ks": _ranking(ranking.ks),
    "gini": _ranking(ranking.gini),
    "lift": _ranking(ranking.lift),
}
#: What scores that are probabilities tell.
PROMISED: Mapping[str, Measure] = {"log_loss": log_loss, "brier": brier, "ece": ece, "mean_score": mean_score}
