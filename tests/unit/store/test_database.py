"""Where the state is, and what is said when it cannot be had."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bellbuoy.errors import ConfigError, StateError
from bellbuoy.store.database import Database, Shelf
from bellbuoy.store.port import (
    AlarmRow,
    EventRow,
    IncidentRow,
    LedgerPart,
    MarkRow,
    NoteRow,
    OutcomeRow,
    ProfileRow,
    Series,
)


def test_a_relative_path_is_below_the_project(tmp_path: Path) -> None:
    Database.open("sqlite:///.bellbuoy/state.db", tmp_path).close()
    assert (tmp_path / ".bellbuoy/state.db").exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [("no url", "not a database URL"), ("mysql://host/x", "cannot be kept in mysql"), ("oracle+x://host/x", "oracle")],
)
def test_a_url_of_no_database_that_we_know_is_refused(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        Database.open(url, tmp_path)


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StateError) as told:
        Database.open("postgresql+psycopg://me:secret@127.0.0.1:1/x", tmp_path)
    assert "secret" not in str(told.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("this is not a database, but a text of some length\n" * 50)
    with pytest.raises(StateError, match="state"):
        Database.open("sqlite:///state.db", tmp_path)


def test_sqlite_writes_ahead_in_large_pages(tmp_path: Path) -> None:
    opened = Database.open("sqlite:///state.db", tmp_path)
    with opened.engine.connect() as connection:
        found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "page_size")]
    opened.close()
    assert found == ["wal", 16_384]


def test_a_state_with_small_pages_keeps_them(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db")) as link:
        link.execute("PRAGMA page_size = 4096")
        link.execute("CREATE TABLE older (id)")
    Database.open("sqlite:///state.db", tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as link:
        assert link.execute("PRAGMA page_size").fetchone() == (4_096,)


def test_a_model_without_a_cycle_is_known_by_nothing(tmp_path: Path) -> None:
    opened = Database.open("sqlite:///state.db", tmp_path)
    with opened.read() as shelf:
        assert (shelf.model("m").cycle, shelf.models(), shelf.ledger("m", "labels")) == (0, {}, [])
    opened.close()


def test_a_model_is_forgotten_whole_and_no_other_with_it(tmp_path: Path) -> None:
    opened = Database.open("sqlite:///state.db", tmp_path)
    line = Series("1h", "x")
    for name in ("a", "b"):
        with opened.beat(name, 0) as beat:
            beat.put_profiles(line, [ProfileRow(0, 0, 5)])
            beat.put_outcomes(line, [OutcomeRow(0, 5)])
            beat.put_mark("predictions", {"rows": 5})
            beat.put_ledger("labels", [LedgerPart("labels", "labels-1", 5, 0, 9)])
            beat.put_names({1: "Oslo"})
            beat.put_notes([NoteRow("no-zone", "ts", "said once", 0, 0)])
            beat.put_alarms([AlarmRow(f"{name}-1", "floor", "firing", 0)])
            beat.put_incidents([IncidentRow(f"{name}/i", 0, None, "open", "info", "world", 0.5, "odd")])
            beat.put_events([EventRow(f"{name}/i", 0, "opened", "odd")])
            beat.finish(at=9, facts={"latest": 9})
        with opened.aside(name) as aside:
            aside.put_mark(MarkRow(f"{name}/i", "real", 9))
    with opened.beat("a", 1) as beat:
        beat.forget()
        beat.finish(at=10, facts={})
    with opened.read() as shelf:
        kept = {name: _kept(shelf, name) for name in ("a", "b")}
    opened.close()
    assert kept["a"] == [2, {}, {}, 0, {}, 0, 0, 0, 0, 0, 0]
    assert kept["b"] == [1, {"predictions": {"rows": 5}}, {"latest": 9}, 2, {1: "Oslo"}, 1, 1, 1, 1, 1, 1]


def _kept(shelf: Shelf, name: str) -> list[object]:
    """What there is of a model: cycle, cursors, facts, counts, names, and how many there are of all that is told."""
    row, ids = shelf.model(name), list(shelf.series(name))
    counts = [*shelf.profiles(ids, None, None), *shelf.outcomes(ids, None, None)]
    many = (len(shelf.notes(name)), len(shelf.alarms(name)), len(shelf.ledger(name, "labels")))
    rang = (len(shelf.incidents(name)), len(shelf.events([f"{name}/i"])), len(shelf.marks(name)))
    return [row.cycle, row.marks, row.facts, len(counts), shelf.names(name), *many, *rang]
