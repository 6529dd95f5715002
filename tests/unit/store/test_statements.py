"""Statements that a cycle runs hundreds of times."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from bellbuoy.store import statements, tables


def words(many: int, *, after: bool = False, before: bool = False) -> str:
    query = statements.windows(tables.outcome, many, after=after, before=before)
    told = statements.plain(query, sqlite.dialect())
    assert told is not None
    return " ".join(told.split())


@pytest.mark.parametrize(("after", "before", "places"), [(False, False, 2), (True, False, 3), (True, True, 4)])
def test_parameters_have_places_in_the_order_in_which_they_are_given(after: bool, before: bool, places: int) -> None:
    told = words(2, after=after, before=before)
    assert told.count("?") == places
    assert told.index("IN (?, ?)") < told.index("ORDER BY")


def test_a_stretch_is_half_open() -> None:
    assert "outcome.start >= ? AND outcome.start < ?" in words(1, after=True, before=True)


def test_the_series_stands_before_its_windows() -> None:
    told = statements.plain(statements.windows_at(tables.profile, 2), sqlite.dialect())
    assert told is not None
    assert told.endswith("profile.series = ? AND profile.start IN (?, ?)")


def test_rows_are_written_over_those_that_stood() -> None:
    told = statements.plain(statements.put_over(tables.outcome), sqlite.dialect())
    assert told == "INSERT OR REPLACE INTO outcome (series, start, rows, parts) VALUES (?, ?, ?, ?)"


def test_columns_are_written_in_the_order_of_their_table() -> None:
    told = statements.plain(statements.put_over(tables.profile), sqlite.dialect())
    assert told is not None
    names = [name.strip(' "') for name in told.split("(")[1].split(")")[0].split(",")]
    assert names == [column.name for column in tables.profile.c]


def test_only_sqlite_is_spoken_to_in_its_own_words() -> None:
    query = statements.windows_at(tables.profile, 1)
    assert statements.plain(query, postgresql.dialect()) is None  # type: ignore[no-untyped-call]


def test_a_statement_is_made_once() -> None:
    assert statements.windows_at(tables.profile, 3) is statements.windows_at(tables.profile, 3)
