from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.config.tables import column_of, later, sample_of

from bellbuoy.config.kinds import ColumnKind
from bellbuoy.config.sample import (
    Numbers,
    Sample,
    Times,
    cut,
    facts_of,
    first_rows,
    lag,
    number_text,
    rows_a_window,
    shortest_between,
    sum_to_one,
)
from bellbuoy.windows import Grain

NUMBERS = st.floats(-1e6, 1e6)


def moments(minutes: list[float]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    column = column_of(later(minutes))
    assert isinstance(column, Times)
    return column.values


def test_facts_of_numbers_leave_out_nulls_and_bound_the_finite() -> None:
    facts = facts_of("x", Numbers(np.array([1.0, 2.0, 2.0, np.nan, np.inf])))
    assert (facts.nulls, facts.distinct, facts.low, facts.high, facts.whole) == (1, 3, 1, 2, True)
    assert facts.values == ("2", "1", "inf")


def test_facts_of_an_empty_column_are_all_nothing() -> None:
    facts = facts_of("x", Numbers(np.array([])))
    assert (facts.rows, facts.known, facts.uniqueness, facts.in_unit) == (0, 0, 0.0, False)
    assert math.isnan(facts.low)


def test_facts_of_texts_name_the_most_frequent_first() -> None:
    facts = facts_of("x", column_of(["b", "a", None, "a"]))
    assert (facts.kind, facts.nulls, facts.distinct, facts.values) == (ColumnKind.CATEGORY, 1, 2, ("a", "b"))


def test_only_probabilities_lie_in_the_unit() -> None:
    columns = ([0.0, 1.0], [0.0, 1.1], [-0.1, 0.5], ["0.5", "0.6"])
    assert [facts_of("x", column_of(one)).in_unit for one in columns] == [True, False, False, False]


def test_numbers_and_texts_of_one_value_read_alike() -> None:
    sample = sample_of({"number": [1, None, 2.5], "text": ["1", None, "2.5"], "flag": ["true", "false", None]})
    assert sample.texts("number") == sample.texts("text") == ["1", "", "2.5"]
    assert sample.numbers("flag").tolist()[:2] == [1.0, 0.0]


def test_whole_numbers_are_written_whole() -> None:
    assert [number_text(value) for value in (1.0, -3.0, 0.4, 1e300, math.inf)] == ["1", "-3", "0.4", "1e+300", "inf"]


def test_a_cut_lies_between_the_two_decisions() -> None:
    found = cut(np.array([0.1, 0.9, 0.39, 0.4]), np.array([False, True, False, True]))
    assert found is not None
    assert (found.below, found.above, found.exceptions) == (0.39, 0.4, 0)


def test_a_cut_counts_its_exceptions() -> None:
    score = np.linspace(0, 1, 101)
    positive = score >= 0.5
    positive[3] = True
    found = cut(score, positive)
    assert found is not None
    assert (found.below, found.above, found.exceptions) == (0.49, 0.5, 1)


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_one_decision_only_has_no_cut(positive: list[bool]) -> None:
    assert cut(np.array([0.1, 0.2]), np.array(positive)) is None


def test_equal_scores_have_no_cut() -> None:
    assert cut(np.array([0.3, 0.3]), np.array([True, False])) is None


@given(st.lists(NUMBERS, min_size=2, max_size=40, unique=True), st.data())
def test_decisions_made_by_a_threshold_give_it_back(scores: list[float], data: st.DataObject) -> None:
    threshold = data.draw(st.sampled_from(sorted(scores)[1:]))
    found = cut(np.array(scores), np.array(scores) >= threshold)
    assert found is not None
    assert found.below < threshold == found.above


@given(NUMBERS, NUMBERS)
def test_the_shortest_number_decides_as_the_gap_does(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assume(low < high)
    assert low < shortest_between(low, high) <= high


@pytest.mark.parametrize(
    ("low", "high", "short"), [(0.3999, 0.4, 0.4), (0.1, 0.9, 0.5), (0.4871, 0.4932, 0.49), (-3.2, 7.8, 2), (0, 1, 1)]
)
def test_the_shortest_number_is_what_a_person_would_have_chosen(low: float, high: float, short: float) -> None:
    assert shortest_between(low, high) == short


def test_a_lag_is_measured_where_both_are_known() -> None:
    column = column_of([*later([1, 3]), None])
    assert isinstance(column, Times)
    found = lag(moments([0, 0, 0]), column.values)
    assert found is not None
    assert (found.negative, found.median) == (0.0, 120.0)


def test_moments_never_known_together_have_no_lag() -> None:
    assert lag(moments([0]), np.array(["NaT"], "datetime64[us]")) is None


def test_scores_may_be_rounded_and_still_sum_to_one() -> None:
    a, b = np.array([0.3333, 0.5, np.nan]), np.array([0.6666, 0.5, 0.1])
    assert sum_to_one([a, b])
    assert not sum_to_one([a, b, b])


def test_a_usual_window_leaves_out_the_cut_ends() -> None:
    assert rows_a_window(moments([59, *range(60, 120), *range(120, 180), 181]), Grain.HOUR) == 60


def test_the_first_hour_of_a_long_log_tells_the_rate_of_a_day() -> None:
    assert rows_a_window(moments(list(range(61))), Grain.DAY, whole=False) == pytest.approx(61 * 24, rel=0.01)


def test_no_times_make_no_window() -> None:
    assert rows_a_window(np.array([], "datetime64[us]"), Grain.DAY) == 0


def test_rows_of_one_id_are_joined_by_their_first() -> None:
    ours, theirs = first_rows(["a", "b", "a", ""], ["c", "b", "", "a", "b"])
    assert (ours.tolist(), theirs.tolist()) == ([1, 0], [1, 3])


def test_an_empty_sample_has_facts_too() -> None:
    assert Sample(0, {}).facts() == {}
