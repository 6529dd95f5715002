from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.metrics.delays import (
    Curve,
    Ever,
    delay_curve,
    ever_labelled,
    expected_coverage,
    falls_short,
    labels_due,
)
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.spread import Groups

HOUR, DAY = 3_600, 86_400
LATE = 10**9


def delays(*seconds: float) -> NumericProfile:
    block = count_numbers(np.array(seconds, np.float64), None, Groups(np.zeros(len(seconds), np.int64), 1))
    profile = block.profile(0)
    assert isinstance(profile, NumericProfile)
    return profile


def learnt(*seconds: float) -> Curve | None:
    """The curve of one window whose every label has had time to come."""
    return delay_curve({0: delays(*seconds)}, LATE, DAY)


@given(st.lists(st.floats(0, 1e7), min_size=30, max_size=200))
def test_by_the_mature_age_nearly_all_labels_have_come(seconds: list[float]) -> None:
    curve = learnt(*seconds)
    assert curve is not None
    late = float(np.quantile(seconds, 0.95, method="inverted_cdf"))
    age = curve.age(0.95).total_seconds()
    assert late <= age * (1 + 1e-9) + 1e-6
    assert age <= 1.03 * late + 1e-6


@given(st.lists(st.floats(0, 1e6), min_size=30, max_size=100), st.lists(st.floats(0, 2e6), min_size=2, max_size=9))
def test_the_share_that_has_come_never_falls(seconds: list[float], ages: list[float]) -> None:
    curve = learnt(*seconds)
    assert curve is not None
    shares = [curve.share(age) for age in sorted(ages)]
    assert all(0 <= a <= b <= 1 + 1e-9 for a, b in pairwise(shares))


def test_a_few_labels_teach_no_delay() -> None:
    assert learnt(*range(29)) is None


def test_no_window_teaches_no_delay() -> None:
    assert delay_curve({}, LATE, DAY) is None


def test_a_delay_longer_than_there_has_been_time_for_is_none() -> None:
    curve = delay_curve({0: delays(*[3_600.0] * 40, *[1e11] * 40)}, 31 * DAY, DAY)
    assert curve is not None
    assert curve.age(0.95) < timedelta(hours=1.1)


def young_and_old(days: int, rate: int, random: np.random.Generator) -> dict[int, NumericProfile]:
    """Days of labels with an exponential delay of ten days, with those that have come by the end of the last."""
    parts = {}
    for day in range(days):
        made = (day + random.random(rate)) * DAY
        late = random.exponential(10 * DAY, rate)
        parts[day * DAY] = delays(*late[made + late <= days * DAY].tolist())
    return parts


def test_young_windows_do_not_make_labels_look_fast() -> None:
    days = 80
    parts = young_and_old(days, 400, np.random.default_rng(1))
    curve = delay_curve(parts, days * DAY, DAY)
    assert curve is not None
    truth = 1 - np.exp(-np.array([5, 10, 20, 30]) / 10)
    found = np.array([curve.share(day * DAY) for day in (5, 10, 20, 30)])
    assert np.abs(found - truth).max() < 0.02
    every = np.concatenate([np.repeat(part.cells.codes, part.cells.counts) for part in parts.values()])
    assert len(every) < 0.9 * 400 * days  # a plain share of what has come would be off


def test_when_every_window_is_young_what_came_so_far_is_all_that_is_known() -> None:
    curve = delay_curve({0: delays(*[HOUR] * 20, *[10 * HOUR] * 20)}, DAY // 2, DAY)
    assert curve is not None
    assert curve.share(2 * HOUR) in (0.5, 1.0)


HALF = Curve(np.array([HOUR, DAY], np.float64), np.array([0.5, 1.0]), 100)


def test_of_a_window_its_oldest_rows_have_waited_longest() -> None:
    assert HALF.over(-HOUR / 2, HOUR) == 0.0
    assert HALF.over(0, 2 * HOUR) == 0.25
    assert HALF.over(DAY, HOUR) == 1.0


def test_what_ever_comes_is_told_by_windows_that_are_old_enough() -> None:
    rows = {day * DAY: 100 for day in range(10)}
    labelled = dict.fromkeys(rows, 90) | {9 * DAY: 0}
    found = ever_labelled(rows, labelled, HALF, 10 * DAY - HOUR, DAY)
    assert found is not None
    assert found.usual == pytest.approx(0.9, abs=0.01)


def test_a_feed_that_stood_still_for_some_days_does_not_make_missing_labels_usual() -> None:
    rows = {day * DAY: 100 for day in range(30)}
    labelled = {start: 95 if start < 25 * DAY else 0 for start in rows}
    assert ever_labelled(rows, labelled, HALF, 40 * DAY, DAY) == Ever(0.95, 0.95)


def test_what_came_in_good_times_is_remembered_after_labels_stopped() -> None:
    rows = {day * DAY: 100 for day in range(200)}
    labelled = {start: 95 if start < 100 * DAY else 0 for start in rows}
    assert ever_labelled(rows, labelled, HALF, 300 * DAY, DAY) == Ever(0.0, 0.95)


def test_what_ever_comes_is_unknown_while_all_windows_are_young() -> None:
    assert ever_labelled({0: 100}, {0: 3}, HALF, DAY // 2, DAY) is None


@given(st.floats(0, 1), st.floats(0.01, 1), st.floats(0, 1))
def test_coverage_is_expected_to_grow_and_never_beyond_one(coverage: float, ever: float, come: float) -> None:
    assert coverage - 1e-12 <= expected_coverage(coverage, ever, come) <= 1 + 1e-12


def test_a_fresh_window_expects_the_usual_coverage() -> None:
    assert expected_coverage(0.0, 0.9, 0.0) == pytest.approx(0.9)


def test_chance_alone_falls_short_hardly_ever() -> None:
    random = np.random.default_rng(2)
    labelled = random.binomial(40, 0.9, 10_000)
    assert np.mean([falls_short(int(many), 40, 0.9) for many in labelled.tolist()]) < 0.001


def test_half_of_the_labels_missing_falls_short() -> None:
    assert falls_short(20, 40, 0.9)


def test_as_many_labels_are_due_as_predictions_will_get() -> None:
    spans = {at: at + HOUR for at in range(0, 3 * DAY, HOUR)}
    due = labels_due({0: 100}, HALF, 0.9, HOUR, spans)
    assert sum(due.values()) == pytest.approx(90)
    assert due[2 * DAY] == 0


def test_no_label_is_due_before_its_prediction() -> None:
    assert labels_due({DAY: 100}, HALF, 1.0, HOUR, {0: HOUR}) == {0: 0.0}
