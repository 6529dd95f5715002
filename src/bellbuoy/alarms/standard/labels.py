"""How well scores and predictions meet their labels, as traits that can be followed: of all rows, and of each part.

The gap is what labels say less what was predicted, on average: in a part of the rows it is taken beside that of the
rest, so that a storm that all feel does not hide, or feign, what befell one part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from bellbuoy.metrics.ranking import area, ranked
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.traits import Trait
from bellbuoy.profiles.outcome import Outcome

#: What the gap is called by task, of all rows, and of a part beside the rest: labels less scores, labels less
#: predictions in usual errors, the share of predictions that are wrong.
GAPS = {"binary": "outcome_gap", "regression": "error_gap", "multiclass": "wrong_gap"}
GAPS_BESIDE = {**GAPS, "multiclass": "wrong_gap_beside"}
#: Fewest labelled rows of which a gap is told.
FEWEST = 20
#: One side of a 95 % interval, in standard deviations.
_SURE = 1.645


def label_traits(outcome: Outcome, subject: Subject, scale: float) -> Iterator[tuple[str, Trait]]:
    """Traits of the labelled rows of a window; `scale` is the usual size of a regression's errors."""
    if outcome.rows < FEWEST:
        return
    moments = gap_moments(outcome, subject, scale)
    if moments is not None:
        mean, variance = moments
        yield GAPS[subject.task], Trait(mean, variance / outcome.rows, outcome.rows)
    if subject.task == "binary" and "score" in outcome.cells:
        yield from _ordered(outcome)
    if "log_loss" in outcome.sums:
        loss = outcome.sums["log_loss"] / outcome.rows
        yield "log_loss", Trait(loss, max(loss, 0.1) / outcome.rows, outcome.rows)
    if "absolute" in outcome.sums:
        mean = outcome.sums["absolute"] / outcome.rows
        yield "mae", Trait(math.log(max(mean, 1e-9 * scale)), 1 / outcome.rows, outcome.rows)


def _ordered(outcome: Outcome) -> Iterator[tuple[str, Trait]]:
    """How well scores order the labels (AUC), and by how much they surely do it the wrong way round."""
    found = area(ranked(outcome.cells["score"], 2))
    if found is not None and found.fewest >= FEWEST // 2:
        yield "ranking", Trait(found.value, found.variance, outcome.rows)
        turned = max(0.0, 0.5 - found.value - _SURE * math.sqrt(found.variance))
        yield "turned", Trait(turned, found.variance, outcome.rows)


def gap_moments(outcome: Outcome, subject: Subject, scale: float) -> tuple[float, float] | None:
    """Mean of label less prediction, and its variance by row; None where outcomes do not know it."""
    rows = outcome.rows
    if subject.task == "binary" and "score" in outcome.sums:
        cells = outcome.cells["score"]
        positive = float(cells.counts[cells.codes % 2 == 1].sum()) / rows
        predicted = outcome.sums["score"] / rows
        smooth = (positive * rows + 1) / (rows + 2)
        return positive - predicted, smooth * (1 - smooth)
    if subject.task == "regression" and "error" in outcome.sums:
        mean = -outcome.sums["error"] / rows / scale
        return mean, max(outcome.sums["square"] / rows / scale**2 - mean**2, 1e-12)
    if subject.task == "multiclass" and "confusion" in outcome.cells:
        cells, classes = outcome.cells["confusion"], len(subject.classes)
        wrong = float(cells.counts[cells.codes // classes != cells.codes % classes].sum()) / rows
        smooth = (wrong * rows + 1) / (rows + 2)
        return wrong, smooth * (1 - smooth)
    return None


def gap_of(outcome: Outcome, subject: Subject, scale: float) -> Trait | None:
    """The gap of some labelled rows, with its variance by row; None where outcomes do not know it."""
    moments = gap_moments(outcome, subject, scale) if outcome.rows else None
    return None if moments is None else Trait(*moments, outcome.rows)


def gap_beside(part: Trait, whole: Trait) -> Trait | None:
    """The gap of a part of the rows less that of the rest; None where either has too few labelled rows.

    Both are gaps with their variance by row (`gap_of`).
    """
    rest = whole.rows - part.rows
    if part.rows < FEWEST // 2 or rest < FEWEST:
        return None
    elsewhere = (whole.value * whole.rows - part.value * part.rows) / rest
    return Trait(part.value - elsewhere, part.variance / part.rows + whole.variance / rest, part.rows)


def usual_error(outcome: Outcome | None) -> float:
    """The usual size (root of the mean square) of a regression's errors; 1 where none is known."""
    if outcome is None or not outcome.rows or "square" not in outcome.sums:
        return 1.0
    return float(np.sqrt(outcome.sums["square"] / outcome.rows)) or 1.0
