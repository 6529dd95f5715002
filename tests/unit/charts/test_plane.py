from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.charts.parts import Dot, Event, real, span_of, stretches
from bellbuoy.charts.plane import Plane, count_range, percent, value_range

PLANE = Plane(100.0, 200.0, -1.0, 1.0, 1_000)
NUMBERS = st.one_of(st.none(), st.floats(-1e300, 1e300), st.sampled_from([math.nan, math.inf, -math.inf]))


def dot(value: float | None, low: float | None = None, high: float | None = None, shade: str = "") -> Dot:
    return Dot(0, 1, value, low, high, shade)


def test_the_edges_of_time_are_the_edges_of_the_plot() -> None:
    assert PLANE.xs([100.0, 150.0, 200.0]) == [0, 5_000, 10_000]


def test_the_greatest_value_is_on_top() -> None:
    assert PLANE.ys([1.0, 0.0, -1.0]) == [0, 500, 1_000]


def test_a_place_is_told_in_per_cents_and_in_pixels() -> None:
    assert (PLANE.across(175.0), PLANE.down(0.0)) == ("75%", 50)


@pytest.mark.parametrize(("units", "text"), [(0, "0%"), (9_750, "97.5%"), (10_000, "100%"), (1, "0.01%")])
def test_units_are_per_cents(units: int, text: str) -> None:
    assert percent(units) == text


@given(st.lists(st.floats(-1e300, 1e300), max_size=20))
def test_everything_is_drawn_within_the_plot(values: list[float]) -> None:
    assert all(0 <= x <= PLANE.width for x in PLANE.xs(values))
    assert all(0 <= y <= PLANE.height for y in PLANE.ys(values))


@given(st.floats(100, 200), st.floats(100, 200))
def test_what_is_later_is_not_farther_left(one: float, other: float) -> None:
    first, second = PLANE.xs([min(one, other), max(one, other)])
    assert first <= second


@given(st.lists(st.builds(dot, NUMBERS, NUMBERS, NUMBERS), max_size=30), st.lists(NUMBERS, max_size=3))
def test_any_values_have_an_axis_of_some_height(dots: list[Dot], more: list[float | None]) -> None:
    low, high = value_range(dots, more)
    assert low < high
    assert math.isfinite(high - low)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_every_value_has_room_within_the_axis(values: list[float]) -> None:
    low, high = value_range([dot(value) for value in values])
    assert low < min(values) <= max(values) < high


def test_the_axis_holds_what_must_be_in_view() -> None:
    low, high = value_range([dot(0.7)], [0.5, None, math.nan])
    assert low < 0.5
    assert high > 0.7


def test_without_values_the_axis_goes_from_zero_to_one() -> None:
    assert value_range([dot(None), dot(math.nan)], [None]) == (0.0, 1.0)


def test_a_few_wild_intervals_do_not_flatten_the_line() -> None:
    calm = [dot(0.5, 0.4, 0.6)] * 30
    assert value_range([*calm, dot(0.5, -1e6, 1e6)]) == value_range(calm)


def test_intervals_of_unmeasured_windows_do_not_count() -> None:
    assert value_range([dot(0.5), dot(None, -9.0, 9.0)]) == value_range([dot(0.5)])


@pytest.mark.parametrize(
    ("counts", "top"), [([], 1.0), ([None], 1.0), ([0.0, 0.25], 1.0), ([3.0, 7.0], 7.0), ([math.inf, 2.0], 2.0)]
)
def test_counts_begin_at_zero(counts: list[float | None], top: float) -> None:
    assert count_range(counts) == (0.0, top)


@pytest.mark.parametrize(("value", "there"), [(0.0, True), (None, False), (math.nan, False), (-math.inf, False)])
def test_only_a_finite_number_is_drawn(value: float | None, there: bool) -> None:
    assert real(value) is there


def test_the_axis_of_time_is_the_one_that_was_asked_for() -> None:
    assert span_of([Dot(5, 9, 1.0)], (0.0, 50.0)) == (0.0, 50.0)


def test_the_axis_of_time_is_never_empty() -> None:
    assert (span_of([]), span_of([Dot(5, 5, 1.0)]), span_of([], (7.0, 7.0))) == ((0.0, 1.0), (5, 6.0), (7.0, 8.0))


def test_an_event_without_an_end_is_over_at_once() -> None:
    assert (Event(3, None, "a").until, Event(3, 8, "a").until) == (3, 8)


def test_neighbours_of_one_shade_are_one_stretch() -> None:
    shaded = [Dot(n, n + 1, 1.0, shade=shade) for n, shade in enumerate(["", "a", "a", "b", "", "", "b"])]
    assert stretches(shaded) == [(1, 3, "a"), (3, 4, "b"), (6, 7, "b")]


def test_a_hole_in_time_parts_a_stretch() -> None:
    assert len(stretches([Dot(0, 1, 1.0, shade="a"), Dot(9, 10, 1.0, shade="a")])) == 2
