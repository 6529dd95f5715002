from __future__ import annotations

from datetime import timedelta

import pytest

from bellbuoy.alarms.grammar import parse_rule, told_at_once
from bellbuoy.alarms.rule import Comparison, Condition, Joined, Negated
from bellbuoy.alarms.sides import Number, Reckoned, Selector, Usual
from bellbuoy.errors import ConfigError, Fault, Faults

AUC, ROWS = Selector("auc"), Selector("rows")


def one(selector: Selector, test: str, limit: float) -> Condition:
    return Condition(Comparison(selector, test, Number(limit)))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("auc < 0.7", one(AUC, "<", 0.7)),
        ("auc<0.7", one(AUC, "<", 0.7)),
        ("  auc  <=  .7 ", one(AUC, "<=", 0.7)),
        ("null_rate(wind_speed) > 20%", one(Selector("null_rate", "wind_speed"), ">", 0.2)),
        ("null_rate( wind speed ) > 20 %", one(Selector("null_rate", "wind speed"), ">", 0.2)),
        ('null_rate("odd (name)") > 5%', one(Selector("null_rate", "odd (name)"), ">", 0.05)),
        ('auc{origin="JFK"} < 0.7', one(Selector("auc", by="origin", segment="JFK"), "<", 0.7)),
        ('auc{origin="J\\"F\\\\K"} < 0.7', one(Selector("auc", by="origin", segment='J"F\\K'), "<", 0.7)),
        ("auc{'day part'='a } b'} < 0.7", one(Selector("auc", by="day part", segment="a } b"), "<", 0.7)),
        ('auc{origin="JFK", version="v3"} < 1', one(Selector("auc", None, "origin", "JFK", "v3"), "<", 1)),
        ('rows{version="v3"} < 1', one(Selector("rows", version="v3"), "<", 1)),
        ("bias < -2.5", one(Selector("bias"), "<", -2.5)),
        ("f1:good < 0.5", one(Selector("f1:good"), "<", 0.5)),
        ('f1:"very good" < 0.5', one(Selector("f1:very good"), "<", 0.5)),
        ("ROC AUC < 0.5", one(Selector("ROC AUC"), "<", 0.5)),
        ("log-loss > 5e-1", one(Selector("log-loss"), ">", 0.5)),
        ("p95(delay) > 1h30m", one(Selector("p95", "delay"), ">", 5_400)),
        ("0.7 > auc", one(AUC, "<", 0.7)),
        ("rows offset 7d < 5", one(Selector("rows", offset=timedelta(days=7)), "<", 5)),
    ],
)
def test_a_rule_is_read_as_it_is_written(text: str, condition: Condition) -> None:
    assert parse_rule(text) == condition


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("auc < baseline", Usual(AUC)),
        ("auc < baseline - 0.03", Reckoned("-", Usual(AUC), Number(0.03))),
        ("auc < 0.9 * auc offset 28d", Reckoned("*", Number(0.9), Selector("auc", offset=timedelta(days=28)))),
        ("auc < 90% of baseline", Reckoned("*", Number(0.9), Usual(AUC))),
        ("auc < (baseline - 1) / 2", Reckoned("/", Reckoned("-", Usual(AUC), Number(1)), Number(2))),
        ("auc < 1 - 2 - 3", Reckoned("-", Reckoned("-", Number(1), Number(2)), Number(3))),
        ("auc < 1 - 2 * 3", Reckoned("-", Number(1), Reckoned("*", Number(2), Number(3)))),
        ("auc < -baseline", Reckoned("-", Number(0), Usual(AUC))),
    ],
)
def test_a_limit_can_be_worked_out(text: str, right: Reckoned | Usual) -> None:
    assert parse_rule(text) == Condition(Comparison(AUC, "<", right))


LOW, FEW = Comparison(AUC, "<", Number(0.7)), Comparison(ROWS, ">", Number(200))


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("auc < 0.7 and rows > 200", Joined("and", (LOW, FEW))),
        ("auc < 0.7 AND rows > 200", Joined("and", (LOW, FEW))),
        ("auc < 0.7 or rows > 200 and auc < 0.7", Joined("or", (LOW, Joined("and", (FEW, LOW))))),
        ("(auc < 0.7 or rows > 200) and auc < 0.7", Joined("and", (Joined("or", (LOW, FEW)), LOW))),
        ("auc < 0.7 and (rows > 200 and auc < 0.7)", Joined("and", (LOW, FEW, LOW))),
        ("not auc < 0.7", Negated(LOW)),
        ("not (auc < 0.7 and rows > 200)", Negated(Joined("and", (LOW, FEW)))),
        ("((auc) < (0.7))", LOW),
    ],
)
def test_conditions_are_joined_as_brackets_say(text: str, root: Comparison | Joined | Negated) -> None:
    assert parse_rule(text) == Condition(root)


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("", "at 1, a metric or a number should stand here, not the end", "auc < 0.70"),
        ("auc", "at 4, a comparison should stand here, not the end", "<="),
        ("auc <", "at 6, a metric or a number should stand here, not the end", "auc < 0.70"),
        ("< 0.7", "at 1, a metric or a number should stand here, not '< 0.7'", "auc < 0.70"),
        ("auc = 0.7", "at 5, a comparison should stand here, not '= 0.7'", "=="),
        ("auc{origin} < 1", "at 11, = should stand here", 'write {origin="…"}'),
        ("auc{origin=JFK} < 1", "at 12, a value of origin in quotes should stand here", ""),
        ('auc{a="1", b="2"} < 1', "at 12, b is one segment too many", "one segment at a time"),
        ("1 < 2", "at 1, no metric is compared here", "auc < 0.70"),
        ("auc / rows < baseline", "baseline could be that of several metrics", "one metric"),
        ("0.5 < auc < 0.7", "at 11, '< 0.7' is one comparison too many", "join two by and"),
        ("auc < 0.7)", "at 10, ')' is one too many", ""),
        ("(auc < 0.7", "at 11, ) should stand here, not the end", ""),
        ("null_rate(a (b)) > 1", "at 13, ) should stand here", "stands in quotes"),
        ("rows offset 7 < 1", "at 13, a duration should stand here", "offset 7d"),
        ("rows offset 0d < 1", "a duration should stand here", "offset 7d"),
        ("auc < 1e999", "at 7, 1e999 is too large", ""),
        ("(" * 60 + "auc < 1", "is nested too deeply", "several rules"),
        ("auc < " + "-" * 60 + "1", "is nested too deeply", "several rules"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place_and_a_hint(text: str, says: str, hint: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse_rule(text)
    first = told.value.faults[0] if isinstance(told.value, Faults) else told.value
    assert says in first.message
    assert hint in first.hint


def test_all_faults_of_a_rule_are_told_at_once() -> None:
    with pytest.raises(Faults) as told:
        parse_rule("auc < and (f1 or rows > 3) and psi(a) > and auc < 0.7")
    assert [fault.message.partition(": at ")[2].split(",")[0] for fault in told.value.faults] == ["7", "15", "41"]


def test_a_rule_that_never_ends_is_refused() -> None:
    with pytest.raises(ConfigError, match="longer than 2,000 letters"):
        parse_rule("auc < 0.7 and " * 200)


@pytest.mark.parametrize("many", [0, 1, 2])
def test_faults_are_told_alone_or_together(many: int) -> None:
    refused: ConfigError | None = None
    try:
        told_at_once([Fault(f"fault {place}", hint="mend it") for place in range(many)])
    except ConfigError as why:
        refused = why
    assert (None if refused is None else isinstance(refused, Faults)) == (None, False, True)[many]
