from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.step.feed import rhythm
from bellbuoy.metrics.taken import Taken
from bellbuoy.profiles.series import Slice
from bellbuoy.testing import Value
from bellbuoy.windows import Grain, to_seconds


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def slow(stage: Stage, day: float, rows: int, hours: float, *, share: float = 1.0, city: str = "Oslo") -> None:
    """Rows of a day whose labels take so long, as far as they come at all."""
    for place in range(rows):
        key = len(stage.predictions.rows)
        at = START + day * DAY + place * timedelta(minutes=1)
        row: Mapping[str, Value] = {
            "id": key,
            "ts": at,
            "score": 0.3 + 0.4 * (key % 2),
            "income": 1.0,
            "city": city,
            "version": "v1",
        }
        stage.predictions.rows.append(row)
        if place < share * rows:
            stage.labels.rows.append({"id": key, "label": key % 2, "known": at + hours * HOUR})


def readings(stage: Stage, metric: str, at: float, where: Slice | None = None) -> list[Taken]:
    """A metric by day, at so many days after the start, of what had come by then."""
    now = START + at * DAY
    with stage.gauge(now) as gauge:
        return gauge.take(metric, Grain.DAY, where or Slice(end=to_seconds(now)))


def test_the_mature_age_is_learnt_from_the_labels_that_came(stage: Stage) -> None:
    for day in range(20):
        slow(stage, day, 20, hours=30)
    stage.cycle(START + 30 * DAY)
    with stage.gauge(START + 30 * DAY) as gauge:
        age = gauge.feed.waiting().age
    assert age is not None
    assert 30 <= age / HOUR <= 31


def test_a_segment_whose_labels_are_slow_ripens_later(stage: Stage) -> None:
    for day in range(20):
        slow(stage, day, 40, hours=1, city="Oslo")
        slow(stage, day + 0.1, 40, hours=90, city="Rome")
    stage.cycle(START + 40 * DAY)
    with stage.gauge(START + 40 * DAY) as gauge:
        ages = [gauge.feed.waiting("city", city).age for city in ("Oslo", "Rome")]
    assert [round(age / HOUR) for age in ages if age is not None] == pytest.approx([1, 91], abs=2)


def test_a_segment_with_hardly_any_label_ripens_as_all_rows_do(stage: Stage) -> None:
    for day in range(20):
        slow(stage, day, 40, hours=5)
    slow(stage, 3.2, 5, hours=200, city="Rome")
    stage.cycle(START + 40 * DAY)
    with stage.gauge(START + 40 * DAY) as gauge:
        assert gauge.feed.waiting("city", "Rome").age == gauge.feed.waiting().age


def test_each_window_says_what_coverage_to_expect(stage: Stage) -> None:
    for day in range(30):
        slow(stage, day, 50, hours=48, share=0.8)
    now = 30.5
    stage.labels.rows = [row for row in stage.labels.rows if row["known"] <= START + now * DAY]  # type: ignore[operator]
    stage.cycle(START + now * DAY)
    *old, newest = readings(stage, "auc", now)
    assert (old[0].coverage, old[0].expected) == (0.8, 0.8)
    assert (newest.coverage, newest.maturity) == (0.0, Maturity.PROVISIONAL)
    assert newest.expected == pytest.approx(0.8, abs=0.02)


def test_labels_that_come_as_they_should_fall_short_of_nothing(stage: Stage) -> None:
    for day in range(30):
        slow(stage, day, 50, hours=3)
    stage.cycle(START + 30 * DAY)
    short = [one.reading for one in readings(stage, "label_shortfall", 30)]
    assert all(isinstance(one, Measured) and one.value < 0.2 for one in short)


def test_a_feed_that_stopped_falls_short_by_all_that_was_due(stage: Stage) -> None:
    for day in range(40):
        slow(stage, day, 50, hours=3, share=1.0 if day < 30 else 0.0)
    stage.cycle(START + 40 * DAY)
    *_, last = readings(stage, "label_shortfall", 40)
    assert isinstance(last.reading, Measured)
    assert (last.reading.value, last.rows) == (1.0, 0)
    assert last.reading.low > 0.9


def test_a_feed_that_has_been_dead_for_months_is_not_usual(stage: Stage) -> None:
    for day in range(120):
        slow(stage, day, 20, hours=3, share=1.0 if day < 30 else 0.0)
    stage.cycle(START + 120 * DAY)
    last = readings(stage, "label_shortfall", 120)[-60:]
    assert len(last) == 60
    assert {getattr(one.reading, "value", None) for one in last} == {1.0}


def at_work(stage: Stage, days: int, weekdays: set[int], dead: int = 10_000) -> list[float]:
    """Shortfalls of a feed that brings what it owes on some days of the week only, and nothing from a day on."""
    for day in range(days):
        ahead = next(later for later in range(1, 9) if (day + later) % 7 in weekdays)
        slow(stage, day, 30, hours=24 * ahead + 2, share=1.0 if day + ahead < dead else 0.0)
    now = START + days * DAY
    stage.labels.rows = [row for row in stage.labels.rows if row["known"] <= now]  # type: ignore[operator]
    stage.cycle(now)
    return [one.reading.low for one in readings(stage, "label_shortfall", days) if isinstance(one.reading, Measured)]


@pytest.mark.parametrize("weekdays", [{0, 1, 2, 3, 4}, {2}])
def test_a_feed_that_rests_as_it_does_every_week_falls_short_of_nothing(stage: Stage, weekdays: set[int]) -> None:
    assert max(at_work(stage, 84, weekdays)[7:]) < 0.5


def test_a_weekly_feed_that_stops_is_found_after_its_second_missing_batch(stage: Stage) -> None:
    short = at_work(stage, 105, {2}, dead=70)
    assert max(short[20:-40]) < 0.5
    assert short[-1] > 0.5


@pytest.mark.parametrize(
    ("came", "together"),
    [
        ([], 7),
        ([9] * 3, 7),
        ([9] * 30, 1),
        ([9] * 20 + [0] + [9] * 8, 1),  # a pause that happened once is no habit
        (([9] * 5 + [0] * 2) * 4, 7),
        (([9] + [0] * 6) * 4, 14),
        ([9] * 28 + [0] * 20, 1),  # nor is one that goes on
    ],
)
def test_a_habit_is_what_happened_twice(came: list[int], together: int) -> None:
    assert rhythm(came) == together


def test_too_few_labels_are_due_to_miss_any(stage: Stage) -> None:
    for day in range(40):
        slow(stage, day, 1, hours=3)
    stage.cycle(START + 40 * DAY)
    short = {one.reading for one in readings(stage, "label_shortfall", 40)}
    assert short == {Unmeasured("too few labels are due")}


def test_labels_are_told_by_the_day_on_which_they_came(stage: Stage) -> None:
    for day in range(5):
        slow(stage, day, 10, hours=36)
    stage.cycle(START + 9 * DAY)
    came = readings(stage, "label_arrivals", 9)
    assert [(one.window.start - START).days for one in came] == [1, 2, 3, 4, 5]
    assert [one.rows for one in came] == [10] * 5


def test_a_window_whose_labels_are_missing_is_not_judged_however_old(stage: Stage) -> None:
    for day in range(40):
        slow(stage, day, 50, hours=3, share=1.0 if day != 35 else 0.3)
    stage.cycle(START + 45 * DAY)
    states = {(one.window.start - START).days: one.maturity for one in readings(stage, "auc", 45)}
    assert states[35] is Maturity.PROVISIONAL
    assert {states[34], states[36]} == {Maturity.FINAL}
