from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.unit.sources.sample import column, parquet

from bellbuoy.errors import SourceError
from bellbuoy.sources.formats import Format, format_of
from bellbuoy.sources.listing import list_files


def made(folder: Path, *names: str) -> None:
    for at, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (at, at))


def names(folder: Path, path: str) -> list[str]:
    return [file.name for file in list_files(path, folder)]


def test_files_come_oldest_change_first(tmp_path: Path) -> None:
    made(tmp_path, "z.csv", "a.csv", "m.csv")
    assert names(tmp_path, "*.csv") == ["z.csv", "a.csv", "m.csv"]


def test_a_folder_is_all_that_is_in_it_but_what_writers_leave_beside(tmp_path: Path) -> None:
    made(tmp_path, "d/a.csv", "d/deep/b.parquet", "d/_SUCCESS", "d/.tmp/c.csv", "d/_log/e.csv", "d/readme.txt")
    assert names(tmp_path, "d") == ["d/a.csv", "d/deep/b.parquet"]


def test_two_stars_go_down(tmp_path: Path) -> None:
    made(tmp_path, "d/a.csv", "d/x/y/b.csv")
    assert names(tmp_path, "d/**/*.csv") == ["d/a.csv", "d/x/y/b.csv"]


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(tmp_path: Path) -> None:
    parquet(tmp_path / "a[1].parquet", x=[1.0])
    parquet(tmp_path / "a1.parquet", x=[2.0])
    assert column(tmp_path, "a[1].parquet", "x") == ([1.0], [])


def test_nothing_there_is_an_empty_list(tmp_path: Path) -> None:
    assert names(tmp_path, "none/*.csv") == []


def test_a_file_that_nobody_reads_is_refused_by_its_name(tmp_path: Path) -> None:
    made(tmp_path, "a.xlsx")
    with pytest.raises(SourceError, match="what kind of file") as refused:
        list_files("a.xlsx", tmp_path)
    assert refused.value.permanent


def test_a_file_outside_the_project_keeps_its_whole_name(tmp_path: Path) -> None:
    made(tmp_path, "out/a.csv")
    assert names(tmp_path / "in", str(tmp_path / "out" / "a.csv")) == [f"{tmp_path}/out/a.csv"]


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.parquet", Format.PARQUET),
        ("A.PQ", Format.PARQUET),
        ("a.csv.gz", Format.CSV),
        ("a.tsv", Format.CSV),
        ("a.b.jsonl.zst", Format.LINES),
        ("a.gz", None),
        ("a.txt", None),
        ("csv", None),
    ],
)
def test_a_name_says_the_format(name: str, format_: Format | None) -> None:
    assert format_of(name) is format_
