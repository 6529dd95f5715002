from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bellbuoy.alarms.machine import State
from bellbuoy.alarms.step import Moved
from bellbuoy.app.cycle import Cycled
from bellbuoy.profiles.step import Counted
from bellbuoy.sources.port import Note

NOW = datetime(2024, 3, 1, tzinfo=UTC)
DONE = Cycled("credit", NOW, Counted(rows=1_234, labels=56))
GONE = Note("no-files", "predictions", "no file matches log.csv")


def test_a_cycle_is_told_in_a_line() -> None:
    assert DONE.text == "1,234 rows, 56 labels"


def test_a_cycle_tells_which_alarms_moved_and_why() -> None:
    moved = replace(DONE, moved=(Moved("auc-floor", State.FIRING, "the breach held"),))
    assert moved.text == "1,234 rows, 56 labels, auc-floor is firing: the breach held"


def test_a_cycle_that_failed_tells_only_why() -> None:
    assert replace(DONE, failed="log.csv: no such file").text == "log.csv: no such file"


@pytest.mark.parametrize(
    ("cycled", "code"),
    [
        (DONE, 0),
        (replace(DONE, counted=Counted(notes=(Note("no-zone", "ts", "read as UTC"),))), 0),
        (replace(DONE, counted=Counted(notes=(GONE,))), 1),
        (replace(DONE, failed="gone"), 1),
        (replace(DONE, failed="wrong", wrong=True), 2),
    ],
)
def test_the_exit_code_tells_whose_fault_it_is(cycled: Cycled, code: int) -> None:
    assert cycled.exit_code == code


def test_only_what_could_not_be_had_counts_as_unread() -> None:
    notes = (GONE, Note("no-zone", "ts", "read as UTC"), Note("unreadable", "labels", "torn"))
    assert [note.code for note in replace(DONE, counted=Counted(notes=notes)).unread] == ["no-files", "unreadable"]
