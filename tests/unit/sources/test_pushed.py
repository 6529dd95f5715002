from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.sources.keys import text_of
from bellbuoy.sources.pushed import ARRIVED, NUMBER, SPILL, TEXT, TRUTH, Fitted, fit

SCALARS = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.sampled_from(["a", "A", "b", "", "_bellbuoy_x", "c d", "é"])
ROWS = st.lists(st.dictionaries(NAMES, SCALARS), max_size=8)
KNOWN = st.dictionaries(st.sampled_from(["a", "b", "é"]), st.sampled_from([NUMBER, TEXT, TRUTH]))


def found(fitted: Fitted, at: int, name: str) -> str | None:
    """A value as a reader finds it: what was spilled goes before what is in the column."""
    spill = fitted.columns[SPILL][1][at] if SPILL in fitted.columns else None
    beside = json.loads(str(spill)) if spill is not None else {}
    column = fitted.columns[name][1][at] if name in fitted.columns else None
    return beside.get(name, None if column is None else text_of(column))


@given(ROWS, KNOWN)
def test_whatever_is_pushed_onto_whatever_is_there_no_value_is_lost(
    rows: list[dict[str, object]], known: dict[str, str]
) -> None:
    fitted = fit(rows, known)
    for at, row in enumerate(rows):
        for name, value in row.items():
            assert found(fitted, at, name) == (None if value is None else text_of(value))


@given(ROWS, KNOWN)
def test_columns_are_as_long_as_there_are_rows_and_keep_their_type(
    rows: list[dict[str, object]], known: dict[str, str]
) -> None:
    fitted = fit(rows, known)
    assert {len(values) for _, values in fitted.columns.values()} <= {len(rows)}
    assert all(known.get(name, type_) == type_ for name, (type_, _) in fitted.columns.items())


@given(ROWS)
def test_no_two_columns_differ_in_case_alone(rows: list[dict[str, object]]) -> None:
    names = [name.lower() for name in fit(rows, {}).columns]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("value", "type_", "kept"),
    [
        (1, NUMBER, 1.0),
        (2**53, NUMBER, 2.0**53),
        (2**53 + 1, TEXT, "9007199254740993"),
        (Decimal("1.5"), NUMBER, 1.5),
        (datetime(2026, 3, 1, tzinfo=UTC), TEXT, "2026-03-01T00:00:00+00:00"),
        (date(2026, 3, 1), TEXT, "2026-03-01"),
        ([1, {"a": None}], TEXT, '[1, {"a": null}]'),
        (b"\x00\xff", TEXT, "AP8="),
        ("\ud800", TEXT, "?"),
    ],
)
def test_values_become_what_a_table_can_hold(value: object, type_: str, kept: object) -> None:
    assert dict(fit([{"x": value}], {}).columns) == {"x": (type_, [kept])}


def test_a_column_of_nulls_is_no_column_yet() -> None:
    assert dict(fit([{"x": None}], {}).columns) == {}


def test_our_own_names_cannot_be_taken() -> None:
    fitted = fit([{ARRIVED: "never", "x": 1}], {ARRIVED: "timestamp"})
    assert sorted(fitted.columns) == [SPILL, "x"]


def test_a_number_in_a_column_of_texts_is_its_text() -> None:
    assert dict(fit([{"x": 7}], {"x": TEXT}).columns) == {"x": (TEXT, ["7"])}
