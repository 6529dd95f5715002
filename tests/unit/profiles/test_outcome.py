"""Predictions and errors of a regression are counted together, in few wide buckets that can be found again."""

from __future__ import annotations

import numpy as np
import pytest

from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import (
    JOINT,
    joint_codes,
    joint_error,
    joint_middles,
    joint_prediction,
    regression_outcome,
    regression_promise,
)
from bellbuoy.profiles.packing import pack_parts, pack_sums, unpack_parts, unpack_sums

VALUES = np.array([-1e308, -3.7, -1e-300, 0.0, 1e-300, 0.5, 3.7, 1e308])


def test_a_joint_code_is_of_both_and_is_taken_apart_again() -> None:
    codes = buckets.encode(VALUES)
    prediction, error = np.divmod(joint_codes(codes, codes[::-1]), JOINT)
    assert (prediction == joint_prediction(codes)).all()
    assert (error == joint_error(codes[::-1])).all()


def test_wide_buckets_stand_for_values_within_their_width() -> None:
    values = np.concatenate([VALUES[1:-1], np.exp(np.linspace(-20, 20, 999))])
    by_prediction, _ = joint_middles(joint_prediction(buckets.encode(values)))
    _, by_error = joint_middles(joint_error(buckets.encode(values)))
    assert by_prediction == pytest.approx(values, rel=0.1)
    assert by_error == pytest.approx(values, rel=0.21)


def test_zero_has_a_wide_bucket_of_its_own() -> None:
    codes = buckets.encode(np.array([-1e-308, 0.0, 1e-308]))
    assert len(set(joint_error(codes).tolist())) == len(set(joint_prediction(codes).tolist())) == 3
    assert joint_error(codes)[1] == 0


def test_joint_cells_have_every_row_and_no_more_cells_than_errors_have_wide_buckets_by_prediction() -> None:
    random = np.random.default_rng(1)
    prediction = random.normal(50, 10, 5_000)
    cells = regression_outcome(prediction, prediction + random.normal(0, 4, 5_000)).cells
    assert cells["joint"].total == 5_000
    assert len(cells["joint"].codes) < len(cells["error"].codes)


def test_joint_cells_and_the_sums_of_a_promise_are_packed_under_short_names() -> None:
    random = np.random.default_rng(1)
    prediction = random.normal(50, 10, 500)
    joint = {"joint": regression_outcome(prediction, prediction + random.normal(0, 4, 500)).cells["joint"]}
    assert unpack_parts(pack_parts(joint)) == joint
    assert len(pack_parts(joint)) < 3.1 * len(joint["joint"].codes) + 12
    sums = regression_promise(prediction).whole().sums
    assert unpack_sums(pack_sums(sums)) == sums
    assert len(pack_sums(sums)) == 18


def test_a_promise_has_the_exact_sum_of_predictions_and_of_their_squares() -> None:
    promise = regression_promise(np.array([1.0, -2.0, 4.0])).whole()
    assert promise.sums == {"prediction": 3.0, "prediction_square": 21.0}
