from __future__ import annotations

import operator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.taken import Taken, complete, record_of, taken_at, trailing, truths
from bellbuoy.windows import Grain

DAY = 86_400
MEASURED = Measured(0.7, 0.6, 0.8, 100)
PARTS = st.dictionaries(st.integers(0, 60), st.integers(-50, 50), max_size=25).map(
    lambda parts: dict(sorted(parts.items()))
)


def taken(day: int, value: float = 0.7, **more: object) -> Taken:
    one = taken_at(day * DAY, Grain.DAY, Measured(value, value - 0.1, value + 0.1, 100), 200)
    return replace(one, **{"labelled": 100, "maturity": Maturity.FINAL, **more})  # type: ignore[arg-type]


def before(parts: dict[int, int], span: int) -> list[tuple[int, int, int | None]]:
    return list(trailing(parts, timedelta(seconds=span), operator.add, operator.sub))


def test_a_reading_is_of_the_window_that_starts_there() -> None:
    window = taken_at(DAY, Grain.HOUR, MEASURED, 5).window
    assert (window.start, window.end - window.start) == (datetime(1970, 1, 2, tzinfo=UTC), timedelta(hours=1))


@pytest.mark.parametrize(
    ("rows", "labelled", "share"), [(200, 50, 0.25), (0, 0, None), (200, None, None), (10, 0, 0.0)]
)
def test_coverage_is_the_share_that_is_labelled(rows: int, labelled: int | None, share: float | None) -> None:
    assert replace(taken(0), rows=rows, labelled=labelled).coverage == share


@pytest.mark.parametrize(
    ("maturity", "told"),
    [(Maturity.FINAL, True), (Maturity.MATURE, True), (Maturity.PROVISIONAL, False), (None, False)],
)
def test_only_ripe_windows_tell_the_truth(maturity: Maturity | None, told: bool) -> None:
    assert bool(truths([taken(0, maturity=maturity)])) is told


def test_an_estimate_is_never_taken_for_the_truth() -> None:
    assert truths([taken(0, estimate=True)]) == {}


def test_only_windows_that_have_ended_are_complete() -> None:
    days = [taken(day) for day in range(3)]
    assert complete(days, datetime(1970, 1, 3, tzinfo=UTC)) == days[:2]


def test_estimates_are_compared_with_the_truth_of_their_own_window() -> None:
    told = [taken(day, 0.72, estimate=True) for day in range(30)]
    record = record_of(told, [taken(day) for day in range(10, 40)])
    assert record is not None
    assert record.windows == 20
    assert record.within == pytest.approx(0.02)


def test_without_labels_estimates_have_no_record() -> None:
    told = [taken(day, estimate=True) for day in range(30)]
    assert record_of(told, [taken(day, maturity=Maturity.PROVISIONAL) for day in range(30)]) is None


def test_what_was_not_measured_is_no_truth_to_compare_with() -> None:
    told = [taken(day, estimate=True) for day in range(30)]
    assert record_of(told, [taken(day, reading=Unmeasured("one class only")) for day in range(30)]) is None


@given(PARTS, st.integers(1, 30))
def test_before_each_part_is_the_sum_of_the_span_before_it(parts: dict[int, int], span: int) -> None:
    for start, part, past in before(parts, span):
        some = [value for at, value in parts.items() if start - span <= at < start]
        assert (part, past) == (parts[start], sum(some) if some else None)


@given(PARTS)
def test_every_part_comes_once_in_order(parts: dict[int, int]) -> None:
    assert [start for start, _, _ in before(parts, 7)] == list(parts)


def test_before_the_first_part_there_is_none() -> None:
    assert before({3: 5}, 10) == [(3, 5, None)]


def test_a_gap_longer_than_the_span_leaves_nothing_to_compare_with() -> None:
    assert before({0: 5, 1: 6, 90: 7}, 10)[-1] == (90, 7, None)
