"""The fakes that we ship, and the clocks that they stand for."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from bellbuoy.clock import FrozenClock, SystemClock
from bellbuoy.sources.port import Categories, KeyType, Kind, Moments, Numbers, Want
from bellbuoy.testing import FakeClock, MemorySource, Value, column_of
from bellbuoy.windows import to_micro

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_fake_clock_stands_still_until_it_is_told() -> None:
    clock = FakeClock(NOON)
    assert (clock.now(), clock.now()) == (NOON, NOON)


def test_a_fake_clock_that_sleeps_has_moved_on_at_once() -> None:
    clock = FakeClock(NOON)
    clock.sleep(3_600)
    assert clock.now() == NOON + HOUR


def test_a_fake_clock_can_jump_back() -> None:
    clock = FakeClock(NOON)
    clock.set(NOON - HOUR)
    assert clock.now() == NOON - HOUR


def test_a_frozen_clock_stays_at_its_moment_while_it_waits() -> None:
    clock = FrozenClock(NOON)
    clock.sleep(0)
    assert clock.now() == NOON


def test_the_machines_clock_is_in_utc_and_goes_on() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.001)
    assert before.tzinfo is UTC
    assert clock.now() > before


def test_numbers_keep_what_is_null_apart() -> None:
    column = column_of([1, None, 2.5, "x"], Kind.NUMBER)
    assert isinstance(column, Numbers)
    assert column.null is not None
    assert (column.null.tolist(), column.values[[0, 2]].tolist()) == ([False, True, False, True], [1.0, 2.5])


def test_nan_is_a_number_and_not_null() -> None:
    column = column_of([math.nan, 1.0], Kind.NUMBER)
    assert isinstance(column, Numbers)
    assert column.null is None


def test_texts_are_codes_of_names_in_the_order_they_come() -> None:
    column = column_of(["b", "a", None, "b", True], Kind.CATEGORY)
    assert isinstance(column, Categories)
    assert (column.names, column.codes.tolist()) == (("b", "a", "true"), [0, 1, -1, 0, 2])


def test_moments_are_microseconds() -> None:
    column = column_of([NOON, None], Kind.MOMENT)
    assert isinstance(column, Moments)
    assert column.null is not None
    assert (column.micro[0], column.null.tolist()) == (to_micro(NOON), [False, True])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, None], Kind.NUMBER),
        (["a", None], Kind.CATEGORY),
        ([NOON, None], Kind.MOMENT),
        ([None], Kind.NUMBER),
        ([True], Kind.CATEGORY),
    ],
)
def test_a_column_is_what_its_values_are(values: list[Value], kind: Kind) -> None:
    assert MemorySource([{"a": value} for value in values]).columns() == {"a": kind}


@pytest.mark.parametrize(("ids", "found"), [([1, 2], KeyType.WHOLE), ([1, "2"], KeyType.TEXT), (["a"], KeyType.TEXT)])
def test_ids_are_whole_numbers_only_where_all_are(ids: list[Value], found: KeyType) -> None:
    assert MemorySource([{"id": value} for value in ids]).key_type("id") is found


def test_a_source_without_rows_knows_no_columns() -> None:
    source = MemorySource()
    assert (source.columns(), source.having(["a"])) == ({}, None)


def test_rows_without_a_cursor_are_given_once() -> None:
    source = MemorySource([{"a": 1.0}, {"a": 2.0}])
    pull = source.pull(Want({"a": Kind.NUMBER}), {}, NOON)
    assert sum(batch.count for batch in pull) == 2
    assert list(source.pull(Want({"a": Kind.NUMBER}), pull.mark, NOON)) == []


def test_rows_with_a_cursor_are_given_from_when_they_are_visible() -> None:
    source = MemorySource([{"a": float(n), "seen": NOON + n * HOUR} for n in range(4)])
    want = Want({"a": Kind.NUMBER}, cursor="seen")
    first = source.pull(want, {}, NOON + HOUR)
    assert [batch.count for batch in first] == [2]
    assert [batch.count for batch in source.pull(want, first.mark, NOON + 9 * HOUR)] == [2]


def test_rows_come_in_batches() -> None:
    source = MemorySource([{"a": float(n)} for n in range(5)], batch=2)
    assert [batch.count for batch in source.pull(Want({"a": Kind.NUMBER}), {}, NOON)] == [2, 2, 1]
