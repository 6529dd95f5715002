from __future__ import annotations

from typing import Any

import pytest

from bellbuoy.config.checks import model_wrongs, project_wrongs
from bellbuoy.config.faults import written

Data = dict[str, Any]
COLUMNS = {"id": "id", "time": "ts", "score": "score"}


def model(task: str = "binary", columns: Data | None = None, **more: Any) -> Data:
    predictions = {"path": "log.csv", "columns": COLUMNS if columns is None else columns}
    return {"task": task, "predictions": predictions} | more


def of_model(data: Data) -> dict[str, str]:
    return {written(one.path): one.message for one in model_wrongs(data)}


def of_project(data: Data) -> dict[str, str]:
    return {written(one.path): one.message for one in project_wrongs(data)}


def rows(**place: object) -> Data:
    """A model whose predictions are at a place."""
    return {"task": "binary", "predictions": {"columns": COLUMNS, **place}}


def test_a_sound_model_has_nothing_wrong() -> None:
    assert of_model(model(labels={"path": "truth.csv"}, baseline={"trailing": "28d"})) == {}


@pytest.mark.parametrize("data", [{}, {"predictions": 3}, {"task": 5}, {"labels": []}, {"alarms": {"rule": "x"}}])
def test_values_of_the_wrong_type_are_left_to_others(data: Data) -> None:
    assert all("type" not in message for message in of_model(data).values())


@pytest.mark.parametrize("place", [{}, {"inbox": False}, {"path": None}])
def test_rows_must_be_somewhere(place: Data) -> None:
    assert of_model(rows(**place)) == {"predictions": "does not say where its rows are"}


def test_rows_are_in_one_place_only() -> None:
    found = of_model(rows(path="log.csv", delta="log", inbox=True))
    assert found == {
        "predictions.delta": "path says already where the rows are",
        "predictions.inbox": "path says already where the rows are",
    }


def test_a_query_needs_its_database() -> None:
    assert of_model(rows(sql="SELECT 1")) == {"predictions.url": "is missing"}


def test_a_database_needs_its_query() -> None:
    assert of_model(rows(path="log.csv", url="sqlite:///a.db")) == {
        "predictions.url": "belongs to sql, which is not here"
    }


def test_labels_need_a_place_of_their_own() -> None:
    assert "labels" in of_model(model(labels={"columns": {"id": "id", "label": "y"}}))


def test_labels_are_joined_by_an_id() -> None:
    found = of_model(model(columns={"time": "ts", "score": "s"}, labels={"path": "truth.csv"}))
    assert found == {"predictions.columns.id": "is missing"}


def test_without_labels_no_id_is_needed() -> None:
    assert of_model(model(columns={"time": "ts", "score": "s"})) == {}


@pytest.mark.parametrize(
    ("task", "columns", "key"),
    [
        ("binary", {"time": "ts"}, "predictions.columns.score"),
        ("binary", {"time": "ts", "score": {"a": "b"}}, "predictions.columns.score"),
        ("multiclass", {"time": "ts", "score": "s"}, "predictions.columns.score"),
        ("multiclass", {"time": "ts"}, "predictions.columns.score"),
        ("multiclass", {"time": "ts", "prediction": "p"}, "classes"),
        ("regression", {"time": "ts"}, "predictions.columns.prediction"),
        ("regression", {"time": "ts", "prediction": "p", "score": "s"}, "predictions.columns.score"),
    ],
)
def test_each_task_has_its_outputs(task: str, columns: Data, key: str) -> None:
    assert list(of_model(model(task, columns))) == [key]


@pytest.mark.parametrize(
    ("task", "columns"),
    [
        ("binary", {"time": "ts", "prediction": "p"}),
        ("multiclass", {"time": "ts", "score": {"a": "sa", "b": "sb"}}),
        ("regression", {"time": "ts", "prediction": "p"}),
    ],
)
def test_outputs_that_fit_the_task_are_fine(task: str, columns: Data) -> None:
    assert of_model(model(task, columns)) == {}


def test_decisions_without_scores_do_with_the_names_of_their_classes() -> None:
    assert of_model(model("multiclass", {"time": "ts", "prediction": "p"}, classes=["a", "b"])) == {}


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_what_is_positive_is_for_binary_models(task: str) -> None:
    assert of_model(model(task, positive=1))["positive"] == f"is for binary models, and this is {task}"


@pytest.mark.parametrize("threshold", [-0.1, 1.5, 40])
def test_a_threshold_of_probabilities_lies_among_them(threshold: float) -> None:
    found = of_model(rows(path="log.csv", threshold=threshold))
    assert found == {"predictions.threshold": f"{threshold} is no probability"}


@pytest.mark.parametrize("more", [{"threshold": 0}, {"threshold": 1}, {"threshold": 40, "scores": "ranking"}])
def test_a_threshold_of_ranks_may_be_any_number(more: Data) -> None:
    assert of_model(rows(path="log.csv", **more)) == {}


def test_there_is_one_thing_to_compare_with() -> None:
    assert "baseline.trailing" in of_model(model(baseline={"reference": "a.csv", "trailing": "28d"}))


def test_of_rules_with_one_name_the_later_ones_are_told() -> None:
    rules = [{"name": "floor"}, {"name": "other"}, {"name": "floor"}, {"when": "auc < 1"}, "odd"]
    assert of_model(model(alarms={"rule": rules})) == {"alarms.rule[2].name": "'floor' is taken by an earlier one"}


def test_channels_with_one_name_are_told() -> None:
    assert list(of_project({"channels": [{"name": "ops"}, {"name": "ops"}]})) == ["channels[1].name"]


def test_a_route_leads_to_a_channel_that_there_is() -> None:
    data = {"channels": [{"name": "ops"}], "routes": [{"to": ["ops"]}, {"to": ["ops", "opps"]}]}
    (wrong,) = project_wrongs(data)
    assert (wrong.path, wrong.hint) == (("routes", 1, "to", 1), "did you mean 'ops'?")


def test_where_no_channel_is_near_all_are_listed() -> None:
    data = {"channels": [{"name": "ops"}, {"name": "night"}], "routes": [{"to": ["x"]}]}
    assert [wrong.hint for wrong in project_wrongs(data)] == ["channels: ops, night"]


def test_without_channels_the_hint_says_none() -> None:
    assert [wrong.hint for wrong in project_wrongs({"routes": [{"to": ["ops"]}]})] == ["channels: none"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_a_door_to_this_machine_alone_needs_no_token(host: str) -> None:
    assert of_project({"web": {"host": host}}) == {}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "buoy.example.com"])
def test_a_door_that_others_can_reach_needs_a_token(host: str) -> None:
    assert of_project({"web": {"host": host}}) == {"web.tokens": f"are needed when others can reach {host}"}
    assert of_project({"web": {"host": host, "tokens": ["secret"]}}) == {}


def test_a_door_that_nobody_set_is_this_machines() -> None:
    assert of_project({}) == {}
