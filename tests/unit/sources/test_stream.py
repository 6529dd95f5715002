from __future__ import annotations

import io
import math
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellbuoy.errors import SourceError
from bellbuoy.sources.stream import rows_of_stream

AT = datetime(2026, 3, 1, 12, 30, 0, 123_456, tzinfo=UTC)
TEXTS = ["a", None, "ü" * 40, "", "twelve bytes", "thirteen byte", None, "z"]


def stream(table: pa.Table, *, most: int = 2, **options: object) -> bytes:
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=most)
    return buffer.getvalue()


COLUMNS = {
    "null": pa.array([None] * 8),
    "bool": pa.array([True, None, False, True, True, None, False, True]),
    "text": pa.array(TEXTS),
    "long text": pa.array(TEXTS, pa.large_string()),
    "text view": pa.array(TEXTS, pa.string_view()),
    "dictionary": pa.array(TEXTS).dictionary_encode(),
    "dictionary of int": pa.array([5, 6, None, 5, 5, 6, 6, 5]).dictionary_encode(),
    "float": pa.array([1.5, None, math.inf, -math.inf, 0.0, 1e-300, None, 2.0]),
    "half": pa.array([1.5, None, 0.25] * 2 + [0.0, 2.0], pa.float16()),
    "single": pa.array([1.5, None, 0.25] * 2 + [0.0, 2.0], pa.float32()),
    "day": pa.array([date(2026, 3, 1), None, date(1, 1, 1), date(1969, 12, 31)] * 2),
    "time in ms": pa.array([AT.replace(microsecond=5_000), None] * 4, pa.timestamp("ms", "UTC")),
    "time in us": pa.array([AT, None] * 4, pa.timestamp("us", "Europe/Paris")),
    "time in ns": pa.array([AT, None] * 4, pa.timestamp("ns", "UTC")),
    "time without zone": pa.array([AT.replace(tzinfo=None), None] * 4, pa.timestamp("us")),
    **{
        f"{kind}": pa.array([0, None, 100, 1, 2, 3, None, 7], kind)
        for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
    },
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("most", [1, 3, 100])
def test_rows_are_those_that_arrow_itself_reads(name: str, most: int) -> None:
    table = pa.table({"x": COLUMNS[name], "also": range(8)})
    expected = table.to_pydict()
    found = rows_of_stream(stream(table, most=most))
    assert [row["also"] for row in found] == expected["also"]
    assert [row["x"] for row in found] == expected["x"]


def test_what_polars_writes_is_read() -> None:
    frame = pl.DataFrame({"id": [1, 2], "s": ["short", "a text of more than twelve bytes"], "at": [AT, AT]})
    buffer = io.BytesIO()
    frame.write_ipc_stream(buffer)
    assert rows_of_stream(buffer.getvalue()) == frame.to_dicts()


def test_nan_is_nan() -> None:
    (row,) = rows_of_stream(stream(pa.table({"x": [math.nan]})))
    assert str(row["x"]) == "nan"


def test_a_schema_alone_is_no_rows() -> None:
    assert rows_of_stream(stream(pa.table({"x": pa.array([], pa.int64())}))) == []


NESTED = {"list": [[1]], "struct": [{"a": 1}], "binary": [b"x"], "time": [timedelta(1)]}


@pytest.mark.parametrize("name", NESTED)
def test_a_column_that_is_not_flat_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(SourceError, match="column odd is a"):
        rows_of_stream(stream(pa.table({"odd": pa.array(NESTED[name])})))


def test_packed_buffers_are_refused() -> None:
    with pytest.raises(SourceError, match="packed") as refused:
        rows_of_stream(stream(pa.table({"x": [1.0] * 1_000}), most=1_000, compression="zstd"))
    assert "without compression" in refused.value.hint


def test_a_few_bytes_that_stand_for_very_many_are_refused() -> None:
    words = pa.DictionaryArray.from_arrays(pa.array([0] * 1_000, pa.int8()), pa.array(["x" * 2**20]))
    with pytest.raises(SourceError, match="larger than"):
        rows_of_stream(stream(pa.table({"x": words}), most=1_000))


FLAT = ("bool", "text", "text view", "dictionary", "float", "day", "time in us")
WHOLE = stream(pa.table({name: COLUMNS[name] for name in FLAT}), most=5)


@given(st.integers(0, len(WHOLE) - 1))
@settings(deadline=None)
def test_a_stream_that_is_cut_off_gives_whole_batches_or_a_fault(size: int) -> None:
    try:
        rows = rows_of_stream(WHOLE[:size])
    except SourceError:
        return
    assert len(rows) in {0, 5, 8}


@given(
    st.integers(0, len(WHOLE) - 1),
    st.binary(min_size=1, max_size=8) | st.sampled_from([b"\xff" * 8, b"\x7f", b"\0" * 4]),
)
@settings(max_examples=2_000, deadline=None)
def test_a_damaged_stream_gives_rows_or_a_fault_and_nothing_worse(at: int, junk: bytes) -> None:
    try:
        rows = rows_of_stream(WHOLE[:at] + junk + WHOLE[at + len(junk) :])
    except SourceError:
        return
    assert len(rows) <= 100_000


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_rows_or_a_fault(data: bytes) -> None:
    with pytest.raises(SourceError):
        rows_of_stream(b"\xff\xff\xff\xff" + data)
