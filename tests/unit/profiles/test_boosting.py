"""Boosted trees learn what one column is from binned others, and only from those that they may look at."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bellbuoy.profiles.boosting import BINS, boost

Bits = NDArray[np.uint8]
Floats = NDArray[np.float64]
ROWS = 3_000


@pytest.fixture
def codes() -> Bits:
    return np.random.default_rng(1).integers(0, BINS, (4, ROWS)).astype(np.uint8)


def left_over(
    codes: Bits, target: Floats, allowed: tuple[int, ...] = (0, 1, 2, 3), named: tuple[int, ...] = ()
) -> float:
    """The share of the variance that is not explained, of rows that were not learnt from."""
    half = ROWS // 2
    made, _ = boost(codes[:, :half], target[:half], allowed, named, seed=3)
    rest = target[half:] - made.predict(codes[:, half:])
    return float(rest.var() / target[half:].var())


def test_a_straight_line_is_learnt(codes: Bits) -> None:
    assert left_over(codes, codes[0] / BINS) < 0.02


def test_two_columns_that_tell_only_together_are_learnt(codes: Bits) -> None:
    assert left_over(codes, (codes[0] - 15.5) * (codes[1] - 15.5)) < 0.15


def test_noise_is_not_learnt(codes: Bits) -> None:
    noise = np.random.default_rng(2).normal(size=ROWS)
    assert 0.9 < left_over(codes, noise) < 1.6


def test_a_column_that_is_not_allowed_is_not_looked_at(codes: Bits) -> None:
    target = codes[0] / BINS
    made, worth = boost(codes, target, [1, 2, 3], [], seed=3)
    assert 0 not in made.columns
    assert worth[0] == 0
    assert left_over(codes, target, allowed=(1, 2, 3)) > 0.9


def test_what_explains_the_target_is_worth_most(codes: Bits) -> None:
    _, worth = boost(codes, codes[2] / BINS, [0, 1, 2, 3], [], seed=3)
    assert worth[2] > 0.95 * worth.sum()


def test_categories_are_put_in_the_order_of_what_they_go_with(codes: Bits) -> None:
    means = np.random.default_rng(4).permutation(BINS) / BINS
    made, _ = boost(codes, means[codes[1]], [1], [1], seed=3)
    assert np.argsort(made.order[1]).tolist() == np.argsort(means).tolist()
    assert left_over(codes, means[codes[1]], named=(1,)) < 0.02


def test_numbers_stay_in_their_own_order(codes: Bits) -> None:
    made, _ = boost(codes, codes[0] / BINS, [0, 1], [1], seed=3)
    assert made.order[0].tolist() == list(range(BINS))


def test_the_same_rows_and_seed_give_the_same_trees(codes: Bits) -> None:
    one, other = (boost(codes, codes[0] / BINS, [0, 1], [], seed=5)[0] for _ in range(2))
    assert (one.columns == other.columns).all()
    assert (one.leaves == other.leaves).all()


def test_another_seed_gives_other_trees(codes: Bits) -> None:
    one, other = (boost(codes, codes[0] / BINS, [0, 1, 2], [], seed=seed)[0] for seed in (5, 6))
    assert (one.cuts != other.cuts).any()


def test_a_target_that_never_changes_is_known_exactly(codes: Bits) -> None:
    made, worth = boost(codes, np.full(ROWS, 0.25), [0, 1], [], seed=3)
    assert made.predict(codes).tolist() == [0.25] * ROWS
    assert worth.sum() == 0


def test_rows_are_predicted_alike_however_many_there_are(codes: Bits) -> None:
    made, _ = boost(codes, codes[0] / BINS, [0, 1], [], seed=3)
    one_by_one = [made.predict(codes[:, place : place + 1])[0] for place in range(50)]
    assert one_by_one == pytest.approx(made.predict(codes)[:50].tolist(), abs=1e-12)


def test_no_rows_are_no_predictions(codes: Bits) -> None:
    made, _ = boost(codes, codes[0] / BINS, [0, 1], [], seed=3)
    assert len(made.predict(codes[:, :0])) == 0


def test_a_prediction_leaves_the_bins_as_they_are(codes: Bits) -> None:
    before = codes.copy()
    made, _ = boost(codes, codes[0] / BINS, [0, 1], [1], seed=3)
    made.predict(codes)
    assert (codes == before).all()


def test_few_rows_and_one_column_are_enough_to_run() -> None:
    codes = np.arange(8, dtype=np.uint8)[None, :]
    made, _ = boost(codes, codes[0] / 8, [0], [], seed=3)
    assert np.isfinite(made.predict(codes)).all()
