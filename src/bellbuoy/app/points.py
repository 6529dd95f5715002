"""Readings as points on a time axis, and as the JSON that every door gives."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bellbuoy.app.views import Point
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.taken import Taken
from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.windows import iso


def point_of(taken: Taken, where: Slice = EVERYTHING, *, noise: bool = False) -> Point:
    """One reading as a point; with `noise`, its interval is the band that no change at all would fill."""
    reading = taken.reading
    low = high = value = None
    why = None
    if isinstance(reading, Measured):
        value, low, high = _finite(reading.value), _finite(reading.low), _finite(reading.high)
        if noise:
            low, high = 0.0, taken.noise
    else:
        why = reading.why
    return Point(
        start=taken.window.start,
        end=taken.window.end,
        value=value,
        low=low,
        high=high,
        rows=taken.rows,
        labelled=taken.labelled,
        coverage=taken.coverage,
        maturity=taken.maturity.value if taken.maturity is not None else None,
        estimate=taken.estimate,
        bound=_finite(reading.bound) if isinstance(reading, Measured) else None,
        expected_coverage=taken.expected,
        why=why,
        segment={where.by: where.segment} if where.by else None,
        version=where.version,
    )


def point_document(point: Point) -> Mapping[str, object]:
    """A reading as DESIGN §4 has it."""
    return {
        "start": iso(point.start),
        "end": iso(point.end),
        "segment": dict(point.segment) if point.segment is not None else None,
        "version": point.version,
        "value": point.value,
        "low": point.low,
        "high": point.high,
        "rows": point.rows,
        "labelled": point.labelled,
        "coverage": point.coverage,
        "maturity": point.maturity,
        "estimate": point.estimate,
        "bound": point.bound,
        "expected_coverage": point.expected_coverage,
        "why": point.why,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
