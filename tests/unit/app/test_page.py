from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.app.glance import glance
from bellbuoy.app.page import View, page_of
from bellbuoy.app.views import ColumnStatus, ModelPage
from bellbuoy.errors import ConfigError
from bellbuoy.store.port import AlarmRow, IncidentRow, NoteRow
from bellbuoy.windows import to_micro

NOW = START + 20 * DAY + HOUR


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, features={"income": {"kind": "number", "owner": "data", "about": "a year"}})
    for day in range(20):
        made.add(day, version="v1" if day < 10 else "v2")
    yield made
    made.database.close()


def page(stage: Stage, view: View | None = None, now: datetime = NOW) -> ModelPage:
    stage.cycle(now)
    with stage.seen(now) as seen:
        return page_of(seen, glance(seen), view or View(), stage.folder)


def column(stage: Stage, name: str, view: View | None = None, now: datetime = NOW) -> ColumnStatus:
    return next(one for one in page(stage, view, now).columns if one.name == name)


def test_a_page_shows_the_key_metric_by_the_day(stage: Stage) -> None:
    shown = page(stage)
    assert (shown.metric, shown.grain, len(shown.points), shown.better) == ("auc", "1d", 20, "higher")


def test_a_page_says_what_may_be_asked_for(stage: Stage) -> None:
    shown = page(stage)
    assert (shown.metrics[0], shown.grains, shown.versions) == ("auc", ("1d", "1w"), ("v1", "v2"))


def test_a_span_bounds_the_points(stage: Stage) -> None:
    shown = page(stage, View(start=START + 3 * DAY, end=START + 6 * DAY))
    assert [point.start for point in shown.points] == [START + day * DAY for day in (3, 4, 5)]


def test_weeks_are_whole_even_at_the_edge_of_what_fits(stage: Stage) -> None:
    shown = page(stage, View(grain="1w", metric="rows"))
    assert [point.value for point in shown.points] == [140, 140, 120]


def test_a_version_is_shown_alone(stage: Stage) -> None:
    assert len(page(stage, View(version="v2")).points) == 10


def test_a_segment_is_shown_alone_beside_its_own_usual(stage: Stage) -> None:
    stage.add(20, 10, city="Oslo", score=0.1)
    shown = page(stage, View(metric="mean_score", segment="city = Rome"))
    assert (shown.segment, {point.rows for point in shown.points}) == ("city=Rome", {10})
    assert shown.baseline is not None
    assert shown.baseline.value == pytest.approx(0.7)


def test_a_page_says_which_segments_may_be_asked_for(stage: Stage) -> None:
    assert page(stage).segments == {"city": ("Oslo", "Rome")}


def test_a_list_of_segments_ends_but_holds_the_chosen_one(stage: Stage) -> None:
    for number in range(300):
        stage.add(19, 1, city=f"town {number:03}")
    offered = page(stage, View(segment="city=town 299")).segments["city"]
    assert (len(offered), offered[-1]) == (201, "town 299")


def test_a_column_is_shown_with_its_own_metrics_and_its_baseline(stage: Stage) -> None:
    shown = page(stage, View(metric="median", column="income"))
    assert (shown.metric, shown.column, shown.better) == ("p50", "income", "neither")
    assert {"null_rate", "mean", "jensenshannon"} < set(shown.metrics)
    assert shown.baseline is not None
    assert shown.baseline.value == pytest.approx(1_009, rel=0.01)


def test_of_a_column_how_far_it_moved_is_shown_if_nothing_is_said(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.add(0)
    shown = page(stage, View(column="city"))
    assert (shown.metric, shown.baseline) == ("jensenshannon", None)
    assert "mean" not in shown.metrics


def test_only_what_is_counted_by_segment_is_offered_by_segment(stage: Stage) -> None:
    assert page(stage, View(column="income")).segments == {}
    assert page(stage, View(column="score")).segments == {"city": ("Oslo", "Rome")}
    nulls = page(stage, View(metric="null_rate", column="income", segment="city=Oslo"))
    assert (nulls.metrics, nulls.segments) == (("null_rate",), {"city": ("Oslo", "Rome")})


def test_a_metric_that_no_list_has_is_offered_once_it_is_asked_for(stage: Stage) -> None:
    shown = page(stage, View(metric="rows"))
    assert (shown.metric, shown.metrics[0]) == ("rows", "rows")


NOT_THERE = [
    View(metric="acu"),
    View(grain="1h"),
    View(version="v9"),
    View(column="incmoe"),
    View(segment="city=Olso"),
    View(metric="auc", column="income"),
]


@pytest.mark.parametrize("view", NOT_THERE)
def test_what_there_is_not_is_refused(stage: Stage, view: View) -> None:
    with pytest.raises(ConfigError):
        page(stage, view)


def test_a_row_of_the_far_future_does_not_stretch_the_chart(stage: Stage) -> None:
    stage.add(30_000, 1)
    assert page(stage).points[-1].start == START + 19 * DAY


def test_what_is_usual_stands_beside_the_metric(stage: Stage) -> None:
    usual = page(stage).baseline
    assert usual is not None
    assert (usual.value, usual.rows) == (1.0, 19 * 20)


def test_without_a_past_nothing_is_usual(tmp_path: Path) -> None:
    assert page(Stage(tmp_path)).baseline is None


def test_a_column_is_told_with_its_role_and_its_owner(stage: Stage) -> None:
    income, score = column(stage, "income"), column(stage, "score")
    assert (income.role, income.kind, income.owner, income.about) == ("input", "number", "data", "a year")
    assert (score.role, score.owner) == ("output", None)


def test_a_quiet_column_is_no_trouble(stage: Stage) -> None:
    income = column(stage, "income")
    assert (income.trouble < 1, income.why, income.moved, income.nulls_risen) == (True, None, False, False)


def test_nulls_that_rose_are_the_trouble(stage: Stage) -> None:
    stage.add(20, 60, income=None)
    income = column(stage, "income", now=NOW + DAY)
    assert (income.null_rate, income.nulls_risen, income.trouble > 1) == (1.0, True, True)
    assert income.why == "null in 100\u00a0% of rows, usually in 0.0\u00a0% at most"


def test_a_distance_beyond_the_band_is_the_trouble(stage: Stage) -> None:
    stage.add(20, 60, income=9e9)
    income = column(stage, "income", now=NOW + DAY)
    assert (income.moved, income.why) == (True, "distributed as hardly ever in the weeks before")


def test_the_band_of_a_window_does_not_depend_on_where_the_view_begins(stage: Stage) -> None:
    whole = column(stage, "income").drifts
    part = column(stage, "income", View(start=START + 15 * DAY)).drifts
    assert [(one.value, one.high) for one in part] == [(one.value, one.high) for one in whole[15:]]


def test_columns_end_where_the_view_does(stage: Stage) -> None:
    rates = column(stage, "income", View(end=START + 5 * DAY)).null_rates
    assert [point.start for point in rates] == [START + day * DAY for day in range(5)]


def test_the_first_day_of_a_version_is_marked(stage: Stage) -> None:
    assert [(mark.at, mark.text) for mark in page(stage).marks] == [
        (START, "version v1"),
        (START + 10 * DAY, "version v2"),
    ]


def test_a_return_to_an_earlier_version_is_marked(stage: Stage) -> None:
    stage.add(19.5, 60, version="v1")
    marks = page(stage).marks
    assert (marks[-1].at, marks[-1].text, marks[-1].kind) == (START + 19 * DAY, "back to version v1", "version")


def test_alarms_that_fired_are_marked_and_others_are_not(stage: Stage) -> None:
    stage.cycle(NOW)
    at, end = to_micro(START + 3 * DAY), to_micro(START + 4 * DAY)
    rows = [
        AlarmRow("a", "floor", "resolved", at, fired_at=at, resolved_at=end),
        AlarmRow("b", "nulls", "pending", at, pending_at=at),
    ]
    with stage.database.beat("credit", 1) as beat:
        beat.put_alarms(rows)
        beat.finish(at=to_micro(NOW), facts={})
    marks = [mark for mark in page(stage).marks if mark.kind == "alarm"]
    assert [(mark.at, mark.text, mark.until) for mark in marks] == [(START + 3 * DAY, "floor", START + 4 * DAY)]


def test_alarms_of_an_incident_are_marked_as_one(stage: Stage) -> None:
    stage.cycle(NOW)
    at, end = to_micro(START + 3 * DAY), to_micro(START + 4 * DAY)
    with stage.database.beat("credit", 1) as beat:
        beat.put_alarms(AlarmRow(name, name, "resolved", at, fired_at=at, incident="credit/i/1") for name in "abc")
        beat.put_incidents([IncidentRow("credit/i/1", at, end, "closed", "info", "world", 0.5, "a storm")])
        beat.finish(at=to_micro(NOW), facts={})
    marks = [mark for mark in page(stage).marks if mark.kind in {"alarm", "incident"}]
    assert [(mark.text, mark.at, mark.until) for mark in marks] == [("a storm", START + 3 * DAY, START + 4 * DAY)]


def test_a_note_that_a_cycle_no_longer_says_is_over_and_others_stay(stage: Stage) -> None:
    stage.cycle(NOW)
    early = to_micro(NOW)
    with stage.database.beat("credit", 1) as beat:
        beat.put_notes([NoteRow("no-files", "log.csv", "no file matches", early, early)])
        beat.put_notes([NoteRow("no-zone", "ts", "ts has no zone", early, early)])
        beat.finish(at=early, facts={})
    assert page(stage, now=NOW + HOUR).notes == ("ts has no zone",)
