"""Metrics of a regression, each from its outcome alone; an error is prediction − label."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from bellbuoy.metrics.intervals import Counts, Floats, Interval, Z, quantile_ranks, size_interval, spread_of
from bellbuoy.metrics.means import NO_LABELS, NOT_KEPT, TOO_LARGE, margins, mean_reading, size_reading, sum_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.shapes import Shape, shape_of
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells, gather

Measure = Callable[[Outcome, Subject], Reading]
#: Half the distances between the outermost rows that a quantile beyond them may be away.
_FARTHEST = 40.0


def _cells(outcome: Outcome, name: str) -> tuple[Floats, Counts]:
    cells = outcome.cells.get(name, Cells())
    return buckets.middles(cells.codes), cells.counts


def mae(outcome: Outcome, _: Subject) -> Reading:
    """Mean absolute error."""
    error, counts = _cells(outcome, "error")
    return size_reading(sum_of(outcome, "absolute"), outcome.rows, np.abs(error), counts)


def bias(outcome: Outcome, _: Subject) -> Reading:
    """Mean error: above 0 where predictions are too high."""
    return mean_reading(sum_of(outcome, "error"), outcome.rows, *_cells(outcome, "error"))


def mse(outcome: Outcome, _: Subject) -> Reading:
    """Mean squared error."""
    error, counts = _cells(outcome, "error")
    return size_reading(sum_of(outcome, "square"), outcome.rows, _squared(error), counts)


def rmse(outcome: Outcome, subject: Subject) -> Reading:
    """Root of the mean squared error, and of the ends of its interval."""
    inner = mse(outcome, subject)
    if isinstance(inner, Unmeasured):
        return inner
    return Measured(math.sqrt(inner.value), math.sqrt(inner.low), math.sqrt(inner.high), inner.rows)


def mape(outcome: Outcome, _: Subject) -> Reading:
    """Mean of |error / label| over the rows whose label is not 0."""
    rows = sum_of(outcome, "percentage_rows")
    if math.isnan(rows):
        return NOT_KEPT
    if not rows > 0:
        return Unmeasured("all labels are 0")
    total = sum_of(outcome, "percentage")
    if not math.isfinite(total):
        return TOO_LARGE
    mean = max(0.0, total / rows)
    shape = _percentages(outcome, mean, rows)
    return Measured(mean, *size_interval(mean, *margins(mean, rows, shape)), round(rows))


def _percentages(outcome: Outcome, mean: float, rows: float) -> Shape:
    """The shape of |error / label|: its spread from the sum of squares.

    Counts keep errors and labels apart, so the tail is that of errors, as much longer as percentages vary more; the
    spread is known as well as that of a gamma distribution.
    """
    error, counts = _cells(outcome, "error")
    size = np.abs(error)
    errors, average = shape_of(size, counts), _mean(size, counts)
    if not (average > 0 and mean > 0 and rows >= 2):
        return Shape(0.0)
    variation = errors.spread / average
    square = sum_of(outcome, "percentage_square")
    if math.isfinite(square):
        variation = math.sqrt(max(0.0, square / rows / mean**2 - 1) * rows / (rows - 1))
    longer = variation * average / errors.spread if errors.spread > 0 else 1.0
    return Shape(variation * mean, rows / (1 + 3 * variation**2), errors.beyond / average * longer * mean)


def r2(outcome: Outcome, _: Subject) -> Reading:
    """1 − squared errors / squared distances of labels from their mean.

    The bound is what rounding leaves of the difference of two sums. The interval is taken on the logarithm of their
    ratio; for normal errors and labels its variance is Olkin & Finn's (1995), 4 R² (1 − R²)² / n.
    """
    rows, lost = outcome.rows, sum_of(outcome, "square")
    if rows < 2:
        return Unmeasured("one label only")
    if not {"square", "label", "label_square"} <= set(outcome.sums):
        return NOT_KEPT
    whole, rounding = _squares(outcome, rows)
    if not (math.isfinite(whole) and math.isfinite(lost)):
        return TOO_LARGE
    if not whole > 10 * rounding:
        return Unmeasured("labels do not vary, or too little for their size")
    ratio = max(0.0, lost) / whole
    below, above = _ratio_margins(outcome, lost / rows, whole / rows)
    low, high = (1 - end for end in size_interval(ratio, below, above)[::-1])
    return Measured(1 - ratio, low, high, rows, (1 + ratio) * rounding / whole)


def pull_error(name: str, part: Outcome, whole: Outcome) -> float:
    """Standard error of RMSE or R² of a whole as far as it is of the mean square of one part's rows, were it all rows.

    Neither is a mean of its parts, but both follow from sums over rows: to first order (the delta method) RMSE moves by
    the mean square over twice itself, and R² by that of errors and that of labels about the whole's mean.
    """
    lost, rows = sum_of(whole, "square") / whole.rows, whole.rows
    of_errors = mse(part, Subject("regression"))
    if isinstance(of_errors, Unmeasured) or not 0 < lost < math.inf:
        return 0.0
    error = _half(of_errors.low, of_errors.high)
    if name == "rmse":
        return error / (2 * math.sqrt(lost))
    variance = _squares(whole, rows)[0] / rows
    if not 0 < variance < math.inf:
        return 0.0
    values, counts = _cells(part, "label")
    apart = _squared(values - sum_of(whole, "label") / rows)
    mean = _mean(apart, counts)
    of_labels = _half(*size_interval(mean, *margins(mean, part.rows, shape_of(apart, counts))))
    return math.hypot(error / variance, lost / variance * of_labels / variance)


def _half(low: float, high: float) -> float:
    return (high - low) / (2 * Z)


def _squares(outcome: Outcome, rows: int) -> tuple[float, float]:
    """Squared distances of labels from their mean, and how far rounding may have moved them."""
    label, square = sum_of(outcome, "label"), sum_of(outcome, "label_square")
    return square - label / rows * label, sys.float_info.epsilon * rows * square


def _ratio_margins(outcome: Outcome, lost: float, variance: float) -> Interval:
    """How far ln(mean squared error / variance of labels) may be off, down and up.

    Margins of the two are joined as Zou & Donner (2008) do. Where label and error go together, so do the two, by the
    square of their correlation.
    """
    (error, errors), (label, labels) = (_cells(outcome, name) for name in ("error", "label"))
    of_errors = margins(lost, outcome.rows, shape_of(_squared(error), errors))
    of_labels = margins(variance, outcome.rows, shape_of(_squared(label - _mean(label, labels)), labels))
    together = _together(outcome, variance)
    return _apart(of_errors[0], of_labels[1], together), _apart(of_errors[1], of_labels[0], together)


def _apart(one: float, two: float, together: float) -> float:
    return math.sqrt(max(0.0, one**2 + two**2 - 2 * together * one * two))


def _together(outcome: Outcome, variance: float) -> float:
    """Squared correlation of label and error; `variance` is that of the labels.

    prediction = label + error gives it away: its variance is that of both and twice their covariance. What buckets add
    to a variance they add to that of predictions and of labels alike.
    """
    of_error, of_label, of_prediction = (
        spread_of(*_cells(outcome, name)) ** 2 for name in ("error", "label", "prediction")
    )
    covariance = (of_prediction - of_label - of_error) / 2
    scale = of_error * variance
    return min(1.0, covariance**2 / scale) if 0 < scale < math.inf else 0.0


def _squared(values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.minimum(values**2, sys.float_info.max)


def _mean(values: Floats, counts: Counts) -> float:
    return float(values @ (counts / counts.sum()))


def _quantile(share: float, *, absolute: bool) -> Measure:
    def measure(outcome: Outcome, _: Subject) -> Reading:
        """A quantile of errors, interpolated as numpy does; the interval from ranks, out to the ends of buckets."""
        cells = outcome.cells.get("error", Cells())
        if not absolute:
            return quantile(cells, share)
        found = quantile(gather([np.abs(cells.codes)], [cells.counts]), share)
        return replace(found, low=max(0.0, found.low)) if isinstance(found, Measured) else found

    return measure


def _quantile_interval(cells: Cells, share: float) -> Interval:
    """Ends by ranks, out to the ends of their buckets.

    Where rows are too few for a rank to be there, the end lies beyond the outermost row, by the distance between the
    outermost, and more where no row is expected out there: no theorem, but few distributions reach further.
    """
    rows = float(cells.counts.sum())
    least, most = buckets.edges(cells.codes)
    # What is expected need not add up to whole rows, so that a rank may lie past the last of them.
    found = np.searchsorted(np.cumsum(cells.counts), quantile_ranks(share, rows), side="right")
    first, last = np.minimum(found, len(cells.codes) - 1).tolist()
    apart = float(most[-1] / 2 - least[0] / 2)
    margin = Z * math.sqrt(rows * share * (1 - share))
    below, above = (
        apart * min(2 * max(1.0, 1 / expected), _FARTHEST) if expected - margin < 1 else 0.0
        for expected in (rows * share, rows * (1 - share))
    )
    return max(-sys.float_info.max, float(least[first]) - below), min(sys.float_info.max, float(most[last]) + above)


def quantile(cells: Cells, share: float) -> Reading:
    """A quantile of counted values; its bound is half the width of the buckets it lies in."""
    rows = float(cells.counts.sum())
    if rows <= 0:
        return NO_LABELS
    reached = np.cumsum(cells.counts)
    least, most = buckets.edges(cells.codes)

    def bucket(rank: int) -> int:
        return min(len(reached) - 1, int(np.searchsorted(reached, rank, side="right")))

    place = share * (rows - 1)
    below, above = bucket(math.floor(place)), bucket(math.ceil(place))
    part = place - math.floor(place)
    low, high = (float(ends[below] * (1 - part) + ends[above] * part) for ends in (least, most))
    value = low / 2 + high / 2
    return Measured(value, *_quantile_interval(cells, share), round(rows), high / 2 - low / 2)


MEASURES: Mapping[str, Measure] = {
    "mae": mae,
    "rmse": rmse,
    "mse": mse,
    "mape": mape,
    "bias": bias,
    "r2": r2,
    "error_p05": _quantile(0.05, absolute=False),
    "error_p50": _quantile(0.5, absolute=False),
    "error_p95": _quantile(0.95, absolute=False),
    "absolute_error_p50": _quantile(0.5, absolute=True),
    "absolute_error_p90": _quantile(0.9, absolute=True),
    "absolute_error_p95": _quantile(0.95, absolute=True),
}
