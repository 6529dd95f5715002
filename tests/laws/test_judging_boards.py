"""A judge that goes on finds what one finds that sees all at once, whatever changed in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.alarms.standard.boards import MONDAY, board_of, breaches, columns, found, until

from bellbuoy.alarms.standard.board import Board, Line, season_in
from bellbuoy.alarms.standard.judge import Judge
from bellbuoy.profiles.ages import LADDER
from bellbuoy.windows import Grain

Floats = NDArray[np.float64]
laws = settings(max_examples=25, deadline=None, derandomize=True, database=None)
REFERENCE, LIVED = 150, 25
#: Of all three ways to look, of both sides, of outputs, and one that waits for labels.
LINES = (
    *columns(2), Line("rank", "c0"), Line("low_rate", "score"), Line("misfit", "score"), Line("outcome_gap"),
    Line("log_loss", rung=LADDER.index(Grain.DAY.seconds)),
)  # fmt: skip
OUTPUTS = frozenset({"score"})
Change = tuple[int, int, float]
#: Steps in any series from any window on, up or down, large or small; and single windows that change or are lost.
steps = st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, LIVED - 1), st.floats(-0.5, 0.5)), max_size=4)
spots = st.lists(
    st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, LIVED - 1), st.floats(-0.5, 0.5) | st.just(np.nan)),
    min_size=1,
    max_size=3,
)
seeds = st.integers(0, 1_000)


def drawn(seed: int, changes: Sequence[Change] = ()) -> Board:
    """Noise that is a little rougher on Sundays, with steps."""
    values = np.random.default_rng(seed).normal(0.4, 0.01, (len(LINES), REFERENCE + LIVED))
    values[:, 6::7] += 0.05
    for place, at, size in changes:
        values[place, REFERENCE + at :] += size
    return board_of(values, REFERENCE, LINES)


def spotted(board: Board, changes: Sequence[Change]) -> Board:
    values = board.values.copy()
    for place, at, size in changes:
        values[place, REFERENCE + at] += size
    return replace(board, values=values)


def told(judge: Judge, board: Board) -> list[str]:
    """What a judge finds now, as text: there, what is not a number is like itself."""
    return [repr(one) for one in judge.judge(board)]


def fresh(board: Board) -> list[str]:
    """What one finds that has seen nothing before."""
    return told(Judge(OUTPUTS), board)


@laws
@given(seeds, steps, st.lists(st.integers(1, LIVED), max_size=6))
def test_window_by_window_or_at_once_the_findings_are_the_same(
    seed: int, changes: list[Change], stops: list[int]
) -> None:
    judge, board = Judge(OUTPUTS), drawn(seed, changes)
    for windows in (*sorted(stops), LIVED):
        part = until(board, windows)
        assert told(judge, part) == fresh(part)


@laws
@given(seeds, steps)
def test_what_was_found_of_a_window_stands_when_others_have_come(seed: int, changes: list[Change]) -> None:
    judge, board = Judge(OUTPUTS), drawn(seed, changes)
    then = [told(judge, until(board, windows)) for windows in range(1, LIVED + 1)]
    assert [[repr(one) for one in judge.findings(board, at)] for at in range(LIVED)] == then


@laws
@given(seeds, steps, spots, st.integers(0, 5))
def test_late_rows_are_judged_as_if_they_had_been_in_time(
    seed: int, changes: list[Change], late: list[Change], back: int
) -> None:
    judge, board = Judge(OUTPUTS), drawn(seed, changes)
    for windows in range(LIVED - 6, LIVED - back + 1):
        judge.see(until(board, windows))
    assert told(judge, spotted(board, late)) == fresh(spotted(board, late))
    assert told(judge, board) == fresh(board)


@laws
@given(seeds, steps, st.integers(1, LIVED - 1))
def test_windows_that_are_taken_back_leave_nothing(seed: int, changes: list[Change], left: int) -> None:
    judge, board = Judge(OUTPUTS), drawn(seed, changes)
    judge.see(board)
    assert told(judge, until(board, left)) == fresh(until(board, left))
    assert told(judge, board) == fresh(board)


@laws
@given(seeds, steps, st.integers(1, LIVED - 1))
def test_windows_that_roll_off_leave_nothing(seed: int, changes: list[Change], gone: int) -> None:
    judge, board = Judge(OUTPUTS), drawn(seed, changes)
    judge.see(board)
    kept = np.r_[:REFERENCE, REFERENCE + gone : REFERENCE + LIVED]
    values, variance, rows = (part[:, kept] for part in (board.values, board.variance, board.rows))
    rolled = replace(board, starts=board.starts[kept], values=values, variance=variance, rows=rows)
    assert told(judge, rolled) == fresh(rolled)


@laws
@given(seeds, steps)
def test_judging_again_changes_nothing(seed: int, changes: list[Change]) -> None:
    judge, board = Judge(OUTPUTS), drawn(seed, changes)
    first = told(judge, board)
    assert [told(judge, board) for _ in range(3)] == [first] * 3


@laws
@given(seeds, steps, st.permutations(range(len(LINES))))
def test_the_order_of_series_does_not_matter(seed: int, changes: list[Change], order: list[int]) -> None:
    board = drawn(seed, changes)
    values, variance, rows = (part[order] for part in (board.values, board.variance, board.rows))
    lines = tuple(LINES[place] for place in order)
    other = fresh(replace(board, lines=lines, values=values, variance=variance, rows=rows))
    assert [other[order.index(place)] for place in range(len(LINES))] == fresh(board)


@laws
@given(seeds, st.integers(0, LIVED - 1))
def test_a_large_step_breaches_in_the_window_that_it_is_in_or_soon_after(seed: int, at: int) -> None:
    """Right after the reference set there is nothing yet to jump from."""
    late = breaches(drawn(seed, [(0, at, 0.5)]))[0]
    if at < 5:
        assert not late or min(late) >= at
    else:
        assert late == list(range(at, LIVED))


@laws
@given(seeds, st.lists(st.floats(-2, 2), min_size=7, max_size=7))
def test_a_season_that_the_reference_set_has_breaches_nothing(seed: int, weekdays: list[float]) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.01, (len(LINES), REFERENCE + LIVED))
    season = np.resize(weekdays, REFERENCE + LIVED)
    noise += season
    # What waits a day for labels stands a day later than the day that it is of.
    noise[-1, REFERENCE:] += np.roll(season, 1)[REFERENCE:] - season[REFERENCE:]
    assert breaches(board_of(noise, REFERENCE, LINES)) == [[]] * len(LINES)


@laws
@given(
    st.lists(st.integers(-9, 9).map(float), min_size=7, max_size=7),
    st.integers(4, 9),
    st.integers(0, 6),
    st.integers(-50, 50),
)
def test_taking_out_a_season_leaves_what_is_left_without_one(
    weekdays: list[float], weeks: int, shift: int, level: int
) -> None:
    starts = MONDAY + (np.arange(7 * weeks) + shift) * Grain.DAY.seconds
    values = np.resize(weekdays, 7 * weeks)[None, :] + level
    without = season_in(values, starts, Grain.DAY).without(values, starts)
    assert np.ptp(without) == pytest.approx(0, abs=1e-9)
    assert season_in(without, starts, Grain.DAY).usual == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_white_noise_of_every_kind_of_series_breaches_nowhere(seed: int) -> None:
    lines = tuple(
        Line(metric, f"c{number}") for metric in ("null_rate", "rank", "level", "share") for number in range(20)
    )
    noise = np.random.default_rng(seed).normal(0.5, 0.1, (len(lines), 365 + 90))
    assert breaches(board_of(noise, 365, lines)) == [[]] * len(lines)


def test_boards_of_no_series_have_nothing_to_find() -> None:
    assert found(replace(drawn(1), lines=(), values=np.zeros((0, REFERENCE + LIVED)))) == []
