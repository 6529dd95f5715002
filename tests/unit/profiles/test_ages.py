from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.profiles.ages import LADDER, PAST_ALL, Aged, rung_at, rungs
from bellbuoy.profiles.outcome import Outcome, binary_outcome
from bellbuoy.windows import MICRO

HOUR, DAY = 3_600, 86_400


def outcome(*labels: int) -> Outcome:
    truth = np.array(labels, np.int64)
    return binary_outcome(np.full(len(labels), 0.5), np.ones(len(labels), np.int64), truth)


def rung_of(seconds: float, width: int = HOUR) -> int:
    """The rung of a label that is known so long after the end of the window from 0 on."""
    return int(rungs(np.array([int((width + seconds) * MICRO)]), np.array([0]), width)[0])


@pytest.mark.parametrize(
    ("seconds", "age"), [(-100, 0), (0, 0), (1, HOUR), (HOUR, HOUR), (HOUR + 1, 3 * HOUR), (40 * DAY, 56 * DAY)]
)
def test_a_label_belongs_to_the_first_rung_that_it_is_not_older_than(seconds: int, age: int) -> None:
    assert LADDER[rung_of(seconds)] == age


def test_a_window_of_a_minute_has_finer_rungs() -> None:
    assert LADDER[rung_of(100, width=60)] == 300


def test_what_is_older_than_any_rung_comes_last() -> None:
    assert rung_of(400 * DAY) == PAST_ALL


@given(st.integers(0, 300 * DAY), st.integers(0, 300 * DAY), st.sampled_from([60, HOUR, DAY]))
def test_a_window_has_passed_the_rungs_of_the_labels_that_it_knew(age: int, label: int, width: int) -> None:
    passed = rung_at(timedelta(seconds=age))
    assert passed is not None
    if rung_of(label, width) <= passed:
        assert label <= age


def test_before_its_end_a_window_has_passed_no_rung() -> None:
    assert rung_at(timedelta(seconds=-1)) is None


def test_parts_of_one_age_add_up() -> None:
    both = Aged({0: outcome(1)}) + Aged({0: outcome(0), 4: outcome(1, 1)})
    assert (both.until(0).rows, both.until(3).rows, both.whole.rows) == (2, 2, 4)


def test_what_is_taken_back_leaves_no_rung_behind() -> None:
    left = (Aged({0: outcome(1), 4: outcome(0)}) - Aged({4: outcome(0)})).settled
    assert left == Aged({0: outcome(1)})


def test_without_ages_all_labels_are_past_all_rungs() -> None:
    flat = Aged({0: outcome(1), 4: outcome(0)}).flat
    assert (flat.until(len(LADDER) - 1).rows, flat.whole.rows) == (0, 2)


def test_no_labels_are_an_empty_outcome() -> None:
    assert Aged().whole == Outcome()


def test_more_taken_back_than_stands_leaves_nothing_less_than_none() -> None:
    left = Aged({0: outcome(1) - outcome(0, 0), 4: outcome(1, 1) - outcome(0)}).settled
    assert (left.whole.rows, left.whole.cells) == (1, outcome(1, 1).cells)


def test_what_is_taken_back_at_another_rung_than_it_stands_at_leaves_the_whole_exact() -> None:
    moved = Aged({2: outcome(1, 1, 0), 5: outcome(0) + outcome(0) - outcome(1)})
    assert moved.settled == Aged({5: outcome(1, 0, 0, 0)})


def test_what_stands_is_settled_already() -> None:
    aged = Aged({0: outcome(1), 4: outcome(0)})
    assert aged.settled == aged
