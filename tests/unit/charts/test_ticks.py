from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.charts.ticks import short_text, tick_texts, time_ticks, value_ticks

DAY = 86_400.0
ENDS = st.floats(-1e9, 1e9)
#: From 1980 to 2040.
TIMES = st.floats(3.2e8, 2.2e9)


@given(ENDS, st.floats(1e-6, 1e9), st.integers(2, 10))
def test_ticks_lie_within_the_axis_in_order(low: float, wide: float, most: int) -> None:
    high, slack = low + wide, wide * 1e-6
    ticks = value_ticks(low, high, most)
    assert ticks == sorted(ticks)
    assert all(low - slack <= tick <= high + slack for tick in ticks)


@given(ENDS, st.floats(1e-3, 1e9), st.integers(2, 10))
def test_an_axis_has_about_as_many_ticks_as_it_may(low: float, wide: float, most: int) -> None:
    assert 1 <= len(value_ticks(low, low + wide, most)) <= most + 1


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e6))
def test_ticks_are_equally_far_apart(low: float, wide: float) -> None:
    gaps = [after - before for before, after in pairwise(value_ticks(low, low + wide))]
    assert all(gap == pytest.approx(gaps[0], rel=1e-6) for gap in gaps)


@pytest.mark.parametrize("value", [0.0, 1.0, -3.5, 1e300, 1e-300])
def test_an_axis_without_width_has_one_tick(value: float) -> None:
    assert value_ticks(value, value) == [value]


def test_an_axis_too_narrow_for_its_height_has_one_tick() -> None:
    assert value_ticks(1e15, 1e15 + 0.25) == [1e15]


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e5))
def test_ticks_of_an_axis_can_be_told_apart(low: float, wide: float) -> None:
    texts = tick_texts(value_ticks(low, low + wide))
    assert len(set(texts)) == len(texts)


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e3))
def test_a_tick_says_its_value(low: float, wide: float) -> None:
    ticks = value_ticks(low, low + wide)
    said = [float(text.replace("−", "-")) for text in tick_texts(ticks)]
    assert said == pytest.approx(ticks, abs=wide * 1e-3)


def test_zero_has_no_unit_and_no_sign() -> None:
    assert tick_texts([-20_000.0, -0.0, 20_000.0]) == ["−20k", "0", "20k"]


@pytest.mark.parametrize(("values", "texts"), [([1e-8, 2e-8], ["1e−08", "2e−08"]), ([0.0, 5e15], ["0", "5e+15"])])
def test_what_no_unit_fits_is_written_with_its_power(values: list[float], texts: list[str]) -> None:
    assert tick_texts(values) == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e4, "10k"), (1e7, "10M"), (1e10, "10G"), (1e13, "10T"), (9_999.0, "9999"), (-25_000.0, "−25k")],
)
def test_a_number_has_the_unit_of_its_size(value: float, text: str) -> None:
    assert short_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_is_written_in_few_letters(value: float) -> None:
    assert len(short_text(value)) <= 9


@given(st.floats(-1e14, 1e14).filter(lambda value: abs(value) >= 1e-3))
def test_a_number_in_few_letters_is_near_to_itself(value: float) -> None:
    text = short_text(value).replace("−", "-")
    unit = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}.get(text[-1])
    said = float(text[:-1]) * unit if unit else float(text)
    assert said == pytest.approx(value, rel=6e-3, abs=6e-4)


@given(TIMES, st.floats(60, 3e9))
def test_ticks_of_time_lie_within_the_axis(start: float, wide: float) -> None:
    ticks = [tick.at for tick in time_ticks(start, min(start + wide, 6e9))]
    assert ticks == sorted(set(ticks))
    assert all(start - 1e-3 <= at <= start + wide + 1e-3 for at in ticks)


@given(TIMES, st.floats(60, 1e9), st.integers(2, 20))
def test_there_are_never_more_ticks_of_time_than_fit(start: float, wide: float, most: int) -> None:
    assert len(time_ticks(start, start + wide, most)) <= most + 1


@given(TIMES, st.floats(3_600, 1e9))
def test_an_axis_of_an_hour_and_more_has_ticks(start: float, wide: float) -> None:
    assert time_ticks(start, start + wide)


@given(TIMES, st.floats(20 * DAY, 80 * DAY))
def test_steps_of_weeks_are_mondays(start: float, wide: float) -> None:
    moments = [datetime.fromtimestamp(tick.at, UTC) for tick in time_ticks(start, start + wide, 4)]
    steps = {after - before for before, after in pairwise(moments)}
    if steps and min(steps).days in {7, 14}:
        assert {moment.weekday() for moment in moments} == {0}


def test_steps_of_months_are_first_days() -> None:
    start = datetime(2024, 1, 15, tzinfo=UTC).timestamp()
    moments = [datetime.fromtimestamp(tick.at, UTC) for tick in time_ticks(start, start + 300 * DAY)]
    assert {(moment.day, moment.hour) for moment in moments} == {(1, 0)}


def test_the_day_is_told_again_when_it_changes() -> None:
    start = datetime(2024, 2, 28, 18, tzinfo=UTC).timestamp()
    unders = [tick.under for tick in time_ticks(start, start + 12 * 3_600) if tick.under]
    assert unders == ["28 Feb 2024", "29 Feb 2024"]


def test_an_axis_within_a_minute_has_no_tick() -> None:
    start = datetime(2024, 2, 28, 18, 0, 10, tzinfo=UTC).timestamp()
    assert time_ticks(start, start + 20) == []


def test_a_tick_of_time_at_the_very_end_is_kept() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    ticks = time_ticks(start, start + 10 * DAY)
    assert (ticks[0].at, ticks[-1].at) == (start, start + 10 * DAY)


def test_infinity_is_written_as_such() -> None:
    assert short_text(math.inf) == "inf"
