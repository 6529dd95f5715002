"""A scale says where a value lies among those that it was learnt from, and whether it is like them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bellbuoy.profiles.boosting import BINS
from bellbuoy.profiles.scales import NameScale, NumberScale, scale_of
from bellbuoy.sources.port import Categories, Kind, Moments, Numbers
from bellbuoy.testing import Value, column_of

NULL, OTHER = BINS - 1, BINS - 2


def numbers(*values: Value) -> Numbers:
    column = column_of(values, Kind.NUMBER)
    assert isinstance(column, Numbers)
    return column


def names(*values: Value) -> Categories:
    column = column_of(values, Kind.CATEGORY)
    assert isinstance(column, Categories)
    return column


def thousand(*more: Value) -> NumberScale:
    """The scale of the numbers 0 to 999, and of some more."""
    scale = NumberScale.of([numbers(*range(1_000), *more)])
    assert scale is not None
    return scale


def test_a_rank_is_the_share_that_lies_below() -> None:
    ranks = thousand().ranks(numbers(-5, 250, 499.5, 2_000))
    assert ranks.tolist() == pytest.approx([0, 0.25, 0.5, 1], abs=0.005)


def test_equal_values_stand_in_the_middle_of_their_ranks() -> None:
    scale = NumberScale.of([numbers(*[0] * 80, *[1] * 20)])
    assert scale is not None
    assert scale.ranks(numbers(0, 1)).tolist() == pytest.approx([0.4, 0.9], abs=0.01)


def test_a_null_has_no_rank_and_a_bin_of_its_own() -> None:
    scale, column = thousand(), numbers(None, math.nan, 5)
    assert np.isnan(scale.ranks(column)).tolist() == [True, True, False]
    assert scale.codes(column).tolist() == [NULL, NULL, 0]


def test_bins_hold_about_as_many_values_each() -> None:
    many = np.bincount(thousand().codes(numbers(*range(1_000))), minlength=BINS)
    assert many[NULL] == 0
    assert 25 <= many[:NULL].min() <= many[:NULL].max() <= 40


def test_bins_are_in_the_order_of_their_values() -> None:
    codes = thousand().codes(numbers(-math.inf, *range(0, 1_000, 7), math.inf)).tolist()
    assert codes == sorted(codes)


def test_few_values_have_a_bin_each() -> None:
    scale = NumberScale.of([numbers(*[1, 2, 5] * 50)])
    assert scale is not None
    assert len(set(scale.codes(numbers(1, 2, 5)).tolist())) == 3


@pytest.mark.parametrize(("value", "strange"), [(500, False), (2, True), (20, False), (998, True), (math.inf, True)])
def test_a_number_beyond_all_but_the_last_ones_is_strange(value: float, *, strange: bool) -> None:
    assert thousand().strange(numbers(value)).tolist() == [strange]


def test_a_null_is_strange_where_there_were_none() -> None:
    assert thousand().strange(numbers(None)).tolist() == [True]
    assert thousand(*[None] * 100).strange(numbers(None)).tolist() == [False]


def test_a_column_without_a_number_has_no_scale() -> None:
    assert NumberScale.of([numbers(None, math.nan, math.inf)]) is None
    assert scale_of([numbers(None)]) is None


def test_parts_of_a_column_make_one_scale() -> None:
    whole, parts = scale_of([numbers(*range(100))]), scale_of([numbers(*range(40)), numbers(*range(40, 100))])
    assert isinstance(whole, NumberScale)
    assert isinstance(parts, NumberScale)
    assert whole.grid.tolist() == parts.grid.tolist()


def test_moments_have_no_scale() -> None:
    assert scale_of([Moments(np.zeros(3, np.int64))]) is None


def test_the_most_frequent_names_have_bins_in_their_order() -> None:
    scale = NameScale.of([names(*"bbbaac", None)])
    assert scale.names == ("b", "a", "c")
    assert scale.codes(names("c", "a", "b")).tolist() == [2, 1, 0]


def test_a_name_that_was_never_seen_is_strange() -> None:
    scale = NameScale.of([names(*"ab" * 50)])
    assert scale.codes(names("z")).tolist() == [OTHER]
    assert scale.strange(names("a", "z")).tolist() == [False, True]


def test_names_beyond_the_bins_are_one_and_usual_where_they_are_many() -> None:
    scale = NameScale.of([names(*(f"n{place:03}" for place in range(200)))])
    assert len(scale.names) == OTHER
    assert scale.strange(names("n000", "n199", "new")).tolist() == [False, False, False]


def test_a_missing_name_is_strange_only_where_none_was_missing() -> None:
    full, holed = NameScale.of([names(*"ab" * 50)]), NameScale.of([names(*"ab" * 50, None)])
    assert [scale.strange(names(None)).tolist() for scale in (full, holed)] == [[True], [False]]
    assert holed.codes(names(None)).tolist() == [NULL]


def test_names_that_stand_twice_in_a_column_count_together() -> None:
    column = Categories(np.array([0, 1, 2, 2], np.int32), ("x", "x", "y"))
    assert NameScale.of([column]).names == ("x", "y")


def test_a_column_that_changed_its_kind_is_null() -> None:
    assert thousand().codes(names("a", "b")).tolist() == [NULL, NULL]


def test_numbers_in_a_column_of_names_are_read_as_names() -> None:
    scale = NameScale.of([names("1", "2", "2")])
    assert scale.codes(numbers(1, 2, 3)).tolist() == [1, 0, OTHER]
