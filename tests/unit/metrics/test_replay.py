"""Logged scores beside those of the same rows scored again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bellbuoy.metrics.catalogue import entry, find
from bellbuoy.metrics.metric import Family
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.replay import REPLAYED, cut_off, distances, measure_replay
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.spread import Groups

LOGGED = np.array([[0.123456789], [0.987654321], [0.5]])


def profile(*apart: float) -> NumericProfile:
    groups = Groups(np.zeros(len(apart), np.int64), 1)
    return count_numbers(np.array(apart), None, groups).profile(0)


def apart(logged: float, again: float, tolerance: float = 1e-6) -> float:
    """One row's distance, beside rows that have all their digits."""
    return float(distances(np.vstack([LOGGED, [[logged]]]), np.vstack([LOGGED, [[again]]]), tolerance)[-1])


@pytest.mark.parametrize(
    ("logged", "again", "distance"),
    [
        (0.2, 0.2, 0.0),
        (0.2, 0.2000009, 0.0),
        (0.2, 0.21, 0.01),
        (1e6, 1e6 + 0.9, 0.0),  # a share of the logged score where that is above 1
        (1e6, 1e6 + 2, 2.0),
        (math.nan, math.nan, 0.0),
        (math.inf, math.inf, 0.0),
        (math.inf, 0.5, math.inf),
    ],
)
def test_scores_within_the_tolerance_are_the_same(logged: float, again: float, distance: float) -> None:
    assert apart(logged, again) == pytest.approx(distance)


@pytest.mark.parametrize(("logged", "again"), [(0.2, math.nan), (math.nan, 0.2)])
def test_a_number_on_one_side_only_is_a_difference_without_a_size(logged: float, again: float) -> None:
    assert math.isnan(apart(logged, again))


def test_of_many_classes_the_farthest_counts() -> None:
    logged, again = np.array([[0.1, 0.2, 0.7]]), np.array([[0.1, 0.6, 0.3]])
    assert distances(logged, again, 0.0)[0] == pytest.approx(0.4)


@pytest.mark.parametrize("digits", [1, 2, 3, 4, 5])
def test_digits_that_the_log_has_cut_off_are_no_difference(digits: int) -> None:
    truth = np.random.default_rng(1).random((500, 1))
    assert not distances(np.round(truth, digits), truth, 0.0).any()


def test_a_regression_that_is_logged_in_whole_numbers_is_no_difference() -> None:
    truth = 300 * np.random.default_rng(7).random((500, 1))
    assert not distances(np.round(truth), truth, 1e-6).any()


def test_scores_kept_in_32_bits_are_no_difference() -> None:
    truth = np.random.default_rng(2).random((500, 1))
    assert not distances(truth.astype(np.float32).astype(float), truth, 1e-6).any()


def test_what_is_more_than_a_cut_off_digit_is_a_difference() -> None:
    truth = np.random.default_rng(3).random((500, 1))
    assert (distances(np.round(truth + 2e-4, 4), truth, 0.0) > 0).all()


@pytest.mark.parametrize("values", [[0.0], [0.5], [0.0, 1.0]])
def test_one_or_two_scores_that_repeat_are_not_taken_for_cut_off(values: list[float]) -> None:
    assert not cut_off(np.array([values * 9]).T).any()


def test_of_very_few_rows_the_digits_are_believed() -> None:
    assert cut_off(np.array([[0.25]])).tolist() == [[0.005]]


def test_scores_with_all_their_digits_are_not_cut_off() -> None:
    assert not cut_off(np.random.default_rng(4).random((500, 1))).any()


def test_scores_that_have_a_digit_less_by_chance_are_cut_off_where_the_others_are() -> None:
    logged = np.round(np.random.default_rng(5).random((2_000, 1)), 4)
    assert (cut_off(logged) == 0.00005).all()


@pytest.mark.parametrize("constant", [83.9398, 1 / 3])
def test_a_fallback_with_more_digits_leaves_the_other_rows_as_they_are(constant: float) -> None:
    truth = 100 * np.random.default_rng(6).random((500, 1))
    logged = np.round(truth, 2)
    logged[:400] = constant
    apart = distances(logged, truth, 1e-6) > 0
    assert apart[:400].mean() > 0.99
    assert not apart[400:].any()


def test_without_any_number_nothing_is_cut_off() -> None:
    assert not cut_off(np.array([[math.nan]])).any()


def test_the_share_is_of_the_rows_that_were_compared() -> None:
    rows = profile(0, 0, 0.5, math.nan, math.inf) + NumericProfile(rows=3, nulls=3)
    reading = measure_replay("replay_difference", rows)
    assert isinstance(reading, Measured)
    assert (reading.value, reading.rows) == (0.6, 5)
    assert reading.low < 0.6 < reading.high


def test_no_difference_at_all_still_has_an_upper_end() -> None:
    reading = measure_replay("replay_difference", profile(*[0.0] * 500))
    assert isinstance(reading, Measured)
    assert (reading.value, reading.low) == (0, 0)
    assert 0 < reading.high < 0.01


def test_distances_have_a_mean_and_a_greatest() -> None:
    mean, most = (measure_replay(name, profile(0, 0, 0, 2)) for name in ("replay_mean_distance", "replay_max_distance"))
    assert isinstance(mean, Measured)
    assert isinstance(most, Measured)
    assert (mean.value, most.value) == (0.5, 2)


@pytest.mark.parametrize("name", REPLAYED)
def test_where_nothing_was_compared_nothing_is_said(name: str) -> None:
    assert measure_replay(name, NumericProfile(rows=2, nulls=2)) == Unmeasured("no rows were scored again")


@pytest.mark.parametrize("name", REPLAYED)
def test_every_model_can_have_it(name: str) -> None:
    assert find(name, Subject("regression")) == name
    assert entry(name).family is Family.REPLAY
