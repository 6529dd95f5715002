from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bellbuoy.app.check import check_project
from bellbuoy.app.init import Started, Tables, model_name, start_project
from bellbuoy.config.read import read_project
from bellbuoy.errors import ConfigError, SourceError

NOW = datetime(2030, 1, 1, tzinfo=UTC)
START = datetime(2024, 3, 1, tzinfo=UTC)


def log(rows: int = 200) -> str:
    dice = random.Random(1)
    lines = ["request_id,ts,model_version,score,income,city"]
    for n in range(rows):
        at = (START + n * timedelta(minutes=30)).isoformat()
        lines.append(
            f"r{n},{at},v1,{dice.random():.4f},{dice.lognormvariate(8, 0.4):.2f},{dice.choice(['Oslo', 'Rome'])}"
        )
    return "\n".join(lines) + "\n"


def truth(rows: int = 200) -> str:
    dice = random.Random(2)
    return "request_id,label\n" + "".join(f"r{n},{int(dice.random() < 0.4)}\n" for n in range(rows))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a log and its labels, and room for a project."""
    (tmp_path / "log.csv").write_text(log(), encoding="utf-8")
    (tmp_path / "truth.csv").write_text(truth(), encoding="utf-8")
    return tmp_path


def started(folder: Path, name: str | None = None, **tables: str) -> Started:
    given = Tables(str(folder / "log.csv"), str(folder / "truth.csv"))
    chosen = Tables(*(tables.get(key, getattr(given, key)) for key in ("predictions", "labels", "reference")))
    return start_project(folder / "credit", chosen, NOW, name)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("credit", "credit"),
        ("my credit model", "my-credit-model"),
        ("größe", "gr-e"),
        ("...", "model"),
        ("--x--", "x"),
        ("日本", "model"),
        ("v1.2_a", "v1.2_a"),
    ],
)
def test_a_model_is_called_as_its_folder_as_far_as_an_address_can_hold_it(folder: str, name: str) -> None:
    assert model_name(Path(folder)) == name


def test_the_written_project_reads_back_as_it_was_guessed(folder: Path) -> None:
    made = started(folder)
    project = read_project(made.folder)
    guessed = {one.key: one.value for one in made.guesses}
    model = project.models["credit"]
    assert (model.task.value, model.predictions.columns.id) == (guessed["task"], guessed["predictions.columns.id"])
    assert list(model.features) == guessed["features"] == ["income", "city"]


def test_the_written_project_checks_out(folder: Path) -> None:
    assert check_project(started(folder).folder, NOW).faults == 0


def test_every_guess_has_its_reason(folder: Path) -> None:
    assert [one.key for one in started(folder).guesses if not one.why] == []


def test_tables_are_named_as_seen_from_the_project(folder: Path) -> None:
    project = read_project(started(folder).folder)
    model = project.models["credit"]
    assert (model.predictions.path, model.labels and model.labels.path) == ("../log.csv", "../truth.csv")


def test_a_model_may_be_called_otherwise(folder: Path) -> None:
    made = started(folder, "loans")
    assert (made.model, [path.name for path in made.files]) == ("loans", ["bellbuoy.toml", "loans.toml"])


@pytest.mark.parametrize("name", ["a/b", "../up", "a b", "x" * 101, ""])
def test_a_name_that_no_address_can_hold_is_refused_or_replaced(folder: Path, name: str) -> None:
    if name:
        with pytest.raises(ConfigError, match="cannot be a model's name"):
            started(folder, name)
    else:
        assert started(folder, name).model == "credit"


def test_a_project_is_never_overwritten(folder: Path) -> None:
    made = started(folder)
    before = [path.read_bytes() for path in made.files]
    with pytest.raises(ConfigError, match="is there already"):
        started(folder)
    assert [path.read_bytes() for path in made.files] == before


@pytest.mark.parametrize(
    ("table", "given", "message"),
    [
        ("predictions", "gone.csv", "no such file"),
        ("labels", "gone.parquet", "no such file"),
        ("reference", "sqlite:///a.db#t", "a reference set is a file or a glob"),
        ("predictions", "postgresql://h/db", "this is a database, and no table in it"),
    ],
)
def test_a_table_that_cannot_be_had_is_told_and_nothing_is_written(
    folder: Path, table: str, given: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        started(folder, **{table: given})
    assert not (folder / "credit").exists()


def test_a_file_that_is_none_is_told_and_nothing_is_written(folder: Path) -> None:
    (folder / "log.parquet").write_bytes(b"not a table")
    with pytest.raises(SourceError):
        started(folder, predictions=str(folder / "log.parquet"))
    assert not (folder / "credit").exists()


def test_labels_that_join_nothing_are_warned_of_with_both_ids(folder: Path) -> None:
    (folder / "truth.csv").write_text(truth().replace("\nr", "\nx-"), encoding="utf-8")
    (warning,) = started(folder).warnings
    assert "r0, r1, r2" in warning
    assert "x-0, x-1, x-2" in warning


def test_a_log_with_its_truth_in_it_needs_no_table_of_labels(folder: Path) -> None:
    lines = log().splitlines()
    lines = [f"{line},{'label' if n == 0 else n % 2}" for n, line in enumerate(lines)]
    (folder / "log.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = start_project(folder / "credit", Tables(str(folder / "log.csv")), NOW)
    assert "label" not in read_project(made.folder).models["credit"].features
