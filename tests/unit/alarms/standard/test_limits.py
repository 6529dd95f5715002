"""Limits are raised by the budget and by marks, never lowered, never far, and never past what was real."""

from __future__ import annotations

import pytest

from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.limits import AS_THEY_ARE, MOST, Limits, Place

SO2 = Line("misfit", "so2")
HERE = Place("misfit", "so2")


def test_limits_stand_as_they_are_where_nothing_is_said() -> None:
    assert AS_THEY_ARE.of("misfit", SO2) == 1.0


def test_the_budget_raises_every_series_of_a_monitor() -> None:
    limits = Limits({"misfit": 1.5})
    assert [limits.of("misfit", Line("misfit", column)) for column in ("so2", "no2")] == [1.5, 1.5]
    assert limits.of("drift", SO2) == 1.0


def test_a_mark_raises_its_series_alone() -> None:
    limits = Limits(marked={HERE: 1.4})
    lines = (SO2, Line("misfit", "no2"), Line("misfit", "so2", "host", "a"))
    assert [limits.of("misfit", line) for line in lines] == [1.4, 1.0, 1.0]


@pytest.mark.parametrize(("budget", "shared", "marked", "most"), [(1.5, 1.2, 1.4, 1.5), (1.1, 1.3, 1.2, 1.3)])
def test_of_all_that_raise_a_limit_the_largest_counts(budget: float, shared: float, marked: float, most: float) -> None:
    assert Limits({"misfit": budget}, {"misfit": shared}, {HERE: marked}).of("misfit", SO2) == most


def test_no_limit_is_raised_out_of_sight() -> None:
    assert Limits({"misfit": 9.0}, marked={HERE: 50.0}).of("misfit", SO2) == MOST


def test_what_was_real_stands_against_both() -> None:
    limits = Limits({"misfit": 2.0}, marked={HERE: 2.5}, guarded={HERE: 1.3})
    assert (limits.of("misfit", SO2), limits.of("misfit", Line("misfit", "no2"))) == (1.3, 2.0)


def test_what_was_real_lowers_no_limit() -> None:
    assert Limits(guarded={HERE: 0.8}).of("misfit", SO2) == 1.0


def test_marks_alone_know_nothing_of_the_budget() -> None:
    assert Limits({"misfit": 2.0}, marked={HERE: 1.4}).taught(HERE) == 1.4


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place("volume"), "volume"),
        (HERE, "misfit of so2"),
        (Place("misfit", "so2", "host", "a"), "misfit of so2, where host is a"),
        (Place("label-gap", None, "origin", "JFK"), "label-gap, where origin is JFK"),
    ],
)
def test_a_series_is_said_in_words(place: Place, said: str) -> None:
    assert place.said == said


@pytest.mark.parametrize(("segment", "said"), [("a", "a"), ("", "empty")])
def test_a_series_of_a_part_is_said_with_its_value(segment: str, said: str) -> None:
    assert Place("misfit", "so2", "host", segment).said == f"misfit of so2, where host is {said}"
