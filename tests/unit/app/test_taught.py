"""What marks have taught, as sentences and documents."""

from __future__ import annotations

import pytest
from tests.unit.alarms.standard.rung import of_a_rule, rang, without_limit
from tests.unit.app.belfry import alarm_row, incident_row

from bellbuoy.alarms.standard.limits import Place
from bellbuoy.alarms.standard.marked import Lesson
from bellbuoy.app.taught import learnt_of, lesson_document, told_after, with_lessons
from bellbuoy.app.told import incidents_of
from bellbuoy.store.port import AlarmRow
from bellbuoy.web.shapes import LessonShape


def test_a_lesson_is_a_document_with_its_words() -> None:
    lesson = Lesson(Place("misfit", "so2", "host", "a"), 1.40004, 5, 3)
    told = lesson_document(lesson)
    LessonShape.model_validate(told)
    assert (told["segment"], told["factor"], told["text"]) == ({"host": "a"}, 1.4, lesson.text)
    assert lesson_document(Lesson(Place("volume"), 2.0, 1, 1))["segment"] is None


def test_a_false_alarm_is_told_with_what_it_changes_on_history() -> None:
    row = rang(mark="false")
    (told,) = told_after([row, rang(number=1, peak=5.0)], [row], "false")
    assert (
        told == "misfit of so2 must lie 1.6 times as far out from now on; of its 2 alarms so far 1 would not have rung"
    )


def test_only_the_series_that_was_marked_is_told() -> None:
    rows = [rang(mark="false"), rang("drift", "no2", mark="false")]
    assert [one.place.monitor for one in learnt_of(rows, rows[1:])] == ["drift"]


def test_a_real_alarm_is_told_with_what_marks_may_not_do() -> None:
    row = rang(peak=2.0, began=1.5, mark="real")
    assert told_after([row], [row], "real") == [
        "misfit of so2 will ring for the like again: no mark raises its limit to more than 1.4 times"
    ]


def test_a_real_alarm_far_out_is_in_nobodys_way() -> None:
    row = rang(peak=20.0, began=15.0, mark="real")
    assert told_after([row], [row], "real") == []


def test_a_touchy_monitor_is_told_as_such() -> None:
    rows = [rang("misfit", column, 1.4, number=number, mark="false") for number, column in enumerate("abc")]
    assert told_after(rows, rows[:1], "false")[-1] == (
        "misfit rang for nothing on several series: all of them must lie 1.5 times as far out"
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            of_a_rule(mark="false"),
            "own is a rule with a limit of its own, which no mark changes",
        ),
        (without_limit(mark="false"), "older-version has no limit that could be raised"),
    ],
)
def test_what_no_mark_can_change_is_said(row: AlarmRow, said: str) -> None:
    assert told_after([row], [row], "false") == [said]


def test_forty_alarms_of_one_kind_say_one_thing_once() -> None:
    rows = [without_limit(number=number, mark="false") for number in range(40)]
    assert len(told_after(rows, rows, "false")) == 1


def test_an_incident_has_the_lessons_of_its_alarms_alone() -> None:
    mine = alarm_row(facts={"pack": "lasting", "peak": 1.3, "began_at": 1.1}, mark="false")
    rows = [mine, rang("drift", mark="false")]
    (one,) = with_lessons(incidents_of("credit", [incident_row()], rows), rows)
    assert [lesson.place for lesson in one.lessons] == [Place("nulls", "income")]


def test_an_incident_of_a_part_of_the_rows_has_its_lesson() -> None:
    facts = {"pack": "lasting", "peak": 1.3, "began_at": 1.1}
    rows = [alarm_row(facts=facts, mark="expected", by="city", segment="Oslo")]
    (one,) = with_lessons(incidents_of("credit", [incident_row()], rows), rows)
    assert [lesson.place.segment for lesson in one.lessons] == ["Oslo"]


def test_incidents_stay_as_they_are_where_nothing_was_marked() -> None:
    (one,) = with_lessons(incidents_of("credit", [incident_row()], [alarm_row()]), [alarm_row()])
    assert one.lessons == ()
