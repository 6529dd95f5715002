"""A board holds series side by side: each window in its place, later where labels are waited for, and its season."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest
from tests.unit.alarms.standard.boards import MONDAY, board_of, days

from bellbuoy.alarms.standard.board import Line, Series, block, board, season_in, season_of
from bellbuoy.metrics.traits import Trait, Traits
from bellbuoy.profiles.ages import LADDER
from bellbuoy.windows import Grain, to_seconds

DAY, HOUR = Grain.DAY.seconds, Grain.HOUR.seconds
AT_ONCE, AFTER_A_DAY, AFTER_AN_HOUR = LADDER.index(0), LADDER.index(DAY), LADDER.index(HOUR)


def reads(**values: float) -> Mapping[int, Traits]:
    """Traits by day: `reads(d0=0.5)` is 0.5 on the first."""
    return {MONDAY + int(day[1:]) * DAY: {"null_rate": Trait(value, 0.01, 50)} for day, value in values.items()}


def series(line: Line, lived: Mapping[int, Traits], before: Mapping[int, Traits] | None = None) -> Series:
    return Series(line, line.metric, before or {}, lived)


@pytest.mark.parametrize(
    ("rung", "grain", "lag"),
    [
        (None, Grain.DAY, 0),
        (AT_ONCE, Grain.DAY, 0),
        (AFTER_AN_HOUR, Grain.DAY, 1),
        (AFTER_A_DAY, Grain.DAY, 1),
        (AFTER_A_DAY, Grain.HOUR, 24),
    ],
)
def test_a_window_is_judged_as_many_windows_later_as_its_labels_take(rung: int | None, grain: Grain, lag: int) -> None:
    assert Line("mae", rung=rung).lag(grain) == lag


def test_each_window_stands_in_its_place_and_what_was_not_read_is_not_a_number() -> None:
    made = block([series(Line("null_rate", "a"), reads(d0=0.5, d2=0.25))], days(4), Grain.DAY, lived=True)
    np.testing.assert_array_equal(made.values, [[0.5, np.nan, 0.25, np.nan]])
    np.testing.assert_array_equal(made.variance, [[0.01, np.nan, 0.01, np.nan]])
    np.testing.assert_array_equal(made.rows, [[50, 0, 50, 0]])


def test_windows_that_are_not_on_the_board_are_left_out() -> None:
    made = block([series(Line("null_rate", "a"), reads(d0=0.5, d9=0.25))], days(2), Grain.DAY, lived=True)
    np.testing.assert_array_equal(made.values, [[0.5, np.nan]])


def test_what_waits_for_labels_stands_later_and_what_would_stand_past_the_end_does_not() -> None:
    late = series(Line("null_rate", rung=AFTER_A_DAY), reads(d0=0.1, d1=0.2, d2=0.3))
    made = block([late], days(3), Grain.DAY, lived=True)
    np.testing.assert_array_equal(made.values, [[np.nan, 0.1, 0.2]])


def test_windows_of_the_reference_set_wait_for_nothing() -> None:
    late = series(Line("null_rate", rung=AFTER_A_DAY), {}, reads(d0=0.1, d1=0.2))
    np.testing.assert_array_equal(block([late], days(2), Grain.DAY, lived=False).values, [[0.1, 0.2]])


def test_a_trait_that_a_window_does_not_have_leaves_it_empty() -> None:
    one = Series(Line("rank", "a"), "rank", {}, reads(d0=0.5))
    assert np.isnan(block([one], days(1), Grain.DAY, lived=True).values).all()


def test_a_board_is_the_reference_set_and_then_what_was_lived_through() -> None:
    one = series(Line("null_rate", "a"), reads(d5=0.9, d6=0.8), reads(d0=0.1, d1=0.2))
    before = block([one], days(2), Grain.DAY, lived=False)
    made = board(Grain.DAY, [one], days(2), before, days(2, MONDAY + 5 * DAY))
    np.testing.assert_array_equal(made.values, [[0.1, 0.2, 0.9, 0.8]])
    assert (made.reference, made.lines) == (2, (one.line,))
    assert made.starts.tolist() == [MONDAY + day * DAY for day in (0, 1, 5, 6)]


def test_a_series_that_waits_began_sooner_than_where_it_stands() -> None:
    made = board_of(np.zeros((2, 3)), 1, [Line("mae", rung=AT_ONCE), Line("mae", rung=AFTER_A_DAY)])
    assert made.began(np.array([1, 0])).tolist() == [days(3, MONDAY - DAY), days(3)]


@pytest.mark.parametrize("weekday", range(7))
def test_weekdays_are_counted_from_monday(weekday: int) -> None:
    start = datetime(2013, 7, 1 + weekday, tzinfo=UTC)
    assert season_of(np.array([to_seconds(start)]), Grain.DAY).tolist() == [start.weekday()]


@pytest.mark.parametrize(("grain", "hour"), [(Grain.HOUR, 17), (Grain.QUARTER, 17), (Grain.MINUTE, 17)])
def test_narrow_windows_have_the_hour_of_their_weekday(grain: Grain, hour: int) -> None:
    start = datetime(2013, 7, 3, hour, 45, tzinfo=UTC)
    assert season_of(np.array([to_seconds(start)]), grain).tolist() == [24 * 2 + hour]


def test_weeks_have_no_season() -> None:
    weeks = np.arange(60) * Grain.WEEK.seconds
    values = np.arange(60.0)[None, :]
    season = season_in(values, weeks, Grain.WEEK)
    np.testing.assert_array_equal(season.without(values, weeks), values)


def test_a_season_of_weekdays_is_taken_out() -> None:
    starts = np.array(days(28))
    shape = np.tile([0.0, 0, 0, 0, 0, 5, 9], 4)
    season = season_in(shape[None, :] + 3, starts, Grain.DAY)
    np.testing.assert_allclose(season.without(shape[None, :] + 3, starts), 3)
    assert not season.daily


def test_with_few_weeks_the_hours_of_all_days_are_one() -> None:
    starts = MONDAY + np.arange(24 * 4) * HOUR
    values = np.sin(np.arange(24 * 4) % 24)[None, :]
    season = season_in(values, starts, Grain.HOUR)
    assert season.daily
    assert np.ptp(season.without(values, starts)) == pytest.approx(0)


def test_with_enough_weeks_each_hour_of_the_week_is_its_own() -> None:
    starts = MONDAY + np.arange(24 * 7 * 3) * HOUR
    values = np.tile(np.arange(168.0), 3)[None, :]
    season = season_in(values, starts, Grain.HOUR)
    assert not season.daily
    assert np.ptp(season.without(values, starts)) == pytest.approx(0)


@pytest.mark.parametrize("many", [0, 1, 14, 20])
def test_what_was_seen_twice_is_no_season(many: int) -> None:
    starts, values = np.array(days(many), np.int64), np.arange(float(many))[None, :]
    season = season_in(values, starts, Grain.DAY)
    np.testing.assert_array_equal(season.without(values, starts), values)


def test_one_odd_day_makes_no_season() -> None:
    values = np.zeros((1, 35))
    values[0, 8] = 100.0
    season = season_in(values, np.array(days(35)), Grain.DAY)
    assert not season.usual.any()


def test_a_part_of_the_season_that_was_never_known_adds_nothing() -> None:
    values = np.tile([1.0, 2, 3, 4, 5, 6, np.nan], 4)[None, :]
    season = season_in(values, np.array(days(28)), Grain.DAY)
    assert season.adds(np.array(days(7)))[0].tolist() == [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.0]


def test_weekdays_that_the_baseline_does_not_have_add_nothing() -> None:
    starts = np.array([start for start in days(70) if season_of(np.array([start]), Grain.DAY)[0] < 5])
    season = season_in(np.tile(np.arange(5.0), 10)[None, :], starts, Grain.DAY)
    assert season.adds(np.array(days(7)))[0].tolist() == [-2, -1, 0, 1, 2, 0, 0]


def test_series_may_each_have_their_own_windows() -> None:
    starts = np.array(days(28))
    season = season_in(np.tile(np.arange(7.0), (2, 4)), starts, Grain.DAY)
    own = season.adds(np.stack([starts[:3], starts[2:5]]))
    assert own.tolist() == [[-3, -2, -1], [-1, 0, 1]]
