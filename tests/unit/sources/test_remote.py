from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from tests.contract.sources.worlds import drawn
from tests.unit.sources.sample import NOW, column, pulled

from bellbuoy.errors import SourceError
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.listing import list_files
from bellbuoy.sources.port import Kind, Place, Want


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    """An object store in memory, empty afterwards."""
    memory = MemoryFileSystem()
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def put(store: MemoryFileSystem, name: str, x: float) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"x": [x]}), buffer)
    store.pipe(f"/bucket/{name}", buffer.getvalue())


def test_a_glob_of_a_store_is_read_like_one_of_a_folder(store: MemoryFileSystem, tmp_path: Path) -> None:
    put(store, "rows/a.parquet", 1.0)
    store.pipe("/bucket/rows/b.csv", b"x\n2\n")
    store.pipe("/bucket/rows/c.ndjson", b'{"x": 3}\n')
    assert column(tmp_path, "memory://bucket/rows/*", "x") == ([1.0, 2.0, 3.0], [])


def test_a_folder_of_a_store_is_all_that_is_in_it_but_what_writers_leave(
    store: MemoryFileSystem, tmp_path: Path
) -> None:
    for name in ("a.parquet", "deep/b.parquet", "_tmp/c.parquet", "readme.txt"):
        store.pipe(f"/bucket/rows/{name}", b"")
    found = [file.name.partition("bucket/")[2] for file in list_files("memory://bucket/rows", tmp_path)]
    assert found == ["rows/a.parquet", "rows/deep/b.parquet"]


def test_a_name_with_brackets_is_one_file_of_the_store(store: MemoryFileSystem, tmp_path: Path) -> None:
    put(store, "rows/a[1].parquet", 1.0)
    put(store, "rows/a1.parquet", 2.0)
    assert sorted(map(str, column(tmp_path, "memory://bucket/rows", "x")[0])) == ["1.0", "2.0"]


def test_only_new_objects_are_read_again(store: MemoryFileSystem, tmp_path: Path) -> None:
    put(store, "rows/a.parquet", 1.0)
    want = Want({"x": Kind.NUMBER})
    first = pulled(tmp_path, "memory://bucket/rows/*.parquet", want)
    put(store, "rows/b.parquet", 2.0)
    source = FileSource(Place(path="memory://bucket/rows/*.parquet"), tmp_path)
    assert drawn(source.pull(want, first.mark, NOW), "x") == [2.0]


def test_nothing_there_is_an_empty_list(store: MemoryFileSystem, tmp_path: Path) -> None:
    assert store.store == {}
    assert list_files("memory://bucket/rows/*.parquet", tmp_path) == []


def test_a_store_that_nobody_knows_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        list_files("nowhere://bucket/a.parquet", tmp_path)
