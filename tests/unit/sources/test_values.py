from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contract.sources.worlds import values

from bellbuoy.sources.port import Kind
from bellbuoy.sources.values import READERS, categories, has_zone, kind_of_values, moments, numbers

CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=True)
    | st.text(max_size=8)
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.dates()
    | st.binary(max_size=4)
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.sampled_from(Kind), st.lists(CELLS, max_size=6))
def test_whatever_a_cell_holds_it_is_read_or_null_and_never_a_fault(kind: Kind, cells: list[object]) -> None:
    column, odd = READERS[kind](cells)
    found = values(column)
    assert len(found) == len(cells)
    assert 0 <= odd <= sum(value is None for value in found)


def test_numbers_are_told_from_what_is_none() -> None:
    column, odd = numbers([1, 2.5, Decimal("0.5"), True, "7", " ", None, "x", 10**400])
    assert values(column) == [1.0, 2.5, 0.5, 1.0, 7.0, None, None, None, math.inf]
    assert odd == 1


def test_a_nan_is_a_value_among_nulls() -> None:
    assert list(map(repr, values(numbers([math.nan, None, 1.0])[0]))) == ["nan", "None", "1.0"]


def test_times_are_moments_whatever_they_are_written_as() -> None:
    cells = [NOON, NOON.replace(tzinfo=None), NOON.isoformat(), int(NOON.timestamp()), NOON.timestamp() * 1000]
    assert values(moments(cells)[0]) == [NOON] * 5


def test_a_day_is_its_midnight() -> None:
    assert values(moments([date(2026, 3, 1)])[0]) == [NOON.replace(hour=0)]


@pytest.mark.parametrize("cell", [True, 10**400, Decimal("sNaN"), math.nan, -math.inf, "soon", b"2026"])
def test_what_is_no_time_is_null_and_odd(cell: object) -> None:
    column, odd = moments([cell])
    assert (values(column), odd) == ([None], 1)


def test_categories_are_texts() -> None:
    assert values(categories([1, 1.0, 2.5, True, "x", None, Decimal("1.50")])[0]) == [
        "1",
        "1",
        "2.5",
        "true",
        "x",
        None,
        "1.50",
    ]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, None, 2.5], Kind.NUMBER),
        ([True, False], Kind.CATEGORY),
        ([date(2026, 3, 1), "2026-03-01T00:00:00Z"], Kind.MOMENT),
        (["2026-03-01", "soon"], Kind.CATEGORY),
        ([None, None], None),
    ],
)
def test_a_column_is_counted_as_what_its_cells_are(cells: list[object], kind: Kind | None) -> None:
    assert kind_of_values(cells) is kind


@pytest.mark.parametrize(
    ("cell", "zoned"), [(NOON, True), ("2026-03-01T00:00:00", False), ("17", True), ("soon", True)]
)
def test_times_say_whether_they_have_a_zone(cell: object, zoned: bool) -> None:
    assert has_zone(cell) is zoned
