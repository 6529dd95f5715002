"""Whatever the order in which labels come, the counts end the same; a killed step leaves no trace."""

from __future__ import annotations

import random as chance
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.join import Target
from bellbuoy.profiles.packing import unpack, unpack_sums
from bellbuoy.profiles.step import LabelTable, Watch, step
from bellbuoy.sources.port import KeyType, Kind
from bellbuoy.store.database import Database
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import Grain

START = datetime(2024, 3, 1, tzinfo=UTC)
LATER = START + timedelta(days=30)


def prediction(key: int) -> Mapping[str, Value]:
    at = START + timedelta(minutes=17 * key)
    return {
        "id": key,
        "ts": at,
        "seen": at + timedelta(seconds=30),
        "origin": "ABC"[key % 3],
        "wind": float(key % 7) if key % 5 else None,
        "score": (key * 37 % 100) / 100,
    }


def label(key: int, value: int, minutes: int) -> Mapping[str, Value]:
    return {"id": key, "label": value, "known": START + timedelta(minutes=minutes)}


def watch_of(folder: Path, predictions: MemorySource, labels: MemorySource, cursor: str | None = None) -> Watch:
    plan = Plan(Grain.HOUR, "ts", ("wind", "origin", "score"), ("score",), None, ("origin",), cursor)
    kinds = {"ts": Kind.MOMENT, "wind": Kind.NUMBER, "origin": Kind.CATEGORY, "score": Kind.NUMBER}
    target = Target("binary", ("0", "1"), ("score",), None, 0.4)
    table = LabelTable(labels, "id", "label", "known", None, Kind.NUMBER)
    return Watch("m", plan, target, kinds, predictions, "id", KeyType.WHOLE, table, folder / "ledger")


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All counts in the state, by series, without numbers that depend on the order of arrival."""
    with database.read() as shelf:
        lines = shelf.series("m")
        out: dict[str, list[tuple[Any, ...]]] = {}
        for key, row in shelf.outcomes(list(lines), None, None):
            line = lines[key]
            sums = tuple(sorted((name, round(value, 9) + 0.0) for name, value in unpack_sums(row.sums).items()))
            out.setdefault(str(line), []).append(
                (row.start, row.rows, sums if row.rows else (), row.cells if row.rows else b"")
            )
        for key, part in shelf.profiles(list(lines), None, None):
            if lines[key].column != "#labels":
                out.setdefault(str(lines[key]), []).append((part.start, part.rows, part.nulls, part.zeros, part.cells))
        return out


class Stage:
    """A state and its sources, fresh for each example."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.database = Database.open("sqlite:///state.db", self.path)
        self.predictions, self.labels = MemorySource(batch=7), MemorySource(batch=5)
        self.watch = watch_of(self.path, self.predictions, self.labels)

    def beat(self) -> None:
        step(self.database, self.watch, now=LATER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        self.folder.cleanup()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as made:
        yield made


arrivals = st.lists(
    st.builds(label, st.integers(0, 24), st.integers(0, 1), st.integers(0, 3_000)), min_size=0, max_size=40
)


@settings(max_examples=25, deadline=None)
@given(arrivals, st.randoms(use_true_random=False))
def test_any_order_of_labels_and_predictions_ends_in_the_same_counts(
    labels: list[Mapping[str, Value]], random: chance.Random
) -> None:
    with Stage() as whole, Stage() as mixed:
        whole.predictions.rows = [prediction(key) for key in range(20)]
        whole.labels.rows = labels
        whole.beat()
        events = [("p", row) for row in whole.predictions.rows] + [("l", row) for row in labels]
        random.shuffle(events)
        for at in range(0, len(events), 9):
            for kind, row in events[at : at + 9]:
                (mixed.predictions if kind == "p" else mixed.labels).rows.append(row)
            mixed.beat()
        assert decoded(mixed) == decoded(whole)


def decoded(stage: Stage) -> dict[str, list[tuple[Any, ...]]]:
    """Counts that say something, with categories by name: their codes depend on which came first."""
    with stage.database.read() as shelf:
        names = shelf.names("m")
    out = {}
    for line, rows in everything(stage.database).items():
        named = any(part in line for part in ("'origin', v", "#nulls", "#rows"))
        some = [(*row[:-1], by_name(row[-1], names)) if named else row for row in rows if row[1]]
        if some:
            out[line] = some
    return out


def by_name(packed: bytes, names: Mapping[int, str]) -> dict[str, int]:
    cells = unpack(packed)
    return {names[code]: count for code, count in zip(cells.codes.tolist(), cells.counts.tolist(), strict=True)}


def test_running_twice_changes_nothing(stage: Stage) -> None:
    stage.predictions.rows = [prediction(key) for key in range(30)]
    stage.labels.rows = [label(key, key % 2, 60 * key) for key in range(0, 30, 2)]
    stage.beat()
    once = everything(stage.database)
    stage.beat()
    assert everything(stage.database) == once


class Killed(BaseException):
    """The process dies here."""


def test_a_step_killed_before_any_statement_and_run_again_ends_the_same() -> None:
    expected, statements, died = after_two_beats(), 0, True
    while died:
        statements += 1
        with Stage() as stage:
            fill(stage)
            stage.beat()
            more(stage)
            died = killed_at(stage, statements)
            stage.beat()
            assert decoded(stage) == expected, f"killed before statement {statements}"
    assert statements > 20


def after_two_beats() -> object:
    with Stage() as stage:
        fill(stage)
        stage.beat()
        more(stage)
        stage.beat()
        return decoded(stage)


def fill(stage: Stage) -> None:
    stage.predictions.rows = [prediction(key) for key in range(12)]
    stage.labels.rows = [label(key, key % 2, 60 * key) for key in range(0, 12, 2)]


def more(stage: Stage) -> None:
    stage.predictions.rows += [prediction(key) for key in range(12, 20)]
    stage.labels.rows += [label(key, 1, 60 * key + 3_000) for key in range(4, 18)]


def killed_at(stage: Stage, number: int) -> bool:
    """Run a step that dies before its n-th statement; False when it had fewer."""
    left = [number]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    event.listen(stage.database.engine, "before_cursor_execute", count)
    try:
        stage.beat()
    except Killed:
        return True
    finally:
        event.remove(stage.database.engine, "before_cursor_execute", count)
    return False
