"""What people say of alarms moves limits: false and expected ones raise them, real ones stand against that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.alarms.standard.rung import of_a_rule, rang, without_limit

from bellbuoy.alarms.standard.limits import MOST, ROOM, Limits, Place
from bellbuoy.alarms.standard.marked import EXPECTED, FALSE, REAL, Lesson, factors, lessons

HERE = Place("misfit", "so2")


def false(column: str, peak: float = 1.5, number: int = 0, **changes: str) -> object:
    return rang("misfit", column, peak, number=number, mark=FALSE, **changes)


def test_what_nobody_spoke_of_changes_nothing() -> None:
    assert factors([rang(), rang("drift")]) == Limits()


@pytest.mark.parametrize("mark", [FALSE, EXPECTED])
def test_a_false_or_expected_alarm_raises_its_limit_beyond_its_strongest(mark: str) -> None:
    assert factors([rang(peak=1.5, mark=mark)]) == Limits(marked={HERE: 1.5 * ROOM})


def test_the_strongest_of_several_counts() -> None:
    rows = [rang(peak=peak, number=number, mark=FALSE) for number, peak in enumerate((1.2, 2.0, 1.6))]
    assert factors(rows).marked == {HERE: 2.0 * ROOM}


def test_a_part_of_the_rows_has_a_limit_of_its_own() -> None:
    limits = factors([rang(mark=FALSE, by="host", segment="a")])
    assert limits.marked.keys() == {Place("misfit", "so2", "host", "a")}


def test_a_real_alarm_keeps_the_limit_below_where_it_began() -> None:
    limits = factors([rang(peak=2.0, mark=FALSE), rang(peak=2.5, began=1.4, number=1, mark=REAL)])
    assert limits.taught(HERE) == pytest.approx(1.4 / ROOM)


def test_of_several_real_alarms_the_one_that_began_nearest_counts() -> None:
    rows = [rang(peak=3, began=began, number=number, mark=REAL) for number, began in enumerate((1.9, 1.3, 2.2))]
    assert factors(rows).guarded == {HERE: pytest.approx(1.3 / ROOM)}


def test_what_lies_beyond_all_measure_asks_for_more_than_there_is() -> None:
    """A series that never moved has no width to measure by: JSON keeps its distance as null."""
    limits = factors([rang(peak=None, began=None, mark=FALSE)])
    assert limits.taught(HERE) == MOST


@pytest.mark.parametrize("row", [without_limit(mark=FALSE), of_a_rule(mark=FALSE)])
def test_what_rings_without_a_limit_of_the_pack_teaches_nothing(row: object) -> None:
    assert factors([row]) == Limits()  # type: ignore[list-item]


def test_several_series_that_rang_for_nothing_raise_all_of_a_monitor() -> None:
    rows = [false(column, peak, n) for n, (column, peak) in enumerate([("a", 1.2), ("b", 1.4), ("c", 2.0)])]
    limits = factors(rows)  # type: ignore[arg-type]
    assert limits.shared == {"misfit": pytest.approx(1.4 * ROOM)}
    assert limits.taught(Place("misfit", "d")) == pytest.approx(1.4 * ROOM)
    assert limits.taught(Place("drift", "d")) == 1.0


def test_what_rang_together_is_one_false_alarm_and_not_several() -> None:
    rows = [false(column, incident="m/1") for column in "abcd"]
    assert factors(rows).shared == {}  # type: ignore[arg-type]


def test_two_series_do_not_speak_for_all() -> None:
    rows = [false(column, number=number) for number, column in enumerate("abab")]
    assert factors(rows).shared == {}  # type: ignore[arg-type]


def test_what_was_expected_speaks_for_its_own_series_alone() -> None:
    rows = [rang("misfit", column, number=number, mark=EXPECTED) for number, column in enumerate("abcd")]
    assert (factors(rows).shared, len(factors(rows).marked)) == ({}, 4)


def test_a_real_alarm_guards_its_series_from_what_is_raised_for_all() -> None:
    rows = [false(column, 2.0, number) for number, column in enumerate("abc")]
    rows.append(rang("misfit", "d", 2.4, began=1.3, number=9, mark=REAL))
    assert factors(rows).taught(Place("misfit", "d")) == pytest.approx(1.3 / ROOM)  # type: ignore[arg-type]


# -- what it would have changed


def five() -> list[object]:
    """Five alarms of one series, the one in the middle said to be false."""
    peaks = (1.1, 1.2, 1.3, 2.0, 2.5)
    return [rang(peak=peak, number=n, mark=FALSE if peak == 1.3 else None) for n, peak in enumerate(peaks)]


def test_a_lesson_says_how_many_of_a_series_alarms_would_not_have_rung() -> None:
    (one,) = lessons(five())  # type: ignore[arg-type]
    assert (one.place, one.alarms, one.silent) == (HERE, 5, 3)
    assert one.factor == pytest.approx(1.3 * ROOM)
    assert one.text == (
        "misfit of so2 must lie 1.4 times as far out from now on; of its 5 alarms so far 3 would not have rung"
    )


def test_alarms_that_never_fired_are_none_of_them() -> None:
    (one,) = lessons([rang(mark=FALSE), rang(number=1, fired_at=None, state="inactive")])
    assert one.alarms == 1


def test_where_nothing_was_said_there_is_no_lesson() -> None:
    assert lessons([rang(), rang(number=1, mark=REAL)]) == []


def test_a_word_that_is_taken_back_leaves_no_lesson() -> None:
    row = rang(mark=FALSE)
    assert lessons([row])
    assert lessons([replace(row, mark=None)]) == []


def test_the_series_of_a_touchy_monitor_that_rang_are_told_as_well() -> None:
    rows = [false(column, 1.4, number) for number, column in enumerate("abc")]
    rows.append(rang("misfit", "d", 1.3, number=9))
    told = lessons(rows)  # type: ignore[arg-type]
    assert [(one.place.column, one.silent) for one in told] == [("a", 1), ("b", 1), ("c", 1), ("d", 1)]


@pytest.mark.parametrize(
    ("lesson", "said"),
    [
        (Lesson(HERE, 1.4, 1, 1, 1.4), "1.4 times as far out from now on; its one alarm so far would not have rung"),
        (Lesson(HERE, 3.0, 1, 0, 9.0), "which is the most there is; its one alarm so far would have rung all the same"),
        (Lesson(HERE, 3.0, 2, 0, 7.0), "3 times as far out from now on, which is the most there is; of its 2 alarms"),
        (
            Lesson(HERE, 1.2, 4, 1, 2.0, guarded=True),
            "1.2 times as far out from now on, and no more, as an alarm of it",
        ),
        (Lesson(HERE, 1.0, 4, 0, 2.0, guarded=True), "misfit of so2 stays as it is, as an alarm of it was real"),
        (Lesson(HERE, 3.0, 2, 0, 7.0), "of its 2 alarms so far all would have rung"),
    ],
)
def test_a_lesson_is_told_in_words(lesson: Lesson, said: str) -> None:
    assert said in lesson.text
