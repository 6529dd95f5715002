"""What a model's file means to metrics and to the ledger where it says what decisions are worth."""

from __future__ import annotations

from typing import Any

from bellbuoy.app.plans import money_of, subject_of, target_of
from bellbuoy.config.spec import Model
from bellbuoy.metrics.subject import Money

COST = "where(label == prediction, 0, -amount)"


def model(task: str = "binary", **value: Any) -> Model:
    score = {"good": "p_good", "bad": "p_bad"} if task == "multiclass" else "score"
    columns = {"id": "id", "time": "ts"} | ({"prediction": "said"} if task == "regression" else {"score": score})
    said = {"task": task, "predictions": {"path": "log.csv", "columns": columns}}
    return Model.model_validate(said | ({"value": value} if value else {}))


def test_a_model_that_says_nothing_of_worth_has_no_money() -> None:
    assert money_of(model()) is None
    assert subject_of(model()).money is None


def test_cells_stand_by_what_was_predicted_and_then_by_what_is_true() -> None:
    money = money_of(model(true_positive=4, false_positive=-3, false_negative=-2, true_negative=1))
    assert money == Money(((1.0, -2.0), (-3.0, 4.0)))


def test_cells_that_are_left_out_are_worth_nothing() -> None:
    assert money_of(model(false_negative=-300)) == Money(((0.0, -300.0), (0.0, 0.0)))


def test_a_matrix_stands_in_the_order_of_the_classes() -> None:
    money = money_of(model("multiclass", matrix={"bad": {"good": -1, "bad": 2}, "good": {"bad": -100}}))
    assert money == Money(((0.0, -100.0), (-1.0, 2.0)))


def test_an_expression_has_no_gains_and_goes_with_the_target() -> None:
    said = model("regression", unit="EUR", expression=COST)
    assert money_of(said) == Money()
    assert str(target_of(said).value) == COST


def test_cells_leave_the_ledger_as_it_is() -> None:
    assert target_of(model(true_positive=1)) == target_of(model())


def test_columns_of_an_expression_are_kept_behind_all_others() -> None:
    layout = target_of(model(expression=COST)).layout(("city",))
    assert layout.names == ("at", "version", "predicted", "score0", "by:city", "value:amount")
