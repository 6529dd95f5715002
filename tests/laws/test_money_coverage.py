"""The interval of what decisions are worth holds the truth as often as it says, with few rows and rare costs too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bellbuoy.metrics.intervals import Floats
from bellbuoy.metrics.money import gains_interval, skewed_interval

DRAWS = 2_000
#: Passes, misses, false alarms, hits.
GAINS = np.array([0.0, -300.0, -15.0, 120.0])
USUAL, RARE, GOOD = [0.5, 0.1, 0.1, 0.3], [0.92, 0.01, 0.05, 0.02], [0.5, 0.03, 0.02, 0.45]


def held_by_cells(shares: Sequence[float], rows: int) -> float:
    """How often the interval from a confusion holds the true mean."""
    random, truth, held = np.random.default_rng(rows), float(GAINS @ np.array(shares)), 0
    for counts in random.multinomial(rows, shares, DRAWS).astype(np.float64):
        low, high = gains_interval(counts, GAINS, float(counts @ GAINS) / rows)
        held += low <= truth <= high
    return held / DRAWS


def costs(random: np.random.Generator, rows: int, share: float) -> Floats:
    """What rows are worth: 2 % of the amount, or the loss of all of it in a share of them."""
    amount = np.exp(random.normal(4.0, 0.5, rows))
    return np.where(random.random(rows) < share, -amount, 0.02 * amount)


def held_by_sums(share: float, rows: int) -> float:
    """How often the interval from sums of powers holds the true mean."""
    random, held = np.random.default_rng(rows), 0
    truth = np.exp(4.0 + 0.5**2 / 2) * (0.02 * (1 - share) - share)
    for _ in range(DRAWS):
        worth = costs(random, rows, share)
        mean, square, cube = (float((worth**power).mean()) for power in (1, 2, 3))
        low, high = skewed_interval(mean, square, cube, rows)
        held += low <= truth <= high
    return held / DRAWS


@pytest.mark.parametrize("rows", [50, 300, 2_000])
@pytest.mark.parametrize("shares", [USUAL, GOOD])
def test_the_value_of_a_confusion_is_as_sure_as_it_says(shares: Sequence[float], rows: int) -> None:
    assert 0.93 <= held_by_cells(shares, rows) <= 0.97


@pytest.mark.parametrize("rows", [1_000, 5_000])
def test_it_is_where_costs_are_rare(rows: int) -> None:
    assert 0.93 <= held_by_cells(RARE, rows) <= 0.97


@pytest.mark.parametrize("rows", [20, 100])
def test_where_rows_are_too_few_for_rare_costs_it_is_rather_too_wide(rows: int) -> None:
    assert held_by_cells(RARE, rows) >= 0.95


@pytest.mark.parametrize(("share", "rows"), [(0.3, 100), (0.1, 300), (0.1, 2_000), (0.02, 5_000)])
def test_the_value_of_an_expression_is_as_sure_as_it_says(share: float, rows: int) -> None:
    assert 0.93 <= held_by_sums(share, rows) <= 0.97
