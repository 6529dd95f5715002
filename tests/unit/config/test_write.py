from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.config.tables import Cell, log, sample_of, truth

from bellbuoy.config.checks import model_wrongs, project_wrongs
from bellbuoy.config.infer import Evidence, infer
from bellbuoy.config.read import read_file
from bellbuoy.config.spec import ColumnKind, Model, ProjectFile, ScoreKind, Task
from bellbuoy.config.write import Places, model_text, project_text, toml

Table = dict[str, Sequence[Cell]]


def text_of(predictions: Table, labels: Table | None = None, reference: Table | None = None) -> str:
    tables = [None if table is None else sample_of(table) for table in (labels, reference)]
    evidence = Evidence(sample_of(predictions), *tables)
    places = Places(
        {"path": "log/*.parquet"},
        None if labels is None else {"path": "truth.csv"},
        None if reference is None else "normal.parquet",
    )
    return model_text("delays", infer(evidence), evidence, places)


def read(folder: Path, text: str) -> Model:
    path = folder / "delays.toml"
    path.write_text(text, encoding="utf-8")
    model, faults = read_file(path, Model, model_wrongs, {})
    assert faults == []
    assert model is not None
    return model


def test_what_is_written_is_read_without_a_fault(tmp_path: Path) -> None:
    model = read(tmp_path, text_of(log(), truth(), log() | truth()))
    assert (model.task, model.positive, model.predictions.threshold) == (Task.BINARY, 1, 0.4)
    assert model.labels is not None
    assert (model.labels.path, model.baseline.reference) == ("truth.csv", "normal.parquet")
    assert {name: one.kind for name, one in model.features.items()} == {
        "age": ColumnKind.NUMBER,
        "city": ColumnKind.CATEGORY,
    }


def test_without_labels_and_reference_the_past_is_what_is_normal(tmp_path: Path) -> None:
    text = text_of(log())
    model = read(tmp_path, text)
    assert (model.labels, model.baseline.reference) == (None, None)
    assert 'trailing = "28d"' in text


def test_truth_in_the_log_is_read_from_the_log(tmp_path: Path) -> None:
    labels = read(tmp_path, text_of(log(target=[float(row % 2) for row in range(400)]))).labels
    assert labels is not None
    assert (labels.path, labels.columns.label) == ("log/*.parquet", "target")


def test_scores_of_classes_are_one_line_each(tmp_path: Path) -> None:
    table: Table = {name: column for name, column in log().items() if name not in {"score", "prediction"}}
    model = read(tmp_path, text_of(table | {f"score_{name}": [1 / 3] * 400 for name in "abc"}))
    assert model.predictions.columns.score == {"a": "score_a", "b": "score_b", "c": "score_c"}


def test_a_ranking_is_said_to_be_one(tmp_path: Path) -> None:
    model = read(tmp_path, text_of(log(score=[float(row) for row in range(400)]), truth()))
    assert model.predictions.scores is ScoreKind.RANKING


@pytest.mark.parametrize("label", ["yes", "true", '"quoted"'])
def test_a_positive_class_of_text_is_written_as_it_is(tmp_path: Path, label: str) -> None:
    labels = truth(label=[label if score >= 0.5 else "0" for score in log()["score"] if isinstance(score, float)])
    table: Table = {name: column for name, column in log().items() if name != "prediction"}
    positive = read(tmp_path, text_of(table, labels)).positive
    assert positive == (True if label == "true" else label)


@pytest.mark.parametrize("name", ["wind speed", 'a "b"', "ä.b", "${HOME}", "a\nb", "\x7f", "#"])
def test_columns_may_be_called_anything(tmp_path: Path, name: str) -> None:
    model = read(tmp_path, text_of(log() | {name: ["xy"[row % 2] for row in range(400)]}))
    assert name in model.features
    assert name in model.segments.by


def test_a_column_without_a_name_is_left_out(tmp_path: Path) -> None:
    text = text_of(log() | {"": [float(row) for row in range(400)]})
    assert "" not in read(tmp_path, text).features
    assert '# "" is not watched' in text


def test_every_guess_says_why() -> None:
    text = text_of(log(), truth())
    guessed = ("task", "positive", "grain", "threshold", "id", "time", "score", "by", "maturity")
    lines = {key: re.search(rf"^{key} = \S.*# \S", text, re.MULTILINE) for key in guessed}
    assert [key for key, line in lines.items() if line is None] == []


def test_no_line_is_longer_than_a_screen() -> None:
    assert max(map(len, text_of(log(), truth(), log() | truth()).splitlines())) <= 120


def uncommented(text: str) -> str:
    """With what is only proposed switched on."""
    return re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)


def test_what_is_proposed_in_a_model_is_right_too(tmp_path: Path) -> None:
    text = uncommented(text_of(log(), truth()))
    model = read(tmp_path, re.sub(r"^age = .*about.*\n", "", text, flags=re.MULTILINE))
    assert (model.owner, [rule.name for rule in model.alarms.rule]) == ("ml-team", ["auc-floor"])


def test_what_decisions_may_be_worth_is_proposed_for_the_task(tmp_path: Path) -> None:
    plain: Table = {name: column for name, column in log().items() if name not in {"score", "prediction"}}
    classes = plain | {f"score_{name}": [1 / 3] * 400 for name in ("so so", "bad", "good")}
    numbers = plain | {"prediction": [row * 1.37 for row in range(400)]}
    found = {}
    for table, labels in ((log(), truth()), (classes, truth()), (numbers, truth(label=numbers["prediction"]))):
        text = re.sub(r"^age = .*about.*\n", "", uncommented(text_of(table, labels)), flags=re.MULTILINE)
        model = read(tmp_path, text)
        assert model.value is not None
        found[model.task] = set(model.value.model_dump(exclude_none=True)) - {"unit"}
    assert found == {
        Task.BINARY: {"true_positive", "false_positive", "false_negative"},
        Task.MULTICLASS: {"matrix"},
        Task.REGRESSION: {"expression"},
    }


def test_what_is_proposed_in_a_project_is_right_too(tmp_path: Path) -> None:
    path = tmp_path / "bellbuoy.toml"
    path.write_text(uncommented(project_text("flights")), encoding="utf-8")
    environ = {"OPS_URL": "slack://x", "BELLBUOY_TOKEN": "secret"}
    project, faults = read_file(path, ProjectFile, project_wrongs, environ)
    assert faults == []
    assert project is not None
    assert [channel.name for channel in project.channels] == ["ops"]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_quoted_so_that_toml_gives_it_back(text: str) -> None:
    assert tomllib.loads(f"a = {toml(text)}")["a"].replace("$${", "${") == text.replace("$${", "${")
