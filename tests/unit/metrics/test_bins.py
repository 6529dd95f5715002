from __future__ import annotations

import numpy as np
import pytest

from bellbuoy.metrics.bins import table_of
from bellbuoy.metrics.drift import measure_shift, shift_noise, significance
from bellbuoy.metrics.reading import Measured
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import CategoryProfile, Profile
from bellbuoy.profiles.spread import Groups


def numbers(values: object) -> Profile:
    array = np.asarray(values, np.float64)
    return count_numbers(array, None, Groups(np.zeros(len(array), np.int64), 1)).profile(0)


def names(**counts: int) -> Profile:
    return CategoryProfile(sum(counts.values()), counts=counts)


def distance(name: str, now: Profile, usual: Profile) -> float:
    reading = measure_shift(name, now, usual)
    assert isinstance(reading, Measured)
    return reading.value


MOVED = [
    (names(EUR=60), names(USD=1_200)),
    (names(EUR=700), names(USD=100_000)),
    (names(EUR=6), names(USD=100_000)),
    (names(USD=100_000), names(EUR=20)),
    (numbers(np.full(60, 5.0)), numbers(np.full(1_200, 7.0))),
    (numbers(np.linspace(900, 1_100, 60)), numbers(np.full(1_200, 0.0))),
]


@pytest.mark.parametrize(("now", "usual"), MOVED)
@pytest.mark.parametrize("name", ["psi", "jensenshannon", "hellinger"])
def test_a_constant_that_becomes_another_is_seen(name: str, now: Profile, usual: Profile) -> None:
    assert distance(name, now, usual) > 2 * shift_noise(name, now, usual)


@pytest.mark.parametrize(("now", "usual"), MOVED)
def test_and_it_is_no_chance(now: Profile, usual: Profile) -> None:
    assert significance(now, usual) < 1e-3


@pytest.mark.parametrize(
    ("now", "usual"),
    [
        (names(USD=60), names(USD=1_200)),
        (names(USD=59, EUR=1), names(USD=1_200)),
        (names(EUR=1), names(USD=100_000)),
        (numbers([7.0] * 60), numbers([7.0] * 1_200)),
    ],
)
def test_what_may_be_chance_makes_no_bin_of_its_own(now: Profile, usual: Profile) -> None:
    assert table_of(now, usual).freedom == 0


def test_a_rare_category_that_comes_by_chance_is_hardly_ever_a_finding() -> None:
    dice = np.random.default_rng(7)
    found = 0
    for _ in range(2_000):
        now, usual = (names(a=rows - (rare := int(dice.binomial(rows, 0.002))), b=rare) for rows in (100, 2_000))
        found += significance(now, usual) < 1e-3
    assert found <= 2
