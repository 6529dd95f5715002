"""Estimates: a metric before its labels are there, with an interval for what it will be."""

from __future__ import annotations

import math
import sys
from dataclasses import replace

import numpy as np

from bellbuoy.metrics import binary, multiclass
from bellbuoy.metrics.calibration import reliability
from bellbuoy.metrics.calibrator import Calibration
from bellbuoy.metrics.catalogue import entry, measure
from bellbuoy.metrics.expected import expected
from bellbuoy.metrics.lacking import reach
from bellbuoy.metrics.ranking import SMIRNOV, Ranked
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome

_LARGEST = sys.float_info.max
#: The least that metrics can be which may be below 0; all others may not.
_LEAST = {"gini": -1.0} | dict.fromkeys(
    ("bias", "r2", "error_p05", "error_p50", "error_p95", "value", "mean_value"), -_LARGEST
)
#: The most that metrics can be which may be above 1; all others may not.
_MOST = {"lift": 10.0, "brier": 2.0, "log_loss": binary.WORST_LOSS} | dict.fromkeys(
    (
        *("mae", "rmse", "mse", "bias", "error_p05", "error_p50", "error_p95"),
        *("absolute_error_p50", "absolute_error_p90", "absolute_error_p95", "value", "mean_value"),
    ),
    _LARGEST,
)
#: Metrics that chance only ever adds to.
ROUGH = {"ece", "classwise_ece", "ks"}
_NOT_BY_CELL = Unmeasured("what a row is worth is worked out when its label comes; it is not estimated before")
_NO_PERCENTAGE = Unmeasured("it takes a row's label and its error together, which is not estimated before labels come")
_NOTHING = Unmeasured("no predictions")


def estimate(name: str, promise: Outcome, calibration: Calibration, subject: Subject) -> Reading:
    """A metric of a window before its labels are there, by its canonical name."""
    return estimate_of(name, expected(promise, calibration), calibration.rows, subject)


def estimate_of(name: str, outcome: Outcome, learnt: int, subject: Subject) -> Reading:
    """A metric of an expected outcome; what to expect was learnt from so many labelled rows.

    The interval is that of the metric in so many rows, widened by what the calibration does not know itself, as rows
    that it was learnt from are a sample as well: of `rows` expected and n learnt, by the root of 1 + rows / n. It is
    meant to hold what the metric will be if scores go on meaning what they meant.
    """
    head = name.partition(":")[0]
    if head == "mape":
        return _NO_PERCENTAGE
    if head in {"value", "mean_value"} and (subject.money is not None and not subject.money.gains):
        return _NOT_BY_CELL
    if outcome.rows <= 0:
        entry(name)
        return _NOTHING
    reading = _with_chance(head, measure(name, outcome, subject), outcome, subject)
    if isinstance(reading, Unmeasured):
        return reading
    value, wider = reading.value, math.sqrt(1 + outcome.rows / max(1, learnt))
    below, above = (wider * side for side in _sides(head, reading, subject))
    down, up = reach(name, outcome, subject)
    least, most = _ends(name, subject, outcome.rows)
    low, high = max(least, value - math.hypot(below, down)), min(most, value + math.hypot(above, up))
    return replace(reading, low=min(value, low), high=max(value, high))


def _sides(head: str, reading: Measured, subject: Subject) -> tuple[float, float]:
    """How far the interval of a metric reaches below and above it when it stands for the truth, and not for a sample.

    Wilson's interval and its like reach further towards the middle, for that is where the truth behind an extreme
    sample lies. Around a truth samples stray outwards as far: neither side is less than half of both.
    """
    below, above = reading.value - reading.low, reading.high - reading.value
    if subject.task == "regression" or head in ROUGH:
        return below, above
    half = below / 2 + above / 2
    return max(half, below), max(half, above)


def ends_of(name: str, subject: Subject | None = None) -> tuple[float, float]:
    """The least and the greatest value that a metric can have, whatever the window; finite.

    With a subject, what a row is worth on average ends where its gains do. A total has no end without its rows.
    """
    return _ends(name, subject, None)


def _ends(name: str, subject: Subject | None, rows: int | None) -> tuple[float, float]:
    head = name.partition(":")[0]
    money = subject.money if subject is not None else None
    times = rows if head == "value" else 1
    if money is not None and money.gains and head in {"value", "mean_value"} and times is not None:
        gains = [one for line in money.gains for one in line]
        return max(-_LARGEST, times * min(gains)), min(_LARGEST, times * max(gains))
    return _LEAST.get(head, 0.0), _MOST.get(head, 1.0)


def _with_chance(head: str, reading: Reading, outcome: Outcome, subject: Subject) -> Reading:
    """A calibration error as labels will show it: they stray by chance, and every straying adds to it.

    It adds to the KS distance as well: at all scores at once the distance strays no farther than Smirnov (1939) says.
    """
    if isinstance(reading, Unmeasured) or head not in ROUGH:
        return reading
    if head == "ks":
        counts = binary.by_score(outcome)
        return replace(reading, high=max(reading.high, reading.value + _smirnov(counts)))
    parts = [binary.by_score(outcome)]
    if subject.task == "multiclass":
        parts = [multiclass.by_score(outcome, name) for name in subject.classes]
    more = sum(_straying(part) for part in parts if len(part.buckets)) / len(parts)
    return replace(reading, value=reading.value + more, high=reading.high + more)


def _smirnov(counts: Ranked) -> float:
    return SMIRNOV * math.sqrt(1 / counts.positive + 1 / counts.negative)


def _straying(counts: Ranked) -> float:
    """What chance adds to a calibration error: in each bin the mean of a folded normal, beyond what is off anyway."""
    bins = reliability(counts)
    off, error = np.abs(bins.share - bins.score), np.sqrt(bins.share * (1 - bins.share) / bins.rows)
    ratio = np.divide(off, error, out=np.full_like(off, math.inf), where=error > 0)
    within = np.array([math.erf(one / math.sqrt(2)) for one in ratio.tolist()])
    folded = error * math.sqrt(2 / math.pi) * np.exp(-(ratio**2) / 2) + off * within
    return float(bins.rows @ (folded - off)) / float(bins.rows.sum())
