from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bellbuoy.metrics.intervals import Floats, Ints
from bellbuoy.metrics.means import NO_LABELS, NOT_KEPT, TOO_LARGE, margins, mean_reading, size_reading, sum_of
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.shapes import Shape
from bellbuoy.profiles.outcome import Outcome

Take = Callable[[float, int, Floats, Ints], Reading]
VALUES, COUNTS = np.array([1.0, 2.0, 6.0]), np.array([5, 3, 2])


@pytest.mark.parametrize("reading", [mean_reading, size_reading])
def test_the_value_is_the_exact_sum_and_not_that_of_the_buckets(reading: Take) -> None:
    found = reading(23.4, 10, VALUES, COUNTS)
    assert isinstance(found, Measured)
    assert (found.value, found.rows) == (2.34, 10)


@pytest.mark.parametrize("reading", [mean_reading, size_reading])
def test_no_rows_are_no_labels_yet(reading: Take) -> None:
    assert reading(0.0, 0, VALUES, COUNTS) == NO_LABELS


def test_a_sum_beyond_a_double_is_a_reason() -> None:
    assert size_reading(math.inf, 10, VALUES, COUNTS) == TOO_LARGE


def test_a_sum_that_was_never_kept_is_another() -> None:
    assert size_reading(math.nan, 10, VALUES, COUNTS) == NOT_KEPT


def test_a_size_is_never_above_what_it_can_be() -> None:
    found = size_reading(10.0 + 1e-12, 10, np.ones(1), np.array([10]), high=1.0)
    assert isinstance(found, Measured)
    assert found.value == found.high == 1.0


def test_a_size_is_less_sure_upwards_than_downwards() -> None:
    below, above = margins(2.3, 10, Shape(1.9, 9.0, 2.0))
    assert below < above


def test_a_shape_without_spread_leaves_no_margin() -> None:
    assert margins(2.3, 10, Shape(0.0)) == (0.0, 0.0)


def test_a_sum_that_an_outcome_lacks_is_not_a_number() -> None:
    assert math.isnan(sum_of(Outcome(), "log_loss"))
