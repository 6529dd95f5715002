"""Metrics of a regression, each from its outcome alone; an error is prediction − label."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping

import numpy as np

from bellbuoy.metrics.intervals import Floats, Interval, Ints, Z, quantile_ranks, size_interval, spread_of, student
from bellbuoy.metrics.means import NO_LABELS, TOO_LARGE, mean_reading, size_reading, sum_of
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells, gather

Measure = Callable[[Outcome, Subject], Reading]


def _cells(outcome: Outcome, name: str) -> tuple[Floats, Ints]:
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
    with np.errstate(over="ignore"):
        squares = np.minimum(error**2, sys.float_info.max)
    return size_reading(sum_of(outcome, "square"), outcome.rows, squares, counts)


def rmse(outcome: Outcome, subject: Subject) -> Reading:
    """Root of the mean squared error, and of the ends of its interval."""
    inner = mse(outcome, subject)
    if isinstance(inner, Unmeasured):
        return inner
    return Measured(math.sqrt(inner.value), math.sqrt(inner.low), math.sqrt(inner.high), inner.rows)


def mape(outcome: Outcome, _: Subject) -> Reading:
    """Mean of |error / label| over the rows whose label is not 0.

    Counts keep errors and labels apart, so the spread takes them as independent; where errors grow with labels that is
    too wide rather than too narrow.
    """
    rows = round(outcome.sums.get("percentage_rows", 0.0))
    if rows <= 0:
        return Unmeasured("all labels are 0")
    total = sum_of(outcome, "percentage")
    if not math.isfinite(total):
        return TOO_LARGE
    mean = max(0.0, total / rows)
    error, errors = _cells(outcome, "error")
    label, labels = _cells(outcome, "label")
    some = label != 0
    of_error = _relative_square(np.abs(error), errors)
    of_label = _relative_square(np.abs(label[some]).min(initial=np.inf) / np.abs(label[some]), labels[some])
    relative = math.sqrt((1 + of_error) * (1 + of_label) - 1)
    return Measured(mean, *size_interval(mean, mean * relative, rows), rows)


def _relative_square(values: Floats, counts: Ints) -> float:
    """Squared coefficient of variation of values ≥ 0; 0 where all are 0."""
    scale = float(values.max(initial=0.0))
    if scale == 0:
        return 0.0
    part, rows = values / scale, float(counts.sum())
    mean = float(part @ counts) / rows
    return max(0.0, float(part**2 @ counts) / rows / mean**2 - 1)


def r2(outcome: Outcome, _: Subject) -> Reading:
    """1 − squared errors / squared distances of labels from their mean.

    The bound is what rounding leaves of the difference of two sums. The interval is the delta method on the logarithm
    of their ratio; for normal errors and labels its variance is Olkin & Finn's (1995), 4 R² (1 − R²)² / n.
    """
    rows, lost = outcome.rows, sum_of(outcome, "square")
    if rows < 2:
        return Unmeasured("one label only")
    whole, rounding = _squares(outcome, rows)
    if not (math.isfinite(whole) and math.isfinite(lost)):
        return TOO_LARGE
    if not whole > 10 * rounding:
        return Unmeasured("labels do not vary, or too little for their size")
    ratio = max(0.0, lost) / whole
    width = student(rows - 1) * math.sqrt(_ratio_variance(outcome, whole / rows) / rows)
    low, high = (max(-sys.float_info.max, 1 - ratio * math.exp(sign * min(width, 700.0))) for sign in (1, -1))
    return Measured(1 - ratio, low, high, rows, (1 + ratio) * rounding / whole)


def _squares(outcome: Outcome, rows: int) -> tuple[float, float]:
    """Squared distances of labels from their mean, and how far rounding may have moved them."""
    label, square = sum_of(outcome, "label"), sum_of(outcome, "label_square")
    return square - label / rows * label, sys.float_info.epsilon * rows * square


def _ratio_variance(outcome: Outcome, variance: float) -> float:
    """One row's variance in ln(squared errors / squared distances); `variance` is that of the labels.

    Squared errors and squared distances vary as their buckets say. Both are the higher where label and error go
    together, by the square of their correlation, which prediction = label + error gives away: its variance is that of
    both and twice their covariance.
    """
    (error, errors), (label, labels), (prediction, predictions) = (
        _cells(outcome, name) for name in ("error", "label", "prediction")
    )
    of_error, of_label, of_prediction = (
        spread_of(values, counts) ** 2
        for values, counts in ((error, errors), (label, labels), (prediction, predictions))
    )
    # What buckets add to a variance they add to that of predictions and of labels alike.
    covariance = (of_prediction - of_label - of_error) / 2
    scale = of_error * variance
    together = min(1.0, covariance**2 / scale) if 0 < scale < math.inf else 0.0
    one, two = _square_variance(error, errors), _square_variance(label - _mean(label, labels), labels)
    return max(0.0, one + two - 2 * together * math.sqrt(one * two))


def _mean(values: Floats, counts: Ints) -> float:
    return float(values @ (counts / counts.sum()))


def _square_variance(values: Floats, counts: Ints) -> float:
    """Squared coefficient of variation of the squares of values."""
    scale = float(np.abs(values).max(initial=0.0))
    return _relative_square((values / scale) ** 2, counts) if scale > 0 else 0.0


def _quantile(share: float, *, absolute: bool) -> Measure:
    def measure(outcome: Outcome, _: Subject) -> Reading:
        """A quantile of errors, interpolated as numpy does; the interval from ranks, out to the ends of buckets."""
        cells = outcome.cells.get("error", Cells())
        return quantile(gather([np.abs(cells.codes)], [cells.counts]) if absolute else cells, share)

    return measure


def _quantile_interval(cells: Cells, share: float) -> Interval:
    """Ends by ranks, out to the ends of their buckets.

    Where rows are too few for a rank to be there, the end lies beyond the outermost row, by all the distance between
    the outermost: no theorem, but few distributions reach further.
    """
    rows = cells.total
    least, most = buckets.edges(cells.codes)
    first, last = np.searchsorted(np.cumsum(cells.counts), quantile_ranks(share, rows), side="right").tolist()
    reach = float(most[-1] / 2 - least[0] / 2) * 2
    margin = Z * math.sqrt(rows * share * (1 - share))
    below = reach if rows * share - margin < 1 else 0.0
    above = reach if rows * (1 - share) - margin < 1 else 0.0
    return max(-sys.float_info.max, float(least[first]) - below), min(sys.float_info.max, float(most[last]) + above)


def quantile(cells: Cells, share: float) -> Reading:
    """A quantile of counted values; its bound is half the width of the buckets it lies in."""
    rows = cells.total
    if rows <= 0:
        return NO_LABELS
    reached = np.cumsum(cells.counts)
    least, most = buckets.edges(cells.codes)

    def bucket(rank: int) -> int:
        return int(np.searchsorted(reached, rank, side="right"))

    place = share * (rows - 1)
    below, above = bucket(math.floor(place)), bucket(math.ceil(place))
    part = place - math.floor(place)
    low, high = (float(ends[below] * (1 - part) + ends[above] * part) for ends in (least, most))
    value = low / 2 + high / 2
    return Measured(value, *_quantile_interval(cells, share), rows, high / 2 - low / 2)


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
