from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.app.ask import Asked, Question
from bellbuoy.app.glance import glance
from bellbuoy.app.page import View, page_of
from bellbuoy.app.parts import Change, change_document, change_of, each_of, parts_of
from bellbuoy.app.views import Part
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.parts import FEW_ROWS

NOW = START + 20 * DAY + HOUR
CITIES = ("Oslo", "Rome", "Lima")


def live(stage: Stage, day: int, city: str, rows: int = 20, *, wrong: bool = False, version: str = "v1") -> None:
    """A day of a city: every fifth label is against its score, or four of five where it goes wrong."""
    first = len(stage.predictions.rows)
    stage.add(day, rows, city=city, labelled=False, version=version)
    for number in range(first, first + rows):
        against = (number // 2 % 5 != 0) if wrong else (number // 2 % 5 == 0)
        known = START + day * DAY + 12 * HOUR
        stage.labels.rows.append({"id": number, "label": number % 2 ^ against, "known": known})


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, labels={**_LABELS, "maturity": "1d"})
    for day in range(20):
        for city in CITIES:
            live(made, day, city, wrong=city == "Rome" and 12 <= day < 19)
    yield made
    made.database.close()


_LABELS = {"path": "truth.csv", "columns": {"id": "id", "label": "label", "time": "known"}}


def asked_of(stage: Stage, question: Question) -> Asked:
    with stage.seen(NOW) as seen:
        return question.understood(seen.model, seen.gauge.subject, seen.gauge.counts)


def change(stage: Stage, question: Question | None = None, by: str | None = None) -> Change:
    stage.cycle(NOW)
    asked = asked_of(stage, question or Question())
    with stage.seen(NOW) as seen:
        found = change_of(seen, asked, by)
    assert found is not None
    return found


def names(found: Change) -> list[str]:
    return [f"{part.by}={part.value}" for part in found.parts]


def part(found: Change, name: str) -> Part:
    return found.parts[names(found).index(name)]


def test_the_part_that_went_wrong_comes_first(stage: Stage) -> None:
    found = change(stage)
    assert names(found)[0] == "city=Rome"
    assert found.parts[0].proven < -0.1


def test_the_stretch_is_the_newest_week_whose_labels_have_come(stage: Stage) -> None:
    found = change(stage)
    assert (found.now.start, found.now.end) == (START + 12 * DAY, START + 19 * DAY)


def test_what_is_usual_is_the_past_before_the_stretch(stage: Stage) -> None:
    found = change(stage)
    assert found.usual is not None
    assert found.usual.rows == 12 * 60


def test_a_stretch_that_is_asked_for_is_taken_as_it_is(stage: Stage) -> None:
    found = change(stage, Question(start=START + 5 * DAY, end=START + 10 * DAY))
    assert (found.now.start, found.now.end, found.now.labelled) == (START + 5 * DAY, START + 10 * DAY, 300)


def test_before_anything_went_wrong_nothing_is_proven(stage: Stage) -> None:
    found = change(stage, Question(start=START + 5 * DAY, end=START + 10 * DAY))
    assert {one.proven for one in found.parts} == {0.0}


def test_only_an_end_gives_the_week_before_it(stage: Stage) -> None:
    found = change(stage, Question(end=START + 10 * DAY))
    assert (found.now.start, found.now.end) == (START + 3 * DAY, START + 10 * DAY)


def test_only_a_start_goes_on_until_the_newest_rows(stage: Stage) -> None:
    assert change(stage, Question(start=START + 15 * DAY)).now.end == START + 20 * DAY


def test_a_stretch_within_days_is_widened_to_whole_windows(stage: Stage) -> None:
    found = change(stage, Question(start=START + 5 * DAY, end=START + 9 * DAY + HOUR))
    assert found.now.end == START + 10 * DAY


def test_all_segments_and_versions_stand_in_one_table(stage: Stage) -> None:
    assert sorted(names(change(stage))) == ["city=Lima", "city=Oslo", "city=Rome", "version=v1"]


def test_one_column_can_be_asked_for(stage: Stage) -> None:
    assert names(change(stage, by="version")) == ["version=v1"]


def test_of_one_version_there_are_segments_only(stage: Stage) -> None:
    assert {one.by for one in change(stage, Question(version="v1")).parts} == {"city"}


def test_of_one_segment_there_are_versions_only(stage: Stage) -> None:
    assert names(change(stage, Question(segment="city=Rome"))) == ["version=v1"]


def test_a_version_that_served_all_along_is_not_judged(stage: Stage) -> None:
    found = part(change(stage), "version=v1")
    assert found.why == "nearly all rows, as before"


def test_a_new_version_is_compared_with_what_all_versions_did(stage: Stage) -> None:
    for day in range(12, 19):
        live(stage, day, "Oslo", 40, wrong=True, version="v2")
    found = part(change(stage, by="version"), "version=v2")
    assert found.usual is not None
    assert found.proven < -0.1


def test_a_small_part_says_why_it_is_not_judged(stage: Stage) -> None:
    live(stage, 15, "Bern", 12, wrong=True)
    found = change(stage)
    assert names(found)[-1] == "city=Bern"
    assert (found.parts[-1].proven, found.parts[-1].why) == (0.0, FEW_ROWS)


def test_a_part_has_its_interval_and_its_rows(stage: Stage) -> None:
    now = part(change(stage), "city=Rome").now
    assert now.low is not None
    assert now.value is not None
    assert now.low < now.value < 0.5
    assert (now.rows, now.labelled, now.segment) == (140, 140, {"city": "Rome"})


def test_a_part_has_its_share_of_the_labelled_rows(stage: Stage) -> None:
    assert part(change(stage), "city=Rome").share == pytest.approx(1 / 3)


def test_a_part_that_is_gone_is_told_of(stage: Stage) -> None:
    for day in range(12):
        live(stage, day, "Bern")
    found = part(change(stage), "city=Bern")
    assert (found.now.value, found.why) == (None, "no labelled rows now")
    assert found.mix is not None


def test_the_reference_set_says_what_is_usual_where_it_has_the_part(stage: Stage) -> None:
    stage.model = stage.model.model_copy(
        update={"baseline": stage.model.baseline.model_copy(update={"reference": "normal.csv"})}
    )
    for number, row in enumerate(stage.predictions.rows[:600]):
        stage.normal.rows.append({**row, "label": number % 2})
    found = change(stage)
    assert found.usual is not None
    assert found.usual.rows == 600


def test_without_labels_there_is_no_change(tmp_path: Path) -> None:
    made = Stage(tmp_path)
    made.add(0, labelled=False)
    made.cycle(NOW)
    asked = asked_of(made, Question())
    with made.seen(NOW) as seen:
        assert change_of(seen, asked) is None
        assert change_document("credit", "auc", None)["parts"] == []


def test_a_page_has_parts_of_performance_only(stage: Stage) -> None:
    stage.cycle(NOW)
    asked = asked_of(stage, Question())
    with stage.seen(NOW) as seen:
        assert len(parts_of(seen, asked)) == 4
        assert parts_of(seen, asked_of(stage, Question(metric="rows"))) == ()


def test_a_page_shows_the_worst_part_first(stage: Stage) -> None:
    stage.cycle(NOW)
    with stage.seen(NOW) as seen:
        shown = page_of(seen, glance(seen), View(), stage.folder).parts
    assert (shown[0].by, shown[0].value) == ("city", "Rome")


def test_a_page_of_a_span_shows_parts_of_that_span(stage: Stage) -> None:
    stage.cycle(NOW)
    view = View(start=START + 5 * DAY, end=START + 10 * DAY)
    with stage.seen(NOW) as seen:
        shown = page_of(seen, glance(seen), view, stage.folder).parts
    assert {one.now.start for one in shown} == {START + 5 * DAY}


def test_what_needs_no_labels_is_refused(stage: Stage) -> None:
    with pytest.raises(ConfigError, match="not measured of labels"):
        change(stage, Question(metric="null_rate", column="income"))


def test_a_document_has_a_line_for_each_part(stage: Stage) -> None:
    found = change(stage)
    document = change_document("credit", "auc", found)
    assert (document["model"], document["metric"], document["change"]) == ("credit", "auc", found.apart)
    assert [one["value"] for one in document["parts"]] == [one.value for one in found.parts]  # type: ignore[attr-defined]


def test_a_change_without_a_baseline_has_no_difference(stage: Stage) -> None:
    assert replace(change(stage), usual=None).apart is None


@pytest.mark.parametrize(("by", "many"), [(None, 1), ("city", 3), ("version", 1)])
def test_a_question_is_asked_of_each_value(stage: Stage, by: str | None, many: int) -> None:
    stage.cycle(NOW)
    with stage.seen(NOW) as seen:
        assert len(each_of(seen, asked_of(stage, Question()), by)) == many


@pytest.mark.parametrize(
    ("question", "by", "why"),
    [
        (Question(), "town", "no segment 'town'"),
        (Question(segment="city=Rome"), "city", "one segment is asked for"),
        (Question(version="v1"), "version", "one version is asked for"),
        (Question(metric="duplicate_rate"), "city", "not counted by segment"),
        (Question(metric="mean", column="income"), "city", "not profiled by segment"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(stage: Stage, question: Question, by: str, why: str) -> None:
    stage.cycle(NOW)
    asked = asked_of(stage, question)
    with stage.seen(NOW) as seen, pytest.raises(ConfigError, match=why):
        each_of(seen, asked, by)


def test_a_segment_may_be_asked_for_by_version(stage: Stage) -> None:
    stage.cycle(NOW)
    with stage.seen(NOW) as seen:
        [one] = each_of(seen, asked_of(stage, Question(segment="city=Rome")), "version")
    assert (one.where.segment, one.where.version) == ("Rome", "v1")
