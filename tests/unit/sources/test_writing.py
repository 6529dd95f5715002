from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bellbuoy.errors import SourceError
from bellbuoy.sources.port import Categories, Moments, Numbers
from bellbuoy.sources.writing import write_parquet

NULL = np.array([False, False, True])


def test_columns_come_back_as_they_were(tmp_path: Path) -> None:
    columns: dict[str, Any] = {
        "whole": np.array([2**62, -1, 0]),
        "real": Numbers(np.array([1.5, np.nan, 0.0]), NULL),
        'o\'clock "x"': Moments(np.array([0, 1, 2]), NULL),
        "text": Categories(np.array([1, 0, -1], np.int32), ("it's", "")),
    }
    write_parquet(tmp_path / "x.parquet", columns)
    rows = pl.read_parquet(tmp_path / "x.parquet").rows()
    assert rows[0] == (2**62, 1.5, datetime(1970, 1, 1, tzinfo=UTC), "")
    assert np.isnan(rows[1][1])
    assert rows[2] == (0, None, None, None)


def test_a_column_of_nothing_but_nulls_is_a_column(tmp_path: Path) -> None:
    write_parquet(tmp_path / "x.parquet", {"text": Categories(np.full(3, -1, np.int32), ())})
    assert pl.read_parquet(tmp_path / "x.parquet")["text"].to_list() == [None] * 3


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    for value in (1, 2):
        write_parquet(tmp_path / "x.parquet", {"a": np.array([value])})
    assert pl.read_parquet(tmp_path / "x.parquet")["a"].to_list() == [2]
    assert [path.name for path in tmp_path.iterdir()] == ["x.parquet"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"x\.parquet"):
        write_parquet(tmp_path / "nowhere" / "x.parquet", {"a": np.array([1])})
