"""Python values as columns: what `casts.py` does in DuckDB, for drivers that hand out one object a cell.

Each function gives the column and how many values could not be read as asked (they are null).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from bellbuoy.sources.casts import FIRST, LAST, NOTHING
from bellbuoy.sources.keys import text_of
from bellbuoy.sources.port import Categories, Kind, Moments, Numbers
from bellbuoy.windows import MICRO

Values = Sequence[Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TRUTHS = {"true": 1.0, "false": 0.0}


def numbers(values: Values) -> tuple[Numbers, int]:
    """A numeric column of numbers, booleans and texts that are numbers."""
    try:
        found = np.array(values, np.float64)
    except (ValueError, TypeError, OverflowError):
        return _numbers(values)
    # None became NaN; only where there is a NaN need it be told from a real one.
    null = np.isnan(found)
    for at in np.flatnonzero(null).tolist():
        null[at] = values[at] is None
    return Numbers(found, null if null.any() else None), 0


def categories(values: Values) -> tuple[Categories, int]:
    """A column of texts; anything is a text."""
    places: dict[str, int] = {}
    codes = [-1 if value is None else places.setdefault(text_of(value), len(places)) for value in values]
    return Categories(np.array(codes, np.int32), tuple(places)), 0


def moments(values: Values) -> tuple[Moments, int]:
    """A column of times: datetimes, dates, ISO texts, and numbers since 1970 in the unit that their size gives away."""
    found = [None if value is None else micro_of(value) for value in values]
    null = np.array([micro is None for micro in found], np.bool_)
    odd = sum(micro is None and _meant(value) for micro, value in zip(found, values, strict=True))
    micro = np.array([micro or 0 for micro in found], np.int64)
    return Moments(micro, null if null.any() else None), odd


READERS: dict[Kind, Callable[[Values], tuple[Numbers | Categories | Moments, int]]] = {
    Kind.NUMBER: numbers,
    Kind.CATEGORY: categories,
    Kind.MOMENT: moments,
}


def kind_of_values(values: Values) -> Kind | None:
    """What a column with these values is counted as; None where all are null."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    if all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in known):
        return Kind.NUMBER
    timely = all(isinstance(value, date) or (isinstance(value, str) and _parsed(value) is not None) for value in known)
    return Kind.MOMENT if timely else Kind.CATEGORY


def micro_of(value: object) -> int | None:
    """Microseconds since 1970 of one value, None if it is no time; without a zone it is UTC."""
    match value:
        case bool():
            return None
        case int() | float() | Decimal():
            # An integer may be larger than any double, and a decimal a NaN that refuses to become one.
            size = _number(value)
            return None if size is None else _since_epoch(size, value)
        case datetime():
            return _micro(value)
        case date():
            return _micro(datetime(value.year, value.month, value.day, tzinfo=UTC))
        case str():
            number = _number(value)
            return _parsed(value) if number is None else _since_epoch(number, number)
    return None


def has_zone(value: object) -> bool:
    """Whether a time says what zone it is in; dates and numbers need none."""
    if isinstance(value, str) and _number(value) is None:
        try:
            value = datetime.fromisoformat(_iso(value))
        except ValueError:
            return True
        return value.tzinfo is not None
    return not isinstance(value, datetime) or value.tzinfo is not None


def unit_of(number: float) -> int:
    """Microseconds in the unit of a number since 1970: s to the year 5138, then ms and µs; 0 for ns."""
    size = abs(number)
    return MICRO if size < 1e11 else 1_000 if size < 1e14 else 1 if size < 1e17 else 0


def _numbers(values: Values) -> tuple[Numbers, int]:
    found = [None if value is None else _number(value) for value in values]
    null = np.array([number is None for number in found], np.bool_)
    odd = sum(number is None and _meant(value) for number, value in zip(found, values, strict=True))
    return Numbers(np.array([number or 0.0 for number in found], np.float64), null if null.any() else None), odd


def _number(value: object) -> float | None:
    if isinstance(value, str) and value.strip().lower() in _TRUTHS:
        return _TRUTHS[value.strip().lower()]
    try:
        return float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return None
    except OverflowError:
        return math.inf


def _meant(value: object) -> bool:
    """Whether a value that could not be read was meant to be one."""
    return value is not None and not (isinstance(value, str) and value.strip() in NOTHING)


def _micro(moment: datetime) -> int:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (aware - _EPOCH) // _MICROSECOND


def _iso(text: str) -> str:
    return text.strip().removesuffix("UTC").strip()


def _parsed(text: str) -> int | None:
    try:
        return _micro(datetime.fromisoformat(_iso(text)))
    except ValueError:
        return None


def _since_epoch(size: float, number: float | Decimal) -> int | None:
    if not math.isfinite(size) or abs(size) >= 1e20:
        return None
    unit = unit_of(size)
    micro = round(number * unit) if unit >= 1 else int(number) // 1_000
    return micro if FIRST <= micro <= LAST else None
