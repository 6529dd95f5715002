from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.web import sample

from bellbuoy.app.views import ModelPage, Point
from bellbuoy.web.beside import beside, tagged

DAYS = st.sets(st.integers(0, 30))
PAGE = sample.page()


def point(day: int, value: float | None = 0.7, *, estimate: bool = False) -> Point:
    return Point(sample.at(day), sample.at(day + 1), value, rows=100, estimate=estimate)


def page(measured: set[int], expected: set[int]) -> ModelPage:
    points = tuple(point(day) for day in sorted(measured))
    return replace(PAGE, points=points, estimates=tuple(point(day, 0.6, estimate=True) for day in sorted(expected)))


@given(DAYS, DAYS)
def test_each_window_is_there_once_in_order_of_time(measured: set[int], expected: set[int]) -> None:
    starts = [one.point.start for one in beside(page(measured, expected))]
    assert starts == [sample.at(day) for day in sorted(measured | expected)]


@given(DAYS, DAYS)
def test_an_estimate_stands_beside_its_own_window(measured: set[int], expected: set[int]) -> None:
    for one in beside(page(measured, expected)):
        assert (one.estimate is not None) == (one.point.start in {sample.at(day) for day in expected})
        assert one.estimate is None or one.estimate.start == one.point.start


@given(DAYS, DAYS)
def test_only_what_was_measured_has_a_value(measured: set[int], expected: set[int]) -> None:
    valued = [one.point.start for one in beside(page(measured, expected)) if one.point.value is not None]
    assert valued == [sample.at(day) for day in sorted(measured)]


def test_a_window_that_has_only_an_estimate_says_that_labels_are_missing() -> None:
    told = replace(
        point(3, 0.6, estimate=True), labelled=0, coverage=0.0, expected_coverage=0.9, maturity="provisional"
    )
    (one,) = beside(replace(PAGE, points=(), estimates=(told,)))
    assert (one.point.why, one.point.rows, one.point.expected_coverage) == ("no labels yet", 100, 0.9)
    assert (one.point.low, one.point.high, one.point.estimate) == (None, None, False)


def test_states_are_named_once_the_least_sure_first() -> None:
    points = tuple(replace(point(day), maturity=state) for day, state in enumerate(("final", "provisional", "final")))
    assert list(tagged(replace(PAGE, points=points))) == ["provisional", "final"]


def test_windows_of_no_state_are_not_named() -> None:
    assert list(tagged(replace(PAGE, points=(point(1),)))) == []
