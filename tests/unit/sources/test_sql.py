from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from tests.contract.sources.worlds import drawn

from bellbuoy.errors import SourceError
from bellbuoy.sources.port import KeyType, Kind, Place, Want
from bellbuoy.sources.sql import SqlSource

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(folder: Path, *statements: str) -> None:
    engine = create_engine(f"sqlite:///{folder}/db")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def source(folder: Path, sql: str = "log", url: str = "sqlite:///db") -> SqlSource:
    return SqlSource(Place(sql=sql, url=url), folder)


def test_a_query_is_a_table(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE log (x REAL, y TEXT)", "INSERT INTO log VALUES (1, 'a'), (2, 'b')")
    asked = source(tmp_path, "SELECT x * 10 AS big FROM log WHERE y = 'b';")
    assert dict(asked.columns()) == {"big": Kind.NUMBER}
    assert drawn(asked.pull(Want({"big": Kind.NUMBER}), {}, NOW), "big") == [20.0]


def test_a_colon_in_a_query_is_no_parameter(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE log (x TEXT)", r"INSERT INTO log VALUES ('a\:b')")
    asked = source(tmp_path, "SELECT x FROM log WHERE x = 'a:b'")
    assert drawn(asked.pull(Want({"x": Kind.CATEGORY}), {}, NOW), "x") == ["a:b"]


@pytest.mark.parametrize("name", ['"a b"', '"select"', '"ünï"', '"a:b"'])
def test_a_column_may_be_called_anything(tmp_path: Path, name: str) -> None:
    run(tmp_path, f"CREATE TABLE log ({name.replace(':', chr(92) + ':')} REAL)", "INSERT INTO log VALUES (1)")
    plain = name.strip('"')
    assert drawn(source(tmp_path).pull(Want({plain: Kind.NUMBER}), {}, NOW), plain) == [1.0]


CURSORS: dict[str, tuple[str, Callable[[datetime], str]]] = {
    "texts": ("TEXT", lambda at: f"'{at.isoformat()}'"),
    "texts without zone": ("TEXT", lambda at: f"'{at:%Y-%m-%d %H:%M:%S.%f}'"),
    "seconds": ("INTEGER", lambda at: str(int(at.timestamp()))),
    "fractions of seconds": ("REAL", lambda at: repr(at.timestamp())),
    "milliseconds": ("INTEGER", lambda at: str(int(at.timestamp() * 1000))),
}


@pytest.mark.parametrize("how", CURSORS)
def test_a_cursor_may_be_written_in_many_ways(tmp_path: Path, how: str) -> None:
    type_name, write = CURSORS[how]
    rows = ", ".join(f"({hour}, {write(NOW + hour * HOUR)})".replace(":", "\\:") for hour in range(4))
    run(tmp_path, f"CREATE TABLE log (x REAL, seen {type_name})", f"INSERT INTO log VALUES {rows}")
    want = Want({"x": Kind.NUMBER}, cursor="seen")
    first = source(tmp_path).pull(want, {}, NOW + HOUR)
    assert drawn(first, "x") == [0.0, 1.0]
    assert drawn(source(tmp_path).pull(want, first.mark, NOW + 2 * HOUR), "x") == [2.0]


def test_a_column_of_nulls_is_what_the_table_declares(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE log (x REAL, at TIMESTAMP, s TEXT)", "INSERT INTO log VALUES (NULL, NULL, NULL)")
    kinds = source(tmp_path).columns()
    assert dict(kinds) == {"x": Kind.NUMBER, "at": Kind.MOMENT, "s": Kind.CATEGORY}


def test_text_ids_have_text_keys(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE log (id TEXT)", "INSERT INTO log VALUES ('a')")
    assert source(tmp_path).key_type("id") is KeyType.TEXT


def test_a_table_that_is_not_there_is_noted_and_the_mark_stays(tmp_path: Path) -> None:
    pull = source(tmp_path).pull(Want({}, cursor="seen"), {"cursor": 5}, NOW)
    assert list(pull) == []
    assert ([note.code for note in pull.notes], pull.mark) == (["unreadable"], {"cursor": 5})


def test_a_cursor_that_is_not_there_is_noted(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE log (x REAL)", "INSERT INTO log VALUES (1)")
    pull = source(tmp_path).pull(Want({}, cursor="seen"), {}, NOW)
    assert list(pull) == []
    assert ["no column seen" in note.message for note in pull.notes] == [True]


def test_the_password_is_in_no_message(tmp_path: Path) -> None:
    asked = source(tmp_path, url="postgresql://me:s3cret@127.0.0.1:9/db")
    with pytest.raises(SourceError) as refused:
        asked.columns()
    assert "127.0.0.1" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("url", ["nonsense", "", "no://such/thing"])
def test_a_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SourceError):
        source(tmp_path, url=url).columns()


def test_a_driver_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="driver") as refused:
        source(tmp_path, url="mysql+pymysql://me@127.0.0.1/db").columns()
    assert refused.value.permanent


def test_a_sqlite_file_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        source(tmp_path, url="sqlite:///hotle.db").columns()
    assert list(tmp_path.iterdir()) == []


def test_a_sqlite_file_that_is_not_there_is_a_note_of_a_pull(tmp_path: Path) -> None:
    pull = source(tmp_path, url="sqlite:///hotle.db").pull(Want({"x": Kind.NUMBER}), {}, NOW)
    assert (list(pull), [note.code for note in pull.notes]) == ([], ["unreadable"])


def test_a_column_that_a_table_gains_is_noted_once(tmp_path: Path) -> None:
    run(tmp_path, "CREATE TABLE log (x REAL)", "INSERT INTO log VALUES (1)")
    first = source(tmp_path).pull(Want({"x": Kind.NUMBER}), {}, NOW)
    list(first)
    run(tmp_path, "ALTER TABLE log ADD COLUMN more REAL")
    second = source(tmp_path).pull(Want({"x": Kind.NUMBER}), first.mark, NOW)
    list(second)
    third = source(tmp_path).pull(Want({"x": Kind.NUMBER}), second.mark, NOW)
    list(third)
    assert [[note.code for note in pull.notes] for pull in (first, second, third)] == [[], ["new-column"], []]
