from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.alarms.rule import Breach, Condition, parse_rule
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.reading import Measured, Unmeasured

NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters='"\n\r', exclude_categories=["Cs", "Cc"]), max_size=8)
NUMBERS = st.floats(-1e6, 1e6)


def reading(value: float, half: float = 0.0) -> Measured:
    return Measured(value, value - half, value + half, 100)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("auc < 0.7", Condition("auc", None, None, None, "<", 0.7)),
        ("auc<0.7", Condition("auc", None, None, None, "<", 0.7)),
        ("  auc  <=  .7 ", Condition("auc", None, None, None, "<=", 0.7)),
        ("null_rate(wind_speed) > 20%", Condition("null_rate", "wind_speed", None, None, ">", 0.2)),
        ('auc{origin="JFK"} < 0.7', Condition("auc", None, "origin", "JFK", "<", 0.7)),
        ('null_rate(a){b="c d"} >= 1', Condition("null_rate", "a", "b", "c d", ">=", 1.0)),
        ("bias < -2.5", Condition("bias", None, None, None, "<", -2.5)),
        ("f1:good < 0.5", Condition("f1:good", None, None, None, "<", 0.5)),
    ],
)
def test_a_rule_is_read_as_it_is_written(text: str, condition: Condition) -> None:
    assert parse_rule(text) == condition


@pytest.mark.parametrize(
    "text",
    ["", "auc", "auc <", "< 0.7", "auc = 0.7", "auc < high", "auc < 0.7 and f1 < 1", "auc{origin} < 1", "0.7 > auc"],
)
def test_what_is_no_rule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a rule") as told:
        parse_rule(text)
    assert "auc < 0.70" in told.value.hint


@given(NAMES, st.none() | NAMES, st.none() | st.tuples(NAMES, VALUES), st.sampled_from(["<", "<=", ">", ">="]), NUMBERS)
def test_any_rule_that_was_written_is_read_as_the_same(
    metric: str, column: str | None, part: tuple[str, str] | None, test: str, threshold: float
) -> None:
    by, segment = part or (None, None)
    condition = Condition(metric, column, by, segment, test, round(threshold, 3))
    assert parse_rule(f"{condition.text} {test} {condition.threshold:.3f}") == condition


@pytest.mark.parametrize(
    ("test", "breaches"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        (">", [False, False, True]),
        (">=", [False, True, True]),
    ],
)
def test_the_limit_itself_breaks_only_rules_that_hold_it(test: str, breaches: list[bool]) -> None:
    condition = parse_rule(f"auc {test} 0.7")
    assert [condition.breach(reading(value)) is Breach.YES for value in (0.6, 0.7, 0.8)] == breaches


@pytest.mark.parametrize("nothing", [None, Unmeasured("no labels yet")])
def test_what_was_not_measured_breaks_nothing_and_heals_nothing(nothing: Unmeasured | None) -> None:
    condition = parse_rule("auc < 0.7")
    assert (condition.breach(nothing), condition.decided(nothing)) == (Breach.UNKNOWN, Breach.UNKNOWN)


@pytest.mark.parametrize(
    ("value", "half", "decided"),
    [(0.6, 0.05, Breach.YES), (0.8, 0.05, Breach.NO), (0.69, 0.05, Breach.UNKNOWN), (0.71, 0.05, Breach.UNKNOWN)],
)
def test_what_lies_across_the_limit_is_not_decided(value: float, half: float, decided: Breach) -> None:
    assert parse_rule("auc < 0.7").decided(reading(value, half)) is decided


@given(NUMBERS, st.floats(0, 10), NUMBERS, st.sampled_from(["<", "<=", ">", ">="]))
def test_what_is_decided_is_what_the_value_says(value: float, half: float, threshold: float, test: str) -> None:
    condition = Condition("auc", None, None, None, test, threshold)
    told = reading(value, half)
    assert condition.decided(told) in {Breach.UNKNOWN, condition.breach(told)}


@given(NUMBERS, NUMBERS)
def test_a_rule_and_its_opposite_are_never_both_broken(value: float, threshold: float) -> None:
    breaches = {Condition("auc", None, None, None, test, threshold).breach(reading(value)) for test in ("<", ">=")}
    assert breaches == {Breach.YES, Breach.NO}


def test_a_rule_knows_its_metric_by_the_canonical_name() -> None:
    asked: list[tuple[str, bool]] = []

    def canonical(name: str, of_column: bool) -> str:
        asked.append((name, of_column))
        return "null_rate"

    assert parse_rule("missing(income) > 0").with_metric(canonical).text == "null_rate(income)"
    assert asked == [("missing", True)]


def test_an_interval_without_ends_is_not_decided() -> None:
    assert parse_rule("rmse > 3").decided(Measured(4, -math.inf, math.inf, 5)) is Breach.UNKNOWN


@pytest.mark.parametrize("test", ["==", "!="])
def test_an_interval_round_a_value_leaves_open_whether_it_is_that_value(test: str) -> None:
    assert parse_rule(f"auc {test} 0.7").decided(Measured(0.7, 0.6, 0.8, 100)) is Breach.UNKNOWN
