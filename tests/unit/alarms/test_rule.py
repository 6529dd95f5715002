from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.alarms.rule import Breach, Part, together
from bellbuoy.alarms.sides import Readings, Selector
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured

YES, NO, UNKNOWN = Breach.YES, Breach.NO, Breach.UNKNOWN


def reading(value: float, half: float = 0.0) -> Measured:
    return Measured(value, value - half, value + half, 100)


def breach(text: str, *readings: Reading, sure: bool = False) -> Breach:
    """Whether readings of a condition's metrics, in their order, break it."""
    condition = parse_rule(text)
    return condition.judged(given(text, *readings), sure=sure).breach


def given(text: str, *readings: Reading) -> Readings:
    condition = parse_rule(text)
    return dict(zip([*condition.selectors, *condition.usuals], readings, strict=True))


@pytest.mark.parametrize(
    ("test", "breaches"),
    [
        ("<", [YES, NO, NO]),
        ("<=", [YES, YES, NO]),
        (">", [NO, NO, YES]),
        (">=", [NO, YES, YES]),
        ("==", [NO, YES, NO]),
        ("!=", [YES, NO, YES]),
    ],
)
def test_the_limit_itself_breaks_only_rules_that_hold_it(test: str, breaches: list[Breach]) -> None:
    assert [breach(f"auc {test} 0.7", reading(value)) for value in (0.6, 0.7, 0.8)] == breaches


@pytest.mark.parametrize("sure", [False, True])
def test_what_was_not_measured_breaks_nothing_and_heals_nothing(sure: bool) -> None:
    made = parse_rule("auc < 0.7").judged({Selector("auc"): Unmeasured("no labels yet")}, sure=sure)
    assert (made.breach, made.why) == (UNKNOWN, "no labels yet")


def test_what_nobody_measured_is_unknown() -> None:
    assert parse_rule("auc < 0.7").judged({}).why == "auc was not measured"


@pytest.mark.parametrize(
    ("value", "half", "decided"), [(0.6, 0.05, YES), (0.8, 0.05, NO), (0.69, 0.05, UNKNOWN), (0.71, 0.05, UNKNOWN)]
)
def test_what_lies_across_the_limit_is_not_decided(value: float, half: float, decided: Breach) -> None:
    assert breach("auc < 0.7", reading(value, half), sure=True) is decided


def test_two_readings_are_decided_only_once_their_intervals_part() -> None:
    text = 'auc{version="b"} < auc{version="a"}'
    assert breach(text, reading(0.7, 0.04), reading(0.8, 0.04), sure=True) is YES
    assert breach(text, reading(0.7, 0.06), reading(0.8, 0.06), sure=True) is UNKNOWN
    assert breach(text, reading(0.7, 0.06), reading(0.8, 0.06)) is YES


@pytest.mark.parametrize(("test", "apart"), [("==", NO), ("!=", YES)])
def test_an_interval_round_a_value_leaves_open_whether_it_is_that_value(test: str, apart: Breach) -> None:
    assert breach(f"auc {test} 0.7", Measured(0.7, 0.6, 0.8, 100), sure=True) is UNKNOWN
    assert breach(f"auc {test} 0.7", reading(0.9, 0.1), sure=True) is apart
    assert breach(f"auc {test} 0.7", reading(0.7), sure=True) is apart.opposite


def test_an_interval_without_ends_is_not_decided() -> None:
    assert breach("rmse > 3", Measured(4, -math.inf, math.inf, 5), sure=True) is UNKNOWN


NOTHING = Unmeasured("no labels yet")


@pytest.mark.parametrize(
    ("word", "auc", "rows", "made"),
    [
        ("and", reading(0.6), reading(300), YES),
        ("and", reading(0.6), reading(100), NO),
        ("and", NOTHING, reading(100), NO),
        ("and", NOTHING, reading(300), UNKNOWN),
        ("or", NOTHING, reading(300), YES),
        ("or", NOTHING, reading(100), UNKNOWN),
        ("or", reading(0.8), reading(100), NO),
    ],
)
def test_parts_that_are_known_decide_where_they_can(word: str, auc: Reading, rows: Reading, made: Breach) -> None:
    assert breach(f"auc < 0.7 {word} rows > 200", auc, rows) is made


@pytest.mark.parametrize(("auc", "made"), [(reading(0.6), NO), (reading(0.8), YES), (NOTHING, UNKNOWN)])
def test_not_turns_an_answer_round_and_leaves_the_unknown(auc: Reading, made: Breach) -> None:
    assert breach("not auc < 0.7", auc) is made


def test_nothing_known_of_nothing_is_the_weaker_answer() -> None:
    assert (together([], YES), together([], NO)) == (NO, YES)


def test_each_comparison_is_told_with_its_value_and_its_limit() -> None:
    text = "auc < baseline - 0.25 and rows > 200"
    made = parse_rule(text).judged(given(text, reading(0.25), NOTHING, reading(0.75)))
    assert made.parts[0] == Part("auc", "<", YES, 0.25, 0.5)
    assert made.parts[1] == Part("rows", ">", UNKNOWN, None, 200.0, "no labels yet")


def test_why_it_is_unknown_is_told_once_and_only_then() -> None:
    text = "auc < 0.7 or f1 < 0.7 or rows > 200"
    made = parse_rule(text).judged(given(text, NOTHING, NOTHING, reading(1)))
    assert made.why == "no labels yet"
    assert parse_rule(text).judged(given(text, NOTHING, NOTHING, reading(300))).why == ""


@pytest.mark.parametrize(
    ("text", "lone"),
    [
        ("auc < 0.7", Selector("auc")),
        ('auc{city="Rome"} < 0.7', Selector("auc", by="city", segment="Rome")),
        ("auc offset 1d < 0.7", None),
        ("auc < baseline", None),
        ("auc - 1 < 0.7", None),
        ("auc < 0.7 and rows > 2", None),
    ],
)
def test_a_condition_knows_whether_it_compares_one_metric_with_a_number(text: str, lone: Selector | None) -> None:
    assert parse_rule(text).lone == lone


def test_a_condition_lists_all_that_is_to_be_measured_once() -> None:
    condition = parse_rule("auc < baseline and (rows > 2 or not auc > 3 * rows)")
    assert [one.text for one in condition.selectors] == ["auc", "rows"]
    assert [usual.of.text for usual in condition.usuals] == ["auc"]


def test_every_metric_of_a_condition_can_be_put_otherwise() -> None:
    condition = parse_rule("auc < baseline - 1 and not (rows > 2 or auc > 3 * rows offset 1d)")
    loud = condition.renamed(lambda one: replace(one, metric=one.metric.upper()))
    assert loud.text == "AUC < baseline - 1 and not (ROWS > 2 or AUC > 3 * ROWS offset 1d)"
    assert [usual.of.metric for usual in loud.usuals] == ["AUC"]
