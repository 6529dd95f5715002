from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metrics.columns import categories, numbers

from bellbuoy.app.compare import words
from bellbuoy.app.compare.words import PLAIN, Ruler
from bellbuoy.metrics.reading import Measured, Unmeasured

GAP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.7424, "0.7424"),
        (-12.4149, "−12.41"),
        (9_999.4, "9999"),
        (12_345.0, "12.3k"),
        (2.5e6, "2.5M"),
        (1e-4, "1.0e−04"),
        (None, "–"),
        (math.nan, "–"),
        (-math.inf, "–"),
    ],
)
def test_a_number_is_written_in_few_letters(value: float | None, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, f"0{GAP}%"),
        (1.0, f"100{GAP}%"),
        (0.41, f"41{GAP}%"),
        (0.012, f"1.2{GAP}%"),
        (0.95, f"95.0{GAP}%"),
        (0.0002, f"<{GAP}0.1{GAP}%"),
        (0.9998, f">{GAP}99.9{GAP}%"),
    ],
)
def test_a_share_can_be_told_from_nothing_and_from_all(value: float, text: str) -> None:
    assert words.share(value) == text


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_only_nothing_and_all_are_written_as_such(value: float) -> None:
    assert words.share(value) not in {f"0{GAP}%", f"100{GAP}%", f"0.0{GAP}%", f"100.0{GAP}%"} or value * 100 in {0, 100}


@pytest.mark.parametrize(("value", "text"), [(0.0, "0.000"), (0.0004, "< 0.001"), (0.25, "0.250")])
def test_a_distance_that_is_there_is_not_written_as_none(value: float, text: str) -> None:
    assert words.distance(value) == text


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0.0, "< 0.001"), (0.0009, "< 0.001"), (0.05, "0.050")])
def test_a_small_probability_is_told_by_its_size(value: float | None, text: str) -> None:
    assert words.rate(value) == text


@pytest.mark.parametrize(
    ("factor", "text"), [(1_000.0, "1,000 times"), (0.6213, "0.62 times"), (19.0, "19 times"), (2.54, "2.5 times")]
)
def test_a_factor_is_told_in_two_figures_or_whole(factor: float, text: str) -> None:
    assert words.times(factor) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c", "d"], "a, b, c, d"),
        (["a", "b", "c", "d", "e"], "a, b, c, d and 1 more"),
    ],
)
def test_many_categories_are_counted_and_not_listed(names: list[str], text: str) -> None:
    assert words.named(names) == text


def test_a_category_as_long_as_a_book_is_cut() -> None:
    assert words.named(["x" * 1_000]) == f"{'x' * 40}…"


def test_a_moment_is_told_in_utc() -> None:
    here = datetime(2013, 11, 4, 1, 30, tzinfo=timezone(timedelta(hours=3)))
    assert (words.moment(here), words.moment(None)) == ("2013-11-03 22:30", "–")


def test_a_reading_has_its_interval_or_its_reason() -> None:
    assert words.reading(Measured(0.74, 0.7, 0.78, 90)) == "0.74 (0.7 to 0.78)"
    assert words.reading(Unmeasured("one class only")) == "one class only"


def test_a_ruler_that_turns_signs_round_keeps_the_smaller_end_first() -> None:
    assert Ruler(-1.0).span(1.0, 2.0) == "−2 to −1"


@pytest.mark.parametrize(
    ("seconds", "unit"),
    [(3 * 86_400.0, "days before ts"), (5 * 3_600.0, "h before ts"), (600.0, "min before ts"), (30.0, "s before ts")],
)
def test_moments_are_measured_in_the_widest_unit_that_fits(seconds: float, unit: str) -> None:
    assert words.ruler_of(numbers([*[seconds] * 9]), "ts").unit == f"{GAP}{unit}"


def test_moments_after_a_row_are_told_as_after_it() -> None:
    ruler = words.ruler_of(numbers([*[-7_200.0] * 9]), "ts")
    assert (ruler.unit, ruler.text(-7_200.0)) == (f"{GAP}h after ts", "2")


def test_moments_that_nobody_knows_have_a_ruler_all_the_same() -> None:
    assert words.ruler_of(numbers([]), "ts").unit == f"{GAP}s after ts"


def test_numbers_that_moved_say_from_where_to_where() -> None:
    text = words.moved(numbers(range(200, 300)), numbers(range(100)))
    assert text.startswith("moved: median 4")
    assert f"90{GAP}% of the values within" in text


def test_a_category_that_gained_most_is_named_with_both_shares() -> None:
    text = words.moved(categories("a" * 10 + "b" * 90), categories("a" * 50 + "b" * 40 + "c" * 10))
    assert text == f"moved: b 40{GAP}% → 90{GAP}%"


def test_a_category_that_is_gone_is_named() -> None:
    assert words.moved(categories("a" * 10), categories("a" * 5 + "b" * 5)) in {
        f"moved: a 50{GAP}% → 100{GAP}%",
        f"moved: b 50{GAP}% → 0{GAP}%",
    }


def test_numbers_that_kept_all_that_is_told_are_told_by_their_bucket() -> None:
    same = numbers([1.0] * 25 + [2.0] * 75)
    assert words.moved(same, same) == f"moved: values about 1 25{GAP}% → 25{GAP}%"


def test_numbers_that_are_all_infinite_say_so() -> None:
    wild = numbers([*[math.inf] * 5])
    assert words.moved(wild, wild) == f"moved: infinite in 100{GAP}%"


def test_what_did_not_move_has_no_middle_to_tell() -> None:
    same = numbers(range(1, 100))
    assert words.middles(same, same, PLAIN) == ""


def test_a_mean_that_moved_within_the_spread_is_not_told() -> None:
    usual = numbers([*[0.0] * 60, *[1.0] * 40])
    assert words.middles(numbers([*[0.0] * 59, *[1.0] * 41]), usual) == ""


def test_now_is_utc() -> None:
    assert words.moment(datetime(2024, 3, 1, tzinfo=UTC)) == "2024-03-01 00:00"
