"""Which parts are followed: those that the reference set has to its end; and which have the most rows now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.stage import DAY, START, Stage

from bellbuoy.alarms.standard.follow import twin_series
from bellbuoy.alarms.standard.windows import VALUES, Reader
from bellbuoy.app.ringing import followed
from bellbuoy.windows import to_seconds


@contextmanager
def reader(stage: Stage, days: float) -> Iterator[Reader]:
    """What is read at the end of so many days."""
    now = START + days * DAY
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        yield Reader(gauge.counts, followed(stage.model, None), to_seconds(now))
    stage.database.close()


def as_reference(stage: Stage) -> None:
    """What was added so far becomes the reference set."""
    stage.normal.rows, stage.predictions.rows = [{**one, "label": 1} for one in stage.predictions.rows], []


def test_parts_are_what_the_reference_set_has_to_its_end_and_the_log_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for day in range(-40, 0):
        for city in ("Oslo", "Rome", "Pula", *(["Bern"] if day < -20 else ["Lima"])):
            stage.add(day, 5, city=city)
    as_reference(stage)
    for city in ("Oslo", "Rome", "Bern", "Lima", "Wien"):
        stage.add(0, 5, city=city)
    with reader(stage, 1) as read:
        assert [part.segment for part in read.parts()] == ["Oslo", "Rome", "Lima"]
        assert read.newcomers("city") == ["Wien"]


def test_without_a_reference_set_there_are_no_parts(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.add(0)
    with reader(stage, 1) as read:
        assert (read.parts(), read.newcomers("city")) == ([], ["Oslo", "Rome"])


def test_the_busiest_are_those_with_the_most_rows_of_late(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for number in range(VALUES + 5):
        stage.add(0, 9, city=f"a{number:02}")
        stage.add(9, 2 + (number >= 5), city=f"b{number:02}")
    with reader(stage, 10) as read:
        assert read.busiest("city") == [f"b{number:02}" for number in range(5, VALUES + 5)]


def test_where_no_row_has_come_nobody_is_busy(tmp_path: Path) -> None:
    with reader(Stage(tmp_path), 1) as read:
        assert read.busiest("city") == []


def test_scores_are_held_against_the_twin_on_the_hosts_that_serve_now(tmp_path: Path) -> None:
    columns = {"id": "id", "time": "ts", "score": "score", "version": "version", "host": "host"}
    stage = Stage(tmp_path, predictions={"path": "log.csv", "columns": columns})
    for day in range(-60, 0):
        stage.add(day, 40, host="a")
    as_reference(stage)
    for number in range(VALUES):
        stage.add(0, 5, host=f"a{number:02}")
    stage.add(9, 40, host="z")
    with reader(stage, 10) as read:
        hosts = {one.line.segment for one in twin_series(read) if one.line.by}
        assert hosts == {"z"}
