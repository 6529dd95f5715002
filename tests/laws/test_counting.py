"""Counting parts and adding them up is counting the whole, however rows are cut, ordered and rolled up."""

from __future__ import annotations

import math
import random as chance
from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bellbuoy.profiles.collect import Plan, Tally, add_profiles
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile, roll_up
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain

HOUR = 3_600
Row = tuple[int, float | None, str | None, str]
odd = st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1e300, -1e-300, 2.0, 1.7976931348623157e308])
values = st.one_of(st.none(), odd, st.floats(-1e6, 1e6), st.integers(-5, 5).map(float))
names = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]), st.text(max_size=3))
rows = st.lists(
    st.tuples(st.integers(0, 60), values, names, st.sampled_from(["", "v1", "v2"])), min_size=1, max_size=60
)
laws = settings(max_examples=40, deadline=None, derandomize=True, database=None)

PLAN = Plan(Grain.HOUR, "ts", ("x", "c"), ("x",), "v", ("c",))


def table(part: Sequence[Row]) -> Rows:
    """Rows as a source gives them: every seventh of an hour apart, nulls marked, names in the order of appearance."""
    micro = np.array([row[0] * HOUR * MICRO + place for place, row in enumerate(part)], np.int64)
    null = np.array([row[1] is None for row in part])
    numbers = np.array([7.0 if row[1] is None else row[1] for row in part])
    columns: dict[str, Column] = {
        "ts": Moments(micro),
        "x": Numbers(numbers, null if null.any() else None),
        "c": categories([row[2] for row in part]),
        "v": categories([row[3] for row in part]),
    }
    return Rows(len(part), columns)


def categories(texts: Sequence[str | None]) -> Categories:
    known = list(dict.fromkeys(text for text in texts if text is not None))
    return Categories(np.array([-1 if text is None else known.index(text) for text in texts], np.int32), tuple(known))


def counted(*parts: Sequence[Row], grain: Grain = Grain.HOUR) -> dict[tuple[Series, int], Profile]:
    """All profiles of some batches, by series and window."""
    tally = Tally(Plan(grain, "ts", ("x", "c"), ("x",), "v", ("c",)))
    for part in parts:
        batch = table(part)
        moments = batch.columns["ts"]
        assert isinstance(moments, Moments)
        tally.add(batch, grain.starts(moments.micro))
    return {(line, start): profile for line, sheet in tally.drain() for start, profile in sheet.items()}


def shown(profile: Profile) -> object:
    """Everything that is exact of a profile, and its sums as far as doubles agree in any order."""
    if isinstance(profile, CategoryProfile):
        return profile.rows, profile.nulls, dict(profile.counts), profile.other
    odd_rows = (profile.nulls, profile.nans, profile.plus_infinities, profile.minus_infinities, profile.zeros)
    cells = (profile.scale, profile.cells.codes.tolist(), profile.cells.counts.tolist())
    return profile.rows, odd_rows, cells, repr((profile.low + 0.0, profile.high + 0.0))


def all_shown(profiles: Mapping[tuple[Series, int], Profile]) -> dict[tuple[Series, int], object]:
    return {key: shown(profile) for key, profile in profiles.items()}


def cut(part: Sequence[Row], at: int) -> tuple[Sequence[Row], ...]:
    place = at % (len(part) + 1)
    return tuple(piece for piece in (part[:place], part[place:]) if piece)


@laws
@given(rows, st.integers(0, 60))
def test_counting_the_parts_is_counting_the_whole(part: list[Row], at: int) -> None:
    assert all_shown(counted(*cut(part, at))) == all_shown(counted(part))


@laws
@given(rows, st.integers(0, 60))
def test_parts_that_were_counted_apart_add_up_to_the_whole(part: list[Row], at: int) -> None:
    whole: dict[tuple[Series, int], Profile] = {}
    for piece in cut(part, at):
        for key, profile in counted(piece).items():
            whole[key] = add_profiles(whole[key], profile) if key in whole else profile
    assert all_shown(whole) == all_shown(counted(part))


@laws
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(part: list[Row], random: chance.Random) -> None:
    mixed = random.sample(part, len(part))
    assert all_shown(counted(*([row] for row in mixed))) == all_shown(counted(part))


@laws
@given(rows)
def test_rolling_up_hours_is_counting_days(part: list[Row]) -> None:
    rolled: dict[tuple[Series, int], Profile] = {}
    for (line, start), profile in counted(part).items():
        key = Series("1d", line.column, line.version, line.by, line.segment), start // 86_400 * 86_400
        rolled[key] = add_profiles(rolled[key], profile) if key in rolled else profile
    assert all_shown(rolled) == all_shown(counted(part, grain=Grain.DAY))


@laws
@given(rows, rows)
def test_subtraction_undoes_addition(mine: list[Row], theirs: list[Row]) -> None:
    left, right = whole_of(mine), whole_of(theirs)
    assert shown_without_ends((left[0] + right[0]) - right[0]) == shown_without_ends(left[0])
    assert shown((left[1] + right[1]) - right[1]) == shown(left[1])


def whole_of(part: list[Row]) -> tuple[NumericProfile, CategoryProfile]:
    profiles = counted([(0, *row[1:3], "") for row in part])
    number = profiles[Series("1h", "x"), 0]
    name = profiles[Series("1h", "c"), 0]
    assert isinstance(number, NumericProfile)
    assert isinstance(name, CategoryProfile)
    return number, name


def shown_without_ends(profile: NumericProfile) -> object:
    """A least value cannot be taken back, so what is left has bounds for ends."""
    return profile.rows, profile.nulls, profile.nans, profile.zeros, profile.cells.codes.tolist(), profile.cells.total


@laws
@given(rows, rows)
def test_ends_left_by_a_subtraction_still_hold_all_values(mine: list[Row], theirs: list[Row]) -> None:
    left, right = whole_of(mine)[0], whole_of(theirs)[0]
    after = (left + right) - right
    assert math.isnan(left.low) or (after.low <= loosely(left.low, 1) and after.high >= loosely(left.high, -1))


def loosely(value: float, way: int) -> float:
    """A little more or less: the ends of buckets are known to double rounding."""
    return value + way * (abs(value) * 1e-12 + 5e-324)


@laws
@given(rows, rows, st.integers(0, 5), st.integers(0, 5))
def test_a_sum_is_as_coarse_as_its_coarsest_part(mine: list[Row], theirs: list[Row], a: int, b: int) -> None:
    left, right = whole_of(mine)[0], whole_of(theirs)[0]
    both = left.to_scale(a) + right.to_scale(b)
    assert shown(both) == shown((left + right).to_scale(min(a, b)))


@laws
@given(rows, st.integers(0, 5))
def test_a_finer_scale_is_never_invented(part: list[Row], scale: int) -> None:
    coarse = whole_of(part)[0].to_scale(scale)
    assert coarse.to_scale(5) is coarse
    assert coarse.cells.total == whole_of(part)[0].cells.total


@laws
@given(st.lists(rows, max_size=5), st.randoms(use_true_random=False))
def test_a_roll_up_takes_its_parts_in_any_order(parts: list[list[Row]], random: chance.Random) -> None:
    profiles = [whole_of(part)[0] for part in parts]
    mixed = random.sample(profiles, len(profiles))
    assert shown(roll_up(mixed, NumericProfile())) == shown(roll_up(profiles, NumericProfile()))


@laws
@given(rows)
def test_sums_are_those_of_the_finite_values(part: list[Row]) -> None:
    number = whole_of(part)[0]
    finite = [row[1] for row in part if row[1] is not None and math.isfinite(row[1])]
    with np.errstate(over="ignore"):
        expected = float(np.sum(finite)), float(np.sum(np.square(finite)))
    assert np.allclose((number.total, number.squares), expected, rtol=1e-12, atol=1e-9)


cells = st.dictionaries(st.integers(-80_000, 80_000), st.integers(1, 2**40), max_size=40).map(
    lambda found: Cells(np.array(sorted(found), np.int64), np.array([found[code] for code in sorted(found)], np.int64))
)


@laws
@given(cells, cells)
def test_cells_add_and_subtract_as_numbers_do(left: Cells, right: Cells) -> None:
    assert left + right == right + left
    assert (left + right) - right == left
    assert (left + right).total == left.total + right.total
