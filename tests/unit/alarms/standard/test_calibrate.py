"""The pack is rehearsed on the reference set, and limits are raised where it would overspend its budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.unit.alarms.standard.boards import MONDAY, board_of, columns, swings

from bellbuoy.alarms.standard.board import Board, Line
from bellbuoy.alarms.standard.calibrate import (
    LONGEST,
    Episode,
    Rehearsal,
    _runs,
    is_over,
    known_lines,
    rehearse,
    strictness,
    together,
)
from bellbuoy.alarms.standard.limits import MOST, ROOM, Place
from bellbuoy.config.texts import Budget
from bellbuoy.windows import Grain

DAY = Grain.DAY.seconds
MONTHLY = Budget(1, timedelta(days=30))
NOTHING = frozenset[str]()


def quiet(windows: int = 200, series: int = 1) -> Board:
    """A reference set of noise, and ten windows that were lived through."""
    return board_of(swings(series, windows + 10), windows)


def stormy(*days: int, windows: int = 200, size: float = 0.5, series: int = 1) -> Board:
    """A reference set whose first series has a storm on some days."""
    board = quiet(windows, series)
    board.values[0, list(days)] += size
    return board


def episode(monitor: str = "misfit", peak: float = 1.5, column: str = "a") -> Episode:
    return Episode(Place(monitor, column), 0, 1, peak)


def rehearsal(*episodes: Episode, days: float = 30) -> Rehearsal:
    return Rehearsal(days, episodes)


# -- the rehearsal


def test_noise_rings_nothing() -> None:
    assert rehearse(quiet(series=20), NOTHING) == Rehearsal(100.0)


def test_the_second_half_is_judged_by_the_first() -> None:
    (one,) = rehearse(stormy(150), NOTHING).episodes
    assert (one.place, one.start, one.windows) == (Place("null-rate", "c0"), MONDAY + 150 * DAY, 1)
    assert one.peak > 1


def test_a_storm_of_the_first_half_is_usual_in_the_second() -> None:
    assert rehearse(stormy(40, 150), NOTHING).episodes == ()


def test_what_was_lived_through_has_no_part_in_it() -> None:
    board = quiet()
    board.values[0, 200:] += 0.5
    assert rehearse(board, NOTHING) == rehearse(quiet(), NOTHING)


def test_windows_in_a_row_are_one_alarm() -> None:
    """The median of the last three windows is high for one more."""
    (one,) = rehearse(stormy(150, 151, 152, 153), NOTHING).episodes
    assert one.windows == 5


@pytest.mark.parametrize(
    ("windows", "runs"), [([], []), ([4], [[4]]), ([4, 5, 7, 9], [[4, 5, 7, 9]]), ([4, 5, 8], [[4, 5], [8]])]
)
def test_an_alarm_is_over_after_two_calm_windows_as_in_life(windows: list[int], runs: list[list[int]]) -> None:
    assert list(_runs(windows)) == runs


def test_what_comes_again_much_later_is_another_alarm() -> None:
    assert len(rehearse(stormy(*range(150, 154), *range(170, 174)), NOTHING).episodes) == 2


def test_two_traits_of_one_monitor_on_one_column_are_one_alarm() -> None:
    lines = (Line("low_rate", "a"), Line("misfit", "a"), Line("misfit_bias", "a"))
    values = swings(3, 200)
    values[1:, 150] += 2.0
    (one,) = rehearse(board_of(values, 200, lines), NOTHING).episodes
    assert one.place == Place("misfit", "a")


def test_what_only_informs_is_not_counted() -> None:
    values = swings(1, 200)
    values[0, 150:160] += 0.5
    assert rehearse(board_of(values, 200, columns(1, "high_rate")), NOTHING).episodes == ()


def test_a_change_too_small_to_wake_anybody_is_not_counted() -> None:
    """A null rate that rises by 5 points for days is new, and tells, and wakes nobody."""
    values = swings(1, 200, size=1e-4)
    values[0, 150:160] += 0.05
    assert rehearse(board_of(values, 200), NOTHING).episodes == ()


def test_of_outputs_the_monitors_of_outputs_ring() -> None:
    (one,) = rehearse(stormy(150), frozenset({"c0"})).episodes
    assert one.place.monitor == "score-null-rate"


@pytest.mark.parametrize("windows", [0, 1, 27])
def test_where_half_is_too_short_to_learn_from_nothing_is_rehearsed(windows: int) -> None:
    assert rehearse(quiet(windows), NOTHING) == Rehearsal()


def test_a_board_whose_series_the_reference_set_does_not_know_is_not_rehearsed() -> None:
    board = quiet()
    board.values[:, :200] = np.nan
    assert (rehearse(board, NOTHING), known_lines(board)) == (Rehearsal(), ())


def test_no_more_windows_are_rehearsed_than_tell_something() -> None:
    board = stormy(100, windows=LONGEST + 200)
    assert rehearse(board, NOTHING) == Rehearsal(LONGEST / 2)


def test_a_series_that_comes_later_changes_nothing() -> None:
    """What a process that was started anew rehearses is what one did that ran on."""
    board, newcomer = stormy(150), np.full((1, 210), np.nan)
    newcomer[0, 200:] = 0.3
    values, variance, rows = (np.concatenate([part, newcomer]) for part in (board.values, board.variance, board.rows))
    later = replace(board, lines=columns(2), values=values, variance=variance, rows=rows)
    assert (rehearse(later, NOTHING), known_lines(later)) == (rehearse(board, NOTHING), known_lines(board))


def test_a_host_that_is_judged_by_the_whole_is_rehearsed_once_with_it() -> None:
    lines = (Line("misfit", "score"), Line("misfit", "score", "host", "a"), Line("misfit", "score", "host", "b"))
    values = np.repeat(swings(1, 200), 3, axis=0)
    values[:, 150] += 2
    values[2, 170] += 9
    found = rehearse(board_of(values, 200, lines), NOTHING).episodes
    assert [(one.place.segment, (one.start - MONDAY) // DAY) for one in found] == [("", 150), ("b", 150), ("b", 170)]


def test_what_waits_for_labels_is_rehearsed_where_it_began() -> None:
    values = swings(1, 200)
    values[0, 150:153] += 0.5
    (one,) = rehearse(board_of(values, 200, [Line("log_loss", rung=9)]), NOTHING).episodes
    assert (one.start - MONDAY) // DAY in {151, 152}


def test_boards_of_one_model_are_of_the_same_time() -> None:
    both = together([rehearsal(episode(), days=40), rehearsal(episode("drift"), days=39), Rehearsal()])
    assert (both.days, [one.place.monitor for one in both.episodes]) == (40, ["misfit", "drift"])
    assert together([]) == Rehearsal()


def test_monitors_are_told_the_noisiest_first() -> None:
    found = rehearsal(episode("drift"), episode("misfit"), episode("misfit", 2.5), episode("clock"))
    assert list(found.by_monitor().items()) == [("misfit", 2), ("clock", 1), ("drift", 1)]
    assert found.by_monitor({"misfit": 2.0, "clock": 2.0}) == {"drift": 1, "misfit": 1}


# -- the budget


@pytest.mark.parametrize(
    ("alarms", "days", "over"),
    [(0, 30, False), (1, 30, False), (3, 30, False), (4, 30, True), (2, 3, True), (1, 3, False), (15, 300, False)],
)
def test_a_budget_is_overspent_where_chance_does_not_explain_it(alarms: int, days: float, over: bool) -> None:
    assert is_over(rehearsal(*[episode()] * alarms, days=days), MONTHLY) is over


@pytest.mark.parametrize(("alarms", "over"), [(0, False), (1, True)])
def test_a_budget_of_none_is_overspent_by_the_first_alarm(alarms: int, over: bool) -> None:
    assert is_over(rehearsal(*[episode()] * alarms), Budget(0, timedelta(days=30))) is over


def test_a_rehearsal_of_no_time_overspends_nothing() -> None:
    assert strictness(Rehearsal(), MONTHLY) == {}


def test_within_the_budget_no_limit_is_raised() -> None:
    assert strictness(rehearsal(episode(), episode("drift"), episode("clock")), MONTHLY) == {}


def test_the_noisiest_monitor_is_raised_until_the_rest_is_within_the_budget() -> None:
    peaks: Sequence[float] = (1.1, 1.2, 1.3, 1.4, 2.0)
    found = rehearsal(*(episode(peak=peak) for peak in peaks), episode("drift", 1.01))
    assert strictness(found, replace(MONTHLY, alarms=2.0)) == {"misfit": pytest.approx(1.4 * ROOM)}
    assert strictness(found, MONTHLY) == {"drift": pytest.approx(1.01 * ROOM), "misfit": pytest.approx(1.4 * ROOM)}


def test_two_that_are_as_noisy_are_raised_in_turn() -> None:
    found = rehearsal(*(episode(name, peak) for name in ("a", "b") for peak in (1.1, 1.3, 1.5)))
    assert strictness(found, replace(MONTHLY, alarms=2.0)) == {
        "a": pytest.approx(1.3 * ROOM),
        "b": pytest.approx(1.3 * ROOM),
    }


def test_a_limit_is_never_raised_beyond_the_most() -> None:
    """What lies farther out would only be silent if the monitor were switched off."""
    found = rehearsal(*[episode(peak=50.0)] * 9, episode(peak=1.2))
    assert strictness(found, MONTHLY) == {"misfit": pytest.approx(1.2 * ROOM)}
    assert all(factor <= MOST for factor in strictness(rehearsal(*[episode(peak=2.9)] * 9), MONTHLY).values())
