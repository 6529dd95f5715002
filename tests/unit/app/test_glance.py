from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.app.glance import aged, gap_of, glance, judged
from bellbuoy.app.views import LightState, ModelStatus
from bellbuoy.windows import Grain

OK, TROUBLE, UNKNOWN = LightState.OK, LightState.TROUBLE, LightState.UNKNOWN


def stage_of(folder: Path, days: int = 20, **more: Any) -> Stage:
    stage = Stage(folder, **more)
    for day in range(days):
        stage.add(day)
    return stage


def look(stage: Stage, now: datetime) -> ModelStatus:
    stage.cycle(now)
    with stage.seen(now) as seen:
        return aged(glance(seen), seen, gap_of(seen), now)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = stage_of(tmp_path)
    yield made
    made.database.close()


def lights(status: ModelStatus) -> tuple[LightState, ...]:
    return status.model.state, status.pipeline.state, status.world.state


def test_a_model_that_does_as_it_did_is_ok_in_all_three_lights(stage: Stage) -> None:
    status = look(stage, START + 20 * DAY + HOUR)
    assert (lights(status), status.headline) == ((OK, OK, OK), None)


def test_a_model_light_without_labels_for_long_goes_grey(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, 40)
    for day in range(40, 70):
        stage.add(day, labelled=False)
    status = look(stage, START + 70 * DAY + HOUR)
    assert status.model.state is UNKNOWN
    assert status.model.why.endswith("no labels since that can be judged")


def test_a_model_whose_rows_never_came_says_so(tmp_path: Path) -> None:
    status = look(Stage(tmp_path), START)
    assert (lights(status), status.pipeline.why) == ((UNKNOWN,) * 3, "no rows yet")


def test_the_model_light_says_when_it_fell_behind(tmp_path: Path) -> None:
    stage = stage_of(tmp_path, 70)
    for day in range(70, 78):
        stage.add(day, 40, score=0.5)
    status = look(stage, START + 78 * DAY + HOUR)
    assert (status.model.state, status.headline) == (TROUBLE, status.model.why)
    assert status.model.why.startswith("AUC is 0.5")


def test_without_labels_nothing_says_how_right_the_model_is(tmp_path: Path) -> None:
    status = look(stage_of(tmp_path, labels=None), START + 20 * DAY)
    assert (status.model.state, status.model.why) == (
        UNKNOWN,
        "no labels are configured, so nothing says how right it is",
    )


def test_a_column_that_loses_its_values_is_the_pipelines_trouble(stage: Stage) -> None:
    stage.add(20, 60, income=None)
    status = look(stage, START + 21 * DAY)
    assert status.pipeline.state is TROUBLE
    assert status.pipeline.why.startswith("income is null in 100\u00a0% of rows, usually")


def test_ids_that_come_again_are_the_pipelines_trouble(stage: Stage) -> None:
    stage.add(20, 60)
    stage.predictions.rows += stage.predictions.rows[-60:]
    assert "the id came before in 50\u00a0% of rows" in look(stage, START + 21 * DAY).pipeline.why


def test_a_column_that_lies_elsewhere_is_the_worlds_trouble(stage: Stage) -> None:
    stage.add(20, 60, income=9e9)
    status = look(stage, START + 21 * DAY)
    assert (status.world.state, status.world.why) == (TROUBLE, "income is distributed differently")


def test_a_window_that_has_not_ended_is_not_judged(stage: Stage) -> None:
    stage.add(20, 3, income=None)
    assert lights(look(stage, START + 20 * DAY + HOUR)) == (OK, OK, OK)


def test_a_source_that_went_quiet_is_late(stage: Stage) -> None:
    status = look(stage, START + 25 * DAY)
    assert (status.pipeline.state, status.headline) == (TROUBLE, "no new rows for 6d")


def test_a_row_of_the_far_future_hides_neither_the_present_nor_the_quiet(stage: Stage) -> None:
    stage.add(30_000, 1)
    status = look(stage, START + 25 * DAY)
    assert (lights(status), len(status.spark)) == ((OK, TROUBLE, OK), 20)


def test_a_row_that_has_no_place_in_the_calendar_is_counted_as_of_now(stage: Stage) -> None:
    stage.add(20, 1, ts=datetime(9999, 12, 31, 23, tzinfo=START.tzinfo))
    status = look(stage, START + 20 * DAY + HOUR)
    assert (status.volume[-1].start, status.volume[-1].value) == (START + 20 * DAY, 1)


def test_freshness_is_the_age_of_the_newest_row(stage: Stage) -> None:
    newest = max(row["ts"] for row in stage.predictions.rows if isinstance(row["ts"], datetime))
    assert look(stage, newest + HOUR).freshness_seconds == 3_600


def test_the_longest_quiet_lately_is_the_usual_gap(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for day in (0, 1, 5, 6):
        stage.add(day)
    stage.cycle(START + 7 * DAY)
    with stage.seen(START + 7 * DAY) as seen:
        assert gap_of(seen) == timedelta(days=4)


def test_the_champion_is_who_made_most_of_the_newest_rows(stage: Stage) -> None:
    stage.add(20, 30, version="v2")
    stage.add(20, 10, version="v1")
    assert look(stage, START + 21 * DAY).champion == "v2"


def test_newest_readings_are_of_the_newest_window_whose_labels_have_come(stage: Stage) -> None:
    stage.add(20, labelled=False)
    status = look(stage, START + 21 * DAY + HOUR / 2)
    assert {name: point.start for name, point in status.readings.items()} == {
        "auc": START + 19 * DAY,
        "pr_auc": START + 19 * DAY,
    }


def test_what_can_be_judged_is_measured_ended_and_mature(stage: Stage) -> None:
    now = START + 20 * DAY + HOUR / 2
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        taken = gauge.take("auc", Grain.DAY)
        newest, none = judged(taken, now), judged(taken[:1], START)
    assert newest is not None
    assert (newest.window.start, none) == (START + 18 * DAY, None)
