"""A sheet is a mapping of profiles that adds up and rolls up as each profile would."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bellbuoy.profiles.blocks import NameBlock, NumberBlock, block_of
from bellbuoy.profiles.collect import count_numbers
from bellbuoy.profiles.profile import CategoryProfile, NumericProfile
from bellbuoy.profiles.sheet import Sheet
from bellbuoy.profiles.spread import Groups
from bellbuoy.windows import Grain

HOUR, DAY = 3_600, 86_400


def number(*values: float) -> NumericProfile:
    return count_numbers(np.array(values), None, Groups(np.zeros(len(values), np.int64), 1)).profile(0)


def test_a_sheet_gives_back_its_profiles_in_order_of_time() -> None:
    sheet = Sheet.of({7_200: CategoryProfile(2, 1, {"b": 1}), 3_600: CategoryProfile(1, 0, {"a": 1})})
    assert list(sheet) == [3_600, 7_200]
    assert sheet[7_200] == CategoryProfile(2, 1, {"b": 1})


def test_a_window_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Sheet.of({0: number(1.0)})[HOUR]


def test_sheets_add_up_window_by_window() -> None:
    both = Sheet.added([Sheet.of({0: number(1.0), HOUR: number(2.0)}), Sheet.of({HOUR: number(3.0)})])
    assert [repr(both[start]) for start in both] == [repr(number(1.0)), repr(number(2.0) + number(3.0))]


def test_a_roll_up_adds_the_hours_of_each_day() -> None:
    sheet = Sheet.of({0: number(1.0), 23 * HOUR: number(-1.0), DAY: number(5.0)})
    rolled = sheet.rolled(Grain.DAY)
    assert {start: part.rows for start, part in rolled.items()} == {0: 2, DAY: 1}


def test_windows_of_other_scales_are_brought_to_the_coarsest_of_each() -> None:
    fine, coarse = number(1.0, 1.02, 3.0), number(1.0, 1.02, 3.0).to_scale(2)
    both = Sheet.added([Sheet.of({0: fine, HOUR: fine}), Sheet.of({0: coarse})])
    assert repr(both[0]) == repr(fine + coarse)
    assert repr(both[HOUR]) == repr(fine)


def test_names_of_two_blocks_become_one_vocabulary() -> None:
    mine, theirs = (
        NameBlock.of([CategoryProfile(1, 0, {"a": 1})]),
        NameBlock.of([CategoryProfile(2, 0, {"b": 1, "a": 1})]),
    )
    merged = NameBlock.merged([mine, theirs], np.zeros(2, np.int64), 1)
    assert merged.profile(0) == CategoryProfile(3, 0, {"a": 2, "b": 1})


def test_others_and_sketches_add_up_too() -> None:
    part = CategoryProfile(5, 1, {"a": 2}, 2, bytes([3]) + bytes(255))
    merged = NameBlock.merged([NameBlock.of([part, part])], np.zeros(2, np.int64), 1)
    assert merged.profile(0) == CategoryProfile(10, 2, {"a": 4}, 4, part.sketch)


def test_a_window_without_values_adds_nothing_to_ends() -> None:
    block = NumberBlock.of([NumericProfile(rows=3, nulls=3), number(4.0)])
    merged = NumberBlock.merged([block], np.zeros(2, np.int64), 1).profile(0)
    assert (merged.rows, merged.low, merged.high) == (4, 4.0, 4.0)
    assert math.isnan(block.profile(0).low)


def test_a_block_holds_profiles_of_one_kind() -> None:
    with pytest.raises(AssertionError):
        block_of([number(1.0), CategoryProfile()])
