from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from tests.contract.sources.worlds import drawn
from tests.unit.sources.sample import NOW

from bellbuoy.errors import SourceError
from bellbuoy.sources.delta import DeltaSource
from bellbuoy.sources.port import Kind, Mark, Place, Pull, Want

X = Want({"x": Kind.NUMBER})
BY_ID = Want({"x": Kind.NUMBER}, id="id")


def add(folder: Path, *ids: int, day: str = "2026-02-01", **more: object) -> None:
    rows = pa.table({"id": list(ids), "x": [float(id_) for id_ in ids], "day": [day] * len(ids), **more})
    write_deltalake(folder / "t", rows, mode="append", partition_by=["day"], schema_mode="merge")


def pull(folder: Path, want: Want, mark: Mark | None = None) -> Pull:
    """A whole pull; its batches are kept."""
    pulled = DeltaSource(Place(delta="t"), folder).pull(want, mark or {}, NOW)
    batches = list(pulled)
    pulled.batches = iter(batches)
    return pulled


def test_what_a_partition_says_is_a_column(tmp_path: Path) -> None:
    add(tmp_path, 1, day="1 March/é=%")
    assert drawn(pull(tmp_path, Want({"day": Kind.CATEGORY})), "day") == ["1 March/é=%"]


@pytest.mark.parametrize("day", [None, "NULL"])
def test_a_null_partition_is_null_and_the_word_is_not(tmp_path: Path, day: str | None) -> None:
    write_deltalake(tmp_path / "t", pa.table({"x": [1.0], "day": pa.array([day], pa.string())}), partition_by=["day"])
    assert drawn(pull(tmp_path, Want({"day": Kind.CATEGORY})), "day") == [day]


def test_a_partition_keeps_its_type(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "t", pa.table({"x": [1.0], "hour": [7]}), partition_by=["hour"])
    assert drawn(pull(tmp_path, Want({"hour": Kind.NUMBER})), "hour") == [7.0]


def test_a_column_that_came_later_is_null_before_and_not_odd(tmp_path: Path) -> None:
    add(tmp_path, 1)
    add(tmp_path, 2, late=[5.0])
    pulled = pull(tmp_path, Want({"late": Kind.NUMBER}))
    assert drawn(pulled, "late") == [None, 5.0]
    assert pulled.notes == []


def test_a_table_without_rows_has_columns(tmp_path: Path) -> None:
    DeltaTable.create(tmp_path / "t", pa.schema([("x", pa.float64()), ("s", pa.string())]))
    assert dict(DeltaSource(Place(delta="t"), tmp_path).columns()) == {"x": Kind.NUMBER, "s": Kind.CATEGORY}
    assert drawn(pull(tmp_path, X), "x") == []


def test_rows_that_were_put_together_are_not_new(tmp_path: Path) -> None:
    add(tmp_path, 1)
    add(tmp_path, 2)
    mark = pull(tmp_path, X).mark
    DeltaTable(tmp_path / "t").optimize.compact()
    assert drawn(pull(tmp_path, X, mark), "x") == []


def test_rows_that_came_and_were_put_together_at_once_are_new(tmp_path: Path) -> None:
    add(tmp_path, 1)
    mark = pull(tmp_path, X).mark
    add(tmp_path, 2)
    DeltaTable(tmp_path / "t").optimize.compact()
    second = pull(tmp_path, X, mark)
    assert drawn(second, "x") == [2.0]
    assert drawn(pull(tmp_path, X, second.mark), "x") == []


def test_with_ids_rows_that_were_put_together_come_again(tmp_path: Path) -> None:
    add(tmp_path, 1)
    mark = pull(tmp_path, BY_ID).mark
    add(tmp_path, 2)
    DeltaTable(tmp_path / "t").optimize.compact()
    assert [rows.again for rows in pull(tmp_path, BY_ID, mark)] == [True]


def test_with_a_cursor_rows_that_were_put_together_are_not_new(tmp_path: Path) -> None:
    want = Want({"x": Kind.NUMBER}, cursor="at")
    for id_ in (1, 2):
        add(tmp_path, id_, at=pa.array([NOW - timedelta(hours=3 - id_)]))
    mark = pull(tmp_path, want).mark
    DeltaTable(tmp_path / "t").optimize.compact()
    second = pull(tmp_path, want, mark)
    assert (drawn(second, "x"), second.notes) == ([], [])


def test_rows_changed_in_place_are_left_out_without_ids_and_said(tmp_path: Path) -> None:
    add(tmp_path, 1)
    mark = pull(tmp_path, X).mark
    DeltaTable(tmp_path / "t").update(updates={"x": "x + 10"})
    second = pull(tmp_path, X, mark)
    assert drawn(second, "x") == []
    assert [note.code for note in second.notes] == ["rewritten"]


def test_where_the_log_was_cleaned_new_files_may_hold_known_rows(tmp_path: Path) -> None:
    add(tmp_path, 1)
    mark = pull(tmp_path, BY_ID).mark
    add(tmp_path, 2)
    table = DeltaTable(tmp_path / "t")
    table.optimize.compact()
    table.create_checkpoint()
    (tmp_path / "t" / "_delta_log" / f"{1:020}.json").unlink()
    assert [rows.again for rows in pull(tmp_path, BY_ID, mark)] == [True]


def test_a_file_that_is_gone_is_noted_and_tried_again(tmp_path: Path) -> None:
    add(tmp_path, 1)
    add(tmp_path, 2)
    lost = Path(DeltaTable(tmp_path / "t").file_uris()[0])
    shutil.move(lost, tmp_path / "kept")
    first = pull(tmp_path, X)
    assert [note.code for note in first.notes] == ["unreadable"]
    shutil.move(tmp_path / "kept", lost)
    assert sorted(map(str, [*drawn(first, "x"), *drawn(pull(tmp_path, X, first.mark), "x")])) == ["1.0", "2.0"]


@pytest.mark.parametrize("there", [True, False])
def test_what_is_no_table_is_said(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "t").mkdir()
    source = DeltaSource(Place(delta="t"), tmp_path)
    with pytest.raises(SourceError, match="there is no Delta table"):
        source.columns()
    assert [note.code for note in source.pull(X, {}, NOW).notes] == ["unreadable"]


def rewritten_log(folder: Path, **actions: Mapping[str, object]) -> None:
    """Change actions of the first version, as another writer might have written them."""
    log = folder / "t" / "_delta_log" / f"{0:020}.json"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        for name in line:
            line[name] |= actions.get(name, {})
    log.write_text("\n".join(map(json.dumps, lines)))


def test_columns_may_have_other_names_in_files(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "t", pa.table({"col-1": [1.0]}))
    field = {"name": "x", "type": "double", "nullable": True}
    field |= {"metadata": {"delta.columnMapping.id": 1, "delta.columnMapping.physicalName": "col-1"}}
    schema = json.dumps({"type": "struct", "fields": [field]})
    mapping = {"schemaString": schema, "configuration": {"delta.columnMapping.mode": "name"}}
    rewritten_log(tmp_path, protocol={"minReaderVersion": 2, "minWriterVersion": 5}, metaData=mapping)
    assert drawn(pull(tmp_path, X), "x") == [1.0]


def test_rows_that_are_marked_as_deleted_are_not_taken_for_rows(tmp_path: Path) -> None:
    add(tmp_path, 1, 2, 3)
    features = ["deletionVectors"]
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features}
    # A roaring bitmap of row 1, in the text form that logs have.
    vector = {
        "storageType": "i",
        "pathOrInlineDv": "^Bg9^0rr910000000000iXQKl0rr91000005c8Xg0rr91",
        "sizeInBytes": 34,
        "cardinality": 1,
    }
    rewritten_log(tmp_path, protocol=protocol, add={"deletionVector": vector})
    first = pull(tmp_path, X)
    assert drawn(first, "x") == []
    assert ["deletion vectors" in note.message for note in first.notes] == [True]
