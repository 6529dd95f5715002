"""A model has one twin or none, and keeps it apart from those of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from bellbuoy.store.database import Database


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Database]:
    made = Database.open("sqlite:///state.db", tmp_path)
    yield made
    made.close()


def put(opened: Database, model: str, *twins: bytes | None, cycle: int = 0) -> None:
    with opened.beat(model, cycle) as beat:
        for at, twin in enumerate(twins):
            beat.put_twin(twin, at=at)
        beat.finish(at=9, facts={})


def kept(opened: Database, model: str) -> bytes | None:
    with opened.read() as shelf:
        return shelf.twin(model)


def test_a_model_without_a_twin_has_none(opened: Database) -> None:
    assert kept(opened, "m") is None


def test_the_newest_twin_stands_alone(opened: Database) -> None:
    put(opened, "m", b"old", b"new")
    assert kept(opened, "m") == b"new"


def test_a_twin_goes_where_there_is_none_any_more(opened: Database) -> None:
    put(opened, "m", b"old", None)
    assert kept(opened, "m") is None


def test_models_have_twins_of_their_own(opened: Database) -> None:
    put(opened, "a", b"of a")
    put(opened, "b", b"of b")
    assert (kept(opened, "a"), kept(opened, "b")) == (b"of a", b"of b")


def test_a_model_that_is_forgotten_leaves_no_twin(opened: Database) -> None:
    put(opened, "a", b"of a")
    put(opened, "b", b"of b")
    with opened.beat("a", 1) as beat:
        beat.forget()
        beat.finish(at=9, facts={})
    assert (kept(opened, "a"), kept(opened, "b")) == (None, b"of b")


def test_a_cycle_that_breaks_leaves_the_twin_that_stood(opened: Database) -> None:
    put(opened, "m", b"old")
    with pytest.raises(StatementError):
        put(opened, "m", b"new", "no bytes", cycle=1)  # type: ignore[arg-type]
    assert kept(opened, "m") == b"old"
