"""Misfit is the mean distance of rows from their twin, with and without its sign, where enough rows can be judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.metrics.columns import numbers

from bellbuoy.metrics.catalogue import Family, entry
from bellbuoy.metrics.misfit import measure_misfit
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.profiles.profile import NumericProfile


def misfit(name: str, profile: NumericProfile) -> Measured:
    reading = measure_misfit(name, profile)
    assert isinstance(reading, Measured)
    return reading


def test_signs_cancel_out_in_the_one_and_not_in_the_other() -> None:
    profile = numbers([-0.25, 0.25, 0.5, -0.5])
    assert misfit("misfit_bias", profile).value == 0
    assert misfit("misfit", profile).value == pytest.approx(0.375, rel=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_the_value_is_right_within_its_bound(seed: int) -> None:
    values = np.round(np.random.default_rng(seed).normal(0, 0.2, 300) * 64) / 64
    found = misfit("misfit", numbers(values.tolist()))
    assert abs(found.value - np.abs(values).mean()) <= found.bound + 1e-12


def test_distances_above_are_known_exactly() -> None:
    found = misfit("misfit", numbers([0.125, 0.375]))
    assert (found.value, found.bound) == (0.25, 0)


def test_the_interval_is_that_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(0.1, 0.2, 400)
    found = misfit("misfit_bias", numbers(values.tolist()))
    assert found.high - found.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.02)


def test_rows_that_were_left_out_do_not_count() -> None:
    assert misfit("misfit", numbers([0.5, 0.5], nulls=1)).rows == 2


def test_a_window_of_rows_like_none_of_the_reference_set_cannot_be_judged() -> None:
    reading = measure_misfit("misfit", numbers([0.5], nulls=2))
    assert reading == Unmeasured("most rows are like none of the reference set")


def test_a_window_without_any_row_that_can_be_judged_says_so() -> None:
    assert measure_misfit("misfit", numbers([], nulls=1)) == Unmeasured("no row is like any of the reference set")


def test_rows_without_a_value_do_not_make_others_strange() -> None:
    profile = replace(numbers([0.5]), rows=10, nans=9)
    assert misfit("misfit", profile).value == pytest.approx(0.5, rel=0.02)


def test_rows_that_all_fit_have_a_misfit_of_nothing() -> None:
    found = misfit("misfit", numbers([0.0] * 20))
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_it_is_a_metric_of_columns() -> None:
    assert {entry(name, column=True).family for name in ("misfit", "misfit_bias")} == {Family.COLUMN}
    assert measure_column("misfit", numbers([0.5])) == measure_misfit("misfit", numbers([0.5]))
