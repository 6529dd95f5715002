from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.sources.sample import asked

from bellbuoy.sources.casts import cast, ident, kind_of, select, text, visible
from bellbuoy.sources.port import Column, Kind, Moments, Numbers
from bellbuoy.sources.values import moments, numbers
from bellbuoy.windows import parse_time, to_micro

AT = to_micro(parse_time("2026-03-01T00:00:00Z"))


def read(written: str, type_name: str, kind: Kind, *, loose: bool = False) -> object:
    return asked(cast(f"CAST({written} AS {type_name})", type_name, kind, loose=loose).sql)


def is_odd(written: str, type_name: str, kind: Kind) -> bool:
    odd = cast(f"CAST({written} AS {type_name})", type_name, kind, loose=False).odd
    return odd is not None and asked(odd) is True


def first(column: Column) -> float | int | None:
    assert isinstance(column, Numbers | Moments)
    if column.null is not None and column.null[0]:
        return None
    return column.values[0].item() if isinstance(column, Numbers) else int(column.micro[0])


@pytest.mark.parametrize(
    "value", ["1", " 2.5 ", "-0.0", "1e308", "inf", "-Infinity", "true", "FALSE", "x", "", "NA", "-"]
)
def test_a_text_is_the_same_number_in_both(value: str) -> None:
    assert repr(read(text(value), "VARCHAR", Kind.NUMBER)) == repr(first(numbers([value])[0]))


@given(st.floats(allow_nan=False))
@settings(max_examples=40, deadline=None)
def test_a_written_double_is_read_to_the_last_bit(value: float) -> None:
    assert read(text(repr(value)), "VARCHAR", Kind.NUMBER) == value


@pytest.mark.parametrize("value", ["nan", "NaN"])
def test_a_written_nan_is_a_nan(value: str) -> None:
    found = read(text(value), "VARCHAR", Kind.NUMBER)
    assert isinstance(found, float)
    assert math.isnan(found)


MOMENTS = (
    "2026-03-01T00:00:00Z",
    "2026-03-01T01:00:00+01:00",
    "2026-03-01 00:00:00",
    "2026-03-01 00:00:00.000000+00",
    "2026-03-01",
    "2026-03-01 00:00:00 UTC",
    "1772323200",
    "1772323200000",
    "1772323200000000",
    "1772323200000000000",
)


@pytest.mark.parametrize("value", MOMENTS)
def test_a_moment_is_the_same_however_it_is_written(value: str) -> None:
    assert read(text(value), "VARCHAR", Kind.MOMENT) == first(moments([value])[0]) == AT


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "1e30", "inf", "99999-01-01", ""])
def test_what_is_no_moment_is_null_in_both(value: str) -> None:
    assert read(text(value), "VARCHAR", Kind.MOMENT) is None
    assert first(moments([value])[0]) is None


TYPED = {
    "DATE": "'2026-03-01'",
    "TIMESTAMP": "'2026-03-01 00:00:00'",
    "TIMESTAMP_NS": "'2026-03-01 00:00:00.000000001'",
    "TIMESTAMP_MS": "'2026-03-01 00:00:00'",
    "TIMESTAMP_S": "'2026-03-01 00:00:00'",
    "TIMESTAMP WITH TIME ZONE": "'2026-03-01 02:00:00+02'",
    "BIGINT": "1772323200",
    "DOUBLE": "1772323200.0",
}


@pytest.mark.parametrize("type_name", TYPED)
def test_every_type_of_time_is_microseconds(type_name: str) -> None:
    assert read(TYPED[type_name], type_name, Kind.MOMENT) == AT


@pytest.mark.parametrize("type_name", [name for name in TYPED if "TIME" in name])
def test_a_condition_on_the_cursor_is_open_below_and_closed_above(type_name: str) -> None:
    column = f"CAST({TYPED[type_name]} AS {type_name})"
    inside = [asked(visible(column, type_name, after, until)) for after, until in ((AT - 1, AT), (AT, AT + 1))]
    assert inside == [True, False]


@pytest.mark.parametrize(
    ("written", "type_name", "odd"),
    [("'x'", "VARCHAR", True), ("'NA'", "VARCHAR", False), ("NULL", "VARCHAR", False), ("'1'", "VARCHAR", False)],
)
def test_only_what_was_meant_to_be_a_number_is_odd(written: str, type_name: str, *, odd: bool) -> None:
    assert is_odd(written, type_name, Kind.NUMBER) is odd


def test_a_decimal_is_a_number() -> None:
    assert read("1.25", "DECIMAL(10,2)", Kind.NUMBER) == 1.25


@pytest.mark.parametrize(("value", "named"), [("1.0", "1"), ("-3.0", "-3"), ("2.5", "2.5"), ("'nan'", "nan")])
def test_a_whole_double_is_a_category_without_its_point(value: str, named: str) -> None:
    assert read(value, "DOUBLE", Kind.CATEGORY) == named


@pytest.mark.parametrize(("value", "named"), [("True", "true"), ("FALSE", "false"), ("Truex", "Truex")])
def test_truths_in_a_format_of_texts_are_told_in_one_spelling(value: str, named: str) -> None:
    assert read(text(value), "VARCHAR", Kind.CATEGORY, loose=True) == named


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_name_and_any_text_survive_sql(value: str) -> None:
    assert asked(f"x.{ident(value)} FROM ({select([f'{text(value)} AS {ident(value)}'], '(SELECT 1)')}) AS x") == value


@pytest.mark.parametrize(
    ("type_name", "kind"),
    [
        ("DECIMAL(18,3)", Kind.NUMBER),
        ("HUGEINT", Kind.NUMBER),
        ("BOOLEAN", Kind.CATEGORY),
        ("TIMESTAMP_NS", Kind.MOMENT),
        ("STRUCT(a INTEGER)", Kind.CATEGORY),
    ],
)
def test_types_have_their_kind(type_name: str, kind: Kind) -> None:
    assert kind_of(type_name) is kind
