"""A cycle killed between any two of its deeds, and run again, ends as one that was left alone.

Its deeds are the statements that it sends to the database, the ledger files that it writes and those that it deletes;
a file that is being written when the process dies is left half written. The labels of these cycles are late, corrected,
said twice, ahead of their prediction and of unknown ids, and the ledger lets go of old files on the way.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event
from tests.laws.stage import Stage, label, prediction

from bellbuoy.store import ledger as ledger_module

HORIZON = timedelta(hours=2)


class Killed(BaseException):
    """The process dies here."""


def first(stage: Stage) -> None:
    stage.predictions.rows = [prediction(key) for key in range(12)]
    stage.labels.rows = [label(key, key % 2, 60 * key) for key in range(0, 12, 2)]
    stage.labels.rows += [label(14, 1, 30), label(99, 1, 40)]


def second(stage: Stage) -> None:
    stage.predictions.rows += [prediction(key) for key in range(10, 24)]
    stage.labels.rows += [label(key, 1, 60 * key + 300) for key in range(4, 18)]
    stage.labels.rows += [label(20, 0, 500), label(20, 1, 450), label(20, 0, 500), label(21, 0, 700)]


def third(stage: Stage) -> None:
    stage.predictions.rows += [prediction(key) for key in range(120, 130)]
    stage.labels.rows += [label(key, 0, 60 * key + 900) for key in (0, 12, 15, 20, 23, 98, 121)]


ACTS = (first, second, third)


class Watcher:
    """Counts the deeds of a cycle and kills it before one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def deed(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def save(self, path: Path, array: np.ndarray[Any, Any]) -> None:
        try:
            self.deed()
        except Killed:
            path.write_bytes(array.tobytes()[: array.nbytes // 2])
            raise
        SAVE(path, array)

    def unlink(self, path: Path, *, missing_ok: bool = False) -> None:
        self.deed()
        UNLINK(path, missing_ok=missing_ok)


SAVE: Callable[[Path, np.ndarray[Any, Any]], None] = ledger_module._save
UNLINK = Path.unlink


@contextmanager
def watched(stage: Stage, last: int) -> Iterator[None]:
    watcher = Watcher(last)
    event.listen(stage.database.engine, "before_cursor_execute", watcher.deed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_module, "_save", watcher.save)
        # A bound method would not be given the path.
        patch.setattr(Path, "unlink", lambda path, **more: watcher.unlink(path, **more))  # noqa: PLW0108
        yield
    event.remove(stage.database.engine, "before_cursor_execute", watcher.deed)


def killed(stage: Stage, last: int) -> bool:
    """Run a cycle that dies before its n-th deed; False when it had fewer."""
    try:
        with watched(stage, last):
            stage.beat()
    except Killed:
        return True
    return False


def after(acts: int, folder: Path) -> object:
    """The state after some cycles that were left alone, in a folder that keeps it."""
    with Stage(HORIZON, folder) as stage:
        for act in ACTS[:acts]:
            act(stage)
            stage.beat()
        return stage.all()


def rows_of(stage: Stage, acts: int) -> None:
    for act in ACTS[:acts]:
        act(stage)


@pytest.mark.slow
@pytest.mark.parametrize("acts", [2, 3])
def test_a_cycle_killed_before_any_deed_and_run_again_ends_the_same(acts: int, tmp_path: Path) -> None:
    (tmp_path / "calm").mkdir()
    (tmp_path / "before").mkdir()
    expected, deeds, died = after(acts, tmp_path / "calm"), 0, True
    after(acts - 1, tmp_path / "before")
    while died:
        deeds += 1
        folder = Path(shutil.copytree(tmp_path / "before", tmp_path / str(deeds)))
        with Stage(HORIZON, folder) as stage:
            rows_of(stage, acts)
            died = killed(stage, deeds)
            stage.beat()
            assert stage.all() == expected, f"killed before deed {deeds}"
    assert deeds > 30


def test_the_ledger_lets_go_of_old_files_on_the_way(tmp_path: Path) -> None:
    after(2, tmp_path)
    with Stage(HORIZON, tmp_path) as stage:
        rows_of(stage, 2)
        kept = {part.row.name for part in stage.ledger("predictions").parts}
        assert "forgotten" in stage.facts()
        third(stage)
        done = stage.beat()
        assert not kept & {part.row.name for part in stage.ledger("predictions").parts}
        assert (done.matched, done.corrected, done.unknown) == (2, 2, 1)
