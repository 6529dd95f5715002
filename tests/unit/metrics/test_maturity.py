from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from bellbuoy.metrics.delays import Curve, Ever
from bellbuoy.metrics.maturity import Maturity, Waiting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Half of the labels come within an hour, all within six.
CURVE = Curve(np.array([3_600.0, 21_600.0]), np.array([0.5, 1.0]), 1_000)


def state(
    since: timedelta, labelled: int = 95, age: timedelta | None = DAY, ever: float | None = 0.97
) -> Maturity | None:
    return Waiting(age, CURVE, None if ever is None else Ever(ever, ever)).state(since, HOUR, labelled, 100)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (-HOUR, Maturity.PROVISIONAL),
        (DAY - HOUR, Maturity.PROVISIONAL),
        (DAY, Maturity.MATURE),
        (4 * DAY - HOUR, Maturity.MATURE),
        (4 * DAY, Maturity.FINAL),
    ],
)
def test_a_window_ripens_with_its_age(since: timedelta, expected: Maturity) -> None:
    assert state(since) is expected


def test_nothing_is_said_while_nothing_is_known_of_delays() -> None:
    assert Waiting(None).state(DAY, HOUR, 0, 100) is None


def test_labels_that_come_at_once_make_a_window_final_at_its_end() -> None:
    assert Waiting(timedelta(0)).state(timedelta(0), HOUR, 0, 100) is Maturity.FINAL


def test_an_age_of_thousands_of_years_is_an_age_too() -> None:
    assert Waiting(timedelta(days=8_000 * 365)).state(DAY, HOUR, 0, 100) is Maturity.PROVISIONAL


def test_an_old_window_whose_labels_are_missing_is_not_mature() -> None:
    assert state(2 * DAY, labelled=40) is Maturity.PROVISIONAL


def test_a_window_that_lacks_a_few_labels_is_mature() -> None:
    assert state(2 * DAY, labelled=84) is Maturity.MATURE


def test_labels_that_never_came_for_three_months_are_given_up() -> None:
    assert state(91 * DAY, labelled=40) is Maturity.FINAL


def test_where_most_labels_never_come_few_are_enough() -> None:
    assert state(2 * DAY, labelled=5, ever=0.05) is Maturity.MATURE


def test_a_window_that_waits_expects_what_others_got() -> None:
    expected = Waiting(DAY, CURVE, Ever(0.9, 0.95)).expected(0.0, timedelta(0), timedelta(0))
    assert expected == pytest.approx(0.9)


def test_a_window_that_has_waited_long_expects_no_more_than_it_has() -> None:
    assert Waiting(DAY, CURVE, Ever(0.9, 0.95)).expected(0.6, 3 * DAY, HOUR) == 0.6


def test_without_a_delay_curve_no_coverage_is_expected() -> None:
    assert Waiting(DAY).expected(0.6, DAY, HOUR) is None
