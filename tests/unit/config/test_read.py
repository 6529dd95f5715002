from __future__ import annotations

from pathlib import Path

import pytest

from bellbuoy.config.read import find_project, read_project, read_tolerant
from bellbuoy.errors import ConfigError, Fault, Faults
from bellbuoy.windows import Grain

PROJECT = '[project]\nname = "flights"\n'
MODEL = 'task = "binary"\n[predictions]\npath = "log.parquet"\ncolumns = { id = "id", time = "ts", score = "score" }\n'


def project_of(folder: Path, project: str = PROJECT, **models: str) -> Path:
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "bellbuoy.toml").write_text(project, encoding="utf-8")
    for name, text in models.items():
        (folder / "models" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(Faults) as caught:
        read_project(folder, {})
    return caught.value.faults


def test_a_project_has_its_models_by_the_names_of_their_files(tmp_path: Path) -> None:
    project = read_project(project_of(tmp_path, delays=MODEL, churn=MODEL), {})
    assert {name: model.name for name, model in project.models.items()} == {"churn": "churn", "delays": "delays"}


def test_defaults_fill_what_is_not_said(tmp_path: Path) -> None:
    model = read_project(project_of(tmp_path, delays=MODEL), {}).models["delays"]
    assert (model.grain, model.labels, model.positive) == (Grain.HOUR, None, 1)


def test_the_inbox_of_a_model_is_called_after_it(tmp_path: Path) -> None:
    text = MODEL.replace('path = "log.parquet"', "inbox = true")
    model = read_project(project_of(tmp_path, delays=text), {}).models["delays"]
    assert model.predictions.inbox_table == "delays/predictions"


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = project_of(tmp_path, "[project]\n", a=MODEL + "[x]\n", b="task =\n", c=MODEL + '[labels]\npath = "l"\n')
    assert [(fault.file, fault.line, fault.key) for fault in faults_of(folder)] == [
        ("bellbuoy.toml", 1, "project.name"),
        ("models/a.toml", 5, "x"),
        ("models/b.toml", 1, ""),
        ("models/c.toml", 5, "labels.columns"),
    ]


def test_faults_of_one_file_are_in_the_order_of_its_lines(tmp_path: Path) -> None:
    text = MODEL.replace('"binary"', '"regression"').replace("id =", "ident =") + '[alarms]\npack = "all"\n'
    assert [fault.line for fault in faults_of(project_of(tmp_path, a=text))] == [4, 4, 4, 6]


def test_one_bad_model_does_not_stop_the_others(tmp_path: Path) -> None:
    project, faults = read_tolerant(project_of(tmp_path, good=MODEL, bad="task = 1\n"), {})
    assert list(project.models) == ["good"]
    assert {fault.file for fault in faults} == {"models/bad.toml"}


def test_a_bad_project_file_stops_all_and_the_models_faults_are_told_as_well(tmp_path: Path) -> None:
    with pytest.raises(Faults) as caught:
        read_tolerant(project_of(tmp_path, "[projekt]\n", bad="task = 1\n"), {})
    assert {fault.file for fault in caught.value.faults} == {"bellbuoy.toml", "models/bad.toml"}


def test_variables_are_filled_in_from_the_environment(tmp_path: Path) -> None:
    text = PROJECT + '[web]\nhost = "::"\ntokens = ["a-${TOKEN}", "$${TOKEN}"]\n'
    project = read_project(project_of(tmp_path, text), {"TOKEN": "secret"})
    assert project.spec.web.tokens == ("a-secret", "${TOKEN}")


def test_a_missing_variable_is_a_fault_that_names_it(tmp_path: Path) -> None:
    (fault,) = faults_of(project_of(tmp_path, PROJECT + '[web]\nhost = "::"\ntokens = ["${TOKEN}"]\n'))
    assert (fault.line, fault.key) == (5, "web.tokens[0]")
    assert "TOKEN" in fault.message


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    assert read_project(project_of(tmp_path, "\ufeff" + PROJECT), {}).spec.project.name == "flights"


def test_text_that_is_not_utf8_is_a_fault_on_its_line(tmp_path: Path) -> None:
    project_of(tmp_path)
    (tmp_path / "models" / "a.toml").write_bytes(b'task = "binary"\nowner = "caf\xe9"\n')
    (fault,) = faults_of(tmp_path)
    assert (fault.line, fault.message) == (2, "is not UTF-8 text")


def test_a_file_that_breaks_off_is_a_fault_on_its_last_line(tmp_path: Path) -> None:
    (fault,) = faults_of(project_of(tmp_path, a='task = "binary"\n[predictions]\npath = [\n\n'))
    assert (fault.file, fault.line) == ("models/a.toml", 3)


def test_a_name_that_no_address_can_hold_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(project_of(tmp_path, **{"two words": MODEL}))
    assert fault.file == "models/two words.toml"


def test_a_model_cannot_name_itself(tmp_path: Path) -> None:
    (fault,) = faults_of(project_of(tmp_path, a='name = "b"\n' + MODEL))
    assert (fault.line, fault.message) == (1, "unknown key")


def test_the_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    below = project_of(tmp_path) / "models"
    assert find_project(below) == tmp_path


def test_where_there_is_no_project_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="bellbuoy init"):
        find_project(tmp_path)
