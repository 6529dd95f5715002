from __future__ import annotations

import math

import numpy as np
import pytest

from bellbuoy.metrics.early import settled, surer
from bellbuoy.metrics.intervals import rate_interval
from bellbuoy.metrics.reading import Measured, Unmeasured


def reading(value: float, half: float = 0.02, rows: int = 100) -> Measured:
    return Measured(value, value - half, value + half, rows, 0.001)


def share(hits: int, rows: int) -> Measured:
    return Measured(hits / rows, *rate_interval(hits / rows, rows), rows)


def test_what_age_did_to_earlier_windows_is_taken_off() -> None:
    found = settled(reading(0.95), then=reading(0.94), final=reading(0.80))
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(0.81)
    assert found.low < found.value < found.high


def test_the_interval_holds_the_noise_of_all_three() -> None:
    found = settled(reading(0.9, 0.03), reading(0.9, 0.04), reading(0.9, 0.0))
    assert isinstance(found, Measured)
    assert [found.low, found.high] == pytest.approx([0.85, 0.95])
    assert found.bound == pytest.approx(0.003)


def test_without_a_label_there_is_nothing_to_settle() -> None:
    assert settled(Unmeasured("no labels yet"), reading(0.9), reading(0.9)) == Unmeasured("no labels yet")


def test_without_earlier_windows_it_says_so() -> None:
    found = settled(reading(0.9), Unmeasured("no labels yet"), reading(0.9))
    assert found == Unmeasured("no earlier windows to compare with at this age")


def test_several_looks_are_wider_than_one() -> None:
    one, eight = (surer(reading(0.9), looks, (0.0, 1.0)) for looks in (1, 8))
    assert isinstance(one, Measured)
    assert isinstance(eight, Measured)
    assert [one.low, one.high] == pytest.approx([0.88, 0.92])
    assert eight.low == pytest.approx(0.9 - 0.02 * 2.734 / 1.96, abs=1e-4)


def test_what_settles_stays_within_what_the_metric_can_be() -> None:
    found = surer(settled(reading(1.0, 0.0), reading(0.9), reading(0.99), (0.0, 1.0)), 8, (0.0, 1.0))
    assert isinstance(found, Measured)
    assert 0 < found.low < found.value < found.high <= 1.0


def test_odds_move_by_what_they_moved_by() -> None:
    found = settled(reading(0.8, 0.01), reading(0.8, 0.01), reading(0.2, 0.01), (0.0, 1.0))
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(0.2)
    less = settled(reading(0.5, 0.01), reading(0.8, 0.01), reading(0.2, 0.01), (0.0, 1.0))
    assert isinstance(less, Measured)
    assert less.value == pytest.approx(1 / 17)


def test_sizes_move_by_what_they_were_multiplied_by() -> None:
    found = settled(reading(6.0), reading(3.0), reading(5.0), (0.0, math.inf))
    assert isinstance(found, Measured)
    assert found.value == pytest.approx(10.0)
    assert found.low > 0


def test_nothing_measured_stays_so_however_many_looks() -> None:
    assert surer(Unmeasured("no labels yet"), 8, (0.0, 1.0)) == Unmeasured("no labels yet")


def fraud(random: np.random.Generator, rows: int, rate: float) -> tuple[Measured, Measured]:
    """Precision of a window at an early age and in the end: fraud is reported soon, honesty late."""
    truth = random.random(rows) < rate
    soon = random.random(rows) < np.where(truth, 0.9, 0.2)
    return share(int((truth & soon).sum()), int(soon.sum())), share(int(truth.sum()), rows)


def test_early_windows_cover_what_they_become_although_early_labels_are_biased() -> None:
    random, held, naive = np.random.default_rng(3), 0, 0
    for _ in range(400):
        then, final = fraud(random, 20_000, 0.3)
        now, truth = fraud(random, 400, 0.3)
        found = settled(now, then, final, (0.0, 1.0))
        assert isinstance(found, Measured)
        held += found.low <= truth.value <= found.high
        naive += now.low <= truth.value <= now.high
    assert held >= 0.93 * 400
    assert naive <= 0.05 * 400
