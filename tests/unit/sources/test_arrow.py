from __future__ import annotations

import pyarrow as pa

from bellbuoy.sources.arrow import batches, table_of
from bellbuoy.sources.port import Categories
from bellbuoy.sources.pushed import NUMBER, TEXT, TRUTH


def test_columns_become_a_table_and_come_back() -> None:
    made = table_of({"x": (NUMBER, [1.0, None]), "s": (TEXT, [None, "é"]), "b": (TRUTH, [True, None])})
    assert pa.table(made).to_pylist() == [{"x": 1.0, "s": None, "b": True}, {"x": None, "s": "é", "b": None}]


def test_flags_of_a_slice_are_those_of_its_rows() -> None:
    table = pa.table({"f": [True, None, False, True, False, True, True, None, True, True]}).slice(3)
    assert [flag for batch in batches(table, "") for flag in batch.flags(0)] == [1, 0, 1, 1, 0, 1, 1]


def test_columns_of_a_slice_are_those_of_its_rows() -> None:
    table = pa.table({"x": [None, 1.0, None, 2.0], "s": ["a", None, "b", "a"]}).slice(1)
    (batch,) = batches(table, "")
    numbers, texts = batch.numbers(0), batch.categories(1)
    assert isinstance(texts, Categories)
    assert numbers.null is not None
    assert numbers.null.tolist() == [False, True, False]
    assert [texts.names[code] if code >= 0 else None for code in texts.codes] == [None, "b", "a"]
