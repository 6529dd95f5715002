"""Which older version is back though it had stopped, and which of two came first by its name."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bellbuoy.alarms.standard.versions import Back, back, precedes

DAY = 86_400
TODAY = 60


def rows(first: int, last: int, many: int = 1_000) -> dict[int, int]:
    """Rows of each day from `first` up to and with `last`."""
    return {day * DAY: many for day in range(first, last + 1)}


def found(today: int = TODAY, **versions: Mapping[int, int]) -> list[Back]:
    """Who is back at the end of a day, of which only what came so far is known."""
    days = {name: {at: many for at, many in some.items() if at <= today * DAY} for name, some in versions.items()}
    return back({name: some.get(today * DAY, 0) for name, some in days.items()}, days, today * DAY)


def names(today: int = TODAY, **versions: Mapping[int, int]) -> list[str]:
    return [one.version for one in found(today, **versions)]


def test_one_version_alone_is_not_back() -> None:
    assert names(v1=rows(0, TODAY)) == []


def test_with_no_past_nobody_is_back() -> None:
    assert names(v1=rows(TODAY, TODAY), v2=rows(TODAY, TODAY)) == []


def test_a_version_that_had_stopped_and_serves_again_is_back() -> None:
    [one] = found(b={**rows(0, 5), **rows(TODAY, TODAY, 250)}, a=rows(6, TODAY, 750))
    assert one == Back("b", 0.25, 250)


def test_one_that_never_served_before_is_older_by_its_name() -> None:
    assert names(model_10=rows(0, TODAY), model_9=rows(TODAY, TODAY)) == ["model_9"]


def test_one_day_of_the_log_is_enough_to_tell_by_name() -> None:
    assert names(1, v2=rows(0, 1), v1=rows(1, 1)) == ["v1"]


def test_one_that_took_everything_over_is_back() -> None:
    assert names(v2=rows(0, TODAY - 1), v1=rows(TODAY, TODAY)) == ["v1"]


def test_a_version_that_is_new_is_not_back() -> None:
    assert names(v1=rows(0, TODAY), v2=rows(TODAY, TODAY)) == []


def test_a_test_of_two_versions_rings_on_none_of_its_days() -> None:
    split = {"v1": rows(0, TODAY, 400), "v2": rows(20, TODAY, 600)}
    assert [day for day in range(TODAY + 1) if names(day, **split)] == []


def test_a_slow_roll_out_rings_on_none_of_its_days() -> None:
    steps = {day: min(max(day - 10, 0) * 20, 1_000) for day in range(TODAY + 1)}
    old = {day * DAY: 1_000 - new for day, new in steps.items() if new < 1_000}
    new = {day * DAY: many for day, many in steps.items() if many}
    assert [day for day in range(TODAY + 1) if names(day, v1=old, v2=new)] == []


@pytest.mark.parametrize("share", [5, 10, 20, 30])
def test_a_few_rows_that_always_go_to_the_old_one_do_not_ring_when_they_are_more(share: int) -> None:
    held = {**rows(0, 9), **rows(10, TODAY - 1, share), TODAY * DAY: 40}
    assert names(v1=held, v2=rows(10, TODAY)) == []


@pytest.mark.parametrize("late", [0, 1, 10])
def test_a_handful_of_late_rows_does_not_say_that_it_never_stopped(late: int) -> None:
    old = {**rows(0, 9), (TODAY - 3) * DAY: late, TODAY * DAY: 250}
    assert names(v1=old, v2=rows(10, TODAY)) == ["v1"]


def test_late_rows_do_not_make_a_new_version_old() -> None:
    assert names(b=rows(5, TODAY), a={DAY: 3, TODAY * DAY: 100}, c=rows(0, 4)) == []


def test_taking_a_release_back_within_the_week_is_no_alarm() -> None:
    assert names(v1={**rows(0, 54), TODAY * DAY: 1_000}, v2=rows(55, TODAY - 1)) == []


def test_one_that_was_the_established_one_all_along_is_not_back() -> None:
    assert names(v1={**rows(0, 50), TODAY * DAY: 1_000}, v2=rows(51, TODAY - 1)) == []


def test_one_that_is_back_does_not_become_established_by_staying() -> None:
    old = {**rows(0, 5), **rows(40, TODAY + 40)}
    days = [day for day in range(TODAY + 41) if names(day, v1=old, v2=rows(6, 39))]
    assert days == list(range(40, TODAY + 41))


def test_one_that_comes_and_goes_rings_while_it_serves() -> None:
    odd = {day * DAY: 250 for day in range(40, TODAY, 2)}
    assert [day for day in range(38, 46) if names(day, v1=odd, v2=rows(0, TODAY))] == [40, 42, 44]


def test_after_an_outage_of_everything_the_same_is_told() -> None:
    assert names(v1=rows(TODAY, TODAY), v2=rows(0, TODAY - 12)) == ["v1"]
    assert names(v2={**rows(0, 40), TODAY * DAY: 9}, v1={**rows(0, 40), TODAY * DAY: 900}) == []


def test_names_speak_before_first_rows() -> None:
    assert "v3" not in names(v3={**rows(0, 5), TODAY * DAY: 500}, v2=rows(6, TODAY))


@pytest.mark.parametrize(("many", "whole"), [(19, 100), (100, 100_000)], ids=["few rows", "a small share"])
def test_a_handful_of_rows_is_no_serving(many: int, whole: int) -> None:
    assert names(v2=rows(0, TODAY, whole), v1=rows(TODAY, TODAY, many)) == []


def test_a_version_that_serves_no_more_is_not_told() -> None:
    assert names(v2=rows(0, TODAY), v1=rows(50, TODAY - 1)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("v1", "v2"),
        ("v9", "v10"),
        ("1.9.3", "1.10.0"),
        ("model-2024-01-31", "model-2024-02-01"),
        ("2.0-rc1", "2.0-rc2"),
    ],
)
def test_versions_are_in_their_natural_order(one: str, other: str) -> None:
    assert precedes(one, other)
    assert not precedes(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("v1", "v1"), ("v01", "v1"), ("blue", "green"), ("a1", "b2"), ("v1", "v1.1"), ("", "")]
)
def test_names_of_two_kinds_say_nothing(one: str, other: str) -> None:
    assert not precedes(one, other)
    assert not precedes(other, one)
