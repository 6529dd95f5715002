"""A judge finds what is new in each series of a board, says why where it cannot tell, and goes on where it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.alarms.standard.boards import MONDAY, board_of, breaches, columns, found, swings, until

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.board import Board, Line
from bellbuoy.alarms.standard.judge import LEAST_ROWS, Judge
from bellbuoy.alarms.standard.limits import Limits, Place
from bellbuoy.profiles.ages import LADDER
from bellbuoy.windows import Grain

YEAR, LIVED = 365, 60
#: A step in null rates that is far beyond any limit.
STEP = 0.5
OUTPUTS = frozenset[str]()


def stepped(at: int, lived: int = LIVED, *, lasts: int | None = None, series: int = 1) -> Board:
    """A board of null rates whose first series rises by a step, so many windows after the reference set."""
    values = swings(series, YEAR + lived)
    end = None if lasts is None else YEAR + at + lasts
    values[0, YEAR + at : end] += STEP
    return board_of(values, YEAR)


def test_white_noise_of_many_series_breaches_nowhere() -> None:
    assert breaches(board_of(swings(100, YEAR + 120), YEAR)) == [[]] * 100


def test_a_large_step_breaches_at_once_and_in_its_series_alone() -> None:
    first, *others = breaches(stepped(40, series=20))
    assert first == list(range(40, LIVED))
    assert others == [[]] * 19


def test_a_burst_of_one_window_is_over_with_it() -> None:
    assert breaches(stepped(40, lasts=1)) == [[40]]


def test_what_fell_is_no_trouble_of_what_should_not_rise() -> None:
    values = swings(1, YEAR + 30) + 0.5
    values[0, -3:] -= 0.6
    assert breaches(board_of(values, YEAR)) == [[]]


def test_what_fell_is_trouble_of_what_should_stay() -> None:
    values = swings(1, YEAR + 30)
    values[0, -3:] -= 0.25
    [days] = breaches(board_of(values, YEAR, columns(1, "rank")))
    assert days
    assert set(days) <= {27, 28, 29}


def test_a_change_too_small_to_matter_is_none_however_new_it_is() -> None:
    values = swings(1, YEAR + 30, size=1e-4)
    values[0, -5:] += 0.008
    [one] = found(board_of(values, YEAR))
    assert one.surprise > 1
    assert breaches(board_of(values, YEAR)) == [[]]


def test_a_short_swing_is_learnt_and_its_like_is_usual() -> None:
    values = swings(1, YEAR + LIVED)
    values[0, [YEAR + 20, YEAR + 40]] += STEP
    assert breaches(board_of(values, YEAR)) == [[20]]


def test_a_long_swing_is_as_new_when_it_comes_again() -> None:
    values = swings(1, YEAR + LIVED)
    values[0, YEAR + 20 : YEAR + 27] += STEP
    values[0, YEAR + 40 : YEAR + 47] += STEP
    [days] = breaches(board_of(values, YEAR))
    assert set(range(20, 27)) | set(range(40, 47)) <= set(days)


def test_a_weekday_that_is_always_high_is_usual_on_that_day_alone() -> None:
    values = swings(1, YEAR + LIVED)
    sundays = np.arange(YEAR + LIVED) % 7 == 6
    values[0, sundays] += STEP
    assert breaches(board_of(values, YEAR)) == [[]]
    values[0, YEAR + 44] += STEP  # 409 = 58 weeks and 3 days: a Thursday
    assert breaches(board_of(values, YEAR)) == [[44]]


def test_the_season_of_what_waits_for_labels_is_that_of_its_own_day() -> None:
    """A window that is judged a day late has the weekday that it is of, and its own start."""
    sundays = swings(1, YEAR + LIVED, size=0.01)
    sundays[0, 6::7] += STEP
    shifted = np.concatenate([sundays[:, :YEAR], np.full((1, 1), np.nan), sundays[:, YEAR:-1]], axis=1)
    line = Line("log_loss", rung=LADDER.index(Grain.DAY.seconds))
    board = board_of(shifted, YEAR, [line])
    assert breaches(board) == [[]]
    [one] = found(board)
    assert (one.start, one.end) == (int(board.starts[-2]), int(board.starts[-1]))


def test_a_finding_has_the_value_and_what_is_usual_on_that_day() -> None:
    values = swings(1, YEAR + 30, size=0.001)
    values[0, 2::7] += STEP  # 394 = 56 weeks and 2 days: the last is a Wednesday
    [one] = found(board_of(values, YEAR))
    assert one.value == pytest.approx(values[0, -1])
    assert one.usual == pytest.approx(0.3 + STEP, abs=0.01)
    assert one.low < one.value < one.high


def test_one_series_has_one_finding_in_the_order_of_the_board() -> None:
    board = stepped(10, 20, series=3)
    assert [one.line for one in found(board)] == list(board.lines)


def test_the_look_that_breaches_speaks() -> None:
    [slow] = found(stepped(10, 20))
    assert slow.breach is Breach.YES
    assert slow.surprise > 1
    assert slow.start == MONDAY + (YEAR + 19) * Grain.DAY.seconds


def test_what_no_monitor_watches_has_no_finding() -> None:
    lines = (Line("null_rate", "a"), Line("skewness", "a"), Line("weather"))
    assert [one.line for one in found(board_of(swings(3, YEAR + 20), YEAR, lines))] == [lines[0]]


def test_outputs_are_watched_by_monitors_of_their_own() -> None:
    names = [one.monitor.name for one in found(board_of(swings(2, YEAR + 20), YEAR), ["c1"])]
    assert names == ["null-rate", "score-null-rate"]


def test_with_few_windows_before_it_nothing_can_be_told() -> None:
    [one] = found(board_of(swings(1, 13), 8))
    assert one.breach is Breach.UNKNOWN
    assert "windows to compare with" in one.why


def test_a_window_of_few_rows_cannot_be_judged() -> None:
    rows = np.full((1, YEAR + 20), 1_000.0)
    rows[0, -1] = LEAST_ROWS - 1
    [one] = found(replace(stepped(19, 20), rows=rows))
    assert (one.breach, one.why) == (Breach.UNKNOWN, "19 rows, too few to judge")


def test_windows_of_few_rows_are_not_what_is_usual() -> None:
    values, rows = swings(1, YEAR + 20), np.full((1, YEAR + 20), 1_000.0)
    values[0, 100:150], rows[0, 100:150] = 1.0, 5.0
    values[0, -1] += STEP
    assert breaches(board_of(values, YEAR, rows=rows)) == [[19]]


def test_a_board_of_the_reference_set_alone_has_nothing_to_find() -> None:
    assert found(board_of(swings(1, YEAR), YEAR)) == []


def test_a_series_without_a_reference_set_learns_from_what_it_lives_through() -> None:
    values = swings(2, YEAR + LIVED)
    values[0, :YEAR] = np.nan
    values[0, -1] += STEP
    first, second = found(board_of(values, YEAR))
    assert (first.breach, second.breach) == (Breach.YES, Breach.NO)


def test_a_limit_that_is_raised_is_so_many_times_as_large() -> None:
    board = stepped(10, 20)
    every = [Judge(OUTPUTS, Limits({"null-rate": times})).judge(board)[0] for times in (1.0, 1.5, 2.0)]
    assert [one.limit for one in every] == [pytest.approx(one.raised * every[0].limit) for one in every]
    assert [one.raised for one in every] == [1.0, 1.5, 2.0]


def test_the_limits_of_other_monitors_and_series_stand() -> None:
    limits = Limits({"zero-rate": 2.0}, marked={Place("null-rate", "c1"): 1.5})
    assert [one.raised for one in Judge(OUTPUTS, limits).judge(stepped(10, 20, series=3))] == [1.0, 1.5, 1.0]


def test_a_judge_begins_anew_where_its_limits_change() -> None:
    judge, board = Judge(OUTPUTS), stepped(10, 20, series=3)
    judge.see(board)
    judge.limits = Limits(marked={Place("null-rate", "c0"): 3.0})
    assert judge.judge(board) == Judge(OUTPUTS, judge.limits).judge(board)
    judge.limits = Limits()
    assert judge.judge(board) == found(board)


def test_limits_that_say_the_same_leave_a_judge_where_it_was() -> None:
    judge, board = Judge(OUTPUTS), stepped(10, 20)
    judge.see(board)
    before = list(judge.watches[0].seen)
    judge.limits = Limits(marked={Place("null-rate", "elsewhere"): 3.0})
    judge.see(board)
    assert all(one is other for one, other in zip(judge.watches[0].seen, before, strict=True))


def test_the_more_series_a_monitor_watches_the_farther_out_is_each_ones_limit() -> None:
    alone, many = (found(board_of(swings(series, YEAR + 10), YEAR))[0].limit for series in (1, 50))
    assert alone < many < alone + 2


def test_judging_a_board_twice_changes_nothing() -> None:
    judge, board = Judge(OUTPUTS), stepped(10, 20, series=3)
    assert judge.judge(board) == judge.judge(board)


def test_a_judge_goes_on_and_does_not_judge_again_what_it_has_seen() -> None:
    judge, board = Judge(OUTPUTS), stepped(10, 20)
    judge.see(until(board, 15))
    before = list(judge.watches[0].seen)
    judge.see(board)
    assert all(one is other for one, other in zip(judge.watches[0].seen, before, strict=False))


@pytest.mark.parametrize(("back", "kept"), [(1, 19), (3, 17), (10, 0)])
def test_late_rows_take_a_judge_back_no_further_than_needed(back: int, kept: int) -> None:
    """Of the last windows it knows how it was then, though it came by one at a time; else it begins anew."""
    judge, board = Judge(OUTPUTS), stepped(10, 20)
    for windows in range(1, 21):
        judge.see(until(board, windows))
    before, values = list(judge.watches[0].seen), board.values.copy()
    values[0, -back] += 0.01
    judge.see(replace(board, values=values))
    assert [one is other for one, other in zip(judge.watches[0].seen, before, strict=True)].count(True) == kept


def test_what_was_known_of_windows_that_were_taken_back_is_forgotten() -> None:
    judge, board = Judge(OUTPUTS), stepped(10, 30)
    judge.see(until(board, 20))
    judge.see(until(board, 17))
    other = replace(board, values=np.where(np.arange(YEAR + 30) >= YEAR + 17, 0.3, board.values))
    judge.see(other)
    late = replace(other, values=np.where(np.arange(YEAR + 30) == YEAR + 19, 0.9, other.values))
    assert judge.judge(late) == found(late)


@pytest.mark.parametrize("other", ["baseline", "lines", "first window"])
def test_another_board_is_judged_as_by_a_judge_that_saw_none(other: str) -> None:
    judge, board = Judge(OUTPUTS), stepped(10, 20)
    judge.see(board)
    match other:
        case "baseline":
            board = board_of(np.concatenate([swings(1, YEAR, 9), board.values[:, YEAR:]], axis=1), YEAR)
        case "lines":
            board = replace(board, lines=columns(1, "zero_rate"))
        case _:
            board = replace(board, starts=board.starts + Grain.DAY.seconds)
    assert judge.judge(board) == found(board)


def test_why_a_window_cannot_be_judged_tells_what_is_missing() -> None:
    values = swings(1, 40)
    values[0, 20:39] = np.nan
    line = columns(1, "rank")
    [alone] = found(board_of(values, 20, line))
    [young] = found(board_of(swings(1, 9), 5, line))
    assert alone.why == "too few of the last 3 windows are known, which are looked at together"
    assert young.why == "too few windows to compare with: 14 say what is usual"
