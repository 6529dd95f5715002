from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bellbuoy.app.check import Checked, Level, check_project
from bellbuoy.errors import ConfigError

NOW = datetime(2030, 1, 1, tzinfo=UTC)
BINARY = """task = "binary"
[predictions]
path = "log.csv"
columns = { id = "id", time = "ts", score = "score" }
[features.age]
kind = "number"
"""
FORECAST = """task = "regression"
[predictions]
path = "log.csv"
columns = { id = "id", time = "ts", prediction = "price" }
"""
TRUTH = '[labels]\npath = "truth.csv"\ncolumns = { id = "id", label = "label" }\n'
LOG = "id,ts,age,score,price\na,2024-03-01T00:00:00Z,30,0.7,10\nb,2024-03-01T01:00:00Z,40,0.2,20\n"


def checked(folder: Path, model: str = BINARY, log: str = LOG, **files: str) -> Checked:
    """What a check says of a project with one model, `m`, and CSV files."""
    (folder / "models").mkdir()
    (folder / "bellbuoy.toml").write_text('[project]\nname = "p"\n', encoding="utf-8")
    (folder / "models" / "m.toml").write_text(model, encoding="utf-8")
    for name, text in {"log": log, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return check_project(folder, NOW)


def told(found: Checked, level: Level) -> list[str]:
    return [one.message for one in found.findings if one.level is level]


def hints(found: Checked) -> list[str]:
    return [one.hint for one in found.findings if one.hint]


def test_a_sound_model_is_told_with_its_rows(tmp_path: Path) -> None:
    found = checked(tmp_path)
    assert [(one.level, one.where, one.message) for one in found.findings] == [(Level.OK, "m.predictions", "2 rows")]
    assert (found.faults, list(found.watched)) == (0, ["m"])


def test_a_column_that_is_misspelt_is_told_with_the_nearest(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY.replace("[features.age]", "[features.aeg]"))
    assert found.faults == 1
    assert "did you mean 'age'?" in hints(found)


def test_every_fault_of_a_model_is_told_at_once(tmp_path: Path) -> None:
    model = BINARY.replace('"score"', '"scroe"').replace('"ts"', '"tss"').replace("[features.age]", "[features.aeg]")
    assert checked(tmp_path, model).faults == 3


def test_a_score_that_is_a_text_is_a_fault(tmp_path: Path) -> None:
    found = checked(tmp_path, log=LOG.replace("0.7", "high").replace("0.2", "low"))
    assert told(found, Level.FAULT) == ["score must be a number, and is a category"]


def test_a_time_that_is_a_number_is_a_fault(tmp_path: Path) -> None:
    found = checked(tmp_path, log="id,ts,age,score\na,1,30,0.7\nb,2,40,0.2\n")
    assert told(found, Level.FAULT) == ["ts must be a moment, and is a number"]


def test_an_input_without_any_value_is_told(tmp_path: Path) -> None:
    found = checked(tmp_path, log=LOG.replace(",30,", ",,").replace(",40,", ",,"))
    assert told(found, Level.WARNING) == ["age is null in every row"]


def test_ids_that_are_missing_are_counted(tmp_path: Path) -> None:
    found = checked(tmp_path, log=LOG.replace("\na,", "\n,"))
    assert "id is null in 1 of 2 rows, which cannot be used" in told(found, Level.WARNING)


def test_ranks_may_be_any_numbers(tmp_path: Path) -> None:
    model = BINARY.replace("[features.age]", 'scores = "ranking"\n[features.age]')
    assert checked(tmp_path, model, LOG.replace("0.7", "700")).faults == 0


def test_scores_beyond_one_are_told_with_both_ends(tmp_path: Path) -> None:
    found = checked(tmp_path, log=LOG.replace("0.7", "70"))
    assert told(found, Level.FAULT) == ["score goes from 0.2 to 70, and a probability lies in 0..1"]


def test_a_forecast_must_be_a_number(tmp_path: Path) -> None:
    found = checked(tmp_path, FORECAST, LOG.replace(",10\n", ",cheap\n").replace(",20\n", ",dear\n"))
    assert told(found, Level.FAULT) == ["price must be a number, and is a category"]


def test_the_truth_of_a_forecast_must_be_a_number(tmp_path: Path) -> None:
    found = checked(tmp_path, FORECAST + TRUTH, truth="id,label\na,cheap\nb,dear\n")
    assert told(found, Level.FAULT) == ["label must be a number, and is a category"]


def test_labels_without_their_column_are_a_fault_with_the_nearest(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY + TRUTH, truth="id,labels\na,1\nb,0\n")
    assert (found.faults, hints(found)) == (1, ["did you mean 'labels'?"])


def test_labels_that_join_are_counted(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY + TRUTH, truth="id,label\na,1\nb,0\nc,1\n")
    assert "2 of 3 have their prediction" in told(found, Level.OK)


def test_labels_that_join_nothing_are_told(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY + TRUTH, truth="id,label\nA,1\nB,0\n")
    assert told(found, Level.WARNING) == ["no label has its prediction"]


def test_labels_without_rows_are_no_fault(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY + TRUTH, truth="id,label\n")
    assert (found.faults, told(found, Level.WARNING)) == (0, ["no rows yet"])


def test_a_reference_set_without_the_truth_is_told(tmp_path: Path) -> None:
    model = BINARY + TRUTH + '[baseline]\nreference = "normal.csv"\n'
    found = checked(tmp_path, model, truth="id,label\na,1\nb,0\n", normal=LOG)
    assert told(found, Level.WARNING) == ["no column label: performance has nothing to be compared with"]


def test_a_reference_set_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY + '[baseline]\nreference = "normal.csv"\n')
    assert [one.where for one in found.findings if one.level is Level.FAULT] == ["m.baseline.reference"]


def test_a_rule_that_cannot_be_judged_is_a_fault_at_its_name(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY + '[[alarms.rule]]\nname = "floor"\nwhen = "acu < 0.7"\n')
    assert [one.where for one in found.findings if one.level is Level.FAULT] == ["m.alarms.floor"]


def test_money_that_is_reckoned_with_a_text_is_a_fault(tmp_path: Path) -> None:
    model = BINARY + TRUTH + '[value]\nexpression = "label * kind"\n'
    log = "id,ts,age,score,kind\na,2024-03-01T00:00:00Z,30,0.7,x\nb,2024-03-01T01:00:00Z,40,0.2,y\n"
    found = checked(tmp_path, model, log, truth="id,label\na,1\nb,0\n")
    assert told(found, Level.FAULT) == ["kind must be a number, and is a category"]


def test_money_may_be_reckoned_with_true_and_false(tmp_path: Path) -> None:
    model = BINARY + TRUTH + '[value]\nexpression = "label * flag"\n'
    log = "id,ts,age,score,flag\na,2024-03-01T00:00:00Z,30,0.7,true\nb,2024-03-01T01:00:00Z,40,0.2,false\n"
    assert checked(tmp_path, model, log, truth="id,label\na,1\nb,0\n").faults == 0


def test_what_is_wrong_with_the_file_is_told_with_its_line(tmp_path: Path) -> None:
    found = checked(tmp_path, BINARY.replace('kind = "number"', 'kidn = "number"'))
    assert [one.where for one in found.findings if one.level is Level.FAULT] == ["models/m.toml:6"]


def test_a_model_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    checked(tmp_path)
    with pytest.raises(ConfigError, match="no model is called 'n'") as why:
        check_project(tmp_path, NOW, ["n"])
    assert why.value.hint == "models: m"


def test_a_folder_without_a_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as why:
        check_project(tmp_path, NOW)
    assert why.value.where == str(tmp_path)
