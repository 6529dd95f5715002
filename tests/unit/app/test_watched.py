from __future__ import annotations

from typing import Any

from bellbuoy.app.watched import watched
from bellbuoy.config.spec import Model

PACK = (
    "The standard pack rings for inputs, outputs, volume and freshness, once it has learnt from 14 windows; "
    "its limits keep to 1 false alarm per 30d."
)


def words(**more: Any) -> tuple[str, ...]:
    columns = {"id": "id", "time": "ts", "score": "score"}
    return watched(Model.model_validate({"task": "binary", "predictions": {"path": "x", "columns": columns}} | more))


def test_a_plain_model_is_told_in_a_few_sentences() -> None:
    assert words() == (
        "A binary decision from score; 1 is positive.",
        "0 inputs, in windows of 1h.",
        "No labels: how right it is cannot be told.",
        "Compared with the 4w before.",
        PACK,
        "Three lights (model, pipeline, world) are kept, and no rule of your own yet.",
    )


def test_truth_values_are_told_as_the_file_has_them() -> None:
    columns = {"time": "ts", "score": "score"}
    told = words(positive=True, predictions={"path": "x", "columns": columns, "threshold": 0})
    assert told[0] == "A binary decision from score, true from 0 on; true is positive."


def test_classes_and_segments_are_listed() -> None:
    columns = {"time": "ts", "host": "pod", "score": {"good": "a", "bad": "b", "ugly": "c"}}
    told = words(task="multiclass", predictions={"path": "x", "columns": columns}, segments={"by": ["city"]})
    assert told[0] == "A decision between 3 classes: good, bad and ugly."
    assert told[2] == "Each value of city and pod is watched on its own as well."


def test_labels_a_seasonal_baseline_and_own_rules_are_told() -> None:
    told = words(
        labels={"path": "y", "columns": {"id": "key", "label": "label"}, "maturity": "7d"},
        baseline={"reference": "good.parquet", "seasonal": "week"},
        alarms={"pack": "none", "rule": [{"name": "floor", "when": "auc < 0.7"}]},
    )
    assert told[2:] == (
        "Labels join by key; a window's labels count as complete after 1w.",
        "Compared with good.parquet.",
        "Three lights (model, pipeline, world) are kept, and 1 rule of your own: floor (auc < 0.7).",
    )


def test_what_the_pack_rings_for_depends_on_what_the_model_has() -> None:
    labels = {"path": "y", "columns": {"id": "key", "label": "label", "time": "known"}}
    columns = {"id": "key", "time": "ts", "score": "score", "version": "version"}
    told = words(
        predictions={"path": "x", "columns": columns}, labels=labels, baseline={"reference": "good.parquet"},
        alarms={"budget": "2 false alarms per 7d"},
    )  # fmt: skip
    assert told[-2] == (
        "The standard pack rings for inputs, outputs, volume, freshness, versions, labels that stop and performance; "
        "its limits keep to 2 false alarms per 1w."
    )


def test_labels_without_a_time_cannot_be_told_to_stop() -> None:
    labels = {"path": "y", "columns": {"id": "key", "label": "label"}}
    columns = {"id": "key", "time": "ts", "score": "score"}
    told = words(predictions={"path": "x", "columns": columns}, labels=labels)
    assert "volume, freshness and performance, once" in told[-2]


def test_a_model_that_goes_without_the_pack_is_told_of_none() -> None:
    assert not any("standard pack" in sentence for sentence in words(alarms={"pack": "none"}))


def test_builds_are_told_by_what_makes_them_due() -> None:
    told = words(retrain={"pull": "p:pull", "build": "p:build", "schedule": "@daily", "on": ["floor"]})
    assert told[-1] == "A build is due at @daily and when floor fires."


def test_a_regression_is_told_by_its_number() -> None:
    told = words(task="regression", predictions={"path": "x", "columns": {"time": "ts", "prediction": "minutes"}})
    assert told[0] == "A regression: minutes is the number that it gives."


def test_what_decisions_are_worth_is_told() -> None:
    said = words(value={"unit": "EUR", "true_positive": 3})
    assert "What decisions are worth is counted in EUR, by what was decided and what is true." in said
    assert "What decisions are worth is counted, as 2 * amount." in words(value={"expression": "2 *\n  amount"})
