from __future__ import annotations

import math
from datetime import timedelta

import pytest

from bellbuoy.alarms.sides import Number, Readings, Reckoned, Selector, Usual, quoted, worked_out
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured

AUC, ROWS = Selector("auc"), Selector("rows")
READINGS: Readings = {
    AUC: Measured(0.8, 0.7, 0.9, 40),
    ROWS: Measured(-2, -3, 1, 60),
    Usual(AUC): Unmeasured("nothing yet"),
}


def worked(by: str, left: Selector | Number | Usual, right: Selector | Number | Usual) -> Reading:
    return worked_out(Reckoned(by, left, right), READINGS)


@pytest.mark.parametrize(
    ("by", "value", "low", "high"),
    [("+", -1.2, -2.3, 1.9), ("-", 2.8, -0.3, 3.9), ("*", -1.6, -2.7, 0.9), ("/", -0.4, -math.inf, math.inf)],
)
def test_a_side_reaches_as_far_as_its_parts_do(by: str, value: float, low: float, high: float) -> None:
    side = worked(by, AUC, ROWS)
    assert isinstance(side, Measured)
    assert [side.value, side.low, side.high] == pytest.approx([value, low, high])
    assert side.rows == 40


def test_a_ratio_by_what_is_surely_not_zero_has_ends() -> None:
    side = worked("/", ROWS, AUC)
    assert isinstance(side, Measured)
    assert [side.low, side.high] == pytest.approx([-3 / 0.7, 1 / 0.7])


def test_a_number_says_nothing_of_how_many_rows_there_were() -> None:
    side = worked("*", Number(2), AUC)
    assert isinstance(side, Measured)
    assert (side.value, side.rows) == (1.6, 40)


@pytest.mark.parametrize(
    ("by", "left", "right", "why"),
    [
        ("/", AUC, Number(0), "would be divided by zero"),
        ("*", Number(1e308), Number(1e308), "is too large to reckon with"),
        ("-", AUC, Usual(AUC), "nothing yet"),
        ("-", Usual(AUC), AUC, "nothing yet"),
        ("-", Selector("f1"), AUC, "f1 was not measured"),
    ],
)
def test_what_cannot_be_worked_out_says_why(
    by: str, left: Selector | Number | Usual, right: Selector | Number | Usual, why: str
) -> None:
    assert worked(by, left, right) == Unmeasured(why)


def test_endless_ends_are_no_numbers_that_are_none() -> None:
    readings: Readings = {AUC: Measured(1, -math.inf, math.inf, 5), ROWS: Measured(0, 0, 0, 5)}
    side = worked_out(Reckoned("*", AUC, ROWS), readings)
    assert side == Measured(0, -math.inf, math.inf, 5)


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (Selector("null_rate", "wind speed"), "null_rate(wind speed)"),
        (Selector("null_rate", "odd (name)"), 'null_rate("odd (name)")'),
        (Selector("null_rate", " edge "), 'null_rate(" edge ")'),
        (Selector("auc", by="origin", segment='J"FK'), 'auc{origin="J\\"FK"}'),
        (Selector("auc", None, "day part", "1", "v3"), 'auc{"day part"="1", version="v3"}'),
        (Selector("f1:very good"), 'f1:"very good"'),
        (Selector("rows", offset=timedelta(hours=36)), "rows offset 1d12h"),
    ],
)
def test_a_selector_is_written_as_it_would_be_read(selector: Selector, text: str) -> None:
    assert selector.text == text


def test_what_stands_inside_stands_in_brackets() -> None:
    side = Reckoned("*", Number(0.5), Reckoned("-", Usual(AUC), Number(1e-9)))
    assert side.text == "0.5 * (baseline - 1e-09)"


@pytest.mark.parametrize(("text", "inside"), [("a", '"a"'), ('a"b', '"a\\"b"'), ("a\\", '"a\\\\"')])
def test_quotes_and_backslashes_are_marked_inside_quotes(text: str, inside: str) -> None:
    assert quoted(text) == inside
