"""Rows that somebody pushed, as columns that fit the table they go into; what fits nowhere is kept beside them.

A table's column has one type for good: number, text or truth. Numbers are doubles, and a whole number that a double
cannot hold is kept as its text. In a text column numbers become text. Anything else that does not fit its column goes,
as text and by name, into the JSON object in `SPILL`, where readers find it: no row and no value is lost because a
service changed its mind about a type.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bellbuoy.sources.keys import text_of

Row = Mapping[str, object]
Scalar = str | float | bool | None

#: Our own columns begin like this; a pushed column that does goes into `SPILL`.
OURS = "_bellbuoy_"
ARRIVED, SPILL = f"{OURS}arrived", f"{OURS}spill"
NUMBER, TEXT, TRUTH = "double", "string", "boolean"
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Fitted:
    """Columns by name, each with its type, all of one length; `SPILL` is among them where something did not fit."""

    columns: Mapping[str, tuple[str, Sequence[Scalar]]]
    count: int


def fit(rows: Sequence[Row], known: Mapping[str, str]) -> Fitted:
    """Rows as columns that go with those that a table has already (`known`: type by name).

    A column that is null in every row and new to the table is left out.
    """
    plain = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    types = _types(plain, known)
    columns: dict[str, tuple[str, list[Scalar]]] = {name: (type_, []) for name, type_ in types.items()}
    spilled = [_place(row, columns) for row in plain]
    if any(spilled):
        columns[SPILL] = (TEXT, [json.dumps(spill, ensure_ascii=False) if spill else None for spill in spilled])
    return Fitted(columns, len(plain))


def _types(rows: Sequence[Mapping[str, Scalar]], known: Mapping[str, str]) -> dict[str, str]:
    """The columns that rows are put into: those that the table has, and new ones by the first value that each has."""
    types = {name: type_ for name, type_ in known.items() if not name.startswith(OURS)}
    # Engines take names that differ in case for the same, so the first spelling has the column.
    taken = {name.lower() for name in types}
    for row in rows:
        for name, value in row.items():
            if value is not None and name.lower() not in taken and _nameable(name):
                types[name] = _type_of(value)
                taken.add(name.lower())
    there = {name for row in rows for name in row}
    return {name: type_ for name, type_ in types.items() if name in there}


def _nameable(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and not name.lower().startswith(OURS) and name.isprintable()


def _type_of(value: Scalar) -> str:
    if isinstance(value, bool):
        return TRUTH
    return NUMBER if isinstance(value, float) else TEXT


def _place(row: Mapping[str, Scalar], columns: Mapping[str, tuple[str, list[Scalar]]]) -> dict[str, str]:
    """Put a row's values into their columns; what has no place, as texts by name."""
    spill = {}
    for name, (type_, values) in columns.items():
        value = row.get(name)
        if value is not None and type_ == TEXT:
            value = text_of(value)
        fits = value is None or _type_of(value) == type_
        values.append(value if fits else None)
        if not fits:
            spill[name] = text_of(value)
    strange = {name: text_of(value) for name, value in row.items() if name not in columns and value is not None}
    return spill | strange


def _plain(value: object) -> Scalar:
    """A value as a number, a text or a truth."""
    match value:
        case None | bool() | float():
            return value
        case str():
            # Half of a surrogate pair is no text that a file could hold.
            return value if value.isascii() else value.encode(errors="replace").decode()
        case int():
            return float(value) if abs(value) <= 2**53 else str(value)
    return _written(value)


def _written(value: object) -> Scalar:
    """What JSON has no word for: times as ISO texts, bytes in base 64, lists and objects as JSON."""
    match value:
        case Decimal() | timedelta():
            return float(value) if isinstance(value, Decimal) else value.total_seconds()
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode()
    return json.dumps(value, ensure_ascii=False, default=str)
