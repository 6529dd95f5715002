"""What decisions were worth: the total, the mean, and how sure they are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.metrics.samples import BINARY, CLASSES, MULTICLASS, REGRESSION, classed, guessed, scored, taken

from bellbuoy.errors import ConfigError
from bellbuoy.metrics.catalogue import find, measure, metrics_of
from bellbuoy.metrics.intervals import Floats, rate_interval
from bellbuoy.metrics.money import gains_interval, skewed_interval
from bellbuoy.metrics.reading import Unmeasured
from bellbuoy.metrics.subject import Money, Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

#: By predicted, then by true: a hit earns 120, a false alarm costs 15, a miss 300.
LENDER = replace(BINARY, money=Money(((0.0, -300.0), (-15.0, 120.0))))
GRADER = replace(MULTICLASS, money=Money(tuple(tuple(float(5 - 9 * abs(a - b)) for a in range(4)) for b in range(4))))
BY_ROW = replace(REGRESSION, money=Money())


def summed(worth: Floats, lacking: int = 0) -> Outcome:
    """The outcome of rows that are worth so much, and of some that have no value."""
    with np.errstate(over="ignore"):
        powers = {"value": worth, "value_square": worth**2, "value_cube": worth**3}
    sums = {name: float(power.sum()) for name, power in powers.items()} | {"value_rows": float(len(worth))}
    part = guessed(len(worth) + lacking).outcome
    return Outcome(part.rows, part.cells, {**part.sums, **sums})


def test_each_cell_of_a_binary_model_has_its_gain() -> None:
    rows = scored(500)
    said, true = rows.predicted, rows.label
    worth = 120 * (said & true) - 15 * (said & (1 - true)) - 300 * ((1 - said) & true)
    assert taken("value", rows.outcome, LENDER).value == worth.sum()
    assert taken("mean_value", rows.outcome, LENDER).value == pytest.approx(worth.mean())


def test_each_pair_of_classes_has_its_gain() -> None:
    rows = classed(400)
    worth = 5 - 9 * np.abs(rows.predicted - rows.label)
    assert taken("value", rows.outcome, GRADER).value == worth.sum()
    assert taken("mean_value", rows.outcome, GRADER).value == pytest.approx(worth.mean())


@pytest.mark.parametrize(("subject", "outcome"), [(LENDER, scored(80).outcome), (GRADER, classed(80).outcome)])
def test_the_total_is_the_mean_so_many_times_and_so_are_its_ends(subject: Subject, outcome: Outcome) -> None:
    total, mean = (taken(name, outcome, subject) for name in ("value", "mean_value"))
    assert (total.low, total.high) == pytest.approx((80 * mean.low, 80 * mean.high))
    assert total.low < total.value < total.high
    assert total.rows == mean.rows == 80


def test_what_is_expected_of_labels_is_worth_something_before_they_come() -> None:
    hit, miss = 4 * 900 + 2 + 1, 4 * 100 + 1
    expected = Outcome(2, {"score": Cells(np.array([miss, hit]), np.array([0.25, 1.75]))})
    assert taken("value", expected, LENDER).value == 0.25 * -300 + 1.75 * 120
    assert taken("mean_value", expected, LENDER).value == (0.25 * -300 + 1.75 * 120) / 2


def test_of_two_gains_the_interval_is_wilsons() -> None:
    low, high = rate_interval(0.3, 50)
    found = gains_interval(np.array([35.0, 15.0]), np.array([-4.0, 6.0]), -1.0)
    assert found == pytest.approx((10 * low - 4, 10 * high - 4))


def test_a_gain_added_to_every_cell_moves_the_interval_and_nothing_else() -> None:
    counts, gains = np.array([5.0, 80.0, 3.0, 12.0]), np.array([-300.0, 0.0, -15.0, 120.0])
    mean = float(counts @ gains) / 100
    moved = gains_interval(counts, gains + 1_000, mean + 1_000)
    assert moved == pytest.approx([end + 1_000 for end in gains_interval(counts, gains, mean)])


def test_a_costly_cell_that_nobody_was_in_yet_may_still_come() -> None:
    passes = scored(50, shift=60.0).outcome
    reading = taken("mean_value", passes, LENDER)
    assert reading.value == 0.0
    # 0 of 50: Wilson's upper limit of a share is 7 %.
    assert reading.low == pytest.approx(-300 * rate_interval(0.0, 50)[1])


def test_where_all_gains_are_the_same_there_is_nothing_to_be_unsure_of() -> None:
    flat = replace(BINARY, money=Money(((2.0, 2.0), (2.0, 2.0))))
    reading = taken("mean_value", scored(30).outcome, flat)
    assert (reading.low, reading.value, reading.high) == (2.0, 2.0, 2.0)


def test_no_mean_is_beyond_the_least_and_the_greatest_gain() -> None:
    reading = taken("mean_value", scored(1).outcome, LENDER)
    assert -300 <= reading.low <= reading.value <= reading.high <= 120


def test_an_expression_was_worked_out_row_by_row() -> None:
    worth = np.random.default_rng(2).normal(-3, 10, 200)
    outcome = summed(worth)
    assert taken("value", outcome, BY_ROW).value == pytest.approx(worth.sum())
    assert taken("mean_value", outcome, BY_ROW).value == pytest.approx(worth.mean())


def test_rows_without_a_value_are_left_out() -> None:
    outcome = summed(np.array([1.0, 2.0, 6.0]), lacking=7)
    assert outcome.rows == 10
    reading = taken("mean_value", outcome, BY_ROW)
    assert (reading.value, reading.rows) == (3.0, 3)


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (guessed(5).outcome, "not worked out when these labels came"),
        (summed(np.array([]), lacking=4), "no row has a value"),
        (summed(np.array([1e200, 1.0])), "larger than a double holds"),
        (Outcome(), "no labels yet"),
    ],
)
@pytest.mark.parametrize("metric", ["value", "mean_value"])
def test_what_has_no_value_says_why(metric: str, outcome: Outcome, why: str) -> None:
    reading = measure(metric, outcome, BY_ROW)
    assert isinstance(reading, Unmeasured)
    assert why in reading.why


def test_without_skewness_the_interval_is_students() -> None:
    worth = np.array([-2.0, -1.0, 0.0, 1.0, 2.0]) + 7
    low, high = skewed_interval(7.0, float((worth**2).mean()), float((worth**3).mean()), 5)
    half = 2.776445 * worth.std(ddof=1) / math.sqrt(5)
    assert (low, high) == pytest.approx((7 - half, 7 + half))


def test_rare_losses_reach_further_down_than_up() -> None:
    worth = np.array([1.0] * 95 + [-100.0] * 5)
    reading = taken("mean_value", summed(worth), BY_ROW)
    assert reading.value - reading.low > 1.3 * (reading.high - reading.value)


def test_the_mean_of_one_row_may_be_anything_near() -> None:
    reading = taken("mean_value", summed(np.array([10.0])), BY_ROW)
    assert (reading.low, reading.high) == (-380.0, 400.0)


def test_rounding_is_no_spread() -> None:
    reading = taken("mean_value", summed(np.full(1_000, 0.1) + 1e9), BY_ROW)
    assert reading.high - reading.low <= 1e-6


def test_a_model_without_value_has_no_such_metrics() -> None:
    assert {"value", "mean_value"} & {*metrics_of(BINARY), *metrics_of(REGRESSION)} == set()
    with pytest.raises(ConfigError, match="does not say what decisions are worth"):
        find("value", BINARY)


@pytest.mark.parametrize("subject", [LENDER, GRADER, BY_ROW])
def test_a_model_with_value_has_them_after_all_others(subject: Subject) -> None:
    assert metrics_of(subject)[-2:] == ("value", "mean_value")
    assert find("Business value", subject) == "value"


def test_decisions_without_scores_are_worth_something_too() -> None:
    decided = replace(GRADER, scored=False)
    cells = Cells(np.array([0, 5, 6]), np.array([3, 2, 1]))
    assert len(CLASSES) == 4
    assert taken("value", Outcome(6, {"confusion": cells}), decided).value == 3 * 5 + 2 * 5 - 4


@pytest.mark.parametrize("rows", [0.0, -3.0])
@pytest.mark.parametrize("metric", ["value", "mean_value"])
def test_values_taken_back_that_were_never_worked_out_are_none(metric: str, rows: float) -> None:
    """The expression came after the labels, and then they were corrected."""
    worth = summed(np.array([1.0, 2.0]))
    bent = replace(worth, sums={**worth.sums, "value": -3.0, "value_square": -3.0, "value_rows": rows})
    assert isinstance(measure(metric, bent, BY_ROW), Unmeasured)


def test_a_spread_that_a_double_hardly_holds_is_no_fault() -> None:
    low, high = skewed_interval(1e-110, 2e-220, 0.0, 5)
    assert low < 1e-110 < high
