"""Outcomes by age: laws that hold for any labels that came at any time."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.profiles.ages import LADDER, PAST_ALL, Aged, ripened, rung_at, rungs
from bellbuoy.profiles.outcome import Outcome, binary_outcome
from bellbuoy.windows import MICRO

WIDTHS = st.sampled_from([60, 300, 900, 3_600, 86_400, 604_800])
RUNGS = st.integers(0, PAST_ALL)


def outcome(*rows: tuple[float, int]) -> Outcome:
    scores = np.array([score for score, _ in rows], np.float64)
    return binary_outcome(scores, (scores >= 0.5).astype(np.int64), np.array([label for _, label in rows], np.int64))


#: Few labels of few scores: what is taken back is often there twice.
OUTCOMES = st.sampled_from(
    [outcome(), outcome((0.2, 0)), outcome((0.2, 1)), outcome((0.9, 1)), outcome((0.2, 0), (0.5, 1), (0.9, 0))]
)
AGED = st.dictionaries(RUNGS, OUTCOMES, max_size=4).map(Aged)


def counts(aged: Aged) -> dict[int, tuple[int, object]]:
    """Rows and cells of every rung that has labels; sums are only as exact as floats are."""
    return {rung: (part.rows, part.cells) for rung, part in aged.settled.parts.items()}


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20), WIDTHS)
def test_every_label_has_a_rung(known: list[int], width: int) -> None:
    found = rungs(np.array(known, np.int64) * MICRO, np.zeros(len(known), np.int64), width)
    assert all(0 <= rung <= PAST_ALL for rung in found.tolist())


@given(st.integers(0, 10**9), st.integers(0, 10**9), WIDTHS)
def test_a_label_that_was_known_later_is_on_no_lower_rung(one: int, other: int, width: int) -> None:
    known = np.array(sorted((one, other)), np.int64) * MICRO
    first, second = rungs(known, np.zeros(2, np.int64), width).tolist()
    assert first <= second


@given(st.integers(0, 10**9), st.integers(-(10**9), 10**9), WIDTHS)
def test_only_the_age_of_a_label_matters_and_not_the_date(age: int, start: int, width: int) -> None:
    here = rungs(np.array([age * MICRO]), np.array([0]), width)
    there = rungs(np.array([(age + start) * MICRO]), np.array([start]), width)
    assert here.tolist() == there.tolist()


@given(st.integers(0, 10**9))
def test_the_rung_of_an_age_is_the_highest_that_it_has_passed(seconds: int) -> None:
    rung = rung_at(timedelta(seconds=seconds))
    assert rung is not None
    assert LADDER[rung] <= seconds
    assert rung + 1 == len(LADDER) or seconds < LADDER[rung + 1]


@given(AGED, AGED)
def test_the_order_in_which_labels_come_does_not_matter(one: Aged, other: Aged) -> None:
    assert counts(one + other) == counts(other + one)


@given(AGED, AGED)
def test_taking_labels_back_undoes_adding_them(one: Aged, other: Aged) -> None:
    assert counts((one + other) - other) == counts(one)


@given(AGED, RUNGS, RUNGS)
def test_a_window_never_has_fewer_labels_when_it_is_older(one: Aged, rung: int, later: int) -> None:
    low, high = sorted((rung, later))
    assert one.until(low).rows <= one.until(high).rows <= one.whole.rows


@given(AGED, AGED, RUNGS)
def test_cutting_the_sum_is_adding_what_was_cut(one: Aged, other: Aged, rung: int) -> None:
    whole, parts = (one + other).until(rung), one.until(rung) + other.until(rung)
    assert (whole.rows, whole.cells) == (parts.rows, parts.cells)


@given(st.lists(AGED, max_size=4))
def test_all_together_are_as_many_as_one_by_one(every: list[Aged]) -> None:
    step = Aged()
    for one in every:
        step += one
    assert counts(ripened(every)) == counts(step)


@given(AGED)
def test_without_ages_no_label_is_lost(one: Aged) -> None:
    assert one.flat.whole.rows == one.whole.rows
