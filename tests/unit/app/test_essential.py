from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bellbuoy.app.essential import columns_seen, label_columns, prediction_columns
from bellbuoy.app.settings import changed_settings, note_of_change, settings_of
from bellbuoy.config.spec import Model
from bellbuoy.errors import Faults
from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import Watch
from bellbuoy.sources.port import Kind
from bellbuoy.testing import MemorySource
from bellbuoy.windows import Grain

COLUMNS = {"id": "id", "time": "ts", "score": "score", "host": "host", "version": "version"}
LABELS = {"path": "truth.csv", "columns": {"id": "id", "label": "y"}}


def model(**more: object) -> Model:
    said = {"task": "binary", "predictions": {"path": "log.csv", "columns": COLUMNS}, "features": {"age": {}}}
    return Model.model_validate(said | more)


def watch(source: MemorySource) -> Watch:
    target = Target("binary", ("not 1", "1"), ("score",), None, None, probability=True)
    plan = Plan(Grain.DAY, "ts", ("score",))
    return Watch("m", plan, target, {"ts": Kind.MOMENT}, source, "id", None, None, Path())


def test_what_splits_rows_and_what_is_put_in_may_be_missing() -> None:
    assert set(prediction_columns(model()).values()) == {"id", "ts", "score"}


def test_each_score_of_a_class_is_essential() -> None:
    columns = COLUMNS | {"score": {"a": "p_a", "b": "p_b"}, "prediction": "said"}
    found = prediction_columns(model(task="multiclass", predictions={"path": "log.csv", "columns": columns}))
    assert {found[f"predictions.columns.score.{one}"] for one in "ab"} == {"p_a", "p_b"}
    assert found["predictions.columns.prediction"] == "said"


def test_each_column_that_says_what_a_row_is_worth_is_essential() -> None:
    found = prediction_columns(model(value={"expression": "where(label == 1, -amount, fee) * (shop == 'web')"}))
    assert set(found.values()) == {"id", "ts", "score", "amount", "fee", "shop"}


def test_one_that_is_not_there_is_a_fault_of_the_expression() -> None:
    source = MemorySource([{"id": 1, "ts": 1, "score": 0.5, "amount": 3.0}])
    with pytest.raises(Faults) as told:
        columns_seen(model(value={"expression": "fee * amont"}), watch(source), {})
    told_of = [(fault.key, fault.message) for fault in told.value.faults]
    assert told_of == [("value.expression", f"column {name!r} is not there") for name in ("fee", "amont")]
    assert told.value.faults[1].hint == "did you mean 'amount'?"


def test_an_inbox_needs_no_cursor() -> None:
    labels = model(labels={"inbox": True, "cursor": "seen", "columns": {"id": "id", "label": "y", "time": "at"}}).labels
    assert labels is not None
    assert set(label_columns(labels).values()) == {"id", "y", "at"}


def test_what_is_not_there_is_a_fault_with_its_key_and_the_nearest() -> None:
    with pytest.raises(Faults) as told:
        columns_seen(model(), watch(MemorySource([{"id": 1, "ts": 1, "scroe": 0.5}])), {})
    (fault,) = told.value.faults
    assert (fault.key, fault.hint) == ("predictions.columns.score", "did you mean 'scroe'?")


def test_what_was_there_before_is_asked_for_no_more() -> None:
    before = {"predictions": ["id", "score", "ts"]}
    assert columns_seen(model(), watch(MemorySource([{"x": 1}])), before) == before


def test_a_source_without_rows_says_nothing_yet() -> None:
    assert columns_seen(model(), watch(MemorySource()), {}) == {"predictions": []}


def test_the_same_settings_are_no_change() -> None:
    said = settings_of(model(), {"age": "number"})
    assert changed_settings(said, said) == []


def test_nothing_is_a_change_where_nothing_was_counted() -> None:
    assert changed_settings(settings_of(model(), {}), {}) == []


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        ({"grain": "1d"}, ["grain"]),
        ({"segments": {"by": ["age"]}}, ["segments.by"]),
        ({"features": {}}, ["features.age"]),
        ({"features": {"age": {}, "city": {}}}, ["features.city"]),
        ({"labels": LABELS}, []),
        ({"value": {"expression": "amount"}}, ["value.expression"]),
        ({"value": {"true_positive": 3.0}}, []),
        ({"owner": "me", "baseline": {"trailing": timedelta(days=7)}}, []),
    ],
)
def test_a_change_is_told_by_its_key(now: dict[str, object], keys: list[str]) -> None:
    before = settings_of(model(), {"age": "number"})
    assert changed_settings(settings_of(model(**now), {}), before) == keys


def test_an_input_that_is_counted_as_something_else_is_a_change() -> None:
    one, other = (settings_of(model(), {"age": kind}) for kind in ("number", "category"))
    assert changed_settings(one, other) == ["features.age"]


def test_another_expression_is_a_change_and_none_is_not() -> None:
    one, other = (settings_of(model(value={"expression": text}), {}) for text in ("amount", "2 * amount"))
    assert changed_settings(other, one) == ["value.expression"]
    assert changed_settings(settings_of(model(), {}), one) == []


def test_the_note_says_what_to_do() -> None:
    message = note_of_change(["grain"]).message
    assert "(grain)" in message
    assert "bellbuoy run --once --recount" in message
