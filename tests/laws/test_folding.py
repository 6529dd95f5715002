"""Beyond a thousand categories the rest is one count and an estimate, and the state stays small."""

from __future__ import annotations

import random as chance

import numpy as np
import pytest

from bellbuoy.profiles.blocks import NameBlock
from bellbuoy.profiles.collect import Named, count_names
from bellbuoy.profiles.profile import TOP, CategoryProfile, sketch_of
from bellbuoy.profiles.spread import Groups


def profile_of(counts: dict[str, int]) -> CategoryProfile:
    return CategoryProfile(sum(counts.values()), 0, counts).folded()


def test_a_thousand_categories_are_kept_exactly() -> None:
    counts = {f"name {place}": 1 for place in range(TOP)}
    assert profile_of(counts).counts == counts


def test_the_commonest_keep_their_names() -> None:
    profile = profile_of({f"name {place}": place + 1 for place in range(5_000)})
    assert set(profile.counts) == {f"name {place}" for place in range(4_000, 5_000)}


def test_folding_loses_no_row() -> None:
    profile = profile_of({f"name {place}": place % 7 + 1 for place in range(5_000)})
    assert sum(profile.counts.values()) + profile.other == profile.rows


def test_names_seen_once_are_not_kept_once_there_are_too_many() -> None:
    profile = profile_of({f"free text {place}": 1 for place in range(2_000)} | {"common": 2})
    assert dict(profile.counts) == {"common": 2}


@pytest.mark.parametrize("distinct", [1_001, 3_000, 20_000, 100_000])
def test_distinct_categories_are_estimated_within_three_standard_errors(distinct: int) -> None:
    profile = profile_of({f"name {place}": 1 for place in range(distinct)})
    assert profile.distinct == pytest.approx(distinct, rel=3 * 0.065)


def test_a_sketch_of_two_sets_is_that_of_their_union() -> None:
    mine, theirs = [f"a{place}" for place in range(3_000)], [f"b{place}" for place in range(3_000)]
    both = profile_of(dict.fromkeys(mine, 1)) + profile_of(dict.fromkeys(theirs, 1))
    assert both.sketch == sketch_of([*mine, *theirs])


def test_folded_profiles_add_up_in_any_order_within_what_was_folded() -> None:
    random = chance.Random(3)
    parts = [profile_of({f"n{random.randrange(4_000)}": random.randrange(1, 9) for _ in range(900)}) for _ in range(8)]
    forth, back = sum(parts[1:], parts[0]), sum(parts[-2::-1], parts[-1])
    assert (forth.rows, forth.nulls, forth.sketch) == (back.rows, back.nulls, back.sketch)
    assert sum(forth.counts.values()) + forth.other == forth.rows


def test_a_block_folds_as_a_profile_does() -> None:
    names = ("", *(f"name {place}" for place in range(3_000)))
    codes = np.repeat(np.arange(1, 3_001), np.arange(3_000) % 4 + 1)
    block = count_names(Named(codes, names), Groups(np.zeros(len(codes), np.int64), 1))
    merged = NameBlock.merged([block], np.zeros(1, np.int64), 1)
    counts = {f"name {place}": place % 4 + 1 for place in range(3_000)}
    assert merged.profile(0) == profile_of(counts)


def test_a_hundred_thousand_categories_cost_no_more_than_a_thousand() -> None:
    names = ("", *(f"name {place}" for place in range(100_000)))
    codes = np.arange(200_000) % 100_000 + 1
    block = count_names(Named(codes, names), Groups(np.zeros(len(codes), np.int64), 1)).folded()
    assert len(block.cells.codes) == TOP
