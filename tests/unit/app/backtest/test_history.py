"""Where the rows of the past are, and when cycles run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.backtest.project import CURSOR, FEATURES, LABELS, PREDICTIONS, REFERENCE, project, table, the_model
from tests.unit.app.backtest.rows import DAY, day

from bellbuoy.app.backtest.history import Past, Wish, moments, past_of
from bellbuoy.errors import ConfigError, SourceError

ROWS = ("1,2024-03-04T05:00,2024-03-05T09:00,30,0.2", "2,2024-03-06T05:00,2024-03-08T09:00,40,0.7")
NORMAL = "id,ts,age,score,label,known"


def past(folder: Path, rows: tuple[str, ...] = ROWS, model: str | None = None, **more: Any) -> Past:
    opened = project(folder, rows) if model is None else project(folder, rows, model)
    return past_of(opened, the_model(opened), **more)


def normal(folder: Path, head: str = NORMAL) -> None:
    rows = ["8,2024-01-01T05:00,30,0.2,0,2024-01-02T05:00", "9,2024-01-03T05:00,30,0.2,1,2024-01-04T05:00"]
    folder.mkdir(exist_ok=True, parents=True)
    table(folder / "normal.csv", head, rows)


def test_history_goes_from_the_first_row_that_became_visible_to_the_last(tmp_path: Path) -> None:
    found = past(tmp_path)
    assert (found.first, found.last, found.notes) == (day(1), day(5), ())


def test_without_a_cursor_rows_are_seen_from_their_own_time_on_and_that_is_said(tmp_path: Path) -> None:
    found = past(tmp_path, model=PREDICTIONS + FEATURES)
    assert (found.first, found.last, found.model.predictions.cursor) == (day(0), day(3), "ts")
    assert "predictions.cursor" in found.notes[0]


def test_labels_that_nobody_dated_are_told_of(tmp_path: Path) -> None:
    labels = LABELS.replace(', time = "known"', "")
    (note,) = past(tmp_path, model=PREDICTIONS + CURSOR + FEATURES + labels).notes
    assert "labels.columns.time" in note


@pytest.mark.parametrize("labels", [LABELS, LABELS.replace(', time = "known"', "") + 'cursor = "known"\n'])
def test_labels_that_have_a_time_or_a_cursor_are_not(tmp_path: Path, labels: str) -> None:
    assert past(tmp_path, model=PREDICTIONS + CURSOR + FEATURES + labels).notes == ()


def test_a_row_of_another_age_does_not_make_a_century_of_cycles(tmp_path: Path) -> None:
    usual = tuple(f"{number},2024-03-04T05:00,2024-03-0{4 + number % 3}T05:00,3,0.2" for number in range(2_000))
    found = past(tmp_path, (*usual, "9999,1970-01-01T00:00,1970-01-01T00:00,3,0.2"))
    assert (found.first, found.last) == (day(0), day(3))


def test_a_few_rows_after_a_pause_are_still_history(tmp_path: Path) -> None:
    assert past(tmp_path, (*ROWS, "3,2024-03-11T00:00,2024-03-11T00:00,3,0.2")).last == day(8)


def test_a_log_without_rows_has_no_history(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file matches"):
        past(tmp_path, ())


def test_where_there_is_no_log_the_reference_set_is_the_history(tmp_path: Path) -> None:
    normal(tmp_path)
    found = past(tmp_path, (), PREDICTIONS + CURSOR + FEATURES + LABELS + REFERENCE)
    assert (found.first, found.last) == (day(-63), day(-60))
    assert "the reference set is replayed" in found.notes[0]


def test_the_reference_set_is_replayed_where_that_is_asked_for(tmp_path: Path) -> None:
    normal(tmp_path)
    found = past(tmp_path, ROWS, PREDICTIONS + CURSOR + FEATURES + LABELS + REFERENCE, reference=True)
    labels = found.model.labels
    assert (found.first, found.model.predictions.path) == (day(-63), "normal.csv")
    assert labels is not None
    assert (labels.path, labels.columns.time) == ("normal.csv", "known")


def test_a_reference_set_without_labels_is_replayed_without(tmp_path: Path) -> None:
    normal(tmp_path, NORMAL.replace("label", "something"))
    found = past(tmp_path, ROWS, PREDICTIONS + FEATURES + LABELS + REFERENCE, reference=True)
    assert found.model.labels is None


def test_a_reference_set_without_ids_has_no_labels_to_join(tmp_path: Path) -> None:
    normal(tmp_path, NORMAL.replace("id,", "number,"))
    found = past(tmp_path, ROWS, PREDICTIONS + FEATURES + LABELS + REFERENCE, reference=True)
    assert (found.model.labels, found.model.predictions.columns.id) == (None, None)


def test_a_reference_set_that_is_not_there_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no reference set"):
        past(tmp_path, reference=True)


def test_a_cycle_runs_at_the_end_of_every_window(tmp_path: Path) -> None:
    assert moments(past(tmp_path), Wish()) == [day(2), day(3), day(4), day(5)]


def test_a_cycle_runs_at_every_step_that_is_asked_for(tmp_path: Path) -> None:
    wish = Wish(start=day(2), end=day(3), step=timedelta(hours=6))
    assert moments(past(tmp_path), wish) == [day(2.25), day(2.5), day(2.75), day(3)]


def test_a_step_that_ends_behind_the_end_is_left_out(tmp_path: Path) -> None:
    assert moments(past(tmp_path), Wish(end=day(4.5), step=2 * DAY)) == [day(3)]


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (Wish(start=day(9)), "not after the start"),
        (Wish(step=30 * DAY), "no cycle lies between"),
        (Wish(step=timedelta(seconds=0.1)), "too many"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, wish: Wish, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        moments(past(tmp_path), wish)
