"""A comparison as one JSON document."""

from __future__ import annotations

import math

from bellbuoy.app.compare.values import ColumnReport, Comparison, Half, Shift, Side
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.windows import iso


def document_of(one: Comparison) -> dict[str, object]:
    """The whole comparison; numbers are finite or null, moments ISO 8601 in UTC.

    `{"usual": side, "now": side, "shared_ids": int|null, "findings": [{"column", "kind", "trouble", "message"}],
    "columns": [{"name", "role", "trouble", "significance", "findings": [kind], "usual": half|null, "now": half|null,
    "shifts": {metric: reading and "noise"}}], "performance": [{"metric", "usual": reading, "now": reading,
    "change": "better"|"worse"|"differs"|null}], "left_out": {column: why}}`, where a side is `{"path", "rows",
    "time": {"column", "first", "last", "nulls"}|null, "ids": {"column", "distinct", "repeated", "nulls"}|null,
    "notes": [str]}`, a half is `{"kind", "readings": {metric: reading}, "top": [{"name", "share"}]}`, and a reading is
    `{"value", "low", "high", "rows", "bound", "why"}`.

    Findings and columns come in the order of their trouble (`Finding.trouble`); `significance` is the least
    false-discovery rate at which the column is believed to have changed its distribution.
    """
    return {
        "usual": _side(one.usual),
        "now": _side(one.now),
        "shared_ids": one.shared_ids,
        "findings": [
            {"column": f.column, "kind": f.kind.value, "trouble": _finite(f.trouble), "message": f.message}
            for f in one.findings
        ],
        "columns": [_column(column) for column in one.columns],
        "performance": [
            {
                "metric": line.metric,
                "usual": _reading(line.usual),
                "now": _reading(line.now),
                "change": line.change or None,
            }
            for line in one.performance
        ],
        "left_out": dict(one.left_out),
    }


def _side(side: Side) -> dict[str, object]:
    time, ids = side.time, side.ids
    return {
        "path": side.path,
        "rows": side.rows,
        "time": None
        if time is None
        else {
            "column": time.column,
            "first": iso(time.first) if time.first is not None else None,
            "last": iso(time.last) if time.last is not None else None,
            "nulls": time.nulls,
        },
        "ids": None
        if ids is None
        else {"column": ids.column, "distinct": ids.distinct, "repeated": ids.repeated, "nulls": ids.nulls},
        "notes": list(side.notes),
    }


def _column(column: ColumnReport) -> dict[str, object]:
    return {
        "name": column.name,
        "role": column.role,
        "trouble": _finite(column.trouble),
        "significance": None if column.significance is None else _finite(column.significance),
        "findings": [finding.kind.value for finding in column.findings],
        "usual": _half(column.usual),
        "now": _half(column.now),
        "shifts": {name: _shift(shift) for name, shift in column.shifts.items()},
    }


def _half(half: Half | None) -> dict[str, object] | None:
    if half is None:
        return None
    top = [{"name": name, "share": share} for name, share in half.top]
    return {"kind": half.kind, "readings": {name: _reading(one) for name, one in half.readings.items()}, "top": top}


def _shift(shift: Shift) -> dict[str, object]:
    return {**_reading(shift.reading), "noise": _finite(shift.noise)}


def _reading(one: Reading) -> dict[str, object]:
    if isinstance(one, Measured):
        numbers = {name: _finite(getattr(one, name)) for name in ("value", "low", "high", "bound")}
        return {**numbers, "rows": one.rows, "why": None}
    return {"value": None, "low": None, "high": None, "bound": None, "rows": 0, "why": one.why}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
