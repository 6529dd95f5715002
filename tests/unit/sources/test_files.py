from __future__ import annotations

import gzip
import math
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.unit.sources.sample import NOW, column, parquet, pulled

from bellbuoy.errors import SourceError
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import Categories, Kind, Place, Want

NANS = [1.0, math.nan, 3.0] * 1_000


@pytest.mark.parametrize("writer", ["pyarrow", "polars"])
def test_nan_is_seen_whoever_wrote_the_file(tmp_path: Path, writer: str) -> None:
    if writer == "pyarrow":
        parquet(tmp_path / "a.parquet", x=NANS)
    else:
        pl.DataFrame({"x": NANS}).write_parquet(tmp_path / "a.parquet", statistics="full")
    values, _ = column(tmp_path, "a.parquet", "x")
    assert sum(value is not None and math.isnan(float(str(value))) for value in values) == 1_000


def test_nan_is_no_null_and_null_no_nan(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", x=[math.nan, None])
    assert list(map(repr, column(tmp_path, "a.parquet", "x")[0])) == ["nan", "None"]


def test_a_text_of_a_megabyte_comes_whole(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", s=["x" * 2**20, "y"])
    values, _ = column(tmp_path, "a.parquet", "s", Kind.CATEGORY)
    assert [len(str(value)) for value in values] == [2**20, 1]


def test_a_hundred_thousand_categories_stay_apart(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", s=[f"c{at}" for at in range(100_000)])
    assert len(set(column(tmp_path, "a.parquet", "s", Kind.CATEGORY)[0])) == 100_000


def test_rows_come_in_batches_and_not_all_at_once(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", x=[float(at) for at in range(300_000)])
    batches = [rows.count for rows in pulled(tmp_path, "a.parquet", Want({"x": Kind.NUMBER}))]
    assert sum(batches) == 300_000
    assert max(batches) < 300_000


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.ndjson"])
def test_an_empty_file_is_noted_and_stops_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    parquet(tmp_path / "b.parquet", x=[1.0])
    values, notes = column(tmp_path, "*.*", "x")
    assert values == [1.0]
    assert [(note.code, note.where) for note in notes] == [("unreadable", name)]


def test_a_csv_file_with_nothing_but_names_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n")
    assert column(tmp_path, "a.csv", "x") == ([], [])


def test_ragged_lines_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,a\n2,b,too,many\n3\n4,d\n")
    values, notes = column(tmp_path, "a.csv", "x")
    assert [value for value in values if value in {1.0, 4.0}] == [1.0, 4.0]
    assert "odd-line" in [note.code for note in notes]


def test_a_truncated_parquet_file_is_noted(tmp_path: Path) -> None:
    parquet(tmp_path / "whole.parquet", x=[float(at) for at in range(10_000)])
    data = (tmp_path / "whole.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(data[: len(data) // 2])
    values, notes = column(tmp_path, "*.parquet", "x")
    assert len(values) == 10_000
    assert [(note.code, note.where) for note in notes] == [("unreadable", "cut.parquet")]


def test_a_file_damaged_in_its_middle_is_noted(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", s=[f"text {at}" for at in range(50_000)])
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[1_000:60_000] = bytes(59_000)
    (tmp_path / "a.parquet").write_bytes(data)
    assert [note.code for note in column(tmp_path, "a.parquet", "s", Kind.CATEGORY)[1]] == ["unreadable"]


def test_a_csv_file_may_have_a_mark_at_its_start_and_windows_line_ends(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("﻿x,name\r\n1,Zoë\r\n2,b\r\n".encode())
    assert column(tmp_path, "a.csv", "x") == ([1.0, 2.0], [])
    assert column(tmp_path, "a.csv", "name", Kind.CATEGORY)[0] == ["Zoë", "b"]


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x\n1\n2\n"))
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(b'{"x": 3}\n'))
    assert sorted(map(str, column(tmp_path, "*.gz", "x")[0])) == ["1.0", "2.0", "3.0"]


def test_a_line_that_is_no_json_is_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"x": 1}\nnot json\n{"x": 2}\n[1]\n')
    values, notes = column(tmp_path, "a.ndjson", "x")
    assert values == [1.0, 2.0]
    assert [note.code for note in notes] == ["odd-line"]


def test_a_key_may_come_late_in_a_file_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"x": 1}\n' * 30_000 + '{"x": 1, "late": "yes"}\n')
    values, notes = column(tmp_path, "a.ndjson", "late", Kind.CATEGORY)
    assert (values[-1], notes) == ("yes", [])


def test_times_without_zone_are_told_once_for_many_files(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        parquet(tmp_path / f"{name}.parquet", at=[datetime(2026, 3, 1), None])  # noqa: DTZ001 - it is the matter
    values, notes = column(tmp_path, "*.parquet", "at", Kind.MOMENT)
    assert values == [NOW, None] * 3
    assert [(note.code, note.where) for note in notes] == [("no-zone", "at")]


def test_a_column_of_nothing_but_nulls_is_null(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", x=[None, None])
    assert column(tmp_path, "a.parquet", "x") == ([None, None], [])


def test_columns_are_those_of_the_newest_file_with_rows(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", x=[1.0])
    (tmp_path / "b.csv").write_text("other\n")
    assert dict(FileSource(Place(path="*.*"), tmp_path).columns()) == {"x": Kind.NUMBER}


def test_columns_of_nothing_say_where_to_look(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"\*\.parquet: no file can be read"):
        FileSource(Place(path="*.parquet"), tmp_path).columns()


def test_a_path_without_files_is_noted(tmp_path: Path) -> None:
    pull = FileSource(Place(path="none/*.csv"), tmp_path).pull(Want({}), {}, NOW)
    assert [(note.code, note.where) for note in pull.notes] == [("no-files", "none/*.csv")]


def test_a_file_that_grew_is_gone_on_with_where_it_ended(tmp_path: Path) -> None:
    path, want = tmp_path / "a.csv", Want({"x": Kind.NUMBER})
    path.write_text("x\n1\n2\n")
    source = FileSource(Place(path="a.csv"), tmp_path)
    first = source.pull(want, {}, NOW)
    assert sum(rows.count for rows in first) == 2
    path.write_text("x\n1\n2\n3\n")
    assert [rows.count for rows in source.pull(want, first.mark, NOW)] == [1]


def test_a_file_that_shrank_is_said(tmp_path: Path) -> None:
    path, want = tmp_path / "a.csv", Want({"x": Kind.NUMBER})
    path.write_text("x\n1\n2\n3\n")
    source = FileSource(Place(path="a.csv"), tmp_path)
    first = source.pull(want, {}, NOW)
    list(first)
    path.write_text("x\n1\n")
    second = source.pull(want, first.mark, NOW)
    assert list(second) == []
    assert [note.code for note in second.notes] == ["shrunk"]


def test_a_row_of_a_late_file_is_found_by_its_id(tmp_path: Path) -> None:
    want = Want({}, id="id", cursor="at")
    parquet(tmp_path / "a.parquet", id=[1], at=[NOW - timedelta(hours=1)])
    source = FileSource(Place(path="*.parquet"), tmp_path)
    first = source.pull(want, {}, NOW)
    list(first)
    parquet(tmp_path / "b.parquet", id=[2], at=[NOW - timedelta(days=9)])
    assert [rows.again for rows in source.pull(want, first.mark, NOW)] == [True]


def test_without_ids_late_rows_are_left_out_and_said(tmp_path: Path) -> None:
    want = Want({}, cursor="at")
    parquet(tmp_path / "a.parquet", at=[NOW - timedelta(hours=1)])
    source = FileSource(Place(path="*.parquet"), tmp_path)
    first = source.pull(want, {}, NOW)
    list(first)
    parquet(tmp_path / "b.parquet", at=[NOW - timedelta(days=9)])
    second = source.pull(want, first.mark, NOW)
    assert list(second) == []
    assert [note.code for note in second.notes] == ["late-rows"]


def test_names_that_differ_in_case_are_two_columns(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    request.applymarker(pytest.mark.xfail(reason="DuckDB takes such names for one and renames the second", strict=True))
    parquet(tmp_path / "a.parquet", x=[1.0], X=[2.0])
    assert column(tmp_path, "a.parquet", "X")[0] == [2.0]


@pytest.mark.parametrize("name", ["with space", 'quo"te', "semi;colon", "ünï", "select", "a.b", "'"])
def test_a_column_may_be_called_anything(tmp_path: Path, name: str) -> None:
    parquet(tmp_path / "a.parquet", **{name: [1.0]})
    assert column(tmp_path, "a.parquet", name) == ([1.0], [])


def test_booleans_in_parquet_are_categories(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", ok=[True, None, False])
    pull = pulled(tmp_path, "a.parquet", Want({"ok": Kind.CATEGORY}))
    columns = [rows.columns["ok"] for rows in pull]
    assert [sorted(one.names) for one in columns if isinstance(one, Categories)] == [["false", "true"]]


def test_a_folder_that_is_called_name_and_value_is_a_column(tmp_path: Path) -> None:
    for carrier in ("AA", "EV"):
        (tmp_path / f"carrier={carrier}").mkdir()
        parquet(tmp_path / f"carrier={carrier}" / "a.parquet", x=[1.0])
    assert sorted(map(str, column(tmp_path, "*/*.parquet", "carrier", Kind.CATEGORY)[0])) == ["AA", "EV"]


def test_a_json_array_is_its_objects(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"x": 1, "s": "a"},\n {"x": 2.5, "s": null}]')
    assert column(tmp_path, "a.json", "x") == ([1.0, 2.5], [])


def test_tabs_and_semicolons_part_columns_too(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("x\ts\n1\ta,b\n")
    (tmp_path / "b.csv").write_text("x;s\n2;c,d\n")
    assert column(tmp_path, "*.?sv", "s", Kind.CATEGORY)[0] == ["a,b", "c,d"]


def source(folder: Path, path: str = "*.*") -> FileSource:
    return FileSource(Place(path=path), folder)


@pytest.mark.parametrize("content", ["", "x,y\n"])
def test_no_rows_say_nothing_about_columns(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    assert source(tmp_path).having(["x", "z"]) is None


def test_a_column_of_an_older_file_is_there_and_one_of_no_file_is_not(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", x=[1.0], y=[1.0])
    (tmp_path / "b.csv").write_text("x\n2\n", encoding="utf-8")
    (tmp_path / "c.csv").write_bytes(b"")
    assert source(tmp_path).having(["x", "y", "z"]) == {"x", "y"}


def test_a_key_that_comes_late_in_a_file_is_there(tmp_path: Path) -> None:
    lines = ['{"x": 1}'] * 30_000 + ['{"x": 1, "y": "a"}']
    (tmp_path / "a.ndjson").write_text("\n".join(lines), encoding="utf-8")
    assert source(tmp_path).having(["y", "z"]) == {"y"}
