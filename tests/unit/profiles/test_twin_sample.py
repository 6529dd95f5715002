"""A sample of the reference set is the same however its rows are cut, and its halves lie apart in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from tests.unit.profiles.twins import numbers_of

from bellbuoy.profiles.twin_sample import Sample, halves
from bellbuoy.sources.port import Categories, Kind, Moments, Numbers, Rows
from bellbuoy.testing import column_of

START = datetime(2024, 3, 1, tzinfo=UTC)


def batch(first: int, last: int) -> Rows:
    places = range(first, last)
    return Rows(
        len(places),
        {
            "x": column_of([None if place % 7 == 0 else place for place in places], Kind.NUMBER),
            "k": column_of([None if place % 5 == 0 else f"n{place % 3}" for place in places], Kind.CATEGORY),
            "ts": column_of([START + timedelta(hours=place) for place in places], Kind.MOMENT),
            "other": column_of(list(places), Kind.NUMBER),
        },
    )


def taken(*batches: Rows, most: int = 100) -> Rows:
    sample = Sample(("x", "k", "ts"), most)
    for rows in batches:
        sample.add(rows)
    return sample.taken()


def told(rows: Rows) -> list[tuple[float, str | None, int]]:
    """Rows in words."""
    k, ts = rows.columns["k"], rows.columns["ts"]
    assert isinstance(k, Categories)
    assert isinstance(ts, Moments)
    x = rows.columns["x"]
    assert isinstance(x, Numbers)
    values = np.where(x.null, -1, x.values) if x.null is not None else x.values
    names = [k.names[code] if code >= 0 else None for code in k.codes.tolist()]
    return list(zip(values.tolist(), names, ts.micro.tolist(), strict=True))


def test_a_small_set_is_taken_whole() -> None:
    assert sorted(told(taken(batch(0, 50))), key=lambda row: row[2]) == told(batch(0, 50))


def test_of_a_large_set_as_many_are_taken_as_may_be() -> None:
    assert taken(batch(0, 1_000)).count == 100


@pytest.mark.parametrize("cuts", [(300,), (1, 2, 999), tuple(range(10, 1_000, 10))])
def test_it_does_not_matter_how_rows_are_cut(cuts: tuple[int, ...]) -> None:
    edges = [0, *cuts, 1_000]
    parts = [batch(first, last) for first, last in pairwise(edges)]
    assert told(taken(*parts)) == told(taken(batch(0, 1_000)))


def test_all_of_the_set_takes_part() -> None:
    ts = taken(batch(0, 1_000)).columns["ts"]
    assert isinstance(ts, Moments)
    assert np.ptp(ts.micro) > 0.9 * 1_000 * 3_600_000_000


def test_the_first_rows_of_a_sample_are_no_better_than_the_last() -> None:
    ts = taken(batch(0, 1_000)).columns["ts"]
    assert isinstance(ts, Moments)
    early, late = ts.micro[:50].mean(), ts.micro[50:].mean()
    assert abs(early - late) < 300 * 3_600_000_000


def test_columns_that_nobody_asked_for_are_left() -> None:
    assert set(taken(batch(0, 50)).columns) == {"x", "k", "ts"}


def test_a_column_that_is_not_there_is_left() -> None:
    sample = Sample(("x", "gone"))
    sample.add(batch(0, 5))
    assert set(sample.taken().columns) == {"x"}


def test_an_empty_set_gives_no_rows() -> None:
    assert taken().count == 0
    assert taken(batch(0, 0)).count == 0


def test_it_counts_all_rows_that_took_part() -> None:
    sample = Sample(("x",), 10)
    for first in range(0, 100, 20):
        sample.add(batch(first, first + 20))
    assert (sample.rows, sample.taken().count) == (100, 10)


def test_of_many_columns_fewer_rows_are_kept() -> None:
    few, many = Sample(("x",)), Sample(tuple(f"c{place}" for place in range(1_000)))
    assert (few.most, many.most) == (60_000, 4_000)


def moments(hours: list[float | None]) -> Moments:
    column = column_of([None if hour is None else START + timedelta(hours=hour) for hour in hours], Kind.MOMENT)
    assert isinstance(column, Moments)
    return column


def test_a_long_set_is_halved_by_weeks() -> None:
    half = halves(moments([24.0 * day for day in range(60)]))
    assert half[:21].tolist() == [0] * 7 + [1] * 7 + [0] * 7


def test_a_short_set_is_halved_by_days() -> None:
    half = halves(moments([float(hour) for hour in range(24 * 10)]))
    assert half.reshape(10, 24).tolist() == [[day % 2] * 24 for day in range(10)]


def test_a_day_is_halved_by_some_hours() -> None:
    half = halves(moments([float(hour) for hour in range(24)]))
    assert half.sum() == pytest.approx(12, abs=2)
    assert np.abs(np.diff(half)).sum() < 10


def test_rows_without_a_time_go_to_either_half_by_turns() -> None:
    assert halves(moments([None] * 4)).tolist() == [0, 1, 0, 1]


def test_one_moment_alone_is_of_one_half() -> None:
    assert halves(moments([1.0, 1.0])).tolist() == [0, 0]


def test_values_keep_their_nulls() -> None:
    rows = taken(batch(0, 50))
    column = rows.columns["x"]
    assert isinstance(column, Numbers)
    assert column.null is not None
    assert column.null.sum() == 8
    assert np.isfinite(numbers_of(rows, "x")[~column.null]).all()
