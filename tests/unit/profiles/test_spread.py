"""The dense count agrees with the plain one, however many groups and codes there are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import Cells
from bellbuoy.profiles.spread import Groups, Spread, compact, dense, gathered, spread, spread_numbers


def plainly(codes: np.ndarray, groups: Groups) -> list[dict[int, int]]:
    found = [Counter(codes[groups.of == group].tolist()) for group in range(groups.count)]
    return [dict(sorted(counts.items())) for counts in found]


def shown(cells: Spread) -> list[dict[int, int]]:
    parts = [cells.cells(group) for group in range(len(cells.place) - 1)]
    return [dict(zip(part.codes.tolist(), part.counts.tolist(), strict=True)) for part in parts]


def groups_of(rows: int, count: int) -> Groups:
    return Groups(np.sort(np.random.default_rng(2).integers(0, count, rows)), count)


@pytest.mark.parametrize("width", [1, 40, 10**12])
@pytest.mark.parametrize("count", [1, 7, 3_000])
def test_codes_are_counted_as_one_would_by_hand(width: int, count: int) -> None:
    codes = np.random.default_rng(1).integers(-width, width + 1, 2_000)
    groups = groups_of(2_000, count)
    assert shown(spread(codes, groups)) == plainly(codes, groups)


@pytest.mark.parametrize("size", [0.0, 1.0, 1e-300, 1e300])
def test_numbers_are_counted_by_their_codes(size: float) -> None:
    values = np.random.default_rng(1).normal(size=2_000) * size
    values[::7] = 0
    groups = groups_of(2_000, 5)
    assert shown(spread_numbers(values, groups)) == plainly(buckets.encode(values), groups)


def test_values_of_all_sizes_at_once_are_counted_too() -> None:
    values = np.array([1e-320, -1e300, 0.0, -0.0, 1.0, 1e300, -1e-320, 1.0])
    groups = Groups(np.array([0, 0, 0, 1, 1, 2, 2, 2]), 4)
    assert shown(spread_numbers(values, groups)) == plainly(buckets.encode(values), groups)


def test_counts_that_come_to_nothing_vanish() -> None:
    codes, of = np.array([5, 5, -3]), np.zeros(3, np.int64)
    assert shown(gathered(codes, of, np.array([2, -2, 1]), 1)) == [{-3: 1}]


def test_no_rows_are_no_cells_in_each_group() -> None:
    nothing = np.empty(0, np.int64)
    assert shown(spread(nothing, Groups(nothing, 3))) == [{}, {}, {}]


def test_sums_and_ends_of_a_group_without_rows_are_nothing() -> None:
    groups = Groups(np.array([0, 0, 2]), 3)
    values = np.array([1.0, 2.0, -4.0])
    assert groups.sums(values).tolist() == [3.0, 0.0, -4.0]
    assert repr(groups.extremes(values)[0].tolist()) == "[1.0, nan, -4.0]"


def test_only_some_rows_keep_their_groups() -> None:
    groups = Groups(np.array([0, 0, 1, 2]), 3)
    there = np.array([True, False, False, True])
    left = groups.only(there, groups.tally(~there))
    assert (left.of.tolist(), left.sizes.tolist()) == ([0, 2], [1, 0, 1])


def test_a_cut_is_the_cells_of_its_groups() -> None:
    whole = Spread.of([Cells(np.array([place]), np.array([1])) for place in range(5)])
    assert shown(whole.cut(slice(1, 3))) == [{1: 1}, {2: 1}]


def test_the_count_of_one_code_is_told_for_each_group() -> None:
    groups = Groups(np.array([0, 0, 1, 2]), 3)
    assert spread(np.array([4, 4, 5, 4]), groups).count_of(4).tolist() == [2, 0, 1]


@pytest.mark.parametrize("codes", [[3, 3, 3], [1, 2, 9], [9, 1, 9], [-5, 10**15, 0], []])
def test_compact_is_unique_without_sorting(codes: list[int]) -> None:
    distinct, place = compact(np.array(codes, np.int64))
    assert distinct.tolist() == sorted(set(codes))
    assert distinct[place].tolist() == codes


def test_combinations_are_numbered_in_the_order_of_their_keys() -> None:
    group, (first, second) = dense(np.array([2, 1, 2, 1]), np.array([0, 9, 5, 9]))
    assert group.tolist() == [1, 0, 2, 0]
    assert (first.tolist(), second.tolist()) == ([1, 2, 2], [9, 0, 5])


def test_codes_that_lie_a_width_apart_are_numbered_without_sorting() -> None:
    days = np.array([30, 2, 2_000_000, 2], np.int64) * 86_400 + 7
    distinct, place = compact(days)
    assert (distinct[place].tolist(), distinct.tolist()) == (days.tolist(), sorted(set(days.tolist())))


def test_codes_that_only_begin_a_width_apart_are_told_apart_too() -> None:
    codes = np.array([*range(0, 86_400 * 100, 86_400), 86_400 * 10**9 + 1], np.int64)[::-1].copy()
    distinct, place = compact(codes)
    assert distinct[place].tolist() == codes.tolist()
