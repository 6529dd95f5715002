"""A few of the newest rows, by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bellbuoy.profiles.drawn import Draw, Drawn
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows

NAMED = ("version", "host")


def batch(at: Sequence[int], first: int = 0, **more: Column) -> Rows:
    """Rows with these times; ids go on from the first, every third row is of version v2, and hosts take turns."""
    rows = np.arange(len(at))
    columns: dict[str, Column] = {
        "ts": Moments(np.array(at, np.int64)),
        "x": Numbers(rows.astype(float) + first),
        "version": Categories((rows % 3 == 2).astype(np.int32), ("v1", "v2")),
        "host": Categories((rows % 2).astype(np.int32), ("a", "b")),
    }
    return Rows(len(at), columns | more, (rows + first).astype(np.uint64))


def drawn(*batches: Rows, many: int = 10, span: int = 1_000, after: int | None = None, only: str = "") -> list[Drawn]:
    draw = Draw(many, span, until=10_000, after=after)
    for rows in batches:
        draw.add(rows, "ts", NAMED, ("version", only) if only else None)
    return draw.rows()


def times(rows: Sequence[Drawn]) -> list[int]:
    return [row.at for row in rows]


def test_where_rows_are_few_all_are_drawn_in_the_order_of_time() -> None:
    assert times(drawn(batch([30, 10, 20]))) == [10, 20, 30]


def test_a_row_comes_with_its_cells_and_its_names() -> None:
    (row,) = drawn(batch([5], first=7))
    assert (row.cells["x"], row.cells["host"], row.names) == (7.0, "a", {"version": "v1", "host": "a"})


def test_where_rows_are_many_only_so_many_are_drawn_from_all_over() -> None:
    rows = drawn(batch(range(1_000)), many=100)
    assert len(rows) == 100
    assert 400 < np.mean(times(rows)) < 600


def test_neighbouring_ids_are_drawn_independently_of_what_is_in_their_rows() -> None:
    hosts = [row.names["host"] for row in drawn(batch(range(1_000)), many=200)]
    assert 70 < hosts.count("a") < 130


def test_only_the_newest_span_counts() -> None:
    assert times(drawn(batch([100, 1_600, 2_500]), batch([2_550], first=3))) == [1_600, 2_500, 2_550]


def test_a_newest_row_that_comes_first_counts_as_well() -> None:
    assert times(drawn(batch([9_000]), batch([100, 8_500], first=1))) == [8_500, 9_000]


def test_rows_that_were_looked_at_before_are_left_alone() -> None:
    assert times(drawn(batch([10, 20, 30]), after=20)) == [30]


def test_rows_of_the_future_are_left_alone() -> None:
    assert times(drawn(batch([10, 20_000]))) == [10]


def test_rows_without_a_time_are_left_alone() -> None:
    moments = Moments(np.array([10, 0], np.int64), np.array([False, True]))
    assert times(drawn(batch([10, 0], ts=moments))) == [10]


def test_rows_of_another_version_are_left_alone() -> None:
    assert times(drawn(batch([10, 20, 30, 40]), only="v2")) == [30]


def test_rows_before_the_year_1970_are_rows() -> None:
    assert times(drawn(batch([-50, -40]))) == [-50, -40]


def test_nulls_are_none() -> None:
    numbers = Numbers(np.array([1.0, 2.0]), np.array([False, True]))
    nobody = Categories(np.array([-1, 0], np.int32), ("a",))
    rows = drawn(batch([1, 2], x=numbers, host=nobody))
    assert [(row.cells["x"], row.cells["host"], row.names["host"]) for row in rows] == [
        (1.0, None, ""),
        (None, "a", "a"),
    ]


def test_without_rows_there_is_no_sample() -> None:
    assert drawn() == []
    assert drawn(batch([])) == []


@pytest.mark.parametrize("keys", [None, np.zeros(200, np.uint64)])
def test_rows_without_an_id_and_rows_of_one_id_are_drawn_too(keys: NDArray[np.uint64] | None) -> None:
    assert len(drawn(replace(batch(range(200)), keys=keys), many=50)) == 50
