"""Rows become profiles, by window, version and segment; names are what a person would call them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from bellbuoy.profiles.collect import NULLS, ROWS, Named, Plan, Tally, add_profiles, count_numbers, sub_profiles
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile, Profile
from bellbuoy.profiles.spread import Groups
from bellbuoy.sources.port import Categories, Kind, Moments, Numbers, Rows
from bellbuoy.store.port import Series
from bellbuoy.testing import column_of
from bellbuoy.windows import Grain, to_seconds

START = datetime(2024, 3, 1, tzinfo=UTC)
FIRST = to_seconds(START)


def rows_of(**columns: list[float | str | datetime | None]) -> Rows:
    kinds = {str: Kind.CATEGORY, datetime: Kind.MOMENT}
    found = {
        name: column_of(values, kinds.get(type(next((v for v in values if v is not None), 0.0)), Kind.NUMBER))
        for name, values in columns.items()
    }
    return Rows(len(next(iter(columns.values()))), found)


def drained(plan: Plan, rows: Rows, starts: list[int]) -> dict[Series, dict[int, Profile]]:
    tally = Tally(plan)
    tally.add(rows, np.array(starts, np.int64))
    return {line: dict(sheet) for line, sheet in tally.drain()}


def number(*values: float) -> NumericProfile:
    return count_numbers(np.array(values), None, Groups(np.zeros(len(values), np.int64), 1)).profile(0)


def test_each_version_has_its_own_line() -> None:
    plan = Plan(Grain.HOUR, "ts", ("x",), version="v")
    found = drained(plan, rows_of(x=[1.0, 2.0, 3.0], v=["a", "b", None]), [FIRST] * 3)
    totals = {line.version: profiles[FIRST] for line, profiles in found.items()}
    assert {version: part.rows for version, part in totals.items()} == {"a": 1, "b": 1, "": 1}


def test_outputs_are_counted_by_segment_and_inputs_are_not() -> None:
    plan = Plan(Grain.HOUR, "ts", ("x", "score"), ("score",), None, ("origin",))
    found = drained(plan, rows_of(x=[1.0, 2.0], score=[0.1, 0.2], origin=["JFK", "EWR"]), [FIRST] * 2)
    assert {(line.column, line.segment) for line in found if line.by} == {
        (column, segment) for column in ("score", NULLS) for segment in ("JFK", "EWR")
    }


def test_nulls_of_all_columns_are_counted_by_segment() -> None:
    plan = Plan(Grain.HOUR, "ts", ("x", "c"), (), None, ("origin",))
    found = drained(plan, rows_of(x=[None, 2.0], c=["a", None], origin=["JFK", "JFK"]), [FIRST] * 2)
    nulls = found[Series("1h", NULLS, "", "origin", "JFK")][FIRST]
    assert isinstance(nulls, CategoryProfile)
    assert (nulls.rows, nulls.counts) == (2, {"x": 1, "c": 1})


def test_a_drained_tally_starts_again() -> None:
    tally = Tally(Plan(Grain.HOUR, "ts", ("x",)))
    tally.add(rows_of(x=[1.0]), np.array([FIRST]))
    list(tally.drain())
    assert (tally.size, list(tally.drain())) == (0, [])


def test_a_batch_without_rows_counts_as_nothing() -> None:
    tally = Tally(Plan(Grain.HOUR, "ts", ("x", "c")))
    tally.add(rows_of(x=[1.0], c=["a"]).take(np.array([False])), np.empty(0, np.int64))
    assert list(tally.drain()) == []


def test_flags_of_rows_may_overlap() -> None:
    tally = Tally(Plan(Grain.HOUR, "ts", ()))
    flags = {"duplicate": np.array([True, True, False]), "future": np.array([True, False, False])}
    tally.flag(ROWS, np.array([FIRST] * 3), None, flags)
    profile = next(sheet[FIRST] for _, sheet in tally.drain())
    assert isinstance(profile, CategoryProfile)
    assert (profile.rows, profile.counts) == (3, {"duplicate": 2, "future": 1})


def test_a_moment_is_counted_as_its_age_in_seconds() -> None:
    rows = rows_of(ts=[START, START], fed=[START - timedelta(seconds=90), None])
    found = drained(Plan(Grain.HOUR, "ts", ("fed",)), rows, [FIRST] * 2)
    age = found[Series("1h", "fed")][FIRST]
    assert isinstance(age, NumericProfile)
    assert (age.rows, age.nulls, age.low, age.high) == (2, 1, 90.0, 90.0)


def test_odd_numbers_are_counted_apart() -> None:
    profile = number(1.0, math.nan, math.inf, -math.inf, -math.inf, 0.0, -2.0)
    assert (profile.rows, profile.nans, profile.plus_infinities, profile.minus_infinities) == (7, 1, 1, 2)
    assert (profile.zeros, profile.finite, profile.total, profile.squares) == (1, 3, -1.0, 5.0)


def test_a_null_counts_as_nothing_else_whatever_its_place_holds() -> None:
    null = np.array([True, False, True])
    block = count_numbers(np.array([math.nan, 3.0, math.inf]), null, Groups(np.zeros(3, np.int64), 1))
    profile = block.profile(0)
    assert (profile.rows, profile.nulls, profile.nans, profile.total) == (3, 2, 0, 3.0)


def test_numbers_are_named_as_people_write_them() -> None:
    named = Named.of(Numbers(np.array([1.0, 2.5, math.nan]), None), 3)
    assert [named.names[code] for code in named.codes.tolist()] == ["1", "2.5", ""]


def test_names_that_repeat_are_one_name() -> None:
    named = Named.of(Categories(np.array([0, 1, -1], np.int32), ("a", "a")), 3)
    assert [named.names[code] for code in named.codes.tolist()] == ["a", "a", ""]


def test_a_column_that_is_not_there_has_the_empty_name() -> None:
    assert Named.of(None, 2).names == ("",)


def test_moments_may_name_a_version() -> None:
    named = Named.of(Moments(np.array([5_000_000])), 1)
    assert named.names[int(named.codes[0])] == "5000000"


def test_of_a_column_that_changed_its_kind_the_larger_side_stays() -> None:
    names = CategoryProfile(5, 0, {"a": 5})
    assert add_profiles(number(1.0, 2.0), names) == CategoryProfile(7, 2, {"a": 5})
    assert add_profiles(names, number(*range(9))).nulls == 5


def test_what_was_added_in_another_kind_is_taken_back_as_nulls() -> None:
    names = CategoryProfile(5, 0, {"a": 5})
    assert sub_profiles(add_profiles(number(1.0, 2.0), names), number(1.0, 2.0)) == names
