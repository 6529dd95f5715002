"""Files with one fault each, named by the fault; the message that a person sees stands beside each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bellbuoy.config.checks import model_wrongs, project_wrongs
from bellbuoy.config.read import read_file
from bellbuoy.config.spec import Model, ProjectFile
from bellbuoy.errors import Fault

HERE = Path(__file__).parent
ENVIRON = {"BELLBUOY_TOKEN": "secret"}


def faults_of(path: Path, *, model: bool) -> list[Fault]:
    if model:
        return read_file(path, Model, model_wrongs, ENVIRON)[1]
    return read_file(path, ProjectFile, project_wrongs, ENVIRON)[1]


@pytest.mark.parametrize("path", sorted(HERE.glob("[mp]*/*.toml")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_fault_is_told_with_its_line_its_key_and_what_to_do(path: Path) -> None:
    faults = faults_of(path, model=path.parent.name == "model")
    assert "".join(f"{fault}\n" for fault in faults) == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["model", "project"])
def test_a_file_with_every_setting_has_no_fault(name: str) -> None:
    assert faults_of(HERE / "good" / f"{name}.toml", model=name == "model") == []
