"""What pages and commands are answered, asked of a project that has been counted once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.acceptance.town import DAYS, END, ROWS, START, town

from bellbuoy.app.open import App, open_app
from bellbuoy.app.views import LightState
from bellbuoy.clock import FrozenClock
from bellbuoy.errors import ConfigError, Faults
from bellbuoy.web.shapes import PartsShape, ReadingsShape, StatusShape

DAY = timedelta(days=1)
AT = END + 2 * DAY


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A town with its model, one whose file is wrong, and one that has not been counted yet."""
    folder = town(tmp_path_factory.mktemp("reads"))
    models = folder / "models"
    (models / "broken.toml").write_text('task = "binari"\n', encoding="utf-8")
    (models / "fresh.toml").write_text((models / "credit.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with open_app(folder, FrozenClock(AT)) as opened:
        opened.cycle("credit")
        yield opened


def readings(app: App, **question: Any) -> list[dict[str, Any]]:
    document = app.reads.readings_json("credit", **{"metric": "auc", **question})
    return ReadingsShape.model_validate(document).model_dump()["readings"]  # type: ignore[no-any-return]


def page(app: App, **question: Any) -> Any:
    nothing = dict.fromkeys(("metric", "grain", "start", "end", "version"))
    return app.reads.page("credit", **{**nothing, **question})


def test_every_document_has_its_promised_shape(app: App) -> None:
    StatusShape.model_validate(app.reads.status_json())
    PartsShape.model_validate(app.reads.parts_json("credit", metric="auc"))
    ReadingsShape.model_validate(app.reads.readings_json("credit", metric="auc", estimate=True))


def test_no_model_is_missing_from_the_fleet(app: App) -> None:
    assert [one.name for one in app.reads.fleet()] == ["credit", "fresh", "broken"]


def test_a_model_that_was_never_counted_says_how_to(app: App) -> None:
    fresh = app.reads.status("fresh")
    assert {light.state for light in (fresh.model, fresh.pipeline, fresh.world)} == {LightState.UNKNOWN}
    assert fresh.model.why == "no cycle has run yet: bellbuoy run --once"


def test_a_model_whose_file_is_wrong_says_what_is_wrong(app: App) -> None:
    broken = next(one for one in app.reads.fleet() if one.name == "broken")
    assert "did you mean 'binary'?" in str(broken.headline)
    with pytest.raises(Faults):
        app.reads.status("broken")


@pytest.mark.parametrize("name", ["", "Credit", "credit ", "nowhere"])
def test_a_model_that_there_is_not_is_no_answer(app: App, name: str) -> None:
    with pytest.raises(KeyError):
        app.reads.status(name)


def test_time_that_stands_still_is_known(app: App) -> None:
    assert app.reads.as_of == AT


def test_every_day_has_its_window(app: App) -> None:
    found = readings(app, metric="rows")
    assert [one["start"] for one in found] == [START + n * DAY for n in range(DAYS)]
    assert {one["value"] for one in found} == {ROWS}


@pytest.mark.parametrize(
    ("question", "windows"),
    [
        ({}, DAYS),
        ({"start": START + 10 * DAY}, 20),
        ({"end": START + 10 * DAY}, 10),
        ({"start": START + 10 * DAY, "end": START + 11 * DAY}, 1),
        ({"version": "v2"}, 15),
        ({"segment": "city=Oslo"}, DAYS),
        ({"start": END}, 0),
    ],
)
def test_a_stretch_has_its_windows(app: App, question: dict[str, Any], windows: int) -> None:
    assert len(readings(app, **question)) == windows


def test_weeks_hold_the_rows_of_their_days(app: App) -> None:
    weeks = readings(app, metric="rows", grain="1w")
    assert sum(one["rows"] for one in weeks) == DAYS * ROWS
    assert {one["start"].weekday() for one in weeks} == {0}


@pytest.mark.parametrize("by", ["city", "host", "version"])
def test_parts_of_the_rows_add_up_to_all(app: App, by: str) -> None:
    assert sum(one["rows"] for one in readings(app, by=by)) == DAYS * ROWS


def test_a_reading_of_a_part_says_which(app: App) -> None:
    found = readings(app, by="city")
    assert {one["segment"]["city"] for one in found} == {"Oslo", "Rome", "Lima"}


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ({"metric": "acu"}, "auc"),
        ({"metric": "null_rate", "column": "incmoe"}, "income"),
        ({"grain": "2h"}, "1d"),
        ({"segment": "city"}, "="),
        ({"segment": "cty=Oslo"}, "city"),
        ({"segment": "city=Olso"}, "Oslo"),
        ({"version": "v3"}, "v2"),
        ({"by": "income"}, "city"),
    ],
)
def test_a_wrong_question_is_answered_with_what_there_is(app: App, question: dict[str, Any], hint: str) -> None:
    with pytest.raises(ConfigError) as told:
        readings(app, **question)
    assert hint in f"{told.value.hint} {told.value.message}"


def test_looking_back_sees_fewer_labels_and_no_later_window(app: App) -> None:
    then = START + 10 * DAY
    found = readings(app, as_of=then)
    assert max(one["end"] for one in found) <= then + DAY
    assert sum(one["labelled"] for one in found) < sum(one["labelled"] for one in readings(app, end=then))


def test_a_moment_in_the_future_is_now(app: App) -> None:
    assert readings(app, as_of=AT + 90 * DAY) == readings(app)


def test_a_window_grows_its_labels_with_its_age(app: App) -> None:
    # Labels come a day after their prediction: at the end of a day only that of its first moment is there.
    assert {one["labelled"] for one in readings(app, age=timedelta(0))} == {1}
    assert sum(one["labelled"] for one in readings(app, age=timedelta(days=1))) == DAYS * ROWS


def test_estimates_stand_behind_what_was_measured(app: App) -> None:
    found = [(one["start"], one["estimate"]) for one in readings(app, estimate=True)]
    assert found == sorted(found)
    assert any(estimate for _, estimate in found)


def test_a_page_shows_the_same_numbers_as_the_readings(app: App) -> None:
    shown = [(point.start, point.value) for point in page(app).points]
    assert shown == [(one["start"], one["value"]) for one in readings(app)]


def test_a_page_offers_what_may_be_asked_for(app: App) -> None:
    found = page(app)
    assert (found.metric in found.metrics, found.grain in found.grains) == (True, True)
    assert (found.versions, set(found.segments)) == (("v1", "v2"), {"city", "host"})


def test_a_page_of_a_column_is_of_that_column(app: App) -> None:
    found = page(app, metric="null_rate", column="income")
    assert (found.column, found.metric, {point.value for point in found.points}) == ("income", "null_rate", {0.0})


def test_a_page_that_is_asked_for_twice_is_the_same(app: App) -> None:
    assert page(app) == page(app)


def test_columns_of_a_page_are_inputs_and_outputs(app: App) -> None:
    assert {(one.name, one.role) for one in page(app).columns} == {
        ("income", "input"),
        ("city", "input"),
        ("score", "output"),
    }


def test_nothing_moved_in_a_quiet_town(app: App) -> None:
    status = app.reads.status("credit")
    assert (status.pipeline.state, status.champion, status.fires) == (LightState.OK, "v2", False)


def test_freshness_is_the_age_of_the_newest_row(app: App) -> None:
    newest = datetime.fromisoformat((END - DAY / ROWS).isoformat())
    assert app.reads.status("credit").freshness_seconds == (AT - newest).total_seconds()


def test_renewed_files_are_what_is_watched(app: App) -> None:
    project = app.project
    app.reads.renew(replace(project, models={"fresh": project.models["fresh"]}, faults=()))
    alone = [one.name for one in app.reads.fleet()]
    app.reads.renew(project)
    assert (alone, len(app.reads.fleet())) == (["fresh"], 3)
