from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bellbuoy.alarms.absence import Absence, Rhythm, gap_told, told, waited
from bellbuoy.windows import to_seconds

START = datetime(2024, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hourly(hours: int, *, without: range = range(0)) -> Rhythm:
    """The rhythm after cycles on every hour that each saw the window that had just ended; some hours had no rows."""
    rhythm, newest = Rhythm(), None
    for hour in range(hours):
        now = START + hour * HOUR
        newest = newest if hour % 24 in without else to_seconds(now)
        rhythm = rhythm.after(now, newest)
    return rhythm


def test_nothing_is_late_and_no_cycle_is_missed_before_a_rhythm_is_known() -> None:
    rhythm = Rhythm().after(START, to_seconds(START))
    assert rhythm.gap(START + 90 * DAY, HOUR) == timedelta(0)
    assert rhythm.late(START + 90 * DAY, START, HOUR) == timedelta(0)


@pytest.mark.parametrize(("hours", "gap"), [(1, 0), (3, 0), (4, 4), (9, 9)])
def test_a_gap_is_a_wait_of_more_than_three_usual_ones(hours: int, gap: int) -> None:
    assert hourly(72).gap(START + (71 + hours) * HOUR, HOUR) == gap * HOUR


def test_whoever_looks_once_a_day_leaves_no_gaps_between_hours() -> None:
    rhythm = Rhythm()
    for day in range(4):
        rhythm = rhythm.after(START + day * DAY, to_seconds(START + day * DAY))
    assert rhythm.gap(START + 4 * DAY, HOUR) == timedelta(0)
    assert rhythm.gap(START + 7 * DAY, HOUR) == 4 * DAY


def test_two_looks_in_a_minute_do_not_make_an_hour_a_gap() -> None:
    rhythm = Rhythm().after(START, None).after(START + timedelta(minutes=1), None)
    assert rhythm.gap(START + HOUR, HOUR) == timedelta(0)


@pytest.mark.parametrize(("hours", "late"), [(1, 0), (3, 0), (4, 4)])
def test_a_source_is_late_after_three_usual_waits(hours: int, late: int) -> None:
    newest = START + 71 * HOUR
    assert hourly(72).late(newest + hours * HOUR, newest, HOUR) == late * HOUR


def test_a_night_without_rows_is_no_late_source_once_it_came_twice() -> None:
    newest = START + 3 * DAY + 21 * HOUR
    assert hourly(94, without=range(22, 24)).late(newest + 8 * HOUR, newest, HOUR) == timedelta(0)
    assert hourly(94).late(newest + 8 * HOUR, newest, HOUR) == 8 * HOUR


def test_one_outage_is_not_what_is_usual() -> None:
    rhythm = hourly(72)
    after = rhythm.after(START + 10 * DAY, to_seconds(START + 10 * DAY))
    assert after.gap(START + 10 * DAY + 9 * HOUR, HOUR) == 9 * HOUR


def test_the_same_moment_twice_counts_once() -> None:
    rhythm = hourly(30)
    assert rhythm.cycled_at is not None
    again = rhythm.after(rhythm.cycled_at, rhythm.newest)
    assert again == rhythm
    assert again.gap(rhythm.cycled_at, HOUR) == timedelta(0)


def test_a_second_look_at_one_moment_sees_the_same_gap() -> None:
    late = START + 90 * HOUR
    rhythm = hourly(72)
    assert rhythm.after(late, rhythm.newest).gap(late, HOUR) == rhythm.gap(late, HOUR) == 19 * HOUR


def test_only_the_last_fifteen_days_are_remembered() -> None:
    assert len(hourly(24 * 40).facts["waits"]) == 15


def test_a_rhythm_is_remembered_as_it_was() -> None:
    rhythm = hourly(72)
    assert Rhythm.of(rhythm.facts, rhythm.cycled_at) == rhythm
    assert Rhythm.of({}, None) == Rhythm()


@pytest.mark.parametrize(("seconds", "text"), [(45, "45s"), (100, "1m40s"), (200, "3m"), (7_190, "2h"), (86_500, "1d")])
def test_a_wait_is_told_without_what_nobody_wants_to_know(seconds: int, text: str) -> None:
    assert waited(timedelta(seconds=seconds)) == text


def test_an_absence_is_told_with_its_detail() -> None:
    assert told(Absence.LABELS) == "no labels yet"
    assert told(Absence.SOURCE, "nothing for 5h") == "source late: nothing for 5h"
    assert gap_told(9 * HOUR) == "our cycle did not run: nobody looked for 9h, and clocks stood still"
