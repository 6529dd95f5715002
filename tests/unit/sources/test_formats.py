from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.sources.formats import Format, Shape, csv, format_of, guessed_csv


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("log.parquet", Format.PARQUET),
        ("log.pq", Format.PARQUET),
        ("LOG.CSV", Format.CSV),
        ("log.tsv.gz", Format.CSV),
        ("log.csv.zst", Format.CSV),
        ("log.ndjson", Format.LINES),
        ("log.jsonl", Format.LINES),
        ("log.json.gz", Format.LINES),
        ("a/b.c/log.v2.csv", Format.CSV),
        ("s3://bucket/day=1/part-0.parquet", Format.PARQUET),
    ],
)
def test_a_name_says_what_a_file_holds(name: str, found: Format) -> None:
    assert format_of(name) is found


@pytest.mark.parametrize(
    "name", ["", "log", "log.xlsx", "log.gz", "parquet", "csv/log", "log.csv.bak", ".csv", "log.csv.zip"]
)
def test_a_name_that_says_nothing_is_of_no_format(name: str) -> None:
    assert format_of(name) is None


@given(st.sampled_from(["parquet", "csv", "jsonl"]), st.sampled_from(["", ".gz", ".zst"]), st.booleans())
def test_packing_and_case_do_not_change_the_format(ending: str, packed: str, upper: bool) -> None:
    name = f"log.{ending}{packed}"
    assert format_of(name.upper() if upper else name) is format_of(f"log.{ending}")


def test_only_parquet_knows_its_types() -> None:
    assert [one for one in Format if not one.loose] == [Format.PARQUET]


def test_a_column_of_a_csv_file_is_read_as_text() -> None:
    types = {"age": "BIGINT"}
    assert Shape("log.csv", Format.CSV, types).type_of("age") == "VARCHAR"
    assert Shape("log.parquet", Format.PARQUET, types).type_of("age") == "BIGINT"


def test_a_key_may_come_late_in_json_lines() -> None:
    assert Shape("log.jsonl", Format.LINES, {}).has("anything")
    assert not Shape("log.csv", Format.CSV, {"age": "VARCHAR"}).has("anything")


@pytest.mark.parametrize("format_", [Format.PARQUET, Format.CSV])
def test_odd_names_of_columns_are_quoted(format_: Format) -> None:
    assert Shape("a", format_, {}).column('wind "speed"; --') == '"wind ""speed""; --"'


def test_a_column_of_lines_is_within_its_line() -> None:
    assert Shape("a", Format.LINES, {}).column("age") == 'line."age"'


def test_a_column_that_is_not_in_the_file_is_what_stands_for_it() -> None:
    assert Shape("a", Format.PARQUET, {}, {"day": "'2024-03-01'"}).column("day") == "'2024-03-01'"


@pytest.mark.parametrize("format_", list(Format))
def test_a_quote_in_an_address_ends_no_text(format_: Format) -> None:
    assert "'it''s.csv'" in Shape("it's.csv", format_, {}).table(["a"])


def test_nan_is_never_lost_from_parquet() -> None:
    assert "can_have_nan=true" in Shape("a.parquet", Format.PARQUET, {}).table([])


def test_lines_that_do_not_fit_are_kept_aside() -> None:
    assert "store_rejects=true" in csv("a.csv", "all_varchar=true")


def test_guessed_types_take_the_usual_words_for_nothing() -> None:
    assert "nullstr=['" in guessed_csv("a.csv")
