"""What a row is worth: worked out from what the ledger kept of its columns, when its label comes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from bellbuoy.config.expression import read_expression
from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.join import Pairs
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.records import LABEL, Codes, prediction_records
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.value import Given, fields, text_keys, value_sums, values
from bellbuoy.sources.port import Kind, Rows
from bellbuoy.store.ledger import fitted
from bellbuoy.testing import Value, column_of
from bellbuoy.windows import Grain

COST = read_expression("where(label == 1 and prediction == 0, -amount, 0.02 * amount)")
BY_SHOP = read_expression("where(shop == 'web', amount, -1)")
PLAN = Plan(Grain.HOUR, "ts", ("score",), ("score",))
LENDER = Target("binary", ("0", "1"), ("score",), None, 0.4, value=COST)


def rows_of(**columns: Sequence[Value]) -> Rows:
    """Rows of numbers, or of texts where a column's first value is one."""
    kinds = {name: Kind.CATEGORY if isinstance(one[0], str) else Kind.NUMBER for name, one in columns.items()}
    count = len(next(iter(columns.values())))
    return Rows(count, {name: column_of(one, kinds[name]) for name, one in columns.items()})


def kept(rows: Rows, target: Target) -> np.ndarray:
    """What the ledger keeps of them, made an hour apart."""
    return prediction_records(rows, np.arange(rows.count) * 3_600_000_000, PLAN, target, Codes({}))


def worth(text: str, own: Mapping[str, list[float]], **columns: Sequence[Value]) -> list[float]:
    """What an expression makes of rows."""
    target = Target("regression", (), (), "guess", value=read_expression(text))
    many = {"guess": [0.0] * len(next(iter(own.values())))}
    records = kept(rows_of(**many, **columns), target)
    given = Given({name: np.array(one) for name, one in own.items()}, records, {"good": 0, "bad": 1})
    assert target.value is not None
    return [float(one) for one in values(target.value, given)]


def test_columns_that_are_used_are_kept_and_no_others() -> None:
    assert fields(read_expression("a + where(b == 'x', `odd name`, a)")) == [
        ("value:a", "<f8"),
        ("value:odd name", "<f8"),
        ("text:b", "<u8"),
    ]


def test_a_prediction_is_kept_with_what_says_its_worth() -> None:
    records = kept(rows_of(score=[0.9, 0.1], amount=[250.0, None]), LENDER)
    assert repr(records["value:amount"].tolist()) == "[250.0, nan]"


def test_a_text_is_kept_as_a_key_and_null_as_none() -> None:
    target = Target("binary", ("0", "1"), ("score",), None, value=BY_SHOP)
    records = kept(rows_of(score=[0.9, 0.1, 0.2], amount=[1.0, 2.0, 3.0], shop=["web", None, "app"]), target)
    assert records["text:shop"].tolist() == [*text_keys(("web", "", "app")).tolist()]
    assert records["text:shop"][1] == 0


def test_a_column_that_is_not_there_has_no_value() -> None:
    records = kept(rows_of(score=[0.9]), LENDER)
    assert math.isnan(records["value:amount"][0])


def test_what_was_logged_before_the_expression_has_no_value() -> None:
    before = kept(rows_of(score=[0.9]), Target("binary", ("0", "1"), ("score",), None, 0.4))
    records = fitted(before, LENDER.layout(()))
    assert LENDER.terms(records, np.array([1.0])).sums["value_rows"].tolist() == [0.0]


def test_a_text_that_was_a_number_before_is_not_taken_for_one() -> None:
    before = kept(rows_of(score=[0.9], amount=[5.0]), LENDER)
    later = Target("binary", ("0", "1"), ("score",), None, value=read_expression("amount == 'much'"))
    records = fitted(before, later.layout(()))
    assert later.terms(records, np.array([1.0])).sums["value_rows"].tolist() == [0.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("label", [1, 0]),
        ("label == prediction", [1, 0]),
        ("not label", [0, 1]),
        ("label and prediction", [1, 0]),
        ("label or prediction or score", [1, 1]),
        ("-score ** 2", [-0.25, -0.0625]),
        ("+score * 4 - 1 / 2", [1.5, 0.5]),
        ("score >= 0.5", [1, 0]),
        ("(score < 0.5) + (score > 0.1) + (score <= 0.5) + (score != 0.5)", [2, 4]),
        ("min(score, 0.3, label)", [0.3, 0]),
        ("max(score, 0.3)", [0.5, 0.3]),
        ("clip(score, 0.3, 0.4)", [0.4, 0.3]),
        ("round(10 * score)", [5, 2]),
        ("abs(label - 3)", [2, 3]),
        ("exp(log(score))", [0.5, 0.25]),
        ("where(label, 7, 8)", [7, 8]),
        ("label == 'bad'", [1, 0]),
        ("label == 'neither'", [0, 0]),
    ],
)
def test_an_expression_is_worked_out_row_by_row(text: str, expected: list[float]) -> None:
    own = {"label": [1.0, 0.0], "prediction": [1.0, 1.0], "score": [0.5, 0.25]}
    assert worth(text, own) == pytest.approx(expected)


def test_a_null_in_a_column_that_is_used_leaves_the_row_without_a_value() -> None:
    found = worth("where(label == 1, amount, 5)", {"label": [1.0, 0.0, 1.0]}, amount=[3.0, None, None])
    assert repr(found) == "[3.0, nan, nan]"


def test_an_unknown_text_leaves_the_row_without_a_value() -> None:
    found = worth("where(shop == 'web', 2, 1)", {"label": [1.0] * 3}, shop=["web", None, "app"])
    assert repr(found) == "[2.0, nan, 1.0]"


def test_a_number_may_be_compared_with_what_it_is_written_as() -> None:
    assert worth("tier == '3'", {"label": [1.0, 1.0]}, tier=[3.0, 4.0]) == [1.0, 0.0]


def test_a_text_that_reads_as_a_number_may_be_reckoned_with() -> None:
    assert repr(worth("2 * tier", {"label": [1.0, 1.0]}, tier=["3.5", "x"])) == "[7.0, nan]"


def test_a_long_text_is_known_by_all_of_its_letters() -> None:
    long = "x" * 900
    assert worth(f"shop == '{long}'", {"label": [1.0, 1.0]}, shop=[long, long[:-1] + "y"]) == [1.0, 0.0]


@pytest.mark.parametrize("text", ["log(amount)", "1 / amount", "amount ** -1", "exp(1000 + amount)"])
def test_what_is_no_finite_number_adds_nothing(text: str) -> None:
    target = Target("regression", (), (), "guess", value=read_expression(text))
    sums = target.terms(kept(rows_of(guess=[1.0], amount=[0.0]), target), np.array([2.0])).sums
    assert [sums[name].tolist() for name in ("value", "value_square", "value_rows")] == [[0.0], [0.0], [0.0]]


def test_the_powers_of_what_rows_are_worth_are_summed() -> None:
    records = kept(rows_of(score=[0.9, 0.1, 0.1], amount=[100.0, 50.0, None]), LENDER)
    given = Given({"label": np.ones(3), "prediction": records["predicted"]}, records, {})
    sums = {name: float(part.sum()) for name, part in value_sums(COST, given).items()}
    assert sums == {"value": -48.0, "value_square": 2_504.0, "value_cube": 8.0 - 125_000, "value_rows": 2.0}


def test_classes_are_compared_by_their_names() -> None:
    text = "where(label == 'bad' and prediction == 'good', -10, label == prediction)"
    target = Target("multiclass", ("good", "bad"), (), "said", value=read_expression(text))
    records = kept(rows_of(said=["good", "good", "bad"]), target)
    assert target.terms(records, np.array([1.0, 0.0, 0.0])).sums["value"].tolist() == [-10.0, 1.0, 0.0]


def test_a_correction_takes_back_what_the_row_was_thought_to_be_worth() -> None:
    records = kept(rows_of(score=[0.1], amount=[100.0]), LENDER)
    old, new = (np.array([(5, at, label)], LABEL) for at, label in ((5, 1.0), (8, 0.0)))
    pairs = Pairs(LENDER, Grain.HOUR, (), {0: ""})
    pairs.add(records, old)
    pairs.correct(records, old, new)
    ((windows),) = pairs.outcomes.values()
    outcome: Outcome = windows[0].whole
    assert (outcome.sums["value"], outcome.sums["value_rows"]) == (2.0, 1.0)
