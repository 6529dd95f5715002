from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.metrics.maturity import Maturity, mature_age, maturity
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.spread import Groups

END = datetime(2024, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def delays(*seconds: float) -> NumericProfile:
    block = count_numbers(np.array(seconds, np.float64), None, Groups(np.zeros(len(seconds), np.int64), 1))
    profile = block.profile(0)
    assert isinstance(profile, NumericProfile)
    return profile


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (END - HOUR, Maturity.PROVISIONAL),
        (END + DAY - HOUR, Maturity.PROVISIONAL),
        (END + DAY, Maturity.MATURE),
        (END + 4 * DAY - HOUR, Maturity.MATURE),
        (END + 4 * DAY, Maturity.FINAL),
    ],
)
def test_a_window_ripens_with_its_age(now: datetime, state: Maturity) -> None:
    assert maturity(END, now, DAY) is state


def test_nothing_is_said_while_nothing_is_known_of_delays() -> None:
    assert maturity(END, END + DAY, None) is None


def test_labels_that_come_at_once_make_a_window_final_at_its_end() -> None:
    assert maturity(END, END, timedelta(0)) is Maturity.FINAL


def test_an_age_of_thousands_of_years_is_an_age_too() -> None:
    assert maturity(END, END + DAY, timedelta(days=8_000 * 365)) is Maturity.PROVISIONAL


@given(st.lists(st.floats(0, 1e7), min_size=30, max_size=200))
def test_by_the_mature_age_nearly_all_labels_have_come(seconds: list[float]) -> None:
    age = mature_age(delays(*seconds))
    assert age is not None
    late = float(np.quantile(seconds, 0.95, method="inverted_cdf"))
    assert late <= age.total_seconds() * (1 + 1e-9) + 1e-6
    assert age.total_seconds() <= 1.03 * late + 1e-6


def test_a_few_labels_teach_no_delay() -> None:
    assert mature_age(delays(*range(29))) is None


def test_no_label_teaches_no_delay() -> None:
    assert mature_age(NumericProfile()) is None


def test_a_delay_longer_than_there_has_been_time_for_is_none() -> None:
    age = mature_age(delays(*[3_600.0] * 40, *[1e11] * 40), most=30 * DAY)
    assert age is not None
    assert age < 1.1 * HOUR


def test_another_share_is_another_age() -> None:
    seen = delays(*[60.0] * 50, *[86_400.0] * 50)
    half, all_ = mature_age(seen, share=0.5), mature_age(seen, share=1.0)
    assert half is not None
    assert all_ is not None
    assert half < 2 * timedelta(minutes=1) < DAY <= all_
