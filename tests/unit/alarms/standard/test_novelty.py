"""A window is new where it leaves the range of what came before, by a jump; a short swing is learnt, a long one not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from bellbuoy.alarms.standard.novelty import (
    FEWEST,
    JUMP,
    YEAR,
    Novelty,
    Range,
    farthest,
    jumps_of,
    lasting,
    long_run,
    median_of,
)  # fmt: skip

Floats = NDArray[np.float64]
NAN = np.nan


def one(*values: float) -> Floats:
    return np.array(values, np.float64)


def noise(many: int, series: int = 1, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(0, 1, (series, many))


def novelty(baseline: Floats, *, limit: float = 3.0, creeping: bool = False) -> Novelty:
    """One of limits that are all the same."""
    many = len(baseline)
    return Novelty.learnt(np.full(many, limit), np.full(many, creeping), baseline)


def judged(novel: Novelty, values: ArrayLike) -> list[float]:
    """How far windows of one series are beyond, one after the other."""
    return [float(novel.judge(one(value), one(0.0))[0][0]) for value in np.asarray(values, np.float64)]


def news(novel: Novelty, values: ArrayLike) -> list[bool]:
    """Whether windows of one series are new, one after the other."""
    return [bool(novel.judge(one(value), one(0.0))[1][0]) for value in np.asarray(values, np.float64)]


def warmed(*, creeping: bool = False, seed: int = 1) -> Novelty:
    """One that knows a year, and has seen a month more of the same."""
    novel = novelty(noise(365, seed=seed), creeping=creeping)
    judged(novel, noise(30, seed=seed + 100)[0])
    return novel


def test_a_range_goes_from_the_least_to_the_greatest() -> None:
    covered = Range.of(np.array([[3.0, NAN, -1.0, 2.0], [5.0, 5.0, NAN, NAN]]))
    assert (covered.low.tolist(), covered.high.tolist()) == ([-1, 5], [3, 5])
    assert (covered.count.tolist(), covered.mean.tolist()) == ([3, 2], [4 / 3, 5])
    assert covered.squares.tolist() == [pytest.approx(26 / 3), 0]


def test_a_range_learns_only_what_is_meant_and_known() -> None:
    covered = Range.of(np.zeros((3, 2)))
    covered.learn(one(9.0, 9.0, NAN), np.array([True, False, True]))
    assert covered.high.tolist() == [9, 0, 0]
    assert covered.count.tolist() == [3, 2, 2]


def test_a_copy_of_a_range_stays_as_it_was() -> None:
    covered = Range.of(np.zeros((1, 20)))
    kept = covered.copy()
    covered.learn(one(9.0), np.array([True]))
    assert (kept.high[0], kept.count[0]) == (0, 20)


def test_within_the_range_nothing_is_beyond() -> None:
    covered = Range.of(noise(400))
    inside = (covered.low + covered.high) / 2
    assert covered.beyond(inside, one(0.0)).tolist() == [0]
    assert covered.beyond(covered.high, one(0.0)).tolist() == [0]


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_beyond_the_range_it_is_told_in_deviations_on_its_side(side: float) -> None:
    covered = Range.of(side * noise(400))
    end = covered.high if side > 0 else covered.low
    deviation = np.sqrt(covered.squares / covered.count)
    assert covered.beyond(end + side * 5 * deviation, one(0.0)) == pytest.approx(side * 5, abs=1e-9)


def test_the_noise_of_a_window_counts_with_that_of_all() -> None:
    covered = Range.of(noise(400))
    far = covered.high + 10
    natural = covered.squares / covered.count
    assert covered.beyond(far, 3 * natural) == pytest.approx(covered.beyond(far, one(0.0)) / 2)


def test_a_range_of_few_windows_is_taken_to_be_wider() -> None:
    short, whole = (np.tile([-1.0, 1.0], (1, half)) for half in (10, 200))
    far = one(6.0)
    assert 0 < Range.of(short).beyond(far, one(0.0))[0] < Range.of(whole).beyond(far, one(0.0))[0]


def test_windows_that_overlap_count_for_fewer() -> None:
    values, far = np.tile([-1.0, 1.0], (1, 100)), one(6.0)
    assert Range.of(values, overlap=14).beyond(far, one(0.0)) < Range.of(values).beyond(far, one(0.0))


def test_with_too_few_windows_nothing_is_known() -> None:
    few, enough = np.ones((1, FEWEST - 1)), np.ones((1, FEWEST))
    assert np.isnan(Range.of(few).beyond(one(1.0), one(1.0))).all()
    assert Range.of(enough).beyond(one(1.0), one(1.0)).tolist() == [0]


def test_what_never_moved_is_left_by_any_step() -> None:
    covered = Range.of(np.ones((2, 40)))
    assert covered.beyond(one(1.0, 1.5), one(0.0, 0.0)).tolist() == [0, np.inf]


def test_a_window_without_a_value_is_not_beyond() -> None:
    assert np.isnan(Range.of(noise(400)).beyond(one(NAN), one(0.0))).all()


def test_a_median_is_of_what_is_known() -> None:
    values = np.array([[1.0, NAN, 3.0, 9.0], [4.0, 2.0, NAN, NAN], [NAN] * 4])
    np.testing.assert_array_equal(median_of(values), [3, 3, NAN])
    np.testing.assert_array_equal(median_of(values, 3), [3, NAN, NAN])


def test_what_is_beyond_all_numbers_is_not_known() -> None:
    assert median_of(np.array([-np.inf, -np.inf, 1.0, 2.0, 3.0, np.inf])) == 2


def test_a_jump_is_from_the_median_of_the_windows_before() -> None:
    values = np.arange(30.0)[None, :] ** 2
    jumps = jumps_of(values)
    assert np.isnan(jumps[0, :5]).all()
    assert jumps[0, 5] == 25 - 4
    assert jumps[0, 29] == 29**2 - np.median(values[0, 29 - JUMP : 29])


@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_window_or_two_have_no_jumps(many: int) -> None:
    assert np.isnan(jumps_of(np.ones((3, many)))).all()
    assert jumps_of(np.ones((3, many))).shape == (3, many)


def test_a_burst_of_one_window_leaves_no_trace_in_what_lasts() -> None:
    np.testing.assert_array_equal(lasting(one(0, 0, 9, 0, 0)[None, :]), [[NAN, NAN, 0, 0, 0]])


def test_what_lasts_shows_once_most_of_three_windows_agree() -> None:
    np.testing.assert_array_equal(lasting(one(0, 0, 9, 9, NAN, 9)[None, :]), [[NAN, NAN, 0, 9, NAN, NAN]])


def test_a_long_run_is_known_with_half_of_its_windows() -> None:
    values = np.concatenate([np.full(8, NAN), np.full(8, 2.0)])[None, :]
    np.testing.assert_array_equal(long_run(values, 14)[0], [NAN] * 14 + [2.0, 2.0])


def test_a_burst_or_two_leave_no_trace_in_a_long_run() -> None:
    values = np.ones((1, 14))
    values[0, [3, 9]] = 1e6
    assert long_run(values, 14)[0, -1] == 1


def test_a_long_run_moves_with_what_most_windows_do() -> None:
    assert long_run(np.arange(14.0)[None, :], 14)[0, -1] == pytest.approx(6.5)


@pytest.mark.parametrize("of", [lasting, lambda values: long_run(values, 14)])
def test_fewer_windows_than_a_look_has_give_nothing_of_the_same_shape(of: type[Floats]) -> None:
    np.testing.assert_array_equal(of(np.ones((2, 2))), np.full((2, 2), NAN))


def test_the_farthest_of_more_windows_lies_farther_out() -> None:
    out = farthest(one(2, 365, 365 * 40, 10))
    assert (np.diff(out[[0, 3, 1, 2]]) > 0).all()
    assert out[1] == pytest.approx(2.777, abs=1e-3)  # the normal quantile of 364/365


def test_a_window_alone_has_a_farthest_too() -> None:
    assert farthest(one(0, 1, 2)).tolist() == [0, 0, 0]
    assert farthest(one(YEAR)).shape == (1,)


def test_more_of_the_same_is_not_new() -> None:
    assert max(map(abs, judged(warmed(), noise(50, seed=7)[0]))) < 1


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_large_step_is_new_at_once_and_stays_so(side: float) -> None:
    assert min(side * excess for excess in judged(warmed(), [side * 12.0] * 40)) > 3


def test_a_short_swing_is_learnt_when_it_is_over() -> None:
    novel = warmed()
    first = judged(novel, [12.0, 12.5, *noise(20, seed=3)[0], 12.0])
    assert (first[0] > 3, first[1] > 3, first[-1]) == (True, True, 0)


def test_a_swing_is_not_learnt_before_it_is_over() -> None:
    novel = warmed()
    judged(novel, [12.0, 12.0])
    assert novel.levels.high[0] < 5
    judged(novel, [0.0])
    assert novel.levels.high[0] == 12


def test_a_long_swing_is_never_learnt() -> None:
    novel = warmed()
    judged(novel, [*[12.0] * 3, *noise(20, seed=3)[0]])
    assert judged(novel, [12.0])[0] > 3


def test_windows_without_a_value_neither_lengthen_a_swing_nor_end_it() -> None:
    novel = warmed()
    judged(novel, [13.0, NAN, NAN, NAN, 12.0])
    assert novel.levels.high[0] < 5
    judged(novel, [0.0])
    assert novel.levels.high[0] == 13


def test_a_new_level_is_not_what_the_next_windows_are_a_jump_from() -> None:
    novel = warmed()
    before = novel.recent.copy()
    judged(novel, [12.0] * 5)
    np.testing.assert_array_equal(novel.recent, before)


@pytest.mark.parametrize(("creeping", "new"), [(False, False), (True, True)])
def test_a_step_no_longer_than_known_ones_is_new_only_where_level_alone_decides(creeping: bool, new: bool) -> None:
    """The baseline changes between 0 and 10: from 10 to 21 is no longer a step, and leads out of the range."""
    regimes = np.repeat([0.0, 10.0] * 5, 40) + noise(400)[0]
    novel = novelty(regimes[None, :], limit=1.0, creeping=creeping)
    assert news(novel, [*(noise(20, seed=2)[0] / 2 + 10), 21.0])[-1] is new


def test_a_window_far_from_those_before_it_is_not_new_within_the_range() -> None:
    novel = novelty(np.concatenate([noise(200), noise(200, seed=2) + 40], axis=1))
    judged(novel, noise(30, seed=5)[0])
    assert judged(novel, [40.0]) == [0]


def test_right_after_the_baseline_a_window_must_lie_four_times_as_far_out() -> None:
    alone, creeping = (judged(novelty(noise(365), creeping=way), [12.0])[0] for way in (False, True))
    assert alone == pytest.approx(creeping / 4)
    assert creeping > 3


def test_what_is_broken_from_the_first_window_on_is_new() -> None:
    assert news(novelty(noise(365)), [100.0, 100.0]) == [True, True]


def test_within_the_range_nothing_is_new_though_there_is_nothing_to_jump_from() -> None:
    assert judged(novelty(noise(365)), [0.0]) == [0]


def test_what_is_new_stays_so_a_little_nearer_to_the_usual() -> None:
    between = warmed().levels.high[0] + 2.0
    assert news(warmed(), [between]) == [False]
    assert news(warmed(), [12.0, between, 0.0, between]) == [True, True, False, False]


def test_what_cannot_be_told_is_not_new() -> None:
    assert news(novelty(noise(5)), [12.0]) == [False]
    assert news(warmed(), [NAN]) == [False]


def test_one_series_does_not_touch_another() -> None:
    """A swing that ends is learnt though another series is away at that moment, and before it."""
    novel = novelty(noise(365, 2))
    for value in noise(30, seed=5)[0]:
        novel.judge(one(value, value), one(0, 0))
    for values in ([12, 0], [13, 0], [0, 12], [0, 12]):
        novel.judge(one(*values), one(0, 0))
    assert novel.levels.high[0] == 13
    assert novel.levels.count[0] == novel.levels.count[1] + 2


def test_a_copy_goes_on_apart() -> None:
    novel = warmed()
    judged(novel, [12.0])
    other = novel.copy()
    assert judged(novel, [0.0, 12.0]) != judged(other, [12.0, 12.0])
    assert (novel.levels.high[0], other.levels.high[0] < 5) == (12, True)


def test_a_copy_knows_of_the_swing_that_it_was_made_in() -> None:
    novel = warmed()
    judged(novel, [12.0])
    other = novel.copy()
    assert judged(other, [0.0, 12.0]) == judged(novel, [0.0, 12.0])
    assert other.levels.high[0] == 12
