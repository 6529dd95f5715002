"""Errors to expect are learnt by kind of prediction, as far as they go with it."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.metrics.samples import Guessed, guessed

from bellbuoy.metrics.losses import Losses, learn_losses
from bellbuoy.profiles import buckets
from bellbuoy.profiles.outcome import Outcome


def growing(rows: int, *, seed: int = 1, size: float = 0.1, off: float = 0.0) -> Guessed:
    """Errors as large as predictions are, times `size`."""
    random = np.random.default_rng(seed)
    prediction = np.exp(random.normal(4, 1, rows))
    return Guessed(prediction, prediction - off - size * prediction * random.normal(size=rows))


def apart(rows: int, *, seed: int = 1) -> Outcome:
    """Errors that do not go with predictions."""
    random = np.random.default_rng(seed)
    prediction = np.exp(random.normal(4, 1, rows))
    return Guessed(prediction, prediction - random.normal(1, 5, rows)).outcome


def mean_size(losses: Losses, prediction: float) -> float:
    counts = losses.counts(buckets.encode(np.array([prediction])), np.ones(1))
    return float(counts @ np.abs(losses.error)) * losses.missed.size


def test_errors_that_grow_with_predictions_are_expected_to() -> None:
    losses = learn_losses(growing(40_000).outcome)
    half_normal = np.sqrt(2 / np.pi)
    for prediction in (20.0, 50.0, 150.0):
        assert mean_size(losses, prediction) == pytest.approx(0.1 * half_normal * prediction, rel=0.08)


def test_errors_that_do_not_go_with_predictions_are_taken_as_alike() -> None:
    losses = learn_losses(apart(5_000))
    assert mean_size(losses, 5.0) == pytest.approx(mean_size(losses, 500.0), rel=0.1)


def test_there_is_more_evidence_for_kinds_where_errors_go_with_them() -> None:
    assert learn_losses(growing(5_000).outcome).gain > 100
    assert 0 <= learn_losses(apart(5_000)).gain < 10


def test_shares_of_errors_add_up_to_one_for_every_kind_of_prediction() -> None:
    losses = learn_losses(guessed(3_000).outcome)
    assert losses.shares.sum(axis=1) == pytest.approx(1.0)
    assert np.bincount(losses.column, losses.within) == pytest.approx(1.0)


def test_of_the_rows_learnt_from_the_mean_error_and_its_size_are_as_they_were() -> None:
    outcome = guessed(3_000).outcome
    losses, made = learn_losses(outcome), outcome.cells["prediction"]
    errors = losses.counts(made.codes, made.counts)
    assert losses.mean_error(buckets.middles(made.codes)) @ made.counts == pytest.approx(outcome.sums["error"])
    assert losses.missed.size * (errors @ np.abs(losses.error)) == pytest.approx(outcome.sums["absolute"])


def test_rows_are_parted_between_two_kinds_and_none_is_lost() -> None:
    losses = learn_losses(guessed(3_000).outcome)
    codes = buckets.encode(np.array([-1e9, 0.0, 44.0, 53.0, 1e9]))
    weights = losses.weights(codes, np.arange(1.0, 6.0))
    assert weights.sum() == pytest.approx(15.0)
    assert (weights[0], weights[-1]) == pytest.approx((3.0, 5.0))


def test_the_mean_error_rises_as_it_did_within_a_kind_as_well() -> None:
    random = np.random.default_rng(3)
    label = random.normal(1_000, 10, 20_000)
    prediction = label + random.normal(0, 10, 20_000)
    losses = learn_losses(Guessed(prediction, label).outcome)
    low, high = losses.mean_error(np.array([990.0, 1_010.0]))
    assert high - low == pytest.approx(10.0, rel=0.1)


def test_a_part_of_few_rows_stays_near_the_whole_and_one_of_many_goes_its_own_way() -> None:
    whole = learn_losses(growing(20_000).outcome)
    few, many = (learn_losses(growing(rows, seed=2, size=0.3).outcome, whole) for rows in (30, 20_000))
    assert abs(mean_size(few, 50.0) / mean_size(whole, 50.0) - 1) < 1.0
    assert mean_size(many, 50.0) / mean_size(whole, 50.0) > 2.0


def test_a_part_like_the_whole_has_hardly_evidence_of_its_own() -> None:
    whole = learn_losses(growing(20_000).outcome)
    like, unlike = (learn_losses(growing(2_000, seed=5, size=size).outcome, whole).gain for size in (0.1, 0.2))
    assert like < 0.02 * unlike


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_numbers_too_large_or_too_small_for_a_square_are_learnt_from(size: float) -> None:
    losses = learn_losses(guessed(200, size=size).outcome)
    assert np.isfinite(losses.shares).all()
