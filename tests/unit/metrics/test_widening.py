from __future__ import annotations

import math

import numpy as np
import pytest

from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.widening import Told, widened

DAY = 86_400
ANY = (-math.inf, math.inf)


def history(stray: float, windows: int = 300, noise: float = 0.02) -> tuple[list[Told], dict[int, Reading]]:
    """Estimates of 0.7, and truths that stray from it by chance (which intervals grant) and by more than chance."""
    random = np.random.default_rng(4)
    half = 1.96 * noise
    told = [Told(day * DAY, (day + 1) * DAY, Measured(0.7, 0.7 - half, 0.7 + half, 100)) for day in range(windows)]
    truth: dict[int, Reading] = {}
    for one in told:
        value = 0.7 + random.normal(0, noise) + random.normal(0, stray)
        truth[one.start] = Measured(value, value, value, 100)
    return told, truth


def covered(told: list[Told], truth: dict[int, Reading], lag: int = DAY) -> float:
    """The share of the later windows whose interval held the truth."""
    wide = list(widened(told, truth, lag, ANY))[30:]
    pairs = zip(wide, (truth[one.start] for one in told[30:]), strict=True)
    held = [a.low <= b.value <= a.high for a, b in pairs if isinstance(a, Measured) and isinstance(b, Measured)]
    return float(np.mean(held))


@pytest.mark.parametrize("stray", [0.0, 0.02, 0.1])
def test_intervals_hold_the_truth_however_far_the_world_strays(stray: float) -> None:
    assert 0.92 <= covered(*history(stray)) <= 0.99


def test_without_the_past_they_would_not() -> None:
    told, truth = history(0.1)
    assert covered(told, truth, lag=400 * DAY) < 0.5


def test_only_what_was_known_when_a_window_began_is_used() -> None:
    told, truth = history(0.1, windows=40)
    late = list(widened(told, truth, 39 * DAY, ANY))
    assert late == [one.reading for one in told]


def test_the_first_windows_have_no_past_to_learn_from() -> None:
    told, truth = history(0.1, windows=40)
    assert list(widened(told, truth, 0, ANY))[:3] == [one.reading for one in told[:3]]


def test_an_interval_stays_within_what_the_metric_can_be() -> None:
    told, truth = history(0.3, windows=40)
    *_, last = widened(told, truth, 0, (0.0, 1.0))
    assert isinstance(last, Measured)
    assert (last.low >= 0.0, last.high) == (True, 1.0)


def test_a_window_that_was_not_estimated_stays_so() -> None:
    told, truth = history(0.1, windows=40)
    told[35] = Told(35 * DAY, 36 * DAY, Unmeasured("no scores"))
    assert list(widened(told, truth, 0, ANY))[35] == Unmeasured("no scores")
