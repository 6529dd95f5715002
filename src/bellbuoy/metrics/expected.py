"""Expected outcomes: what a window's outcome will be once its labels are there, from what was predicted.

Counts need not be whole, and every metric is measured of them as of counted ones; so one estimate serves all metrics.
For classes that is confidence-based performance estimation (CBPE; NannyML), for numbers direct loss estimation.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bellbuoy.metrics.binary import EPSILON
from bellbuoy.metrics.calibration import probabilities
from bellbuoy.metrics.calibrator import Calibration, Strata
from bellbuoy.metrics.intervals import Floats, Ints
from bellbuoy.metrics.losses import Losses
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells, gather

#: Rounds of fitting the expected confusion to what is known of its rows and columns.
_ROUNDS = 12


def expected(promise: Outcome, calibration: Calibration) -> Outcome:
    """What the outcome of a window will be, from its promise; empty where nothing was promised."""
    if calibration.losses is not None:
        # What is too large for a double becomes infinite, as in outcomes that were counted.
        with np.errstate(over="ignore", invalid="ignore"):
            return _regression(promise, calibration.losses)
    if calibration.subject.task == "multiclass":
        return _multiclass(promise, calibration)
    return _binary(promise, calibration)


def expected_whole(promise: Outcome, parts: Mapping[str, Outcome], strata: Strata) -> Outcome:
    """What the outcome of all rows will be, part by part; `parts` are promises by value of the column `strata.by`.

    Rows of no part, and of parts of which too little is known, are expected as all rows are.
    """
    known = strata.parts.get(strata.by or "", {})
    rest, out = promise, Outcome()
    for value, part in parts.items():
        if value in known:
            rest, out = rest - part, out + expected(part, known[value])
    return out + expected(rest, strata.whole)


def _split(code: Ints, counts: Floats, chance: Floats) -> Cells:
    """Counts parted between each code (not positive) and the one after it (positive); codes ascend and may repeat."""
    if not len(code):
        return Cells(code, counts)
    first = np.flatnonzero(np.diff(code, prepend=code[0] - 1))
    parts = [np.add.reduceat(part, first) for part in (counts * (1 - chance), counts * chance)]
    codes, both = np.stack([code[first], code[first] + 1], axis=1).ravel(), np.stack(parts, axis=1).ravel()
    return Cells(codes[both > 0], both[both > 0])


def _binary(promise: Outcome, calibration: Calibration) -> Outcome:
    cells = promise.cells.get("score", Cells())
    bucket, counts = cells.codes >> 2, cells.counts.astype(np.float64)
    chance = calibration.chances[0].of(bucket)
    out = {"score": _split(cells.codes, counts, chance)}
    if not calibration.subject.probability:
        return Outcome(promise.rows, out)
    score = probabilities(bucket)[0]
    inside = np.clip(score, EPSILON, 1 - EPSILON)
    loss = -chance * np.log(inside) - (1 - chance) * np.log1p(-inside)
    square = chance * (1 - score) ** 2 + (1 - chance) * score**2
    sums = {"log_loss": loss, "brier": square, "score": score}
    return Outcome(promise.rows, out, {name: float(values @ counts) for name, values in sums.items()})


def _multiclass(promise: Outcome, calibration: Calibration) -> Outcome:
    classes, cells = calibration.subject.classes, {}
    size = len(classes)
    table = np.zeros((size, size))
    called = np.zeros(size)
    loss = square = 0.0
    for place, name in enumerate(classes):
        part = promise.cells.get(f"promise:{name}", Cells())
        bucket, predicted = np.divmod(part.codes, size)
        counts = part.counts.astype(np.float64)
        chance = calibration.chances[place].of(bucket)
        cells[f"score:{name}"] = _split(2 * bucket, counts, chance)
        table[:, place] = np.bincount(predicted, counts * chance, size)
        called = np.bincount(predicted, counts, size).astype(np.float64)
        score = probabilities(bucket)[0] if calibration.subject.probability else np.zeros(len(bucket))
        loss -= float(counts * chance @ np.log(np.clip(score, EPSILON, 1 - EPSILON)))
        square += float(counts @ (chance * (1 - score) ** 2 + (1 - chance) * score**2))
    confusion = _fitted(table, called)
    there = np.flatnonzero(confusion.ravel() > 0)
    cells["confusion"] = Cells(there, confusion.ravel()[there])
    if not calibration.subject.probability:
        return Outcome(promise.rows, cells)
    whole = float(table.sum())
    loss = loss * promise.rows / whole if whole > 0 else 0.0
    return Outcome(promise.rows, cells, {"log_loss": loss, "brier": square})


def _fitted(table: Floats, called: Floats) -> Floats:
    """The confusion nearest to the table with as many rows of each class as are called so, and as are expected.

    Each class's chance was learnt by itself, so of one row they need not add up to 1. Rows and columns are scaled in
    turn (Deming & Stephan 1940).
    """
    every = float(table.sum())
    if every <= 0:
        return table
    true = table.sum(axis=0) * (called.sum() / every)
    for _ in range(_ROUNDS):
        table = table * _ratio(true, table.sum(axis=0))
        table = table * _ratio(called, table.sum(axis=1))[:, None]
    return table


def _ratio(wanted: Floats, there: Floats) -> Floats:
    out: Floats = np.zeros_like(there)
    return np.divide(wanted, there, out=out, where=there > 0)


def _regression(promise: Outcome, losses: Losses) -> Outcome:
    cells = promise.cells.get("prediction", Cells())
    counts, prediction = cells.counts.astype(np.float64), buckets.middles(cells.codes)
    errors, mean_error = losses.counts(cells.codes, counts), losses.mean_error(prediction)
    some = errors > 0
    out = {
        "error": Cells(losses.errors[some], errors[some]),
        "label": _labels(prediction, counts, losses),
        "prediction": Cells(cells.codes, counts),
    }
    sums = {
        "error": float(counts @ mean_error),
        "absolute": float(errors @ np.abs(losses.error)) * losses.missed.size,
        "square": float(errors @ losses.error**2) * losses.missed.square,
    }
    return Outcome(promise.rows, out, sums | _label_sums(promise, losses, sums))


def _labels(prediction: Floats, counts: Floats, losses: Losses) -> Cells:
    """Buckets of labels to expect: predictions less their errors."""
    below, _ = losses.between(prediction)
    labels = prediction[:, None] - losses.mean_errors
    many = counts[:, None] * losses.shares[below]
    some = many > 0
    return gather([buckets.encode(labels[some])], [many[some]])


def _label_sums(promise: Outcome, losses: Losses, sums: Mapping[str, float]) -> dict[str, float]:
    """Sums of labels and of their squares: label = prediction − error, so it takes how the two go together.

    What kinds of predictions tell of that is taken over buckets, and the slope beyond it over the exact sums, as
    predictions may vary within one bucket alone.
    """
    cells, rows = promise.cells.get("prediction", Cells()), max(1, promise.rows)
    prediction, slope = buckets.middles(cells.codes), losses.missed.slope
    total = promise.sums.get("prediction", float(prediction @ cells.counts))
    squares = promise.sums.get("prediction_square", float(prediction**2 @ cells.counts))
    by_kind = losses.mean_error(prediction) - slope * prediction
    away = prediction - float(prediction @ cells.counts) / rows
    together = float(away * by_kind @ cells.counts) + slope * (squares - total / rows * total)
    product = together + total * sums["error"] / rows
    return {"label": total - sums["error"], "label_square": squares - 2 * product + sums["square"]}
