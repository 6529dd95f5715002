"""Estimates beside their truth: laws that hold for any of them."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.metrics.early import settled, surer
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.track import track_record
from bellbuoy.metrics.widening import Told, widened

DAY = 86_400
VALUES = st.integers(0, 1_000).map(lambda mils: mils / 1_000)
HALVES = st.integers(0, 300).map(lambda mils: mils / 1_000)
MEASURED = st.builds(
    lambda value, down, up: Measured(value, max(0.0, value - down), min(1.0, value + up), 100),
    VALUES,
    HALVES,
    HALVES,
)
READINGS = st.one_of(MEASURED, st.just(Unmeasured("no labels yet")))
PAIRS = st.lists(st.tuples(READINGS, READINGS), max_size=25)
LAGS = st.integers(0, 9).map(lambda days: days * DAY)


def told_of(pairs: list[tuple[Reading, Reading]]) -> tuple[list[Told], dict[int, Reading]]:
    told = [Told(day * DAY, (day + 1) * DAY, estimate) for day, (estimate, _) in enumerate(pairs)]
    return told, {day * DAY: truth for day, (_, truth) in enumerate(pairs)}


@given(PAIRS, LAGS)
def test_an_interval_never_becomes_narrower(pairs: list[tuple[Reading, Reading]], lag: int) -> None:
    told, truth = told_of(pairs)
    for one, wide in zip(told, widened(told, truth, lag, (0.0, 1.0)), strict=True):
        if isinstance(one.reading, Measured):
            assert isinstance(wide, Measured)
            assert wide.low <= one.reading.low
            assert wide.high >= one.reading.high


@given(PAIRS, LAGS)
def test_only_the_interval_of_an_estimate_changes(pairs: list[tuple[Reading, Reading]], lag: int) -> None:
    told, truth = told_of(pairs)
    for one, wide in zip(told, widened(told, truth, lag, (0.0, 1.0)), strict=True):
        if isinstance(one.reading, Measured) and isinstance(wide, Measured):
            assert replace(wide, low=one.reading.low, high=one.reading.high) == one.reading
        else:
            assert wide == one.reading


@given(PAIRS, LAGS, st.integers(0, 24))
def test_what_comes_later_changes_no_earlier_estimate(pairs: list[tuple[Reading, Reading]], lag: int, cut: int) -> None:
    told, truth = told_of(pairs)
    whole = list(widened(told, truth, lag, (0.0, 1.0)))
    assert list(widened(told[:cut], truth, lag, (0.0, 1.0))) == whole[:cut]


@given(PAIRS)
def test_without_truths_nothing_is_widened(pairs: list[tuple[Reading, Reading]]) -> None:
    told, _ = told_of(pairs)
    assert list(widened(told, {}, 0, (0.0, 1.0))) == [one.reading for one in told]


@given(st.lists(MEASURED, max_size=20), LAGS)
def test_estimates_that_were_right_are_not_widened(exact: list[Measured], lag: int) -> None:
    told, truth = told_of([(one, one) for one in exact])
    assert list(widened(told, truth, lag, (0.0, 1.0))) == [one.reading for one in told]


@given(PAIRS)
def test_a_record_is_of_what_can_be_compared(pairs: list[tuple[Reading, Reading]]) -> None:
    both = [pair for pair in pairs if all(isinstance(one, Measured) for one in pair)]
    record = track_record(pairs)
    assert (record is None) == (len(both) < 10)
    assert record is None or record.windows == len(both)


@given(st.lists(st.tuples(MEASURED, MEASURED), min_size=10, max_size=25))
def test_a_record_says_how_near_nine_of_ten_came(pairs: list[tuple[Measured, Measured]]) -> None:
    record = track_record(pairs)
    assert record is not None
    near = sum(abs(one.value - two.value) <= record.within for one, two in pairs)
    assert near >= record.share * len(pairs) - 1e-9
    assert 0.0 <= record.covered <= 1.0


@given(MEASURED, MEASURED)
def test_a_window_that_is_as_earlier_ones_were_settles_where_they_did(now: Measured, final: Measured) -> None:
    reading = settled(now, now, final)
    assert isinstance(reading, Measured)
    assert math.isclose(reading.value, final.value, abs_tol=1e-12)


@given(MEASURED, MEASURED, MEASURED)
def test_what_will_settle_is_no_surer_than_what_was_seen(now: Measured, then: Measured, final: Measured) -> None:
    reading = settled(now, then, final)
    assert isinstance(reading, Measured)
    assert reading.high - reading.low >= now.high - now.low - 1e-12


@given(READINGS, READINGS, READINGS)
def test_nothing_settles_of_what_was_not_measured(now: Reading, then: Reading, final: Reading) -> None:
    measured = all(isinstance(one, Measured) for one in (now, then, final))
    assert isinstance(settled(now, then, final), Measured) is measured


@given(MEASURED, st.integers(0, 50), st.integers(0, 50))
def test_more_looks_ask_for_wider_intervals(reading: Measured, one: int, other: int) -> None:
    few, many = (surer(reading, looks, (0.0, 1.0)) for looks in sorted((one, other)))
    assert isinstance(few, Measured)
    assert isinstance(many, Measured)
    assert many.low <= few.low + 1e-12
    assert many.high >= few.high - 1e-12


@given(MEASURED, st.integers(0, 50))
def test_an_interval_stays_within_what_the_metric_can_be(reading: Measured, looks: int) -> None:
    wide = surer(reading, looks, (0.0, 1.0))
    assert isinstance(wide, Measured)
    assert wide.low >= 0.0
    assert wide.high <= 1.0
